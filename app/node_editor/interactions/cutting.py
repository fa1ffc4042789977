"""Cutting links with a stroke across them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.node_editor.colors import pen
from app.node_editor.interactions.gesture import Gesture, Keys

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class CutStroke(Gesture):
    """Ctrl or Alt and the right button: every link that the line crosses is cut on release."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: NodeView, start: QPointF) -> None:
        super().__init__(view, start)
        self._line = QPainterPath(start)

    def move(self, point: QPointF, keys: Keys) -> None:
        self._line.lineTo(point)
        self.scene.update()

    def finish(self, point: QPointF, keys: Keys) -> None:
        self._line.lineTo(point)
        self.scene.update()
        edges = self.scene.links_crossed(self._line)
        graph = self.document.graph

        def change() -> None:
            for edge in edges:
                graph.disconnect(edge.target, edge.input_index)

        if edges:
            what = "Cut link" if len(edges) == 1 else f"Cut {len(edges)} links"
            self.document.edit(what, change, self.scene)

    def cancel(self) -> None:
        self.scene.update()

    def paint(self, painter: QPainter) -> None:
        line = QPen(pen("error", 2.0 / self.view.zoom))
        line.setDashPattern([3.0, 3.0])
        painter.setPen(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._line)
