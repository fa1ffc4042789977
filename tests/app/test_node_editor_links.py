"""Links between nodes, drawn, dropped, cut and refused by mouse and keyboard."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from tests.app.hand import CTRL, RIGHT, SHIFT


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


def test_numbers_may_change_while_a_link_is_dragged(hand):
    start, end = hand.port("e", 0), hand.empty()
    hand.press(start)
    hand.drag_to((start + end) / 2, end)
    for number in (-1.0, 0.0, 0.7):
        hand.document.preview_value(hand.id("f"), number)
        hand.view.viewport().repaint()
    shown = {ends: link.share for ends, link in hand.view.nodes.links.items()}
    hand.drag_to(start)
    hand.release(start)
    hand.view.viewport().repaint()
    links = hand.view.nodes.links
    assert shown == {ends: link.share for ends, link in links.items() if ends in shown}
    assert len(links) == len(shown) + 1


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
