"""The steps that somebody has wished one by one, by clicks on Step."""

from __future__ import annotations

import math
from collections import deque

_ROUNDING = 1e-9  # of an epoch: where a count of steps should be whole, and is not quite


class DueSteps:
    """Wishes for steps in their order, the first with the step at which it is fulfilled.

    That step is found when its turn comes: what was wished while others were being made begins
    where they end, and is never taken for made with them. Not for two threads at once.
    """

    def __init__(self) -> None:
        self._wishes: deque[int | None] = deque()
        self._goal: int | None = None

    def __bool__(self) -> bool:
        return self._goal is not None or bool(self._wishes)

    def wish(self, steps: int | None) -> None:
        """So many steps more; None is to the end of the epoch."""
        if steps != 0:
            self._wishes.append(steps)

    def clear(self) -> None:
        """Nothing is wished any more."""
        self._wishes.clear()
        self._goal = None

    def left(self, step: int, steps_per_epoch: float) -> int:
        """Steps from `step` to where the first wish is fulfilled; there must be one."""
        if self._goal is None:
            steps = self._wishes.popleft()
            self._goal = end_of_epoch(step, steps_per_epoch) if steps is None else step + steps
        return self._goal - step

    def reach(self, step: int) -> None:
        """The run has come to `step`."""
        if self._goal is not None and step >= self._goal:
            self.end_first()

    def end_first(self) -> None:
        """Leave the wish that is being fulfilled where it is."""
        self._goal = None


def end_of_epoch(step: int, steps_per_epoch: float) -> int:
    """The first step after `step` with which an epoch is over; epochs need not be whole steps."""
    epochs = math.floor(step / steps_per_epoch + _ROUNDING) + 1
    return math.ceil(epochs * steps_per_epoch - _ROUNDING)
