"""Marks over a plot: lines at a rate, grounds beyond a limit, dots on a curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app import fonts, theme
from app.widgets.paint import mixed

if TYPE_CHECKING:
    from app.lab.label_places import LabelPlaces
    from app.lab.plot import Plot


class Mark:
    """Something that is drawn at its place on the axes, whatever is zoomed."""

    def paint_ground(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        """What lies behind the curves."""

    def paint(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        """What lies over them."""

    def paint_words(self, painter: QPainter, plot: Plot, area: QRectF, places: LabelPlaces) -> None:
        """Its words, over all marks, where they cover nothing."""


@dataclass(frozen=True)
class Line(Mark):
    """An upright line at x with words at its top; `hatched`, all beyond it is unsafe ground."""

    x: float
    color: QColor
    words: str = ""
    width: float = 2.0
    has_ground: bool = False
    is_dashed: bool = False

    def paint_ground(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        if not self.has_ground:
            return
        x = max(plot.place(self.x, 1.0).x(), area.left())
        if x < area.right():
            ground = QRectF(x, area.top(), area.right() - x, area.height())
            painter.fillRect(ground, mixed(self.color, theme.current().panel, 0.1))

    def paint(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        x = self._place(plot, area)
        if x is not None:
            style = Qt.PenStyle.DashLine if self.is_dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(self.color, self.width, style))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def paint_words(self, painter: QPainter, plot: Plot, area: QRectF, places: LabelPlaces) -> None:
        x = self._place(plot, area)
        if x is None or not self.words:
            return
        painter.setFont(fonts.words(theme.SIZE_CAPTION, fonts.SEMIBOLD))
        box = places.along(x, size_of(painter, self.words))
        if any(box.left() < at < box.right() for at in plot.uprights):
            painter.fillRect(box, theme.current().color("panel"))  # a line ends at the words
        painter.setPen(self.color)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.words)

    def _place(self, plot: Plot, area: QRectF) -> float | None:
        """In pixels; None where it is not seen."""
        x = plot.place(self.x, 1.0).x()
        is_seen = not math.isnan(x) and area.left() - 1 <= x <= area.right() + 1
        return x if is_seen else None


@dataclass(frozen=True)
class Dot(Mark):
    """A dot at a point with words beside it, and a stem down to the axis if wished."""

    x: float
    y: float
    color: QColor
    words: str = ""
    has_stem: bool = False
    is_hollow: bool = False
    radius: float = 6.0

    def paint(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        place = self._place(plot, area)
        if place is None:
            return
        if self.has_stem:
            painter.setPen(QPen(self.color, 2))
            painter.drawLine(place, QPointF(place.x(), area.bottom()))
        now = theme.current()
        painter.setPen(QPen(self.color if self.is_hollow else now.color("panel"), 2))
        painter.setBrush(now.color("panel") if self.is_hollow else self.color)
        painter.drawEllipse(place, self.radius, self.radius)

    def paint_words(self, painter: QPainter, plot: Plot, area: QRectF, places: LabelPlaces) -> None:
        place = self._place(plot, area)
        if place is not None and self.words:
            painter.setFont(fonts.words(theme.SIZE_BODY))
            painter.setPen(theme.current().color("text"))
            box = places.beside(place, size_of(painter, self.words), self.radius + 6)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.words)

    def _place(self, plot: Plot, area: QRectF) -> QPointF | None:
        """In pixels; None where it is not seen."""
        place = plot.place(self.x, self.y)
        if self.has_stem and not place.y() >= area.top():  # too high to be seen, or no number
            place = QPointF(plot.place(self.x, 1.0).x(), area.top())
        if math.isnan(place.x()) or math.isnan(place.y()):
            return None
        return place if area.adjusted(-1, -1, 1, 1).contains(place) else None


def size_of(painter: QPainter, words: str) -> QSizeF:
    """What they need in the painter's font."""
    metrics = QFontMetricsF(painter.font())
    return QSizeF(metrics.horizontalAdvance(words) + 2, metrics.height())
