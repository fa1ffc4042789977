"""Paints nodes with all their rows; how they look from far is in `far`."""

from __future__ import annotations

from collections.abc import Container, Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTransform

from app import theme
from app.node_editor.annotations import ItemHit
from app.node_editor.bars import BarPictures
from app.node_editor.boxes import MARGIN, Hit, NodeBox, Part
from app.node_editor.colors import brush, pen
from app.node_editor.numerals import Numerals
from app.node_editor.pictures import NodePictures, Picture
from app.node_editor.rows import has_bar, is_bad, paint_names, paint_rows, write_numbers
from app.node_editor.shape import (
    FIELD_WIDTH,
    PORT_RADIUS,
    RADIUS,
    REASON_HEIGHT,
    WIDTH,
)
from app.node_editor.sprites import BORDER, paint_port
from app.node_editor.texts import Style, TextPainter, elided, number_text, text_width
from app.widgets.icons import draw_icon
from core.graph import Graph, Port

Floats = npt.NDArray[np.float64]

CROWD = 60  # nodes in sight
CROWDED_BELOW = 0.75  # zoom at which so many nodes leave out what they repeat of others
MOST_COMPARED = 1000  # nodes in sight, of which it is found out if they cover each other
REASON_WIDTH = 480.0  # pixels that a card may take from the left edge of its node
DIMMED = 0.35  # of a port that a link can't end at


@dataclass
class Marks:
    """What the painter shows besides the graph itself."""

    selection: frozenset[str] = frozenset()
    hovered: Hit | None = None
    target: Port | None = None  # the port that a dragged link would connect to
    impossible: frozenset[Port] = frozenset()  # ports that it can't connect to
    step: str | None = None  # id of the node that the debugger is at
    step_caption: str = ""
    breakpoints: frozenset[str] = frozenset()
    drop_link: tuple[str, int] | None = None  # the link that a dragged node would go into
    drop_frame: str | None = None  # key of the frame that dragged nodes would join
    items: frozenset[str] = frozenset()  # keys of selected frames, notes and dots
    hovered_item: ItemHit | None = None

    def key(self) -> Hashable:
        """Equal for marks that look the same."""
        return tuple(vars(self).values())

    def nodes(self) -> set[str]:
        """Ids of the nodes around or upon which something is painted."""
        others = [self.step, self.hovered.id if self.hovered is not None else None]
        found = {id for id in others if id is not None}
        return found | self.selection | self.breakpoints


