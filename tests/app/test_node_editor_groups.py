"""Groups in the node editor, by mouse and keyboard: made, opened, changed, named, dissolved."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.node_editor.group_boxes import GroupBox
from tests.app.hand import CTRL, SHIFT

ALT = Qt.KeyboardModifier.AltModifier
CUBIC = "def f(x): return 3*x**2 - 4*x + 5\na = 2.0\ny = f(a)\nz = f(1.0)\n"


def groups(hand) -> list[GroupBox]:
    return [box for box in hand.view.nodes.boxes.values() if isinstance(box, GroupBox)]


def names(hand) -> set[str]:
    return {box.title for box in hand.view.nodes.boxes.values()}


def numbers(hand) -> list[tuple[str, float, float]]:
    return [(node.id, node.data, node.grad) for node in hand.graph]


def middle(hand, box):
    return hand.pixel(box.rect.topLeft() + QPointF(130, 14))


def select(hand, box) -> None:
    hand.click(middle(hand, box))
    hand.view.setFocus()


def test_ctrl_g_makes_a_group_and_ctrl_alt_g_takes_it_apart(hand, undoes):
    before, text = numbers(hand), hand.document.text
    places = {id: (box.x, box.y) for id, box in hand.view.nodes.boxes.items()}
    hand.document.select([hand.id("e"), hand.id("d")])
    hand.key(Qt.Key.Key_G, CTRL)
    (group,) = groups(hand)
    assert numbers(hand) == before
    assert group.input_names == ("a", "b", "c")
    assert group.output_names == ("d",)
    assert "def g(a, b, c):" in hand.document.text
    assert "d = g(a, b, c)" in hand.document.text
    assert names(hand) == {"a", "b", "c", "f", "g", "L"}
    assert group.grad == hand.graph["d"].grad
    hand.key(Qt.Key.Key_G, CTRL | ALT)
    assert not groups(hand)
    assert numbers(hand) == before
    assert {id: (box.x, box.y) for id, box in hand.view.nodes.boxes.items()} == places
    assert names(hand) == {"a", "b", "c", "f", "e", "d", "L"}
    hand.document.undo_stack.undo()
    assert len(groups(hand)) == 1
    hand.document.undo_stack.undo()
    assert hand.document.text == text


def test_what_would_feed_itself_is_refused(hand):
    hand.document.select([hand.id("e"), hand.id("L")])
    steps, text, told = hand.steps(), hand.document.text, []
    hand.document.refused.connect(told.append)
    hand.key(Qt.Key.Key_G, CTRL)
    assert (hand.steps(), hand.document.text) == (steps, text)
    assert "d lies between the selected nodes" in told[0]
    assert not groups(hand)


def test_tab_opens_the_selected_group_and_the_way_back_is_shown(hand):
    hand.document.set_text(CUBIC)
    first = groups(hand)[0]
    select(hand, first)
    hand.key(Qt.Key.Key_Tab)
    view = hand.view
    assert view.nodes.path == (first.id,)
    assert "x" in names(hand)
    assert "y" not in names(hand)
    assert view.breadcrumbs.isVisible()
    (back,) = view.breadcrumbs.findChildren(QPushButton)
    back.click()
    assert view.nodes.path == ()
    assert not view.breadcrumbs.isVisible()
    assert hand.view.nodes.selection == {first.id}
    hand.double_click(middle(hand, groups(hand)[1]))
    assert view.nodes.path == (groups_of_document(hand)[1],)
    hand.view.setFocus()
    hand.key(Qt.Key.Key_Backtab, SHIFT)
    assert view.nodes.path == ()


def groups_of_document(hand) -> list[str]:
    return list(hand.graph.groups.instances)


def test_giving_up_a_name_does_not_open_the_group(hand):
    hand.document.set_text(CUBIC)
    select(hand, groups(hand)[0])
    hand.key(Qt.Key.Key_F2)
    QTest.keyClick(hand.view.in_place.editor, Qt.Key.Key_Escape)
    assert hand.view.nodes.path == ()


def test_tab_elsewhere_moves_the_focus(hand, qtbot):
    hand.view.setFocus()
    hand.document.select([hand.id("a")])
    hand.key(Qt.Key.Key_Tab)
    assert not hand.view.nodes.path
    assert not hand.view.hasFocus()


def test_m_lets_a_group_pass_its_first_input_through_also_while_it_is_open(hand, undoes):
    hand.document.set_text(CUBIC + "L = 2*y + z")
    group = groups(hand)[0]
    select(hand, group)
    hand.key(Qt.Key.Key_M)
    group = groups(hand)[0]
    assert group.is_muted
    assert (group.node.data, group.grad) == (2.0, 2.0)
    assert (hand.graph["z"].data, hand.graph["a"].grad) == (4.0, 2.0)
    assert "y = f(a)" in hand.document.text
    hand.document.set_text(hand.document.text.replace("a = 2.0", "a = 7.0"))
    assert hand.graph["y"].data == 7.0
    hand.key(Qt.Key.Key_Tab)
    view = hand.view
    (result,) = (box for box in view.nodes.boxes.values() if box.is_output)
    (x,) = (box for box in view.nodes.boxes.values() if box.title == "x")
    assert result.is_muted
    assert (result.node.data, x.node.data, x.grad) == (7.0, 7.0, 2.0)
    view.grab()  # every link finds what flows through it
    plus = hand.pixel(result.field_rect(1).center())
    hand.drag(plus, plus + QPointF(60, 0).toPoint())  # the body's 5 is that of every use
    more = hand.graph["z"].data - 4.0
    assert more > 0.0
    assert hand.graph["y"].data == 7.0
    hand.key(Qt.Key.Key_Backtab, SHIFT)
    hand.key(Qt.Key.Key_M)
    assert hand.graph["y"].data == pytest.approx(3 * 49 - 4 * 7 + 5 + more)


def test_each_output_of_a_group_shows_its_gradient(hand):
    hand.document.set_text("def f(x): return 2*x, 3*x\na = 1.0\nk = 1.0\np, q = f(a)\nL = p + k*q")
    (box,) = groups(hand)

    def shown():
        (_center, bar) = box.shape.further_grads[0]
        area = hand.view.mapFromScene(bar.translated(box.position).adjusted(60, -18, 0, 0))
        return hand.view.grab(area.boundingRect()).toImage()

    hand.view.fit_all(animated=False)
    before = shown()
    hand.document.set_value(hand.id("k"), -4.0)
    (box,) = groups(hand)
    assert [output.grad for output in box.outputs] == [1.0, -4.0]
    assert shown() != before


def test_a_number_dragged_inside_changes_all_uses(hand, undoes):
    hand.document.set_text(CUBIC)
    select(hand, groups(hand)[0])
    hand.key(Qt.Key.Key_Tab)
    times = next(b for b in hand.view.nodes.boxes.values() if b.node.inputs[:1] == (3.0,))
    at = hand.pixel(times.field_rect(0).center())
    hand.drag(at, at + QPointF(40, 0).toPoint())
    changed = times.id
    number = hand.graph.nodes[changed].inputs[0]
    assert number != 3.0
    assert hand.graph["z"].data == pytest.approx(number - 4 + 5)
    assert hand.graph["y"].data == pytest.approx(4 * number - 8 + 5)
    assert "def f(x): return 3*x" not in hand.document.text
    hand.document.undo_stack.undo()
    assert hand.document.text == CUBIC
    assert (hand.graph["y"].data, hand.graph["z"].data) == (9.0, 4.0)


def test_a_node_added_inside_is_in_all_uses_in_one_step(hand):
    hand.document.set_text(CUBIC)
    select(hand, groups(hand)[0])
    hand.key(Qt.Key.Key_Tab)
    steps, count = hand.steps(), len(hand.graph)
    hand.key(Qt.Key.Key_A, SHIFT)
    QTest.keyClicks(hand.view.search.edit, "tanh")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert hand.steps() == steps + 1
    assert len(hand.graph) == count + 2
    new = hand.view.nodes.current
    hand.document.connect(hand.view.nodes.graph.level.parameters[0], new, 0)
    assert "tanh(x)" in hand.document.text
    hand.document.undo_stack.undo()
    hand.document.undo_stack.undo()
    assert hand.document.text == CUBIC


def test_a_link_dragged_onto_a_group_feeds_it_and_dragged_off_leaves_its_number(hand):
    hand.document.set_text(CUBIC)
    second = groups(hand)[1]
    start = hand.pixel(hand.box("a").port_position(None))
    hand.drag(start, hand.pixel(second.port_position(0)))
    assert "z = f(a)" in hand.document.text
    second = groups(hand)[1]
    at = hand.pixel(second.port_position(0))
    hand.drag(at, hand.empty())
    assert "z = f(2.0)" in hand.document.text


def test_a_link_follows_the_group_that_it_comes_from(hand):
    hand.document.set_text("def f(x): return 2*x\na = 2.0\nb = f(a)\nc = tanh(b)\n")
    (group,) = groups(hand)
    link = hand.view.nodes.links[hand.id("c"), 0]
    assert link.path().pointAtPercent(0) == group.port_position(None)
    hand.drag(middle(hand, group), middle(hand, group) + QPoint(0, 60))
    assert link.path().pointAtPercent(0) == group.port_position(None)


def test_a_group_is_named_and_all_uses_follow(hand):
    hand.document.set_text(CUBIC)
    select(hand, groups(hand)[0])
    hand.key(Qt.Key.Key_F2)
    editor = hand.view.in_place.editor
    QTest.keyClicks(editor, "a")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert editor.refusal == "There is a node a already."
    editor.selectAll()
    QTest.keyClicks(editor, "cubic")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert hand.document.text == CUBIC.replace("f(", "cubic(")


def test_copies_carry_the_function_and_meet_it_again(hand):
    hand.document.set_text(CUBIC)
    select(hand, groups(hand)[0])
    hand.key(Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("def f(x):")
    assert "y = f(2.0)" in text
    hand.key(Qt.Key.Key_V, CTRL)
    assert list(hand.graph.groups.definitions) == ["f"]
    assert len(groups(hand)) == 3
    hand.document.set_text("def f(x): return x*2\nb = f(1.0)\n")
    hand.view.edits.paste(QPointF(0, 400))
    assert list(hand.graph.groups.definitions) == ["f", "f2"]


def test_delete_takes_the_group_out_and_keeps_its_function(hand):
    hand.document.set_text(CUBIC)
    select(hand, groups(hand)[0])
    steps = hand.steps()
    hand.key(Qt.Key.Key_Delete)
    assert hand.steps() == steps + 1
    assert len(groups(hand)) == 1
    assert "y" not in hand.graph
    assert hand.document.text.startswith("def f(x)")


def test_an_input_and_an_output_are_added_inside(hand):
    hand.document.set_text("def f(x):\n    u = x*2\n    return u + 1\na = 1.0\ny = f(a)\n")
    select(hand, groups(hand)[0])
    hand.key(Qt.Key.Key_Tab)
    hand.view.commands.named("Add an input to the open group").run()
    assert "def f(x, y):" in hand.document.text
    u = next(box for box in hand.view.nodes.boxes.values() if box.title == "u")
    hand.document.select([u.id], u.id)
    hand.view.commands.named("Make it an output of the open group, or none").run()
    assert len(groups_results(hand)) == 2


def groups_results(hand) -> tuple[str, ...]:
    (instance,) = hand.graph.groups.instances.values()
    return instance.results


def test_undoing_the_group_that_is_open_leaves_it(hand):
    hand.document.select([hand.id("e"), hand.id("d")])
    hand.key(Qt.Key.Key_G, CTRL)
    hand.key(Qt.Key.Key_Tab)
    assert hand.view.nodes.path
    hand.document.undo_stack.undo()
    assert hand.view.nodes.path == ()
    assert not hand.view.breadcrumbs.isVisible()
    assert names(hand) == {"a", "b", "c", "f", "e", "d", "L"}


def test_a_neuron_of_any_size_is_added_by_typing(hand):
    hand.key(Qt.Key.Key_A, SHIFT)
    QTest.keyClicks(hand.view.search.edit, "neuron 3")
    assert hand.view.search.entries[0].title == "neuron with 3 inputs"
    steps = hand.steps()
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert hand.steps() == steps + 1
    (group,) = groups(hand)
    assert group.input_names == ("x1", "x2", "x3", "w1", "w2", "w3", "b")
    assert all(hand.graph.nodes[id].is_leaf for id in group.instance.arguments)
    hand.key(Qt.Key.Key_A, SHIFT)
    QTest.keyClicks(hand.view.search.edit, "neuron_3")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    assert len(groups(hand)) == 2
    assert list(hand.graph.groups.definitions) == ["neuron_3"]


def test_a_layer_dropped_from_a_link_is_fed(hand):
    hand.document.set_text("a = 2.0\nb = a * 3\n")
    start = hand.pixel(hand.box("b").port_position(None))
    hand.drag(start, hand.empty())
    QTest.keyClicks(hand.view.search.edit, "layer 2 3")
    QTest.keyClick(hand.view.search.edit, Qt.Key.Key_Return)
    (group,) = groups(hand)
    assert group.instance.arguments[0] == hand.id("b")
    assert len(group.outputs) == 3


def test_tanh_is_taken_apart_and_put_together(hand):
    text = "n = 0.8814\no = tanh(n)\nL = o * 2\n"
    hand.document.set_text(text)
    grad = hand.graph["n"].grad
    hand.document.select([hand.id("o")], hand.id("o"))
    steps = hand.steps()
    hand.key(Qt.Key.Key_T, ALT)
    assert hand.steps() == steps + 1
    assert hand.graph["o"].op == "div"
    assert hand.graph["n"].grad == pytest.approx(grad, rel=1e-12)
    rects = [box.rect for box in hand.view.nodes.boxes.values()]
    assert not any(one.intersects(two) for i, one in enumerate(rects) for two in rects[i + 1 :])
    hand.key(Qt.Key.Key_T, ALT)
    assert hand.graph["o"].op == "tanh"
    assert hand.graph["n"].grad == grad
    hand.document.undo_stack.undo()
    hand.document.undo_stack.undo()
    assert hand.document.text == text


def test_the_file_keeps_groups_and_their_places(hand, tmp_path):
    hand.document.set_text(CUBIC)
    at = middle(hand, groups(hand)[0])
    hand.drag(at, at + QPointF(64, 48).toPoint())
    places = {id: (box.x, box.y) for id, box in hand.view.nodes.boxes.items()}
    hand.document.save(tmp_path / "groups.json")
    hand.document.new()
    hand.document.open(tmp_path / "groups.json")
    assert {id: (box.x, box.y) for id, box in hand.view.nodes.boxes.items()} == places
    assert [box.title for box in groups(hand)] == ["f", "f"]
    assert hand.document.text == CUBIC


def test_what_is_copied_beside_a_group_keeps_clear_of_its_ids(hand):
    """The nodes of a copied group get new ids, which may be those of nodes copied after it."""
    hand.document.set_text("def f(x, y): return x*y + x\na = 2.0\nL = f(a, 3.0) + f(a, 4.0)\n")
    hand.key(Qt.Key.Key_A, CTRL)
    hand.key(Qt.Key.Key_G, CTRL)
    hand.key(Qt.Key.Key_Tab)
    hand.key(Qt.Key.Key_A, CTRL)
    count, steps = len(hand.graph), hand.steps()
    hand.key(Qt.Key.Key_D, CTRL)
    assert (len(hand.graph), hand.steps()) == (2 * count, steps + 1)
