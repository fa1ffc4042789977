"""Edits of nodes that are part of groups: the definition changes, and every instance follows.

`Graph` calls these where a node is in a group; each changes the graph as a whole or, where it
raises GraphError, not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.groups.levels import open_level, write_level
from core.groups.regrouping import Regrouping
from core.node import GraphError, NodeState, Source

if TYPE_CHECKING:
    from core.graph import Graph


def connect(graph: Graph, source: str, target: str, index: int) -> None:
    """Feed a node into an input of an instance, or into one of a node in a group."""
    if source in graph.groups.instances:
        source = graph.groups.instances[source].results[0]
    with _at_home(graph, target) as level:
        source = _source_within(graph, level, source, target)
        if target not in level.groups.instances:
            level.connect(source, target, index)
            return
        _check_input(level, target, index)
        check_is_visible(level, source)
        cycle = level.find_cycle(source, target)
        if cycle is not None:
            names = " → ".join(level.nodes[id].name for id in cycle)
            raise GraphError(f"Would make a cycle: {names}")
        set_argument(level, target, index, source)


def _source_within(graph: Graph, level: Graph, source: str, target: str) -> str:
    """The node of an opened level that feeds what `source` would: itself, or an input."""
    if source in level.nodes:
        return source
    if source not in graph.nodes:
        raise GraphError(f"There is no node {source!r}.")
    home = _home_of(graph, target)
    assert home is not None  # the level is the graph itself, which has the node
    instance = graph.groups.instances[home]
    if source in instance.arguments:
        name = graph.groups.definitions[instance.function].parameters[
            instance.arguments.index(source)
        ]
        return level[name].id
    function = instance.function
    raise GraphError(
        f"{graph.nodes[source].name} is outside {function}: give {function} an input for it."
    )


def disconnect(graph: Graph, target: str, index: int) -> None:
    """Free an input of an instance, or of a node in a group; it keeps its last number."""
    with _at_home(graph, target) as level:
        if target not in level.groups.instances:
            level.disconnect(target, index)
            return
        _check_input(level, target, index)
        instance = level.groups.instances[target]
        if not instance.is_own[index]:
            number = graph.nodes.get(instance.arguments[index])
            set_argument(level, target, index, number.data if number is not None else 0.0)


def own_leaf(graph: Graph, id: str, index: int) -> str:
    """The leaf that holds the number of an instance's input. GraphError where a node feeds it."""
    _check_input(graph, id, index)
    instance = graph.groups.instances[id]
    if not instance.is_own[index]:
        raise GraphError(f"Input {index + 1} of {instance.function} is connected.")
    return instance.arguments[index]


def rename(graph: Graph, id: str, name: str) -> None:
    """Give a node in a group another name in its body."""
    with _at_home(graph, id) as level:
        level.rename(id, name)


def set_label(graph: Graph, id: str, label: str) -> None:
    with _at_home(graph, id) as level:
        level.set_label(id, label)


def set_muted(graph: Graph, id: str, is_muted: bool) -> None:
    """Let a node in a group, or an instance, pass its first input through."""
    with _at_home(graph, id) as level:
        instance = level.groups.instances.get(id)
        if instance is None:
            level.set_muted(id, is_muted)
            return
        if is_muted and not instance.arguments:
            raise GraphError(f"{instance.function} has no input that it could pass through.")
        Regrouping(level, level.groups.definitions).apply(muted={id: is_muted})


def remove(graph: Graph, ids: Iterable[str]) -> None:
    """Take nodes and instances out: whole instances go, other nodes leave their definition."""
    groups = graph.groups
    ids = set(ids)
    for id in ids:
        if id not in graph.nodes and id not in groups.instances:
            raise GraphError(f"There is no node {id!r}.")
    whole = {id for id in groups.instances if id in ids or ids.issuperset(groups.nodes_of(id))}
    gone = {node for id in whole for node in groups.nodes_of(id)} | {
        inner for id in whole for inner in groups.within(id)
    }
    top = {id for id in whole if groups.instances[id].parent is None}
    plain = {id for id in ids if id in graph.nodes and id not in groups.owner}
    inside: dict[str, list[str]] = {}
    for id in ids | whole:
        home = groups.owner.get(id) if id in graph.nodes else groups.instances[id].parent
        if home is not None and home not in gone and (id in whole or id not in gone):
            inside.setdefault(home, []).append(id)
    twin = graph.copy()
    for home, leaving in inside.items():
        if home in twin.groups.instances:
            level = open_level(twin, home)
            level.graph.remove(level.graph.ids().intersection(leaving))
            write_level(twin, home, level)
    Regrouping(twin, twin.groups.definitions).apply(removed=plain | top)
    gone_too: dict[str, NodeState | None] = dict.fromkeys(graph.nodes)
    graph.restore({**gone_too, **twin.state()}, list(twin.nodes), twin.chosen_output, twin.groups)


def check_is_visible(graph: Graph, id: str) -> None:
    """Raises GraphError for a node that nothing outside its group can use."""
    groups = graph.groups
    if groups.is_hidden(id):
        function = groups.instances[groups.outermost[id]].function
        raise GraphError(
            f"{graph.nodes[id].name} is inside {function}: only its outputs can be used outside."
        )


def _home_of(graph: Graph, id: str) -> str | None:
    """The instance that a node or an instance is directly in."""
    groups = graph.groups
    return groups.instances[id].parent if id in groups.instances else groups.owner.get(id)


@contextmanager
def _at_home(graph: Graph, id: str) -> Iterator[Graph]:
    """The graph of the level that a node or instance is on; what is done to it comes back."""
    home = _home_of(graph, id)
    if home is None:
        yield graph
        return
    level = open_level(graph, home)
    yield level.graph
    write_level(graph, home, level)


def _check_input(graph: Graph, id: str, index: int) -> None:
    function = graph.groups.instances[id].function
    if not 0 <= index < len(graph.groups.definitions[function].parameters):
        raise GraphError(f"{function} has no input {index + 1}.")


def set_argument(graph: Graph, id: str, index: int, source: Source) -> None:
    """Feed an input of an outermost instance from a node, or give it a number."""
    groups = graph.groups
    instance = groups.instances[id]
    given: list[Source] = [
        graph.nodes[node].data if is_own else node
        for node, is_own in zip(instance.arguments, instance.is_own)
    ]
    given[index] = source
    Regrouping(graph, groups.definitions).apply(arguments={id: given})
