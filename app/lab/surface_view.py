"""The loss over a plane as a surface that turns under the hand."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app import theme
from app.lab.backdrop import Backdrop
from app.lab.map_colors import sequential_colors
from app.lab.plane_view import MOST_SMOOTH, Plane

Floats = NDArray[np.float64]

MOST_CELLS = 44  # along a side: more could not be told apart, and take longer than a frame
MOST_MOVING = 24  # while it turns
PERSPECTIVE = 0.25  # a little: how much smaller is what lies a side's length further away
FILLED = 0.96  # of the view
HEIGHT = 0.75  # of the surface, of a side's length
LOWEST, HIGHEST = 0.12, 1.45  # of the camera's angle above the plane, radians
PER_PIXEL = 0.008  # radians


class SurfaceView(QWidget):
    """Drag to turn and tilt, the wheel to come closer; arrow keys, + and − do the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("surface_view")
        self.setAccessibleName("Loss over a plane through the weights, as a surface")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(220, 180))
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._plane: Plane | None = None
        self.turn, self.tilt, self.closeness = 0.7, 0.62, 1.0
        self._drag: tuple[QPointF, float, float] | None = None
        self._backdrop, self._is_ball_only = Backdrop(), False
        theme.notifier.changed.connect(self.update)

    def show_plane(self, plane: Plane | None) -> None:
        """Another surface; None for nothing."""
        known = self._plane
        self._is_ball_only = known is not None and plane is not None and plane.is_over(known)
        self._plane = plane
        self.update()

    # ----- gestures -------------------------------------------------------------------------

    def look_from(self, turn: float, tilt: float) -> None:
        """From another side and height, in radians."""
        self.turn = turn % (2 * math.pi)
        self.tilt = min(max(tilt, LOWEST), HIGHEST)
        self.update()

    def come_closer(self, factor: float) -> None:
        self.closeness = min(max(self.closeness * factor, 0.5), 4.0)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = (event.position(), self.turn, self.tilt)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            start, turn, tilt = self._drag
            by = event.position() - start
            self.look_from(turn - by.x() * PER_PIXEL, tilt + by.y() * PER_PIXEL)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.come_closer(1.15 ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        turns = {
            Qt.Key.Key_Left: (0.1, 0.0), Qt.Key.Key_Right: (-0.1, 0.0),
            Qt.Key.Key_Up: (0.0, 0.08), Qt.Key.Key_Down: (0.0, -0.08),
        }  # fmt: skip
        if key in turns:
            turn, tilt = turns[key]
            self.look_from(self.turn + turn, self.tilt + tilt)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.come_closer(1.15)
        elif key == Qt.Key.Key_Minus:
            self.come_closer(1 / 1.15)
        elif key == Qt.Key.Key_Escape and self._drag is not None:
            self.look_from(*self._drag[1:])
            self._drag = None
        else:
            super().keyPressEvent(event)

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        plane = self._plane
        if plane is None:
            return
        painter = QPainter(self)
        if self._is_ball_only and self._drag is None:
            self._is_ball_only = False
            view = (self.turn, self.tilt, self.closeness)
            self._backdrop.paint(painter, self, plane.losses, view, self._paint_surface)
        else:
            self._paint_surface(painter)
        _, low, extent = _scaled(plane)
        self._paint_path(painter, plane, low, extent)

    def _paint_surface(self, painter: QPainter) -> None:
        plane = self._plane
        assert plane is not None
        is_moving = self._drag is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_moving)
        heights, _, _ = _scaled(plane)
        every = max(1, math.ceil(len(heights) / (MOST_MOVING if is_moving else MOST_CELLS)))
        rows = _every(len(heights), every)
        columns = _every(heights.shape[1], every)
        heights = heights[np.ix_(rows, columns)]
        us = columns / (plane.losses.shape[1] - 1) - 0.5
        vs = rows / (plane.losses.shape[0] - 1) - 0.5
        grid_u, grid_v = np.meshgrid(us, vs)
        px, py, depth = self._project(grid_u, grid_v, heights * HEIGHT)
        self._paint_cells(painter, px, py, depth, heights)

    def _project(self, u: Floats, v: Floats, h: Floats) -> tuple[Floats, Floats, Floats]:
        """Points of the unit cell to pixels, and how far away they are."""
        across = u * math.cos(self.turn) - v * math.sin(self.turn)
        away = u * math.sin(self.turn) + v * math.cos(self.turn)
        up = (h - HEIGHT / 2) * math.cos(self.tilt) + away * math.sin(self.tilt)
        depth = away * math.cos(self.tilt) - (h - HEIGHT / 2) * math.sin(self.tilt)
        scale, middle = self._fit()
        near = 1.0 / (1.0 + PERSPECTIVE * depth)
        x = self.width() / 2 + across * scale * near
        y = self.height() / 2 - (up * near - middle) * scale
        return x, y, depth

    def _fit(self) -> tuple[float, float]:
        """Pixels of a side's length, and what is in the middle of the view's height.

        At closeness 1 the surface is seen whole at this tilt, however it is turned.
        """
        sine, cosine = math.sin(self.tilt), math.cos(self.tilt)
        half, round_ = HEIGHT / 2, math.sqrt(0.5)  # of its height; from its middle to a corner
        top, bottom = (
            sign * (half * cosine + round_ * sine)
            / (1.0 + sign * PERSPECTIVE * (round_ * cosine - half * sine))
            for sign in (1.0, -1.0)
        )  # fmt: skip
        side = round_ / (1.0 - PERSPECTIVE * half * sine)
        scale = FILLED * min(self.width() / (2.0 * side), self.height() / (top - bottom))
        return scale * self.closeness, (top + bottom) / 2.0

    def _paint_cells(
        self, painter: QPainter, x: Floats, y: Floats, depth: Floats, heights: Floats
    ) -> None:
        middles = _middles(heights)
        colors = sequential_colors(middles)
        order = np.argsort(-_middles(depth), axis=None)
        columns = middles.shape[1]
        line = theme.current().color("canvas")
        line.setAlphaF(0.25)
        painter.setPen(QPen(line, 0.6))
        for k in order.tolist():
            i, j = divmod(k, columns)
            if math.isnan(middles[i, j]):
                continue
            corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            painter.setBrush(QColor(*colors[i, j].tolist()))
            painter.drawPolygon(QPolygonF([QPointF(x[c], y[c]) for c in corners]))
        line.setAlphaF(1.0)

    def _paint_path(self, painter: QPainter, plane: Plane, low: float, extent: float) -> None:
        """The run's way over the surface, and the ball."""
        now = theme.current()
        x, y, is_on = self._on_surface(plane, plane.path, low, extent)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_moving = self._drag is not None or len(x) > MOST_SMOOTH
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_moving)
        ends = np.flatnonzero(np.diff(is_on, prepend=False, append=False)).reshape(-1, 2)
        for color, width in ((now.color("point_outline"), 4.0), (now.color("accent"), 2.0)):
            painter.setPen(QPen(color, width))
            for begin, end in ends.tolist():  # where it leaves the plane, so does the line
                points = zip(x[begin:end].tolist(), y[begin:end].tolist())
                painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.color("point_outline"), 2))
        for place, name, radius in ((plane.start, "canvas", 4.0), (plane.ball, "accent", 7.0)):
            if place is None:
                continue
            x, y, is_on = self._on_surface(plane, np.array([place]), low, extent)
            if is_on[0]:
                painter.setBrush(now.color(name))
                painter.drawEllipse(QPointF(x[0], y[0] - 2), radius, radius)

    def _on_surface(
        self, plane: Plane, places: Floats, low: float, extent: float
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Pixels of places on the plane, (k, 2), a hair above it; whether they lie on it at all."""
        us = (places[:, 0] - plane.xs[0]) / (plane.xs[-1] - plane.xs[0])
        vs = (places[:, 1] - plane.ys[0]) / (plane.ys[-1] - plane.ys[0])
        is_on = (us >= 0) & (us <= 1) & (vs >= 0) & (vs <= 1)
        heights = (_between(plane.heights, us[is_on], vs[is_on]) - low) / extent
        is_on[is_on] = np.isfinite(heights)
        h = np.zeros(len(us))
        h[is_on] = np.clip(heights[np.isfinite(heights)], 0.0, 1.0)
        x, y, _depth = self._project(us - 0.5, vs - 0.5, h * HEIGHT + 0.012)
        return x, y, is_on


def _scaled(plane: Plane) -> tuple[Floats, float, float]:
    """Heights from 0 to 1; the least, and the difference to the greatest."""
    heights = plane.heights
    known = heights[np.isfinite(heights)]
    if not len(known):
        return np.full_like(heights, np.nan), 0.0, 1.0
    low, high = float(known.min()), float(np.percentile(known, 99.5))
    extent = max(high - low, 1e-12)
    return np.clip((heights - low) / extent, 0.0, 1.0), low, extent


def _between(grid: Floats, us: Floats, vs: Floats) -> Floats:
    """What a grid says at shares of its sides, linear between its points."""
    rows, columns = vs * (len(grid) - 1), us * (grid.shape[1] - 1)
    i = np.clip(rows.astype(int), 0, len(grid) - 2)
    j = np.clip(columns.astype(int), 0, grid.shape[1] - 2)
    a, b = rows - i, columns - j
    low = (1.0 - b) * grid[i, j] + b * grid[i, j + 1]
    high = (1.0 - b) * grid[i + 1, j] + b * grid[i + 1, j + 1]
    return np.asarray((1.0 - a) * low + a * high)


def _every(count: int, every: int) -> NDArray[np.int64]:
    """Every so many of the indices, the last included."""
    return np.unique(np.append(np.arange(0, count, every), count - 1))


def _middles(grid: Floats) -> Floats:
    """The mean of each cell's four corners."""
    return np.asarray((grid[:-1, :-1] + grid[1:, :-1] + grid[:-1, 1:] + grid[1:, 1:]) / 4.0)
