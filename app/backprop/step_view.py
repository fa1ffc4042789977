"""What the present step does, in formulas and numbers, as the transport bar shows it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import fonts, theme
from core.step_texts import Line, StepText

_FIRST, _SECOND = 20.0, 44.0  # heights of the two lines' middles at 100 %
_HEADING = 132.0  # px at most of the column with the node's formula
_GAP = 20.0
_WITH_HEADING_FROM = 420.0  # px under which the formulas have all the room

_HINT = StepText("", "", (
    Line("Step through the chain rule, there and back in time."),
    Line("F10 step,  Shift+F10 back,  F8 play"),
))  # fmt: skip
_EMPTY = StepText("", "", (Line("There is nothing to step through yet."),))


class StepView(QWidget):
    """Two lines of formulas, with what the node is beside them. Results stand out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backprop_lines")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._text: StepText | None = None
        self._is_empty = True
        theme.notifier.changed.connect(self.updateGeometry)
        theme.notifier.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(480), fonts.px(62))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(130), fonts.px(62))

    @property
    def text(self) -> str:
        """All lines, as they are where there is room."""
        return "\n".join(line.text for line in self._shown().lines)

    def show_text(self, text: StepText | None, *, is_empty: bool) -> None:
        """The present step's; None while nothing is stepped. is_empty: there is nothing to step."""
        self._text, self._is_empty = text, is_empty
        self.setAccessibleName(self._shown().text)
        self.setToolTip(_tooltip(text))
        self.update()

    def _shown(self) -> StepText:
        return self._text or (_EMPTY if self._is_empty else _HINT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self._shown()
        left = 0.0
        if self._text is not None and self.width() >= fonts.px(_WITH_HEADING_FROM):
            left = self._paint_heading(painter, text) + fonts.px(_GAP)
        middles = [_FIRST, _SECOND] if len(text.lines) > 1 else [(_FIRST + _SECOND) / 2]
        for line, middle in zip(text.lines, middles):
            _Writer(painter, fonts.px(middle), self.width()).write(line, left)

    def _paint_heading(self, painter: QPainter, text: StepText) -> float:
        """The column at the left; returns its width."""
        font = fonts.sans()
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.current().color("text2"))
        wanted = max(metrics.horizontalAdvance(words) for words in (text.heading, text.note))
        width = min(wanted + 1, fonts.px(_HEADING))
        for words, middle in ((text.heading, _FIRST), (text.note, _SECOND)):
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width + 0.5)
            area = QRectF(0, fonts.px(middle - 12), width + 1, fonts.px(24))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)
        return width


class _Writer:
    """Writes one line; what does not fit goes, the result last."""

    def __init__(self, painter: QPainter, middle: float, right: float) -> None:
        self._painter, self._middle, self._right = painter, middle, right
        self._plain = fonts.sans(theme.SIZE_NODE)
        self._strong = fonts.sans(theme.SIZE_VALUE, fonts.SEMIBOLD)

    def write(self, line: Line, x: float) -> None:
        role = "text" if line.result else "text2"
        room = self._right - x
        needed = _advance(line.result, self._strong)
        head, tail, parts = line.head, line.tail, list(line.parts)
        while parts and self._width(head, *parts, tail) + needed > room:
            parts.pop(0)
        if self._width(head, *parts, tail) + needed > room and line.result:
            tail = ""
        rest = room - needed - self._width(*parts, tail)
        head = QFontMetricsF(self._plain).elidedText(
            head, Qt.TextElideMode.ElideRight if not line.result else Qt.TextElideMode.ElideMiddle,
            rest + 0.5,
        )  # fmt: skip
        x = self._draw(head, self._plain, role, x)
        for part in parts:
            x = self._draw(part, self._plain, role, x)
        x = self._draw(line.result, self._strong, role, x)
        self._draw(tail, self._plain, "text2", x)

    def _width(self, *texts: str) -> float:
        return sum(_advance(text, self._plain) for text in texts)

    def _draw(self, text: str, font: QFont, role: str, x: float) -> float:
        self._painter.setFont(font)
        self._painter.setPen(theme.current().color(role))
        # Both sizes stand on one line, that of the plain text in the row's middle.
        metrics = QFontMetricsF(self._plain)
        baseline = self._middle + (metrics.ascent() - metrics.descent()) / 2
        self._painter.drawText(round(x), round(baseline), text)
        return x + _advance(text, font)


def _advance(text: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


def _tooltip(text: StepText | None) -> str:
    if text is None:
        return ""
    return "\n".join([f"{text.heading}  ({text.note})", *(line.text for line in text.lines)])
