"""The node editor, by mouse and keyboard on the real view: each gesture is one undo step."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.node_editor.arranging import ArrangingLine
from app.node_editor.camera import FURTHEST
from tests.app.hand import CTRL, LECTURE, LEFT, NONE, RIGHT, SHIFT

# ----- showing --------------------------------------------------------------------------------


def test_every_node_of_the_text_is_shown_without_overlap(hand):
    rects = [box.rect for box in hand.view.nodes.boxes.values()]
    assert len(rects) == 7
    for i, one in enumerate(rects):
        assert hand.view.visible_area().contains(one)
        assert not any(one.intersects(other) for other in rects[i + 1 :])


def test_boxes_and_links_follow_the_document(hand):
    hand.document.set_text(LECTURE + "M = L + a\n")
    assert hand.names() == {hand.graph.nodes[id].name for id in hand.view.nodes.boxes}
    assert len(hand.view.nodes.links) == len(list(hand.graph.edges()))
    assert hand.box("M").is_output


def test_many_new_nodes_stand_in_columns_until_a_thread_has_laid_them_out(hand, qtbot):
    nodes = hand.view.nodes
    rows = [f"x{i} = x{i // 2} * x{i // 3}" for i in range(1, 300)]
    hand.document.set_text("\n".join(["x0 = 1.0", *rows]))
    first = nodes.positions()
    assert len(set(first.values())) == 300
    line = hand.editor.findChild(ArrangingLine)
    assert line.text() == "Arranging 300 nodes …"
    with qtbot.waitSignal(nodes.arranged):
        pass
    assert nodes.positions() != first
    assert all(link.start.x() < link.end.x() for link in nodes.links.values())
    assert not line.isVisible()
    if hand.view.zoom > FURTHEST:
        assert hand.view.visible_area().contains(nodes.bounds())


def test_links_carry_the_gradient_that_flows_back(hand):
    links = {
        (hand.graph.nodes[link.edge.source].name, hand.graph.nodes[link.edge.target].name): link
        for link in hand.view.nodes.links.values()
    }
    assert links["a", "e"].share > links["f", "L"].share > 0
    assert links["b", "e"].share < links["c", "d"].share < 0
    assert links["a", "e"].width > links["c", "d"].width


def test_numbers_that_are_not_finite_are_explained_where_they_arise(hand):
    hand.document.set_text("a = -1.0\nu = log(a)\nv = u + 1\n")
    assert hand.box("u").reason == "log of −1 is not real"
    assert hand.box("v").reason == ""


# ----- adding ---------------------------------------------------------------------------------


def test_shift_a_searches_and_enter_adds(hand, undoes):
    hand.key(Qt.Key.Key_A, SHIFT)
    assert hand.view.search.isVisible()
    QTest.keyClicks(hand.view.search.edit, "mult")
    assert hand.view.search.entries[0].op == "mul"
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert not hand.view.search.isVisible()
    assert len(hand.graph) == 8
    undoes("Add mul")


def test_double_click_on_the_canvas_adds_there(hand, undoes):
    at = hand.empty()
    hand.double_click(at)
    QTest.keyClicks(hand.view.search.edit, "tanh")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    new = hand.graph.nodes[hand.document.current]
    assert new.op == "tanh"
    rect = hand.view.nodes.boxes[new.id].rect
    assert (rect.center() - hand.view.mapToScene(at)).manhattanLength() < 200
    undoes()


def test_the_header_button_opens_the_search(hand, qtbot):
    from PySide6.QtWidgets import QPushButton

    QTest.mouseClick(hand.editor.findChild(QPushButton, "add_node_button"), LEFT)
    assert hand.view.search.isVisible()
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Escape)
    assert not hand.view.search.isVisible()
    assert hand.steps() == 0


def test_a_typed_number_adds_a_leaf(hand, undoes):
    hand.key(Qt.Key.Key_A, SHIFT)
    QTest.keyClicks(hand.view.search.edit, "2/4")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    new = hand.graph.nodes[hand.document.current]
    assert (new.op, new.data) == ("value", 0.5)
    undoes()


def test_a_typed_expression_adds_its_nodes_on_top_of_those_that_are_there(hand, undoes):
    hand.key(Qt.Key.Key_A, SHIFT)
    QTest.keyClicks(hand.view.search.edit, "g = 2*a + 1")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert hand.graph["g"].data == 5.0
    assert hand.graph["a"].data == 2.0
    undoes("Add expression")


def test_nonsense_in_the_search_is_refused_and_changes_nothing(hand):
    hand.key(Qt.Key.Key_A, SHIFT)
    QTest.keyClicks(hand.view.search.edit, "__import__('os')")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert hand.view.search.isVisible()
    assert hand.steps() == 0
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Escape)


@pytest.mark.parametrize("text", ["1e999", "0x", "   ", "2 +", "(", "lambda: 1", "x" * 5000])
def test_numbers_and_expressions_that_are_none_add_nothing(hand, text):
    hand.key(Qt.Key.Key_A, SHIFT)
    hand.view.search.edit.setText(text)
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    if text.strip():
        assert hand.view.search.isVisible()
        assert hand.view.search.refusal
        QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Escape)
        assert len(hand.graph) == 7
        assert hand.steps() == 0


def test_arrows_choose_in_the_search_and_the_last_choice_comes_first(hand):
    hand.key(Qt.Key.Key_A, SHIFT)
    first, second = hand.view.search.entries[:2]
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Down)
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert hand.graph.nodes[hand.document.current].op == second.op
    hand.key(Qt.Key.Key_A, SHIFT)
    assert hand.view.search.entries[0] == second != first
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Escape)


# ----- selecting ------------------------------------------------------------------------------


def test_click_and_shift_click_select(hand):
    hand.click(hand.body("a"))
    assert hand.selected() == {"a"}
    hand.click(hand.body("L"), SHIFT)
    assert hand.selected() == {"a", "L"}
    assert hand.document.current == hand.id("L")
    hand.click(hand.body("a"), SHIFT)
    assert hand.selected() == {"L"}
    hand.click(hand.empty())
    assert hand.selected() == set()
    assert hand.steps() == 0


def test_a_box_selects_what_it_touches_and_shift_adds(hand):
    area = hand.box("e").rect.united(hand.box("d").rect).adjusted(-6, -6, 6, 6)
    hand.drag(hand.pixel(area.topLeft()), hand.pixel(area.bottomRight()))
    assert {"e", "d"} <= hand.selected()
    assert "L" not in hand.selected()
    area = hand.box("L").rect.adjusted(-6, -6, 6, 6)
    hand.drag(hand.pixel(area.topLeft()), hand.pixel(area.bottomRight()), keys=SHIFT)
    assert {"e", "d", "L"} <= hand.selected()


def test_escape_in_a_box_brings_the_selection_back(hand):
    hand.click(hand.body("a"))
    area = hand.box("L").rect.adjusted(-6, -6, 6, 6)
    hand.press(hand.pixel(area.topLeft()))
    hand.drag_to(hand.pixel(area.bottomRight()))
    assert hand.selected() == {"L"}
    hand.key(Qt.Key.Key_Escape)
    assert hand.selected() == {"a"}
    hand.release(hand.pixel(area.bottomRight()))
    assert hand.selected() == {"a"}


def test_select_all_and_linked(hand):
    hand.key(Qt.Key.Key_A, CTRL)
    assert hand.selected() == hand.names()
    hand.click(hand.body("d"))
    hand.key(Qt.Key.Key_L)
    assert hand.selected() == {"a", "b", "c", "e", "d"}
    hand.click(hand.body("d"))
    hand.key(Qt.Key.Key_L, SHIFT)
    assert hand.selected() == {"d", "L"}


def test_arrow_keys_walk_from_node_to_node(hand):
    hand.click(hand.body("e"))
    hand.key(Qt.Key.Key_Right)
    assert hand.selected() == {"d"}
    hand.key(Qt.Key.Key_Left)
    assert hand.selected() == {"e"}


def test_a_selection_made_elsewhere_shows(hand):
    hand.document.select([hand.id("c")])
    assert hand.view.nodes.marks.selection == {hand.id("c")}


# ----- deleting -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_X, Qt.Key.Key_Backspace])
def test_delete_takes_the_selection_out(hand, undoes, key):
    hand.click(hand.body("e"))
    hand.key(key)
    assert "e" not in hand.names()
    assert hand.inputs("d") == [-6.0, "c"]
    undoes("Delete e")


def test_delete_with_reconnect_closes_the_gap(hand, undoes):
    hand.click(hand.body("d"))
    hand.key(Qt.Key.Key_X, CTRL)
    assert hand.inputs("L") == ["e", "f"]
    undoes("Delete d and reconnect")


def test_everything_can_be_deleted_and_the_canvas_says_what_to_do(hand):
    hand.key(Qt.Key.Key_A, CTRL)
    hand.key(Qt.Key.Key_Delete)
    assert len(hand.graph) == 0
    from app.widgets.empty_state import EmptyState

    empty = hand.editor.findChild(EmptyState)
    assert empty.isVisible()
    assert not hand.view.minimap.isVisible()
    QTest.mouseClick(empty.example_button, LEFT)
    assert hand.graph["L"].data == -8.0
    assert not empty.isVisible()


# ----- numbers --------------------------------------------------------------------------------


def test_scrubbing_a_leaf_is_live_and_one_step(hand, undoes):
    seen = []
    hand.document.values_changed.connect(lambda _who: seen.append(hand.graph["L"].data))
    hand.press(hand.field("a"))
    hand.drag_to(hand.field("a") + QPoint(50, 0), hand.field("a") + QPoint(100, 0))
    assert len(seen) == 2
    assert hand.steps() == 0
    hand.release(hand.field("a") + QPoint(100, 0))
    a = hand.graph["a"].data
    assert 2.0 < a < 4.0
    assert hand.graph["L"].data == pytest.approx((a * -3 + 10) * -2)
    assert hand.document.text.startswith(f"a = {a}")
    undoes("Change a")


def test_in_mid_scrub_all_is_shown_as_it_is_at_rest(hand):
    hand.drag(hand.body("L"), hand.body("d") + QPoint(30, 40))  # to lie on the numbers of d
    hand.view.zoom_to(1.0)
    hand.view.set_zooming(False)

    def shown():
        image = hand.view.viewport().grab().toImage()
        size = image.height(), image.width(), 4
        return np.frombuffer(image.constBits(), np.uint8).reshape(size).astype(int)

    at = hand.field("a")
    hand.press(at)
    frames = []
    for step in range(1, 5):
        hand.drag_to(at + QPoint(20 * step, 0))
        frames.append(shown())
    at_rest = [shown() for _ in range(3)][-1]
    assert np.abs(at_rest - frames[-1]).max() < 48  # bars are a quarter of a pixel off at most
    assert all((a != b).any() for a, b in pairwise(frames))  # numbers follow in each frame
    hand.release(at)


def test_shift_scrubs_finely_and_ctrl_coarsely(hand):
    moved = {}
    for name, keys in (("plain", NONE), ("fine", SHIFT), ("coarse", CTRL)):
        hand.press(hand.field("a"))
        hand.drag_to(hand.field("a") + QPoint(50, 0), keys=keys)
        hand.release(hand.field("a") + QPoint(50, 0), keys=keys)
        moved[name] = hand.graph["a"].data - 2.0
        hand.document.undo_stack.undo()
    assert moved["fine"] == pytest.approx(moved["plain"] / 10)
    assert moved["coarse"] == pytest.approx(moved["plain"] * 10)


@pytest.mark.parametrize("how", ["escape", "second button", "undo"])
def test_a_scrub_that_is_cancelled_restores_the_number_everywhere(hand, how):
    hand.document.set_value(hand.id("c"), 11.0)
    hand.press(hand.field("a"))
    hand.drag_to(hand.field("a") + QPoint(80, 0))
    assert hand.graph["a"].data != 2.0
    if how == "escape":
        hand.key(Qt.Key.Key_Escape)
    elif how == "second button":
        hand.press(hand.field("a"), RIGHT)
    else:
        hand.document.undo_stack.undo()
        assert hand.graph["c"].data == 10.0
    hand.release(hand.field("a"))
    assert hand.graph["a"].data == 2.0
    assert hand.graph["a"].grad == 6.0
    assert hand.document.text.startswith("a = 2.0\n")
    assert hand.steps() == 1


def test_the_number_of_a_free_input_scrubs(hand, spare):
    hand.press(hand.field(spare, 0))
    hand.drag_to(hand.field(spare, 0) + QPoint(40, 0))
    hand.release(hand.field(spare, 0) + QPoint(40, 0))
    assert hand.graph[spare].inputs[0] > 0
    assert hand.steps() == 1


def test_double_click_types_an_expression(hand, undoes):
    hand.double_click(hand.field("a"))
    editing = hand.view.in_place.editor
    editing.selectAll()
    QTest.keyClicks(editing, "2/3")
    QTest.keyClick(editing, Qt.Key.Key_Return)
    assert hand.graph["a"].data == 2 / 3
    assert hand.view.in_place.editor is None
    undoes("Change a")


@pytest.mark.parametrize("text", ["1e999", "nan", "0x", "", "0,5", "import os", "a"])
def test_what_is_not_a_number_is_refused_with_a_reason(hand, text):
    hand.double_click(hand.field("a"))
    editing = hand.view.in_place.editor
    editing.selectAll()
    QTest.keyClick(editing, Qt.Key.Key_Delete)
    QTest.keyClicks(editing, text)
    QTest.keyClick(editing, Qt.Key.Key_Return)
    assert editing.refusal
    assert hand.view.in_place.editor is editing
    QTest.keyClick(editing, Qt.Key.Key_Escape)
    assert hand.graph["a"].data == 2.0
    assert hand.steps() == 0


def test_arrows_step_the_typed_number(hand):
    hand.click(hand.body("a"))
    hand.key(Qt.Key.Key_Return)
    editing = hand.view.in_place.editor
    QTest.keyClick(editing, Qt.Key.Key_Up)
    QTest.keyClick(editing, Qt.Key.Key_Return)
    assert hand.graph["a"].data == pytest.approx(2.1)


def test_a_slider_drags_within_its_range(hand):
    hand.click(hand.body("a"))
    hand.key(Qt.Key.Key_S)
    assert hand.document.extras[f"slider:{hand.id('a')}"] == [-5.0, 5.0]
    groove = hand.box("a").shape.slider.translated(hand.box("a").position)
    start = hand.pixel(QPointF(groove.left() + groove.width() * 0.7, groove.center().y()))
    end = hand.pixel(QPointF(groove.right() + 300, groove.center().y()))
    hand.drag(start, end)
    assert hand.graph["a"].data == 5.0
    assert hand.steps() == 2
    hand.document.undo_stack.undo()
    assert hand.graph["a"].data == 2.0


# ----- names ----------------------------------------------------------------------------------


def test_f2_renames_and_the_text_follows(hand, undoes):
    hand.click(hand.body("e"))
    hand.key(Qt.Key.Key_F2)
    editing = hand.view.in_place.editor
    editing.selectAll()
    QTest.keyClicks(editing, "product")
    QTest.keyClick(editing, Qt.Key.Key_Return)
    assert "product = a * b" in hand.document.text
    undoes()


@pytest.mark.parametrize("name", ["b", "two words", "lambda", "1st", ""])
def test_bad_names_are_refused_with_a_reason(hand, name):
    hand.double_click(hand.title("e"))
    editing = hand.view.in_place.editor
    editing.selectAll()
    QTest.keyClick(editing, Qt.Key.Key_Delete)
    QTest.keyClicks(editing, name)
    QTest.keyClick(editing, Qt.Key.Key_Return)
    assert editing.refusal
    QTest.keyClick(editing, Qt.Key.Key_Escape)
    assert "e" in hand.names()
    assert hand.steps() == 0


def test_undo_takes_the_name_editor_of_a_lost_node_away(hand):
    id = hand.document.add_node("tanh", (0.0, 400.0))
    hand.view.fit_all(animated=False)
    hand.document.select([id])
    hand.view.setFocus()
    hand.key(Qt.Key.Key_F2)
    hand.document.undo_stack.undo()
    assert hand.view.in_place.editor is None


# ----- clipboard ------------------------------------------------------------------------------


def test_copy_and_paste_keep_inner_links(hand, undoes):
    for name in ("a", "b", "e"):
        hand.click(hand.body(name), SHIFT)
    hand.key(Qt.Key.Key_C, CTRL)
    assert "a * b" in QGuiApplication.clipboard().text()
    hand.key(Qt.Key.Key_V, CTRL)
    assert len(hand.graph) == 10
    new = [hand.graph.nodes[id] for id in hand.document.selection]
    product = next(node for node in new if node.op == "mul")
    assert set(product.sources) == {node.id for node in new if node.is_leaf}
    assert product.data == -6.0
    undoes("Paste 3 nodes")


def test_duplicate(hand, undoes):
    hand.click(hand.body("e"))
    hand.key(Qt.Key.Key_D, CTRL)
    copy = hand.graph.nodes[hand.document.current]
    assert (copy.op, copy.inputs) == ("mul", (2.0, -3.0))
    undoes("Duplicate e")


def test_code_pastes_as_nodes(hand, undoes):
    QGuiApplication.clipboard().setText("x = Value(3.0, label='x')\ny = x**2 + 1\ny.backward()")
    hand.key(Qt.Key.Key_V, CTRL)
    assert hand.graph["y"].data == 10.0
    undoes()


@pytest.mark.parametrize("text", ["", "this is no code", "import os", "a = (", "\x00"])
def test_pasted_nonsense_is_refused_in_words(hand, text):
    QGuiApplication.clipboard().setText(text)
    hand.key(Qt.Key.Key_V, CTRL)
    assert hand.view.refusal.startswith("Can't paste: ")
    assert hand.steps() == 0
