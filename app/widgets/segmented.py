"""A choice among a few words that all show: linear | log."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from app import fonts, theme
from app.widgets.paint import DISABLED, draw_box

_PADDING = 10
_LEAST_PADDING = 5


class SegmentedControl(QWidget):
    """A row of words, exactly one of them chosen; arrow keys move the choice.

    Signals: valueChanged(word) when the user or `setValue` chose another.
    """

    valueChanged = Signal(str)

    def __init__(
        self, words: Iterable[str], parent: QWidget | None = None, *, value: str | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._segments: dict[str, Segment] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for word in words:
            segment = Segment(word, self)
            self._segments[word] = segment
            self._group.addButton(segment)
            row.addWidget(segment)
        chosen = value if value is not None else next(iter(self._segments))
        self._segments[chosen].setChecked(True)
        for segment in self._segments.values():
            segment.toggled.connect(self._toggled)

    def value(self) -> str:
        """The chosen word."""
        return next(word for word, segment in self._segments.items() if segment.isChecked())

    def setValue(self, word: str) -> None:
        """Choose a word; KeyError where there is no such word."""
        self._segments[word].setChecked(True)

    def segment(self, word: str) -> QAbstractButton:
        """The button of a word, for a tooltip or to disable it."""
        return self._segments[word]

    def move_choice(self, steps: int) -> None:
        """Choose the next word that can be chosen, `steps` to the right."""
        words = [word for word, segment in self._segments.items() if segment.isEnabled()]
        if not words or self.value() not in words:
            return
        place = min(max(words.index(self.value()) + steps, 0), len(words) - 1)
        segment = self._segments[words[place]]
        segment.setChecked(True)
        segment.setFocus(Qt.FocusReason.TabFocusReason)

    def _toggled(self, is_on: bool) -> None:
        if is_on:
            self.valueChanged.emit(self.value())
            if any(segment.hasFocus() for segment in self._segments.values()):
                self._segments[self.value()].setFocus(Qt.FocusReason.OtherFocusReason)
        for segment in self._segments.values():
            # Tab stops once, at the choice; within, the arrow keys move.
            policy = Qt.FocusPolicy.StrongFocus if segment.isChecked() else Qt.FocusPolicy.NoFocus
            segment.setFocusPolicy(policy)

    def showEvent(self, event: object) -> None:
        self._toggled(False)


class Segment(QAbstractButton):
    """One word of a SegmentedControl."""

    def __init__(self, word: str, control: SegmentedControl) -> None:
        super().__init__(control)
        self.focus_reason: Qt.FocusReason | None = None
        self._control = control
        self.setText(word)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.toggled.connect(self._restyle)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        # As wide as when it is chosen, in bold: the row must not move with the choice.
        width = QFontMetricsF(fonts.words(weight=fonts.SEMIBOLD)).horizontalAdvance(self.text())
        return QSize(round(width) + 2 * fonts.px(_PADDING), fonts.px(theme.CONTROL_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        # Where room is scarce the padding gives way, the word does not.
        hint = self.sizeHint()
        return QSize(hint.width() - 2 * fonts.px(_PADDING - _LEAST_PADDING), hint.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if steps is None:
            super().keyPressEvent(event)
        else:
            self._control.move_choice(steps)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.focus_reason = event.reason()  # the focus ring asks for it
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        # Each segment paints its part of one box that spans the row.
        row = QRectF(self._control.rect()).translated(-self.pos())
        part = QPainterPath()
        part.addRoundedRect(row, theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)
        painter.setClipPath(part)
        if self.isChecked():
            painter.fillRect(self.rect(), now.color("accent_soft"))
        elif self.isEnabled() and self.underMouse():
            painter.fillRect(self.rect(), now.color("hover"))
        painter.setClipping(False)
        draw_box(painter, row, None, now.color("strong"))
        if self.x() > 0:
            painter.setPen(QPen(now.color("strong"), 1))
            painter.drawLine(0, 1, 0, self.height() - 2)
        painter.setFont(self.font())
        painter.setPen(now.color("accent" if self.isChecked() else "text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _restyle(self) -> None:
        self.setFont(fonts.words(weight=fonts.SEMIBOLD if self.isChecked() else fonts.NORMAL))
        self.updateGeometry()
        self.update()
