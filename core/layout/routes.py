"""The ways of the edges: pieces of curve, shared by all edges of one source that go the same way.

Every piece leads from a start to an end along the layers, level at both; a painter draws it as a
cubic with level tangents. What several edges share is drawn once, as a bus, so the pieces of one
source form a tree whose tips are its arrows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.layout.order import Layers

Point = tuple[float, float]  # along the layers, across them

GUIDE_GAP = 14.0  # across, between two edges that pass a column
GUIDE_BOX_GAP = 18.0  # across, between such an edge and a box
PORT_STEP = 22.0  # between arrowheads at one box
LEVEL = 0.5  # across: less than this is straight


@dataclass
class Pieces:
    """Curve pieces, and for each edge (source, target) the numbers of its pieces in order."""

    starts: list[Point] = field(default_factory=list)
    ends: list[Point] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    ways: list[list[int]] = field(default_factory=list)

    def add(self, start: Point, end: Point) -> int:
        self.starts.append(start)
        self.ends.append(end)
        return len(self.starts) - 1


@dataclass
class Placement:
    """Where the elements of the layers are: everything that the routes depend on."""

    along: list[float]  # centre of each element
    across: list[float]
    extent: list[tuple[float, float]]  # along and across, of each node
    column_start: list[float]
    column_end: list[float]


def route(layers: Layers, at: Placement, preds: Sequence[Sequence[int]]) -> Pieces:
    """The pieces of all edges."""
    pieces = Pieces()
    trunks: dict[int, list[int]] = {}  # of a guide, the pieces from its source to its far side
    leads: dict[int, list[int]] = {}  # of a node, the piece to the end of its column, if any
    for source, chain in enumerate(layers.chains):
        before, way = source, _lead_out(pieces, layers, at, source)
        leads[source] = way
        for guide in chain:
            column = layers.rank[guide]
            near = (at.column_start[column], at.across[guide])
            far = (at.column_end[column], at.across[guide])
            way = [*way, pieces.add(_exit(layers, at, before), near), pieces.add(near, far)]
            trunks[guide] = way
            before = guide
    for target, inputs in enumerate(preds):
        lasts = [_last_before(layers, source, target) for source in inputs]
        offsets = port_offsets([at.across[last] - at.across[target] for last in lasts])
        start = at.along[target] - at.extent[target][0] / 2
        most = max(0.0, at.extent[target][1] / 2 - 10.0)
        for source, last, offset in zip(inputs, lasts, offsets):
            port = at.across[target] + max(-most, min(most, offset))
            column_start = at.column_start[layers.rank[target]]
            way = [*(leads[source] if last == source else trunks[last])]
            way.append(pieces.add(_exit(layers, at, last), (column_start, port)))
            if start - column_start > LEVEL:
                way.append(pieces.add((column_start, port), (start, port)))
            pieces.edges.append((source, target))
            pieces.ways.append(way)
    return pieces


def _last_before(layers: Layers, source: int, target: int) -> int:
    """The element of the column before the target that the edge comes from."""
    steps = layers.rank[target] - layers.rank[source] - 1
    return layers.chains[source][steps - 1] if steps else source


def _lead_out(pieces: Pieces, layers: Layers, at: Placement, source: int) -> list[int]:
    """A level piece from a narrow box to the end of its column."""
    end = at.along[source] + at.extent[source][0] / 2
    column_end = at.column_end[layers.rank[source]]
    if not layers.down[source] or column_end - end <= LEVEL:
        return []
    return [pieces.add((end, at.across[source]), (column_end, at.across[source]))]


def _exit(layers: Layers, at: Placement, element: int) -> Point:
    """Where an edge leaves the column of an element."""
    return at.column_end[layers.rank[element]], at.across[element]


def port_offsets(slopes: Sequence[float]) -> list[float]:
    """Across, from the middle of the box, for edges that come from this far across.

    A level edge arrives in the middle, the others beside it on the side that they come from;
    without a level one all are spread about the middle, in order, so that none cross at the box.
    """
    order = sorted(range(len(slopes)), key=slopes.__getitem__)
    level = [i for i, edge in enumerate(order) if abs(slopes[edge]) < LEVEL]
    middle = float(level[0]) if level else (len(order) - 1) / 2
    offsets = [0.0] * len(slopes)
    for i, edge in enumerate(order):
        offsets[edge] = (i - middle) * PORT_STEP
    return offsets
