"""The training loop: batches, loss, gradients, penalties, optimizer, all on the tape.

`Trainer` gives the numbers that the lecture's loop over Values gives,

    for k in range(steps):
        loss = sum of the batch's losses, / n          # forward
        zero_grad(); loss.backward()                   # backward
        for p in model.parameters(): p.data -= learning_rate * p.grad

without making a Value per step: parameters live in arrays while `run` runs, and the model's
Values get their new data and grad at its end.
"""

import copy
import math
import operator
import struct
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import losses, optim
from core.batches import LAST_BATCH_RULES, Batches, Indices, Place
from core.engine import Value
from core.ops import ieee
from core.rules import RateGroups, Rules, State
from core.steps import StepRunner
from core.tape import Tape
from core.trace import SampleLoss, as_outputs

Floats = NDArray[np.float64]
LearningRate = float | Callable[[int], float]

SAMPLES_PER_CALL = 1 << 17  # so that an order of shuffled samples stays small


class Model(Protocol):
    """Whatever maps one sample's Values to Values and lists its parameters."""

    def __call__(self, x: Any, /) -> Any: ...
    def parameters(self) -> list[Value]: ...


@dataclass(frozen=True)
class Moment:
    """All that decides how a Trainer goes on from a step, to the last bit; see `go_back`."""

    state: State
    place: Place

    @property
    def n_bytes(self) -> int:
        """Memory of its arrays."""
        return self.state.n_bytes + self.place.n_bytes


