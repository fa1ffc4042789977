"""What can be done with groups: make, use, open, change, name and dissolve them.

Each function changes the graph as a whole or, where it raises GraphError, not at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.groups import (
    Call,
    Definition,
    Groups,
    Instance,
    Member,
    Sizes,
    definition_order,
)
from core.groups.outline import Outline
from core.groups.regrouping import Regrouping
from core.node import LEAF, GraphError, NodeState, Source, check_name, free_names
from core.ops import OPS

if TYPE_CHECKING:
    from core.graph import Graph

FUNCTION_NAMES = "fgh"


# ----- definitions ------------------------------------------------------------------------------


def define(graph: Graph, definition: Definition) -> None:
    """Add a definition that nothing uses yet."""
    check_function_name(graph, definition.name)
    definitions = {**graph.groups.definitions, definition.name: definition}
    Sizes(definitions)  # refuses what would be too large
    graph.set_groups(replace(graph.groups, definitions=definitions))


def take_definitions(graph: Graph, definitions: Mapping[str, Definition]) -> dict[str, str]:
    """Add definitions from elsewhere: the same one once, another under a free name.

    Returns for each name the one that it has in the graph.
    """
    names: dict[str, str] = {}
    for name in definition_order(definitions):
        definition = definitions[name]
        body = tuple(
            step._replace(function=names[step.function]) if isinstance(step, Call) else step
            for step in definition.body
        )
        definition = replace(definition, body=body)
        there = graph.groups.definitions
        numbered = (f"{name}{number}" for number in itertools.count(2))
        for new in itertools.chain([name], numbered):
            wanted = replace(definition, name=new)
            if there.get(new) == wanted:
                break
            try:
                define(graph, wanted)
            except GraphError:
                if new in there or new in graph or new in graph.reserved_names:
                    continue
                raise
            break
        names[name] = new
    return names


def forget(graph: Graph, function: str) -> None:
    """Take a definition out that nothing uses."""
    groups = graph.groups
    users = [d.name for d in groups.definitions.values() if any(
        call.function == function for call in d.calls)]  # fmt: skip
    count = sum(item.function == function for item in groups.instances.values())
    if users or count:
        where = f"in {users[0]}" if users else f"{count} times"
        raise GraphError(f"{function} is used {where}.")
    left = {name: d for name, d in groups.definitions.items() if name != function}
    graph.set_groups(replace(groups, definitions=left))


def rename_function(graph: Graph, former: str, name: str) -> None:
    """Give a function another name, wherever it is used."""
    groups = graph.groups
    if former == name:
        return
    check_function_name(graph, name)

    def renamed(definition: Definition) -> Definition:
        body = tuple(
            step._replace(function=name)
            if isinstance(step, Call) and step.function == former
            else step
            for step in definition.body
        )
        return replace(
            definition, body=body, name=name if definition.name == former else definition.name
        )

    changed = [renamed(definition) for definition in groups.definitions.values()]
    instances = {
        id: item._replace(function=name) if item.function == former else item
        for id, item in groups.instances.items()
    }
    graph.set_groups(Groups({item.name: item for item in changed}, instances))


def check_function_name(graph: Graph, name: str) -> None:
    """Raises GraphError for what can't be the name of one more function."""
    check_name(name)
    if name in graph.groups.definitions:
        raise GraphError(f"There is a group {name} already.")
    if name in graph or name in graph.reserved_names:
        raise GraphError(f"There is a node {name} already.")
    if name in OPS or name in RESERVED:
        raise GraphError(f"{name} means something else in an expression.")
    for definition in graph.groups.definitions.values():
        if name in definition.parameters or definition.find(name) is not None:
            raise GraphError(f"{name} is the name of a value in {definition.name}.")


RESERVED = frozenset({LEAF, "Value", "float", "draw_dot", "print", "inf", "nan", "pi", "e"})


def new_function_name(graph: Graph) -> str:
    """A short free name: f, g, h, f1, f2 ..."""
    numbered = (f"f{number}" for number in itertools.count(1))
    for name in itertools.chain(FUNCTION_NAMES, numbered):
        try:
            check_function_name(graph, name)
        except GraphError:
            continue
        return name
    raise AssertionError("the numbers never end")


# ----- use, make, dissolve ----------------------------------------------------------------------


