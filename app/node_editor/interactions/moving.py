"""Moving nodes, frames, notes, dots and the canvas."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.backprop.breakpoints import toggle_breakpoints
from app.node_editor.annotations import DotBox, Movable, NoteBox
from app.node_editor.arrange import Position, snap
from app.node_editor.colors import pen
from app.node_editor.damage import Damage
from app.node_editor.guides import Guides
from app.node_editor.interactions.gesture import Gesture, Keys
from core.storage.canvas_json import NARROWEST, WIDEST

if TYPE_CHECKING:
    from app.node_editor.view import NodeView


class Carry(Gesture):
    """Things follow the pointer, snapping to the grid and to neighbours; Ctrl moves freely."""

    pans_at_edges = True

    def __init__(self, view: NodeView, start: QPointF) -> None:
        super().__init__(view, start)
        self._starts: list[tuple[Movable, Position]] = []
        self._ids: list[str] = []  # of the nodes among them
        self._items: list[NoteBox | DotBox] = []
        self._grip = QRectF()  # what snaps, as it was
        self._guides: Guides | None = None  # None where only the grid attracts
        self._lines: list[QLineF] = []

    def _take(self, ids: Collection[str], keys: Collection[str], grip: QRectF) -> None:
        """Carry these nodes and items, and whatever belongs to them."""
        boxes, annotations = self.scene.boxes, self.scene.annotations
        self._ids = [id for id in ids if id in boxes]
        taken = set(self._ids)
        self._items = annotations.carried(taken, keys)
        moving: list[Movable] = [*(boxes[id] for id in self._ids), *self._items]
        self._starts = [(thing, (thing.x, thing.y)) for thing in moving]
        self._grip = grip
        if taken or any(isinstance(item, NoteBox) for item in self._items):
            self._guides = Guides(box.rect for id, box in boxes.items() if id not in taken)

    def _carry_to(self, point: QPointF, keys: Keys) -> None:
        offset, former = point - self.start, self._lines
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._lines = []
        else:
            offset = self._snapped(offset)
        self._shift(offset)
        around = [QRectF(line.p1(), line.p2()).normalized() for line in (*former, *self._lines)]
        self.view.outdate(Damage([rect.adjusted(-1, -1, 1, 1) for rect in around]))

    def _shift(self, offset: QPointF) -> None:
        for thing, (x, y) in self._starts:
            thing.x, thing.y = x + offset.x(), y + offset.y()
        self.scene.boxes_moved()

    def _snapped(self, offset: QPointF) -> QPointF:
        corner = self._grip.topLeft()
        rect = self._grip.translated(offset)
        x, y = snap(rect.left()), snap(rect.top())
        self._lines = []
        if self._guides is not None:
            found, self._lines = self._guides.snapped(rect, 6.0 / self.view.zoom)
            x = x if found.x is None else found.x
            y = y if found.y is None else found.y
        return QPointF(x, y) - corner

    def cancel(self) -> None:
        self._lines = []
        self.scene.marks.drop_frame = None
        for item in self._items:
            item.put_back()
        # Not where they were at the start: an undo in mid-gesture may have moved them since.
        self.scene.take_positions()

    def paint(self, painter: QPainter) -> None:
        painter.setPen(pen("accent", 1.0 / self.view.zoom))
        painter.drawLines(self._lines)


class Move(Carry):
    """Drag the selected nodes, and with them the selected notes and dots.

    A click without a drag selects the node alone, or with Shift adds it or takes it out.
    """

    def __init__(self, view: NodeView, start: QPointF, id: str, keys: Keys) -> None:
        super().__init__(view, start)
        self._id = id
        self._was_selected = id in self.scene.selection
        self._adds = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        items = self.scene.marks.items
        if not self._was_selected:
            former = self.scene.selection if self._adds else frozenset()
            self.scene.choose(former | {id}, items if self._adds else (), id)
        elif not self._adds:
            self.scene.choose(self.scene.selection, items, id)

    def move(self, point: QPointF, keys: Keys) -> None:
        if not self._starts:
            if not self.is_drag(point):
                return
            items = self.scene.marks.items
            ids = self.scene.selection | self.scene.annotations.nodes_of(items)
            self._take(ids, items, self.scene.boxes[self._id].rect)
        self._carry_to(point, keys)
        self._mark_target()

    def _mark_target(self) -> None:
        """Show the link or the frame that a drop here would go into."""
        is_alone = len(self._ids) == 1
        self.view.show_drop_target(self._id if is_alone else None)
        center = self.scene.boxes[self._id].rect.center()
        annotations, marks = self.scene.annotations, self.scene.marks
        marks.drop_frame = annotations.frame_at(center, self._ids, self.scene.index)

    def finish(self, point: QPointF, keys: Keys) -> None:
        self._lines = []
        selection, items = self.scene.selection, self.scene.marks.items
        frame, self.scene.marks.drop_frame = self.scene.marks.drop_frame, None
        if self._starts:
            self.view.places.drop_moved(self._id, self._ids, self._items, frame)
        elif self._adds and self._was_selected:
            self.scene.choose(selection - {self._id}, items)
        elif not self._adds:
            self.scene.choose([self._id], (), self._id)
        self.view.show_drop_target(None)

    def cancel(self) -> None:
        self.view.show_drop_target(None)
        super().cancel()


class PressCorner(Move):
    """Click a node's corner to set or clear a breakpoint; a drag from there moves it as ever."""

    def finish(self, point: QPointF, keys: Keys) -> None:
        if self._starts:
            super().finish(point, keys)
        else:
            toggle_breakpoints(self.document, self.scene.results_of([self._id]), self.view)


class MoveItem(Carry):
    """Drag a frame with its nodes, a note or a dot; a click selects it."""

    def __init__(self, view: NodeView, start: QPointF, key: str, keys: Keys) -> None:
        super().__init__(view, start)
        self._key = key
        self._adds = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        self._former = self.scene.marks.items
        if key not in self._former:
            kept = self._former if self._adds else frozenset()
            ids = self.scene.selection if self._adds else ()
            self.scene.choose(ids, kept | {key})

    def move(self, point: QPointF, keys: Keys) -> None:
        if not self._starts:
            item = self.scene.annotations.find(self._key)
            if item is None or not self.is_drag(point):
                return
            items = self.scene.marks.items
            ids = self.scene.selection | self.scene.annotations.nodes_of(items)
            self._take(ids, items, item.rect)
        self._carry_to(point, keys)

    def finish(self, point: QPointF, keys: Keys) -> None:
        self._lines = []
        if self._starts:
            self.view.places.drop_moved(None, self._ids, self._items)
        elif self._adds:
            self.scene.choose(self.scene.selection, self._former ^ {self._key})
        else:
            self.scene.choose((), {self._key})


class StretchNote(Gesture):
    """Drag the right edge of a note."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, view: NodeView, start: QPointF, note: NoteBox) -> None:
        super().__init__(view, start)
        self._note = note
        self._width = note.width
        self.scene.choose((), {note.key})

    def move(self, point: QPointF, keys: Keys) -> None:
        if self._note.width != self._width or self.is_drag(point):
            wanted = snap(self._width + point.x() - self.start.x())
            self._note.stretch(max(NARROWEST, min(WIDEST, wanted)))
            self.scene.redraw()

    def finish(self, point: QPointF, keys: Keys) -> None:
        if self._note.width != self._width:
            self.view.annotate.keep_note(self._note, "Change note’s width")

    def cancel(self) -> None:
        self._note.stretch(self._width)
        self.scene.redraw()


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
