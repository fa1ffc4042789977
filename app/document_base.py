"""What a document holds and tells, and how its changes are committed, shown and undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.color_scale import ColorScale
from app.colors import robust_scale
from app.commands import (
    Change,
    DocumentState,
    EditCommand,
    Position,
    apply_entries,
    change_between,
    forget_cut_links,
)
from app.document_text import DocumentText
from app.group_details import follow
from core.graph import Graph, GraphError
from core.storage import Project


class DocumentBase(QObject):
    """Owns the Graph, the text, positions, selection, settings and the QUndoStack.

    Signals; `initiator` is the object that made the change (None for undo and files), so that a
    widget can ignore its own echo:
    replaced(): another document is in place (new, opened, recovered); everything is new.
    structure_changed(initiator): nodes, connections, names, labels, mute or the output.
    values_changed(initiator): data and gradients are new; follows each structure_changed.
    text_changed(initiator): `text` or `text_error`.
    positions_changed(initiator), extras_changed(initiator), selection_changed(initiator).
    settings_changed(initiator): the training set-up or the model.
    file_changed(): `path`, or whether there are unsaved changes.
    saved(): the file has been written.
    refused(sentence): an edit was refused; the document is as it was.
    """

    replaced = Signal()
    structure_changed = Signal(object)
    values_changed = Signal(object)
    text_changed = Signal(object)
    positions_changed = Signal(object)
    extras_changed = Signal(object)
    selection_changed = Signal(object)
    settings_changed = Signal(object)
    file_changed = Signal()
    saved = Signal()
    refused = Signal(str)

    graph: Graph
    positions: dict[str, Position]  # of nodes in the node editor's scene
    extras: dict[str, Any]  # a view's lasting details, such as a slider's range
    selection: frozenset[str]
    settings: dict[str, Any]  # the training tab's set-up
    model: dict[str, Any] | None  # its network and weights
    path: Path | None
    _current: str | None
    _are_settings_modified: bool
    _committed: DocumentState
    _told_revision: int  # of the graph whose numbers were told last

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self.gradient_scale = ColorScale(self)  # one for all views, so that colours agree
        self.gradient_scale.settled.connect(self._tell_settled_scale)
        self._is_walked_through = False
        self._writing = DocumentText(self)
        self._writing.changed.connect(self.text_changed)
        self.path = None
        self._reset_to(Project(graph=Graph()))

    @property
    def current(self) -> str | None:
        """Id of the node that was selected last: what the inspector shows."""
        return self._current if self._current in self.selection else None

    # ----- edits: each one undo step --------------------------------------------------------

    def commit(self, text: str, initiator: object = None, *, is_typing: bool = False) -> None:
        """Make one undo step, named `text`, of what differs from the last committed state."""
        self._push(text, self._capture(), is_typing=is_typing)

    def _push(self, text: str, after: DocumentState, *, is_typing: bool = False) -> None:
        before = self._committed
        if before != after:
            self._committed = after
            self.undo_stack.push(EditCommand(self, text, before, after, is_typing=is_typing))
            self.file_changed.emit()

    def edit(self, text: str, change: Callable[[], Any], initiator: object = None) -> Any:
        """Run `change`, which edits the graph, positions or extras, as one undo step named `text`.

        Returns what it returns. A GraphError leaves the document as it was, tells `refused` and
        returns None.
        """
        try:
            result = change()
        except GraphError as error:
            self.cancel_preview()
            self.refused.emit(str(error))
            return None
        follow(self._committed, self.graph, self.extras)
        forget_cut_links(self.graph, self.extras)
        self._push(text, self._show_edit(initiator))
        return result

    def preview_edit(self, change: Callable[[], Any], initiator: object = None) -> Any:
        """Show an edit in all views without an undo step; the next `edit` takes it along."""
        result = change()
        self._show_edit(initiator)
        return result

    def cancel_preview(self) -> None:
        """Go back to the last committed state (Escape in mid-drag)."""
        now = self._capture()
        if now != self._committed:
            self.apply_change(change_between(now, self._committed), self._committed)

    # ----- selection ------------------------------------------------------------------------

    def select(
        self, ids: Iterable[str], current: str | None = None, initiator: object = None
    ) -> None:
        """Select exactly these nodes, in every view; `current` is the one to inspect."""
        groups = self.graph.groups
        if groups.instances:  # all nodes of a group; its first output is the one to inspect
            ids = [node for id in ids for node in groups.plain_nodes(id)]
            opened = groups.instances.get(current or "")
            current = opened.results[0] if opened is not None else current
        selection = frozenset(id for id in ids if id in self.graph.nodes)
        if current is None or current not in selection:
            current = self._current if self._current in selection else next(iter(selection), None)
        if (selection, current) != (self.selection, self._current):
            self.selection, self._current = selection, current
            self.selection_changed.emit(initiator)

    # ----- within ---------------------------------------------------------------------------

    def _on_clean_changed(self) -> None:
        # A method, not a lambda: Qt ends the connection before the dying stack emits once more.
        self.file_changed.emit()

    def apply_change(self, change: Change, state: DocumentState) -> None:
        """Bring the document to `state`, from which it differs by `change` (undo and redo)."""
        revision = self.graph.revision
        self.graph.restore(change.nodes, change.order, change.output, change.groups)
        self.graph.evaluate()
        apply_entries(self.positions, change.positions)
        apply_entries(self.extras, change.extras)
        is_text_new = self._writing.go_to(state.text, state.graph)
        self._committed = state
        self._drop_lost_selection()
        if self.graph.revision != revision:
            self.structure_changed.emit(None)
        if self.graph.revision != revision or change.nodes:
            self._tell_values(None)
        if is_text_new:
            self.text_changed.emit(None)
        if change.positions:
            self.positions_changed.emit(None)
        if change.extras:
            self.extras_changed.emit(None)
        self.file_changed.emit()

    def _reset_to(self, project: Project) -> None:
        self.graph = project.graph
        self.graph.evaluate()
        self._told_revision = -1
        self.positions = dict(project.positions)
        settings = dict(project.settings)
        self.extras = dict(settings.pop("view", {}))
        self.settings = settings
        self.model = project.model
        self._are_settings_modified = False
        self.selection = frozenset()
        self._current = None
        self._writing.reset(project.text, self.graph)
        self._committed = self._capture()
        self.undo_stack.clear()
        self.replaced.emit()
        self.structure_changed.emit(None)
        self._tell_values(None)
        self.text_changed.emit(None)
        self.selection_changed.emit(None)
        self.settings_changed.emit(None)
        self.file_changed.emit()

    def _capture(self) -> DocumentState:
        return DocumentState(
            self.graph.state(), self.graph.chosen_output, self.graph.groups,
            dict(self.positions), dict(self.extras), self._writing.version,
        )  # fmt: skip

    def _show_edit(self, initiator: object) -> DocumentState:
        """Tell all views what differs from the last committed state. Returns the state of now."""
        now = self._capture()
        before = self._committed
        is_structural = (now.nodes, now.output) != (before.nodes, before.output)
        is_structural |= now.groups != before.groups
        # An edit may put nodes in place of equal ones, which have no numbers yet.
        is_structural |= self.graph.revision != self._told_revision
        if is_structural:
            self.graph.evaluate()
            self._drop_lost_selection()
            self._writing.follow(now.graph, initiator)
            self.structure_changed.emit(initiator)
            self._tell_values(initiator)
        if now.positions != self._committed.positions:
            self.positions_changed.emit(initiator)
        if now.extras != self._committed.extras:
            self.extras_changed.emit(initiator)
        # Evaluation, which changes no state, and the text's new version are all that came since.
        return replace(now, text=self._writing.version)

    def scale_to(self, grads: Iterable[float] | None) -> None:
        """Let the colours' scale tell of these gradients only; None for all there are.

        A walk through backward shows some of them, and its scale must not tell of the others.
        """
        self._is_walked_through = grads is not None
        shown = self._grads() if grads is None else list(grads)
        self.gradient_scale.follow(robust_scale(shown), at_once=True)

    def _grads(self) -> list[float]:
        reached = self.graph.reached
        return [node.grad for node in self.graph if node.id in reached]

    def _tell_values(self, initiator: object) -> None:
        is_other_graph = self.graph.revision != self._told_revision
        self._told_revision = self.graph.revision
        if not self._is_walked_through:  # else the walk goes over the new numbers
            self.gradient_scale.follow(robust_scale(self._grads()), at_once=is_other_graph)
        self.values_changed.emit(initiator)

    def _tell_settled_scale(self) -> None:
        self.values_changed.emit(None)

    def _drop_lost_selection(self) -> None:
        if not self.selection <= self.graph.nodes.keys():
            self.select([id for id in self.selection if id in self.graph.nodes])
