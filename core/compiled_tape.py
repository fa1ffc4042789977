"""The tape in machine code: a Program, encoded and run by the compiled loops."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batches import BatchPlan
from core.encode import Encoded, encode
from core.kernels import Kernels
from core.lower import Dot, Indices, Map, Program
from core.ops import OPS
from core.rules import Rules, State

Floats = NDArray[np.float64]

VECTORS_IN_BLOCK = 8  # so many that the loop overhead is small, so few that rows stay in L1
NO_ORDER = np.empty(0, dtype=np.int64)


def block_size(samples: int, lanes: int) -> int:
    """Samples that are worked on together: equal blocks of whole vectors."""
    vectors = -(-samples // lanes)
    blocks = -(-vectors // VECTORS_IN_BLOCK)
    return -(-vectors // blocks) * lanes


@dataclass
class _Memory:
    """What the loops write to."""

    buffer: Floats
    coefficients: Floats
    packed: Floats
    sums: Floats

    @classmethod
    def of(cls, program: Program, encoded: Encoded) -> "_Memory":
        return cls(
            encoded.new_buffer(program),
            encoded.new_coefficients(program),
            np.zeros(len(encoded.pack_index)),
            np.zeros(len(encoded.sums_index)),
        )


class CompiledSteps:
    """Makes steps over batches of one data set, up to `largest` samples each."""

    def __init__(
        self, kernels: Kernels, program: Program, rules: Rules, rows: Floats, largest: int
    ) -> None:
        self.kernels, self.program, self.rules = kernels, program, rules
        self.rows = np.ascontiguousarray(rows)
        self.encoded = encode(
            program, block_size(largest, kernels.lanes_in_vector), with_gradient=True
        )
        self.memory = _Memory.of(program, self.encoded)
        self.before = np.zeros(program.n_parameters)
        self.constants = np.array([*rules.optimizer.constants, 0.0, 0.0, 0.0, 0.0])

    def run(self, state: State, batches: BatchPlan, rates: Floats, losses: Floats) -> None:
        """One step per batch, at these learning rates; each batch's loss goes to `losses`."""
        encoded, memory, rules = self.encoded, self.memory, self.rules
        self.kernels.run_steps(
            self.kernels.on_rows, self.kernels.on_numbers, encoded.code, encoded.spans,
            encoded.table, memory.buffer, encoded.loads, self.rows,
            NO_ORDER if batches.order is None else batches.order, batches.starts, batches.sizes,
            encoded.block, encoded.seed_at, encoded.loss_at, encoded.pack_index, memory.packed,
            encoded.sums_index, memory.sums, memory.coefficients, encoded.n_coefficients,
            state.data, state.grad, state.memory, state.dead, self.program.is_weight, self.before,
            rules.optimizer.code, self.constants, rules.takes_mean, rules.l1, rules.l2,
            rules.after_error_step, rules.adds_to_grad, rates, losses, state.step,
        )  # fmt: skip
        state.step += len(losses)


class CompiledReplay:
    """Runs a program forward only, for whatever rows are wanted."""

    def __init__(self, kernels: Kernels, program: Program) -> None:
        self.kernels, self.program = kernels, program
        block = VECTORS_IN_BLOCK * kernels.lanes_in_vector
        self.encoded = encode(program, block, with_gradient=False)
        self.memory = _Memory.of(program, self.encoded)

    def rows(self, parameters: Floats, data: Floats, wanted: Indices) -> Floats:
        """The wanted rows, (rows, n), for data rows (n_data_rows, n)."""
        encoded, memory = self.encoded, self.memory
        memory.coefficients[: self.program.n_parameters] = parameters
        results = np.empty((len(wanted), data.shape[1]))
        self.kernels.infer(
            self.kernels.on_rows, self.kernels.on_numbers, encoded.code, encoded.spans,
            encoded.table, memory.buffer, encoded.loads, np.ascontiguousarray(data), NO_ORDER,
            encoded.block, encoded.pack_index, memory.packed, memory.coefficients, memory.sums,
            wanted * encoded.block, results,
        )  # fmt: skip
        return results


def warm_up(kernels: Kernels) -> None:
    """Have everything compiled, by using it once on the smallest program there is."""
    from core.optim import SGD
    from core.scalar_tape import ScalarTape

    row = np.array([2])
    program = Program(
        n_parameters=1, n_inputs=1, n_targets=0, constants=np.zeros(0), shared=(),
        n_coefficients=1, constant_rows=np.zeros(0), data_maps=(), n_data_rows=2,
        instructions=(
            Dot(row, np.array([1]), np.zeros((1, 1), dtype=np.int64), np.zeros(1, dtype=np.int64),
                reaches_loss=True),
            Map(OPS["mul"], row + 1, (row, row), reaches_loss=True),
        ),
        n_rows=4, outputs=row, loss=3, is_weight=np.ones(1, dtype=np.bool_),
    )  # fmt: skip
    rules = Rules(SGD(), True, 0.0, 0.0, False, False)
    steps = CompiledSteps(kernels, program, rules, np.ones((2, 1)), 1)
    plan = BatchPlan(None, np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
    steps.run(State.zeros(1, 0), plan, np.zeros(1), np.zeros(1))
    CompiledReplay(kernels, program).rows(np.zeros(1), np.ones((2, 1)), row)
    ScalarTape.smallest().run_compiled(kernels)
