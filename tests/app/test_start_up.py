"""Checks before Qt is loaded: system libraries, and whether there is a screen."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QRegion, Qt

from app import start_up

ROOT = Path(__file__).parents[2]
FAKE = 'raise ImportError("{}: cannot open shared object file: No such file or directory")\n'


def run_with_broken_qt(tmp_path: Path, message: str, *command: str) -> subprocess.CompletedProcess:
    """Run a command in which Qt's widgets can't be imported, as where a library is missing."""
    package = tmp_path / "PySide6"
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = '6.11'\n")
    (package / "QtWidgets.py").write_text(message)
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def test_missing_library_is_one_sentence_with_the_command(tmp_path):
    done = run_with_broken_qt(tmp_path, FAKE.format("libEGL.so.1"), "main.py", "--headless")
    assert done.returncode == 1
    assert "libEGL.so.1" in done.stderr
    assert "apt-get install -y libegl1" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2


def test_unknown_library_gives_all_packages_that_qt_needs(tmp_path):
    done = run_with_broken_qt(tmp_path, FAKE.format("libnew.so.7"), "main.py", "--headless")
    assert done.returncode == 1
    assert "libnew.so.7" in done.stderr
    for package in ("libegl1", "libxkbcommon0", "libdbus-1-3", "libxcb-cursor0"):
        assert package in done.stderr


def test_missing_library_in_the_test_run_is_the_same_sentence(tmp_path):
    done = run_with_broken_qt(
        tmp_path, FAKE.format("libEGL.so.1"),
        "-m", "pytest", "tests/app/test_start_up.py",
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "apt-get install -y libegl1" in output
    assert "Traceback" not in output


def test_qt_that_is_not_installed_is_said_with_the_pip_line(tmp_path):
    done = run_with_broken_qt(
        tmp_path, "raise ModuleNotFoundError('no', name='PySide6.QtWidgets')", "main.py"
    )
    assert done.returncode == 1
    assert "pip install -e ." in done.stderr
    assert "Traceback" not in done.stderr


def test_all_libraries_are_there_where_these_tests_run():
    start_up.check_system_libraries(needs_screen=False)
    assert start_up._missing(start_up.LIBRARIES) == []


def test_advice_needs_no_sudo_for_root(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    assert "\n    apt-get install -y libgl1" in start_up.advice({"libGL.so.1"})
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    assert "\n    sudo apt-get install -y libgl1" in start_up.advice({"libGL.so.1"})


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY"),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, "'offscreen'"),
        ({"DISPLAY": ":987"}, "no X server answers"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ""),
        ({"QT_QPA_PLATFORM": "vnc"}, ""),
    ],
)
def test_screen_is_looked_for(monkeypatch, variables, said):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    reason = start_up.why_no_screen()
    assert said in reason
    assert bool(reason) == bool(said)


def test_other_systems_always_have_a_screen(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    assert start_up.why_no_screen() == ""


@pytest.mark.parametrize(
    "call",
    [
        lambda: QRegion().translate(1, 1),
        lambda: QRect().translate(1, 1),
        lambda: QImage(1, 1, QImage.Format.Format_RGB32).fill(Qt.GlobalColor.black),
    ],
    ids=["region", "rect", "image"],
)
def test_void_calls_keep_the_count_of_none(call):
    """PySide6 6.12.0 on Python 3.11 loses a reference to None per call and aborts in the end."""
    calls = 2000
    before = sys.getrefcount(None)
    for _ in range(calls):
        call()
    assert sys.getrefcount(None) > before - calls / 2


def test_painter_calls_keep_the_count_of_none():
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    calls = 2000
    before = sys.getrefcount(None)
    painter = QPainter(image)
    for _ in range(calls):
        painter.drawPoint(1, 1)
    painter.end()
    assert sys.getrefcount(None) > before - calls / 2
