"""The stability limit: how sharp the loss is here, and the rate above which steps grow.

On a parabola of curvature s, gradient descent's distance from the bottom is multiplied by
`1 - rate s` in each step: above `2 / s` it grows. A network's loss has as many curvatures as
parameters; the largest, the sharpness, is what breaks first. With momentum the limit is
`(2 + 2 beta) / s`. Networks trained at a constant rate sharpen until they are there, and then stay
at the edge of stability (Cohen et al. 2021, full batch; small batches stay below it).

Adam and RMSProp divide each parameter's step by its own scale, so what counts for them is the
sharpness in these scales, the largest eigenvalue of `P^-1/2 H P^-1/2`. With `P` as it is in the
next step, Adam's limit is `(2 + 2 beta1) / ((1 - beta1) s)` (Cohen et al. 2022). This holds while
`P` changes slowly; AdamW's decay is left out. A layer whose rate is f times the others' has its
part of P^-1/2 times sqrt(f). Without zero_grad, SGD is momentum with beta = 1.

Products with the Hessian are differences of gradients (`Objective.hessian_product`, which states
their error); Lanczos' iteration adds the error that `Stability.error` gives.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lab.hessian import Eigenpair, largest_eigenvalue
from core.lab.objective import Objective
from core.lab.problems import Problem
from core.lab.ranges import check_count, check_positive
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.ops import ieee
from core.optim import SGD, Adam, Momentum, Optimizer, RMSProp

Floats = NDArray[np.float64]

SEED = 0  # of the vector that the first iteration starts with


@dataclass(frozen=True)
class Sharpness:
    """How sharp is the loss at `start`? tolerance: relative, of Lanczos' iteration."""

    problem: Problem
    start: Start
    tolerance: float = 1e-6
    most_products: int = 100

    def __post_init__(self) -> None:
        check_positive("tolerance", self.tolerance)
        check_count("products", self.most_products, 1, 10_000)


@dataclass(frozen=True, eq=False)
class Stability:
    """The sharpness here and what follows for the rate.

    error: at most so far is the sharpness from an exact eigenvalue. limit: the largest stable rate
    of this optimizer; inf where the loss curves up in no direction, nan where no theory holds.
    scaled_sharpness: in the optimizer's own scales; the sharpness itself for SGD and momentum.
    """

    step: int
    sharpness: float
    error: float
    scaled_sharpness: float
    limit: float
    formula: str  # of the limit, such as "2 / sharpness"
    direction: Floats  # (n_parameters,), of length 1: the sharpest
    products: int


def run(question: Sharpness) -> Reports[Stability]:
    """Reports a better estimate after each product with the Hessian."""
    gauge = Gauge(question.problem, question.tolerance, question.most_products)
    estimates = list[Stability]()
    for found in gauge.estimates(question.start):
        if estimates:
            yield Report(estimates[-1].products, estimates[-1].products + 1, estimates[-1])
        estimates = [found]
    for found in estimates:
        yield Report(found.products, found.products, found)


