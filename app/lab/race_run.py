"""A race as a generator that can be asked, in mid-run, for a fork."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.lab.found import Found
from app.lab.thinning import thinned
from app.lab.time_question import is_agreed_here
from core.datasets import Data, Domain
from core.lab import estimates
from core.lab.main_run import timeline_of
from core.lab.problems import Network
from core.lab.race import Race, RaceQuestion, RaceResult
from core.lab.running import Report, Reports
from core.surfaces import Surfaces
from core.timeline import Timeline

REPORTS = 120  # from the first step to the last
SHOWN_FOR = 1.5  # seconds a race takes at least, so that it can be watched and forked
PICTURE = 0.2  # seconds between two pictures of the lanes, at least
SHARE = 0.25  # of the time, at most, for pictures, and as much for verdicts
LONG, SHORT = 0.4, 0.1  # seconds of a chunk of steps: then the next is half as long, or twice
BLOCK = 256  # losses that are averaged in one product

Levels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Line = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class RacePicture:
    """What is drawn of a race.

    lines: of each lane, steps and the running mean of its losses over an epoch, no more points
    than can be told apart. levels: a picture of each lane where the problem has a plane, with its
    data and domain.
    """

    lines: tuple[Line, ...]
    levels: tuple[Levels, ...]
    plane: tuple[Data, Domain] | None


@dataclass(frozen=True)
class Fork:
    """A lane that goes on from another one's step at a rate of its own."""

    step: int
    lane: int  # the other one
    rate: float


def forks_of(question: RaceQuestion, result: RaceResult) -> tuple[Fork, ...]:
    """The forks that a race has had, in their order."""
    found = []
    for k in range(len(question.lanes), len(result.lanes)):
        lane, rate = result.forked_from[k], result.lanes[k].rate
        assert lane is not None
        assert isinstance(rate, float)
        found.append(Fork(result.joined[k], lane, rate))
    return tuple(found)


def with_fork(forks: tuple[Fork, ...], new: Fork, lanes: int) -> tuple[tuple[Fork, ...], int]:
    """Another fork among those of a race of so many lanes, and the index of its lane.

    Lanes are numbered as they come, so those that come later move up by one.
    """
    place = sum(fork.step <= new.step for fork in forks)
    index = lanes + place

    def moved(fork: Fork) -> Fork:
        return Fork(fork.step, fork.lane + (fork.lane >= index), fork.rate)

    later = tuple(moved(fork) for fork in forks[place:])
    return (*forks[:place], new, *later), index


