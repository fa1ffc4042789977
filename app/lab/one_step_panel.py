"""One step under the glass: the loss after the next update, as a function of the rate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.lab.experiment import SIDES, Experiment
from app.lab.found import Found, answers
from app.lab.marks import Dot, Line, Mark
from app.lab.plot import Curve, Plot
from app.lab.source import Source
from app.training.choices import Choice, Number
from app.widgets.labels import TextLabel
from core import optim
from core.lab.one_step import Curve as Along
from core.lab.one_step import OneStep, OneStepResult, run
from core.lab.problems import Network, Problem
from core.lab.ranges import LogRange
from core.lab.running import Report, Reports
from core.lab.starts import Start
from core.numbers import format_number
from core.training import Trainer

OWN, ALL = "own", "all"
FIRST, FINE = 41, 241  # rates of the first look, and of the curve that is shown
SLOW = 0.5  # seconds of the first look: where it takes longer, the curve has no more rates
BEYOND = 1.6  # times the last stable rate that the axis reaches


class OneStepPanel(Experiment):
    """The loss along the update's real direction, its quadratic model, and the slider's rate."""

    name = "one_step"
    heading = "One step"
    sentence = "The loss after the next step, at each learning rate: overshoot before it happens."
    is_repeated_live = True
    plot_kinds = (partial(Plot, "learning rate of this one step", "loss", room_for_names=16),)

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        self._rate = math.nan
        self._made: tuple[Problem, Trainer] | None = None  # by the thread, for the next one
        (self.plot,) = self.plots
        self.plot.setObjectName("one_step_plot")
        self.directions = Choice(
            [(OWN, "its own optimizer"), (ALL, "SGD, momentum and Adam")], "one_step_directions"
        )
        self.directions.setAccessibleName("Directions")
        self.over = Choice(
            [("all points", "all points"), ("next batch", "the next batch")], "one_step_over"
        )
        self.over.setAccessibleName("Loss over")
        self.rate_field = Number("one_step_rate", 0.0, math.inf)
        self.rate_field.setAccessibleName("Marked rate")
        self.rate_field.set_width(92)
        self.rate_field.valueChanged.connect(self._on_rate)
        for words, widget in (
            ("Along", self.directions), ("Loss over", self.over), ("Rate", self.rate_field),
        ):  # fmt: skip
            self.control_row.addWidget(TextLabel(words, "text2"))
            self.control_row.addWidget(widget)
        self.control_row.addStretch(1)
        for choice in (self.directions, self.over):
            choice.chosen.connect(lambda _key: self.run() if self.found is not None else None)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*SIDES)
        column.addWidget(self.plot)
        self.complete(body)
        theme.notifier.changed.connect(self._redraw)

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        rate = source.problem.rate if math.isnan(self._rate) else self._rate
        optimizers: tuple[optim.Optimizer, ...] = ()
        if self.directions.currentData() == ALL:
            others = [optim.SGD(), optim.Momentum(), optim.Adam()]
            own = source.problem.optimizer
            optimizers = (own, *(o for o in others if o.name != own.name))
        over = self.over.currentData()

        def reports() -> Reports[Found]:
            problem, trainer = source.problem, self._trainer(source.problem)
            start = Start.of_trainer(trainer) if source.start is None else source.start
            # A first look finds how far the axis must reach to show the overshoot.
            began = time.perf_counter()
            first = run(OneStep(problem, start, rate, count=FIRST, over=over), trainer)
            reach = _reach(next(first).result.curves[0], rate)
            is_slow = time.perf_counter() - began > SLOW
            wide = LogRange(reach * (0.03 if is_slow else 0.001), reach)
            count = FIRST if is_slow else FINE
            question = OneStep(problem, start, rate, wide, count, optimizers, over)
            yield from answers(question, run(question, trainer))

        return reports

    def _trainer(self, problem: Problem) -> Trainer:
        """The one of last time, if only the rate is another: this is asked at every move of it."""
        if self._made is None or not _differ_by_rate_alone(self._made[0], problem):
            self._made = problem, problem.trainer()
        return self._made[1]

    def show_question(self, question: OneStep) -> None:
        with QSignalBlocker(self.directions), QSignalBlocker(self.over):
            self.directions.show_key(ALL if question.optimizers else OWN)
            self.over.show_key(question.over)
        self._rate = question.rate
        with QSignalBlocker(self.rate_field):
            self.rate_field.setValue(question.rate)

    def show_rate(self, rate: float) -> None:
        """The training tab's rate, which is marked on the curve."""
        if rate != self._rate:
            self._rate = rate
            with QSignalBlocker(self.rate_field):
                self.rate_field.setValue(rate)
            self._mark_anew()

    def _on_rate(self, rate: float) -> None:
        """The field was changed by hand: the training tab's slider goes along."""
        self._rate = rate
        self._mark_anew()
        if self.source is not None and self.source.is_own:
            self.rate_wanted.emit(rate)

    def _mark_anew(self) -> None:
        """Find out where the rate lands; what is under way is looked at again at its end."""
        if self.found is not None and self._rate > 0.0 and not self.job.is_running:
            self.run()

    def _on_ended(self, complaint: str) -> None:
        super()._on_ended(complaint)
        if not complaint and self.found is not None and self._is_new(self.found):
            self._mark_anew()

    def _is_new(self, found: Found) -> bool:
        """Whether the rate has been moved since this was asked."""
        return not math.isnan(self._rate) and bool(found.question.rate != self._rate)

    def forget(self) -> None:
        if self.source is not None and not self.source.is_own:
            self._rate = self.source.problem.rate
            with QSignalBlocker(self.rate_field):
                self.rate_field.setValue(self._rate)
        self.plot.show_curves(())

    def show_report(self, report: Report[Found]) -> str:
        result: OneStepResult = report.result.result
        self._redraw()
        found = result.curves[0]
        self.say_below(_sentence(found, result.rate))
        if math.isnan(found.last_stable_rate):
            return f"rate {format_number(result.rate, 3)}"
        return f"last stable rate {format_number(found.last_stable_rate, 3)}"

    def _redraw(self) -> None:
        if self.found is None:
            return
        now, result = theme.current(), self.found.result
        found, curves = result.curves[0], self.curves_of(self.found)
        self.plot.set_room_for_names(16 if len(curves) == 1 else 92)
        model = np.concatenate([[found.loss], found.model_losses])
        rates = np.concatenate([[0.0], found.rates])
        top = found.loss + 0.6 * max(found.loss - float(np.nanmin(found.losses)), 1e-12)
        shown = model <= top
        quiet = now.color("text2")
        curves.append(Curve(rates[shown], model[shown], quiet, width=1.5, is_dashed=True))
        low = float(np.nanmin(np.where(np.isfinite(found.losses), found.losses, np.nan)))
        if not math.isnan(found.best_rate):
            low = min(low, float(np.min(model[shown])))
        pad = 0.08 * (top - low)
        self.plot.set_range((0.0, float(found.rates[-1])), (low - pad, top))
        self.plot.show_curves(curves, self._marks(found, result.rate))

    def curves_of(self, found: Found) -> list[Curve]:
        now, result = theme.current(), found.result
        curves = []
        for k, curve in enumerate(result.curves):
            color = now.color("text") if k == 0 else QColor(now.runs[k])
            rates = np.concatenate([[0.0], curve.rates])
            losses = np.concatenate([[curve.loss], curve.losses])
            name = curve.optimizer.title if len(result.curves) > 1 else ""
            curves.append(Curve(rates, losses, color, name))
        return curves

    def _marks(self, found: Along, rate: float) -> list[Mark]:
        now = theme.current()
        marks: list[Mark] = []
        if not math.isnan(found.last_stable_rate):
            words = f"last stable {format_number(found.last_stable_rate, 3)}"
            error = now.color("error")
            marks.append(Line(found.last_stable_rate, error, words, has_ground=True))
            best = found.loss - 0.5 * found.best_rate * found.slope
            words = f"model’s best {format_number(found.best_rate, 3)}"
            marks.append(Dot(found.best_rate, best, now.color("text2"), words, is_hollow=True))
        now_words = f"now {format_number(found.loss, 3)}"
        marks.append(Dot(0.0, found.loss, now.color("text"), now_words))
        words = f"rate {format_number(rate, 3)} lands on {format_number(found.loss_at_rate, 3)}"
        marks.append(Dot(rate, found.loss_at_rate, now.color("accent"), words, has_stem=True))
        return marks

    def largest_plot(self) -> Plot:
        return self.plot

    def columns(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        table: dict[str, Any] = {}
        for curve in self.found.result.curves:
            name = curve.optimizer.title
            table |= {
                f"rate, {name}": curve.rates.tolist(),
                f"loss, {name}": curve.losses.tolist(),
                f"quadratic model, {name}": curve.model_losses.tolist(),
            }
        return table


def _differ_by_rate_alone(one: Problem, other: Problem) -> bool:
    if isinstance(one, Network) and isinstance(other, Network):
        return set(one.setup.differences(other.setup)) <= {"learning_rate"}
    return one == other


def _reach(found: Along, rate: float) -> float:
    """How far the axis goes: beyond the last stable rate and the marked one, or to 1."""
    reach = found.last_stable_rate * BEYOND if not math.isnan(found.last_stable_rate) else 1.0
    return max(reach, 1.2 * rate if rate < 20 * reach else 0.0)


def _sentence(found: Along, rate: float) -> str:
    """What a step at this rate does, and what the model expects of it."""
    after, before = found.loss_at_rate, found.loss
    what = "falls" if after < before else "rises"
    if not math.isfinite(after):
        what = "overflows"
    words = f"At {format_number(rate, 3)} the loss {what}, from {format_number(before, 3)}"
    words += f" to {format_number(after, 3)}."
    if math.isnan(found.last_stable_rate):
        return f"{words} The curvature along the step is not positive: the model has no limit."
    if rate > found.last_stable_rate and after < before:
        return f"{words} The model is overshot, yet the real loss falls."
    if rate > found.last_stable_rate:
        return f"{words} The step overshoots the valley."
    return f"{words} The model’s best rate is {format_number(found.best_rate, 3)}."
