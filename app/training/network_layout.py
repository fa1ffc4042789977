"""Where the network picture puts inputs, neurons and links: geometry only, no painting."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app import fonts

Floats = NDArray[np.float64]

HEADER = 60  # above the neurons: the captions with − and +, and the activations
MARGIN = 16
PITCH = 54  # from neuron to neuron, where there is room
GAP = 6
INPUT_PITCH = 86
INPUT_SIZE = 56
OUTPUT_SIZE = 96
DOT = 10  # of a bias, at the lower left of its neuron
LEAST_FOR_DOT = 20  # pixels: in smaller squares there is no room for it
CURVE_POINTS = 17  # of a link, for finding it under the pointer


@dataclass(frozen=True)
class Link:
    """From a place of one column to a place of the next."""

    layer: int  # 0 is the first hidden layer, or the output where there is none
    target: int
    source: int


class NetworkLayout:
    """Columns of squares for a network of these sizes, in an area of this size.

    columns: for the inputs and each layer, the squares from the top.
    """

    def __init__(self, sizes: tuple[int, ...], width: float, height: float, labels: float) -> None:
        self.sizes = sizes
        first = MARGIN + labels + fonts.px(INPUT_SIZE) / 2
        last = width - MARGIN - 24 - fonts.px(OUTPUT_SIZE) / 2
        self.centres = np.linspace(first, max(last, first), len(sizes))
        self.top, self.bottom = float(fonts.px(HEADER)), height - MARGIN
        self.columns = [self._column(i) for i in range(len(sizes))]
        self._curves: dict[Link, QPainterPath] = {}

    def column_spacing(self) -> float:
        """From column to column."""
        return float(self.centres[1] - self.centres[0])

    def curve(self, link: Link) -> QPainterPath:
        """The link's curve; it is kept, and not to be changed."""
        path = self._curves.get(link)
        if path is None:
            path = self._curves[link] = self._new_curve(link)
        return path

    def _new_curve(self, link: Link) -> QPainterPath:
        start, end = self._ends(link)
        bend = 0.5 * (end.x() - start.x())
        path = QPainterPath(start)
        path.cubicTo(start.x() + bend, start.y(), end.x() - bend, end.y(), end.x(), end.y())
        return path

    def link(self, layer: int, k: int) -> Link:
        """The k-th link into a layer, in the order of its weights: target by target."""
        return Link(layer, *divmod(k, self.sizes[layer]))

    def distances(self, layer: int, place: QPointF) -> Floats:
        """How far each link into a layer runs from a place, (links,)."""
        points = self._points(layer)
        start, end = points[:, :-1], points[:, 1:]
        along, to = end - start, np.array([place.x(), place.y()]) - start
        length = np.maximum((along * along).sum(axis=-1), 1e-12)
        share = np.clip((to * along).sum(axis=-1) / length, 0.0, 1.0)
        gaps = share[..., None] * along - to
        found: Floats = np.sqrt((gaps * gaps).sum(axis=-1)).min(axis=1)
        return found

    def _points(self, layer: int) -> Floats:
        """Points along the curve of each link into a layer, (links, CURVE_POINTS, 2)."""
        sources, targets = self.columns[layer], self.columns[layer + 1]
        x0, x1 = sources[0].right(), targets[0].left()
        y0 = np.tile([box.center().y() for box in sources], len(targets))[:, None]
        y1 = np.repeat([box.center().y() for box in targets], len(sources))[:, None]
        return _along(x0, x1, y0, y1)

    def way(self, link: Link) -> Floats:
        """Points along one link's curve, (CURVE_POINTS, 2)."""
        start, end = self._ends(link)
        return _along(start.x(), end.x(), np.array(start.y()), np.array(end.y()))

    def gap(self, layer: int) -> QRectF:
        """The area in which the links into a layer run."""
        left = max(box.right() for box in self.columns[layer])
        right = min(box.left() for box in self.columns[layer + 1])
        return QRectF(left, self.top - 8, max(right - left, 1.0), self.bottom - self.top + 16)

    def bias_dot(self, column: int, place: int) -> QRectF | None:
        """Where a neuron's bias is drawn; None for inputs and small squares."""
        box = self.columns[column][place]
        if column == 0 or box.width() < LEAST_FOR_DOT:
            return None
        side = fonts.px(DOT)
        return QRectF(box.left() - side / 2, box.bottom() - side / 2, side, side)

    def bias_at(self, point: QPointF) -> tuple[int, int] | None:
        """Column and place of the neuron whose bias is under a point."""
        for column, boxes in enumerate(self.columns):
            for place in range(len(boxes)):
                dot = self.bias_dot(column, place)
                if dot is not None and dot.adjusted(-3, -3, 3, 3).contains(point):
                    return column, place
        return None

    def parameter(self, column: int, target: int, source: int | None) -> int:
        """The place in `MLP.parameters()` of a neuron's weight from `source`; None for its bias."""
        before = sum(m * (n + 1) for n, m in pairwise(self.sizes[:column]))
        inputs = self.sizes[column - 1]
        return before + target * (inputs + 1) + (inputs if source is None else source)

    def square_at(self, point: QPointF) -> tuple[int, int] | None:
        """Column and place of the square under a point."""
        for column, boxes in enumerate(self.columns):
            for place, box in enumerate(boxes):
                if box.adjusted(-2, -2, 2, 2).contains(point):
                    return column, place
        return None

    def _ends(self, link: Link) -> tuple[QPointF, QPointF]:
        source = self.columns[link.layer][link.source]
        target = self.columns[link.layer + 1][link.target]
        return (
            QPointF(source.right(), source.center().y()),
            QPointF(target.left(), target.center().y()),
        )

    def _column(self, column: int) -> list[QRectF]:
        n = self.sizes[column]
        is_input, is_output = column == 0, column == len(self.sizes) - 1
        most = fonts.px(INPUT_SIZE if is_input else OUTPUT_SIZE if is_output else PITCH - GAP)
        pitch = min(fonts.px(INPUT_PITCH if is_input else PITCH), (self.bottom - self.top) / n)
        if is_output:
            pitch = most + GAP
        narrow = 0.42 * self.column_spacing()
        size = max(min(most, pitch - min(GAP, 0.25 * pitch), narrow), 3.0)
        middle = 0.5 * (self.top + self.bottom)
        x = self.centres[column] - size / 2
        return [
            QRectF(round(x), round(middle + (i - (n - 1) / 2) * pitch - size / 2), size, size)
            for i in range(n)
        ]


def _along(x0: float, x1: float, y0: Floats, y1: Floats) -> Floats:
    """Points along curves from (x0, y0) to (x1, y1) as `NetworkLayout.curve` draws them."""
    t = np.linspace(0.0, 1.0, CURVE_POINTS)
    xs = x0 + (x1 - x0) * (1.5 * t * (1 - t) ** 2 + 1.5 * t**2 * (1 - t) + t**3)
    ys = y0 + (y1 - y0) * (3 * t**2 * (1 - t) + t**3)
    return np.stack([np.broadcast_to(xs, ys.shape), ys], axis=-1)
