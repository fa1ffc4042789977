"""Explicit vector code for the two loops in which all the multiplications happen.

The rest of the kernels is plain Python that LLVM vectorises by itself. A matrix product it does
not: there the sums must stay in registers while the loop runs over the inputs. So these two
inner loops are written as LLVM vector instructions. LLVM fits the vectors to whatever the
processor has, AVX-512, AVX2 or NEON; VEC only chooses how much is done at a time.

Imported only where kernels are compiled or loaded: it needs numba.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from core.vector_math import FUSED, INT, REAL

Function = TypeVar("Function", bound=Callable[..., Any])

VEC = 8 if binding.get_host_cpu_features().get("avx512f") else 4  # float64 numbers in a vector

_VECTOR = ir.VectorType(REAL, VEC)


# "numpy": 1 / 0 is inf; Python's exception would also keep loops from being vectorised.
# Everything is inlined into its entry: then there is nothing left that could raise, and the
# machine code needs neither numba nor Python.
OPTIONS = {"error_model": "numpy", "fastmath": {"contract"}, "forceinline": True}


def inlined(function: Function) -> Function:
    """Compile with numba, as a part of the functions that call it."""
    made: Function = numba.njit(**OPTIONS)(function)
    return made


def compiled_entry(signature: Any) -> Callable[[Function], Any]:
    """Compile with numba, to be called by address, with integers."""
    return lambda function: numba.cfunc(signature, **OPTIONS)(function)


def _call_code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The call of the first argument, an address."""
    address, *passed = arguments
    function = ir.FunctionType(ir.VoidType(), [INT] * len(passed))
    builder.call(builder.inttoptr(address, function.as_pointer()), passed)
    return context.get_dummy_value()


@intrinsic
def call_on_rows(
    context: Any, address: Any, code: Any, first: Any, last: Any, table: Any, buffer: Any,
    weights: Any, sums: Any, samples: Any,
) -> Any:  # fmt: skip
    """Call `core.kernel_blocks.execute`; arrays are given by address."""
    return types.void(*[types.int64] * 9), _call_code


@intrinsic
def call_on_numbers(
    context: Any, address: Any, code: Any, first: Any, last: Any, table: Any, buffer: Any
) -> Any:
    """Call `core.kernel_blocks.execute_on_numbers`; arrays are given by address."""
    return types.void(*[types.int64] * 6), _call_code


@intrinsic
def real_array(context: Any, address: Any) -> Any:
    """The float64 numbers at an address; whoever gives it knows how many there are."""
    return types.CPointer(types.float64)(types.int64), _pointer_code(REAL)


@intrinsic
def int_array(context: Any, address: Any) -> Any:
    """The int64 numbers at an address."""
    return types.CPointer(types.int64)(types.int64), _pointer_code(INT)


def _pointer_code(kind: Any) -> Callable[..., Any]:
    return lambda context, builder, signature, arguments: builder.inttoptr(
        arguments[0], kind.as_pointer()
    )


