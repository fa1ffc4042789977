"""Links as smooth curves, coloured and as wide as the gradient that flows back through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app import theme
from app.node_editor.annotations import DOTS_FROM, DotBox
from app.node_editor.boxes import NodeBox
from app.node_editor.colors import SHARE_STEPS, link_color, pen, share_step
from core.graph import Edge

THINNEST = 1.5
WIDEST = 6.0
DOT_GAP = 4.5  # between the dots of a link through which nothing flows
CASING = 1.5  # of canvas on each side, so that crossing links stay apart
MOST_CURVED = 40  # links in sight that are stroked as curves; more as short lines, 3x faster
MOST_CASED = 150  # more go without casing,
MOST_CASED_ZOOMING = 60  # and while all of them move apart
SEGMENT = 9.0  # length of the short lines of a curve, about
COARSE_BELOW = 0.45  # zoom, where half as many will do
FEWEST, MOST = 6, 24  # of them
BENT_FROM = DOTS_FROM  # zoom; further out a link is a straight line


class Link:
    """One connection on the canvas."""

    __slots__ = (
        "_coarse", "_from", "_path", "_path_ends", "_segments",
        "edge", "share", "source", "target", "via",
    )  # fmt: skip

    def __init__(self, edge: Edge, source: NodeBox, target: NodeBox) -> None:
        self.edge = edge
        self.source, self.target = source, target
        self._from = source.unit_box  # which moves with its outputs
        self.share = 0.0  # -1 .. 1, of the gradient that flows back
        self.via: tuple[DotBox, ...] = ()  # the dots that it passes through, in order
        self._path_ends: object = None
        self._path = QPainterPath()
        self._segments: list[QLineF] | None = None
        self._coarse: list[QLineF] | None = None

    @property
    def start(self) -> QPointF:
        return self.source.port_position(None)

    @property
    def end(self) -> QPointF:
        return self.target.port_position(self.edge.input_index)

    @property
    def width(self) -> float:
        share = 0.0 if math.isnan(self.share) else abs(self.share)
        return THINNEST + (WIDEST - THINNEST) * share

    def ends(self) -> tuple[float, ...]:
        """All that the curve depends on: where its nodes and its dots are."""
        source, target = self._from, self.target
        ends = source.x, source.y, target.x, target.y
        if not self.via:
            return ends
        return ends + tuple([number for dot in self.via for number in (dot.x, dot.y)])

    def path(self) -> QPainterPath:
        """The curve in the scene, made anew only after one of its ends has moved."""
        ends = self.ends()
        if ends != self._path_ends:  # shapes stay: a box that changes its shape is a new one
            self._path_ends = ends
            start, end = self.start, self.end
            dots = [dot.position for dot in self.via]
            self._path = guided_curve(start, dots, end) if dots else curve(start, end)
            self._segments = self._coarse = None
        return self._path

    def segments(self) -> list[QLineF]:
        """The curve as short lines."""
        path = self.path()  # which forgets the former lines where an end has moved
        if self._segments is None:
            points = _points(path, self._steps()).tolist()
            self._segments = [QLineF(*a, *b) for a, b in pairwise(points)]
        return self._segments

    def coarse_segments(self) -> list[QLineF]:
        """The curve as half as many lines, for looking at it from further out."""
        path = self.path()
        if self._coarse is None:
            points = _points(path, (self._steps() + 1) // 2).tolist()
            self._coarse = [QLineF(*a, *b) for a, b in pairwise(points)]
        return self._coarse

    def points(self, steps: int) -> npt.NDArray[np.float64]:
        """Points along the link, shape (steps of each of its curves + 1, 2)."""
        return _points(self.path(), steps)

    def bounds(self) -> QRectF:
        return self.path().controlPointRect().adjusted(-WIDEST, -WIDEST, WIDEST, WIDEST)

    def distance_to(self, point: QPointF) -> float:
        """How far a scene point is from the curve, about."""
        if not self.bounds().adjusted(-8, -8, 8, 8).contains(point):
            return math.inf
        return min(_distance(point, line) for line in self.segments())

    def nearest_place(self, point: QPointF) -> int:
        """How many of the dots that the link passes through come before a scene point."""
        lines = self.segments()
        nearest = min(range(len(lines)), key=lambda i: _distance(point, lines[i]))
        return nearest // self._steps()

    def _steps(self) -> int:
        """Short lines for each of the link's curves."""
        size = self.path().controlPointRect().size()
        count = (size.width() + size.height()) / SEGMENT / (len(self.via) + 1)
        return round(max(FEWEST, min(MOST, count)))

    def crossing(self, stroke: QPainterPath) -> QPointF | None:
        """Where a line drawn by hand first meets the link, or None."""
        if not self.bounds().intersects(stroke.controlPointRect().adjusted(-1, -1, 1, 1)):
            return None
        corners = [stroke.elementAt(i) for i in range(stroke.elementCount())]
        for a, b in pairwise(corners):
            drawn = QLineF(a.x, a.y, b.x, b.y)
            for line in self.segments():
                kind, point = drawn.intersects(line)
                if kind == QLineF.IntersectionType.BoundedIntersection:
                    return QPointF(point)
        return None


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The curve from an output to an input: level at both ends, also where it runs backwards."""
    reach = float(reach_of(end.x() - start.x(), end.y() - start.y()))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path


def guided_curve(start: QPointF, dots: Sequence[QPointF], end: QPointF) -> QPainterPath:
    """The curve through dots: level at both ends, at dots smooth (Catmull-Rom)."""
    stops = [start, *dots, end]
    path = QPainterPath(start)
    for i, (a, b) in enumerate(pairwise(stops)):
        length = math.hypot(b.x() - a.x(), b.y() - a.y())
        reach = 0.4 * length
        out = QPointF(1, 0) if i == 0 else _unit(b - stops[i - 1])
        into = QPointF(1, 0) if i == len(stops) - 2 else _unit(stops[i + 2] - a)
        path.cubicTo(a + out * reach, b - into * reach, b)
    return path


def _unit(vector: QPointF) -> QPointF:
    length = math.hypot(vector.x(), vector.y())
    return vector / length if length else QPointF(1, 0)


def reach_of(across: npt.ArrayLike, down: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """How far the curve runs on level from both ends, for these distances between them."""
    across, down = np.asarray(across, dtype=np.float64), np.asarray(down, dtype=np.float64)
    reach = np.where(across >= 0, across / 2, np.minimum(160.0, 40 - across / 2))
    longest: npt.NDArray[np.float64] = np.maximum(reach, np.minimum(24.0, np.abs(down) / 2))
    return longest


def paint_drop_target(painter: QPainter, link: Link) -> None:
    """Mark the link that a node would go into."""
    painter.setPen(pen("accent", link.width + 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(link.path())


class LinkStroke(NamedTuple):
    """How links are stroked where so many are in sight."""

    in_sight: int
    zoom: float = 1.0
    exposed: QRectF | None = None  # the part of the scene that is painted; None for all
    is_zooming: bool = False

    @property
    def is_curved(self) -> bool:
        return self.in_sight <= MOST_CURVED

    @property
    def is_cased(self) -> bool:
        return self.in_sight <= (MOST_CASED_ZOOMING if self.is_zooming else MOST_CASED)

    def paint(self, painter: QPainter, link: Link) -> None:
        """Stroke a link, in scene coordinates."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.is_cased:
            painter.setPen(_casing(theme.current().name, round(link.width * 4)))
            self._stroke(painter, link)
        painter.setPen(link_pen(link.share))
        if link.share != 0:
            self._stroke(painter, link)
        elif self.is_curved:
            painter.drawPoints(_dots(link, self.exposed))
        else:
            painter.drawLines(self._segments(link)[::2])

    def paint_all(self, painter: QPainter, links: Sequence[Link]) -> None:
        """Stroke links in their order; where so many lie on each other, those alike at once."""
        if self.is_cased:
            for link in links:
                self.paint(painter, link)
            return
        alike: dict[int, tuple[QPen, list[QLineF]]] = {}
        for link in links:
            made = link_pen(link.share)
            lines = self._segments(link)
            known = alike.setdefault(id(made), (made, []))
            known[1].extend(lines if link.share != 0 else lines[::2])
        for made, lines in alike.values():
            painter.setPen(made)
            painter.drawLines(lines)

    def _stroke(self, painter: QPainter, link: Link) -> None:
        if self.is_curved:
            painter.drawPath(link.path())
        else:
            painter.drawLines(self._segments(link))

    def _segments(self, link: Link) -> list[QLineF]:
        return link.coarse_segments() if self.zoom < COARSE_BELOW else link.segments()


