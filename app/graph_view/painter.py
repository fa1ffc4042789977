"""Paints a Picture: curves with arrows, then boxes, in as much detail as can be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app import fonts, theme
from app.graph_view import far, palette
from app.graph_view.boxes import NAMED, RADIUS, READABLE, Box, Kind, paint_box, paint_name_only
from app.graph_view.picture import ERROR, Ints, Picture
from core.ops import OPS

FAR = 0.1  # zoom under which edges are hairlines
CASINGS = 250  # pieces up to which each gets a rim of canvas, so that crossings can be read


@dataclass
class Marks:
    """What is marked in the picture, besides its own colours."""

    selection: Collection[str] = frozenset()
    step: str | None = None  # where the debugger is
    hovered_item: int | None = None
    hovered_pieces: Collection[int] = field(default_factory=frozenset)
    lit_items: Collection[int] | None = None  # all others are quiet
    lit_pieces: Collection[int] = frozenset()
    found: Collection[str] = frozenset()  # by a search


def paint_picture(
    painter: QPainter, picture: Picture, seen: list[QRectF], zoom: float, marks: Marks
) -> None:
    """Paint the parts that are seen; the painter is in scene coordinates."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    picture.group_outlines.paint(painter, seen, zoom)
    pieces = _union([picture.pieces_in(area) for area in seen])
    items = _union([picture.items_in(area) for area in seen])
    if zoom < FAR:
        lit_pieces = None if marks.lit_items is None else marks.lit_pieces
        far.paint_edges(painter, picture, pieces, seen, lit_pieces)
    else:
        _paint_edges(painter, picture, pieces.tolist(), zoom, marks)
    if zoom < NAMED:
        far.paint_boxes(painter, picture, items, zoom, marks.lit_items)
    else:
        for item in items.tolist():
            if marks.lit_items is not None:
                painter.setOpacity(1.0 if item in marks.lit_items else palette.QUIET)
            if picture.is_op[item]:
                _paint_op(painter, picture, item)
            elif zoom < READABLE:
                paint_name_only(painter, picture.rects[item], box_of(picture, item), zoom)
            else:
                paint_box(painter, picture.rects[item], box_of(picture, item))
        painter.setOpacity(1.0)
    picture.group_outlines.paint_names_far(painter, seen, zoom)


def _union(rows: list[Ints]) -> Ints:
    """Rows that are in any of these, in rising order."""
    return rows[0] if len(rows) == 1 else np.unique(np.concatenate(rows))


# ----- edges --------------------------------------------------------------------------------


def _paint_edges(
    painter: QPainter, picture: Picture, pieces: list[int], zoom: float, marks: Marks
) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    widths, steps = picture.piece_widths.tolist(), picture.piece_steps.tolist()
    shares, is_last = picture.piece_shares.tolist(), picture.is_last.tolist()
    # Wide edges last: what matters most is on top.
    pieces = sorted(pieces, key=widths.__getitem__)
    if len(pieces) <= CASINGS:
        casing = QPen(theme.current().color("canvas"), 1.0)
        for piece in pieces:
            casing.setWidthF(widths[piece] + 3.0)
            painter.setPen(casing)
            painter.drawPath(picture.path(piece))
    thinnest = 1.0 / zoom  # of a line that can be seen, in the scene
    for piece in pieces:
        share = shares[piece]
        if marks.lit_items is not None:
            painter.setOpacity(1.0 if piece in marks.lit_pieces else palette.QUIET)
        if share == 0.0:
            pen = palette.pen("text3", 1.5, Qt.PenStyle.DotLine)
        elif share != share:
            pen = palette.pen("error", 2.0, Qt.PenStyle.DashLine)
        else:
            width = max(widths[piece], thinnest)
            pen = palette.line(steps[piece], width, goes_on=not is_last[piece])
        painter.setPen(pen)
        painter.drawPath(picture.path(piece))
    if zoom >= NAMED / 2:
        _paint_arrows(painter, picture, pieces, marks)
    painter.setOpacity(1.0)


