"""Where groups are in the picture: a quiet ground behind the nodes of each, its name on a tab.

The layout knows nothing of groups. A ground is made of cells, one for each run of a group's nodes
in a column with no other node between, of bridges between cells that stand side by side, and of
the connections that lead to cells further off; so it never lies behind a node of something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app import fonts, theme
from app.graph_view import palette, texts
from app.graph_view.boxes import NAMED, READABLE
from app.widgets.texts import advance, draw_left, elided

if TYPE_CHECKING:
    from app.graph_view.picture import Picture

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

SIDE = 7.0  # of ground around the nodes, and around each group within
TAB = 17.0  # height
RADIUS = 6.0
DEEPEST = 2  # groups within groups that are shown as well
SLEEVE = 12.0  # width of the ground along a connection
LEAST_ON_SCREEN = 28.0  # pixels of width from which a group is named
MOST_NAMED = 60  # groups
NAME_BELOW = 1.5  # heights of a tab
MOST_TRIED = 4  # cells, for a place of the name
FEW = 24  # groups; of more, names stand at the first cell


@dataclass(frozen=True)
class Outline:
    """One use of a group, and the groups within it.

    depth: how many groups are around it; height: how many levels are in it. cells: the items of
    each, the one with the tab first. bridges: pairs of cells. pieces: of curve.
    """

    name: str
    depth: int
    height: int
    cells: list[Ints]
    bridges: list[tuple[int, int]]
    pieces: list[int]

    @property
    def side(self) -> float:
        return SIDE * (self.height + 1)

    @property
    def top(self) -> float:
        """What the first cell needs above its nodes: the tabs of the groups within."""
        return self.side + TAB * fonts.scale * self.height


class _Placed(NamedTuple):
    """Where an outline is."""

    outline: Outline
    cells: list[QRectF]
    bridges: list[QRectF]
    tab: QRectF
    bounds: QRectF


class GroupOutlines:
    """Those of one picture, outer ones first. They are found when they are first painted."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._groups = picture.graph.groups
        self._placed: tuple[Floats, list[_Placed]] | None = None

    @cached_property
    def all(self) -> list[Outline]:
        """Every outline; none, and at no cost, where there are no groups."""
        if not self._groups.instances:
            return []
        return sorted(_Finder(self._picture).outlines(), key=lambda outline: outline.depth)

    def bounds(self) -> QRectF:
        """What they cover, with room for their names."""
        bounds = QRectF()
        for placed in self.placed():
            below = NAME_BELOW * TAB * fonts.scale  # for a name that stands there from afar
            bounds = bounds.united(placed.bounds.adjusted(0, 0, 0, below))
        return bounds

    def placed(self) -> list[_Placed]:
        """The outlines, where the nodes stand now."""
        corners = self._picture.corners
        if self._placed is None or self._placed[0] is not corners:
            self._placed = corners, [self._place(outline) for outline in self.all]
        return self._placed[1]

    def _place(self, outline: Outline) -> _Placed:
        corners, sizes = self._picture.corners, self._picture.drawing.sizes
        cells: list[QRectF] = []
        for place, items in enumerate(outline.cells):
            low = corners[items].min(axis=0).tolist()
            high = (corners[items] + sizes[items]).max(axis=0).tolist()
            top = outline.top if place == 0 else outline.side
            rect = QRectF(QPointF(*low), QPointF(*high))
            cells.append(rect.adjusted(-outline.side, -top, outline.side, outline.side))
        across = self._picture.is_across
        bridges = [_bridge(cells[one], cells[two], across) for one, two in outline.bridges]
        tab = _tab(outline, cells[0])
        bounds = tab
        for rect in cells:
            bounds = bounds.united(rect)
        return _Placed(outline, cells, bridges, tab, bounds)

    # ----- painting -------------------------------------------------------------------------

    def paint(self, painter: QPainter, seen: list[QRectF], zoom: float) -> None:
        """Paint the grounds, behind everything else; the painter is in scene coordinates."""
        rim = max(1.0, 0.75 / zoom)
        for placed in self.placed():
            size = max(placed.bounds.width(), placed.bounds.height()) * zoom
            if size < LEAST_ON_SCREEN or not any(area.intersects(placed.bounds) for area in seen):
                continue
            if zoom < NAMED:
                _paint_far(painter, placed, rim)
                continue
            is_named = zoom >= READABLE
            self._paint_ground(painter, placed, "strong", rim, with_tab=is_named)
            self._paint_ground(painter, placed, "panel", 0.0, with_tab=is_named)
            if is_named:
                painter.setPen(theme.current().color("text2"))
                x, y = placed.tab.x() + 8, placed.tab.center().y() - RADIUS / 2 + 1
                draw_left(painter, x, y, placed.outline.name, texts.BODY)

    def _paint_ground(
        self, painter: QPainter, placed: _Placed, role: str, rim: float, *, with_tab: bool
    ) -> None:
        """All parts in one colour: first so much larger, as a rim, then as the inside of all."""
        color, outline = theme.current().color(role), placed.outline
        if outline.pieces:
            pen = QPen(color, SLEEVE + 4 * outline.height + 2 * rim)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for piece in outline.pieces:
                painter.drawPath(self._picture.path(piece))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for rect in [*placed.cells, placed.tab] if with_tab else placed.cells:
            radius = RADIUS + rim
            painter.drawRoundedRect(rect.adjusted(-rim, -rim, rim, rim), radius, radius)
        painter.drawRects([rect.adjusted(-rim, -rim, rim, rim) for rect in placed.bridges])

    def paint_names_far(self, painter: QPainter, seen: list[QRectF], zoom: float) -> None:
        """From afar the names stand beside the cells, as large as ever, where they find room."""
        if zoom >= READABLE:
            return
        taken: list[QRectF] = []
        for placed in self.placed():
            width = (placed.bounds.right() - placed.tab.left()) * zoom
            is_seen = any(area.intersects(placed.bounds) for area in seen)
            if placed.outline.depth or not is_seen or width < LEAST_ON_SCREEN:
                continue
            name = elided(placed.outline.name, texts.BODY, width - 8)
            label = self._room_for_label(placed, advance(name, texts.BODY) + 8, zoom)
            if len(taken) >= MOST_NAMED or any(label.intersects(other) for other in taken):
                continue
            taken.append(label)
            painter.save()
            painter.scale(1 / zoom, 1 / zoom)
            painter.setPen(palette.pen("strong"))
            painter.setBrush(theme.current().color("panel"))
            painter.drawRoundedRect(label, 3, 3)
            painter.setPen(theme.current().color("text2"))
            draw_left(painter, label.x() + 4, label.center().y(), name, texts.BODY)
            painter.restore()

    def _room_for_label(self, placed: _Placed, width: float, zoom: float) -> QRectF:
        """Above or below a cell, on as few boxes as can be; in pixels from the scene's origin."""
        height = TAB * fonts.scale
        places: list[tuple[int, QRectF]] = []
        for cell in placed.cells[: MOST_TRIED if len(self.all) <= FEW else 1]:
            for y in (cell.top() * zoom - height + 1, cell.bottom() * zoom - 1):
                label = QRectF(cell.left() * zoom, y, width, height)
                beneath = QRectF(label.topLeft() / zoom, label.size() / zoom)
                covered = len(self._picture.items_in(beneath))
                if not covered:
                    return label
                places.append((covered, label))
        return min(places, key=lambda place: place[0])[1]


