"""Paints what changes on a node: its name, its numbers, the gradient's bar, the slider."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.node_editor import colors
from app.node_editor.boxes import NodeBox
from app.node_editor.colors import SHARE_STEPS, brush, fill, pen
from app.node_editor.numerals import fitted, number_width
from app.node_editor.shape import FIELD_WIDTH, LEFT, RIGHT, WIDTH
from app.node_editor.sprites import Look, further_reached, look_of, name_left
from app.node_editor.texts import (
    NumberWriter,
    Style,
    TextPainter,
    elided,
    number_text,
    text_width,
)
from core.graph import Graph
from core.known import UNKNOWN

BAR_STEPS = 256  # lengths of a bar, on each side: a quarter of a pixel at 100 %
SHORT_NAME = 48.0  # pixels that an input's name has beside the longest number


def look_at(box: NodeBox) -> Look:
    """The Look of a node's sprite, found anew only where its numbers ask for another."""
    look, bad, is_reached = box.look, is_bad(box), box.grad is not None
    is_same = look is not None and look.is_bad == bad and look.is_reached == is_reached
    if look is not None and look.outputs:
        is_same = is_same and look.further_reached == further_reached(box)
    if look is None or not is_same:
        look = box.look = look_of(box, is_bad=bad, is_reached=is_reached)
    return look


def is_bad(box: NodeBox) -> bool:
    """True if the node's number or its gradient is inf or nan, as far as they are known."""
    data = box.node.data if box.is_computed else 0.0
    return not (math.isfinite(data) and math.isfinite(box.grad or 0.0))


def paint_rows(
    painter: QPainter,
    box: NodeBox,
    graph: Graph,
    *,
    has_names: bool = False,
    is_names_only: bool = False,
    is_crowded: bool = False,
) -> None:
    """Name, numbers, bar and slider.

    has_names: the names are there already. is_names_only: nothing but the names. is_crowded: as
    in `write_numbers`.
    """
    texts = TextPainter(painter)
    if not has_names:
        paint_names(texts, box, graph)
    if is_names_only:
        return
    write_numbers(texts, box, graph, is_crowded=is_crowded)
    if box.shape.slider is not None and box.slider is not None:
        paint_slider(painter, box.shape.slider, box.node.data, box.slider)
    if has_bar(box):
        paint_bar(painter, box.shape.bar, box.share, is_collapsed=box.is_collapsed)
    if look_at(box).is_bad or box.is_muted:
        return
    for output, (_center, bar) in zip(box.further_outputs, box.shape.further_grads):
        if output.grad is not None:
            paint_bar(painter, bar, output.share, is_collapsed=False)


def has_bar(box: NodeBox) -> bool:
    """True if there is a gradient that can be drawn as a bar."""
    look = look_at(box)
    return look.is_reached and not look.is_bad and not box.is_muted


def paint_names(texts: TextPainter, box: NodeBox, graph: Graph) -> None:
    """The node's name, and those of what feeds it."""
    look, plain = look_at(box), _plain(box)
    _paint_name(texts, box, look, plain)
    if not look.is_collapsed:
        _paint_input_names(texts, box, graph, plain)


def write_numbers(
    texts: NumberWriter, box: NodeBox, graph: Graph, *, is_crowded: bool = False
) -> None:
    """The node's numbers.

    is_crowded: without those that the nodes at the other ends of the links show as well.
    """
    quiet, plain = pen("text2"), _plain(box)
    _write_data(texts, box, plain)
    if box.is_collapsed:
        return
    _write_input_numbers(texts, box, graph, None if is_crowded else quiet, plain)
    _write_grad(texts, box, box.shape.grad_center, quiet, plain)
    for output, (center, _bar) in zip(box.further_outputs, box.shape.further_grads):
        _write_grad(texts, output, center, quiet, plain)


def _plain(box: NodeBox) -> QPen:
    return pen("text3" if box.is_muted else "text")


def are_names_still(box: NodeBox, graph: Graph) -> bool:
    """True if no number can take room from the names, so that they can be painted once."""
    return not box.is_collapsed and all(
        text_width(graph.nodes[source].name, Style.INPUT) <= SHORT_NAME
        for source in box.node.sources
    )


def _data_text(box: NodeBox) -> str:
    return number_text(box.node.data) if box.is_computed else UNKNOWN


def _header_center(box: NodeBox) -> float:
    return box.shape.data_center - 1 if box.is_collapsed else 15.0


def _paint_name(texts: TextPainter, box: NodeBox, look: Look, plain: QPen) -> None:
    left, end = name_left(look.glyph), WIDTH - 10.0
    if look.is_collapsed:
        end = RIGHT - 4 - number_width(_data_text(box), Style.NAME)
    room = end - left - (text_width(look.word, Style.CAPTION) + 6 if look.word else 0)
    name = elided(box.title, Style.NAME, room)
    texts.left(name, Style.NAME, plain, left, _header_center(box))


