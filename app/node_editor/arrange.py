"""Where nodes go that nobody has placed, and the Arrange command."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Signal

from app.background import Background
from app.node_editor.boxes import NodeBox
from app.node_editor.shape import SNAP, WIDTH
from core.graph import Graph
from core.layout import Layout, layout

if TYPE_CHECKING:
    import networkx as nx

RANK_GAP = 32.0
ROW_GAP = 48.0
AT_ONCE = 150  # nodes of a graph that the window waits for
MOST_JOINING = 40  # nodes that stand beside others until the layout is there

Position = tuple[float, float]


class Arranger(QObject):
    """Lays out whole graphs, and finds room for single nodes; remembers what it did.

    A document made of text has no positions: its nodes stand where the layout puts them, and
    follow it. As soon as one node has been moved by hand all stay, and new ones join them.
    A thread lays out what is large; until then a few new nodes stand beside what they belong to,
    and many in columns, each right of what feeds it.

    Signals: found() after the thread has come to other places; busy(nodes) when it begins with so
    many new ones, and with 0 when no more is to come.
    """

    found = Signal()
    busy = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._former: Layout | None = None
        self._found: dict[str, Position] = {}
        self._background = Background(self)
        self._laid_out: tuple[int, dict[str, float]] | None = None  # what for: revision, heights
        self._busy_with = 0  # new nodes

    def forget(self) -> None:
        """Another document: nothing that was found holds any more."""
        self._stop()
        self._former = None
        self._found.clear()

    def finish(self) -> None:
        """Wait for the thread."""
        self._background.finish()

    def places(
        self, graph: Graph, boxes: Mapping[str, NodeBox], positions: Mapping[str, Position]
    ) -> dict[str, Position]:
        """A position for every node that has none of its own."""
        missing = [id for id in boxes if id not in positions]
        if len(missing) == len(boxes) <= AT_ONCE:
            self._stop()
            self._take(lay_out(graph, boxes, self._former), None)
            return dict(self._found)
        new = self._join(graph, boxes, missing, positions)
        if len(missing) == len(boxes):
            self._lay_out_soon(graph, boxes, boxes.keys())
        elif new:
            self._lay_out_soon(graph, boxes, new)
        elif self._laid_out is None or self._laid_out[0] != graph.revision:
            self._stop()
        return dict(self._found)

    def _stop(self) -> None:
        self._background.cancel()
        self._laid_out = None
        self._tell_busy(0)

    def _tell_busy(self, count: int) -> None:
        if count != self._busy_with:
            self._busy_with = count
            self.busy.emit(count)

    def _join(
        self,
        graph: Graph,
        boxes: Mapping[str, NodeBox],
        missing: Collection[str],
        positions: Mapping[str, Position],
    ) -> list[str]:
        """Let what was found stay, and put the others beside what they belong to.

        Returns those that are so many that they want a layout.
        """
        self._found = {id: self._found[id] for id in missing if id in self._found}
        new = [id for id in missing if id not in self._found]
        if not positions and len(new) > max(MOST_JOINING, len(boxes) / 2):
            self._former, self._found, new = None, {}, list(missing)  # hardly anything is left
        taken = {id: positions[id] for id in boxes if id in positions} | self._found
        if len(new) > MOST_JOINING:
            self._found |= _in_columns(graph, boxes, new, _under(boxes, taken))
            return new
        if new:
            for id in graph.topological_ids():
                if id not in taken:
                    taken[id] = self._found[id] = _beside(graph, boxes, id, taken)
        return []

    def _lay_out_soon(
        self, graph: Graph, boxes: Mapping[str, NodeBox], ids: Collection[str]
    ) -> None:
        """Let a thread lay these nodes out: all, or those that have come."""
        wanted = (graph.revision, {id: boxes[id].shape.height for id in ids})
        if wanted == self._laid_out:
            return
        self._laid_out = wanted
        is_whole = len(ids) == len(boxes)
        make = _layout_of(graph, boxes, self._former if is_whole else None, ids)
        corner = _corner([self._found[id] for id in ids])

        def take(found: Layout) -> None:
            if self._laid_out is wanted:
                self._take(found, None if is_whole else corner)
                self._tell_busy(0)
                self.found.emit()

        self._background.run(make, take)
        if self._former is None or not is_whole:
            self._tell_busy(len(ids))

    def _take(self, found: Layout, corner: Position | None) -> None:
        """Have these places; of some nodes only, with their upper left corner at `corner`."""
        if corner is None:
            self._former, self._found = found, _snapped(found)
            return
        places = _to_origin(_snapped(found))
        self._found |= {id: (x + corner[0], y + corner[1]) for id, (x, y) in places.items()}


def _layout_of(
    graph: Graph,
    boxes: Mapping[str, NodeBox],
    former: Layout | None,
    ids: Collection[str] | None = None,
) -> Callable[[], Layout]:
    """What lays out the graph, or these of its nodes; it may change before that is called."""
    sizes = {id: (WIDTH, box.shape.height) for id, box in boxes.items()}
    make, output = graph.networkx_maker(), graph.output
    part = None if ids is None or len(ids) == len(boxes) else frozenset(ids)

    def made() -> Layout:
        whole = make()
        shown = whole if part is None else _part(whole, part)
        end = output if output in shown else None
        return layout(shown, sizes, former, output=end, rank_gap=RANK_GAP, row_gap=ROW_GAP)

    return made


def _part(graph: nx.DiGraph, ids: Collection[str]) -> nx.DiGraph:
    import networkx as nx  # not before the first paint

    return nx.DiGraph(graph.subgraph(ids))


def lay_out(graph: Graph, boxes: Mapping[str, NodeBox], former: Layout | None = None) -> Layout:
    """The layout of the graph view, with the sizes of the editor's nodes."""
    return _layout_of(graph, boxes, former)()


