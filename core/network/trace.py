"""Every scalar of one sample on its way through a network and its loss, by layer and neuron.

The network's own Values are called once, and each is filed under the scope it belongs to: its
layer, its neuron, and its part in the neuron's sum. From then on a sample is one run of the
scalar tape. That is what the crossbar of the graph view shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.engine import Value, topological_order
from core.losses import Loss
from core.nn import MLP, Neuron
from core.ops import OPS, ieee
from core.scalar_tape import ScalarTape

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class LayerPlaces:
    """Where a layer's scalars stand among the trace's nodes. n inputs, m neurons.

    bias (m,). weight, product, sum (m, n): of each input w * x, and what is added up so far.
    output (m,): after the activation; a linear neuron's is its last sum.
    """

    activation: str
    bias: Indices
    weight: Indices
    product: Indices
    sum: Indices
    output: Indices

    @property
    def n_inputs(self) -> int:
        return int(self.weight.shape[1])

    @property
    def n_neurons(self) -> int:
        return int(self.weight.shape[0])

    @property
    def has_activation(self) -> bool:
        return self.activation != "linear"


@dataclass(frozen=True)
class Numbers:
    """Data and grad of each node, (n_nodes,): of one sample, or the mean over several.

    Of each layer (samples, neurons), what a mean cannot tell: outputs, output_grads, and slopes,
    the activation's local derivative.
    """

    data: Floats
    grad: Floats
    outputs: tuple[Floats, ...]
    output_grads: tuple[Floats, ...]
    slopes: tuple[Floats, ...]

    @property
    def n_samples(self) -> int:
        return len(self.outputs[0])


class NetworkTrace:
    """The scalars of a network and its loss. Not for two threads at once.

    inputs, targets: places of the leaves that a sample fills. layers: places by layer.
    loss: places of the loss's own nodes, each after its inputs, constants among them;
    loss_nodes: their Values. n_nodes counts all. parameters: places, as in `MLP.parameters()`.
    """

    def __init__(self, model: MLP, loss: Loss, n_targets: int = 1) -> None:
        n_inputs = len(model.layers[0].neurons[0].w)
        inputs = [Value(0.0) for _ in range(n_inputs)]
        targets = [Value(0.0) for _ in range(n_targets)]
        nodes: list[Value] = [*inputs, *targets]
        self.inputs = np.arange(n_inputs)
        self.targets = np.arange(n_inputs, n_inputs + n_targets)
        layers = []
        x = inputs
        for layer in model.layers:
            places, x = _trace_layer(layer.neurons, x, nodes)
            layers.append(places)
        self.layers = tuple(layers)
        output = loss(x, targets)
        known = set(nodes)
        self.loss_nodes = [v for v in topological_order(output) if v not in known]
        self.loss = np.arange(len(nodes), len(nodes) + len(self.loss_nodes))
        nodes += self.loss_nodes
        self.n_nodes = len(nodes)
        place = {v: i for i, v in enumerate(nodes)}
        self.loss_inputs = [tuple(place[v] for v in node._prev) for node in self.loss_nodes]
        self.parameters = np.array([place[p] for p in model.parameters()], dtype=np.int64)
        self._tape = ScalarTape(nodes, output)
        self._leaf_data = np.array([nodes[i].data for i in self._tape.leaves.tolist()])
        self._parameter_rows = np.searchsorted(self._tape.leaves, self.parameters)
        self._input_rows = np.searchsorted(self._tape.leaves, self.inputs)
        self._target_rows = np.searchsorted(self._tape.leaves, self.targets)

    def sample(self, parameters: Floats, inputs: Floats, targets: Floats) -> Numbers:
        """One sample: inputs (n_inputs,), targets (n_targets,)."""
        rows = self._run(parameters, inputs, targets)
        data, grad = (array[None] for array in rows)
        return self._numbers(data, grad)

    def batch(self, parameters: Floats, inputs: Floats, targets: Floats) -> Numbers:
        """The mean over samples: inputs (samples, n_inputs), targets (samples, n_targets).

        A parameter's grad is then that of the mean loss.
        """
        data = np.empty((len(inputs), self.n_nodes))
        grad = np.empty_like(data)
        for row in range(len(inputs)):
            data[row], grad[row] = self._run(parameters, inputs[row], targets[row])
        return self._numbers(data, grad)

    def _numbers(self, data: Floats, grad: Floats) -> Numbers:
        """data, grad (samples, n_nodes) of some samples, as they are shown."""
        with ieee():
            return Numbers(
                data.mean(axis=0),
                grad.mean(axis=0),
                tuple(data[:, layer.output] for layer in self.layers),
                tuple(grad[:, layer.output] for layer in self.layers),
                tuple(self._slopes(layer, data) for layer in self.layers),
            )

    @staticmethod
    def _slopes(layer: LayerPlaces, data: Floats) -> Floats:
        """The activation's local derivative at each neuron, (samples, neurons)."""
        outputs = data[:, layer.output]
        if not layer.has_activation:
            return np.ones_like(outputs)
        derivative = OPS[layer.activation].derivative_functions[0]
        slopes = derivative(data[:, layer.sum[:, -1]], outputs)
        return np.broadcast_to(np.asarray(slopes, dtype=np.float64), outputs.shape)

    def local_derivatives(self, numbers: Numbers) -> Floats:
        """Of each node: how its consumer changes with it, (n_nodes,); the mean over samples.

        A weight's is its input; an output, which many use, has its own activation's derivative,
        as has the sum before it. Inputs, targets and the loss's nodes have nan.
        """
        local = np.full(self.n_nodes, np.nan)
        x = self.inputs
        for layer, slopes in zip(self.layers, numbers.slopes):
            local[layer.bias] = 1.0
            local[layer.weight] = numbers.data[x]
            local[layer.product] = local[layer.sum] = 1.0
            if layer.has_activation:
                local[layer.sum[:, -1]] = local[layer.output] = slopes.mean(axis=0)
            x = layer.output
        return local

    def spread(self, parameters: Floats, inputs: Floats, targets: Floats) -> float:
        """How far the mean loss would be off if each scalar were off by as much as its own size.

        Times the precision of float64, that is what rounding may change in a loss.
        """
        total = 0.0
        with ieee():
            for row in range(len(inputs)):
                data, grad = self._run(parameters, inputs[row], targets[row])
                total += max(float(np.abs(data * grad).sum()), abs(float(data[self.loss[-1]])))
        return total / len(inputs)

    def _run(self, parameters: Floats, inputs: Floats, targets: Floats) -> tuple[Floats, Floats]:
        leaves = self._leaf_data
        leaves[self._parameter_rows] = parameters
        leaves[self._input_rows] = inputs
        leaves[self._target_rows] = targets
        return self._tape.run(leaves)


