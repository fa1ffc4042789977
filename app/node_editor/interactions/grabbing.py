"""Things that follow the pointer without a button, until a click, Enter or Escape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from app.node_editor.interactions.gesture import Keys
from app.node_editor.interactions.moving import Carry

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class Grab(Carry):
    """The selected nodes and items follow the pointer."""

    is_modal = True

    def __init__(self, view: NodeView, start: QPointF, text: str = "") -> None:
        super().__init__(view, start)
        self._text = text  # of the undo step; "" for what is moved
        items = self.scene.marks.items
        annotations = self.scene.annotations
        ids = self.scene.selection | annotations.nodes_of(items)
        grip = self.scene.bounds(ids)
        for key in items:
            item = annotations.find(key)
            grip = grip.united(item.rect if item is not None else QRectF())
        self._take(ids, items, grip)

    def move(self, point: QPointF, keys: Keys) -> None:
        self._carry_to(point, keys)

    def finish(self, point: QPointF, keys: Keys) -> None:
        self._lines = []
        self.view.places.drop_moved(None, self._ids, self._items, text=self._text)


class GrabCopies(Grab):
    """Copies of the selected nodes follow the pointer; they are there once they are put down."""

    def __init__(self, view: NodeView, start: QPointF) -> None:
        edits = view.edits
        text = f"Duplicate {edits.named(edits.selected)}"
        self._former = view.nodes.selection
        edits.preview_copies()
        super().__init__(view, start, text)

    def cancel(self) -> None:
        self.document.cancel_preview()
        self.document.select(self._former)
        self.repaint()
