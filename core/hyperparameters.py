"""All that decides a training run, in one frozen record.

The same record gives the same data, the same initial weights and the same run, and it is what
the project file keeps. What a person can choose wrongly is refused here, with words for them.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from core import datasets, losses, optim
from core.datasets import Data, Dataset, Floats
from core.nn import ACTIVATIONS, INITS, MLP
from core.numbers import NumberError, parse_number
from core.optim import (
    SGD,
    Constant,
    Cosine,
    Drawn,
    LinearDecay,
    Optimizer,
    Schedule,
    StepDecay,
    WarmUp,
)
from core.own_data import OWN, OwnData, OwnPoints, own_from_dict

MOST_LAYERS = 10
MOST_NEURONS = 64
MOST_POINTS = 20_000  # that a run in the window is offered
OUTPUTS = ("tanh", "linear", "sigmoid")

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

SCHEDULES = ("constant", "linear", "step", "cosine", "warm_up", "drawn")

# What needs new data or a new network, so that the run begins anew; the rest changes in mid-run.
RESTARTING = frozenset(
    (
        *("dataset", "noise", "train_percent", "points", "data_seed", "features"),
        *("hidden", "init", "seed", "own"),
    )
)


@dataclass(frozen=True)
class Later:
    """A schedule that has been going on for `from_step` steps already."""

    schedule: Schedule
    from_step: int

    def __call__(self, step: int) -> float:
        return self.schedule(step + self.from_step)


@dataclass(frozen=True)
class Hyperparameters:
    """Data, network and training of a run. The defaults are TensorFlow Playground's.

    noise, train_percent: percent. layer_activations: of each hidden layer; empty where all have
    `activation`. batch_size: None trains on all points at once. learning_rate:
    where the schedule begins; `schedule_steps` is how long it takes. rate_factors: what it is
    multiplied by in each layer, the output last; empty for 1 in all. schedule_shape: a drawn one,
    (step, share of learning_rate). own: what the data set "own" is; it stays with the set-up
    while another is chosen. The rest as in Trainer.
    Raises ValueError, in words for the user, for what cannot be trained.
    """

    dataset: str = "circle"
    noise: float = 0.0
    train_percent: float = 50.0
    points: int = 500
    data_seed: int = 0
    features: tuple[str, ...] = ("x1", "x2")
    own: OwnData | None = None

    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    layer_activations: tuple[str, ...] = ()
    output: str = "tanh"
    init: str = "playground"
    seed: int = 0

    loss: str = "half_squared_error"
    reduction: str = "mean"
    optimizer: Optimizer = field(default_factory=SGD)
    learning_rate: float = 0.03
    rate_factors: tuple[float, ...] = ()
    schedule: str = "constant"
    schedule_steps: int = 1000
    schedule_shape: tuple[tuple[float, float], ...] = ()
    batch_size: int | None = 10
    shuffle: bool = False
    last_batch: str = "own"
    l1: float = 0.0
    l2: float = 0.0
    regularization: str = "loss"
    zero_grad: bool = True

    def __post_init__(self) -> None:
        if self.dataset == OWN and self.own is None:
            raise ValueError("There is no data of your own yet: draw some, or load a table.")
        row = self.row
        _check_hidden(self.hidden)
        if row.features == 2 and not self.features:
            raise ValueError("Choose at least one feature: a network needs an input.")
        for name, choices in (
            ("activation", ACTIVATIONS), ("output", ACTIVATIONS), ("init", INITS),
            ("loss", losses.LOSSES), ("schedule", SCHEDULES), ("reduction", ("mean", "sum")),
            ("last_batch", ("own", "carry", "drop")), ("regularization", ("loss", "playground")),
        ):  # fmt: skip
            if getattr(self, name) not in choices:
                known = ", ".join(choices)
                raise ValueError(f"no {name} {getattr(self, name)!r}; there are {known}")
        check_rate(self.learning_rate)
        _check_rate_factors(self.rate_factors, len(self.hidden) + 1)
        if self.schedule == "drawn":
            if not self.schedule_shape:
                raise ValueError("No schedule is drawn yet: draw one in the laboratory.")
            Drawn(self.schedule_shape)
        for name in ("l1", "l2"):
            check_penalty(getattr(self, name))
        if self.batch_size is not None and self.batch_size < 1:
            raise ValueError("A batch has at least 1 point.")

    @property
    def row(self) -> Dataset:
        """The data set's row."""
        own = self.own
        if self.dataset == OWN and isinstance(own, OwnPoints):
            return own.row_for(self.train_percent, self.data_seed)
        if self.dataset == OWN and own is not None:
            return own.row
        return datasets.find(self.dataset)

    @property
    def n_inputs(self) -> int:
        """Inputs of the network."""
        return len(self.features) if self.row.features == 2 else self.row.features

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What the numbers of a point are called: X₁, X₂, or as the columns of one's own table."""
        own = self.own
        if self.dataset == OWN and isinstance(own, OwnPoints) and not own.is_drawn:
            return own.columns[:-1]
        return tuple(f"X{i}".translate(_SUBSCRIPTS) for i in range(1, self.row.features + 1))

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, then neurons of each layer, the output last."""
        return (self.n_inputs, *self.hidden, 1)

    @property
    def n_parameters(self) -> int:
        """Weights and biases of the network."""
        return sum(neurons * (n + 1) for n, neurons in pairwise(self.sizes))

    @property
    def activations(self) -> tuple[str, ...]:
        """The activation of each hidden layer."""
        return self.layer_activations or (self.activation,) * len(self.hidden)

    @property
    def rate_factor_of_each(self) -> Floats | None:
        """What the learning rate is multiplied by, (n_parameters,); None for 1."""
        if not self.rate_factors:
            return None
        counts = [neurons * (n + 1) for n, neurons in pairwise(self.sizes)]
        return np.repeat(np.array(self.rate_factors), counts)

    def data(self) -> tuple[Data, Data]:
        """The points to train on and those to test with, coordinates as they are."""
        made = self.row.make(self.points, self.noise, self.data_seed)
        return datasets.split(made, self.train_percent)

    def inputs(self, points: Floats) -> Floats:
        """What the network is fed at these points: features of the plane, or the coordinates."""
        if self.row.features != 2 or not len(points):
            return points
        return datasets.features(points, self.features)

    def model(self) -> MLP:
        """A network with its initial weights, the same for the same seed."""
        state = random.getstate()
        random.seed(self.seed)
        try:
            return MLP(
                self.n_inputs, [*self.hidden, 1],
                activation=self.activations, output=self.output, init=self.init,
            )  # fmt: skip
        finally:
            random.setstate(state)

    def rate_schedule(self, from_step: int = 0) -> Schedule | Later | float:
        """The learning rate for a Trainer whose step 0 is the run's step `from_step`."""
        rate, steps = self.learning_rate, self.schedule_steps
        made: Schedule
        if self.schedule == "constant":
            return rate
        if self.schedule == "linear":
            made = LinearDecay(rate, 0.1 * rate, steps)
        elif self.schedule == "step":
            made = StepDecay(rate, 0.5, steps)
        elif self.schedule == "cosine":
            made = Cosine(rate, 0.0, steps)
        elif self.schedule == "drawn" and rate > 0.0:
            made = Drawn(tuple((step, share * rate) for step, share in self.schedule_shape))
        elif self.schedule == "drawn":
            made = Constant(rate)
        else:
            made = WarmUp(steps, Constant(rate))
        return Later(made, from_step) if from_step else made

    def rate_at(self, step: int) -> float:
        """The learning rate of a step of the run."""
        schedule = self.rate_schedule()
        return schedule if isinstance(schedule, float) else schedule(step)

    def restarts(self, other: "Hyperparameters") -> bool:
        """Whether going from this set-up to `other` begins a new run."""
        return not RESTARTING.isdisjoint(self.differences(other))

    def goes_on_from(self, other: "Hyperparameters") -> bool:
        """Whether a network that was trained under `other` can go on under this one as it is."""
        return (self.features, self.sizes) == (other.features, other.sizes)

    def has_network_of(self, other: "Hyperparameters") -> bool:
        """Whether both train the same network, with the same initial weights, on the same data."""
        mine, others = ((*s.activations, s.output) for s in (self, other))
        return mine == others and not self.restarts(other)

    def differences(self, other: "Hyperparameters") -> list[str]:
        """Names of the fields in which two set-ups differ; own data counts where it is used."""
        uses_own = OWN in (self.dataset, other.dataset)
        names = [f.name for f in fields(self) if f.name != "own" or uses_own]
        return [name for name in names if getattr(self, name) != getattr(other, name)]

    def changed(self, **changes: Any) -> "Hyperparameters":
        """This set-up with some fields changed.

        Another number of layers, or an activation for all, takes the layers' own ones along, and
        their own rates.
        """
        factors = self.rate_factors
        if factors and "hidden" in changes and "rate_factors" not in changes:
            n = len(changes["hidden"])
            new = (1.0,) * (n + 1 - len(factors))
            changes["rate_factors"] = (*factors[:-1][:n], *new, factors[-1])
        own = self.layer_activations
        if own and "layer_activations" not in changes:
            n = len(changes.get("hidden", self.hidden))
            kept = (*own[:n], *own[-1:] * (n - len(own)))
            changes["layer_activations"] = () if "activation" in changes else kept
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """JSON for the project file."""
        document = {f.name: getattr(self, f.name) for f in fields(self)}
        document["optimizer"] = self.optimizer.to_dict()
        document["own"] = None if self.own is None else self.own.document
        for name in ("hidden", "features", "layer_activations", "rate_factors"):
            document[name] = list(getattr(self, name))
        document["schedule_shape"] = [list(point) for point in self.schedule_shape]
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Hyperparameters":
        """What `to_dict` wrote; what is missing gets its default.

        Raises ValueError where the document could not have been written by `to_dict`.
        """
        known = {f.name: f for f in fields(cls)}
        settings: dict[str, Any] = {}
        default = cls()
        for name, value in document.items():
            if name in known:
                settings[name] = _read(name, value, getattr(default, name))
        return cls(**settings)


