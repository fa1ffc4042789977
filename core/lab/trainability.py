"""The trainability map: which of two hyperparameters' values converge, and how fast.

Each pixel is a run from the same start. Its number is the measure of Sohl-Dickstein's paper (arXiv
2402.06184): with v the losses over the loss at the start, cut off at a million,

    -sum(v)     where the mean of the last 20 is below 1: converged, the closer to 0 the faster
    sum(1 / v)  otherwise: diverged, the closer to 0 the faster

The paper's runs see all points in each step. Where batches are smaller, each step's v is the mean
over its epoch. A run whose loss exceeds a million million times the start's is not followed
further: it counts as diverged from there.

Any window can be asked for, as far down as its rates are different numbers, and every pixel can
be trained again as a lane of a race, with the same losses to the last bit.
"""

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.lab import tiles
from core.lab.executors import Workers, check_stop, results
from core.lab.kept_tiles import KeptTiles
from core.lab.objective import Objective
from core.lab.problems import Problem, WideTanh
from core.lab.race import Lane, RaceQuestion
from core.lab.ranges import check_count, check_range
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.lab.tiles import Tile
from core.optim import Adam, Momentum, Schedule
from core.rules import RateGroups, State

Floats = NDArray[np.float64]
AxisKind = Literal["rate", "layer rate", "init scale", "batch size", "momentum", "l2"]

TITLES: dict[AxisKind, str] = {
    "rate": "learning rate",
    "layer rate": "learning rate of a layer",
    "init scale": "scale of the initial parameters",
    "batch size": "batch size",
    "momentum": "1 − momentum",
    "l2": "L2 rate",
}
CUT_OFF = 1e6
NOT_FOLLOWED = 1e12
STEPS_AT_ONCE = 1000  # after which a job looks whether somebody still waits for it,
WORK_AT_ONCE = 300_000_000  # or after so many samples times parameters: a fraction of a second
LAST = 20  # losses whose mean decides
MOST_PIXELS = 4096  # along a side
MOST_STEPS = 100_000
MOST_MOVED = 1_000_000_000  # pixels
SECONDS_BETWEEN_REPORTS = 0.1
BENCHES_KEPT = 16  # by each thread


@dataclass(frozen=True)
class Axis:
    """What changes along a side of the map, in equal ratios from `low` to `high`.

    layer: which one, from 0, where the kind is "layer rate". first: the first pixel, where the
    window has been moved on by so many: the numbers are those of the same pixels before.
    """

    kind: AxisKind
    low: float
    high: float
    layer: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        if self.kind not in TITLES:
            raise ValueError(f"There is no axis {self.kind!r}; there are {', '.join(TITLES)}.")
        check_range(TITLES[self.kind], self.low, self.high)
        if self.kind == "momentum" and self.high > 1.0:
            raise ValueError("1 − momentum is at most 1.")
        check_count("layers before this one", self.layer, 0, 100)
        check_count("pixels moved", self.first, -MOST_MOVED, MOST_MOVED)

    def ends(self, count: int) -> tuple[float, float]:
        """Where a window of `count` pixels begins and ends."""
        if not self.first:
            return self.low, self.high
        low, high = (self.low * math.exp(k / count * self._extent) for k in self._span(count))
        return low, high

    @property
    def _extent(self) -> float:
        # From the ratio's own logarithm, which keeps its digits in the narrowest window.
        return math.log1p((self.high - self.low) / self.low)

    def _span(self, count: int) -> tuple[int, int]:
        return self.first, self.first + count

    def numbers(self, count: int) -> Floats:
        """The value at each of `count` pixels: the middles of equal parts."""
        found = self.low * np.exp((np.arange(*self._span(count)) + 0.5) / count * self._extent)
        if self.kind == "batch size":
            found = np.maximum(np.rint(found), 1.0)
        return np.asarray(found)


