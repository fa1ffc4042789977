"""What the laboratory trains: a model of Values, its data, and the rules of training.

A problem is a small frozen record, so that it can be kept in a project and sent to other
processes; model, data and tape are made from it where they are needed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, ClassVar

import numpy as np

from core import datasets
from core.engine import Value
from core.hyperparameters import Hyperparameters, check_rate
from core.lab.ranges import check_count
from core.lab.starts import Start
from core.nn import Module
from core.optim import SGD, Optimizer, optimizer_from_dict
from core.training import LearningRate, Trainer

PLAIN = SGD()


@dataclass(frozen=True)
class Layer:
    """Neighbouring parameters that can have a learning rate of their own.

    filters: each neuron's incoming weights, what a direction in a landscape is scaled by.
    """

    name: str
    parameters: slice
    filters: tuple[slice, ...]


@dataclass(frozen=True)
class Problem:
    """Base of the problems. A problem is compared by value, like everything that is kept.

    optimizer, rate: the rule of its updates, and the learning rate it begins with.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    changeable: ClassVar[frozenset[str]] = frozenset(("optimizer", "zero_grad"))

    def trainer(self, rate: LearningRate | None = None) -> Trainer:
        """A trainer at the initial parameters; `rate` in place of the problem's own.

        Its kernels are waited for: an experiment's numbers must not depend on when they come.
        """
        raise NotImplementedError

    @property
    def optimizer(self) -> Optimizer:
        """The rule of its updates."""
        raise NotImplementedError

    @property
    def rate(self) -> float:
        """The learning rate it begins with."""
        raise NotImplementedError

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In the order of the parameters, all of them."""
        raise NotImplementedError

    @property
    def layer_factors(self) -> tuple[float, ...]:
        """What the rate is multiplied by in each of them."""
        return (1.0,) * len(self.layers)

    def start(self) -> Start:
        """The initial parameters."""
        return Start.of_trainer(self.trainer())

    def changed(self, **changes: Any) -> "Problem":
        """The same problem under other rules; None keeps its own.

        Names as in Hyperparameters; ValueError for what this problem does not have.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        for name in given:
            if name not in self.changeable:
                word = name.replace("_", " ")
                raise ValueError(f"“{self.title}” has no {word} that could be changed.")
        return self._changed(given) if given else self

    def _changed(self, changes: dict[str, Any]) -> "Problem":
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """JSON for the project file."""
        raise NotImplementedError


@dataclass(frozen=True)
class Network(Problem):
    """The network and data of the training tab."""

    setup: Hyperparameters = field(default_factory=Hyperparameters)

    kind = "network"
    title = "The training tab's network"
    changeable = frozenset(("optimizer", "zero_grad", "batch_size", "init", "seed", "l2"))

    def trainer(self, rate: LearningRate | None = None) -> Trainer:
        setup = self.setup
        train, _ = setup.data()
        is_plane = setup.row.features == 2
        inputs = datasets.features(train.inputs, setup.features) if is_plane else train.inputs
        return Trainer(
            setup.model(), inputs, train.targets,
            loss=setup.loss, reduction=setup.reduction, optimizer=setup.optimizer,
            learning_rate=setup.rate_schedule() if rate is None else rate,
            batch_size=min(setup.batch_size or len(inputs), len(inputs)),
            shuffle=setup.shuffle, last_batch=setup.last_batch, l1=setup.l1, l2=setup.l2,
            regularization=setup.regularization, zero_grad=setup.zero_grad, seed=setup.seed,
            rate_factors=setup.rate_factor_of_each,
        )  # fmt: skip

    @property
    def optimizer(self) -> Optimizer:
        return self.setup.optimizer

    @property
    def rate(self) -> float:
        return self.setup.learning_rate

    @property
    def layers(self) -> tuple[Layer, ...]:
        sizes = list(pairwise(self.setup.sizes))
        ends = list(accumulate(neurons * (inputs + 1) for inputs, neurons in sizes))
        made = []
        for i, ((inputs, _), begin, end) in enumerate(zip(sizes, [0, *ends], ends)):
            name = "output layer" if i + 1 == len(sizes) else f"layer {i + 1}"
            filters = tuple(slice(at, at + inputs) for at in range(begin, end, inputs + 1))
            made.append(Layer(name, slice(begin, end), filters))
        return tuple(made)

    @property
    def layer_factors(self) -> tuple[float, ...]:
        return self.setup.rate_factors or super().layer_factors

    def _changed(self, changes: dict[str, Any]) -> "Network":
        return Network(self.setup.changed(**changes))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "setup": self.setup.to_dict()}


@dataclass(frozen=True)
class Parabola(Problem):
    """The lecture's 3x^2 - 4x + 5: one parameter x, curvature 6 everywhere, least at x = 2/3.

    From x = 3, a rate of 1/6 lands on 2/3 in one step, 1/3 swings between 3 and -5/3 for ever,
    0.4 diverges.
    """

    optimizer: Optimizer = PLAIN
    rate: float = 0.1
    x: float = 3.0
    zero_grad: bool = True

    kind = "parabola"
    title = "3x² − 4x + 5, one parameter"

    def __post_init__(self) -> None:
        if not math.isfinite(self.x):
            raise ValueError(f"The parabola's x must be finite, not {self.x:g}.")
        check_rate(self.rate)

    def trainer(self, rate: LearningRate | None = None) -> Trainer:
        return Trainer(
            _ParabolaModel(self.x), [[1.0]], [0.0],
            loss=_own_output, optimizer=self.optimizer, zero_grad=self.zero_grad,
            learning_rate=self.rate if rate is None else rate,
        )  # fmt: skip

    @property
    def layers(self) -> tuple[Layer, ...]:
        return (Layer("x", slice(0, 1), (slice(0, 1),)),)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "optimizer": self.optimizer.to_dict(),
            "rate": self.rate,
            "x": self.x,
            "zero_grad": self.zero_grad,
        }


