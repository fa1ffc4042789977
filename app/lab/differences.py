"""In what two questions of the laboratory differ, as a person says it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from app.lab import race_lanes
from app.training.runs import field_in_words, field_words
from core.lab.problems import Network, Problem
from core.lab.ranges import LogRange
from core.lab.starts import Start
from core.lab.trainability import Axis
from core.numbers import format_number
from core.optim import Optimizer, Schedule

Difference = tuple[str, str, str]  # its name, what it is in the kept one, and now

MOST = 4  # differences that are told one by one
WORDS = {
    "extent": "reach", "resolution": "points", "seed": "seed of the directions",
    "plane": "plane", "every": "steps between measurements", "x": "axis across",
    "y": "axis upwards", "over": "loss over",
}  # fmt: skip
NOT_TOLD = ("path", "count")  # what follows from the rest


def of_questions(kept: Any, now: Any) -> list[Difference]:
    """What differs."""
    found = []
    for field in fields(kept):
        a, b = getattr(kept, field.name), getattr(now, field.name)
        if field.name == "problem":
            found += of_problems(a, b)
        elif field.name == "start":
            found += _of_starts(a, b)
        elif field.name not in NOT_TOLD and _is_other(a, b):
            words = WORDS.get(field.name, field.name.replace("_", " "))
            found.append((words, _in_words(a), _in_words(b)))
    return found


def of_problems(kept: Problem, now: Problem) -> list[Difference]:
    """The same of what is trained."""
    if isinstance(kept, Network) and isinstance(now, Network):
        names = kept.setup.differences(now.setup)
        return [
            (field_words(name), field_in_words(kept.setup, name), field_in_words(now.setup, name))
            for name in names
        ]
    if type(kept) is not type(now):
        return [("problem", kept.title, now.title)]
    names = [f.name for f in fields(kept) if _is_other(getattr(kept, f.name), getattr(now, f.name))]
    return [
        (name.replace("_", " "), _in_words(getattr(kept, name)), _in_words(getattr(now, name)))
        for name in names
    ]


def sentence(differences: list[Difference], kept: str, now: str) -> str:
    """As a sentence; kept, now: what is said before the value of each."""
    if not differences:
        return "The settings are the same."
    told = [f"{words} ({kept}{a}, {now}{b})" for words, a, b in differences[:MOST]]
    more = len(differences) - len(told)
    words = ", ".join(told) + (f" and {more} more" if more else "")
    return f"Differs in {words}."


def _of_starts(kept: Start, now: Start) -> list[Difference]:
    if kept.step != now.step:
        return [("step it starts from", f"{kept.step:,}", f"{now.step:,}")]
    if len(kept.data) != len(now.data) or np.array_equal(kept.data, now.data):
        return []
    return [("weights it starts from", "its own", "others")]


def _is_other(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return not np.array_equal(a, b, equal_nan=True)
    return bool(a != b)


def _in_words(value: Any) -> str:
    """A setting as a person reads it."""
    if isinstance(value, LogRange):
        return f"{format_number(value.low, 3)} to {format_number(value.high, 3)}"
    if isinstance(value, Axis):
        name = f"rate of layer {value.layer + 1}" if value.kind == "layer rate" else value.kind
        return f"{name} {format_number(value.low, 3)} to {format_number(value.high, 3)}"
    if isinstance(value, Optimizer | Schedule):
        return value.title
    if isinstance(value, tuple):
        is_race = bool(value) and hasattr(value[0], "layer_factors")
        names = race_lanes.names(value, [0] * len(value)) if is_race else map(_in_words, value)
        return ", ".join(names) or "none"
    if isinstance(value, float):
        return format_number(value, 3)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return type(value).__name__ if is_dataclass(value) else str(value)
