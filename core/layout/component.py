"""One connected part of a graph, laid out by itself: ranks, order, coordinates, routes."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from core.layout import coordinates, order, ranks, routes
from core.layout.order import Layers
from core.layout.ranks import Links
from core.layout.routes import GUIDE_BOX_GAP, GUIDE_GAP, Pieces, Placement
from core.layout.steady import Distance, steady_places, steady_ranks

SLOPE_ROOM = 0.1  # of the steepest edge's height, as room between two columns
TWO_SIDED = 48  # nodes; in a larger part the backbone runs through the middle
MOST_ROOM = 4.0  # in least gaps between columns


@dataclass
class Former:
    """What is kept of a previous layout, by the new graph's node numbers."""

    places: Mapping[tuple[int, int], float] = field(default_factory=dict)
    columns: Mapping[int, int] = field(default_factory=dict)
    crossings: int = 0
    keeps_places: bool = True  # else only the order in the columns holds
    is_steady: bool = False  # what was there stays, even where that is less tidy


@dataclass
class Part:
    """A part's places, from 0 in both directions; lists go with `nodes`."""

    nodes: list[int]
    along: list[float]
    across: list[float]
    pieces: Pieces  # edges by node numbers of the whole graph
    size: tuple[float, float]  # along, across
    backbone: list[int]
    crossings: int
    places: dict[tuple[int, int], float]  # across, of (node, 0) and of its guides 1, 2 ...
    columns: list[int]

    def shift(self, along: float, across: float) -> None:
        """Move the whole part."""
        self.along = [value + along for value in self.along]
        self.across = [value + across for value in self.across]
        for points in (self.pieces.starts, self.pieces.ends):
            points[:] = [(a + along, b + across) for a, b in points]
        self.places = {key: value + across for key, value in self.places.items()}


def lay_out_part(
    nodes: list[int],
    all_preds: Links,
    all_succs: Links,
    extent: Sequence[tuple[float, float]],
    output: int,
    gaps: tuple[float, float],
    former: Former,
) -> Part:
    """Lay out the nodes of one connected part. extent: along and across, of every node."""
    number = {node: i for i, node in enumerate(nodes)}
    preds = [[number[source] for source in all_preds[node]] for node in nodes]
    succs = [[number[target] for target in all_succs[node]] for node in nodes]
    own_extent = [extent[node] for node in nodes]
    topological = ranks.topological(preds, succs)
    depth = ranks.depths(preds, topological)
    end = number[output] if output in number else _deepest_sink(succs, depth)
    former_nodes = {
        i: former.places[node, 0] for i, node in enumerate(nodes) if (node, 0) in former.places
    }
    chief = ranks.chief_inputs(preds, depth, former_nodes)
    spine = ranks.backbone(chief, end)

    def distance(u: int, v: int) -> float:
        count = layers.node_count
        if u < count and v < count:
            return (own_extent[u][1] + own_extent[v][1]) / 2 + gaps[1]
        half = own_extent[u][1] / 2 if u < count else own_extent[v][1] / 2 if v < count else 0.0
        return half + (GUIDE_BOX_GAP if half else GUIDE_GAP)

    columns = {i: former.columns[node] for node, i in number.items() if node in former.columns}
    new: Set[int] = frozenset()  # elements that take no more room along than needed
    kept = None
    if former.is_steady and columns:
        kept = steady_ranks(preds, succs, topological, columns)
    if kept is not None:
        layers = order.build_layers(preds, succs, kept[0], chief)
        places = _kept_places(former, nodes, columns, layers, kept[1])
        across, crossings = steady_places(layers, places, distance), layers.crossings()
        new = set(range(len(layers.rank))) - places.keys()
    else:
        rank = ranks.latest_ranks(preds, succs, topological, end)
        layers = order.build_layers(preds, succs, rank, chief)
        sinks = [node for node in range(len(nodes)) if not succs[node] and node != end]
        straight = _with_guides(spine, rank, layers)
        across, crossings = _tidy_places(
            layers, [end, *sinks], straight, chief, distance, _own(former, number, layers), former
        )
    at = _placement(layers, own_extent, across, gaps[0], new)
    pieces = routes.route(layers, at, preds)
    pieces.edges = [(nodes[source], nodes[target]) for source, target in pieces.edges]
    return _part(nodes, layers, at, pieces, [nodes[i] for i in reversed(spine)], crossings)


def _tidy_places(
    layers: Layers,
    roots: Sequence[int],
    straight: Sequence[int],
    chief: Sequence[int],
    distance: Distance,
    places: Mapping[int, float],
    former: Former,
) -> tuple[list[float], int]:
    """Each element's place across, after few crossings and straight chains; and the crossings."""
    crossings, is_kept = _order_columns(layers, roots, straight, places, former.crossings)
    chain_of, chains = coordinates.straight_chains(layers, straight, chief)
    across = coordinates.place_chains(
        layers, chain_of, chains, distance, roots[0],
        places if is_kept and former.keeps_places else {},
    )  # fmt: skip
    return across, crossings


