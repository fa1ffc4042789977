"""Sharpness while training: how 2 / sharpness comes down to the rate, and stays there."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from app import theme
from app.lab.found import Found, answers
from app.lab.number_fields import NumberChoice
from app.lab.plot import Curve, Plot
from app.lab.source import Source
from app.lab.time_question import is_agreed_here
from app.lab.two_plots import TwoPlots
from core.lab import estimates
from core.lab.running import Report, Reports
from core.lab.sharpening import Sharpening, SharpeningResult, run
from core.numbers import format_number


class SharpnessPanel(TwoPlots):
    """The largest stable rate beside the rate in use, over the loss of the same run."""

    name = "sharpness"
    heading = "Sharpness"
    sentence = "How sharp the loss is, and the largest stable rate that follows, while it trains."

    plot_kinds = (
        partial(Plot, "step", "learning rate", log_y=True, room_for_names=120),
        partial(Plot, "step", "loss", log_y=True, room_for_names=120),
    )
    fields_offered = (
        NumberChoice("rate", "Rate", 0.1, least=0.0),
        NumberChoice("steps", "Steps", 1000, 1, 1_000_000, is_integer=True),
        NumberChoice("every", "Measured every", 10, 1, 1_000_000, is_integer=True),
    )

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        rate, steps, every = (field.value() for field in self.fields.values())
        count, every = int(steps), int(min(every, steps))
        agreed = self.time_question.seconds

        def reports() -> Reports[Found]:
            question = Sharpening(source.problem, source.begin(), rate, count, every)
            if (yield from is_agreed_here(question, estimates.for_sharpening, agreed)):
                yield from answers(question, run(question))

        return reports

    def show_question(self, question: Sharpening) -> None:
        for name in ("rate", "steps", "every"):
            self.fields[name].setValue(getattr(question, name))

    def show_report(self, report: Report[Found]) -> str:
        question, found = report.result.question, report.result.result
        for plot in (self.plot, self.second):
            plot.set_range(xs=(0.0, float(question.steps)))
        self.redraw()
        sharpness, limit = float(found.sharpness[-1]), float(found.limits[-1])
        if report.is_last:
            self.say_below(_sentence(found, limit))
        return f"{format_number(sharpness, 3)} now, limit {format_number(limit, 3)}"

    def redraw(self) -> None:
        if self.found is None:
            return
        now = theme.current()
        found: SharpeningResult = self.found.result
        self.plot.show_curves(self.curves_of(self.found))
        losses = np.arange(1.0, len(found.losses) + 1.0)
        self.second.show_curves([Curve(losses, found.losses, now.color("text"), "loss")])

    def curves_of(self, found: Found) -> list[Curve]:
        now, result = theme.current(), found.result
        steps = result.steps.astype(np.float64)
        ends = np.array([0.0, max(float(steps[-1]), 1.0)])
        words = f"rate {format_number(result.rate, 3)}"
        return [
            Curve(steps, result.limits, now.color("error"), "last stable"),
            Curve(ends, np.full(2, result.rate), now.color("accent"), words),
        ]

    def columns(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        found: SharpeningResult = self.found.result
        return {
            "step": found.steps.astype(np.float64).tolist(),
            "sharpness": found.sharpness.tolist(), "largest stable rate": found.limits.tolist(),
            "loss of each step": found.losses.tolist(),
        }  # fmt: skip


def _sentence(found: SharpeningResult, limit: float) -> str:
    """What the run has come to."""
    words = f"The largest stable rate is {found.formula}: {format_number(limit, 3)} at the end."
    if not np.isfinite(found.losses).all():
        return f"{words} The run diverged at step {len(found.losses):,}."
    if math.isfinite(limit) and limit < found.rate:
        return (
            f"{words} The rate is above it: the steps cross the valley, at the edge of stability."
        )
    if found.is_at_the_edge:
        return f"{words} It has come down to the rate: the edge of stability."
    return f"{words} The rate is below it: the steps stay stable."
