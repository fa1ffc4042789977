"""Which nodes show another number than before: all others keep their pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from app.node_editor.index import SceneIndex

Floats = npt.NDArray[np.float64]


class Stamps:
    """Gives each box whose numbers have changed a new stamp."""

    def __init__(self) -> None:
        self._index: SceneIndex | None = None  # that the numbers are of; None: of nobody knows
        self._numbers: Floats = np.zeros((0, 0))
        self._last = 0

    def take(self, index: SceneIndex, numbers: Floats, *, are_all_new: bool) -> None:
        """Stamp boxes. numbers, shape (k, boxes): all that the boxes of `index` show."""
        self._last += 1
        rows = np.arange(len(index.boxes))
        if index is self._index and not are_all_new:
            former = self._numbers
            is_same = (numbers == former) | (np.isnan(numbers) & np.isnan(former))
            rows = index.showing(~is_same.all(axis=0))
        for row in rows.tolist():
            index.boxes[row].stamp = self._last
        self._index, self._numbers = None if are_all_new else index, numbers
