"""A number dragged in the whole window: from the new number to the frame that shows it.

Every view is open on one expression of 1,000 nodes, at 1280 x 800 and 1920 x 1080; each drag step
sets a leaf, runs forward and backward, and paints what every view shows of it.
`python -m tests.benchmarks dragging`
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from app import places
from app.qt_application import create_application

STEPS = 120
NODES = (7, 300, 1000)
SIZES = ((1280, 800), (1920, 1080))
AT_MOST = 16.7  # ms: a frame at 60 Hz

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f\n"


def expression(count: int) -> str:
    """A text of `count` named nodes in which the first leaf `a` reaches nearly all the others."""
    if count == 7:
        return LECTURE
    rng = np.random.default_rng(0)
    leaves = count // 3
    lines = [f"w{i} = {rng.normal():.3f}" for i in range(leaves - 1)]
    lines = ["a = 2.0", *lines, "n0 = a * w0"]
    for i in range(1, count - leaves):
        earlier = int(rng.integers(max(0, i - 12), i))
        weight = int(rng.integers(leaves - 1))
        form = ("n{0} = n{1} * w{2}", "n{0} = n{1} + w{2}", "n{0} = tanh(n{1})")[i % 3]
        lines.append(form.format(i, earlier, weight))
    return "\n".join(lines) + "\n"


class Times(NamedTuple):
    """Of the drag steps of one window, in ms."""

    wall: float  # median
    late: float  # 95th percentile of wall
    work: float  # median of the time that the UI thread was at work
    least: float  # of work: what a step takes while the machine does nothing else
    computed: float  # median of the part of work that is done before anything is painted


def drag(count: int, size: tuple[int, int]) -> Times:
    """Drag the leaf `a` of an expression in a window of this size."""
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

    window = MainWindow()
    try:
        window.resize(*size)
        window.show()
        window.document.set_text(expression(count))
        window.build_tab.node_editor.view.nodes.finish_arranging()
        for _ in range(60):
            QApplication.processEvents()
        leaf = window.document.graph["a"].id
        window.document.select([leaf])
        wall, work, computed = [], [], []
        for number in np.linspace(-2.0, 2.0, STEPS):
            start, start_work = time.perf_counter(), time.thread_time()
            window.document.preview_value(leaf, round(float(number), 3))
            computed.append(1e3 * (time.thread_time() - start_work))
            QApplication.processEvents()
            work.append(1e3 * (time.thread_time() - start_work))
            wall.append(1e3 * (time.perf_counter() - start))
        window.document.cancel_preview()
        window.document.undo_stack.setClean()
        return Times(
            statistics.median(wall),
            float(np.percentile(wall, 95)),
            statistics.median(work),
            min(work),
            statistics.median(computed),
        )
    finally:
        window.close()
        window.deleteLater()


def main(arguments: list[str]) -> int:
    """Print the table; the status is 1 where a median misses a frame."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[places.HOME_VARIABLE] = folder
        create_application()
        print("              window   a frame      UI thread at work (ms)")
        print(f"{'nodes':>6} {'':>11} {'median':>9} {'95 %':>9}", end="")
        print(f" {'median':>9} {'least':>9} {'no frame':>9}")
        worst = 0.0
        for size in SIZES:
            for count in NODES:
                times = drag(count, size)
                worst = max(worst, times.wall)
                shown = f"{size[0]}x{size[1]}"
                print(f"{count:>6} {shown:>11} " + " ".join(f"{time:9.2f}" for time in times))
    print(f"bar: {AT_MOST} ms, a frame at 60 Hz")
    return int(worst > AT_MOST)
