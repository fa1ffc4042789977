"""Many runs side by side: the same model, data and rules from several starts or rates.

For races and maps: the graph is traced and the data prepared once, each lane keeps only its
parameters, gradients and optimizer memory.
"""

import copy
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.batches import BatchPlan, Place
from core.rules import RateGroups, State
from core.steps import StepRunner
from core.training import SAMPLES_PER_CALL, LearningRate, Trainer

Floats = NDArray[np.float64]


class Lanes:
    """K runs of what `trainer` was made for; the trainer itself and its Values stay as they are.

    parameters: (K, n_parameters), each lane's start, or None for the model's present data.
    learning_rates: one for each lane, numbers or functions of the step number. states: to go on
    from, optimizer memory and all, instead of `parameters`. rate_factors: (K, n_parameters), see
    Trainer, whose own are used where there are none.
    Every lane sees the same batches. Raises ValueError where the numbers do not fit.
    """

    def __init__(
        self,
        trainer: Trainer,
        learning_rates: Sequence[LearningRate],
        parameters: ArrayLike | None = None,
        states: Sequence[State] | None = None,
        rate_factors: ArrayLike | None = None,
    ) -> None:
        present = np.array([p.data for p in trainer.parameters])
        count = len(learning_rates)
        starts = np.tile(present, (count, 1)) if parameters is None else np.array(parameters, float)
        if starts.shape != (count, len(present)):
            raise ValueError(
                f"parameters must have the shape {(count, len(present))}, not {starts.shape}"
            )
        self.learning_rates = list(learning_rates)
        self.wait_for_kernels = trainer.wait_for_kernels
        self._batches = trainer.new_batches()
        self._runners = [trainer.new_runner()]
        state_size = trainer.rules.optimizer.state_size
        self._states = [State.zeros(len(present), state_size) for _ in range(count)]
        for state, start in zip(self._states, starts):
            state.data[:] = start
        if states is not None:
            self._states = [copy.deepcopy(state) for state in states]
        self._stopped: set[int] = set()
        self._same_rates: dict[int, tuple[float, Floats]] = {}  # where the rate is a number
        self._groups = [self._runners[0].groups] * count
        if rate_factors is not None:
            self._groups = [RateGroups.of(row) for row in np.asarray(rate_factors, dtype=float)]

    @property
    def parameters(self) -> Floats:
        """Each lane's parameters, (K, n_parameters); a copy."""
        return np.array([state.data for state in self._states])

    @property
    def step(self) -> int:
        """Steps made so far, in every lane."""
        return max((state.step for state in self._states), default=0)

    def run(self, steps: int, threads: int = 1) -> Floats:
        """Make `steps` steps in every lane; each one's batch loss, (K, steps).

        threads: so many lanes at a time; the kernels hold no GIL. The numbers are the same.
        """
        found = np.empty((len(self._states), steps))
        most = max(1, SAMPLES_PER_CALL // self._batches.batch_size)
        parts = [found[:, start : start + most] for start in range(0, steps, most)]
        if threads <= 1:
            for part in parts:
                self._run_share(self._runners[0], 0, 1, self._batches.take(part.shape[1]), part)
            return found
        while len(self._runners) < threads:
            self._runners.append(self._runners[0].twin())
        with ThreadPoolExecutor(max_workers=threads) as pool:
            for part in parts:
                plan = self._batches.take(part.shape[1])
                shares = [(self._runners[i], i, threads, plan, part) for i in range(threads)]
                list(pool.map(lambda share: self._run_share(*share), shares))
        return found

    def fork(self, lane: int) -> "Lanes":
        """A single lane that goes on from where this one is, with the same batches to come."""
        twin = copy.copy(self)
        twin.learning_rates = [self.learning_rates[lane]]
        twin._batches = copy.deepcopy(self._batches)
        twin._runners = [self._runners[0].twin()]
        twin._states = [copy.deepcopy(self._states[lane])]
        twin._stopped, twin._same_rates = set(), {}
        twin._groups = [self._groups[lane]]
        return twin

    def branch(self, lane: int, learning_rate: LearningRate) -> int:
        """Add a lane that goes on from where this one is, at another rate; its index."""
        self.learning_rates.append(learning_rate)
        self._states.append(copy.deepcopy(self._states[lane]))
        self._groups.append(self._groups[lane])
        return len(self._states) - 1

    def stop(self, lane: int) -> None:
        """Make no more steps in this lane; its losses are nan from now on."""
        self._stopped.add(lane)

    def state(self, lane: int) -> State:
        """A copy of all that this lane's next step depends on, but for its batch."""
        return copy.deepcopy(self._states[lane])

    def restore(self, lane: int, state: State) -> None:
        """Let this lane go on from here."""
        self._states[lane] = copy.deepcopy(state)

    def skip(self, steps: int) -> None:
        """Leave out so many batches: steps that were made elsewhere."""
        self._batches.skip(steps)

    @property
    def place(self) -> Place:
        """Where the series of batches stands."""
        return self._batches.place

    def _run_share(
        self, runner: StepRunner, first: int, stride: int, plan: BatchPlan, found: Floats
    ) -> None:
        """Every `stride`-th lane from `first` on."""
        for lane in range(first, len(self._states), stride):
            if lane in self._stopped:
                found[lane] = np.nan
                continue
            state = self._states[lane]
            rates = self._rates(lane, state.step, found.shape[1])
            groups = self._groups[lane]
            found[lane] = runner.run(state, plan, rates, self.wait_for_kernels, groups)

    def _rates(self, lane: int, first: int, count: int) -> Floats:
        """The lane's learning rates at `count` steps from step `first` on."""
        rate = self.learning_rates[lane]
        if callable(rate):
            return np.array([float(rate(k)) for k in range(first, first + count)])
        kept = self._same_rates.get(lane)
        if kept is None or kept[0] != rate or len(kept[1]) != count:
            kept = self._same_rates[lane] = rate, np.full(count, float(rate))
        return kept[1]
