"""What the tests of the window share. Nothing here touches the user's own settings or files."""

import atexit
import gc
import importlib
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6 import QtCore
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import fonts, overrides, places, theme
from app.collector import Collector
from tests.app.building import without_style_sheet

overrides.guard()  # as `main` does, before the classes of the window are defined

_PATIENCE = 30_000  # milliseconds until what should have happened never will
_SHORT = 200  # milliseconds within which work that was put off has begun

_known_timers: set[QTimer] = set()  # that go on, and were told of


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own QApplication."""
    from app.qt_application import create_application

    return create_application()


class PatientBot(QtBot):
    """Waits longer than QtBot before a test fails: other programs may keep the machine busy."""

    def waitUntil(self, callback, *, timeout=_PATIENCE):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=_PATIENCE, raising=None, check_params_cb=None):
        return super().waitSignal(
            signal, timeout=timeout, raising=raising, check_params_cb=check_params_cb
        )


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The user's hands."""
    return PatientBot(request)


# At the interpreter's end PySide deletes whatever Python still holds of Qt; PySide 6.12 goes
# through wrappers of objects there that Qt itself deleted long before, and crashes after the last
# test. The tests close what they open, so nothing is left for it to do.
atexit.unregister(QtCore.__moduleShutdown)


@pytest.fixture(scope="session", autouse=True)
def _quick_collections(qapp: QApplication) -> Iterator[None]:
    """What the program's modules made is no test's: the collector need not look at it again."""
    for module in ("app.main_window", "app.training.tab"):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, recovery files and logs go to the test's own folder; the theme is dark."""
    monkeypatch.setenv(places.HOME_VARIABLE, str(tmp_path / "home"))
    theme.set_current("dark")
    fonts.set_scale(1.0)


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    """A test ends its threads and timers, gives the exception hooks back and closes its log."""
    threads = set(threading.enumerate())
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    _release_mouse_buttons()
    if QApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    # The kernels are compiled once for the whole run.
    started = {t for t in threading.enumerate() if t not in threads and t.name != "kernels"}
    for thread in started:
        thread.join(1.0)
    alive = [thread.name for thread in started if thread.is_alive()]
    assert not alive, f"threads go on after the test: {alive}"
    left = _running_timers() - _known_timers
    if left:  # a look through all objects takes its time, so there is one where all is well
        gc.collect()
        deadline = QDeadlineTimer(_SHORT)
        while any(timer.isSingleShot() for timer in left) and not deadline.hasExpired():
            QCoreApplication.processEvents()  # what was put off by some milliseconds is no leak
            left = {timer for timer in left if shiboken6.isValid(timer) and timer.isActive()}
        left = _running_timers() - _known_timers
        _known_timers.update(left)  # told once
    told = [_describe(timer) for timer in left]
    assert not left, f"timers go on after the test: {told}"
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == hooks, (
        "an exception hook was left behind"
    )
    for handler in logging.getLogger(places.APPLICATION).handlers:
        handler.close()


@pytest.fixture
def document(qapp):
    """A fresh document without a window."""
    from app.document import Document

    return Document()


@pytest.fixture
def answers():
    """The stand-in for the questions that `main_window` asks."""
    from tests.app.answers import Answers

    return Answers()


@pytest.fixture
def is_training_deferred() -> bool:
    """Whether `main_window` comes without the training tab; quicker, for tests of other things."""
    return False


@pytest.fixture
def main_window(qtbot: QtBot, answers, is_training_deferred):
    """The window, shown, 1280 x 800, with a fresh document; closed again in the end."""
    from app.main_window import MainWindow

    with without_style_sheet():
        window = MainWindow(dialogs=answers, is_training_deferred=is_training_deferred)
    window.resize(1280, 800)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.leave_without_asking()
    assert not window.isVisible()
    window.deleteLater()


@pytest.fixture
def hand(qtbot, document):
    """The lecture's graph in an editor of the size it has in a 1920 x 1080 window."""
    from app.node_editor.editor import NodeEditor
    from tests.app.hand import LECTURE, Hand

    editor = NodeEditor(document)
    qtbot.addWidget(editor)
    editor.resize(822, 516)
    document.set_text(LECTURE)
    document.undo_stack.clear()
    with qtbot.waitExposed(editor):
        editor.show()
    editor.view.setFocus()
    return Hand(editor)


