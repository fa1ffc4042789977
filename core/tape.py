"""The tape: a model's graph of Values, traced once and replayed over whole batches.

This is the seam behind which all speed lives. `core.engine` and `core.nn` know nothing of it.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import kernels
from core.compiled_tape import CompiledReplay
from core.engine import Value
from core.lower import Indices, lower
from core.numpy_tape import NumpyTape
from core.trace import SampleLoss, as_outputs, trace

Floats = NDArray[np.float64]


class Tape:
    """The graph that `model` makes of one sample, ready for many.

    model: a function of a list of Values, `n_inputs` of them, that returns a Value or several.
    parameters: the leaves that gradients are wanted for. loss: a function of one sample's
    (outputs, targets). Not for two threads at once. Raises TraceError, see `core.trace.trace`.
    """

    def __init__(
        self,
        model: Callable[[list[Value]], Any],
        parameters: Sequence[Value],
        n_inputs: int,
        *,
        loss: SampleLoss | None = None,
        n_targets: int = 0,
    ) -> None:
        self.program = lower(trace(model, parameters, n_inputs, loss=loss, n_targets=n_targets))
        self._compiled: CompiledReplay | None = None

    @cached_property
    def numpy(self) -> NumpyTape:
        """The NumPy tape of this program."""
        return NumpyTape(self.program)

    def outputs(self, parameters: Floats, inputs: Floats, *, wait: bool = False) -> Floats:
        """The model's outputs, (n, outputs), for inputs (n, n_inputs).

        wait: for the compiled kernels; else NumPy serves until they are ready.
        """
        return self._replay(parameters, inputs, None, self.program.outputs, wait).T

    def evaluate(
        self, parameters: Floats, inputs: Floats, targets: Floats, *, wait: bool = False
    ) -> tuple[Floats, Floats]:
        """Each sample's loss, (n,), and outputs, (n, outputs)."""
        assert self.program.loss is not None
        wanted = np.append(self.program.outputs, self.program.loss)
        rows = self._replay(parameters, inputs, targets, wanted, wait)
        return rows[-1], rows[:-1].T

    def loss_and_gradient(
        self, parameters: Floats, inputs: Floats, targets: Floats, reduction: str = "mean"
    ) -> tuple[float, Floats]:
        """The loss over these samples and its gradient, (n_parameters,)."""
        weight = 1.0 / len(inputs) if reduction == "mean" else 1.0
        rows = self.program.prepare(inputs, targets)
        losses, gradient = self.numpy.loss_and_gradient(parameters, rows, weight)
        return float(np.sum(losses)) * weight, gradient

    def _replay(
        self,
        parameters: Floats,
        inputs: Floats,
        targets: Floats | None,
        wanted: Indices,
        wait: bool,
    ) -> Floats:
        """The wanted rows, (rows, n)."""
        data = self.program.prepare(inputs, targets)
        ready = kernels.loaded(wait=wait)
        if ready is None:
            return self.numpy.forward(parameters, data)[wanted]
        if self._compiled is None:
            self._compiled = CompiledReplay(ready, self.program)
        return self._compiled.rows(parameters, data, wanted)


def neuron_outputs(model: Any) -> Callable[[list[Value]], list[Value]]:
    """A function that returns the output of every neuron of an MLP, layer by layer.

    `Tape(neuron_outputs(mlp), mlp.parameters(), n_inputs).outputs(...)` gives them all at once,
    shape (n, neurons), for instance for a picture of what each neuron has learnt.
    """

    def function(x: list[Value]) -> list[Value]:
        outputs: list[Value] = []
        for layer in model.layers:
            x = as_outputs(layer(x))
            outputs += x
        return outputs

    return function
