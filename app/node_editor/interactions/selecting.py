"""Selecting with a box or a lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from app import theme
from app.node_editor.colors import pen
from app.node_editor.interactions.gesture import Gesture, Keys

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class BoxSelect(Gesture):
    """Drag over empty canvas: selects what the box touches. Shift adds to the selection.

    A click without a drag selects nothing.
    """

    def __init__(self, view: NodeView, start: QPointF, keys: Keys) -> None:
        super().__init__(view, start)
        self._former = self.document.selection
        self._adds = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        self._end: QPointF | None = None

    def move(self, point: QPointF, keys: Keys) -> None:
        if self._end is not None or self.is_drag(point):
            self._end = point
            self.document.select(self._kept() | set(self._touched()))
            self.scene.update()

    def finish(self, point: QPointF, keys: Keys) -> None:
        if self._end is None:
            self.document.select(self._kept())
        self.scene.update()

    def cancel(self) -> None:
        self.document.select(self._former)
        self.scene.update()

    def paint(self, painter: QPainter) -> None:
        if self._end is not None:
            painter.setPen(pen("text2", 1.0 / self.view.zoom))
            painter.setBrush(_veil())
            painter.drawPath(self._shape(self._end))

    def _kept(self) -> frozenset[str]:
        return self._former if self._adds else frozenset()

    def _touched(self) -> list[str]:
        return self.scene.boxes_in(QRectF(self.start, self._end or self.start).normalized())

    def _shape(self, end: QPointF) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(self.start, end).normalized())
        return path


class Lasso(BoxSelect):
    """Ctrl+drag over empty canvas: selects the nodes whose middle the line goes around."""

    def __init__(self, view: NodeView, start: QPointF, keys: Keys) -> None:
        super().__init__(view, start, keys)
        self._line = QPainterPath(start)

    def move(self, point: QPointF, keys: Keys) -> None:
        self._line.lineTo(point)
        super().move(point, keys)

    def _touched(self) -> list[str]:
        boxes = self.scene.boxes
        return [id for id, box in boxes.items() if self._line.contains(box.rect.center())]

    def _shape(self, end: QPointF) -> QPainterPath:
        return self._line


def _veil() -> QColor:
    color = QColor(theme.current().color("text"))
    color.setAlphaF(0.06)
    return color
