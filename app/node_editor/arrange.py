"""Where nodes go that nobody has placed, and the Arrange command."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from PySide6.QtCore import QRectF

from app.node_editor.boxes import NodeBox
from app.node_editor.shape import SNAP, WIDTH
from core.graph import Graph
from core.layout import Layout, layout

RANK_GAP = 32.0
ROW_GAP = 48.0

Position = tuple[float, float]


class Arranger:
    """Lays out whole graphs, and finds room for single nodes; remembers what it did.

    A document made of text has no positions: its nodes stand where the layout puts them, and
    follow it. As soon as one node has been moved by hand all stay, and new ones join them.
    """

    def __init__(self) -> None:
        self._former: Layout | None = None
        self._found: dict[str, Position] = {}

    def forget(self) -> None:
        """Another document: nothing that was found holds any more."""
        self._former = None
        self._found.clear()

    def places(
        self, graph: Graph, boxes: Mapping[str, NodeBox], positions: Mapping[str, Position]
    ) -> dict[str, Position]:
        """A position for every node that has none of its own."""
        missing = [id for id in boxes if id not in positions]
        if len(missing) == len(boxes):
            self._former = lay_out(graph, boxes, self._former)
            self._found = _snapped(self._former)
        else:
            self._found = {id: self._found[id] for id in missing if id in self._found}
            taken = {id: positions[id] for id in boxes if id in positions} | self._found
            for id in graph.topological_ids():
                if id not in taken:
                    taken[id] = self._found[id] = _beside(graph, boxes, id, taken)
        return dict(self._found)


def lay_out(graph: Graph, boxes: Mapping[str, NodeBox], former: Layout | None = None) -> Layout:
    """The layout of the graph view, with the sizes of the editor's nodes."""
    sizes = {id: (WIDTH, box.shape.height) for id, box in boxes.items()}
    return layout(
        graph.to_networkx(), sizes, former,
        output=graph.output, rank_gap=RANK_GAP, row_gap=ROW_GAP,
    )  # fmt: skip


def arranged(
    graph: Graph, boxes: Mapping[str, NodeBox], ids: Collection[str]
) -> dict[str, Position]:
    """Positions for these nodes by the layout; the upper left corner of their group stays."""
    import networkx as nx  # not before the first paint

    part = nx.DiGraph(graph.to_networkx().subgraph(ids))
    sizes = {id: (WIDTH, boxes[id].shape.height) for id in part}
    output = graph.output if graph.output in part else None
    found = _snapped(layout(part, sizes, output=output, rank_gap=RANK_GAP, row_gap=ROW_GAP))
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
    left, top = min(x for x, _ in found.values()), min(y for _, y in found.values())
    return {id: (x - left, y - top) for id, (x, y) in found.items()}


def _beside(
    graph: Graph, boxes: Mapping[str, NodeBox], id: str, taken: Mapping[str, Position]
) -> Position:
    """Right of a new node's inputs, else left of what uses it, else under everything."""
    step = WIDTH + RANK_GAP
    inputs = [taken[source] for source in graph.nodes[id].sources if source in taken]
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
