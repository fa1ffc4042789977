"""How long the graph view takes: layout, an edit, new colours, painting; 1280 x 800, raster.

python -m tests.benchmarks graph_view

The least of some repeats, in milliseconds. `edit` lays out anew from the former layout, `paint`
is a whole frame as it is fitted and at three zooms, `drag` one value changed: forward, backward,
colours and a frame.
Of a network, `opened` lays out what a click opens, `overview` makes a picture from its numbers to
the first frame, `settled` is the time from a movement to the exact picture. Frames are counted by
the paint events that really came.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from app.document import Document
from app.graph_view.network.canvas import NetworkCanvas
from app.graph_view.network.picture import NetworkPicture
from app.graph_view.network.source import NetworkSource
from app.graph_view.plan import make_picture
from app.graph_view.view import GraphView
from core.engine import Value
from core.expression import parse
from core.graph import Graph
from core.hyperparameters import Hyperparameters
from core.layout import layout
from core.layout.crossbar import lay_out_layer
from core.losses import find
from core.network.health import layer_health
from core.network.reading import NetworkReader, Reading
from core.network.trace import NetworkTrace
from core.nn import MLP
from core.storage import Project

REPEATS = 15
BOX = (128.0, 80.0)

NEURON = (
    "x1 = 2.0\nx2 = 0.0\nw1 = -3.0\nw2 = 1.0\nb = 6.8813735870195432\n"
    "x1w1 = x1*w1\nx2w2 = x2*w2\ns = x1w1 + x2w2\nn = s + b\n"
    "e = exp(2*n)\no = (e - 1) / (e + 1)\n"
)


def expression(count: int, *, reuse: float = 0.1) -> Graph:
    """A random expression of about `count` nodes; a share of its inputs is used again."""
    rng = random.Random(1)
    lines = [f"x{i} = {rng.gauss(0, 1):.4f}" for i in range(count // 2)]
    pool = [f"x{i}" for i in range(count // 2)]
    for k in range(count):
        if len(pool) == 1:
            break
        i = rng.randrange(len(pool) - 1)
        one, other = pool[i], pool.pop(i + 1)
        if rng.random() < reuse:
            other = f"({other} + {one})"
        lines.append(f"n{k} = {one} {rng.choice('+*+')} {other}")
        pool[i] = f"n{k}"
    return parse("\n".join(lines))


def network() -> Graph:
    """One sample of micrograd's demo through MLP 2-16-16-1, every scalar a node."""
    random.seed(1)
    model = MLP(2, [16, 16, 1])
    output: Value = model([Value(0.5), Value(-0.3)])
    graph = Graph()
    ids: dict[int, str] = {}
    from core.engine import topological_order
    from core.ops import OPS

    for value in topological_order(output):
        inputs = [ids[id(child)] for child in value._prev]
        op = OPS.find(value._op)
        node = graph.add(op.name, inputs=inputs) if op else graph.add(data=value.data)
        ids[id(value)] = node.id
    return graph


