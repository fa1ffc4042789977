"""Selecting with a box or a lasso."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from app import theme
from app.node_editor.annotations import DotBox, NoteBox
from app.node_editor.colors import pen
from app.node_editor.interactions.gesture import Gesture, Keys

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class BoxSelect(Gesture):
    """Drag over empty canvas: selects what the box touches. Shift adds to the selection.

    A click without a drag selects nothing.
    """

    pans_at_edges = True

    def __init__(self, view: NodeView, start: QPointF, keys: Keys) -> None:
        super().__init__(view, start)
        self._former = self.scene.selection
        self._former_items = self.scene.marks.items
        self._adds = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        self._end: QPointF | None = None

    def move(self, point: QPointF, keys: Keys) -> None:
        if self._end is not None or self.is_drag(point):
            self._end = point
            kept_items = self._former_items if self._adds else frozenset()
            items = kept_items | self._touched_items()
            self.scene.choose(self._kept() | set(self._touched()), items)

    def finish(self, point: QPointF, keys: Keys) -> None:
        if self._end is None:
            self.scene.choose(self._kept(), self._former_items if self._adds else ())
        self.repaint()

    def cancel(self) -> None:
        self.scene.choose(self._former, self._former_items)

    def paint(self, painter: QPainter) -> None:
        if self._end is not None:
            painter.setPen(pen("text2", 1.0 / self.view.zoom))
            painter.setBrush(_veil())
            painter.drawPath(self._shape(self._end))

    def _kept(self) -> frozenset[str]:
        return self._former if self._adds else frozenset()

    def _touched(self) -> list[str]:
        return self.scene.boxes_in(QRectF(self.start, self._end or self.start).normalized())

    def _touched_items(self) -> set[str]:
        area = QRectF(self.start, self._end or self.start).normalized()
        return self.scene.annotations.touched(area)

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

    def _touched_items(self) -> set[str]:
        items = self.scene.annotations
        boxes: list[NoteBox | DotBox] = [*items.notes.values(), *items.dots.values()]
        return {item.key for item in boxes if self._line.contains(item.rect.center())}

    def _shape(self, end: QPointF) -> QPainterPath:
        return self._line


def _veil() -> QColor:
    color = QColor(theme.current().color("text"))
    color.setAlphaF(0.06)
    return color
