"""Brush and eraser on the output map or on a curve, by mouse, pen or keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from app.training.answer_view import DrawableView
from app.training.drawn_points import DrawnPoints
from core.drawing import Drawing

STEP, FINE_STEP = 1 / 48, 1 / 240  # of an arrow key, as a share of the plane's width
WIDER = 1 / 120  # of a key that makes the brush wider
ERASER = 1 / 80  # how much wider an eraser is than a brush of the same size
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip
_TOOLS = {Qt.Key.Key_1: 0, Qt.Key.Key_2: 1, Qt.Key.Key_E: 2}
_WIDER = {Qt.Key.Key_BracketLeft: -WIDER, Qt.Key.Key_BracketRight: WIDER}
_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)


class Brush(QObject):
    """Watches the map while it is on, and draws. The right button erases, whatever the tool is.

    target: what is drawn; None erases. draws_heights: each point's value is its height, whatever
    the target is. radius: as a share of the plane's width. Signals: drawn():
    other points, in mid-stroke. stroked(is_erasing): a stroke is over and has changed something.
    cancelled(): one was given up. tool_wanted(place), wider_wanted(by): by key. left(): Escape
    where there is no stroke.
    """

    drawn = Signal()
    stroked = Signal(bool)
    cancelled = Signal()
    tool_wanted = Signal(int)
    wider_wanted = Signal(float)
    left = Signal()

    def __init__(self, map: DrawableView) -> None:
        super().__init__(map)
        self._map = map
        self.shown = DrawnPoints()
        self.drawing = Drawing()
        self.target: float | None = 1.0
        self.draws_heights = False
        self.radius = 1 / 24
        self._button: Qt.MouseButton | None = None
        self._is_on = False

    def draw_on(self, map: DrawableView) -> None:
        """Draw there when it is on the next time."""
        self._map = map

    def set_on(self, is_on: bool) -> None:
        """Whether the map is drawn on."""
        if is_on == self._is_on:
            return
        self._is_on = is_on
        self._button = self.shown.at = None
        self._map.set_drawn(self.shown if is_on else None)
        if is_on:
            self._map.installEventFilter(self)
            self._map.setFocus()
        else:
            self._map.removeEventFilter(self)
        self.refresh()

    def refresh(self) -> None:
        """Show the points and the brush as they are."""
        shown = self.shown
        shown.points, shown.plane = self.drawing.points, self.drawing.plane
        shown.target = None if self._erases() else self.target
        if shown.at is not None and shown.target is not None and self.draws_heights:
            shown.target = shown.at[1]
        self.drawing.upright = shown.upright(self._map.map_area())
        shown.radius = self._reach()
        self._map.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            return self._on_mouse(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        if event.type() in (QEvent.Type.Leave, QEvent.Type.FocusOut) and self._button is None:
            self.shown.at = None
            self._map.update()
        return False

    def _reach(self) -> float:
        """How far from the pointer it draws or erases, in units of the plane."""
        plane = self.drawing.plane
        share = self.radius + (ERASER if self._erases() else 0.0)
        return share * (plane.right - plane.left)

    def _erases(self) -> bool:
        return self.target is None or self._button == Qt.MouseButton.RightButton

    # ----- mouse ----------------------------------------------------------------------------

    def _on_mouse(self, event: QMouseEvent) -> bool:
        self.shown.has_cross = False
        self.shown.at = self._plane_at(event.position())
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            if event.button() in _BUTTONS and self._button is None and self._is_on_plane():
                self._button = event.button()
                self.drawing.begin()
                self._draw()
        elif event.type() == QEvent.Type.MouseMove and self._button is not None:
            self._draw()
        elif event.type() == QEvent.Type.MouseButtonRelease and event.button() == self._button:
            is_erasing, self._button = self._erases(), None
            self._end(is_erasing=is_erasing)
        self.refresh()
        return True

    def _plane_at(self, at: QPointF) -> tuple[float, float]:
        return self.shown.plane_at(self._map.map_area(), at)

    def _is_on_plane(self) -> bool:
        x1, x2 = self.shown.at or self._middle()
        plane = self.drawing.plane
        return plane.left <= x1 <= plane.right and plane.bottom <= x2 <= plane.top

    def _draw(self) -> None:
        """Draw or erase where the brush is."""
        x1, x2 = self.shown.at or self._middle()
        before = self.drawing.points
        if self._erases():
            self.drawing.erase(x1, x2, self._reach())
        elif self.target is not None:
            target = None if self.draws_heights else self.target
            self.drawing.paint(x1, x2, target, self._reach())
        if len(self.drawing.points) != len(before):
            self.drawn.emit()

    def _end(self, *, is_erasing: bool) -> None:
        if self.drawing.end():
            self.stroked.emit(is_erasing)

    # ----- keyboard -------------------------------------------------------------------------

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier not in plain:
            return False
        if key in _ARROWS:
            is_fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move_cross(*_ARROWS[key], FINE_STEP if is_fine else STEP)
        elif key == Qt.Key.Key_Space and self._button is None:
            self.shown.at = self.shown.at or self._middle()
            self.drawing.begin()
            self._draw()
            self._end(is_erasing=self._erases())
        elif key in _TOOLS:
            self.tool_wanted.emit(_TOOLS[key])
        elif key in _WIDER:
            self.wider_wanted.emit(_WIDER[key])
        elif key == Qt.Key.Key_Escape:
            self.escape()
        else:
            return False
        self.refresh()
        return True

    def escape(self) -> None:
        """Give up the stroke that is being drawn; where there is none, leave."""
        if self.drawing.is_in_stroke:
            self.drawing.cancel()
            self._button = None
            self.cancelled.emit()
        else:
            self.left.emit()

    def _move_cross(self, right: int, up: int, by: float) -> None:
        plane = self.drawing.plane
        x1, x2 = self.shown.at if self.shown.at and self.shown.has_cross else self._middle()
        self.shown.has_cross = True
        self.shown.at = (
            min(max(x1 + right * by * (plane.right - plane.left), plane.left), plane.right),
            min(max(x2 + up * by * (plane.top - plane.bottom), plane.bottom), plane.top),
        )

    def _middle(self) -> tuple[float, float]:
        plane = self.drawing.plane
        return (plane.left + plane.right) / 2, (plane.bottom + plane.top) / 2