def call(
    graph: Graph,
    function: str,
    arguments: Sequence[Source],
    names: Sequence[str] = (),
    reserved: Collection[str] = (),
) -> str:
    """Use a function on nodes and numbers. Returns the instance's id.

    names: for its results, where they get any. reserved: names that its nodes leave to others.
    """
    definition = graph.groups.definitions[function]
    if len(arguments) != len(definition.parameters):
        raise GraphError(
            f"{function} takes {len(definition.parameters)} inputs, not {len(arguments)}."
        )
    regrouping = Regrouping(graph, graph.groups.definitions, reserved=reserved)
    (id,) = regrouping.apply(calls=[(function, arguments, None)])
    for result, name in zip(graph.groups.instances[id].results, names):
        graph.rename(result, name)
    return id


def group(
    graph: Graph, ids: Collection[str], name: str | None = None, kept: Collection[str] = ()
) -> str:
    """Make a group of nodes and outermost instances; returns the instance in their place.

    Its parameters are the nodes that feed them from outside; its outputs those that are used
    outside, those that nothing uses, and those in `kept`. No number of the graph changes.
    """
    outline = graph.outline()
    chosen = [unit for unit in outline.order() if unit in {outline.unit_of.get(i, i) for i in ids}]
    if not chosen:
        raise GraphError("Select the nodes that the group shall hold.")
    _check_is_whole(graph, outline, chosen)
    name = name if name is not None else new_function_name(graph)
    check_function_name(graph, name)
    parts = [outline.units[unit] for unit in chosen]
    inner = {result for unit in parts for result in unit.results}
    fed_by = list(dict.fromkeys(s for unit in parts for s in unit.sources if s not in inner))
    used_outside = {
        source for id, unit in outline.units.items() if id not in chosen for source in unit.sources
    }
    used_inside = {source for unit in parts for source in unit.sources}
    outputs = [
        result
        for unit in parts
        for result in unit.results
        if result in used_outside
        or result in kept
        or result == graph.output
        or result not in used_inside
    ]
    names = {id: graph.nodes[id].name for id in inner}
    parameters = _parameter_names(graph, fed_by, {*names.values(), name})
    for id in (*names, *parameters):
        if (names | parameters)[id] == name:
            raise GraphError(f"{name} is the name of a value in the group.")
    body = body_of(graph, outline, chosen, names | parameters, set(outputs))
    definition = Definition(
        name, tuple(parameters.values()), body, tuple(names[id] for id in outputs)
    )
    definitions = {**graph.groups.definitions, name: definition}
    Sizes(definitions)  # refuses what would be too large
    return _put_into(graph, definitions, definition, chosen, tuple(fed_by), tuple(outputs))


def _check_is_whole(graph: Graph, outline: Outline, chosen: list[str]) -> None:
    """Raises GraphError where a path leaves the chosen units and comes back."""
    depends: dict[str, bool] = {}  # whether a unit that is not chosen depends on a chosen one
    for id in outline.order():
        units = [outline.unit_of[source] for source in outline.units[id].sources]
        if id not in chosen:
            depends[id] = any(unit in chosen or depends[unit] for unit in units)
    for id in chosen:
        for source in outline.units[id].sources:
            if depends.get(outline.unit_of[source]):
                name = graph.nodes[source].name
                raise GraphError(
                    f"{name} lies between the selected nodes: the group would feed {name} and "
                    f"{name} the group. Select {name} as well."
                )


def _parameter_names(graph: Graph, sources: list[str], taken: set[str]) -> dict[str, str]:
    """A name for each parameter: that of its node, or x, y, z ... where that has none."""
    taken = taken | graph.groups.definitions.keys()
    letters = itertools.chain("xyz", (f"x{number}" for number in itertools.count(1)))
    own = {id: graph.nodes[id].name for id in sources if not graph.nodes[id].is_auto_named}
    free = (letter for letter in letters if letter not in taken | set(own.values()))
    return {id: own.get(id) or next(free) for id in sources}