def _kept_places(
    former: Former,
    nodes: Sequence[int],
    columns: Mapping[int, int],
    layers: Layers,
    origins: Sequence[int | None],
) -> dict[int, float]:
    """The former place of each element that was there in the same former column."""
    found: dict[int, float] = {}
    for i, column in columns.items():
        found[i] = former.places[nodes[i], 0]
        for guide in layers.chains[i]:
            origin = origins[layers.rank[guide]]
            place = None if origin is None else former.places.get((nodes[i], origin - column))
            if place is not None:
                found[guide] = place
    return found


def _with_guides(spine: Sequence[int], rank: Sequence[int], layers: Layers) -> list[int]:
    """The backbone's elements: its nodes and the guides between those that are far apart."""
    elements = list(spine)
    for target, source in pairwise(spine):
        elements.extend(layers.chains[source][: rank[target] - rank[source] - 1])
    return elements


def _deepest_sink(succs: Links, depth: Sequence[int]) -> int:
    sinks = [node for node in range(len(succs)) if not succs[node]]
    return max(sinks, key=lambda node: (depth[node], node))


def _own(former: Former, number: Mapping[int, int], layers: Layers) -> dict[int, float]:
    """The former places of this part's elements."""
    places: dict[int, float] = {}
    for node, i in number.items():  # not all former places: there may be hundreds of parts
        for step, element in enumerate((i, *layers.chains[i])):
            place = former.places.get((node, step))
            if place is not None:
                places[element] = place
    return places


def _order_columns(
    layers: Layers,
    roots: Sequence[int],
    spine: Sequence[int],
    former: Mapping[int, float],
    former_crossings: int,
) -> tuple[int, bool]:
    """Choose the order in all columns; returns the crossings, and whether it is the former order.

    Keeping the picture is worth a few crossings, many it is not.
    """
    walked, is_pinned = _start(layers, roots, spine)
    kept: tuple[int, list[list[int]]] | None = None
    if former:
        layers.set_columns(order.restored_columns(layers, walked, former))
        layers.transpose(frozenset(), rounds=4)
        kept = layers.crossings(), layers.columns
        if kept[0] <= former_crossings + former_crossings // 10:
            return kept[0], True
    layers.set_columns([list(column) for column in walked])
    best = order.reduce_crossings(layers, frozenset(spine) if is_pinned else frozenset())
    if best and is_pinned:  # the backbone need not be on top where that costs crossings
        pinned = layers.columns
        layers.set_columns([list(column) for column in pinned])
        free = order.reduce_crossings(layers, frozenset())
        if free < best:
            best = free
        else:
            layers.set_columns(pinned)
    if kept is not None and best and kept[0] <= best + max(2, best // 4):
        layers.set_columns(kept[1])
        return kept[0], True
    return best, False


def _start(
    layers: Layers, roots: Sequence[int], spine: Sequence[int]
) -> tuple[list[list[int]], bool]:
    """The order to begin with, and whether its backbone is on top rather than in the middle."""
    on_top = order.depth_first_columns(layers, roots)
    if layers.node_count <= TWO_SIDED:
        return on_top, True
    layers.set_columns(on_top)
    crossings = layers.crossings()
    middle = order.two_sided_columns(layers, roots, spine)
    layers.set_columns(middle)
    return (middle, False) if layers.crossings() <= crossings else (on_top, True)


def _placement(
    layers: Layers,
    extent: Sequence[tuple[float, float]],
    across: list[float],
    rank_gap: float,
    flat: Set[int],
) -> Placement:
    """Columns one after the other, farther apart where edges between them are steep.

    flat: elements whose edges don't count for that, so that what was there keeps its place.
    """
    count = layers.node_count
    widths = [
        max([extent[element][0] for element in column if element < count], default=0.0)
        for column in layers.columns
    ]
    starts, ends, start = [], [], 0.0
    for column, width in zip(layers.columns, widths):
        starts.append(start)
        ends.append(start + width)
        heights = [
            abs(across[low] - across[high])
            for high in column
            for low in layers.down[high]
            if not (high in flat or low in flat)
        ]
        steepest = max(heights, default=0.0)
        start += width + min(max(rank_gap, SLOPE_ROOM * steepest), MOST_ROOM * rank_gap)
    along = [(starts[rank] + ends[rank]) / 2 for rank in layers.rank]
    return Placement(along, across, list(extent), starts, ends)


def _part(
    nodes: list[int],
    layers: Layers,
    at: Placement,
    pieces: Pieces,
    backbone: list[int],
    crossings: int,
) -> Part:
    count = layers.node_count
    reaches = [at.extent[i][1] / 2 if i < count else 0.0 for i in range(len(layers.rank))]
    top = min([place - reach for place, reach in zip(at.across, reaches)])
    bottom = max([place + reach for place, reach in zip(at.across, reaches)])
    places = {}
    for i, node in enumerate(nodes):
        places[node, 0] = at.across[i]
        for step, guide in enumerate(layers.chains[i], start=1):
            places[node, step] = at.across[guide]
    part = Part(
        nodes, at.along[:count], at.across[:count], pieces,
        (at.column_end[-1], bottom - top), backbone, crossings, places, layers.rank[:count],
    )  # fmt: skip
    part.shift(0.0, -top)
    return part
