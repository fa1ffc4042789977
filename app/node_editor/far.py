"""The canvas from far out: nodes are boxes filled with their gradient, links are thin.

A thousand nodes in sight are painted in some thirty calls, one for each colour.
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from app.node_editor.boxes import NodeBox
from app.node_editor.colors import SHARE_STEPS, brush, fill, pen, share_step, text_pen_on
from app.node_editor.index import SceneIndex
from app.node_editor.links import bunch_pen
from app.node_editor.painter import Marks
from app.node_editor.shape import RADIUS, WIDTH
from app.node_editor.texts import Style, TextPainter, elided

FAR = 0.6  # zoom below which a node is a filled box with its name
ROUNDED_FROM = 0.22  # zoom below which even the corners go
NAMED_FROM = 24.0  # pixels of a far node's width
MOST_SMOOTH = 300  # straight links that are drawn smoothly

HOLLOW = -1000  # the key of boxes whose gradient is exactly zero
BAD = 1000  # and of those that are not finite


def _bunches_of(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """A number for links of about one colour: 0 where nothing flows back, BAD for nan."""
    steps = 1 + np.abs(np.rint(np.nan_to_num(shares) * SHARE_STEPS)) // 8
    signed = np.where(np.isnan(shares), BAD, np.where(shares == 0, 0, np.copysign(steps, shares)))
    return signed.astype(np.intp)


class FarPainter:
    """Paints all boxes and links at once; remembers their shapes until they change."""

    def __init__(self) -> None:
        self._rects: dict[int, list[QRectF]] | None = None
        self._lines: dict[int, list[QLineF]] | None = None
        self._shares: dict[int, float] = {}

    def forget(self) -> None:
        """Colours or places have changed."""
        self._rects = self._lines = None

    # ----- links ----------------------------------------------------------------------------

    def paint_links(self, painter: QPainter, index: SceneIndex) -> None:
        """All links as straight lines, in scene coordinates."""
        if self._lines is None:
            lines: dict[int, list[QLineF]] = defaultdict(list)
            shares = np.array([link.share for link in index.links])
            keys = _bunches_of(shares)
            for key, ends in zip(keys.tolist(), index.ends.tolist()):
                lines[key].append(QLineF(*ends))
            self._shares = dict(zip(keys.tolist(), shares.tolist()))
            self._lines = lines
        is_smooth = len(index.links) <= MOST_SMOOTH
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)
        for key, alike in self._lines.items():
            made = bunch_pen(self._shares[key], painter.worldTransform().m11())
            made.setWidthF(1.0)
            made.setCosmetic(True)
            painter.setPen(made)
            painter.drawLines(alike)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    # ----- nodes ----------------------------------------------------------------------------

    def paint_boxes(
        self, painter: QPainter, index: SceneIndex, seen: list[NodeBox], marks: Marks
    ) -> None:
        """Filled boxes; the name in them wherever it can be read."""
        world = painter.worldTransform()
        zoom = world.m11()
        painter.save()
        if zoom < ROUNDED_FROM:
            self._fill_all(painter, index)
        painter.setTransform(QTransform())
        placed = [(box, world.mapRect(box.rect)) for box in seen]
        if zoom >= ROUNDED_FROM:
            _fill_rounded(painter, placed, max(2.0, RADIUS * zoom))
        _mark(painter, placed, marks)
        if zoom * WIDTH >= NAMED_FROM:
            _name(painter, placed)
        painter.restore()

    def _fill_all(self, painter: QPainter, index: SceneIndex) -> None:
        if self._rects is None:
            rects: dict[int, list[QRectF]] = defaultdict(list)
            for box in index.boxes:
                rects[key_of(box)].append(box.rect)
            self._rects = rects
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for key, alike in self._rects.items():
            _set_colors(painter, key, 1.0)
            painter.drawRects(alike)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def key_of(box: NodeBox) -> int:
    """What a box is filled with: a share step, HOLLOW or BAD."""
    share = box.share
    if not math.isfinite(box.node.data + share):
        return BAD
    return share_step(share) if share else HOLLOW


def _set_colors(painter: QPainter, key: int, width: float) -> None:
    if key not in (HOLLOW, BAD):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill(key))
        return
    edge = QPen(pen("text3" if key == HOLLOW else "error", width))
    edge.setCosmetic(True)
    painter.setPen(edge)
    painter.setBrush(brush("canvas" if key == HOLLOW else "error_soft"))


def _fill_rounded(painter: QPainter, placed: list[tuple[NodeBox, QRectF]], radius: float) -> None:
    for box, rect in placed:
        key = key_of(box)
        _set_colors(painter, key, 2.0)
        inside = rect.adjusted(1, 1, -1, -1) if key in (HOLLOW, BAD) else rect
        painter.drawRoundedRect(inside, radius, radius)


def _mark(painter: QPainter, placed: list[tuple[NodeBox, QRectF]], marks: Marks) -> None:
    hovered = marks.hovered.id if marks.hovered is not None else None
    if not marks.selection and hovered is None and marks.step is None:
        return
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


def _name(painter: QPainter, placed: list[tuple[NodeBox, QRectF]]) -> None:
    texts = TextPainter(painter)
    for box, rect in placed:
        if rect.height() < 14:
            continue
        name = elided(box.node.name, Style.STRONG_CAPTION, max(4, round(rect.width()) - 4))
        key, center = key_of(box), rect.center()
        color = pen("text") if key == HOLLOW else pen("error") if key == BAD else text_pen_on(key)
        texts.middle(name, Style.STRONG_CAPTION, color, center.x(), center.y())
