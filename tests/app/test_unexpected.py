"""Errors that nobody expected."""

import sys
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QPushButton

from app import places, unexpected
from app.unexpected import UnexpectedErrors
from core import storage

pytestmark = pytest.mark.qt_no_exception_capture


@pytest.fixture
def is_training_deferred() -> bool:
    return True


@pytest.fixture
def errors(main_window):
    errors = UnexpectedErrors(main_window.document)
    errors.shown.connect(main_window.show_unexpected_error)
    uninstall = errors.install()
    yield errors
    uninstall()


def fail() -> None:
    raise RuntimeError("the flux is gone")


def log_text() -> str:
    return "".join(file.read_text() for file in places.log_folder().glob("*.log"))


def test_an_error_in_a_slot_keeps_the_window_and_saves_the_work(
    main_window, errors, qtbot, tmp_path, capsys
):
    path = tmp_path / "lesson.json"
    main_window.document.add_node("value")
    main_window.document.save(path)
    main_window.document.add_node("value")
    with qtbot.waitSignal(errors.shown) as shown:
        QTimer.singleShot(0, fail)
    summary, details = shown.args
    rescued = tmp_path / "lesson (rescued).json"
    assert str(rescued) in summary
    assert len(storage.load(rescued).graph) == 2
    assert len(storage.load(path).graph) == 1  # its own file is left alone
    assert "the flux is gone" in details
    assert "PySide6" in details
    assert "the flux is gone" in log_text()
    assert main_window.isVisible()
    assert "the flux is gone" in capsys.readouterr().err


def test_work_without_a_file_is_rescued_too(main_window, errors, qtbot):
    main_window.document.add_node("value")
    with qtbot.waitSignal(errors.shown):
        QTimer.singleShot(0, fail)
    rescued = places.recovery_folder() / "Untitled (rescued).json"
    assert len(storage.load(rescued).graph) == 1


def test_an_error_in_a_thread_is_told_as_well(errors, qtbot):
    with qtbot.waitSignal(errors.shown) as shown:
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert "the flux is gone" in shown.args[1]


def test_a_storm_of_the_same_error_is_told_once(main_window, errors, qtbot):
    told = []
    errors.shown.connect(lambda *_: told.append(True))
    timer = QTimer(main_window, interval=0)
    count = []

    def fail_again() -> None:
        count.append(True)
        fail()

    timer.timeout.connect(fail_again)
    timer.start()
    qtbot.waitUntil(lambda: len(count) > 50)
    timer.stop()
    assert len(told) == 1
    assert len(main_window.toasts.toasts) == 1
    assert log_text().count("RuntimeError: the flux is gone") == 1


def test_different_errors_are_each_told(errors, qtbot):
    told = []
    errors.shown.connect(lambda _summary, details: told.append(details))
    QTimer.singleShot(0, fail)
    QTimer.singleShot(0, lambda: 1 / 0)
    qtbot.waitUntil(lambda: len(told) == 2)


def test_an_error_is_told_again_after_a_minute(errors, qtbot, monkeypatch):
    monkeypatch.setattr(unexpected, "_QUIET", 0.0)
    for _ in range(2):
        with qtbot.waitSignal(errors.shown):
            QTimer.singleShot(0, fail)


def test_details_are_offered_to_copy(qtbot, main_window, answers, errors):
    with qtbot.waitSignal(errors.shown):
        QTimer.singleShot(0, fail)
    (toast,) = main_window.toasts.toasts
    toast.button.click()
    assert "the flux is gone" in answers.questions[0].details


def test_an_error_while_reporting_goes_to_the_terminal(main_window, errors, qtbot, capsys):
    def break_it(*_arguments):
        raise ValueError("the reporter is broken as well")

    main_window.document.project = break_it
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: "the reporter is broken" in capsys.readouterr().err)
    assert main_window.isVisible()


def test_ctrl_c_is_no_unexpected_error(errors, qtbot, capsys):
    told = []
    errors.shown.connect(lambda *_: told.append(True))
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    QApplication.processEvents()
    assert told == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_hooks_are_given_back(main_window):
    before = sys.excepthook, threading.excepthook
    uninstall = UnexpectedErrors(main_window.document).install()
    assert sys.excepthook is not before[0]
    uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_nothing_is_asked_of_the_user_by_itself(main_window, errors, qtbot):
    with qtbot.waitSignal(errors.shown):
        QTimer.singleShot(0, fail)
    assert main_window.findChild(QDialog) is None


class Faulty(QDialog):
    """Errors of the interpreter's own, in overrides that Qt calls while Python calls Qt."""

    def sizeHint(self):
        return [][0]

    def paintEvent(self, event):
        _painter = QPainter(self)
        return 1 // (event.rect().width() - self.width())

    def reject(self):
        self.is_rejected = True


def test_an_error_in_an_override_is_told_and_goes_no_further_than_it_must(qtbot):
    dialog = Faulty()
    qtbot.addWidget(dialog)
    with pytest.raises(IndexError, match="out of range"):  # who asks for a size has to get one
        dialog.adjustSize()
    with qtbot.captureExceptions() as raised:
        dialog.grab()
    assert [type_ for type_, _error, _trace in raised] == [ZeroDivisionError]
    button = QPushButton(dialog)
    button.clicked.connect(dialog.reject)  # which takes no argument, as PySide finds out
    button.click()
    assert dialog.is_rejected
