"""Search, minimap and export of the graph view."""

import math
import xml.etree.ElementTree as ElementTree

import networkx as nx
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu

from app import theme
from app.graph_view.boxes import Kind
from core.experiments.gradient_check import check_gradient
from core.layout import graphviz
from tests.app.graph_view import L_GRAPH, LEFT

CONTROL = Qt.KeyboardModifier.ControlModifier


def current_name(view) -> str:
    return view.document.graph.nodes[view.document.current].name


def test_find_marks_what_matches_and_enter_goes_round(view, qtbot):
    view.document.set_text("w_in = 1\nx = 2\nw_out = w_in * x\ny = w_out + x\n")
    view.canvas.setFocus()
    qtbot.keyClick(view.canvas, Qt.Key.Key_F, CONTROL)
    assert view.search.isVisible()
    qtbot.keyClicks(view.search, "W_")
    assert len(view.canvas.marks.found) == 2
    names = []
    for _ in range(3):
        qtbot.keyClick(view.search, Qt.Key.Key_Return)
        names.append(current_name(view))
    assert names == ["w_in", "w_out", "w_in"]
    qtbot.keyClick(view.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert current_name(view) == "w_out"
    qtbot.keyClick(view.search, Qt.Key.Key_Escape)
    assert not view.search.isVisible()
    assert not view.canvas.marks.found


def test_find_brings_a_node_into_view(view, qtbot):
    view.canvas.camera.zoom_by(6.0, view.canvas.area().bottomLeft())
    view.open_search()
    qtbot.keyClicks(view.search, "L")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    view.canvas.finish_moves()
    picture = view.canvas.picture
    rect = picture.rects[picture.drawing.index[view.document.graph["L"].id]]
    assert view.canvas.camera.seen(view.canvas.area()).contains(rect.center())


def test_minimap_is_there_while_not_all_is_seen_and_goes_where_it_is_clicked(view, qtbot):
    canvas = view.canvas
    canvas.grab()
    assert canvas.minimap.area.isEmpty()
    canvas.camera.zoom_by(4.0, canvas.area().topLeft())
    canvas.grab()
    area = canvas.minimap.area
    assert not area.isEmpty()
    picture = canvas.picture
    rect = picture.rects[picture.drawing.index[view.document.graph["L"].id]]
    zoom, origin = canvas.minimap.view_of(picture.bounds)
    spot = rect.center() * zoom + origin + area.topLeft()
    qtbot.mouseClick(canvas, LEFT, pos=spot.toPoint())
    assert canvas.camera.seen(canvas.area()).contains(rect.center())
    assert view.document.selection == frozenset()
    view.document.set_value(view.document.graph["L"].inputs[1], math.inf)
    image = canvas.grab().toImage()
    dot = QPointF(rect.left() + 8, rect.center().y()) * zoom + origin + area.topLeft()
    assert image.pixelColor(dot.toPoint()) == theme.current().color("error")


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_pictures_are_written(view, tmp_path, suffix):
    path = tmp_path / f"graph.{suffix}"
    view.export(path)
    content = path.read_bytes()
    if suffix == "png":
        image = QImage(str(path))
        assert image.width() == 2 * view.canvas.width()
        assert image.pixelColor(2, image.height() - 2) == theme.current().color("canvas")
    elif suffix == "svg":
        root = ElementTree.fromstring(content)
        words = "".join(root.itertext())
        assert "×" in words or b"path" in content
        assert root.attrib["viewBox"] == f"0 0 {view.canvas.width()} {view.canvas.height()}"
    else:
        assert content.startswith(b"%PDF-")
        assert len(content) > 2000


def test_graphs_are_written_for_other_programs(view, tmp_path):
    view.export(tmp_path / "graph.graphml")
    read = nx.read_graphml(tmp_path / "graph.graphml")
    assert {values["name"] for _, values in read.nodes(data=True)} == set("abcdefL")
    view.export(tmp_path / "graph.dot")
    assert (tmp_path / "graph.dot").read_text().startswith("digraph {")


def test_an_export_that_fails_says_so(view, qtbot, tmp_path):
    for path in (tmp_path / "graph.bmp", tmp_path / "no folder" / "graph.dot"):
        with qtbot.waitSignal(view.document.refused) as told:
            view.export(path)
        assert path.name in told.args[0]
    with qtbot.waitSignal(view.document.refused):
        view.export(tmp_path / "no folder" / "graph.png")


def test_a_graph_that_a_thread_is_laying_out_is_exported_as_it_will_be(view, tmp_path):
    lines = [f"x{i} = 1.0" for i in range(90)] + ["s0 = x0 * 2"]
    view.document.set_text("\n".join([*lines, *(f"s{i} = s{i - 1} + x{i}" for i in range(1, 90))]))
    view.export(tmp_path / "graph.svg")
    assert len(view.canvas.picture.rows) == len(view.document.graph) > 150


def test_copy_puts_the_picture_on_the_clipboard(view):
    menu = view.findChild(QMenu, "graph_menu")
    action = next(action for action in menu.actions() if action.text().startswith("Copy"))
    action.trigger()
    image = QGuiApplication.clipboard().image()
    assert image.size() == view.canvas.size() * 2


def test_colours_by_gradient_check_error_show_how_far_each_node_is_off(view, qtbot):
    view.document.set_text("a = 1.5\nb = exp(a)\nL = tanh(b * a - 7)\n")
    view.color_choice.setCurrentText("gradient check error")
    canvas = view.canvas
    qtbot.waitUntil(lambda: bool(np.isfinite(canvas.refresh().errors).all()))
    picture, graph = canvas.picture, view.document.graph
    for row, id in enumerate(picture.flow.ids):
        assert picture.errors[row] == check_gradient(graph, id).error
    output = picture.flow.row[graph.output]
    assert picture.errors[output] < picture.errors.max() < 1e-6
    assert (picture.kinds == Kind.ZERO).all()  # hollow, since float64 and h explain it all
    canvas.picture.errors[output], before = 1.0, picture.errors[output]
    picture.recolor(canvas.scale)
    assert picture.kinds[picture.drawing.index[graph.output]] == Kind.FILLED
    picture.errors[output] = before
    before = picture.errors.copy()
    view.document.set_value(graph["a"].id, 1.2)
    qtbot.waitUntil(lambda: bool(np.isfinite(canvas.refresh().errors).all()))
    assert not np.array_equal(picture.errors, before)


def test_graphviz_that_is_missing_is_told_and_the_choice_goes_back(view, monkeypatch):
    monkeypatch.setattr(graphviz, "PACKAGE", "pygraphviz_that_nobody_has")
    told = []
    view.document.refused.connect(told.append)
    actions = {action.text(): action for action in view.findChild(QMenu, "graph_menu").actions()}
    actions["Laid out by Graphviz"].trigger()
    assert told == [graphviz.MISSING]
    assert actions["Laid out by the program"].isChecked()


def test_graphvizs_layout_comes_from_a_thread_and_follows_edits(view, qtbot, monkeypatch):
    monkeypatch.setattr(graphviz, "is_installed", lambda: True)

    def in_a_row(request):
        count = len(request["sizes"])
        places = [(300.0 * row, 0.0) for row in range(count)]
        return {"centers": places, "points": [[] for _ in request["edges"]]}

    monkeypatch.setattr(graphviz, "_ask", in_a_row)
    actions = {action.text(): action for action in view.findChild(QMenu, "graph_menu").actions()}
    actions["Laid out by Graphviz"].trigger()
    canvas = view.canvas
    qtbot.waitUntil(lambda: canvas.refresh().drawing.centers[1, 0] == 300.0)
    assert canvas.picture.drawing.centers[:, 0].tolist() == [300.0 * row for row in range(7)]
    view.document.set_text(L_GRAPH + "M = L * 2\n")
    qtbot.waitUntil(lambda: len(canvas.refresh().rows) == 8)
    actions["Laid out by the program"].trigger()
    assert len(set(canvas.refresh().drawing.centers[:, 1].tolist())) > 1