@dataclass(frozen=True)
class Map:
    """`steps` steps from `start` for each pixel. Row 0 is the lowest value of y."""

    problem: Problem
    start: Start
    x: Axis
    y: Axis
    steps: int = 100
    width: int = 256
    height: int = 256

    def __post_init__(self) -> None:
        check_count("steps", self.steps, 1, MOST_STEPS)
        for axis, count in ((self.x, self.width), (self.y, self.height)):
            check_count("pixels along a side", count, 2, MOST_PIXELS)
            if axis.kind == "layer rate" and axis.layer >= len(self.problem.layers):
                raise ValueError(
                    f"There is no layer {axis.layer + 1}: the network has "
                    f"{len(self.problem.layers)}."
                )
            if axis.first:
                replace(axis, low=axis.ends(count)[0], high=axis.ends(count)[1], first=0)
            if axis.kind != "batch size" and not (np.diff(axis.numbers(count)) > 0.0).all():
                raise ValueError(
                    "This window is too narrow: neighbouring pixels would have the same "
                    f"{TITLES[axis.kind]}. float64 has no more digits."
                )
        if (self.x.kind, self.x.layer) == (self.y.kind, self.y.layer):
            raise ValueError(f"Both axes are the {TITLES[self.x.kind]}: choose two.")
        self.lane(0, 0).of(self.problem)  # which says what this problem does not have

    def lane(self, row: int, column: int) -> Lane:
        """The pixel as a lane of a race."""
        return self.lane_at(self.x.numbers(self.width)[column], self.y.numbers(self.height)[row])

    def race(self, row: int, column: int, steps: int | None = None) -> RaceQuestion:
        """The pixel as a race of one lane: the very run that the map has made."""
        lane = self.lane(row, column)
        return RaceQuestion(self.problem, self.start, (lane,), steps or self.steps)

    def moved(self, columns: int, rows: int) -> "Map":
        """The window so many pixels further to the right and up."""
        x = replace(self.x, first=self.x.first + columns)
        return replace(self, x=x, y=replace(self.y, first=self.y.first + rows))

    def known_from(self, other: "Map", values: Floats) -> Floats:
        """What another map's values say of this one's pixels, nan where nothing."""
        found = np.full((self.height, self.width), np.nan)
        right, up = self.x.first - other.x.first, self.y.first - other.y.first
        if other.start.key != self.start.key or self != replace(
            other.moved(right, up), start=self.start
        ):
            return found
        here, there = _overlap(right, self.width), _overlap(-right, self.width)
        rows_here, rows_there = _overlap(up, self.height), _overlap(-up, self.height)
        found[rows_there, there] = values[rows_here, here]
        return found

    def lane_at(self, x: float, y: float) -> Lane:
        """A run with these values of the axes."""
        given: dict[tuple[AxisKind, int], float] = {
            (self.x.kind, self.x.layer): float(x),
            (self.y.kind, self.y.layer): float(y),
        }
        settings: dict[str, Any] = {"rate": self.problem.rate}
        layer_rates: dict[int, float] = {}
        for (kind, layer), value in given.items():
            if kind == "layer rate":
                layer_rates[layer] = value
            elif kind == "momentum":
                settings["optimizer"] = _with_momentum(self.problem, 1.0 - value)
            else:
                settings[kind.replace(" ", "_")] = int(value) if kind == "batch size" else value
        if layer_rates:  # times 1, so that each is exactly what it says
            others, settings["rate"] = settings["rate"], 1.0
            settings["layer_factors"] = tuple(
                layer_rates.get(i, others * factor)
                for i, factor in enumerate(self.problem.layer_factors)
            )
        return Lane(**settings)


def fractal_boundary(width: int = 256, height: int = 256, steps: int = 100) -> Map:
    """The paper's map: both layers' rates of its network, from a thousandth to a million."""
    problem = WideTanh()
    x, y = (Axis("layer rate", 1e-3, 1e6, layer) for layer in (0, 1))
    return Map(problem, problem.start(), x, y, steps, width, height)


@dataclass(frozen=True, eq=False)
class MapResult:
    """The map so far: (height, width), nan where nothing is known yet."""

    values: Floats

    @property
    def picture(self) -> Floats:
        """Without holes as soon as the coarsest level is there."""
        return tiles.filled(self.values)

    @property
    def share_converged(self) -> float:
        """Of the pixels that are known."""
        known = self.values[~np.isnan(self.values)]
        return float(np.mean(known < 0.0)) if len(known) else math.nan


