"""Mouse, wheel, touchpad and keys on the graph: hover, select, pan, zoom."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from app.graph_view.canvas import GraphCanvas
from app.graph_view.picture import Picture

REACH = 7.0  # widget pixels from an edge at which it counts as under the pointer
KEY_ZOOM = 1.25
WHEEL_ZOOM = 1.0015  # for an eighth of a degree

LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down


class InteractiveCanvas(GraphCanvas):
    """The canvas with its gestures.

    Click selects, Shift-click adds; dragging pans; Shift-drag on empty canvas selects by a box;
    wheel and pinch zoom at the pointer; arrow keys go to neighbours.
    """

    _press: QPointF | None = None  # where a button went down, in the widget
    _last: QPointF = QPointF()
    _is_panning = False
    _is_space_held = False
    _is_in_map = False  # the press was in the minimap

    # ----- mouse ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.camera.finish()
        self._press = self._last = event.position()
        self._is_in_map = self.minimap.area.contains(self._press)
        if self._is_in_map and event.button() == Qt.MouseButton.LeftButton:
            self._go_by_map(self._press)
            return
        self._is_panning = event.button() == Qt.MouseButton.MiddleButton or self._is_space_held
        if self._is_panning or event.button() != Qt.MouseButton.LeftButton:
            return
        picture = self.refresh()
        item = picture.item_at(self.camera.to_scene(self._press)) if picture else None
        is_adding = bool(event.modifiers() & _ADDING)
        if picture is not None and item is not None:
            id = picture.id_of(item)
            chosen = self.document.selection
            if not is_adding:
                self.document.select([id], id, self)
            elif id in chosen:
                self.document.select(chosen - {id}, None, self)
            else:
                self.document.select(chosen | {id}, id, self)
        elif is_adding:
            self.box = QRectF(self._press, self._press)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._press is None:
            self.hover(point)
            return
        if self._is_in_map:
            self._go_by_map(point)
            return
        if self.box is not None:
            self.box = QRectF(self._press, point).normalized()
            self.update()
            return
        far = (point - self._press).manhattanLength() >= QApplication.startDragDistance()
        if self._is_panning or (far and event.buttons() & Qt.MouseButton.LeftButton):
            self._is_panning = True
            self.is_following = False
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.leave()
            self.camera.pan(point - self._last)
        self._last = point

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        picture = self.refresh()
        if self.box is not None and picture is not None:
            area = self.camera.seen(self.box)
            self._select_box(picture, picture.items_in(area).tolist())
        elif self._is_clicking(event):
            point = self.camera.to_scene(event.position())
            is_adding = bool(event.modifiers() & _ADDING)
            if picture is not None and picture.item_at(point) is None and not is_adding:
                self.document.select([], None, self)
        self.box = None
        self._press = None
        self._is_panning = self._is_in_map = False
        self.unsetCursor()
        self.hover(event.position())
        self.update()

    def _is_clicking(self, event: QMouseEvent) -> bool:
        is_left = event.button() == Qt.MouseButton.LeftButton
        return is_left and not self._is_panning and not self._is_in_map

    def _go_by_map(self, point: QPointF) -> None:
        if self.picture is not None and not self.minimap.area.isEmpty():
            self.center_on(self.minimap.to_scene(point, self.picture))

    def _select_box(self, picture: Picture, items: Iterable[int]) -> None:
        ids = [picture.id_of(item) for item in items if not picture.is_op[item]]
        if ids:
            self.document.select({*self.document.selection, *ids}, ids[-1], self)

    def hover(self, point: QPointF) -> None:
        """Mark what is under the pointer and show its card."""
        picture = self.refresh()
        if picture is None:
            return
        before = (self.marks.hovered_item, self.marks.hovered_pieces, self.pointer)
        spot = self.camera.to_scene(point)
        is_on_canvas = self.area().top() <= point.y() and not self.minimap.area.contains(point)
        self.marks.hovered_item = picture.item_at(spot) if is_on_canvas else None
        self.marks.hovered_pieces = frozenset()
        self.pointer = point if self.marks.hovered_item is not None else None
        if self.marks.hovered_item is None and is_on_canvas:
            found = picture.piece_at(spot, REACH / self.camera.zoom)
            if found is not None:
                self.marks.hovered_pieces = frozenset([found[0]])
                self.pointer = self.camera.to_widget(found[1])
        if before[0] is not None and before[0] == self.marks.hovered_item:
            return  # its card stays where it is
        if before != (self.marks.hovered_item, self.marks.hovered_pieces, self.pointer):
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.leave()
        super().leaveEvent(event)

    # ----- zoom -----------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        is_zooming = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        self.is_following = False
        if is_touchpad and not is_zooming and not event.pixelDelta().isNull():
            self.camera.pan(QPointF(event.pixelDelta()))
        else:
            delta = event.angleDelta().y() or event.angleDelta().x()
            self.camera.zoom_by(WHEEL_ZOOM**delta, event.position())
        self.hover(event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            self._zoom(1.0 + event.value(), event.position())
            return True
        is_claim = event.type() == QEvent.Type.ShortcutOverride
        if is_claim and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()  # the window's menus have some of these keys as well
        return super().event(event)

    # ----- keys -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        middle = self.area().center()
        if key in (LEFT, RIGHT, UP, DOWN):
            self.go_to_neighbour(Qt.Key(key))
        elif key == Qt.Key.Key_Home or (key == Qt.Key.Key_F and not is_control):
            self.fit_all()
        elif key == Qt.Key.Key_Period:
            self.fit_selection()
        elif is_control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(KEY_ZOOM, middle)
        elif is_control and key == Qt.Key.Key_Minus:
            self._zoom(1 / KEY_ZOOM, middle)
        elif is_control and key == Qt.Key.Key_0:
            self._zoom(1 / self.camera.zoom, middle)
        elif key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif key == Qt.Key.Key_Escape and self.document.selection:
            self.document.select([], None, self)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = False
            self.unsetCursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._is_space_held = False
        super().focusOutEvent(event)

    def _zoom(self, factor: float, at: QPointF) -> None:
        self.is_following = False
        self.camera.zoom_by(factor, at)

    def go_to_neighbour(self, key: Qt.Key) -> None:
        """Select the nearest node along or across the edges; the output, if none is selected."""
        picture = self.refresh()
        if picture is None:
            return
        current = self.document.current
        target = self.document.graph.output
        if current is not None and current in picture.drawing.index:
            target = _neighbour(picture, current, key)
        if target is not None:
            self.document.select([target], target, self)
            self.reveal(target)


_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_OWN_KEYS = {
    Qt.Key.Key_Home, Qt.Key.Key_F, Qt.Key.Key_Period, LEFT, RIGHT, UP, DOWN, Qt.Key.Key_Space,
}  # fmt: skip
_OWN_CONTROL_KEYS = {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0}


def _is_own(event: QKeyEvent) -> bool:
    """True for the keys that the canvas answers itself while it has the focus."""
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return event.key() in _OWN_CONTROL_KEYS
    return event.key() in _OWN_KEYS


def _neighbour(picture: Picture, id: str, key: Qt.Key) -> str | None:
    """Along the edges: the nearest input or consumer; across: the nearest in the column."""
    is_across = picture.is_across
    back, on = (LEFT, RIGHT) if is_across else (UP, DOWN)
    flow, drawing = picture.flow, picture.drawing
    row = flow.row[id]
    if key == back:
        rows = flow.source[flow.target == row].tolist()
    elif key == on:
        rows = flow.target[flow.source == row].tolist()
    else:
        sign = -1.0 if key in (UP, LEFT) else 1.0
        rows = _beside(picture, id, sign, 1 if is_across else 0)
    here = drawing.centers[drawing.index[id]]
    candidates = [flow.ids[row] for row in rows]

    def distance(other: str) -> float:
        offset = drawing.centers[drawing.index[other]] - here
        return float(abs(offset[0]) + abs(offset[1]))

    return min(candidates, key=distance, default=None)


def _beside(picture: Picture, id: str, sign: float, axis: int) -> list[int]:
    """The nodes of the same column (or row) on one side."""
    drawing = picture.drawing
    here = drawing.centers[drawing.index[id]]
    offset = drawing.centers - here
    is_level = abs(offset[:, 1 - axis]) < drawing.sizes[:, 1 - axis] / 2
    on_side = is_level & (offset[:, axis] * sign > 1.0) & ~picture.is_op
    rows: list[int] = picture.rows[on_side].tolist()
    return rows
