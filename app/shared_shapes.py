"""Qt's points, lines and rects in NumPy's memory: a frame moves thousands and makes none anew."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF
from shiboken6 import wrapInstance

ShapeT = TypeVar("ShapeT", QPointF, QLineF, QRectF)

FIELDS: dict[type[Any], int] = {QPointF: 2, QLineF: 4, QRectF: 4}  # doubles that each consists of


class SharedShapes(Generic[ShapeT]):
    """Shapes of one kind, which hold what was written last."""

    def __init__(self, kind: type[ShapeT]) -> None:
        self._kind: type[ShapeT] = kind
        # Those outgrown are kept as well: somebody may still have shapes in them.
        self._memories = [np.zeros((0, FIELDS[kind]))]
        self._shapes: list[ShapeT] = []

    def of(self, numbers: npt.NDArray[np.float64]) -> list[ShapeT]:
        """Shapes of these numbers, shape (n, fields), until `of` is called again."""
        if len(numbers) > len(self._shapes):
            self._grow(2 * len(numbers))
        self._memories[-1][: len(numbers)] = numbers
        return self._shapes[: len(numbers)]

    def _grow(self, count: int) -> None:
        memory = np.zeros((count, FIELDS[self._kind]))
        start, size = memory.ctypes.data, memory.itemsize * FIELDS[self._kind]
        places = range(start, start + count * size, size)
        self._shapes = [cast(ShapeT, wrapInstance(place, self._kind)) for place in places]
        self._memories.append(memory)
