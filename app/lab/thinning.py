"""Curves of many points, thinned to as many as a plot can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PLACES = 400  # of a curve: more could hardly be told apart, and take long to draw


def thinned(xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
    """Least and greatest of each stretch, in their order, and the last: no spike is lost."""
    if len(xs) <= PLACES:
        return xs, ys
    known = np.where(np.isnan(ys), 0.0, ys)
    count = PLACES // 2 - 2  # stretches, and room for the rest and the last
    n = len(xs) // count
    whole, base = known[: count * n].reshape(count, n), np.arange(count) * n
    rest = known[count * n :]
    ends = [len(xs) - 1] if not len(rest) else [
        count * n + int(np.argmin(rest)), count * n + int(np.argmax(rest)), len(xs) - 1
    ]  # fmt: skip
    kept = np.sort(
        np.concatenate([base + np.argmin(whole, axis=1), base + np.argmax(whole, axis=1), ends])
    )
    kept = kept[np.diff(kept, prepend=-1) > 0]
    return xs[kept], ys[kept]
