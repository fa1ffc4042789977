"""What is painted over the curves: names at their ends, the cursor's numbers, a past step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app import fonts, theme
from app.widgets import texts
from app.widgets.paint import draw_box
from app.widgets.plot_paint import spread
from core.numbers import format_number

LABELS = 112  # pixels right of the plot, for the names at the curves' ends
_MOST_ROWS = 7
_CARD_WIDTH = 208


class End(NamedTuple):
    """The name at a curve's end."""

    name: str
    y: float  # on the vertical axis
    color: str
    is_bold: bool


class Reading(NamedTuple):
    """The numbers under the cursor: name, number, and the colour of its run ("" the present's)."""

    step: int
    place: float  # on the horizontal axis
    rows: tuple[tuple[str, float, str], ...]


def paint_ends(
    painter: QPainter, area: QRectF, ends: list[End], height_of: Callable[[float], float]
) -> None:
    """The names at the curves' ends, moved apart where they would overlap."""
    heights = spread(
        [height_of(end.y) for end in ends], fonts.px(17), area.top(), area.bottom() - 4
    )
    for (name, _y, color, is_bold), top in zip(ends, heights):
        painter.setPen(QColor(color))
        face = (theme.SIZE_CAPTION, fonts.SEMIBOLD if is_bold else fonts.NORMAL, texts.WORDS)
        texts.draw_left(
            painter, area.right() + 10, top, texts.elided(name, face, fonts.px(LABELS) - 14), face
        )


def paint_start(painter: QPainter, area: QRectF, points: Sequence[QPointF]) -> None:
    """What there is before the first step: a dot for each first number, and what will come."""
    now = theme.current()
    painter.setPen(now.color("text3"))
    painter.setFont(fonts.words(theme.SIZE_BODY))
    words, centered = "Train, and each step is drawn here", Qt.AlignmentFlag.AlignCenter
    ground = painter.boundingRect(area, centered, words)
    painter.fillRect(ground.adjusted(-8, 0, 8, 0), now.color("panel"))  # over the level lines
    painter.drawText(area, centered, words)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(now.runs[0]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for point in points:
        painter.drawEllipse(point, 3.5, 3.5)


def paint_step(painter: QPainter, area: QRectF, x: float, step: int) -> None:
    """A line at a past step that shows in the other panels."""
    if not area.left() <= x <= area.right():
        return
    now = theme.current()
    painter.setPen(QPen(now.color("accent"), 2))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    font = fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD)
    text = f"step {step:,}"
    width = QFontMetricsF(font).horizontalAdvance(text) + 12
    left = min(x + 4, area.right() - width)
    high = fonts.px(18)
    box = QRectF(left, area.bottom() - high - 4, width, high)
    draw_box(painter, box, now.color("accent_soft"), None, radius=4)
    painter.setFont(font)
    painter.setPen(now.color("accent"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def paint_reading(
    painter: QPainter, area: QRectF, read: Reading, x: float, height_of: Callable[[float], float]
) -> None:
    """The cursor: a dashed line, a dot on each curve, and a card with the numbers."""
    if not area.left() <= x <= area.right():
        return
    now = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(now.color("text2"), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    painter.setBrush(now.color("panel"))
    for _name, number, color in read.rows:
        place = QPointF(x, height_of(number))
        # Qt takes a place that is not a number for one inside.
        if not math.isnan(place.y()) and area.contains(place):
            painter.setPen(QPen(QColor(color) if color else now.color("selection"), 1.5))
            painter.drawEllipse(place, 4, 4)
    rows = [row for row in read.rows if not math.isnan(row[1]) or not row[2]][:_MOST_ROWS]
    _paint_card(painter, area, x, f"step {read.step:,}", rows)


def _paint_card(
    painter: QPainter, area: QRectF, x: float, title: str, rows: list[tuple[str, float, str]]
) -> None:
    now = theme.current()
    row = fonts.px(22)
    width, height = fonts.px(_CARD_WIDTH), fonts.px(30) + row * len(rows)
    left = x + 12 if x + 12 + width <= area.right() else x - 12 - width
    card = QRectF(round(left), round(area.top()), width, height)
    draw_box(painter, card, now.color("raised"), now.color("strong"), radius=6)
    line = card.adjusted(12, 4, -12, 0)
    line.setHeight(fonts.px(24))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setFont(fonts.sans())
    painter.setPen(now.color("text2"))
    painter.drawText(line, middle, title)
    for name, number, color in rows:
        line.translate(0, row)
        painter.setFont(fonts.words())
        painter.setPen(QColor(color) if color else now.color("text2"))
        value = format_number(number, 6)
        number_font = fonts.sans(theme.SIZE_NODE, fonts.SEMIBOLD)
        room = line.width() - QFontMetricsF(number_font).horizontalAdvance(value) - 12
        elide = Qt.TextElideMode.ElideRight
        text = QFontMetricsF(painter.font()).elidedText(name, elide, room)
        painter.drawText(line, middle, text)
        painter.setFont(number_font)
        painter.setPen(now.color("text"))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, value)
