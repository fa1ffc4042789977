"""A new node on its way from the side palette to its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.node_editor.arrange import snap
from app.node_editor.colors import brush, pen
from app.node_editor.interactions.gesture import Gesture, Keys
from app.node_editor.shape import RADIUS, WIDTH, shape_of
from app.node_editor.texts import Style, TextPainter
from core.graph import LEAF
from core.ops import OPS

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class PlaceNew(Gesture):
    """Shows where the node would stand. Dropped on a link it goes into it."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: NodeView, op: str) -> None:
        super().__init__(view, QPointF())
        self._op = op
        row = OPS.find(op)
        self._title = row.word if row else "value"
        self._shape = shape_of((False,) * (row.arity if row else 0), row is None, False, False)
        self._rect: QRectF | None = None  # None while the pointer is not over the canvas

    def move(self, point: QPointF, keys: Keys) -> None:
        marks, edits = self.scene.marks, self.view.edits
        marks.drop_link = None
        self._rect = None
        if self.view.visible_area().contains(point):
            corner = QPointF(snap(point.x() - WIDTH / 2), snap(point.y() - 15))
            self._rect = self._shape.rect.translated(corner)
            edge = edits.link_under(self._rect) if self._op != LEAF else None
            marks.drop_link = (edge.target, edge.input_index) if edge else None
        self.repaint()

    def finish(self, point: QPointF, keys: Keys) -> None:
        self.move(point, keys)
        rect, self.scene.marks.drop_link = self._rect, None
        if rect is not None:
            self.view.places.drop_new(self._op, rect)
        self.repaint()

    def cancel(self) -> None:
        self.scene.marks.drop_link = None
        self.repaint()

    def paint(self, painter: QPainter) -> None:
        if self._rect is None:
            return
        painter.setPen(pen("accent", 1.5))
        painter.setBrush(brush("raised"))
        painter.setOpacity(0.9)
        painter.drawRoundedRect(self._rect, RADIUS, RADIUS)
        painter.setOpacity(1.0)
        center = self._rect.center()
        TextPainter(painter).middle(self._title, Style.NAME, pen("text2"), center.x(), center.y())
