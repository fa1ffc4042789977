"""Points drawn by hand on the plane or over a curve, with brush and eraser, a stroke at a time."""

import math

import numpy as np

from core.datasets import PLAYGROUND_DOMAIN, Domain

Point = tuple[float, float, float]  # x1, x2 and the target

MOST_DRAWN = 5000
LEAST_GAP = 0.01  # between two points of a fine brush, as a share of the plane's width
_GAP = 0.6  # between two points of a wide one, as a share of its radius


class Drawing:
    """The points so far, on a plane. A stroke begins, goes along, and ends or is cancelled.

    upright: how many units of x1 look as long as one of x2; distances are as they look.
    """

    def __init__(self, points: tuple[Point, ...] = (), plane: Domain = PLAYGROUND_DOMAIN) -> None:
        self.points, self.plane = points, plane
        self.upright = 1.0
        self._stroke_from: tuple[Point, ...] | None = None
        self._last = (0.0, 0.0)
        self._travelled = 0.0
        self._random = np.random.default_rng(len(points))

    @property
    def is_in_stroke(self) -> bool:
        """Whether a stroke is going on."""
        return self._stroke_from is not None

    def begin(self) -> None:
        """A stroke begins."""
        self._stroke_from = self.points
        self._travelled = math.inf  # the first place gets a point at once

    def paint(self, x1: float, x2: float, target: float | None, radius: float) -> None:
        """Go along to a place: points within the radius of the way, as dense as the way is long.

        target: None gives each point its height, x2, for the value of a function at x1.
        """
        gap = max(LEAST_GAP * (self.plane.right - self.plane.left), _GAP * radius)
        begin = self._last if math.isfinite(self._travelled) else (x1, x2)
        length = math.hypot(x1 - begin[0], self.upright * (x2 - begin[1]))
        places = [1.0] if not math.isfinite(self._travelled) else []
        if not places:
            first = gap - self._travelled
            places = [s / length for s in np.arange(first, length + 1e-12, gap)] if length else []
        found = [
            self._near(
                begin[0] + share * (x1 - begin[0]), begin[1] + share * (x2 - begin[1]), radius
            )
            for share in places
        ]
        room = MOST_DRAWN - len(self.points)
        self.points += tuple((a, b, b if target is None else target) for a, b in found[:room])
        if not math.isfinite(self._travelled):
            self._travelled = 0.0
        else:
            self._travelled += length - gap * len(places)
        self._last = (x1, x2)

    def erase(self, x1: float, x2: float, radius: float) -> None:
        """Go along to a place and take away the points within the radius of the way."""
        begin = self._last if math.isfinite(self._travelled) else (x1, x2)
        self._last, self._travelled = (x1, x2), 0.0
        if not self.points:
            return
        scale = np.array([1.0, self.upright])
        places = np.array([point[:2] for point in self.points]) * scale
        start, way = begin * scale, (np.array([x1, x2]) - begin) * scale
        along = (places - start) @ way / max(float(way @ way), 1e-300)
        nearest = start + np.clip(along, 0.0, 1.0)[:, None] * way
        is_kept = np.hypot(*(places - nearest).T) > radius
        self.points = tuple(point for point, kept in zip(self.points, is_kept.tolist()) if kept)

    def end(self) -> bool:
        """The stroke is done. True if it did anything."""
        before, self._stroke_from = self._stroke_from, None
        return before is not None and before != self.points

    def cancel(self) -> None:
        """Take back the stroke that is going on."""
        if self._stroke_from is not None:
            self.points, self._stroke_from = self._stroke_from, None

    def replace(self, points: tuple[Point, ...], plane: Domain) -> None:
        """Other points, perhaps on another plane; a stroke that is going on is forgotten."""
        self.points, self.plane, self._stroke_from = points, plane, None

    def _near(self, x1: float, x2: float, radius: float) -> tuple[float, float]:
        """A place within the brush, all equally likely, and within the plane that shows."""
        r, angle = radius * math.sqrt(self._random.random()), self._random.uniform(0, 2 * math.pi)
        plane = self.plane
        a = min(max(x1 + r * math.cos(angle), plane.left), plane.right)
        b = min(max(x2 + r * math.sin(angle) / self.upright, plane.bottom), plane.top)
        return float(a), float(b)
