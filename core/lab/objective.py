"""The loss as a function of the parameters: one number, its gradient, or many at once.

It is what training goes down: the loss over all points of the training data with its penalties,
in the problem's own reduction. (A step over a smaller batch goes down that batch's part of it.)
"""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core import kernels
from core.batches import BatchPlan
from core.compiled_tape import CompiledReplay
from core.lab.executors import check_stop
from core.ops import ieee
from core.optim import SGD
from core.rules import Rules, State
from core.training import Trainer

Floats = NDArray[np.float64]
NO_RATE = np.zeros(1)
CUBE_ROOT = float(np.cbrt(np.finfo(np.float64).eps))


class Objective:
    """The loss of what `trainer` trains. Not for two threads at once.

    In a worker's thread, StoppedError where nobody waits for it any more.

    samples: which rows of the data count, such as those of one batch; None for all.
    """

    def __init__(self, trainer: Trainer, samples: NDArray[np.int64] | None = None) -> None:
        self.rules = trainer.rules
        self._tape = trainer.tape
        runner = trainer.new_runner()
        runner.rules = replace(
            trainer.rules, optimizer=SGD(), l1=0.0, l2=0.0,
            after_error_step=False, adds_to_grad=False,
        )  # fmt: skip
        if samples is not None:
            runner.rows = np.ascontiguousarray(runner.rows[:, samples])
        self._runner = runner
        n = runner.rows.shape[1]
        runner.largest = n
        self._batch = BatchPlan(None, np.zeros(1, dtype=np.int64), np.array([n]))
        self._state = State.zeros(len(trainer.parameters), 0)
        self._forward: Callable[[Floats], float] | None = None
        self.n_parameters = len(trainer.parameters)

    def under(self, rules: Rules) -> "Objective":
        """With the penalties of other rules; not for two threads at once with this one."""
        other = copy.copy(self)
        other.rules = rules
        return other

    def loss(self, parameters: Floats) -> float:
        """The loss at these parameters; inf or nan where it overflows."""
        return self.loss_and_gradient(parameters)[0]

    def gradient(self, parameters: Floats) -> Floats:
        """The loss's gradient there, (n_parameters,)."""
        return self.loss_and_gradient(parameters)[1]

    def loss_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """Both. A step at rate 0 is a loss and a gradient, at the compiled loop's speed."""
        check_stop()
        self._state.data[:] = parameters
        self._state.step = 0
        found = self._runner.run(self._state, self._batch, NO_RATE, wait=True)
        penalty, slope = self._penalty(parameters)
        return float(found[0]) + penalty, self._state.grad + slope

    def losses(self, points: Floats) -> Floats:
        """The loss at each of many parameter sets, (k, n_parameters) -> (k,); forward only."""
        if self._forward is None:
            self._forward = self._replay()
        found = np.empty(len(points))
        for i, point in enumerate(points):
            check_stop()
            found[i] = self._forward(point) + self._penalty(point)[0]
        return found

    def _replay(self) -> Callable[[Floats], float]:
        """The loss without penalties, by the tape's forward half."""
        rows, program = self._runner.rows, self._tape.program
        weight = 1.0 / rows.shape[1] if self.rules.takes_mean else 1.0
        wanted = np.array([program.loss], dtype=np.int64)
        ready = kernels.loaded(wait=True)
        if ready is None:
            forward = self._runner.numpy.forward
            return lambda point: weight * float(np.sum(forward(point, rows)[wanted]))
        compiled = CompiledReplay(ready, program)
        return lambda point: weight * float(np.sum(compiled.rows(point, rows, wanted)))

    def hessian_product(self, parameters: Floats, vector: Floats) -> Floats:
        """The Hessian at `parameters` times `vector`, by central differences of the gradient.

        With the step h = cbrt(eps) (1 + |parameters|) / |vector| the error is about
        1e-10 |vector| times the gradient's own size and its third derivative's. Where a relu
        has its corner within the step, the jump of its derivative counts as curvature.
        """
        length = float(np.linalg.norm(vector))
        if length == 0.0:
            return np.zeros_like(vector)
        h = CUBE_ROOT * (1.0 + float(np.linalg.norm(parameters))) / length
        with ieee():
            ahead = self.gradient(parameters + h * vector)
            behind = self.gradient(parameters - h * vector)
            return (ahead - behind) / (2.0 * h)

    def penalty_gradient(self, parameters: Floats) -> Floats:
        """The part of the gradient that comes from l1 and l2."""
        return self._penalty(parameters)[1]

    def _penalty(self, parameters: Floats) -> tuple[float, Floats]:
        """What l1 and l2 add to the loss, and to its gradient."""
        rules = self.rules
        if not rules.l1 and not rules.l2:
            return 0.0, np.zeros(self.n_parameters)
        l2, counted = rules.l2, parameters
        if rules.after_error_step:  # weights only, half the square
            l2, counted = 0.5 * l2, np.where(self._tape.program.is_weight, parameters, 0.0)
        with ieee():
            penalty = rules.l1 * np.sum(np.abs(counted)) + l2 * np.sum(counted * counted)
            slope = rules.l1 * np.sign(counted) + 2.0 * l2 * counted
        return float(penalty), slope