class RaceRun:
    """One race. `reports` and `taken` are for threads, `fork` is for the window's.

    forks: to begin at their steps. step: how far it was when it was last seen, before this object.
    agreed: seconds that it may take; where a trial says more, it does not begin.
    """

    def __init__(
        self,
        make_question: Callable[[], RaceQuestion],
        forks: tuple[Fork, ...] = (),
        step: int = 0,
        agreed: float = math.inf,
    ) -> None:
        self._agreed = agreed
        self._make_question = make_question
        self._step = step
        self._planned = deque(forks)
        self._asked: deque[tuple[int, float]] = deque()
        self._lock = threading.Lock()
        self._race: Race | None = None

    def fork(self, lane: int, rate: float) -> None:
        """Let a lane split: the new one goes on at another rate from where the old one is."""
        self._asked.append((lane, rate))

    def reports(self) -> Reports[Found]:
        """Runs it to its last step; ValueError for a bad question."""
        question = self._make_question()
        if not (yield from is_agreed_here(question, estimates.for_steps, self._agreed)):
            return
        race, pictures = Race(question), Pictures(question)
        with self._lock:
            self._race = race
        most = max(1, question.steps // REPORTS)
        looks, verdicts, chunk = Sparingly(PICTURE), Sparingly(0.0), 1
        while not race.is_over:
            began = time.perf_counter()
            with self._lock:
                self._go_on(race, chunk)
                took = time.perf_counter() - began
                with verdicts.timed(race.is_over) as is_due:
                    result = race.result(is_judged=is_due)
            with looks.timed(race.is_over) as is_due:
                if is_due:
                    pictures.look(result)
            found = Found(question, result, pictures.of(result))
            yield Report(race.step, question.steps, found)
            pause = SHOWN_FOR * chunk / question.steps
            threading.Event().wait(max(0.0, pause - (time.perf_counter() - began)))
            if took < SHORT:
                chunk = min(2 * chunk, most)
            elif took > LONG:
                chunk = max(chunk // 2, 1)

    def taken(self, lane: int) -> Reports[Timeline]:
        """A lane as a run of the training tab, for a thread. ValueError where there is no such."""
        with self._lock:
            race = self._race
            if race is None:  # this race is over since long, or has not begun
                race = Race(self._make_question())
                self._go_on(race, self._step)
            yield Report(1, 1, timeline_of(race, lane))

    def _go_on(self, race: Race, steps: int) -> None:
        """Make these steps, with the forks that are to begin among them."""
        while self._asked:
            race.fork(*self._asked.popleft())
        end, threads = race.step + steps, os.cpu_count() or 1
        while self._planned and self._planned[0].step < end:
            fork = self._planned.popleft()
            if fork.step > race.step:
                race.run(fork.step - race.step, threads)
            race.fork(fork.lane, fork.rate)
        race.run(end - race.step, threads)


class Sparingly:
    """Something that is done now and then, so that it takes no more than its share of the time."""

    def __init__(self, every: float) -> None:
        self._every = every  # seconds at least
        self._next = -math.inf

    @contextmanager
    def timed(self, is_needed: bool) -> Iterator[bool]:
        """Whether it is to be done now, within the block."""
        began = time.perf_counter()
        is_due = is_needed or began >= self._next
        yield is_due
        if is_due:
            now = time.perf_counter()
            self._next = max(began + self._every, now + (now - began) * (1.0 / SHARE - 1.0))


def shown_again(found: Found) -> Reports[Found]:
    """A race that is over, with what is drawn of it."""
    pictures = Pictures(found.question)
    pictures.look(found.result)
    yield Report(1, 1, Found(found.question, found.result, pictures.of(found.result)))


class Pictures:
    """What is drawn of a race, made in its thread."""

    def __init__(self, question: RaceQuestion) -> None:
        self._means = RunningMeans(1.0 - 1.0 / _batches_per_epoch(question))
        self._levels: tuple[Levels, ...] = ()
        self._surfaces: Surfaces | None = None
        self._plane: tuple[Data, Domain] | None = None
        problem = question.problem
        if isinstance(problem, Network) and problem.setup.row.features == 2:
            setup = problem.setup
            self._surfaces = Surfaces(setup.model(), setup.row.domain, setup.features)
            self._plane = setup.data()[0], setup.row.domain

    def look(self, result: RaceResult) -> None:
        """Ask each lane's network for its answers over the plane."""
        if self._surfaces is not None:
            surfaces = self._surfaces
            self._levels = tuple(surfaces.picture(p).levels for p in result.parameters)

    def of(self, result: RaceResult) -> RacePicture:
        """The losses of now, and what was last seen of the plane."""
        lines = []
        for joined, means in zip(result.joined, self._means.of(result.losses)):
            lines.append(thinned(joined + np.arange(len(means), dtype=np.float64), means))
        return RacePicture(tuple(lines), self._levels, self._plane)


class RunningMeans:
    """Means of rows of losses that grow, the newest weighing most; each loss is read once.

    weight: of the past, 0 to below 1; corrected for the start (Kingma and Ba 2015).
    """

    def __init__(self, weight: float) -> None:
        self._weight = weight
        age = np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK))
        self._shares = np.where(age >= 0, (1.0 - weight) * weight ** np.maximum(age, 0.0), 0.0)
        self._rows: list[tuple[Floats, float]] = []  # means so far, the last without correction

    def of(self, rows: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """The means of each row, as long as the row."""
        if self._weight <= 0.0:
            return rows
        while len(self._rows) < len(rows):
            self._rows.append((np.empty(0), 0.0))
        self._rows = [self._grown(row, *known) for row, known in zip(rows, self._rows)]
        return tuple(means for means, _last in self._rows)

    def _grown(self, row: Floats, means: Floats, last: float) -> tuple[Floats, float]:
        parts = [means]
        for begin in range(len(means), len(row), BLOCK):
            block = row[begin : begin + BLOCK]
            is_real, n = np.isfinite(block), len(block)  # the last may be beyond all numbers
            powers = self._weight ** np.arange(1.0, n + 1.0)
            found = self._shares[:n, :n] @ np.where(is_real, block, 0.0) + powers * last
            corrected = found / (1.0 - powers * self._weight**begin)
            parts.append(np.where(is_real, corrected, np.nan))
            last = float(found[-1])
        return np.concatenate(parts), last


def _batches_per_epoch(question: RaceQuestion) -> float:
    """Of the problem; lanes with batches of their own are smoothed alike, to be compared."""
    problem = question.problem
    if not isinstance(problem, Network) or problem.setup.batch_size is None:
        return 1.0
    train, _test = problem.setup.data()
    return max(1.0, len(train.inputs) / problem.setup.batch_size)
