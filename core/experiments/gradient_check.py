"""Checking a gradient against central differences, and what step and float64 can promise.

(L(x + h) − L(x − h)) / 2h differs from the derivative by about h²·L'''/6, since the curve is
bent, and by about the rounding of L divided by h. The first falls with h and the second grows:
the error's famous V over h.

What the bend explains is what the slope changes by with twice and with half the step. Where that
does not do, as with a large h over a corner or many bends, it is measured with smaller steps, too.
"""

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.engine import topological_order
from core.experiments.probe import Floats, Held, Ints, data_of
from core.graph import Graph
from core.ops import ieee

STEP = 1e-5
LEAST_STEP, MOST_STEP = -16, 0  # powers of ten that h can be chosen from
EPSILON = sys.float_info.epsilon
STEPS = tuple(10.0 ** (k / 4) for k in range(4 * LEAST_STEP, 4 * MOST_STEP + 1))  # for the plot
_AT_ONCE = 128  # nodes or steps that are asked for in one pass
FINER = (1 / 8, 1 / 64, 1 / 512, 1 / 4096)  # shares of a large h, down to the usual one
SAFETY = 4 / 3  # for what a slope with a smaller step is off itself
OFFSETS = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)  # in steps: the check, and how the curve is bent


@dataclass(frozen=True)
class GradientCheck:
    """A node's gradient beside the slope that is measured.

    h: the step that was made on both sides. rounding, curvature: what float64 and the bend of
    the curve explain of the error.
    """

    h: float
    grad: float
    slope: float
    rounding: float
    curvature: float

    @property
    def error(self) -> float:
        """How far the gradient and the measured slope are apart."""
        return abs(self.grad - self.slope)

    @property
    def explained(self) -> float:
        """The greatest error that needs no mistake to explain it."""
        return self.rounding + self.curvature

    @property
    def agrees(self) -> bool:
        return self.error <= self.explained

    @property
    def verdict(self) -> str:
        """What to make of it, in a few words."""
        if not (math.isfinite(self.grad) and math.isfinite(self.slope)):
            return "not finite"
        if self.agrees:
            return "agrees"
        return "differs: a wrong local derivative, or a corner within h"


def check_gradient(graph: Graph, id: str, h: float = STEP) -> GradientCheck:
    """The gradient of any node, leaf or computed, against central differences with step h.

    The node is held at x + h and x − h while all that follows from it is computed anew; the
    graph stays as it is. ValueError for a step that is not positive.
    """
    return check_at_steps(graph, id, [h])[0]


def check_at_steps(graph: Graph, id: str, steps: Iterable[float]) -> list[GradientCheck]:
    """The check at several steps, for the plot of the error against h."""
    return list(_checks(graph, [(id, step) for step in steps]))


def check_nodes(graph: Graph, ids: Iterable[str], h: float = STEP) -> Iterator[GradientCheck]:
    """The check of many nodes, in their order.

    They are computed a hundred at a time, so that a caller can do something else in between.
    """
    return _checks(graph, [(id, h) for id in ids])


def _checks(graph: Graph, wanted: list[tuple[str, float]]) -> Iterator[GradientCheck]:
    if any(not step > 0 or not math.isfinite(step) for _id, step in wanted):
        raise ValueError("a step is a positive number")
    rounding = _rounding(graph)
    for batch in _batches(wanted):
        yield from _checks_at_once(graph, batch, rounding)


def _batches(wanted: list[tuple[str, float]]) -> Iterator[list[tuple[str, float]]]:
    for first in range(0, len(wanted), _AT_ONCE):
        yield wanted[first : first + _AT_ONCE]


def _rounding(graph: Graph) -> float:
    """How far the output may be off, since every number has its last digit rounded.

    An error in the last digit of each number reaches the output through its gradient.
    """
    if graph.output is None:
        return 0.0
    output = graph.values()[graph.output]
    order = topological_order(output)
    spread = math.fsum(abs(v.data * v.grad) for v in order if math.isfinite(v.data * v.grad))
    size: float = max(spread, abs(output.data))
    return EPSILON * size


def _checks_at_once(
    graph: Graph, wanted: list[tuple[str, float]], rounding: float
) -> Iterator[GradientCheck]:
    """A lane for each node and offset, so that one pass through the graph answers them all."""
    reached = [pair for pair in wanted if pair[0] in graph.reached]
    slopes = _slopes(graph, reached) if reached else []
    measured = iter(zip(slopes, _bends(graph, reached, slopes, rounding)))
    values = graph.values()
    for id, h in wanted:
        grad = values[id].grad
        if id not in graph.reached:
            yield GradientCheck(h, grad, 0.0, 0.0, 0.0)
            continue
        (slope, _wider, _half), bend = next(measured)
        yield GradientCheck(h, grad, slope, 4 * rounding / h, bend)


def _bends(
    graph: Graph, wanted: list[tuple[str, float]], slopes: list[list[float]], rounding: float
) -> list[float]:
    """How much of each slope's error the bend of the curve explains."""
    grads = [graph.values()[id].grad for id, _h in wanted]
    # The bend's part grows fourfold with twice the step; measured both ways, for safety.
    bends = [max(abs(wider - slope), abs(slope - half)) for slope, wider, half in slopes]
    for share in FINER:
        rest = [
            (i, id, share * h)
            for i, (id, h) in enumerate(wanted)
            if share * h >= STEP and abs(grads[i] - slopes[i][0]) > 4 * rounding / h + bends[i]
        ]
        finer = _slopes(graph, [(id, h) for _i, id, h in rest]) if rest else []
        for (i, _id, _h), (slope, _wider, _half) in zip(rest, finer):
            bends[i] = max(bends[i], SAFETY * abs(slopes[i][0] - slope))
    return bends


def _slopes(graph: Graph, wanted: list[tuple[str, float]]) -> list[list[float]]:
    """The slopes measured with h, 2h and h/2 at each node."""
    assert graph.output is not None
    count = len(OFFSETS)
    values = graph.values()
    data = np.array([values[id].data for id, _h in wanted])
    steps = np.array([h for _id, h in wanted])
    asked = data[:, None] + steps[:, None] * np.array(OFFSETS)  # (nodes, offsets)
    lanes: dict[str, list[Ints]] = {}
    numbers: dict[str, list[Floats]] = {}
    for place, (id, _h) in enumerate(wanted):
        lanes.setdefault(id, []).append(np.arange(place * count, (place + 1) * count))
        numbers.setdefault(id, []).append(asked[place])
    held = {id: Held(np.concatenate(lanes[id]), np.concatenate(numbers[id])) for id in lanes}
    outputs = data_of(graph, graph.output, held, asked.size).reshape(asked.shape)
    with ieee():
        # What is left of 2h in float64, and nan where nothing is.
        width = asked[:, ::2] - asked[:, 1::2]
        result: list[list[float]] = ((outputs[:, ::2] - outputs[:, 1::2]) / width).tolist()
    return result