@lru_cache(maxsize=128)
def _casing(_theme: str, quarters: int) -> QPen:
    """The canvas' colour around a link so many quarters of a pixel wide."""
    made = QPen(theme.current().color("canvas"), quarters / 4 + 2 * CASING)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def _dots(link: Link, exposed: QRectF | None) -> list[QPointF]:
    """Dots along a link where it is in sight: a dashed pen would dash all of it at each paint."""
    curve_points = link.points(64)
    lengths = np.hypot(*np.diff(curve_points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.arange(DOT_GAP, along[-1], DOT_GAP)
    x = np.interp(places, along, curve_points[:, 0])
    y = np.interp(places, along, curve_points[:, 1])
    if exposed is not None:
        seen = (x > exposed.left()) & (x < exposed.right())
        seen &= (y > exposed.top()) & (y < exposed.bottom())
        x, y = x[seen], y[seen]
    return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist())]


def _points(path: QPainterPath, steps: int) -> npt.NDArray[np.float64]:
    """Points along curves that follow each other, shape (curves * steps + 1, 2)."""
    count = path.elementCount()
    elements = [path.elementAt(i) for i in range(count)]
    corners = np.array([(element.x, element.y) for element in elements])
    weights = _weights(steps)
    curves = [weights @ corners[first : first + 4] for first in range(0, count - 1, 3)]
    return np.concatenate([*curves, corners[-1:]])


