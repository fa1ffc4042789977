"""A window on a trainability map: what part of the plane is seen."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from core.lab.trainability import Map

EPSILON = sys.float_info.epsilon


@dataclass(frozen=True)
class Window:
    """A part of the plane, both axes as powers of ten."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def of(cls, question: Map) -> Window:
        """The window that a map is of."""
        ends = (*question.x.ends(question.width), *question.y.ends(question.height))
        return cls(*(math.log10(end) for end in ends))

    def zoomed(self, x: float, y: float, factor: float) -> Window:
        """Closer by a factor, with a point that stays."""
        return Window(
            x + (self.left - x) / factor, x + (self.right - x) / factor,
            y + (self.bottom - y) / factor, y + (self.top - y) / factor,
        )  # fmt: skip

    def is_too_narrow(self, pixels: int) -> bool:
        """Whether neighbours of so many pixels along a side would have the same numbers."""
        ends = max(abs(end) for end in (self.left, self.right, self.bottom, self.top))
        # Relative to the numbers, and for the window's own ends, which are powers of ten.
        least = max(2.0 * EPSILON * pixels / math.log(10.0), 64.0 * math.ulp(max(ends, 1.0)))
        return min(self.right - self.left, self.top - self.bottom) < least

    def pixels_from(self, other: Window, pixels: int) -> tuple[int, int] | None:
        """How many pixels to the right and up of another window; None for another size."""
        width, height = other.right - other.left, other.top - other.bottom
        differences = (
            (self.right - self.left - width) / width,
            (self.top - self.bottom - height) / height,
        )
        if max(map(abs, differences)) * pixels > 0.5:
            return None
        right = (self.left - other.left) / width * pixels
        up = (self.bottom - other.bottom) / height * pixels
        return round(right), round(up)

    def moved(self, dx: float, dy: float) -> Window:
        """The same size, somewhere else."""
        return Window(self.left + dx, self.right + dx, self.bottom + dy, self.top + dy)

    def within(self, limits: Window) -> Window:
        """Moved, and where that is not enough cut, to lie within limits."""
        left, right = _within(self.left, self.right, limits.left, limits.right)
        bottom, top = _within(self.bottom, self.top, limits.bottom, limits.top)
        return Window(left, right, bottom, top)


def _within(low: float, high: float, least: float, most: float) -> tuple[float, float]:
    by = max(least - low, 0.0) or min(most - high, 0.0)
    return max(low + by, least), min(high + by, most)