@intrinsic
def clear_lanes(context: Any, buffer: Any, place: Any, kept: Any) -> Any:
    """Set all but the first `kept` lanes of the vector at buffer[place] to 0.

    As one vector: single numbers would hold up the vector load that follows.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = _Code(builder)
        pointer, place, n_kept = arguments
        lane_numbers = ir.Constant(_VECTOR, [float(lane) for lane in range(VEC)])
        kept = code.splat(builder.sitofp(n_kept, REAL))
        mask = builder.fcmp_ordered("<", lane_numbers, kept)
        zero = ir.Constant(_VECTOR, [0.0] * VEC)
        vector = code.load_vector(pointer, place, 0)
        code.store_vector(builder.select(mask, vector, zero), pointer, place, 0)
        return context.get_dummy_value()

    return types.void(buffer, types.int64, types.int64), generate


def dot_tile(outs: int, vectors: int) -> Any:
    """The kernel of a Dot: `outs` results for `vectors` vectors of samples.

    tile(buffer, table, inputs_at, n, outs_at, weights, weights_at, lane, accumulate)
    table[inputs_at : inputs_at + n] and table[outs_at : ...] say where rows begin in buffer;
    weights hold a start value for each result, then for each input a weight for each result.
    accumulate: start from what the results hold instead.
    """

    @intrinsic
    def tile(
        context: Any, buffer: Any, table: Any, inputs_at: Any, n: Any, outs_at: Any, weights: Any,
        weights_at: Any, lane: Any, accumulate: Any,
    ) -> Any:  # fmt: skip
        integer = types.int64
        signature = types.void(
            buffer, table, integer, integer, integer, weights, integer, integer, integer
        )
        return signature, _dot_code(outs, vectors)

    return tile


def _dot_code(outs: int, vectors: int) -> Callable[..., Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = _Code(builder)
        buffer, table, inputs_at, n, outs_at, weights, weights_at, lane, accumulate = arguments
        places = [
            builder.add(code.load(table, builder.add(outs_at, _const(j))), lane)
            for j in range(outs)
        ]
        sums = code.accumulators(outs, vectors)
        with builder.if_else(builder.icmp_signed("!=", accumulate, _const(0))) as (old, new):
            with old:
                for place, row in zip(places, sums):
                    for i, total in enumerate(row):
                        builder.store(code.load_vector(buffer, place, i), total)
            with new:
                for j, row in enumerate(sums):
                    start = code.splat(code.load(weights, builder.add(weights_at, _const(j))))
                    for total in row:
                        builder.store(start, total)
        first = builder.add(weights_at, _const(outs))
        with cgutils.for_range(builder, n) as loop:
            row_at = code.load(table, builder.add(inputs_at, loop.index))
            place = builder.add(row_at, lane)
            x = [code.load_vector(buffer, place, i) for i in range(vectors)]
            at = builder.add(first, builder.mul(loop.index, _const(outs)))
            for j, row in enumerate(sums):
                weight = code.splat(code.load(weights, builder.add(at, _const(j))))
                for total, factor in zip(row, x):
                    code.multiply_add(total, factor, weight)
        for place, row in zip(places, sums):
            for i, total in enumerate(row):
                code.store_vector(builder.load(total), buffer, place, i)
        return context.get_dummy_value()

    return generate


def reduce_tile(outs: int, inputs: int) -> Any:
    """The kernel of a Dot's weight gradients: sums over samples of gradient times input.

    tile(buffer, table, inputs_at, gradients_at, n_vectors, sums, sums_at)
    Adds to `outs` numbers for each input in sums. One of `outs`, `inputs` is 4, or both are 1,
    or outs is 4.
    """

    @intrinsic
    def tile(
        context: Any, buffer: Any, table: Any, inputs_at: Any, gradients_at: Any, n_vectors: Any,
        sums: Any, sums_at: Any,
    ) -> Any:  # fmt: skip
        integer = types.int64
        signature = types.void(buffer, table, integer, integer, integer, sums, integer)
        return signature, _reduce_code(outs, inputs)

    return tile


def _reduce_code(outs: int, inputs: int) -> Callable[..., Any]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = _Code(builder)
        buffer, table, inputs_at, gradients_at, n_vectors, sums, sums_at = arguments
        rows = [code.load(table, builder.add(inputs_at, _const(i))) for i in range(inputs)]
        upstream = [code.load(table, builder.add(gradients_at, _const(j))) for j in range(outs)]
        totals = code.accumulators(outs, inputs)
        for row in totals:
            for total in row:
                builder.store(ir.Constant(_VECTOR, [0.0] * VEC), total)
        with cgutils.for_range(builder, n_vectors) as loop:
            lane = builder.mul(loop.index, _const(VEC))
            x = [code.load_vector(buffer, builder.add(row, lane), 0) for row in rows]
            for row, grad_at in zip(totals, upstream):
                gradient = code.load_vector(buffer, builder.add(grad_at, lane), 0)
                for total, factor in zip(row, x):
                    code.multiply_add(total, factor, gradient)
        done = [[builder.load(total) for total in row] for row in totals]
        if outs == 4:
            for i in range(inputs):
                code.add_four([row[i] for row in done], sums, builder.add(sums_at, _const(4 * i)))
        elif inputs == 4:
            code.add_four(done[0], sums, sums_at)
        else:
            code.add_one(done[0][0], sums, sums_at)
        return context.get_dummy_value()

    return generate


def _const(n: int) -> Any:
    return ir.Constant(INT, n)


class _Code:
    """The few instructions that the kernels are made of."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def load(self, base: Any, place: Any) -> Any:
        """base[place]."""
        return self.builder.load(self.builder.gep(base, [place]))

    def accumulators(self, rows: int, columns: int) -> list[list[Any]]:
        """Vector variables; LLVM keeps them in registers."""
        return [
            [cgutils.alloca_once(self.builder, _VECTOR) for _ in range(columns)]
            for _ in range(rows)
        ]

    def _vector_at(self, base: Any, place: Any, i: int) -> Any:
        place = self.builder.add(place, _const(i * VEC))
        return self.builder.bitcast(self.builder.gep(base, [place]), _VECTOR.as_pointer())

    def load_vector(self, base: Any, place: Any, i: int) -> Any:
        """The vector number i from base[place] on."""
        loaded = self.builder.load(self._vector_at(base, place, i))
        loaded.align = 8
        return loaded

    def store_vector(self, vector: Any, base: Any, place: Any, i: int) -> None:
        """Write the vector number i from base[place] on."""
        self.builder.store(vector, self._vector_at(base, place, i)).align = 8

    def splat(self, number: Any) -> Any:
        """The number in each lane."""
        vector = ir.Constant(_VECTOR, ir.Undefined)
        vector = self.builder.insert_element(vector, number, ir.Constant(ir.IntType(32), 0))
        return self._shuffle(vector, vector, [0] * VEC)

    def multiply_add(self, total: Any, x: Any, y: Any) -> None:
        """total += x * y."""
        product = self.builder.fmul(x, y, flags=FUSED)
        self.builder.store(self.builder.fadd(product, self.builder.load(total), flags=FUSED), total)

    def _shuffle(self, a: Any, b: Any, lanes: list[int]) -> Any:
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
        return self.builder.shuffle_vector(a, b, mask)

    def _folded(self, vector: Any) -> Any:
        """A vector of four with the same sum."""
        if VEC == 4:
            return vector
        low = self._shuffle(vector, vector, [0, 1, 2, 3])
        return self.builder.fadd(low, self._shuffle(vector, vector, [4, 5, 6, 7]))

    def add_four(self, vectors: list[Any], base: Any, place: Any) -> None:
        """base[place + j] += the sum over the lanes of vectors[j], for four vectors."""
        a, b, c, d = (self._folded(v) for v in vectors)
        add, shuffle = self.builder.fadd, self._shuffle
        ab = add(shuffle(a, b, [0, 4, 2, 6]), shuffle(a, b, [1, 5, 3, 7]))
        cd = add(shuffle(c, d, [0, 4, 2, 6]), shuffle(c, d, [1, 5, 3, 7]))
        total = add(shuffle(ab, cd, [0, 1, 4, 5]), shuffle(ab, cd, [2, 3, 6, 7]))
        four = ir.VectorType(REAL, 4)
        pointer = self.builder.bitcast(self.builder.gep(base, [place]), four.as_pointer())
        old = self.builder.load(pointer)
        old.align = 8
        self.builder.store(add(old, total), pointer).align = 8

    def add_one(self, vector: Any, base: Any, place: Any) -> None:
        """base[place] += the sum over the lanes of a vector."""
        vector = self._folded(vector)
        pairs = self.builder.fadd(vector, self._shuffle(vector, vector, [2, 3, 0, 1]))
        first = self.builder.extract_element(pairs, ir.Constant(ir.IntType(32), 0))
        second = self.builder.extract_element(pairs, ir.Constant(ir.IntType(32), 1))
        pointer = self.builder.gep(base, [place])
        total = self.builder.fadd(first, second)
        self.builder.store(self.builder.fadd(self.builder.load(pointer), total), pointer)
