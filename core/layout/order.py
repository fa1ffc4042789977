"""The order within each column: few crossings, starting from the order of creation."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from core.layout.ranks import Links

SWEEPS = 10  # of barycenters, back and forth by turns, at most
PATIENCE = 3  # sweeps without fewer crossings, then it is enough
WORK = 6_000  # elements looked at in all sweeps; keeps a graph of hundreds quick
LIGHT = 2  # elements; as few as these hang beneath the backbone, whatever its sides weigh
LARGE = 1_000  # elements; exchanges go once through a larger graph


@dataclass
class Layers:
    """Nodes and, on the way of each edge that spans several columns, a guide in each of them.

    Elements are numbers: the nodes first, then the guides. All long edges of one source share
    its chain of guides, which is drawn as a bus.
    """

    rank: list[int]
    up: list[list[int]]  # neighbours in the column before
    down: list[list[int]]  # neighbours in the column after
    chains: list[list[int]]  # of each node, its guides, the nearest first
    node_count: int
    columns: list[list[int]] = field(default_factory=list)
    place: list[int] = field(default_factory=list)  # of each element within its column

    def set_columns(self, columns: list[list[int]]) -> None:
        self.columns = columns
        self.place = [0] * len(self.rank)
        for column in columns:
            self._number(column)

    def _number(self, column: list[int]) -> None:
        for place, element in enumerate(column):
            self.place[element] = place

    def crossings(self) -> int:
        """Pairs of edges that cross between their two columns."""
        return sum([self._crossings_after(column) for column in self.columns[:-1]])

    def _crossings_after(self, column: list[int]) -> int:
        place, total = self.place, 0
        ends: list[int] = []
        for element in column:
            targets = [place[below] for below in self.down[element]]
            for end in targets:
                total += len(ends) - bisect_right(ends, end)
            for end in targets:
                insort(ends, end)
        return total

    def sweep(self, *, downward: bool, pinned: Set[int]) -> None:
        """Sort each column by the mean place of its neighbours in the column before it."""
        links = self.up if downward else self.down
        place = self.place
        for column in self.columns[1:] if downward else self.columns[-2::-1]:
            keys = []
            for element in column:
                near = links[element]
                if element in pinned:
                    keys.append(-1.0)
                elif near:
                    keys.append(sum([place[other] for other in near]) / len(near))
                else:
                    keys.append(float(place[element]))
            order = sorted(range(len(column)), key=keys.__getitem__)
            column[:] = [column[i] for i in order]
            self._number(column)

    def transpose(self, pinned: Set[int], rounds: int) -> None:
        """Exchange neighbours within a column wherever that saves crossings."""
        place = self.place
        for _ in range(rounds):
            is_better = False
            for column in self.columns:
                for i in range(len(column) - 1):
                    u, v = column[i], column[i + 1]
                    if u in pinned or v in pinned:
                        continue
                    if self._saved_by_exchange(u, v) > 0:
                        column[i], column[i + 1] = v, u
                        place[u], place[v] = i + 1, i
                        is_better = True
            if not is_better:
                return

    def _saved_by_exchange(self, u: int, v: int) -> int:
        place, saved = self.place, 0
        for links in (self.up, self.down):
            above, below = links[u], links[v]
            if above and below:
                ends = [place[other] for other in below]
                for other in above:
                    end = place[other]
                    for start in ends:
                        saved += (end > start) - (end < start)
        return saved


def build_layers(preds: Links, succs: Links, rank: Sequence[int], chief: Sequence[int]) -> Layers:
    """The layers with their guides, not in order yet; each node's chief input comes first."""
    ranks = list(rank)
    count = len(ranks)
    up: list[list[int]] = [[] for _ in ranks]
    down: list[list[int]] = [[] for _ in ranks]
    chains: list[list[int]] = []
    for node in range(count):
        chain = [node]
        far = max([rank[consumer] for consumer in succs[node]], default=rank[node])
        for guide_rank in range(rank[node] + 1, far):
            guide = len(ranks)
            ranks.append(guide_rank)
            up.append([chain[-1]])
            down.append([])
            down[chain[-1]].append(guide)
            chain.append(guide)
        for consumer in succs[node]:
            down[chain[rank[consumer] - rank[node] - 1]].append(consumer)
        chains.append(chain[1:])
    for node in range(count):
        others = [source for source in preds[node] if source != chief[node]]
        for source in [chief[node], *others] if preds[node] else ():
            steps = rank[node] - rank[source] - 1
            up[node].append(chains[source][steps - 1] if steps else source)
    return Layers(ranks, up, down, chains, count)