@pytest.fixture
def spare(hand) -> str:
    """A free add node, n1, beside the lecture's graph."""
    id = hand.document.add_node("add", (0.0, 480.0))
    hand.view.fit_all(animated=False)
    hand.document.undo_stack.clear()
    return hand.graph.nodes[id].name


@pytest.fixture
def undoes(hand):
    """Checks that what was done since is exactly one undo step, and that undo takes all back."""
    document = hand.document
    before = document.project()
    graph_before, count = document.graph.state(), hand.steps()

    def check(name: str | None = None) -> None:
        assert hand.steps() == count + 1, [document.undo_stack.text(i) for i in range(hand.steps())]
        if name is not None:
            assert document.undo_stack.text(count) == name
        after = document.graph.state()
        positions = dict(document.positions)
        document.undo_stack.undo()
        assert document.graph.state() == graph_before
        assert document.positions == before.positions
        assert document.text == before.text
        document.undo_stack.redo()
        assert document.graph.state() == after
        assert document.positions == positions

    return check


@pytest.fixture
def view(qtbot, document):
    """A graph view on the lecture's L, shown and at rest."""
    from app.graph_view.view import GraphView
    from tests.app.graph_view import L_GRAPH

    document.set_text(L_GRAPH)
    made = GraphView(document)
    qtbot.addWidget(made)
    made.resize(703, 680)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.canvas.camera.finish()


@pytest.fixture
def tab(qtbot, document):
    """The training tab, shown, with its first snapshot; shut down in the end."""
    from app.training.tab import TrainingTab

    with without_style_sheet():
        made = TrainingTab(document)
    made.resize(1280, 720)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.view.network.isVisible() and made.snapshot is not None)
    yield made
    made.shutdown()
    made.close()
    made.deleteLater()


@pytest.fixture
def training(qapp, document):
    """The training tab, which need not be seen; the style sheet comes with the laboratory."""
    from app.training.tab import TrainingTab

    qapp.setStyleSheet("")
    made = TrainingTab(document)
    yield made
    made.shutdown()
    made.deleteLater()


@pytest.fixture
def lab(qtbot, document, training, monkeypatch):
    """The laboratory as large as in a 1920 x 1080 window, about a network that is made quickly.

    Races do not wait for anybody to watch them.
    """
    from app.lab import race_run
    from app.lab.tab import LabTab

    monkeypatch.setattr(race_run, "SHOWN_FOR", 0.0)
    training.apply({"batch_size": None, "points": 60})
    with without_style_sheet():
        made = LabTab(training, document)
    made.resize(1904, 990)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.shut_down()
    made.deleteLater()


@pytest.fixture
def window(main_window):
    """The window, with the lecture's graph."""
    from tests.app.walk import LECTURE

    main_window.document.set_text(LECTURE)
    QApplication.processEvents()
    return main_window


@pytest.fixture
def debugger(window):
    """The walk through its graph."""
    return window.build_tab.debugger


@pytest.fixture
def press(window, qtbot):
    """Presses a button of the transport bar."""

    def press(name: str) -> None:
        button = window.build_tab.transport.findChild(object, f"backprop_{name}")
        assert button.isEnabled(), name
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    return press


def _release_mouse_buttons() -> None:
    """A gesture that a test breaks off must not look to the next test as if it went on."""
    held = QGuiApplication.mouseButtons()
    if held == Qt.MouseButton.NoButton:
        return
    pad = QWidget()
    pad.show()
    for button in Qt.MouseButton:
        if button != Qt.MouseButton.NoButton and held & button == button:
            QTest.mouseRelease(pad, button)
    pad.deleteLater()
    assert QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton


def _running_timers() -> set[QTimer]:
    # By type(), which asks no object for its class; and among Qt's objects only, since there are
    # a hundred thousand others.
    kinds = {QTimer, *QTimer.__subclasses__()}
    timers = [thing for thing in shiboken6.getAllValidWrappers() if type(thing) in kinds]
    # The collector's lives as long as the application.
    return {t for t in timers if t.isActive() and not isinstance(t.parent(), Collector)}


def _describe(timer: QTimer) -> str:
    parent = timer.parent()
    return f"every {timer.interval()} ms, of {type(parent).__name__}"
