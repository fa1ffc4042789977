"""Lowering: from the Values of one sample to a short list of instructions over a batch.

A `Program` works on two kinds of numbers. Coefficients are the same for every sample: the
parameters, the constants, and what is computed from these alone. Rows hold one number per
sample: the inputs and targets, what is computed from these alone (once, when the data is
prepared), and what depends on both, which is what the instructions compute:

    Dot   several rows, each bias + sum of weight * row over the same input rows
    Map   several rows, each one op of the table applied to other rows

A chain of additions whose terms are `coefficient * row` becomes one output of a Dot, whatever
class the model has; outputs with the same input rows become one Dot, so the layer of a network
is one matrix. Instructions are ordered by level (longest way from the data) and, within a level,
equal ops stand together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.engine import Value
from core.ops import OPS, Op, Symbolic, rule
from core.trace import Trace, TraceError

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]

ONES = 0  # the row that holds 1.0 for every sample


@dataclass(frozen=True)
class Dot:
    """row out[j] = coefficient bias[j] + sum over k of coefficient weights[j, k] x row inputs[k]"""

    out: Indices  # (m,) rows
    inputs: Indices  # (n,) rows
    weights: Indices  # (m, n) coefficients
    bias: Indices  # (m,) coefficients
    reaches_loss: bool  # else it needs no backward


@dataclass(frozen=True)
class Map:
    """row out[j] = op(row inputs[0][j], ...)."""

    op: Op
    out: Indices  # (m,)
    inputs: tuple[Indices, ...]  # for each input of the op, (m,)
    reaches_loss: bool


Instruction = Dot | Map


@dataclass(frozen=True)
class Program:
    """What `lower` makes of a trace; plain data, without Values.

    Coefficients, in order: parameters, `constants`, results of `shared`. Rows, in order: ones,
    inputs, targets, `constant_rows`, results of `data_maps`, results of `instructions`.
    """

    n_parameters: int
    n_inputs: int
    n_targets: int
    constants: Floats
    shared: tuple[Map, ...]  # on coefficients
    n_coefficients: int
    constant_rows: Floats
    data_maps: tuple[Map, ...]  # on rows, once per data set
    n_data_rows: int  # rows before the instructions' own
    instructions: tuple[Instruction, ...]
    n_rows: int
    outputs: Indices  # rows
    loss: int | None  # row
    is_weight: NDArray[np.bool_]  # (n_parameters,): multiplied by something, so not a bias
    encoded: dict[Any, Any] = field(default_factory=dict, repr=False)  # see `core.encode`

    def prepare(self, inputs: Floats, targets: Floats | None = None) -> Floats:
        """The data rows, (n_data_rows, n), of inputs (n, n_inputs) and targets (n, n_targets)."""
        n = len(inputs)
        rows = np.empty((self.n_data_rows, n))
        rows[ONES] = 1.0
        first_target = 1 + self.n_inputs
        rows[1:first_target] = inputs.T
        first_constant = first_target + self.n_targets
        rows[first_target:first_constant] = 0.0 if targets is None else targets.T
        after = first_constant + len(self.constant_rows)
        rows[first_constant:after] = self.constant_rows[:, None]
        with np.errstate(all="ignore"):
            for step in self.data_maps:
                rows[step.out] = step.op.function(*(rows[i] for i in step.inputs))
        return rows


def lower(trace: Trace) -> Program:
    """The program of a traced graph. Raises TraceError for a leaf with two meanings."""
    return _Lowering(trace).program()


# ----- what a node depends on ---------------------------------------------------------------

CONSTANT, SHARED, DATA, BATCH = 0, 1, 2, 3  # as bits: on parameters 1, on the sample 2


def _kinds(trace: Trace) -> dict[Value, int]:
    kind: dict[Value, int] = dict.fromkeys(trace.parameters, SHARED)
    for v in (*trace.inputs, *trace.targets):
        if v in kind:
            raise TraceError(f"{v.label!r} is an input and a parameter at once")
        kind[v] = DATA
    for v in trace.nodes:
        if v not in kind:
            k = CONSTANT
            if isinstance(v.data, Symbolic):
                for child in v._prev:
                    k |= kind[child]
            kind[v] = k
    return kind


def _ancestors(root: Value | None, nodes: Sequence[Value]) -> set[Value]:
    """The nodes that `root` depends on, and itself."""
    found = set() if root is None else {root}
    for v in reversed(nodes):
        if v in found:
            found.update(v._prev)
    return found


# ----- steps: instructions for one node, not yet grouped ------------------------------------

_ONE = Value(1.0)
_NOTHING = Value(-0.0)  # IEEE's neutral element of addition: -0.0 + x is x, for x = -0.0 as well
_ONES_ROW = Value(1.0, label="the row of ones")


class _Step:
    """One output of a Dot (weights set) or of a Map."""

    __slots__ = ("bias", "node", "op", "operands", "weights")

    def __init__(
        self,
        node: Value,
        operands: tuple[Value, ...],
        op: Op | None = None,
        weights: Sequence[Value] = (),
        bias: Value = _NOTHING,
    ) -> None:
        self.node, self.operands, self.op = node, operands, op
        self.weights, self.bias = weights, bias


def _map_step(v: Value) -> _Step:
    """A Map for v; squares as products, other constant powers with a constant second input."""
    op = rule(v._op)
    if OPS.find(v._op) is not None:
        return _Step(v, v._prev, op)
    exponent = float(v._op[2:])
    if exponent == 2.0:
        return _Step(v, (v._prev[0], v._prev[0]), OPS["mul"])
    return _Step(v, (v._prev[0], Value(exponent)), OPS["pow"])


class _Sums:
    """Finds the chains of additions in a graph, and the products that are their terms."""

    def __init__(self, batch: Sequence[Value], kind: dict[Value, int], roots: set[Value]) -> None:
        self.kind = kind
        uses: dict[Value, int] = {}
        for v in batch:
            for child in v._prev:
                uses[child] = uses.get(child, 0) + 1
        self.absorbed: set[Value] = set()
        for v in batch:
            if v._op == "+":
                for child in v._prev:
                    if uses[child] == 1 and child not in roots and self._is_part(child):
                        self.absorbed.add(child)

    def _is_part(self, v: Value) -> bool:
        return self.kind[v] == BATCH and (v._op == "+" or self.is_scaled(v))

    def is_scaled(self, v: Value) -> bool:
        """True for coefficient * row."""
        if v._op != "*":
            return False
        a, b = v._prev
        return (self.kind[a] <= SHARED) != (self.kind[b] <= SHARED)

    def step(self, v: Value) -> _Step:
        """The Dot output that computes v, a sum or a scaled row."""
        weights: list[Value] = []
        rows: list[Value] = []
        bias: Value | None = None
        for term in self._terms(v):
            if self.kind[term] <= SHARED:
                if bias is None:
                    bias = term
                    continue
                weight, row = term, _ONES_ROW
            elif self.is_scaled(term) and (term is v or term in self.absorbed):
                weight, row = term._prev
                if self.kind[weight] > SHARED:
                    weight, row = row, weight
            else:
                weight, row = _ONE, term
            weights.append(weight)
            rows.append(row)
        return _Step(v, tuple(rows), None, weights, _NOTHING if bias is None else bias)

    def _terms(self, v: Value) -> list[Value]:
        """The terms of the chain of additions that ends in v, from left to right."""
        terms: list[Value] = []
        stack = [v]
        while stack:
            u = stack.pop()
            if u._op == "+" and (u is v or u in self.absorbed):
                stack.extend(reversed(u._prev))
            else:
                terms.append(u)
        return terms


# ----- grouping -----------------------------------------------------------------------------


class _Lowering:
    """Numbers coefficients and rows, and groups steps by level and op into instructions."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.kind = _kinds(trace)
        self.kind[_ONES_ROW] = DATA
        self.kind[_ONE] = self.kind[_NOTHING] = CONSTANT
        self.needed = _ancestors(trace.loss, trace.nodes)
        self.coefficients: dict[Value, int] = {p: i for i, p in enumerate(trace.parameters)}
        self.constants: dict[str, int] = {}
        self.constant_values: list[float] = []
        self.row_constants: dict[str, int] = {}
        self.row_values: list[float] = []
        self.rows: dict[Value, int] = {_ONES_ROW: ONES}
        for i, v in enumerate((*trace.inputs, *trace.targets)):
            self.rows[v] = 1 + i

    def program(self) -> Program:
        trace, kind = self.trace, self.kind
        computed = [v for v in trace.nodes if v._prev and v not in self.coefficients]
        roots = list(trace.outputs) if trace.loss is None else [*trace.outputs, trace.loss]
        shared = [_map_step(v) for v in computed if kind[v] == SHARED]
        data = [_map_step(v) for v in computed if kind[v] == DATA]
        batch = self._batch_steps([v for v in computed if kind[v] == BATCH], roots)

        self._number_constants(shared, data, batch, roots)
        n_constants = len(self.constant_values)
        n_before = len(trace.parameters) + n_constants
        n_coefficients = n_before + len(shared)
        shared_maps = self._grouped(shared, self.coefficients, n_before)
        n_before = 1 + len(trace.inputs) + len(trace.targets) + len(self.row_values)
        data_maps = self._grouped(data, self.rows, n_before)
        n_data_rows = n_before + len(data)
        instructions = self._grouped(batch, self.rows, n_data_rows)

        is_weight = np.zeros(n_coefficients, dtype=np.bool_)
        for step in instructions:
            if isinstance(step, Dot):
                is_weight[step.weights[:, step.inputs != ONES]] = True
        for shared_map in shared_maps:
            for inputs in shared_map.inputs:
                is_weight[inputs] = True
        return Program(
            n_parameters=len(trace.parameters),
            n_inputs=len(trace.inputs),
            n_targets=len(trace.targets),
            constants=np.array(self.constant_values),
            shared=tuple(m for m in shared_maps if isinstance(m, Map)),
            n_coefficients=n_coefficients,
            constant_rows=np.array(self.row_values),
            data_maps=tuple(m for m in data_maps if isinstance(m, Map)),
            n_data_rows=n_data_rows,
            instructions=instructions,
            n_rows=n_data_rows + len(batch),
            outputs=np.array([self.rows[v] for v in trace.outputs], dtype=np.int64),
            loss=None if trace.loss is None else self.rows[trace.loss],
            is_weight=is_weight[: len(trace.parameters)],
        )

    def _batch_steps(self, batch: list[Value], roots: Sequence[Value]) -> list[_Step]:
        sums = _Sums(batch, self.kind, set(roots))
        steps: list[_Step] = []
        spread: dict[Value, None] = {}  # coefficients that an op needs as a row
        for v in batch:
            if v in sums.absorbed:
                continue
            if v._op == "+" or sums.is_scaled(v):
                steps.append(sums.step(v))
            else:
                steps.append(_map_step(v))
                spread.update((u, None) for u in v._prev if self.kind[u] == SHARED)
        spread.update((u, None) for u in roots if self.kind[u] == SHARED)
        return [*(_Step(u, (), None, (), u) for u in spread), *steps]

    def _number_constants(
        self,
        shared: list[_Step],
        data: list[_Step],
        batch: list[_Step],
        roots: Sequence[Value],
    ) -> None:
        """Give every constant a coefficient or a constant row, equal ones the same."""
        for step in shared:
            for v in step.operands:
                self._number_coefficient(v)
        for step in batch:
            for v in (step.bias, *step.weights) if step.op is None else ():
                self._number_coefficient(v)
        for step in (*data, *batch):
            for v in step.operands:
                self._number_row(v)
        for v in roots:
            self._number_row(v)

    def _number_coefficient(self, v: Value) -> None:
        if v in self.coefficients or self.kind.get(v, CONSTANT) != CONSTANT:
            return
        place = self.constants.setdefault(repr(v.data), len(self.constant_values))
        if place == len(self.constant_values):
            self.constant_values.append(v.data)
        self.coefficients[v] = len(self.trace.parameters) + place

    def _number_row(self, v: Value) -> None:
        if v in self.rows or self.kind.get(v, CONSTANT) != CONSTANT:
            return
        place = self.row_constants.setdefault(repr(v.data), len(self.row_values))
        if place == len(self.row_values):
            self.row_values.append(v.data)
        self.rows[v] = 1 + len(self.trace.inputs) + len(self.trace.targets) + place

    def _grouped(
        self, steps: list[_Step], place: dict[Value, int], first: int
    ) -> tuple[Instruction, ...]:
        """The steps as instructions by level and op; their results are numbered from `first`."""
        level: dict[Value, int] = {}
        groups: dict[tuple[int, object, bool], list[_Step]] = {}
        for step in steps:
            depth = 1 + max((level.get(v, 0) for v in step.operands), default=0)
            level[step.node] = depth
            what = step.operands if step.op is None else step.op.name
            groups.setdefault((depth, what, step.node in self.needed), []).append(step)
        instructions: list[Instruction] = []
        for (_, _, reaches_loss), group in sorted(groups.items(), key=lambda item: item[0][0]):
            out = np.arange(first, first + len(group))
            place.update((step.node, first + j) for j, step in enumerate(group))
            first += len(group)
            instructions.append(self._instruction(group, place, out, reaches_loss))
        return tuple(instructions)

    def _instruction(
        self, group: list[_Step], place: dict[Value, int], out: Indices, reaches_loss: bool
    ) -> Instruction:
        op = group[0].op
        if op is not None:
            operands = zip(*(step.operands for step in group))
            inputs = tuple(_indices(place[v] for v in column) for column in operands)
            return Map(op, out, inputs, reaches_loss)
        number = self.coefficients
        rows = _indices(place[v] for v in group[0].operands)
        weights = [[number[w] for w in step.weights] for step in group]
        return Dot(
            out,
            rows,
            np.array(weights, dtype=np.int64).reshape(len(group), len(rows)),
            _indices(number[step.bias] for step in group),
            reaches_loss,
        )


def _indices(numbers: Iterable[int]) -> Indices:
    return np.array(list(numbers), dtype=np.int64)
