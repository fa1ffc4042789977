"""A long run in parts, so that it can be stopped, moved to another worker, and gone on with."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lab.executors import check_stop
from core.lab.kept import Arrays
from core.rules import State

SECONDS_AT_ONCE = 2.0  # of one part: what is lost with a worker, or by a stop
TIMES_PREPARATION = 10.0  # that a part lasts at least
SECONDS_BETWEEN_CHECKS = 0.2
ARRAYS = ("data", "grad", "memory", "dead")  # of a state


@dataclass(frozen=True, eq=False)
class Made:
    """How far a run is: its losses, and all that its next step depends on but for its batch."""

    losses: NDArray[np.float64]
    step: int  # as many as there are losses, or more where it has diverged
    state: State

    def arrays(self) -> Arrays:
        """For a file."""
        each: Arrays = {name: getattr(self.state, name) for name in ARRAYS}
        return each | {"losses": self.losses, "steps": np.array([self.step, self.state.step])}

    @classmethod
    def of_arrays(cls, arrays: Arrays, most: int) -> "Made | None":
        """What `arrays` gave; None where it could not have, for a run of `most` steps."""
        try:
            step, of_state = arrays["steps"].tolist()
            data, grad, memory, dead = (arrays[name] for name in ARRAYS)
            state = State(data, grad, memory, dead, of_state)
            made = cls(arrays["losses"], step, state)
        except (KeyError, TypeError, ValueError):
            return None
        shape = state.data.shape
        fits = state.grad.shape == state.dead.shape == state.memory.shape[1:] == shape
        return made if fits and len(made.losses) <= step <= most else None


def parts(began: float, steps: int) -> Iterator[int]:
    """How many of the remaining steps to make next, and next, until it is time for a break.

    began: when the preparations began, in `time.monotonic` seconds. The number changes no result.
    """
    now = time.monotonic()
    yield from slices(steps, now + max(SECONDS_AT_ONCE, TIMES_PREPARATION * (now - began)))


def slices(steps: int, until: float = math.inf) -> Iterator[int]:
    """How many of so many steps to make next, and next: a fraction of a second's at a time.

    until: in `time.monotonic` seconds. StoppedError where nobody waits for them any more.
    """
    now, count = time.monotonic(), 1
    while steps > 0 and now < until:
        check_stop()
        count = min(count, steps)
        yield count
        steps -= count
        took, now = time.monotonic() - now, time.monotonic()
        count = 2 * count if took < SECONDS_BETWEEN_CHECKS / 2 else max(count // 2, 1)
