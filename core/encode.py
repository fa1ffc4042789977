"""From a Program to the numbers that the compiled loops read.

The rows of a block of samples stand in one buffer, `block` numbers each: the program's rows,
then the gradients of those that its instructions compute, then one row for what nobody needs.
The gradient of a one-input op's input overwrites that of its output, which is no longer needed.
An instruction is seven integers; lists of rows stand in `table`, as places in the buffer.

The adjoint of each instruction is an instruction of the same kind, so forward and backward are
one list: the gradient of a Dot's inputs is a Dot with the weights turned around, the gradient of
an op's input is an op. Only the gradient of weights is a kind of its own, a sum over samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lower import ONES, Dot, Indices, Instruction, Map, Program
from core.ops import OPS

Floats = NDArray[np.float64]

# As in core.kernel_loops.
DOT_4, DOT_1, REDUCE_4, REDUCE_1, CLEAR_PADDING, FIRST_OP = range(6)
WIDTH = 7
MOST_KEPT = 8  # of one program


@dataclass(frozen=True)
class Encoded:
    """A program for blocks of `block` samples.

    spans: where in `code` the shared part begins, the batch part, the shared gradients, and the
    end. pack_index: which coefficient each number of the packed weights is. sum_of: the place
    among the sums of each coefficient's gradient; folds: pairs (place, further place) to be
    added first, where a coefficient is used in several instructions. loads: pairs (data row,
    place in the buffer).
    """

    code: Indices
    spans: Indices
    table: Indices
    pack_index: Indices
    sum_of: Indices
    folds: Indices
    n_sums: int
    loads: Indices
    block: int
    n_coefficients: int
    buffer_size: int
    seed_at: int
    loss_at: int

    def new_buffer(self, program: Program) -> Floats:
        """A buffer with the rows that never change filled in."""
        buffer = aligned_zeros(self.buffer_size)
        buffer[: self.block] = 1.0
        first = 1 + program.n_inputs + program.n_targets
        for i, constant in enumerate(program.constant_rows):
            at = (first + i) * self.block
            buffer[at : at + self.block] = constant
        return buffer

    def new_coefficients(self, program: Program) -> Floats:
        """Coefficients with the constants filled in, and behind them room for gradients."""
        coefficients = np.zeros(2 * self.n_coefficients)
        first = program.n_parameters
        coefficients[first : first + len(program.constants)] = program.constants
        return coefficients


def aligned_zeros(n: int) -> Floats:
    """Zeros that begin with a cache line, so that no vector lies across two."""
    line = 64
    room = np.zeros(n + line // 8)
    first = (-room.ctypes.data % line) // 8
    return room[first : first + n]


def encode(program: Program, block: int, *, with_gradient: bool) -> Encoded:
    """The program for blocks of that many samples, with or without its backward half.

    Kept with the program for whoever asks next, such as a map's runs with other batches.
    """
    known, key = program.encoded, (block, with_gradient)
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[key] = _Encoder(program, block).encoded(with_gradient)
    return found


def op_codes() -> dict[str, int]:
    """The number of each op's kernel; the gradients of its inputs have the numbers after it."""
    codes: dict[str, int] = {}
    code = 0
    for op in OPS.values():
        codes[op.name] = code
        code += 1 + op.arity
    return codes


