"""The body of a group, opened as a graph of its own, and written back to all instances.

Inside, parameters are leaves and groups within are instances, so everything that edits a graph
edits a body as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.groups import Call, Definition, Groups, Member, names_given
from core.groups.expansion import Former, former_of
from core.groups.grouping import body_of
from core.groups.regrouping import Regrouping
from core.node import LEAF, GraphError, Source

if TYPE_CHECKING:
    from core.graph import Graph


@dataclass
class Level:
    """The body of a definition as a graph of its own, in which parameters are leaves.

    parameters, outputs: ids of their nodes in `graph`, in order.
    """

    graph: Graph
    function: str
    parameters: list[str]
    outputs: list[str]
    doc: str = ""

    def definition(self) -> Definition:
        """What the graph defines now. GraphError where it can't be a group."""
        graph = self.graph
        self.parameters = [id for id in self.parameters if id in graph.nodes]
        self.outputs = [id for id in self.outputs if id in graph.nodes]
        for id in self.parameters:
            if graph.groups.is_part(id):
                raise GraphError(
                    f"{graph.nodes[id].name} is an input of {self.function} and can't be part of a "
                    f"group in it."
                )
        if not self.outputs:
            raise GraphError(f"{self.function} would have no output left.")
        for id in self.outputs:
            if graph.groups.is_hidden(id):
                raise GraphError(f"{graph.nodes[id].name} is no output of its group any more.")
            if id in self.parameters:
                name = graph.nodes[id].name
                raise GraphError(
                    f"{name} is an input of {self.function}. To hand it on as it is, multiply it "
                    f"by 1 and make that an output."
                )
        outline = graph.outline()
        names = {node.id: node.name for node in graph}
        units = [unit for unit in outline.order() if unit not in self.parameters]
        return Definition(
            self.function,
            tuple(names[id] for id in self.parameters),
            body_of(graph, outline, units, names),
            tuple(names[id] for id in self.outputs),
            self.doc,
        )


def open_definition(
    definitions: Mapping[str, Definition],
    function: str,
    former: Former | None = None,
    parameters: Sequence[str] = (),
    taken: Collection[str] = (),
    taken_names: Collection[str] = (),
) -> Level:
    """The body of a function as a graph. former, parameters: ids that its nodes shall have.

    taken: ids that no other node may have. taken_names: names that no new group may have.
    """
    from core.graph import Graph  # which knows this module

    definition = definitions[function]
    graph = Graph()
    graph.reserve(taken, taken_names)
    graph.set_groups(Groups(definitions))
    ids: dict[str, str] = {}
    for name, id in itertools.zip_longest(definition.parameters, parameters):
        ids[name] = graph.add(LEAF, name=name, id=id).id
    known = former.nodes if former else {}
    reserved = {name for step in definition.body for name in names_given(step)}
    for step in definition.body:
        if isinstance(step, Member):
            inputs = [ids[s] if isinstance(s, str) else s for s in step.inputs]
            node = graph.add(
                step.op, name=step.name, data=step.data, inputs=inputs, label=step.label,
                id=known.get(step.name),
            )  # fmt: skip
            node.is_muted, node.is_auto_named = step.is_muted, step.is_auto_named
            ids[step.name] = node.id
            continue
        given = [ids[s] if isinstance(s, str) else s for s in step.arguments]
        inner = former.calls.get(step.name) if former else None
        (made,) = Regrouping(graph, definitions, reserved=reserved).apply(
            calls=[(step.function, given, inner)]
        )
        if step.is_muted:
            Regrouping(graph, definitions, reserved=reserved).apply(muted={made: True})
        for result, name, auto in zip(
            graph.groups.instances[made].results, step.results, step.auto_named
        ):
            graph.rename(result, name)
            graph.nodes[result].is_auto_named = auto
            ids[name] = result
    return Level(
        graph, function, [ids[name] for name in definition.parameters],
        [ids[name] for name in definition.outputs], definition.doc,
    )  # fmt: skip


def open_level(graph: Graph, id: str) -> Level:
    """The body of an instance, its nodes with the ids that they have in the graph.

    A parameter has the id of the leaf that holds its number, or one of its own: "g1:x".
    """
    groups = graph.groups
    instance = groups.instances[id]
    parameters = [
        node if is_own else groups.parameter_id(id, index)
        for index, (node, is_own) in enumerate(zip(instance.arguments, instance.is_own))
    ]
    level = open_definition(
        groups.definitions, instance.function, former_of(groups, id), parameters,
        {*graph.nodes, *groups.instances}, {*graph.names, *graph.reserved_names},
    )  # fmt: skip
    for id_here, node in level.graph.nodes.items():
        if id_here in graph.nodes:
            node.data, node.grad = graph.nodes[id_here].data, graph.nodes[id_here].grad
    for parameter, argument in zip(parameters, instance.arguments):
        level.graph.set_data(parameter, graph.nodes[argument].data)
    return level


