"""The present run and the earlier ones that it is compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from app.training.run_curves import RunCurves
from app.training.time_strip import TimePictures
from core.hyperparameters import Hyperparameters
from core.numbers import format_number
from core.timeline import Timeline

MOST_RUNS = 8
LEAST_RUN = 20  # steps of a run that is kept for comparison
KEPT_EXACT = 200_000  # losses of a run that is over
KEPT_PAST = 4 * 2**20  # bytes of its checkpoints
MOST_MEMORY = 128 * 2**20  # of all runs together

WORDS = {
    "learning_rate": "learning rate", "hidden": "hidden layers", "init": "initial weights",
    "data_seed": "points drawn", "dataset": "data", "train_percent": "train share",
    "points": "number of points", "batch_size": "batch size", "l1": "L1", "l2": "L2",
    "last_batch": "last batch", "schedule_steps": "length of the schedule",
    "regularization": "regularization rule", "zero_grad": "zero_grad", "own": "own data",
    "rate_factors": "rate by layer",
}  # fmt: skip


@dataclass
class Run:
    """A run with its set-up, its curves and, while it is known, its past."""

    curves: RunCurves
    setup: Hyperparameters
    timeline: Timeline | None = None
    pictures: TimePictures = field(default_factory=TimePictures)

    def last(self, name: str) -> float:
        """What was measured last: "train", "test" or "accuracy"."""
        column = self.curves.samples[name]
        return float(column[-1]) if len(column) else math.nan

    @property
    def first_step(self) -> int:
        """The earliest step that can be brought back."""
        return self.timeline.first_step if self.timeline is not None else self.curves.first_step

    @property
    def tip(self) -> int:
        """How many steps it has made, as far as its losses are known here."""
        return self.curves.first_step + len(self.curves.history)

    @property
    def n_bytes(self) -> int:
        """Memory of its past, roughly."""
        past = self.timeline.n_bytes if self.timeline is not None else 0
        return past + self.curves.history.n_bytes + self.curves.samples.n_bytes


class Runs:
    """The present run, and those before it, newest first."""

    def __init__(self, setup: Hyperparameters) -> None:
        self.earlier: list[Run] = []
        self.current = self._new(setup, 0)

    @property
    def n_bytes(self) -> int:
        """Memory of all runs, roughly."""
        return self.current.n_bytes + sum(run.n_bytes for run in self.earlier)

    def begin(self, setup: Hyperparameters, step: int = 0, *, is_passing: bool = False) -> Run:
        """A new run; the last one is kept for comparison if it got anywhere.

        is_passing: a slider is being dragged, and what it passes over is not kept.
        """
        if not is_passing:
            self._keep_current()
        self.current = self._new(setup, step)
        return self.current

    def fork(self, setup: Hyperparameters, step: int) -> Run:
        """A run that parts from the present one at a step; that one is kept."""
        parent = self.current
        self._keep_current()
        self.current = self._new(setup, step)
        curves = self.current.curves
        curves.name = f"{curves.name} from {step:,}"
        curves.steps_per_epoch, curves.is_noisy = (
            parent.curves.steps_per_epoch, parent.curves.is_noisy
        )  # fmt: skip
        self.current.pictures = parent.pictures.until(step)
        return self.current

    def resume(self, index: int) -> Run:
        """An earlier run becomes the present one again."""
        chosen = self.earlier.pop(index)
        self._keep_current()
        self.current = chosen
        return chosen

    def place_of(self, run: Run | None) -> int | None:
        """Where a run is among the earlier ones that can be gone on with."""
        places = (i for i, other in enumerate(self.earlier) if other is run and run.timeline)
        return next(places, None)

    def without(self, index: int) -> Runs:
        """These, with an earlier run taken out of the list."""
        del self.earlier[index]
        return self

    def forget_all(self, setup: Hyperparameters, step: int) -> None:
        """Only a new run, as of another document."""
        self.earlier = []
        self.current = self._new(setup, step)

    def retune(self, setup: Hyperparameters) -> None:
        """The present run goes on under other rules."""
        self.current.setup = setup
        if not self.current.curves.is_named:
            name = run_name(setup, self._previous())
            first = self.current.curves.first_step
            self.current.curves.name = f"{name} from {first:,}" if first else name

    def _keep_current(self) -> None:
        run = self.current
        if len(run.curves.history) < LEAST_RUN:
            return
        run.curves.history.forget(KEPT_EXACT)
        if run.timeline is not None:
            # The thread may be some steps ahead of the curves, and not know yet that it ends.
            run.timeline = run.timeline.ended(run.tip)
            run.timeline.shrink(KEPT_PAST)
        self.earlier = [run, *self.earlier][: MOST_RUNS - 1]

    def _new(self, setup: Hyperparameters, step: int) -> Run:
        curves = RunCurves(run_name(setup, self._previous()), first_step=step)
        return Run(curves, setup)

    def _previous(self) -> Hyperparameters | None:
        return self.earlier[0].setup if self.earlier else None


def run_name(setup: Hyperparameters, before: Hyperparameters | None) -> str:
    """A short name: what is new about a run, or its rate."""
    changed = before.differences(setup) if before is not None else []
    rate = f"rate {format_number(setup.learning_rate)}"
    names = {
        "hidden": "layers " + "-".join(map(str, setup.hidden)) if setup.hidden else "no layer",
        "activation": setup.activation, "optimizer": setup.optimizer.title,
        "dataset": setup.row.title, "own": setup.row.title, "seed": f"seed {setup.seed}",
        "init": f"{setup.init} weights",
        "batch_size": "full batch" if setup.batch_size is None else f"batch {setup.batch_size}",
        "loss": setup.loss.replace("_", " "), "noise": f"noise {format_number(setup.noise)} %",
    }  # fmt: skip
    for what, name in names.items():
        if what in changed and "learning_rate" not in changed:
            return name
    return rate


def difference(now: Hyperparameters, other: Hyperparameters, name: str) -> str:
    """In what two runs differ, as a sentence."""
    fields = now.differences(other)
    if not fields:
        return f"Now and {name} have the same set-up."
    pairs = [(field_words(f), field_in_words(now, f), field_in_words(other, f)) for f in fields]
    if len(pairs) == 1:
        ((words, a, b),) = pairs
        return f"Now and {name} differ in {words} only: {a} and {b}."
    told = [f"{words} ({a} and {b})" for words, a, b in pairs]
    if len(told) > 5:
        return f"Now and {name} differ in {', '.join(told[:4])} and {len(told) - 4} more."
    return f"Now and {name} differ in {', '.join(told[:-1])} and {told[-1]}."


def told_change(before: Hyperparameters, after: Hyperparameters) -> str:
    """What was changed, for the undo history: "Learning rate 0.1"."""
    fields = after.differences(before)
    # With a data set comes what fits it, and what belongs to all layers changes in each.
    first = next((name for name in ("dataset", "own", "hidden", "activation") if name in fields),
                 fields[0] if fields else "")  # fmt: skip
    if not first:
        return "Set-up"
    words = field_words(first)
    shown = after.row.title if first == "dataset" else field_in_words(after, first)
    return f"{words[0].upper()}{words[1:]} {shown}"


def field_words(name: str) -> str:
    """What a field of the set-up is called."""
    return WORDS.get(name, name.replace("_", " "))


def field_in_words(setup: Hyperparameters, name: str) -> str:
    """A field of the set-up as a person reads it."""
    value = getattr(setup, name)
    if name == "own":
        return "none" if value is None else str(value.row.title)
    if name == "optimizer":
        settings = ", ".join(f"{key} {x:g}" for key, x in value.to_dict().items() if key != "name")
        return f"{value.title} {settings}" if settings else str(value.title)
    if name == "batch_size" and value is None:
        return "all"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return format_number(value)
    if name == "rate_factors":
        return ", ".join(map(format_number, value)) or "1 in all"
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return str(value).replace("_", " ")
