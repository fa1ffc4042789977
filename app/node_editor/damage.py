"""Which part of the canvas looks different, so that the rest need not be painted anew.

While a number is dragged, few nodes show other digits in each frame, and hardly a link another
colour; while a node is dragged, it and its links are somewhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from app.node_editor.boxes import MARGIN
from app.node_editor.far import FAR
from app.node_editor.index import SceneIndex
from app.node_editor.links import BENT_FROM
from app.node_editor.shape import COLLAPSED, REASON_HEIGHT
from app.node_editor.sprites import BORDER

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

MOST_AREAS = 150  # of more, to find what lies in them takes longer than to paint all
# Left, top, right and bottom from a node's rect to what it paints.
INSIDE = (4.0, 4.0, -4.0, -4.0)  # all its numbers, but no round corner that lets links through
AROUND = (-BORDER, -BORDER, BORDER, BORDER)
WITH_RINGS = (-MARGIN, -2 * MARGIN, MARGIN, MARGIN + REASON_HEIGHT)


class Damage(NamedTuple):
    """Areas of the scene. inside: further ones in bodies of nodes, which hide what is beneath."""

    areas: list[QRectF]
    inside: Sequence[QRectF] = ()


class Renumbered(NamedTuple):
    """Rows of boxes that show other numbers, and of links that are drawn otherwise."""

    boxes: Ints
    fills: Ints  # boxes that from far are filled with another colour
    links: Ints
    bunches: Ints  # links that from far are drawn otherwise

    def damage(self, index: SceneIndex, sight: QRectF, zoom: float) -> Damage | None:
        """What of it is in sight; None where that is too much."""
        is_far = zoom < FAR
        boxes = self.fills if is_far else self.boxes
        links = self.links if zoom >= BENT_FROM else self.bunches
        boxes = np.intersect1d(boxes, index.rows_in(sight))
        links = np.intersect1d(links, index.link_rows_in(sight))
        if len(boxes) + len(links) > MOST_AREAS:
            return None
        rects = index.rects[boxes]
        is_whole = (rects[:, 3] - rects[:, 1] <= COLLAPSED) | is_far
        areas = _rects(rects[is_whole] + AROUND) + _rects(index.link_bounds[links])
        return Damage(areas, _rects(rects[~is_whole] + INSIDE))


class Moved(NamedTuple):
    """Where boxes and links were before some of them moved."""

    rects: Floats
    ends: Floats  # of links
    link_bounds: Floats

    def damage(self, index: SceneIndex, sight: QRectF, zoom: float) -> Damage | None:
        """Where they were and where they are; None where that is too much."""
        if len(self.rects) != len(index.rects) or len(self.link_bounds) != len(index.link_bounds):
            return None
        moved = (self.rects != index.rects).any(axis=1)
        bent = (self.ends != index.ends).any(axis=1)
        if 2 * int(moved.sum() + bent.sum()) > MOST_AREAS:
            return None
        rects = np.concatenate([self.rects[moved], index.rects[moved]])
        links = np.concatenate([self.link_bounds[bent], index.link_bounds[bent]])
        return Damage(_rects(rects + WITH_RINGS) + _rects(links))


def _rects(corners: Floats) -> list[QRectF]:
    return [
        QRectF(left, top, right - left, bottom - top)
        for left, top, right, bottom in corners.tolist()
    ]
