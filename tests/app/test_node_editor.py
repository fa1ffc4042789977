"""The node editor, by mouse and keyboard on the real view: each gesture is one undo step."""

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest

from app import theme
from core.graph import Port
from tests.app.hand import CTRL, LECTURE, LEFT, MIDDLE, NONE, RIGHT, SHIFT

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


# ----- moving ---------------------------------------------------------------------------------


def test_a_drag_moves_with_snap_in_one_step(hand, undoes):
    start = hand.box("c").position
    hand.drag(hand.body("c"), hand.body("c") + QPoint(-37, 61))
    x, y = hand.document.positions[hand.id("c")]
    assert (x - start.x(), y - start.y()) == pytest.approx((-37, 61), abs=9)
    assert x % 8 == y % 8 == 0
    undoes("Move c")


def test_all_selected_nodes_move_together(hand, undoes):
    hand.click(hand.body("c"))
    hand.click(hand.body("f"), SHIFT)
    gap = hand.box("f").position - hand.box("c").position
    hand.drag(hand.body("f"), hand.body("f") + QPoint(30, 50))
    assert hand.box("f").position - hand.box("c").position == gap
    undoes("Move 2 nodes")


def test_other_nodes_stay_where_they_were_seen(hand):
    places = hand.view.nodes.positions()
    hand.drag(hand.body("c"), hand.body("c") + QPoint(0, 70))
    now = hand.view.nodes.positions()
    assert {id for id in places if places[id] != now[id]} == {hand.id("c")}


@pytest.mark.parametrize("interruption", ["escape", "second button", "undo"])
def test_a_move_that_is_interrupted_leaves_everything(hand, interruption):
    hand.drag(hand.body("a"), hand.body("a") + QPoint(0, -40))
    before, steps = hand.view.nodes.positions(), hand.document.undo_stack.index()
    hand.press(hand.body("c"))
    target = hand.body("c") + QPoint(40, 60)
    hand.drag_to(target)
    assert hand.view.nodes.positions() != before
    if interruption == "escape":
        hand.key(Qt.Key.Key_Escape)
    elif interruption == "second button":
        hand.press(target, RIGHT)
    else:
        hand.document.undo_stack.undo()
        hand.document.undo_stack.redo()
    hand.release(target)
    assert hand.view.gesture is None
    assert hand.view.nodes.positions() == before
    assert hand.document.undo_stack.index() == steps


def test_deleting_while_dragging_is_a_clean_cancel(hand):
    hand.press(hand.body("c"))
    hand.drag_to(hand.body("c") + QPoint(50, 50))
    hand.document.delete([hand.id("c")])
    assert hand.view.gesture is None
    hand.release(QPoint(10, 10))
    assert "c" not in hand.names()
    hand.document.undo_stack.undo()
    assert "c" in hand.names()


def test_delete_keys_wait_for_the_end_of_a_drag(hand):
    hand.press(hand.body("c"))
    hand.drag_to(hand.body("c") + QPoint(50, 50))
    hand.key(Qt.Key.Key_Delete)
    assert "c" in hand.names()
    hand.release(hand.body("c"))


def test_a_drag_outside_the_window_and_back(hand, undoes):
    hand.press(hand.body("c"))
    hand.drag_to(QPoint(-900, -900), QPoint(5000, 400))
    hand.release(QPoint(5000, 400))
    assert math.isfinite(hand.document.positions[hand.id("c")][0])
    undoes()


def test_a_node_dropped_on_a_link_goes_into_it(hand, undoes):
    id = hand.document.add_node("tanh", (-400.0, 300.0))
    name = hand.graph.nodes[id].name
    hand.document.undo_stack.clear()
    link = hand.view.nodes.links[hand.id("d"), 0]
    middle = hand.pixel(link.path().pointAtPercent(0.5))
    hand.view.fit_all(animated=False)
    middle = hand.pixel(link.path().pointAtPercent(0.5))
    grip = hand.body(name)
    half = hand.pixel(hand.box(name).rect.center()) - grip
    hand.drag(grip, middle - half)
    assert hand.inputs("d") == [name, "c"]
    assert hand.inputs(name) == ["e"]
    assert hand.steps() == 1
    hand.document.undo_stack.undo()
    assert hand.inputs("d") == ["e", "c"]


# ----- links ----------------------------------------------------------------------------------


@pytest.fixture
def spare(hand) -> str:
    """A free add node, n1, beside the lecture's graph."""
    id = hand.document.add_node("add", (0.0, 480.0))
    hand.view.fit_all(animated=False)
    hand.document.undo_stack.clear()
    return hand.graph.nodes[id].name