def write_level(graph: Graph, id: str, level: Level) -> None:
    """Make the opened instance what its level is now; all instances of the function follow.

    Where inputs or outputs came or went, so do those of every use of the function: a new input
    gets the number of its leaf in the level.
    """
    groups, function = graph.groups, level.function
    now = level.definition()
    change = _Signature.between(graph, id, level)
    definitions = {**groups.definitions, **level.graph.groups.definitions}
    for name, definition in definitions.items():
        if any(call.function == function for call in definition.calls):
            definitions[name] = change.in_caller(definition)
    definitions[function] = now
    numbers = {node: level.graph.nodes[node].data for node in level.parameters}
    arguments: dict[str, list[Source]] = {}
    for other, item in groups.instances.items():
        if item.function == function and item.parent is None:
            arguments[other] = [
                numbers[new]
                if old is None
                else item.arguments[old]
                if not item.is_own[old]
                else numbers[new]
                if other == id
                else graph.nodes[item.arguments[old]].data
                for new, old in zip(level.parameters, change.parameters)
            ]
    names = {node.id: node.name for node in level.graph}
    renamed = {
        old: names[node]
        for old, node in _ids_at_opening(groups, id).items()
        if node in names and names[node] != old
    }
    ids = Former(
        id,
        {names[node]: node for node in level.graph.nodes if node not in level.parameters},
        {names[node]: node for node in level.parameters},
        {
            names[item.results[0]]: former_of(level.graph.groups, inner)
            for inner, item in level.graph.groups.instances.items()
            if item.parent is None
        },
    )
    after = Groups(definitions)
    Regrouping(
        graph, definitions, renamed={function: renamed}, outputs={function: change.outputs},
        instead={id: ids},
    ).apply(functions=after.callers(function), arguments=arguments)  # fmt: skip


def _ids_at_opening(groups: Groups, id: str) -> dict[str, str]:
    """For each name of an instance's body, the id that `open_level` gives its node."""
    instance = groups.instances[id]
    ids = groups.names_of(id)
    for index, (name, is_own) in enumerate(
        zip(groups.definitions[instance.function].parameters, instance.is_own)
    ):
        if not is_own:
            ids[name] = groups.parameter_id(id, index)
    return ids


@dataclass
class _Signature:
    """How inputs and outputs of a function changed: for each new one the former, or None."""

    function: str
    parameters: list[int | None]
    outputs: list[int | None]
    numbers: list[float]  # what a new input gets

    @classmethod
    def between(cls, graph: Graph, id: str, level: Level) -> _Signature:
        groups = graph.groups
        former = groups.definitions[level.function]
        ids = _ids_at_opening(groups, id)
        inputs = {ids[name]: index for index, name in enumerate(former.parameters)}
        outputs = {ids[name]: index for index, name in enumerate(former.outputs)}
        continued = [outputs.get(node) for node in level.outputs]
        for place, index in enumerate(continued):
            # Another node in the place of an output that is none any more goes on for it.
            if index is None and place < len(outputs) and place not in continued:
                continued[place] = place
        return cls(
            level.function,
            [inputs.get(node) for node in level.parameters],
            continued,
            [level.graph.nodes[node].data for node in level.parameters],
        )

    def in_caller(self, caller: Definition) -> Definition:
        """A definition that uses the function, with its calls as they have to be now."""
        taken = {name for step in caller.body for name in names_given(step)}
        taken |= {*caller.parameters}
        lost: set[str] = set()
        body: list[Member | Call] = []
        for step in caller.body:
            if isinstance(step, Call) and step.function == self.function:
                kept = [None if old is None else step.results[old] for old in self.outputs]
                lost |= set(step.results) - set(kept)
                step = self._call(step, kept, taken)
            body.append(step)
        if not lost.isdisjoint(caller.outputs):
            raise GraphError(
                f"{caller.name} hands this output of {self.function} on: take it out there first."
            )
        return replace(caller, body=tuple(_without(step, lost) for step in body))

    def _call(self, step: Call, kept: list[str | None], taken: set[str]) -> Call:
        arguments = tuple(
            number if old is None else step.arguments[old]
            for old, number in zip(self.parameters, self.numbers)
        )
        fresh = (f"n{number}" for number in itertools.count(1))
        results = []
        for name in kept:
            results.append(name or next(new for new in fresh if new not in taken))
            taken.add(results[-1])
        auto = tuple(True if old is None else step.auto_named[old] for old in self.outputs)
        return step._replace(results=tuple(results), arguments=arguments, auto_named=auto)


def _without(step: Member | Call, lost: Collection[str]) -> Member | Call:
    """A step that no longer reads these names: 0 in their place."""
    if isinstance(step, Call):
        return step._replace(arguments=tuple(0.0 if s in lost else s for s in step.arguments))
    return step._replace(inputs=tuple(0.0 if s in lost else s for s in step.inputs))
