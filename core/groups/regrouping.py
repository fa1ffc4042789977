"""Writes the instances of changed definitions out anew, in a graph that keeps all it can.

Every node whose name in the body remains keeps its id and place in the order, so that whatever is
known of it elsewhere (selection, position, breakpoint) still holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.groups import Definition, Groups, Instance, Member, Sizes
from core.groups.expansion import Expander, Former, former_of, name_nodes
from core.node import LEAF, NodeState, Source

if TYPE_CHECKING:
    from core.graph import Graph

Arguments = Mapping[str, Sequence[Source]]  # by outermost instance


class Regrouping:
    """One change of a graph's groups, to be applied at once. Raises GraphError, then nothing is.

    definitions: all that there are afterwards. renamed: names that steps have now, by function
    and former name. outputs: for a function whose outputs changed, for each new one the former
    one that it continues, or None. instead: ids for some instances, from elsewhere. reserved: names
    that no new node may get.
    """

    def __init__(
        self,
        graph: Graph,
        definitions: Mapping[str, Definition],
        *,
        renamed: Mapping[str, Mapping[str, str]] | None = None,
        outputs: Mapping[str, Sequence[int | None]] | None = None,
        instead: Mapping[str, Former] | None = None,
        reserved: Collection[str] = (),
    ) -> None:
        self._graph = graph
        self._former = graph.groups
        self._renamed, self._outputs, self._instead = renamed or {}, outputs or {}, instead or {}
        self._states = graph.state()
        self._gone: dict[str, NodeState] = {}  # nodes of instances that are written out anew
        self._moved: dict[str, str | None] = {}  # by former result: the one in its place
        self._after: dict[str | None, list[str]] = {}  # new nodes, by the node that they follow
        self._last: str | None = None
        self._made: dict[str, None] = {}  # all that is written out anew
        self._muted: Mapping[str, bool] = {}
        self._reserved = reserved
        self._sizes = Sizes(definitions)
        self._used = {*graph.nodes, *graph.groups.instances}
        for former in self._instead.values():
            self._used |= former.ids()
        self._expander = Expander(definitions, self._make, lambda: self._new_id("g"))

    # ----- the change -----------------------------------------------------------------------

    def apply(
        self,
        functions: Iterable[str] = (),
        arguments: Arguments | None = None,
        removed: Iterable[str] = (),
        calls: Sequence[tuple[str, Sequence[Source], Former | None]] = (),
        muted: Mapping[str, bool] | None = None,
    ) -> list[str]:
        """Bring the graph to the new definitions.

        functions: those whose instances are written out anew. arguments: new ones, by instance.
        removed: plain nodes and outermost instances that go. calls: new instances, by function,
        arguments and the ids that they shall have; theirs are returned. muted: outermost instances
        that are to be muted, or to compute again.
        """
        self._muted = muted or {}
        functions, arguments, removed = set(functions), dict(arguments or {}), set(removed)
        instances = dict(self._former.instances)
        kept = [
            instance.function
            for id, instance in instances.items()
            if instance.parent is None and id not in removed
        ]
        made = 0
        for function in [*kept, *(function for function, *_ in calls)]:
            made = self._sizes.after_call(made, function)
        for id in removed & self._states.keys():
            del self._states[id]
            self._moved[id] = None
        for id in self._graph.outline().order():
            if id in instances:
                self._follow(id, functions, arguments, removed, instances)
        added = [self._call(*new) for new in calls]
        self._rewire()
        instances |= self._expander.instances
        states = self._named(instances)
        chosen, is_explicit = self._graph.chosen_output
        if chosen is not None and self._moved.get(chosen, chosen) != chosen:
            chosen = self._moved[chosen]
        self._graph.restore(
            {id: None for id in self._graph.nodes if id not in states}
            | {id: state for id, state in states.items() if not self._is_same(id, state)},
            self._order(states),
            (chosen, is_explicit and chosen is not None),
            Groups(self._expander.definitions, instances),
        )
        return added

    def _follow(
        self,
        id: str,
        functions: set[str],
        arguments: dict[str, Sequence[Source]],
        removed: set[str],
        instances: dict[str, Instance],
    ) -> None:
        """Write one outermost instance out anew, if anything about it changes."""
        instance, groups = instances[id], self._former
        given: list[Source] = list(arguments.get(id, self._given(instance)))
        given = [self._in_place(source) for source in given]
        is_muted = self._muted.get(id, instance.is_muted)
        is_changed = id in arguments or instance.function in functions or id in removed
        is_changed |= is_muted != instance.is_muted
        if not is_changed and given == self._given(instance):
            return
        for node in groups.nodes_of(id):
            self._gone[node] = self._states.pop(node)
        for inner in groups.within(id):
            del instances[inner]
        if id in removed:
            self._moved |= dict.fromkeys(instance.results)
            return
        former = former_of(groups, id, self._renamed, self._instead)
        self._last = None
        self._expander.call(instance.function, given, None, former, is_muted)
        results = self._expander.instances[id].results
        continued = self._outputs.get(instance.function, range(len(instance.results)))
        self._moved |= dict.fromkeys(instance.results)
        for result, index in zip(results, continued):
            if index is not None:
                self._moved[instance.results[index]] = result

    def _call(self, function: str, given: Sequence[Source], former: Former | None) -> str:
        self._last = next(reversed(self._states), None)
        return self._expander.call(function, [self._in_place(s) for s in given], None, former)

    def _given(self, instance: Instance) -> list[Source]:
        return [
            self._graph.nodes[id].data if is_own else id
            for id, is_own in zip(instance.arguments, instance.is_own)
        ]

    def _in_place(self, source: Source) -> Source:
        """What feeds where `source` did: another node, or the number that it last had."""
        if not isinstance(source, str) or source not in self._moved:
            return source
        node = self._moved[source]
        return self._graph.nodes[source].data if node is None else node

    def _make(
        self, member: Member, inputs: tuple[Source, ...], former: str | None, _instance: str
    ) -> str:
        id = former or self._new_id()
        self._states[id] = NodeState(
            member.op, "", member.label, inputs, member.data if member.op == LEAF else 0.0,
            member.is_muted, True, (),
        )  # fmt: skip
        self._made[id] = None
        if id not in self._graph.nodes:
            self._after.setdefault(self._last, []).append(id)
        self._last = id
        return id

    def _new_id(self, prefix: str = "") -> str:
        id = self._graph.new_id(prefix, self._used)
        self._used.add(id)
        return id

    # ----- what follows from it -------------------------------------------------------------

    def _rewire(self) -> None:
        """Plain nodes read the results that took the place of former ones."""
        moved = {id for id, other in self._moved.items() if other != id}
        if not moved:
            return
        for id, state in self._states.items():
            if id not in self._made and not moved.isdisjoint(state.inputs):
                inputs = tuple(self._in_place(source) for source in state.inputs)
                self._states[id] = state._replace(inputs=inputs)

    def _named(self, instances: Mapping[str, Instance]) -> dict[str, NodeState]:
        """The states with names: results keep what they are called outside."""
        states = self._states
        results = [
            result
            for item in self._expander.instances.values()
            if item.parent is None
            for result in item.results
        ]
        for result, node in self._moved.items():
            if node is not None and result in self._gone:
                outside = self._gone[result]
                states[node] = states[node]._replace(
                    name=outside.name, label=outside.label, aliases=outside.aliases,
                    is_auto_named=outside.is_auto_named,
                )  # fmt: skip
        for result in results:
            if result not in self._moved.values():
                states[result] = states[result]._replace(label="")
        taken = {name for state in states.values() for name in (state.name, *state.aliases) if name}
        taken |= {*self._expander.definitions, *self._reserved}
        for id in self._made:
            former = self._gone.get(id)
            if not states[id].name and former and former.name not in taken:
                taken.add(former.name)
                states[id] = states[id]._replace(name=former.name)
        named = {id: s.name for id, s in states.items() if s.name and not s.is_auto_named}
        name_nodes(states, Groups(self._expander.definitions, instances), named, taken)
        return states

    def _order(self, states: Mapping[str, NodeState]) -> list[str]:
        """The former order, what is new behind what it was made after."""
        order: list[str] = []
        for start in self._graph.nodes:
            following = [start]
            while following:
                id = following.pop()
                order += [id] if id in states else []
                following += reversed(self._after.get(id, ()))
        placed = set(order)
        return [*order, *(id for id in states if id not in placed)]

    def _is_same(self, id: str, state: NodeState) -> bool:
        node = self._graph.nodes.get(id)
        return node is not None and node.state() == state
