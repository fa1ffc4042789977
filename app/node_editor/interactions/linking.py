"""Dragging links: new ones from either end, and taken off an input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from app.node_editor.boxes import Hit, Part
from app.node_editor.colors import brush, pen
from app.node_editor.interactions.gesture import Gesture, Keys
from app.node_editor.links import curve
from core.graph import Edge, Port

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class DragLink(Gesture):
    """Pull a link from a port. Dropped on a port or a node it connects; on the canvas it asks
    for the node to connect to. What can't be connected says why at the pointer.
    """

    cursor = Qt.CursorShape.CrossCursor
    pans_at_edges = True

    def __init__(self, view: NodeView, start: QPointF, port: Port) -> None:
        super().__init__(view, start)
        self._port = port  # the end that stays
        self._end = start
        self._is_dragging = False
        self._target: Port | None = None
        self._refusal = ""

    def move(self, point: QPointF, keys: Keys) -> None:
        if not self._is_dragging:
            if not self.is_drag(point):
                return
            self._begin()
        self._end = point
        hit = self.scene.hit(point, self.view.zoom)
        self._target, self._refusal = self._judge(hit)
        marks = self.scene.marks
        marks.hovered, marks.target = hit, self._target
        if self._target is not None:
            box = self.scene.boxes[self._target.node]
            self._end = box.port_position(self._target.input_index)
        self.view.show_refusal(self._refusal)
        self.repaint()

    def _begin(self) -> None:
        self._is_dragging = True
        self.scene.marks.impossible = self.scene.impossible_ports(self._port)
        self.repaint()

    def _judge(self, hit: Hit | None) -> tuple[Port | None, str]:
        """The port that a drop here would connect to, or why there is none."""
        if hit is None or (hit.id == self._port.node and hit.part is not Part.PORT):
            return None, ""
        if hit.part is not Part.PORT:
            return self._first_possible(hit.id)
        if hit.port == self._port:
            return None, ""
        refusal = self.refusal(hit.port)
        return (None, refusal) if refusal else (hit.port, "")

    def _first_possible(self, id: str) -> tuple[Port | None, str]:
        """Where a link dropped on the node itself would go."""
        node = self.scene.boxes[id].node
        if self._port.input_index is not None:
            refusal = self.refusal(Port(id))
            return (None, refusal) if refusal else (Port(id), "")
        if node.is_leaf:
            return None, f"{node.name} is a leaf and has no inputs"
        refusals = []
        for index in range(len(node.inputs)):
            refusal = self.refusal(Port(id, index))
            if not refusal:
                return Port(id, index), ""
            refusals.append(refusal)
        return None, refusals[0]

    def refusal(self, port: Port) -> str:
        """Why the link can't end at `port`; "" where it can."""
        if (port.input_index is None) == (self._port.input_index is None):
            both = "inputs" if port.input_index is not None else "outputs"
            return f"Both are {both}: a link goes from an output to an input"
        source, target = self._ends(port)
        graph = self.scene.graph
        cycle = graph.find_cycle(source.node, target.node)
        if cycle is not None:
            return "Would make a cycle: " + " → ".join(graph.nodes[id].name for id in cycle)
        assert target.input_index is not None
        node = graph.nodes[target.node]
        taken = node.inputs[target.input_index]
        if isinstance(taken, str) and not self._frees(target):
            name = graph.nodes[taken].name
            return f"This input of {node.name} is taken by {name}: drag that link off first"
        return ""

    def _frees(self, target: Port) -> bool:
        """True if the gesture itself leaves this input free."""
        return False

    def _ends(self, port: Port) -> tuple[Port, Port]:
        return (self._port, port) if self._port.input_index is None else (port, self._port)

    def finish(self, point: QPointF, keys: Keys) -> None:
        refusal, target, dragged = self._refusal, self._target, self._is_dragging
        self._clear()
        if not dragged:
            self.document.select([self._port.node], self._port.node)
        elif target is not None:
            self._connect(*self._ends(target))
        elif refusal:
            self.view.show_refusal(refusal)
        elif self.scene.hit(point, self.view.zoom) is None:
            self._drop_on_canvas(point)

    def _connect(self, source: Port, target: Port) -> None:
        assert target.input_index is not None
        self.document.connect(source.node, target.node, target.input_index, self.scene)

    def _drop_on_canvas(self, point: QPointF) -> None:
        self.view.open_palette(point, self._port)

    def cancel(self) -> None:
        self._clear()

    def _clear(self) -> None:
        marks = self.scene.marks
        marks.impossible, marks.target = frozenset(), None
        self.view.show_refusal("")
        self.repaint()

    def paint(self, painter: QPainter) -> None:
        if not self._is_dragging:
            return
        box = self.scene.boxes.get(self._port.node)
        if box is None:
            return
        anchor = box.port_position(self._port.input_index)
        ends = (anchor, self._end) if self._port.input_index is None else (self._end, anchor)
        dashed = QPen(pen("accent", 2.5))
        dashed.setDashPattern([3.0, 2.2])
        painter.setPen(dashed)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(curve(*ends))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush("accent"))
        painter.drawEllipse(self._end, 5, 5)


class Relink(DragLink):
    """Take a link by its input end: drop it on another input, or on the canvas to cut it."""

    def __init__(self, view: NodeView, start: QPointF, edge: Edge) -> None:
        super().__init__(view, start, Port(edge.source))
        self._edge = edge

    def _begin(self) -> None:
        super()._begin()
        marks = self.scene.marks
        marks.impossible -= {Port(self._edge.target, self._edge.input_index)}
        self.scene.hide_link(self._edge)

    def _frees(self, target: Port) -> bool:
        return target == Port(self._edge.target, self._edge.input_index)

    def _connect(self, source: Port, target: Port) -> None:
        edge, graph = self._edge, self.scene.graph
        index = target.input_index
        if self._frees(target) or index is None:
            self.scene.rebuild()
            return

        def change() -> None:
            graph.disconnect(edge.target, edge.input_index)
            graph.connect(edge.source, target.node, index)

        self.document.edit("Reconnect", change, self.scene)

    def finish(self, point: QPointF, keys: Keys) -> None:
        super().finish(point, keys)
        self.scene.rebuild()

    def _drop_on_canvas(self, point: QPointF) -> None:
        self.document.disconnect(self._edge.target, self._edge.input_index, self.scene)

    def cancel(self) -> None:
        super().cancel()
        self.scene.rebuild()
