"""TensorFlow Playground's training in plain floats: no Value, no array, nothing of `core`.

Written from the rules of its published source, one sample after the other: gradients are summed
up until `batch_size` samples of the epoch have been counted, then every weight makes its step,
and after it the penalty's, whose slope was taken before. What is summed up at the end of an
epoch stays for the next one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Function = Callable[[float], float]

# Activations: the result, and the derivative from the result.
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "tanh": (math.tanh, lambda out: 1.0 - out * out),
    "relu": (lambda x: max(0.0, x), lambda out: 1.0 if out > 0 else 0.0),
    "sigmoid": (lambda x: 1.0 / (1.0 + math.exp(-x)), lambda out: out * (1.0 - out)),
    "linear": (lambda x: x, lambda out: 1.0),
}


@dataclass
class Node:
    """A neuron, with what it has summed up since its last step."""

    weights: list[float]
    bias: float
    activation: str
    out: float = 0.0
    slope: float = 0.0  # d error / d sum before the activation
    bias_sum: float = 0.0
    weight_sums: list[float] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.weight_sums = [0.0] * len(self.weights)


@dataclass
class Playground:
    """A network, its penalty, and the number of samples since the last step."""

    layers: list[list[Node]]
    penalty: str = "none"  # "L1", "L2"
    penalty_rate: float = 0.0
    counted: int = 0

    def forward(self, inputs: list[float]) -> float:
        for layer in self.layers:
            outs = []
            for node in layer:
                total = node.bias
                for weight, x in zip(node.weights, inputs):
                    total += weight * x
                node.out = ACTIVATIONS[node.activation][0](total)
                outs.append(node.out)
            inputs = outs
        return inputs[0]

    def backward(self, inputs: list[float], target: float) -> None:
        upstream = [self.layers[-1][0].out - target]
        for i in reversed(range(len(self.layers))):
            before = [node.out for node in self.layers[i - 1]] if i else inputs
            following = [0.0] * len(before)
            for node, slope in zip(self.layers[i], upstream):
                node.slope = slope * ACTIVATIONS[node.activation][1](node.out)
                node.bias_sum += node.slope
                for k, x in enumerate(before):
                    node.weight_sums[k] += node.slope * x
                    following[k] += node.weights[k] * node.slope
            upstream = following
        self.counted += 1

    def step(self, rate: float) -> None:
        for node in (node for layer in self.layers for node in layer):
            node.bias -= rate * node.bias_sum / self.counted
            for k in range(len(node.weights)):
                if k not in node.dead:
                    self._step_weight(node, k, rate)
            node.bias_sum, node.weight_sums = 0.0, [0.0] * len(node.weights)
        self.counted = 0

    def _step_weight(self, node: Node, k: int, rate: float) -> None:
        old = node.weights[k]
        slope = {"none": 0.0, "L1": float((old > 0) - (old < 0)), "L2": old}[self.penalty]
        stepped = old - rate / self.counted * node.weight_sums[k]
        shrunk = stepped - rate * self.penalty_rate * slope
        if self.penalty == "L1" and stepped * shrunk < 0:
            shrunk = 0.0
            node.dead.add(k)
        node.weights[k] = shrunk

    def epoch(
        self, inputs: list[list[float]], targets: list[float], rate: float, batch_size: int
    ) -> None:
        for i, (x, target) in enumerate(zip(inputs, targets)):
            self.forward(x)
            self.backward(x, target)
            if (i + 1) % batch_size == 0:
                self.step(rate)

    def loss(self, inputs: list[list[float]], targets: list[float]) -> float:
        """Half the mean squared error; penalties are not shown there."""
        return sum((self.forward(x) - t) ** 2 / 2 for x, t in zip(inputs, targets)) / len(inputs)
