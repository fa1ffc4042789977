"""The canvas from far out: nodes are boxes filled with their gradient, links are thin.

A thousand nodes in sight are painted in some thirty calls, one for each colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from app.bunches import as_objects, bunches
from app.node_editor.boxes import NodeBox
from app.node_editor.colors import SHARE_STEPS, brush, fill, pen, text_pen_on
from app.node_editor.index import SceneIndex
from app.node_editor.links import bunch_pen
from app.node_editor.painter import Marks
from app.node_editor.shape import RADIUS, WIDTH
from app.node_editor.texts import Style, TextPainter, elided
from app.shared_shapes import SharedShapes

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

FAR = 0.6  # zoom below which a node is a filled box with its name
ROUNDED_FROM = 0.3  # zoom below which even the corners go
NAMED_FROM = 24.0  # pixels of a far node's width
LEAST_NAMED = 14.0  # and of its height
MOST_SMOOTH = 300  # straight links that are drawn smoothly

BUNCH = 8  # steps of colour that are one for links
HOLLOW = -1000  # the key of boxes whose gradient is exactly zero
BAD = 1000  # and of those that are not finite


def bunches_of(shares: npt.NDArray[np.float64]) -> Ints:
    """A number for links of about one colour: 0 where nothing flows back, BAD for nan."""
    steps = 1 + np.abs(np.rint(np.nan_to_num(shares) * SHARE_STEPS)) // BUNCH
    signed = np.where(np.isnan(shares), BAD, np.where(shares == 0, 0, np.copysign(steps, shares)))
    return signed.astype(np.intp)


def _share_of_bunch(key: int) -> float:
    """The share of colour in the middle of a bunch."""
    if key in (0, BAD):
        return math.nan if key else 0.0
    return math.copysign(min(1.0, (abs(key) - 0.5) * BUNCH / SHARE_STEPS), key)


class FarPainter:
    """Paints all boxes and links at once; remembers their shapes and how they look."""

    def __init__(self) -> None:
        self._rects_of: Floats = np.zeros((0, 4))  # the boxes that the shapes are of
        self._ends_of: Floats = np.zeros((0, 4))  # and the links
        self._rect_shapes, self._line_shapes = SharedShapes(QRectF), SharedShapes(QLineF)
        self._rects = self._lines = as_objects([])
        self._piece_links: Ints = np.zeros(0, dtype=np.intp)  # the row of each line's link
        self._box_keys: Ints | None = None
        self._shares: npt.NDArray[np.float64] | None = None  # of the links

    def forget(self) -> None:
        """Colours have changed."""
        self._box_keys = self._shares = None

    # ----- links ----------------------------------------------------------------------------

    def paint_links(
        self, painter: QPainter, index: SceneIndex, areas: Sequence[QRectF], in_sight: int
    ) -> None:
        """Links as straight lines, from dot to dot, in scene coordinates.

        in_sight: how many there are with those that are not in these areas.
        """
        self._take_lines(index)
        if self._shares is None:
            self._shares = np.array([link.share for link in index.links])
        rows = index.link_rows_in(*areas)
        keys, places = np.unique(bunches_of(self._shares[rows]), return_inverse=True)
        zoom = painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, in_sight <= MOST_SMOOTH)
        # Stronger colours come last and so lie on top.
        ranks = np.argsort(np.argsort(np.abs(keys), kind="stable"))
        key_of = {int(rank): int(key) for rank, key in zip(ranks, keys)}
        rank_of = np.full(len(index.links), -1)
        rank_of[rows] = ranks[places]
        piece_ranks = rank_of[self._piece_links]
        seen = np.flatnonzero(piece_ranks >= 0)
        for rank, lines in bunches(piece_ranks[seen], self._lines[seen]):
            made = bunch_pen(_share_of_bunch(key_of[rank]), zoom)
            made.setWidthF(1.0)
            made.setCosmetic(True)
            painter.setPen(made)
            painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _take_lines(self, index: SceneIndex) -> None:
        if index.ends is not self._ends_of:  # made anew whenever anything has moved
            self._ends_of = index.ends
            pieces, self._piece_links = _pieces(index)
            self._lines = as_objects(self._line_shapes.of(pieces))

    # ----- nodes ----------------------------------------------------------------------------

    def paint_boxes(
        self, painter: QPainter, index: SceneIndex, areas: Sequence[QRectF], marks: Marks
    ) -> None:
        """Filled boxes; the name in them wherever it can be read. Those selected lie on top."""
        world = painter.worldTransform()
        zoom = world.m11()
        rows = index.rows_in(*areas)
        if self._box_keys is None:
            self._box_keys = keys_of(index.boxes)
        painter.save()
        if zoom < ROUNDED_FROM:
            self._fill_all(painter, index, rows)
        painter.setTransform(QTransform())
        is_chosen = np.isin(rows, index.rows_of(marks.selection))
        rows = rows[np.lexsort((self._box_keys[rows], is_chosen))]
        rects, keys = _mapped(index.rects[rows], world), self._box_keys[rows]
        if zoom >= ROUNDED_FROM:
            _fill_rounded(painter, rects, keys, max(2.0, RADIUS * zoom))
        marked = [(box, world.mapRect(box.rect)) for box in index.boxes_of(marks.nodes())]
        _mark(painter, marked, marks)
        if zoom * WIDTH >= NAMED_FROM:
            is_tall = rects[:, 3] >= LEAST_NAMED
            boxes = [index.boxes[row] for row in rows[is_tall].tolist()]
            _name(painter, boxes, rects[is_tall], keys[is_tall])
        painter.restore()

    def _fill_all(self, painter: QPainter, index: SceneIndex, rows: Ints) -> None:
        self._take_rects(index)
        assert self._box_keys is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for key, rects in bunches(self._box_keys[rows], self._rects[rows]):
            _set_colors(painter, key, 1.0)
            painter.drawRects(rects)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _take_rects(self, index: SceneIndex) -> None:
        if index.rects is not self._rects_of:
            self._rects_of = index.rects
            corners, sizes = index.rects[:, :2], index.rects[:, 2:] - index.rects[:, :2]
            self._rects = as_objects(self._rect_shapes.of(np.hstack([corners, sizes])))


def _pieces(index: SceneIndex) -> tuple[Floats, Ints]:
    """The straight pieces of all links, shape (pieces, 4), and the row of each one's link."""
    rows = np.arange(len(index.links))
    bent = index.bent_rows
    if not bent:
        return index.ends, rows
    ends, links = [np.delete(index.ends, bent, axis=0)], [np.delete(rows, bent)]
    for row in bent:
        start, end = index.ends[row, :2].tolist(), index.ends[row, 2:].tolist()
        stops = [start, *([dot.x, dot.y] for dot in index.links[row].via), end]
        ends.append(np.array([a + b for a, b in pairwise(stops)]))
        links.append(np.full(len(stops) - 1, row))
    return np.concatenate(ends), np.concatenate(links)