def run(
    question: Map, crew: Workers, kept: KeptTiles | None = None, known: Floats | None = None
) -> Reports[MapResult]:
    """Coarse to fine; reports a few times a second.

    kept: where finished tiles are and go. known: (height, width), what needs no run, else nan.
    """
    height, width = question.height, question.width
    values = np.full((height, width), np.nan) if known is None else known.copy()
    jobs = []
    for tile in tiles.tiles(height, width):
        pixels = tile.pixels(height, width)
        found = kept.find(tile) if kept else None
        if found is not None:
            values[pixels] = found
            continue
        is_missing = np.isnan(values[pixels])
        if is_missing.any():
            jobs.append(TileJob(question, tile, None if is_missing.all() else is_missing))
        elif kept:
            kept.keep(tile, values[pixels])
    total, reported = height * width, -math.inf
    done = int(np.count_nonzero(~np.isnan(values)))
    yield Report(done, total, MapResult(values.copy()))
    for answer in results(crew, compute, jobs):
        if answer is not None:
            job, found = answer
            values[job.pixels] = found
            done += len(found)
            if kept:
                kept.keep(job.tile, values[job.tile.pixels(height, width)])
        now = time.perf_counter()
        if now - reported >= SECONDS_BETWEEN_REPORTS or done == total:
            reported = now
            yield Report(done, total, MapResult(values.copy()), crew.note)


def missing(question: Map, kept: KeptTiles | None, known: Floats | None = None) -> int:
    """How many pixels are neither kept nor known."""
    height, width, count = question.height, question.width, 0
    for tile in tiles.tiles(height, width):
        if kept is None or not kept.has(tile):
            pixels = tile.pixels(height, width)
            count += len(pixels[0]) if known is None else int(np.isnan(known[pixels]).sum())
    return count


def _overlap(shift: int, count: int) -> slice:
    """Of `count` pixels, those that are still seen `shift` pixels further on."""
    return slice(max(shift, 0), max(count + min(shift, 0), 0))


