"""The size of number that gets the full colour: follows the values smoothly, or is locked."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QObject, QTimer, Signal

CALM = 0.4  # seconds in which most of a change is taken over
REST = 300  # milliseconds without new values until the scale is exact again


class ColorScale(QObject):
    """value: the scale in force. settled(): it has moved on its own to where the numbers are."""

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.value = 1.0
        self.is_locked = False
        self._target = 1.0
        self._last = -math.inf
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._settle)

    def follow(self, target: float, *, at_once: bool = False) -> float:
        """Take over the scale of new numbers; returns the scale to show them with.

        While values change many times a second the colours must not flicker with the scale.
        """
        now = time.monotonic()
        passed, self._last = now - self._last, now
        self._target = target
        if self.is_locked:
            return self.value
        if at_once or passed > CALM:
            self._rest.stop()
            self.value = target
        elif target != self.value:
            share = 1.0 - math.exp(-passed / CALM)
            self.value *= (target / self.value) ** share
            self._rest.start()
        return self.value

    def set_locked(self, is_locked: bool) -> None:
        """Hold the scale, or let it go to where the numbers are."""
        self.is_locked = is_locked
        if is_locked:
            self._rest.stop()
        else:
            self._settle()

    def _settle(self) -> None:
        if not self.is_locked and self.value != self._target:
            self.value = self._target
            self.settled.emit()
