"""The graph view zoomed and panned, and how it follows edits of the document."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from app import theme
from app.graph_view import fold
from core.stepping import trace
from tests.app.graph_view import (
    L_GRAPH,
    LEFT,
    MIDDLE,
    box,
    choose,
    color_at,
    fill_of,
    is_all_shown,
    spot,
    wheel,
    write,
)

# ----- zoom and pan -------------------------------------------------------------------------


def test_wheel_zooms_at_the_pointer(view):
    at = QPointF(spot(view, "e"))
    before = view.canvas.camera.to_scene(at)
    wheel(view, at, 2)
    assert view.canvas.camera.zoom > 1.2
    after = view.canvas.camera.to_scene(at)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


@pytest.mark.parametrize("button", [LEFT, MIDDLE])
def test_dragging_empty_canvas_pans(view, qtbot, button):
    before = box(view, "a").topLeft()
    qtbot.mousePress(view.canvas, button, pos=QPoint(30, 600))
    qtbot.mouseMove(view.canvas, QPoint(60, 580))
    qtbot.mouseMove(view.canvas, QPoint(90, 550))
    qtbot.mouseRelease(view.canvas, button, pos=QPoint(90, 550))
    moved = box(view, "a").topLeft() - before
    assert moved == QPointF(60, -50)


def test_home_shows_everything_again(view, qtbot):
    wheel(view, QPointF(100, 500), 8)
    assert not is_all_shown(view)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: is_all_shown(view))
    qtbot.waitUntil(lambda: view.canvas.camera.zoom == 1.0)


def test_period_shows_the_selection(view, qtbot):
    wheel(view, QPointF(100, 500), -10)
    view.document.select([view.document.graph["c"].id])
    qtbot.keyClick(view.canvas, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: not view.canvas.camera.is_flying)
    offset = box(view, "c").center() - view.canvas.area().center()
    assert offset.manhattanLength() < 2


def test_control_plus_and_minus_zoom(view, qtbot):
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(view.canvas, Qt.Key.Key_Plus, control)
    assert view.canvas.camera.zoom == pytest.approx(1.25)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Minus, control)
    assert view.canvas.camera.zoom == pytest.approx(1.0)


# ----- edits --------------------------------------------------------------------------------


def test_appending_moves_no_box_of_the_drawing(view):
    view.resize(1400, 680)  # room enough for the same gaps
    QApplication.processEvents()
    before = view.canvas.refresh().drawing
    write(view, L_GRAPH + "out = tanh(L)\n")
    after = view.canvas.refresh().drawing
    assert after.gaps == before.gaps
    for id in before.ids:
        assert after.center(id) == pytest.approx(before.center(id))


def test_moved_boxes_glide_to_their_places(view, qtbot):
    view.document.set_text(L_GRAPH.replace("d = e + c", "g = tanh(e)\nd = g + c"))
    picture = view.canvas.refresh()
    goal = picture.drawing.centers - picture.drawing.sizes / 2
    qtbot.waitUntil(lambda: abs(picture.corners - goal).max() > 5)
    qtbot.waitUntil(lambda: abs(picture.corners - goal).max() < 1e-6)
    qtbot.waitUntil(lambda: is_all_shown(view))


def test_nothing_glides_while_a_number_is_dragged(view):
    picture = view.canvas.refresh()
    goal = picture.corners.copy()
    for number in (1.0, 1e-9, -12345.678):
        view.document.preview_value(view.document.graph["a"].id, number)
        view.canvas.grab()
        assert view.canvas.picture is picture
        assert (picture.corners == goal).all()


def test_split_form_draws_ops_as_circles(view):
    choose(view, "Ops as circles of their own")
    view.canvas.finish_moves()
    picture = view.canvas.refresh()
    assert picture.is_op.sum() == 3
    view.canvas.grab()
    assert view.canvas.picture.drawing.crossings == 0


def test_top_to_bottom(view):
    choose(view, "Top to bottom")
    view.canvas.finish_moves()
    assert box(view, "a").bottom() < box(view, "e").top() < box(view, "L").top()
    view.canvas.grab()


def test_another_document_starts_anew(view):
    wheel(view, QPointF(100, 500), 8)
    view.document.new()
    write(view, "x = 1\ny = x + 1")
    assert is_all_shown(view)
    view.canvas.grab()


def test_it_tells_its_contents_to_screen_readers(view):
    view.document.select([view.document.graph["a"].id])
    assert view.canvas.accessibleName() == "Graph"
    assert view.canvas.accessibleDescription() == "7 nodes, output L = −8; a: data 2, grad 6"


def test_the_debuggers_place_has_a_ring(view):
    ring = box(view, "e").center()
    ring.setX(box(view, "e").left() - 6)
    view.set_step(view.document.graph["e"].id, "Step 7 of 8")
    assert color_at(view, ring) == theme.current().color("accent")
    view.set_step(None)
    assert color_at(view, ring) != theme.current().color("accent")


def test_nodes_whose_gradient_is_still_to_come_are_not_filled(view):
    graph = view.document.graph
    steps = trace(graph)
    view.set_step(graph["d"].id, "Step 6 of 8", steps.state(5))
    assert fill_of(view, "b") == theme.current().color("raised")
    assert fill_of(view, "e").red() > fill_of(view, "e").blue()
    view.set_step(None)
    assert fill_of(view, "b").red() > fill_of(view, "b").blue()


def test_a_gradient_that_is_still_adding_up_is_shown_as_it_is(view):
    view.document.set_text("a = 3.0\nb = a * -4\nc = b + a")
    graph, canvas = view.document.graph, view.canvas
    steps = trace(graph)
    view.set_step(graph["c"].id, "Step 4 of 6", steps.state(3))
    picture = canvas.refresh()
    a, link = picture.flow.row[graph["a"].id], picture.flow.links_between
    assert picture.grads[a] == 1.0
    assert picture.contributions[link(graph["a"].id, graph["b"].id)].tolist() == [0.0]
    assert picture.contributions[link(graph["a"].id, graph["c"].id)].tolist() == [1.0]
    view.set_step(graph["b"].id, "Step 5 of 6", steps.state(4))
    assert canvas.refresh().grads[a] == -3.0


def test_a_graph_beyond_what_can_be_drawn_folds_and_says_so(view, qtbot, monkeypatch):
    monkeypatch.setattr(fold, "MOST_DRAWN", 20)
    monkeypatch.setattr(fold, "FOLDED_TO", 9)
    lines = ["s0 = 1"] + [f"x{i} = {i}\ns{i} = s{i - 1} + x{i}" for i in range(1, 30)]
    write(view, "\n".join(lines))
    graph, canvas = view.document.graph, view.canvas
    picture = canvas.refresh()
    names = {graph.nodes[id].name for id in picture.drawing.ids}
    assert len(names) == 9
    assert {"s29", "s28", "x29"} <= names
    assert "9 of 59 nodes, those nearest to s29" in fold.note(picture.flow, canvas.part, None)
    assert picture.grads[picture.flow.row[graph["s28"].id]] == 1.0  # of the whole graph
    view.document.select([graph["x3"].id])
    assert graph["s3"].id in canvas.refresh().drawing.index
    assert canvas.camera.seen(canvas.area()).contains(canvas.picture.bounds)
    view.canvas.grab()
    for _ in range(12):  # along the edges, beyond what is drawn
        qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert view.document.current in canvas.refresh().drawing.index


def test_a_thousand_nodes(view):
    lines = [f"x{i} = {i % 7 - 3}" for i in range(500)]
    lines.append("s1 = x0 + x1")
    lines += [f"s{i} = s{i - 1} {'*+'[i % 2]} x{i}" for i in range(2, 500)]
    write(view, "\n".join(lines))
    assert is_all_shown(view)
    view.canvas.grab()
    assert view.canvas.refresh().drawing.crossings == 0
