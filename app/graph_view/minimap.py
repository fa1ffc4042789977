"""The whole graph in a corner, while not all of it is seen; a click goes there."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app import theme
from app.bunches import Objects, as_objects, bunches
from app.graph_view import palette
from app.graph_view.camera import Camera
from app.graph_view.picture import Kind, Picture

WIDTH, HEIGHT = 136.0, 90.0
MARGIN = 14.0
PADDING = 8.0


class Minimap:
    """Paints itself over the canvas, from a pixmap that is kept while nothing changes."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._key: Hashable = None
        self._placing: object = None  # of the boxes: what _dots is of
        self._dots: Objects = as_objects([])
        self.area = QRectF()  # in the widget; empty while everything is seen

    def place(self, size: QSize, picture: Picture | None, camera: Camera, seen: QRectF) -> None:
        """Decide whether it is there: not while all of the graph, or none of it, could be seen."""
        self.area = QRectF()
        is_roomy = size.width() > 3 * WIDTH and size.height() > 3 * HEIGHT
        if picture is None or not is_roomy or len(picture.rows) < 2:
            return
        if not camera.seen(seen).adjusted(-8, -8, 8, 8).contains(picture.bounds):
            left = size.width() - WIDTH - MARGIN
            self.area = QRectF(left, size.height() - HEIGHT - MARGIN, WIDTH, HEIGHT)

    def to_scene(self, point: QPointF, picture: Picture) -> QPointF:
        """The place of the scene at a point of the map."""
        zoom, origin = self.view_of(picture)
        return (point - self.area.topLeft() - origin) / zoom

    def paint(self, painter: QPainter, picture: Picture, seen: QRectF) -> None:
        """Paint it; `seen` is the part of the scene that the widget shows."""
        if self.area.isEmpty():
            return
        now = theme.current()
        ratio = painter.device().devicePixelRatioF()
        key = id(picture), picture.version, ratio, now.name
        if key != self._key:
            self._key = key
            self._draw(picture, ratio)
        painter.drawPixmap(self.area.topLeft(), self._pixmap)
        zoom, origin = self.view_of(picture)
        frame = QRectF(seen.topLeft() * zoom + origin, seen.size() * zoom)
        frame.translate(self.area.topLeft())
        wider, higher = max(0.0, 6 - frame.width()) / 2, max(0.0, 6 - frame.height()) / 2
        frame.adjust(-wider, -higher, wider, higher)  # of a large graph it would be a dot
        painter.setPen(QPen(now.color("text2"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.intersected(self.area.adjusted(2, 2, -2, -2)))

    def view_of(self, picture: Picture) -> tuple[float, QPointF]:
        """Zoom and origin that show all of the picture in the map."""
        bounds = picture.bounds
        room = QRectF(0, 0, WIDTH, HEIGHT).adjusted(PADDING, PADDING, -PADDING, -PADDING)
        zoom = min(room.width() / max(1.0, bounds.width()),
                   room.height() / max(1.0, bounds.height()))  # fmt: skip
        return zoom, room.center() - bounds.center() * zoom

    def _draw(self, picture: Picture, ratio: float) -> None:
        now = theme.current()
        self._pixmap = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
        self._pixmap.setDevicePixelRatio(ratio)
        self._pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.color("line"), 1))
        painter.setBrush(now.color("panel"))
        painter.drawRoundedRect(QRectF(0.5, 0.5, WIDTH - 1, HEIGHT - 1), 4, 4)
        zoom, origin = self.view_of(picture)
        painter.translate(origin)
        painter.scale(zoom, zoom)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._placing is not picture.hairlines:  # boxes are where they were, in other colours
            self._placing = picture.hairlines
            least = 1.5 / zoom  # so that a box of a large graph is still a dot
            corners, sizes = picture.corners.tolist(), np.maximum(picture.drawing.sizes, least)
            self._dots = as_objects(
                [QRectF(x, y, w, h) for (x, y), (w, h) in zip(corners, sizes.tolist())]
            )
        plain = palette.STEPS + 1  # beyond all steps of colour
        looks = np.where(picture.kinds == Kind.FILLED, picture.steps, plain)
        for look, dots in bunches(looks, self._dots):
            painter.setBrush(now.color("strong") if look == plain else palette.fill(look))
            painter.drawRects(dots)
        painter.end()
