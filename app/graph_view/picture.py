"""What the graph view draws, as arrays: boxes, curves, numbers and shares of colour."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from app.bunches import Objects, as_objects
from app.colors import robust_scale, symlog
from app.graph_view import palette
from app.graph_view.boxes import Kind
from app.graph_view.errors import error_scale, unexplained
from app.graph_view.formulas import formula
from app.graph_view.group_outlines import GroupOutlines
from app.graph_view.hairlines import Hairlines
from core.flow import Flow
from core.graph import Graph
from core.known import Known
from core.layout import Direction, Layout
from core.stepping import State

if TYPE_CHECKING:
    pass

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

ARROW = 8.0  # scene pixels that a curve ends before its arrow's tip
SAMPLES = 13  # points of a curve for hit tests

GRADIENT, DATA, LOCAL = "gradient", "data", "local derivative"
ERROR = "gradient check error"


@dataclass
class Options:
    """What the user has chosen in the view's header and menu."""

    direction: Direction = "LR"
    is_by_graphviz: bool = False
    is_split: bool = False
    color_by: str = GRADIENT


@dataclass
class Picture:
    """One drawing of a graph. Items are boxes and, in the split form, op circles too.

    rows (items,): the node of each item, as a row of `flow`. is_op (items,). steps (items,) and
    kinds (items,): colours. piece_steps, piece_shares (pieces,): of the curves.
    """

    options: Options
    graph: Graph
    flow: Flow
    drawing: Layout
    titles: list[tuple[str, str]]  # name and formula of each node, by row
    rows: Ints
    is_op: npt.NDArray[np.bool_]
    rects: list[QRectF] = field(default_factory=list)
    scale: float = 1.0
    version: int = 0  # counts changes of places and colours

    def __post_init__(self) -> None:
        self.nodes = dict(self.graph.nodes)  # as drawn: the graph may be ahead of its layout
        self.forget_errors()
        self.group_outlines = GroupOutlines(self)
        self._find_entries()
        self.place(self.drawing.centers, self.drawing.starts, self.drawing.ends)
        self.recolor(1.0)

    # ----- geometry -------------------------------------------------------------------------

    def place(self, centers: Floats, starts: Floats, ends: Floats) -> None:
        """Put boxes and curves here: the layout's places, or some on the way to them."""
        self.version += 1
        corners = centers - self.drawing.sizes / 2
        sizes = self.drawing.sizes.tolist()
        self.corners = corners
        self.rects = [QRectF(x, y, w, h) for (x, y), (w, h) in zip(corners.tolist(), sizes)]
        self._starts, self._ends = starts, ends
        self._paths: list[QPainterPath | None] = [None] * len(starts)
        self._lines: Objects | None = None
        self._rect_objects: Objects | None = None
        self.hairlines = Hairlines(starts, ends)
        self._samples: Floats | None = None
        self.piece_low: Floats = np.minimum(starts, ends)
        self.piece_high: Floats = np.maximum(starts, ends)

    def path(self, piece: int) -> QPainterPath:
        """A piece of curve; where it ends in an arrow, a little before the tip."""
        path = self._paths[piece]
        if path is None:
            arrow = ARROW if self.is_last[piece] else 0.0
            start, end = self._starts[piece].tolist(), self._ends[piece].tolist()
            path = self._paths[piece] = _curve(start, end, self.is_across, arrow)
        return path

    def tip(self, piece: int) -> QPointF | None:
        """Where the piece's arrow ends, if it has one."""
        return QPointF(*self._ends[piece].tolist()) if self.is_last[piece] else None

    @property
    def lines(self) -> Objects:
        """The straight line from end to end of each piece, QLineF, for far out."""
        if self._lines is None:
            ends = np.hstack([self._starts, self._ends]).tolist()
            self._lines = as_objects([QLineF(x0, y0, x1, y1) for x0, y0, x1, y1 in ends])
        return self._lines

    @property
    def rect_objects(self) -> Objects:
        """`rects` in an array, to pick from."""
        if self._rect_objects is None:
            self._rect_objects = as_objects(self.rects)
        return self._rect_objects

    @property
    def piece_count(self) -> int:
        return len(self._starts)

    @property
    def sample_points(self) -> Floats:
        """Points along the curves, (pieces, SAMPLES, 2)."""
        if self._samples is None:
            self._samples = _samples(self._starts, self._ends, self.is_across)
        return self._samples

    @property
    def is_across(self) -> bool:
        return self.drawing.direction == "LR"

    def _find_entries(self) -> None:
        """Which numbers add up in which piece: rows of the links, then of the nodes."""
        links: dict[tuple[int, int], list[int]] = {}
        flow = self.flow
        for link, ends in enumerate(zip(flow.source.tolist(), flow.target.tolist())):
            links.setdefault(ends, []).append(link)
        self.edge_links: list[list[int]] = []
        for source, target in self.drawing.edges:
            row, end = row_of(flow, source), row_of(flow, target)
            if row == end:  # from an op's circle to its own value
                self.edge_links.append([len(flow.source) + row])
            else:
                self.edge_links.append(links[row, end])
        edges, pieces = self.drawing.members.T
        counts = np.array([len(links) for links in self.edge_links], dtype=np.intp)
        numbers = np.array([link for links in self.edge_links for link in links], dtype=np.intp)
        repeats = counts[edges]
        first_of_edge, first_of_row = np.cumsum(counts) - counts, np.cumsum(repeats) - repeats
        behind_first = np.arange(repeats.sum()) - np.repeat(first_of_row, repeats)
        self._entry_pieces = np.repeat(pieces, repeats)
        self._entry_numbers = numbers[np.repeat(first_of_edge[edges], repeats) + behind_first]
        last = np.full(len(self.edge_links), -1, dtype=np.intp)
        last[edges] = pieces  # the last of an edge's pieces stays
        self.is_last = np.zeros(len(self.drawing.starts), dtype=bool)
        self.is_last[last[last >= 0]] = True

    @cached_property
    def way_of_edge(self) -> list[list[int]]:
        """The pieces of each edge, in order from its source."""
        ways: list[list[int]] = [[] for _ in self.drawing.edges]
        for edge, piece in self.drawing.members.tolist():
            ways[edge].append(piece)
        return ways

    @cached_property
    def edges_of_piece(self) -> list[list[int]]:
        """The edges that share each piece."""
        edges: list[list[int]] = [[] for _ in self.drawing.starts]
        for edge, piece in self.drawing.members.tolist():
            edges[piece].append(edge)
        return edges

    # ----- numbers --------------------------------------------------------------------------

    def read_numbers(self, flow: Flow) -> None:
        """Take over the graph's last evaluation. Its structure is that of this picture."""
        if flow is not self.flow:  # a number that is part of an op, such as an exponent
            self.flow = flow
            self.titles = [(node.name, formula(self.graph, node)) for node in self.graph]

    def forget_errors(self) -> None:
        """No gradient is checked. errors, explained (n,): of a check, by row of the flow."""
        self.errors, self.explained = np.full((2, len(self.flow.ids)), np.nan)

    def colored_numbers(self) -> Floats:
        """The number of each node that its colour stands for."""
        if self.options.color_by == ERROR:
            return self.errors
        return self.flow.data if self.options.color_by == DATA else self.grads

    def own_scale(self, state: State | None = None) -> float:
        """The size that would get the full colour if the scale were not smoothed or locked.

        state: how far a debugger has come; what it has not shown does not count.
        """
        self._take_state(state)
        if self.options.color_by == LOCAL:
            return robust_scale(self.locals)
        if self.options.color_by == ERROR:
            return error_scale(self.errors, self.explained)
        numbers = self.colored_numbers()
        return robust_scale(numbers[self.is_computed & self.flow.is_reached])

    def recolor(self, scale: float, state: State | None = None) -> None:
        """Take over the flow's numbers: arrays only, no new layout.

        state: show the numbers only as far as a debugger has come.
        """
        self.scale = scale
        self.version += 1
        flow = self.flow
        self._take_state(state)
        is_by_data = self.options.color_by == DATA
        data = np.where(self.is_computed, flow.data, 0.0)
        is_shown = self.is_reached
        if is_by_data:
            is_shown = self.is_computed & flow.is_reached
        shares = symlog(data if is_by_data else self.grads, scale)
        if self.options.color_by == ERROR:
            shares = symlog(np.nan_to_num(unexplained(self.errors, self.explained)), scale)
            is_shown = self.is_reached & ~np.isnan(self.errors)
        if self.options.color_by == LOCAL:
            shares = np.zeros_like(shares)
        self.steps = palette.steps(shares)[self.rows]
        kinds = np.where(shares == 0, Kind.ZERO, Kind.FILLED)
        kinds[~is_shown] = Kind.UNREACHED
        kinds[~(np.isfinite(data) & np.isfinite(self.grads))] = Kind.NOT_FINITE
        kinds[self._muted] = Kind.MUTED
        self.kinds = kinds[self.rows]
        numbers = self.locals if self.options.color_by == LOCAL else self.contributions
        carried = np.concatenate([numbers, self.grads])[self._entry_numbers]
        with np.errstate(invalid="ignore"):
            self.piece_numbers = np.bincount(
                self._entry_pieces, carried, minlength=len(self.drawing.starts)
            )
        is_edges_own = self.options.color_by in (GRADIENT, LOCAL)
        edge_scale = scale if is_edges_own else robust_scale(self.grads)
        self.piece_shares = symlog(self.piece_numbers, edge_scale)
        self.piece_steps = palette.edge_steps(self.piece_shares)
        self.piece_widths = 1.5 + 4.5 * np.abs(np.nan_to_num(self.piece_shares))

    def _take_state(self, state: State | None) -> None:
        """The numbers to show, and which nodes have any."""
        flow = self.flow
        self.known = Known(self.graph, state)
        if state is None:
            self.grads, self.contributions, self.locals = flow.grad, flow.contribution, flow.local
            self.is_reached = flow.is_reached
            self.is_computed = np.ones(len(flow.ids), dtype=bool)
            self.is_passed = np.ones(len(flow.source), dtype=bool)
            return
        self.is_computed = np.array([id in state.computed for id in flow.ids], dtype=bool)
        self.grads = np.zeros_like(flow.grad)
        self.is_reached = np.zeros_like(flow.is_reached)
        rows = [flow.row[id] for id in state.grads if id in flow.row]
        self.grads[rows] = [grad for id, grad in state.grads.items() if id in flow.row]
        self.is_reached[rows] = True
        ends = zip(flow.source.tolist(), flow.target.tolist(), flow.input_index.tolist())
        passed = [(flow.ids[s], flow.ids[t], i) in state.passed for s, t, i in ends]
        self.is_passed = np.array(passed, dtype=bool)
        self.contributions = np.where(self.is_passed, flow.contribution, 0.0)
        self.locals = np.where(self.is_passed, flow.local, 0.0)

    @property
    def _muted(self) -> list[int]:
        nodes = self.nodes
        return [row for row, id in enumerate(self.flow.ids) if nodes[id].is_muted]

    # ----- what is where --------------------------------------------------------------------

    def id_of(self, item: int) -> str:
        return self.flow.ids[int(self.rows[item])]

    def item_at(self, point: QPointF) -> int | None:
        """The topmost item at a point of the scene."""
        offset = np.array([point.x(), point.y()]) - self.corners
        inside = ((offset >= 0) & (offset <= self.drawing.sizes)).all(axis=1)
        found = np.flatnonzero(inside)
        return int(found[-1]) if len(found) else None

    def items_in(self, area: QRectF) -> Ints:
        """The items that touch an area of the scene."""
        low = np.array([area.left(), area.top()])
        high = np.array([area.right(), area.bottom()])
        touched = ((self.corners <= high) & (self.corners + self.drawing.sizes >= low)).all(axis=1)
        return np.flatnonzero(touched)

    def pieces_in(self, area: QRectF) -> Ints:
        """The curve pieces that may touch an area of the scene."""
        low = np.array([area.left(), area.top()]) - ARROW
        high = np.array([area.right(), area.bottom()]) + ARROW
        touched = ((self.piece_low <= high) & (self.piece_high >= low)).all(axis=1)
        return np.flatnonzero(touched)

    def piece_at(self, point: QPointF, reach: float) -> tuple[int, QPointF] | None:
        """The curve piece within `reach` of a point, and its nearest point."""
        near = ((self.piece_low - reach <= (point.x(), point.y())).all(axis=1)) & (
            (self.piece_high + reach >= (point.x(), point.y())).all(axis=1)
        )
        candidates = np.flatnonzero(near)
        if not len(candidates):
            return None
        lines = self.sample_points[candidates]
        a, along = lines[:, :-1], np.diff(lines, axis=1)
        to_point = np.array([point.x(), point.y()]) - a
        length = np.maximum((along**2).sum(axis=2), 1e-9)
        share = np.clip((to_point * along).sum(axis=2) / length, 0, 1)[..., None]
        nearest = a + share * along
        distance = np.hypot(*np.moveaxis(nearest - (point.x(), point.y()), 2, 0))
        best = np.unravel_index(np.argmin(distance), distance.shape)
        if distance[best] > reach:
            return None
        x, y = nearest[best].tolist()
        return int(candidates[best[0]]), QPointF(x, y)

    @property
    def bounds(self) -> QRectF:
        left, top, right, bottom = self.drawing.bounds
        return QRectF(left, top, right - left, bottom - top).united(self.group_outlines.bounds())


