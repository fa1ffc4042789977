"""The networks that the engine is measured on, and what an ideal processor would need."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from core.nn import MLP


@dataclass(frozen=True)
class Workload:
    """A network with its data and its way of training; one `call` makes `steps` steps."""

    name: str
    what: str
    sizes: tuple[int, ...]
    activation: str
    output: str
    loss: str
    reduction: str
    n: int
    batch: int
    l2: float
    rate: float
    steps: int  # in what is measured: one step, or one epoch

    def model(self) -> MLP:
        """Our network, with the same numbers each time."""
        random.seed(1)
        return MLP(
            self.sizes[0], list(self.sizes[1:]), activation=self.activation, output=self.output
        )

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (n, features) and targets (n,) of -1 and 1."""
        generator = np.random.default_rng(0)
        inputs = generator.normal(size=(self.n, self.sizes[0]))
        return inputs, np.where(np.prod(inputs, axis=1) > 0, 1.0, -1.0)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of each layer: (outputs, inputs), (outputs,)."""
        layers = self.model().layers
        return [
            (
                np.array([[w.data for w in neuron.w] for neuron in layer.neurons]),
                np.array([neuron.b.data for neuron in layer.neurons]),
            )
            for layer in layers
        ]

    def flops_and_tanhs(self) -> tuple[int, int]:
        """What one call needs: forward, weight gradients, and input gradients but the first."""
        pairs = list(zip(self.sizes, self.sizes[1:]))
        products = [a * b for a, b in pairs]
        samples = self.batch * self.steps
        tanhs = sum(self.sizes[1:-1]) if self.activation == "tanh" else 0
        tanhs += self.sizes[-1] if self.output == "tanh" else 0
        return 2 * samples * (3 * sum(products) - products[0]), samples * tanhs


WORKLOADS = (
    Workload("W1", "micrograd's demo, a step", (2, 16, 16, 1), "relu", "linear", "hinge", "mean",
             100, 100, 1e-4, 0.01, 1),
    Workload("W2", "2-4-2-1 tanh, an epoch of 25 batches", (2, 4, 2, 1), "tanh", "tanh",
             "half_squared_error", "mean", 250, 10, 0.0, 0.03, 25),
    Workload("W3", "the lecture's 3-4-4-1 tanh, a step", (3, 4, 4, 1), "tanh", "tanh",
             "squared_error", "sum", 4, 4, 0.0, 0.05, 1),
    Workload("W5", "2-64-64-1 tanh, 500 points, a step", (2, 64, 64, 1), "tanh", "linear",
             "squared_error", "mean", 500, 500, 0.0, 0.001, 1),
)  # fmt: skip


def seconds(function: Callable[[], Any], least: float = 0.02) -> float:
    """Seconds of one call, over as many as fill `least` seconds."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            function()
        taken = time.perf_counter() - start
        if taken >= least:
            return taken / count
        count = max(count + 1, int(1.2 * count * least / max(taken, 1e-9)))


def interleaved(
    functions: dict[str, Callable[[], Any]], rounds: int, least: float = 0.02
) -> dict[str, float]:
    """Median seconds of each, all measured in turn so that a busy machine is busy for all."""
    found: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            found[name].append(seconds(function, least))
    return {name: median(times) for name, times in found.items()}


def processor_rates() -> tuple[float, float]:
    """Seconds of one floating-point operation in dgemm, and of one tanh in NumPy; the best."""
    a, b = np.random.default_rng(0).normal(size=(2, 256, 256))
    out = np.empty_like(a)
    x = np.random.default_rng(0).normal(size=4096)
    y = np.empty_like(x)
    matrix = min(seconds(lambda: np.matmul(a, b, out=out)) for _ in range(7))
    tanh = min(seconds(lambda: np.tanh(x, out=y)) for _ in range(7))
    return matrix / (2 * 256**3), tanh / len(x)
