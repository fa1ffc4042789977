"""The places of a network that is drawn scalar by scalar: a crossbar of all its nodes.

A neuron is two rows of boxes: its weights and products, and beneath them its sums, which end in
its output. The neurons of a layer stand beneath each other, so that what belongs to one input
stands in columns; the input comes down between them as a bus, with a tap for each neuron. All
lengths are along the layers and across them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.layout.component import Part
from core.layout.neurons import NONE, Neuron, Neurons
from core.layout.ranks import Links

Point = tuple[float, float]  # along, across
LayOut = Callable[[list[int], list[int]], list[Part]]

LANE_GAP = 14.0  # between two wires side by side
LANE_ROOM = 24.0  # across, from the lowest lane to the first row
BUS_ROOM = 0.6  # of the gap between two columns, from a bus to the products that it feeds
PORT_STEP = 22.0  # across, from the middle of a box to where its second input arrives
MOST_ROW_GAP = 40.0  # across; a network has so many rows that more would be lost
PORT_ROOM = 10.0  # across, that stays free at a box's corner


@dataclass
class Wires:
    """Curve pieces, and for each edge (source, target) the numbers of its pieces in order."""

    starts: list[Point] = field(default_factory=list)
    ends: list[Point] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    ways: list[list[int]] = field(default_factory=list)

    def piece(self, start: Point, end: Point) -> int:
        self.starts.append(start)
        self.ends.append(end)
        return len(self.starts) - 1

    def edge(self, source: int, target: int, way: list[int]) -> None:
        self.edges.append((source, target))
        self.ways.append(way)


@dataclass
class _Columns:
    """Where the terms and sums of a layer stand. By slot, which is one of a neuron's terms.

    weight: NONE for a bias; term: the product or the bias; total: the sum that adds it.
    """

    weight: list[int]
    term: list[int]
    total: list[int]
    count: int


class Rows:
    """Places layer after layer. extent: along and across, of every node.

    middles: of each node that has been placed. columns: of the same. end: along, where the last
    block ends.
    """

    def __init__(self, extent: Sequence[tuple[float, float]], gaps: tuple[float, float]) -> None:
        self.extent = extent
        self.rank_gap, self.row_gap = gaps[0], min(gaps[1], MOST_ROW_GAP)
        self.middles: list[Point] = [(0.0, 0.0)] * len(extent)
        self.columns = [0] * len(extent)
        self.wires = Wires()
        self.end = 0.0
        self.n_columns = 0
        self._leads: dict[int, tuple[Point, list[int]]] = {}  # how far a source's wire has come

    def put(self, node: int, along: float, across: float, column: int) -> None:
        """Place a node by its middle."""
        self.middles[node] = along, across
        self.columns[node] = column

    def exit(self, node: int) -> Point:
        """Where an edge leaves a box."""
        along, across = self.middles[node]
        return along + self.extent[node][0] / 2, across

    def entry(self, node: int) -> Point:
        """Where an edge arrives at the middle of a box's side."""
        along, across = self.middles[node]
        return along - self.extent[node][0] / 2, across

    def place(self, neurons: Neurons, preds: Links, lay_out: LayOut) -> bool:
        """Place all; False where the neurons of a layer take their inputs in different orders.

        lay_out: the parts of what is in no neuron, given what its edges come from and itself;
        rows count through both.
        """
        found = [_slots(layer) for layer in neurons.layers]
        slots = [each for each in found if each is not None]
        if len(slots) < len(found):
            return False
        used_in = _used_in(neurons, slots, preds)
        widest = max(len(keys) for keys in slots)
        for number, (layer, keys) in enumerate(zip(neurons.layers, slots)):
            before = neurons.rest[number]
            self._put_rest(before, preds, lay_out)
            outputs = [n.output for n in neurons.layers[number - 1]] if number else []
            sources = [node for node in (*outputs, *before) if node in used_in]
            self._lead_out(sources, number, used_in, widest)
            self._place_layer(layer, keys)
        self._put_rest(neurons.rest[-1], preds, lay_out)
        return True

    def _put_rest(self, nodes: list[int], preds: Links, lay_out: LayOut) -> None:
        """What is in no neuron, level with what it comes from.

        Where an edge comes in from elsewhere, the part has an element without a box.
        """
        own = set(nodes)
        ends = list(dict.fromkeys([s for node in nodes for s in preds[node] if s not in own]))
        parts = lay_out(ends, nodes)
        self.end += self.rank_gap * bool(ends)
        n_far = sum(end in self._leads for end in ends)
        first = self.end + self.rank_gap * bool(ends) + LANE_GAP * n_far
        wanted = [self._wanted(part, ends) for part in parts]
        last, n_columns, below = first, 0, -math.inf
        for i in sorted(range(len(parts)), key=wanted.__getitem__):
            part = parts[i]
            top = max(wanted[i], below)
            top = 0.0 if top == -math.inf else top
            part.shift(first, top)
            self._put_part(part, ends, nodes)
            below = top + part.size[1] + self.row_gap
            last = max(last, first + part.size[0])
            n_columns = max(n_columns, 1 + max(part.columns))
        self.end, self.n_columns = last, self.n_columns + n_columns

    def _wanted(self, part: Part, ends: list[int]) -> float:
        """Across, where a part begins if its first edge from elsewhere is level; -inf: anywhere."""
        for row, across in zip(part.nodes, part.across):
            if row < len(ends):
                return self.middles[ends[row]][1] - across
        return -math.inf

    def _put_part(self, part: Part, ends: list[int], nodes: list[int]) -> None:
        """Put a part where it is. Its own nodes are rows of `ends`, then of `nodes`."""
        wires, real = self.wires, [*ends, *nodes]
        joints: dict[int, list[int]] = {}
        for row, along, across, column in zip(part.nodes, part.along, part.across, part.columns):
            if row < len(ends):
                joints[row] = self._join(real[row], (along, across))
            else:
                self.put(real[row], along, across, self.n_columns + column)
        offset = len(wires.starts)
        wires.starts += part.pieces.starts
        wires.ends += part.pieces.ends
        for (source, target), way in zip(part.pieces.edges, part.pieces.ways):
            own = [offset + piece for piece in way]
            wires.edge(real[source], real[target], [*joints.get(source, []), *own])

    def _join(self, source: int, end: Point) -> list[int]:
        """From a box of another part of the picture to here; over the blocks where it is far."""
        wires = self.wires
        if source not in self._leads:
            return [wires.piece(self.exit(source), end)]
        lead, way = self._leads[source]
        corner = (self.end, lead[1])
        self.end += LANE_GAP
        below = (corner[0], end[1])
        return [
            *way, wires.piece(lead, corner), wires.piece(corner, below), wires.piece(below, end)
        ]  # fmt: skip

    def _lead_out(
        self, sources: list[int], number: int, used_in: dict[int, list[int]], widest: int
    ) -> None:
        """Take each source up to a lane of its own above the blocks."""
        channel = self.end + self.rank_gap / 2
        n_far = 0
        for place, source in enumerate(sources):
            level = len(sources) - place
            if used_in[source] != [number]:  # it goes on above other layers' wires
                n_far += 1
                level = (number + 1) * (widest + 1) + n_far
            lane = -LANE_ROOM - LANE_GAP * level
            out = self.exit(source)
            corner, top = (channel, out[1]), (channel, lane)
            way = [self.wires.piece(out, corner), self.wires.piece(corner, top)]
            self._leads[source] = top, way
            channel += LANE_GAP
        self.end = channel + self.rank_gap / 2

    def _place_layer(self, layer: list[Neuron], keys: list[int]) -> None:
        at, slot_of = _columns(keys), {key: slot for slot, key in enumerate(keys)}
        starts, widths = self._column_places(layer, at, slot_of)
        upper, lower = self._heights(layer)
        buses = self._buses(keys, at, starts)
        pitch = upper + lower + 3 * self.row_gap
        first_column = self.n_columns
        port = min(PORT_STEP, max(0.0, upper / 2 - PORT_ROOM), max(0.0, lower / 2 - PORT_ROOM))
        middle = [start + width / 2 for start, width in zip(starts, widths)]
        for row, neuron in enumerate(layer):
            high = row * pitch + upper / 2
            low = row * pitch + upper + self.row_gap + lower / 2
            slots = _slots_of(neuron, slot_of)
            for slot, term in zip(slots, neuron.terms):
                column = at.term[slot]
                is_below = term.weight == NONE and slot == slots[0]
                across = low if is_below else high
                self.put(term.node, middle[column], across, first_column + column)
                if term.weight != NONE:
                    column = at.weight[slot]
                    self.put(term.weight, middle[column], high, first_column + column)
                    self._wire(term.weight, term.node)
                    self._tap(buses, slot, term.input, term.node, high - port)
            for slot, node in zip(slots[1:], neuron.sums):
                column = at.total[slot]
                self.put(node, middle[column], low, first_column + column)
            if neuron.activation != NONE:
                column = at.count - 1
                self.put(neuron.activation, middle[column], low, first_column + column)
            corner = starts[at.term[slots[0]]] + widths[at.term[slots[0]]] + self.rank_gap
            self._wire_sums(neuron, corner, port)
        self.end = starts[-1] + widths[-1]
        self.n_columns += at.count

    def _column_places(
        self, layer: list[Neuron], at: _Columns, slot_of: dict[int, int]
    ) -> tuple[list[float], list[float]]:
        """Start and width of each column of a block."""
        widths, extent = [0.0] * at.count, self.extent
        for neuron in layer:
            slots = _slots_of(neuron, slot_of)
            placed = [(at.term[slot], term.node) for slot, term in zip(slots, neuron.terms)]
            placed += [
                (at.weight[slot], term.weight)
                for slot, term in zip(slots, neuron.terms)
                if term.weight != NONE
            ]
            placed += [(at.total[slot], node) for slot, node in zip(slots[1:], neuron.sums)]
            if neuron.activation != NONE:
                placed.append((at.count - 1, neuron.activation))
            for column, node in placed:
                widths[column] = max(widths[column], extent[node][0])
        starts, along = [], self.end
        for width in widths:
            starts.append(along)
            along += width + self.rank_gap
        return starts, widths

    def _heights(self, layer: list[Neuron]) -> tuple[float, float]:
        """Across: of the row of weights and products, and of the row of sums."""
        extent = self.extent
        terms = [term for neuron in layer for term in neuron.terms]
        upper = [extent[term.node][1] for term in terms]
        upper += [extent[term.weight][1] for term in terms if term.weight != NONE]
        lower = [extent[node][1] for n in layer for node in (*n.sums, n.output)]
        return max(upper), max(lower)

    def _buses(
        self, keys: list[int], at: _Columns, starts: list[float]
    ) -> list[tuple[float, Point, list[int]]]:
        """Of each slot: where its bus runs, how far it has come, and by which pieces."""
        buses: list[tuple[float, Point, list[int]]] = []
        for slot, source in enumerate(keys):
            if source < 0:
                buses.append((0.0, (0.0, 0.0), []))
                continue
            lead, way = self._leads[source]
            bus = starts[at.term[slot]] - BUS_ROOM * self.rank_gap
            corner = (bus, lead[1])
            way = [*way, self.wires.piece(lead, corner)]
            self._leads[source] = corner, way
            buses.append((bus, corner, way))
        return buses

    def _tap(
        self, buses: list[tuple[float, Point, list[int]]], slot: int, source: int, product: int,
        across: float,
    ) -> None:  # fmt: skip
        """Go on down a bus to a product, and into it."""
        bus, so_far, way = buses[slot]
        corner = (bus, across)
        way = [*way, self.wires.piece(so_far, corner)]
        buses[slot] = bus, corner, way
        tap = self.wires.piece(corner, (self.entry(product)[0], across))
        self.wires.edge(source, product, [*way, tap])

    def _wire(self, source: int, target: int) -> None:
        """A level edge."""
        piece = self.wires.piece(self.exit(source), self.entry(target))
        self.wires.edge(source, target, [piece])

    def _wire_sums(self, neuron: Neuron, corner: float, port: float) -> None:
        """From term to sum to output. corner: along, where the first term has come down."""
        first, wires = neuron.terms[0].node, self.wires
        before = first
        for term, node in zip(neuron.terms[1:], neuron.sums):
            entry = self.entry(node)
            if before is first and self.middles[first][1] != entry[1]:
                down = (corner, entry[1])
                way = [wires.piece(self.exit(first), down), wires.piece(down, entry)]
                wires.edge(first, node, way)
            else:
                self._wire(before, node)
            arrival = (entry[0], entry[1] - port)
            wires.edge(term.node, node, [wires.piece(self.exit(term.node), arrival)])
            before = node
        if neuron.activation != NONE:
            self._wire(before, neuron.activation)


