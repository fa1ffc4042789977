"""Pictures of the window's tabs, taken without a screen: for `--screenshot` and the README."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QTimer

from app import places, theme
from app.main_window import MainWindow
from app.qt_application import create_application
from core.storage import Project

SIZE = (1920, 1080)
PRESET, TRAINED_STEPS = "spiral", 12_000
_PATIENCE = 20_000  # milliseconds for the training that a picture shows, and for its drawing
_SETTLE = 400  # milliseconds, longer than any animation


class PictureError(Exception):
    """No pictures could be taken; says why."""


def save_pictures(
    folder: Path, project: Project | None, choice: str | None, size: tuple[int, int] | None
) -> list[Path]:
    """Save a picture of each tab as PNG; returns the files.

    project: what the build tab shows; None for the lecture's graph. choice: of a theme; None for
    both. The network is trained for a moment, so that there is something to see.
    """
    create_application()
    with _no_traces():
        window = MainWindow()
        window.resize(*(size or SIZE))
        window.document.open_project(project or window.examples()[0].project())
        window.document.select(list(window.document.graph.nodes)[:1])
        window.show()
        try:
            _train(window)
            return list(_take(window, folder, choice))
        finally:
            window.leave_without_asking()


def _train(window: MainWindow) -> None:
    """Run the training tab until there is something to see."""
    window.training.edits.choose_preset(PRESET)
    window.press_training_button("train_button")
    _wait(lambda: window.training.step >= TRAINED_STEPS or not window.training.is_running)
    if window.training.is_running:
        window.press_training_button("train_button")
    _wait(lambda: not window.status.activity)


def _take(window: MainWindow, folder: Path, choice: str | None) -> Iterator[Path]:
    for name in theme.THEMES if choice is None else [choice]:
        window.appearance.show(name)
        for index, title in enumerate(window.tab_titles()):
            window.tabs.setCurrentIndex(index)
            if index == 2:
                _experiment(window)
            _settle()
            _wait(lambda: not window.status.activity)
            QCoreApplication.processEvents()  # what the last result lays out anew
            file = folder / f"{title.split()[-1].lower()}-{theme.current().name}.png"
            if not window.grab().save(str(file)):
                raise PictureError(f"{file} can't be written.")
            yield file


def _experiment(window: MainWindow) -> None:
    """Run the laboratory's experiments that are shown, once."""
    for experiment in window.lab.experiments.values():
        if experiment.isVisible() and experiment.found is None:
            experiment.run()
    _wait(lambda: not window.lab.is_running)


def _settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(_SETTLE, loop.quit)
    loop.exec()


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = QDeadlineTimer(_PATIENCE)
    loop = QEventLoop()
    while not is_done() and not deadline.hasExpired():
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


@contextmanager
def _no_traces() -> Iterator[None]:
    """Use nobody's settings and leave none behind."""
    before = os.environ.get(places.HOME_VARIABLE)
    with tempfile.TemporaryDirectory() as home:
        os.environ[places.HOME_VARIABLE] = home
        try:
            yield
        finally:
            if before is None:
                del os.environ[places.HOME_VARIABLE]
            else:
                os.environ[places.HOME_VARIABLE] = before
