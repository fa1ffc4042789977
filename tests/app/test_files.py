"""New, open, save, and never losing work on the way. A stand-in answers the questions."""

import os
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit, QPushButton, QWidget

from app.files.dialogs import CANCEL, Dialogs, Question
from app.files.files import DISCARD, OVERWRITE, RELOAD, SAVE, SAVE_AS
from app.files.guard import FileGuard
from app.files.question_dialog import QuestionDialog
from app.main_window import MainWindow
from app.settings import Settings
from core import storage
from core.expression import parse
from core.storage import Project
from tests.app.building import without_style_sheet

# Qt 6.12 takes a QPointF where a drag begins, and deprecates the QPoint that older ones need.
DRAG_PLACE = (QPointF if PySide6.__version_info__ >= (6, 12) else QPoint)(5, 5)


@pytest.fixture
def is_training_deferred() -> bool:
    return True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A project file: L = a * 3 at a = 2."""
    path = tmp_path / "first.json"
    save_text("a = 2.0\nL = a * 3.0\n", path)
    return path


def save_text(text: str, path: Path) -> None:
    storage.save(Project(graph=parse(text), text=text), path)


def read_text(path: Path) -> str:
    return storage.load(path).text


def edit(window) -> None:
    window.document.add_node("value")
    assert window.document.is_modified


def trigger(window, name: str) -> None:
    window.findChild(QAction, f"action_{name}").trigger()


# ----- new and open -------------------------------------------------------------------------


def test_open_shows_the_file(main_window, answers, file):
    answers.opened = file
    trigger(main_window, "open")
    assert main_window.document.path == file
    assert main_window.document.graph["L"].data == 6.0
    assert not main_window.document.is_modified
    assert "first" in main_window.windowTitle()


def test_new_is_empty_and_has_no_file(main_window, file):
    main_window.document.open(file)
    trigger(main_window, "new")
    assert main_window.document.path is None
    assert len(main_window.document.graph) == 0


@pytest.mark.parametrize("command", ["new", "open", "close"])
@pytest.mark.parametrize("answer", [SAVE, DISCARD, CANCEL])
def test_unsaved_changes_are_asked_about(main_window, answers, file, tmp_path, command, answer):
    document = main_window.document
    edit(main_window)
    before = document.graph.state()
    answers.opened, answers.saved = file, tmp_path / "kept.json"
    answers.answers = [answer]
    main_window.close() if command == "close" else trigger(main_window, command)
    assert [question.title for question in answers.questions] == [
        "Save the changes to this document?"
    ]
    assert (tmp_path / "kept.json").exists() == (answer == SAVE)
    if answer == CANCEL:
        assert document.graph.state() == before
        assert document.is_modified
        assert main_window.isVisible()
    elif command == "close":
        assert not main_window.isVisible()
    else:
        assert document.graph.state() != before
        assert not document.is_modified


def test_nothing_is_asked_where_nothing_changed(main_window, answers, file):
    main_window.document.open(file)
    trigger(main_window, "new")
    assert answers.questions == []


def test_undo_to_the_saved_state_asks_nothing(main_window, answers, file):
    main_window.document.open(file)
    edit(main_window)
    trigger(main_window, "undo")
    trigger(main_window, "new")
    assert answers.questions == []


def test_saving_that_is_cancelled_does_not_close(main_window, answers):
    edit(main_window)
    answers.answers = [SAVE]
    answers.saved = None  # the file dialog is closed
    main_window.close()
    assert main_window.isVisible()
    assert main_window.document.is_modified


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": "something else"}',
        b"\xff\xfe\x00",
        b"\x00" * 1000,
        b"[" * 100_000,
        b'{"version": 1e999}',
    ],
)
def test_a_malformed_file_is_refused_and_the_document_stays(
    main_window, answers, tmp_path, content
):
    edit(main_window)
    before = main_window.document.graph.state()
    bad = tmp_path / "bad.json"
    bad.write_bytes(content)
    main_window.files.open(bad)
    assert [question.title for question in answers.questions] == ["bad.json can't be opened"]
    assert answers.questions[0].text
    assert main_window.document.graph.state() == before
    assert main_window.document.path is None
    assert main_window.document.is_modified


def test_truncated_files_are_refused_wherever_they_end(main_window, answers, file):
    text = file.read_text()
    for end in range(0, len(text) - 2, max(1, len(text) // 40)):
        file.write_text(text[:end])
        main_window.files.open(file)
        assert len(main_window.document.graph) == 0
    assert all("can't be opened" in question.title for question in answers.questions)
    assert answers.questions


def test_a_file_that_is_gone_or_a_folder_is_refused(main_window, answers, tmp_path):
    main_window.files.open(tmp_path / "never.json")
    main_window.files.open(tmp_path)
    assert len(answers.questions) == 2
    assert main_window.document.path is None


# ----- save ---------------------------------------------------------------------------------


def test_save_asks_for_a_file_once(main_window, answers, tmp_path):
    answers.saved = tmp_path / "new.json"
    edit(main_window)
    trigger(main_window, "save")
    assert main_window.document.path == tmp_path / "new.json"
    assert not main_window.document.is_modified
    answers.saved = None
    edit(main_window)
    trigger(main_window, "save")
    assert not main_window.document.is_modified
    assert len(storage.load(tmp_path / "new.json").graph) == 2


def test_save_as_goes_on_with_the_new_file(main_window, answers, file, tmp_path):
    main_window.document.open(file)
    answers.saved = tmp_path / "second.json"
    trigger(main_window, "save_as")
    assert main_window.document.path == answers.saved
    edit(main_window)
    trigger(main_window, "save")
    assert len(storage.load(file).graph) < len(storage.load(answers.saved).graph)


def test_a_file_that_can_not_be_written_keeps_the_document(main_window, answers, tmp_path):
    edit(main_window)
    answers.saved = tmp_path / "no such folder" / "x.json"
    trigger(main_window, "save")
    assert "can't be saved" in answers.questions[0].title
    assert main_window.document.is_modified
    assert main_window.document.path is None


def test_a_file_changed_on_disk_is_not_overwritten_unasked(main_window, answers, file):
    main_window.document.open(file)
    edit(main_window)
    save_text("theirs = 1.0\n", file)
    trigger(main_window, "save")
    assert answers.questions[0].title == "first.json was changed on disk"
    assert "theirs" in read_text(file)
    assert main_window.document.is_modified

    answers.answers = [OVERWRITE]
    trigger(main_window, "save")
    assert "theirs" not in read_text(file)
    assert not main_window.document.is_modified

    edit(main_window)
    trigger(main_window, "save")
    assert len(answers.questions) == 2  # our own writing is no change by others


def test_a_file_changed_on_disk_can_be_read_again(main_window, answers, file):
    main_window.document.open(file)
    edit(main_window)
    save_text("theirs = 1.0\n", file)
    answers.answers = [RELOAD]
    trigger(main_window, "save")
    assert main_window.document.graph["theirs"].data == 1.0
    assert not main_window.document.is_modified


def test_a_change_on_disk_can_be_kept_beside_ours(main_window, answers, file, tmp_path):
    main_window.document.open(file)
    edit(main_window)
    save_text("theirs = 1.0\n", file)
    answers.answers = [SAVE_AS]
    answers.saved = tmp_path / "ours.json"
    trigger(main_window, "save")
    assert "theirs" in read_text(file)
    assert "theirs" not in read_text(answers.saved)


def test_a_change_of_the_same_size_and_time_length_is_seen(file):
    guard = FileGuard()
    guard.watch(file)
    assert not guard.is_changed_on_disk()
    text = file.read_text()
    file.write_text(text.replace("2", "5", 1))
    status = file.stat()
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert guard.is_changed_on_disk()
    guard.release()


def test_a_file_that_was_only_touched_is_not_changed(file):
    guard = FileGuard()
    guard.watch(file)
    os.utime(file, (1, 1))
    assert not guard.is_changed_on_disk()
    guard.release()


def test_the_window_tells_of_a_change_once(main_window, file, qtbot):
    main_window.document.open(file)
    save_text("theirs = 1.0\n", file)
    told = []
    main_window.files.changed_on_disk.connect(lambda: told.append(True))
    main_window.files.notice_changes()
    main_window.files.notice_changes()
    assert len(told) == 1
    assert any("changed by another program" in t.text for t in main_window.toasts.toasts)


def test_what_is_told_of_a_change_goes_when_it_holds_no_more(main_window, file):
    def is_told():
        return any("changed by another program" in t.text for t in main_window.toasts.toasts)

    ours = file.read_bytes()

    def bring_back():
        file.write_bytes(ours)
        main_window.files.notice_changes()

    document = main_window.document
    for what in (bring_back, main_window.files.reload, document.save, document.new):
        file.write_bytes(ours)
        document.open(file)
        save_text("theirs = 1.0\n", file)
        main_window.files.notice_changes()
        assert is_told()
        what()
        assert not is_told()


def test_a_file_open_in_two_windows_is_noticed(main_window, answers, file, qtbot):
    main_window.document.open(file)
    with without_style_sheet():
        other = MainWindow(dialogs=answers)
    qtbot.addWidget(other)
    other.files.open(file)
    assert any("open in another window" in toast.text for toast in other.toasts.toasts)
    edit(other)
    trigger(other, "save")
    assert answers.questions[-1].title == "first.json is open in another window"
    assert other.document.is_modified
    main_window.document.new()  # the first window lets go of it
    trigger(other, "save")
    assert not other.document.is_modified
    other.close()


def test_save_as_over_a_file_of_another_window_asks(main_window, answers, file, qtbot):
    main_window.document.open(file)
    with without_style_sheet():
        other = MainWindow(dialogs=answers)
    qtbot.addWidget(other)
    edit(other)
    answers.saved = file
    trigger(other, "save_as")
    assert answers.questions[-1].title == "first.json is open in another window"
    assert "L" in read_text(file)
    other.leave_without_asking()


# ----- recent files, examples, drop ---------------------------------------------------------


def test_recent_files_are_listed_newest_first_and_remembered(main_window, tmp_path):
    for name in ("one", "two"):
        save_text("a = 1.0\n", tmp_path / f"{name}.json")
        main_window.files.open(tmp_path / f"{name}.json")
    assert main_window.settings.recent_files == [tmp_path / "two.json", tmp_path / "one.json"]
    assert Settings().recent_files == main_window.settings.recent_files
    (tmp_path / "two.json").unlink()
    assert main_window.settings.recent_files == [tmp_path / "one.json"]


def test_recent_files_are_at_most_ten(tmp_path):
    settings = Settings()
    for number in range(15):
        path = tmp_path / f"{number}.json"
        path.touch()
        settings.add_recent_file(path)
    assert [path.stem for path in settings.recent_files] == [str(n) for n in range(14, 4, -1)]


def test_every_example_opens_and_has_gradients(main_window):
    for example in main_window.examples():
        main_window.open_example(example)
        assert main_window.document.path is None
        assert not main_window.document.is_modified
        grads = [node.grad for node in main_window.document.graph.nodes.values()]
        assert any(grads), example.title


@pytest.mark.parametrize("name", [None, "expression_edit", "node_editor"])
def test_a_dropped_file_opens_wherever_it_falls(main_window, file, name):
    target = main_window if name is None else main_window.findChild(QObject, name)
    assert target is not None
    target = target.viewport() if hasattr(target, "viewport") else target
    assert drop(target, [QUrl.fromLocalFile(str(file))])
    assert main_window.document.path == file


def test_dropped_text_is_left_to_the_text(main_window):
    text = main_window.findChild(QPlainTextEdit, "expression_edit")
    data = QMimeData()
    data.setText("a = 1.0")
    event = QDragEnterEvent(
        DRAG_PLACE, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(text.viewport(), event)
    assert event.isAccepted()  # by the text itself
    assert main_window.document.path is None


def test_dropping_two_files_or_a_web_address_opens_nothing(main_window, file):
    url = QUrl.fromLocalFile(str(file))
    assert not drop(main_window, [url, url])
    assert not drop(main_window, [QUrl("https://example.org/first.json")])
    assert main_window.document.path is None


def drop(target: QWidget, urls: list[QUrl]) -> bool:
    """Drag these into the widget and let them fall; True where it took them."""
    data = QMimeData()
    data.setUrls(urls)
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    enter = QDragEnterEvent(DRAG_PLACE, *how)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    fall = QDropEvent(QPointF(5, 5), *how)
    QApplication.sendEvent(target, fall)
    return fall.isAccepted()


# ----- the dialogs themselves ---------------------------------------------------------------


def ask(window, qtbot, question: Question, answered: list[str]) -> QuestionDialog:
    Dialogs(window).ask(question, answered.append)
    dialog = window.findChild(QuestionDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def test_a_question_does_not_wait_and_answers_by_its_button(main_window, qtbot):
    answered: list[str] = []
    question = Question("Keep it?", "Or not.", {"yes": "Keep", CANCEL: "Cancel"})
    dialog = ask(main_window, qtbot, question, answered)
    assert answered == []
    qtbot.mouseClick(dialog.buttons["yes"], Qt.MouseButton.LeftButton)
    assert answered == ["yes"]


@pytest.mark.parametrize(("key", "answer"), [("Key_Escape", CANCEL), ("Key_Return", "yes")])
def test_a_question_is_answered_by_key(main_window, qtbot, key, answer):
    answered: list[str] = []
    question = Question("Keep it?", choices={"yes": "Keep", CANCEL: "Cancel"})
    dialog = ask(main_window, qtbot, question, answered)
    qtbot.keyClick(dialog, getattr(Qt.Key, key))
    assert answered == [answer]


def test_a_second_question_replaces_the_first(main_window, qtbot):
    dialogs, answered = Dialogs(main_window), []
    dialogs.ask(Question("First?"), answered.append)
    dialogs.ask(Question("Second?"), answered.append)
    assert answered == [CANCEL]
    shown = [d for d in main_window.findChildren(QuestionDialog) if d.isVisible()]
    assert [dialog.question.title for dialog in shown] == ["Second?"]
    qtbot.keyClick(shown[0], Qt.Key.Key_Escape)


def test_details_can_be_copied_and_the_dialog_stays(main_window, qtbot):
    answered: list[str] = []
    dialog = ask(main_window, qtbot, Question("It broke", details="line 1\nline 2"), answered)
    copy = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy details")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "line 1\nline 2"
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert answered == [CANCEL]


def test_closing_with_unsaved_changes_never_waits(qtbot):
    with without_style_sheet():
        window = MainWindow()
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    edit(window)
    assert not window.close()  # returns at once, the question is open
    assert window.isVisible()
    dialog = window.findChild(QuestionDialog)
    qtbot.waitUntil(dialog.isVisible)
    qtbot.mouseClick(dialog.buttons[DISCARD], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_files_are_chosen_in_a_file_dialog(main_window, qtbot, file, tmp_path):
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    dialogs, chosen = Dialogs(main_window), []
    dialogs.choose_file_to_open(tmp_path, chosen.append)
    dialog = main_window.findChild(QFileDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.selectFile(str(file))
    dialog.accept()
    assert chosen == [file]
