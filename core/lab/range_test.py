"""The learning-rate range test: a rate that grows with every step until training breaks.

Smith 2017 ("Cyclical learning rates"), with the smoothing and the stop of fastai's finder: the
rate grows in equal ratios, the loss is averaged with decaying weights, corrected for the average's
start at zero as in Adam, and the test ends where the average exceeds a multiple of its least.
Suggestions, read off the smoothed curve up to its least value:

    steepest    where the loss falls fastest over the rate's logarithm, a few steps taken together
    valley      two thirds into the longest fall (fastai's default since 2021)
    tenth       a tenth of the rate of the least loss

It trains a copy: model, optimizer and random state of the run that asks are never touched.
"""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lab.made import slices
from core.lab.problems import Problem
from core.lab.ranges import check_count, check_range, log_spaced
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.rules import State
from core.training import Moment

Floats = NDArray[np.float64]

NONE: Floats = np.empty(0)
STEPS_IN_REPORT = 10  # at least, and
MOST_REPORTS = 100
MOST_SLOPES = 4000
SETTLED = 10  # steps before which the average is of too few losses to be read


@dataclass(frozen=True)
class RangeTest:
    """A sweep of `steps` steps from `lowest` to `highest`.

    smoothing: the weight of the past in the average, 0 for none. stops_at: the multiple of the
    least smoothed loss at which the test ends.
    """

    problem: Problem
    start: Start
    lowest: float = 1e-5
    highest: float = 10.0
    steps: int = 200
    smoothing: float = 0.9
    stops_at: float = 4.0

    def __post_init__(self) -> None:
        check_range("learning rate", self.lowest, self.highest)
        check_count("steps", self.steps, 10, 100_000)
        if not 0.0 <= self.smoothing < 1.0:
            raise ValueError(f"Smoothing is from 0 to below 1, not {self.smoothing:g}.")
        if not 1.0 < self.stops_at < math.inf:
            raise ValueError(f"The test stops at a multiple above 1, not {self.stops_at:g}.")


@dataclass(frozen=True)
class Suggestion:
    """A rate to train with, where it comes from, and why."""

    name: str  # "steepest", "valley" or "tenth"
    rate: float
    reason: str


@dataclass(frozen=True, eq=False)
class RangeTestResult:
    """The sweep so far.

    rates, losses, smoothed: one for each step made. ending: why it stopped, in words; "" while
    it goes on. suggestions: read off so far, in the order steepest, valley, tenth.
    """

    rates: Floats
    losses: Floats
    smoothed: Floats
    suggestions: tuple[Suggestion, ...]
    diverged_at: float  # the rate at which it stopped, nan where it did not
    ending: str


class Sweep:
    """A range test that is on.

    losses: of the steps made. To go on with one that was made up to here elsewhere, give its
    state and losses.
    """

    def __init__(
        self, question: RangeTest, state: State | None = None, losses: Floats = NONE
    ) -> None:
        self.question, self.losses = question, losses
        self.rates = log_spaced(question.lowest, question.highest, question.steps)
        first = question.start.step
        self._trainer = question.problem.trainer(lambda step: float(self.rates[step - first]))
        if state is None:
            state = question.start.state(self._trainer.rules.optimizer.state_size)
        batches = self._trainer.new_batches()
        batches.skip(len(losses))
        self._trainer.go_back(Moment(state, batches.place))
        self._average = Average(question.smoothing)
        self._least, self._has_ended = math.inf, False
        self._look(losses)

    @property
    def is_over(self) -> bool:
        """Whether it has come to its last step, or to divergence."""
        return len(self.losses) >= self.question.steps or self._has_ended

    def _look(self, losses: Floats) -> None:
        """Is there divergence in these further losses?"""
        for loss in losses.tolist():
            k, value = self._average.steps, self._average.add(loss)
            if _is_end(k, loss, value, self._least, self.question.stops_at):
                self._has_ended = True
                return
            self._least = min(self._least, value)

    def run(self, steps: int) -> None:
        """Make steps, at most to the question's end."""
        count = min(steps, self.question.steps - len(self.losses))
        found = self._trainer.run(count)
        self.losses = np.concatenate([self.losses, found])
        self._look(found)

    def state(self) -> State:
        """Where it is, for another one."""
        return self._trainer.state()


