"""A Layout: where a graph's boxes and edges are."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
Id = Hashable
Edge = tuple[Any, Any]  # source, target
Size = tuple[float, float]  # width, height
Direction = Literal["LR", "TB"]


@dataclass(frozen=True, eq=False)
class Layout:
    """Positions and routes. Lengths are those of the sizes given; y grows downwards.

    ids: the nodes, in the DiGraph's order. centers (n, 2), sizes (n, 2).
    edges: (source, target), each once, however often the target uses the source.
    starts, ends (m, 2): pieces of curve, level at both ends; edges that leave one node together
    share pieces. members (k, 2): rows (edge, piece), an edge's pieces in order from its source.
    bounds: left, top, right, bottom. backbone: from its leaf to the output. crossings: of edges,
    −1 where nobody has counted them.
    """

    ids: tuple[Any, ...]
    centers: Floats
    sizes: Floats
    edges: tuple[Edge, ...]
    starts: Floats
    ends: Floats
    members: Ints
    bounds: tuple[float, float, float, float]
    direction: Direction
    backbone: tuple[Any, ...]
    crossings: int
    gaps: tuple[float, float]  # rank_gap, row_gap
    places: Mapping[tuple[Any, int], float] = field(repr=False)  # across; guides: 1, 2 ...
    columns: Mapping[Any, int] = field(repr=False)  # of each node, counted within its part
    parts: Mapping[Any, int] = field(repr=False)  # of each node: which hang together
    n_patched: int = 0  # nodes and edges that were drawn anew since all of them were

    @cached_property
    def index(self) -> dict[Any, int]:
        """Row of each id in `centers` and `sizes`."""
        return {id: row for row, id in enumerate(self.ids)}

    @cached_property
    def edge_rows(self) -> dict[Edge, int]:
        """Row of each edge in `edges`."""
        return {edge: row for row, edge in enumerate(self.edges)}

    @property
    def positions(self) -> dict[Any, tuple[float, float]]:
        """Centre of each node, by id."""
        return {id: (x, y) for id, (x, y) in zip(self.ids, self.centers.tolist())}

    @property
    def top_lefts(self) -> dict[Any, tuple[float, float]]:
        """Top left corner of each node, by id: what the node editor places its nodes by."""
        corners = (self.centers - self.sizes / 2).tolist()
        return {id: (x, y) for id, (x, y) in zip(self.ids, corners)}

    def center(self, id: Id) -> tuple[float, float]:
        x, y = self.centers[self.index[id]].tolist()
        return x, y

    def route(self, edge: int) -> Floats:
        """The way of one edge, by its row in `edges`: points (p, 2), level at each."""
        pieces = self.members[self.members[:, 0] == edge, 1]
        return np.concatenate([self.starts[pieces[:1]], self.ends[pieces]])


def bounds_of(points: Sequence[Floats], box: Floats) -> tuple[float, float, float, float]:
    """Left, top, right, bottom. points: centres, starts and ends."""
    if not len(points[0]):
        return 0.0, 0.0, 0.0, 0.0
    centers, half = points[0].T, box.T / 2
    along, across = np.hstack([centers - half, centers + half, points[1].T, points[2].T])
    return float(along.min()), float(across.min()), float(along.max()), float(across.max())
