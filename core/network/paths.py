"""All paths between two scalars of a network: the chain rule over many ways, added up.

Between two layers every neuron is on a way, so there are soon too many to list; their number and
the sum of their products come from one pass forward, a few are listed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.network.trace import LayerPlaces, NetworkTrace, Numbers
from core.ops import ieee

Floats = NDArray[np.float64]

LISTED = 6


class Scope(NamedTuple):
    """Where a scalar belongs. layer: −1 for the inputs, the number of layers for the loss.

    row: the neuron, the input, or the place among the loss's nodes. part: "bias", "weight",
    "product", "sum" or "output"; input: of which input, where that matters.
    """

    layer: int
    row: int
    part: str = "output"
    input: int = -1


class Way(NamedTuple):
    """One path. neurons: (layer, row) of each output on it, in order. product: of its locals."""

    neurons: tuple[tuple[int, int], ...]
    product: float


@dataclass(frozen=True)
class NetworkPaths:
    """count of paths, total: the sum of their products; the first few are listed."""

    start: int
    end: int
    count: int
    total: float
    listed: tuple[Way, ...]


def scope_of(trace: NetworkTrace, node: int) -> Scope | None:
    """The scope of a node of the trace; None for a target or a constant."""
    if node < len(trace.inputs):
        return Scope(-1, node)
    if node >= trace.loss[0]:
        row = node - int(trace.loss[0])
        return Scope(len(trace.layers), row) if trace.loss_nodes[row]._prev else None
    for index, layer in enumerate(trace.layers):
        if layer.bias[0] <= node <= max(layer.output[-1], layer.sum[-1, -1]):
            return _within(index, layer, node)
    return None


def _within(index: int, layer: LayerPlaces, node: int) -> Scope:
    row = int(np.searchsorted(layer.bias, node, side="right")) - 1
    offset = node - int(layer.bias[row])
    if node == layer.output[row]:
        return Scope(index, row)
    if offset == 0:
        return Scope(index, row, "bias")
    input, part = divmod(offset - 1, 3)
    return Scope(index, row, ("weight", "product", "sum")[part], input)


def paths_between(
    trace: NetworkTrace, numbers: Numbers, one: int, other: int
) -> NetworkPaths | None:
    """The ways between two nodes of one sample, whichever comes first; None where there is none."""
    for start, end in ((one, other), (other, one)):
        found = _Forward(trace, numbers, start, end).paths()
        if found is not None:
            return found
    return None


class _Forward:
    """Goes from a start through the layers to an end; locals are those of one sample."""

    def __init__(self, trace: NetworkTrace, numbers: Numbers, start: int, end: int) -> None:
        self.trace, self.numbers = trace, numbers
        self.ends = start, end
        self.first, self.last = scope_of(trace, start), scope_of(trace, end)

    def paths(self) -> NetworkPaths | None:
        first, last = self.first, self.last
        if last is not None and last.layer == len(self.trace.layers) and first is None:
            return self._from_target(last)
        if first is None or last is None or first == last or first.layer > last.layer:
            return None
        with ieee():
            ways = self._ways(first, last)
            some = tuple(islice(ways, LISTED + 1))
            if not some:
                return None
            if len(some) <= LISTED:
                return NetworkPaths(*self.ends, len(some), sum(w.product for w in some), some)
            count, total = self._sum(first, last)
            return NetworkPaths(*self.ends, count, total, some[:LISTED])

    def _from_target(self, last: Scope) -> NetworkPaths | None:
        """A target is used by the loss alone."""
        with ieee():
            product = self._through_loss(self.ends[0], last.row, is_place=True)
        if product is None:
            return None
        return NetworkPaths(*self.ends, 1, product, (Way((), product),))

    # ----- within a neuron ------------------------------------------------------------------

    def _slope(self, layer: int, row: int) -> float:
        return float(self.numbers.slopes[layer][0, row])

    def _to_output(self, scope: Scope) -> float:
        """The product of the local derivatives from a scalar to its neuron's output."""
        if scope.part == "output":
            return 1.0
        return self._to_sum(scope) * self._slope(scope.layer, scope.row)

    def _to_sum(self, scope: Scope) -> float:
        """The same to the neuron's sum: all but a weight's are 1."""
        if scope.part != "weight":
            return 1.0
        return float(self.numbers.data[self._source(scope.layer, scope.input)])

    def _source(self, layer: int, input: int) -> int:
        """The node that comes in at a layer."""
        places = self.trace.inputs if layer == 0 else self.trace.layers[layer - 1].output
        return int(places[input])

    def _from_input(self, scope: Scope, input: int) -> float | None:
        """From an input of a neuron to a scalar of it; None where no way leads there."""
        if scope.part in ("bias", "weight"):
            return None
        if scope.part == "product" and input != scope.input:
            return None
        if scope.part == "sum" and input > scope.input:
            return None
        weight = float(self.numbers.data[self.trace.layers[scope.layer].weight[scope.row, input]])
        return weight * self._slope(scope.layer, scope.row) if scope.part == "output" else weight

    def _within(self, first: Scope, last: Scope) -> float | None:
        """Between two scalars of one neuron; None where no way leads on from the first."""
        if first.part == "output" or last.part in ("bias", "weight"):
            return None
        if last.part == "output":
            return self._to_output(first)
        if last.part == "product":  # reached by its own weight alone
            is_on = first.part == "weight" and first.input == last.input
        elif first.part == "sum":
            is_on = first.input < last.input
        else:  # a bias begins before the first input
            is_on = first.input <= last.input
        return self._to_sum(first) if is_on else None

    # ----- between neurons ------------------------------------------------------------------

    def _ways(self, first: Scope, last: Scope) -> Iterator[Way]:
        """All paths, one by one, depth first."""
        n_layers = len(self.trace.layers)
        if first.layer == last.layer:
            product = None
            if first.layer == n_layers:
                product = self._through_loss(first.row, last.row)
            elif first.layer >= 0 and first.row == last.row:
                product = self._within(first, last)
            if product is not None:
                yield Way((), product)
            return
        if all(self._enter(last, row) is None for row in range(self._width(last.layer - 1))):
            return
        begin = [(first.layer, first.row)]
        stack = [(begin, self._to_output(first) if first.layer >= 0 else 1.0)]
        while stack:
            neurons, product = stack.pop()
            layer, row = neurons[-1]
            if layer + 1 == last.layer:
                step = self._enter(last, row)
                if step is not None:
                    yield Way(tuple(neurons), product * step)
                continue
            for other in reversed(range(self.trace.layers[layer + 1].n_neurons)):
                step = self._from_input(Scope(layer + 1, other), row)
                stack.append(([*neurons, (layer + 1, other)], product * (step or 0.0)))

    def _width(self, layer: int) -> int:
        """Outputs of a layer, or inputs."""
        return len(self.trace.inputs) if layer < 0 else self.trace.layers[layer].n_neurons

    def _enter(self, last: Scope, row: int) -> float | None:
        """From an output of the layer before the end's to the end."""
        if last.layer < len(self.trace.layers):
            return self._from_input(last, row)
        return self._through_loss(int(self.trace.layers[-1].output[row]), last.row, is_place=True)

    def _sum(self, first: Scope, last: Scope) -> tuple[int, float]:
        """How many paths there are, and the sum of their products, by layers."""
        layers = self.trace.layers
        width = self._width(first.layer)
        tangents, counts = np.zeros(width), [0] * width
        tangents[first.row] = self._to_output(first) if first.layer >= 0 else 1.0
        counts[first.row] = 1
        for index in range(first.layer + 1, last.layer):
            layer = layers[index]
            weights = self.numbers.data[layer.weight]
            tangents = self.numbers.slopes[index][0] * (weights @ tangents)
            counts = [sum(counts)] * layer.n_neurons
        steps = [self._enter(last, row) for row in range(len(tangents))]
        ways = [(count, step, tangent) for count, step, tangent in zip(counts, steps, tangents)
                if step is not None]  # fmt: skip
        total = math.fsum(float(step * tangent) for count, step, tangent in ways if count)
        return sum(count for count, _step, _tangent in ways), total

    def _through_loss(self, start: int, end: int, *, is_place: bool = False) -> float | None:
        """From a node of the loss, or the place of an output, to a later node of the loss."""
        first = int(self.trace.loss[0])
        found = {start if is_place else first + start: 1.0}
        for row, node in enumerate(self.trace.loss_nodes[: end + 1]):
            inputs = self.trace.loss_inputs[row]
            if not any(place in found for place in inputs):
                continue
            for place, source in zip((*inputs, first + row), (*node._prev, node)):
                source.data = float(self.numbers.data[place])
            steps = node.local_derivatives()
            found[first + row] = math.fsum(
                step * found[place] for step, place in zip(steps, inputs) if place in found
            )
        return found.get(first + end) if is_place or end > start else None
