"""A race: lanes that differ in rate, optimizer, batch size or initialisation.

All start from the same parameters (unless their initialisation is what differs) and see the same
data in the same order. Lanes that differ only in their rate share tape, data and batches
(`core.lanes`); their numbers are those of a `Trainer` on its own, to the last bit.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.hyperparameters import check_rate
from core.lab.objective import Objective
from core.lab.problems import Problem
from core.lab.ranges import check_count, check_positive
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.lab.verdicts import Evidence, Verdict, judge
from core.lanes import Lanes
from core.ops import ieee
from core.optim import Optimizer, Schedule
from core.rules import State
from core.training import LearningRate

Floats = NDArray[np.float64]

MOST_LANES = 32
MOST_STEPS = 1_000_000
STEPS_IN_REPORT = 50


@dataclass(frozen=True)
class Lane:
    """What this lane does otherwise than the problem; None where it does the same.

    rate: a number, or a schedule of the race's own steps, counted from 0. layer_factors: what the
    rate is multiplied by in each layer; () for the problem's own. init_scale: what the start's
    parameters are.
    """

    rate: float | Schedule
    optimizer: Optimizer | None = None
    batch_size: int | None = None
    init: str | None = None
    seed: int | None = None
    l2: float | None = None
    layer_factors: tuple[float, ...] = ()
    init_scale: float = 1.0

    def __post_init__(self) -> None:
        for rate in (self.rate, *self.layer_factors):
            if not isinstance(rate, Schedule):
                check_rate(rate)
        check_positive("scale of the initial parameters", self.init_scale)

    @property
    def rules(self) -> tuple[Any, ...]:
        """What decides which lanes can share a tape and batches."""
        return self.optimizer, self.batch_size, self.init, self.seed, self.l2

    def of(self, problem: Problem) -> Problem:
        """The problem that this lane trains."""
        return problem.changed(
            optimizer=self.optimizer, batch_size=self.batch_size, init=self.init,
            seed=self.seed, l2=self.l2,
        )  # fmt: skip

    def factors(self, problem: Problem) -> Floats:
        """What the rate is multiplied by for each parameter. ValueError for too many layers."""
        layers = problem.layers
        if self.layer_factors and len(self.layer_factors) != len(layers):
            raise ValueError(
                f"{len(self.layer_factors)} factors of the rate for {len(layers)} layers."
            )
        each = np.ones(layers[-1].parameters.stop)
        for layer, factor in zip(layers, self.layer_factors or problem.layer_factors):
            each[layer.parameters] = factor
        return each


@dataclass(frozen=True)
class RaceQuestion:
    """Which of these lanes gets furthest in `steps` steps."""

    problem: Problem
    start: Start
    lanes: tuple[Lane, ...]
    steps: int = 1000

    def __post_init__(self) -> None:
        check_count("lanes", len(self.lanes), 1, MOST_LANES)
        check_count("steps", self.steps, 1, MOST_STEPS)


@dataclass(frozen=True, eq=False)
class RaceResult:
    """The race so far.

    losses: for each lane its batch losses, from the step at which it joined. joined: that step,
    counted from the race's start; not 0 for a fork. parameters: each lane's, now.
    """

    lanes: tuple[Lane, ...]
    forked_from: tuple[int | None, ...]
    joined: tuple[int, ...]
    losses: tuple[Floats, ...]
    parameters: tuple[Floats, ...]
    verdicts: tuple[Verdict, ...]
    step: int


@dataclass
class _Runner:
    """One lane on the track."""

    lane: Lane
    lanes: Lanes  # that it shares with others
    index: int  # in these
    objective: Objective
    per_epoch: int  # batches
    forked_from: int | None
    joined: int
    losses: list[Floats]
    before_last: Floats  # parameters before the last step


class Race:
    """A race that is on. Not for two threads at once; `result` may be given to another one."""

    def __init__(self, question: RaceQuestion) -> None:
        self.question = question
        self.step = 0
        self._verdicts: tuple[Verdict, ...] = ()
        shared: dict[tuple[Any, ...], list[int]] = {}
        for i, lane in enumerate(question.lanes):
            shared.setdefault(lane.rules, []).append(i)
        runners: dict[int, _Runner] = {}
        for members in shared.values():
            runners |= self._runners_of(members)
        self._runners = [runners[i] for i in range(len(question.lanes))]

    @property
    def is_over(self) -> bool:
        """Whether the question's last step is made."""
        return self.step >= self.question.steps

    def run(self, steps: int, threads: int = 1) -> None:
        """Make steps in all lanes that have not diverged, at most to the question's end."""
        steps = min(steps, self.question.steps - self.step)
        # The last step is made on its own, for the verdicts: did it turn the gradient around?
        for part in (steps - 1, 1) if steps > 0 else ():
            if part < 1:
                continue
            for runner in self._runners:
                runner.before_last = runner.lanes.state(runner.index).data
            for lanes in {id(r.lanes): r.lanes for r in self._runners}.values():
                found = lanes.run(part, threads)
                for runner in self._runners:
                    if runner.lanes is lanes:
                        self._take_in(runner, found[runner.index])
            self.step += part

    def go_on(self, step: int, states: Sequence[State], losses: Sequence[Floats]) -> None:
        """From where the same race was after so many steps, instead of from its start."""
        for runner, state, found in zip(self._runners, states, losses):
            runner.lanes.restore(runner.index, state)
            runner.before_last = state.data
            self._take_in(runner, found)
        for lanes in {id(r.lanes): r.lanes for r in self._runners}.values():
            lanes.skip(step)
        self.step = step

    def states(self) -> list[State]:
        """Where each lane is, for `go_on`."""
        return [runner.lanes.state(runner.index) for runner in self._runners]

    def finished(self, threads: int = 1) -> RaceResult:
        """The race at its end."""
        self.run(self.question.steps, threads)
        return self.result()

    def result(self, *, is_judged: bool = True) -> RaceResult:
        """The race now.

        is_judged: else lanes have the verdicts of last time, which ask each for two gradients over
        all points.
        """
        runners = self._runners
        if is_judged or len(self._verdicts) != len(runners):
            self._verdicts = tuple(judge(self.evidence()))
        losses = tuple(np.concatenate([np.empty(0), *r.losses]) for r in runners)
        return RaceResult(
            lanes=tuple(r.lane for r in runners),
            forked_from=tuple(r.forked_from for r in runners),
            joined=tuple(r.joined for r in runners),
            losses=losses,
            parameters=tuple(r.lanes.state(r.index).data for r in runners),
            verdicts=self._verdicts,
            step=self.step,
        )

    def evidence(self) -> list[Evidence]:
        """What each lane's verdict is read from."""
        return [self._evidence(runner) for runner in self._runners]

    def fork(self, lane: int, rate: float | Schedule) -> int:
        """Add a lane that goes on from where this one is, at another rate; its index."""
        check_count("lanes", len(self._runners) + 1, 1, MOST_LANES)
        parent = self._runners[lane]
        new = replace(parent.lane, rate=rate)
        # A schedule goes by the race's own steps, also for lanes that joined later.
        first = parent.lanes.state(parent.index).step - self.step
        index = parent.lanes.branch(parent.index, self._rate(new.rate, first))
        fork = copy.copy(parent)
        fork.lane, fork.index, fork.forked_from, fork.joined = new, index, lane, self.step
        fork.losses = []
        self._runners.append(fork)
        return len(self._runners) - 1

    def start_of(self, lane: int) -> Start:
        """Where this lane is: what another experiment, or the main run, goes on from."""
        runner = self._runners[lane]
        return Start.of_state(runner.lanes.state(runner.index))

    def lane(self, lane: int) -> Lane:
        """What sets it apart; also of a fork."""
        return self._runners[lane].lane

    def track(self, lane: int) -> tuple[Lanes, int]:
        """The lanes that it shares a tape with, and which of them it is."""
        runner = self._runners[lane]
        return runner.lanes, runner.index

    def problem_of(self, lane: int) -> Problem:
        """What this lane trains; its rate is in its `Lane`."""
        return self._runners[lane].lane.of(self.question.problem)

    def _runners_of(self, members: Sequence[int]) -> dict[int, _Runner]:
        question = self.question
        first = question.lanes[members[0]]
        trainer = first.of(question.problem).trainer()
        has_own_start = first.init is not None or first.seed is not None
        start = Start.of_trainer(trainer) if has_own_start else question.start
        optimizer = trainer.rules.optimizer
        start = start.for_optimizer(optimizer, question.problem.optimizer)
        state = start.state(optimizer.state_size)
        own = [question.lanes[i] for i in members]
        rates = [self._rate(lane.rate, start.step) for lane in own]
        states = [replace(state, data=state.data * lane.init_scale) for lane in own]
        factors = [lane.factors(question.problem) for lane in own]
        lanes = Lanes(trainer, rates, states=states, rate_factors=factors)
        batches = trainer.new_batches()
        objective = Objective(trainer)
        return {
            i: _Runner(
                question.lanes[i], lanes, index, objective, batches.batches_per_epoch,
                None, 0, [], states[index].data,
            )
            for index, i in enumerate(members)
        }  # fmt: skip

    def _rate(self, rate: float | Schedule, first: int) -> LearningRate:
        if isinstance(rate, Schedule):
            return lambda step: rate(max(step - first, 0))
        return rate

    def _take_in(self, runner: _Runner, losses: Floats) -> None:
        if runner.losses and not np.isfinite(runner.losses[-1][-1]):
            return
        unreal = np.flatnonzero(~np.isfinite(losses))
        if len(unreal):
            losses = losses[: unreal[0] + 1]
            runner.lanes.stop(runner.index)
        runner.losses.append(losses.copy())

    def _evidence(self, runner: _Runner) -> Evidence:
        losses = np.concatenate([np.empty(0), *runner.losses])
        now = runner.lanes.state(runner.index).data
        after = runner.objective.gradient(now)
        before = runner.objective.gradient(runner.before_last)
        with ieee():
            lengths = float(np.linalg.norm(before) * np.linalg.norm(after))
            turn = float(before @ after) / lengths if lengths else np.nan
            steepness = float(np.linalg.norm(after))
        means = _epoch_means(losses, runner.per_epoch)
        is_mean = len(means) < len(losses)
        return Evidence(means, turn, steepness, runner.per_epoch if is_mean else 1)


def _epoch_means(losses: Floats, per_epoch: int) -> Floats:
    """The mean over each whole epoch, and every loss itself where an epoch is a batch."""
    whole = len(losses) // per_epoch * per_epoch
    if per_epoch == 1 or not whole or not np.isfinite(losses[-1]):
        return losses
    return np.asarray(losses[len(losses) - whole :].reshape(-1, per_epoch).mean(axis=1))


def run(question: RaceQuestion, threads: int = 1) -> Reports[RaceResult]:
    """Reports every few steps, to the last."""
    race = Race(question)
    while race.step < question.steps:
        race.run(STEPS_IN_REPORT, threads)
        yield Report(race.step, question.steps, race.result())