class Gauge:
    """Measures sharpness again and again while training goes on; starts where it last ended.

    Not for two threads at once.
    """

    def __init__(self, problem: Problem, tolerance: float = 1e-3, most_products: int = 100) -> None:
        self.optimizer = problem.optimizer
        self.objective = Objective(problem.trainer())
        groups = self.objective.rules.groups
        each = np.ones(0) if groups is None else groups.each
        self._factors = None if (each == 1.0).all() else each  # of the rate, by layers
        self.tolerance, self.most_products = tolerance, most_products
        random = np.random.default_rng(SEED)
        self._plain: Floats = random.standard_normal(self.objective.n_parameters)
        self._scaled = self._plain

    def measure(self, start: Start) -> Stability:
        """The sharpness here, to the tolerance."""
        *_, found = self.estimates(start)
        return found

    def estimates(self, start: Start) -> Iterator[Stability]:
        """Better and better ones; the last has them all."""
        scales = self._scales(start)
        plain = scaled = None
        for plain in self._eigenpairs(start, np.ones_like(start.data), self._plain):
            yield self._stability(start, plain, plain if scales is None else None)
        assert plain is not None
        self._plain = _again(plain, self._plain)
        if scales is None:
            return
        for scaled in self._eigenpairs(start, scales, self._scaled):
            yield self._stability(start, plain, scaled)
        assert scaled is not None
        self._scaled = _again(scaled, self._scaled)

    def _eigenpairs(self, start: Start, scales: Floats, first: Floats) -> Iterator[Eigenpair]:
        """Of P^-1/2 H P^-1/2, `scales` being P^-1/2."""

        def product(vector: Floats) -> Floats:
            return scales * self.objective.hessian_product(start.data, scales * vector)

        with ieee():
            yield from largest_eigenvalue(
                product, first, tolerance=self.tolerance, most_products=self.most_products
            )

    def _scales(self, start: Start) -> Floats | None:
        """P^-1/2 of the next step, (n_parameters,); None where it is 1."""
        own = self._own_scales(start)
        if self._factors is None:
            return own
        return np.sqrt(self._factors) * (1.0 if own is None else own)

    def _own_scales(self, start: Start) -> Floats | None:
        """The optimizer's; None for one without scales."""
        optimizer = self.optimizer
        if not isinstance(optimizer, Adam | RMSProp):
            return None
        state = start.state(optimizer.state_size)
        gradient = self.objective.gradient(start.data)
        optimizer.update(state.data, gradient, state.memory, 0.0, state.step)
        with ieee():
            if isinstance(optimizer, RMSProp):
                scale = np.sqrt(state.memory[0]) + optimizer.epsilon
            else:
                k = state.step + 1
                scale = np.sqrt(state.memory[1] / (1.0 - optimizer.beta2**k)) + optimizer.epsilon
                scale *= 1.0 - optimizer.beta1**k
            return np.asarray(1.0 / np.sqrt(scale))

    def _stability(self, start: Start, plain: Eigenpair, scaled: Eigenpair | None) -> Stability:
        factor, formula = limit_factor(self.optimizer, self.objective.rules.adds_to_grad)
        if self._factors is not None and not math.isnan(factor):
            formula += ", each layer at its own rate"
        sharpness = math.nan if scaled is None else scaled.value
        return Stability(
            step=start.step,
            sharpness=plain.value,
            error=plain.error,
            scaled_sharpness=sharpness,
            limit=factor / sharpness if sharpness > 0.0 else _without_bend(factor, sharpness),
            formula=formula,
            direction=plain.vector,
            products=plain.products + (scaled.products if scaled not in (None, plain) else 0),
        )


def limit_factor(optimizer: Optimizer, adds_to_grad: bool) -> tuple[float, str]:
    """What divided by the sharpness is the largest stable rate, and how that is written."""
    if adds_to_grad:
        if isinstance(optimizer, SGD):
            return 4.0, "4 / sharpness (no zero_grad: momentum with beta = 1)"
        return math.nan, "no limit is known for this optimizer without zero_grad"
    if isinstance(optimizer, Adam):
        beta = optimizer.beta1
        return (2.0 + 2.0 * beta) / (1.0 - beta), (
            f"(2 + 2·{beta:g}) / (1 − {beta:g}) / sharpness in Adam's scales"
        )
    if isinstance(optimizer, Momentum):
        return 2.0 + 2.0 * optimizer.beta, f"(2 + 2·{optimizer.beta:g}) / sharpness"
    if isinstance(optimizer, RMSProp):
        return 2.0, "2 / sharpness in RMSProp's scales"
    return 2.0, "2 / sharpness"


def _without_bend(factor: float, sharpness: float) -> float:
    return math.inf if sharpness <= 0.0 and not math.isnan(factor) else math.nan


def _again(pair: Eigenpair, first: Floats) -> Floats:
    """Where to start at the next place: the eigenvector, with a little of everything else.

    Alone it might be blind for a direction that has overtaken it.
    """
    if not np.isfinite(pair.vector).all():
        return first
    random = np.random.default_rng(SEED).standard_normal(len(first))
    return np.asarray(pair.vector + 0.1 * random / np.linalg.norm(random))
