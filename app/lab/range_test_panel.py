"""The range test: a rate that grows with every step until training breaks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.lab.experiment import SIDES, Experiment
from app.lab.found import Found, answers
from app.lab.marks import Dot, Line, Mark
from app.lab.number_fields import NumberChoice, number_fields
from app.lab.plot import Curve, Plot
from app.lab.source import Source
from app.lab.time_question import is_agreed_here
from app.widgets.buttons import Button
from core.lab import estimates, tables
from core.lab.range_test import RangeTest, RangeTestResult, run
from core.lab.running import Report, Reports
from core.numbers import format_number


class RangeTestPanel(Experiment):
    """Loss over the growing rate, smoothed, with rates to take over."""

    name = "range_test"
    heading = "Range test"
    sentence = "A rate that grows with every step until training breaks, and what to choose."
    plot_kinds = (partial(Plot, "learning rate", "loss", log_x=True, room_for_names=16),)

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        (self.plot,) = self.plots
        self.plot.setObjectName("range_test_plot")
        self.fields = number_fields(
            self.control_row, self.name,
            (
                NumberChoice("lowest", "Lowest", 1e-5), NumberChoice("highest", "Highest", 10.0),
                NumberChoice("steps", "Steps", 200, is_integer=True),
                NumberChoice("smoothing", "Smoothing", 0.9),
            ),
        )  # fmt: skip
        self.control_row.addStretch(1)
        self.suggested: list[Button] = []
        together = QWidget()  # so that they come into one line
        row = QHBoxLayout(together)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        for _ in range(3):
            button = Button("")
            button.hide()
            button.clicked.connect(lambda _on=False, button=button: self._take(button))
            row.addWidget(button)
            self.suggested.append(button)
        self.control_row.addWidget(together)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*SIDES)
        column.addWidget(self.plot)
        self.complete(body)
        theme.notifier.changed.connect(self._redraw)

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        lowest, highest, steps, smoothing = (
            self.fields[name].value() for name in ("lowest", "highest", "steps", "smoothing")
        )
        agreed = self.time_question.seconds

        def reports() -> Reports[Found]:
            start = source.begin()
            question = RangeTest(source.problem, start, lowest, highest, int(steps), smoothing)
            if (yield from is_agreed_here(question, estimates.for_steps, agreed)):
                yield from answers(question, run(question))

        return reports

    def show_question(self, question: RangeTest) -> None:
        for name, field in self.fields.items():
            field.setValue(getattr(question, name))

    def forget(self) -> None:
        self.plot.show_curves(())
        for button in self.suggested:
            button.hide()

    def show_report(self, report: Report[Found]) -> str:
        question, found = report.result.question, report.result.result
        self.plot.set_range(xs=(question.lowest, question.highest))
        self._redraw()
        for button, suggestion in zip(self.suggested, found.suggestions):
            button.setText(f"Use {format_number(suggestion.rate, 2)}, {suggestion.name}")
            button.setToolTip(f"{suggestion.rate:.6g}: {suggestion.reason}")
            button.show()
        self.say_below(found.ending)
        if not report.is_last:
            return f"at {format_number(found.rates[-1], 2)}"
        best = {s.name: s.rate for s in found.suggestions}.get("valley")
        return "no suggestion" if best is None else f"suggests {format_number(best, 2)}"

    def _take(self, button: Button) -> None:
        if self.found is not None:
            self.rate_wanted.emit(self.found.result.suggestions[self.suggested.index(button)].rate)

    def _redraw(self) -> None:
        if self.found is None:
            return
        now = theme.current()
        found: RangeTestResult = self.found.result
        curves = self.curves_of(self.found)
        marks: list[Mark] = []
        for suggestion in found.suggestions:
            words = f"{suggestion.name} {format_number(suggestion.rate, 2)}"
            color = now.color("accent" if suggestion.name == "valley" else "text2")
            marks.append(Line(suggestion.rate, color, words, 1.5, is_dashed=True))
        if not math.isnan(found.diverged_at):
            words = f"breaks at {format_number(found.diverged_at, 2)}"
            error = now.color("error")
            marks.append(Line(found.diverged_at, error, words, has_ground=True))
        if len(found.rates):
            last = Dot(float(found.rates[-1]), float(found.smoothed[-1]), now.color("text"))
            marks.append(last)
        self.plot.show_curves(curves, marks)

    def curves_of(self, found: Found) -> list[Curve]:
        color, result = theme.current().color("text"), found.result
        return [
            Curve(result.rates, result.losses, color, width=1.0, is_faint=True),
            Curve(result.rates, result.smoothed, color),
        ]

    def largest_plot(self) -> Plot:
        return self.plot

    def columns(self) -> dict[str, Any]:
        return {} if self.found is None else tables.of_range_test(self.found.result)
