"""Places across the columns: straight chains, packed, then drawn towards their neighbours.

After Brandes and Köpf, Fast and simple horizontal coordinate assignment (2001), in one alignment
instead of the mean of four: elements that should be level are joined into chains, the backbone
first, and no chain crosses another, so that all of them can be straight at once.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain as joined
from itertools import pairwise

from core.layout.order import Layers

ROUNDS = 2  # of drawing the chains down to their neighbours
LOOSE, LOOSE_BY = 1.3, 200.0  # of the least height: a picture with more holes is packed anew


def straight_chains(
    layers: Layers, backbone: Sequence[int], chief: Sequence[int]
) -> tuple[list[int], list[list[int]]]:
    """The chain that each element belongs to, and the elements of each chain, first column first.

    `chief` is each node's chief input, or -1.
    """
    next_of: dict[int, int] = {}
    previous_of: dict[int, int] = {}
    accepted: list[list[tuple[int, int]]] = [[] for _ in layers.columns]
    for u, v in _alignments(layers, set(backbone), chief):
        if u in next_of or v in previous_of:
            continue
        ends = (layers.place[u], layers.place[v])
        if _is_clear(accepted[layers.rank[u]], ends):
            insort(accepted[layers.rank[u]], ends)
            next_of[u], previous_of[v] = v, u
    chain_of = [-1] * len(layers.rank)
    chains: list[list[int]] = []
    for column in layers.columns:
        for element in column:
            if element not in previous_of:
                chain = [element]
                while chain[-1] in next_of:
                    chain.append(next_of[chain[-1]])
                for member in chain:
                    chain_of[member] = len(chains)
                chains.append(chain)
    return chain_of, chains


def _alignments(layers: Layers, spine: Set[int], chief: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The edges between neighbouring columns, those that should be straight most of all first."""
    kinds: list[list[tuple[int, int]]] = [[], [], [], []]
    for v, inputs in enumerate(layers.up):
        for u in inputs:
            if u in spine and v in spine:
                kind = 0
            elif u >= layers.node_count and v >= layers.node_count:
                kind = 1  # a long edge on its way
            else:
                kind = 2 if v < layers.node_count and chief[v] == u else 3
            kinds[kind].append((u, v))
    return joined.from_iterable(kinds)


def _is_clear(accepted: Sequence[tuple[int, int]], ends: tuple[int, int]) -> bool:
    """True where a straight edge crosses none of the accepted ones, which are in order."""
    at = bisect_left(accepted, ends)
    is_below = at == 0 or accepted[at - 1][1] < ends[1]
    return is_below and (at == len(accepted) or accepted[at][1] > ends[1])


def place_chains(
    layers: Layers,
    chain_of: Sequence[int],
    chains: Sequence[Sequence[int]],
    distance: Callable[[int, int], float],
    end: int,
    former: Mapping[int, float],
) -> list[float]:
    """The place across of each element, centre to centre; the chain of `end` is the backbone.

    distance(u, v) is the least one between neighbours in a column. former: places to keep where
    they leave room enough.
    """
    fixed = chain_of[end]
    above: list[list[tuple[int, float]]] = [[] for _ in chains]
    below: list[list[tuple[int, float]]] = [[] for _ in chains]
    for column in layers.columns:
        for u, v in pairwise(column):
            least = distance(u, v)
            above[chain_of[v]].append((chain_of[u], least))
            below[chain_of[u]].append((chain_of[v], least))
    order = _from_top(above, below)
    near = _neighbours(layers, chain_of, chains)
    over = _all_above(fixed, above)
    stack = _Stack(order, above, below, over, fixed)
    place = stack.packed([None] * len(chains))
    stack.draw_near(place, near, frozenset())
    if former:
        backbone = [former[member] for member in reversed(chains[fixed]) if member in former]
        wanted = _former_places(chains, former, backbone[0] if backbone else 0.0)
        kept = stack.packed(wanted)
        settled = {chain for chain, place_then in enumerate(wanted) if place_then is not None}
        stack.draw_near(kept, near, settled)
        if max(kept) - min(kept) <= LOOSE * (max(place) - min(place)) + LOOSE_BY:
            place = kept
    return [place[chain] for chain in chain_of]


