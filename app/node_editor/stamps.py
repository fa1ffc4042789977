"""Which nodes show another number than before: all others keep their pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.node_editor.far import keys_of_numbers
from app.node_editor.index import SceneIndex
from app.node_editor.rows import BAR_STEPS

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

SOFT = 1e-6  # of a digit: numbers so near to where it changes are compared by all their digits
PLAIN = 1000.0  # no number's exponent: of those that are compared so


class Stamps:
    """Gives each box whose numbers look different a new stamp."""

    def __init__(self) -> None:
        self._index: SceneIndex | None = None  # that the numbers are of; None: of nobody knows
        self._shown: Floats = np.zeros((0, 0))
        self._keys: Ints = np.zeros(0, dtype=np.intp)
        self._last = 0

    def take(
        self, index: SceneIndex, data: Floats, grads: Floats, shares: Floats, *, are_all_new: bool
    ) -> tuple[Ints, Ints] | None:
        """Stamp boxes that show these numbers, (boxes,) each; the rows of those that changed.

        The second rows: of those that from far have another colour. None: maybe all have changed,
        or a number is not finite, which shows around the node as well.
        """
        self._last += 1
        rows = np.arange(len(index.boxes))
        shown = np.vstack([digits(data), digits(grads), _bar_steps(shares)])
        keys = keys_of_numbers(data, grads, shares)
        found = None
        if index is self._index and not are_all_new:
            is_same = (shown == self._shown) | (np.isnan(shown) & np.isnan(self._shown))
            rows = index.showing(~is_same.all(axis=0))
            if np.isfinite(shown).all() and np.isfinite(self._shown).all():
                found = rows, np.flatnonzero(keys != self._keys)
        for row in rows.tolist():
            index.boxes[row].stamp = self._last
        self._index, self._shown, self._keys = None if are_all_new else index, shown, keys
        return found


def digits(numbers: Floats) -> Floats:
    """Numbers that are equal where `format_number` writes the same, shape (2, n).

    Four significant digits and their exponent; what is not written so is left as it is.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        size = np.abs(numbers)
        is_usual = (size > 1e-280) & (size < 9999.0)
        exponent = np.where(is_usual, np.floor(np.log10(size)), 0.0)
        scaled = np.where(is_usual, numbers * 10.0 ** (3.0 - exponent), numbers)
        whole = np.rint(scaled)
        is_clear = is_usual & (np.abs(np.abs(scaled - whole) - 0.5) > SOFT)
    return np.stack([np.where(is_clear, whole, numbers), np.where(is_clear, exponent, PLAIN)])


def _bar_steps(shares: Floats) -> Floats:
    """Shares that are equal where the bars are; zero, which is hollow, is no other's step."""
    return np.where(shares == 0, 0.5, np.rint(shares * BAR_STEPS))
