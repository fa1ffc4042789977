"""What the whole window grows by while it trains at full speed for long.

python -m tests.benchmarks training_memory [minutes, 60 if not said] [--changing]

The window is 1920 x 1080 and shows the training tab with Playground's default set-up; with
`--changing` somebody changes all that can be changed meanwhile, some twenty times a second. What
fills up in the first minute, such as the newest steps of the curves, is counted apart.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QTimer

from app import places
from app.main_window import MainWindow
from app.qt_application import create_application
from core import kernels
from core.hyperparameters import PRESETS
from tests.app.training_driver import Driver
from tests.benchmarks.training_tab import memory, wait

WARM_UP = 60.0  # seconds
TRAINING = 1  # place of the tab
LINES = 12  # of the table
PAUSE = 50  # milliseconds between two changes


def main(arguments: list[str]) -> int:
    """Print how the memory grows; settings and files are in a folder of its own."""
    minutes = [float(word) for word in arguments if not word.startswith("-")]
    with TemporaryDirectory() as folder:
        os.environ[places.HOME_VARIABLE] = folder
        run(60.0 * (minutes[0] if minutes else 60.0), Path(folder), "--changing" in arguments)
    return 0


def run(seconds: float, folder: Path, is_changing: bool) -> None:
    """Train for so long, and print a line now and then."""
    app = create_application()
    kernels.loaded(wait=True)
    window = MainWindow()
    window.resize(1920, 1080)
    window.show()
    window.tabs.setCurrentIndex(TRAINING)
    tab = window.training
    tab.edits.choose_preset("playground")
    assert tab.setup == PRESETS["playground"].setup
    wait(0.5)
    start = memory()
    tab.toggle_training()
    if is_changing:
        somebody = Driver(window, random.Random(0), folder)
        timer = QTimer(window, interval=PAUSE)
        timer.timeout.connect(somebody.act)
        timer.start()
    wait(min(WARM_UP, seconds / 4))
    print(f"{'minutes':>8} {'steps':>14} {'megabytes':>10} {'growth':>8} {'objects':>9}")
    warm, began, objects = memory(), time.monotonic(), len(gc.get_objects())
    print(f"{'start':>8} {'':14} {start:10.1f} {start - warm:8.1f}")
    while (passed := time.monotonic() - began) < seconds:
        wait(min(seconds / LINES, seconds - passed))
        now, more = memory(), len(gc.get_objects()) - objects
        print(
            f"{(time.monotonic() - began) / 60:8.1f} {tab.step:14,} {now:10.1f} "
            f"{now - warm:8.1f} {more:9,}",
            flush=True,
        )
    tab.pause()
    window.leave_without_asking()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
