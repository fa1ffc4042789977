"""The training tab at full speed: epochs a second, frames, pictures, first curve, memory.

python -m tests.benchmarks training_tab [seconds]

Measured in the tab at 1920 x 1080, software raster, with the compiled kernels ready. Beside the
time between frames, which other programs disturb, stands the processor time that the window's
thread spends on a frame and its paint.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.qt_application import create_application
from app.training.tab import TrainingTab
from core import kernels
from core.hyperparameters import PRESETS, Hyperparameters

FRAME = 16  # milliseconds
SETUPS = {
    "2-4-2-1, batch 10": PRESETS["playground"].setup,
    "4-8-6-1, batch 25": PRESETS["spiral"].setup,
    "8 layers of 16": PRESETS["playground"].setup.changed(hidden=(16,) * 8, init="xavier"),
}


class Frames(QObject):
    """Notes when each frame comes, and the processor time spent since the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self.work: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)
        self._last = self._spent = 0.0

    def start(self) -> None:
        self.gaps, self.work = [], []
        self._last, self._spent = time.perf_counter(), time.thread_time()
        self._timer.start(FRAME)

    def stop(self) -> None:
        self._timer.stop()

    def _note(self) -> None:
        now, spent = time.perf_counter(), time.thread_time()
        self.gaps.append(1e3 * (now - self._last))
        self.work.append(1e3 * (spent - self._spent))
        self._last, self._spent = now, spent


def wait(seconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def measure(app: QApplication, tab: TrainingTab, setup: Hyperparameters, seconds: float) -> None:
    """Train a set-up at full speed and print a line about it."""
    tab.reset()
    tab.apply({name: getattr(setup, name) for name in tab.setup.differences(setup)})
    wait(0.5)
    shown: list[float] = []
    outputs, original = tab.view.outputs, tab.view.outputs.set_snapshot
    outputs.set_snapshot = lambda snapshot: (shown.append(time.perf_counter()), original(snapshot))
    frames = Frames()
    began = time.perf_counter()
    tab.toggle_training()
    first = None
    while first is None and time.perf_counter() - began < 10.0:
        app.processEvents()
        if len(tab.view.plot._train.points()[0]):
            first = 1e3 * (time.perf_counter() - began)
    frames.start()
    step, began = tab.step, time.perf_counter()
    wait(seconds)
    took = time.perf_counter() - began
    frames.stop()
    epochs = (tab.step - step) / tab._runs.current.curves.steps_per_epoch / took
    tab.pause()
    outputs.set_snapshot = original
    gap, work = np.percentile(frames.gaps, 95), np.percentile(frames.work, [50, 95, 100])
    print(
        f"{epochs:12,.0f} {statistics.median(frames.gaps):8.1f} {gap:8.1f} {work[0]:8.1f} "
        f"{work[1]:8.1f} {work[2]:8.1f} {len(shown) / took:10.1f} {first or math.inf:8.0f}",
        flush=True,
    )


def memory() -> float:
    """Megabytes in use by this process; nan where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
    except OSError:
        return float("nan")
    return int(line.split()[1]) / 1024


def main(arguments: list[str]) -> int:
    """Print the table."""
    seconds = float(arguments[0]) if arguments else 5.0
    app = create_application()
    if kernels.loaded(wait=True) is None:
        print(f"without compiled kernels: {kernels.status().reason}")
    tab = TrainingTab(Document())
    tab.resize(1920, 1004)
    tab.show()
    wait(0.5)
    print(
        f"{'':20}{'epochs/s':>12} {'frame ms':>8} {'95 %':>8} {'work ms':>8} {'95 %':>8} "
        f"{'most':>8} {'pictures/s':>10} {'first ms':>8}"
    )
    for name, setup in SETUPS.items():
        print(f"{name:20}", end="")
        measure(app, tab, setup, seconds)
    before = memory()
    tab.reset()
    tab.toggle_training()
    wait(seconds)
    print(f"memory grew by {memory() - before:.1f} MB in {tab.step:,} steps more")
    tab.shutdown()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
