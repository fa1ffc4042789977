"""Checking a gradient against central differences, and what step and float64 can promise.

(L(x + h) − L(x − h)) / 2h differs from the derivative by about h²·L'''/6, since the curve is
bent, and by about the rounding of L divided by h. The first falls with h and the second grows:
the error's famous V over h.
"""

import math
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from core.engine import Value, forward, topological_order
from core.graph import Graph
from core.ops import ieee

STEP = 1e-5
EPSILON = sys.float_info.epsilon


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
    graph has its numbers back afterwards. ValueError for a step that is not positive.
    """
    return check_at_steps(graph, id, [h])[0]


def check_at_steps(graph: Graph, id: str, steps: Iterable[float]) -> list[GradientCheck]:
    """The check at several steps, for the plot of the error against h."""
    steps = list(steps)
    if any(not step > 0 or not math.isfinite(step) for step in steps):
        raise ValueError("a step is a positive number")
    node = graph.nodes[id]
    if graph.output is None or id not in graph.reached:
        return [GradientCheck(step, node.grad, 0.0, 0.0, 0.0) for step in steps]
    probe = _Probe(graph, id)
    return [probe.check(step) for step in steps]


class _Probe:
    """Asks what the output would be if one node had another number."""

    def __init__(self, graph: Graph, id: str) -> None:
        values = graph.values()
        assert graph.output is not None
        self._value, self._output = values[id], values[graph.output]
        order = topological_order(self._output)
        self._after = _dependents(order, self._value)
        # An error in the last digit of each number reaches the output through its gradient.
        spread = math.fsum(abs(v.data * v.grad) for v in order if math.isfinite(v.data * v.grad))
        self._rounding = EPSILON * max(spread, abs(self._output.data))

    def check(self, h: float) -> GradientCheck:
        slope, wider, half = self._slope(h), self._slope(2 * h), self._slope(h / 2)
        # The bend's part grows fourfold with twice the step; measured both ways, for safety.
        rounding = 4 * self._rounding / h
        bend = max(abs(wider - slope), abs(slope - half))
        return GradientCheck(h, self._value.grad, slope, rounding, bend)

    def _slope(self, h: float) -> float:
        x = self._value.data
        above, below = x + h, x - h
        width = above - below  # what is left of 2h in float64
        if width == 0:
            return math.nan
        with ieee():
            return (self._output_at(above) - self._output_at(below)) / width

    def _output_at(self, number: float) -> float:
        kept = [(value, value.data) for value in (self._value, *self._after)]
        self._value.data = number
        try:
            forward(self._after)
            return self._output.data
        finally:
            for value, data in kept:
                value.data = data


def _dependents(order: list[Value], start: Value) -> list[Value]:
    """What is computed from `start`, in order."""
    found = {start}
    after = []
    for value in order:
        if value is not start and any(source in found for source in value._prev):
            found.add(value)
            after.append(value)
    return after
