"""What the editor's commands do to the document, each in one undo step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF

from app.commands import forget_nodes
from app.group_details import bring_here, share
from app.node_editor import copying
from app.node_editor.arrange import Position, free_place, snap
from app.node_editor.boxes import default_range
from app.node_editor.copying import Piece
from app.node_editor.shape import COLLAPSED, WIDTH
from core.expression import ExpressionError
from core.graph import LEAF, Edge, Graph, GraphError, Port
from core.groups.sheets import Sheet, beneath, sheet_of

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

PASTE_OFFSET = 32.0
NEW_HEIGHT = 156.0  # of most nodes, to find room before a new one has its box


class Edits:
    """Commands on the selection and on the document."""

    def __init__(self, view: NodeView) -> None:
        self._view = view
        self._scene = view.nodes
        self._document = view.document

    @property
    def _graph(self) -> Graph:
        return self._scene.graph

    @property
    def selected(self) -> list[str]:
        """Ids of the selected nodes, in order of creation."""
        return [id for id in self._scene.boxes if id in self._scene.selection]

    def edit(self, text: str, change: Callable[[], Any]) -> Any:
        """One undo step. From now on every node stays where it is seen, wherever it came from."""
        return self._document.edit(text, lambda: self._settled(change), self._scene)

    def _settled(self, change: Callable[[], Any]) -> Any:
        positions, extras = self._document.positions, self._document.extras
        output, ids = self._document.graph.output, self._document.graph.ids()
        opened = self._scene.opened_group
        for id, position in self._scene.positions().items():
            positions.setdefault(id, position)
        if opened is not None:
            bring_here(self._document.graph.groups, opened, extras)
        try:
            result = change()
            self._scene.write()
        except GraphError:
            self._scene.rebuild()
            raise
        self._keep_output(output, ids)
        if opened is not None:
            share(self._document.graph.groups, opened, positions, extras)
        for id in [id for id in positions if not self._document.graph.shows(id)]:
            del positions[id]
        return result

    def _keep_output(self, former: str | None, ids: set[str]) -> None:
        """Backward goes on to start where it did, whatever new nodes stand beside it."""
        graph = self._document.graph
        if former not in graph.nodes or graph.nodes[former].is_leaf or graph.output in ids:
            return
        if not graph.outline().uses()[former]:
            graph.set_output(former, explicit=False)

    def named(self, ids: list[str]) -> str:
        """What these nodes are called in the name of an undo step."""
        return self._graph.nodes[ids[0]].name if len(ids) == 1 else f"{len(ids)} nodes"

    # ----- adding ---------------------------------------------------------------------------

    def add(
        self, op: str, point: QPointF, port: Port | None = None, number: float = 0.0
    ) -> str | None:
        """A new node at a scene point, connected to `port` where one is given."""

        def change() -> str:
            node = self._graph.add(op, data=number)
            self._join(node.id, port)
            self._document.positions[node.id] = self._place_for(node.id, point, port)
            return node.id

        word = "value" if op == LEAF else op
        id: str | None = self.edit(f"Add {word}", change)
        if id is not None:
            self._document.select([id], id)
            self._view.reveal(self._scene.bounds([id]))
        return id

    def _join(self, id: str, port: Port | None) -> None:
        if port is None:
            return
        if port.input_index is None:
            self._graph.connect(port.node, id, 0)
        else:
            self._graph.connect(id, port.node, port.input_index)

    def _place_for(self, id: str, point: QPointF, port: Port | None) -> Position:
        """Where the new node goes: its port under the pointer, or its header."""
        height = NEW_HEIGHT
        x, y = point.x() - WIDTH / 2, point.y() - 15
        if port is not None:
            x = point.x() if port.input_index is None else point.x() - WIDTH
            y = point.y() - (75 if port.input_index is None else 46)
        taken = [box.rect for other, box in self._scene.boxes.items() if other != id]
        return free_place((snap(x), snap(y)), height, taken)

    def add_text(self, text: str, point: QPointF, port: Port | None = None) -> str:
        """Add the nodes that an expression says. Returns why it can't be, or ""."""
        try:
            piece = copying.from_text(text, self._graph)
        except ExpressionError as error:
            return error.message
        self._insert(piece, point, "Add expression", port)
        return ""

    def _insert(self, piece: Piece, point: QPointF, text: str, port: Port | None = None) -> None:
        """Add a piece with its upper left corner at a scene point, and select it."""
        new = self.edit(text, self._insertion(piece, point, port))
        if new:
            self._document.select(new, new[-1])
            self._view.reveal(self._scene.bounds(new))

    def _insertion(
        self, piece: Piece, point: QPointF, port: Port | None = None
    ) -> Callable[[], list[str]]:
        """The edit that adds a piece; it returns the new ids."""
        places = piece.positions if self._is_placed(piece) else _laid_out(piece)
        left = min((x for x, _ in places.values()), default=0.0)
        top = min((y for _, y in places.values()), default=0.0)
        output = piece.graph.output

        def change() -> list[str]:
            ids = copying.insert(beneath(self._graph), piece)
            if isinstance(self._graph, Sheet):
                self._graph.refresh()
            for old, new in ids.items():
                x, y = places[old]
                at = snap(point.x() + x - left), snap(point.y() + y - top)
                self._document.positions[new] = at
            self._add_details(piece, ids, places)
            if port is not None and port.input_index is not None and output in ids:
                self._graph.connect(ids[output], port.node, port.input_index)
            return list(ids.values())

        return change

    def _add_details(
        self, piece: Piece, ids: Mapping[str, str], places: Mapping[str, Position]
    ) -> None:
        """What a piece has besides its nodes, for their copies `ids`."""
        for key, value in piece.extras.items():
            kind, _, id = key.partition(":")
            if id in ids and kind in copying.KEPT_EXTRAS:
                self._document.extras[f"{kind}:{ids[id]}"] = value
        if ids:
            old, new = next(iter(ids.items()))
            (x, y), (new_x, new_y) = places[old], self._document.positions[new]
            self._view.annotate.add_copies(piece.extras, ids, (new_x - x, new_y - y))

    def _is_placed(self, piece: Piece) -> bool:
        return all(id in piece.positions for id in piece.units)

    # ----- deleting -------------------------------------------------------------------------

    def delete(self) -> None:
        """Take the selected nodes out, and the selected frames, notes and dots."""
        ids, items = self.selected, self._scene.marks.items
        annotate = self._view.annotate

        def change() -> None:
            annotate.remove(items)
            if ids:
                self._remove(ids)

        if ids or items:
            what = self.named(ids) if ids else annotate.name_of(items)
            self.edit(f"Delete {what}", change)

    def delete_and_reconnect(self) -> None:
        """Take the selected nodes out; what fed their first input feeds what they fed."""
        ids = self.selected
        graph = self._graph

        def change() -> None:
            for id in ids:
                source = graph.nodes[id].inputs[0] if graph.nodes[id].inputs else None
                for edge in graph.consumers(id):
                    if isinstance(source, str):
                        graph.connect(source, edge.target, edge.input_index)
                    else:
                        graph.disconnect(edge.target, edge.input_index)
                self._remove([id])

        if ids:
            self.edit(f"Delete {self.named(ids)} and reconnect", change)

    def _remove(self, ids: Iterable[str]) -> None:
        ids = list(ids)
        self._graph.remove(ids)
        forget_nodes(ids, self._document.positions, self._document.extras)

    # ----- clipboard ------------------------------------------------------------------------

    def _selected_piece(self) -> Piece:
        return copying.piece_of(
            self._graph, self._scene.selection, self._scene.positions(), self._document.extras
        )

    def copy(self) -> None:
        """Put the selected nodes on the clipboard, and as expression text."""
        if self._scene.selection:
            copying.copy_to_clipboard(self._selected_piece())

    def paste(self, point: QPointF | None = None) -> None:
        """Add what the clipboard holds: nodes, or text as the nodes it says."""
        try:
            piece = copying.from_clipboard(self._graph)
        except (ExpressionError, GraphError) as error:
            self._view.show_refusal(f"Can't paste: {getattr(error, 'message', None) or error}")
            return
        count = len(piece.units)
        if count:
            what = "1 node" if count == 1 else f"{count} nodes"
            at = point or self._view.pointer_or_middle()
            self._insert(piece, self._room(at, piece), f"Paste {what}")

    def _room(self, point: QPointF, piece: Piece) -> QPointF:
        """`point`, or beside it where pasted nodes would cover others exactly."""
        corners = {(box.x, box.y) for box in self._scene.boxes.values()}
        while (snap(point.x()), snap(point.y())) in corners:
            point = point + QPointF(PASTE_OFFSET, PASTE_OFFSET)
        return point

    def duplicate(self) -> None:
        """Copy the selected nodes with the links between them, beside the originals."""
        ids = self.selected
        if ids:
            self._insert(self._selected_piece(), self._beside(ids), f"Duplicate {self.named(ids)}")

    def preview_copies(self) -> None:
        """Show copies of the selected nodes, selected, that no undo step has yet."""
        change = self._insertion(self._selected_piece(), self._beside(self.selected))
        new = self._document.preview_edit(lambda: self._settled(change), self._scene)
        self._document.select(new, new[-1])

    def _beside(self, ids: list[str]) -> QPointF:
        return self._scene.bounds(ids).topLeft() + QPointF(PASTE_OFFSET, PASTE_OFFSET)

    # ----- links ----------------------------------------------------------------------------

    def connect_selected(self) -> None:
        """Feed the other selected node into the first free input of the one selected last."""
        target, others = self._scene.current, self._scene.selection
        sources = [id for id in self.selected if id != target]
        if target is None or len(others) < 2:
            self._view.show_refusal("Select two nodes: first what feeds, then what is fed")
            return
        free = self.free_inputs(target)
        if len(free) < len(sources):
            name = self._graph.nodes[target].name
            self._view.show_refusal(f"{name} has {len(free)} free inputs, not {len(sources)}")
            return

        def change() -> None:
            for source, index in zip(sources, free):
                self._graph.connect(source, target, index)

        self.edit("Connect", change)

    def free_inputs(self, id: str) -> list[int]:
        """Indices of the inputs that no link feeds."""
        inputs = self._graph.nodes[id].inputs
        return [index for index, source in enumerate(inputs) if not isinstance(source, str)]

    def cut_inputs(self) -> None:
        """Free all inputs of the selected nodes; they keep the numbers that they last received."""
        graph = self._graph
        edges = [edge for edge in graph.edges() if edge.target in self._document.selection]

        def change() -> None:
            for edge in edges:
                graph.disconnect(edge.target, edge.input_index)

        if edges:
            what = "Cut link" if len(edges) == 1 else f"Cut {len(edges)} links"
            self.edit(what, change)

    def swap_inputs(self) -> None:
        """Exchange the two inputs of each selected node."""
        graph = self._graph
        ids = [id for id in self.selected if len(graph.nodes[id].inputs) == 2]

        def change() -> None:
            for id in ids:
                first, second = graph.nodes[id].inputs
                for index, source in ((0, second), (1, first)):
                    if isinstance(source, str):
                        graph.connect(source, id, index)
                    else:
                        graph.disconnect(id, index)
                        graph.set_input(id, index, source)

        if ids:
            self.edit("Swap inputs", change)

    def insertion_for(self, id: str) -> Edge | None:
        """The connection that a free node lies on and could be inserted into."""
        if self._graph.nodes[id].is_leaf or not self.free_inputs(id) or self._graph.consumers(id):
            return None
        edge = self.link_under(self._scene.boxes[id].rect, id)
        is_cycle = edge is not None and self._graph.find_cycle(edge.source, id) is not None
        return None if is_cycle else edge

    def link_under(self, rect: QRectF, id: str | None = None) -> Edge | None:
        """The connection that a node's rect covers; one of the node `id` does not count."""
        inside = rect.adjusted(10, 10, -10, -10)
        for link in self._scene.links.values():
            if id in (link.edge.source, link.edge.target):
                continue
            if link.bounds().intersects(inside) and link.path().intersects(inside):
                return link.edge
        return None

    # ----- the look of nodes ----------------------------------------------------------------

    def toggle_collapsed(self) -> None:
        """Show the selected nodes in one line, or in full again."""
        ids, extras = self.selected, self._document.extras
        is_collapsing = not all(extras.get(f"collapsed:{id}") for id in ids)

        def change() -> None:
            for id in ids:
                if is_collapsing:
                    extras[f"collapsed:{id}"] = True
                else:
                    extras.pop(f"collapsed:{id}", None)

        if ids:
            self.edit("Collapse" if is_collapsing else "Expand", change)

    def toggle_slider(self) -> None:
        """Give the selected leaves a slider, or take it away."""
        extras = self._document.extras
        ids = [id for id in self.selected if self._graph.nodes[id].is_leaf]
        is_adding = not all(f"slider:{id}" in extras for id in ids)

        def change() -> None:
            for id in ids:
                if not is_adding:
                    extras.pop(f"slider:{id}", None)
                elif f"slider:{id}" not in extras:
                    extras[f"slider:{id}"] = list(default_range(self._graph.nodes[id].data))

        if ids:
            self.edit("Show slider" if is_adding else "Hide slider", change)

    def toggle_muted(self) -> None:
        """Let the selected nodes pass their first input through, or compute again."""
        graph = self._graph
        ids = [id for id in self.selected if not graph.nodes[id].is_leaf]
        is_muting = not all(graph.nodes[id].is_muted for id in ids)

        def change() -> None:
            for id in ids:
                graph.set_muted(id, is_muting)

        if ids:
            self.edit("Mute" if is_muting else "Unmute", change)

    def rename(self, id: str, name: str) -> str:
        """Give a shown node another name. Returns why it can't be, or ""."""
        trial = sheet_of(self._document.graph.copy(), self._scene.opened_group)
        try:
            trial.rename(id, name)
            if isinstance(trial, Sheet):
                trial.write()
        except GraphError as error:
            return str(error)
        self.edit(f"Rename to {name}", lambda: self._graph.rename(id, name))
        return ""

    def make_output(self) -> None:
        """Let backward start at the current node."""
        current = self._scene.current
        if current is not None:
            name = self._graph.nodes[current].name
            self.edit(f"Backward from {name}", lambda: self._graph.set_output(current))

    def set_range(self, id: str, low: float, high: float) -> None:
        """Let a leaf's slider go from `low` to `high`."""
        name = self._graph.nodes[id].name
        self._document.set_extra(
            f"slider:{id}", [low, high], f"Change slider of {name}", self._scene
        )

    def set_label(self, id: str, label: str) -> None:
        """Give a node a free label; "" takes it away."""
        name = self._graph.nodes[id].name
        self.edit(f"Label {name}", lambda: self._graph.set_label(id, label))

    def reset_number(self, id: str, input_index: int | None) -> None:
        """Set a number back to 0."""
        if input_index is None:
            self._document.set_value(id, 0.0, self._scene)
        else:
            self._document.set_input(id, input_index, 0.0, self._scene)

    # ----- selecting ------------------------------------------------------------------------

    def select_all(self) -> None:
        """Select all nodes, frames and notes."""
        items = self._scene.annotations
        self._scene.choose(self._graph.nodes, [*items.frames, *items.notes])

    def select_linked(self, *, upstream: bool) -> None:
        """Add all that the selected nodes depend on, or all that depends on them."""
        found = set(self._scene.selection)
        for id in self._scene.selection:
            found |= self._scene.reach(id, upstream=upstream)
        self._document.select(found)

    def select_neighbour(self, across: int, down: int) -> None:
        """Go to the input, the consumer, or the nearest node above or below."""
        boxes, current = self._scene.boxes, self._scene.current
        if current is None:
            first = next(iter(boxes), None)
            self._document.select([first] if first else [], first)
            return
        here = boxes[current].rect.center()
        candidates = []
        for id, box in boxes.items():
            away = box.rect.center() - here
            along = away.x() * across + away.y() * down
            aside = abs(away.y() * across) + abs(away.x() * down)
            if id != current and along > COLLAPSED / 2:
                candidates.append((along + 2 * aside, id))
        if candidates:
            id = min(candidates)[1]
            self._document.select([id], id)
            area = self._view.visible_area()
            if not area.contains(boxes[id].rect):
                self._view.show_point(boxes[id].rect.center())


def _laid_out(piece: Piece) -> dict[str, Position]:
    """Places for the nodes of a piece that comes without any."""
    import networkx as nx

    from core.layout import layout

    part = nx.DiGraph(sheet_of(piece.graph).to_networkx().subgraph(piece.units))
    return layout(part, (WIDTH, NEW_HEIGHT), rank_gap=40.0, row_gap=40.0).top_lefts
