"""The lecture's forgotten zero_grad, with and without, side by side.

Without it each step's gradient is added to all earlier ones, and the sum is what moves the
parameters: that is momentum with beta = 1, a ball without friction. The numbers are the same
to the last bit. So it is not always worse: along a gentle slope it is faster at a small rate; in a
valley it swings for ever instead of coming to rest, and breaks at a rate where plain descent is
fine. On a curvature s plain descent is stable below 2 / s; without zero_grad it never blows
up below 4 / s, but never settles either.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.lab.made import slices
from core.lab.problems import Problem
from core.lab.ranges import LogRange, check_count, check_positive
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.lanes import Lanes
from core.optim import SGD, Momentum

Floats = NDArray[np.float64]

LAST = 10  # losses whose mean is where a run has got to
STEPS_IN_REPORT = 100
RATES = LogRange(1e-4, 1.0)
MOST_RATES = 200


@dataclass(frozen=True)
class ZeroGrad:
    """Plain gradient descent with and without zero_grad, from `start`.

    rate: of the two runs that are shown whole. rates, count: at which both are run as well, to see
    where forgetting helps and where it breaks.
    """

    problem: Problem
    start: Start
    rate: float
    steps: int = 100
    rates: LogRange = RATES
    count: int = 31

    def __post_init__(self) -> None:
        check_positive("learning rate", self.rate)
        check_count("steps", self.steps, 1, 100_000)
        check_count("rates", self.count, 2, MOST_RATES)

    @property
    def runs(self) -> int:
        """How many runs that makes: three that are shown whole, and two at each rate."""
        return 3 + 2 * self.count


@dataclass(frozen=True, eq=False)
class ZeroGradResult:
    """So far. Losses of each step at the one rate; where each of the rates has got to.

    difference: the largest between `without` and `momentum` in any step and parameter: 0.
    """

    with_it: Floats  # (steps,)
    without: Floats  # (steps,)
    momentum: Floats  # (steps,): with zero_grad and momentum with beta = 1
    difference: float
    rates: Floats  # (count,)
    ends_with_it: Floats  # (count,): mean of the last losses, nan where it is not yet run
    ends_without: Floats  # (count,)

    @property
    def sentence(self) -> str:
        """What forgetting does at the one rate."""
        a, b = _end(self.with_it), _end(self.without)
        if not np.isfinite(b):
            return f"Forgotten, the loss is no number after {len(self.without)} steps: it breaks."
        if b < a or not np.isfinite(a):
            return f"Forgotten, it helps here: {b:.4g} instead of {a:.4g}."
        return f"Forgotten, it harms here: {b:.4g} instead of {a:.4g}."

    @property
    def helps(self) -> NDArray[np.bool_]:
        """At which of the rates the loss ends lower without zero_grad."""
        with_it = np.where(np.isfinite(self.ends_with_it), self.ends_with_it, np.inf)
        return np.asarray(np.isfinite(self.ends_without) & (self.ends_without < with_it))


def run(question: ZeroGrad) -> Reports[ZeroGradResult]:
    """Reports after the runs that are shown whole, and then after every few steps of the others."""
    problem = question.problem.changed(optimizer=SGD(), zero_grad=True)
    rates = question.rates.numbers(question.count)
    start = replace(question.start, memory=np.zeros((0, len(question.start.data))))
    total = question.runs * question.steps
    with_it = _lanes(problem, start, [question.rate])
    without = _lanes(problem.changed(zero_grad=False), start, [question.rate])
    rolling = replace(start, memory=start.grad[None, :])  # what is there already is its velocity
    momentum = _lanes(problem.changed(optimizer=Momentum(1.0)), rolling, [question.rate])
    first, second, third = (
        np.concatenate([lanes.run(count)[0] for count in slices(question.steps)])
        for lanes in (with_it, without, momentum)
    )
    unknown = np.full(len(rates), np.nan)
    result = ZeroGradResult(
        first, second, third, _difference(without, momentum, second, third), rates, unknown,
        unknown,
    )  # fmt: skip
    done = 3 * question.steps
    yield Report(done, total, result)
    for is_forgotten in (False, True):
        lanes = _lanes(problem.changed(zero_grad=not is_forgotten), start, rates.tolist())
        last = np.empty((len(rates), 0))
        for begin in range(0, question.steps, STEPS_IN_REPORT):
            if begin:
                yield Report(done, total, result)
            for count in slices(min(STEPS_IN_REPORT, question.steps - begin)):
                last = np.concatenate([last, lanes.run(count)], axis=1)[:, -LAST:]
                done += count * len(rates)
        ends = np.array([_end(row) for row in last])
        if is_forgotten:
            result = replace(result, ends_without=ends)
        else:
            result = replace(result, ends_with_it=ends)
        yield Report(done, total, result)


def _lanes(problem: Problem, start: Start, rates: list[float]) -> Lanes:
    trainer = problem.trainer()
    state = start.state(trainer.rules.optimizer.state_size)
    return Lanes(trainer, rates, states=[state] * len(rates))


def _difference(a: Lanes, b: Lanes, a_losses: Floats, b_losses: Floats) -> float:
    """Where both are finite; inf where only one is."""
    found = 0.0
    for left, right in ((a.parameters, b.parameters), (a_losses, b_losses)):
        if not np.array_equal(np.isfinite(left), np.isfinite(right)):
            return float("inf")
        with np.errstate(all="ignore"):
            gaps = np.abs(left - right)
        found = max(found, float(np.max(gaps[np.isfinite(left)], initial=0.0)))
    return found


def _end(losses: Floats) -> float:
    with np.errstate(all="ignore"):
        return float(np.mean(losses[-LAST:]))
