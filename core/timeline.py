"""What it takes to bring back any past step of a run: checkpoints, and what was changed between.

Training is deterministic, so a step is brought back by taking the nearest checkpoint before it
and making the steps in between again, with each logged change of the settings at its step. That
gives the same numbers to the last bit and costs little memory: checkpoints lie as many seconds
of training apart as it takes for them to fit, and where they become too many, every second goes.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from core.hyperparameters import Hyperparameters
from core.training import Moment

MOST_BYTES = 48 * 2**20  # of the checkpoints of one run
MOST_CHECKPOINTS = 4096
SECONDS_APART = 0.02  # of training between two checkpoints, at first
OVERHEAD = 1_200  # bytes of a checkpoint beside its arrays, measured


@dataclass(frozen=True)
class Change:
    """What somebody, or the program, changed between two steps; `step` is how many came before.

    setup: other rules of training. parameter, value: a weight or bias edited by hand.
    is_compiled: which tape serves from here on: their last bits differ.
    """

    step: int
    setup: Hyperparameters | None = None
    parameter: int | None = None
    value: float = 0.0
    is_compiled: bool | None = None

    def is_edit_of(self, other: "Change") -> bool:
        """Whether both edit the same parameter at the same step."""
        return self.parameter is not None and (
            (self.step, self.parameter) == (other.step, other.parameter)
        )


@dataclass(frozen=True)
class Checkpoint:
    """A run after `step` updates and the first `n_changes` changes of its log.

    origin: the step at which its Trainer began, since a change of rules begins a new one.
    """

    step: int
    n_changes: int
    origin: int
    setup: Hyperparameters
    is_compiled: bool
    seconds: float  # of training so far
    moment: Moment

    @property
    def n_bytes(self) -> int:
        """Memory in use, roughly."""
        return self.moment.n_bytes + OVERHEAD


@dataclass(frozen=True)
class Divergence:
    """The first step whose loss was not finite, and the rate of the update that led there."""

    step: int  # counted from 1
    loss: float
    rate: float


class Timeline:
    """The past of one run, in bounded memory. Written by one thread at a time.

    tip: how far the run has come. divergence: how it ended, if it did. The first checkpoint
    always stays.
    """

    def __init__(
        self, most_bytes: int = MOST_BYTES, most_checkpoints: int = MOST_CHECKPOINTS
    ) -> None:
        self.checkpoints: list[Checkpoint] = []
        self.changes: list[Change] = []
        self.tip = 0
        self.divergence: Divergence | None = None
        self.seconds_apart = SECONDS_APART
        self.n_bytes = 0
        self.most_bytes, self._most = most_bytes, max(most_checkpoints, 4)

    @property
    def first_step(self) -> int:
        """The earliest step that can be brought back."""
        return self.checkpoints[0].step if self.checkpoints else 0

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep one more, later than all others."""
        self.checkpoints.append(checkpoint)
        self.n_bytes += checkpoint.n_bytes
        while len(self.checkpoints) > self._most or (
            self.n_bytes > self.most_bytes and len(self.checkpoints) > 2
        ):
            self._thin()

    def before(self, step: int) -> Checkpoint:
        """The last checkpoint before a step; the first where none is."""
        place = bisect_left(self.checkpoints, step, key=lambda checkpoint: checkpoint.step)
        return self.checkpoints[max(place - 1, 0)]

    def until(self, step: int, n_changes: int) -> "Timeline":
        """The past of a run that parts from this one at a step, after so many changes."""
        part = Timeline(self.most_bytes, self._most)
        part.seconds_apart, part.tip = self.seconds_apart, step
        part.changes = self.changes[:n_changes]
        part.checkpoints = [c for c in self.checkpoints if c.step < step] or self.checkpoints[:1]
        part.n_bytes = sum(c.n_bytes for c in part.checkpoints)
        return part

    def ended(self, tip: int) -> "Timeline":
        """A copy that ends at a step, whatever another thread still adds to this one."""
        copy = self.until(tip, bisect_right(self.changes, tip, key=lambda change: change.step))
        divergence = self.divergence
        copy.divergence = divergence if divergence and divergence.step <= tip else None
        return copy

    def shrink(self, most_bytes: int) -> None:
        """Do with less memory from now on: for a run that is over."""
        self.most_bytes = min(self.most_bytes, most_bytes)
        while self.n_bytes > self.most_bytes and len(self.checkpoints) > 2:
            self._thin()

    def _thin(self) -> None:
        """Leave out every second checkpoint, but neither the first nor the last."""
        *others, last = self.checkpoints
        self.checkpoints = [*others[::2], last]
        self.n_bytes = sum(c.n_bytes for c in self.checkpoints)
        self.seconds_apart *= 2.0