class NodePainter:
    """Paints boxes in their order; the last lies on top. `is_zooming`: soon at yet another zoom.
    `in_sight`: how many there are with those that need no painting.

    Numbers that nothing else can cover are painted at the end, all at once.
    """

    def __init__(self) -> None:
        self._pictures = NodePictures()
        self._numerals = Numerals()
        self._bars = BarPictures()
        self._neighbours = _Neighbours()
        self._zoom = self._ratio = 1.0
        self.is_zooming = False
        self.in_sight = 0

    def paint(self, painter: QPainter, boxes: list[NodeBox], graph: Graph, marks: Marks) -> None:
        """Paint these boxes, in their order; the painter is in scene coordinates."""
        if not boxes:
            return
        world = painter.worldTransform()
        self._begin(world.m11(), painter.device().devicePixelRatioF())
        places = np.array([(box.x, box.y) for box in boxes]) * self._zoom
        # Whole device pixels keep hairlines and text sharp at every zoom.
        origin = world.dx(), world.dy()
        corners = np.rint((places + origin) * self._ratio) / self._ratio
        marked = {box.id for box in boxes} if marks.impossible else marks.nodes()
        is_alone: list[bool] | None = None
        painter.save()
        painter.setTransform(QTransform())
        for row, (box, (x, y)) in enumerate(zip(boxes, corners.tolist())):
            picture = self._pictures.get(box, graph)
            if box.id in marked or box.reason:
                self._paint_marked(painter, box, picture, graph, marks, x, y)
                continue
            self._draw(painter, picture, x, y)
            if picture.has_numbers:
                continue
            if is_alone is None:
                is_alone = self._neighbours.are_alone(boxes, marked)
            if is_alone[row] and box.slider is None and not box.further_outputs:
                self._write_later(painter, box, picture, graph, x, y)
            else:
                self._paint_rows(painter, box, picture, graph, x, y)
        self._numerals.draw(painter)
        painter.restore()

    def _begin(self, zoom: float, ratio: float) -> None:
        self._zoom, self._ratio = zoom, ratio
        self._pictures.begin(
            zoom * ratio,
            ratio,
            is_crowded=self.in_sight > CROWD and zoom < CROWDED_BELOW,
            is_zooming=self.is_zooming,
        )
        self._bars.begin(zoom * ratio, ratio)
        self._numerals.begin(zoom)

    def _draw(self, painter: QPainter, picture: Picture, x: float, y: float) -> None:
        picture.draw(painter, x, y, self._zoom * self._ratio, self._ratio)

    def _write_later(
        self,
        painter: QPainter,
        box: NodeBox,
        picture: Picture,
        graph: Graph,
        x: float,
        y: float,
    ) -> None:
        """Paint what the picture lacks; its numbers come with all others."""
        if has_bar(box):
            bar = box.shape.bar
            self._bars.draw(painter, x, y, bar, box.share, is_line=box.is_collapsed)
        self._numerals.move_to(x, y)
        write_numbers(self._numerals, box, graph, is_crowded=self._pictures.is_crowded)
        if not picture.has_names:
            painter.setTransform(QTransform(self._zoom, 0, 0, self._zoom, x, y))
            paint_names(TextPainter(painter), box, graph)
            painter.setTransform(QTransform())

    def _paint_rows(
        self,
        painter: QPainter,
        box: NodeBox,
        picture: Picture,
        graph: Graph,
        x: float,
        y: float,
    ) -> None:
        """Paint what the picture lacks."""
        painter.setTransform(QTransform(self._zoom, 0, 0, self._zoom, x, y))
        is_crowded = self._pictures.is_crowded
        paint_rows(painter, box, graph, has_names=picture.has_names, is_crowded=is_crowded)
        painter.setTransform(QTransform())

    def _paint_marked(
        self,
        painter: QPainter,
        box: NodeBox,
        picture: Picture,
        graph: Graph,
        marks: Marks,
        x: float,
        y: float,
    ) -> None:
        """Paint a node with all that is around and upon it."""
        local = QTransform(self._zoom, 0, 0, self._zoom, x, y)
        painter.setTransform(local)
        _paint_rings(painter, box, marks)
        painter.setTransform(QTransform())
        self._draw(painter, picture, x, y)
        if not picture.has_numbers:
            self._paint_rows(painter, box, picture, graph, x, y)
        painter.setTransform(local)
        if box.reason:
            _paint_reason(painter, box)
        _paint_marks(painter, box, marks)
        painter.setTransform(QTransform())


class _Neighbours:
    """Tells which nodes no other one paints upon; finds it anew only where something has moved."""

    def __init__(self) -> None:
        self._key: object = None
        self._are_alone: list[bool] = []

    def are_alone(self, boxes: list[NodeBox], marked: Container[str]) -> list[bool]:
        """Of each box, if no other one paints on it. marked: those with a ring around them."""
        if len(boxes) > MOST_COMPARED:
            return [False] * len(boxes)
        rects = np.array([(box.x, box.y, box.shape.height) for box in boxes])
        around = [_around(box, is_marked=box.id in marked) for box in boxes]
        key = rects.tobytes(), around
        if key != self._key:
            self._key = key
            self._are_alone = _are_apart(rects, np.array(around))
        return self._are_alone


def _around(box: NodeBox, *, is_marked: bool) -> tuple[float, float, float, float]:
    """How far a node paints beyond its rect: left, top, right and bottom."""
    if box.reason:
        return MARGIN, 2 * MARGIN, REASON_WIDTH, MARGIN + REASON_HEIGHT
    return (MARGIN, 2 * MARGIN, MARGIN, MARGIN) if is_marked else (BORDER, BORDER, BORDER, BORDER)


def _are_apart(rects: Floats, around: Floats) -> list[bool]:
    """Of each rect, if no other touches it. rects: left, top and height; around: as `_around`."""
    starts = rects[:, :2]
    ends = starts + np.column_stack([np.full(len(rects), WIDTH), rects[:, 2]])
    outer_starts, outer_ends = starts - around[:, :2], ends + around[:, 2:]
    is_met = (starts[:, None] < outer_ends[None]).all(axis=2)
    is_met &= (outer_starts[None] < ends[:, None]).all(axis=2)
    apart: list[bool] = (is_met.sum(axis=1) == 1).tolist()  # each meets itself
    return apart


def _paint_reason(painter: QPainter, box: NodeBox) -> None:
    """A card beneath the node: why its number is not finite."""
    width = max(WIDTH, text_width(box.reason, Style.CAPTION) + 36)
    card = QRectF(0, box.shape.height + 8, width, REASON_HEIGHT - 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("error_soft"))
    painter.drawRoundedRect(card, 4, 4)
    icon = QRectF(card.left() + 7, card.top() + 4, 16, 16)
    draw_icon(painter, icon, "alert", theme.current().color("error"))
    TextPainter(painter).left(
        box.reason, Style.CAPTION, pen("error"), card.left() + 29, card.center().y()
    )


