"""The size of number that gets the full colour: follows the values smoothly, or is locked."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QObject, Signal

CALM = 0.4  # seconds in which most of a change is taken over


class ColorScale(QObject):
    """value: the scale in force. settled(): it has moved to where the numbers are.

    It keeps no clock: who shows it calls `settle` when values have not changed for a moment.
    """

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.value = 1.0
        self.is_locked = False
        self._target = 1.0
        self._last = -math.inf

    @property
    def is_settled(self) -> bool:
        """False while the scale is still on its way to where the numbers are."""
        return self.is_locked or self.value == self._target

    def follow(self, target: float, *, at_once: bool = False) -> None:
        """Take over the scale of new numbers.

        While values change many times a second the colours must not flicker with the scale.
        """
        now = time.monotonic()
        passed, self._last = now - self._last, now
        self._target = target
        if self.is_locked:
            return
        if at_once or passed > CALM:
            self.value = target
        elif target != self.value:
            share = 1.0 - math.exp(-passed / CALM)
            self.value *= (target / self.value) ** share

    def set_locked(self, is_locked: bool) -> None:
        """Hold the scale, or let it go to where the numbers are."""
        self.is_locked = is_locked
        self.settle()

    def settle(self) -> None:
        """Go to where the numbers are, unless locked."""
        if not self.is_settled:
            self.value = self._target
            self.settled.emit()