class _ParabolaModel(Module):
    def __init__(self, x: float) -> None:
        self.x = Value(x, label="x")

    def __call__(self, inputs: list[Value]) -> Value:
        # The input is 1: what depends on no input at all would be computed once, not per sample.
        return (3.0 * self.x**2 - 4.0 * self.x + 5.0) * inputs[0]

    def parameters(self) -> list[Value]:
        return [self.x]


def _own_output(outputs: list[Value], targets: list[Value]) -> Value:
    return outputs[0] + targets[0]


@dataclass(frozen=True)
class WideTanh(Problem):
    """The network of "The boundary of neural network trainability is fractal".

    Sohl-Dickstein 2024 (arXiv 2402.06184), settings of its published code: inputs and one hidden
    layer of `width`, no biases, y = W1 tanh(sqrt(2) W0 x / sqrt(width)) / width in mean-field
    parameterisation, weights, inputs and targets standard normal, as many points as parameters,
    mean squared error over all of them in each step. The numbers drawn are NumPy's for `seed`,
    not JAX's, so the boundary is another one of the same kind.
    """

    width: int = 16
    seed: int = 0
    optimizer: Optimizer = PLAIN
    rate: float = 1.0
    zero_grad: bool = True

    kind = "wide_tanh"
    title = "Wide tanh network of the fractal boundary"
    changeable = frozenset(("optimizer", "zero_grad", "seed"))

    def __post_init__(self) -> None:
        check_count("neurons", self.width, 1, 64)
        check_count("seed", self.seed, 0, 2**31)
        check_rate(self.rate)

    def trainer(self, rate: LearningRate | None = None) -> Trainer:
        width = self.width
        n = width * width + width
        random = np.random.default_rng(self.seed)
        weights = random.standard_normal(n).tolist()
        inputs, targets = random.standard_normal((n, width)), random.standard_normal(n)
        return Trainer(
            _WideTanhModel(width, weights), inputs, targets,
            loss="squared_error", optimizer=self.optimizer, zero_grad=self.zero_grad,
            learning_rate=self.rate if rate is None else rate,
        )  # fmt: skip

    @property
    def layers(self) -> tuple[Layer, ...]:
        width = self.width
        end = width * width
        rows = tuple(slice(at, at + width) for at in range(0, end, width))
        last = slice(end, end + width)
        return Layer("hidden layer", slice(0, end), rows), Layer("output layer", last, (last,))

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "width": self.width,
            "seed": self.seed,
            "optimizer": self.optimizer.to_dict(),
            "rate": self.rate,
            "zero_grad": self.zero_grad,
        }


class _WideTanhModel(Module):
    def __init__(self, width: int, weights: list[float]) -> None:
        values = [Value(weight) for weight in weights]
        self.hidden = [values[at : at + width] for at in range(0, width * width, width)]
        self.output = values[width * width :]
        self.scale_in = math.sqrt(2.0 / width)
        self.scale_out = 1.0 / width

    def __call__(self, inputs: list[Value]) -> Value:
        scaled = [x * self.scale_in for x in inputs]
        hidden = [_dot(row, scaled).tanh() for row in self.hidden]
        return _dot(self.output, hidden) * self.scale_out

    def parameters(self) -> list[Value]:
        return [*(weight for row in self.hidden for weight in row), *self.output]


def _dot(weights: list[Value], inputs: list[Value]) -> Value:
    first, *others = (w * x for w, x in zip(weights, inputs))
    return sum(others, first)


KINDS: dict[str, type[Problem]] = {row.kind: row for row in (Network, Parabola, WideTanh)}


def problem_from_dict(document: Mapping[str, Any]) -> Problem:
    """What `Problem.to_dict` wrote. ValueError where it could not have."""
    if not isinstance(document, Mapping) or document.get("kind") not in KINDS:
        raise ValueError(f"no kind of problem {document!r:.100}; there are {', '.join(KINDS)}")
    settings = {name: value for name, value in document.items() if name != "kind"}
    if document["kind"] == Network.kind:
        setup = settings.get("setup")
        if not isinstance(setup, Mapping):
            raise ValueError("the network's set-up is missing")
        return Network(Hyperparameters.from_dict(setup))
    row = KINDS[document["kind"]]
    settings["optimizer"] = optimizer_from_dict(settings.get("optimizer", {}))
    known = {"optimizer": Optimizer, "width": int, "seed": int, "zero_grad": bool}
    for name, value in settings.items():
        if name not in row.__dataclass_fields__:
            raise ValueError(f"“{row.title}” has no setting {name!r}")
        wanted = known.get(name, int | float)
        if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)):
            raise ValueError(f"the problem's {name} cannot be {value!r}")
    return row(**settings)