def _trace_layer(
    neurons: Sequence[Neuron], x: list[Value], nodes: list[Value]
) -> tuple[LayerPlaces, list[Value]]:
    """Call each neuron, append its Values to `nodes` and tell where they are."""
    n = len(x)
    has_activation = neurons[0].activation != "linear"
    step = 3 * n + 1 + has_activation
    first = len(nodes) + step * np.arange(len(neurons))
    answers = []
    for neuron in neurons:
        answers.append(out := neuron(x))
        nodes += _values_of(neuron, out, n)
    column = first[:, None] + 1 + 3 * np.arange(n)
    places = LayerPlaces(
        neurons[0].activation, first, column, column + 1, column + 2, first + step - 1
    )
    return places, answers


def _values_of(neuron: Neuron, out: Value, n: int) -> list[Value]:
    """A neuron's own Values: b, then w, product and sum of each input, then the activation."""
    own = [] if neuron.activation == "linear" else [out]
    total = out._prev[0] if own else out
    for _ in range(n):
        before, product = total._prev
        own += [total, product, product._prev[0]]
        total = before
    if total is not neuron.b or len(own) != 3 * n + (neuron.activation != "linear"):
        raise ValueError("a neuron is activation(b + w0*x0 + w1*x1 + ...)")
    return [total, *reversed(own)]
