"""What all gestures share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

Keys = Qt.KeyboardModifier


class Gesture:
    """Base of the gestures; points are in the scene. By itself it does nothing."""

    cursor: Qt.CursorShape | None = None
    is_modal = False  # goes on without a button, until a click or Enter
    pans_at_edges = False  # the canvas moves where the pointer comes to the view's edge

    def __init__(self, view: NodeView, start: QPointF) -> None:
        self.view = view
        self.scene = view.nodes
        self.document = view.document
        self.start = start

    def move(self, point: QPointF, keys: Keys) -> None:
        """The pointer is at `point`."""

    def finish(self, point: QPointF, keys: Keys) -> None:
        """The button was released: make the one undo step."""

    def cancel(self) -> None:
        """Leave all as it was before the gesture."""

    def paint(self, painter: QPainter) -> None:
        """Paint over the nodes, in scene coordinates."""

    def repaint(self) -> None:
        """Show what `paint` paints now."""
        self.view.viewport().update()

    def is_drag(self, point: QPointF) -> bool:
        """True once the pointer is further from where it went down than a click allows."""
        away = (point - self.start) * self.view.zoom
        return away.manhattanLength() >= 4
