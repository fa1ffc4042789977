"""Muted uses of groups: which there are, and a graph without them.

A muted instance is written out otherwise than one that computes, though its text and its
definition are the same; who compares a graph with what a text says does so without mute.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from core.groups import Call, Groups
from core.groups.regrouping import Regrouping

if TYPE_CHECKING:
    from core.graph import Graph


class Muted(NamedTuple):
    """instances: ids of all muted ones. calls: those of bodies, by function and call."""

    instances: frozenset[str]
    calls: frozenset[tuple[str, str, str]]  # the body, the call in it, and what that calls

    @classmethod
    def of(cls, groups: Groups) -> Muted:
        return cls(
            frozenset(id for id, item in groups.instances.items() if item.is_muted),
            frozenset(
                (name, call.name, call.function)
                for name, definition in groups.definitions.items()
                for call in definition.calls
                if call.is_muted
            ),
        )


def computing(graph: Graph) -> Graph:
    """The graph, or a copy in which no use of a group is muted; ids are the same."""
    if not any(Muted.of(graph.groups)):
        return graph
    copy = graph.copy()
    mute(copy, Muted(frozenset(), frozenset()))
    return copy


def mute(graph: Graph, muted: Muted) -> None:
    """Mute these uses of groups, as far as the graph has them, and no others."""
    groups = graph.groups
    calls = set(muted.calls)
    for id in muted.instances & groups.instances.keys():
        parent = groups.instances[id].parent
        if parent is not None:  # a call of a body that may have another name by now
            home = groups.definitions[groups.instances[parent].function]
            made_by = dict(zip(groups.instances[parent].calls, home.calls))
            calls.add((home.name, made_by[id].name, made_by[id].function))
    definitions = {}
    for name, definition in groups.definitions.items():
        body = tuple(
            step._replace(is_muted=(name, step.name, step.function) in calls)
            if isinstance(step, Call)
            else step
            for step in definition.body
        )
        definitions[name] = replace(definition, body=body)
    top = {id: item for id, item in groups.instances.items() if item.parent is None}
    Regrouping(graph, definitions).apply(
        functions=definitions, muted={id: id in muted.instances for id in top}
    )
