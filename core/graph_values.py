"""What a graph is for others: Values to compute with, and a networkx graph to lay out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from core.engine import Value, forward
from core.node import Node
from core.ops import OPS, Op

if TYPE_CHECKING:
    import networkx as nx

    from core.graph import Graph


class GraphValues:
    """The Values that a graph's nodes stand for; they hold until its structure changes.

    by_id: in topological order. Their numbers are left to `forward` or `run`.
    """

    def __init__(self, graph: Graph) -> None:
        self.by_id = _build(graph)
        self._order = _in_order_with_constants(self.by_id.values())

    def forward(self) -> None:
        """Compute all data from the leaves' own."""
        forward(self._order)

    def run(self, nodes: Mapping[str, Node], output: str | None) -> None:
        """Take the leaves' data from the nodes, run forward and backward, and write all back."""
        values = self.by_id
        for id, node in nodes.items():
            if node.is_leaf:
                values[id].data = node.data
        forward(self._order)
        for value in self._order:
            value.grad = 0.0
        if output is not None:
            values[output].backward()
        for id, node in nodes.items():
            value = values[id]
            node.data, node.grad = value.data, value.grad


def _build(graph: Graph) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for id in graph.topological_ids():
        node = graph.nodes[id]
        inputs = [values[s] if isinstance(s, str) else s for s in node.inputs]
        if node.is_leaf:
            values[id] = Value(node.data, label=node.name)
            continue
        if node.is_muted:
            values[id] = _value_of(OPS["mul"], inputs[0], 1.0)  # exact, and passes the gradient
        elif node.op == "pow" and isinstance(inputs[0], Value):
            values[id] = inputs[0] ** inputs[1]  # a number typed in is a constant exponent
        else:
            values[id] = _value_of(OPS[node.op], *inputs)
        values[id].label = node.name
    return values


def reached_from(graph: Graph, output: str | None) -> frozenset[str]:
    """Ids of the node that backward starts from and of all that it depends on."""
    nodes = graph.nodes
    reached = {output} if output is not None else set()
    stack = list(reached)
    while stack:
        for source in nodes[stack.pop()].inputs:
            if isinstance(source, str) and source not in reached:
                reached.add(source)
                stack.append(source)
    return frozenset(reached)


def _value_of(op: Op, *inputs: Value | float) -> Value:
    """The Value that `op` makes of these inputs; its number is left to `forward`."""
    values = tuple([v if isinstance(v, Value) else Value(v) for v in inputs])
    return Value(0.0, values, op.symbol)


def contributions_through(node: Node, value: Value, *, is_reached: bool) -> tuple[float, ...]:
    """What a node adds to the gradient of each of its inputs; call it inside `ieee()`.

    is_reached: whether the output depends on the node; to others no gradient comes.
    """
    if not is_reached:
        return (0.0,) * len(node.inputs)
    grad = value.grad
    through = tuple([local * grad for local in value._local_derivatives()])
    if node.is_muted or len(through) != len(node.inputs):
        used = 1 if node.is_muted else len(value._prev)
        through = through[:used] + (0.0,) * (len(node.inputs) - used)
    return through


def _in_order_with_constants(values: Iterable[Value]) -> list[Value]:
    """These Values, given in topological order, with the constants that they take in between."""
    order: dict[Value, None] = {}
    for value in values:
        order.update(dict.fromkeys(value._prev))
        order[value] = None
    return list(order)


def networkx_maker(
    ops: Mapping[str, str], links: Iterable[tuple[str, str]]
) -> Callable[[], nx.DiGraph]:
    """What makes the networkx graph of nodes and links as they are now, in whatever thread.

    ops: by id; each node has its own as the attribute "op".
    """
    nodes, links = [(id, {"op": op}) for id, op in ops.items()], list(links)

    def make() -> nx.DiGraph:
        import networkx as nx  # 0.1 s, which a window's first paint should not wait for

        made = nx.DiGraph()
        made.add_nodes_from(nodes)
        made.add_edges_from(links)
        return made

    return make
