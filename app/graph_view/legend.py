"""The legend: what the colours of the boxes stand for, on the scale in force."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from app import fonts, theme
from app.colors import ramp, symlog
from app.graph_view import palette
from app.widgets import texts
from core.numbers import format_number

HEIGHT = 72
BAR_WIDTH, BAR_HEIGHT = 300, 16
LEFT = 14
TOP = 22
GAP = 12
LEAST_BAR = 96.0  # width
_TITLE: texts.Face = (theme.SIZE_NODE, fonts.SEMIBOLD)
_WORDS: texts.Face = (theme.SIZE_BODY, fonts.NORMAL)
_TICKS: texts.Face = (theme.SIZE_CAPTION, fonts.NORMAL)


def height() -> int:
    """The room that the legend takes at the top."""
    return fonts.px(HEIGHT)


def nice(size: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(size))
    return min((1, 2, 5, 10), key=lambda digit: abs(math.log(size / (digit * power)))) * power


def ticks(scale: float, *, few: bool) -> list[float]:
    """The numbers under the bar: zero, the full colour, and round ones between."""
    if not (scale > 0 and math.isfinite(scale)):
        return [0.0]
    sizes = [nice(scale / 3)] + ([] if few else [nice(scale / 12)])
    sizes = [size for size in sizes if size < 0.8 * scale]
    return [*(sign * size for sign in (-1, 1) for size in (scale, *sizes)), 0.0]


def paint_legend(painter: QPainter, width: float, scale: float, output: str, color_by: str) -> None:
    """Paint it at the top left of a widget that is `width` wide."""
    now = theme.current()
    is_of_output = color_by == "gradient"
    title = f"∂{output} / ∂ node" if is_of_output else color_by
    low, high = f"{output} falls", f"{output} rises, when the node grows"
    is_size = color_by == "gradient check error"  # never below 0
    if not is_of_output:
        low, high = ("agrees", "off") if is_size else ("negative", "positive")
    fixed = texts.advance(title, _TITLE) + 2 * LEFT + 2 * GAP
    bar = fonts.px(BAR_WIDTH)
    needed = fixed + 24 + texts.advance(low + high, _WORDS)
    if needed + bar > width and is_of_output:
        for shorter in (f"{output} rises, when it grows", f"{output} rises"):
            high = shorter
            needed = fixed + 24 + texts.advance(low + high, _WORDS)
            if needed + LEAST_BAR <= width:
                break
    bar = int(min(bar, max(LEAST_BAR, width - needed - 1)))
    x, middle = float(LEFT), fonts.px(TOP) + BAR_HEIGHT / 2
    painter.setPen(now.color("text"))
    x = _word(painter, x, middle, title, _TITLE) + 24
    painter.setPen(now.color("text2"))
    x = _word(painter, x, middle, low, _WORDS) + GAP
    area = QRectF(round(x), fonts.px(TOP), bar, BAR_HEIGHT)
    image = _bar_image(now.name)
    whole = QRectF(image.rect())
    shown = whole.adjusted(whole.center().x(), 0, 0, 0) if is_size else whole
    painter.drawImage(area, image, shown)
    _paint_ticks(painter, area, scale, few=bar < BAR_WIDTH, is_size=is_size)
    painter.setPen(now.color("text2"))
    room = width - area.right() - GAP - LEFT
    said = texts.elided(high, _WORDS, max(0.0, room))
    _word(painter, area.right() + GAP, middle, said, _WORDS)


def _word(painter: QPainter, x: float, middle: float, text: str, face: texts.Face) -> float:
    """Draw a word from x on; returns where it ends."""
    baseline = middle + 0.36 * round(face[0] * fonts.scale)
    return texts.draw_on(painter, x, baseline, text, face)


@lru_cache(maxsize=4)
def _bar_image(_theme: str) -> QImage:
    """The whole ramp of a theme, one row."""
    rgb = np.ascontiguousarray(ramp(np.linspace(-1, 1, 2 * palette.STEPS + 1))[None])
    count = rgb.shape[1]
    return QImage(rgb.data, count, 1, 3 * count, QImage.Format.Format_RGB888).copy()


def _paint_ticks(
    painter: QPainter, area: QRectF, scale: float, *, few: bool, is_size: bool
) -> None:
    """The numbers under the bar. is_size: it begins at 0."""
    numbers = [number for number in ticks(scale, few=few) if number >= 0 or not is_size]
    zero = area.left() if is_size else area.center().x()
    length = area.right() - zero  # from zero to the full colour
    now = theme.current()
    painter.setFont(fonts.sans(theme.SIZE_CAPTION))
    baseline = area.bottom() + 6 + texts.metrics(_TICKS, fonts.scale).ascent()
    painter.setPen(now.color("text2"))
    taken: list[tuple[float, float]] = []
    # The ends and zero first: where there is no room, the ticks between give way.
    numbers.sort(key=lambda n: (abs(n) != scale and n != 0, -abs(n)))
    for number, share in zip(numbers, symlog(numbers, scale).tolist()):
        x = zero + share * length
        text = format_number(number, 3)
        half = texts.advance(text, _TICKS) / 2
        if any(x - half < right + 6 and x + half > left - 6 for left, right in taken):
            continue
        taken.append((x - half, x + half))
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
        painter.drawText(QPointF(x - half, baseline), text)
