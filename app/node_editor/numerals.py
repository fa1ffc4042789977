"""Numbers that change at every frame of a drag: laid out by a table, drawn in a call for each look.

To lay out one text costs Qt thirty times as much as to draw it. The digits of numbers are as wide
as each other and never kern, so their places are sums; what is drawn is the same to the pixel.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, qAddPostRoutine
from PySide6.QtGui import QGlyphRun, QPainter, QPen, QRawFont, QTextLayout, QTransform

from app.node_editor.texts import (
    Style,
    TextPainter,
    elided,
    font_of,
    metrics,
    text_height,
    text_width,
)
from app.shared_shapes import SharedShapes
from core.known import UNKNOWN
from core.numbers import MINUS

ALPHABET = frozenset(f"0123456789.+-e{MINUS}{UNKNOWN}…infa")  # of all numbers, also inf and nan

Floats = npt.NDArray[np.float64]


class _Glyphs(NamedTuple):
    """What is needed of a font. The arrays are indexed by the characters' code points."""

    font: QRawFont
    glyphs: npt.NDArray[np.intp]
    widths: Floats
    width_of: dict[str, float]
    rise: float  # from a text's middle down to its baseline


@lru_cache(maxsize=8)
def _glyphs(style: Style) -> _Glyphs:
    size = ord(max(ALPHABET)) + 1
    glyphs, widths = np.zeros(size, dtype=np.intp), np.zeros(size)
    for letter in ALPHABET:  # one by one, with the font's features: digits of one width
        layout = QTextLayout(letter, font_of(style))
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        run = layout.glyphRuns()[0]
        glyphs[ord(letter)], widths[ord(letter)] = run.glyphIndexes()[0], line.naturalTextWidth()
        if letter == "0":
            font = run.rawFont()
    rise = metrics(style).ascent() - text_height("0", style) / 2
    width_of = {letter: float(widths[ord(letter)]) for letter in ALPHABET}
    return _Glyphs(font, glyphs, widths, width_of, rise)


qAddPostRoutine(_glyphs.cache_clear)  # fonts go with the application


def number_width(number: str, style: Style) -> float:
    """The width of a number's text."""
    if not ALPHABET.issuperset(number):
        return text_width(number, style)
    width_of = _glyphs(style).width_of
    return sum([width_of[letter] for letter in number])


def fitted(number: str, style: Style, width: float) -> str:
    """A number's text, cut short where it is wider than `width`."""
    return number if number_width(number, style) <= width else elided(number, style, width)


class _Look:
    """The numbers of one style and pen."""

    def __init__(self, style: Style, pen: QPen) -> None:
        self.style, self.pen = style, pen
        self.texts: list[str] = []
        self.ends: list[tuple[float, float]] = []  # where each text ends, and its middle line
        self._points = SharedShapes(QPointF)

    def draw(self, painter: QPainter) -> None:
        """Draw and forget them."""
        font, glyphs, widths, _width_of, rise = _glyphs(self.style)
        codes = np.frombuffer("".join(self.texts).encode("utf-32-le"), dtype=np.uint32)
        lengths = np.array([len(text) for text in self.texts])
        after = np.cumsum(widths[codes])
        last = np.cumsum(lengths) - 1
        ends = np.array(self.ends)
        points = np.column_stack(
            [
                after - widths[codes] + np.repeat(ends[:, 0] - after[last], lengths),
                np.repeat(ends[:, 1] + rise, lengths),
            ]
        )
        run = QGlyphRun()
        run.setRawFont(font)
        run.setGlyphIndexes(glyphs[codes].tolist())
        run.setPositions(self._points.of(points))
        painter.setPen(self.pen)
        painter.drawGlyphRun(QPointF(0, 0), run)
        self.texts, self.ends = [], []


class Numerals:
    """Takes texts as a TextPainter does, and draws all of them at the end."""

    def __init__(self) -> None:
        self._looks: dict[tuple[Style, int], _Look] = {}
        self._others: list[tuple[str, Style, QPen, float, float]] = []
        self._zoom = 1.0
        self._origin = 0.0, 0.0

    def begin(self, zoom: float) -> None:
        """Numbers are wanted at this zoom."""
        self._zoom = zoom

    def move_to(self, x: float, y: float) -> None:
        """The next ones belong to a node whose corner is at this pixel."""
        self._origin = x / self._zoom, y / self._zoom

    def right(self, text: str, style: Style, pen: QPen, x: float, center: float) -> None:
        """A text that ends at `x`."""
        end, middle = self._origin[0] + x, self._origin[1] + center
        if not ALPHABET.issuperset(text):
            self._others.append((text, style, pen, end, middle))
            return
        look = self._looks.get((style, id(pen)))
        if look is None:
            look = self._looks[style, id(pen)] = _Look(style, pen)
        look.texts.append(text)
        look.ends.append((end, middle))

    def draw(self, painter: QPainter) -> None:
        """Draw what has been collected; changes the painter's transform, font and pen."""
        painter.setTransform(QTransform.fromScale(self._zoom, self._zoom))
        for look in self._looks.values():
            if look.texts:
                look.draw(painter)
        texts = TextPainter(painter)
        for text, style, pen, x, center in self._others:
            texts.right(text, style, pen, x, center)
        self._others.clear()
