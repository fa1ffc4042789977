"""The trainability map as a picture that is zoomed and moved for ever, like a fractal's."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.lab.map_colors import image_of, ramp_stops
from app.lab.map_ticks import Ticks, digits
from app.lab.map_window import Window
from app.lab.plot import paint_card
from app.widgets.plot_paint import label_beside, paint_axis_names
from core.numbers import MINUS, format_number

Floats = NDArray[np.float64]

SETTLE = 220  # milliseconds without a gesture until the new window is asked for
ZOOM = 1.6  # a notch of the wheel
LABEL = 64  # pixels along the axis for a number
LEFT, BOTTOM, RIGHT, TOP = 76, 44, 104, 8


class MapView(QWidget):
    """Signals: window_wanted(window) some time after a zoom or a move; pixel_wanted(x, y): a
    double click, in powers of ten; menu_wanted(x, y, place): a right click; back_wanted();
    end_of_digits(): further in, neighbouring pixels would have the same numbers.
    """

    window_wanted = Signal(object)
    pixel_wanted = Signal(float, float)
    menu_wanted = Signal(float, float, object)
    back_wanted = Signal()
    end_of_digits = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map_view")
        self.setAccessibleName("Trainability map")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(QSize(220, 180))
        self.names = ("", "")
        self.window_now = Window(-3.0, 6.0, -3.0, 6.0)  # that is shown
        self.pixels = 256  # along a side, of the map that will be asked for
        self.limits = Window(-30.0, 30.0, -30.0, 30.0)
        self._here = (math.nan, math.nan)  # what is in use now, as powers of ten
        self._of_image = self.window_now
        self._values: Floats | None = None
        self._steps = 1
        self._image: QImage | None = None
        self._below: tuple[QImage, Window] | None = None  # the picture before, and its window
        self._pointer: QPointF | None = None
        self._drag: tuple[QPointF, Window] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(lambda: self.window_wanted.emit(self.window_now))
        theme.notifier.changed.connect(self._recolour)

    # ----- what is shown --------------------------------------------------------------------

    def show_values(self, values: Floats | None, window: Window, steps: int) -> None:
        """The map of a window; None for nothing yet."""
        if values is None:
            self._below = None
        elif self._image is not None and window != self._of_image:
            self._below = (self._image, self._of_image)
        self._values, self._of_image, self._steps = values, window, steps
        self._recolour()

    @property
    def values(self) -> Floats | None:
        """What is shown, (height, width)."""
        return self._values

    def show_here(self, x: float, y: float) -> None:
        """Mark what is in use now, as powers of ten; nan for nothing."""
        if (x, y) != self._here:
            self._here = (x, y)
            self.update()

    def set_window(self, window: Window) -> None:
        """Show another part at once; nobody is asked for it."""
        self.window_now = window
        self.update()

    def _recolour(self) -> None:
        self._image = None if self._values is None else image_of(self._values, self._steps)
        self.update()

    def area(self) -> QRectF:
        """Where the map is drawn: a square."""
        width = self.width() - fonts.px(LEFT) - fonts.px(RIGHT)
        height = self.height() - TOP - fonts.px(BOTTOM)
        side = max(min(width, height), 20)
        spare = max((width - side) / 2, 0)
        return QRectF(round(fonts.px(LEFT) + spare), TOP, round(side), round(side))

    def point_at(self, place: QPointF) -> tuple[float, float]:
        """The powers of ten at a place."""
        area, now = self.area(), self.window_now
        x = now.left + (place.x() - area.left()) / area.width() * (now.right - now.left)
        y = now.bottom + (area.bottom() - place.y()) / area.height() * (now.top - now.bottom)
        return x, y

    def value_at(self, x: float, y: float) -> float:
        """What is known there, nan for nothing."""
        if self._values is None:
            return math.nan
        height, width = self._values.shape
        of = self._of_image
        column = math.floor((x - of.left) / (of.right - of.left) * width)
        row = math.floor((y - of.bottom) / (of.top - of.bottom) * height)
        if 0 <= column < width and 0 <= row < height:
            return float(self._values[row, column])
        return math.nan

    # ----- gestures -------------------------------------------------------------------------

    def _go(self, window: Window) -> None:
        if window.is_too_narrow(self.pixels):
            self.end_of_digits.emit()
            return
        self.window_now = window.within(self.limits)
        self._settle.start()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.area().contains(event.position()):
            factor = ZOOM ** (event.angleDelta().y() / 120)
            self._go(self.window_now.zoomed(*self.point_at(event.position()), factor))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.area().contains(event.position()):
            self._drag = (event.position(), self.window_now)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._drag is not None:
            start, window = self._drag
            area, by = self.area(), event.position() - start
            dx = -by.x() / area.width() * (window.right - window.left)
            dy = by.y() / area.height() * (window.top - window.bottom)
            if by.manhattanLength() > 4:
                self._go(window.moved(dx, dy))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        if self.area().contains(event.position()):
            self.pixel_wanted.emit(*self.point_at(event.position()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = QPointF(event.pos())
        if self.area().contains(place):
            self.menu_wanted.emit(*self.point_at(place), event.globalPos())

    def leaveEvent(self, event: object) -> None:
        self._pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now, key = self.window_now, Qt.Key
        across, up = (now.right - now.left) / 8, (now.top - now.bottom) / 8
        middle = (now.left + now.right) / 2, (now.bottom + now.top) / 2
        moves = {
            key.Key_Left: (-across, 0.0), key.Key_Right: (across, 0.0),
            key.Key_Up: (0.0, up), key.Key_Down: (0.0, -up),
        }  # fmt: skip
        pressed = Qt.Key(event.key())
        if pressed in moves:
            self._go(now.moved(*moves[pressed]))
        elif pressed in (key.Key_Plus, key.Key_Equal):
            self._go(now.zoomed(*middle, ZOOM))
        elif pressed == key.Key_Minus:
            self._go(now.zoomed(*middle, 1 / ZOOM))
        elif pressed == key.Key_Backspace:
            self.back_wanted.emit()
        elif pressed in (key.Key_Return, key.Key_Enter):
            self.pixel_wanted.emit(*middle)
        elif pressed == key.Key_Escape and self._drag is not None:
            self._go(self._drag[1])
            self._drag = None
        else:
            super().keyPressEvent(event)

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        now, area = theme.current(), self.area()
        painter = QPainter(self)
        painter.fillRect(area, now.color("field"))
        if self._image is not None:
            painter.save()
            painter.setClipRect(area)
            if self._below is not None:
                painter.drawImage(self._placed(area, self._below[1]), self._below[0])
            painter.drawImage(self._placed(area, self._of_image), self._image)
            painter.restore()
        self._paint_here(painter, area)
        self._paint_axes(painter, area)
        self._paint_legend(painter, area)
        if self._pointer is not None and area.contains(self._pointer) and self._drag is None:
            self._paint_reading(painter, self._pointer)

    def _paint_here(self, painter: QPainter, area: QRectF) -> None:
        """A ring and hairlines where the rates of the training tab are."""
        now, (x, y) = self.window_now, self._here
        if math.isnan(x) or math.isnan(y):
            return
        place = QPointF(
            area.left() + (x - now.left) / (now.right - now.left) * area.width(),
            area.bottom() - (y - now.bottom) / (now.top - now.bottom) * area.height(),
        )
        painter.save()
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline, line = theme.current().color("point_outline"), theme.current().color("accent")
        for color, width in ((outline, 3.0), (line, 1.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(area.left(), place.y()), QPointF(area.right(), place.y()))
            painter.drawLine(QPointF(place.x(), area.top()), QPointF(place.x(), area.bottom()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((outline, 5.0), (line, 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(place, 8, 8)
        painter.restore()

    def _placed(self, area: QRectF, of: Window) -> QRectF:
        """Where the picture of a window lies in the one that is shown now."""
        now = self.window_now
        scale_x = area.width() / (now.right - now.left)
        scale_y = area.height() / (now.top - now.bottom)
        return QRectF(
            area.left() + (of.left - now.left) * scale_x,
            area.top() + (now.top - of.top) * scale_y,
            (of.right - of.left) * scale_x,
            (of.top - of.bottom) * scale_y,
        )

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        now = self.window_now
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(theme.current().color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        wide = fonts.px(LABEL)
        across = Ticks.along(now.left, now.right, int(area.width() / wide))
        for power, words in across.places:
            x = area.left() + (power - now.left) / (now.right - now.left) * area.width()
            box = QRectF(x - wide / 2, area.bottom() + 4, wide, fonts.px(16))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, words)
        upwards = Ticks.along(now.bottom, now.top, 6)
        for power, words in upwards.places:
            y = area.bottom() - (power - now.bottom) / (now.top - now.bottom) * area.height()
            box = label_beside(area.left() - 6, y)
            painter.drawText(box, right, words)
        x_name, y_name = (
            f"{name} {MINUS} {ticks.base}" if ticks.base else name
            for name, ticks in zip(self.names, (across, upwards))
        )
        paint_axis_names(painter, area, (x_name, y_name), fonts.px(22), fonts.px(62))

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        now = theme.current()
        left, top = area.right() + 14, area.top() + 4
        height = min(fonts.px(110), area.height() / 3)
        parts = (("converged", ("fast", "slow")), ("diverged", ("late", "at once")))
        for words, ends in parts:
            painter.setFont(fonts.words(theme.SIZE_CAPTION, fonts.SEMIBOLD))
            painter.setPen(now.color("text"))
            line = QFontMetricsF(painter.font()).height()
            painter.drawText(QRectF(left, top, fonts.px(100), line), 0, words)
            bar = QRectF(left, top + line + 6, 12, height)
            gradient = QLinearGradient(bar.topLeft(), bar.bottomLeft())
            for place, color in ramp_stops(words):
                gradient.setColorAt(place, color)
            painter.fillRect(bar, gradient)
            painter.setPen(QPen(now.color("line"), 1))
            painter.drawRect(bar)
            painter.setFont(fonts.words(theme.SIZE_CAPTION))
            painter.setPen(now.color("text2"))
            for word, y in zip(ends, (bar.top() + line / 2, bar.bottom() - line / 2)):
                box = QRectF(bar.right() + 8, y - line / 2, fonts.px(80), line)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, word)
            top = bar.bottom() + fonts.px(18)

    def _paint_reading(self, painter: QPainter, place: QPointF) -> None:
        x, y = self.point_at(place)
        value = self.value_at(x, y)
        now = self.window_now
        figures = digits(min(now.right - now.left, now.top - now.bottom))
        where = f"{format_number(10.0**x, figures)} and {format_number(10.0**y, figures)}"
        what = "not known yet" if math.isnan(value) else "converges" if value < 0 else "diverges"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.current().color("selection"), 2))
        painter.drawEllipse(place, 5, 5)
        text = f"{where}: {what}. Double-click opens the run"
        paint_card(painter, QRectF(self.rect()), place, text)