class Trainer:
    """Trains a model of Values. Not for two threads at once.

    inputs: (n, features). targets: (n,) or (n, outputs). loss: a name of `core.losses.LOSSES` or
    a function of one sample's (outputs, targets), lists of Values. reduction: "mean" or "sum"
    over the samples of a batch. optimizer: a name or an instance from `core.optim`.
    learning_rate: a number, or a function of the step number from 0; may be set between runs.
    batch_size: None for all samples. last_batch: "own", "carry" or "drop", see `Batches`.
    regularization: "loss" adds l1*sum|p| + l2*sum(p*p) over all parameters to each step's loss;
    "playground" shrinks weights (not biases) after the error step, as TensorFlow Playground does.
    zero_grad: False adds each step's gradients to the last ones, the lecture's famous bug.
    seed: of the generator that shuffles each epoch. wait_for_kernels: False lets NumPy serve
    until the compiled kernels are ready, `uses_numpy` even then. rate_factors: (n_parameters,),
    what the learning rate is multiplied by for each parameter, None for 1; may be set as well.

    Raises ValueError for empty, non-finite or mismatched data, for settings that do not exist,
    and TraceError (a ValueError) for a model whose graph depends on the numbers.
    """

    def __init__(
        self,
        model: Model,
        inputs: ArrayLike,
        targets: ArrayLike,
        *,
        loss: str | SampleLoss = "squared_error",
        reduction: str = "mean",
        optimizer: str | optim.Optimizer = "sgd",
        learning_rate: LearningRate = 0.1,
        batch_size: int | None = None,
        shuffle: bool = True,
        last_batch: str = "own",
        l1: float = 0.0,
        l2: float = 0.0,
        regularization: str = "loss",
        zero_grad: bool = True,
        seed: int = 0,
        wait_for_kernels: bool = True,
        rate_factors: ArrayLike | None = None,
    ) -> None:
        _check_choice("reduction", reduction, ("mean", "sum"))
        _check_choice("last_batch", last_batch, LAST_BATCH_RULES)
        _check_choice("regularization", regularization, ("loss", "playground"))
        self.model = model
        self.reduction = reduction
        self.learning_rate = learning_rate
        self.wait_for_kernels = wait_for_kernels
        self.uses_numpy = False
        self._inputs, self._targets = checked_data(inputs, targets)
        self.parameters = tuple(model.parameters())
        sample_loss = losses.find(loss)
        self.tape = Tape(
            model,
            self.parameters,
            self._inputs.shape[1],
            loss=sample_loss,
            n_targets=self._targets.shape[1],
        )
        self._check_samples(model, sample_loss)
        self.rules = Rules(
            optimizer=optim.find(optimizer),
            takes_mean=reduction == "mean",
            l1=_checked_penalty("l1", l1),
            l2=_checked_penalty("l2", l2),
            after_error_step=regularization == "playground",
            adds_to_grad=not zero_grad,
            groups=RateGroups.of(_checked_factors(rate_factors, len(self.parameters))),
        )
        batch = _checked_batch_size(batch_size, len(self._inputs))
        self._batch_size = batch
        self._order_rules = (shuffle, last_batch, _checked_seed(seed))
        self._batches = self.new_batches()
        self._state = self._new_state()
        self._read_values()
        # Its moments hold the gradients too: with zero_grad=False, now or later, they count.
        self._fill(self._grad_floats, [p.grad for p in self.parameters])
        self._runner = self.new_runner()
        self._steps_per_call = max(1, SAMPLES_PER_CALL // batch)

    @property
    def step(self) -> int:
        """Number of updates made so far."""
        return self._state.step

    @property
    def epoch(self) -> float:
        """Epochs made so far."""
        return self._state.step / self._batches.batches_per_epoch

    @property
    def learning_rate(self) -> LearningRate:
        """A number, or a function of the step number from 0."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: LearningRate) -> None:
        if not callable(rate) and (not isinstance(rate, Real) or math.isnan(rate)):
            raise ValueError(f"learning_rate must be a number or a function, not {rate!r}")
        self._learning_rate = rate
        self._same_rates = np.empty(0)  # the rate for each step of a run, while it is a number

    @property
    def rate_factors(self) -> Floats:
        """What the learning rate is multiplied by for each parameter, (n_parameters,)."""
        groups = self.rules.groups
        return np.ones(len(self.parameters)) if groups is None else groups.each

    @rate_factors.setter
    def rate_factors(self, factors: ArrayLike | None) -> None:
        groups = RateGroups.of(_checked_factors(factors, len(self.parameters)))
        self.rules = replace(self.rules, groups=groups)

    def run(self, steps: int) -> Floats:
        """Make `steps` updates; each one's batch loss before its update, penalties included.

        Starts from the model's Values and leaves the new data and the last gradients there. A
        loss that is not finite is returned like any other.
        """
        steps = operator.index(steps)
        if steps < 0:
            raise ValueError(f"steps must be 0 or more, not {steps}")
        if steps == 0:
            return np.empty(0)
        self._read_values()
        try:
            return self._make_steps(steps)
        finally:
            self._write_values()

    def evaluate(self, inputs: ArrayLike, targets: ArrayLike) -> tuple[float, Floats]:
        """The loss without penalties over these samples, and the outputs, (n, outputs)."""
        sample_losses, outputs = self.sample_losses(inputs, targets)
        return self.reduced(sample_losses), outputs

    def reduced(self, sample_losses: Floats) -> float:
        """Their mean or sum, by `reduction`; what overflows is infinite, as everywhere."""
        with ieee():
            total = float(np.sum(sample_losses))
        return total / len(sample_losses) if self.reduction == "mean" else total

    def sample_losses(self, inputs: ArrayLike, targets: ArrayLike) -> tuple[Floats, Floats]:
        """Each sample's own loss without penalties, (n,), and the outputs, (n, outputs)."""
        checked_inputs, checked_targets = checked_data(inputs, targets)
        self._check_columns(checked_inputs, checked_targets)
        parameters = np.array([p.data for p in self.parameters])
        return self.tape.evaluate(
            parameters, checked_inputs, checked_targets, wait=self.wait_for_kernels
        )

    @property
    def moment(self) -> Moment:
        """Where the training stands, for `go_back`; between runs."""
        return Moment(self.state(), self._batches.place)

    def go_back(self, moment: Moment) -> None:
        """Go on from a moment of this Trainer, or of one with the same data and rules."""
        self.resume(moment.state)
        self._batches.go_to(moment.place)

    def next_samples(self) -> Indices:
        """The samples that the next step will see, by their rows."""
        return self._batches.next_samples()

    def sample(self, row: int) -> tuple[float, float, Floats]:
        """One sample's own loss, first output and gradient, at the Values' present data."""
        parameters = np.array([p.data for p in self.parameters])
        rows = slice(row, row + 1)
        inputs, targets = self._inputs[rows], self._targets[rows]
        loss, gradient = self.tape.loss_and_gradient(parameters, inputs, targets)
        return loss, float(self.tape.outputs(parameters, inputs)[0, 0]), gradient

    def parameters_array(self) -> Floats:
        """A copy of the parameters' data, without a walk over the Values; between runs."""
        return self._state.data.copy()

    def gradients_array(self) -> Floats:
        """A copy of the last step's gradients; between runs."""
        return self._state.grad.copy()

    def state(self) -> State:
        """A copy of all that the next step depends on, data as it stands in the Values."""
        self._read_values()
        return copy.deepcopy(self._state)

    def resume(self, state: State) -> None:
        """Go on from `state`, which is copied. ValueError where it is another network's."""
        own = self._state
        if state.data.shape != own.data.shape or state.memory.shape != own.memory.shape:
            raise ValueError(
                f"the state is of {len(state.data)} parameters and {len(state.memory)} arrays of "
                f"memory; this trainer has {len(own.data)} and {len(own.memory)}"
            )
        for name in ("data", "grad", "memory", "dead"):
            getattr(own, name)[:] = getattr(state, name)
        own.step = state.step
        self._write_values()

    @property
    def is_full_batch(self) -> bool:
        """Whether each step sees all samples."""
        return self._batches.batch_size == self._batches.n

    def new_batches(self, batch_size: int | None = None) -> Batches:
        """The series of batches from its beginning; batch_size: at most so large, not its own."""
        n = len(self._inputs)
        size = self._batch_size if batch_size is None else min(batch_size, n)
        return Batches(n, size, *self._order_rules)

    def new_runner(self) -> StepRunner:
        """Whatever makes the steps, for another thread to use."""
        largest = self.new_batches().largest
        return StepRunner(self.tape, self.rules, self._inputs, self._targets, largest)

    def _new_state(self) -> State:
        """The state before the first step; its data and grad lie in Python's own arrays."""
        n = len(self.parameters)
        self._data_floats, self._grad_floats = (array("d", bytes(8 * n)) for _ in range(2))
        self._pack_into = struct.Struct(f"{n}d").pack_into
        state = State.zeros(n, self.rules.optimizer.state_size)
        state.data = np.frombuffer(self._data_floats)
        state.grad = np.frombuffer(self._grad_floats)
        return state

    def _make_steps(self, steps: int) -> Floats:
        most = self._steps_per_call
        if steps > most:
            parts = [min(most, steps - done) for done in range(0, steps, most)]
            return np.concatenate([self._make_steps(part) for part in parts])
        batches, rates = self._batches.take(steps), self._rates(steps)
        groups = self.rules.groups  # which may be others than when the runner was made
        if self.uses_numpy:
            return self._runner.run_numpy(self._state, batches, rates, groups)
        return self._runner.run(self._state, batches, rates, self.wait_for_kernels, groups)

    def _rates(self, count: int) -> Floats:
        rate = self._learning_rate
        if callable(rate):
            first = self._state.step
            return np.array([float(rate(k)) for k in range(first, first + count)])
        if len(self._same_rates) != count:
            self._same_rates = np.full(count, float(rate))
        return self._same_rates

    def _read_values(self) -> None:
        """Take over data, and with zero_grad=False grad, as they stand in the Values."""
        self._fill(self._data_floats, [p.data for p in self.parameters])
        if self.rules.after_error_step:
            self._state.dead &= self._state.data == 0.0
        if self.rules.adds_to_grad:
            self._fill(self._grad_floats, [p.grad for p in self.parameters])

    def _fill(self, floats: "array[float]", numbers: list[float]) -> None:
        try:
            self._pack_into(floats, 0, *numbers)  # in half the time that NumPy takes
        except struct.error:  # for something that is no number: NumPy's message says what
            np.frombuffer(floats)[:] = numbers

    def _write_values(self) -> None:
        # A third of what a single step takes is spent here, so: Python's own arrays, which make
        # each float just when the one that it replaces is freed, straight into the attributes.
        _p: Value
        for _p, _p.data, _p.grad in zip(self.parameters, self._data_floats, self._grad_floats):
            pass

    def _check_columns(self, inputs: Floats, targets: Floats) -> None:
        for name, given, known in (
            ("inputs", inputs, self._inputs),
            ("targets", targets, self._targets),
        ):
            if given.shape[1] != known.shape[1]:
                raise ValueError(
                    f"{name} have {given.shape[1]} columns; the training data has {known.shape[1]}"
                )

    def _check_samples(self, model: Model, loss: SampleLoss) -> None:
        """The tape against Values for a few samples, so that no wrong graph goes unnoticed."""
        n = len(self._inputs)
        chosen = sorted({0, n - 1, *np.random.default_rng(n).integers(0, n, 2).tolist()})
        n_outputs = len(self.tape.program.outputs)
        if loss in losses.LOSSES.values() and n_outputs != self._targets.shape[1]:
            raise ValueError(
                f"the model has {n_outputs} outputs, targets have {self._targets.shape[1]} columns"
            )
        parameters = np.array([p.data for p in self.parameters])
        found, outputs = self.tape.evaluate(parameters, self._inputs[chosen], self._targets[chosen])
        for i, sample in enumerate(chosen):
            values = as_outputs(model([Value(x) for x in self._inputs[sample].tolist()]))
            total = loss(list(values), [Value(t) for t in self._targets[sample].tolist()])
            expected = [v.data for v in values] + [getattr(total, "data", total)]
            _check_equal(sample, [*outputs[i], found[i]], expected)


def checked_data(inputs: ArrayLike, targets: ArrayLike) -> tuple[Floats, Floats]:
    """Inputs (n, features) and targets (n, outputs) as float64.

    Raises ValueError for data that is empty, has no such shape, or is not finite.
    """
    x = _as_floats("inputs", inputs)
    t = _as_floats("targets", targets)
    if not x.size or not t.size:
        raise ValueError(f"no data: inputs have the shape {x.shape}, targets {t.shape}")
    if x.ndim != 2:
        raise ValueError(f"inputs must have the shape (n, features), not {x.shape}")
    if t.ndim == 1:
        t = t.reshape(-1, 1)
    if t.ndim != 2:
        raise ValueError(f"targets must have the shape (n,) or (n, outputs), not {t.shape}")
    if len(x) != len(t):
        raise ValueError(f"{len(x)} inputs for {len(t)} targets")
    for name, numbers in (("inputs", x), ("targets", t)):
        bad = np.argwhere(~np.isfinite(numbers))
        if len(bad):
            row, column = bad[0]
            raise ValueError(
                f"{name} must be finite: row {row}, column {column} is {numbers[row, column]}"
            )
    return x, t


def _as_floats(name: str, array: ArrayLike) -> Floats:
    try:
        given = np.asarray(array)
        if np.iscomplexobj(given):
            raise ValueError("complex numbers have no order, so no loss could fall")
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} are not an array of real numbers: {error}") from None


