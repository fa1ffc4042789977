"""The gradient of every node against its central difference, in the background while it rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background
from core.experiments.gradient_check import GradientCheck, check_nodes
from core.flow import Flow
from core.graph import Graph

Floats = npt.NDArray[np.float64]

AT_ONCE = 128
MOST_CHECKED = 20_000  # nodes; of a larger graph no errors are shown
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
        self._next = 0
        self._background = Background(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._begin)

    def restart(self, flow: Flow) -> None:
        """Check a flow's nodes, as soon as their numbers rest."""
        self.stop()
        self._flow = flow
        self.errors, self.explained = np.full((2, len(flow.ids)), np.nan)
        if len(flow.ids) <= MOST_CHECKED:
            self._timer.start()

    def stop(self) -> None:
        """Check no more."""
        self._timer.stop()
        self._background.cancel()

    def _begin(self) -> None:
        flow = self._flow
        if flow is not None and flow.is_current:
            self._next = 0
            self._background.run(partial(_first, flow.graph.copier(), flow.ids), self._take)

    def _take(self, answer: tuple[Iterator[GradientCheck], Floats]) -> None:
        """The next nodes have been checked."""
        checks, found = answer
        place = slice(self._next, self._next + len(found))
        self._next += len(found)
        self.errors[place], self.explained[place] = found.T
        if self._next < len(self.errors):
            self._background.run(partial(_further, checks), self._take)
        self.found.emit()


def _first(make: Callable[[], Graph], ids: list[str]) -> tuple[Iterator[GradientCheck], Floats]:
    """In the thread: the checks of a graph's nodes, and the first of them made."""
    return _further(check_nodes(make(), ids))


def _further(checks: Iterator[GradientCheck]) -> tuple[Iterator[GradientCheck], Floats]:
    found = [(check.error, check.explained) for check in islice(checks, AT_ONCE)]
    return checks, np.array(found).reshape(-1, 2)
