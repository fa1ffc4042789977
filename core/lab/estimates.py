"""How long an experiment will take, said before it starts, from a short trial by its workers."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.lab import landscape, trainability
from core.lab.executors import Workers, check_stop, results
from core.lab.kept_tiles import KeptTiles
from core.lab.landscape import Landscape
from core.lab.problems import Problem
from core.lab.race import RaceQuestion
from core.lab.range_test import RangeTest
from core.lab.sharpening import Sharpening
from core.lab.stability import Gauge
from core.lab.trainability import Map
from core.lab.zero_grad import ZeroGrad

Floats = NDArray[np.float64]

SECONDS_OF_TRIAL = 0.15
SECONDS_OF_PROOF = 0.5  # before anybody is told how long it still takes
MOST_TRIALS = 8  # at the same time, so that workers who share a processor feel each other
FEWEST_STEPS = 3
QUICK = 1.0  # seconds: what is seen to take less after these steps needs no better trial
# Of the plane's Kronecker sequence with the lowest discrepancy: each new pixel fills a gap.
NEXT_ROW, NEXT_COLUMN = 0.7548776662466927, 0.5698402909980532


@dataclass(frozen=True)
class Estimate:
    """The time that work takes. is_bound: where every run is followed to its end.

    What diverges early takes less. what: the work, such as "4,096 pixels".
    """

    seconds: float
    what: str
    workers: int
    is_bound: bool

    @property
    def words(self) -> str:
        """A sentence for the user."""
        who = f"{self.workers} worker{'s' * (self.workers != 1)}"
        return f"{self.what} on {who} will take {self.brief}."

    @property
    def brief(self) -> str:
        """Such as "about 3 hours at most"."""
        return duration(self.seconds) + " at most" * self.is_bound


def for_map(
    question: Map, crew: Workers, kept: KeptTiles | None = None, known: Floats | None = None
) -> Generator[Estimate | None, None, None]:
    """None while it is tried, and at last the estimate, of what is not kept or known."""
    pixels = trainability.missing(question, kept, known)
    count = crew.count
    for found in _tried(crew, _pixel_trial, question if pixels else None):
        if found is None:
            yield None
            continue
        each = sum(seconds for seconds, _ in found) / max(len(found), 1)
        is_bound = any(is_bound for _, is_bound in found)
        yield Estimate(each * pixels / count, f"{pixels:,} pixels", count, is_bound)


def for_steps(
    question: RaceQuestion | RangeTest | ZeroGrad, crew: Workers
) -> Generator[Estimate | None, None, None]:
    """The same for a race, a range test, or runs with and without zero_grad."""
    runs, count, what = 1, 1, f"{question.steps:,} steps"
    if isinstance(question, RaceQuestion):
        runs = len(question.lanes)
        count, what = min(crew.count, runs), f"{runs:,} lanes of {what}"
    elif isinstance(question, ZeroGrad):
        runs = question.runs
        what = f"{runs:,} runs of {what}"
    steps = runs * question.steps
    for found in _tried(crew, _step_trial, (question.problem, steps)):
        if found is None:
            yield None
        else:
            yield Estimate(sum(found) / len(found) * steps / count, what, count, is_bound=True)


def for_landscape(question: Landscape, crew: Workers) -> Generator[Estimate | None, None, None]:
    """The same for a landscape."""
    points = question.resolution**2
    for found in _tried(crew, _point_trial, question):
        if found is None:
            yield None
        else:
            seconds = sum(found) / len(found) * points / crew.count
            yield Estimate(seconds, f"{points:,} points", crew.count, is_bound=False)


def for_sharpening(question: Sharpening, crew: Workers) -> Generator[Estimate | None, None, None]:
    """The same for a run whose sharpness is measured on the way."""
    what = f"{question.steps:,} steps with {question.measurements:,} measurements"
    for found in _tried(crew, _measuring_trial, question):
        if found is None:
            yield None
        else:
            yield Estimate(sum(found) / len(found), what, 1, is_bound=True)


def _tried(
    crew: Workers, trial: Callable[[tuple[Any, int]], Any], about: Any
) -> Iterator[list[Any] | None]:
    """What trials by all workers at the same time say; none where there is nothing to try."""
    jobs = [(about, i) for i in range(min(crew.count, MOST_TRIALS))] if about is not None else []
    found = []
    for answer in results(crew, trial, jobs):
        if answer is None:
            yield None
        else:
            found.append(answer[1])
    yield found


def _step_trial(job: tuple[tuple[Problem, int], int], budget: float | None = None) -> float:
    """Seconds of one of so many steps, in whatever process."""
    (problem, steps), _ = job
    trainer = problem.trainer(0.0)  # a rate that never diverges
    trainer.run(1)
    return _seconds_of_one(trainer.run, steps, budget)


def _point_trial(job: tuple[Landscape, int]) -> float:
    """Seconds of a point, in whatever process."""
    question, _ = job
    objective, start = landscape.objective_of(question.problem), question.start.data
    objective.losses(start[None])
    return _seconds_of_one(
        lambda count: objective.losses(np.tile(start, (count, 1))), question.resolution**2
    )


def _measuring_trial(job: tuple[Sharpening, int]) -> float:
    """Seconds of all of it, if each measurement takes as long as the first, or as it ever can."""
    question, _ = job
    each = _step_trial(((question.problem, question.steps), 0), SECONDS_OF_TRIAL / 2)
    gauge = Gauge(question.problem)
    gauge.objective.gradient(question.start.data)
    began, took, products = time.perf_counter(), 0.0, 0
    for found in gauge.estimates(question.start):
        took, products = time.perf_counter() - began, found.products
        if took > SECONDS_OF_TRIAL:
            took *= gauge.most_products / products
            break
    return each * question.steps + took * question.measurements


def _seconds_of_one(
    make: Callable[[int], object], wanted: int, budget: float | None = None
) -> float:
    """Of what `make` makes so many of. A few, where all that is wanted takes next to no time.

    The least of several goes: others may have held the processor in one of them.
    """
    budget = SECONDS_OF_TRIAL if budget is None else budget
    count, made, took, each = 1, 0, 0.0, math.inf
    while took < budget or made < FEWEST_STEPS:
        check_stop()
        began = time.perf_counter()
        make(count)
        passed = time.perf_counter() - began
        each = min(each, passed / count)
        took, made = took + passed, made + count
        count = min(2 * count, made)
        if took > 10.0 * budget or (made >= FEWEST_STEPS and each * wanted < QUICK):
            break
    return each


def _pixel_trial(job: tuple[Map, int]) -> tuple[float, bool]:
    """Seconds of a pixel, and whether that is of one that does not diverge."""
    question, first = job
    lane = question.lane(question.height // 2, question.width // 2)
    problem = lane.of(question.problem)
    each = _step_trial(((problem, question.steps), 0), SECONDS_OF_TRIAL / 8) * question.steps
    if each > SECONDS_OF_TRIAL / 4:
        return each, True
    prepared = trainability.share_prepared(question)
    took, preparing, made = 0.0, 0.0, 0
    while took + preparing < SECONDS_OF_TRIAL:
        check_stop()
        place = (first + 1) * MOST_TRIALS + made
        row = int(place * NEXT_ROW % 1.0 * question.height)
        column = int(place * NEXT_COLUMN % 1.0 * question.width)
        began = time.perf_counter()
        trainability.pixel(question, row, column)
        whole = time.perf_counter() - began
        # Once more, without what it shares with others, or what held the processor meanwhile.
        began = time.perf_counter()
        trainability.pixel(question, row, column)
        run = min(time.perf_counter() - began, whole)
        took, preparing, made = took + run, preparing + whole - run, made + 1
    return (took + prepared * preparing) / made, False


class TimeLeft:
    """How long the rest of an experiment takes, from what was done since its first result.

    Before that, workers start; and what was kept of an earlier run took no time.
    """

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None  # time and share of the first progress
        self._share = math.nan
        self._end = math.nan

    def words(self, share: float) -> str:
        """Such as "about 20 seconds left"; "" while that is not known. share: of all, now done."""
        seconds = self._after(share)
        return "" if math.isnan(seconds) or share >= 1.0 else f"{duration(seconds)} left"

    def _after(self, share: float) -> float:
        now = time.monotonic()
        if share != self._share:
            if math.isnan(self._share):
                self._share = share
                return math.nan
            self._share = share
            self._first = self._first or (now, share)
            self._end = now + self._at_this_pace(now)
        # Where nothing comes, as while workers are away, the end goes off.
        return max(self._end - now, self._at_this_pace(now) / 4.0)

    def _at_this_pace(self, now: float) -> float:
        if self._first is None:
            return math.nan
        (began, before), share = self._first, self._share
        if now - began <= SECONDS_OF_PROOF or share <= before:
            return math.nan
        return (now - began) / (share - before) * (1.0 - share)


def duration(seconds: float) -> str:
    """In words: "about 40 seconds", "about 3 hours"."""
    if seconds < 1.5:
        return "about a second"
    for name, size in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0)):
        if seconds >= 1.5 * size or size == 1.0:
            return f"about {round(seconds / size):,} {name}s"
    raise AssertionError
