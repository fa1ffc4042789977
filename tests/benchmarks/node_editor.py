"""How long a frame of the node editor takes: pan, zoom, a scrubbed number, and a paste.

python -m tests.benchmarks node_editor

Measured at 1280 x 800, software raster, from the gesture to the end of the paint it causes: the
time that the window's thread is at work, median. A frame at 60 Hz has 16 ms.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication

from app.document import Document
from app.node_editor.editor import NodeEditor
from app.node_editor.interactions.gesture import Gesture
from core.expression import parse
from core.graph import Graph
from core.ops import OPS
from core.storage import Project

REPEATS = 25
SMOOTH_OPS = ("add", "mul", "sub", "tanh", "sigmoid", "sin")


def woven_graph(count: int, seed: int = 0) -> tuple[Graph, dict[str, tuple[float, float]]]:
    """A graph of about `count` nodes in columns, each fed by its left neighbours, and its places.

    Every number depends on the first leaves and every node has a gradient: dragging a leaf
    changes all that is in sight.
    """
    rng = random.Random(seed)
    rows = math.isqrt(count)
    lines = [f"x0_{row} = {rng.uniform(-1, 1):.3f}" for row in range(rows)]
    for column in range(1, rows):
        for row in range(rows):
            near = [f"x{column - 1}_{(row + step) % rows}" for step in (0, rng.choice((-1, 1)))]
            op = OPS[rng.choice(SMOOTH_OPS)]
            formula = f"{near[0]} {op.symbol} {near[1]}" if op.is_infix else f"{op.name}({near[0]})"
            lines.append(f"x{column}_{row} = {formula}")
    lines.append("y1 = " + f"x{rows - 1}_0 + x{rows - 1}_1")
    lines += [f"y{row} = y{row - 1} + x{rows - 1}_{row}" for row in range(2, rows)]
    graph = parse("\n".join(lines))
    places = {node.id: (i // rows * 208.0, i % rows * 176.0) for i, node in enumerate(graph)}
    return graph, places


class Bench:
    """An editor with a graph of so many nodes."""

    def __init__(self, count: int) -> None:
        self.document = Document()
        self.editor = NodeEditor(self.document)
        self.editor.resize(1280, 800)
        self.editor.show()
        graph, places = woven_graph(count)
        self.document.open_project(Project(graph=graph, positions=places))
        self.view = self.editor.view
        self.view.fit_all(animated=False)
        self.fit = self.view.zoom
        while self.document.is_text_pending:  # which a thread writes
            QGuiApplication.processEvents()

    def look(self, zoom: float) -> None:
        self.view.zoom_to(zoom)
        self.view.centerOn(self.view.nodes.bounds().center())
        self.view.set_zooming(False)  # as after a moment of rest

    def frame(self, change: Callable[[int], None]) -> float:
        """Median milliseconds of `change` and the paint that it causes."""
        times = []
        QGuiApplication.processEvents()
        for turn in range(REPEATS):
            start = time.thread_time()
            change(turn)
            QCoreApplication.sendPostedEvents(self.editor, QEvent.Type.UpdateRequest.value)
            times.append((time.thread_time() - start) * 1e3)
        return statistics.median(times[3:])

    def pan(self) -> float:
        return self.frame(lambda turn: self.view.pan_by(QPoint(7 if turn % 2 else -9, 5)))

    def zoom(self) -> float:
        middle = QPointF(640, 400)
        return self.frame(lambda turn: self.view.zoom_at(middle, 1.07 if turn % 2 else 1 / 1.06))

    def scrub(self) -> float:
        graph = self.document.graph
        leaf = next(node.id for node in graph if node.is_leaf)
        scene = self.view.nodes
        self.view.begin(Gesture(self.view, QPointF()), Qt.MouseButton.LeftButton)
        taken = self.frame(lambda turn: self.document.preview_value(leaf, 0.5 + turn * 0.01, scene))
        self.view.cancel_gesture()
        self.document.cancel_preview()
        return taken

    def move(self) -> float:
        scene = self.view.nodes
        seen = scene.index.boxes_in(self.view.visible_area())
        box = seen[len(seen) // 2]

        def step(turn: int) -> None:
            box.x += 3
            scene.boxes_moved()

        self.view.begin(Gesture(self.view, QPointF()), Qt.MouseButton.LeftButton)
        taken = self.frame(step)
        self.view.cancel_gesture()
        return taken

    def paste(self) -> float:
        edits = self.view.edits
        edits.select_all()
        edits.copy()
        self.look(0.7)
        start = time.thread_time()
        edits.paste(QPointF(0, 5000))
        self.view.viewport().repaint()
        return (time.thread_time() - start) * 1e3


def main(arguments: list[str]) -> int:
    """Print the table; the exit status is 0."""
    from app.qt_application import create_application

    app = create_application()
    print(
        f"{'nodes':>6} {'view':>10} {'in sight':>9} {'pan':>8} {'zoom':>8} {'scrub':>8} {'drag':>8}"
    )
    for count in (300, 1000):
        bench = Bench(count)
        for name, zoom in (("all", bench.fit), ("20 %", 0.2), ("60 %", 0.6), ("100 %", 1.0)):
            bench.look(zoom)
            area = bench.view.visible_area()
            seen = len(bench.view.nodes.boxes_in(area))
            row = []
            for measure in (bench.pan, bench.zoom, bench.scrub, bench.move):
                bench.look(zoom)
                row.append(measure())
            figures = " ".join(f"{figure:5.1f} ms" for figure in row)
            print(f"{count:6d} {name:>10} {seen:9d} {figures}")
        print(f"{count:6d} pasting {count} nodes: {bench.paste():.0f} ms")
        bench.editor.close()
        bench.editor.deleteLater()
        app.processEvents()
    return 0