def _mapped(rects: Floats, world: QTransform) -> Floats:
    """x, y, width and height in pixels of rects given by their corners, both (n, 4)."""
    zoom, offset = world.m11(), (world.dx(), world.dy())
    return np.column_stack([rects[:, :2] * zoom + offset, (rects[:, 2:] - rects[:, :2]) * zoom])


def keys_of(boxes: Sequence[NodeBox]) -> Ints:
    """What each box is filled with: a share step, HOLLOW or BAD."""
    shares = np.array([box.share for box in boxes])
    data = np.array([box.node.data for box in boxes])
    if boxes and boxes[0].hidden:  # the same for all boxes
        data[[not box.is_computed for box in boxes]] = 0.0
    grads = np.array([box.grad or 0.0 for box in boxes])  # an infinite one's share is finite
    return keys_of_numbers(data, grads, shares)


def keys_of_numbers(data: Floats, grads: Floats, shares: Floats) -> Ints:
    """`keys_of` boxes that show these numbers."""
    steps = np.where(shares == 0, HOLLOW, np.rint(np.nan_to_num(shares) * SHARE_STEPS))
    is_good = np.isfinite(data) & np.isfinite(grads) & np.isfinite(shares)
    return np.where(is_good, steps, BAD).astype(np.intp)


def _set_colors(painter: QPainter, key: int, width: float) -> None:
    if key not in (HOLLOW, BAD):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill(key))
        return
    edge = QPen(pen("text3" if key == HOLLOW else "error", width))
    edge.setCosmetic(True)
    painter.setPen(edge)
    painter.setBrush(brush("canvas" if key == HOLLOW else "error_soft"))


def _fill_rounded(painter: QPainter, rects: Floats, keys: Ints, radius: float) -> None:
    former: int | None = None
    for key, (x, y, width, height) in zip(keys.tolist(), rects.tolist()):
        if key != former:
            _set_colors(painter, key, 2.0)
            former = key
        if key in (HOLLOW, BAD):
            x, y, width, height = x + 1, y + 1, width - 2, height - 2
        painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)


def _mark(painter: QPainter, placed: list[tuple[NodeBox, QRectF]], marks: Marks) -> None:
    hovered = marks.hovered.id if marks.hovered is not None else None
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box, rect in placed:
        if box.id in marks.selection:
            painter.setPen(pen("selection", 2.0))
            painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 5, 5)
        elif box.id == hovered:
            painter.setPen(pen("text2", 1.5))
            painter.drawRoundedRect(rect, 4, 4)
        if box.id == marks.step:
            painter.setPen(pen("accent", 3.0))
            painter.drawRoundedRect(rect.adjusted(-6, -6, 6, 6), 7, 7)


def _name(painter: QPainter, boxes: list[NodeBox], rects: Floats, keys: Ints) -> None:
    if not boxes:
        return
    texts, style = TextPainter(painter), Style.STRONG_CAPTION
    # All nodes are as wide. In steps, so that zooming finds most names cut short before.
    room = max(4, (round(rects[0, 2]) - 4) // 4 * 4)
    colors = {key: _name_pen(key) for key in set(keys.tolist())}
    centers = rects[:, :2] + rects[:, 2:] / 2
    for box, (x, y), key in zip(boxes, centers.tolist(), keys.tolist()):
        texts.middle(elided(box.title, style, room), style, colors[key], x, y)


def _name_pen(key: int) -> QPen:
    if key in (HOLLOW, BAD):
        return pen("text" if key == HOLLOW else "error")
    return text_pen_on(key)
