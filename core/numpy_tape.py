"""The tape in NumPy: a Program over a batch, one NumPy call per instruction.

It serves where numba is missing and until the compiled kernels are ready, and it is the plainer
of the two to read: `core.compiled_tape` does the same, block by block.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.lower import Dot, Indices, Instruction, Map, Program

Floats = NDArray[np.float64]
Selection = slice | Indices


class NumpyTape:
    """Runs a program forward and backward over batches. Not for two threads at once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.steps = [_bound(step, program.n_data_rows) for step in program.instructions]
        self.backward_steps = [
            step for step in reversed(self.steps) if step.instruction.reaches_loss
        ]
        self.shared = [_BoundMap(step, 0) for step in program.shared]
        self._coefficients = np.empty(program.n_coefficients)
        n_before = program.n_parameters + len(program.constants)
        self._coefficients[program.n_parameters : n_before] = program.constants
        self._values = np.empty((program.n_rows, 0))
        self._grads = np.empty((program.n_rows, 0))

    def forward(self, parameters: Floats, data: Floats) -> Floats:
        """All rows, (n_rows, n), for data rows (n_data_rows, n); valid until the next call."""
        program = self.program
        self._make_room(data.shape[1])
        values, coefficients = self._values, self._coefficients
        values[: program.n_data_rows] = data
        coefficients[: program.n_parameters] = parameters
        with np.errstate(all="ignore"):
            for shared in self.shared:
                shared.forward(coefficients, coefficients)
            for step in self.steps:
                step.forward(values, coefficients)
        return values

    def loss_and_gradient(self, parameters: Floats, data: Floats, weight: float) -> Any:
        """Each sample's loss, (n,), and the gradient of weight * their sum, (n_parameters,)."""
        program = self.program
        values = self.forward(parameters, data)
        coefficient_grads = np.zeros(program.n_coefficients)
        assert program.loss is not None
        if program.loss < program.n_data_rows:
            return values[program.loss].copy(), coefficient_grads[: program.n_parameters]
        grads = self._grads
        grads[program.n_data_rows :] = 0.0
        grads[program.loss] = weight
        with np.errstate(all="ignore"):
            for step in self.backward_steps:
                step.backward(values, grads, self._coefficients, coefficient_grads)
            for shared in reversed(self.shared):
                if shared.instruction.reaches_loss:
                    shared.backward(
                        self._coefficients, coefficient_grads, self._coefficients, coefficient_grads
                    )
        return values[program.loss].copy(), coefficient_grads[: program.n_parameters]

    def _make_room(self, n: int) -> None:
        if self._values.shape[1] != n:
            self._values = np.empty((self.program.n_rows, n))
            self._grads = np.zeros((self.program.n_rows, n))


def _bound(step: Instruction, n_data_rows: int) -> "_BoundDot | _BoundMap":
    return _BoundDot(step, n_data_rows) if isinstance(step, Dot) else _BoundMap(step, n_data_rows)


class _BoundDot:
    """A Dot with its indices made ready: slices where rows stand together."""

    def __init__(self, dot: Dot, n_data_rows: int) -> None:
        self.instruction = dot
        self.out = _selection(dot.out)
        self.inputs = _selection(dot.inputs)
        self.weights = dot.weights
        self.bias = dot.bias
        learns = dot.inputs >= n_data_rows
        self.learning_weights = dot.weights[:, learns]
        self.to_inputs = _Scatter(dot.inputs[learns])
        self.to_weights = _Scatter(dot.weights)
        self.to_bias = _Scatter(dot.bias)

    def forward(self, values: Floats, coefficients: Floats) -> None:
        out = values[self.out]
        if self.weights.size:
            np.matmul(coefficients[self.weights], values[self.inputs], out=out)
            out += coefficients[self.bias][:, None]
        else:
            out[:] = coefficients[self.bias][:, None]

    def backward(
        self, values: Floats, grads: Floats, coefficients: Floats, coefficient_grads: Floats
    ) -> None:
        upstream = grads[self.out]
        self.to_bias.add(coefficient_grads, upstream.sum(axis=1))
        if self.weights.size:
            self.to_weights.add(coefficient_grads, upstream @ values[self.inputs].T)
        if self.learning_weights.size:
            self.to_inputs.add(grads, coefficients[self.learning_weights].T @ upstream)


class _BoundMap:
    """A Map with its indices made ready."""

    def __init__(self, step: Map, n_data_rows: int) -> None:
        self.instruction = step
        self.function = step.op.function
        self.out = _selection(step.out)
        self.inputs = [_selection(rows) for rows in step.inputs]
        self.targets = [
            (derivative, _Scatter(rows))
            for derivative, rows in zip(step.op.derivative_functions, step.inputs)
            if (rows >= n_data_rows).any()
        ]

    def forward(self, values: Floats, coefficients: Floats) -> None:
        values[self.out] = self.function(*(values[rows] for rows in self.inputs))

    def backward(
        self, values: Floats, grads: Floats, coefficients: Floats, coefficient_grads: Floats
    ) -> None:
        upstream = grads[self.out]
        inputs = [values[rows] for rows in self.inputs]
        out = values[self.out]
        for derivative, target in self.targets:
            target.add(grads, derivative(*inputs, out) * upstream)


def _selection(rows: Indices) -> Selection:
    """A slice where the rows stand together: views instead of copies."""
    if len(rows) and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


class _Scatter:
    """Adds contributions to places, also where a place is named twice."""

    def __init__(self, places: Indices) -> None:
        self.places = places
        self.selection = _selection(places.ravel()) if places.ndim == 1 else places
        self.is_unique = len(np.unique(places)) == places.size

    def add(self, grads: Floats, contributions: Floats) -> None:
        """grads[places] += contributions."""
        if self.is_unique:
            grads[self.selection] += contributions
        else:
            np.add.at(grads, self.places, contributions)