def test_a_link_from_an_output_to_an_input(hand, spare):
    hand.drag(hand.port("a"), hand.port(spare, 0))
    assert hand.inputs(spare) == ["a", 0.0]
    assert hand.steps() == 1
    hand.document.undo_stack.undo()
    assert hand.inputs(spare) == [0.0, 0.0]


def test_a_link_from_an_input_to_an_output(hand, spare):
    hand.drag(hand.port(spare, 1), hand.port("L"))
    assert hand.inputs(spare) == [0.0, "L"]
    assert hand.steps() == 1


def test_a_link_dropped_on_a_node_takes_its_first_free_input(hand, spare):
    hand.drag(hand.port("a"), hand.body(spare))
    hand.drag(hand.port("b"), hand.body(spare))
    assert hand.inputs(spare) == ["a", "b"]


def test_dragging_off_an_input_cuts_the_link(hand, undoes):
    hand.drag(hand.port("d", 1), hand.empty())
    assert hand.inputs("d") == ["e", 10.0]
    assert not hand.view.search.isVisible()
    undoes("Disconnect")


def test_a_link_taken_off_can_be_put_elsewhere(hand, spare):
    hand.drag(hand.port("d", 1), hand.port(spare, 0))
    assert hand.inputs("d") == ["e", 10.0]
    assert hand.inputs(spare) == ["c", 0.0]
    assert hand.steps() == 1


def test_a_link_put_back_changes_nothing(hand):
    start = hand.port("d", 1)
    hand.press(start)
    hand.drag_to(start + QPoint(-60, 40), start)
    hand.release(start)
    assert hand.inputs("d") == ["e", "c"]
    assert hand.steps() == 0
    assert (hand.id("d"), 1) in hand.view.nodes.links


def test_a_cycle_is_refused_in_words_at_the_pointer(hand):
    hand.drag(hand.port("d", 1), hand.empty())
    steps = hand.steps()
    hand.drag(hand.port("L"), hand.port("d", 1))
    assert hand.view.refusal == "Would make a cycle: d → L → d"
    assert hand.steps() == steps
    hand.click(hand.empty())
    assert hand.view.refusal == ""


def test_a_taken_input_is_refused_in_words(hand):
    hand.drag(hand.port("a"), hand.port("d", 1))
    assert "taken by c" in hand.view.refusal
    assert hand.inputs("d") == ["e", "c"]
    assert hand.steps() == 0


def test_ports_that_cannot_be_connected_are_dimmed_while_dragging(hand, spare):
    hand.press(hand.port("d"))
    hand.drag_to(hand.port("d") + QPoint(30, 30))
    dimmed = {
        (hand.graph.nodes[port.node].name, port.input_index)
        for port in hand.view.nodes.marks.impossible
    }
    assert {("e", 0), ("d", 1), ("L", 0), ("a", None)} <= dimmed
    assert (spare, 0) not in dimmed
    hand.key(Qt.Key.Key_Escape)
    assert not hand.view.nodes.marks.impossible
    assert hand.view.gesture is None


def test_a_link_dropped_on_the_canvas_adds_and_connects(hand, undoes):
    hand.drag(hand.port("a"), hand.empty())
    assert hand.view.search.isVisible()
    assert "value" not in {entry.op for entry in hand.view.search.entries}
    QTest.keyClicks(hand.view.search.edit, "tanh")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    new = hand.graph.nodes[hand.document.current]
    assert (new.op, new.inputs) == ("tanh", (hand.id("a"),))
    undoes("Add tanh")


@pytest.mark.parametrize("keys", [CTRL, Qt.KeyboardModifier.AltModifier])
def test_a_stroke_cuts_every_link_it_crosses(hand, undoes, keys):
    first = hand.view.nodes.links[hand.id("e"), 0].path().pointAtPercent(0.5)
    second = hand.view.nodes.links[hand.id("e"), 1].path().pointAtPercent(0.5)
    start, end = QPointF(first.x(), first.y() - 40), QPointF(second.x(), second.y() + 30)
    hand.press(hand.pixel(start), RIGHT, keys)
    hand.drag_to(hand.pixel(first), hand.pixel(second), hand.pixel(end), keys=keys, button=RIGHT)
    hand.release(hand.pixel(end), RIGHT, keys)
    assert hand.inputs("e") == [2.0, -3.0]
    assert hand.inputs("d") == ["e", "c"]
    undoes("Cut 2 links")


