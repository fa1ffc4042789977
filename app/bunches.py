"""Shapes sorted by how they look: Qt paints a thousand of one colour in a call, Python can't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]


def as_objects(shapes: Sequence[Any]) -> Objects:
    """Shapes in an array, so that many are picked in one call."""
    return np.fromiter(shapes, dtype=object, count=len(shapes))  # assigning looks into each one


def bunches(looks: npt.ArrayLike, shapes: Objects) -> Iterator[tuple[int, list[Any]]]:
    """Each look, in rising order, with its shapes in theirs. looks, shapes (n,)."""
    looks = np.asarray(looks, dtype=np.intp)
    if not len(looks):
        return
    order = np.argsort(looks, kind="stable")
    sorted_looks = looks[order]
    starts = [0, *(np.flatnonzero(np.diff(sorted_looks)) + 1).tolist(), len(order)]
    alike = shapes[order].tolist()
    for start, end in pairwise(starts):
        yield int(sorted_looks[start]), alike[start:end]


def rows_of(marked: Iterable[int], count: int) -> npt.NDArray[np.bool_]:
    """True at each of these rows. Shape (count,)."""
    is_marked = np.zeros(count, dtype=bool)
    is_marked[list(marked)] = True
    return is_marked
