"""What a trainability map can have on its axes, and the maps that are worth a look."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.lab.map_window import Window
from core.lab.problems import Network, Problem, WideTanh
from core.lab.trainability import Axis, AxisKind
from core.optim import Momentum

FRACTAL = (-3.0, 6.0)  # powers of ten of both rates of the paper's map


@dataclass(frozen=True)
class AxisChoice:
    """An axis as it is chosen. low, high: powers of ten of the whole map.

    least, most: of what there is at all.
    """

    key: str
    words: str
    kind: AxisKind
    low: float
    high: float
    layer: int = 0
    least: float = -30.0
    most: float = 30.0

    def axis(self, low: float, high: float) -> Axis:
        """From one power of ten to another. ValueError for a range that is none."""
        return Axis(self.kind, 10.0**low, 10.0**high, self.layer)

    def here(self, problem: Problem, rate: float) -> float:
        """The power of ten of what the problem has now; nan where it has none, or 0."""
        value = rate
        if self.kind == "layer rate":
            value = rate * problem.layer_factors[self.layer]
        if self.kind == "init scale":
            value = 1.0
        elif self.kind == "momentum":
            own = problem.optimizer
            value = 1.0 - own.beta if isinstance(own, Momentum) else 1.0
        elif isinstance(problem, Network) and self.kind == "batch size":
            value = problem.setup.batch_size or points_of(problem)
        elif isinstance(problem, Network) and self.kind == "l2":
            value = problem.setup.l2
        return math.log10(value) if 0.0 < value < math.inf else math.nan


def points_of(problem: Problem) -> int:
    """How many points it learns from; 1 where that makes no difference."""
    return len(problem.setup.data()[0].inputs) if isinstance(problem, Network) else 1


def axis_choices(problem: Problem) -> list[AxisChoice]:
    """The axes that a problem has."""
    low, high = FRACTAL if isinstance(problem, WideTanh) else (-4.0, 2.0)
    found = [AxisChoice("rate", "learning rate", "rate", low, high)]
    layers = problem.layers
    if len(layers) > 1:
        for i in range(len(layers)):
            words = f"rate of layer {i + 1}"
            found.append(AxisChoice(f"layer {i}", words, "layer rate", low, high, i))
    found += [
        AxisChoice("init scale", "initial scale", "init scale", -2.0, 2.0),
        AxisChoice("momentum", "1 − momentum", "momentum", -3.0, 0.0, most=0.0),
    ]
    if isinstance(problem, Network):
        most = math.log10(max(points_of(problem), 2))
        found += [
            AxisChoice("batch size", "batch size", "batch size", 0.0, most, least=0.0, most=most),
            AxisChoice("l2", "L2", "l2", -5.0, 1.0),
        ]
    return found


def whole(across: AxisChoice, upwards: AxisChoice) -> Window:
    """The window that such a map begins with."""
    return Window(across.low, across.high, upwards.low, upwards.high)


def limits(across: AxisChoice, upwards: AxisChoice) -> Window:
    """The window that no other goes beyond."""
    return Window(across.least, across.most, upwards.least, upwards.most)


@dataclass(frozen=True)
class Preset:
    """A map to begin with: of the paper's network, or of this one."""

    words: str
    is_paper: bool
    across: str
    upwards: str
    steps: int


PRESETS = (
    Preset("The paper’s fractal: both layers’ rates", True, "layer 0", "layer 1", 100),
    Preset("The paper’s network: rate and initial scale", True, "rate", "init scale", 100),
    Preset("This network: first and second layer’s rate", False, "layer 0", "layer 1", 100),
    Preset("This network: rate and initial scale", False, "rate", "init scale", 100),
    Preset("This network: rate and momentum", False, "rate", "momentum", 100),
    Preset("This network: rate and batch size", False, "rate", "batch size", 100),
    Preset("This network: rate and L2", False, "rate", "l2", 100),
)
