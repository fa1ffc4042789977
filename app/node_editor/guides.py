"""Lines along which a dragged node lines up with its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QLineF, QRectF

NEAR = 400.0  # nodes further away than this do not attract


class Snap(NamedTuple):
    """Where the top left corner goes; None along an axis where nothing attracts."""

    x: float | None
    y: float | None


class Guides:
    """The edges of nodes that stay, to which a node that moves is drawn."""

    def __init__(self, rects: Iterable[QRectF]) -> None:
        self._rects = list(rects)

    def snapped(self, rect: QRectF, reach: float) -> tuple[Snap, list[QLineF]]:
        """The place near `rect` that lines up with others, and the lines to show."""
        area = rect.adjusted(-NEAR, -NEAR, NEAR, NEAR)
        near = [other for other in self._rects if other.intersects(area)]
        left = min(near, key=lambda other: abs(other.left() - rect.left()), default=None)
        top = min(near, key=lambda other: abs(other.top() - rect.top()), default=None)
        x = y = None
        lines = []
        if left is not None and abs(left.left() - rect.left()) <= reach:
            x = left.left()
            ends = min(left.top(), rect.top()), max(left.bottom(), rect.bottom())
            lines.append(QLineF(x, ends[0], x, ends[1]))
        if top is not None and abs(top.top() - rect.top()) <= reach:
            y = top.top()
            ends = min(top.left(), rect.left()), max(top.right(), rect.right())
            lines.append(QLineF(ends[0], y, ends[1], y))
        return Snap(x, y), lines
