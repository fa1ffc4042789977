"""A curve of a plot that is painted anew many times a second while a run goes on."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

Floats = NDArray[np.float64]

_LONGEST = 20_000.0  # pixels of a dotted line that are walked along


class CrispCurve(pg.PlotCurveItem):  # type: ignore[misc]  # pyqtgraph is not typed
    """A curve whose line is as wide as its pen says in logical pixels, on dense screens too.

    The width of pyqtgraph's pens, which is the same at any zoom, counts the screen's own pixels.
    """

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        pen, ratio = self.opts["pen"], painter.device().devicePixelRatioF()
        if pen is None or ratio == 1.0:
            super().paint(painter, option, widget)
            return
        self.opts["pen"] = dense = QPen(pen)
        dense.setWidthF(ratio * pen.widthF())
        super().paint(painter, option, widget)
        self.opts["pen"] = pen


class PlotCurve(CrispCurve):
    """A named curve; what is nan is a gap. Logarithms are taken here, as the axis wants them.

    Qt draws an antialiased line that is wider than a pixel in milliseconds, and a thin one in a
    twentieth of that. So a wide line is made of thin ones, each a little beside the other, and a
    dotted one, whose dashes are as long as it is wide, of squares.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name, connect="finite", antialias=True)
        self._points: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
        self._is_log = False

    def set_points(self, xs: Floats, ys: Floats) -> None:
        """Other points; on a logarithmic axis `ys` are greater than 0 or nan."""
        self._points = xs, ys
        self.setData(xs, np.log10(ys) if self._is_log else ys)

    def points(self) -> tuple[Floats, Floats]:
        """The points as they were given."""
        return self._points

    def boundingRect(self) -> QRectF:
        """All that is in view: pyqtgraph would look through the points for it at each turn."""
        view = self.getViewBox()
        if view is None or not len(self._points[0]):
            return QRectF()
        seen: QRectF = view.viewRect()
        return seen

    def setLogMode(self, x: bool, y: bool) -> None:
        """Whether the vertical axis is logarithmic; the points follow with `set_points`."""
        if y != self._is_log:
            self._is_log = y
            self.setData(np.empty(0), np.empty(0))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        pen, ratio = self.opts["pen"], painter.device().devicePixelRatioF()
        is_solid = pen is not None and pen.style() == Qt.PenStyle.SolidLine
        is_solid = is_solid and pen.color().alpha() == 255  # else the lines would add up
        if is_solid and ratio * pen.widthF() > 1.0 and len(self._points[0]):
            self._paint_wide(painter, pen, ratio)
            return
        is_dotted = pen is not None and pen.dashPattern()[:1] == [1.0]
        dots = self._dots(painter.worldTransform(), pen) if is_dotted else None
        if dots is None:
            super().paint(painter, option, widget)
        else:
            self._paint_dots(painter, pen, dots)

    def _paint_wide(self, painter: QPainter, pen: QPen, ratio: float) -> None:
        """Lines of one pixel of the screen, no further apart than that, to both sides and up."""
        thin, width = QPen(pen), ratio * pen.widthF()
        thin.setWidthF(1.0)
        painter.setPen(thin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, bool(self.opts["antialias"]))
        path, place = self.getPath(), painter.worldTransform()
        reach = 0.5 * (width - 1.0) / ratio
        for aside in np.linspace(-reach, reach, math.ceil(width)).tolist():
            for across, down in ((aside, 0.0), (0.0, aside)):
                painter.setWorldTransform(place * QTransform.fromTranslate(across, down))
                painter.drawPath(path)
        painter.setWorldTransform(place)

    def _dots(self, place: QTransform, pen: QPen) -> tuple[Floats, Floats] | None:
        """Where the dots of a dotted line are in pixels; None where they are too many to tell.

        place: from the curve's coordinates to pixels, without rotation.
        """
        xs, ys = place.m11() * self.xData + place.dx(), place.m22() * self.yData + place.dy()
        if len(xs) < 2:
            return None
        lengths = np.hypot(np.diff(xs), np.diff(ys))
        along = np.append(0.0, np.cumsum(np.nan_to_num(lengths)))
        if along[-1] > _LONGEST:
            return None
        at = np.arange(0.0, along[-1], pen.widthF() * sum(pen.dashPattern()))
        return np.interp(at, along, xs), np.interp(at, along, ys)  # nan within a gap

    def _paint_dots(self, painter: QPainter, pen: QPen, dots: tuple[Floats, Floats]) -> None:
        is_there = np.isfinite(dots[0]) & np.isfinite(dots[1])
        square, place = QPen(pen.color(), pen.widthF()), painter.worldTransform()
        square.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(square)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setWorldTransform(QTransform())
        painter.drawPoints(pg.functions.arrayToQPolygonF(dots[0][is_there], dots[1][is_there]))
        painter.setWorldTransform(place)
