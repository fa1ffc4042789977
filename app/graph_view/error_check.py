"""The gradient of every node against its central difference, some at a time while nothing else is
to be done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from core.experiments.gradient_check import GradientCheck, check_nodes
from core.flow import Flow

Floats = npt.NDArray[np.float64]

AT_ONCE = 128
MOST_CHECKED = 2_000  # nodes; of a larger graph no errors are shown
PAUSE = 120  # milliseconds that numbers rest before they are checked


class ErrorCheck(QObject):
    """errors (n,): |gradient − central difference| by row of the flow, explained (n,): how much
    of it h and float64 explain; nan where not known.

    Signals: found(): more of them are known.
    """

    found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.errors: Floats = np.zeros(0)
        self.explained: Floats = np.zeros(0)
        self._flow: Flow | None = None
        self._checks: Iterator[GradientCheck] = iter(())
        self._next = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def restart(self, flow: Flow) -> None:
        """Check a flow's nodes, as soon as their numbers rest."""
        self._flow = flow
        self.errors, self.explained = np.full((2, len(flow.ids)), np.nan)
        self._checks, self._next = iter(()), -1
        if len(flow.ids) <= MOST_CHECKED:
            self._timer.start(PAUSE)

    def stop(self) -> None:
        """Check no more."""
        self._timer.stop()

    def _go_on(self) -> None:
        flow = self._flow
        if flow is None or not flow.is_current:
            return
        if self._next < 0:
            self._checks, self._next = check_nodes(flow.graph, flow.ids), 0
        found = [(check.error, check.explained) for check in islice(self._checks, AT_ONCE)]
        place = slice(self._next, self._next + len(found))
        self._next += len(found)
        if found:
            self.errors[place], self.explained[place] = np.array(found).T
            self.found.emit()
        if self._next < len(flow.ids):
            self._timer.start(0)
