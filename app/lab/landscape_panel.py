"""The loss over a plane through the weights, coarse to fine, and the run's ball moving on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.lab.experiment import SIDES, Experiment
from app.lab.found import Found, answers
from app.lab.plane_view import Plane, PlaneView
from app.lab.plot import Plot
from app.lab.run_on_plane import RunOnPlane
from app.lab.source import Source
from app.lab.surface_view import SurfaceView
from app.lab.time_question import is_agreed
from app.training.choices import Choice, Number
from app.widgets.containers import OwnSplitter
from app.widgets.labels import TextLabel
from core.lab import estimates
from core.lab.executors import Place, workers
from core.lab.landscape import Landscape, LandscapeResult, PlaneKind, run
from core.lab.problems import Network, Problem
from core.lab.run_path import moments
from core.lab.running import Report, Reports
from core.numbers import format_number
from core.session import Snapshot
from core.timeline import Timeline

PLANES: tuple[tuple[PlaneKind, str], ...] = (
    ("random", "random directions"),
    ("gradient", "gradient and sharpest"),
    ("path", "the run’s own path"),
)


class LandscapePanel(Experiment):
    """From above, as a surface, or both.

    Signals: watching(is_watching): the run is followed as it goes, or no more.
    """

    watching = Signal(bool)

    name = "landscape"
    heading = "Landscape"
    sentence = "The loss over a plane through the weights: where the run has been, and where it is."
    takes_less = "Fewer points take less; what is found can be seen at once."

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        self.timeline: Callable[[], Timeline | None] = lambda: None  # of the training tab's run
        self._run = RunOnPlane(self)
        self._run.moved.connect(self._redraw)
        self.map, self.surface = PlaneView(), SurfaceView()
        self.kind = Choice(PLANES, "landscape_plane")
        self.kind.setAccessibleName("Plane")
        self.resolution = Choice([(str(n), f"{n} × {n}") for n in (33, 65, 129)], "landscape_size")
        self.resolution.setAccessibleName("Points of the landscape")
        self.resolution.show_key("65")
        self.extent = Number("landscape_extent", 1e-6, 1e6)
        self.extent.setValue(1.0)
        self.extent.setAccessibleName("How far the plane reaches")
        self.extent.setToolTip("How far the plane reaches, in lengths of the weights")
        self.seed = Number("landscape_seed", 0, 2**31, is_integer=True)
        self.seed.setAccessibleName("Seed of the random directions")
        for field in (self.extent, self.seed):
            field.set_width(84)
        for words, widget in (
            ("Plane", self.kind), ("", self.resolution), ("Reaches", self.extent),
            ("Seed", self.seed),
        ):  # fmt: skip
            if words:
                self.control_row.addWidget(TextLabel(words, "text2"))
            self.control_row.addWidget(widget)
        self.control_row.addStretch(1)
        for choice in (self.kind, self.resolution):
            choice.chosen.connect(lambda _key: self.run() if self.found is not None else None)
        body = OwnSplitter("lab_landscape_views", Qt.Orientation.Horizontal, self.map, self.surface)
        body.setContentsMargins(*SIDES)
        body.suggest((1000, 1000))
        self.complete(body)

    def make_reports(self, source: Source) -> Callable[[], Reports[Found]]:
        kind, resolution = self.kind.currentData(), int(self.resolution.currentData())
        extent, seed = self.extent.value(), int(self.seed.value())
        agreed = self.time_question.seconds
        timeline = self.timeline() if kind == "path" else None
        self._run.forget_plane()

        def reports() -> Reports[Found]:
            start = source.begin()
            is_own = timeline is not None and _is_about(timeline, source.problem)
            path = moments(timeline) if timeline is not None and is_own else None
            question = Landscape(source.problem, start, kind, extent, resolution, seed, path)
            with workers(Place()) as crew:
                trial = estimates.for_landscape(question, crew)
                if (yield from is_agreed(question, trial, agreed, crew)):
                    yield from answers(question, run(question, crew))

        return reports

    def forget(self) -> None:
        self._run.forget_plane()
        for view in (self.map, self.surface):
            view.show_plane(None)

    def show_question(self, question: Landscape) -> None:
        with QSignalBlocker(self.kind), QSignalBlocker(self.resolution):
            self.kind.show_key(question.plane)
            self.resolution.show_key(str(question.resolution))
        self.extent.setValue(question.extent)
        self.seed.setValue(question.seed)

    def show_again(self, found: Found) -> None:
        self._run.forget_plane(follows=False)
        super().show_again(found)

    def set_large(self, is_large: bool) -> None:
        super().set_large(is_large)
        self.surface.setVisible(is_large)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watching.emit(True)
        self._redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.watching.emit(False)

    def shut_down(self) -> None:
        super().shut_down()
        self._run.shut_down()

    def show_report(self, report: Report[Found]) -> str:
        found: LandscapeResult = report.result.result
        self._run.show_plane(found.plane, report.result.question.problem, self.timeline())
        self._redraw()
        if not report.is_last:
            return f"{report.share:.0%} of the points".replace("%", " %")
        losses = found.losses[np.isfinite(found.losses)]
        words = f"From {format_number(losses.min(), 3)} to {format_number(losses.max(), 3)}"
        words += " on this plane. Drag the surface to turn it."
        ball, plane = self._run.ball(report.result.question.problem), found.plane
        if ball is not None and not plane.is_within(*ball):
            words += " The run is outside it now."
        if not math.isnan(found.plane.explained):
            share = f"{found.plane.explained:.1%}".replace("%", " %")
            words += f" {share} of the run’s way lies in it."
        self.say_below(words)
        return f"{len(found.a)} × {len(found.b)}, done"

    def follow(self, snapshot: Snapshot) -> None:
        """The run is here now: the ball goes along, and where it is the plane's own its path."""
        self._run.follow(snapshot, self.timeline(), is_seen=self.isVisible())

    def _redraw(self) -> None:
        """The plane as far as it is known, with the run on it."""
        if self.found is None or not self.isVisible():
            return
        found = self.found = self._run.with_path(self.found)
        result: LandscapeResult = found.result
        losses, known = result.picture, self.map.plane
        if known is not None and np.array_equal(known.losses, losses, equal_nan=True):
            losses = known.losses  # the same picture: only the ball has moved
        start = result.here
        ball = self._run.ball(found.question.problem)
        plane = Plane(
            result.a, result.b, losses, result.plane.titles, result.path,
            (float(start[0]), float(start[1])), ball,
        )  # fmt: skip
        self.map.show_plane(plane)
        if self.surface.isVisible():
            self.surface.show_plane(plane)

    def columns(self) -> dict[str, Any]:
        if self.found is None:
            return {}
        found: LandscapeResult = self.found.result
        a, b = np.meshgrid(found.a, found.b)
        first, second = found.plane.titles
        return {
            first: a.ravel().tolist(), second: b.ravel().tolist(),
            "loss": found.losses.ravel().tolist(),
            f"{first} of the run": found.path[:, 0].tolist(),
            f"{second} of the run": found.path[:, 1].tolist(),
        }  # fmt: skip


def _is_about(timeline: Timeline, problem: Problem) -> bool:
    """Whether a run is of the problem's network and data."""
    setup = timeline.checkpoints[-1].setup
    return isinstance(problem, Network) and not setup.restarts(problem.setup)