def _used_in(neurons: Neurons, slots: list[list[int]], preds: Links) -> dict[int, list[int]]:
    """Of each node that leads into layers, or far on: the numbers of the layers it leads to.

    What stands after a layer counts as the next one.
    """
    home = {n.output: number for number, layer in enumerate(neurons.layers, 1) for n in layer}
    home |= {node: number for number, nodes in enumerate(neurons.rest) for node in nodes}
    found: dict[int, list[int]] = {}
    for number, keys in enumerate([*slots, []]):
        far = [s for node in neurons.rest[number] for s in preds[node] if home[s] < number]
        for source in dict.fromkeys([*keys, *far]):
            if source >= 0:
                found.setdefault(source, []).append(number)
    return found


def _keys(neuron: Neuron) -> list[int]:
    """What tells a neuron's terms apart: the input, or a number below 0 for each bias."""
    found, n_biases = [], 0
    for term in neuron.terms:
        n_biases += term.input == NONE
        found.append(-n_biases if term.input == NONE else term.input)
    return found


def _slots_of(neuron: Neuron, slot_of: dict[int, int]) -> list[int]:
    """The slot of each of a neuron's terms, from left to right."""
    return [slot_of[key] for key in _keys(neuron)]


def _slots(layer: list[Neuron]) -> list[int] | None:
    """The keys of a layer's terms, so that all neurons have theirs in this order."""
    every = [_keys(neuron) for neuron in layer]
    slots = max(every, key=len)
    place = {key: slot for slot, key in enumerate(slots)}
    for keys in every:
        for key in keys:
            if key not in place:
                place[key] = len(place)
        found = [place[key] for key in keys]
        if sorted(set(found)) != found:
            return None
    return list(place)


def _columns(keys: list[int]) -> _Columns:
    """A first bias stands beneath the first weight; every other term has columns of its own."""
    at = _Columns([], [], [], 0)
    for slot, key in enumerate(keys):
        if key >= 0:
            at.weight.append(at.count)
            at.term.append(at.count + 1)
            at.count += 2
        else:
            at.weight.append(NONE)
            at.term.append(at.count)
            at.count += slot > 0
        at.total.append(at.count)
    at.count += 2
    return at