def _paint_far(painter: QPainter, placed: _Placed, rim: float) -> None:
    """Plain rectangles, without the connections between them."""
    rects = [*placed.cells, *placed.bridges]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.current().color("strong"))
    painter.drawRects([rect.adjusted(-rim, -rim, rim, rim) for rect in rects])
    painter.setBrush(theme.current().color("panel"))
    painter.drawRects(rects)


def _tab(outline: Outline, first: QRectF) -> QRectF:
    """Where the name stands: on the first cell, reaching into it so that no edge is between."""
    height = TAB * fonts.scale
    width = advance(outline.name, texts.BODY) + 16
    return QRectF(first.x(), first.y() - height, width, height + RADIUS)


def _bridge(one: QRectF, two: QRectF, is_across: bool) -> QRectF:
    """From the middle of a cell to that of the next, as wide as both are."""
    low, high = one.center(), two.center()
    if is_across:
        top, bottom = max(one.top(), two.top()), min(one.bottom(), two.bottom())
        return QRectF(QPointF(low.x(), top), QPointF(high.x(), bottom))
    left, right = max(one.left(), two.left()), min(one.right(), two.right())
    return QRectF(QPointF(left, low.y()), QPointF(right, high.y()))


class _Finder:
    """Finds the cells of groups in a layout."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._groups = picture.graph.groups
        drawing = picture.drawing
        self._along = drawing.centers[:, 0 if picture.is_across else 1].round().astype(int)
        self._across = drawing.centers[:, 1 if picture.is_across else 0]
        self._thick = drawing.sizes[:, 1 if picture.is_across else 0] / 2
        order = np.lexsort((self._across, self._along))
        column_of = self._along.tolist().__getitem__
        self._columns = [list(items) for _, items in groupby(order.tolist(), key=column_of)]
        self._leaving: dict[int, list[tuple[int, int]]] = {}  # edges by the item they begin at
        for edge, (source, target) in enumerate(drawing.edges):
            ends = drawing.index[target], edge
            self._leaving.setdefault(drawing.index[source], []).append(ends)
        self._column = {item: i for i, items in enumerate(self._columns) for item in items}

    def outlines(self) -> Iterator[Outline]:
        groups = self._groups
        items, levels = self._items(), self._levels()
        for id, own in items.items():
            depth, height = levels[id]
            if depth > DEEPEST:
                continue
            instance = groups.instances[id]
            name = f"{instance.function}, muted" if instance.is_muted else instance.function
            cells = self._cells(own)
            bridges = self._bridges(cells)
            pieces = self._pieces_between(cells, bridges)
            yield Outline(
                name, depth, height, [np.array(cell, dtype=np.intp) for cell in cells],
                bridges, pieces,
            )  # fmt: skip

    def _items(self) -> dict[str, set[int]]:
        """The items of each instance, with those of the instances within it."""
        groups, picture = self._groups, self._picture
        found: dict[str, set[int]] = {}
        owner, ids = groups.owner, picture.flow.ids
        for item, row in enumerate(picture.rows.tolist()):
            home = owner.get(ids[row])
            while home is not None:
                found.setdefault(home, set()).add(item)
                home = groups.instances[home].parent
        return found

    def _levels(self) -> dict[str, tuple[int, int]]:
        """How many instances are around each, and how many levels are shown within it."""
        instances = self._groups.instances
        depths: dict[str, int] = {}
        heights = dict.fromkeys(instances, 0)
        for id, instance in instances.items():
            depth, parent = 0, instance.parent
            while parent is not None:
                depth += 1
                heights[parent] = max(heights[parent], depth)
                parent = instances[parent].parent
            depths[id] = depth
        return {id: (depth, min(heights[id], DEEPEST - depth)) for id, depth in depths.items()}

    def _cells(self, own: set[int]) -> list[list[int]]:
        """Runs of these items in a column, with nothing else between; columns in order."""
        cells: list[list[int]] = []
        for column in sorted({self._column[item] for item in own}):
            for is_own, run in groupby(self._columns[column], key=own.__contains__):
                if is_own:
                    cells.append(list(run))
        return cells

    def _span(self, cell: list[int]) -> tuple[float, float]:
        """From where to where a cell's nodes reach across."""
        first, last = cell[0], cell[-1]
        return self._across[first] - self._thick[first], self._across[last] + self._thick[last]

    def _bridges(self, cells: list[list[int]]) -> list[tuple[int, int]]:
        """Pairs of cells in neighbouring columns that stand side by side."""
        by_column: dict[int, list[int]] = {}
        for number, cell in enumerate(cells):
            by_column.setdefault(self._column[cell[0]], []).append(number)
        spans = [self._span(cell) for cell in cells]
        return [
            (one, two)
            for column, numbers in by_column.items()
            for one in numbers
            for two in by_column.get(column + 1, ())
            if spans[one][0] < spans[two][1] and spans[two][0] < spans[one][1]
        ]

    def _pieces_between(self, cells: list[list[int]], bridges: list[tuple[int, int]]) -> list[int]:
        """The curves of the connections that lead from cells to others that no bridge reaches."""
        part = list(range(len(cells)))  # which connected part a cell is in

        def join(one: int, two: int) -> None:
            former, now = part[two], part[one]
            part[:] = [now if number == former else number for number in part]

        for one, two in bridges:
            join(one, two)
        if len(set(part)) <= 1:
            return []
        cell_of = {item: number for number, cell in enumerate(cells) for item in cell}
        pieces: list[int] = []
        for item, number in cell_of.items():
            for target, edge in self._leaving.get(item, ()):
                if target in cell_of and part[cell_of[target]] != part[number]:
                    pieces += self._picture.way_of_edge[edge]
        return pieces
