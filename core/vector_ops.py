"""One kernel for all ops of the table, forward and gradients, on rows and on single numbers."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.ops import OPS, Op
from core.vector_code import VEC
from core.vector_math import INT, REAL, Emitter


def _op_kernel(lanes: int) -> Any:
    """kernel(op, buffer, table, at, count, length, add)

    For each of `count` rows of the table, from table[at] on: where the result goes, then where
    the inputs come from. Forward: result, inputs. Gradient of an input: result, upstream
    gradient, inputs, out; with `add` it is added to what the result holds.
    With one lane each row is one number and `length` is not read.
    """

    @intrinsic
    def kernel(
        context: Any, op: Any, buffer: Any, table: Any, at: Any, count: Any, length: Any, add: Any
    ) -> Any:
        integer = types.int64
        signature = types.void(integer, buffer, table, integer, integer, integer, integer)
        return signature, lambda *arguments: _switch(lanes, *arguments)

    return kernel


def _switch(lanes: int, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    op = arguments[0]
    writer = _RowWriter(lanes, builder, arguments)
    end = builder.append_basic_block("end")
    switch = builder.switch(op, end)
    code = 0
    for row in OPS.values():
        for formula, is_gradient in _formulas(row):
            case = builder.append_basic_block(f"op.{row.name}")
            switch.add_case(ir.Constant(INT, code), case)
            builder.position_at_end(case)
            writer.loops(row.arity, formula, is_gradient)
            builder.branch(end)
            code += 1
    builder.position_at_end(end)
    return context.get_dummy_value()


def _formulas(op: Op) -> list[tuple[Callable[..., Any], bool]]:
    return [(op.function, False), *((f, True) for f in op.derivative_functions)]


class _RowWriter:
    def __init__(self, lanes: int, builder: Any, arguments: Any) -> None:
        self.emitter = Emitter(builder, lanes)
        self.builder = builder
        _, self.buffer, self.table, self.at, self.count, self.length, add = arguments
        self.adds = builder.icmp_signed("!=", add, ir.Constant(INT, 0))

    def loops(self, arity: int, formula: Callable[..., Any], is_gradient: bool) -> None:
        builder = self.builder
        width = arity + (3 if is_gradient else 1)
        with cgutils.for_range(builder, self.count) as rows:
            first = builder.add(self.at, builder.mul(rows.index, ir.Constant(INT, width)))
            places = [
                builder.load(builder.gep(self.table, [builder.add(first, ir.Constant(INT, i))]))
                for i in range(width)
            ]
            if self.emitter.lanes == 1:
                self._one(places, formula, is_gradient)
            else:
                step = ir.Constant(INT, self.emitter.lanes)
                zero = ir.Constant(INT, 0)
                with cgutils.for_range_slice(builder, zero, self.length, step, inc=True) as lane:
                    shifted = [builder.add(place, lane[0]) for place in places]
                    self._one(shifted, formula, is_gradient)

    def _one(self, places: list[Any], formula: Callable[..., Any], is_gradient: bool) -> None:
        emitter, builder = self.emitter, self.builder
        target, *sources = (self._pointer(place) for place in places)
        values = [emitter.wrap(self._load(pointer)) for pointer in sources]
        if is_gradient:
            upstream, *inputs = values
            result = emitter.lift(formula(*inputs)) * upstream
            nothing = emitter.constant(-0.0).code
            before = builder.select(self.adds, self._load(target), nothing)
            result = emitter.wrap(before) + result
        else:
            result = emitter.lift(formula(*values))
        builder.store(result.code, target).align = 8

    def _pointer(self, place: Any) -> Any:
        pointer = self.builder.gep(self.buffer, [place])
        if self.emitter.real is REAL:
            return pointer
        return self.builder.bitcast(pointer, self.emitter.real.as_pointer())

    def _load(self, pointer: Any) -> Any:
        loaded = self.builder.load(pointer)
        loaded.align = 8
        return loaded


apply_op_to_rows = _op_kernel(VEC)
apply_op_to_numbers = _op_kernel(1)
