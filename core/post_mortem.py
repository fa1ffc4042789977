"""Where a computation first stopped being finite: the node, its operands, and their names."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.engine import Value, topological_order
from core.trace import SampleLoss, as_outputs


@dataclass(frozen=True)
class NonFinite:
    """The first Value that is inf or nan, in topological order."""

    sample: int  # its row in the inputs
    op: str  # '' for a leaf: then a parameter was not finite to begin with
    label: str
    data: float
    operands: tuple[float, ...]
    position: int  # in the topological order of that sample's loss
    parameter: int | None  # which parameter, where it is one

    def __str__(self) -> str:
        if self.parameter is not None:
            return f"parameter {self.parameter} is {self.data}"
        numbers = ", ".join(f"{x:.4g}" for x in self.operands)
        return f"{self.op or 'a leaf'}({numbers}) is {self.data} in sample {self.sample}"


def find_non_finite(
    model: Callable[[list[Value]], Any],
    parameters: Sequence[Value],
    loss: SampleLoss,
    inputs: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
) -> NonFinite | None:
    """Run samples through Values, at the parameters' present data, until one is not finite.

    inputs: (n, features), targets: (n, outputs). None where all losses are finite.
    """
    place = {p: i for i, p in enumerate(parameters)}
    for sample, (x, t) in enumerate(zip(inputs, targets)):
        outputs = as_outputs(model([Value(float(v)) for v in x]))
        total = loss(outputs, [Value(float(v)) for v in t])
        if math.isfinite(total.data):
            continue
        for position, v in enumerate(topological_order(total)):
            if not math.isfinite(v.data):
                operands = tuple(child.data for child in v._prev)
                return NonFinite(sample, v._op, v.label, v.data, operands, position, place.get(v))
    return None
