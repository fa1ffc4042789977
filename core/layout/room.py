"""Where there is room in a picture: between boxes and curves, for one more of either.

All lengths are along the columns and across them, whatever the picture's direction.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.layout.drawing import Floats, Ints
from core.layout.routes import GUIDE_BOX_GAP, GUIDE_GAP, LEVEL

Point = tuple[float, float]  # along, across


class Span(NamedTuple):
    """Along."""

    start: float
    end: float


@dataclass
class Sheet:
    """What has been drawn so far.

    centers, extent (n, 2): of the boxes. column, part (n,): of the boxes; −1 where a box has no
    place yet. starts, ends (m, 2): pieces of curve.
    """

    centers: Floats
    extent: Floats
    column: Ints
    part: Ints
    starts: Floats
    ends: Floats
    row_gap: float

    # ----- what is there --------------------------------------------------------------------

    def span_of(self, part: int, column: int, across: float) -> Span | None:
        """Where the boxes of a column begin and end, at a place across; None if it has none."""
        rows = np.flatnonzero((self.column == column) & (self.part == part))
        if not len(rows):
            return None
        along = self.centers[rows, 0]
        nearest = along[np.argmin(np.abs(self.centers[rows, 1] - across))]
        rows = rows[np.abs(along - nearest) < LEVEL]
        half = self.extent[rows, 0] / 2
        return Span(
            float((self.centers[rows, 0] - half).min()), float((self.centers[rows, 0] + half).max())
        )

    def exit(self, row: int) -> Point:
        """Where an edge leaves a box."""
        along, across = self.centers[row].tolist()
        return along + float(self.extent[row, 0]) / 2, across

    def entry(self, row: int) -> Point:
        """Where an edge arrives at the middle of a box's side."""
        along, across = self.centers[row].tolist()
        return along - float(self.extent[row, 0]) / 2, across

    def _is_beside(self, span: Span) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which boxes with a place reach into a span."""
        apart = np.abs(self.centers[:, 0] - (span.start + span.end) / 2)
        room = (self.extent[:, 0] + span.end - span.start) / 2
        is_beside: np.ndarray[tuple[int], np.dtype[np.bool_]] = (apart < room - LEVEL) & (
            self.column >= 0
        )
        return is_beside

    # ----- what has room --------------------------------------------------------------------

    def place_for_box(self, span: Span, height: float, wanted: float) -> float:
        """Across: where a box is clear of all others, nearest to a wanted place."""
        return self._free(span, wanted, height / 2, self.row_gap, GUIDE_BOX_GAP)

    def place_for_guide(self, span: Span, wanted: float) -> float:
        """Across: where an edge can pass a column."""
        return self._free(span, wanted, 0.0, GUIDE_BOX_GAP, GUIDE_GAP)

    def _free(
        self, span: Span, wanted: float, half: float, box_gap: float, piece_gap: float
    ) -> float:
        boxes = self._is_beside(span)
        passes = (self.starts[:, 0] < span.end - LEVEL) & (self.ends[:, 0] > span.start + LEVEL)
        ends = self.starts[passes, 1], self.ends[passes, 1]
        middles, halves = self.centers[boxes, 1], self.extent[boxes, 1] / 2
        low = np.concatenate([middles - halves - box_gap, np.minimum(*ends) - piece_gap]) - half
        high = np.concatenate([middles + halves + box_gap, np.maximum(*ends) + piece_gap]) + half
        order = np.argsort(low)
        # Free is what lies between all that begin before a place and the next that begins.
        free_from = np.append(-math.inf, np.maximum.accumulate(high[order]))
        free_to = np.append(low[order], math.inf)
        is_free = free_from <= free_to
        spots = np.clip(wanted, free_from[is_free], free_to[is_free])
        return float(spots[np.argmin(np.abs(spots - wanted))])

    def has_room_beside(self, row: int, grown: float, most: float) -> bool:
        """Whether a box that is wider than its column leaves as much of the gaps as it takes."""
        apart = np.abs(self.centers - self.centers[row])
        room = (self.extent + self.extent[row]) / 2
        near = (apart[:, 0] < room[:, 0] + most) & (apart[:, 1] < room[:, 1]) & (self.column >= 0)
        return grown <= most and int(np.count_nonzero(near)) == 1  # itself

    def push_out(self, row: int) -> None:
        """Take ends of curves that a box covers, now that it is wider, to its sides."""
        sides = np.array([self.entry(row)[0], self.exit(row)[0]])
        for points in (self.starts, self.ends):
            apart = points - self.centers[row]
            is_in = (np.abs(apart) < self.extent[row] / 2).all(axis=1)
            points[is_in, 0] = sides[(apart[is_in, 0] > 0).astype(np.intp)]

    def open_column(
        self, part: int, column: int, width: float, gap: float, pieces: Ints
    ) -> Span | None:
        """Make room for one more column before another, by moving both halves of a part apart.

        width: of the boxes to come. pieces: rows of the part's curves. None where columns don't
        stand clear of each other, or where the part would meet another one.
        """
        own = self.part == part
        before, after = own & (self.column < column), own & (self.column >= column)
        half = self.extent[:, 0] / 2
        end = float((self.centers[:, 0] + half)[before].max(initial=-math.inf))
        start = float((self.centers[:, 0] - half)[after].min(initial=math.inf))
        if not end < start < math.inf or end == -math.inf:
            return None
        middle, step = (end + start) / 2, max(0.0, width + 2 * gap - (start - end)) / 2
        self.centers[before, 0] -= step
        self.centers[after, 0] += step
        for points in (self.starts, self.ends):
            points[pieces, 0] += np.where(points[pieces, 0] > middle, step, -step)
        self.column[after] += 1
        low = (self.centers - self.extent / 2)[own].min(axis=0)
        high = (self.centers + self.extent / 2)[own].max(axis=0)
        others = ~own & (self.column >= 0)
        apart = np.abs(self.centers - (low + high) / 2) >= (self.extent + high - low) / 2
        is_clear = apart[others].any(axis=1).all()
        return Span(middle - width / 2, middle + width / 2) if is_clear else None

    # ----- curves ---------------------------------------------------------------------------

    def add_piece(self, start: Point, end: Point) -> int:
        """One more piece of curve; returns its row."""
        self.starts = np.vstack([self.starts, start])
        self.ends = np.vstack([self.ends, end])
        return len(self.starts) - 1

    def crossed_by(self, piece: int) -> int:
        """How many others a piece crosses, of those that don't share an end with it."""
        (x0, y0), (x1, y1) = self.starts[piece].tolist(), self.ends[piece].tolist()
        others = (self.starts[:, 0] < x1 - LEVEL) & (self.ends[:, 0] > x0 + LEVEL)
        begins, ends = self.starts[others, 1] - y0, self.ends[others, 1] - y1
        return int(np.count_nonzero(begins * ends < 0))

    def meets_box(self, piece: int) -> bool:
        """Whether a box may be in a piece's way."""
        (x0, y0), (x1, y1) = self.starts[piece].tolist(), self.ends[piece].tolist()
        rows = np.flatnonzero(self._is_beside(Span(x0, x1)))
        reach = self.extent[rows, 1] / 2 - LEVEL
        middles = self.centers[rows, 1]
        return bool(((middles + reach > min(y0, y1)) & (middles - reach < max(y0, y1))).any())
