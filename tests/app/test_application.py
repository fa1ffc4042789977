"""The program as a process: first minute, files of the command line, signals."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app import places
from app.files.recovery import left_behind
from core import storage
from core.expression import parse
from core.storage import Project

ROOT = Path(__file__).parents[2]

# Runs the program with a window that nobody sees, and what is put in for {probe} once it stands.
PROGRAM = """
import json, os, signal, sys
from PySide6.QtCore import QTimer
from app import application, start_up
import main

start_up.why_no_screen = lambda: ""

def tell(**facts):
    print(json.dumps(facts), flush=True)

begin = application._begin

def begin_and_probe(window, options):
    begin(window, options)
    document = window.document
    {probe}

application._begin = begin_and_probe
sys.exit(main.main(sys.argv[1:]))
"""
TELL = """tell(
        names=sorted(node.name for node in document.graph.nodes.values()),
        path=str(document.path), size=[window.width(), window.height()],
        is_modified=document.is_modified, theme=window.appearance.choice,
        toasts=[toast.text for toast in window.toasts.toasts],
    )
    window.close()"""
L_GRAPH = ["L", "a", "b", "c", "d", "e", "f"]


def run_program(probe: str, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("{probe}", probe), *arguments], cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | changes, capture_output=True,
        text=True, stdin=subprocess.DEVNULL, check=False, timeout=60,
    )  # fmt: skip


def facts(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[0])


def test_the_first_start_shows_the_lectures_graph_and_later_ones_an_empty_page(qapp):
    first = facts(run_program(TELL))
    assert not list(places.recovery_folder().glob("session-*")), "it ended in peace"
    assert first["names"] == L_GRAPH
    assert first["toasts"] == []
    assert first["path"] == "None"
    assert not first["is_modified"]
    assert facts(run_program(TELL))["names"] == []


def test_a_file_of_the_command_line_is_opened(qapp, tmp_path):
    file = tmp_path / "mine.json"
    storage.save(Project(graph=parse("q = 2.0\n"), text="q = 2.0\n"), file)
    found = facts(run_program(TELL, str(file), "--theme", "light", "--size", "900x700"))
    assert found["names"] == ["q"]
    assert found["path"] == str(file)
    assert found["size"] == [900, 700]
    assert found["theme"] == "light"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_in_peace_and_keeps_the_work(qapp, number):
    probe = f'document.set_text("kept = 4.0\\n"); os.kill(os.getpid(), {int(number)})'
    done = run_program(probe)
    assert done.returncode == 0, done.stderr
    (kept,) = left_behind()
    assert kept.project.graph["kept"].data == 4.0


def test_errors_in_events_and_in_painting_keep_the_program_running(qapp):
    probe = """from PySide6.QtWidgets import QWidget
    class Broken(QWidget):
        def paintEvent(self, event):
            QTimer.singleShot(100, window, end)
            raise RuntimeError("no brush")
    def fail():
        raise RuntimeError("the flux is gone")
    def paint():
        window.broken = Broken(window)
        window.broken.resize(50, 50)
        window.broken.show()
    def end():
        if window.isVisible():
            tell(toasts=[toast.text for toast in window.toasts.toasts])
            window.leave_without_asking()
    QTimer.singleShot(0, fail)
    QTimer.singleShot(0, paint)"""
    done = run_program(probe)
    toasts = facts(done)["toasts"]
    assert toasts
    assert all("Something went wrong" in text for text in toasts)
    log = (places.log_folder() / "micrograd-playground.log").read_text()
    for words in ("the flux is gone", "no brush"):
        assert words in done.stderr
        assert words in log


def test_plots_layouts_and_kernels_are_loaded_after_the_first_paint(qapp):
    code = """
import sys
from app.qt_application import create_application
from app.main_window import MainWindow

application = create_application()
window = MainWindow(is_training_deferred=True)
window.show()
application.processEvents()
print(sorted({"pyqtgraph", "networkx", "numba", "scipy", "importlib.metadata"} & set(sys.modules)))
window.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr


def test_a_script_that_just_ends_ends_well():
    code = """
from app.qt_application import create_application
from app.main_window import MainWindow

application = create_application()
window = MainWindow()
window.show()
window.document.set_text("a = 2\\nL = a * a")
application.processEvents()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
