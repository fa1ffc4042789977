"""Moving nodes and the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPoint, QPointF, Qt
from PySide6.QtGui import QPainter

from app.backprop.breakpoints import toggle_breakpoints
from app.node_editor.arrange import Position, snap
from app.node_editor.colors import pen
from app.node_editor.guides import Guides
from app.node_editor.interactions.gesture import Gesture, Keys

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class Move(Gesture):
    """Drag the selected nodes, snapping to the grid and to neighbours; Ctrl moves freely.

    A click without a drag selects the node alone, or with Shift adds it or takes it out.
    """

    def __init__(self, view: NodeView, start: QPointF, id: str, keys: Keys) -> None:
        super().__init__(view, start)
        self._id = id
        self._was_selected = id in self.document.selection
        self._adds = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        self._starts: dict[str, Position] = {}
        self._guides: Guides | None = None
        self._lines: list[QLineF] = []
        if not self._was_selected:
            former = self.document.selection if self._adds else frozenset()
            self.document.select(former | {id}, id)
        elif not self._adds:
            self.document.select(self.document.selection, id)

    def move(self, point: QPointF, keys: Keys) -> None:
        if not self._starts:
            if not self.is_drag(point):
                return
            self._begin()
        offset = point - self.start
        if not keys & Qt.KeyboardModifier.ControlModifier:
            offset = self._snapped(offset)
        else:
            self._lines = []
        for id, (x, y) in self._starts.items():
            box = self.scene.boxes[id]
            box.x, box.y = x + offset.x(), y + offset.y()
        self.scene.boxes_moved()
        self.view.show_drop_target(self._id if len(self._starts) == 1 else None)

    def _begin(self) -> None:
        boxes = self.scene.boxes
        self._starts = {id: (boxes[id].x, boxes[id].y) for id in self.document.selection}
        others = [box.rect for id, box in boxes.items() if id not in self._starts]
        self._guides = Guides(others)

    def _snapped(self, offset: QPointF) -> QPointF:
        assert self._guides is not None
        x, y = self._starts[self._id]
        wanted = QPointF(x, y) + offset
        rect = self.scene.boxes[self._id].rect
        rect.moveTopLeft(wanted)
        found, self._lines = self._guides.snapped(rect, 6.0 / self.view.zoom)
        to_grid = QPointF(snap(wanted.x()), snap(wanted.y()))
        return QPointF(
            (to_grid.x() if found.x is None else found.x) - x,
            (to_grid.y() if found.y is None else found.y) - y,
        )

    def finish(self, point: QPointF, keys: Keys) -> None:
        self._lines = []
        if self._starts:
            self.view.edits.drop_moved(self._id, list(self._starts))
        elif self._adds and self._was_selected:
            self.document.select(self.document.selection - {self._id})
        elif not self._adds:
            self.document.select([self._id], self._id)
        self.view.show_drop_target(None)

    def cancel(self) -> None:
        self._lines = []
        self.view.show_drop_target(None)
        self.scene.take_positions()

    def paint(self, painter: QPainter) -> None:
        painter.setPen(pen("accent", 1.0 / self.view.zoom))
        painter.drawLines(self._lines)


class PressCorner(Move):
    """Click a node's corner to set or clear a breakpoint; a drag from there moves it as ever."""

    def finish(self, point: QPointF, keys: Keys) -> None:
        if self._starts:
            super().finish(point, keys)
        else:
            toggle_breakpoints(self.document, [self._id], self.view)


class Pan(Gesture):
    """Drag the canvas itself."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: NodeView, start: QPointF) -> None:
        super().__init__(view, start)
        self._at: QPoint = view.mapFromScene(start)

    def move(self, point: QPointF, keys: Keys) -> None:
        now = self.view.mapFromScene(point)
        self.view.pan_by(now - self._at)
        self._at = now