def arranged(
    graph: Graph, boxes: Mapping[str, NodeBox], ids: Collection[str]
) -> dict[str, Position]:
    """Positions for these nodes by the layout; the upper left corner of their group stays."""
    found = _snapped(_layout_of(graph, boxes, None, ids)())
    left, top = min(boxes[id].x for id in ids), min(boxes[id].y for id in ids)
    return {id: (x + snap(left), y + snap(top)) for id, (x, y) in _to_origin(found).items()}


def snap(length: float) -> float:
    """The nearest line of the grid."""
    return round(length / SNAP) * SNAP


def free_place(wanted: Position, height: float, taken: Collection[QRectF]) -> Position:
    """The nearest place at or below `wanted` where a node covers no other."""
    x, y = wanted
    for _ in range(len(taken) + 1):
        here = QRectF(x, y, WIDTH, height).adjusted(-8, -8, 8, 8)
        hit = [rect for rect in taken if rect.intersects(here)]
        if not hit:
            break
        y = snap(max(rect.bottom() for rect in hit) + 16)
    return x, y


def _snapped(found: Layout) -> dict[str, Position]:
    return {id: (snap(x), snap(y)) for id, (x, y) in found.top_lefts.items()}


def _to_origin(found: Mapping[str, Position]) -> dict[str, Position]:
    left, top = _corner(found.values())
    return {id: (x - left, y - top) for id, (x, y) in found.items()}


def _corner(places: Collection[Position]) -> Position:
    """The upper left corner around them."""
    return min(x for x, _ in places), min(y for _, y in places)


def _under(boxes: Mapping[str, NodeBox], taken: Mapping[str, Position]) -> Position:
    """Where there is room under all of these."""
    if not taken:
        return 0.0, 0.0
    bottom = max(y + boxes[id].shape.height for id, (_x, y) in taken.items())
    return min(x for x, _y in taken.values()), bottom + ROW_GAP


def _in_columns(
    graph: Graph, boxes: Mapping[str, NodeBox], ids: Collection[str], corner: Position
) -> dict[str, Position]:
    """A block of columns: what feeds a node stands left of it, leaves next to what they feed."""
    wanted, ranks = set(ids), dict[str, int]()
    ordered = [id for id in graph.topological_ids() if id in wanted]
    for id in ordered:
        sources = [boxes[source].unit for source in graph.nodes[id].sources]
        ranks[id] = 1 + max([ranks[source] for source in sources if source in ranks], default=-1)
    first_use: dict[str, int] = {}
    for id in ordered:
        for source in graph.nodes[id].sources:
            unit = boxes[source].unit
            first_use[unit] = min(ranks[id] - 1, first_use.get(unit, ranks[id]))
    columns = {id: (first_use.get(id, rank), rank) for id, rank in ranks.items()}
    by_rank = sorted(ordered, key=columns.__getitem__)
    rows = math.ceil(math.sqrt(len(ids)))
    found = {}
    for start in range(0, len(by_rank), rows):
        x, y = corner[0] + start // rows * (WIDTH + RANK_GAP), corner[1]
        for id in by_rank[start : start + rows]:
            found[id] = snap(x), snap(y)
            y += boxes[id].shape.height + ROW_GAP
    return found


def _beside(
    graph: Graph, boxes: Mapping[str, NodeBox], id: str, taken: Mapping[str, Position]
) -> Position:
    """Right of a new node's inputs, else left of what uses it, else under everything."""
    step = WIDTH + RANK_GAP
    sources = [boxes[source].unit for source in graph.nodes[id].sources]
    inputs = [taken[source] for source in sources if source in taken]
    users = [taken[edge.target] for edge in graph.consumers(id) if edge.target in taken]
    if inputs:
        wanted = max(x for x, _ in inputs) + step, math.fsum(y for _, y in inputs) / len(inputs)
    elif users:
        wanted = min(x for x, _ in users) - step, math.fsum(y for _, y in users) / len(users)
    elif taken:
        wanted = min(x for x, _ in taken.values()), max(y for _, y in taken.values())
    else:
        wanted = 0.0, 0.0
    rects = [QRectF(x, y, WIDTH, boxes[other].shape.height) for other, (x, y) in taken.items()]
    snapped = snap(wanted[0]), snap(wanted[1])
    return free_place(snapped, boxes[id].shape.height, rects)
