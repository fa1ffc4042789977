"""The race: the same start and data, in each lane something else, live on one plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app import theme
from app.lab import race_lanes
from app.lab.experiment import SIDES, Experiment
from app.lab.found import Found
from app.lab.lane_cards import WORDS, Card, LaneCards
from app.lab.lane_colors import lane_colors
from app.lab.plot import Curve, Plot
from app.lab.race_plot import RacePlot
from app.lab.race_run import Fork, Levels, RaceRun, forks_of, shown_again, with_fork
from app.lab.source import Source
from app.training import heat
from app.training.choices import Choice, Number
from app.widgets.buttons import Button, QuietButton
from app.widgets.labels import TextLabel
from core.lab.problems import Network
from core.lab.race import MOST_LANES, MOST_STEPS, Lane, RaceQuestion, RaceResult
from core.lab.running import Report, Reports
from core.numbers import format_number

STEPS = 600
LONGEST_NAME = 16  # characters of a lane's name on a button


class RacePanel(Experiment):
    """Lanes on one logarithmic plot, with their boundaries as small multiples."""

    name = "race"
    heading = "Race"
    sentence = "The same start and data at several learning rates, side by side."
    takes_less = "Fewer lanes or steps take less; what is found can be seen at once."
    plot_kinds = (RacePlot,)

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        self._run: RaceRun | None = None  # that shows
        self._begun: RaceRun | None = None  # of which nothing has been shown yet
        self._is_typed = True  # the lanes are those of the text field
        self._given: tuple[str, ...] = ()  # names of lanes that were not typed here
        self._images: tuple[tuple[Levels, ...], list[QImage]] = ((), [])
        self._current: int | None = None
        self._varied = race_lanes.RATE
        (self.plot,) = self.plots
        self.plot.curve_clicked.connect(self.choose_lane)
        self.plot.fork_wanted.connect(self._fork_at)
        self.cards = LaneCards()
        self.cards.chosen.connect(self.choose_lane)
        self._make_controls()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*SIDES)
        column.setSpacing(theme.GAP)
        column.addWidget(self.plot, 1)
        column.addWidget(self.cards)
        self.complete(body)
        theme.notifier.changed.connect(self._recolour)

    def _make_controls(self) -> None:
        self.varied = Choice(race_lanes.CHOICES, "race_varied")
        self.varied.setAccessibleName("What differs between the lanes")
        self.varied.chosen.connect(self._vary)
        self.lanes = QLineEdit(race_lanes.DEFAULTS[race_lanes.RATE])
        self.lanes.setObjectName("race_lanes")
        self.lanes.setAccessibleName("Lanes, with commas between them")
        self.lanes.returnPressed.connect(self.run)
        self.steps = Number("race_steps", 1, MOST_STEPS, is_integer=True)
        self.steps.setValue(STEPS)
        self.steps.setAccessibleName("Steps of the race")
        self.more = Button("Lane", "plus")
        self.more.setToolTip("One more lane; in mid-run, the chosen lane splits in two")
        self.more.clicked.connect(self._add_lane)
        self.fork_rate = Number("race_fork_rate", 0.0, math.inf)
        self.fork_rate.setAccessibleName("Rate of the chosen lane")
        self.fork_rate.setToolTip("Another rate for the chosen lane: in mid-run it forks there")
        self.fork_rate.committed.connect(lambda _old, new: self._change_rate(new))
        self.take_over = QuietButton("Make it the main run")
        self.take_over.setToolTip("Go on with the chosen lane in the training tab")
        self.take_over.clicked.connect(self._take_over)
        for words, widget, stretch in (
            ("Lanes by", self.varied, 1), ("", self.lanes, 3), ("Steps", self.steps, 0),
            ("Chosen lane's rate", self.fork_rate, 0),
        ):  # fmt: skip
            if words:
                self.control_row.addWidget(TextLabel(words, "text2"))
            self.control_row.addWidget(widget, stretch)
        for field in (self.steps, self.fork_rate):
            field.set_width(84)
        self.lanes.setMinimumWidth(150)
        for button in (self.take_over, self.more):
            self.add_action_widget(button)
        self._vary(race_lanes.RATE)
        self._show_choice()

    # ----- the question ---------------------------------------------------------------------

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        lanes = race_lanes.read(self._varied, self.lanes.text(), source.problem)
        steps = int(self.steps.value())
        self.plot.expect(len(lanes))
        self._is_typed, self._given, self._current = True, (), None
        self._begun = RaceRun(
            lambda: RaceQuestion(source.problem, source.begin(), lanes, steps),
            agreed=self.time_question.seconds,
        )
        return self._begun.reports

    def run_question(
        self, question: RaceQuestion, names: tuple[str, ...] = (), forks: tuple[Fork, ...] = ()
    ) -> None:
        """Run a race that was made elsewhere, such as a pixel of the map."""
        self._is_typed, self._given, self._current = False, names, None
        self._begin_anew(question, forks)

    def _begin_anew(self, question: RaceQuestion, forks: tuple[Fork, ...]) -> None:
        self._begun = RaceRun(lambda: question, forks)
        self.begin(self._begun.reports)

    def again(self, found: Found) -> Reports[Found]:
        return shown_again(found)

    def show_question(self, question: RaceQuestion) -> None:
        what, text = race_lanes.typed(question.lanes)
        with QSignalBlocker(self.varied):
            self.varied.show_key(what)
        self._vary(what)
        self.lanes.setText(text)
        self.steps.setValue(question.steps)

    def show_again(self, found: Found) -> None:
        question, result = found.question, found.result
        forks = forks_of(question, result)
        self._is_typed, self._given, self._current = False, (), None
        self._run, self._begun = RaceRun(lambda: question, forks, result.step), None
        super().show_again(found)

    def forget(self) -> None:
        self._run = self._begun = self._current = None
        self.plot.show_curves(())
        self.cards.show_cards((), None)
        self._show_choice()

    def _vary(self, what: str) -> None:
        self._varied = what
        self.lanes.setText(race_lanes.DEFAULTS[what])
        words = f"2 to {MOST_LANES} lanes, with commas between them"
        is_rate = what == race_lanes.RATE
        self.lanes.setToolTip(words if is_rate else f"{words}; “at 0.01” gives one its own rate")

    # ----- lanes ----------------------------------------------------------------------------

    @property
    def _result(self) -> RaceResult | None:
        return None if self.found is None else self.found.result

    @property
    def _names(self) -> list[str]:
        result = self._result
        if result is None:
            return []
        return race_lanes.names(result.lanes, result.joined, self._given)

    @property
    def _chosen(self) -> Lane | None:
        """The chosen lane; None where there is none, or it has not joined yet."""
        result = self._result
        if result is None or self._current is None or self._current >= len(result.lanes):
            return None
        return result.lanes[self._current]

    def choose_lane(self, index: int) -> None:
        """Mark a lane; its rate can be changed and it can become the main run."""
        self._current = index
        self._redraw()
        self._show_choice()
        if self._result is not None:
            self.say_below(self._sentence(self._result))

    def _add_lane(self) -> None:
        chosen = self._chosen
        if self.job.is_running and chosen is not None and isinstance(chosen.rate, float):
            self._change_rate(chosen.rate / 2)
            return
        try:
            self.lanes.setText(race_lanes.with_one_more(self._varied, self.lanes.text()))
        except ValueError as error:
            self.refused.emit(str(error))

    def _change_rate(self, rate: float) -> None:
        """Fork the chosen lane where it is now; where the race is over, run it anew."""
        if self._chosen is None or self._current is None or self.found is None:
            return
        run = self._begun or self._run
        if self.job.is_running and run is not None:
            if self._is_free_for_another():
                run.fork(self._current, rate)
            return
        question, result = self.found.question, self.found.result
        forks, k = forks_of(question, result), self._current
        count = len(question.lanes)
        if k >= count:
            old = forks[k - count]
            forks = (*forks[: k - count], replace(old, rate=rate), *forks[k - count + 1 :])
        else:
            lanes = list(question.lanes)
            lanes[k] = replace(lanes[k], rate=rate)
            question, self._given = replace(question, lanes=tuple(lanes)), ()
            if self._is_typed:
                text = race_lanes.with_rate(self._varied, self.lanes.text(), k, rate)
                self.lanes.setText(text)
        self._begin_anew(question, forks)

    def _fork_at(self, lane: int, step: int) -> None:
        """The lane's dot was dropped at a step: the race goes on from there with another lane."""
        if self.found is None or not self._is_free_for_another():
            return
        question, result = self.found.question, self.found.result
        rate = result.lanes[lane].rate
        if not isinstance(rate, float):
            self.refused.emit("A schedule has no single rate to change: fork a constant lane.")
            return
        name = self._names[lane]
        new = Fork(step, lane, rate / 2)
        forks, self._current = with_fork(forks_of(question, result), new, len(question.lanes))
        self._begin_anew(question, forks)
        self.fork_rate.setFocus()
        self.say_below(f"{name} forks at step {step:,}, with half its rate. Type another one.")

    def _is_free_for_another(self) -> bool:
        result = self._result
        if result is not None and len(result.lanes) >= MOST_LANES:
            self.refused.emit(f"A race has {MOST_LANES} lanes at most.")
            return False
        return True

    def _take_over(self) -> None:
        if self._chosen is not None and self._current is not None and self._run is not None:
            self.take(self._run.taken, self._current)

    def _show_choice(self) -> None:
        chosen = self._chosen
        is_network = self.found is not None and isinstance(self.found.question.problem, Network)
        self.take_over.setEnabled(chosen is not None and is_network)
        self.fork_rate.setEnabled(chosen is not None and isinstance(chosen.rate, float))
        name = "it" if chosen is None or self._current is None else self._names[self._current]
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self.take_over.setText(f"Make {short} the main run")
        rate = None if chosen is None else chosen.rate
        if isinstance(rate, float) and rate != self.fork_rate.value():
            self.fork_rate.setValue(rate)

    # ----- the picture ----------------------------------------------------------------------

    def show_report(self, report: Report[Found]) -> str:
        self._run, self._begun = self._begun or self._run, None
        question, result = report.result.question, report.result.result
        self.plot.set_range(xs=(0.0, float(question.steps)))
        self._redraw(is_on=not report.is_last)
        self._show_choice()
        count = len(result.lanes)
        if not report.is_last:
            return f"{count} lanes, step {result.step:,}"
        self.say_below(self._sentence(result))
        leader = _leader(result)
        return f"{count} lanes, {'none' if leader is None else self._names[leader]} leads"

    def _sentence(self, result: RaceResult) -> str:
        """What is to be said of the chosen lane or the leader, and of the race."""
        k = self._current if self._chosen is not None else _leader(result)
        if k is None:
            words = "No lane is below where it started."
        else:
            words = f"{self._names[k]}: {result.verdicts[k].reason}"
        if self._is_typed:
            words += f" {race_lanes.WHAT_DIFFERS[self._varied]}"
        return f"{words} Drag the dot of a lane to fork it from that step."

    def set_large(self, is_large: bool) -> None:
        super().set_large(is_large)
        for widget in (self.cards, self.take_over):
            widget.setVisible(is_large)
        self.more.setVisible(is_large and not self.is_kept)

    def _recolour(self) -> None:
        self._images = ((), [])
        self._redraw()

    def _redraw(self, *, is_on: bool = False) -> None:
        if self.found is None:
            return
        picture = self.found.extra
        curves = self.curves_of(self.found)
        is_other_picture = picture.levels is not self._images[0]
        if is_other_picture:  # they come less often than the losses
            self._images = (picture.levels, [heat.image(level) for level in picture.levels])
        self.plot.show_curves(curves)
        if is_other_picture or not is_on or not picture.levels:
            self._show_cards(curves)

    def _show_cards(self, curves: list[Curve]) -> None:
        assert self.found is not None
        images, cards = self._images[1], []
        for k, (curve, verdict) in enumerate(zip(curves, self.found.result.verdicts)):
            last = format_number(curve.ys[-1], 2) if len(curve.ys) else "–"
            image = images[k] if k < len(images) else None
            reason = verdict.reason
            cards.append(Card(curve.name, last, verdict.name, reason, curve.color, image))
        self.cards.set_points(*(self.found.extra.plane or (None, None)))
        self.cards.show_cards(cards, self._current)

    def curves_of(self, found: Found) -> list[Curve]:
        result = found.result
        given = self._given if found is self.found else ()
        names = race_lanes.names(result.lanes, result.joined, given)
        colors, curves = self._colors(result), []
        for k, ((xs, ys), verdict) in enumerate(zip(found.extra.lines, result.verdicts)):
            note = WORDS.get(verdict.name, "") if verdict.name != "learning" else ""
            width = 3.5 if k == self._current else 2.0
            curves.append(Curve(xs, ys, colors[k], names[k], note, width))
        return curves

    def _colors(self, result: RaceResult) -> list[QColor]:
        """By rank of the rate, so that the same order of rates has the same colours."""
        lanes = result.lanes
        order = sorted(range(len(lanes)), key=partial(race_lanes.rank, lanes))
        ramp = lane_colors(len(lanes))
        colors = [ramp[0]] * len(lanes)
        for place, k in enumerate(order):
            colors[k] = ramp[place]
        return colors

    def largest_plot(self) -> Plot:
        return self.plot

    def columns(self) -> dict[str, Any]:
        result = self._result
        if result is None:
            return {}
        steps = max((j + len(losses) for j, losses in zip(result.joined, result.losses)), default=0)
        table: dict[str, Any] = {"step": [float(k) for k in range(steps)]}
        for name, joined, losses in zip(self._names, result.joined, result.losses):
            table[f"loss, {name}"] = [math.nan] * joined + losses.tolist()
        return table


def _leader(result: RaceResult) -> int | None:
    return next((k for k, v in enumerate(result.verdicts) if v.name == "leader"), None)
