"""What is drawn on the output map: points, the brush over them, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app import fonts, theme
from app.training.output_points import POINT_RADIUS, point_color
from app.widgets.paint import draw_box
from core.datasets import PLAYGROUND_DOMAIN
from core.drawing import Point

_EDGE = 8  # pixels around the map that a point on its border needs
_CROSS = 6
_PALE = 0.5  # a target nearer to 0 than that


class DrawnPoints:
    """Painted over the map or a curve's plot, of which `plane` is what shows.

    points: all alike, whether they are for training or for testing. message: what is missing.
    target: of the brush; None erases. at: where the brush is on the plane; has_cross: by keyboard.
    """

    def __init__(self) -> None:
        self.points: tuple[Point, ...] = ()
        self.plane = PLAYGROUND_DOMAIN
        self.message = ""
        self.target: float | None = 1.0
        self.radius = 0.5
        self.at: tuple[float, float] | None = None
        self.has_cross = False
        self._drawn: tuple[Point, ...] = ()
        self._pixmap: QPixmap | None = None
        self._key: tuple[object, ...] = ()

    def paint(self, painter: QPainter, area: QRectF, ratio: float) -> None:
        """Paint points and brush on the map's area; ratio: device pixels of a pixel."""
        pixmap = self._points_pixmap(area, ratio)
        painter.drawPixmap(area.topLeft() - QPointF(_EDGE, _EDGE), pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.message:
            self._paint_message(painter, area)
        self._paint_brush(painter, area)

    def _paint_message(self, painter: QPainter, area: QRectF) -> None:
        """A card at the foot of the map, as high as its words need."""
        now = theme.current()
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        room = area.adjusted(2 * _EDGE, 2 * _EDGE, -2 * _EDGE, -2 * _EDGE)
        words = painter.boundingRect(room, wrapped, self.message)
        words.moveBottom(room.bottom())
        card = words.adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)
        draw_box(painter, card, now.color("raised"), now.color("strong"), radius=4)
        painter.setPen(now.color("text"))
        painter.drawText(words, wrapped, self.message)

    def place(self, area: QRectF, x1: float, x2: float) -> QPointF:
        """Where a point of the plane is in the widget."""
        plane = self.plane
        return QPointF(
            area.left() + (x1 - plane.left) / (plane.right - plane.left) * area.width(),
            area.top() + (plane.top - x2) / (plane.top - plane.bottom) * area.height(),
        )

    def plane_at(self, area: QRectF, at: QPointF) -> tuple[float, float]:
        """The point of the plane at a place in the widget."""
        plane = self.plane
        return (
            plane.left + (at.x() - area.left()) / area.width() * (plane.right - plane.left),
            plane.top - (at.y() - area.top()) / area.height() * (plane.top - plane.bottom),
        )

    def upright(self, area: QRectF) -> float:
        """How many units across look as long as one upwards."""
        plane = self.plane
        across = (plane.right - plane.left) / area.width()
        return across * area.height() / (plane.top - plane.bottom)

    def _points_pixmap(self, area: QRectF, ratio: float) -> QPixmap:
        """All points; those that a stroke adds are painted onto what is there already."""
        key = (area.size().toTuple(), ratio, theme.current().name, self.plane)
        n = len(self._drawn)
        if self._pixmap is None or key != self._key or self.points[:n] != self._drawn:
            sides = (round((side + 2 * _EDGE) * ratio) for side in (area.width(), area.height()))
            self._pixmap, n = QPixmap(QSize(*sides)), 0
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
        if n < len(self.points):
            corner = QRectF(_EDGE, _EDGE, area.width(), area.height())
            self._paint_points(self._pixmap, corner, self.points[n:])
        self._drawn, self._key = self.points, key
        return self._pixmap

    def _paint_points(self, pixmap: QPixmap, area: QRectF, points: Sequence[Point]) -> None:
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().color("point_outline"), 1.2))
        for x1, x2, target in points:
            painter.setBrush(point_color(target))
            painter.drawEllipse(self.place(area, x1, x2), POINT_RADIUS, POINT_RADIUS)
        painter.end()

    def _paint_brush(self, painter: QPainter, area: QRectF) -> None:
        """A ring as wide as the brush, in the colour that it draws, on a ground that shows it."""
        if self.at is None:
            return
        now, at, plane = theme.current(), self.place(area, *self.at), self.plane
        radius = max(self.radius * area.width() / (plane.right - plane.left), POINT_RADIUS + 2)
        is_erasing = self.target is None
        # A point's colour near 0 is that of the ground.
        is_pale = self.target is None or abs(self.target) < _PALE
        color = now.color("text") if is_pale else point_color(self.target or 0.0)
        style = Qt.PenStyle.DashLine if is_erasing else Qt.PenStyle.SolidLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(now.color("panel"), 4), QPen(color, 2, style)):
            painter.setPen(pen)
            painter.drawEllipse(at, radius, radius)
            if self.has_cross:
                for dx, dy in ((_CROSS, 0), (0, _CROSS)):
                    painter.drawLine(at - QPointF(dx, dy), at + QPointF(dx, dy))
