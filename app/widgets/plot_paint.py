"""What all plots over pyqtgraph paint alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app import fonts, theme

LINE = 18  # pixels at 100 %: the height of a line of an axis's words


def own_menu(plot: pg.PlotWidget) -> None:
    """Let a plot own the menu that pyqtgraph makes for it, and nobody sees, though it is a window.

    Else the garbage collector deletes it at any time, such as while Qt restyles all windows.
    """
    menu = plot.getPlotItem().ctrlMenu
    menu.setParent(plot, menu.windowFlags())


def paint_level_lines(painter: QPainter, plot: pg.PlotWidget, area: QRectF) -> None:
    """A hairline at each main tick; pyqtgraph's own grid takes ten times as long as all the rest.

    painter: in pixels of the plot's viewport. area: of the curves.
    """
    box = plot.getPlotItem().getViewBox()
    low, high = box.viewRange()[1]
    painter.setPen(QPen(theme.current().color("line"), 1))
    ticks = plot.getPlotItem().getAxis("left").tickValues(low, high, area.height())
    for place in ticks[0][1] if ticks else ():
        y = round(box.mapViewToScene(QPointF(0, place)).y()) + 0.5
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The places moved apart to be at least `gap` from each other, within low and high."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    result = list(places)
    below = -math.inf
    for i in order:
        below = max(min(max(places[i], low), high), below + gap)
        result[i] = below
    above = math.inf
    for i in reversed(order):
        above = min(result[i], high if above == math.inf else above - gap)
        result[i] = above
    return result


def label_below(x: float, top: float) -> QRectF:
    """Where a number of the horizontal axis stands: its middle at x."""
    wide = fonts.px(60)
    return QRectF(x - wide / 2, top, wide, fonts.px(LINE))


def label_beside(right: float, y: float) -> QRectF:
    """Where a number of the vertical axis stands: its middle at y, its end at `right`."""
    wide, high = fonts.px(60), fonts.px(LINE)
    return QRectF(right - wide, y - high / 2, wide, high)


def paint_axis_names(
    painter: QPainter, area: QRectF, names: tuple[str, str], below: float, beside: float
) -> None:
    """The axes' names, `below` and `beside` so many pixels from the area; the second upright."""
    painter.setFont(fonts.words(theme.SIZE_CAPTION))
    line = QRectF(area.left(), area.bottom() + below, area.width(), fonts.px(LINE))
    painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, names[0])
    painter.save()
    painter.translate(area.left() - beside, area.center().y())
    painter.rotate(-90)
    high = fonts.px(LINE)
    upright = QRectF(-area.height() / 2, -high / 2, area.height(), high)
    painter.drawText(upright, Qt.AlignmentFlag.AlignCenter, names[1])
    painter.restore()
