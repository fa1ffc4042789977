"""Links as smooth curves, coloured and as wide as the gradient that flows back through them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app import theme
from app.node_editor.boxes import NodeBox
from app.node_editor.colors import link_color, pen, share_step
from core.graph import Edge

THINNEST = 1.5
WIDEST = 6.0
CASING = 1.5  # of canvas on each side, so that crossing links stay apart
MOST_CASED = 80  # links in sight; more are painted in bunches of one colour, without casing
BENT_FROM = 0.25  # zoom; further out a link is a straight line


class Link:
    """One connection on the canvas."""

    __slots__ = ("_ends", "_path", "edge", "share", "source", "target")

    def __init__(self, edge: Edge, source: NodeBox, target: NodeBox) -> None:
        self.edge = edge
        self.source, self.target = source, target
        self.share = 0.0  # -1 .. 1, of the gradient that flows back
        self._ends: tuple[float, float, float, float] | None = None
        self._path = QPainterPath()

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

    def path(self) -> QPainterPath:
        """The curve in the scene, made anew only after one of its ends has moved."""
        start, end = self.start, self.end
        ends = (start.x(), start.y(), end.x(), end.y())
        if ends != self._ends:
            self._ends = ends
            self._path = curve(start, end)
        return self._path

    def bounds(self) -> QRectF:
        return self.path().controlPointRect().adjusted(-WIDEST, -WIDEST, WIDEST, WIDEST)

    def distance_to(self, point: QPointF) -> float:
        """How far a scene point is from the curve, about."""
        if not self.bounds().adjusted(-8, -8, 8, 8).contains(point):
            return math.inf
        path = self.path()
        steps = 24
        points = [path.pointAtPercent(i / steps) for i in range(steps + 1)]
        return min(_distance(point, a, b) for a, b in pairwise(points))

    def crosses(self, stroke: QPainterPath) -> bool:
        """True if the curve meets a line drawn across it."""
        return self.bounds().intersects(stroke.controlPointRect().adjusted(-1, -1, 1, 1)) and bool(
            _polylines_cross(_polyline(self.path()), _polyline(stroke))
        )


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The curve from an output to an input: level at both ends, also where it runs backwards."""
    across = end.x() - start.x()
    reach = across / 2 if across >= 0 else min(160.0, -across / 2 + 40)
    reach = max(reach, min(24.0, abs(end.y() - start.y()) / 2))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path


def paint_drop_target(painter: QPainter, link: Link) -> None:
    """Mark the link that a node would go into."""
    painter.setPen(pen("accent", link.width + 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(link.path())


def paint_links(painter: QPainter, links: Iterable[Link], exposed: QRectF, zoom: float) -> None:
    """Paint the links in sight, in scene coordinates."""
    seen = [link for link in links if link.bounds().intersects(exposed)]
    if zoom < BENT_FROM:
        _paint_lines(painter, seen, zoom)
    elif len(seen) <= MOST_CASED:
        for link in seen:
            _paint_one(painter, link)
    else:
        _paint_bunches(painter, seen, zoom)


def _paint_one(painter: QPainter, link: Link) -> None:
    path = link.path()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    casing = QPen(theme.current().color("canvas"), link.width + 2 * CASING)
    casing.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(casing)
    painter.drawPath(path)
    painter.setPen(link_pen(link.share))
    painter.drawPath(path)


def link_pen(share: float) -> QPen:
    """The pen for a share of colour: dotted where nothing at all flows back."""
    if share == 0:
        dotted = QPen(pen("text3", THINNEST))
        dotted.setDashPattern([0.01, 2.8])
        return dotted
    made = QPen(color_of(share), THINNEST + (WIDEST - THINNEST) * min(1.0, abs(share)))
    if math.isnan(share):
        made.setWidthF(THINNEST * 1.5)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def color_of(share: float) -> QColor:
    return theme.current().color("error") if math.isnan(share) else link_color(share)


def _bunches(links: Iterable[Link]) -> dict[int | None, list[Link]]:
    """Links by colour, in eight steps a side; None for those that are not finite."""
    bunches: dict[int | None, list[Link]] = defaultdict(list)
    for link in links:
        bunches[None if math.isnan(link.share) else share_step(link.share) // 8].append(link)
    return bunches


def _pen_of_bunch(links: list[Link], zoom: float) -> QPen:
    share = links[len(links) // 2].share
    made = QPen(link_pen(share)) if share else QPen(pen("text3", THINNEST))
    made.setWidthF(max(made.widthF(), 1.0 / zoom))
    return made


def _paint_bunches(painter: QPainter, links: Iterable[Link], zoom: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for bunch in _bunches(links).values():
        joined = QPainterPath()
        for link in bunch:
            joined.addPath(link.path())
        painter.setPen(_pen_of_bunch(bunch, zoom))
        painter.drawPath(joined)


def _paint_lines(painter: QPainter, links: Iterable[Link], zoom: float) -> None:
    for bunch in _bunches(links).values():
        made = _pen_of_bunch(bunch, zoom)
        made.setWidthF(1.0 / zoom)
        painter.setPen(made)
        painter.drawLines([QLineF(link.start, link.end) for link in bunch])


def _distance(point: QPointF, a: QPointF, b: QPointF) -> float:
    along = b - a
    length = QPointF.dotProduct(along, along)
    share = QPointF.dotProduct(point - a, along) / length if length else 0.0
    nearest = a + along * max(0.0, min(1.0, share))
    return math.hypot(point.x() - nearest.x(), point.y() - nearest.y())


def _polyline(path: QPainterPath) -> list[QPointF]:
    steps = 24
    if path.elementCount() > 4:  # a stroke drawn by hand: its own corners
        return [
            QPointF(path.elementAt(i).x, path.elementAt(i).y) for i in range(path.elementCount())
        ]
    return [path.pointAtPercent(i / steps) for i in range(steps + 1)]


def _polylines_cross(first: list[QPointF], second: list[QPointF]) -> bool:
    crossing = QLineF.IntersectionType.BoundedIntersection
    others = [QLineF(a, b) for a, b in pairwise(second)]
    return any(
        line.intersects(other)[0] == crossing
        for line in (QLineF(a, b) for a, b in pairwise(first))
        for other in others
    )
