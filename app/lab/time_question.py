"""Asks before an experiment that would take long: how long, and whether it is to begin."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import theme
from app.lab.found import Found
from app.widgets.buttons import Button
from app.widgets.labels import TextLabel
from core.lab.estimates import Estimate
from core.lab.executors import Place, Workers, workers
from core.lab.running import Report

ASK = 300.0  # seconds that are begun without asking
MORE = 1.5  # times the time agreed on, that is then begun without asking again


class TimeQuestion(QWidget):
    """Hidden until it asks. Signals: agreed(): it is to begin, whatever another trial says."""

    agreed = Signal()

    def __init__(self, takes_less: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seconds = ASK  # that are begun without asking
        self._takes_less = takes_less
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(theme.GAP)
        self.words = TextLabel("", "text")
        self.words.setWordWrap(True)
        self.begin_anyway = Button("Start it")
        self.begin_anyway.setToolTip("Begin although it takes long; it can be stopped at any time")
        self.begin_anyway.clicked.connect(self._agree)
        row.addWidget(self.words, 1)
        row.addWidget(self.begin_anyway)
        self._asked_for = 0.0  # seconds
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().color("accent_soft"))

    def ask(self, estimate: Estimate) -> None:
        """Say how long, and wait for an answer."""
        self.words.setText(f"{estimate.words} {self._takes_less}")
        self._asked_for = estimate.seconds
        self.show()

    def forget(self) -> None:
        """Another question: what was agreed on was not about it."""
        self.seconds = ASK
        self.hide()

    def _agree(self) -> None:
        self.seconds = math.inf
        self.agreed.emit()
        self.seconds = MORE * self._asked_for


Trial = Iterator[Estimate | None]


def is_agreed(
    question: Any, trial: Trial, seconds: float, crew: Workers
) -> Generator[Report[Found], None, bool]:
    """Reports of a trial without a result; whether so long is agreed on. For a thread.

    The last report's `extra` is the estimate; it ends the experiment where that is too long.
    """
    is_too_long = False
    for estimate in trial:
        is_too_long = estimate is not None and estimate.seconds > seconds
        yield Report(int(is_too_long), 1, Found(question, None, estimate), crew.note)
    return not is_too_long


def is_agreed_here(
    question: Any, try_it: Callable[[Any, Workers], Trial], seconds: float
) -> Generator[Report[Found], None, bool]:
    """The same for what threads of this machine do."""
    if seconds == math.inf:
        return True
    with workers(Place()) as crew:
        return (yield from is_agreed(question, try_it(question, crew), seconds, crew))
