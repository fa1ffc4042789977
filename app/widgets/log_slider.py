"""The learning-rate slider: logarithmic, with ticks, and a limit beyond which it is hatched."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import fonts, theme
from app.widgets import scrub, texts
from app.widgets.paint import DISABLED
from core.numbers import format_number

_TRACK = 12
_THUMB = 28
_TOP = 8  # from the upper edge to the thumb; holds the limit's words as well
_LIMIT_TEXT = 18
_TICKS = 34  # from the track's middle to the bottom: ticks and their numbers
_FACE = (theme.SIZE_CAPTION, fonts.NORMAL)  # of the ticks' numbers
_KEY_STEPS = 20  # arrow key steps in a decade


class LogSlider(QWidget):
    """A positive number on a logarithmic scale from `minimum` to `maximum`.

    Signals: valueChanged(number) at each move, by the user or by `setValue`; committed(old, new)
    when a drag ends or a key moved it.
    """

    valueChanged = Signal(float)
    committed = Signal(float, float)

    def __init__(
        self, minimum: float, maximum: float, value: float | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        if not 0 < minimum < maximum < math.inf:
            raise ValueError("a logarithmic scale needs 0 < minimum < maximum")
        super().__init__(parent)
        self._minimum, self._maximum = float(minimum), float(maximum)
        self._value = float(value) if value is not None else math.sqrt(minimum * maximum)
        self._limit: float | None = None
        self._limit_name = ""
        self._is_limit_old = False
        self._pressed_value: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.notifier.changed.connect(self._restyle)
        self._describe()

    # ----- the number -----------------------------------------------------------------------

    def value(self) -> float:
        """The number itself; it may lie outside the scale if it was typed elsewhere."""
        return self._value

    def setValue(self, value: float) -> None:
        """Show another number; one beyond the scale puts the thumb at its end."""
        value = float(value)
        if value != self._value:
            self._value = value
            self._describe()
            self.update()
            self.valueChanged.emit(value)

    @property
    def minimum(self) -> float:
        return self._minimum

    @property
    def maximum(self) -> float:
        return self._maximum

    def set_limit(self, limit: float | None, name: str = "limit") -> None:
        """Mark the number from which on the scale is hatched; None for no mark."""
        is_new_height = (limit is None) != (self._limit is None)
        self._limit, self._limit_name, self._is_limit_old = limit, name, False
        if is_new_height:
            self.updateGeometry()
        self.update()

    @property
    def limit(self) -> float | None:
        """The marked number; None while there is none, or it is out of date."""
        return None if self._is_limit_old else self._limit

    def set_limit_old(self) -> None:
        """The limit holds no longer: another is on its way, and the mark only keeps its place."""
        self._is_limit_old = True
        self.update()

    # ----- moving ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_value = self._value
            self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_value is not None:
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed_value is not None:
            old, self._pressed_value = self._pressed_value, None
            self._commit(old)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Only with the focus: a wheel that scrolls the page must not change the rate on its way.
        if not self.hasFocus():
            event.ignore()
            return
        old = self._value
        self._move_by(event.angleDelta().y() / 120 / _KEY_STEPS)
        self._commit(old)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self._pressed_value is not None:
            old, self._pressed_value = self._pressed_value, None
            self.setValue(old)
            return
        fine = 10.0 ** scrub.exponent_of_keys(event.modifiers())
        decades = {
            Qt.Key.Key_Left: -fine / _KEY_STEPS,
            Qt.Key.Key_Down: -fine / _KEY_STEPS,
            Qt.Key.Key_Right: fine / _KEY_STEPS,
            Qt.Key.Key_Up: fine / _KEY_STEPS,
            Qt.Key.Key_PageDown: -1.0,
            Qt.Key.Key_PageUp: 1.0,
            Qt.Key.Key_Home: -math.inf,
            Qt.Key.Key_End: math.inf,
        }.get(Qt.Key(key))
        if decades is None:
            super().keyPressEvent(event)
            return
        old = self._value
        self._move_by(decades)
        self._commit(old)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _move_by(self, decades: float) -> None:
        at = self._share(self._value) + decades / self._decades()
        self.setValue(self._number_at(at))

    def _move_to(self, x: float) -> None:
        left, right = self._track_ends()
        self.setValue(self._number_at((x - left) / max(1.0, right - left)))

    def _commit(self, old: float) -> None:
        if old != self._value:
            self.committed.emit(old, self._value)

    # ----- scale ----------------------------------------------------------------------------

    def _decades(self) -> float:
        return math.log10(self._maximum / self._minimum)

    def _share(self, number: float) -> float:
        """Where a number lies on the scale, 0 .. 1."""
        if not number > 0:
            return 0.0
        share = math.log10(min(number, self._maximum) / self._minimum) / self._decades()
        return min(max(share, 0.0), 1.0)

    def _number_at(self, share: float) -> float:
        """The number there, to the 3 digits that a rate is read with."""
        share = min(max(share, 0.0), 1.0)
        number = float(f"{self._minimum * 10.0 ** (share * self._decades()):.3g}")
        return min(max(number, self._minimum), self._maximum)

    def _track_ends(self) -> tuple[float, float]:
        words = [texts.advance(format_number(n), _FACE) for n in (self._minimum, self._maximum)]
        least = fonts.px(_THUMB) / 2 + 4
        return max(least, words[0] / 2), self.width() - max(least, words[1] / 2)

    # ----- looks ----------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(480), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(200), self._height())

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        left, right = self._track_ends()
        middle, half = self._middle(), fonts.px(_TRACK) / 2
        track = QRectF(left, middle - half, right - left, 2 * half)
        whole = QPainterPath()
        whole.addRoundedRect(track, half, half)
        painter.fillPath(whole, now.color("line"))
        x = left + self._share(self._value) * (right - left)
        painter.setClipRect(QRectF(left, track.top(), x - left, track.height()))
        painter.fillPath(whole, now.color("accent"))
        painter.setClipping(False)
        self._paint_limit(painter, track)
        self._paint_ticks(painter, track)
        self._paint_thumb(painter, QPointF(x, middle))

    def _paint_thumb(self, painter: QPainter, centre: QPointF) -> None:
        now = theme.current()
        radius = fonts.px(_THUMB) / 2
        painter.setPen(QPen(now.color("panel"), 2))
        painter.setBrush(now.color("text"))
        painter.drawEllipse(centre, radius - 1, radius - 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.color("panel"))
        painter.drawEllipse(centre, radius / 4, radius / 4)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(now.color("accent"), 2))
            painter.drawEllipse(centre, radius + 3, radius + 3)

    def _paint_ticks(self, painter: QPainter, track: QRectF) -> None:
        now, top = theme.current(), track.bottom() + 4
        middle = top + 8 + texts.metrics(_FACE, fonts.scale).height() / 2
        free_from = 0.0  # where the next number may begin without touching the one before
        for digits, role, length in (((1,), "text2", 6), (range(2, 10), "strong", 3)):
            ticks = [
                (track.left() + self._share(number) * track.width(), number)
                for number in self._round_numbers(digits)
            ]
            painter.setPen(QPen(now.color(role), 1))
            painter.drawLines([QLineF(x, top, x, top + length) for x, _number in ticks])
            for x, number in ticks if length == 6 else ():
                text = format_number(number)
                width = texts.advance(text, _FACE)
                at = min(max(x - width / 2, 0.0), self.width() - width)
                if at >= free_from:
                    free_from = texts.draw_left(painter, at, middle, text, _FACE) + theme.GAP

    def _round_numbers(self, digits: Sequence[int]) -> list[float]:
        """The numbers on the scale that are one of these digits times a power of ten."""
        first = math.floor(math.log10(self._minimum) + 1e-9)
        last = math.ceil(math.log10(self._maximum) - 1e-9)
        numbers = (
            float(f"{digit}e{exponent}") for exponent in range(first, last + 1) for digit in digits
        )
        return [number for number in numbers if self._minimum <= number <= self._maximum]

    def _paint_limit(self, painter: QPainter, track: QRectF) -> None:
        if self._limit is None or not self._limit > 0:
            return
        now = theme.current()
        x = track.left() + self._share(self._limit) * track.width()
        is_on_scale = self._limit < self._maximum
        is_danger = is_on_scale and not self._is_limit_old
        color = now.color("error" if is_danger else "text2")
        if is_danger:
            self._paint_beyond(painter, QRectF(x, track.top(), track.right() - x, track.height()))
        if is_on_scale:
            style = Qt.PenStyle.DotLine if self._is_limit_old else Qt.PenStyle.SolidLine
            painter.setPen(QPen(color, 2, style))
            painter.drawLine(QPointF(x, track.top() - 10), QPointF(x, track.bottom() + 4))
        painter.setPen(color)
        painter.setFont(fonts.sans(theme.SIZE_CAPTION, fonts.MEDIUM))
        text = f"{self._limit_name} {format_number(self._limit, 3)}"
        if self._is_limit_old:
            text = "measuring …"
        width = QFontMetricsF(painter.font()).horizontalAdvance(text)
        at = min(max(x - width / 2, 0.0), self.width() - width)
        painter.drawText(QPointF(at, track.top() - 13), text)

    def _paint_beyond(self, painter: QPainter, beyond: QRectF) -> None:
        """Hatched ground."""
        now = theme.current()
        painter.setPen(QPen(now.color("error"), 1.5))
        painter.save()
        painter.setClipRect(beyond)
        painter.fillRect(beyond, now.color("error_soft"))
        step = 8
        for start in range(int(beyond.left() - beyond.height()), int(beyond.right()) + step, step):
            painter.drawLine(QPointF(start, beyond.bottom()),
                             QPointF(start + beyond.height(), beyond.top()))  # fmt: skip
        painter.restore()

    def _middle(self) -> float:
        top = _TOP if self._limit is None else _LIMIT_TEXT
        return fonts.px(top) + fonts.px(_THUMB) / 2 - 4

    def _height(self) -> int:
        return round(self._middle()) + fonts.px(_TICKS)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(format_number(self._value))
