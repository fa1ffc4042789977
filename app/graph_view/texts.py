"""Short texts laid out once and painted often: shaping is most of what painting a box takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText

from app import fonts, theme
from core.numbers import MINUS, format_number

KEPT = 8192  # texts; a graph of 1,000 nodes shows some 4,000

Face = tuple[int, int]  # pixel size at 100 %, weight

CAPTION: Face = (theme.SIZE_CAPTION, fonts.NORMAL)
TITLE: Face = (theme.SIZE_CODE, fonts.NORMAL)
NAME: Face = (theme.SIZE_CODE, fonts.SEMIBOLD)
BODY: Face = (theme.SIZE_CAPTION, fonts.MEDIUM)
FIGURE: Face = (theme.SIZE_FIGURE, fonts.SEMIBOLD)
SMALL_FIGURES: tuple[Face, ...] = (
    (15, fonts.SEMIBOLD),
    (13, fonts.SEMIBOLD),
    (12, fonts.SEMIBOLD),
)


@lru_cache(maxsize=64)
def _font(face: Face, _scale: float) -> QFont:
    return fonts.sans(*face)


@lru_cache(maxsize=64)
def _metrics(face: Face, scale: float) -> QFontMetricsF:
    return QFontMetricsF(_font(face, scale))


@lru_cache(maxsize=KEPT)
def _advance(text: str, face: Face, scale: float) -> float:
    return _metrics(face, scale).horizontalAdvance(text)


def advance(text: str, face: Face) -> float:
    """Width of a text."""
    return _advance(text, face, fonts.scale)


@lru_cache(maxsize=KEPT)
def _laid_out(text: str, face: Face, scale: float) -> tuple[QStaticText, float, float]:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=_font(face, scale))
    size = static.size()
    return static, size.width(), size.height()


@lru_cache(maxsize=KEPT)
def _elided(text: str, face: Face, room: float, scale: float) -> str:
    if _advance(text, face, scale) <= room:
        return text
    metrics = _metrics(face, scale)
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))


@lru_cache(maxsize=KEPT)
def _fitted(number: float, room: float, scale: float, faces: tuple[Face, ...]) -> tuple[str, Face]:
    figure = format_number(number)
    faces = faces or (SMALL_FIGURES if len(figure) >= 6 else (FIGURE, *SMALL_FIGURES))
    for face in faces:
        if _advance(figure, face, scale) <= room:
            return figure, face
    for figure in _shorter(number):
        if _advance(figure, faces[-1], scale) <= room:
            break
    return figure, faces[-1]


def _shorter(number: float) -> Iterator[str]:
    """Ever shorter forms of a number; −0.000343 is −3.4e−4 before it is −0.0003."""
    for digits in (3, 2, 1):
        yield format_number(number, digits)
        if math.isfinite(number):
            mantissa, _e, exponent = f"{number:.{digits - 1}e}".partition("e")
            yield f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def fitted(number: float, room: float, faces: tuple[Face, ...] = ()) -> tuple[str, Face]:
    """A number's figures and the face in which they fit: 18, 15 from six glyphs on, at least 12.

    Where even that is too wide, fewer digits; the card under the pointer has them all.
    faces: other sizes to try, largest first.
    """
    return _fitted(number, room, fonts.scale, faces)


def elided(text: str, face: Face, room: float) -> str:
    """`text`, cut short with an ellipsis where it is wider than `room`."""
    return _elided(text, face, room, fonts.scale)


def draw_left(painter: QPainter, x: float, middle: float, text: str, face: Face) -> float:
    """Draw a text from x on, `middle` being the height of its middle; returns where it ends."""
    static, width, height = _laid_out(text, face, fonts.scale)
    painter.setFont(_font(face, fonts.scale))
    painter.drawStaticText(QPointF(x, middle - height / 2), static)
    return x + width


def draw_centered(painter: QPainter, x: float, middle: float, text: str, face: Face) -> None:
    """Draw a text about a point."""
    static, width, height = _laid_out(text, face, fonts.scale)
    painter.setFont(_font(face, fonts.scale))
    painter.drawStaticText(QPointF(x - width / 2, middle - height / 2), static)


def draw_title(painter: QPainter, area: QRectF, name: str, text: str) -> None:
    """`e = a × b` in the middle, the name in bold; what is too long ends in an ellipsis."""
    room = area.width() - 12
    name = elided(name, NAME, room)
    rest = elided(f" = {text}", TITLE, room - advance(name, NAME)) if text else ""
    width = advance(name, NAME) + (advance(rest, TITLE) if rest else 0.0)
    x, middle = area.center().x() - width / 2, area.center().y()
    draw_left(painter, x, middle, name, NAME)
    if rest:
        draw_left(painter, x + advance(name, NAME), middle, rest, TITLE)
