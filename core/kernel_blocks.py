"""The interpreter: instructions over one block of samples.

Compiled on its own and called by address: so its many small kernels are compiled once, not
again for each loop that uses them. Imported only through `core.kernels`.
"""

from numba import types

from core.vector_code import (
    VEC,
    clear_lanes,
    compiled_entry,
    dot_tile,
    inlined,
    int_array,
    real_array,
    reduce_tile,
)
from core.vector_ops import apply_op_to_numbers, apply_op_to_rows

dot_4_1, dot_4_2, dot_4_3 = dot_tile(4, 1), dot_tile(4, 2), dot_tile(4, 3)
dot_1_1, dot_1_2, dot_1_4 = dot_tile(1, 1), dot_tile(1, 2), dot_tile(1, 4)
reduce_4_1, reduce_4_2, reduce_4_3 = reduce_tile(4, 1), reduce_tile(4, 2), reduce_tile(4, 3)
reduce_1_1, reduce_1_4 = reduce_tile(1, 1), reduce_tile(1, 4)

DOT_4, DOT_1, REDUCE_4, REDUCE_1, CLEAR_PADDING, FIRST_OP = 0, 1, 2, 3, 4, 5
WIDTH = 7  # numbers in an instruction


@inlined
def dots_4(buffer, table, inputs_at, n, outs_at, groups, weights, weights_at, accumulate, vectors):
    """Groups of four results each over the same inputs."""
    for _ in range(groups):
        lane = 0
        if vectors == 1:
            dot_4_1(buffer, table, inputs_at, n, outs_at, weights, weights_at, 0, accumulate)
        else:
            if vectors % 2 == 1:
                dot_4_3(buffer, table, inputs_at, n, outs_at, weights, weights_at, 0, accumulate)
                lane = 3 * VEC
            while lane < vectors * VEC:
                dot_4_2(buffer, table, inputs_at, n, outs_at, weights, weights_at, lane, accumulate)
                lane += 2 * VEC
        outs_at += 4
        weights_at += 4 + 4 * n


@inlined
def dot_1(buffer, table, inputs_at, n, outs_at, weights, weights_at, accumulate, vectors):
    """One result."""
    lane = 0
    stop = vectors * VEC
    while lane + 4 * VEC <= stop:
        dot_1_4(buffer, table, inputs_at, n, outs_at, weights, weights_at, lane, accumulate)
        lane += 4 * VEC
    if lane + 2 * VEC <= stop:
        dot_1_2(buffer, table, inputs_at, n, outs_at, weights, weights_at, lane, accumulate)
        lane += 2 * VEC
    if lane < stop:
        dot_1_1(buffer, table, inputs_at, n, outs_at, weights, weights_at, lane, accumulate)


@inlined
def reduces_4(buffer, table, inputs_at, n, gradients_at, groups, sums, sums_at, vectors):
    """Weight gradients of groups of four results over the same inputs."""
    for _ in range(groups):
        i = 0
        while n - i > 4 or n - i == 3:
            reduce_4_3(buffer, table, inputs_at + i, gradients_at, vectors, sums, sums_at + 4 * i)
            i += 3
        while n - i >= 2:
            reduce_4_2(buffer, table, inputs_at + i, gradients_at, vectors, sums, sums_at + 4 * i)
            i += 2
        if i < n:
            reduce_4_1(buffer, table, inputs_at + i, gradients_at, vectors, sums, sums_at + 4 * i)
        gradients_at += 4
        sums_at += 4 * n


@inlined
def reduce_1(buffer, table, inputs_at, n, gradients_at, sums, sums_at, vectors):
    """Weight gradients of one result."""
    i = 0
    while i + 4 <= n:
        reduce_1_4(buffer, table, inputs_at + i, gradients_at, vectors, sums, sums_at + i)
        i += 4
    while i < n:
        reduce_1_1(buffer, table, inputs_at + i, gradients_at, vectors, sums, sums_at + i)
        i += 1


@compiled_entry(types.void(*[types.int64] * 8))
def execute(code_at, first, last, table_at, buffer_at, weights_at, sums_at, samples):
    """Instructions first to last over a block of samples; padding fills up its last vector."""
    code, table, buffer = int_array(code_at), int_array(table_at), real_array(buffer_at)
    weights, sums = real_array(weights_at), real_array(sums_at)
    vectors = (samples + VEC - 1) // VEC
    for number in range(first, last):
        at = WIDTH * number
        op, a, b, c = code[at], code[at + 1], code[at + 2], code[at + 3]
        d, e, f = code[at + 4], code[at + 5], code[at + 6]
        if op == DOT_4:
            dots_4(buffer, table, a, b, c, d, weights, e, f, vectors)
        elif op == DOT_1:
            dot_1(buffer, table, a, b, c, weights, e, f, vectors)
        elif op == REDUCE_4:
            reduces_4(buffer, table, a, b, c, d, sums, e, vectors)
        elif op == REDUCE_1:
            reduce_1(buffer, table, a, b, c, sums, e, vectors)
        elif op == CLEAR_PADDING:
            kept = samples - (vectors - 1) * VEC
            if kept < VEC:
                for row in range(a, a + b):
                    clear_lanes(buffer, table[row] + (vectors - 1) * VEC, kept)
        else:
            apply_op_to_rows(op - FIRST_OP, buffer, table, a, b, c, d)


@compiled_entry(types.void(*[types.int64] * 5))
def execute_on_numbers(code_at, first, last, table_at, buffer_at):
    """Instructions first to last, all of them ops, on single numbers instead of rows."""
    code, table, buffer = int_array(code_at), int_array(table_at), real_array(buffer_at)
    for number in range(first, last):
        at = WIDTH * number
        apply_op_to_numbers(
            code[at] - FIRST_OP, buffer, table, code[at + 1], code[at + 2], 1, code[at + 4]
        )