def _write_data(texts: NumberWriter, box: NodeBox, plain: QPen) -> None:
    data, shape = _data_text(box), box.shape
    strong = plain if math.isfinite(box.node.data) or not box.is_computed else pen("error")
    if box.is_collapsed:
        texts.right(data, Style.NAME, strong, RIGHT + 2, _header_center(box))
        return
    for output, center in zip(box.further_outputs, shape.outputs[1:]):
        number = fitted(number_text(output.node.data), Style.VALUE, RIGHT - LEFT - 64)
        color = plain if math.isfinite(output.node.data) else pen("error")
        texts.right(number, Style.VALUE, color, RIGHT, center)
    field = shape.data_field
    end = field.right() - 9 if field is not None else RIGHT
    width = FIELD_WIDTH - 12 if field is not None else RIGHT - LEFT - 34
    texts.right(fitted(data, Style.VALUE, width), Style.VALUE, strong, end, shape.data_center)


def _write_grad(texts: NumberWriter, box: NodeBox, center: float, quiet: QPen, plain: QPen) -> None:
    grad = UNKNOWN if box.grad is None else number_text(box.grad)
    color = quiet if box.grad is None else plain if math.isfinite(box.grad) else pen("error")
    texts.right(grad, Style.NAME, color, RIGHT, center)


def _input_text(box: NodeBox, graph: Graph, source: str) -> str:
    return UNKNOWN if source in box.hidden else number_text(graph.nodes[source].data)


def _paint_input_names(texts: TextPainter, box: NodeBox, graph: Graph, plain: QPen) -> None:
    for index, (source, center) in enumerate(zip(box.node.inputs, box.shape.input_centers)):
        if isinstance(source, str):
            number = _input_text(box, graph, source)
            room = RIGHT - LEFT - 10 - number_width(number, Style.BODY)
            called = box.input_names[index] if box.input_names else graph.nodes[source].name
            name = elided(called, Style.INPUT, room)
            texts.left(name, Style.INPUT, plain, LEFT + 2, center)


def _write_input_numbers(
    texts: NumberWriter, box: NodeBox, graph: Graph, quiet: QPen | None, plain: QPen
) -> None:
    """`quiet`: for the numbers of connected inputs; None leaves them out."""
    shape = box.shape
    for index, source in enumerate(box.node.inputs):
        center = shape.input_centers[index]
        if isinstance(source, str):
            if quiet is not None:
                texts.right(_input_text(box, graph, source), Style.BODY, quiet, RIGHT, center)
            continue
        field = shape.input_fields[index]
        end = field.right() - 9 if field is not None else RIGHT
        text = fitted(number_text(source), Style.BODY, FIELD_WIDTH - 12)
        texts.right(text, Style.BODY, plain, end, center)


def bar_step(share: float) -> int:
    """A bar's length as one of few; 0 only for a gradient that is exactly zero."""
    return round(share * BAR_STEPS) or (share > 0) - (share < 0)


def paint_bar(painter: QPainter, bar: QRectF, share: float, *, is_collapsed: bool) -> None:
    """The gradient as a bar: from the centre to the right in blue or to the left in orange."""
    share = bar_step(share) / BAR_STEPS
    painter.setPen(Qt.PenStyle.NoPen)
    if is_collapsed:
        painter.setBrush(colors.link_color(share) if share else brush("line"))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        return
    middle = bar.center().x()
    if share == 0:
        painter.setPen(pen("text3", 1.5))
        painter.setBrush(brush("raised"))
        painter.drawEllipse(bar.center(), 3.5, 3.5)
        return
    length = max(1.5, abs(share) * bar.width() / 2)
    # The ramp's end at every length: a short bar in a dark colour could not be seen.
    painter.setBrush(fill(SHARE_STEPS if share > 0 else -SHARE_STEPS))
    left = middle if share > 0 else middle - length
    painter.drawRoundedRect(QRectF(left, bar.top(), length, bar.height()), 2, 2)
    painter.fillRect(QRectF(middle - 0.75, bar.top() - 1.5, 1.5, bar.height() + 3), brush("text3"))


def paint_slider(
    painter: QPainter, groove: QRectF, number: float, range_: tuple[float, float]
) -> None:
    """The filled half of the groove and the thumb."""
    x = slider_x(groove, number, range_)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("text2"))
    middle = groove.center().y()
    painter.drawRoundedRect(QRectF(groove.left(), middle - 2, x - groove.left(), 4), 2, 2)
    painter.setBrush(brush("text"))
    painter.drawEllipse(QPointF(x, middle), 6, 6)


def slider_x(groove: QRectF, number: float, range_: tuple[float, float]) -> float:
    low, high = range_
    share = (number - low) / (high - low) if math.isfinite(number) else 0.5
    return groove.left() + groove.width() * max(0.0, min(1.0, share))
