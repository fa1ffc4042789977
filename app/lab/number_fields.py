"""The number fields of an experiment, with their words before them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from app.training.choices import Number
from app.widgets.labels import TextLabel
from app.widgets.wrapped_row import WrappedRow

WIDTH = 84


@dataclass(frozen=True)
class NumberChoice:
    """A number to choose. key: its name in the question of the experiment."""

    key: str
    words: str
    value: float
    least: float = -math.inf
    most: float = math.inf
    is_integer: bool = False


def number_fields(
    row: WrappedRow, experiment: str, choices: Iterable[NumberChoice]
) -> dict[str, Number]:
    """A field for each, by its key, at the end of a row of controls."""
    made = {}
    for choice in choices:
        field = Number(
            f"{experiment}_{choice.key}", choice.least, choice.most, is_integer=choice.is_integer
        )
        field.setValue(choice.value)
        field.set_width(WIDTH)
        field.setAccessibleName(f"{experiment.replace('_', ' ').capitalize()}: {choice.words}")
        row.addWidget(TextLabel(choice.words, "text2"))
        row.addWidget(field)
        made[choice.key] = field
    return made
