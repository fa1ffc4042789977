"""Undo: what an edit changed in the document, forward and back.

Every gesture ends in one `EditCommand`. It holds the document's state before and after, so that
undo is right by construction, whatever the edit was; it never touches a view.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QUndoCommand

from app.document_text import GraphState, Version, Wording
from core.graph import Graph, NodeState
from core.groups import Groups
from core.storage.canvas_json import cut_from_dots, forget_members

if TYPE_CHECKING:
    from app.document_base import DocumentBase

Position = tuple[float, float]

MERGE_WITHIN = 1.0  # seconds between keystrokes that undo takes back together
_TYPING = 1


@dataclass(frozen=True)
class DocumentState:
    """All that undo can bring back, at one moment. Its dicts are not changed afterwards."""

    nodes: dict[str, NodeState] = field(default_factory=dict)
    output: tuple[str | None, bool] = (None, False)
    groups: Groups = field(default_factory=Groups)
    positions: dict[str, Position] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)  # sliders, collapsed nodes, frames ...
    text: Version = field(default_factory=lambda: Version(Wording()))

    @property
    def graph(self) -> GraphState:
        """The graph's part of it."""
        return GraphState(self.nodes, self.output, self.groups)


@dataclass(frozen=True)
class Change:
    """What to set to go from one state to another; None takes an entry out."""

    nodes: dict[str, NodeState | None]
    order: tuple[str, ...] | None  # of all nodes, where it changed
    output: tuple[str | None, bool]
    groups: Groups
    positions: dict[str, Position | None]
    extras: dict[str, Any]


def change_between(before: DocumentState, after: DocumentState) -> Change:
    """The Change that leads from `before` to `after`."""
    order = tuple(after.nodes)
    return Change(
        nodes=_changed(before.nodes, after.nodes),
        order=order if order != tuple(before.nodes) else None,
        output=after.output,
        groups=after.groups,
        positions=_changed(before.positions, after.positions),
        extras=_changed(before.extras, after.extras),
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    gone = {key: None for key in before if key not in after}
    new = {key: value for key, value in after.items() if before.get(key) != value}
    return gone | new


def apply_entries(entries: dict[str, Any], changed: Mapping[str, Any]) -> None:
    """Set what a Change says; None takes an entry out."""
    for key, value in changed.items():
        if value is None:
            entries.pop(key, None)
        else:
            entries[key] = value


def forget_nodes(
    ids: Iterable[str], positions: dict[str, Position], extras: dict[str, Any]
) -> bool:
    """Drop what is kept about nodes that are gone; True if there were extras among it.

    Extras of a node have its id after a colon: a node that gets the id anew must not find them.
    """
    gone = set(ids)
    for id in gone:
        positions.pop(id, None)
    lost = [key for key in extras if key.partition(":")[2] in gone]
    for key in lost:
        del extras[key]
    return forget_members(extras, gone) or bool(lost)


def forget_cut_links(graph: Graph, extras: dict[str, Any]) -> bool:
    """Take links that are there no more off their dots; True if any was."""
    nodes, groups = graph.nodes, graph.groups

    def is_cut(source: str, target: str, index: int) -> bool:
        fed = tuple(groups.plain_nodes(source)[:1])  # of an opened group's input: what feeds it
        if target in groups.instances:
            return groups.instances[target].arguments[index : index + 1] != fed
        if target in groups.passing and index == 0:
            return False  # the group is muted: within it the link is there
        return target not in nodes or nodes[target].inputs[index : index + 1] != fed

    return cut_from_dots(extras, is_cut)


class EditCommand(QUndoCommand):
    """One edit of the document. The edit is in place already when the command is pushed."""

    def __init__(
        self,
        document: DocumentBase,
        text: str,
        before: DocumentState,
        after: DocumentState,
        *,
        is_typing: bool = False,
    ) -> None:
        super().__init__(text)
        self._document = document
        self._before, self._after = before, after
        self._is_typing = is_typing
        self._time = time.monotonic()
        self._is_in_place = True

    def id(self) -> int:
        return _TYPING if self._is_typing else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other._time - self._time > MERGE_WITHIN:
            return False
        self._after = other._after
        self._time = other._time
        return True

    def redo(self) -> None:
        if self._is_in_place:
            self._is_in_place = False
        else:
            self._go(self._before, self._after)

    def undo(self) -> None:
        self._go(self._after, self._before)

    def _go(self, here: DocumentState, there: DocumentState) -> None:
        self._document.apply_change(change_between(here, there), there)