def parse_hidden(text: str) -> tuple[int, ...]:
    """Hidden layers as typed, "4, 2"; nothing is no hidden layer. Raises ValueError in words."""
    parts = text.replace(";", ",").replace(" ", ",").strip(", []").split(",")
    numbers = []
    for part in filter(None, (part.strip() for part in parts)):
        if not (part.isascii() and part.isdigit()) or len(part) > 6:
            raise ValueError(f"“{part[:20]}” is not a number of neurons; write layers as 4, 2.")
        numbers.append(int(part))
    hidden = tuple(numbers)
    _check_hidden(hidden)
    return hidden


def parse_rate_factors(text: str, layers: int) -> tuple[float, ...]:
    """The layers' factors of the rate as typed, "1, 0.1, 1"; nothing, or 1 in all, is ().

    Raises ValueError in words.
    """
    words = [word for word in text.replace(";", ",").split(",") if word.strip()]
    try:
        factors = tuple(parse_number(word.replace("×", "")) for word in words)
    except NumberError as error:
        raise ValueError(f"Write a number for each layer, such as 1, 0.1: {error}") from None
    if len(factors) == 1:
        factors *= layers
    _check_rate_factors(factors, layers)
    return () if all(factor == 1.0 for factor in factors) else factors


def check_rate(rate: float) -> None:
    """Raise ValueError unless `rate` can be a learning rate: a finite number, 0 or more."""
    if not math.isfinite(rate) or rate < 0:
        raise ValueError("A learning rate is a number from 0 on.")


