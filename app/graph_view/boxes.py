"""The box of one value: filled by its colour, with its name, data and gradient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app import fonts, theme
from app.graph_view import palette, texts

TITLE_ROW = 30.0
READABLE = 0.62  # zoom from which numbers are drawn: captions are then 7 px and figures 11
NAMED = 0.24  # zoom from which names are drawn
TWO_LINES = 32.0  # widget pixels of height in which a name and a number find room
LINE = 8.0  # of each from the middle
PALE = 22  # steps of colour under which a box needs an edge to stand out from the canvas
RADIUS = 4.0


class Kind(IntEnum):
    """How a box is filled."""

    FILLED = 0
    ZERO = 1
    NOT_FINITE = 2
    MUTED = 3
    UNREACHED = 4


@dataclass(frozen=True)
class Box:
    """What a box shows. text: what it computes. step: of colour. number: what the colour means.

    data, grad: None is a dash. is_checked: the number is the error of the gradient, and shows
    beside it in place of the data.
    """

    name: str
    text: str
    kind: Kind
    step: int
    data: float | None
    grad: float | None
    number: float
    is_checked: bool = False

    @property
    def figures(self) -> tuple[tuple[str, float | None], tuple[str, float | None]]:
        """What stands in its two halves: a caption and a number each."""
        if not self.is_checked:
            return ("data", self.data), ("grad", self.grad)
        is_known = self.grad is not None and self.number == self.number
        return ("grad", self.grad), ("error", self.number if is_known else None)


def paint_body(painter: QPainter, rect: QRectF, kind: Kind, step: int) -> tuple[QColor, QPen]:
    """Fill and edge of a box; returns the colour of its text and the pen of its hairlines."""
    now = theme.current()
    if kind == Kind.FILLED:
        painter.setBrush(palette.fill(step))
        if abs(step) < PALE:
            painter.setPen(palette.pen("line"))
            rect = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        return palette.text(step), palette.division(step)
    if kind == Kind.ZERO:
        width, role, style, ink = 2.0, "text3", Qt.PenStyle.SolidLine, "text"
    elif kind == Kind.NOT_FINITE:
        width, role, style, ink = 2.0, "error", Qt.PenStyle.SolidLine, "text"
    elif kind == Kind.MUTED:
        width, role, style, ink = 1.0, "text3", Qt.PenStyle.DashLine, "text3"
    else:
        width, role, style, ink = 1.0, "line", Qt.PenStyle.SolidLine, "text2"
    half = width / 2
    painter.setPen(palette.pen(role, width, style))
    ground = "error_soft" if kind == Kind.NOT_FINITE else "canvas"
    painter.setBrush(now.color("raised" if kind == Kind.UNREACHED else ground))
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), RADIUS, RADIUS)
    return now.color(ink), palette.pen("line")


def paint_box(painter: QPainter, rect: QRectF, box: Box) -> None:
    """The whole box: `e = a × b`, and under it data | grad, or grad | error."""
    ink, division = paint_body(painter, rect, box.kind, box.step)
    scale = fonts.scale
    line_y = rect.top() + TITLE_ROW * scale
    painter.setPen(division)
    middle = rect.center().x()
    painter.drawLine(QPointF(rect.left(), line_y), QPointF(rect.right(), line_y))
    painter.drawLine(QPointF(middle, line_y), QPointF(middle, rect.bottom()))
    painter.setPen(ink)
    top = QRectF(rect.left(), rect.top(), rect.width(), TITLE_ROW * scale)
    texts.draw_title(painter, top, box.name, box.text)
    quarter = rect.width() / 4
    room = 2 * quarter - 8
    for x, (caption, number) in zip((middle - quarter, middle + quarter), box.figures):
        painter.setPen(ink)
        texts.draw_centered(painter, x, line_y + 16 * scale, caption, texts.CAPTION)
        figure, face = ("–", texts.FIGURE) if number is None else texts.fitted(number, room)
        if number is not None and number - number != 0:  # inf or nan
            painter.setPen(theme.current().color("error"))
        texts.draw_centered(painter, x, line_y + 37 * scale, figure, face)


def paint_name_only(painter: QPainter, rect: QRectF, box: Box, zoom: float) -> None:
    """A filled box with its name, and the number that its colour means where there is room.

    Both stay as large on screen as they are at 100 %.
    """
    ink, _division = paint_body(painter, rect, box.kind, box.step)
    painter.save()
    painter.translate(rect.center())
    painter.scale(1 / zoom, 1 / zoom)
    painter.setPen(ink)
    room = round(rect.width() * zoom) - 4
    is_high = rect.height() * zoom >= TWO_LINES * fonts.scale
    has_number = is_high and box.kind != Kind.UNREACHED
    face = texts.SMALL_FIGURES[-1] if has_number or zoom < 0.45 else texts.NAME
    line = LINE * fonts.scale if has_number else 0.0
    texts.draw_centered(painter, 0, -line, texts.elided(box.name, face, room), face)
    if has_number:
        if box.number - box.number != 0:
            painter.setPen(theme.current().color("error"))
        figure, _face = texts.fitted(box.number, room, texts.SMALL_FIGURES[-1:])
        texts.draw_centered(painter, 0, line, figure, texts.BODY)
    painter.restore()
