"""Writes definitions out as plain nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.groups import Definition, Groups, Instance, Member
from core.node import LEAF, LONGEST_NAME, NodeState, Source, free_names


class Former(NamedTuple):
    """Ids that an expansion takes up again: of nodes by name and of inner calls by name."""

    id: str
    nodes: Mapping[str, str]
    leaves: Mapping[str, str]  # by parameter
    calls: Mapping[str, Former]

    def ids(self) -> set[str]:
        """All that it holds."""
        found = {self.id, *self.nodes.values(), *self.leaves.values()}
        return found.union(*(inner.ids() for inner in self.calls.values()))


# Makes a node: its step in the body, its inputs as ids, the id it had, and whose it is.
MakeNode = Callable[[Member, tuple[Source, ...], str | None, str], str]


@dataclass
class Expander:
    """Writes calls out as plain nodes. `instances` is what it has made.

    make_node is called for each node, inputs first; new_id gives an instance its id.
    """

    definitions: Mapping[str, Definition]
    make_node: MakeNode
    new_id: Callable[[], str]
    instances: dict[str, Instance] = field(default_factory=dict)

    def call(
        self,
        function: str,
        arguments: Sequence[Source],
        parent: str | None = None,
        former: Former | None = None,
        is_muted: bool = False,
        passed: Iterable[str | None] = (),
    ) -> str:
        """Write one call out; `arguments` are ids of nodes or numbers. Returns its instance.

        passed: for each output what a muted group around this one passes through it, if any.
        """
        definition = self.definitions[function]
        id = former.id if former else self.new_id()
        self.instances[id] = Instance(function, parent, (), (), (), (), ())  # keeps its place
        known = former.nodes if former else {}
        fed = self._fed(definition, arguments, former, id)
        first = fed[0] if is_muted and fed else None
        through = dict.fromkeys(definition.outputs, first)
        through |= {name: s for name, s in zip(definition.outputs, passed) if s is not None}
        names: dict[str, str] = dict(zip(definition.parameters, fed))
        members: list[str] = []
        calls: list[str] = []
        for step in definition.body:
            if isinstance(step, Member):
                inputs = tuple(names[s] if isinstance(s, str) else s for s in step.inputs)
                source = through.get(step.name)
                if source is not None and inputs:
                    step, inputs = step._replace(is_muted=True), (source, *inputs[1:])
                names[step.name] = self.make_node(step, inputs, known.get(step.name), id)
                members.append(names[step.name])
                continue
            given = [names[s] if isinstance(s, str) else s for s in step.arguments]
            inner = former.calls.get(step.name) if former else None
            child = self.call(
                step.function, given, id, inner, step.is_muted, map(through.get, step.results)
            )
            calls.append(child)
            names |= zip(step.results, self.instances[child].results)
        self.instances[id] = Instance(
            function, parent, tuple(fed),
            tuple(not isinstance(argument, str) for argument in arguments),
            tuple(members), tuple(calls), tuple(names[name] for name in definition.outputs),
            is_muted,
        )  # fmt: skip
        return id

    def _fed(
        self, definition: Definition, arguments: Sequence[Source], former: Former | None, id: str
    ) -> list[str]:
        """The node that feeds each parameter: a leaf of the instance where a number is given."""
        fed: list[str] = []
        for parameter, argument in zip(definition.parameters, arguments):
            if isinstance(argument, str):
                fed.append(argument)
                continue
            leaf = Member(parameter, LEAF, data=argument)
            known = former.leaves.get(parameter) if former else None
            fed.append(self.make_node(leaf, (), known, id))
        return fed


def former_of(
    groups: Groups,
    instance_id: str,
    renamed: Mapping[str, Mapping[str, str]] | None = None,
    instead: Mapping[str, Former] | None = None,
) -> Former:
    """The ids of an instance, for an expansion of the same or of a changed definition.

    renamed: for a function, the names that steps of its body have now, by the former ones.
    instead: for some instances, ids from elsewhere.
    """
    if instead and instance_id in instead:
        return instead[instance_id]
    instance = groups.instances[instance_id]
    definition = groups.definitions[instance.function]
    now = (renamed or {}).get(instance.function, {})
    return Former(
        instance_id,
        {now.get(m.name, m.name): id for m, id in zip(definition.members, instance.members)},
        {
            now.get(parameter, parameter): id
            for parameter, id, is_own in zip(
                definition.parameters, instance.arguments, instance.is_own
            )
            if is_own
        },
        {
            now.get(call.name, call.name): former_of(groups, child, renamed, instead)
            for call, child in zip(definition.calls, instance.calls)
        },
    )


def name_nodes(
    states: dict[str, NodeState], groups: Groups, named: Mapping[str, str], taken: set[str]
) -> None:
    """Give all nodes without one a name that is free: a telling one in groups, else a short one.

    named: results that somebody named. taken: what no node may be called; it grows.
    """
    for id, name in groups.inner_names(named):
        if not states[id].name and name not in taken and len(name) <= LONGEST_NAME:
            taken.add(name)
            states[id] = states[id]._replace(name=name)
    free = {
        is_leaf: (name for name in free_names(is_leaf=is_leaf) if name not in taken)
        for is_leaf in (True, False)
    }
    for id, state in states.items():
        if not state.name:
            states[id] = state._replace(name=next(free[state.op == LEAF]))
