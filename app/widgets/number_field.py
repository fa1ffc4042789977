"""A number that is dragged, typed or stepped."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from app import fonts, theme
from app.widgets import scrub
from app.widgets.focus_ring import IS_REFUSED
from app.widgets.paint import DISABLED, draw_box, font_that_fits
from app.widgets.pop_up import PopUp
from app.widgets.refusal import RefusalLine
from core.numbers import NumberError, format_full, format_number, parse_number, to_source

Check = Callable[[float], str | None]  # a sentence that says why a number is refused, or None

_ARROW_STEP = 1  # an arrow key moves as ten pixels do
_SIDE = 8
_ARROW = 10  # width of an arrow that shows under the pointer
_BEGINS_NUMBER = "0123456789.-+("


class NumberField(QLineEdit):
    """A field for one number: dragging scrubs it, a click or the keyboard types it.

    Shift scrubs ten times finer, Ctrl ten times coarser, Escape goes back. What is typed may be a
    formula; text that is no number is refused with a reason and the old number stays. One drag,
    one key held down or one typed number is one `committed`.

    Signals: changing(number) while it moves; committed(old, new); cancelled() when a drag is
    taken back or ends where it began; refused(sentence).
    """

    changing = Signal(float)
    committed = Signal(float, float)
    cancelled = Signal()
    refused = Signal(str)

    def __init__(
        self,
        value: float = 0.0,
        parent: QWidget | None = None,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        is_integer: bool = False,
        is_logarithmic: bool = False,
    ) -> None:
        super().__init__(parent)
        self._value = float(value)
        self._minimum, self._maximum = float(minimum), float(maximum)
        self._is_integer, self._is_logarithmic = is_integer, is_logarithmic
        self._check: Check | None = None
        self._width: float | None = None
        self._size: tuple[float, int, float] = (theme.SIZE_BODY, fonts.NORMAL, theme.CONTROL_HEIGHT)
        self._is_editing = False
        self._press_x: float | None = None  # of a press that may become a drag
        self._drag_from: float | None = None  # the number before the drag or the held key
        self._held_key: int | None = None
        self._exact = 0.0  # the number of a drag before it is rounded
        self._exponent = 0  # of a pixel's step in this drag
        self._finest = 0  # the finest step of this drag; rounding to a coarser one would jump
        self._refusal: RefusalLine | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        # A press may become a drag, which wants no focus; a click gives it on release.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.textEdited.connect(self._edited)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self._show_value()

    # ----- the number -----------------------------------------------------------------------

    def value(self) -> float:
        """The number; while text is being typed, the one before."""
        return self._value

    def setValue(self, value: float) -> None:
        """Show another number. Emits nothing; text that is being typed stays."""
        value = float(value)
        if value != self._value or math.isnan(value):
            self._value = value
            if not self._is_editing:
                self._show_value()

    def set_range(self, minimum: float, maximum: float) -> None:
        self._minimum, self._maximum = float(minimum), float(maximum)

    def set_check(self, check: Check | None) -> None:
        """A further test of typed numbers: returns why one is refused, or None."""
        self._check = check

    def set_width(self, width: float) -> None:
        """The width that it keeps, in pixels at 100 %."""
        self._width = width
        self._restyle()

    def set_type(self, size: float, weight: int, height: float) -> None:
        """Larger type and height than a control's, in pixels at 100 %."""
        self._size = (size, weight, height)
        self._restyle()

    @property
    def is_editing(self) -> bool:
        """True while text is being typed."""
        return self._is_editing

    @property
    def is_dragging(self) -> bool:
        """True while a drag or a held arrow key moves the number."""
        return self._drag_from is not None

    @property
    def refusal(self) -> str:
        """Why the typed text is refused; empty where it is not."""
        return self._refusal.sentence if self._refusal else ""

    def shown_text(self) -> str:
        """The number as the field shows it."""
        return f"{self._value:.0f}" if self._is_integer else format_number(self._value)

    # ----- dragging -------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.is_dragging:  # a second button takes the drag back
            self._cancel_drag()
        elif self._is_editing or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        else:
            self._press_x = event.globalPosition().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press_x is None:
            super().mouseMoveEvent(event)
            return
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._press_x = None
            return
        x = event.globalPosition().x()
        if self._drag_from is None:
            if abs(x - self._press_x) < QApplication.startDragDistance() / 2:
                return
            self._begin_drag()
        # From move to move, so that a change of key in mid-drag changes the pace from there on.
        self._move_by(x - self._press_x, scrub.exponent_of_keys(event.modifiers()))
        self._press_x = x

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press_x is None:
            super().mouseReleaseEvent(event)
            return
        self._press_x = None
        if self.is_dragging:
            self._end_drag()
        else:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.start_editing()

    def _begin_drag(self) -> None:
        self._dismiss_refusal()
        self._drag_from = self._exact = self._value
        self._exponent = self._finest = scrub.step_exponent(self._value)
        self.update()

    def _move_by(self, pixels: float, key_exponent: int) -> None:
        if self._is_logarithmic:
            self._exact = scrub.scaled(self._exact, pixels, key_exponent)
            number = float(f"{self._exact:.3g}")
        elif self._is_integer:
            self._exact += pixels * 10.0 ** (key_exponent - 1)
            number = float(round(self._exact))
        else:
            exponent = self._exponent + key_exponent
            self._finest = min(self._finest, exponent)
            self._exact += pixels * 10.0**exponent
            number = scrub.rounded(self._exact, self._finest)
        self._exact = self._clamped(self._exact)
        self._take(self._clamped(number))

    def _clamped(self, number: float) -> float:
        return min(max(number, self._minimum), self._maximum)

    def _take(self, number: float) -> None:
        if number != self._value:
            self._value = number
            self._show_value()
            self.changing.emit(number)

    def _end_drag(self) -> None:
        old, self._drag_from = self._drag_from, None
        self._held_key = None
        self.update()
        if old is None:
            return
        if self._value != old:
            self.committed.emit(old, self._value)
        else:
            self.cancelled.emit()

    def _cancel_drag(self) -> None:
        old, self._drag_from, self._press_x = self._drag_from, None, None
        self._held_key = None
        if old is not None:
            self._value = old
            self._show_value()
            self.cancelled.emit()

    # ----- typing ---------------------------------------------------------------------------

    def start_editing(self) -> None:
        """Let the number be typed: its full text, all selected."""
        if self._is_editing or self.isReadOnly() or not self.isEnabled():
            return
        self._is_editing = True
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setText(self.shown_text() if self._is_integer else format_full(self._value))
        self.selectAll()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason,
                              Qt.FocusReason.ShortcutFocusReason):  # fmt: skip
            self.start_editing()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        if self._held_key is not None:
            self._end_drag()
        if self._is_editing and not self._accept():
            self._stop_editing()
        self._dismiss_refusal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and (self.is_dragging or self._is_editing):
            self._cancel_drag()
            self._stop_editing()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._is_editing:
            self.start_editing()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self.isReadOnly():
            self._step_by_key(event)
        else:
            if not self._is_editing and event.text().isprintable() and event.text():
                self.start_editing()
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == self._held_key and not event.isAutoRepeat():
            self._end_drag()
        super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        # Escape belongs to the field while there is something to take back, not to a shortcut.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_busy = self.is_dragging or self._is_editing
            if event.key() == Qt.Key.Key_Escape and is_busy:
                event.accept()
                return True
            if not self._is_editing:  # Ctrl+Z and letters are the window's then
                if event.text() and event.text() in _BEGINS_NUMBER:
                    event.accept()
                return event.isAccepted()
        return super().event(event)

    def _step_by_key(self, event: QKeyEvent) -> None:
        if self._is_editing and not self._accept():
            return
        if not self.is_dragging:
            self._begin_drag()
            self._held_key = event.key()
        sign = 1 if event.key() == Qt.Key.Key_Up else -1
        exponent = scrub.exponent_of_keys(event.modifiers()) + _ARROW_STEP
        pixels = sign if not self._is_logarithmic else sign * 0.5
        self._move_by(pixels, exponent)

    def _edited(self) -> None:
        self._is_editing = True
        self._dismiss_refusal()

    def _accept(self) -> bool:
        """Take the typed text over; False, with a reason shown, where it is refused."""
        try:
            number = self._checked(self.text())
        except NumberError as error:
            self._refuse(str(error))
            return False
        old = self._value
        self._value = number
        self._stop_editing()
        if number != old:
            self.committed.emit(old, number)
        return True

    def _checked(self, text: str) -> float:
        number = parse_number(text)
        if self._is_integer and number != round(number):
            raise NumberError("Only whole numbers can be used here.")
        if number < self._minimum:
            raise NumberError(f"The least is {format_full(self._minimum)}.")
        if number > self._maximum:
            raise NumberError(f"The most is {format_full(self._maximum)}.")
        reason = self._check(number) if self._check else None
        if reason:
            raise NumberError(reason)
        return number

    def _stop_editing(self) -> None:
        self._is_editing = False
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._dismiss_refusal()
        self._show_value()

    def _refuse(self, sentence: str) -> None:
        self._dismiss_refusal()
        self._refusal = RefusalLine(sentence, self.window())
        self._refusal.show_below(self)
        self.setAccessibleDescription(sentence)
        self.setProperty(IS_REFUSED, True)
        self.update()
        self.refused.emit(sentence)

    def _dismiss_refusal(self) -> None:
        if self._refusal is not None:
            self._refusal.hide()
            self._refusal.deleteLater()
            self._refusal = None
            self.setAccessibleDescription("")
            self.setProperty(IS_REFUSED, False)
            self.update()

    # ----- looks ----------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(96), fonts.px(self._size[2]))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(48), fonts.px(self._size[2]))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_editing:
            super().paintEvent(event)
            if self._refusal is not None:
                painter = QPainter(self)
                area = QRectF(self.rect())
                draw_box(painter, area, None, theme.current().color("error"), width=2)
            return
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        self._paint_at_rest(painter)

    def _paint_at_rest(self, painter: QPainter) -> None:
        now = theme.current()
        area = QRectF(self.rect())
        is_hot = self.isEnabled() and not self.isReadOnly() and self.underMouse()
        is_hot = is_hot or self.is_dragging
        edge = now.color("accent" if self.is_dragging else "strong")
        fill = now.color("hover" if is_hot else "field")
        draw_box(painter, area, fill, edge, width=2 if self.is_dragging else 1)
        text = self.shown_text()
        arrows = _ARROW if is_hot else 0
        size, weight, _height = self._size
        room = area.width() - 2 * (_SIDE + arrows)
        painter.setFont(font_that_fits(text, size, weight, room))
        middle = Qt.AlignmentFlag.AlignVCenter
        if not is_hot:
            inner = area.adjusted(_SIDE, 0, -_SIDE - 1, 0)
            painter.setPen(self._text_color())
            painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, text)
            return
        # Centred, the arrows show that the number can be pulled to either side.
        painter.setPen(now.color("text3"))
        inner = area.adjusted(_SIDE, 0, -_SIDE, 0)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, "‹")
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, "›")
        painter.setPen(self._text_color())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def _text_color(self) -> QColor:
        return theme.current().color("text" if math.isfinite(self._value) else "error")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._is_editing:
            super().contextMenuEvent(event)
            return
        text = to_source(self._value)
        menu = PopUp(self)
        menu.add_copy(f"Copy {text}", lambda: text)
        if not self.isReadOnly():
            menu.add("Type a number", self.start_editing)
        menu.popup(event.globalPos())

    def _show_value(self) -> None:
        self.setText(self.shown_text())
        self.setToolTip(format_full(self._value))
        self.update()

    def _restyle(self) -> None:
        size, weight, _height = self._size
        self.setFont(fonts.sans(size, weight))
        if self._width is not None:
            self.setFixedWidth(fonts.px(self._width))
        self.updateGeometry()
        self.update()
