"""The error of a gradient check over its step h: the famous V, with what h and float64 explain."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.experiments.plot import Plot
from core.experiments.gradient_check import LEAST_STEP, MOST_STEP, GradientCheck

_LEAST_TOP = -8.0  # power of ten that the plot reaches up to, however small the errors are


class ErrorPlot(Plot):
    """Points for the checks of one gradient, of which one is at the present step; drag to choose h.

    errors, explained, present: what is drawn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Error of the gradient check against h", is_log=True, parent=parent)
        self.setToolTip("Drag to choose h")
        self.explained = self.add_line("text3", 1.5, is_dashed=True)
        self.errors = self.add_points(0, 6.0)
        self.present = self.add_points("accent", 11.0)

    def clear(self) -> None:
        """Show no check."""
        for series in (self.errors, self.explained, self.present):
            series.hide()

    def show_checks(
        self, checks: Sequence[GradientCheck], h: float, caption: str, *, is_finite: bool = True
    ) -> str:
        """The checks at all steps; returns what to say of the one at h.

        caption: of the errors. is_finite: whether the output is a number.
        """
        errors = [check.error for check in checks]
        finite = [math.log10(error) for error in errors if 0 < error < math.inf]
        top = max([_LEAST_TOP, *finite]) + 1
        bottom = min([-14.0, *finite]) - 1
        floor = 10 ** (bottom + 0.1)  # where an error of exactly 0 is drawn
        steps = [check.h for check in checks]
        self.errors.show(steps, [floor if error == 0 else error for error in errors])
        self.explained.show(steps, [max(check.explained, floor) for check in checks])
        nearest = min(checks, key=lambda check: abs(math.log(check.h / h)))
        self.set_present(h)
        self.present.show([nearest.h], [max(nearest.error, floor)])
        self.set_captions("h", caption)
        self.set_ranges((LEAST_STEP - 0.2, MOST_STEP + 0.2), (bottom, top))
        words = _explain(nearest, is_finite=is_finite)
        self.setAccessibleDescription(words)
        return words


def _explain(check: GradientCheck, *, is_finite: bool) -> str:
    """Which arm of the V this is."""
    if not math.isfinite(check.grad) or not is_finite:
        return "There is no slope: a number on the way is not finite."
    if math.isnan(check.slope):
        return "h is lost in the rounding of x: x + h is x itself."
    if check.error == 0:
        return "No error at all: the slope that is measured is the gradient to the last digit."
    if check.curvature > check.rounding:
        return "Right arm: the curve bends between x − h and x + h; the error falls with h²."
    return "Left arm: the output's last digit, divided by h; the error grows as h shrinks."
