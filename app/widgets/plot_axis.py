"""An axis of a plot that is drawn anew at each refresh while a run goes on."""

from __future__ import annotations

import math
from itertools import count

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app import fonts, theme
from app.widgets import texts

FACE = (theme.SIZE_CAPTION, fonts.NORMAL)  # of the numbers
# Share of the axis that labels may fill, by how many there are; pyqtgraph's own.
_FULL = ((6, 0.2), (4, 0.4), (2, 0.6), (0, 0.8))
_OVER = 15.0  # pixels that a label may stand out over the axis' ends
_LINE_HEIGHT = 0.8  # of a font's height that digits need

Levels = tuple[float, list[float]]  # distance of the ticks, and where they are


class PlotAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph is not typed
    """An axis on the left or at the bottom: a line, ticks of some levels, and their numbers.

    It looks like pyqtgraph's own, which takes 1.5 ms each time that the range has changed; this
    one takes a tenth of that. Ticks and words are those of `tickValues` and `tickStrings`.
    """

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        area = self.mapRectFromParent(self.geometry())
        is_upright = self._is_upright
        length = area.height() if is_upright else area.width()
        low, high = self.range
        if length <= 0 or not high > low:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(self.pen())
        painter.drawLine(self._line(area, -1.0, length + 1.0))
        levels = self.tickValues(low, high, length)
        places = []
        start, slope = (high, -1.0) if is_upright else (low, 1.0)
        slope *= length / (high - low)
        for level, (_spacing, values) in enumerate(levels):
            places.append([slope * (value - start) for value in values])
            self._paint_ticks(painter, area, level, [x for x in places[-1] if 0.0 <= x <= length])
        painter.setPen(self.textPen())
        self._paint_labels(painter, area, length, levels, places)

    def tickValues(self, low: float, high: float, size: float) -> list[Levels]:
        """The distance and the places of the ticks of each level, the coarsest first."""
        found: list[Levels] = []
        for spacing, _offset in self.tickSpacing(low, high, size):
            first, last = math.ceil(low / spacing), math.floor(high / spacing)
            places = [k * spacing for k in range(first, last + 1)]
            for coarser, _places in found:
                places = [x for x in places if abs(math.remainder(x, coarser)) > 0.01 * spacing]
            found.append((spacing, places))
        return found

    @property
    def _is_upright(self) -> bool:
        return bool(self.orientation == "left")

    def _line(self, area: QRectF, start: float, stop: float) -> QLineF:
        """Along the axis, from and to a place on it."""
        if self._is_upright:
            x = area.right() - 1.0
            return QLineF(x, area.top() + start, x, area.top() + stop)
        y = area.top() + 1.0
        return QLineF(area.left() + start, y, area.left() + stop, y)

    def _paint_ticks(
        self, painter: QPainter, area: QRectF, level: int, places: list[float]
    ) -> None:
        """Towards the curves, the shorter and fainter the finer their level is."""
        pen, reach = QPen(self.tickPen()), self.style["tickLength"] / (0.5 * level + 1.0)
        color = QColor(pen.color())
        color.setAlpha(255 // (level + 1))
        pen.setColor(color)
        painter.setPen(pen)
        if self._is_upright:
            x, top = area.right(), area.top()
            painter.drawLines([QLineF(x, top + y, x - reach, top + y) for y in places])
        else:
            y, left = area.top(), area.left()
            painter.drawLines([QLineF(left + x, y, left + x, y + reach) for x in places])

    def _paint_labels(
        self,
        painter: QPainter,
        area: QRectF,
        length: float,
        levels: list[Levels],
        places: list[list[float]],
    ) -> None:
        """The main level's numbers, and those of finer ones as long as there is room."""
        line = texts.metrics(FACE, fonts.scale).height()
        height = _LINE_HEIGHT * line
        room, over = QRectF(area), fonts.px(_OVER)
        if self._is_upright:
            room.adjust(0.0, -over, 4.0, over)
        else:
            room.adjust(-over, 0.0, over, height)
        aside, below = self.style["tickTextOffset"]
        filled, drawn = 0.0, 0
        for level, (spacing, values), xs in zip(count(), levels, places):
            words = self.tickStrings(values, self.autoSIPrefixScale * self.scale, spacing)
            shown = [(x, word) for x, word in zip(xs, words) if 0.0 <= x <= length]
            widths = [texts.advance(word, FACE) for _x, word in shown]
            filled += height * len(widths) if self._is_upright else sum(widths)
            most = next(share for least, share in _FULL if drawn >= least)
            if level and filled / length >= most:
                break
            for (x, word), width in zip(shown, widths):
                if self._is_upright:
                    left, top = area.right() - aside - width, area.top() + x - 0.5 * height
                else:
                    left, top = area.left() + x - 0.5 * width, area.top() + below
                box = QRectF(left, top, width, height)
                if room.contains(box):
                    middle = top + 0.5 * (height if self._is_upright else line)
                    texts.draw_left(painter, left, middle, word, FACE)
                    drawn += 1