def body_of(
    graph: Graph,
    outline: Outline,
    units: Iterable[str],
    names: Mapping[str, str],
    outputs: Collection[str] = (),
) -> tuple[Member | Call, ...]:
    """The steps that these units are, in their order; `names` is what nodes are called in them.

    outputs: nodes whose label stays outside, where they are used.
    """

    def translated(sources: Iterable[Source]) -> tuple[Source, ...]:
        return tuple(names[s] if isinstance(s, str) else s for s in sources)

    steps: list[Member | Call] = []
    for id in units:
        unit = outline.units[id]
        nodes = [graph.nodes[result] for result in unit.results]
        if unit.function:
            auto_named = tuple(node.is_auto_named for node in nodes)
            results = tuple(names[node.id] for node in nodes)
            is_muted = graph.groups.instances[id].is_muted
            steps.append(
                Call(results, unit.function, translated(unit.inputs), auto_named, is_muted)
            )
            continue
        (node,) = nodes
        steps.append(
            Member(
                names[id], node.op, translated(node.inputs), node.data if node.is_leaf else 0.0,
                "" if id in outputs else node.label, node.is_muted, node.is_auto_named,
            )
        )  # fmt: skip
    return tuple(steps)


def _put_into(
    graph: Graph,
    definitions: Mapping[str, Definition],
    definition: Definition,
    chosen: list[str],
    arguments: tuple[str, ...],
    results: tuple[str, ...],
) -> str:
    """Make units of a graph the members of one new instance; nothing is written out anew."""
    instances = dict(graph.groups.instances)
    id = graph.new_id("g")
    members = tuple(unit for unit in chosen if unit not in instances)
    calls = tuple(unit for unit in chosen if unit in instances)
    for inner in calls:
        instances[inner] = instances[inner]._replace(parent=id)
    is_own = (False,) * len(arguments)
    instances[id] = Instance(definition.name, None, arguments, is_own, members, calls, results)
    handed_on = [node for inner in calls for node in instances[inner].results]
    changed = {
        node: graph.nodes[node]
        .state()
        ._replace(
            label=graph.nodes[node].label if node in members else "",  # a call has no labels
            is_auto_named=True,
            aliases=(),
        )
        for node in (*members, *handed_on)
        if node not in results
    }
    _restore(graph, changed, Groups(definitions, instances))
    return id


def _restore(graph: Graph, changed: Mapping[str, NodeState], groups: Groups) -> None:
    """Take over groups of the same nodes; backward goes on to start where it did."""
    output = graph.output
    graph.restore(changed, None, graph.chosen_output, groups)
    for is_explicit in (False, True):
        if graph.output != output:
            graph.set_output(output, explicit=is_explicit)


def ungroup(graph: Graph, id: str) -> list[str]:
    """Put what an outermost instance holds in its place. Returns its nodes and instances.

    No number and no connection changes; names of the body come back where they are free. What
    is muted computes again.
    """
    if graph.groups.instances[id].is_muted:
        Regrouping(graph, graph.groups.definitions).apply(muted={id: False})
    groups = graph.groups
    instance = groups.instances[id]
    definition = groups.definitions[instance.function]
    instances = {
        other: item._replace(parent=None) if item.parent == id else item
        for other, item in groups.instances.items()
        if other != id
    }
    steps: list[tuple[str, str, bool, str]] = [
        (node, parameter, False, "")
        for node, parameter, is_own in zip(
            instance.arguments, definition.parameters, instance.is_own
        )
        if is_own
    ]
    steps += [
        (node, member.name, member.is_auto_named, member.label)
        for node, member in zip(instance.members, definition.members)
    ]
    for inner, child in zip(definition.calls, instance.calls):
        nodes = groups.instances[child].results
        steps += [(n, r, auto, "") for n, r, auto in zip(nodes, inner.results, inner.auto_named)]
    freed = {node for node, *_ in steps}
    taken = {name for name in graph.names if graph[name].id not in freed}
    taken |= groups.definitions.keys()
    taken |= {n for r in instance.results for n in (graph.nodes[r].name, *graph.nodes[r].aliases)}
    changed = {}
    for node, name, is_auto_named, label in steps:
        if node in instance.results:
            continue
        if name in taken:
            name = graph.nodes[node].name
        if name in taken:
            names = free_names(is_leaf=graph.nodes[node].is_leaf)
            name = next(new for new in names if new not in taken)
        taken.add(name)
        changed[node] = (
            graph.nodes[node].state()._replace(name=name, is_auto_named=is_auto_named, label=label)
        )
    _restore(graph, changed, replace(groups, instances=instances))
    return [*instance.leaves, *instance.members, *instance.calls]
