"""Data of one's own: points that were drawn or come from a table, or a function of x.

Both are part of a set-up, and kept with it in the project file. A set-up whose data set is "own"
trains on them by way of a `Dataset` row, as on any other data.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets import (
    CLASSIFICATION,
    PLAYGROUND_DOMAIN,
    REGRESSION,
    Dataset,
    Domain,
    Floats,
    train_count,
)
from core.experiments.response import Response
from core.expression import ExpressionError, parse
from core.numbers import format_number

OWN = "own"  # the data set's name in a set-up
MOST_ROWS = 20_000
MOST_FEATURES = 64
LONGEST_TEXT = 500  # of a function, and of a name
PROBES = 512  # places at which a function is tried
_PAD = 0.1  # of the range of what is shown, on each side


@dataclass(frozen=True)
class OwnPoints:
    """Points as they were given, each its features and then its target.

    columns: names of the features, then of the target. classes: what -1 and +1 stand for.
    is_standardized: the network is given each feature less its mean, divided by its standard
    deviation, both over the training points; so is the target of a regression. is_drawn: on the
    plane or, of one feature, over a line: x and its value; `plane` is what shows. Raises
    ValueError, in words for the user, where nothing could be learnt from them.
    """

    title: str
    problem: str  # CLASSIFICATION, with targets -1 and +1, or REGRESSION
    columns: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]
    classes: tuple[str, str] = ("−1", "+1")
    is_standardized: bool = False
    is_drawn: bool = False
    plane: Domain = PLAYGROUND_DOMAIN

    def __post_init__(self) -> None:
        n_features = len(self.columns) - 1
        if self.problem not in (CLASSIFICATION, REGRESSION):
            raise ValueError(f"There is no problem {self.problem[:40]!r}.")
        if not 1 <= n_features <= MOST_FEATURES:
            raise ValueError(f"Own data has 1 to {MOST_FEATURES} features, not {n_features:,}.")
        if not 2 <= len(self.points) <= MOST_ROWS:
            raise ValueError(
                f"Own data has 2 to {MOST_ROWS:,} points, not {len(self.points):,}."
                if self.points
                else "There are no points yet."
            )
        if any(len(point) != len(self.columns) for point in self.points):
            raise ValueError("A point of the own data has another number of columns.")
        if not all(math.isfinite(x) for point in self.points for x in point):
            raise ValueError("A number of the own data is not finite.")
        self._check_targets()

    def _check_targets(self) -> None:
        targets = {point[-1] for point in self.points}
        if self.problem == REGRESSION:
            return
        if not targets <= {-1.0, 1.0}:
            raise ValueError("The targets of a classification are −1 and +1.")
        if len(targets) == 1:
            only, missing = self.classes if targets == {-1.0} else self.classes[::-1]
            raise ValueError(
                f"All points are of the class {only}; add some of {missing}, "
                "for there is nothing to tell apart yet."
            )

    @property
    def n_features(self) -> int:
        """How many numbers a point has besides its target."""
        return len(self.columns) - 1

    @cached_property
    def array(self) -> Floats:
        """The points as they were given, (n, features + 1)."""
        return np.array(self.points, dtype=np.float64)

    @cached_property
    def row(self) -> Dataset:
        """The row of a data set that draws these points, in an order that depends on the seed.

        As if all of them were trained on; `row_for` knows better.
        """
        return self.row_for(100.0, 0)

    def row_for(self, train_percent: float, seed: int) -> Dataset:
        """The same where so many percent are trained on: those are what standardises all."""
        key = (train_percent, seed) if self.is_standardized else (100.0, 0)
        if key not in self._rows:
            train = self._order(np.random.default_rng(seed))[
                : train_count(len(self.points), key[0])
            ]
            self._rows[key] = self._row(self._numbers(train))
        return self._rows[key]

    @cached_property
    def _rows(self) -> dict[tuple[float, int], Dataset]:
        return {}

    def _row(self, numbers: Floats) -> Dataset:
        """A row that draws these numbers, one line a point, the target last."""
        is_classification = self.problem == CLASSIFICATION

        def draw(rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
            mixed = numbers[self._order(rng)]
            return np.ascontiguousarray(mixed[:, :-1]), np.ascontiguousarray(mixed[:, -1])

        return Dataset(
            OWN, self.title, self.problem, "Data of your own.", draw,
            points=len(self.points), features=self.n_features, is_fixed=True,
            output="tanh" if is_classification else "linear", domain=self._domain(numbers),
        )  # fmt: skip

    def _order(self, rng: np.random.Generator) -> NDArray[np.intp]:
        # In the order in which they were drawn, one class would be the test points.
        n = len(self.points)
        return _steady_order(self.array, rng) if self.is_drawn else rng.permutation(n)

    def _numbers(self, train: NDArray[np.intp]) -> Floats:
        """What the network is given, where these points are trained on."""
        if not self.is_standardized:
            return self.array
        numbers = standardized(self.array, self.array[train])
        if self.problem == CLASSIFICATION:
            numbers[:, -1] = self.array[:, -1]
        return numbers

    def _domain(self, numbers: Floats) -> Domain:
        if self.is_drawn:
            return self.plane
        shown = numbers[:, [0, 1]]  # of one feature, the target is the second
        low, high = shown.min(axis=0), shown.max(axis=0)
        middle, half = (low + high) / 2, (0.5 + _PAD) * np.maximum(high - low, 1e-9)
        if self.n_features > 1:
            half[:] = half.max()  # a square, so that circles are round
        left, bottom = (middle - half).tolist()
        right, top = (middle + half).tolist()
        return Domain(left, right, bottom, top)

    @cached_property
    def document(self) -> dict[str, Any]:
        """JSON for the project file, made once."""
        return {
            "kind": "points", "title": self.title, "problem": self.problem,
            "columns": list(self.columns), "points": [list(point) for point in self.points],
            "classes": list(self.classes), "standardized": self.is_standardized,
            "drawn": self.is_drawn, "plane": list(self.plane),
        }  # fmt: skip


@dataclass(frozen=True)
class OwnFunction:
    """A function of x, written as in an expression, with x drawn evenly from low to high.

    Raises ValueError, in words for the user, where it is none or not finite everywhere.
    """

    text: str
    low: float = -6.0
    high: float = 6.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError("x goes from a number to a greater one.")
        if self.high - self.low < 1e-6 * max(abs(self.low), abs(self.high)):
            raise ValueError("The range of x is too small to tell its numbers apart.")
        xs = np.linspace(self.low, self.high, PROBES)
        bad = np.flatnonzero(~np.isfinite(self.at(xs)))
        if len(bad):
            x = format_number(float(xs[bad[0]]))
            raise ValueError(f"At x = {x} this is no finite number; choose another range of x.")

    def at(self, xs: Floats) -> Floats:
        """The function at each x, (n,)."""
        if not self.text.strip():
            raise ValueError("Write a function of x, such as sin(x).")
        if len(self.text) > LONGEST_TEXT:
            raise ValueError(f"A function has at most {LONGEST_TEXT} characters.")
        formula = self.text if "=" in self.text else f"y = {' '.join(self.text.split())}"
        try:
            graph = parse(f"x = 0.5\n{formula}")
        except ExpressionError as error:
            raise ValueError(error.message) from None
        first = next(iter(graph.nodes))
        output = graph.output
        if output is None or first not in graph.reached:
            raise ValueError("This does not depend on x.")
        return Response(graph, first, output).at(xs)

    @cached_property
    def row(self) -> Dataset:
        """The row of a data set that draws points of the function."""
        ys = self.at(np.linspace(self.low, self.high, PROBES))
        low, high = float(ys.min()), float(ys.max())
        pad = _PAD * max(high - low, 1e-9)
        return Dataset(
            OWN, self.text.strip(), REGRESSION, "A function of your own.", self._draw,
            points=200, features=1, output="linear",
            domain=Domain(self.low, self.high, low - pad, high + pad),
        )  # fmt: skip

    def _draw(self, rng: np.random.Generator, n: int, noise: float) -> tuple[Floats, Floats]:
        x = rng.uniform(self.low, self.high, n)
        y = self.at(x) + noise * rng.standard_normal(n)
        return x[:, None], y

    @cached_property
    def document(self) -> dict[str, Any]:
        """JSON for the project file."""
        return {"kind": "function", "text": self.text, "low": self.low, "high": self.high}


OwnData = OwnPoints | OwnFunction

_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # of SplitMix64 (Steele, Lea and Flood, 2014)


def _steady_order(points: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """A random order that points added or taken away hardly change.

    Each point is ranked by a hash of its own numbers, so that those that are tested on stay so
    while somebody goes on drawing.
    """
    rank = rng.integers(2**63, size=1).astype(np.uint64)
    for column in np.ascontiguousarray(points.T).view(np.uint64):
        rank = rank ^ column
        for shift, factor in zip((30, 27), _MIX):
            rank = (rank ^ (rank >> np.uint64(shift))) * np.uint64(factor)
        rank = rank ^ (rank >> np.uint64(31))
    return np.argsort(rank, kind="stable")


def standardized(numbers: Floats, known: Floats) -> Floats:
    """Each column less the mean of the known numbers, divided by their standard deviation.

    A column that is constant there is only moved.
    """
    with np.errstate(all="ignore"):
        moved = numbers - known.mean(axis=0)
        spread = known.std(axis=0)
    result: Floats = moved / np.where(spread > 0.0, spread, 1.0)
    return result


def own_from_dict(document: Any) -> OwnData:
    """What `document` of own data says. Raises ValueError for anything else."""
    if not isinstance(document, Mapping):
        raise ValueError("the own data is not an object")
    kind = document.get("kind")
    if kind == "function":
        low, high = (_number(document.get(key), key) for key in ("low", "high"))
        return OwnFunction(_text(document.get("text"), "text"), low, high)
    if kind != "points":
        raise ValueError("there is no such kind of own data")
    classes = _texts(document.get("classes"), "classes")
    if len(classes) != 2:
        raise ValueError("the own data's classes are not two")
    return OwnPoints(
        _text(document.get("title"), "title"),
        _text(document.get("problem"), "problem"),
        _texts(document.get("columns"), "columns"),
        tuple(
            tuple(_number(x, "points") for x in _list(point, "points"))
            for point in _list(document.get("points"), "points")
        ),
        (classes[0], classes[1]),
        _flag(document.get("standardized"), "standardized"),
        _flag(document.get("drawn"), "drawn"),
        _plane(document.get("plane", list(PLAYGROUND_DOMAIN))),
    )


def as_points(numbers: Iterable[Iterable[float]]) -> tuple[tuple[float, ...], ...]:
    """Rows of an array as `OwnPoints` keeps them."""
    return tuple(tuple(float(x) for x in row) for row in numbers)


def _plane(value: Any) -> Domain:
    ends = [_number(x, "plane") for x in _list(value, "plane")]
    if len(ends) != 4 or not all(map(math.isfinite, ends)):
        raise ValueError("the own data's plane is not four numbers")
    plane = Domain(*ends)
    if not (plane.left < plane.right and plane.bottom < plane.top):
        raise ValueError("the own data's plane has no area")
    return plane


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError(f"the own data's {key} is not a text")
    return value


def _texts(value: Any, key: str) -> tuple[str, ...]:
    return tuple(_text(x, key) for x in _list(value, key))


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"the own data's {key} are not a list")
    return value


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"the own data's {key} has something that is no number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"the own data's {key} has a number that is too large") from None


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"the own data's {key} is neither true nor false")
    return value
