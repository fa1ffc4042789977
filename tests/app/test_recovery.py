"""Autosave, and the work that a crashed session leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import places
from app.application import RECOVER, offer_what_was_left
from app.files import recovery
from app.files.recovery import Autosave, left_behind
from core import storage
from core.expression import parse
from core.storage import Project
from tests.app.building import without_style_sheet

ROOT = Path(__file__).parents[2]


@pytest.fixture
def is_training_deferred() -> bool:
    return True


@pytest.fixture
def autosave(document):
    autosave = Autosave(document)
    yield autosave
    autosave.stop()


def kept_files() -> list[Path]:
    return sorted(places.recovery_folder().glob("session-*.json"))


def crash(text: str, path: Path | None = None) -> None:
    """Leave behind what a session that died would: its file, and a lock of a dead process."""
    lines = (
        "from app.document import Document",
        "from app.files.recovery import Autosave",
        "from core.expression import parse",
        "from core.storage import Project",
        "from pathlib import Path",
        "import os, sys",
        "from PySide6.QtWidgets import QApplication",
        "application = QApplication([])",
        "document = Document()",
        "autosave = Autosave(document)",
        "text, path = sys.argv[1], Path(sys.argv[2]) if sys.argv[2] else None",
        "document.open_project(Project(graph=parse(text), text=text), path=path, is_modified=True)",
        "autosave.write()",
        "os._exit(9)",
    )
    command = [sys.executable, "-c", "\n".join(lines), text, str(path or "")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr


def test_unsaved_work_is_kept_every_half_minute(document, monkeypatch, qtbot):
    assert recovery.INTERVAL == 30_000
    monkeypatch.setattr(recovery, "INTERVAL", 20)
    autosave = Autosave(document)
    document.add_node("value")
    qtbot.waitUntil(lambda: len(kept_files()) == 1)
    autosave.stop()
    assert kept_files() == []


def test_nothing_is_kept_where_nothing_changed(document, autosave):
    autosave.write()
    assert kept_files() == []


def test_the_same_work_is_not_written_again(document, autosave):
    document.add_node("value")
    autosave.write()
    (file,) = kept_files()
    os.utime(file, (1, 1))
    autosave.write()
    assert file.stat().st_mtime == 1
    document.add_node("value")
    autosave.write()
    assert file.stat().st_mtime > 1


def test_saving_and_new_discard_what_was_kept(document, autosave, tmp_path):
    document.add_node("value")
    autosave.write()
    document.save(tmp_path / "x.json")
    assert kept_files() == []
    document.add_node("value")
    autosave.write()
    document.new()
    assert kept_files() == []


def test_a_full_disk_does_not_disturb(document, autosave, monkeypatch):
    document.add_node("value")

    def fail(*_arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(recovery, "replace_text", fail)
    autosave.write()
    assert document.is_modified
    assert kept_files() == []


def test_the_work_of_a_living_session_is_not_offered(document, autosave):
    document.add_node("value")
    autosave.write()
    assert len(kept_files()) == 1
    assert left_behind() == []


def test_a_crash_leaves_the_work_with_its_file(qapp, tmp_path):
    crash("a = 2.5\nL = a * 3.0\n", tmp_path / "lesson.json")
    (kept,) = left_behind()
    assert kept.name == "lesson"
    assert kept.path == tmp_path / "lesson.json"
    assert kept.project.graph["a"].data == 2.5
    kept.discard()
    assert left_behind() == []
    assert kept_files() == []


def test_recovered_work_is_unsaved_changes_of_its_file(main_window, answers, tmp_path):
    path = tmp_path / "lesson.json"
    storage.save(Project(graph=parse("a = 1.0\n"), text="a = 1.0\n"), path)
    crash("a = 2.5\nL = a * 3.0\n", path)
    answers.answers = [RECOVER]
    offer_what_was_left(main_window)
    assert "lesson" in answers.questions[0].title
    document = main_window.document
    assert document.path == path
    assert document.graph["L"].data == 7.5
    assert document.is_modified
    assert storage.load(path).graph["a"].data == 1.0
    # It is kept again, under this session, until it is saved.
    assert left_behind() == []
    assert len(kept_files()) == 1
    document.save()
    assert kept_files() == []


@pytest.mark.parametrize("answer", ["discard", "cancel"])
def test_the_offer_can_be_turned_down_or_put_off(main_window, answers, answer):
    crash("a = 2.5\n")
    answers.answers = [answer]
    offer_what_was_left(main_window)
    assert len(main_window.document.graph) == 0
    assert len(left_behind()) == (answer == "cancel")


def test_several_crashes_are_offered_newest_first(main_window, answers):
    crash("a = 1.0\n")
    crash("a = 2.0\n")
    answers.answers = [RECOVER]
    offer_what_was_left(main_window)
    assert main_window.document.graph["a"].data == 2.0
    assert [kept.project.graph["a"].data for kept in left_behind()] == [1.0]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"format": "x"}', json.dumps({"format": recovery._FORMAT})]
)
def test_an_unreadable_recovery_file_is_no_offer_and_no_error(qapp, content):
    folder = places.recovery_folder()
    folder.mkdir(parents=True)
    (folder / "session-1-x.json").write_text(content)
    assert left_behind() == []


def test_ending_without_an_answer_keeps_the_work_for_the_next_start(qtbot, answers):
    from app.main_window import MainWindow

    with without_style_sheet():
        window = MainWindow(dialogs=answers)
    qtbot.addWidget(window)
    window.document.add_node("value")
    window.leave_without_asking()
    assert answers.questions == []
    (kept,) = left_behind()
    assert len(kept.project.graph) == 1
