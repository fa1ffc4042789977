"""The trainability map: which values of two hyperparameters converge, zoomable for ever."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lab import tile_store
from app.lab.experiment import SIDES, Experiment
from app.lab.found import Found, answers
from app.lab.map_axes import PRESETS, AxisChoice, Preset, axis_choices, limits, whole
from app.lab.map_controls import NETWORK, PAPER, MapControls
from app.lab.map_ticks import digits
from app.lab.map_view import MapView
from app.lab.map_window import Window
from app.lab.plot import Plot
from app.lab.race_run import RaceRun
from app.lab.source import Source
from app.lab.time_question import is_agreed
from app.widgets.pop_up import PopUp
from core.lab import estimates, tables
from core.lab.executors import workers
from core.lab.problems import Problem, WideTanh
from core.lab.race import RaceQuestion
from core.lab.running import Report, Reports
from core.lab.trainability import Map, MapResult, run
from core.numbers import format_number

RECENT = 64  # windows that can be gone back to


class MapPanel(Experiment):
    """Computed coarse to fine in the background; a double click opens a pixel's run.

    Signals: race_wanted(question, name): a pixel as a race of one lane.
    """

    race_wanted = Signal(object, str)

    name = "map"
    heading = "Trainability map"
    sentence = "Which learning rates converge, over two of them: a map that can be zoomed for ever."
    takes_less = "Fewer pixels or steps take less; what is found can be seen at once."

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        self._shown_again: Map | None = None  # whose network is neither the paper's nor this one
        self._rate = math.nan
        self._began = 0.0
        self._left = estimates.TimeLeft()
        self._last: Report[Found] | None = None  # of what runs, or ran
        self._is_waiting = False  # for workers that do not come
        self._past: list[Map] = []
        self._again: Map | None = None  # that is gone back to
        self.view = MapView()
        self.view.window_wanted.connect(self._on_window)
        self.view.pixel_wanted.connect(self._open_pixel)
        self.view.menu_wanted.connect(self._show_pixel_menu)
        self.view.back_wanted.connect(self.go_back)
        self.view.end_of_digits.connect(
            lambda: self.say_below(
                "Here float64 ends: further in, neighbouring pixels would have the same rates. "
                "Fewer pixels go a little deeper."
            )
        )
        self.options = MapControls(self.control_row)
        self.control_rows.addWidget(self.options.cluster)
        self.options.changed.connect(self._reset)
        self.options.presets.clicked.connect(self._show_presets)
        self.options.back.clicked.connect(self.go_back)
        self.options.home.clicked.connect(self.go_home)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*SIDES)
        column.addWidget(self.view)
        self.options.offer_axes(self._problem())
        self.complete(body)
        self.job.ended.connect(self._on_end)
        self._reset()

    # ----- the question ---------------------------------------------------------------------

    def _problem(self) -> Problem:
        if self._shown_again is not None:
            return self._shown_again.problem
        if self.options.network == PAPER or self.source is None:
            return WideTanh()
        return self.source.problem

    def _axes(self) -> tuple[AxisChoice, AxisChoice]:
        return self.options.axes(self._problem())

    def _reset(self) -> None:
        """Another question: nothing found so far is about it."""
        self.job.give_up()
        self._shown_again = None
        self._past.clear()
        self.time_question.forget()
        self.found = None
        self.options.offer_axes(self._problem())
        across, upwards = self._axes()
        self.view.limits = limits(across, upwards)
        self.view.names = (across.words, upwards.words)
        self.view.show_values(None, self.view.window_now, 1)
        self.view.set_window(whole(across, upwards))
        self._show_here()
        self.show_running()

    def forget(self) -> None:
        self._reset()

    def keeps_result(self) -> bool:
        """The paper's map is about no other network."""
        return self.options.network == PAPER

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        problem, place = self._problem(), self.options.place()
        window, side, steps = self.view.window_now, self.options.side, self.options.steps_of_run
        self.view.pixels = side
        across, upwards = self._axes()
        x, y = across.axis(window.left, window.right), upwards.axis(window.bottom, window.top)
        start_known = self._shown_again.start if self._shown_again is not None else None
        agreed, before, again = self.time_question.seconds, self.found, self._again
        self._again = None

        def reports() -> Reports[Found]:
            is_own = problem is source.problem
            start = start_known or (source.begin() if is_own else problem.start())
            question = Map(problem, start, x, y, steps, side, side)
            question, known = _seen_before(question, window, before, again)
            kept = tile_store.tiles_of(question)
            with workers(place) as crew:
                trial = estimates.for_map(question, crew, kept, known)
                if (yield from is_agreed(question, trial, agreed, crew)):
                    yield from answers(question, run(question, crew, kept, known))

        self.show_body()
        self._began, self._left, self._last = time.perf_counter(), estimates.TimeLeft(), None
        return reports

    # ----- the picture ----------------------------------------------------------------------

    def show_report(self, report: Report[Found]) -> str:
        question, found = report.result.question, report.result.result
        assert isinstance(found, MapResult)
        window = Window.of(question)
        self.view.show_values(found.picture, window, question.steps)
        if self.view.window_now.pixels_from(window, question.width) == (0, 0):
            self.view.set_window(window)  # which may lie a part of a pixel further on
        took, side, self._last = time.perf_counter() - self._began, question.width, report
        if not report.is_last:
            if report.note or self._is_waiting:
                self.say_below(report.note)
            self._is_waiting = bool(report.note)
            left = self._left.words(report.share).removeprefix("about ")
            return f"{side} × {side}, {'waiting' if report.note else left or _percent(report)}"
        share = f"{found.share_converged:.0%}".replace("%", " %")
        self.say_below(
            f"{side} × {side} in {format_number(took, 2)} s; {share} converge. Wheel or + and − "
            "zoom, a drag moves, Backspace goes back, a double click opens the run."
        )
        return f"{side} × {side}, done"

    def _on_end(self, complaint: str) -> None:
        """It may have ended before its end, or its beginning."""
        if complaint and self._last is None:
            self.say("could not be run")
        if self._last is not None and not self._last.is_last:
            side = self._last.result.question.width
            self.say(f"{side} × {side}, stopped at {_percent(self._last)}")
            self.say_below("Run again goes on from here: what is finished is kept.")

    def again(self, found: Found) -> Reports[Found]:
        yield Report(1, 1, found)

    def show_again(self, found: Found) -> None:
        question = found.question
        is_paper = isinstance(question.problem, WideTanh)
        self.options.show_question(question, PAPER if is_paper else NETWORK)
        self._reset()
        self._shown_again = question
        self.view.set_window(Window.of(question))
        self._show_here()
        self._began = time.perf_counter()
        super().show_again(found)

    def show_rate(self, rate: float) -> None:
        """The training tab's rate, which is marked on the map of its network."""
        if rate != self._rate:
            self._rate = rate
            self._show_here()

    def _show_here(self) -> None:
        problem = self._problem()
        if isinstance(problem, WideTanh) or self._shown_again is not None:
            self.view.show_here(math.nan, math.nan)
            return
        across, upwards = self._axes()
        self.view.show_here(across.here(problem, self._rate), upwards.here(problem, self._rate))

    # ----- windows --------------------------------------------------------------------------

    def _on_window(self, _window: Window) -> None:
        """A zoom or a move has come to rest: compute that part."""
        if self.found is not None:
            self._past = [*self._past, self.found.question][-RECENT:]
        self.run()

    def go_back(self) -> None:
        """Show the window before this one."""
        if self._past:
            self._again = self._past.pop()
            self.view.set_window(Window.of(self._again))
            self.run()

    def go_home(self) -> None:
        """Show the whole map again."""
        self.view.set_window(whole(*self._axes()))
        self._on_window(self.view.window_now)

    # ----- presets and pixels ---------------------------------------------------------------

    def _show_presets(self) -> None:
        menu = PopUp(self)
        for preset in PRESETS:
            menu.add(preset.words, partial(self.choose_preset, preset))
        menu.open_under(self.options.presets)

    def choose_preset(self, preset: Preset) -> None:
        """Ask this question, and run it."""
        problem = WideTanh() if preset.is_paper or self.source is None else self.source.problem
        keys = {choice.key for choice in axis_choices(problem)}
        missing = {preset.across, preset.upwards} - keys
        if missing:
            self.refused.emit(f"This network has no {missing.pop()}: choose another map.")
            return
        network = PAPER if preset.is_paper else NETWORK
        self.options.show(network, problem, preset.across, preset.upwards, preset.steps)
        self._reset()
        self.run()

    def _pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column there; None beyond what is known."""
        if self.found is None:
            return None
        question, window = self.found.question, Window.of(self.found.question)
        column = int((x - window.left) / (window.right - window.left) * question.width)
        row = int((y - window.bottom) / (window.top - window.bottom) * question.height)
        if 0 <= column < question.width and 0 <= row < question.height:
            return row, column
        return None

    def _open_pixel(self, x: float, y: float) -> None:
        pixel = self._pixel(x, y)
        if pixel is not None and self.found is not None:
            question, (row, column) = self.found.question, pixel
            xs = question.x.numbers(question.width)[column]
            ys = question.y.numbers(question.height)[row]
            window = Window.of(question)
            figures = digits(min(window.right - window.left, window.top - window.bottom))
            name = f"{format_number(float(xs), figures)} and {format_number(float(ys), figures)}"
            self.race_wanted.emit(question.race(row, column), name)

    def _show_pixel_menu(self, x: float, y: float, place: QPoint) -> None:
        if self._pixel(x, y) is None:
            return
        menu = PopUp(self)
        menu.add("Open it as a race", lambda: self._open_pixel(x, y))
        menu.add("Make it the main run", lambda: self._make_main_run(x, y))
        menu.popup(place)

    def _make_main_run(self, x: float, y: float) -> None:
        """The pixel's run in the training tab, from its first step."""
        pixel = self._pixel(x, y)
        if pixel is None or self.found is None:
            return
        question: RaceQuestion = self.found.question.race(*pixel)
        self.take(RaceRun(lambda: question).taken, 0)

    def add_to_menu(self, menu: PopUp) -> None:
        menu.add("Show the whole map", self.go_home)
        menu.add("Go back to the window before", self.go_back)

    def columns(self) -> dict[str, Any]:
        return {} if self.found is None else tables.of_map(self.found.question, self.found.result)


def _seen_before(
    question: Map, window: Window, before: Found | None, again: Map | None
) -> tuple[Map, Any]:
    """The same pixels as in a window before, and what is known of them already.

    That is so where the window has only been moved: then by whole pixels.
    """
    if again is not None and _is_same(question, again):
        question = again
    elif before is not None:
        moved = window.pixels_from(Window.of(before.question), question.width)
        if moved is not None and max(map(abs, moved)) < question.width:
            there = before.question.moved(*moved)
            question = there if _is_same(question, there) else question
    if before is None:
        return question, None
    return question, question.known_from(before.question, before.result.values)


def _is_same(question: Map, other: Map) -> bool:
    """Whether they ask the same of windows that may be different ones."""
    changed = replace(question, x=other.x, y=other.y, start=other.start)
    return changed == other and question.start.key == other.start.key


def _percent(report: Report[Any]) -> str:
    return f"{report.share:.0%}".replace("%", " %")
