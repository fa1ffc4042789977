"""Schedules, chosen or drawn by hand, and compared with a constant rate in a race."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app import theme
from app.lab.experiment import SIDES, Experiment
from app.lab.found import Found
from app.lab.marks import Dot
from app.lab.plot import Curve, Plot
from app.lab.race_run import RaceRun, shown_again
from app.lab.schedule_drawing import ScheduleDrawing
from app.lab.source import Source
from app.training.choices import Choice, Number
from app.widgets.buttons import Button
from app.widgets.containers import OwnSplitter
from app.widgets.labels import TextLabel
from core.lab import schedules
from core.lab.main_run import with_rate
from core.lab.problems import Network
from core.lab.race import Lane, RaceQuestion
from core.lab.running import Report, Reports
from core.numbers import format_number
from core.optim import Constant, Cosine, Drawn, LinearDecay, Schedule, StepDecay, WarmUp

DRAWN = "drawn"
CHOICES = (
    ("cosine", "cosine"), ("linear", "linear decay"), ("step", "step decay"),
    ("warm_up", "warm-up"), (DRAWN, "drawn by hand"),
)  # fmt: skip
NAMES = ("schedule", "constant")
KEYS = {Cosine: "cosine", LinearDecay: "linear", StepDecay: "step", WarmUp: "warm_up", Drawn: DRAWN}


class SchedulesPanel(Experiment):
    """The schedule above, where it can be drawn on, and the race with a constant rate below."""

    name = "schedules"
    heading = "Schedules"
    sentence = "A rate that changes over the steps: chosen or drawn, against a constant one."
    plot_kinds = (ScheduleDrawing, partial(Plot, "step", "loss", log_y=True, room_for_names=104))

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        self._points: list[tuple[float, float]] = []
        self.drawing, self.loss = self.plots
        self.drawing.drawing.connect(self._preview)
        self.drawing.drawn.connect(self._take)
        self.drawing.selection_changed.connect(self._redraw)
        self.drawing.setToolTip(
            "Draw a schedule: a stroke draws, a click sets a point, a drag moves it, Ctrl+click "
            "removes it. Keys: Left and Right choose a point, Up and Down change its rate, with "
            "Shift it moves; Insert adds one, Delete removes it."
        )
        self.loss.setObjectName("schedules_loss_plot")
        self.kind = Choice(CHOICES, "schedules_kind")
        self.kind.setAccessibleName("Schedule")
        self.kind.chosen.connect(lambda _key: self._redraw())
        self.rate = Number("schedules_rate", 1e-12, math.inf)
        self.steps = Number("schedules_steps", 2, 1_000_000, is_integer=True)
        self.steps.setValue(600)
        for words, widget in (
            ("Schedule", self.kind), ("From rate", self.rate), ("Steps", self.steps),
        ):  # fmt: skip
            self.control_row.addWidget(TextLabel(words, "text2"))
            self.control_row.addWidget(widget)
            widget.setAccessibleName(words)
        for field in (self.rate, self.steps):
            field.set_width(84)
        self.rate.setValue(0.1)
        for field in (self.rate, self.steps):
            field.valueChanged.connect(lambda _number: self._redraw())
        self.control_row.addStretch(1)
        self.use = Button("Use in training")
        self.use.setObjectName("schedules_use")
        self.use.setToolTip("Train with this schedule from now on")
        self.use.clicked.connect(self._use)
        self.control_row.addWidget(self.use)
        body = OwnSplitter("lab_schedules_plots", Qt.Orientation.Vertical, self.drawing, self.loss)
        body.setContentsMargins(*SIDES)
        body.suggest((2000, 3000))
        self.complete(body)
        theme.notifier.changed.connect(self._redraw)

    # ----- the schedule ---------------------------------------------------------------------

    def schedule(self) -> Schedule:
        """What is chosen or drawn. ValueError, in words, for an impossible one."""
        rate, steps = self.rate.value(), int(self.steps.value())
        rise = max(1, steps // 10)
        kinds: dict[str, Callable[[], Schedule]] = {
            "cosine": lambda: Cosine(rate, 0.0, steps),
            "linear": lambda: LinearDecay(rate, 0.1 * rate, steps),
            "step": lambda: StepDecay(rate, 0.5, max(1, steps // 5)),
            "warm_up": lambda: WarmUp(rise, Constant(rate)),
            DRAWN: lambda: schedules.drawn(self._points or [(0.0, rate)]),
        }
        return kinds[self.kind.currentData()]()

    def _use(self) -> None:
        """Hand the schedule to the training tab."""
        if self.source is None or not isinstance(self.source.problem, Network):
            self.refused.emit("This problem has no training tab: start from its first step or now.")
            return
        try:
            made = with_rate(self.source.problem.setup, Lane(self.schedule()))
        except ValueError as error:
            self.refused.emit(str(error))
            return
        names = ("learning_rate", "schedule", "schedule_steps", "schedule_shape")
        self.setup_wanted.emit({name: getattr(made, name) for name in names})
        self.say_below(f"The training tab has this schedule now: {self.kind.currentText()}.")

    def _preview(self, points: list[tuple[float, float]]) -> None:
        before, self._points = self._points, points
        self.kind.show_key(DRAWN)
        self._redraw()
        self._points = before

    def _take(self, points: list[tuple[float, float]]) -> None:
        """What was drawn, without the points that the line can do without."""
        self._points = list(schedules.drawn(points).points) if points else []
        self.kind.show_key(DRAWN)
        self._redraw()

    # ----- the race -------------------------------------------------------------------------

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        lanes = (Lane(self.schedule()), Lane(self.rate.value()))
        steps = int(self.steps.value())
        return RaceRun(
            lambda: RaceQuestion(source.problem, source.begin(), lanes, steps),
            agreed=self.time_question.seconds,
        ).reports

    def show_question(self, question: RaceQuestion) -> None:
        schedule, constant = (lane.rate for lane in question.lanes)
        if isinstance(schedule, Drawn):
            self._points = list(schedule.points)
        if isinstance(constant, float):
            self.rate.setValue(constant)
        self.steps.setValue(question.steps)
        self.kind.show_key(KEYS.get(type(schedule), DRAWN))
        self._redraw()

    def show_rate(self, rate: float) -> None:
        if self.found is None:
            self.rate.setValue(max(rate, 1e-12))

    def forget(self) -> None:
        if self.source is not None:
            self.rate.setValue(max(self.source.problem.rate, 1e-12))
        self.show_body()  # there is something to draw on before anything has been run
        self._redraw()

    def show_report(self, report: Report[Found]) -> str:
        self._redraw()
        lines = report.result.extra.lines
        ends = [losses[-1] for _steps, losses in lines if len(losses)]
        if len(ends) < 2:
            return f"{report.share:.0%}".replace("%", " %")
        a, b = (format_number(end, 3) for end in ends)
        if report.is_last:
            better = "lower" if ends[0] < ends[1] else "not lower"
            self.say_below(f"The schedule ends at {a}, {better} than the constant rate’s {b}.")
        return f"{a}, constant {b}"

    def _redraw(self) -> None:
        now, steps = theme.current(), int(self.steps.value())
        try:
            chosen = self.schedule()
        except ValueError as error:
            self.say_below(str(error))
            return
        at, rates = schedules.preview(chosen, steps)
        level = schedules.preview(Constant(self.rate.value()), steps, 2)
        accent, quiet = now.color("accent"), now.color("text2")
        points = tuple(chosen.points) if hasattr(chosen, "points") else ()
        self.drawing.points = points
        chosen_point = self.drawing.selected
        dots = [
            Dot(step, rate, accent, radius=5.0, is_hollow=k == chosen_point)
            for k, (step, rate) in enumerate(points)
        ]
        top = float(max(rates.max(), level[1].max()))
        shown = rates[rates > 0.0]
        low = max(float(shown.min()) if len(shown) else top, top * 1e-4)
        self.drawing.set_range((0.0, float(steps)), (low / 3.0, top * 3.0))
        self.drawing.show_curves(
            [Curve(at, rates, accent, NAMES[0]), Curve(*level, quiet, NAMES[1], is_dashed=True)],
            dots,
        )
        self.loss.set_range(xs=(0.0, float(steps)))
        self.loss.show_curves(() if self.found is None else self.curves_of(self.found))

    def curves_of(self, found: Found) -> list[Curve]:
        now = theme.current()
        colors = now.color("accent"), now.color("text2")
        return [
            Curve(steps, losses, color, name)
            for (steps, losses), color, name in zip(found.extra.lines, colors, NAMES)
        ]

    def again(self, found: Found) -> Reports[Found]:
        return shown_again(found)

    def largest_plot(self) -> Plot:
        return self.loss

    def columns(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        result = self.found.result
        schedule, constant = result.losses
        rates = [float(result.lanes[0].rate(k)) for k in range(len(schedule))]
        return {
            "rate": rates, "loss, schedule": schedule.tolist(), "loss, constant": constant.tolist(),
        }  # fmt: skip
