"""The half of a node that no number changes, drawn once for all nodes that look alike.

A node is a sprite (body, header, op, captions, empty fields) and its numbers on top. A graph of
1,000 nodes has some twenty different sprites, so that zooming draws twenty nodes, not 1,000.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from app import theme
from app.node_editor.boxes import NodeBox, input_name
from app.node_editor.colors import brush, pen
from app.node_editor.shape import (
    CHIP,
    HEADER,
    LEFT,
    PORT_RADIUS,
    RADIUS,
    WIDTH,
    Shape,
)
from app.node_editor.texts import Style, TextPainter, elided, text_width

BORDER = 8.0  # around the node's rect, for its ports
KEPT = 300  # sprites, before all are dropped

NAME_LEFT_OF_LEAF = 28.0
CHIP_LEFT = 6.0
OUTPUT_NAME = 60.0  # pixels that the name of a group's output may take
LEAST_LABEL = 24.0  # pixels; a label that gets less is left out


class Look(NamedTuple):
    """All that a sprite depends on."""

    glyph: str  # "" for a leaf
    word: str  # at the right of the header; "" where the name needs the room
    connected: tuple[bool, ...]
    has_slider: bool
    is_collapsed: bool
    is_muted: bool
    is_bad: bool  # its number or its gradient is not finite
    is_reached: bool  # by the gradient
    inputs: tuple[str, ...] = ()  # names of a group's inputs
    outputs: tuple[str, ...] = ()  # and of its outputs
    further_reached: tuple[bool, ...] = ()  # is_reached of those after the first


def look_of(box: NodeBox, *, is_bad: bool, is_reached: bool) -> Look:
    """The Look of a node."""
    node = box.node
    glyph = box.glyph
    word = _word(box)
    room = WIDTH - name_left(glyph) - text_width(word, Style.CAPTION) - 16
    if box.is_collapsed or text_width(box.title, Style.NAME) > room:
        word = ""
    connected = tuple(isinstance(source, str) for source in node.inputs)
    return Look(
        glyph, word, connected, box.slider is not None, box.is_collapsed, box.is_muted,
        is_bad, is_reached, box.input_names, box.output_names,
        further_reached(box),
    )  # fmt: skip


def further_reached(box: NodeBox) -> tuple[bool, ...]:
    """Of a group's outputs after the first, to which the gradient has come."""
    return tuple([output.grad is not None for output in box.further_outputs])


def _word(box: NodeBox) -> str:
    """The node's label where it has one, else what it is."""
    label = box.node.label
    if label and label != box.node.name:
        taken = name_left(box.glyph) + text_width(box.title, Style.NAME)
        return elided(label, Style.CAPTION, max(LEAST_LABEL, WIDTH - taken - 18))
    return box.word


@lru_cache(maxsize=256)
def name_left(glyph: str) -> float:
    """Where the name begins: after the ring of a leaf or the chip of an op."""
    if not glyph:
        return NAME_LEFT_OF_LEAF
    return CHIP_LEFT + chip_width(glyph) + 6


def chip_width(glyph: str) -> float:
    return max(CHIP, text_width(glyph, glyph_style(glyph)) + 10)


def glyph_style(glyph: str) -> Style:
    """A sign such as × is drawn larger than a word such as tanh."""
    return Style.VALUE if len(glyph) == 1 and not glyph.isalpha() else Style.STRONG_CAPTION


class Sprites:
    """Pixmaps by Look, at the zoom and theme of the last paint."""

    def __init__(self) -> None:
        self._pixmaps: dict[tuple[Look, float, str], QPixmap] = {}

    def get(self, look: Look, shape: Shape, scale: float) -> QPixmap:
        """The sprite at `scale` device pixels for one logical pixel of the node."""
        key = look, scale, theme.current().name
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            if len(self._pixmaps) >= KEPT:
                self._pixmaps.clear()
            pixmap = self._pixmaps[key] = _draw(look, shape, scale)
        return pixmap


def border_pixels(scale: float) -> int:
    """Device pixels around the node's rect, for its ports: whole, so that all in it stay sharp."""
    return math.ceil(BORDER * scale)


def painter_of_node(pixmap: QPixmap, scale: float) -> QPainter:
    """Paints in a node's coordinates on its picture, whose device pixels are its logical ones."""
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(border_pixels(scale), border_pixels(scale))
    painter.scale(scale, scale)
    return painter


def _draw(look: Look, shape: Shape, scale: float) -> QPixmap:
    around = 2 * border_pixels(scale) + 1
    pixmap = QPixmap(round(WIDTH * scale) + around, round(shape.height * scale) + around)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = painter_of_node(pixmap, scale)
    paint_still(painter, look, shape)
    for index in (None, *range(len(look.connected))):
        is_connected = index is None or look.connected[index]
        paint_port(painter, shape.port(index), is_connected=is_connected)
    for center in shape.outputs[1:]:
        paint_port(painter, QPointF(WIDTH, center), is_connected=True)
    painter.end()
    return pixmap


