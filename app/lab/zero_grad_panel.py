"""The forgotten zero_grad: with it, without, and momentum with beta = 1 as the explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app import theme
from app.lab.found import Found, answers
from app.lab.marks import Line
from app.lab.number_fields import NumberChoice
from app.lab.plot import Curve, Plot
from app.lab.source import LECTURE, Source
from app.lab.time_question import is_agreed_here
from app.lab.two_plots import TwoPlots
from app.widgets.buttons import QuietButton
from core.lab import estimates
from core.lab.ranges import LogRange
from core.lab.running import Report, Reports
from core.lab.zero_grad import ZeroGrad, ZeroGradResult, run
from core.numbers import format_number


class ZeroGradPanel(TwoPlots):
    """Two runs whole above, and below where both end at many rates."""

    name = "zero_grad"
    heading = "zero_grad"
    sentence = "What happens without zero_grad: where it helps, where it breaks, and why."

    plot_kinds = (
        partial(Plot, "step", "loss", log_y=True, room_for_names=150),
        partial(
            Plot, "learning rate", "loss at the end", log_x=True, log_y=True, room_for_names=150
        ),
    )
    fields_offered = (
        NumberChoice("rate", "Rate", 0.1, 0.0, 1e300),
        NumberChoice("steps", "Steps", 100, 1, 100_000, is_integer=True),
        NumberChoice("low", "At rates from", 1e-4),
        NumberChoice("high", "to", 1.0),
    )

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        lecture = QuietButton("On the lecture’s data")
        lecture.setObjectName("zero_grad_lecture")
        lecture.setToolTip("Start from the lecture's network and its four examples")
        lecture.clicked.connect(lambda: self.source_wanted.emit(LECTURE))
        self.control_row.addWidget(lecture)

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        rate, steps, low, high = (field.value() for field in self.fields.values())
        rates, count = LogRange(low, high), int(steps)
        agreed = self.time_question.seconds

        def reports() -> Reports[Found]:
            question = ZeroGrad(source.problem, source.begin(), rate, count, rates)
            if (yield from is_agreed_here(question, estimates.for_steps, agreed)):
                yield from answers(question, run(question))

        return reports

    def show_question(self, question: ZeroGrad) -> None:
        for name, number in (
            ("rate", question.rate), ("steps", question.steps),
            ("low", question.rates.low), ("high", question.rates.high),
        ):  # fmt: skip
            self.fields[name].setValue(number)

    def set_large(self, is_large: bool) -> None:
        super().set_large(is_large)
        self.second.setVisible(is_large)

    def show_report(self, report: Report[Found]) -> str:
        found: ZeroGradResult = report.result.result
        self.second.set_range(xs=(float(found.rates[0]), float(found.rates[-1])))
        self.redraw()
        same = (
            "the very same numbers"
            if found.difference == 0.0
            else (f"the same up to {format_number(found.difference, 2)}")
        )
        self.say_below(
            f"{found.sentence} Momentum with beta = 1 gives {same}: what is left in grad is its "
            "velocity, a ball without friction."
        )
        if not report.is_last:
            return f"{report.share:.0%}".replace("%", " %")
        helps = int(np.count_nonzero(found.helps))
        return f"helps at {helps} of {len(found.rates)} rates"

    def redraw(self) -> None:
        if self.found is None:
            return
        now = theme.current()
        first, second = now.color("accent"), QColor(now.runs[3])
        self.plot.show_curves(self.curves_of(self.found))
        found: ZeroGradResult = self.found.result
        used = self.found.question.rate
        words = f"rate {format_number(used, 3)}"
        rate = Line(used, now.color("text2"), words, 1.5, is_dashed=True)
        self.second.show_curves(
            [
                Curve(found.rates, found.ends_with_it, first, "zero_grad"),
                Curve(found.rates, found.ends_without, second, "forgotten"),
            ],
            [rate],
        )

    def curves_of(self, found: Found) -> list[Curve]:
        now, result = theme.current(), found.result
        steps = np.arange(1.0, len(result.with_it) + 1.0)
        return [
            Curve(steps, result.with_it, now.color("accent"), "zero_grad"),
            Curve(steps, result.without, QColor(now.runs[3]), "forgotten"),
            Curve(steps, result.momentum, now.color("text"), "momentum 1", width=1.5,
                  is_dashed=True),
        ]  # fmt: skip

    def columns(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        found: ZeroGradResult = self.found.result
        return {
            "with zero_grad": found.with_it.tolist(), "without": found.without.tolist(),
            "momentum, beta 1": found.momentum.tolist(), "rate": found.rates.tolist(),
            "end with zero_grad": found.ends_with_it.tolist(),
            "end without": found.ends_without.tolist(),
        }  # fmt: skip
