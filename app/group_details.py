"""What a view keeps about the inside of groups: it is the same in every use of one.

Places and details are kept by the ids of nodes, of which each use has its own, and a frame or a dot
stands with those of one use. A note has no nodes and belongs to the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.commands import DocumentState, Position, forget_nodes
from core.graph import Graph
from core.groups import Groups
from core.storage.canvas_json import (
    DOTS,
    Dot,
    dots_of,
    frames_of,
    keep_dots,
    notes_of,
)

SHARED = ("collapsed", "slider")  # details of single nodes
Ids = Mapping[str, str]


def bring_here(groups: Groups, opened: str, extras: dict[str, Any]) -> None:
    """Let frames and dots that stand with other uses of a group stand with this one."""
    here = {id: own for ids in _others(groups, opened) for own, id in ids.items()}
    if not here:
        return
    for key, frame in frames_of(extras).items():
        nodes = tuple(dict.fromkeys(here.get(id, id) for id in frame.nodes))
        if nodes != frame.nodes:
            extras[key] = frame._replace(nodes=nodes).to_json()
    for source, dots in dots_of(extras).items():
        if source in here:
            del extras[DOTS + source]
            keep_dots(extras, here[source], _moved(dots, here))


def share(
    groups: Groups, opened: str, positions: dict[str, Position], extras: dict[str, Any]
) -> None:
    """Let all uses of a group look as this one does."""
    for leaf, fed in _inputs(groups, opened):
        if leaf in positions:
            positions[fed] = positions[leaf]
    for ids in _others(groups, opened):
        for own, id in ids.items():
            if own in positions:
                positions[id] = positions[own]
            for kind in SHARED:
                if f"{kind}:{own}" in extras:
                    extras[f"{kind}:{id}"] = extras[f"{kind}:{own}"]
                else:
                    extras.pop(f"{kind}:{id}", None)


def places_elsewhere(
    groups: Groups, opened: str, positions: Mapping[str, Position]
) -> dict[str, Position]:
    """Where the nodes of an opened group stand in other uses of it, as far as they do.

    Or stood, of an input that has got a number of its own.
    """
    found = {leaf: positions[fed] for leaf, fed in _inputs(groups, opened) if fed in positions}
    for ids in _others(groups, opened):
        found |= {own: positions[id] for own, id in ids.items() if id in positions}
    return found


def follow(before: DocumentState, graph: Graph, extras: dict[str, Any]) -> None:
    """Keep what is known of groups after an edit: functions have other names, uses are gone."""
    former, now = before.groups, graph.groups
    if former.definitions.keys() != now.definitions.keys():
        _follow_functions(former, now, extras)
    for id in former.instances.keys() - now.instances.keys():
        left = [other for other in former.instances if _is_use(former, other, id)]
        heir = next((other for other in left if other in now.instances), None)
        gone = [own for own in former.shown_within(id) if not graph.shows(own)]
        if heir is not None and gone:
            heirs = {own: other for own, other in _pairs(former, id, heir) if own in gone}
            _hand_over(before.extras, extras, heirs)
        forget_nodes(gone, {}, extras)


def _follow_functions(former: Groups, now: Groups, extras: dict[str, Any]) -> None:
    """Notes go with their function when it gets another name, and when it goes."""
    renamed = {
        item.function: now.instances[id].function
        for id, item in former.instances.items()
        if id in now.instances
    }
    if len(former.definitions) == len(now.definitions):  # in order, if nothing uses it
        renamed |= {
            old: new
            for old, new in zip(former.definitions, now.definitions)
            if old not in now.definitions and new not in former.definitions
        }
    for key, note in notes_of(extras).items():
        if note.function and note.function not in now.definitions:
            name = renamed.get(note.function)
            if name is None or name not in now.definitions:
                del extras[key]
            else:
                extras[key] = note._replace(function=name).to_json()


def _hand_over(former: Mapping[str, Any], extras: dict[str, Any], heirs: Ids) -> None:
    """Let frames and dots of a use that is gone stand with one that is left."""
    for key, frame in frames_of(former).items():
        left = extras.get(key, {"nodes": frame.nodes})["nodes"]
        if not heirs.keys().isdisjoint(left):
            nodes = tuple(dict.fromkeys(heirs.get(id, id) for id in frame.nodes))
            extras[key] = frame._replace(nodes=nodes).to_json()
    for source, dots in dots_of(former).items():
        if source in heirs and DOTS + heirs[source] not in extras:
            keep_dots(extras, heirs[source], _moved(dots, heirs))


def _moved(dots: list[Dot], ids: Ids) -> list[Dot]:
    return [
        dot._replace(links=tuple((ids.get(target, target), index) for target, index in dot.links))
        for dot in dots
    ]


def _is_use(groups: Groups, other: str, id: str) -> bool:
    """True for another use of the same function."""
    return other != id and groups.instances[other].function == groups.instances[id].function


def _inputs(groups: Groups, opened: str) -> Iterator[tuple[str, str]]:
    """The inputs with a number of their own: its leaf, and what it is called when it is fed."""
    if opened in groups.instances:
        instance = groups.instances[opened]
        for index, (id, is_own) in enumerate(zip(instance.arguments, instance.is_own)):
            if is_own:
                yield id, groups.parameter_id(opened, index)


def _others(groups: Groups, opened: str) -> Iterator[Ids]:
    """For each other use of a function: its ids by those of this use."""
    if opened in groups.instances:
        for other in groups.instances:
            if _is_use(groups, other, opened):
                yield dict(_pairs(groups, opened, other))


def _pairs(groups: Groups, one: str, other: str) -> Iterator[tuple[str, str]]:
    return zip(groups.shown_within(one), groups.shown_within(other))
