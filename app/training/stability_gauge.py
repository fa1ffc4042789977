"""The largest stable learning rate, measured in the background while the run goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.lab.job import Job
from app.training.loss_plot import LossPlot
from app.widgets.log_slider import LogSlider
from core.hyperparameters import Hyperparameters
from core.lab.problems import Network
from core.lab.running import Report, Reports
from core.lab.stability import Gauge, Stability
from core.lab.starts import Start
from core.session import Snapshot

LEAST_PAUSE = 0.4  # seconds between two measurements
SHARE = 0.2  # of the time that measuring may take
TOLERANCE, MOST_PRODUCTS = 1e-2, 40  # what a mark on a slider needs
MOST_WORK = 3e8  # parameters times points times products: more would take seconds


def rules_of(setup: Hyperparameters) -> Hyperparameters:
    """What of a set-up the limit depends on."""
    return setup.changed(learning_rate=1.0, schedule="constant", batch_size=None)


class StabilityGauge(QObject):
    """Measures at a step of a run, then rests; of what it is offered meanwhile it takes the last.

    Signals: measured(snapshot, limit): the largest stable rate; nan where none is known.
    outdated(): what was measured last is about other rules, such as another optimizer.
    """

    measured = Signal(object, float)
    outdated = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = Job(self)
        self._job.reported.connect(self._on_report)
        self._job.ended.connect(self._on_ended)
        self._gauge: tuple[Hyperparameters, Gauge] | None = None
        self._began = self._next = 0.0
        self._of: Snapshot | None = None  # what is measured
        self._waiting: tuple[Snapshot, int] | None = None  # what is offered too early
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._take_waiting)
        self.formula = ""

    def offer(self, snapshot: Snapshot, n_points: int) -> None:
        """Measure here, if it is time to."""
        now, start = time.perf_counter(), snapshot.start
        of = self._of
        is_other = of is not None and of.setup is not snapshot.setup
        if of is not None and is_other and rules_of(of.setup) != rules_of(snapshot.setup):
            self.forget()
            self.outdated.emit()
        if self._job.is_running or now < self._next:
            self._waiting = snapshot, n_points
            self._rest_until(self._next)
            return
        self._waiting = None
        if len(start.data) * n_points * 2 * MOST_PRODUCTS > MOST_WORK:
            self.formula = "the network is too large to measure it while it trains"
            self.measured.emit(snapshot, math.nan)
            self._next = now + 10.0
            return
        self._began, self._of = now, snapshot
        self._job.start(lambda: self._reports(snapshot.setup, start))

    def forget(self) -> None:
        """Another run, or other rules: what is being measured is not about them."""
        self._job.give_up()
        self._rest.stop()
        self._of, self._waiting, self._next = None, None, 0.0

    def _rest_until(self, moment: float) -> None:
        """Where nothing more is offered, such as at the end of training, measure there as well."""
        if not self._rest.isActive() and not self._job.is_running:
            self._rest.start(math.ceil(1000 * max(moment - time.perf_counter(), 0.0)) + 1)

    def _take_waiting(self) -> None:
        if self._waiting is not None:
            self.offer(*self._waiting)

    def shut_down(self) -> None:
        """End for good."""
        self._rest.stop()
        self._waiting = None
        self._job.shut_down()

    def _reports(self, setup: Hyperparameters, start: Start) -> Reports[Stability]:
        found: Iterator[Stability] = self._gauge_of(setup).estimates(start)
        *_, last = found
        yield Report(1, 1, last)

    def _gauge_of(self, setup: Hyperparameters) -> Gauge:
        """One for all that the curvature depends on; it starts where it last ended."""
        rules, known = rules_of(setup), self._gauge
        if known is None or known[0] != rules:
            self._gauge = known = rules, Gauge(Network(setup), TOLERANCE, MOST_PRODUCTS)
        return known[1]

    def _on_report(self, report: Report[Stability]) -> None:
        took = time.perf_counter() - self._began
        self._next = time.perf_counter() + max(LEAST_PAUSE, took / SHARE)
        self.formula = report.result.formula
        self.measured.emit(self._of, report.result.limit)

    def _on_ended(self, complaint: str) -> None:
        if complaint:
            self.measured.emit(self._of, math.nan)
            self._next = time.perf_counter() + 10.0
        if self._waiting is not None:
            self._rest_until(self._next)


class StabilityMark(QObject):
    """Draws the gauge's limit on the rate slider, and where the rate is beyond it in the loss.

    Signals: limit_found(step, limit).
    """

    limit_found = Signal(int, float)

    def __init__(self, slider: LogSlider, plot: LossPlot, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slider, self._plot = slider, plot
        self._gauge = StabilityGauge(self)
        self._gauge.measured.connect(self._show)
        self._gauge.outdated.connect(slider.set_limit_old)
        self._is_on = True
        self._beyond = UnstableSteps()

    @property
    def is_on(self) -> bool:
        """Whether it is measured and shown at all."""
        return self._is_on

    def set_on(self, is_on: bool) -> None:
        """Measure and show, or neither."""
        self._is_on = is_on
        if not is_on:
            self.forget()

    def follow(self, snapshot: Snapshot, n_points: int) -> None:
        """The run has come here."""
        if self._is_on and np.isfinite(snapshot.parameters).all():
            self._gauge.offer(snapshot, n_points)

    def forget(self) -> None:
        """Another run."""
        self._gauge.forget()
        self._beyond = UnstableSteps()
        self._slider.set_limit(None)
        self._plot.set_unstable(())

    def shut_down(self) -> None:
        """End for good."""
        self._gauge.shut_down()

    def _show(self, snapshot: Snapshot, limit: float) -> None:
        if not self._is_on:
            return
        self.limit_found.emit(snapshot.step, limit)
        self._slider.set_limit(limit if math.isfinite(limit) else None, "stable to")
        self._slider.setToolTip(f"Largest stable rate: {self._gauge.formula}")
        if not math.isnan(limit):
            self._beyond.add(snapshot.step, is_beyond=snapshot.rate > limit)
            self._plot.set_unstable(self._beyond.stretches)


class UnstableSteps:
    """The stretches of a run in which the rate was beyond the largest stable one, as measured."""

    def __init__(self) -> None:
        self.stretches: tuple[tuple[int, int], ...] = ()
        self._last: tuple[int, bool] | None = None

    def add(self, step: int, *, is_beyond: bool) -> None:
        """A measurement; one that lies before the last begins anew from there."""
        if self._last is not None and step < self._last[0]:
            self.stretches = tuple((a, min(b, step)) for a, b in self.stretches if a < step)
            self._last = None
        if is_beyond:
            goes_on = self._last is not None and self._last[1] and self.stretches
            if goes_on:
                self.stretches = (*self.stretches[:-1], (self.stretches[-1][0], step))
            else:
                self.stretches = (*self.stretches, (step, step))
        self._last = (step, is_beyond)