def test_swap_and_connect_by_keyboard(hand, spare):
    hand.click(hand.body("L"))
    hand.key(Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    assert hand.inputs("L") == ["f", "d"]
    hand.click(hand.body("a"))
    hand.click(hand.body(spare), SHIFT)
    hand.key(Qt.Key.Key_F)
    assert hand.inputs(spare) == ["a", 0.0]
    assert hand.steps() == 2


def test_the_links_of_inputs_are_cut_by_keyboard(hand, undoes):
    hand.click(hand.body("d"))
    hand.key(Qt.Key.Key_X, SHIFT)
    assert hand.inputs("d") == [-6.0, 10.0]
    undoes("Cut 2 links")


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


# ----- the look of nodes ----------------------------------------------------------------------


def test_h_collapses_and_expands(hand, undoes):
    hand.click(hand.body("e"))
    hand.key(Qt.Key.Key_H)
    assert hand.box("e").rect.height() == 36
    undoes("Collapse")
    hand.key(Qt.Key.Key_H)
    assert hand.box("e").rect.height() == 156


def test_m_mutes_so_that_the_first_input_passes(hand, undoes):
    hand.click(hand.body("e"))
    hand.key(Qt.Key.Key_M)
    assert hand.graph["e"].data == 2.0
    assert hand.graph["b"].grad == 0.0
    undoes("Mute")


def test_arrange_is_one_step_and_the_nodes_glide_there(hand, qtbot):
    hand.drag(hand.body("c"), hand.body("c") + QPoint(200, 30))
    hand.click(hand.empty())
    dragged = hand.document.positions[hand.id("c")]
    hand.key(Qt.Key.Key_A, CTRL | SHIFT)
    assert hand.steps() == 2
    assert hand.document.positions[hand.id("c")] != dragged
    assert hand.view.nodes.positions()[hand.id("c")] == pytest.approx(dragged, abs=60)
    qtbot.waitUntil(lambda: hand.view.nodes.positions() == hand.document.positions)
    rects = [box.rect for box in hand.view.nodes.boxes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[i + 1 :])


# ----- looking --------------------------------------------------------------------------------


def test_the_wheel_zooms_smoothly_at_the_pointer_between_limits(hand, qtbot):
    at, zoom = hand.body("a"), hand.view.zoom
    before = hand.view.mapToScene(at)
    seen = []
    hand.view.zoom_changed.connect(seen.append)
    hand.wheel(at, 120)
    hand.wheel(at, 120)
    assert hand.view.zoom < zoom * 1.2  # it is on its way, not there at once
    qtbot.waitUntil(lambda: hand.view.zoom == pytest.approx(zoom * 1.2**2))
    assert seen == sorted(seen)
    assert (hand.view.mapToScene(at) - before).manhattanLength() < 3
    for _ in range(60):
        hand.wheel(at, 120)
    qtbot.waitUntil(lambda: hand.view.zoom == pytest.approx(4.0))
    for _ in range(120):
        hand.wheel(at, -120)
    qtbot.waitUntil(lambda: hand.view.zoom == pytest.approx(0.05))
    qtbot.waitUntil(lambda: not hand.view.nodes.is_zooming)


def test_the_middle_button_and_space_pan(hand):
    before = hand.view.mapToScene(QPoint(0, 0))
    hand.drag(hand.empty(), hand.empty() + QPoint(40, -30), MIDDLE)
    moved = before - hand.view.mapToScene(QPoint(0, 0))
    assert moved.x() * hand.view.zoom == pytest.approx(40, abs=2)
    QTest.keyPress(hand.view, Qt.Key.Key_Space)
    hand.drag(hand.body("a"), hand.body("a") + QPoint(25, 0))
    QTest.keyRelease(hand.view, Qt.Key.Key_Space)
    assert hand.steps() == 0
    moved = before - hand.view.mapToScene(QPoint(0, 0))
    assert moved.x() * hand.view.zoom == pytest.approx(65, abs=3)


def test_home_shows_all_and_dot_the_selection(hand, qtbot):
    hand.drag(hand.empty(), hand.empty() + QPoint(2000, 900), MIDDLE)
    all_nodes = hand.view.nodes.bounds()
    assert not hand.view.visible_area().contains(all_nodes)
    hand.key(Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: hand.view.visible_area().contains(all_nodes))
    hand.click(hand.body("a"))
    hand.key(Qt.Key.Key_Period)
    rect = hand.box("a").rect
    qtbot.waitUntil(
        lambda: (hand.view.visible_area().center() - rect.center()).manhattanLength() < 4
    )


def test_the_minimap_goes_where_it_is_pressed(hand):
    before = hand.view.visible_area().center()
    QTest.mouseClick(hand.view.minimap, LEFT, NONE, QPoint(20, 45))
    assert hand.view.visible_area().center().x() < before.x()


def test_what_is_added_is_in_sight_and_leaves_the_output_where_it_is(hand, qtbot):
    hand.document.select([hand.id("L")])
    tanh = hand.view.edits.add("tanh", hand.view.visible_area().center(), Port(hand.id("L")))
    assert hand.graph.output == tanh  # it takes what was the output
    at = hand.view.visible_area().bottomRight()
    assert hand.view.edits.add_text("2*a + 1", at) == ""
    assert hand.graph.output == tanh
    assert hand.graph["a"].grad != 0.0
    bounds = hand.view.nodes.bounds(hand.view.nodes.selection)
    qtbot.waitUntil(lambda: hand.view.visible_area().contains(bounds))
    assert not hand.view.covered_area().intersects(bounds)  # by the overview


def test_the_minimap_marks_what_is_not_finite(hand):
    error = theme.current().color("error").rgb()

    def is_marked() -> bool:
        image = hand.view.minimap.grab().toImage()
        across, down = range(image.width()), range(image.height())
        return any(image.pixel(x, y) == error for x in across for y in down)

    assert not is_marked()
    hand.document.set_value(hand.id("a"), float("inf"))
    assert is_marked()


def test_the_pointers_menu_is_short_and_the_rest_is_one_step_away(hand):
    for at in (hand.body("e"), hand.field("a"), hand.empty()):
        menu = hand.view.menu_at(hand.view.mapToScene(at))
        assert 3 < len([action for action in menu.actions() if not action.isSeparator()]) <= 24
        below = [
            under.text().split("\t")[0]
            for action in menu.actions()
            for under in (action.menu().actions() if action.menu() else [action])
        ]
        assert {"Add node …", "Arrange", "Show all"} <= set(below)
        menu.deleteLater()


def test_menus_hold_the_commands_with_their_keys(hand):
    menu = hand.view.commands.full_menu()
    texts = [action.text() for sub in menu.actions() for action in sub.menu().actions()]
    assert any(text.startswith("Duplicate\t") for text in texts)
    assert len(texts) == len(hand.view.commands.table)
    menu.deleteLater()


def test_the_screen_reader_hears_the_selection(hand):
    hand.click(hand.body("a"))
    assert hand.view.accessibleDescription() == "a, leaf, data 2, grad 6"


def test_a_screen_reader_finds_every_node_with_name_numbers_and_place(hand):
    canvas = QAccessible.queryAccessibleInterface(hand.view)

    def spoken() -> dict[str, str]:
        items = [canvas.child(i) for i in range(canvas.childCount())]
        nodes = [item for item in items if item.role() == QAccessible.Role.ListItem]
        assert [canvas.indexOfChild(item) for item in items] == list(range(len(items)))
        return {it.text(QAccessible.Text.Name): it.text(QAccessible.Text.Description)
                for it in nodes}  # fmt: skip

    assert spoken().keys() == hand.names()
    assert spoken()["e"] == "multiply of a and b, data −6, grad −2"
    assert spoken()["L"] == "multiply of d and f, data −8, grad 1, output"
    at = hand.view.viewport().mapToGlobal(hand.body("e"))
    assert canvas.childAt(at.x(), at.y()).text(QAccessible.Text.Name) == "e"
    hand.click(hand.body("e"))
    hand.key(Qt.Key.Key_X)
    hand.document.add_node("tanh")
    assert spoken().keys() == hand.names()


# ----- finding --------------------------------------------------------------------------------


def test_ctrl_f_finds_by_name_and_by_op(hand):
    hand.key(Qt.Key.Key_F, CTRL)
    QTest.keyClicks(hand.view.find_bar.edit, "multiply")
    assert hand.selected() == {"e"}
    QTest.keyClick(hand.view.find_bar.edit, Qt.Key.Key_Return)
    assert hand.selected() == {"L"}
    hand.view.find_bar.edit.setText("c")
    assert hand.selected() == {"c"}
    QTest.keyClick(hand.view.find_bar.edit, Qt.Key.Key_Escape)
    assert not hand.view.find_bar.isVisible()
    assert hand.steps() == 0


def test_the_question_mark_shows_every_key(hand):
    QTest.keyClicks(hand.view, "?")
    assert hand.view.keys.isVisible()
    shown = {what for _, what in hand.view.keys.rows()}
    assert {command.text for command in hand.view.commands.table if command.keys} <= shown
    QTest.keyClick(hand.view.keys, Qt.Key.Key_Escape)
    assert not hand.view.keys.isVisible()
