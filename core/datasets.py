"""Data sets to train on, seeded, and the features made of their points.

One row of DATASETS is one data set: what it is called, what a network for it looks like, and
the function that draws it. Circle, xor, gaussian, spiral, plane and multi-gaussian follow the
definitions of TensorFlow Playground, the moons those of scikit-learn's make_moons. A row asks
the generator for the same numbers whatever the noise is, so that points move smoothly, or stay
and change sides, while the noise slider is dragged. The global `random` is never touched.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, float], tuple[Floats, Floats]]

CLASSIFICATION = "classification"
REGRESSION = "regression"
MOST_POINTS = 1_000_000
MOST_NOISE = 50  # percent


class Data(NamedTuple):
    """Points and what is to be learnt at them."""

    inputs: Floats  # shape (n, features)
    targets: Floats  # shape (n,); -1 and +1 for a classification


class Domain(NamedTuple):
    """What is shown of the plane: a square, so that circles are round."""

    left: float
    right: float
    bottom: float
    top: float


PLAYGROUND_DOMAIN = Domain(-6, 6, -6, 6)


@dataclass(frozen=True)
class Dataset:
    """One row: a data set and the hints for a network that learns it."""

    name: str  # as in the project file
    title: str  # as in the window
    problem: str  # CLASSIFICATION or REGRESSION
    explanation: str  # one sentence
    draw: Draw  # (generator, number of points, noise from 0 to 0.5) -> points, targets
    points: int = 500  # usual number of points, train and test together
    noise: float = 0  # usual noise in percent
    features: int = 2
    is_fixed: bool = False  # the published points: neither number, noise nor seed apply
    train_percent: float = 50
    loss: str = "half_squared_error"
    output: str = "tanh"  # activation of the output layer
    domain: Domain = PLAYGROUND_DOMAIN

    def make(self, points: int | None = None, noise: float | None = None, seed: int = 0) -> Data:
        """The data in random order, the same for the same arguments.

        points: how many, 1 to 1,000,000. noise: percent, 0 to 50. Both as is usual if None.
        Raises ValueError for anything else. A fixed data set is the same for any arguments.
        """
        points = self.points if points is None else points
        noise = self.noise if noise is None else noise
        _need_count("points", points, 1, MOST_POINTS)
        _need_count("seed", seed, 0)
        _need_percent("noise", noise, MOST_NOISE)
        rng = np.random.default_rng(seed)
        inputs, targets = self.draw(rng, points, noise / 100)
        if self.is_fixed:
            return Data(inputs, targets)
        order = rng.permutation(len(inputs))
        return Data(inputs[order], targets[order])


def find(name: str) -> Dataset:
    """The row of that name. Raises ValueError, with the names there are, for any other."""
    if name in DATASETS:
        return DATASETS[name]
    raise ValueError(f"no data set {name!r}; there are {', '.join(DATASETS)}")


def split(data: Data, train_percent: float) -> tuple[Data, Data]:
    """The first `train_percent` of the points to train on, the others to test with.

    Rounded down as in TensorFlow Playground, but never less than 1 point to train on; with 100
    percent there is none to test with. Raises ValueError outside 0 to 100.
    """
    _need_percent("train_percent", train_percent, 100)
    if not len(data.inputs):
        raise ValueError("no points to split")
    count = train_count(len(data.inputs), train_percent)
    train = Data(data.inputs[:count], data.targets[:count])
    return train, Data(data.inputs[count:], data.targets[count:])


def train_count(points: int, train_percent: float) -> int:
    """How many of the points are trained on."""
    return max(1, math.floor(points * train_percent / 100))


# ----- features -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Feature:
    """One row: an input of the network, computed from a point of the plane."""

    name: str  # as in the project file
    title: str  # as in the window
    function: Callable[[Floats, Floats], Floats]  # of all x1 and all x2


FEATURES: dict[str, Feature] = {
    row.name: row
    for row in (
        Feature("x1", "X₁", lambda x1, x2: x1),
        Feature("x2", "X₂", lambda x1, x2: x2),
        Feature("x1_squared", "X₁²", lambda x1, x2: x1 * x1),
        Feature("x2_squared", "X₂²", lambda x1, x2: x2 * x2),
        Feature("x1_x2", "X₁X₂", lambda x1, x2: x1 * x2),
        Feature("sin_x1", "sin X₁", lambda x1, x2: np.sin(x1)),
        Feature("sin_x2", "sin X₂", lambda x1, x2: np.sin(x2)),
    )
}


def features(points: Floats, names: Sequence[str] = ("x1", "x2")) -> Floats:
    """The network's inputs, shape (n, len(names)), at points of the plane, shape (n, 2).

    Raises ValueError for an unknown name, none at all, or points that are not of the plane.
    """
    if not names:
        raise ValueError("a network needs at least one feature")
    for name in names:
        if name not in FEATURES:
            raise ValueError(f"no feature {name!r}; there are {', '.join(FEATURES)}")
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"features are made of points (x1, x2), not of shape {points.shape}")
    x1, x2 = points.T
    return np.stack([FEATURES[name].function(x1, x2) for name in names], axis=1)


# ----- how each is drawn --------------------------------------------------------------------


def _circle(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """A disc of radius 2.5 inside a ring from 3.5 to 5; noise moves where the label is read."""
    radius = 5.0
    is_inner = np.arange(n) < n - n // 2
    least = np.where(is_inner, 0.0, 0.7 * radius)
    most = np.where(is_inner, 0.5 * radius, radius)
    r = rng.uniform(least, most)
    points = _polar(r, rng.uniform(0, 2 * math.pi, n))
    read_at = points + noise * rng.uniform(-radius, radius, (n, 2))
    return points, _sides(np.hypot(*read_at.T) < 0.5 * radius)


def _xor(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """Four squares with a gap between them; +1 where both coordinates have the same sign."""
    gap = 0.3
    points = rng.uniform(-5, 5, (n, 2))
    points += np.where(points > 0, gap, -gap)
    x1, x2 = (points + noise * rng.uniform(-5, 5, (n, 2))).T
    return points, _sides(x1 * x2 >= 0)


def _gaussian(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """Two round clouds; noise widens their variance from 0.5 to 4."""
    is_positive = np.arange(n) < n - n // 2
    spread = math.sqrt(0.5 + 7.0 * noise)
    centre = np.where(is_positive, 2.0, -2.0)
    return centre[:, None] + spread * rng.standard_normal((n, 2)), _sides(is_positive)


def _spiral(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """Two arms of 1.75 turns, half a turn apart."""
    points, sides = [], []
    for count, start, side in ((n - n // 2, 0.0, 1.0), (n // 2, math.pi, -1.0)):
        along = np.arange(count) / max(count, 1)
        points.append(_polar(5.0 * along, 1.75 * 2 * math.pi * along + start))
        sides.append(np.full(count, side))
    jitter = noise * rng.uniform(-1, 1, (n, 2))
    return np.concatenate(points) + jitter, np.concatenate(sides)


def _moons(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """Two half circles that hold each other; noise is the spread of the points around them."""
    points, sides = _moon_arcs(n)
    return points + noise * rng.standard_normal((n, 2)), sides


def _moon_arcs(n: int) -> tuple[Floats, Floats]:
    upper, lower = (np.linspace(0, math.pi, count) for count in (n // 2, n - n // 2))
    x1 = np.concatenate([np.cos(upper), 1.0 - np.cos(lower)])
    x2 = np.concatenate([np.sin(upper), 0.5 - np.sin(lower)])
    return np.stack([x1, x2], axis=1), _sides(np.arange(n) >= n // 2)


def _micrograd(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """make_moons(100, noise=0.1) after np.random.seed(1337), as in micrograd's demo."""
    published = np.random.RandomState(1337)
    points, sides = _moon_arcs(100)
    order = np.arange(100)
    published.shuffle(order)
    return points[order] + published.normal(scale=0.1, size=points.shape), sides[order]


