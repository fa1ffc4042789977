"""Sharpness while training: progressive sharpening, and the edge of stability.

A run is trained as it is, and every few steps its sharpness is measured. In full batch at a
constant rate the sharpness rises until 2 / sharpness has come down to the rate, and then hovers
there, while the loss falls on with small waves (Cohen et al. 2021).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lab.made import slices
from core.lab.problems import Problem
from core.lab.ranges import check_count, check_positive
from core.lab.running import Report, Reports
from core.lab.stability import Gauge
from core.lab.starts import Start

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sharpening:
    """Train from `start` at this rate, and measure the sharpness every `every` steps."""

    problem: Problem
    start: Start
    rate: float
    steps: int = 1000
    every: int = 10

    def __post_init__(self) -> None:
        check_positive("learning rate", self.rate)
        check_count("steps", self.steps, 1, 1_000_000)
        check_count("steps between two measurements", self.every, 1, self.steps)

    @property
    def measurements(self) -> int:
        """One at the start, and one at the end of each part."""
        return 1 - (-self.steps // self.every)


@dataclass(frozen=True, eq=False)
class SharpeningResult:
    """The run so far. steps, sharpness, limits: at each measurement; losses: of each step."""

    rate: float
    losses: Floats
    steps: NDArray[np.int64]
    sharpness: Floats
    limits: Floats  # of the rate
    formula: str

    @property
    def is_at_the_edge(self) -> bool:
        """Whether the limit has come down to the rate, within a tenth."""
        return bool(len(self.limits) and self.limits[-1] <= 1.1 * self.rate)


def run(question: Sharpening) -> Reports[SharpeningResult]:
    """Reports after each measurement; ends early where the loss is not finite."""
    trainer = question.problem.trainer(question.rate)
    trainer.resume(question.start.state(trainer.rules.optimizer.state_size))
    gauge = Gauge(question.problem)
    losses, steps, found = np.empty(0), [0], [gauge.measure(question.start)]
    while True:
        result = SharpeningResult(
            question.rate, losses, np.array(steps),
            np.array([f.sharpness for f in found]), np.array([f.limit for f in found]),
            found[-1].formula,
        )  # fmt: skip
        is_over = len(losses) >= question.steps or not np.isfinite(losses).all()
        yield Report(question.steps if is_over else len(losses), question.steps, result)
        if is_over:
            return
        count = min(question.every, question.steps - len(losses))
        losses = np.concatenate([losses, *map(trainer.run, slices(count))])
        steps.append(len(losses))
        found.append(gauge.measure(Start.of_trainer(trainer)))
