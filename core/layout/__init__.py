"""A layered layout of our own: a networkx DiGraph to positions and edge routes.

    from core.layout import layout

    first = layout(graph, (128, 80))                   # left to right, boxes all of one size
    first.center("L"), first.bounds                    # where a node is; (left, top, right, bottom)
    later = layout(edited, sizes, previous=first)      # moves as little as the edit allows

Nodes stand in columns, as late as their consumers allow; one longest path to the output is the
straight backbone, on top where that costs no crossing, and leaves stand beneath it; in a large
expression it runs through the middle and the rest hangs on both sides. A network of neurons, whose
nodes have their ops as the attribute "op", is a crossbar instead. Order of creation, which
is that of the DiGraph's nodes and of each node's incoming edges, decides where there is a choice.
Parts that are not connected are stacked. Of a large graph only what a small edit changes is laid
out anew. All in time about linear in nodes and edges, without Qt;
used by the graph view and by the node editor's Arrange, which passes its own sizes and gaps.

Source of the method: K. Sugiyama et al., Methods for visual understanding of hierarchical system
structures (1981), with the coordinates of U. Brandes and B. Köpf (2001) in one alignment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from core.layout import ranks
from core.layout.component import Former, Part, lay_out_part
from core.layout.drawing import Direction, Edge, Floats, Id, Layout, Size, bounds_of
from core.layout.neurons import find_neurons
from core.layout.patching import patched
from core.layout.ranks import connected_parts
from core.layout.rows import Rows

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Direction", "Layout", "layout"]

MOST_MOVED = 0.1  # share of the nodes; an edit that would move more is laid out steadily
FEW = 24  # nodes
LEAST_ROWS = 80  # nodes of a graph whose neurons, if it has them, are drawn as rows
GUARD = 4.0  # around parts that are put back where they were
PART_GAP = 1.5  # between parts that are not connected, in row gaps


def layout(
    graph: "nx.DiGraph",
    sizes: Size | Mapping[Any, Size],
    previous: Layout | None = None,
    direction: Direction = "LR",
    *,
    output: Id | None = None,
    rank_gap: float = 48.0,
    row_gap: float = 48.0,
) -> Layout:
    """Lay out a directed acyclic graph.

    sizes: width and height of each node, or of all. previous: a layout of a similar graph with
    ids in common; order and backbone start from it, and its nodes keep their places where they
    can unless direction or gaps differ. direction: "LR" left to right or "TB" top to bottom.
    output: where the backbone ends; by default the deepest node that nothing uses.
    rank_gap, row_gap: least room between columns
    and between boxes in a column. Raises ValueError for a graph with a cycle.
    """
    ids = tuple(graph.nodes)
    each = map(sizes.__getitem__, ids) if isinstance(sizes, Mapping) else repeat(sizes, len(ids))
    box = np.fromiter(chain.from_iterable(each), np.float64, 2 * len(ids)).reshape(-1, 2)
    edges = [(source, target) for source, near in graph.adjacency() for target in near]
    gaps = (rank_gap, row_gap)
    if previous is not None and (previous.direction, previous.gaps) == (direction, gaps):
        if _says_all(previous, ids, edges, box, output):
            return previous
        found = patched(previous, ids, edges, box, output)
        if found is not None:
            return found

    extent = (box if direction == "LR" else box[:, ::-1]).tolist()
    index = {id: row for row, id in enumerate(ids)}
    # Plain dicts; networkx's views of single nodes would take as long as all that follows.
    preds = [[index[s] for s in near] for _id, near in graph.reverse(copy=False).adjacency()]
    succs = [[index[t] for t in near] for _id, near in graph.adjacency()]
    end = index.get(output, -1)
    rows = _rows(graph, preds, succs, extent, gaps) if len(ids) >= LEAST_ROWS else None
    if rows is not None:
        return _assemble_rows(rows, ids, box, direction, gaps, output)

    def laid_out(former: Former) -> Layout:
        parts = [
            lay_out_part(nodes, preds, succs, extent, end, gaps, former)
            for nodes in connected_parts(preds, succs, end)
        ]
        if former.is_steady and previous is not None:
            _put_back(parts, previous, ids, direction, box)
        else:
            _stack(parts, row_gap * PART_GAP, rank_gap)
        return _assemble(ids, parts, box, direction, gaps, previous)

    former = _former(previous, ids, gaps, direction)
    if previous is None or not former.keeps_places:
        return laid_out(former)
    return _calm(previous, graph, former, laid_out)


def _rows(
    graph: "nx.DiGraph",
    preds: list[list[int]],
    succs: list[list[int]],
    extent: list[tuple[float, float]],
    gaps: tuple[float, float],
) -> Rows | None:
    """The rows of a network that stands in the graph scalar by scalar; None for other graphs."""
    ops = [op for _id, op in graph.nodes(data="op", default="")]
    if "mul" not in ops:
        return None
    neurons = find_neurons(ops, preds, succs, ranks.topological(preds, succs))
    if neurons is None:
        return None
    rows = Rows(extent, gaps)

    def lay_out_rest(ends: list[int], nodes: list[int]) -> list[Part]:
        number = {node: row for row, node in enumerate([*ends, *nodes])}
        none: list[list[int]] = [[] for _ in ends]
        own_preds = none + [[number[source] for source in preds[node]] for node in nodes]
        own_succs: list[list[int]] = [[] for _ in number]
        for target, sources in enumerate(own_preds):
            for source in sources:
                own_succs[source].append(target)
        sizes = [(0.0, 0.0)] * len(ends) + [extent[node] for node in nodes]
        return [
            lay_out_part(part, own_preds, own_succs, sizes, -1, gaps, Former())
            for part in connected_parts(own_preds, own_succs, -1)
        ]

    return rows if rows.place(neurons, preds, lay_out_rest) else None


def _calm(
    previous: Layout, graph: "nx.DiGraph", former: Former, laid_out: Callable[[Former], Layout]
) -> Layout:
    """The tidy layout where it moves little; else one in which what was there stays."""
    known, is_small = previous.index, len(graph) <= FEW
    is_appended = not any(s not in known and t in known for s, t in graph.edges)
    steady = None
    if is_appended and not is_small:
        steady = laid_out(replace(former, is_steady=True))
        if _moved(previous, steady)[1] and steady.crossings <= previous.crossings:
            return steady
    tidy = laid_out(former)
    moved, is_still = _moved(previous, tidy)
    if is_still if is_appended else moved < MOST_MOVED:
        return tidy
    steady = steady or laid_out(replace(former, is_steady=True))
    if is_small and steady.crossings > tidy.crossings:
        return tidy  # among so few the eye follows what moves, and a crossing is in the way
    steady_moved, is_steady_still = _moved(previous, steady)
    return steady if is_steady_still or steady_moved < moved else tidy


def _moved(previous: Layout, now: Layout) -> tuple[float, bool]:
    """The share of the nodes more than half a spacing from where they were; and if none moved."""
    kept = [(row, previous.index[id]) for row, id in enumerate(now.ids) if id in previous.index]
    if not kept:
        return 0.0, True
    rows, then = np.array(kept).T
    gaps = now.gaps if now.direction == "LR" else now.gaps[::-1]
    half = (np.median(now.sizes, axis=0) + gaps) / 2 + 2.0
    moves = np.abs(now.centers[rows] - previous.centers[then])
    return float((moves > half).any(axis=1).mean()), bool((moves < 1.0).all())


def _says_all(
    previous: Layout, ids: tuple[Any, ...], edges: Sequence[Edge], box: Floats, output: Id | None
) -> bool:
    """True if a layout is one of just this graph, as after an edit of numbers or labels."""
    return (
        previous.backbone[-1:] == (output,)
        and previous.ids == ids
        and np.array_equal(previous.sizes, box)
        and len(previous.edges) == len(edges)
        and previous.edge_rows.keys() >= set(edges)
    )


def _former(
    previous: Layout | None, ids: Sequence[Any], gaps: tuple[float, float], direction: Direction
) -> Former:
    if previous is None:
        return Former()
    index = {id: row for row, id in enumerate(ids)}
    places = {
        (index[id], step): place
        for (id, step), place in previous.places.items()
        if id in index
    }  # fmt: skip
    columns = {
        index[id]: column for id, column in previous.columns.items() if id in index
    }  # fmt: skip
    keeps_places = (previous.gaps, previous.direction) == (gaps, direction)
    return Former(places, columns, previous.crossings, keeps_places)


def _stack(parts: Sequence[Part], gap: float, rank_gap: float) -> None:
    """Put the parts beneath each other; single nodes side by side in rows under them."""
    single = [part for part in parts if len(part.nodes) == 1]
    joined = [part for part in parts if len(part.nodes) > 1]
    across = 0.0
    for part in joined:
        part.shift(0.0, across)
        across += part.size[1] + gap
    widest = max([part.size[0] for part in single], default=0.0)
    a_row = max(1.0, (len(single) ** 0.5) * 1.5) * (widest + rank_gap)
    room = max([part.size[0] for part in joined] + [a_row])
    along = row_size = 0.0
    for part in single:
        if along and along + part.size[0] > room:
            across += row_size + gap
            along = row_size = 0.0
        part.shift(along, across)
        along += part.size[0] + rank_gap
        row_size = max(row_size, part.size[1])


def _put_back(
    parts: Sequence[Part], previous: Layout, ids: Sequence[Any], direction: Direction, box: Floats
) -> None:
    """Put each part where it was, the largest first; beneath all where it would overlap one.

    So what has grown stays, and what it reaches into gives way.
    """
    axis = 0 if direction == "LR" else 1
    low, high = np.zeros((0, 2)), np.zeros((0, 2))  # corners of the parts that have their places
    for part in sorted(parts, key=lambda part: -len(part.nodes)):
        half = box[part.nodes][:, [axis, 1 - axis]] / 2 + GUARD
        middles = np.array([part.along, part.across]).T
        kept = [row for row, node in enumerate(part.nodes) if ids[node] in previous.index]
        if kept:
            then = [previous.index[ids[part.nodes[row]]] for row in kept]
            moves = previous.centers[then][:, [axis, 1 - axis]] - middles[kept]
            along = float(moves[:, 0].min() + moves[:, 0].max()) / 2
            shift = np.array([along, _commonest(moves[:, 1])])
        else:
            shift = np.zeros(2)
        corner, end = (middles - half).min(axis=0) + shift, (middles + half).max(axis=0) + shift
        meets = ((low < end) & (high > corner)).all(axis=1)
        if meets.any() or (not kept and len(low)):
            down = high[:, 1].max() + PART_GAP * previous.gaps[1] - corner[1]
            shift[1] += down
            corner[1], end[1] = corner[1] + down, end[1] + down
        part.shift(*shift.tolist())
        low, high = np.vstack([low, corner]), np.vstack([high, end])


def _assemble(
    ids: tuple[Any, ...],
    parts: Sequence[Part],
    box: Floats,
    direction: Direction,
    gaps: tuple[float, float],
    previous: Layout | None,
) -> Layout:
    centers = np.zeros((len(ids), 2))
    starts: list[tuple[float, float]] = []
    ends: list[tuple[float, float]] = []
    edges: list[tuple[Any, Any]] = []
    members: list[tuple[int, int]] = []
    for part in parts:
        centers[part.nodes, 0] = part.along
        centers[part.nodes, 1] = part.across
        for (source, target), way in zip(part.pieces.edges, part.pieces.ways):
            members.extend([(len(edges), len(starts) + piece) for piece in way])
            edges.append((ids[source], ids[target]))
        starts.extend(part.pieces.starts)
        ends.extend(part.pieces.ends)
    points = [centers, np.array(starts).reshape(-1, 2), np.array(ends).reshape(-1, 2)]
    if direction == "TB":
        points = [np.ascontiguousarray(array[:, ::-1]) for array in points]
    shift = _shift_to(previous, ids, points[0], box, gaps[0], direction)
    points = [array + shift for array in points]
    across = shift[1] if direction == "LR" else shift[0]
    places = {
        (ids[node], step): place + across
        for part in parts
        for (node, step), place in part.places.items()
    }
    columns = {
        ids[node]: column
        for part in parts
        for node, column in zip(part.nodes, part.columns)
    }  # fmt: skip
    return Layout(
        ids, points[0], box, tuple(edges), points[1], points[2],
        np.array(members, dtype=np.intp).reshape(-1, 2), bounds_of(points, box), direction,
        tuple(ids[node] for node in parts[0].backbone) if parts else (),
        sum([part.crossings for part in parts]), gaps, places,
        columns, {ids[node]: number for number, part in enumerate(parts) for node in part.nodes},
    )  # fmt: skip


def _assemble_rows(
    rows: Rows,
    ids: tuple[Any, ...],
    box: Floats,
    direction: Direction,
    gaps: tuple[float, float],
    output: Id | None,
) -> Layout:
    """The Layout of a network that has been placed in rows; it begins at 0 in any case."""
    wires = rows.wires
    points = [np.array(each).reshape(-1, 2) for each in (rows.middles, wires.starts, wires.ends)]
    across = dict(zip(zip(ids, repeat(0)), points[0][:, 1].tolist()))
    if direction == "TB":
        points = [np.ascontiguousarray(array[:, ::-1]) for array in points]
    counts = np.array([len(way) for way in wires.ways])
    members = np.empty((counts.sum(), 2), dtype=np.intp)
    members[:, 0] = np.repeat(np.arange(len(counts)), counts)
    members[:, 1] = np.fromiter(chain.from_iterable(wires.ways), np.intp, len(members))
    edges = tuple([(ids[source], ids[target]) for source, target in wires.edges])
    return Layout(
        ids, points[0], box, edges, points[1], points[2], members, bounds_of(points, box),
        direction, () if output is None else (output,), -1, gaps, across,
        dict(zip(ids, rows.columns)), dict.fromkeys(ids, 0),
    )  # fmt: skip


def _shift_to(
    previous: Layout | None,
    ids: Sequence[Any],
    centers: Floats,
    box: Floats,
    rank_gap: float,
    direction: Direction,
) -> Floats:
    """The shift that keeps most nodes of the previous layout where they were.

    Where an edit opens a gap that parts the picture in two, both halves give way by half of it
    instead of one by all of it.
    """
    nowhere = np.zeros(2)
    if previous is None or previous.direction != direction:
        return nowhere
    kept = [(row, previous.index[id]) for row, id in enumerate(ids) if id in previous.index]
    if not kept:
        return nowhere
    now, then = np.array(kept).T
    moves = previous.centers[then] - centers[now]
    shift = np.array([_commonest(moves[:, 0]), _commonest(moves[:, 1])])
    axis = 0 if direction == "LR" else 1
    along = moves[:, axis]
    half_step = (np.median(box[:, axis]) + rank_gap) / 2 + 1.0
    apart = (along.min() + along.max()) / 2
    few = 0.1 * len(along)
    if (
        np.count_nonzero(np.abs(along - shift[axis]) > half_step) > few
        and np.count_nonzero(np.abs(along - apart) > half_step) < few
    ):
        shift[axis] = apart
    return shift


def _commonest(moves: Floats) -> float:
    """The move that most nodes share; the smallest of those that are equally common."""
    rounded = np.round(moves, 1)
    values, counts = np.unique(rounded, return_counts=True)
    often = values[counts == counts.max()]
    chosen = often[np.argmin(np.abs(often))]
    return float(moves[np.argmax(rounded == chosen)])
