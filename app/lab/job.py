"""An experiment in the background: one thread, and nothing shared but the newest report."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.lab.executors import StoppedError, WorkersError, adopt
from core.lab.running import Report, Reports

FRAME = 33  # milliseconds between two looks at the thread
STOP_WITHIN = 2.0  # seconds: a thread in a kernel at the end of the process would crash it
PATIENCE = 1.0  # seconds after Stop, in which a thread can still tell its last report


class Job(QObject):
    """Runs an experiment's generator, and stops it between two of its reports.

    Signals: reported(report): the newest one, at the display's pace; the last is never left out.
    ended(complaint): nothing runs any more; "" unless it ended by a ValueError, an OSError or
    lost workers, whose words are for the user.
    """

    reported = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run: _Run | None = None
        self._given_up: list[_Run] = []  # whose threads may still be at it
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._look)

    @property
    def is_running(self) -> bool:
        """Whether an experiment goes on."""
        return self._run is not None

    def start(self, make_reports: Callable[[], Reports[Any]]) -> None:
        """Begin; an experiment that still goes on is given up. The thread makes the generator."""
        self.give_up()
        self._run = _Run(make_reports)
        self._timer.start()

    def stop(self) -> None:
        """End after the next report; what was found so far stays and is told.

        A thread that does not come to one, as while a cluster does not answer, is given up.
        """
        if self._run is not None:
            self._run.stop()

    def give_up(self) -> None:
        """End at once as far as the window is concerned; nothing more is told.

        The thread ends where it looks next whether somebody still waits for it (`check_stop`).
        """
        if self._run is not None:
            self._run.give_up()
            self._given_up = [run for run in self._given_up if not run.join(0.0)] + [self._run]
            self._run = None
            self._timer.stop()

    def shut_down(self) -> bool:
        """End for good; True if all its threads ended in time, those given up before as well."""
        self.give_up()
        until = time.monotonic() + STOP_WITHIN
        return all(run.join(max(0.0, until - time.monotonic())) for run in self._given_up)

    def _look(self) -> None:
        run = self._run
        if run is None:
            return
        report, is_over = run.take()
        if report is not None:
            self.reported.emit(report)
        if self._run is not run:
            return
        if is_over:
            self._run = None
            self._timer.stop()
            self.ended.emit(run.complaint)
        elif run.is_overdue:
            self.give_up()
            self.ended.emit("")


class _Run:
    """A thread that goes through one generator."""

    def __init__(self, make_reports: Callable[[], Reports[Any]]) -> None:
        self.complaint = ""
        self._make_reports = make_reports
        self._lock = threading.Lock()
        self._newest: Report[Any] | None = None
        self._is_stopped, self._is_given_up = threading.Event(), threading.Event()
        self._given_time_until = math.inf
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="experiment", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._is_stopped.set()
        self._given_time_until = min(self._given_time_until, time.monotonic() + PATIENCE)

    def give_up(self) -> None:
        self._is_given_up.set()
        self.stop()

    @property
    def is_overdue(self) -> bool:
        """Whether it should have stopped by now."""
        return time.monotonic() > self._given_time_until

    def join(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def take(self) -> tuple[Report[Any] | None, bool]:
        """What was reported since the last call, and whether that was all."""
        with self._lock:
            newest, self._newest = self._newest, None
            return newest, self._is_over

    def _work(self) -> None:
        adopt(self._is_given_up.is_set)
        try:
            self._go_through(self._make_reports())
        except StoppedError:
            pass  # nobody waits for what it had found
        except (ValueError, OSError, WorkersError) as error:
            self.complaint = str(error)
        except BaseException:
            self.complaint = "The experiment failed; the log has the details."
            if threading.main_thread().is_alive():  # else no thread can be begun, as for a race
                raise
        finally:
            with self._lock:
                self._is_over = True

    def _go_through(self, reports: Generator[Report[Any], None, None]) -> None:
        try:
            for report in reports:
                with self._lock:
                    self._newest = report
                if self._is_stopped.is_set():
                    return
        finally:
            reports.close()
