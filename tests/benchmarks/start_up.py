"""Time from process start to the first painted frame, beside a bare PySide6 + pyqtgraph window's.

Both are started in turn, in one run, each in a process of its own and without a screen, so that
no window manager is measured. Python keeps its byte code, as it does for a user from the second
start on, even where the environment of the measurement forbids it. Processor time is told beside
the wall clock's, which a busy machine lengthens. `python -m tests.benchmarks start_up`
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from app import places

ROOT = Path(__file__).parents[2]
ROUNDS = 9
AT_MOST = 1.5

_WATCH = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer

class FirstPaint(QObject):
    def watch(self, window):
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, handle, event):
        if event.type() == QEvent.Type.Expose and handle.isExposed():
            handle.removeEventFilter(self)
            QTimer.singleShot(0, self.painted)  # after the window has been painted for it
        return False

    def painted(self):
        sys.stdout.write(f"{time.time()!r} {time.process_time()!r}")
        sys.stdout.flush()
        os._exit(0)

first_paint = FirstPaint()
"""

BARE = f"""{_WATCH}
import pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow

application = QApplication([])
window = QMainWindow()
window.setCentralWidget(pyqtgraph.PlotWidget())
window.resize(1280, 800)
window.show()
first_paint.watch(window)
application.exec()
"""

OURS = f"""{_WATCH}
import main
from app import start_up

start_up.why_no_screen = lambda: ""  # a window, though nobody sees it
from app import application

class Window(application.MainWindow):
    def show(self):
        super().show()
        first_paint.watch(self)

application.MainWindow = Window
main.main(["--size", "1280x800"])
"""


class Times(NamedTuple):
    """Seconds from the start of a process to its first painted frame."""

    wall: float
    processor: float


def first_paint(code: str, home: str) -> Times:
    """Run `code` in a process of its own to its first painted frame."""
    kept = {"PYTHONPYCACHEPREFIX": str(Path(home) / "byte_code"), places.HOME_VARIABLE: home}
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"} | kept
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    painted, processor = map(float, done.stdout.split())
    return Times(painted - started, processor)


def measure(rounds: int = ROUNDS) -> tuple[Times, Times]:
    """Medians, (bare, ours), of runs in turn; the first of each fills the caches."""
    times: dict[str, list[Times]] = {BARE: [], OURS: []}
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds + 1):
            for code, found in times.items():
                measured = first_paint(code, home)
                if number:
                    found.append(measured)
    bare, ours = (Times(*map(statistics.median, zip(*found))) for found in times.values())
    return bare, ours


def main(arguments: Sequence[str] = ()) -> int:
    """Print the comparison; status 1 where the window takes too long."""
    bare, ours = measure()
    print("From process start to the first painted frame, medians:    wall    processor")
    for name, times in (("bare PySide6 + pyqtgraph window", bare), ("Micrograd Playground", ours)):
        print(f"  {name:<52}{times.wall * 1000:6.0f} ms  {times.processor * 1000:6.0f} ms")
    ratios = f"{ours.wall / bare.wall:6.2f}     {ours.processor / bare.processor:6.2f}"
    print(f"  {'ratio (at most ' + str(AT_MOST) + ')':<52}{ratios}")
    return 0 if ours.wall <= AT_MOST * bare.wall else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
