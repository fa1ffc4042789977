"""What the experiments start from: the training tab's network, the lecture's, or the parabola."""

from __future__ import annotations

from dataclasses import dataclass

from core.hyperparameters import PRESETS, Hyperparameters
from core.lab.problems import Network, Parabola, Problem
from core.lab.starts import Start
from core.numbers import format_number

INITIAL, NOW, LECTURE, PARABOLA = "initial", "now", "lecture", "parabola"
CHOICES = (
    (INITIAL, "its first step"),
    (NOW, "where it is now"),
    (LECTURE, "the lecture’s data"),
    (PARABOLA, "3x² − 4x + 5"),
)


@dataclass(frozen=True)
class Source:
    """A problem and where its training is; `start` is None at the initial parameters.

    Those are made by the experiment's own thread: making a network takes its time. is_own: whether
    it is the training tab's network.
    """

    problem: Problem
    start: Start | None = None
    is_own: bool = True

    def begin(self) -> Start:
        """The start, made now if need be."""
        return self.problem.start() if self.start is None else self.start

    def is_same(self, other: Source) -> bool:
        """Whether an experiment would begin at the very same place, with the same rules."""
        return self.problem == other.problem and (
            self.start is other.start
            or (self.start is not None and other.start is not None
                and self.start.key == other.start.key)
        )  # fmt: skip

    def rows(self) -> list[tuple[str, str]]:
        """What it is, as name and words."""
        if not isinstance(self.problem, Network):
            return [
                ("Function", "3x² − 4x + 5"), ("From", "x = 3"),
                ("Curvature", "6 everywhere"), ("Least", "at x = 2/3"),
            ]  # fmt: skip
        setup = self.problem.setup
        step = "first" if self.start is None else f"{self.start.step:,}"
        return [
            ("Network", network_words(setup)), ("Data", data_words(setup)),
            ("Batch", "all" if setup.batch_size is None else f"{setup.batch_size:,}"),
            ("Optimizer", setup.optimizer.name), ("Seed", str(setup.seed)), ("Step", step),
        ]  # fmt: skip


def choose(choice: str, setup: Hyperparameters, now: Start | None) -> Source:
    """The source that the user chose; the initial parameters where there is no run yet."""
    if choice == PARABOLA:
        return Source(Parabola(), is_own=False)
    if choice == LECTURE:
        return Source(Network(PRESETS["lecture"].setup), is_own=False)
    return Source(Network(setup), now if choice == NOW else None)


def network_words(setup: Hyperparameters) -> str:
    """Such as 2-8-8-1 tanh."""
    return f"{'-'.join(str(n) for n in setup.sizes)} {setup.activation}"


def data_words(setup: Hyperparameters) -> str:
    """Such as moons, 200."""
    row = setup.row
    points = row.points if row.is_fixed else setup.points
    noise = f", noise {format_number(setup.noise, 3)} %" if setup.noise else ""
    return f"{row.title.lower()}, {points:,}{noise}"
