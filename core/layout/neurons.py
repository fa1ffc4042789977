"""Which nodes of a flat graph are neurons, by what they compute, and which layers they make.

A neuron is a chain of additions, of products of a weight and an input and of biases, and perhaps
an op of one input after it: `tanh(b + w1*x1 + w2*x2)`, in any order. Weight and bias are leaves
that nothing else uses. So an MLP that was pasted as an expression is known again, whatever its
nodes are called.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.layout.ranks import Links

NONE = -1
LEAST_NEURONS = 4
LEAST_SHARE = 0.8  # of all nodes, that belong to neurons
LEAST_FAN_OUT = 1.5  # neurons that use an input, on average; of a mere chain it is 1


class Term(NamedTuple):
    """What is added: `node` is the product of `weight` and `input`, or a bias without both."""

    node: int
    weight: int = NONE
    input: int = NONE


@dataclass(frozen=True)
class Neuron:
    """sums[i] adds terms[i + 1]. activation: NONE where the last sum is the output."""

    terms: tuple[Term, ...]
    sums: tuple[int, ...]
    activation: int

    @property
    def output(self) -> int:
        return self.sums[-1] if self.activation == NONE else self.activation


@dataclass(frozen=True)
class Neurons:
    """Layers of neurons, each in order of creation, and what is in none.

    rest[0] comes before the first layer, rest[i] between layer i and the next, or after the last.
    """

    layers: list[list[Neuron]]
    rest: list[list[int]]


def find_neurons(
    ops: Sequence[str], preds: Links, succs: Links, order: list[int]
) -> Neurons | None:
    """The layers of a network; None for a graph that is mostly something else.

    ops: name of each node's op. order: all nodes, each after its inputs.
    """
    neurons = _Chains(ops, preds, succs).neurons(order)
    owned = [False] * len(preds)
    for neuron in neurons:
        for term in neuron.terms:
            owned[term.node] = True
            if term.weight != NONE:
                owned[term.weight] = True
        for node in (*neuron.sums, neuron.output):
            owned[node] = True
    inputs = [term.input for neuron in neurons for term in neuron.terms if term.input != NONE]
    if (
        len(neurons) < LEAST_NEURONS
        or sum(owned) < LEAST_SHARE * len(preds)
        or len(inputs) < LEAST_FAN_OUT * len(set(inputs))
    ):
        return None
    return _in_layers(neurons, owned, preds, succs, order)


def _in_layers(
    neurons: list[Neuron], owned: list[bool], preds: Links, succs: Links, order: list[int]
) -> Neurons:
    """By how many layers there are before each; what is in no neuron as late as it is used."""
    by_output = {neuron.output: neuron for neuron in neurons}
    level = [-1] * len(preds)  # of outputs, and of what is in no neuron
    layers: list[list[Neuron]] = []
    for node in order:
        neuron = by_output.get(node)
        if neuron is not None:
            inputs = [level[term.input] for term in neuron.terms if term.input != NONE]
            level[node] = 1 + max(inputs)
            if level[node] == len(layers):
                layers.append([])
            layers[level[node]].append(neuron)
        elif not owned[node] and preds[node]:
            level[node] = max([level[source] for source in preds[node]])
    rest: list[list[int]] = [[] for _ in range(len(layers) + 1)]
    for node in reversed(order):
        if not owned[node]:
            users = succs[node]
            if users and not any(owned[user] for user in users):
                level[node] = max(level[node], min([level[user] for user in users]))
            rest[level[node] + 1].append(node)
    return Neurons(layers, [sorted(nodes) for nodes in rest])


class _Chains:
    """Sums of products, found from their first addition on."""

    def __init__(self, ops: Sequence[str], preds: Links, succs: Links) -> None:
        self.ops, self.preds, self.succs = ops, preds, succs

    def neurons(self, order: list[int]) -> list[Neuron]:
        """All that there are, in the order of their last sums."""
        ops, preds = self.ops, self.preds
        chains: dict[int, tuple[list[Term], list[int]]] = {}
        for node in order:
            if ops[node] != "add" or len(preds[node]) != 2:
                continue
            one, other = preds[node]
            before, added = (one, other) if one in chains else (other, one)
            if before in chains:
                term = self._term(added)
                if term is not None and len(self.succs[before]) == 1:
                    terms, sums = chains[node] = chains.pop(before)
                    terms.append(term)
                    sums.append(node)
                continue
            first, second = self._term(one), self._term(other)
            if first is not None and second is not None and {first.input, second.input} != {NONE}:
                chains[node] = [first, second], [node]
        return [
            Neuron(tuple(terms), tuple(sums), self._activation(end))
            for end, (terms, sums) in chains.items()
        ]

    def _is_own(self, node: int) -> bool:
        """Whether a node is a leaf that only one other uses."""
        return not self.preds[node] and len(self.succs[node]) == 1

    def _term(self, node: int) -> Term | None:
        if self._is_own(node):
            return Term(node)
        if self.ops[node] != "mul" or len(self.preds[node]) != 2 or len(self.succs[node]) != 1:
            return None
        one, other = self.preds[node]
        if self._is_own(one):
            return Term(node, one, other)
        return Term(node, other, one) if self._is_own(other) else None

    def _activation(self, end: int) -> int:
        """The op of one input that is the only one to use a sum."""
        users = self.succs[end]
        return users[0] if len(users) == 1 and len(self.preds[users[0]]) == 1 else NONE
