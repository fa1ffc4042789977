"""Finished tiles of a map on disk, so that a stopped map goes on where it was."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.lab.kept import Kept
from core.lab.tiles import Tile

Floats = NDArray[np.float64]


class KeptTiles(Kept):
    """The finished tiles of one map."""

    def __init__(self, folder: Path, question: Any) -> None:
        super().__init__(folder, question)
        self._height, self._width = question.height, question.width

    def find(self, tile: Tile) -> Floats | None:
        """The tile's numbers, or None where there are none or they cannot be read."""
        values = (self.find_part(tile.name) or {}).get("values")
        count = len(tile.pixels(self._height, self._width)[0])
        if values is None or values.shape != (count,) or values.dtype != np.float64:
            return None
        return values if np.isfinite(values).all() else None

    def has(self, tile: Tile) -> bool:
        """Whether there seems to be one: a quick look."""
        return self.has_part(tile.name)

    def keep(self, tile: Tile, values: Floats) -> None:
        """Write the tile. StorageError where it can't be written."""
        self.keep_part(tile.name, values=values)