def _check_rate_factors(factors: tuple[float, ...], layers: int) -> None:
    if factors and len(factors) != layers:
        raise ValueError(f"The network has {layers} layers, the output included: give {layers}.")
    for factor in factors:
        if not math.isfinite(factor) or factor < 0:
            raise ValueError("A layer’s rate is a multiple of the learning rate, from 0 on.")


def check_penalty(share: float) -> None:
    """Raise ValueError unless `share` can be an L1 or L2 rate: a finite number, 0 or more."""
    if not math.isfinite(share) or share < 0:
        raise ValueError("A regularization rate is a number from 0 on.")


def _check_hidden(hidden: tuple[int, ...]) -> None:
    if len(hidden) > MOST_LAYERS:
        raise ValueError(f"{len(hidden)} hidden layers are too many: at most {MOST_LAYERS}.")
    for neurons in hidden:
        if not 1 <= neurons <= MOST_NEURONS:
            raise ValueError(f"A layer has 1 to {MOST_NEURONS} neurons, not {neurons:,}.")


def _read(name: str, value: Any, default: Any) -> Any:
    """One field of the project file, as the type that its default has."""
    if name == "optimizer":
        return optim.optimizer_from_dict(value)
    if name in ("batch_size", "own") and value is None:
        return None
    if name == "own":
        return own_from_dict(value)
    if name == "schedule_shape":
        return Drawn(value).points if value else ()
    if name == "rate_factors":
        numbers = value if isinstance(value, (list, tuple)) else [None]
        fits = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in numbers)
        value = tuple(map(float, numbers)) if fits else value
    elif isinstance(default, bool):
        fits = isinstance(value, bool)
    elif isinstance(default, int):
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif isinstance(default, float):
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        value = float(value) if fits else value
    elif isinstance(default, tuple):
        kind = type(default[0]) if default else str
        fits = isinstance(value, (list, tuple)) and all(type(v) is kind for v in value)
        value = tuple(value) if fits else value
    else:
        fits = isinstance(value, str)
    if not fits:
        raise ValueError(f"the set-up's {name} cannot be {value!r}")
    return value


