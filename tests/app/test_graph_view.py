"""The graph view, by mouse and keys: what it shows, selects and leaves alone."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from app import theme
from app.colors import ramp_color
from app.graph_view import texts
from app.graph_view.boxes import Kind
from tests.app.graph_view import (
    LEFT,
    box,
    color_at,
    fill_of,
    is_all_shown,
    on_edge,
    selected,
    spot,
    write,
)

NEURON = (
    "x1 = 2.0\nx2 = 0.0\nw1 = -3.0\nw2 = 1.0\nb = 6.8813735870195432\n"
    "x1w1 = x1*w1\nx2w2 = x2*w2\ns = x1w1 + x2w2\nn = s + b\no = tanh(n)\n"
)
SHIFT = Qt.KeyboardModifier.ShiftModifier

# ----- what it shows ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dark", "light"])
def test_boxes_are_filled_by_their_gradient(view, name):
    theme.set_current(name)
    assert fill_of(view, "a") == ramp_color(1.0)  # 6, the largest
    orange, blue = fill_of(view, "b"), fill_of(view, "f")  # -4 and 4
    assert orange.red() > orange.blue()
    assert blue.blue() > blue.red()


def test_backbone_is_on_top_and_everything_fits(view):
    assert len({box(view, name).top() for name in "aedL"}) == 1
    assert box(view, "b").left() == box(view, "a").left()
    assert is_all_shown(view)
    assert view.canvas.camera.zoom == 1.0


def test_titles_show_the_op_with_its_inputs(view):
    picture = view.canvas.refresh()
    assert ("e", "a × b") in picture.titles
    assert ("a", "") in picture.titles


def test_a_dragged_number_recolours_without_a_new_layout(view):
    before = view.canvas.refresh()
    orange = fill_of(view, "b")
    a = view.document.graph["a"].id
    view.document.preview_value(a, -2.0)
    assert fill_of(view, "b").blue() > orange.blue()  # its gradient is positive now
    assert view.canvas.refresh() is before
    assert before.flow.data[before.flow.row[a]] == -2.0


def test_exact_zero_is_hollow_and_not_reached_is_quiet(view):
    write(view, NEURON + "aside = x1 * 3\no.backward()\n")
    picture = view.canvas.refresh()
    kinds = dict(zip((name for name, _ in picture.titles), _by_row(picture)))
    assert kinds["w2"] == Kind.ZERO
    assert kinds["aside"] == Kind.UNREACHED
    assert kinds["x1"] == Kind.FILLED
    assert fill_of(view, "w2") == theme.current().color("canvas")


def _by_row(picture) -> list[int]:
    return [int(kind) for _row, kind in sorted(zip(picture.rows.tolist(), picture.kinds))]


def test_a_group_has_a_ground_and_a_name_and_nothing_else_on_it(view):
    assert not view.canvas.refresh().group_outlines.all
    write(
        view, "def g(x):\n    u = tanh(x)\n    return u*u\n"
        "def f(x, y):\n    v = x*y + g(x)\n    return v + 1, exp(v)\n"
        "a = 2.0\nb = tanh(a)\np, q = f(a, 3.0)\nr = b*p + q\ns = g(r)\n",
    )  # fmt: skip
    picture, graph = view.canvas.refresh(), view.document.graph
    f_ground, g_ground, g_in_f = picture.group_outlines.placed()
    names = [ground.outline.name for ground in (f_ground, g_ground, g_in_f)]
    assert names == ["f", "g", "g"]
    assert f_ground.bounds.contains(g_in_f.bounds)
    for shown, top in ((f_ground, "p"), (g_ground, "s")):
        inside = set(graph.groups.nodes_of(graph.groups.outermost[graph[top].id]))
        for id, rect in zip(picture.drawing.ids, picture.rects):
            parts = [*shown.cells, *shown.bridges]
            assert any(part.intersects(rect) for part in parts) == (id in inside)
    assert view.canvas.paths is None
    g = graph.groups.outermost[graph["s"].id]
    view.document.select([g])  # the two nodes of a group: selecting it asks for no path
    assert len(view.document.selection) == 2
    assert view.canvas.paths is None
    f = graph.groups.outermost[graph["p"].id]
    cell = f_ground.cells[0]
    at = view.canvas.camera.to_widget(QPointF(cell.center().x(), cell.bottom() - 3))
    assert view.canvas.grab().toImage().pixelColor(at.toPoint()) == theme.current().color("panel")
    view.document.edit("Mute", lambda: graph.set_muted(f, True))
    names = [item.name for item in view.canvas.refresh().group_outlines.all]
    assert names == ["f, muted", "g", "g"]


def test_what_is_not_finite_has_the_error_style(view):
    write(view, "u = -1\nv = log(u)\nw = v * 2\n")
    assert fill_of(view, "v") == theme.current().color("error_soft")


def test_a_muted_node_is_dashed_and_passes_its_input(view):
    document = view.document
    e = document.graph["e"].id
    document.edit("Mute", lambda: document.graph.set_muted(e, True))
    picture = view.canvas.refresh()
    assert ("e", "a") in picture.titles
    assert Kind.MUTED in picture.kinds


def test_edges_are_as_wide_as_what_flows_back(view):
    picture = view.canvas.refresh()
    by_edge = dict(zip(picture.drawing.edges, picture.way_of_edge))
    graph = view.document.graph

    def width(source: str, target: str) -> float:
        return picture.piece_widths[by_edge[graph[source].id, graph[target].id][-1]]

    assert width("a", "e") == pytest.approx(6.0)
    assert width("b", "e") > width("c", "d") > 1.5


def test_colours_by_data(view, qtbot):
    view.color_choice.setCurrentText("data")
    assert fill_of(view, "c") == ramp_color(1.0)
    assert fill_of(view, "b").red() > fill_of(view, "b").blue()


def test_a_locked_scale_stays(view, qtbot):
    qtbot.mouseClick(view.lock_button, LEFT)
    a = view.document.graph["a"].id
    view.document.set_value(a, 200.0)
    view.canvas.refresh()
    assert view.canvas.scale == 6.0
    qtbot.mouseClick(view.lock_button, LEFT)
    assert view.canvas.scale == 590.0  # of f


def test_an_empty_document_says_what_to_do(view, qtbot):
    write(view, "")
    assert not view.canvas.isVisible()
    write(view, "x = 1")
    assert view.canvas.isVisible()
    assert is_all_shown(view)


def test_numbers_give_way_far_out(view):
    """Each level of detail paints, whatever the zoom."""
    images = []
    for zoom in (1.0, 0.5, 0.2, 0.05):
        view.canvas.camera.zoom_by(zoom / view.canvas.camera.zoom, view.canvas.area().center())
        images.append(view.canvas.grab().toImage())
    assert all(one != other for one, other in pairwise(images))


def test_nothing_is_painted_at_rest(view, qtbot):
    view.canvas.grab()
    QApplication.processEvents()
    before = view.canvas.paint_count
    view.document.select([])
    QApplication.processEvents()
    assert view.canvas.paint_count == before


# ----- hover --------------------------------------------------------------------------------


def test_hovering_an_edge_shows_local_times_upstream(view, qtbot):
    qtbot.mouseMove(view.canvas, on_edge(view, "f", "L"))
    qtbot.waitUntil(lambda: view.canvas.card() is not None)
    card = view.canvas.card()
    assert card.heading == "f → L"
    assert card.rows == (("local: d", "4"), ("× upstream", "1"), ("f.grad +=", "4"))


def test_a_node_used_twice_shows_both_parts(view, qtbot):
    write(view, "a = 3\nb = a * a\n")
    qtbot.mouseMove(view.canvas, on_edge(view, "a", "b"))
    qtbot.waitUntil(lambda: view.canvas.card() is not None)
    card = view.canvas.card()
    assert card.rows == (("to b: 3 × 1", "3"), ("to b: 3 × 1", "3"), ("a.grad +=", "6"))


def test_hovering_a_node_shows_full_precision(view, qtbot):
    write(view, NEURON)
    qtbot.mouseMove(view.canvas, spot(view, "o"))
    qtbot.waitUntil(lambda: view.canvas.card() is not None)
    assert ("data", "0.7071067811865476") in view.canvas.card().rows


def test_what_was_hovered_is_forgotten_when_the_drawing_moves(view, qtbot):
    qtbot.mouseMove(view.canvas, on_edge(view, "f", "L"))
    qtbot.waitUntil(lambda: view.canvas.card() is not None)
    view.resize(500, 600)
    qtbot.waitUntil(lambda: view.canvas.card() is None)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(6.0, "6"), (-0.7071067, "−0.7071"), (-0.000343, "−3.4e−4"), (1.23456e-9, "1.23e−9"),
     (float("-inf"), "−inf")],
)  # fmt: skip
def test_figures_keep_as_many_digits_as_fit(view, number, shown):
    text, face = texts.fitted(number, 56.0)
    assert text == shown
    assert face[0] >= 12
    assert texts.advance(text, face) <= 56.0


def test_hovering_a_node_shows_its_way_to_the_output(view, qtbot):
    qtbot.mouseMove(view.canvas, spot(view, "a"))
    qtbot.waitUntil(lambda: view.canvas.card() is not None)
    assert ("path to L", "−3 × 1 × −2 = 6") in view.canvas.card().rows


# ----- selection ----------------------------------------------------------------------------


def test_click_selects_everywhere_and_shift_adds(view, qtbot):
    qtbot.mouseClick(view.canvas, LEFT, pos=spot(view, "e"))
    assert selected(view) == {"e"}
    qtbot.mouseClick(view.canvas, LEFT, SHIFT, pos=spot(view, "c"))
    assert selected(view) == {"e", "c"}
    assert view.document.current == view.document.graph["c"].id
    qtbot.mouseClick(view.canvas, LEFT, SHIFT, pos=spot(view, "e"))
    assert selected(view) == {"c"}
    qtbot.mouseClick(view.canvas, LEFT, pos=QPoint(20, 600))
    assert selected(view) == set()


def test_shift_drag_selects_by_a_box(view, qtbot):
    around = box(view, "b").united(box(view, "c")).adjusted(-6, -6, 6, 6)
    qtbot.mousePress(view.canvas, LEFT, SHIFT, pos=around.topLeft().toPoint())
    qtbot.mouseMove(view.canvas, around.center().toPoint())
    qtbot.mouseMove(view.canvas, around.bottomRight().toPoint())
    qtbot.mouseRelease(view.canvas, LEFT, SHIFT, pos=around.bottomRight().toPoint())
    assert selected(view) == {"b", "c"}


def test_a_selection_made_elsewhere_gets_its_ring(view):
    ring = box(view, "b").center()
    ring.setX(box(view, "b").left() - 3)
    assert color_at(view, ring) != theme.current().color("selection")
    view.document.select([view.document.graph["b"].id])
    assert color_at(view, ring) == theme.current().color("selection")


def test_arrow_keys_go_to_neighbours(view, qtbot):
    canvas = view.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert selected(view) == {"L"}
    for key, name in (("Left", "d"), ("Left", "e"), ("Left", "a"), ("Down", "b"), ("Right", "e")):
        qtbot.keyClick(canvas, getattr(Qt.Key, f"Key_{key}"))
        assert selected(view) == {name}


def test_two_selected_nodes_show_the_paths_between_them(view, qtbot):
    write(view, "a = 2\nb = a * a\nc = b + a\n")
    qtbot.mouseClick(view.canvas, LEFT, pos=spot(view, "a"))
    qtbot.mouseClick(view.canvas, LEFT, SHIFT, pos=spot(view, "c"))
    paths = view.canvas.paths
    assert (paths.count, paths.total) == (3, 5.0)
    view.canvas.grab()
    qtbot.mouseClick(view.canvas, LEFT, pos=spot(view, "b"))
    assert view.canvas.paths is None


def test_the_rest_is_quiet_while_paths_are_shown(view):
    graph = view.document.graph
    before = fill_of(view, "f")
    view.document.select([graph["a"].id, graph["d"].id])
    after = fill_of(view, "f")
    assert after.blue() < before.blue() * 0.6
    assert fill_of(view, "e") == ramp_color(-round(abs(_share(view, "e")) * 100) / 100)


def _share(view, name: str) -> float:
    from app.colors import symlog

    return float(symlog(view.document.graph[name].grad, view.canvas.scale))
