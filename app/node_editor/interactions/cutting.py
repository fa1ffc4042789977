"""Strokes across links: to cut them, or to put dots on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.node_editor.colors import pen
from app.node_editor.interactions.gesture import Gesture, Keys

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class Stroke(Gesture):
    """A line drawn across links with the right button."""

    cursor = Qt.CursorShape.CrossCursor
    pans_at_edges = True
    role = "accent"  # the line's colour in the theme

    def __init__(self, view: NodeView, start: QPointF) -> None:
        super().__init__(view, start)
        self._line = QPainterPath(start)

    def move(self, point: QPointF, keys: Keys) -> None:
        self._line.lineTo(point)
        self.repaint()

    def finish(self, point: QPointF, keys: Keys) -> None:
        self._line.lineTo(point)
        self.repaint()
        self.across(self._line)

    def across(self, line: QPainterPath) -> None:
        """The line is drawn."""

    def cancel(self) -> None:
        self.repaint()

    def paint(self, painter: QPainter) -> None:
        line = QPen(pen(self.role, 2.0 / self.view.zoom))
        line.setDashPattern([3.0, 3.0])
        painter.setPen(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._line)


class CutStroke(Stroke):
    """With Ctrl or Alt: every link that the line crosses is cut on release."""

    role = "error"

    def across(self, line: QPainterPath) -> None:
        edges = [link.edge for link, _point in self.scene.links_crossed(line)]
        graph = self.scene.graph

        def change() -> None:
            for edge in edges:
                graph.disconnect(edge.target, edge.input_index)

        if edges:
            what = "Cut link" if len(edges) == 1 else f"Cut {len(edges)} links"
            self.document.edit(what, change, self.scene)


class DotStroke(Stroke):
    """With Shift: every link that the line crosses gets a dot there."""

    def across(self, line: QPainterPath) -> None:
        self.view.annotate.add_dots(self.scene.links_crossed(line))
