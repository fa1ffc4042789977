"""When two float64 results count as the same."""

import math


def is_close(ours: float, theirs: float, tolerance: float = 1e-12) -> bool:
    """Equal (nan to nan, inf to the same inf), or within `tolerance` of the larger of 1 and it."""
    if math.isnan(theirs):
        return math.isnan(ours)
    if math.isinf(theirs):
        return ours == theirs
    return abs(ours - theirs) <= tolerance * max(1.0, abs(theirs))
