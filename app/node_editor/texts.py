"""Short texts laid out once and painted often."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Protocol

from PySide6.QtCore import QPointF, Qt, qAddPostRoutine
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QStaticText

from app import fonts, theme
from core.numbers import format_number

KEPT = 8192  # texts; a graph of 1,000 nodes shows some 5,000


class Style:
    """Size and weight of a text on the canvas, at zoom 100 %.

    Compared by identity: an Enum's hash, written in Python, would cost more than the painting.
    """

    CAPTION: ClassVar[Style]
    STRONG_CAPTION: ClassVar[Style]
    BODY: ClassVar[Style]
    INPUT: ClassVar[Style]
    NAME: ClassVar[Style]
    VALUE: ClassVar[Style]

    def __init__(self, size: int, weight: int) -> None:
        self.size, self.weight = size, weight


Style.CAPTION = Style(theme.SIZE_CAPTION, fonts.NORMAL)
Style.STRONG_CAPTION = Style(theme.SIZE_CAPTION, fonts.SEMIBOLD)
Style.BODY = Style(theme.SIZE_BODY, fonts.NORMAL)
Style.INPUT = Style(theme.SIZE_BODY, fonts.MEDIUM)
Style.NAME = Style(theme.SIZE_NODE, fonts.SEMIBOLD)
Style.VALUE = Style(theme.SIZE_VALUE, fonts.SEMIBOLD)


@lru_cache(maxsize=16)
def _font(style: Style) -> QFont:
    font = fonts.sans(style.size, style.weight)
    font.setPixelSize(style.size)  # the canvas has a zoom of its own, also in presenter mode
    return font


def font_of(style: Style) -> QFont:
    """A style's font at zoom 100 %, for texts too long to be kept laid out."""
    return QFont(_font(style))


@lru_cache(maxsize=16)
def metrics(style: Style) -> QFontMetricsF:
    return QFontMetricsF(_font(style))


@lru_cache(maxsize=KEPT)
def _laid_out(text: str, style: Style) -> tuple[QStaticText, float, float]:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=_font(style))
    size = static.size()
    return static, size.width(), size.height()


@lru_cache(maxsize=KEPT)
def elided(text: str, style: Style, width: float) -> str:
    """`text`, cut short with an ellipsis where it is wider than `width`."""
    return metrics(style).elidedText(text, Qt.TextElideMode.ElideRight, width)


@lru_cache(maxsize=KEPT)
def number_text(number: float) -> str:
    """A number as shown on a node."""
    return format_number(number)


def text_width(text: str, style: Style) -> float:
    return _laid_out(text, style)[1]


def text_height(text: str, style: Style) -> float:
    return _laid_out(text, style)[2]


# Laid-out texts point into Qt's fonts, which go with the application: they must not outlive it.
for _cache in (_laid_out, metrics, _font):
    qAddPostRoutine(_cache.cache_clear)


class NumberWriter(Protocol):
    """Puts numbers on the canvas, at once or with others."""

    def right(self, text: str, style: Style, pen: QPen, x: float, center: float) -> None:
        """A text that ends at `x`, `center` being its middle line."""


class TextPainter:
    """Draws texts and sets the painter's font and pen only where they change."""

    def __init__(self, painter: QPainter) -> None:
        self._painter = painter
        self._style: Style | None = None
        self._pen: QPen | None = None

    def left(self, text: str, style: Style, pen: QPen, x: float, center: float) -> None:
        """Draw `text` from `x` on, `center` being its middle line."""
        static, _width, height = _laid_out(text, style)
        self._draw(static, style, pen, QPointF(x, center - height / 2))

    def right(self, text: str, style: Style, pen: QPen, x: float, center: float) -> None:
        """Draw `text` so that it ends at `x`."""
        static, width, height = _laid_out(text, style)
        self._draw(static, style, pen, QPointF(x - width, center - height / 2))

    def middle(self, text: str, style: Style, pen: QPen, x: float, center: float) -> None:
        static, width, height = _laid_out(text, style)
        self._draw(static, style, pen, QPointF(x - width / 2, center - height / 2))

    def forget(self) -> None:
        """The painter's font and pen were set by somebody else."""
        self._style = self._pen = None

    def _draw(self, static: QStaticText, style: Style, pen: QPen, at: QPointF) -> None:
        if style is not self._style:
            self._painter.setFont(_font(style))
            self._style = style
        if pen is not self._pen:
            self._painter.setPen(pen)
            self._pen = pen
        self._painter.drawStaticText(at, static)
