"""Time from process start to the first painted frame, beside a bare PySide6 + pyqtgraph window's.

Both are started in turn, in one run, each in a process of its own and without a screen, so that
no window manager is measured. `python -m tests.benchmarks start_up`
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

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
        sys.stdout.write(repr(time.time()))
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


def first_paint(code: str, home: str) -> float:
    """Seconds from the start of a process that runs `code` to its first painted frame."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", places.HOME_VARIABLE: home}
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    return float(done.stdout) - started


def measure(rounds: int = ROUNDS) -> tuple[float, float]:
    """Medians in seconds, (bare, ours), of runs in turn; the first of each warms the disk cache."""
    times: dict[str, list[float]] = {BARE: [], OURS: []}
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds + 1):
            for code, found in times.items():
                seconds = first_paint(code, home)
                if number:
                    found.append(seconds)
    return statistics.median(times[BARE]), statistics.median(times[OURS])


def main(arguments: Sequence[str] = ()) -> int:
    """Print the comparison; status 1 where the window takes too long."""
    bare, ours = measure()
    print("From process start to the first painted frame, medians:")
    print(f"  bare PySide6 + pyqtgraph window  {bare * 1000:6.0f} ms")
    print(f"  Micrograd Playground             {ours * 1000:6.0f} ms")
    print(f"  ratio                            {ours / bare:6.2f}     (at most {AT_MOST})")
    return 0 if ours <= AT_MOST * bare else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
