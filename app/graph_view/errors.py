"""The errors of a gradient check as colours: only what h and float64 do not explain has one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.colors import robust_scale

Floats = npt.NDArray[np.float64]


def unexplained(errors: Floats, explained: Floats) -> Floats:
    """What the colours stand for: 0 where a gradient agrees; nan where it is not checked yet."""
    agrees = np.isfinite(errors) & (errors <= explained)
    return np.where(agrees, 0.0, errors)


def error_scale(errors: Floats, explained: Floats) -> float:
    """The size of error that gets the full colour; where all agree, the most that is explained."""
    off = unexplained(errors, explained)
    if np.any(np.isfinite(off) & (off > 0)):
        return robust_scale(off)
    known = explained[np.isfinite(explained)]
    return float(known.max()) if known.size and known.max() > 0 else 1.0