def paint_still(painter: QPainter, look: Look, shape: Shape) -> None:
    """Paint all of a node but its name, its numbers and its ports."""
    _paint_body(painter, look, shape)
    texts = TextPainter(painter)
    quiet = pen("text3" if look.is_muted else "text2")
    if look.glyph:
        _paint_chip(painter, texts, look, shape)
    else:
        center = QPointF(16, min(shape.header.height(), HEADER) / 2)
        painter.setPen(pen("text3" if look.is_muted else "text2", 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, 5.5, 5.5)
    texts.forget()
    if look.word:
        texts.right(look.word, Style.CAPTION, pen("text3"), WIDTH - 10, HEADER / 2)
    if shape.is_collapsed:
        return
    _paint_captions(texts, look, shape, quiet)
    for field in (shape.data_field, *shape.input_fields):
        if field is not None:
            _paint_field(painter, field)
    if shape.slider is not None:
        _paint_groove(painter, shape.slider)
    _paint_track(painter, look, shape.bar, is_reached=look.is_reached)
    for is_reached, (_center, bar) in zip(look.further_reached, shape.further_grads):
        _paint_track(painter, look, bar, is_reached=is_reached)


def _paint_captions(texts: TextPainter, look: Look, shape: Shape, quiet: QPen) -> None:
    """What the rows are called."""
    if look.outputs:
        for name, middle in zip(look.outputs, shape.outputs):
            name = elided(name, Style.NAME, OUTPUT_NAME)
            texts.left(name, Style.NAME, pen("text"), LEFT, middle)
    else:
        texts.left("data", Style.CAPTION, quiet, LEFT, shape.data_center)
    whose = look.outputs if len(look.outputs) > 1 else ("",)
    rows = (shape.grad_center, *(row for row, _bar in shape.further_grads))
    for name, row in zip(whose, rows):
        grad = f"grad {elided(name, Style.CAPTION, 40)}" if name else "grad"
        texts.left(grad, Style.CAPTION, quiet, LEFT, row)
    for index, is_connected in enumerate(look.connected):
        if not is_connected:
            name = look.inputs[index] if look.inputs else input_name(index)
            texts.left(name, Style.INPUT, quiet, LEFT + 2, shape.input_centers[index])


def _paint_body(painter: QPainter, look: Look, shape: Shape) -> None:
    if look.is_muted:
        painter.setPen(dashed("strong", 1.0))
        painter.setBrush(brush("canvas"))
        painter.drawRoundedRect(shape.rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("raised"))
    painter.drawRoundedRect(shape.rect, RADIUS, RADIUS)
    if not shape.is_collapsed:
        painter.save()
        outline = QPainterPath()
        outline.addRoundedRect(shape.rect, RADIUS, RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(shape.header, brush("node_header"))
        painter.restore()
    painter.setPen(pen("error", 2.0) if look.is_bad else pen("line"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(shape.rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def _paint_chip(painter: QPainter, texts: TextPainter, look: Look, shape: Shape) -> None:
    center = min(shape.header.height(), HEADER) / 2
    if shape.is_collapsed:
        center = shape.data_center - 1
    chip = QRectF(CHIP_LEFT, center - CHIP / 2, chip_width(look.glyph), CHIP)
    painter.setPen(pen("line"))
    painter.setBrush(brush("canvas" if look.is_muted else "field"))
    painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    texts.forget()
    color = pen("text3" if look.is_muted else "text")
    texts.middle(look.glyph, glyph_style(look.glyph), color, chip.center().x(), chip.center().y())


def _paint_field(painter: QPainter, field: QRectF) -> None:
    painter.setPen(pen("strong"))
    painter.setBrush(brush("field"))
    painter.drawRoundedRect(field.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def _paint_groove(painter: QPainter, slider: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("line"))
    painter.drawRoundedRect(QRectF(slider.left(), slider.center().y() - 2, slider.width(), 4), 2, 2)


def _paint_track(painter: QPainter, look: Look, bar: QRectF, *, is_reached: bool) -> None:
    """The empty bar; dashed where no gradient can be drawn in it."""
    if look.is_muted or look.is_bad or not is_reached:
        painter.setPen(dashed("strong", 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("field" if theme.current().is_dark else "line"))
    painter.drawRoundedRect(bar, 3, 3)


def dashed(role: str, width: float) -> QPen:
    made = QPen(pen(role, width))
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    made.setDashPattern([3.0, 3.0])
    return made


def paint_port(painter: QPainter, center: QPointF, *, is_connected: bool) -> None:
    """A port at rest: filled if connected, else a ring; cased in the canvas' colour."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("canvas"))
    painter.drawEllipse(center, PORT_RADIUS + 1.5, PORT_RADIUS + 1.5)
    if is_connected:
        painter.setBrush(brush("text2"))
        painter.drawEllipse(center, PORT_RADIUS - 0.5, PORT_RADIUS - 0.5)
    else:
        painter.setPen(pen("text2", 2.0))
        painter.drawEllipse(center, PORT_RADIUS - 1.0, PORT_RADIUS - 1.0)
