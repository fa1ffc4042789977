"""The scene: follows the document, holds a box for each node, and knows what lies where.

Three layers paint everything. An item a node would cost a Python call for each at every frame
(188 ms at 360 nodes); here a frame costs what is in sight, and `canvas` keeps it as a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from app import theme
from app.colors import symlog
from app.document import Document
from app.group_details import bring_here, places_elsewhere
from app.node_editor.annotations import Annotations, ItemHit
from app.node_editor.arrange import Arranger
from app.node_editor.boxes import Hit, NodeBox, Part
from app.node_editor.damage import Moved, Renumbered
from app.node_editor.far import FarPainter
from app.node_editor.group_boxes import boxes_of, flows_of, share_outputs, take_grads
from app.node_editor.index import SceneIndex
from app.node_editor.layers import CANVAS, AnnotationLayer, LinkLayer, NodeLayer
from app.node_editor.link_colors import LinkColors
from app.node_editor.links import Link
from app.node_editor.painter import Marks
from app.node_editor.reasons import reason_not_finite
from app.node_editor.shape import PORT_REACH
from app.node_editor.stamps import Stamps
from core.flow import Flow
from core.graph import Edge, Graph, Port
from core.groups.sheets import Sheet, sheet_of
from core.stepping import State

LINK_REACH = 6.0  # pixels around a link that count as on it

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Position = tuple[float, float]
Changes = Moved | Renumbered


class NodeScene(QGraphicsScene):
    """Boxes and links of a document.

    Signals: colored() after gradients have changed; moved() after places have; opened() when
    another group's inside is shown; arranging(nodes) when a thread begins to lay out so many new
    ones, and with 0 at its end; arranged() when it has given all nodes their places;
    outdated(changes) when it looks different: by these Changes alone, or by None anywhere.
    """

    colored = Signal()
    moved = Signal()
    opened = Signal()
    arranging = Signal(int)
    arranged = Signal()
    outdated = Signal(object)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.path: tuple[str, ...] = ()  # the groups that are open, each in the one before
        self.graph: Graph = document.graph  # what is shown: a Sheet where there are groups
        self.selection: frozenset[str] = frozenset()  # of what is shown
        self.boxes: dict[str, NodeBox] = {}
        self.links: dict[tuple[str, int], Link] = {}  # by target and input
        self.annotations = Annotations()
        self.marks = Marks()
        self._is_choosing = False
        self._is_made_anew = False
        self.version = 0  # another whenever something looks different, but for the marks
        self.is_zooming = False  # nodes may be stretched pictures of the former zoom
        self.scale = 1.0  # the gradient that gets the full colour
        self.far = FarPainter()
        self._flow_rows: tuple[object, object, Ints] = (None, None, np.zeros(0, dtype=np.intp))
        self._stamps = Stamps()
        self._state: State | None = None  # how far a debugger has come with the gradients
        self._arranger = Arranger(self)
        self._arranger.found.connect(self._on_arranged)
        self._arranger.busy.connect(self.arranging)
        self.setSceneRect(CANVAS)
        self._layers = AnnotationLayer(self), LinkLayer(self), NodeLayer(self)
        document.replaced.connect(self._on_replaced)
        document.structure_changed.connect(self._on_structure_changed)
        document.extras_changed.connect(self.rebuild)
        document.positions_changed.connect(self.take_positions)
        document.values_changed.connect(self.take_values)
        document.selection_changed.connect(self.take_selection)
        theme.notifier.changed.connect(self.redraw)
        self.rebuild()

    def paint(
        self,
        painter: QPainter,
        areas: Sequence[QRectF],
        sight: QRectF,
        inside: Sequence[QRectF] = (),
    ) -> None:
        """Paint what is in these areas, in scene coordinates.

        sight: all that is in sight. inside: further areas, in bodies of nodes, beneath which
        nothing can be seen.
        """
        *beneath, nodes = self._layers
        for layer in beneath if areas else ():
            layer.paint(painter, areas, sight)
        nodes.paint(painter, [*areas, *inside], sight)

    def redraw(self, changes: Changes | None = None) -> None:
        """Have everything painted anew, or what looks different by these changes."""
        self.version += 1
        self.outdated.emit(changes)

    # ----- following the document -----------------------------------------------------------

    def _on_replaced(self) -> None:
        self._arranger.forget()
        self.marks = Marks()
        self._state = None
        self.rebuild()
        self._is_made_anew = True

    def _on_structure_changed(self, _initiator: object) -> None:
        if not self._is_made_anew:  # of another document, just before
            self._make_boxes()  # values_changed follows
        self._is_made_anew = False

    def rebuild(self, _initiator: object = None) -> None:
        """Make all boxes and links anew from the graph."""
        self._make_boxes()
        self.take_values()

    def open(self, path: tuple[str, ...]) -> None:
        """Show the inside of the last of these groups, each within the one before."""
        self.path = path
        self.rebuild()
        self.opened.emit()

    @property
    def opened_group(self) -> str | None:
        """The group whose inside is shown."""
        return self.path[-1] if self.path else None

    @property
    def function(self) -> str:
        """The name of the opened group, "" outside of groups."""
        opened = self.opened_group
        return "" if opened is None else self.document.graph.groups.instances[opened].function

    def refresh(self) -> None:
        """Let `graph` show what was done to the graph beneath it."""
        if isinstance(self.graph, Sheet):
            self.graph.refresh()

    def write(self) -> None:
        """Bring what was done to `graph` to the document's."""
        if isinstance(self.graph, Sheet):
            self.graph.write()

    def _take_graph(self) -> None:
        """Have the sheet of now; groups that are gone are left."""
        instances = self.document.graph.groups.instances
        path = tuple(takewhile(instances.__contains__, self.path))
        is_left = path != self.path
        self.path = path
        self.graph = sheet_of(self.document.graph, self.opened_group)
        if is_left:
            self.opened.emit()

    def _make_boxes(self) -> None:
        self._take_graph()
        graph, extras = self.graph, self.document.extras
        self.boxes = boxes_of(graph, extras)
        self.links = {
            (edge.target, edge.input_index): Link(
                edge, self.boxes[edge.source], self.boxes[edge.target]
            )
            for edge in graph.edges()
        }
        around, opened = extras, self.opened_group
        if opened is not None and extras:
            around = dict(extras)
            bring_here(self.document.graph.groups, opened, around)
        self.annotations.rebuild(around, self.boxes, self.links.values(), self.function)
        self._make_index()
        self.marks.breakpoints = frozenset(
            id
            for id in self.boxes
            if extras and extras.get(f"breakpoint:{self.results_of([id])[0]}")
        )
        self.marks.hovered = self.marks.hovered_item = None
        items = self.annotations
        self.marks.items = frozenset(key for key in self.marks.items if items.find(key))
        self.take_positions()
        self.marks.selection = self.selection = self._shown_selection()

    def take_positions(self, _initiator: object = None) -> None:
        """Put every box at its place: the document's, or one found for it."""
        positions = self.document.positions
        places: Mapping[str, Position] = positions
        if self.opened_group is not None and not self.boxes.keys() <= positions.keys():
            groups = self.document.graph.groups
            positions = places_elsewhere(groups, self.opened_group, positions) | positions
            places = positions
        if not self.boxes.keys() <= positions.keys():
            places = self._arranger.places(self.graph, self.boxes, positions) | positions
        for id, box in self.boxes.items():
            box.x, box.y = places[id]
        self.boxes_moved()

    def finish_arranging(self) -> None:
        """Wait for the thread that lays nodes out."""
        self._arranger.finish()

    def _on_arranged(self) -> None:
        self.take_positions()
        self.arranged.emit()

    def boxes_moved(self) -> None:
        """Boxes have other places now."""
        before = Moved(self.index.rects, self.index.ends, self.index.link_bounds)
        self.index.refresh()
        self.annotations.refresh(self.index)
        self.redraw(None if self.annotations else before)
        self.moved.emit()

    def take_values(self, _initiator: object = None) -> None:
        """Colour nodes and links by the gradients of now."""
        graph = self.graph
        if isinstance(graph, Sheet):
            if graph.whole is not self.document.graph or graph.is_stale:
                return  # structure_changed is about to follow
            graph.take_numbers()
        elif graph is not self.document.graph or graph.nodes.keys() != self.boxes.keys():
            return
        boxes = self.index.boxes
        self._take_grads(boxes)
        grads = np.array([0.0 if box.grad is None else box.grad for box in boxes])
        self.scale = self.document.gradient_scale.value
        data = np.array([box.node.data for box in boxes])
        shares = symlog(grads, self.scale)
        for box, share in zip(boxes, shares.tolist()):
            box.share, box.reason = share, ""
        are_all_new = isinstance(graph, Sheet) or self._state is not None
        changed = self._stamps.take(self.index, data, grads, shares, are_all_new=are_all_new)
        for row in np.flatnonzero(~(np.isfinite(data) & np.isfinite(grads))).tolist():
            if boxes[row].is_computed:
                boxes[row].reason = reason_not_finite(graph, boxes[row].node)
        if isinstance(graph, Sheet):
            share_outputs(boxes, self.scale)
        self.far.forget()
        self.redraw(self._renumbered(changed))
        self.colored.emit()

    def _renumbered(self, boxes: tuple[Ints, Ints] | None) -> Renumbered | None:
        """What looks different, if it is these boxes; None where it is unknown."""
        if boxes is None:
            self._link_colors.forget()
            return None
        links = self._link_colors.color_all(self.scale, self._flows)
        return None if links is None else Renumbered(*boxes, *links)

    def _take_grads(self, boxes: Iterable[NodeBox]) -> None:
        """The numbers to show: those of the end, or as far as a debugger has come."""
        if isinstance(self.graph, Sheet):
            take_grads(self.graph, boxes, self._state)
            return
        state, reached = self._state, self.document.graph.reached
        shown = self.boxes.keys() if state is None else state.computed
        hidden = frozenset(self.boxes.keys() - shown)
        for box in boxes:
            box.hidden = hidden
            node = box.node
            if state is not None:
                box.grad = state.grads.get(node.id)
            else:
                box.grad = node.grad if node.id in reached else None

    def color(self, rows: Ints) -> None:
        """Give these links of the index the share of what flows back through them now."""
        if not isinstance(self.graph, Sheet):  # where that is no work
            rows = np.arange(len(self.index.links))
        self._link_colors.color(rows, self.scale, self._flows)

    def _flows(self, rows: Ints) -> Floats:
        """What flows back through the links in these rows."""
        flow, links = self.document.flow, self.index.links
        if isinstance(self.graph, Sheet):
            return flows_of(self.graph, [links[row] for row in rows.tolist()], flow, self._state)
        flows = flow.contribution[self._rows_in(flow)[rows]]
        if self._state is not None:
            passed = self._state.passed
            flows = np.where([links[row].edge in passed for row in rows.tolist()], flows, 0.0)
        return flows

    def _rows_in(self, flow: Flow) -> Ints:
        """Where the flow has each link of the index; found anew after a change of structure."""
        known_flow, known_index, rows = self._flow_rows
        if known_flow is not flow or known_index is not self.index:
            rows = np.array([flow.link_row[link.edge] for link in self.index.links], dtype=np.intp)
            self._flow_rows = flow, self.index, rows
        return rows

    def take_selection(self, _initiator: object = None) -> None:
        self.marks.selection = self.selection = self._shown_selection()
        if not self._is_choosing:  # nodes were selected alone, here or in another view
            self.marks.items = frozenset()
        self.redraw()

    def _shown_selection(self) -> frozenset[str]:
        """What of the document's selection is shown: a group where all of it is selected."""
        selection = self.document.selection
        if not isinstance(self.graph, Sheet):
            return selection
        shown = self.graph
        return frozenset(id for id in self.boxes if selection.issuperset(shown.nodes_of(id)))

    def results_of(self, ids: Iterable[str]) -> list[str]:
        """The document's nodes that stand for what is shown: of a group its first output."""
        shown = self.graph
        if not isinstance(shown, Sheet):
            return list(ids)
        return [node for id in ids for node in shown.nodes_of(shown.result_of(id))]

    def _shown_id(self, id: str | None) -> str | None:
        """The box that shows a node of the document, or holds it."""
        if id is None or not isinstance(self.graph, Sheet):
            return id
        return self.graph.unit_of(id) or next(
            (shown for shown in self.boxes if id in self.graph.nodes_of(shown)), None
        )

    @property
    def current(self) -> str | None:
        """The shown node or group that was selected last."""
        current = self.document.current
        if current is None or not isinstance(self.graph, Sheet):
            return current
        for id in self.selection:
            if self.graph.nodes_of(self.graph.result_of(id))[0] == current:
                return id
        return next(iter(self.selection), None)

    def choose(self, ids: Iterable[str], items: Iterable[str], current: str | None = None) -> None:
        """Select these nodes together with these frames, notes and dots, by their keys."""
        self._is_choosing = True
        self.document.select(ids, current)
        self._is_choosing = False
        self.marks.items = frozenset(items)
        self.redraw()

    def set_step(self, current: str | None, caption: str = "", state: State | None = None) -> None:
        """Show where the debugger is, and the gradients as far as they have come."""
        self.marks.step, self.marks.step_caption = self._shown_id(current), caption
        self._state = state
        self.take_values()

    def hide_link(self, edge: Edge) -> None:
        """Take a link off the canvas until the next `rebuild`: it is being dragged."""
        self.links.pop((edge.target, edge.input_index), None)
        self._make_index()
        self.redraw()

    def _make_index(self) -> None:
        """Boxes or links are other ones."""
        self.index = SceneIndex(list(self.boxes.values()), list(self.links.values()))
        self._link_colors = LinkColors(self.index)
        self.far.forget()

    # ----- what lies where ------------------------------------------------------------------

    def painted_order(self, *areas: QRectF) -> list[NodeBox]:
        """The boxes in these rects; those that are selected come last and so lie on top."""
        seen, selection = self.index.boxes_in(*areas), self.marks.selection
        if not selection:
            return seen
        return sorted(seen, key=lambda box: box.id in selection)

    def hit(self, point: QPointF, zoom: float = 1.0, *, far: bool = False) -> Hit | None:
        """The topmost part of a node at a scene point. `far`: nodes are plain boxes."""
        reach = PORT_REACH / min(zoom, 1.0)
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        near = self.painted_order(area)
        hits = [hit for box in reversed(near) if (hit := box.hit(point, reach)) is not None]
        if far:
            return next((Hit(h.id, Part.BODY) for h in hits if self._is_inside(h, point)), None)
        ports = [hit for hit in hits if hit.part is Part.PORT]
        if ports and hits[0].part is not Part.PORT and self._is_inside(hits[0], point):
            # A port of a node beneath does not shine through the node above it.
            return hits[0]
        return ports[0] if ports else (hits[0] if hits else None)

    def _is_inside(self, hit: Hit, point: QPointF) -> bool:
        return self.boxes[hit.id].rect.contains(point)

    def item_at(self, point: QPointF, zoom: float) -> ItemHit | None:
        """The frame, note or dot under a scene point where no node is."""
        return self.annotations.hit(point, zoom)

    def link_at(self, point: QPointF, zoom: float) -> Link | None:
        """The link under a scene point."""
        distances = [
            (link.distance_to(point), i, link) for i, link in enumerate(self.links.values())
        ]
        nearest = min(distances, default=None)
        return nearest[2] if nearest and nearest[0] <= LINK_REACH / zoom else None

    def links_crossed(self, stroke: QPainterPath) -> list[tuple[Link, QPointF]]:
        """The links that a stroke crosses, and where."""
        found = [(link, link.crossing(stroke)) for link in self.links.values()]
        return [(link, point) for link, point in found if point is not None]

    def boxes_in(self, area: QRectF) -> list[str]:
        """Ids of the nodes that a rect touches."""
        return [box.id for box in self.index.boxes_in(area) if box.rect.intersects(area)]

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rect around these nodes, or around all; empty where there are none."""
        if ids is None:
            return self.index.bounds().united(self.annotations.bounds())
        return self.index.bounds_of(ids)

    def positions(self) -> dict[str, Position]:
        """Where every node is shown, also those that nobody has placed."""
        return {id: (box.x, box.y) for id, box in self.boxes.items()}

    def impossible_ports(self, source: Port) -> frozenset[Port]:
        """The ports that a link from `source` can't end at."""
        if source.input_index is None:
            return self._impossible_inputs(source.node)
        return self._impossible_outputs(source.node)

    def _impossible_inputs(self, id: str) -> frozenset[Port]:
        """All outputs, and the inputs of what the node depends on."""
        above = self.reach(id, upstream=True) | {id}
        ports = {Port(other) for other in self.boxes if other != id}
        for other, box in self.boxes.items():
            for index in range(len(box.node.inputs)):
                if other in above or box.is_connected(index):
                    ports.add(Port(other, index))
        return frozenset(ports)

    def _impossible_outputs(self, id: str) -> frozenset[Port]:
        """All inputs, and the outputs of what depends on the node."""
        below = self.reach(id, upstream=False) | {id}
        ports = {Port(other) for other in below}
        for other, box in self.boxes.items():
            ports.update(Port(other, index) for index in range(len(box.node.inputs)))
        return frozenset(ports)

    def reach(self, id: str, *, upstream: bool) -> set[str]:
        """Ids of all that a node depends on, or of all that depends on it."""
        following: dict[str, list[str]] = {other: [] for other in self.boxes}
        for link in self.links.values():
            edge = link.edge
            if upstream:
                following[edge.target].append(link.source.unit)
            else:
                following[link.source.unit].append(edge.target)
        found: set[str] = set()
        stack = [id]
        while stack:
            for other in following[stack.pop()]:
                if other not in found:
                    found.add(other)
                    stack.append(other)
        return found
