"""How long a map will take, said before it starts."""

import math
import time
from dataclasses import dataclass

from core.lab.trainability import Map

SECONDS_OF_TRIAL = 0.1
SECONDS_OF_PROOF = 0.5  # before anybody is told how long it still takes


@dataclass(frozen=True)
class Estimate:
    """Of all pixels followed to their end: what diverges early takes less."""

    seconds: float
    pixels: int
    workers: int

    @property
    def words(self) -> str:
        """A sentence for the user."""
        pixels = f"{self.pixels:,} pixels on {self.workers} worker{'s' * (self.workers != 1)}"
        return f"{pixels} will take {duration(self.seconds)} at most."


def for_map(question: Map, workers: int) -> Estimate:
    """From a short trial of the pixel in the middle; takes a fraction of a second, or a step."""
    lane = question.lane(question.height // 2, question.width // 2)
    trainer = lane.of(question.problem).trainer(0.0)  # a rate that never diverges
    trainer.run(1)
    steps, per_step = 1, math.inf
    until = time.perf_counter() + SECONDS_OF_TRIAL
    while time.perf_counter() < until or per_step == math.inf:
        begin = time.perf_counter()
        trainer.run(steps)
        per_step = min(per_step, (time.perf_counter() - begin) / steps)
        steps = min(2 * steps, question.steps)
    pixels = question.width * question.height
    return Estimate(per_step * question.steps * pixels / workers, pixels, workers)


class TimeLeft:
    """How long the rest of an experiment takes, from what was done since its first result.

    Before that, workers start; and what was kept of an earlier run took no time.
    """

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None  # time and share of the first progress
        self._share = math.nan
        self._end = math.nan

    def words(self, share: float) -> str:
        """Such as "about 20 seconds left"; "" while that is not known. share: of all, now done."""
        seconds = self._after(share)
        return "" if math.isnan(seconds) or share >= 1.0 else f"{duration(seconds)} left"

    def _after(self, share: float) -> float:
        now = time.monotonic()
        if share != self._share:
            if math.isnan(self._share):
                self._share = share
                return math.nan
            self._share = share
            if self._first is None:
                self._first = now, share
            began, before = self._first
            if now - began > SECONDS_OF_PROOF and share > before:
                self._end = now + (now - began) / (share - before) * (1.0 - share)
        return max(self._end - now, 0.0) if not math.isnan(self._end) else math.nan


def duration(seconds: float) -> str:
    """In words: "about 40 seconds", "about 3 hours"."""
    if seconds < 1.5:
        return "about a second"
    for name, size in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0)):
        if seconds >= 1.5 * size or size == 1.0:
            return f"about {round(seconds / size):,} {name}s"
    raise AssertionError