@lru_cache(maxsize=64)
def _weights(steps: int) -> npt.NDArray[np.float64]:
    """Of a curve's four corners at each step but the last, shape (steps, 4)."""
    t = np.linspace(0.0, 1.0, steps + 1)[:-1, None]
    return np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])


def link_pen(share: float) -> QPen:
    """The pen for a share of colour; for dots where nothing at all flows back."""
    if share == 0:
        return pen("text3", THINNEST)
    step = None if math.isnan(share) else share_step(share) or int(math.copysign(1, share))
    return _link_pen(theme.current().name, step)


@lru_cache(maxsize=512)
def _link_pen(_theme: str, step: int | None) -> QPen:
    share = math.nan if step is None else step / SHARE_STEPS
    width = THINNEST * 1.5 if step is None else THINNEST + (WIDEST - THINNEST) * min(1, abs(share))
    made = QPen(color_of(share), width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def color_of(share: float) -> QColor:
    return theme.current().color("error") if math.isnan(share) else link_color(share)


def dot_color(share: float) -> QColor:
    """The colour of a dot on a link with this share; grey where nothing at all flows back."""
    return theme.current().color("text3") if share == 0 else color_of(share)


def bunch_pen(share: float, zoom: float) -> QPen:
    """The pen for a bunch of links, one of which has this share; at least a pixel wide."""
    made = QPen(link_pen(share))
    made.setWidthF(max(made.widthF(), 1.0 / zoom))
    return made


def _distance(point: QPointF, line: QLineF) -> float:
    a = line.p1()
    along = line.p2() - a
    length = QPointF.dotProduct(along, along)
    share = QPointF.dotProduct(point - a, along) / length if length else 0.0
    nearest = a + along * max(0.0, min(1.0, share))
    return math.hypot(point.x() - nearest.x(), point.y() - nearest.y())
