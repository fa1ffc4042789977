"""A small picture of the whole canvas; press or drag in it to go there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from app import theme
from app.bunches import as_objects, bunches
from app.node_editor.annotation_painter import frame_color
from app.node_editor.colors import SHARE_STEPS, brush, fill, pen
from app.node_editor.far import BAD, HOLLOW, keys_of
from app.shared_shapes import SharedShapes

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

WIDTH, HEIGHT = 136, 90
MARGIN = 8.0
COARSE = 4  # steps of colour that are one here
MANY = 200  # boxes, too small then to be worth smooth edges
AT_LEAST = 100  # milliseconds between two pictures of so many, while a number is dragged


class Minimap(QWidget):
    """Boxes filled with their gradient, and a frame around what is in sight."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("node_minimap")
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Overview: press to go there")
        self._picture: QPixmap | None = None  # of all but the frame
        self._pictured = QRectF()
        self._placed: object = None  # the places of the boxes that the dots are made for
        self._place = (0.0, 0.0, 0.0)  # and their scale and corner
        self._rects = SharedShapes(QRectF)
        self._dots = as_objects([])
        self._colored = QTimer(self)
        self._colored.setSingleShot(True)
        self._colored.setInterval(AT_LEAST)
        self._colored.timeout.connect(self.repicture)
        view.nodes.colored.connect(self._on_colored)
        view.nodes.moved.connect(self.repicture)
        theme.notifier.changed.connect(self.repicture)
        for looked_elsewhere in (
            view.horizontalScrollBar().valueChanged,
            view.verticalScrollBar().valueChanged,
            view.zoom_changed,
        ):
            looked_elsewhere.connect(self._on_look)

    def _on_look(self, _place: object) -> None:
        self.show_if_needed()
        self.update()

    def show_if_needed(self) -> None:
        """Hide where there is nothing, or where all is in sight and some of it lies beneath."""
        nodes, sight = self._view.nodes, self._view.visible_area()
        here = self._view.mapToScene(self.geometry()).boundingRect()
        is_in_the_way = sight.contains(nodes.index.bounds()) and bool(nodes.boxes_in(here))
        self.setVisible(bool(nodes.boxes) and not is_in_the_way)

    def _shown(self) -> QRectF:
        """The part of the scene that the map shows: all nodes and what is in sight."""
        bounds = self._view.nodes.bounds()
        return bounds.united(self._view.visible_area()) if bounds.isValid() else bounds

    def _scale(self, shown: QRectF) -> float:
        room = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
        return min(room[0] / max(1.0, shown.width()), room[1] / max(1.0, shown.height()))

    def _on_colored(self) -> None:
        if len(self._view.nodes.boxes) < MANY:
            self.repicture()
        elif not self._colored.isActive():
            self._colored.start()

    def repicture(self) -> None:
        """Nodes have other colours or places; with many nodes the map waits for a drag's end."""
        if self._view.gesture is None or len(self._view.nodes.boxes) < MANY:
            self._picture = None
            self.show_if_needed()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self._shown()
        scale = self._scale(shown)
        corner = QPointF(self.rect().center()) - shown.center() * scale
        if self._picture is None or shown != self._pictured:
            self._picture, self._pictured = self._draw(scale, corner), shown
        painter.drawPixmap(0, 0, self._picture)
        sight = self._view.visible_area()
        frame = QRectF(sight.topLeft() * scale + corner, sight.size() * scale)
        color = theme.current().color("text2")
        painter.setPen(color)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.intersected(QRectF(self.rect()).adjusted(3, 3, -4, -4)), 1, 1)

    def _draw(self, scale: float, corner: QPointF) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen("line"))
        painter.setBrush(brush("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._paint_boxes(painter, scale, corner)
        painter.end()
        return picture

    def _paint_boxes(self, painter: QPainter, scale: float, corner: QPointF) -> None:
        index = self._view.nodes.index
        place = scale, corner.x(), corner.y()
        if index.ends is not self._placed or place != self._place:
            self._placed, self._place = index.ends, place
            corners = index.rects[:, :2] * scale + (corner.x(), corner.y())
            sizes = np.maximum((index.rects[:, 2:] - index.rects[:, :2]) * scale, 1.0)
            self._dots = as_objects(self._rects.of(np.hstack([corners, sizes])))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for frame in self._view.nodes.annotations.frames.values():
            painter.setPen(frame_color(frame.frame.color))
            rect = frame.rect
            painter.drawRect(QRectF(rect.topLeft() * scale + corner, rect.size() * scale))
        keys = keys_of(index.boxes)
        is_colored = np.abs(keys) <= SHARE_STEPS
        keys = np.where(is_colored, keys // COARSE * COARSE, keys)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(index.boxes) < MANY)
        plain = {0: "strong", HOLLOW: "strong", BAD: "error"}
        for key, dots in bunches(keys, self._dots):
            painter.setBrush(brush(plain[key]) if key in plain else fill(key))
            painter.drawRects(dots)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

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