def _lecture(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    inputs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    return np.array(inputs), np.array([1.0, -1.0, -1.0, 1.0])


def _plane(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """A slope: (x1 + x2) / 10."""
    points = rng.uniform(-6, 6, (n, 2))
    read_at = points + noise * rng.uniform(-6, 6, (n, 2))
    return points, read_at.sum(axis=1) / 10.0


def _wave(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """sin(x) over two periods; noise is the spread of the targets around it."""
    x = rng.uniform(-6, 6, (n, 1))
    return x, np.sin(x[:, 0]) + noise * rng.standard_normal(n)


# Centres and signs of the six hills and hollows, each a cone of height 1 and radius 2.
_HILLS = np.array([(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)])
_HILL_SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])


def _multi_gaussian(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
    """Six cones, up and down in turn; the highest in absolute value counts."""
    points = rng.uniform(-6, 6, (n, 2))
    read_at = points + noise * rng.uniform(-6, 6, (n, 2))
    distance = np.linalg.norm(read_at[:, None, :] - _HILLS, axis=2)
    height = _HILL_SIGNS * np.clip(1.0 - distance / 2.0, 0.0, 1.0)
    highest = np.abs(height).argmax(axis=1)
    return points, height[np.arange(n), highest] + 0.0  # -0.0 becomes 0.0


def _polar(r: Floats, angle: Floats) -> Floats:
    """Points at radius r; the angle is measured from the x2 axis, clockwise."""
    return np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)


def _sides(is_positive: NDArray[np.bool_]) -> Floats:
    return np.where(is_positive, 1.0, -1.0)


_MOON_HINTS: dict[str, Any] = {
    "points": 100,
    "noise": 10,
    "loss": "hinge",
    "output": "linear",
    "domain": Domain(-1.5, 2.5, -1.75, 2.25),
}

DATASETS: dict[str, Dataset] = {
    row.name: row
    for row in (
        Dataset("circle", "Circle", CLASSIFICATION, "A disc inside a ring.", _circle),
        Dataset("xor", "Exclusive or", CLASSIFICATION, "Opposite quarters belong together.", _xor),
        Dataset("gaussian", "Gaussian", CLASSIFICATION, "Two clouds.", _gaussian),
        Dataset("spiral", "Spiral", CLASSIFICATION, "Two arms around each other.", _spiral),
        Dataset(
            "moons",
            "Two moons",
            CLASSIFICATION,
            "Two half circles that hold each other.",
            _moons,
            **_MOON_HINTS,
        ),
        Dataset(
            "micrograd",
            "micrograd's demo",
            CLASSIFICATION,
            "The 100 points of micrograd's demo.",
            _micrograd,
            is_fixed=True,
            train_percent=100,
            **_MOON_HINTS,
        ),
        Dataset(
            "lecture",
            "Lecture's four examples",
            CLASSIFICATION,
            "Four points of three numbers each, as in the lecture.",
            _lecture,
            points=4,
            features=3,
            is_fixed=True,
            train_percent=100,
            loss="squared_error",
        ),
        Dataset(
            "plane",
            "Plane",
            REGRESSION,
            "A slope.",
            _plane,
            points=1200,
            output="linear",
        ),
        Dataset(
            "multi_gaussian",
            "Multi-gaussian",
            REGRESSION,
            "Three hills and three hollows.",
            _multi_gaussian,
            points=1200,
            output="linear",
        ),
        Dataset(
            "wave",
            "Wave",
            REGRESSION,
            "sin x, a curve over one coordinate.",
            _wave,
            points=200,
            noise=10,
            features=1,
            output="linear",
            domain=Domain(-6, 6, -1.8, 1.8),
        ),
    )
}


# ----- checks -------------------------------------------------------------------------------


def _need_count(what: str, value: Any, least: int, most: int | None = None) -> None:
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):
        bound = f"from {least}" if most is None else f"from {least} to {most:,}"
        raise ValueError(f"{what} must be a whole number {bound}, not {value!r}")


def _need_percent(what: str, value: Any, most: float) -> None:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= most:
        raise ValueError(f"{what} must be a percentage from 0 to {most:g}, not {value!r}")