def _checked_batch_size(batch_size: int | None, n: int) -> int:
    if batch_size is None:
        return n
    try:
        size = operator.index(batch_size)
    except TypeError:
        raise ValueError(f"batch_size must be a whole number, not {batch_size!r}") from None
    if not 1 <= size <= n:
        raise ValueError(f"batch_size must be from 1 to the number of samples, {n}, not {size}")
    return size


def _checked_factors(factors: ArrayLike | None, n: int) -> Floats:
    if factors is None:
        return np.ones(n)
    found = _as_floats("rate_factors", factors)
    if found.shape != (n,):
        raise ValueError(f"rate_factors must have the shape {(n,)}, not {found.shape}")
    if not (np.isfinite(found) & (found >= 0.0)).all():
        raise ValueError("rate_factors must be finite numbers from 0 on")
    return found


def _checked_penalty(name: str, value: float) -> float:
    if not isinstance(value, Real) or not (0.0 <= value < math.inf):
        raise ValueError(f"{name} must be a finite number from 0 on, not {value!r}")
    return float(value)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _checked_seed(seed: int) -> int:
    try:
        checked = operator.index(seed)
    except TypeError:
        checked = -1
    if checked < 0:
        raise ValueError(f"seed must be a whole number from 0 on, not {seed!r}")
    return checked


def _check_equal(sample: int, found: list[float], expected: list[float]) -> None:
    scale = max(1.0, *(abs(x) for x in expected if math.isfinite(x)), 0.0)
    for a, b in zip(found, expected):
        if math.isfinite(b) and not abs(a - b) <= 1e-6 * scale:
            raise ValueError(
                f"the model gives {b!r} for sample {sample} where its traced graph gives "
                f"{float(a)!r}: its graph must be the same for every sample and every call"
            )
