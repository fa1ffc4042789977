"""A slider over powers of ten, for the step h of a check or an experiment."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.widgets.labeled_slider import LabeledSlider
from core.numbers import format_number

STEPS_OF_A_DECADE = 4


class StepSlider(LabeledSlider):
    """A positive number from 10**least to 10**most, a quarter of a power of ten at a time.

    Signals: step_changed(number).
    """

    step_changed = Signal(float)

    def __init__(
        self, label: str, least: int, most: int, step: float, *, label_width: int = 20,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            label, least, most, step=1 / STEPS_OF_A_DECADE, value=math.log10(step),
            label_width=label_width, parent=parent,
        )  # fmt: skip
        self.slider.setPageStep(STEPS_OF_A_DECADE)
        self.valueChanged.connect(lambda _exponent: self.step_changed.emit(self.step()))

    def step(self) -> float:
        """The number itself."""
        return float(10.0 ** self.value())

    def set_step(self, step: float) -> None:
        """Move to the nearest place of the scale."""
        self.setValue(math.log10(step))

    def _text(self, number: float) -> str:
        return format_number(10.0**number, 2)
