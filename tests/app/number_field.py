"""A number field under the mouse."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication


def drag(field, *offsets, keys=Qt.KeyboardModifier.NoModifier, release=True):
    """Press in the middle, move to each offset (pixels from there) and release."""
    middle = QPointF(field.rect().center())
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton

    def send(kind, offset, button, buttons):
        at = middle + QPointF(offset, 0)
        event = QMouseEvent(kind, at, field.mapToGlobal(at), button, buttons, keys)
        QApplication.sendEvent(field, event)

    send(QMouseEvent.Type.MouseButtonPress, 0, left, left)
    for offset in offsets:
        send(QMouseEvent.Type.MouseMove, offset, none, left)
    if release:
        send(QMouseEvent.Type.MouseButtonRelease, offsets[-1], left, none)
