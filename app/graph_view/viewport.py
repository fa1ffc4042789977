"""A drawing that is panned and zoomed: what the flat graph and the network's crossbar share.

Dragging pans, wheel and pinch zoom at the pointer, a click in the minimap goes there. While it
moves, what is costly to paint is shown from the last picture, and painted exactly soon after.
"""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.graph_view import legend, minimap
from app.graph_view.camera import MARGIN, Camera
from app.graph_view.layer import Draw, Layer
from app.graph_view.minimap import Minimap

SETTLE = 80  # milliseconds after a movement until everything is painted exactly
KEY_ZOOM = 1.25
WHEEL_ZOOM = 1.0015  # for an eighth of a degree

ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_OWN_KEYS = {Qt.Key.Key_Home, Qt.Key.Key_F, Qt.Key.Key_Period, Qt.Key.Key_Space, *ARROWS}
_OWN_CONTROL_KEYS = {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0}


class Viewport(QWidget):
    """Base of a canvas. Subclasses say what there is (`bounds`) and what a click means."""

    minimap: Minimap

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = Camera(self)
        self.layer = Layer()
        self.is_following = True  # shows all there is until the user moves the view
        self.pointer: QPointF | None = None  # where a card is wanted, in the widget
        self.paint_count = 0
        self._press: QPointF | None = None  # where a button went down, in the widget
        self._last = QPointF()
        self._is_panning = self._is_space_held = False
        self._is_in_map = False  # the press was in the minimap
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE)
        self._settling.timeout.connect(self.settle)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.camera.moved.connect(self._on_moved)

    # ----- what subclasses tell -------------------------------------------------------------

    def bounds(self) -> QRectF | None:
        """All of the drawing, in the scene; None while there is none."""
        raise NotImplementedError

    def pressed(self, point: QPointF, event: QMouseEvent) -> None:
        """The left button went down on the drawing."""

    def dragged(self, point: QPointF) -> bool:
        """The pointer moves with the button down. True if that is no panning."""
        return False

    def released(self, point: QPointF, event: QMouseEvent, *, is_click: bool) -> None:
        """The button is up again. is_click: it has neither panned nor been in the minimap."""

    def hover(self, point: QPointF) -> None:
        """Mark what is under the pointer and show its card."""
        raise NotImplementedError

    def leave(self) -> None:
        """Nothing is under the pointer, or nobody knows what."""
        raise NotImplementedError

    # ----- which part is shown --------------------------------------------------------------

    def area(self) -> QRectF:
        """Where the drawing is shown: under the legend."""
        top = legend.height()
        return QRectF(
            MARGIN, top, max(1.0, self.width() - 2 * MARGIN), max(1.0, self.height() - top - MARGIN)
        )

    def area_beside_map(self, part: QRectF, most: float) -> QRectF:
        """Where to show a part of the scene so that the minimap hides nothing of it."""
        area = self.area()
        corner = QPointF(self.width() - minimap.WIDTH, self.height() - minimap.HEIGHT)
        in_map = QRectF(corner, area.bottomRight()).adjusted(
            -2 * minimap.INSET, -2 * minimap.INSET, 0, 0
        )

        def zoom(within: QRectF) -> float:
            return min(most, within.width() / part.width(), within.height() / part.height())

        shown = QRectF(QPointF(), part.size() * zoom(area))
        shown.moveCenter(area.center())
        if not shown.intersects(in_map):
            return area
        left, above = QRectF(area), QRectF(area)
        left.setRight(in_map.left())
        above.setBottom(in_map.top())
        return max(left, above, key=zoom)

    def show_all(self, *, smooth: bool) -> None:
        """Show everything that there is."""
        bounds = self.bounds()
        if bounds is not None:
            self.camera.show(bounds, self.area(), smooth=smooth and self.isVisible())

    def center_on(self, point: QPointF) -> None:
        """Bring a place of the scene into the middle."""
        self.is_following = False
        origin = self.area().center() - point * self.camera.zoom
        self.camera.go(self.camera.zoom, origin, smooth=False)

    def zoom(self, factor: float, at: QPointF) -> None:
        """Zoom at a point of the widget."""
        self.is_following = False
        self.camera.zoom_by(factor, at)

    def reveal_rect(self, rect: QRectF) -> None:
        """Bring a part of the scene into view, if it is not; the zoom stays."""
        self.camera.finish()
        if not self.camera.seen(self.area()).contains(rect):
            self.is_following = False
            center = rect.center() * self.camera.zoom
            self.camera.go(self.camera.zoom, self.area().center() - center)

    def settle(self) -> None:
        """Paint exactly what a movement has only approximated."""
        self._settling.stop()
        if self.layer.is_rough:
            self.layer.forget()
            self.update()

    def _on_moved(self) -> None:
        self.leave()
        self.update()

    def paint_layer(self, painter: QPainter, key: Hashable, draw: Draw) -> None:
        """Paint the drawing, from the last frame as far as that shows the same."""
        place = self.camera.zoom, self.camera.origin
        ground = theme.current().color("canvas")
        self.layer.paint(painter, self.size(), self.devicePixelRatioF(), key, place, ground, draw)
        if self.layer.is_rough and not self._settling.isActive():
            self._settling.start()

    # ----- mouse ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.camera.finish()
        self._press = self._last = event.position()
        self._is_in_map = self.minimap.area.contains(self._press)
        is_left = event.button() == Qt.MouseButton.LeftButton
        if self._is_in_map and is_left:
            self._go_by_map(self._press)
            return
        self._is_panning = event.button() == Qt.MouseButton.MiddleButton or self._is_space_held
        if is_left and not self._is_panning:
            self.pressed(self._press, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._press is None:
            self.hover(point)
            return
        if self._is_in_map:
            self._go_by_map(point)
            return
        if self.dragged(point):
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
        is_left = event.button() == Qt.MouseButton.LeftButton
        # What a double-click has opened moves things about: its second release chooses nothing.
        is_pressed = is_left and self._press is not None
        is_click = is_pressed and not self._is_panning and not self._is_in_map
        self.released(event.position(), event, is_click=is_click)
        self._press = None
        self._is_panning = self._is_in_map = False
        self.unsetCursor()
        self.hover(event.position())
        self.update()

    def _go_by_map(self, point: QPointF) -> None:
        bounds = self.bounds()
        if bounds is not None and not self.minimap.area.isEmpty():
            self.center_on(self.minimap.to_scene(point, bounds))

    def leaveEvent(self, event: QEvent) -> None:
        self.leave()
        super().leaveEvent(event)

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
            self.zoom(1.0 + event.value(), event.position())
            return True
        is_claim = event.type() == QEvent.Type.ShortcutOverride
        if is_claim and isinstance(event, QKeyEvent) and self.is_own_key(event):
            event.accept()  # the window's menus have some of these keys as well
        return super().event(event)

    # ----- keys -----------------------------------------------------------------------------

    def is_own_key(self, event: QKeyEvent) -> bool:
        """True for the keys that the canvas answers itself while it has the focus."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return event.key() in _OWN_CONTROL_KEYS
        return event.key() in _OWN_KEYS

    def navigate(self, event: QKeyEvent) -> bool:
        """Answer a key that zooms or pans; False if it is none."""
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key, middle = event.key(), self.area().center()
        if is_control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(KEY_ZOOM, middle)
        elif is_control and key == Qt.Key.Key_Minus:
            self.zoom(1 / KEY_ZOOM, middle)
        elif is_control and key == Qt.Key.Key_0:
            self.zoom(1 / self.camera.zoom, middle)
        elif key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            return False
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = False
            self.unsetCursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._is_space_held = False
        super().focusOutEvent(event)