@dataclass(frozen=True, eq=False)
class TileJob:
    """What a worker is sent. wanted: which of the tile's pixels, None for all."""

    question: Map
    tile: Tile
    wanted: NDArray[np.bool_] | None = None

    @property
    def pixels(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of those that are wanted."""
        rows, columns = self.tile.pixels(self.question.height, self.question.width)
        return (rows, columns) if self.wanted is None else (rows[self.wanted], columns[self.wanted])


def compute(job: TileJob) -> Floats:
    """The measure of each of the wanted pixels: a pure function, in whatever process."""
    rows, columns = job.pixels
    return _measures(job.question, rows.tolist(), columns.tolist())


def pixel(question: Map, row: int, column: int) -> float:
    """The measure of one of them."""
    return float(_measures(question, [row], [column])[0])


def share_prepared(question: Map) -> float:
    """Of the pixels, those that need preparations of their own: the others share some's rules."""
    own = sum(axis.kind in ("batch size", "momentum", "l2") for axis in (question.x, question.y))
    if own == 1:
        tile = list(tiles.tiles(question.height, question.width))[-1]
        return tile.side / (0.75 * tile.side**2) if tile.side <= BENCHES_KEPT else 1.0
    return float(own > 0)


def _measures(question: Map, rows: list[int], columns: list[int]) -> Floats:
    xs, ys = question.x.numbers(question.width), question.y.numbers(question.height)
    found = np.empty(len(rows))
    key = question.problem, question.start.key, question.steps
    for i, (row, column) in enumerate(zip(rows, columns)):
        lane = question.lane_at(xs[column], ys[row])
        found[i] = _bench(question, lane, key).measure(lane)
    return found


def measure(losses: Floats, steps: int, first: float, per_epoch: int = 1) -> float:
    """One number for a run of `steps` steps, of which the last are missing if it diverged.

    first: the loss over all points at the start. per_epoch: batches in an epoch.
    """
    v = np.full(steps, CUT_OFF)
    with np.errstate(all="ignore"):
        shares = losses / first
        v[: len(losses)] = np.where(shares <= CUT_OFF, shares, CUT_OFF)  # nan is cut off as well
        if per_epoch > 1:
            epochs = [v[k : k + per_epoch] for k in range(0, steps, per_epoch)]
            v = np.concatenate([np.full(len(epoch), np.mean(epoch)) for epoch in epochs])
        has_converged = np.mean(v[-LAST:]) < 1.0
        return float(-np.sum(v) if has_converged else np.sum(1.0 / np.maximum(v, 1.0 / CUT_OFF)))


class _Track:
    """Whatever all runs of a map share: the tape and the data."""

    def __init__(self, problem: Problem) -> None:
        self.trainer = problem.trainer()
        self.runner = self.trainer.new_runner()
        self.objective = Objective(self.trainer)


class _Bench:
    """Whatever the runs of lanes with the same rules share; each run overwrites the last."""

    def __init__(self, question: Map, lane: Lane, track: _Track) -> None:
        lane.of(question.problem)  # which says what this problem does not have
        trainer, rules = track.trainer, track.trainer.rules
        optimizer, own = lane.optimizer or rules.optimizer, rules.optimizer
        l2 = rules.l2 if lane.l2 is None else lane.l2
        rules = replace(rules, optimizer=optimizer, l2=l2)
        self.problem, self.steps = question.problem, question.steps
        batches = trainer.new_batches(lane.batch_size)
        self.runner = track.runner.twin(rules, batches.largest)
        work = batches.largest * len(trainer.parameters)
        most = max(1, min(STEPS_AT_ONCE, WORK_AT_ONCE // work))
        begins = range(0, question.steps, most)
        self.plans = [batches.take(min(most, question.steps - k)) for k in begins]
        self.per_epoch = batches.batches_per_epoch
        self.start = question.start.for_optimizer(optimizer, own)
        self.state: State = self.start.state(optimizer.state_size)
        self.objective = track.objective.under(rules)
        self.first = math.nan, math.nan  # scale of the start, loss there

    def measure(self, lane: Lane) -> float:
        """Of a run of this lane."""
        if lane.init_scale != self.first[0]:
            loss = self.objective.loss(self.start.data * lane.init_scale)
            self.first = lane.init_scale, loss
        first = self.first[1]
        return measure(self._losses(lane, NOT_FOLLOWED * first), self.steps, first, self.per_epoch)

    def _losses(self, lane: Lane, limit: float) -> Floats:
        """Until the end, or the first above the limit."""
        state, start = self.state, self.start
        np.multiply(start.data, lane.init_scale, out=state.data)
        state.grad[:], state.memory[:], state.dead[:] = start.grad, start.memory, start.dead
        state.step = start.step
        groups = RateGroups.of(lane.factors(self.problem))
        assert not isinstance(lane.rate, Schedule)
        losses = np.empty(0)
        for plan in self.plans:
            check_stop()
            rates = np.full(len(plan.sizes), lane.rate)
            found = self.runner.run_until(state, plan, rates, limit, groups)
            losses = np.concatenate([losses, found])
            if not found[-1] <= limit:
                break
        return losses


_own = threading.local()


def _bench(question: Map, lane: Lane, key: tuple[Any, ...]) -> _Bench:
    """This thread's bench for such lanes of what `key` stands for; a few are kept."""
    known: OrderedDict[Any, _Bench] = _own.__dict__.setdefault("benches", OrderedDict())
    key = (*key, lane.rules)
    if key not in known:
        if getattr(_own, "problem", None) != question.problem:
            _own.track, _own.problem = _Track(question.problem), question.problem
        known[key] = _Bench(question, lane, _own.track)
        if len(known) > BENCHES_KEPT:
            known.popitem(last=False)
    known.move_to_end(key)
    return known[key]


def _with_momentum(problem: Problem, beta: float) -> Momentum | Adam:
    """The problem's optimizer with another momentum; SGD's is Momentum's."""
    own = problem.optimizer
    if isinstance(own, Adam):
        return replace(own, beta1=beta)
    return Momentum(beta)
