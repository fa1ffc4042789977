"""The editable expression: nodes, their inputs, and the Values they stand for.

A Graph is what the node editor, the graph view and the expression text share. It knows names,
ids and connections; its numbers come from the engine: `evaluate()` builds real Values and reads
their data and grad back into the nodes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from time import perf_counter
from typing import TYPE_CHECKING

from core.engine import Value
from core.graph_values import GraphValues, contributions_through, networkx_maker, reached_from
from core.groups import Groups
from core.groups import edits as group_edits
from core.groups.outline import Outline, inputs_first
from core.node import (
    LEAF,
    LONGEST_NAME,
    Edge,
    GraphError,
    Node,
    NodeState,
    Port,
    Source,
    check_name,
    free_names,
)  # fmt: skip
from core.ops import OPS, ieee

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "LEAF", "LONGEST_NAME", "Edge", "Graph", "GraphError", "Node", "NodeState", "Port", "Source",
]  # fmt: skip


class Graph:
    """Nodes by id, in order of creation; an acyclic expression with one output.

    `graph[name]` is the node of that name. `revision` counts the changes of structure: whoever
    caches a layout by it need not look at the nodes. Every edit raises GraphError, and changes
    nothing, where it would break the graph.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.revision = 0
        self.evaluations = 0
        self.seconds = 0.0  # that the last forward and backward pass took
        self.groups = Groups()
        self.reached: frozenset[str] = frozenset()  # ids that the output depends on, and itself
        self._chosen_output: str | None = None
        self._is_output_explicit = False
        self.reserved_names: Collection[str] = ()
        self._next_id = 1
        self._outline: Outline | None = None
        self._values: GraphValues | None = None
        self._topological_ids: list[str] | None = None
        self._edges: tuple[Edge, ...] | None = None
        self._output: str | None = None  # cached; read it through `output`
        self._is_output_known = False
        self._ids_by_name: dict[str, str] = {}

    # ----- reading --------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Node:
        node = self.find(name)
        if node is None:
            raise KeyError(name)
        return node

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def ids(self) -> set[str]:
        """Of all nodes and of all instances of groups."""
        return {*self.nodes, *self.groups.instances}

    def shows(self, id: str) -> bool:
        """True for what an editor may have a place for: nodes, groups, and inputs inside them."""
        return id in self.nodes or self.groups.plain_nodes(id) != [id]

    def find(self, name: str) -> Node | None:
        """The node of that name, or None."""
        id = self._ids_by_name.get(name)
        return None if id is None else self.nodes[id]

    @property
    def names(self) -> Set[str]:
        return self._ids_by_name.keys()

    def edges(self) -> tuple[Edge, ...]:
        """Every connection, ordered by target and input."""
        if self._edges is None:
            self._edges = tuple([
                Edge(source, node.id, index)
                for node in self.nodes.values()
                for index, source in enumerate(node.inputs)
                if isinstance(source, str)
            ])  # fmt: skip
        return self._edges

    def consumers(self, id: str) -> list[Edge]:
        """The edges that leave a node."""
        return [edge for edge in self.edges() if edge.source == id]

    def to_networkx(self) -> "nx.DiGraph":
        """The nodes' ids and connections for layouts and exports, in order of creation."""
        return self.networkx_maker()()

    def networkx_maker(self) -> "Callable[[], nx.DiGraph]":
        """What makes `to_networkx` of the graph as it is now; it may be called in a thread."""
        ops = {id: node.op for id, node in self.nodes.items()}
        return networkx_maker(ops, [edge[:2] for edge in self.edges()])

    def topological_ids(self) -> list[str]:
        """All ids, each after its inputs; in order of creation where that leaves a choice."""
        if self._topological_ids is None:
            self._topological_ids = inputs_first(self.nodes, lambda node: self.nodes[node].sources)
        return list(self._topological_ids)

    def outline(self) -> Outline:
        """The graph with each outermost group as one unit."""
        if self._outline is None:
            self._outline = Outline(self)
        return self._outline

    def find_cycle(self, source: str, target: str) -> list[str] | None:
        """The ids of the cycle that connecting source to target would close, or None.

        `target` may be a group's instance, which counts as one node.
        """
        return self.outline().find_cycle(source, target)

    # ----- the output -----------------------------------------------------------------------

    @property
    def output(self) -> str | None:
        """Id of the node that backward starts from; None where there are no nodes.

        The chosen one; one that was not chosen by name gives way once something is computed
        from it. Else the newest node with inputs that nothing uses, else the newest leaf.
        """
        if not self._is_output_known:
            self._output = self._find_output()
            self._is_output_known = True
        return self._output

    def _find_output(self) -> str | None:
        chosen, groups = self._chosen_output, self.groups
        if groups.instances:  # what a group does within itself does not count
            used = set(self.outline().uses())
        else:
            used = {edge.source for edge in self.edges()}
        if chosen in self.nodes and (self._is_output_explicit or chosen not in used):
            return chosen
        ends = [id for id in self.nodes if id not in used and not groups.is_hidden(id)]
        computed = [id for id in ends if not self.nodes[id].is_leaf]
        return (computed or ends)[-1] if ends else None

    @property
    def chosen_output(self) -> tuple[str | None, bool]:
        """The output as it was chosen, and whether by name (as `L.backward()` does)."""
        return self._chosen_output, self._is_output_explicit

    def set_output(self, id: str | None, *, explicit: bool = True) -> None:
        """Choose where backward starts; None leaves the choice to the graph."""
        if id is not None:
            self._check_source(id)
        self._chosen_output = id
        self._is_output_explicit = explicit and id is not None
        self._changed()

    # ----- edits ----------------------------------------------------------------------------

    def add(
        self,
        op: str = LEAF,
        *,
        name: str | None = None,
        data: float = 0.0,
        inputs: Sequence[Source] | None = None,
        label: str = "",
        id: str | None = None,
    ) -> Node:
        """A new node; an automatic name where none is given, inputs 0.0 where not connected."""
        row = None if op == LEAF else OPS.find(op)
        if op != LEAF and row is None:
            raise GraphError(f"There is no op {op!r}.")
        arity = row.arity if row else 0
        sources = tuple(inputs) if inputs is not None else (0.0,) * arity
        if len(sources) != arity:
            raise GraphError(f"{op} takes {arity} inputs, not {len(sources)}.")
        for source in sources:
            if isinstance(source, str):
                self._check_source(source)
        if name is not None:
            self._check_name(name)
        if id is None:
            id = self.new_id()
        elif id in self.nodes:
            raise GraphError(f"There is a node {id!r} already.")
        node = Node(
            id, row.name if row else LEAF, name or self.new_name(is_leaf=row is None), label,
            sources, float(data), is_auto_named=name is None,
        )  # fmt: skip
        self.nodes[id] = node
        self._ids_by_name[node.name] = id
        self._changed()
        return node

    def new_id(self, prefix: str = "", taken: Collection[str] = ()) -> str:
        """An id that no node and no instance has had."""
        while True:
            id, self._next_id = f"{prefix}{self._next_id}", self._next_id + 1
            if id not in self.nodes and id not in self.groups.instances and id not in taken:
                return id

    def reserve(self, ids: Collection[str], names: Collection[str] = ()) -> None:
        """Let no new node have one of these ids, and no new group one of these names."""
        self.reserved_names = names
        numbers = [number for id in ids if (number := id.lstrip("g")).isdecimal()]
        self._next_id = 1 + max((int(number[:18]) for number in numbers), default=0)

    def remove(self, ids: Iterable[str]) -> None:
        """Take nodes and groups out; inputs that they fed keep the number that they last received.

        In a group nodes leave its definition, unless all of an instance goes.
        """
        if self.groups.instances:
            group_edits.remove(self, ids)
            return
        gone = {self._node(id).id for id in ids}
        for edge in self.edges():
            if edge.source in gone and edge.target not in gone:
                self.disconnect(edge.target, edge.input_index)
        for id in gone:
            self._forget(id)
        self._changed()

    def connect(self, source: str, target: str, index: int) -> None:
        """Feed a node's result into input `index` of another, or of an instance of a group."""
        if self.groups.is_part(target) or source in self.groups.instances:
            group_edits.connect(self, source, target, index)
            return
        node = self._node(target)
        self._check_input(node, index)
        self._check_source(source)
        cycle = self.find_cycle(source, target)
        if cycle is not None:
            names = " → ".join(self.nodes[id].name for id in cycle)
            raise GraphError(f"Would make a cycle: {names}")
        self._set_input(node, index, source)

    def disconnect(self, target: str, index: int) -> None:
        """Free an input; it keeps the number that it last received."""
        if self.groups.is_part(target):
            group_edits.disconnect(self, target, index)
            return
        node = self._node(target)
        self._check_input(node, index)
        source = node.inputs[index]
        if isinstance(source, str):
            self._set_input(node, index, self.nodes[source].data)

    def set_input(self, id: str, index: int, number: float) -> None:
        """Give an input that is not connected its number. This changes no structure.

        In a group the number changes in all instances; an instance's own number is a leaf's.
        """
        if id in self.groups.instances:
            self.set_data(group_edits.own_leaf(self, id, index), number)
            return
        node = self._node(id)
        self._check_input(node, index)
        if isinstance(node.inputs[index], str) and (id, index) not in self.groups.places:
            raise GraphError(f"Input {index + 1} of {node.name} is connected.")
        for twin, _ in self.groups.twins(id, index):
            node = self.nodes[twin]
            node.inputs = (*node.inputs[:index], float(number), *node.inputs[index + 1 :])
        self.groups = self.groups.with_number(id, index, float(number))
        self._outline = None
        self._values = None  # a constant exponent is part of the op; the structure stays

    def set_data(self, id: str, number: float) -> None:
        """Give a leaf its number, in all instances of its group. This changes no structure."""
        node = self._node(id)
        if not node.is_leaf:
            raise GraphError(f"{node.name} is computed; only a leaf's number can be set.")
        for twin, _ in self.groups.twins(id):
            self.nodes[twin].data = float(number)
        self.groups = self.groups.with_number(id, None, float(number))
        self._outline = None

    def rename(self, id: str, name: str) -> None:
        """Give a node a name: an identifier that no other node has, here or in its group."""
        if self.groups.is_hidden(id):
            group_edits.rename(self, id, name)
            return
        node = self._node(id)
        if name != node.name and name not in node.aliases:
            self._check_name(name)
        del self._ids_by_name[node.name]
        self._ids_by_name[name] = id
        node.aliases = tuple(alias for alias in node.aliases if alias != name)
        node.name = name
        node.is_auto_named = False
        self._changed()

    def set_label(self, id: str, label: str) -> None:
        if self.groups.is_hidden(id):
            group_edits.set_label(self, id, label)
        else:
            self._node(id).label = label
            self._changed()

    def set_muted(self, id: str, is_muted: bool) -> None:
        if self.groups.is_part(id):
            group_edits.set_muted(self, id, is_muted)
        else:
            self._node(id).is_muted = is_muted
            self._changed()

    def new_name(self, *, is_leaf: bool) -> str:
        """A short free name: a, b, c ... for a leaf, n1, n2 ... for what is computed."""
        # Where nothing was deleted, the first number tried is free.
        candidates = free_names(is_leaf=is_leaf, first=1 if len(self) < 1000 else len(self))
        taken = self._ids_by_name
        return next(
            name for name in candidates
            if name not in taken and name not in self.groups.definitions
        )  # fmt: skip

    # ----- groups ---------------------------------------------------------------------------

    def set_groups(self, groups: Groups) -> None:
        """Take over definitions, and which nodes are instances of them."""
        self.groups = groups
        self._changed()

    # ----- undo and copies ------------------------------------------------------------------

    def state(self) -> dict[str, NodeState]:
        """Every node's lasting half, by id, in order."""
        return {id: node.state() for id, node in self.nodes.items()}

    def restore(
        self,
        changed: Mapping[str, NodeState | None],
        order: Sequence[str] | None = None,
        output: tuple[str | None, bool] = (None, False),
        groups: Groups | None = None,
    ) -> None:
        """Set nodes to a former state; None takes one out. `order` is that of all ids after.

        groups: other ones, where they change as well.
        """
        self._outline = None
        structural: dict[str, NodeState | None] = {}
        for id, state in changed.items():
            node = self.nodes.get(id)
            if node and state and node.is_leaf and node.state()._replace(data=state.data) == state:
                node.data = state.data
            else:
                structural[id] = state
        is_regrouped = groups is not None and groups.instances is not self.groups.instances
        self.groups = self.groups if groups is None else groups
        if not (structural or order or is_regrouped or output != self.chosen_output):
            return
        former_order = list(self.nodes)
        former = {id: self.nodes[id] for id in structural if id in self.nodes}
        for id in former:  # all leave before any returns: two may have swapped their names
            self._forget(id)
        for id, state in structural.items():
            if state is not None:
                op, name, label, inputs, data, muted, auto, aliases = state
                known = former.get(id)  # its numbers hold until the graph is evaluated
                data, grad = (data, 0.0) if known is None else known.numbers_for(state)
                self.nodes[id] = Node(id, op, name, label, inputs, data, grad, muted, auto, aliases)
                self._ids_by_name.update(dict.fromkeys((name, *aliases), id))
        self.nodes = {id: self.nodes[id] for id in (former_order if order is None else order)}
        self._chosen_output, self._is_output_explicit = output
        self._changed()

    def copy(self) -> "Graph":
        """An independent graph with the same nodes, ids and numbers."""
        return self.copier()()

    def copier(self) -> "Callable[[], Graph]":
        """What makes `copy` of the graph as it is now; it may be called in a thread."""
        state, order, chosen = self.state(), list(self.nodes), self.chosen_output
        groups, next_id, reserved = self.groups, self._next_id, self.reserved_names

        def make() -> Graph:
            twin = Graph()
            twin._next_id, twin.reserved_names = next_id, reserved
            twin.restore(state, order, chosen, groups)
            twin.evaluate()
            return twin

        return make

    # ----- numbers --------------------------------------------------------------------------

    def evaluate(self) -> None:
        """Clear the gradients, run forward through all nodes and backward from the output.

        `seconds` then holds how long this took.
        """
        values = self._graph_values()
        start = perf_counter()
        values.run(self.nodes, self.output)
        self.seconds = perf_counter() - start
        self.evaluations += 1

    def values(self) -> dict[str, Value]:
        """The Value that each node stands for; built anew only after a change of structure."""
        if self._values is None:
            self._graph_values().forward()
        return self._graph_values().by_id

    def _graph_values(self) -> GraphValues:
        """Those of the present structure; the numbers of new ones are left to `forward`."""
        if self._values is None:
            self._values = GraphValues(self)
            self.reached = reached_from(self, self.output)
        return self._values

    def contributions(self, id: str) -> tuple[float, ...]:
        """What a node adds to the gradient of each of its inputs, in order.

        Local derivative times the node's own gradient; 0 for an input that takes no part in it.
        """
        return self.contributions_of([id])[id]

    def contributions_of(self, ids: Iterable[str]) -> dict[str, tuple[float, ...]]:
        """`contributions` of many nodes at once, by id."""
        values = self.values()
        with ieee():
            return {
                id: contributions_through(self._node(id), values[id], is_reached=id in self.reached)
                for id in ids
            }

    # ----- checks ---------------------------------------------------------------------------

    def _node(self, id: str) -> Node:
        if id not in self.nodes:
            raise GraphError(f"There is no node {id!r}.")
        return self.nodes[id]

    def _check_source(self, id: str) -> None:
        self._node(id)
        if self.groups.instances:
            group_edits.check_is_visible(self, id)

    def _check_input(self, node: Node, index: int) -> None:
        if not 0 <= index < len(node.inputs):
            raise GraphError(f"{node.name} has no input {index + 1}.")

    def _check_name(self, name: str) -> None:
        check_name(name)
        if self.find(name) is not None:
            raise GraphError(f"There is a node {name} already.")
        if name in self.groups.definitions:
            raise GraphError(f"There is a group {name} already.")

    def _set_input(self, node: Node, index: int, source: Source) -> None:
        node.inputs = (*node.inputs[:index], source, *node.inputs[index + 1 :])
        self._changed()

    def _changed(self) -> None:
        self.revision += 1
        self._values = None
        self._topological_ids = self._edges = self._outline = None
        self._is_output_known = False

    def _forget(self, id: str) -> None:
        node = self.nodes.pop(id)
        for name in (node.name, *node.aliases):
            del self._ids_by_name[name]