def row_of(flow: Flow, id: Any) -> int:
    return flow.row[id[0] if isinstance(id, tuple) else id]


def _curve(start: list[float], end: list[float], is_across: bool, arrow: float) -> QPainterPath:
    path = QPainterPath(QPointF(*start))
    (x0, y0), (x1, y1) = start, end
    if is_across:
        x1 -= arrow
        middle = (x0 + x1) / 2
        if abs(y0 - y1) < 0.5:
            path.lineTo(x1, y1)
        else:
            path.cubicTo(middle, y0, middle, y1, x1, y1)
    else:
        y1 -= arrow
        middle = (y0 + y1) / 2
        if abs(x0 - x1) < 0.5:
            path.lineTo(x1, y1)
        else:
            path.cubicTo(x0, middle, x1, middle, x1, y1)
    return path


def _samples(starts: Floats, ends: Floats, is_across: bool) -> Floats:
    """Points of the curves, (pieces, SAMPLES, 2)."""
    t = np.linspace(0, 1, SAMPLES)[None, :, None]
    axis = 0 if is_across else 1
    first, second = starts.copy(), ends.copy()
    first[:, axis] = second[:, axis] = (starts[:, axis] + ends[:, axis]) / 2
    a, b, c, d = (points[:, None, :] for points in (starts, first, second, ends))
    result: Floats = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    return result