def least(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Least milliseconds of an action: what it takes where nobody else wants the processor."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return min(times)


class Bench:
    """A graph view of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.document = Document()
        self.document.open_project(Project(graph=graph))
        self.view = GraphView(self.document)
        self.view.resize(1280, 800)
        self.view.show()
        QGuiApplication.processEvents()
        self.canvas = self.view.canvas
        self.canvas.refresh()
        self.canvas.finish_moves()

    def layout(self, repeats: int) -> tuple[float, float, int]:
        graph = self.document.graph
        drawn = graph.to_networkx()
        first = layout(drawn, BOX, output=graph.output)
        cold = least(lambda: layout(drawn, BOX, output=graph.output), repeats)
        drawn.add_edge(graph.output, "later")
        edit = least(lambda: layout(drawn, BOX, first, output="later"), repeats)
        return cold, edit, first.crossings

    def picture(self, repeats: int) -> float:
        canvas, flow = self.canvas, self.document.flow
        return least(lambda: make_picture(flow, canvas.options, canvas._room()), repeats)

    def recolor(self) -> float:
        picture = self.canvas.refresh()
        assert picture is not None

        def again() -> None:
            self.document.graph.evaluations += 1  # so that the numbers count as new
            picture.read_numbers(self.document.flow)
            picture.recolor(self.canvas.scale)

        return least(again)

    def paint(self, zoom: float | None) -> float:
        if zoom is not None:
            camera = self.canvas.camera
            camera.zoom_by(zoom / camera.zoom, self.canvas.area().center())
        before = self.canvas.paint_count

        def whole_frame() -> None:
            self.canvas.layer.forget()
            self.canvas.repaint()

        took = least(whole_frame)
        assert self.canvas.paint_count - before == REPEATS, "a frame was not painted"
        return took

    def pan(self) -> float:
        def step() -> None:
            self.canvas.camera.pan(QPointF(3, 2))
            self.canvas.repaint()

        return least(step)

    def zoom(self) -> float:
        middle = self.canvas.area().center()

        def step() -> None:
            self.canvas.camera.zoom_by(1.02, middle)
            self.canvas.repaint()

        return least(step)

    def drag(self) -> float:
        leaf = next(node.id for node in self.document.graph if node.is_leaf)
        number = 0.5

        def step() -> None:
            nonlocal number
            number += 0.01
            graph = self.document.graph
            graph.set_data(leaf, number)
            graph.evaluate()
            self.document.values_changed.emit(None)
            self.canvas.repaint()

        return least(step)


class NetworkBench:
    """The crossbar of an MLP, all of its layers open; or a batch of it, folded."""

    def __init__(self, neurons: int, *, samples: int = 1) -> None:
        # Wider than the window offers: what can be drawn is to be measured, not what can be chosen.
        model = MLP(2, [neurons, neurons, 1])
        self.reader = NetworkReader(Hyperparameters(points=200, hidden=(4,)))
        self.reader.trace = NetworkTrace(model, find("half_squared_error"))
        self.parameters = np.array([p.data for p in model.parameters()])
        self.samples = samples
        self.source = NetworkSource()
        self.canvas = NetworkCanvas(self.source)
        self.canvas.resize(1280, 800)
        self.canvas.show()
        self.source.reader, self.source.reading = self.reader, self.read()
        self.source.opened.emit()
        if samples == 1:
            self.picture.open(range(3), {})
        self.source.read.emit()
        self.canvas.finish_moves()
        self.canvas.fit_all()
        self.canvas.finish_moves()
        QGuiApplication.processEvents()

    @property
    def picture(self) -> NetworkPicture:
        assert self.canvas.picture is not None
        return self.canvas.picture

    def read(self) -> Reading:
        trace, inputs = self.reader.trace, self.reader.inputs[: self.samples]
        numbers = trace.batch(self.parameters, inputs, self.reader.targets[: self.samples])
        health = layer_health(trace, self.parameters, numbers, 0.1 * self.parameters)
        local = trace.local_derivatives(numbers)
        sample = 0 if self.samples == 1 else None
        return Reading(0, sample, numbers, numbers, local, None, health)

    @property
    def values(self) -> int:
        return self.reader.trace.n_nodes * self.samples

    def layout(self) -> tuple[float, float]:
        """From nothing, and with one block laid out anew, as when something opens."""
        picture = self.picture

        def cold() -> None:
            lay_out_layer.cache_clear()
            picture.arrange()

        def after_opening() -> None:
            picture.open(picture.open_layers ^ {2}, {})

        return least(cold), least(after_opening)

    def overview(self) -> float:
        """A whole picture, from the numbers to the first frame."""

        def show() -> None:
            lay_out_layer.cache_clear()
            self.source.opened.emit()
            self.source.read.emit()
            self.canvas.repaint()

        return least(show)

    def recolor(self) -> float:
        return least(self.canvas.recolor)

    def paint(self) -> float:
        def whole_frame() -> None:
            self.canvas.layer.forget()
            self.canvas.repaint()

        return least(whole_frame)

    def move(self, step: Callable[[], None]) -> float:
        """A frame of a movement, and whether an exact one follows soon enough."""
        before = self.canvas.paint_count

        def frame() -> None:
            step()
            self.canvas.repaint()

        took = least(frame)
        assert self.canvas.paint_count - before == REPEATS, "a frame was not painted"
        return took

    def pan(self) -> float:
        return self.move(lambda: self.canvas.camera.pan(QPointF(3, 2)))

    def zoom(self) -> float:
        middle = self.canvas.area().center()
        return self.move(lambda: self.canvas.camera.zoom_by(1.02, middle))

    def settle(self) -> float:
        """Milliseconds from the last movement until everything is painted exactly."""
        canvas = self.canvas
        canvas.layer.forget()
        canvas.repaint()
        canvas.camera.zoom_by(1.05, canvas.area().center())
        canvas.repaint()
        start = time.perf_counter()
        while canvas.layer.is_rough:
            QGuiApplication.processEvents()
        return (time.perf_counter() - start) * 1e3

    def close(self) -> None:
        self.canvas.close()
        self.canvas.deleteLater()


def show_networks() -> None:
    print(
        f"\n{'network':<22}{'values':>8}{'layout':>8}{'opened':>8}{'overview':>9}{'recolour':>9}"
        f"{'paint':>7}{'pan':>7}{'zoom':>7}{'settled':>8}"
    )
    cases = {
        "2-20-20-1, open": (20, 1),
        "2-68-68-1, open": (68, 1),
        "2-212-212-1, open": (212, 1),
        "2-20-20-1, 100 samples": (20, 100),
    }
    for name, (neurons, samples) in cases.items():
        bench = NetworkBench(neurons, samples=samples)
        cold, opened = bench.layout()
        row = [cold, opened, bench.overview(), bench.recolor(), bench.paint(), bench.pan()]
        row += [bench.zoom(), bench.settle()]
        widths = (8, 8, 9, 9, 7, 7, 7, 8)
        figures = "".join(f"{figure:{width}.2f}" for figure, width in zip(row, widths))
        print(f"{name:<22}{bench.values:8,d}{figures}")
        bench.close()
        QGuiApplication.processEvents()


def main(arguments: list[str]) -> int:
    from app.qt_application import create_application

    app = create_application()
    print(
        f"{'graph':<18}{'nodes':>6}{'cross':>6}{'layout':>8}{'edit':>8}{'picture':>8}{'recolour':>9}"
        f"{'drag':>7}{'paint':>7}{'100 %':>7}{'40 %':>7}{'15 %':>7}{'pan':>7}{'zoom':>7}"
    )
    graphs = {
        "neuron, tanh apart": parse(NEURON),
        "expression": expression(30),
        "expression, large": expression(200),
        "MLP 2-16-16-1": network(),
        "expression, huge": expression(1400),
    }
    for name, graph in graphs.items():
        bench = Bench(graph)
        repeats = REPEATS if len(graph) < 500 else 4
        cold, edit, crossings = bench.layout(repeats)
        row = [bench.picture(repeats), bench.recolor(), bench.drag(), bench.paint(None)]
        row += [bench.paint(zoom) for zoom in (1.0, 0.4, 0.15)]
        widths = (8, 9, 7, 7, 7, 7, 7)
        figures = "".join(f"{figure:{width}.2f}" for figure, width in zip(row, widths))
        print(
            f"{name:<18}{len(graph):6d}{crossings if crossings >= 0 else '–':>6}"
            f"{cold:8.2f}{edit:8.2f}{figures}"
            f"{bench.pan():7.2f}{bench.zoom():7.2f}"
        )
        bench.view.close()
        bench.view.deleteLater()
        app.processEvents()
    show_networks()
    return 0
