"""A small picture of the whole canvas; press or drag in it to go there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.node_editor.colors import brush, fill, pen, share_step

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

WIDTH, HEIGHT = 136, 90
MARGIN = 8.0


class Minimap(QWidget):
    """Boxes filled with their gradient, and a frame around what is in sight."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("node_minimap")
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Overview: press to go there")
        view.nodes.changed.connect(lambda _regions: self.update())
        view.horizontalScrollBar().valueChanged.connect(lambda _value: self.update())
        view.verticalScrollBar().valueChanged.connect(lambda _value: self.update())
        view.zoom_changed.connect(lambda _zoom: self.update())

    def _shown(self) -> QRectF:
        """The part of the scene that the map shows: all nodes and what is in sight."""
        bounds = self._view.nodes.bounds()
        return bounds.united(self._view.visible_area()) if bounds.isValid() else bounds

    def _scale(self, shown: QRectF) -> float:
        room = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
        return min(room[0] / max(1.0, shown.width()), room[1] / max(1.0, shown.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen("line"))
        painter.setBrush(brush("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        shown = self._shown()
        scale = self._scale(shown)
        corner = QPointF(self.rect().center()) - shown.center() * scale
        painter.setPen(Qt.PenStyle.NoPen)
        for box in self._view.nodes.boxes.values():
            rect = box.rect
            small = QRectF(rect.topLeft() * scale + corner, rect.size() * scale)
            painter.fillRect(small, fill(share_step(box.share)) if box.share else brush("strong"))
        sight = self._view.visible_area()
        frame = QRectF(sight.topLeft() * scale + corner, sight.size() * scale)
        color = theme.current().color("text2")
        painter.setPen(color)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.intersected(QRectF(self.rect()).adjusted(3, 3, -4, -4)), 1, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def _go_to(self, position: QPointF) -> None:
        shown = self._shown()
        offset = (position - QPointF(self.rect().center())) / self._scale(shown)
        middle = self._view.mapFromScene(shown.center() + offset)
        self._view.pan_by(self._view.viewport().rect().center() - middle)
