"""Zoom, pan and fit: a view that a canvas larger than the window is looked at through."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPoint,
    QPointF,
    QRectF,
    Qt,
    QTimer,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import QHideEvent, QNativeGestureEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGestureEvent,
    QGraphicsScene,
    QGraphicsView,
    QPinchGesture,
    QWidget,
)

from app import fonts
from app.graph_view.camera import animations_wanted

CLOSEST, FURTHEST = 4.0, 0.05
ZOOM_PER_NOTCH = 1.2
NOTCH = 120.0  # of a mouse wheel, in eighths of a degree
FIT_MARGIN = 20.0
FIT_TIME = 200  # ms
WHEEL_TIME = 110  # ms, of one turn of the wheel
REST = 80  # ms without another zoom, after which all is painted exactly


class Camera(QGraphicsView):
    """Signals: zoom_changed(zoom), 1.0 being 100 %."""

    zoom_changed = Signal(float)

    def __init__(self, scene: QGraphicsScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.is_placed_by_hand = False  # zoom and place are the user's: nothing fits by itself
        self._animation: QVariantAnimation | None = None
        self._wanted_zoom: float | None = None  # that the wheel is on its way to
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(lambda: self.set_zooming(False))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.viewport().setMouseTracking(True)

    @property
    def zoom(self) -> float:
        """Pixels for one length of the scene."""
        return self.transform().m11()

    def visible_area(self) -> QRectF:
        """The part of the scene that is in sight."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def set_zooming(self, is_zooming: bool) -> None:
        """What is painted now will soon be painted at another zoom, or will stay."""

    # ----- moving the camera ----------------------------------------------------------------

    def pan_by(self, pixels: QPoint) -> None:
        """Move the canvas by so many pixels."""
        self.is_placed_by_hand = True
        self._stop()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - pixels.x())
        down.setValue(down.value() - pixels.y())

    def zoom_at(self, position: QPointF, factor: float) -> None:
        """Zoom by `factor`; the scene point under `position`, in pixels, stays there."""
        self.is_placed_by_hand = True
        self._stop()
        self.set_zooming(True)
        self._rest.start()
        fixed = self._exact_scene_point(position)
        self._look_at(fixed, position, self.zoom * factor)

    def _zoom_smoothly(self, position: QPointF, factor: float) -> None:
        """As `zoom_at`, in a short move; more turns of the wheel add to what is still to come."""
        if not animations_wanted():
            self.zoom_at(position, factor)
            return
        is_going_on = self._animation is not None and self._wanted_zoom is not None
        start = self._wanted_zoom if is_going_on and self._wanted_zoom is not None else self.zoom
        wanted = max(FURTHEST, min(CLOSEST, start * factor))
        fixed = self._exact_scene_point(position)
        self._glide(fixed, wanted, position, WHEEL_TIME)
        self._wanted_zoom = wanted
        self.is_placed_by_hand = True

    def zoom_to(self, zoom: float) -> None:
        """Set the zoom; the middle of the view stays."""
        middle = QPointF(self.viewport().rect().center())
        self.zoom_at(middle, zoom / self.zoom)

    def show_area(self, area: QRectF, *, animated: bool = True, closest: float = 1.0) -> None:
        """Fit a rect of the scene into the view, no closer than `closest` at the usual type."""
        if area.isEmpty():
            return
        size = self.viewport().size()
        room = max(40.0, size.width() - 2 * FIT_MARGIN), max(40.0, size.height() - 2 * FIT_MARGIN)
        zoom = min(closest * fonts.scale, room[0] / area.width(), room[1] / area.height())
        zoom = max(FURTHEST, min(CLOSEST, zoom))
        if animated and self.isVisible():
            self._glide(area.center(), zoom)
        else:
            self._stop()
            self._look_at(area.center(), self._middle(), zoom)

    def show_point(self, point: QPointF) -> None:
        """Glide to a scene point without another zoom."""
        self._glide(point, self.zoom)

    def reveal(self, rect: QRectF) -> None:
        """Glide no further than needed for a rect of the scene to be in sight."""
        margin = FIT_MARGIN / self.zoom
        seen = self.visible_area().adjusted(margin, margin, -margin, -margin)
        # Where it is larger than the view, its upper left corner counts.
        left = min(0.0, rect.left() - seen.left())
        top = min(0.0, rect.top() - seen.top())
        across = left or max(0.0, min(rect.right() - seen.right(), rect.left() - seen.left()))
        down = top or max(0.0, min(rect.bottom() - seen.bottom(), rect.top() - seen.top()))
        covered = self.covered_area()
        if rect.translated(-across, -down).intersects(covered):
            aside = rect.right() - across - covered.left()
            above = rect.bottom() - down - covered.top()
            across += aside + margin if aside < above else 0.0
            down += above + margin if above <= aside else 0.0
        if across or down:
            self.show_point(self.visible_area().center() + QPointF(across, down))

    def covered_area(self) -> QRectF:
        """The part of the scene that lies beneath something else."""
        return QRectF()

    def _glide(
        self,
        center: QPointF,
        zoom: float,
        position: QPointF | None = None,
        time: int = FIT_TIME,
    ) -> None:
        """Let a scene point come to a place of the view, by default its middle, with a zoom."""
        self._stop()
        place = position or self._middle()
        first_center, first_zoom = self._exact_scene_point(place), self.zoom
        animation = QVariantAnimation(self)
        animation.setStartValue(0.0)
        animation.setEndValue(1.0)
        animation.setDuration(time)
        animation.setEasingCurve(QEasingCurve.Type.OutCubic)

        self.set_zooming(zoom != first_zoom)

        def show(share: float) -> None:
            # Even steps of the logarithm look even; the way follows the zoom.
            now = first_zoom * (zoom / first_zoom) ** share
            at = first_center + (center - first_center) * share
            self._look_at(at, place, now)

        animation.valueChanged.connect(show)
        animation.finished.connect(lambda: self.set_zooming(False))
        animation.start()
        self._animation = animation

    def _stop(self) -> None:
        self._wanted_zoom = None
        if self._animation is not None:
            self._animation.stop()
            self._animation.deleteLater()
            self._animation = None
            self.set_zooming(False)

    def _middle(self) -> QPointF:
        return QPointF(self.viewport().width() / 2, self.viewport().height() / 2)

    def _exact_scene_point(self, position: QPointF) -> QPointF:
        inverted, _is_possible = self.viewportTransform().inverted()
        return inverted.map(position)

    def _look_at(self, point: QPointF, position: QPointF, zoom: float) -> None:
        """Show the scene point `point` at `position`, in pixels, with this zoom."""
        zoom = max(FURTHEST, min(CLOSEST, zoom))
        former = self.zoom
        if not math.isclose(zoom, former, rel_tol=1e-9):
            transform = self.transform()
            transform.reset()
            transform.scale(zoom, zoom)
            self.setTransform(transform)
        offset = self.viewportTransform().map(point) - position
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(offset.x()))
        down.setValue(down.value() + round(offset.y()))
        if zoom != former:
            self.zoom_changed.emit(zoom)

    # ----- events ---------------------------------------------------------------------------

    def _follow_fingers(self, pinch: QPinchGesture) -> None:
        """Two fingers on a touch screen: what is between them stays between them."""
        center = self.viewport().mapFromGlobal(pinch.centerPoint())
        if pinch.state() == Qt.GestureState.GestureStarted:
            self.fingers_down()
        else:
            moved = pinch.centerPoint() - pinch.lastCenterPoint()
            self.pan_by(moved.toPoint())
        self.zoom_at(QPointF(center), pinch.scaleFactor())

    def fingers_down(self) -> None:
        """A second finger came: what the first one began is not meant."""

    def hideEvent(self, event: QHideEvent) -> None:
        self._stop()
        self._rest.stop()
        self.set_zooming(False)
        super().hideEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels = event.pixelDelta()
        is_trackpad = not pixels.isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        if is_trackpad and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(pixels)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned = event.angleDelta()
            self.pan_by(QPoint(turned.y() or turned.x(), 0))
        else:
            notches = event.angleDelta().y() / NOTCH
            self._zoom_smoothly(event.position(), ZOOM_PER_NOTCH**notches)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_at(event.position(), 1.0 + event.value())
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._follow_fingers(pinch)
                return True
        return bool(super().viewportEvent(event))