def run(question: RangeTest) -> Reports[RangeTestResult]:
    """Reports every few steps; the last one has an `ending`."""
    sweep, steps = Sweep(question), max(STEPS_IN_REPORT, question.steps // MOST_REPORTS)
    while True:
        for count in slices(min(steps, question.steps - len(sweep.losses))):
            sweep.run(count)
        result = evaluate(question, sweep.rates, sweep.losses)
        done = question.steps if result.ending else len(sweep.losses)
        yield Report(done, question.steps, result)
        if result.ending:
            return


def evaluate(question: RangeTest, rates: Floats, losses: Floats) -> RangeTestResult:
    """What the losses of the first steps say."""
    smoothed = smooth(losses, question.smoothing)
    end = _end(smoothed, losses, question.stops_at)
    n, ending, diverged_at = len(losses), "", math.nan
    if end is not None:
        n, diverged_at = end + 1, float(rates[end])
        ending = f"Stopped at the rate {diverged_at:.3g}: " + (
            f"the smoothed loss is {question.stops_at:g} times its least."
            if math.isfinite(losses[end])
            else f"the loss is {losses[end]}."
        )
    elif n == question.steps:
        ending = f"The highest rate, {question.highest:.3g}, was reached without divergence."
    found = suggestions(rates[:n], smoothed[:n])
    return RangeTestResult(rates[:n], losses[:n], smoothed[:n], found, diverged_at, ending)


class Average:
    """The decaying average, corrected for its start at zero."""

    def __init__(self, weight: float) -> None:
        self._weight, self._sum, self.steps = weight, 0.0, 0

    def add(self, loss: float) -> float:
        """The average with one more loss."""
        self.steps += 1
        self._sum = self._weight * self._sum + (1.0 - self._weight) * loss
        return self._sum / (1.0 - self._weight**self.steps)


def smooth(losses: Floats, weight: float) -> Floats:
    """The decaying average after each loss, (n,)."""
    average = Average(weight)
    return np.array([average.add(loss) for loss in losses.tolist()])


def _end(smoothed: Floats, losses: Floats, stops_at: float) -> int | None:
    """The first step that ends the test."""
    least = math.inf
    for k, (loss, value) in enumerate(zip(losses.tolist(), smoothed.tolist())):
        if _is_end(k, loss, value, least, stops_at):
            return k
        least = min(least, value)
    return None


def _is_end(step: int, loss: float, smoothed: float, least: float, stops_at: float) -> bool:
    if not math.isfinite(loss):
        return True
    return step >= SETTLED and least > 0.0 and smoothed > stops_at * least


def suggestions(rates: Floats, smoothed: Floats) -> tuple[Suggestion, ...]:
    """Rates to train with; none where the curve is too short or never falls."""
    finite = smoothed[np.isfinite(smoothed)]
    if len(finite) <= SETTLED:
        return ()
    least = SETTLED + int(np.argmin(finite[SETTLED:]))
    if least < SETTLED + 2:
        return ()
    falling = finite[SETTLED : least + 1]
    steepest = SETTLED + steepest_fall(falling)
    begin, end = longest_fall(falling)
    valley = SETTLED + begin + round((end - begin) * 2 / 3)
    tenth = float(rates[least]) / 10.0
    return (
        Suggestion("steepest", float(rates[steepest]), "the loss falls fastest here"),
        Suggestion("valley", float(rates[valley]), "two thirds into the longest fall"),
        Suggestion("tenth", tenth, f"a tenth of {rates[least]:.3g}, where the loss is least"),
    )


def steepest_fall(losses: Floats) -> int:
    """Where the line through the points around falls fastest; single batches are too noisy."""
    reach = min(max(len(losses) // 10, 1), (len(losses) - 1) // 2)
    weights = np.arange(-reach, reach + 1)  # of a least-squares line, up to a factor
    stride = max(len(losses) // MOST_SLOPES, 1)
    windows = np.lib.stride_tricks.sliding_window_view(losses, 2 * reach + 1)[::stride]
    return reach + stride * int(np.argmin(windows @ weights))


def longest_fall(losses: Floats) -> tuple[int, int]:
    """First and last index of the longest falling subsequence: noise may lie between."""
    # Patience sorting: pile k holds the ends of falls of k + 1 losses, which rise from first to
    # last, so that each loss finds by bisection the longest fall that it goes on from.
    piles: list[list[float]] = []
    places: list[list[int]] = []
    lowest: list[float] = []  # the last of each pile, negated: they rise
    before = np.full(len(losses), -1)
    for i, loss in enumerate(losses.tolist()):
        k = bisect_left(lowest, -loss)
        if k == len(piles):
            piles.append([])
            places.append([])
            lowest.append(0.0)
        if k:
            before[i] = places[k - 1][bisect_right(piles[k - 1], loss)]
        piles[k].append(loss)
        places[k].append(i)
        lowest[k] = -loss
    end = begin = places[-1][0]
    while before[begin] >= 0:
        begin = int(before[begin])
    return begin, end
