"""What is drawn of a network: its layout, and the look of every scalar as one small number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF

from app.colors import robust_scale, symlog
from app.graph_view import palette
from app.graph_view.boxes import Box, Kind
from app.graph_view.errors import error_scale, unexplained
from app.graph_view.network import names
from app.graph_view.picture import DATA, ERROR, GRADIENT, LOCAL
from core.layout import Direction
from core.layout.crossbar import Block, LayerShape, NetworkLayout, Part, lay_out_network
from core.network.gradient_check import Findings
from core.network.reading import NetworkReader, Reading

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Looks = npt.NDArray[np.int16]

EMPTY = 0  # looks: nothing is there; then the steps of colour, and what has no colour
FIRST = 1
ZERO = FIRST + 2 * palette.STEPS + 1
NOT_FINITE = ZERO + 1
ABSENT = ZERO + 2
LOOKS = ZERO + 3
_KINDS = {ZERO: Kind.ZERO, NOT_FINITE: Kind.NOT_FINITE, ABSENT: Kind.UNREACHED}


class Spot(NamedTuple):
    """A place of the network. layer: −1 for the inputs, as many as there are for the loss.

    row: a neuron, an input, or a box of the loss; column: of the layer's block; each None for
    all of them.
    """

    layer: int
    row: int | None = None
    column: int | None = None


def looks_of(numbers: Floats, scale: float) -> Looks:
    """The looks of numbers, on the scale of the colours; nan is absent."""
    shares = symlog(numbers, scale)
    looks: Looks = np.rint(np.nan_to_num(shares) * palette.STEPS + (FIRST + palette.STEPS)).astype(
        np.int16
    )
    looks[numbers == 0.0] = ZERO
    unreal = ~np.isfinite(numbers)
    if unreal.any():
        looks[unreal] = NOT_FINITE
    return looks


class NetworkPicture:
    """A network's crossbar. version counts changes of places and looks.

    nodes: of each block the trace's node of each cell, (m, columns). looks (n_nodes,).
    sample_looks: of each layer its outputs by samples, (m, samples), or None.
    """

    def __init__(self, reader: NetworkReader, direction: Direction = "LR") -> None:
        self.reader = reader
        self.direction = direction
        self.trace = reader.trace
        self.open_layers: frozenset[int] = frozenset()
        self.open_neurons: dict[int, frozenset[int]] = {}
        self.version = 0
        self.color_by = GRADIENT
        self.n_samples = 1
        self.reading: Reading | None = None
        self.findings: Findings | None = None  # of the gradient check, where it is wanted
        self._unknown = np.full(self.trace.n_nodes, np.nan)
        self.looks: Looks = np.zeros(self.trace.n_nodes, dtype=np.int16)
        self.sample_looks: list[Looks | None] = [None] * len(self.trace.layers)
        # Constants of the loss are part of its ops' texts; target first, then ops in order.
        is_op = [bool(node._prev) for node in self.trace.loss_nodes]
        self.loss_nodes = np.concatenate([self.trace.targets[:1], self.trace.loss[is_op]])
        self.loss_texts = names.loss_texts(self.trace)
        self.arrange()

    # ----- places ---------------------------------------------------------------------------

    def arrange(self) -> None:
        """Lay out anew what has opened or closed."""
        self.version += 1
        shapes = [
            LayerShape(layer.n_inputs, layer.n_neurons, layer.has_activation, self.n_samples)
            for layer in self.trace.layers
        ]
        self.layout: NetworkLayout = lay_out_network(
            shapes, self.open_layers, self.open_neurons, len(self.loss_nodes), self.direction
        )
        self.nodes = [self._nodes(layer, block) for layer, block in enumerate(self.layout.blocks)]
        self.origins = self.layout.origins
        self.sizes: Floats = np.array([block.size for block in self.layout.blocks])
        self.wires = list(self.layout.wires)
        self.loss = self.layout.loss

    def open(self, layers: Collection[int], neurons: Mapping[int, Collection[int]]) -> None:
        """Have exactly these layers and neurons open."""
        self.open_layers = frozenset(layers)
        self.open_neurons = {
            layer: frozenset(rows) for layer, rows in neurons.items() if rows and layer in layers
        }
        self.arrange()

    def _nodes(self, layer: int, block: Block) -> Ints:
        """The trace's node of each cell of a block."""
        places = self.trace.layers[layer]
        by_part = {Part.WEIGHT: places.weight, Part.PRODUCT: places.product, Part.SUM: places.sum}
        columns = []
        for part, input in zip(block.parts.tolist(), block.inputs.tolist()):
            if part == Part.BIAS:
                columns.append(places.bias)
            elif part == Part.OUTPUT:
                columns.append(places.output)
            else:
                columns.append(by_part[Part(part)][:, input])
        return np.stack(columns, axis=1)

    @property
    def n_layers(self) -> int:
        return len(self.trace.layers)

    @property
    def n_shown(self) -> int:
        """Scalars that have a cell or a box of their own."""
        count = sum(nodes.size for nodes in self.nodes) + len(self.trace.inputs)
        samples = sum(looks.size for looks in self.sample_looks if looks is not None)
        return count + samples + len(self.loss_nodes)

    @property
    def bounds(self) -> QRectF:
        left, top, right, bottom = self.layout.bounds
        return QRectF(left, top, right - left, bottom - top)

    def frame(self, layer: int) -> QRectF:
        """A layer's block."""
        (x, y), (width, height) = self.origins[layer].tolist(), self.sizes[layer].tolist()
        return QRectF(x, y, width, height)

    def is_moving(self, layer: int) -> bool:
        """Whether a layer's frame is on its way to another size."""
        return bool((self.sizes[layer] != self.layout.blocks[layer].size).any())

    def block(self, layer: int) -> Block:
        """A layer's block as it is to be drawn in its frame."""
        block = self.layout.blocks[layer]
        if not self.is_moving(layer):
            return block
        along, across = (self.sizes[layer] / block.size).tolist()
        return block.stretched(along, across)

    def rect(self, spot: Spot) -> QRectF:
        """Where a spot is, in the scene."""
        if not 0 <= spot.layer < self.n_layers:
            boxes = self.layout.inputs if spot.layer < 0 else self.loss
            rects = boxes if spot.row is None else boxes[spot.row : spot.row + 1]
            return _united(rects)
        frame, block = self.frame(spot.layer), self.layout.blocks[spot.layer]
        if spot.row is None:
            return frame
        if spot.row in block.open_rows:
            rects = block.boxes(spot.row)
        else:
            rects = np.stack(
                [
                    block.lefts, np.full(len(block.lefts), block.tops[spot.row]),
                    block.widths, np.full(len(block.lefts), block.height),
                ],
                axis=1,
            )  # fmt: skip
        if spot.column is not None:
            rects = rects[spot.column : spot.column + 1]
        return _united(rects).translated(frame.topLeft())

    def spot_at(self, point: QPointF) -> Spot | None:
        """The innermost spot at a point of the scene."""
        x, y = point.x(), point.y()
        for layer, boxes in ((-1, self.layout.inputs), (self.n_layers, self.loss)):
            found = _hit(boxes, x, y)
            if found is not None:
                return Spot(layer, found)
        for layer, block in enumerate(self.layout.blocks):
            frame = self.frame(layer)
            if frame.contains(point):
                return self._spot_in(layer, block, x - frame.left(), y - frame.top())
        return None

    def _spot_in(self, layer: int, block: Block, x: float, y: float) -> Spot:
        for row in block.open_rows:
            boxes = block.boxes(row)
            column = _hit(boxes, x, y)
            if column is not None:
                return Spot(layer, row, column)
            if boxes[:, 1].min() - 10 <= y <= (boxes[:, 1] + boxes[:, 3]).max() + 10:
                return Spot(layer, row)
        row = int(np.searchsorted(block.tops, y + 4.0, side="right")) - 1
        if row < 0 or row in block.open_rows or y > block.tops[row] + block.height + 8.0:
            return Spot(layer)
        column = int(np.searchsorted(block.lefts, x, side="right")) - 1
        is_in = column >= 0 and x <= block.lefts[column] + block.widths[column]
        return Spot(layer, row, column if is_in else None)

    def sample_at(self, spot: Spot, point: QPointF) -> int | None:
        """Which of the batch's samples a point of a closed layer's outputs belongs to."""
        if not 0 <= spot.layer < self.n_layers or self.sample_looks[spot.layer] is None:
            return None
        block = self.layout.blocks[spot.layer]
        if block.is_open or spot.row is None or spot.column != len(block.parts) - 1:
            return None
        x = point.x() - self.origins[spot.layer, 0] - block.lefts[-1]
        return int(np.clip(x / block.widths[-1] * self.n_samples, 0, self.n_samples - 1))

    # ----- numbers --------------------------------------------------------------------------

    def node_of(self, spot: Spot) -> int | None:
        """The trace's node of a spot that is a single scalar."""
        if spot.row is None:
            return None
        if spot.layer < 0:
            return int(self.trace.inputs[spot.row])
        if spot.layer >= self.n_layers:
            return int(self.loss_nodes[spot.row])
        return None if spot.column is None else int(self.nodes[spot.layer][spot.row, spot.column])

    def numbers(self, reading: Reading) -> Floats:
        """The number of each node that its colour stands for, (n_nodes,)."""
        if self.color_by == DATA:
            return reading.numbers.data
        if self.color_by == LOCAL:
            return reading.local
        if self.color_by == ERROR:
            return self._unknown if self.findings is None else self.findings.errors
        return reading.numbers.grad

    def own_scale(self, reading: Reading) -> float:
        """The size that would get the full colour if the scale were not smoothed or locked."""
        if self.color_by == ERROR:
            found = self.findings
            return 1.0 if found is None else error_scale(found.errors, found.explained)
        return robust_scale(self.numbers(reading))

    def recolor(self, reading: Reading, color_by: str, scale: float) -> None:
        """Take over a reading's numbers: arrays only, no new layout."""
        self.version += 1
        self.reading, self.color_by = reading, color_by
        numbers = self.numbers(reading)
        if color_by == ERROR and self.findings is not None:
            numbers = unexplained(numbers, self.findings.explained)
        self.looks = looks_of(numbers, scale)
        if color_by in (LOCAL, ERROR):
            self.looks[np.isnan(numbers)] = ABSENT
        n_samples = reading.numbers.n_samples
        if n_samples == 1:
            self.sample_looks = [None] * self.n_layers
        else:
            own = reading.numbers
            arrays = {DATA: own.outputs, LOCAL: own.slopes}.get(color_by, own.output_grads)
            self.sample_looks = [looks_of(array.T, scale) for array in arrays]
            if color_by == ERROR:  # what is checked is the mean
                self.sample_looks = [
                    np.repeat(self.looks[layer.output][:, None], n_samples, axis=1)
                    for layer in self.trace.layers
                ]
        if n_samples != self.n_samples:
            self.n_samples = n_samples
            self.arrange()

    def box(self, spot: Spot, name: str, text: str) -> Box:
        """What the box of a single scalar shows."""
        node = self.node_of(spot)
        assert node is not None
        assert self.reading is not None
        look = int(self.looks[node])
        step = look - FIRST - palette.STEPS if look < ZERO else 0
        numbers = self.reading.numbers
        return Box(
            name, text, _KINDS.get(look, Kind.FILLED), step, float(numbers.data[node]),
            float(numbers.grad[node]), float(self.numbers(self.reading)[node]),
            self.color_by == ERROR,
        )  # fmt: skip


def _hit(rects: Floats, x: float, y: float) -> int | None:
    inside = (rects[:, 0] <= x) & (x <= rects[:, 0] + rects[:, 2])
    inside &= (rects[:, 1] <= y) & (y <= rects[:, 1] + rects[:, 3])
    found = np.flatnonzero(inside)
    return int(found[0]) if len(found) else None


def _united(rects: Floats) -> QRectF:
    left, top = rects[:, :2].min(axis=0).tolist()
    right, bottom = (rects[:, :2] + rects[:, 2:]).max(axis=0).tolist()
    return QRectF(left, top, right - left, bottom - top)
