"""The training tab's run on a landscape's plane: its ball, and its path, made finer in a thread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.lab.found import Found
from app.lab.job import Job
from core.lab.landscape import Plane
from core.lab.problems import Network, Problem
from core.lab.run_path import GAP, RunPath, trace
from core.lab.running import Report
from core.session import Snapshot
from core.timeline import Timeline

PAUSE = 700  # milliseconds before the way of a run that goes on is made finer


class RunOnPlane(QObject):
    """Follows one run over one plane. Signals: moved(): ball or path are another one."""

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plane: Plane | None = None
        self._problem: Problem | None = None
        self._follows = True  # whether the path is to be that of the training tab's run
        self._timeline: Timeline | None = None  # of the run that the path is of
        self._path: RunPath | None = None
        self._snapshot: Snapshot | None = None
        self._tracing = Job(self)
        self._tracing.reported.connect(self._take)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._trace)

    def forget_plane(self, *, follows: bool = True) -> None:
        """The next plane is another one; follows: its path is that of the training tab's run."""
        self._tracing.give_up()
        self._timer.stop()
        self._plane = self._path = self._timeline = None
        self._follows = follows

    def show_plane(self, plane: Plane, problem: Problem, timeline: Timeline | None) -> None:
        """The plane that is drawn; the same one again changes nothing."""
        if plane is not self._plane:
            self._plane, self._problem, self._timeline = plane, problem, timeline
            self._trace()

    def follow(self, snapshot: Snapshot, timeline: Timeline | None, *, is_seen: bool) -> None:
        """The run is here now. Where nobody sees it, its way is not looked for."""
        self._snapshot = snapshot
        if self._plane is None or not is_seen:
            return
        if timeline is not self._timeline:
            self._tracing.give_up()
            self._timeline, self._path = timeline, None
            self._trace()
        elif self._path is None:
            self._trace()
        elif snapshot.step == snapshot.tip and self._is_here():
            self._extend(self._plane, self._path, snapshot)
        self.moved.emit()

    def ball(self, problem: Problem) -> tuple[float, float] | None:
        """Where the run is; None where it is another network's, or beyond all numbers."""
        if self._snapshot is None or self._plane is None or not self._is_here(problem):
            return None
        x, y = self._plane.coordinates(self._snapshot.parameters).tolist()
        return x, y

    def with_path(self, found: Found) -> Found:
        """What was found, with the path as far as it is known."""
        if self._path is None or found.result.path is self._path.places:
            return found
        result = replace(found.result, path=self._path.places)
        return Found(found.question, result, found.extra)

    def shut_down(self) -> None:
        """End for good."""
        self._timer.stop()
        self._tracing.shut_down()

    def _is_here(self, problem: Problem | None = None) -> bool:
        """Whether the run is of the network and data that the plane is about."""
        problem = problem or self._problem
        now = self._snapshot
        if now is None or not isinstance(problem, Network) or now.setup.restarts(problem.setup):
            return False
        return bool(np.isfinite(now.parameters).all())

    def _extend(self, plane: Plane, path: RunPath, snapshot: Snapshot) -> None:
        """The run has gone on; where it has gone far since the last look, look closer soon."""
        place = plane.coordinates(snapshot.parameters)
        size = np.array([plane.x[1] - plane.x[0], plane.y[1] - plane.y[0]])
        is_far = bool(np.max(np.abs(place - path.places[-1]) / size) > GAP)
        self._path = path.to(snapshot.step, place)
        if is_far and not self._timer.isActive():
            self._timer.start()

    def _trace(self) -> None:
        """Let the thread draw the path finer; while it is still at it, later."""
        plane, timeline, known = self._plane, self._timeline, self._path
        if plane is None or timeline is None or not self._follows or not self._is_here():
            return
        if self._tracing.is_running:
            self._timer.start()
        else:
            self._tracing.start(lambda: trace(timeline, plane, known))

    def _take(self, report: Report[RunPath]) -> None:
        """A finer path; what the run has done since is at its end."""
        found = report.result
        if self._path is not None:
            found = found.then(self._path)
        self._path = found
        self.moved.emit()
