"""Every scalar of one graph: data and grad of all Values, without walking them one by one.

The tape of a batch keeps only what it needs; here nothing is fused, because the views show each
number. Nodes are grouped by level and op, so that a graph of thousands of nodes is a few dozen
array operations in NumPy, or one call of the compiled kernels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import kernels
from core.compiled_tape import CompiledScalars
from core.encode import CodeWriter
from core.engine import Value
from core.kernels import Kernels
from core.ops import OPS, Op, ieee, rule

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class _Group:
    """Nodes of one level with one op: place of each result, and of its inputs."""

    op: Op
    out: Indices
    inputs: tuple[Indices, ...]
    learning: int  # so many of the inputs get a gradient: not the exponent that is a constant


class ScalarTape:
    """Forward and backward over all nodes of a graph, with exact Value arithmetic.

    nodes: Values in topological order, each after its inputs. output: the one that gradients are
    taken of, or None for none. `leaves` are the places of the Values without inputs. Built once
    per structure; data is handed over as arrays. Not for two threads at once.
    """

    def __init__(self, nodes: Sequence[Value], output: Value | None) -> None:
        place = {v: i for i, v in enumerate(nodes)}
        self.n_nodes = len(nodes)
        self.output = None if output is None else place[output]
        self.leaves = np.array([i for i, v in enumerate(nodes) if not v._prev], dtype=np.int64)
        self._constants: list[float] = []
        reached = _reached(nodes, output)
        self._groups = self._grouped(nodes, place)
        self._reached = np.array([v in reached for v in nodes], dtype=np.bool_)
        n = self.n_nodes + len(self._constants)
        self._buffer = np.zeros(2 * n)
        self._data, self._grad = self._buffer[:n], self._buffer[n:]
        self._data[self.n_nodes :] = self._constants
        self._compiled: CompiledScalars | None = None

    def run(self, leaf_data: Floats, *, wait: bool = False) -> tuple[Floats, Floats]:
        """Data and grad of all nodes, (n_nodes,) each, for the leaves' data; copies.

        wait: for the compiled kernels; else NumPy serves until they are ready.
        """
        self._data[self.leaves] = leaf_data
        ready = kernels.loaded(wait=wait)
        if ready is None:
            self._run_numpy()
        else:
            self._run_compiled(ready)
        return self._data[: self.n_nodes].copy(), self._grad[: self.n_nodes].copy()

    def _run_compiled(self, ready: Kernels) -> None:
        """Fill data and grad with the kernels."""
        if self._compiled is None:
            self._compiled = self._encoded(ready)
        self._compiled.run()

    def _run_numpy(self) -> None:
        data, grad = self._data, self._grad
        grad[:] = 0.0
        with ieee():
            for group in self._groups:
                data[group.out] = group.op.function(*(data[places] for places in group.inputs))
            if self.output is None:
                return
            grad[self.output] = 1.0
            for group in reversed(self._groups):
                self._backward(group)

    def _backward(self, group: _Group) -> None:
        chosen = self._reached[group.out]
        if not chosen.any():
            return
        out = group.out[chosen]
        inputs = [places[chosen] for places in group.inputs]
        numbers = [self._data[places] for places in (*inputs, out)]
        for places, derivative in list(zip(inputs, group.op.derivative_functions))[
            : group.learning
        ]:
            np.add.at(self._grad, places, derivative(*numbers) * self._grad[out])

    def _grouped(self, nodes: Sequence[Value], place: dict[Value, int]) -> list[_Group]:
        level: list[int] = []
        found: dict[tuple[int, str, bool], list[tuple[int, ...]]] = {}
        for i, v in enumerate(nodes):
            places = [place[child] for child in v._prev]
            depth = 1 + max(level[p] for p in places) if places else 0
            level.append(depth)
            if places:
                name, exponent = _op_of(v)
                if exponent is not None:
                    places.append(len(nodes) + len(self._constants))
                    self._constants.append(exponent)
                key = (depth, name, exponent is not None)
                found.setdefault(key, []).append((i, *places))
        groups: list[_Group] = []
        for (_, name, is_constant_power), rows in sorted(found.items(), key=lambda kv: kv[0][0]):
            out, *inputs = np.array(rows, dtype=np.int64).T
            learning = 1 if is_constant_power else len(inputs)
            groups.append(_Group(OPS[name], out, tuple(inputs), learning))
        return groups

    def _encoded(self, ready: Kernels) -> CompiledScalars:
        n = len(self._data)
        writer = CodeWriter(1)
        for group in self._groups:
            writer.op(group.op.name, 0, [group.out, *group.inputs])
        n_forward = len(writer.code)
        for group in reversed(self._groups):
            chosen = self._reached[group.out]
            columns = [column[chosen] for column in (group.out + n, *group.inputs, group.out)]
            for j in range(group.learning):
                target = group.inputs[j][chosen] + n
                writer.op(group.op.name, 1 + j, [target, *columns], add=True)
        output = -1 if self.output is None else self.output
        code, table = writer.code_array(), writer.table_array()
        return CompiledScalars(
            ready, code, table, self._buffer, n_forward=n_forward, n_all=len(writer.code), n=n,
            output=output,
        )  # fmt: skip


def _op_of(v: Value) -> tuple[str, float | None]:
    """The op's name, and the exponent where that is a constant."""
    if OPS.find(v._op) is None:
        return "pow", float(v._op[2:])
    return rule(v._op).name, None


def _reached(nodes: Sequence[Value], output: Value | None) -> set[Value]:
    """The nodes that the output depends on, and itself."""
    found = set() if output is None else {output}
    for v in reversed(nodes):
        if v in found:
            found.update(v._prev)
    return found
