"""What an editor shows of a graph at a time: the outermost level, or the inside of one group.

In a Sheet each group is one node: its op is the function, its inputs are the arguments. Plain
nodes are those of the graph itself. What is done to a sheet is done to the graph beneath.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from core.graph import Edge, Graph, Node
from core.graph_values import networkx_maker
from core.groups import Instance
from core.groups.levels import Level, open_level, write_level

if TYPE_CHECKING:
    import networkx as nx


class _Nodes(dict[str, Node]):
    """The nodes shown; what is within groups can be looked up as well."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self._graph = graph

    def __missing__(self, id: str) -> Node:
        return self._graph.nodes[id]


class Sheet(Graph):
    """One level of `whole`: all of it, or the inside of an instance.

    beneath: the graph of this level. level: what is open, None outside of groups.
    """

    def __init__(self, whole: Graph, opened: str | None = None) -> None:
        super().__init__()
        self.whole, self.opened = whole, opened
        self.level: Level | None = None
        if opened is None:
            self.beneath = whole
        else:
            self.level = open_level(whole, opened)
            self.beneath = self.level.graph
        self._revision = whole.revision
        self._arrange()
        self.take_numbers()

    @property
    def is_stale(self) -> bool:
        """True once the whole graph has changed in structure."""
        return self._revision != self.whole.revision

    def refresh(self) -> None:
        """Show what was done to the graph beneath."""
        self._arrange()

    def _arrange(self) -> None:
        """Find the nodes anew."""
        self.nodes = _Nodes(self.beneath)
        self._ids_by_name.clear()
        self.groups = self.beneath.groups
        for id, unit in self.beneath.outline().units.items():
            if not unit.function:
                self.nodes[id] = self.beneath.nodes[id]
            else:
                name = self.beneath.nodes[unit.results[0]].name
                is_muted = self.groups.instances[id].is_muted
                self.nodes[id] = Node(
                    id, unit.function, name, inputs=unit.inputs, is_muted=is_muted
                )
        for node in self.beneath:
            self._ids_by_name[node.name] = node.id
        self._changed()

    def write(self) -> None:
        """Bring what was done inside a group to all its instances. GraphError where that fails."""
        if self.level is not None and self.opened is not None:
            write_level(self.whole, self.opened, self.level)
        self._revision = -1

    def take_numbers(self) -> None:
        """Let the nodes have the numbers of the whole graph."""
        nodes = self.whole.nodes
        if self.level is not None and self.opened is not None:
            for id, node in self.beneath.nodes.items():
                if id in nodes:
                    node.data, node.grad = nodes[id].data, nodes[id].grad
            self._take_parameters(self.whole.groups.instances[self.opened])
        for id, node in self.nodes.items():
            instance = self.groups.instances.get(id)
            if instance is not None:
                first = self.beneath.nodes[instance.results[0]]
                node.data, node.grad = first.data, first.grad
                node.inputs = tuple(
                    self.beneath.nodes[argument].data if is_own else argument
                    for argument, is_own in zip(instance.arguments, instance.is_own)
                )

    def _take_parameters(self, instance: Instance) -> None:
        assert self.level is not None
        assert self.opened is not None
        inlets = self.whole.groups.inlets(self.opened)
        for parameter, argument, uses in zip(self.level.parameters, instance.arguments, inlets):
            node = self.beneath.nodes[parameter]
            node.data = self.whole.nodes[argument].data
            through = self.whole.contributions_of({id for id, _ in uses})
            node.grad = sum(through[id][index] for id, index in uses)

    # ----- reading --------------------------------------------------------------------------

    @property
    def output(self) -> str | None:
        """The node or group that backward starts from; of a group its first output."""
        if self.level is not None:
            return self.level.outputs[0]
        output = self.whole.output
        return None if output is None else self.whole.outline().unit_of[output]

    def result_of(self, id: str) -> str:
        """The node that stands for what is shown: of a group its first output."""
        instance = self.groups.instances.get(id)
        return id if instance is None else instance.results[0]

    def unit_of(self, id: str) -> str | None:
        """What is shown for a node of the graph beneath; None where nothing is."""
        return self.beneath.outline().unit_of.get(id)

    def nodes_of(self, id: str) -> list[str]:
        """The whole graph's nodes that are shown as one: those of a group, else the node itself.

        A parameter inside a group is the node that feeds it.
        """
        return self.whole.groups.plain_nodes(id)

    def is_given(self, id: str) -> bool:
        """True for a parameter that is fed from outside, whose number can't be set here."""
        return self.level is not None and id in self.level.parameters and id not in self.whole.nodes

    def flat_edges(self, edge: Edge) -> list[Edge]:
        """The whole graph's links that one link of the sheet stands for."""
        source = self.nodes_of(edge.source)[0]
        groups = self.whole.groups
        if edge.target in groups.instances:
            uses = groups.inlets(edge.target)[edge.input_index]
            return [Edge(source, id, index) for id, index in uses]
        if edge.input_index == 0 and edge.target in groups.passing and self.level is not None:
            return []  # what the whole group is fed with passes there
        return [Edge(source, edge.target, edge.input_index)]

    def consumers(self, id: str) -> list[Edge]:
        instance = self.groups.instances.get(id)
        results = (id,) if instance is None else instance.results
        return [edge for edge in self.edges() if edge.source in results]

    def topological_ids(self) -> list[str]:
        return list(self.beneath.outline().order())

    def networkx_maker(self) -> Callable[[], nx.DiGraph]:
        unit_of = self.beneath.outline().unit_of
        ops = {id: node.op for id, node in self.nodes.items()}
        return networkx_maker(ops, [(unit_of[e.source], e.target) for e in self.edges()])

    def find_cycle(self, source: str, target: str) -> list[str] | None:
        return self.beneath.find_cycle(self.result_of(source), target)

    def copy(self) -> Graph:
        return self.beneath.copy()

    # ----- edits ----------------------------------------------------------------------------

    def add(self, *arguments: Any, **named: Any) -> Node:
        node = self.beneath.add(*arguments, **named)
        self.nodes[node.id] = node
        self._ids_by_name[node.name] = node.id
        self._changed()
        return node

    def remove(self, ids: Iterable[str]) -> None:
        self.beneath.remove(ids)
        self._arrange()

    def connect(self, source: str, target: str, index: int) -> None:
        self.beneath.connect(self.result_of(source), target, index)
        self._after(target)

    def disconnect(self, target: str, index: int) -> None:
        self.beneath.disconnect(target, index)
        self._after(target)

    def set_input(self, id: str, index: int, number: float) -> None:
        self.beneath.set_input(id, index, number)
        self._after(id)

    def set_data(self, id: str, number: float) -> None:
        self.beneath.set_data(id, number)

    def rename(self, id: str, name: str) -> None:
        self.beneath.rename(self.result_of(id), name)
        self._arrange()

    def set_label(self, id: str, label: str) -> None:
        self.beneath.set_label(self.result_of(id), label)

    def set_muted(self, id: str, is_muted: bool) -> None:
        self.beneath.set_muted(id, is_muted)
        if id in self.groups.instances:
            self._arrange()

    def set_output(self, id: str | None, *, explicit: bool = True) -> None:
        self.beneath.set_output(None if id is None else self.result_of(id), explicit=explicit)

    def _after(self, target: str) -> None:
        if target in self.groups.instances:
            self._arrange()
        else:
            self._changed()


def sheet_of(graph: Graph, opened: str | None = None) -> Graph:
    """The graph itself where it has no groups: there is nothing to be hidden then."""
    return Sheet(graph, opened) if graph.groups.instances else graph


def beneath(graph: Graph) -> Graph:
    """The graph that a sheet shows a level of; any other graph itself."""
    return graph.beneath if isinstance(graph, Sheet) else graph
