"""The focus ring: 2 px of accent, 2 px away from the control that has the keyboard.

A control cannot paint outside itself, so one overlay follows the focus through all windows. It
shows for text fields, and for other controls when the keyboard brought the focus, not a click.
"""

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)

from app import theme

GAP = 2
WIDTH = 2
MARGIN = GAP + WIDTH

# A widget of another class asks for a ring with `setProperty(WANTS_RING, True)`.
WANTS_RING = "wants_focus_ring"
# A field with this property set has an error edge of its own instead.
IS_REFUSED = "is_refused"

_RINGED = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QAbstractSlider)
_GEOMETRY = (
    QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide,
    QEvent.Type.ParentChange, QEvent.Type.EnabledChange, QEvent.Type.DynamicPropertyChange,
)  # fmt: skip


class FocusRing(QWidget):
    """The overlay around one control."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().color("accent"), WIDTH))
        half = WIDTH / 2
        radius = theme.RADIUS_CONTROL + GAP + half
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius
        )


class FocusTracker(QObject):
    """Puts the ring where the focus is."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ring: FocusRing | None = None
        self._watched: list[QWidget] = []
        self._target: QWidget | None = None
        app.focusChanged.connect(self._follow)
        theme.notifier.changed.connect(self._place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _GEOMETRY:
            self._place()
        return False

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._release()
        target = _ringed(new)
        if target is None:
            return
        if not isinstance(target, (QLineEdit, QAbstractSpinBox)) and not _came_by_key(target):
            return
        self._target = target
        clip = _clip(target)
        widget: QWidget | None = target
        while widget is not None and widget is not clip:
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()
        self._ring = FocusRing(clip)
        self._place()

    def _release(self) -> None:
        for widget in self._watched:
            if shiboken6.isValid(widget):
                widget.removeEventFilter(self)
        self._watched.clear()
        self._target = None
        if self._ring is not None and shiboken6.isValid(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._ring = None

    def _place(self) -> None:
        target, ring = self._target, self._ring
        if target is None or ring is None:
            return
        if not (shiboken6.isValid(target) and shiboken6.isValid(ring)):
            return
        clip = ring.parentWidget()
        if clip is None or not target.isVisibleTo(clip) or not clip.isAncestorOf(target):
            ring.hide()
            return
        corner = target.mapTo(clip, QPoint(0, 0))
        area = QRect(corner, target.size()).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        ring.setGeometry(area)
        ring.setVisible(target.isEnabled() and not target.property(IS_REFUSED))
        ring.raise_()


def _came_by_key(widget: QWidget) -> bool:
    """Qt does not say why the focus changed; the program's own widgets remember it."""
    reason = getattr(widget, "focus_reason", None)
    if reason is None:
        return QApplication.mouseButtons() == Qt.MouseButton.NoButton
    return reason in (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    )


def _ringed(widget: QWidget | None) -> QWidget | None:
    """The control to draw the ring around: of an editable combo box the box, not its text."""
    if widget is None:
        return None
    parent = widget.parentWidget()
    if isinstance(parent, (QComboBox, QAbstractSpinBox)) and isinstance(widget, QLineEdit):
        widget = parent
    wanted = widget.property(WANTS_RING)
    if wanted is None:
        wanted = isinstance(widget, _RINGED)
    return widget if wanted and not widget.isWindow() else None


def _clip(widget: QWidget) -> QWidget:
    """The widget whose edge cuts off what is in it: a scroll area's viewport, else the window."""
    inner, outer = widget, widget.parentWidget()
    while outer is not None:
        if isinstance(outer, QAbstractScrollArea) and inner is outer.viewport():
            return inner
        if inner.isWindow():
            return inner
        inner, outer = outer, outer.parentWidget()
    return inner