def _paint_rings(painter: QPainter, box: NodeBox, marks: Marks) -> None:
    """Selection and current step: around the node, beneath its ports."""
    rect = box.shape.rect
    if box.id in marks.selection:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen("selection", 2.0))
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 9, 9)
    if box.id == marks.step:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _paint_step(painter, rect, marks.step_caption)


def _paint_marks(painter: QPainter, box: NodeBox, marks: Marks) -> None:
    """Hover edge, breakpoint, and ports that are not at rest."""
    hovered = marks.hovered
    is_hovered = hovered is not None and hovered.id == box.id
    if is_hovered and not is_bad(box):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen("strong", 1.5))
        painter.drawRoundedRect(box.shape.rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    if hovered is not None and is_hovered and hovered.part is Part.FIELD:
        _paint_arrows(painter, box, hovered.input_index)
    if is_hovered or marks.impossible:
        _paint_ports(painter, box, marks)
    is_wanted = is_hovered and hovered is not None and hovered.part is Part.CORNER
    if box.id in marks.breakpoints or is_wanted:
        _paint_breakpoint(painter, is_set=box.id in marks.breakpoints)


def _paint_breakpoint(painter: QPainter, *, is_set: bool) -> None:
    """A disc with two bars at the top left corner; only its outline where a click would set it."""
    painter.setPen(Qt.PenStyle.NoPen if is_set else pen("error", 1.5))
    painter.setBrush(brush("error" if is_set else "canvas"))
    painter.drawEllipse(QPointF(0, 0), 7, 7)
    bars = brush("canvas" if is_set else "error")
    painter.fillRect(QRectF(-2.75, -3, 1.75, 6), bars)
    painter.fillRect(QRectF(1, -3, 1.75, 6), bars)


def _paint_step(painter: QPainter, rect: QRectF, caption: str) -> None:
    ring = rect.adjusted(-6.5, -6.5, 6.5, 6.5)
    painter.setPen(pen("accent", 3.0))
    painter.drawRoundedRect(ring, 11, 11)
    if not caption:
        return
    width = text_width(caption, Style.STRONG_CAPTION) + 24
    tab = QRectF(ring.left() - 1.5, ring.top() - 23, width, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush("accent"))
    painter.drawRoundedRect(tab, 4, 4)
    painter.fillRect(tab.adjusted(0, 12, 0, 0), brush("accent"))
    TextPainter(painter).middle(
        caption, Style.STRONG_CAPTION, pen("on_accent"), tab.center().x(), tab.center().y()
    )


def _paint_arrows(painter: QPainter, box: NodeBox, input_index: int | None) -> None:
    """Arrows at both ends of the number field under the pointer: it can be dragged."""
    area = box.shape.field(input_index)
    if area is None:
        return
    painter.setPen(pen("strong", 1.0))
    painter.setBrush(brush("hover"))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    number = box.node.data if input_index is None else box.input_number(input_index)
    style = Style.VALUE if input_index is None else Style.BODY
    middle = area.center().y()
    texts = TextPainter(painter)
    texts.right(
        elided(number_text(number), style, FIELD_WIDTH - 26), style, pen("text"),
        area.right() - 13, middle,
    )  # fmt: skip
    texts.left("‹", Style.BODY, pen("text2"), area.left() + 4, middle - 1)
    texts.right("›", Style.BODY, pen("text2"), area.right() - 4, middle - 1)


def _paint_ports(painter: QPainter, box: NodeBox, marks: Marks) -> None:
    for index in (None, *range(len(box.node.inputs))):
        port = Port(box.id, index)
        center = box.shape.port(index)
        is_filled = index is None or box.is_connected(index)
        if port in marks.impossible:
            painter.setOpacity(1 - DIMMED)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush("canvas"))
            painter.drawEllipse(center, PORT_RADIUS, PORT_RADIUS)
            painter.setOpacity(1.0)
            continue
        hovered = marks.hovered
        is_hovered = hovered is not None and hovered.part is Part.PORT and hovered.port == port
        if is_hovered and port != marks.target:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush("line"))
            painter.drawEllipse(center, 12, 12)
        paint_port(painter, center, is_connected=is_filled)
        if port == marks.target:
            painter.setPen(pen("accent", 3.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(center, 9, 9)