# ----- presets ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preset:
    """A named set-up."""

    name: str
    title: str
    setup: Hyperparameters


_PLAYGROUND = Hyperparameters(last_batch="carry", regularization="playground")

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("playground", "Playground's default", _PLAYGROUND),
        Preset(
            "micrograd",
            "micrograd's demo",
            Hyperparameters(
                dataset="micrograd", points=100, noise=10.0, train_percent=100.0,
                hidden=(16, 16), activation="relu", output="linear", init="micrograd", seed=1337,
                loss="hinge", learning_rate=1.0, schedule="linear", schedule_steps=100,
                batch_size=None, l2=1e-4,
            ),
        ),
        Preset(
            "lecture",
            "Lecture, four examples",
            Hyperparameters(
                dataset="lecture", points=4, train_percent=100.0,
                hidden=(4, 4), activation="tanh", output="tanh", init="lecture", seed=1337,
                loss="squared_error", reduction="sum", learning_rate=0.05, batch_size=None,
            ),
        ),
        Preset(
            "spiral",
            "Spiral, 8-6 tanh",
            _PLAYGROUND.changed(
                dataset="spiral", noise=10.0, features=("x1", "x2", "sin_x1", "sin_x2"),
                hidden=(8, 6), init="xavier", seed=5, learning_rate=0.3, batch_size=25,
            ),
        ),
        Preset(
            "moons",
            "Two moons with Adam",
            Hyperparameters(
                dataset="moons", points=200, noise=20.0,
                hidden=(8, 8), activation="relu", output="linear", init="he", seed=1,
                loss="logistic", optimizer=optim.Adam(), learning_rate=0.01, batch_size=20,
                shuffle=True,
            ),
        ),
        Preset(
            "regression",
            "Six hills, a regression",
            _PLAYGROUND.changed(
                dataset="multi_gaussian", points=1200, hidden=(8, 8), output="linear",
                init="xavier", seed=3,
            ),
        ),
    )
}  # fmt: skip
