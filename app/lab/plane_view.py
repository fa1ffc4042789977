"""The loss over a plane through the weights: a heat map with contours, the run's path, a ball."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.lab.backdrop import Backdrop
from app.lab.map_colors import sequential_image
from app.lab.plot import paint_card
from app.training.output_map import ticks
from app.widgets.plot_paint import label_below, label_beside, paint_axis_names
from core.numbers import format_number

Floats = NDArray[np.float64]

LEFT, BOTTOM, RIGHT, TOP = 60, 44, 16, 8
LEVELS = 12  # contour lines
MOST_SMOOTH = 1500  # places of a path


@dataclass(frozen=True, eq=False)
class Plane:
    """What is shown: losses[i, j] is at (xs[j], ys[i]); nan where nothing is known yet.

    path: (moments, 2), where the run has been. start: what the plane goes through. ball: where the
    run is now; None where that is unknown.
    """

    xs: Floats
    ys: Floats
    losses: Floats
    names: tuple[str, str]
    path: Floats
    start: tuple[float, float]
    ball: tuple[float, float] | None

    def is_over(self, other: Plane) -> bool:
        """Whether only the run has moved since another one."""
        return self.losses is other.losses

    @property
    def heights(self) -> Floats:
        """Logarithms of the losses where all are positive, else the losses."""
        known = self.losses[np.isfinite(self.losses)]
        if len(known) and known.min() > 0.0:
            with np.errstate(invalid="ignore"):
                return np.log10(self.losses)
        return self.losses


class PlaneView(QWidget):
    """Seen from above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plane_view")
        self.setAccessibleName("Loss over a plane through the weights")
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(220, 180))
        self._plane: Plane | None = None
        self._image: QImage | None = None
        self._contours: list[QPainterPath] = []
        self._pointer: QPointF | None = None
        self._backdrop, self._is_ball_only = Backdrop(), False
        theme.notifier.changed.connect(self._draw)

    @property
    def plane(self) -> Plane | None:
        """What is shown."""
        return self._plane

    def show_plane(self, plane: Plane | None) -> None:
        """Another picture; None for nothing."""
        known = self._plane
        self._is_ball_only = known is not None and plane is not None and plane.is_over(known)
        self._plane = plane
        if not self._is_ball_only:
            self._draw()
        self.update()

    def _draw(self) -> None:
        self._image, self._contours = None, []
        if self._plane is not None:
            heights = self._plane.heights
            self._image = sequential_image(heights)
            self._contours = contours(heights)
        self.update()

    def area(self) -> QRectF:
        """Where the plane is drawn: a square."""
        width = self.width() - fonts.px(LEFT + RIGHT)
        height = self.height() - TOP - fonts.px(BOTTOM)
        side = max(min(width, height), 20)
        across, down = max((width - side) / 2, 0), max((height - side) / 2, 0)
        return QRectF(round(fonts.px(LEFT) + across), round(TOP + down), round(side), round(side))

    def place(self, x: float, y: float) -> QPointF:
        """Where a point of the plane is drawn."""
        assert self._plane is not None
        area, xs, ys = self.area(), self._plane.xs, self._plane.ys
        return QPointF(
            area.left() + (x - xs[0]) / (xs[-1] - xs[0]) * area.width(),
            area.bottom() - (y - ys[0]) / (ys[-1] - ys[0]) * area.height(),
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._pointer = None
        self.update()

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        plane, area = self._plane, self.area()
        if plane is None or self._image is None:
            return
        if self._is_ball_only:
            self._is_ball_only = False
            self._backdrop.paint(painter, self, plane.losses, (), self._paint_losses)
        else:
            self._paint_losses(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_path(painter, area, plane)
        self._paint_reading(painter, area, plane)

    def _paint_losses(self, painter: QPainter) -> None:
        """Heat map, contours and axes."""
        plane, area, image = self._plane, self.area(), self._image
        assert plane is not None
        assert image is not None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(area, image)
        painter.save()
        painter.setClipRect(area)
        rows, columns = plane.losses.shape
        painter.translate(area.left(), area.bottom())
        painter.scale(area.width() / (columns - 1), -area.height() / (rows - 1))
        pen = QPen(theme.current().color("field"), self.devicePixelRatioF())
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setOpacity(0.55)
        for path in self._contours:
            painter.drawPath(path)
        painter.restore()
        self._paint_axes(painter, area, plane)

    def _paint_path(self, painter: QPainter, area: QRectF, plane: Plane) -> None:
        now = theme.current()
        painter.save()
        painter.setClipRect(area)
        # Anti-aliased, a wide line of many points takes Qt many times as long.
        is_long = len(plane.path) > MOST_SMOOTH
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_long)
        way = QPolygonF([self.place(x, y) for x, y in plane.path.tolist() if math.isfinite(x + y)])
        for color, width in ((now.color("point_outline"), 4), (now.color("accent"), 2)):
            painter.setPen(QPen(color, width))
            painter.drawPolyline(way)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.color("point_outline"), 2))
        painter.setBrush(now.color("canvas"))
        painter.drawEllipse(self.place(*plane.start), 4, 4)
        if plane.ball is not None:
            painter.setBrush(now.color("accent"))
            painter.drawEllipse(self.place(*plane.ball), 7, 7)
        painter.restore()

    def _paint_axes(self, painter: QPainter, area: QRectF, plane: Plane) -> None:
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(theme.current().color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number in ticks(float(plane.xs[0]), float(plane.xs[-1])):
            x = self.place(number, float(plane.ys[0])).x()
            box = label_below(x, area.bottom() + 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, format_number(number, 3))
        for number in ticks(float(plane.ys[0]), float(plane.ys[-1])):
            y = self.place(float(plane.xs[0]), number).y()
            box = label_beside(area.left() - 6, y)
            painter.drawText(box, right, format_number(number, 3))
        paint_axis_names(painter, area, plane.names, fonts.px(22), fonts.px(48))

    def _paint_reading(self, painter: QPainter, area: QRectF, plane: Plane) -> None:
        if self._pointer is None or not area.contains(self._pointer):
            return
        rows, columns = plane.losses.shape
        column = round((self._pointer.x() - area.left()) / area.width() * (columns - 1))
        row = round((area.bottom() - self._pointer.y()) / area.height() * (rows - 1))
        loss = float(plane.losses[row, column])
        if math.isfinite(loss):
            at = f"({format_number(plane.xs[column], 3)}, {format_number(plane.ys[row], 3)})"
            text = f"loss {format_number(loss)} at {at}"
            paint_card(painter, QRectF(self.rect()), self._pointer, text)


def contours(heights: Floats) -> list[QPainterPath]:
    """Lines of equal height, evenly between the least and the greatest, in grid coordinates."""
    known = heights[np.isfinite(heights)]
    if not len(known) or known.min() == known.max():
        return []
    filled = np.where(np.isfinite(heights), heights, known.max())
    found = []
    for level in np.linspace(known.min(), known.max(), LEVELS + 2)[1:-1].tolist():
        path = QPainterPath()
        for line in pg.isocurve(filled, level, connected=True, extendToEdge=False):
            points = [QPointF(x, y) for y, x in line]
            path.moveTo(points[0])
            for point in points[1:]:
                path.lineTo(point)
        path.translate(-0.5, -0.5)
        found.append(path)
    return found