def _former_places(
    chains: Sequence[Sequence[int]], former: Mapping[int, float], origin: float
) -> list[float | None]:
    """Where each chain was, from `origin` on; None for a new one."""
    places = [
        min([former[member] for member in chain if member in former], default=None)
        for chain in chains
    ]
    return [None if place is None else place - origin for place in places]


def _all_above(fixed: int, above: Sequence[Sequence[tuple[int, float]]]) -> set[int]:
    """The chains that stand above the backbone, straight or by way of others."""
    over: set[int] = set()
    stack = [fixed]
    while stack:
        for other, _gap in above[stack.pop()]:
            if other not in over:
                over.add(other)
                stack.append(other)
    return over


def _from_top(
    above: Sequence[Sequence[tuple[int, float]]], below: Sequence[Sequence[tuple[int, float]]]
) -> list[int]:
    """The chains, each after all that are above it in some column."""
    missing = [len(others) for others in above]
    order = [chain for chain, count in enumerate(missing) if not count]
    for chain in order:
        for other, _least in below[chain]:
            missing[other] -= 1
            if not missing[other]:
                order.append(other)
    return order


def _neighbours(
    layers: Layers, chain_of: Sequence[int], chains: Sequence[Sequence[int]]
) -> list[list[int]]:
    """The chains that each chain's edges lead to, one entry for each edge."""
    near: list[list[int]] = [[] for _ in chains]
    for v, inputs in enumerate(layers.up):
        for u in inputs:
            if chain_of[u] != chain_of[v]:
                near[chain_of[v]].append(chain_of[u])
                near[chain_of[u]].append(chain_of[v])
    return near


@dataclass
class _Stack:
    """Chains on both sides of the backbone, which is at 0; `over` those above it."""

    order: Sequence[int]  # each after all that are above it
    above: Sequence[Sequence[tuple[int, float]]]  # neighbours and least distances
    below: Sequence[Sequence[tuple[int, float]]]
    over: Set[int]
    fixed: int

    def packed(self, wanted: Sequence[float | None]) -> list[float]:
        """Each chain as near to the backbone as the others and its wanted place allow."""
        place = [0.0] * len(self.order)
        for chain in reversed(self.order):
            if chain in self.over:
                limits = [
                    place[other] - gap
                    for other, gap in self.below[chain]
                    if other in self.over or other == self.fixed
                ]
                own = wanted[chain]
                place[chain] = min(limits if own is None else [*limits, own])
        for chain in self.order:
            if chain not in self.over and chain != self.fixed:
                limits = [place[other] + gap for other, gap in self.above[chain]]
                own = wanted[chain]
                limits = limits if own is None else [*limits, own]
                place[chain] = max(limits, default=0.0)
        return place

    def draw_near(
        self, place: list[float], near: Sequence[Sequence[int]], settled: Set[int]
    ) -> None:
        """Move chains that are nearer to the backbone than their neighbours out to them.

        The outermost first. Each round looks at where the neighbours were before it, so that
        what comes out depends on the order in the columns alone and a small edit stays small.
        """
        for _ in range(ROUNDS):
            before = list(place)
            for chain in reversed(self.order):
                if chain in settled or chain in self.over or not near[chain]:
                    continue
                middle = sorted([before[other] for other in near[chain]])[
                    (len(near[chain]) - 1) // 2
                ]
                if middle > place[chain] and chain != self.fixed:
                    room = [place[other] - gap for other, gap in self.below[chain]]
                    place[chain] = max(place[chain], min([*room, middle]))
            for chain in self.order:
                if chain not in self.over or chain in settled or not near[chain]:
                    continue
                middle = sorted([before[other] for other in near[chain]])[len(near[chain]) // 2]
                if middle < place[chain]:
                    room = [place[other] + gap for other, gap in self.above[chain]]
                    place[chain] = min(place[chain], max([*room, middle]))
