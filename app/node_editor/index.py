"""Where everything is, in arrays: finds what is in sight among a thousand nodes at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from app.node_editor.boxes import MARGIN, NodeBox
from app.node_editor.links import WIDEST, Link, reach_of
from app.node_editor.shape import REASON_HEIGHT, WIDTH

Floats = npt.NDArray[np.float64]


class SceneIndex:
    """Rects of boxes and ends of links. Call `refresh` after boxes have moved."""

    def __init__(self, boxes: Sequence[NodeBox], links: Sequence[Link]) -> None:
        self.boxes, self.links = list(boxes), list(links)
        row = self._row = {box.id: i for i, box in enumerate(self.boxes)}
        self._heights = np.array([box.shape.height for box in self.boxes], dtype=np.float64)
        self._sources = np.array([row[link.source.unit] for link in self.links], dtype=np.intp)
        self._targets = np.array([row[link.edge.target] for link in self.links], dtype=np.intp)
        self._starts = np.array([link.source.shape.data_center for link in self.links])
        self._ends = np.array(
            [link.target.shape.input_centers[link.edge.input_index] for link in self.links]
        )
        self.rects: Floats = np.zeros((0, 4))  # left, top, right, bottom of each box
        self.ends: Floats = np.zeros((0, 4))  # x and y of start and end of each link
        self.link_bounds: Floats = np.zeros((0, 4))  # as `rects`: what each link passes through
        self.bent_rows: list[int] = []  # of the links that pass through dots
        self.refresh()

    def refresh(self) -> None:
        """Take the places of the boxes as they are now."""
        places = np.array([(box.x, box.y) for box in self.boxes], dtype=np.float64).reshape(-1, 2)
        right, bottom = places[:, 0] + WIDTH, places[:, 1] + self._heights
        self.rects = np.column_stack([places, right, bottom])
        start, end = places[self._sources], places[self._targets]
        self.ends = np.column_stack(
            [start[:, 0] + WIDTH, start[:, 1] + self._starts, end[:, 0], end[:, 1] + self._ends]
        )
        reach = reach_of(self.ends[:, 2] - self.ends[:, 0], self.ends[:, 3] - self.ends[:, 1])
        left = np.minimum(self.ends[:, 0], self.ends[:, 2] - reach) - WIDEST
        far_right = np.maximum(self.ends[:, 0] + reach, self.ends[:, 2]) + WIDEST
        top = np.minimum(self.ends[:, 1], self.ends[:, 3]) - WIDEST
        down = np.maximum(self.ends[:, 1], self.ends[:, 3]) + WIDEST
        self.link_bounds = np.column_stack([left, top, far_right, down])
        self.bent_rows = [row for row, link in enumerate(self.links) if link.via]
        for row in self.bent_rows:
            self.link_bounds[row] = _corners(self.links[row].bounds())

    def rows_in(self, *areas: QRectF) -> npt.NDArray[np.intp]:
        """Rows of the boxes that paint anything in any of these areas."""
        below = MARGIN + REASON_HEIGHT
        grown = [area.adjusted(-MARGIN, -below, MARGIN, 2 * MARGIN) for area in areas]
        return _rows(self.rects, grown)

    def link_rows_in(self, *areas: QRectF) -> npt.NDArray[np.intp]:
        """Rows of the links that pass through any of these areas."""
        return _rows(self.link_bounds, areas)

    def boxes_in(self, *areas: QRectF) -> list[NodeBox]:
        return [self.boxes[row] for row in self.rows_in(*areas).tolist()]

    def showing(self, is_changed: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        """Rows of the boxes that show any of these boxes' numbers: their own or as an input."""
        is_shown = is_changed.copy()
        is_shown[self._targets[is_changed[self._sources]]] = True
        return np.flatnonzero(is_shown)

    def rows_of(self, ids: Iterable[str]) -> npt.NDArray[np.intp]:
        """Rows of these nodes, those that there are, in rising order."""
        rows = sorted([self._row[id] for id in ids if id in self._row])
        return np.array(rows, dtype=np.intp)

    def boxes_of(self, ids: Iterable[str]) -> list[NodeBox]:
        """The boxes of these nodes, those that there are, in their order."""
        return [self.boxes[row] for row in self.rows_of(ids).tolist()]

    def bounds_of(self, ids: Iterable[str]) -> QRectF:
        """The rect around these boxes, as far as they are there."""
        rows = [self._row[id] for id in ids if id in self._row]
        return _united(self.rects[rows])

    def bounds(self) -> QRectF:
        """The rect around all boxes; empty where there are none."""
        return _united(self.rects)


def _corners(rect: QRectF) -> tuple[float, float, float, float]:
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def _united(rects: Floats) -> QRectF:
    """The rect around rects, shape (n, 4); empty where there are none."""
    if not len(rects):
        return QRectF()
    left, top = rects[:, :2].min(axis=0).tolist()
    right, bottom = rects[:, 2:].max(axis=0).tolist()
    return QRectF(left, top, right - left, bottom - top)


def _rows(rects: Floats, areas: Sequence[QRectF]) -> npt.NDArray[np.intp]:
    corners = np.array([_corners(area) for area in areas]).reshape(-1, 4)
    if len(corners) > 1:  # most lie beyond what is around all areas
        around = np.concatenate([corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)])
        rows = np.flatnonzero(_meets(rects, around))
        return rows[_meets(rects[rows, None], corners).any(axis=1)]
    return np.flatnonzero(_meets(rects, corners).reshape(-1))


def _meets(rects: Floats, areas: Floats) -> npt.NDArray[np.bool_]:
    """Where rects touch areas, both with their corners along the last axis."""
    starts = (rects[..., 0] <= areas[..., 2]) & (rects[..., 1] <= areas[..., 3])
    ends = (rects[..., 2] >= areas[..., 0]) & (rects[..., 3] >= areas[..., 1])
    return np.asarray(starts & ends)
