"""Where the editor's commands put nodes and items, each in one undo step."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from app.node_editor.annotations import DotBox, NoteBox
from app.node_editor.arrange import Position, arranged, lay_out, snap
from app.node_editor.shape import SNAP, WIDTH
from core.graph import LEAF, Edge, Graph

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class Placing:
    """Commands that move nodes and what stands beside them."""

    def __init__(self, view: NodeView) -> None:
        self._view = view
        self._scene = view.nodes
        self._document = view.document

    @property
    def _graph(self) -> Graph:
        return self._scene.graph

    def drop_moved(
        self,
        id: str | None,
        ids: list[str],
        items: Collection[NoteBox | DotBox] = (),
        frame: str | None = None,
        text: str = "",
    ) -> None:
        """Keep the places that nodes and items were dragged to, as an undo step named `text`.

        The node `id` dropped on a link goes into it; nodes dropped into a frame join it.
        """
        positions = self._scene.positions()
        edge = self._view.edits.insertion_for(id) if id is not None and len(ids) == 1 else None
        annotate = self._view.annotate

        def change() -> None:
            self._document.positions.update(positions)
            annotate.keep_moved(items)
            if frame is not None:
                annotate.join(frame, ids)
            if edge is None or id is None:
                return
            self._put_into(edge, id, self._view.edits.free_inputs(id)[0])
            rect = self._scene.boxes[id].rect
            self._document.positions.update(self._room_around(id, rect, edge.target))

        if not text:
            edits = self._view.edits
            name = edits.named(ids) if ids else annotate.name_of([item.key for item in items])
            text = f"Insert {name}" if edge else f"Move {name}"
        self._view.edits.edit(text, change)

    def drop_new(self, op: str, rect: QRectF) -> None:
        """A new node at a place of the scene; dropped on a link it goes into it."""
        graph = self._graph
        edge = self._view.edits.link_under(rect) if op != LEAF else None

        def change() -> str:
            id = graph.add(op).id
            self._document.positions[id] = (rect.left(), rect.top())
            if edge is not None:
                self._put_into(edge, id, 0)
                self._document.positions.update(self._room_around(id, rect, edge.target))
            return id

        word = "value" if op == LEAF else op
        id = self._view.edits.edit(f"Insert {word}" if edge else f"Add {word}", change)
        if id is not None:
            self._document.select([id], id)

    def _put_into(self, edge: Edge, id: str, free: int) -> None:
        """Let a connection go through a node, by its input `free`."""
        self._graph.connect(edge.source, id, free)
        self._graph.connect(id, edge.target, edge.input_index)

    def _room_around(self, id: str, rect: QRectF, target: str) -> dict[str, Position]:
        """Neighbours make room: what the inserted node feeds moves to its right."""
        boxes = self._scene.boxes
        shift = snap(rect.right() + 40 - boxes[target].x)
        if shift <= 0:
            return {}
        moved = self._scene.reach(target, upstream=False) | {target}
        return {other: (boxes[other].x + shift, boxes[other].y) for other in moved - {id}}

    def arrange(self) -> None:
        """Lay out the selected nodes, or all, as the graph view does."""
        boxes = self._scene.boxes
        ids = self._view.edits.selected
        if not boxes:
            return
        former = self._scene.positions()
        if len(ids) > 1:
            positions = arranged(self._graph, boxes, ids)
        else:
            found = lay_out(self._graph, boxes).top_lefts
            positions = {id: (snap(x), snap(y)) for id, (x, y) in found.items()}
        self._view.edits.edit("Arrange", lambda: self._document.positions.update(positions))
        if len(ids) in (0, 1, len(boxes)):
            self._view.fit_all()
        self._view.glide.go(former)

    def nudge(self, across: int, down: int) -> None:
        """Move what is selected by a line of the grid."""
        annotations, items = self._scene.annotations, self._scene.marks.items
        ids = self._scene.selection | annotations.nodes_of(items)
        carried = annotations.carried(ids, items)
        for thing in (*(self._scene.boxes[id] for id in ids), *carried):
            thing.x, thing.y = thing.x + across * SNAP, thing.y + down * SNAP
        if ids or carried:
            self.drop_moved(None, list(ids), carried)

    def align(self, side: str) -> None:
        """Line the selected nodes up at one side: left, right, top, bottom, column or row."""
        ids = self._view.edits.selected
        if len(ids) < 2:
            return
        area = self._scene.bounds(ids)
        boxes = self._scene.boxes

        def place(rect: QRectF) -> Position:
            x, y = rect.left(), rect.top()
            match side:
                case "left":
                    x = area.left()
                case "right":
                    x = area.right() - rect.width()
                case "top":
                    y = area.top()
                case "bottom":
                    y = area.bottom() - rect.height()
                case "column":
                    x = area.center().x() - rect.width() / 2
                case "row":
                    y = area.center().y() - rect.height() / 2
            return x, y

        positions = {id: place(boxes[id].rect) for id in ids}
        self._view.edits.edit(f"Align {side}", lambda: self._document.positions.update(positions))

    def distribute(self, *, down: bool) -> None:
        """Even the gaps between the selected nodes, from left to right or from top to bottom."""
        boxes = self._scene.boxes
        rects = {id: boxes[id].rect for id in self._view.edits.selected}
        if len(rects) < 3:
            return
        order = sorted(rects, key=lambda it: rects[it].top() if down else rects[it].left())
        first, last = rects[order[0]], rects[order[-1]]
        inner = sum(rects[id].height() if down else WIDTH for id in order[1:-1])
        room = (last.top() - first.bottom() if down else last.left() - first.right()) - inner
        gap = room / (len(order) - 1)
        at = first.bottom() if down else first.right()
        positions = {}
        for id in order[1:-1]:
            rect = rects[id]
            positions[id] = (rect.left(), at + gap) if down else (at + gap, rect.top())
            at += gap + (rect.height() if down else WIDTH)
        self._view.edits.edit("Distribute", lambda: self._document.positions.update(positions))