class CodeWriter:
    """Instructions and the tables that they read."""

    def __init__(self, block: int) -> None:
        self.block = block
        self.code: list[tuple[int, ...]] = []
        self._table: list[Indices] = []
        self._table_size = 0
        self._op_codes = op_codes()

    def put(self, places: Indices) -> int:
        """Add a list to the table; where it begins is returned."""
        at = self._table_size
        self._table.append(places.ravel())
        self._table_size += places.size
        return at

    def emit(self, *numbers: int) -> None:
        """Add an instruction."""
        self.code.append((*numbers, *[0] * (WIDTH - len(numbers))))

    def op(self, name: str, which: int, columns: Sequence[Indices], add: bool = False) -> None:
        """An op (which 0) or the gradient of an input (which 1, 2), row by row of the columns."""
        count = len(columns[0])
        if not count:
            return
        length = self.block
        follow_on = all((np.diff(column) == self.block).all() for column in columns)
        if follow_on and self.block > 1:  # the rows stand together: one long row
            length *= count
            count = 1
        at = self.put(np.stack(columns, axis=1)[:count])
        self.emit(FIRST_OP + self._op_codes[name] + which, at, count, length, int(add))

    def code_array(self) -> Indices:
        """All instructions."""
        return np.array(self.code, dtype=np.int64).ravel()

    def table_array(self) -> Indices:
        """All lists."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *self._table])


class _Encoder:
    def __init__(self, program: Program, block: int) -> None:
        self.program = program
        self.block = block
        self.writer = CodeWriter(block)
        self.zero = program.n_coefficients  # a coefficient that is 0
        self.nobody = program.n_coefficients + 1  # whose gradient nobody needs
        self.n_coefficients = program.n_coefficients + 2
        self.scratch = (2 * program.n_rows - program.n_data_rows) * block
        self.pack_index: list[Indices] = []
        self.n_packed = 0
        self.sums_index: list[Indices] = []
        self.n_sums = 0
        self.written: set[int] = set()  # rows whose gradient has got its first contribution
        # Where the gradient of a row stands, for those that instructions compute.
        self.gradient_row = program.n_rows + np.arange(program.n_rows) - program.n_data_rows
        n = program.n_parameters
        self.is_constant = np.zeros(self.n_coefficients, dtype=np.bool_)
        self.is_constant[n : n + len(program.constants)] = True

    def encoded(self, with_gradient: bool) -> Encoded:
        program, writer, block = self.program, self.writer, self.block
        spans = [0]
        writer.block = 1
        for step in program.shared:
            writer.op(step.op.name, 0, [step.out, *step.inputs])
        writer.block = block
        spans.append(len(writer.code))
        for instruction in program.instructions:
            self._forward(instruction)
        has_gradient = with_gradient and (program.loss or 0) >= program.n_data_rows
        if has_gradient:
            self.written.add(program.loss or 0)
            for instruction in reversed(program.instructions):
                if instruction.reaches_loss:
                    self._backward(instruction)
        spans.append(len(writer.code))
        writer.block = 1
        for step in reversed(program.shared) if has_gradient else ():
            if step.reaches_loss:
                self._shared_backward(step)
        spans.append(len(writer.code))
        loss = program.loss or 0
        sum_of, folds = self._gathered()
        return Encoded(
            code=writer.code_array(),
            spans=np.array(spans, dtype=np.int64),
            table=writer.table_array(),
            pack_index=_joined(self.pack_index),
            sum_of=sum_of,
            folds=folds,
            n_sums=self.n_sums + 1,
            loads=self._loads(),
            block=block,
            n_coefficients=self.n_coefficients,
            buffer_size=self.scratch + block,
            seed_at=int(self.gradient_row[loss]) * block if has_gradient else self.scratch,
            loss_at=loss * block,
        )

    def _gradients(self, rows: Indices) -> Indices:
        return self.gradient_row[rows] * self.block

    def _forward(self, instruction: Instruction) -> None:
        block = self.block
        if isinstance(instruction, Map):
            columns = [rows * block for rows in (instruction.out, *instruction.inputs)]
            self.writer.op(instruction.op.name, 0, columns)
        else:
            self._dot(
                instruction.out * block, instruction.inputs * block, instruction.weights,
                instruction.bias,
            )  # fmt: skip

    def _backward(self, instruction: Instruction) -> None:
        if isinstance(instruction, Map):
            self._map_backward(instruction)
        else:
            self._reduce(instruction)
            self._dot_backward(instruction)

    def _map_backward(self, step: Map) -> None:
        block = self.block
        values = [rows * block for rows in step.inputs]
        if step.op.arity == 1:
            self._take_place_of(step.out, step.inputs[0])
        upstream = self._gradients(step.out)
        for j, rows in enumerate(step.inputs):
            targets = self._gradients(rows)
            for part, add in self._first_and_further(rows):
                columns = [targets, upstream, *values, step.out * block]
                self.writer.op(step.op.name, 1 + j, [c[part] for c in columns], add)

    def _shared_backward(self, step: Map) -> None:
        upstream = step.out + self.n_coefficients
        for j, places in enumerate(step.inputs):
            columns = [places + self.n_coefficients, upstream, *step.inputs, step.out]
            self.writer.op(step.op.name, 1 + j, columns, add=True)

    def _take_place_of(self, outs: Indices, inputs: Indices) -> None:
        """Let the gradients of inputs overwrite those of outs: less to keep in the cache.

        Nobody reads an output's gradient after that; but the loss's stays for the next block.
        """
        moved = set(self.written)
        for out, row in zip(outs.tolist(), inputs.tolist()):
            if row >= self.program.n_data_rows and row not in moved and out != self.program.loss:
                self.gradient_row[row] = self.gradient_row[out]
                moved.add(row)

    def _first_and_further(self, rows: Indices) -> list[tuple[Indices, bool]]:
        """Positions whose row's gradient gets its first contribution, then those that add to one.

        A row that is named several times appears once in each part; data rows never.
        """
        left = np.flatnonzero(rows >= self.program.n_data_rows).tolist()
        parts: list[tuple[Indices, bool]] = []
        for adds in (False, True):
            chosen = [i for i in left if (int(rows[i]) in self.written) == adds]
            while chosen:
                once = {int(rows[i]): i for i in reversed(chosen)}
                part = sorted(once.values())
                parts.append((np.array(part, dtype=np.int64), adds))
                self.written |= once.keys()
                left = [i for i in left if i not in once.values()]
                chosen = [i for i in chosen if i not in once.values()] if adds else []
        return parts

    def _dot_backward(self, dot: Dot) -> None:
        targets, upstream = self._gradients(dot.inputs), self._gradients(dot.out)
        for part, adds in self._first_and_further(dot.inputs):
            bias = np.full(len(part), self.zero)
            self._dot(targets[part], upstream, dot.weights[:, part].T, bias, adds)

    def _dot(
        self,
        outs: Indices,
        inputs: Indices,
        weights: Indices,
        bias: Indices,
        accumulate: bool = False,
    ) -> None:
        """Results in fours; two or three left over are filled up, one is on its own."""
        n = len(inputs)
        inputs_at = self.writer.put(inputs)
        packed = np.concatenate([bias[:, None], weights], axis=1)  # (outs, 1 + n)
        fours, outs, packed = _in_fours(outs, self.scratch, packed, self.zero)
        outs_at = self.writer.put(outs)
        if fours:
            at = self._pack(packed[: 4 * fours].reshape(fours, 4, 1 + n).transpose(0, 2, 1))
            self.writer.emit(DOT_4, inputs_at, n, outs_at, fours, at, int(accumulate))
        if len(outs) > 4 * fours:
            at = self._pack(packed[4 * fours :])
            self.writer.emit(DOT_1, inputs_at, n, outs_at + 4 * fours, 1, at, int(accumulate))

    def _reduce(self, dot: Dot) -> None:
        """The gradients of a Dot's coefficients, constants left out."""
        rows = np.concatenate([[ONES], dot.inputs])
        owners = np.concatenate([dot.bias[:, None], dot.weights], axis=1)
        owners = np.where(self.is_constant[owners], self.nobody, owners)
        wanted = (owners != self.nobody).any(axis=0)
        if not wanted.any():
            return
        rows, owners = rows[wanted], owners[:, wanted]
        upstream = self._gradients(dot.out)
        padded = np.concatenate([upstream, self._varying(rows) * self.block])
        self.writer.emit(CLEAR_PADDING, self.writer.put(padded), len(padded))
        inputs_at = self.writer.put(rows * self.block)
        fours, upstream, owners = _in_fours(upstream, self.scratch, owners, self.nobody)
        upstream_at = self.writer.put(upstream)
        n = len(rows)
        if fours:
            at = self._sum(owners[: 4 * fours].reshape(fours, 4, n).transpose(0, 2, 1))
            self.writer.emit(REDUCE_4, inputs_at, n, upstream_at, fours, at)
        if len(upstream) > 4 * fours:
            at = self._sum(owners[4 * fours :])
            self.writer.emit(REDUCE_1, inputs_at, n, upstream_at + 4 * fours, 1, at)

    def _gathered(self) -> tuple[Indices, Indices]:
        """Where each coefficient finds its gradient, and which sums belong together."""
        sum_of = np.full(self.n_coefficients, self.n_sums)  # the last sum stays 0
        folds: list[int] = []
        for place, owner in enumerate(_joined(self.sums_index).tolist()):
            if owner == self.nobody:
                continue
            if sum_of[owner] == self.n_sums:
                sum_of[owner] = place
            else:
                folds += [int(sum_of[owner]), place]
        return sum_of, np.array(folds, dtype=np.int64)

    def _varying(self, rows: Indices) -> Indices:
        """Those of the rows that are written anew for each block."""
        first = 1 + self.program.n_inputs + self.program.n_targets
        constant = (rows >= first) & (rows < first + len(self.program.constant_rows))
        varying: Indices = rows[(rows != ONES) & ~constant]
        return varying

    def _loads(self) -> Indices:
        program = self.program
        used = [program.outputs] + ([] if program.loss is None else [np.array([program.loss])])
        for instruction in program.instructions:
            used += [instruction.inputs] if isinstance(instruction, Dot) else instruction.inputs
        rows = self._varying(np.unique(np.concatenate(used)))
        rows = rows[rows < program.n_data_rows]
        return np.stack([rows, rows * self.block], axis=1).ravel()

    def _pack(self, coefficients: Indices) -> int:
        at = self.n_packed
        self.pack_index.append(coefficients.ravel())
        self.n_packed += coefficients.size
        return at

    def _sum(self, owners: Indices) -> int:
        at = self.n_sums
        self.sums_index.append(owners.ravel())
        self.n_sums += owners.size
        return at


def _in_fours(
    rows: Indices, filler_row: int, columns: Indices, filler: int
) -> tuple[int, Indices, Indices]:
    """How many groups of four there are, with two or three left over filled up to four."""
    missing = -len(rows) % 4
    if missing in (1, 2):
        rows = np.append(rows, [filler_row] * missing)
        columns = np.pad(columns, ((0, missing), (0, 0)), constant_values=filler)
    return len(rows) // 4, rows, columns


def _joined(parts: list[Indices]) -> Indices:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
