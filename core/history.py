"""What a run has measured, in bounded memory, without losing a spike.

`History` takes the loss of every step. The newest stay exact; of older ones, buckets of equal
length keep the first, least, greatest and last loss and the mean. Buckets grow as the run grows,
so memory stays the same and a curve of a thousand million steps is drawn as fast as one of a
thousand. `Samples` keeps what is only measured now and then, such as the test loss.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EXACT = 1_000_000  # newest losses kept one by one: 8 MB
FINE = 256  # steps in a bucket of the fine level
COARSE_BUCKETS = 4096  # at most, of the level that covers the whole run
MOST_SAMPLES = 16_384


@dataclass(frozen=True)
class Curve:
    """Points to draw: `steps` (from 0, may be fractional) and `losses`, and each point's mean.

    Where several steps fall on one place, it has two points, its least and greatest loss in the
    order in which they came first or last; `means` has the mean of the place at both.
    """

    steps: Floats
    losses: Floats
    means: Floats


class _Buckets:
    """Rows of first, least, greatest, last and mean, one for each `size` steps."""

    def __init__(self, size: int, capacity: int, *, merges: bool) -> None:
        self.size = size
        self.start = 0  # step of the first row
        self._capacity = capacity
        self._merges = merges
        self._rows = np.empty((5, 2 * capacity))
        self._count = 0
        self._pending = np.empty(0)

    @property
    def rows(self) -> Floats:
        """Shape (5, buckets)."""
        return self._rows[:, : self._count]

    @property
    def stop(self) -> int:
        """Step after the last row."""
        return self.start + self._count * self.size

    def extend(self, losses: Floats) -> None:
        # Few buckets at a time, so that any number of losses fits between two merges.
        for begin in range(0, len(losses), FINE * self._capacity):
            self._extend(losses[begin : begin + FINE * self._capacity])

    def _extend(self, losses: Floats) -> None:
        pending = np.concatenate([self._pending, losses])
        n = len(pending) // self.size
        if n:
            block = pending[: n * self.size].reshape(n, self.size)
            self._rows[:, self._count : self._count + n] = _summary(block)
            self._count += n
        self._pending = pending[n * self.size :].copy()
        if self._count >= self._capacity and not self._merges:
            self._drop(self._count - self._capacity // 2)
        while self._count >= self._capacity and self._merges:
            self._merge()

    def _drop(self, n: int) -> None:
        kept = self.rows[:, n:].copy()
        self._count -= n
        self.start += n * self.size
        self._rows[:, : self._count] = kept

    def _merge(self) -> None:
        """Make one row of two. An odd last row goes back to what is pending, as its extremes."""
        pairs = self._count // 2
        left, right = self._rows[:, : 2 * pairs : 2].copy(), self._rows[:, 1 : 2 * pairs : 2].copy()
        odd = self._rows[:, 2 * pairs].copy() if self._count % 2 else None
        merged = self._rows[:, :pairs]
        merged[0] = left[0]
        merged[1] = np.fmin(left[1], right[1])
        merged[2] = np.fmax(left[2], right[2])
        merged[3] = right[3]
        merged[4] = _mean_of(left[4], right[4])
        if odd is not None:
            filler = np.full(self.size, odd[4])
            filler[0], filler[1], filler[2], filler[-1] = odd[0], odd[1], odd[2], odd[3]
            self._pending = np.concatenate([filler, self._pending])
        self._count = pairs
        self.size *= 2


class _Newest:
    """The newest numbers of a series, in a ring: what is added moves none of the others.

    first, stop: the places in the series of the oldest one and after the newest.
    """

    def __init__(self, most: int) -> None:
        self.first = self.stop = 0
        self._ring = np.empty(most)  # memory that is not written to yet takes none

    @property
    def n_bytes(self) -> int:
        return 8 * (self.stop - self.first)

    def extend(self, numbers: Floats) -> None:
        most = len(self._ring)
        self.stop += len(numbers)
        self.first = max(self.first, self.stop - most)
        kept = numbers[-most:]
        place = (self.stop - len(kept)) % most
        head = kept[: most - place]
        self._ring[place : place + len(head)] = head
        self._ring[: len(kept) - len(head)] = kept[len(head) :]

    def part(self, begin: int, stop: int) -> Floats:
        """A copy of those at the places from `begin` to before `stop`."""
        place, n = begin % len(self._ring), max(stop - begin, 0)
        head = self._ring[place : place + n]
        return np.concatenate([head, self._ring[: n - len(head)]])

    def at(self, place: int) -> float:
        return float(self._ring[place % len(self._ring)])

    def shrunk(self, most: int) -> "_Newest":
        """The newest `most` of them."""
        shrunk = _Newest(min(most, len(self._ring)))
        shrunk.first = shrunk.stop = max(self.first, self.stop - len(shrunk._ring))
        shrunk.extend(self.part(shrunk.first, self.stop))
        return shrunk


class History:
    """The training loss of every step of a run."""

    def __init__(self, exact: int = EXACT) -> None:
        self._exact = _Newest(exact)
        self._fine = _Buckets(FINE, max(4 * exact // FINE, 4), merges=False)
        self._coarse = _Buckets(FINE, COARSE_BUCKETS, merges=True)

    def __len__(self) -> int:
        """Steps so far."""
        return self._exact.stop

    @property
    def n_bytes(self) -> int:
        """Memory in use, roughly."""
        return self._exact.n_bytes + self._fine.rows.nbytes + self._coarse.rows.nbytes

    def extend(self, losses: ArrayLike) -> None:
        """Add the losses of the next steps."""
        new = np.asarray(losses, dtype=np.float64).ravel()
        self._coarse.extend(new)
        self._fine.extend(new)
        self._exact.extend(new)

    def forget(self, exact: int) -> None:
        """Keep only so many losses exactly from now on: for a run that is over."""
        self._exact = self._exact.shrunk(exact)

    def newest(self, n: int | None = None) -> Floats:
        """The losses of the newest `n` steps (of all that are still exact), as a copy."""
        first, stop = self._exact.first, self._exact.stop
        return self._exact.part(first if n is None else max(stop - n, first), stop)

    def at(self, step: int) -> float:
        """The loss of a step, from 0: exact where still known, else its bucket's mean."""
        step = min(max(step, 0), len(self) - 1)
        if step < 0:
            return float("nan")
        if step >= self._exact.first:
            return self._exact.at(step)
        return float(self._coarse.rows[4, step // self._coarse.size])

    def curve(self, start: float = 0.0, stop: float | None = None, places: int = 1000) -> Curve:
        """What to draw of the steps from `start` to `stop` in about `places` places."""
        begin = int(min(max(start, 0.0), len(self)))
        end = len(self) if stop is None else int(min(max(stop + 1.0, 0.0), len(self)))
        if end <= begin:
            empty = np.empty(0)
            return Curve(empty, empty, empty)
        per_place = (end - begin) / max(places, 1)
        if begin >= self._exact.first and per_place <= 2.0:
            losses = self._exact.part(begin, end)
            return Curve(np.arange(begin, end, dtype=np.float64), losses, losses)
        return _drawn(*self._summaries(begin, end, per_place), places, end - 1.0)

    def _summaries(self, begin: int, end: int, per_place: float) -> tuple[Floats, Floats]:
        """Rows (5, n) and the step at which each begins, from the coarsest level that will do."""
        level = self._coarse
        if begin >= self._fine.start and per_place < 2 * level.size:
            level = self._fine
        if begin >= self._exact.first and per_place < 2 * level.size:
            losses = self._exact.part(begin, end)
            return np.tile(losses, (5, 1)), np.arange(begin, end, dtype=np.float64)
        n = level.rows.shape[1]
        i = min((begin - level.start) // level.size, n)
        j = min(-(-(end - level.start) // level.size), n)
        steps = level.start + level.size * np.arange(i, j, dtype=np.float64)
        tail_begin = max(level.start + level.size * n, self._exact.first, begin)
        tail = self._exact.part(tail_begin, end)
        if not len(tail):
            return level.rows[:, i:j], steps
        row = _summary(tail[None, :])
        return np.hstack([level.rows[:, i:j], row]), np.append(steps, float(tail_begin))


class Samples:
    """Numbers measured now and then: columns by name, a row for each measured step."""

    def __init__(self, *names: str, most: int = MOST_SAMPLES) -> None:
        self.names = names
        self._most = most
        self._rows = np.empty((1 + len(names), 256))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def n_bytes(self) -> int:
        """Memory in use, roughly."""
        return self._rows.nbytes

    @property
    def steps(self) -> Floats:
        """The measured steps."""
        return self._rows[0, : self._count]

    def __getitem__(self, name: str) -> Floats:
        return self._rows[1 + self.names.index(name), : self._count]

    def append(self, step: float, *numbers: float) -> None:
        """Add what was measured at a step; the same step measured again is replaced."""
        if self._count and self._rows[0, self._count - 1] == step:
            self._count -= 1
        if self._count == self._most:
            self._thin()
        if self._count == self._rows.shape[1]:
            self._rows = np.hstack([self._rows, np.empty_like(self._rows)])
        self._rows[:, self._count] = (step, *numbers)
        self._count += 1

    def at(self, name: str, step: float) -> float:
        """The number measured last at or before a step; nan before the first."""
        i = int(np.searchsorted(self.steps, step, side="right")) - 1
        return float(self[name][i]) if i >= 0 else float("nan")

    def _thin(self) -> None:
        """Of each four rows keep the least and the greatest by the first column, in order."""
        n = self._count // 4 * 4
        groups = np.nan_to_num(self._rows[1, :n]).reshape(-1, 4)
        base = 4 * np.arange(len(groups))
        pairs = np.stack([base + groups.argmin(axis=1), base + groups.argmax(axis=1)], axis=1)
        pairs.sort(axis=1)
        flat = pairs[:, 1] == pairs[:, 0]
        pairs[flat, 1] = base[flat] + 3
        keep = np.concatenate([pairs.ravel(), np.arange(n, self._count)])
        keep = np.unique(np.concatenate([[0], keep]))
        self._rows[:, : len(keep)] = self._rows[:, keep]
        self._count = len(keep)


def smooth(numbers: ArrayLike, weight: float) -> Floats:
    """Running mean with that weight on the past, 0 to below 1; corrected for its start.

    Numbers that are not finite are passed over. Source of the correction: Kingma and Ba 2015.
    """
    array = np.asarray(numbers, dtype=np.float64)
    if weight <= 0.0:
        return array.copy()
    result = np.empty_like(array)
    mean, share = 0.0, 0.0
    for i, number in enumerate(array.tolist()):
        if number - number == 0.0:
            mean = weight * mean + (1.0 - weight) * number
            share = weight * share + (1.0 - weight)
        result[i] = mean / share if share else float("nan")
    return result


def _summary(blocks: Floats) -> Floats:
    """First, least, greatest, last and mean of each row of (n, size), shape (5, n)."""
    with np.errstate(all="ignore"):
        return np.stack(
            [
                blocks[:, 0],
                np.fmin.reduce(blocks, axis=1),
                np.fmax.reduce(blocks, axis=1),
                blocks[:, -1],
                blocks.mean(axis=1),
            ]
        )


def _mean_of(left: Floats, right: Floats) -> Floats:
    with np.errstate(all="ignore"):
        return 0.5 * (left + right)


def _drawn(rows: Floats, steps: Floats, places: int, last: float) -> Curve:
    """The rows gathered into at most `places` places, two points each, up to step `last`."""
    n = rows.shape[1]
    group = max(-(-n // max(places, 1)), 1)
    starts = np.arange(0, n, group)
    with np.errstate(all="ignore"):
        least = np.fmin.reduceat(rows[1], starts)
        greatest = np.fmax.reduceat(rows[2], starts)
        means = np.add.reduceat(rows[4], starts) / np.diff(np.append(starts, n))
    rises = rows[3, np.append(starts[1:], n) - 1] >= rows[0, starts]
    width = np.diff(np.append(steps[starts], steps[-1] + 1.0))
    xs = np.stack([steps[starts], steps[starts] + 0.5 * width], axis=1).ravel()
    ys = np.where(rises[:, None], np.stack([least, greatest], 1), np.stack([greatest, least], 1))
    # The ends of the curve are the run's own first and last loss, not an extreme near them.
    losses = ys.ravel()
    losses[0], losses[-1], xs[-1] = rows[0, 0], rows[3, -1], max(last, xs[-2])
    return Curve(xs, losses, np.repeat(means, 2))
