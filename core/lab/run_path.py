"""The way of a run over the plane of a landscape, fine wherever it can be seen.

Checkpoints lie some time of training apart, so the first steps of a run, its longest, all lie
between two of them. Those stretches are trained again, the longest on the plane first, with a
look at the parameters whenever they have moved by a little; see `core.timeline` for why that is
the very same run.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lab.landscape import Plane
from core.lab.running import Report, Reports
from core.ops import ieee
from core.session import Session
from core.timeline import Timeline

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]

FINE = 0.004  # of the plane's side, that a place should lie from the one before it
GAP = 0.012  # from here on a stretch is trained again
MOST_PLACES = 3000
MOST_MOMENTS = 300  # of a run, for the principal components of its way
LEAST_MOMENTS = 60
SECONDS = 5.0  # of training again
SECONDS_BETWEEN_REPORTS = 0.05


@dataclass(frozen=True, eq=False)
class RunPath:
    """Where a run was after these steps, in the plane's coordinates."""

    steps: Steps  # (moments,), rising
    places: Floats  # (moments, 2)

    def until(self, step: int) -> "RunPath":
        """The part before a step."""
        count = int(np.searchsorted(self.steps, step))
        return RunPath(self.steps[:count], self.places[:count])

    def to(self, step: int, place: Floats) -> "RunPath":
        """On to another place; what was known of later steps is forgotten."""
        part = self.until(step)
        return RunPath(np.append(part.steps, step), np.vstack([part.places, place]))

    def then(self, other: "RunPath") -> "RunPath":
        """This, and what another path of the same run knows of the steps after its last."""
        is_later = other.steps > self.steps[-1]
        steps = np.concatenate([self.steps, other.steps[is_later]])
        return RunPath(steps, np.vstack([self.places, other.places[is_later]]))


def replayed(timeline: Timeline) -> Session:
    """A run at its last step, for a thread that has it to itself: from a copy of its past."""
    part = timeline.until(timeline.tip, len(timeline.changes))
    session = Session(part.checkpoints[-1].setup, timeline=part)
    session.advance()
    return session


def moments(timeline: Timeline) -> Floats:
    """Parameters at some steps of a run, (moments, n_parameters), the newest last."""
    session = replayed(timeline)
    now = session.parameters()
    known = session.timeline.checkpoints
    if len(known) >= LEAST_MOMENTS:
        found = [c.moment.state.data for c in known[:: -(-len(known) // MOST_MOMENTS)]]
        return np.array([*found, now])
    first, count = session.timeline.first_step, session.tip - session.timeline.first_step
    if not count:
        return now[None]
    later = np.unique(np.geomspace(1, count, LEAST_MOMENTS).round().astype(np.int64))
    return np.array([_parameters(session, step) for step in (first, *(first + later).tolist())])


def trace(
    timeline: Timeline, plane: Plane, known: RunPath | None = None, seconds: float = SECONDS
) -> Reports[RunPath]:
    """The way, finer and finer. known: an earlier answer, of the same run and plane."""
    until = time.perf_counter() + seconds
    session = replayed(timeline)
    way = _Way(session, plane)
    if known is not None:
        way.take(known.until(session.tip))
    after = max(way.known, default=-1)
    way.look_at(after)
    reported = -np.inf
    while (gap := way.widest_gap()) is not None and time.perf_counter() < until:
        for _ in way.walk(*gap):
            now = time.perf_counter()
            if now >= reported + SECONDS_BETWEEN_REPORTS:
                reported = now
                yield Report(0, 1, way.path())
            if now > until:
                break
    yield Report(1, 1, way.path())


class _Way:
    """Places by their steps, in shares of the plane's sides from its lower left corner."""

    def __init__(self, session: Session, plane: Plane) -> None:
        self.known: dict[int, Floats] = {}
        self._session, self._plane = session, plane
        self._corner = np.array([plane.x[0], plane.y[0]])
        self._size = np.array([plane.x[1], plane.y[1]]) - self._corner
        self._walked: set[tuple[int, int]] = set()

    def take(self, path: RunPath) -> None:
        """Know what was found before."""
        shares = (path.places - self._corner) / self._size
        self.known.update(zip(path.steps.tolist(), shares))

    def look_at(self, after: int) -> None:
        """Know where the run was at its checkpoints after a step, and is now."""
        chosen = [c for c in self._session.timeline.checkpoints if c.step > after]
        steps = [*(c.step for c in chosen), self._session.tip]
        all_data = [*(c.moment.state.data for c in chosen), self._session.parameters()]
        self.known.update(zip(steps, self._shares(np.array(all_data))))

    def _shares(self, parameters: Floats) -> Floats:
        with ieee():
            return np.asarray((self._plane.coordinates(parameters) - self._corner) / self._size)

    def _arrays(self) -> tuple[Steps, Floats]:
        steps = np.array(sorted(self.known), dtype=np.int64)
        return steps, np.array([self.known[step] for step in steps.tolist()]).reshape(-1, 2)

    def widest_gap(self) -> tuple[int, int] | None:
        """The stretch whose ends lie furthest apart where it can be seen; None if all is fine."""
        steps, shares = self._arrays()
        first, second = shares[:-1], shares[1:]
        with ieee():
            width = np.max(np.abs(second - first), axis=1)
            is_seen = (np.maximum(first, second) >= 0.0) & (np.minimum(first, second) <= 1.0)
        width[~is_seen.all(axis=1) | ~np.isfinite(width) | (np.diff(steps) < 2)] = 0.0
        for k in np.argsort(-width).tolist():
            gap = int(steps[k]), int(steps[k + 1])
            if width[k] < GAP or len(steps) >= MOST_PLACES:
                return None
            if gap not in self._walked:
                return gap
        return None

    def walk(self, begin: int, end: int) -> Iterator[None]:
        """Train a stretch again, with longer or shorter looks as it moves."""
        self._walked.add((begin, end))
        step, place, chunk = begin, self.known[begin], 1
        while step + chunk < end:
            step += chunk
            before, place = place, self._shares(_parameters(self._session, step))
            if not np.isfinite(place).all():
                return
            self.known[step] = place
            moved = float(np.max(np.abs(place - before)))
            if moved > FINE:
                chunk = max(1, chunk // 2)
            elif moved < FINE / 2.0:
                chunk *= 2
            yield

    def path(self) -> RunPath:
        """Without places that could not be told from the one before."""
        steps, shares = self._arrays()
        kept, last = [0], shares[0]
        for k in range(1, len(steps)):
            if not np.max(np.abs(shares[k] - last)) < FINE / 4.0 or k + 1 == len(steps):
                kept.append(k)
                last = shares[k]
        return RunPath(steps[kept], self._corner + shares[kept] * self._size)


def _parameters(session: Session, step: int) -> Floats:
    session.seek(step)
    session.advance()
    return session.parameters()