def _paint_arrows(painter: QPainter, picture: Picture, pieces: list[int], marks: Marks) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    is_across = picture.is_across
    for piece in pieces:
        tip = picture.tip(piece)
        if tip is None:
            continue
        share = float(picture.piece_shares[piece])
        if marks.lit_items is not None:
            painter.setOpacity(1.0 if piece in marks.lit_pieces else palette.QUIET)
        if share == 0.0 or share != share:
            painter.setBrush(theme.current().color("text3" if share == 0.0 else "error"))
        else:
            painter.setBrush(palette.fill(int(picture.piece_steps[piece])))
        painter.drawPolygon(_arrow(tip, float(picture.piece_widths[piece]), is_across))


def _arrow(tip: QPointF, width: float, is_across: bool) -> QPolygonF:
    length, half = 8.0 + 0.6 * width, 3.5 + 0.55 * width
    x, y = tip.x(), tip.y()
    if is_across:
        return QPolygonF([tip, QPointF(x - length, y - half), QPointF(x - length, y + half)])
    return QPolygonF([tip, QPointF(x - half, y - length), QPointF(x + half, y - length)])


# ----- boxes --------------------------------------------------------------------------------


def box_of(picture: Picture, item: int) -> Box:
    """What an item's box shows."""
    row, kind = int(picture.rows[item]), Kind(int(picture.kinds[item]))
    name, text = picture.titles[row]
    return Box(
        name, "" if picture.options.is_split else text, kind, int(picture.steps[item]),
        float(picture.flow.data[row]) if picture.is_computed[row] else None,
        float(picture.grads[row]) if picture.is_reached[row] else None,
        float(picture.colored_numbers()[row]), picture.options.color_by == ERROR,
    )  # fmt: skip


def _paint_op(painter: QPainter, picture: Picture, item: int) -> None:
    """The circle of an op in the split form."""
    now = theme.current()
    rect = picture.rects[item]
    node = picture.nodes[picture.id_of(item)]
    painter.setPen(palette.pen("strong", 1.5))
    painter.setBrush(now.color("node_header"))
    painter.drawEllipse(rect.adjusted(1, 1, -1, -1))
    painter.setPen(now.color("text"))
    glyph = OPS[node.op].glyph
    font = fonts.sans(18 if len(glyph) < 3 else 12, fonts.SEMIBOLD)
    painter.setFont(font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, glyph)


def paint_rings(painter: QPainter, picture: Picture, zoom: float, marks: Marks) -> None:
    """Mark what is selected, found, under the pointer, or where the debugger is."""
    now = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    thick = max(1.0, 0.8 / zoom)  # rings stay visible when far out
    index = picture.drawing.index
    marked = {*marks.selection, *marks.found, *([marks.step] if marks.step else [])}
    items = {index[id] for id in marked if id in index}
    if marks.hovered_item is not None:
        items.add(marks.hovered_item)
    for item in items:
        if picture.is_op[item]:
            continue
        id = picture.id_of(item)
        rect = picture.rects[item]
        if item == marks.hovered_item:
            painter.setPen(QPen(now.color("strong"), 1.5 * thick))
            painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), RADIUS + 1, RADIUS + 1)
        if id in marks.found:
            painter.setPen(QPen(now.color("accent"), 2.0 * thick, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(rect.adjusted(-6, -6, 6, 6), RADIUS + 6, RADIUS + 6)
        if id in marks.selection:
            gap = 3.0 * thick
            painter.setPen(QPen(now.color("selection"), 2.0 * thick))
            painter.drawRoundedRect(rect.adjusted(-gap, -gap, gap, gap), RADIUS + gap, RADIUS + gap)
        if id == marks.step:
            gap = 6.5 * thick
            painter.setPen(QPen(now.color("accent"), 3.0 * thick))
            painter.drawRoundedRect(rect.adjusted(-gap, -gap, gap, gap), RADIUS + gap, RADIUS + gap)
