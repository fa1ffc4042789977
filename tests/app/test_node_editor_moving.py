"""Nodes moved by mouse: snapped, dropped on links, interrupted."""

import math

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.app.hand import RIGHT, SHIFT


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
