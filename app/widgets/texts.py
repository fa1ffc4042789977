"""Short texts laid out once and painted often: shaping is most of what painting them takes."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt, qAddPostRoutine
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText

from app import fonts

KEPT = 8192  # texts; a graph of 1,000 nodes shows some 4,000

# Pixel size at 100 % and weight; the third part is there where it is for words, not for numbers.
Face = tuple[float, int] | tuple[float, int, str]
WORDS = "words"


@lru_cache(maxsize=64)
def _font(face: Face, scale: float) -> QFont:
    size, weight, *kind = face
    font = (fonts.words if kind else fonts.sans)(size, weight)
    font.setPixelSize(round(size * scale))
    return font


@lru_cache(maxsize=64)
def metrics(face: Face, scale: float) -> QFontMetricsF:
    """Of a face at a scale."""
    return QFontMetricsF(_font(face, scale))


@lru_cache(maxsize=KEPT)
def _advance(text: str, face: Face, scale: float) -> float:
    return metrics(face, scale).horizontalAdvance(text)


@lru_cache(maxsize=KEPT)
def _laid_out(text: str, face: Face, scale: float) -> tuple[QStaticText, float, float]:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=_font(face, scale))
    size = static.size()
    return static, size.width(), size.height()


@lru_cache(maxsize=KEPT)
def _elided(text: str, face: Face, room: float, scale: float, mode: Qt.TextElideMode) -> str:
    if _advance(text, face, scale) <= room:
        return text
    return metrics(face, scale).elidedText(text, mode, max(0.0, room))


# Laid-out texts point into Qt's fonts, which go with the application: they must not outlive it.
for _cache in (_laid_out, metrics, _font):
    qAddPostRoutine(_cache.cache_clear)


# In all of these, scale None is that of the program's type; a painter that is scaled itself says 1.


def advance(text: str, face: Face, scale: float | None = None) -> float:
    """Width of a text."""
    return _advance(text, face, fonts.scale if scale is None else scale)


def elided(
    text: str,
    face: Face,
    room: float,
    scale: float | None = None,
    mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> str:
    """`text`, cut short with an ellipsis where it is wider than `room`."""
    return _elided(text, face, room, fonts.scale if scale is None else scale, mode)


def draw_left(
    painter: QPainter, x: float, middle: float, text: str, face: Face, scale: float | None = None
) -> float:
    """Draw a text from x on, `middle` being the height of its middle; returns where it ends."""
    scale = fonts.scale if scale is None else scale
    static, width, height = _laid_out(text, face, scale)
    painter.setFont(_font(face, scale))
    painter.drawStaticText(QPointF(x, middle - height / 2), static)
    return x + width


def draw_on(
    painter: QPainter, x: float, baseline: float, text: str, face: Face, scale: float | None = None
) -> float:
    """Draw a text from x on, standing on a line; returns where it ends."""
    scale = fonts.scale if scale is None else scale
    static, _width, _height = _laid_out(text, face, scale)
    painter.setFont(_font(face, scale))
    painter.drawStaticText(QPointF(x, baseline - metrics(face, scale).ascent()), static)
    return x + advance(text, face, scale)


def draw_right(
    painter: QPainter, right: float, middle: float, text: str, face: Face,
    scale: float | None = None,
) -> float:  # fmt: skip
    """Draw a text that ends at `right`; returns where it begins."""
    width = advance(text, face, scale)
    draw_left(painter, right - width, middle, text, face, scale)
    return right - width


def draw_centered(
    painter: QPainter, x: float, middle: float, text: str, face: Face, scale: float | None = None
) -> None:
    """Draw a text about a point."""
    scale = fonts.scale if scale is None else scale
    static, width, height = _laid_out(text, face, scale)
    painter.setFont(_font(face, scale))
    painter.drawStaticText(QPointF(x - width / 2, middle - height / 2), static)
