"""One step under the glass: the loss along the next update, as a function of the rate.

An update moves the parameters by `-rate * direction`. For SGD the direction is the gradient; for
momentum, RMSProp and Adam it is what their formulas make of the gradient and their memory, and
for all of them it does not depend on the rate. So the loss after the step is a curve over the
rate, and overshoot is seen before it happens. Along it, with slope g.d and curvature d.Hd at the
present point, the quadratic model of the loss is

    loss(rate) = loss - rate * g.d + rate^2/2 * d.Hd

which is least at `g.d / d.Hd` and back at its present height at twice that rate: a longer step
goes up. With no curvature, or a negative one, the model has no best rate.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.lab.objective import Objective
from core.lab.problems import Problem
from core.lab.ranges import LogRange, check_count, check_positive
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.ops import ieee
from core.optim import AdamW, Optimizer
from core.training import Trainer

Floats = NDArray[np.float64]
Over = Literal["all points", "next batch"]

WIDE = LogRange(1e-4, 10.0)


@dataclass(frozen=True)
class OneStep:
    """What one update would do, from `start`, at each rate of a range.

    rate: the one that is marked. optimizers: whose directions to compare; the problem's own where
    there is none. over: the points whose loss and gradient count.
    """

    problem: Problem
    start: Start
    rate: float
    rates: LogRange = WIDE
    count: int = 121
    optimizers: tuple[Optimizer, ...] = ()
    over: Over = "all points"

    def __post_init__(self) -> None:
        check_positive("learning rate", self.rate)
        check_count("rates", self.count, 2, 10_000)


@dataclass(frozen=True, eq=False)
class Curve:
    """The loss along one optimizer's direction.

    best_rate, last_stable_rate: of the quadratic model, nan where it has none; the last stable
    one is the rate above which the step ends higher than it began. found_best: the rate of the
    least loss among those computed.
    """

    optimizer: Optimizer
    rates: Floats  # (count,)
    losses: Floats  # (count,)
    model_losses: Floats  # (count,), of the quadratic model
    loss: float  # before the step
    loss_at_rate: float  # after a step of the marked rate
    slope: float  # g.d, at rate 0; negative where the direction leads uphill
    curvature: float  # d.Hd
    curvature_along: float  # d.Hd / d.d: in the direction's own unit, comparable to the sharpness
    best_rate: float
    last_stable_rate: float
    found_best: float
    direction: Floats  # (n_parameters,): the update is -rate * direction


@dataclass(frozen=True, eq=False)
class OneStepResult:
    """A curve for each optimizer, as far as they have been computed; one marked rate for all."""

    rate: float
    curves: tuple[Curve, ...]


def run(question: OneStep, trainer: Trainer | None = None) -> Reports[OneStepResult]:
    """Reports after each optimizer's curve; the problem's own comes first.

    trainer: of the problem, at whatever rate, where there is one already; it is not run.
    """
    own = question.problem.optimizer
    optimizers = question.optimizers or (own,)
    trainer = trainer or question.problem.trainer()
    objective = objective_over(trainer, question.start, question.over)
    curves: list[Curve] = []
    for optimizer in optimizers:
        curves.append(_curve(question, objective, optimizer, optimizer == own))
        result = OneStepResult(question.rate, tuple(curves))
        yield Report(len(curves), len(optimizers), result)


def objective_over(trainer: Trainer, start: Start, over: Over) -> Objective:
    """The loss over all points, or over the batch that comes next in a run of `start.step`."""
    if over == "all points":
        return Objective(trainer)
    if start.next_samples is not None:
        return Objective(trainer, start.next_samples)
    batches = trainer.new_batches()
    if start.step:
        batches.skip(start.step)
    plan = batches.take(1)
    samples = np.arange(batches.n)[plan.samples(0)]
    return Objective(trainer, samples)


def direction(
    optimizer: Optimizer, objective: Objective, start: Start, own_memory: bool
) -> tuple[float, Floats, Floats]:
    """Loss, gradient, and what the next update is made of: data becomes data - rate * direction.

    own_memory: whether the start's memory is this optimizer's; else it begins with none.
    """
    loss, gradient = objective.loss_and_gradient(start.data)
    state = start.state(optimizer.state_size)
    if not own_memory or len(start.memory) != optimizer.state_size:
        state.memory[:], state.step = 0.0, 0
    used, rules = gradient.copy(), objective.rules
    with ieee():
        if rules.after_error_step:  # the penalties shrink the weights after the update
            used -= objective.penalty_gradient(start.data)
        if rules.adds_to_grad:
            used += start.grad
        # From 0 at rate 1 the update is the direction itself, with all its digits: the formulas
        # are linear in the rate. Only AdamW's decay looks at the data.
        update = np.zeros_like(start.data)
        optimizer.update(update, used, state.memory, 1.0, state.step)
        found = -update
        if isinstance(optimizer, AdamW):
            found += optimizer.weight_decay * start.data
        if rules.after_error_step:
            found += objective.penalty_gradient(start.data)
        if rules.groups is not None:  # layers with rates of their own
            found *= rules.groups.each
    return loss, gradient, found


def _curve(
    question: OneStep, objective: Objective, optimizer: Optimizer, own_memory: bool
) -> Curve:
    start = question.start
    loss, gradient, d = direction(optimizer, objective, start, own_memory)
    rates = question.rates.numbers(question.count)
    with ieee():
        slope = float(gradient @ d)
        length = float(np.linalg.norm(d))
        curvature = float(d @ objective.hessian_product(start.data, d)) if length else 0.0
        model = loss - rates * slope + 0.5 * rates**2 * curvature
        points = start.data - rates[:, None] * d
        after = start.data - question.rate * d
    losses = objective.losses(points)
    best, last = best_and_last_rate(slope, curvature)
    finite = np.where(np.isfinite(losses), losses, np.inf)
    return Curve(
        optimizer, rates, losses, model, loss, objective.loss(after), slope, curvature,
        curvature / length**2 if length else np.nan, best, last,
        float(rates[np.argmin(finite)]), d,
    )  # fmt: skip


def best_and_last_rate(slope: float, curvature: float) -> tuple[float, float]:
    """Of a quadratic model along a direction; nan where there is no such rate."""
    if not (slope > 0.0 and curvature > 0.0):
        return np.nan, np.nan
    return slope / curvature, 2.0 * slope / curvature