def depth_first_columns(layers: Layers, roots: Sequence[int]) -> list[list[int]]:
    """Each element where a walk from the roots back through the inputs first meets it.

    This draws every tree without a crossing, inputs in their order, each chief input on top.
    """
    columns: list[list[int]] = [[] for _ in range(max(layers.rank) + 1)]
    seen = bytearray(len(layers.rank))
    for root in roots:
        for element in _met(layers, root, seen):
            columns[layers.rank[element]].append(element)
    return columns


def two_sided_columns(
    layers: Layers, roots: Sequence[int], spine: Sequence[int]
) -> list[list[int]]:
    """The same with the backbone in the middle: what feeds it hangs on the lighter side.

    A large expression becomes half as high. Single leaves stay beneath. `spine` is the
    backbone's elements, from the output back to its leaf.
    """
    sides: list[list[list[int]]] = [[[] for _ in range(max(layers.rank) + 1)] for _ in range(2)]
    weights = [0, 0]
    seen = bytearray(len(layers.rank))
    for element in spine:
        seen[element] = 1
    for element in sorted(spine, key=layers.rank.__getitem__):
        for source in layers.up[element]:
            met = _met(layers, source, seen)
            side = 0 if len(met) > LIGHT and weights[0] < weights[1] else 1
            weights[side] += len(met)
            for met_element in met:
                sides[side][layers.rank[met_element]].append(met_element)
    for root in roots:
        for met_element in _met(layers, root, seen):
            sides[1][layers.rank[met_element]].append(met_element)
    by_rank = {layers.rank[element]: [element] for element in spine}
    return [
        above[::-1] + by_rank.get(rank, []) + below
        for rank, (above, below) in enumerate(zip(*sides))
    ]


def _met(layers: Layers, root: int, seen: bytearray) -> list[int]:
    """What is met for the first time on the way back from `root`, in order."""
    met = []
    stack = [root]
    while stack:
        element = stack.pop()
        if not seen[element]:
            seen[element] = 1
            met.append(element)
            stack.extend(reversed(layers.up[element]))
    return met


def reduce_crossings(layers: Layers, pinned: Set[int]) -> int:
    """Order the columns anew, from the order they are in; returns the crossings that remain.

    `pinned` elements (the backbone) stay on top of their columns.
    """
    best = layers.crossings()
    best_columns = [list(column) for column in layers.columns]
    size = max(1, len(layers.rank))
    failures = 0
    for sweep in range(min(SWEEPS, max(2, WORK // size))):
        if not best or failures == PATIENCE:
            break
        layers.sweep(downward=sweep % 2 == 1, pinned=pinned)
        crossings = layers.crossings()
        failures = 0 if crossings < best else failures + 1
        if crossings < best:
            best, best_columns = crossings, [list(column) for column in layers.columns]
    layers.set_columns(best_columns)
    if best:
        layers.transpose(pinned, rounds=4 if size < LARGE else 1)
        best = layers.crossings()
    return best


def restored_columns(
    layers: Layers, columns: list[list[int]], former: Mapping[int, float]
) -> list[list[int]]:
    """The columns in the order that their elements had before (`former`: place across).

    A new element goes where its neighbours are; without any, it stays behind the one before it.
    """
    places = dict(former)
    for links in (layers.down, layers.up):
        for column in columns if links is layers.up else reversed(columns):
            for element in column:
                near = [places[other] for other in links[element] if other in places]
                if element not in places and near:
                    places[element] = sum(near) / len(near)
    result = []
    for column in columns:
        keys: list[float] = []
        for element in column:
            last = keys[-1] if keys else float("-inf")
            keys.append(places.get(element, last))
        order = sorted(range(len(column)), key=keys.__getitem__)
        result.append([column[i] for i in order])
    return result
