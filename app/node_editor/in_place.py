"""Typing where a number, a name, a title or a note stands: at most one editor at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.node_editor.annotations import FrameBox, NoteBox
from app.node_editor.inline_edit import (
    InlineEdit,
    edit_label,
    edit_name,
    edit_number,
    edit_range,
    edit_title,
)
from app.node_editor.note_edit import NoteEdit, edit_note, new_note

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class InPlace:
    """The in-place editors of a view."""

    def __init__(self, view: NodeView) -> None:
        self._view = view
        self.editor: InlineEdit | NoteEdit | None = None

    def edit_number(self, id: str, input_index: int | None) -> None:
        """Type a number, or an expression such as 2/3, into its field."""
        self.stop()
        self.editor = edit_number(self._view, id, input_index)

    def edit_name(self, id: str) -> None:
        """Type another name where it stands."""
        self.stop()
        self.editor = edit_name(self._view, id)

    def edit_range(self, id: str | None = None) -> None:
        """Type from where to where a leaf's slider goes, by default the current node's."""
        self.stop()
        id = id or self._view.nodes.current
        self.editor = edit_range(self._view, id) if id is not None else None

    def edit_label(self) -> None:
        """Type a free label for the current node, such as x1*w1."""
        self.stop()
        current = self._view.nodes.current
        self.editor = edit_label(self._view, current) if current is not None else None

    def edit_item(self, key: str) -> None:
        """Type a frame's title or a note's text where it stands; a dot goes away."""
        self.stop()
        view = self._view
        item = view.nodes.annotations.find(key)
        if isinstance(item, FrameBox):
            self.editor = edit_title(view, item)
        elif isinstance(item, NoteBox):
            self.editor = edit_note(view, item)
        elif item is not None:
            view.nodes.choose((), {key})
            view.edits.delete()

    def add_note(self) -> None:
        """Type a note at the pointer; it is there once something has been typed."""
        self.stop()
        view = self._view
        self.editor = new_note(view, view.annotate.room_for_note(view.pointer_or_middle()))

    def stop(self) -> None:
        """Take the editor away; what was typed and not accepted is lost."""
        editor, self.editor = self.editor, None
        if editor is not None:
            editor.dismiss()

    def finish(self) -> None:
        """As `stop`, but a note keeps what was typed."""
        if isinstance(self.editor, NoteEdit):
            self.editor.keep()
        self.stop()

    def drop_if_lost(self, _initiator: object = None) -> None:
        """Take the editor away if what it is about is there no more."""
        editor, document = self.editor, self._view.document
        if editor is None or (isinstance(editor, NoteEdit) and editor.is_new):
            return
        if editor.id not in document.graph.nodes and editor.id not in document.extras:
            self.stop()
