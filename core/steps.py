"""Steps of training on arrays: gradient, penalties, optimizer.

`StepRunner` is where the compiled loop and the NumPy loop meet: both change the same `State`, so
one can take over from the other between two runs.
"""

import copy

import numpy as np
from numpy.typing import NDArray

from core import kernels
from core.batches import BatchPlan
from core.compiled_tape import CompiledSteps
from core.numpy_tape import NumpyTape
from core.rules import RateGroups, Rules, State
from core.tape import Tape

Floats = NDArray[np.float64]


class StepRunner:
    """Makes steps over batches of one data set, up to `largest` samples each."""

    def __init__(
        self, tape: Tape, rules: Rules, inputs: Floats, targets: Floats, largest: int
    ) -> None:
        self.tape = tape
        self.rules = rules
        self.rows = tape.program.prepare(inputs, targets)
        self.largest = largest
        self.groups = rules.groups or RateGroups.of(np.ones(tape.program.n_parameters))
        self._numpy: NumpyTape | None = None
        self._compiled: CompiledSteps | None = None

    @property
    def numpy(self) -> NumpyTape:
        """The tape that serves without the kernels."""
        if self._numpy is None:
            self._numpy = NumpyTape(self.tape.program)
        return self._numpy

    def twin(self, rules: Rules | None = None, largest: int | None = None) -> "StepRunner":
        """Another one over the same data, for another thread, other rules or other batches."""
        twin = copy.copy(self)
        twin.rules, twin.largest = rules or self.rules, largest or self.largest
        twin._numpy = twin._compiled = None
        return twin

    def run(
        self,
        state: State,
        batches: BatchPlan,
        rates: Floats,
        wait: bool,
        groups: RateGroups | None = None,
    ) -> Floats:
        """One step per batch, at these learning rates; each batch's loss.

        wait: for the compiled kernels; else NumPy serves until they are ready. groups: instead of
        the rules' own.
        """
        compiled = self._compiled or self._compile(wait)
        if compiled is not None:
            return compiled.run(state, batches, rates, groups or self.groups)
        return self.run_numpy(state, batches, rates, groups)

    def run_until(
        self,
        state: State,
        batches: BatchPlan,
        rates: Floats,
        stop_at: float,
        groups: RateGroups | None = None,
    ) -> Floats:
        """As `run`, but a loss that is above `stop_at`, or no number, is the last one.

        Its update is not made. Waits for the compiled kernels.
        """
        compiled = self._compiled or self._compile(wait=True)
        if compiled is not None:
            return compiled.run_until(state, batches, rates, groups or self.groups, stop_at)
        return self.run_numpy(state, batches, rates, groups, stop_at)

    def run_numpy(
        self,
        state: State,
        batches: BatchPlan,
        rates: Floats,
        groups: RateGroups | None = None,
        stop_at: float = 0.0,
    ) -> Floats:
        """The same on the NumPy tape, whose last bits may differ from the compiled one's."""
        losses: list[float] = []
        for i, rate in enumerate(rates.tolist()):
            loss, gradient = self._numpy_loss(state, batches.samples(i))
            losses.append(loss)
            if stop_at and not loss <= stop_at:
                break
            self._numpy_update(state, gradient, rate, groups or self.groups)
        return np.array(losses)

    def _compile(self, wait: bool) -> CompiledSteps | None:
        ready = kernels.loaded(wait=wait)
        if ready is not None:
            self._compiled = CompiledSteps(
                ready, self.tape.program, self.rules, self.rows, self.largest
            )
        return self._compiled

    def _numpy_loss(self, state: State, samples: slice | NDArray[np.int64]) -> tuple[float, Floats]:
        """A batch's loss and gradient, penalties included."""
        rows = self.rows[:, samples]
        weight = 1.0 / rows.shape[1] if self.rules.takes_mean else 1.0
        sample_losses, gradient = self.numpy.loss_and_gradient(state.data, rows, weight)
        with np.errstate(all="ignore"):
            loss = float(np.sum(sample_losses)) * weight
            loss += self._penalty(state.data)
            if not self.rules.after_error_step:
                self._add_penalty_gradient(state.data, gradient)
        return loss, gradient

    def _numpy_update(
        self, state: State, gradient: Floats, rate: float, groups: RateGroups
    ) -> None:
        rules = self.rules
        with np.errstate(all="ignore"):
            if rules.adds_to_grad:
                gradient = state.grad + gradient
            state.grad[:] = gradient
            before = state.data.copy() if rules.after_error_step else state.data
            for own, factor in groups.slices:
                data, grad, memory = state.data[own], state.grad[own], state.memory[:, own]
                rules.optimizer.update(data, grad, memory, rate * factor, state.step)
            if rules.after_error_step:
                self._shrink_weights(state, before, rate * groups.each)
        state.step += 1

    def _penalty(self, data: Floats) -> float:
        """What l1 and l2 add to the loss."""
        rules = self.rules
        l2 = rules.l2
        if rules.after_error_step:
            data = data[self.tape.program.is_weight]
            l2 *= 0.5
        penalty = 0.0
        if rules.l1:
            penalty += rules.l1 * float(np.sum(np.abs(data)))
        if rules.l2:
            penalty += l2 * float(np.sum(data * data))
        return penalty

    def _add_penalty_gradient(self, data: Floats, gradient: Floats) -> None:
        if self.rules.l1:
            gradient += self.rules.l1 * np.sign(data)
        if self.rules.l2:
            gradient += 2.0 * self.rules.l2 * data

    def _shrink_weights(self, state: State, before: Floats, rate: Floats) -> None:
        """TensorFlow Playground's rule: derivatives are taken where the weights were before."""
        rules = self.rules
        weights = self.tape.program.is_weight
        if rules.l1 or rules.l2:
            data = state.data
            shrunk = data - rate * (rules.l1 * np.sign(before) + rules.l2 * before)
            crosses = weights & (data * shrunk < 0.0) & (rules.l1 > 0.0)
            data[weights] = shrunk[weights]
            state.dead |= crosses
        state.data[state.dead != 0] = 0.0
