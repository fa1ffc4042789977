"""Gestures without a button, at the edges, by right click, by touch; and what breaks them off."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.node_editor.palette import ALL
from tests.app.hand import ALT, CTRL, LEFT, NONE, RIGHT, SHIFT, Hand, move

KEY = Qt.Key


# ----- moving with the pointer ----------------------------------------------------------------


def point_at(hand: Hand, at: QPoint) -> None:
    """Move the pointer there without a button."""
    hand.drag_to(at, button=Qt.MouseButton.NoButton)


def test_shift_d_lets_a_copy_follow_the_pointer_until_a_click(hand, undoes):
    hand.click(hand.body("e"))
    hand.key(KEY.Key_D, SHIFT)
    copy = hand.document.current
    assert copy != hand.id("e")
    assert hand.steps() == 0
    before = hand.view.nodes.boxes[copy].position
    point_at(hand, hand.empty())
    point_at(hand, hand.empty() + QPoint(60, 0))
    assert hand.view.nodes.boxes[copy].position != before
    hand.click(hand.empty() + QPoint(60, 0))
    assert hand.view.gesture is None
    assert hand.graph.nodes[copy].inputs == (2.0, -3.0)
    undoes("Duplicate e")


@pytest.mark.parametrize("how", ["escape", "right button", "undo", "focus"])
def test_a_copy_that_is_not_put_down_leaves_no_trace(hand, how):
    hand.document.set_value(hand.id("a"), 5.0)
    state, positions, text = hand.graph.state(), dict(hand.document.positions), hand.document.text
    hand.click(hand.body("e"))
    hand.key(KEY.Key_D, SHIFT)
    assert len(hand.graph) == 8
    if how == "escape":
        hand.key(KEY.Key_Escape)
    elif how == "right button":
        hand.press(hand.empty(), RIGHT)
    elif how == "undo":
        hand.document.undo_stack.undo()
        hand.document.undo_stack.redo()
    else:
        hand.editor.setFocusProxy(None)
        hand.view.clearFocus()
    assert hand.view.gesture is None
    assert (hand.graph.state(), hand.document.positions) == (state, positions)
    assert hand.document.text == text
    assert hand.steps() == 1
    assert hand.view.nodes.boxes.keys() == hand.graph.nodes.keys()


def test_g_moves_the_selection_and_enter_puts_it_down(hand, undoes):
    hand.click(hand.body("c"))
    before = hand.box("c").position
    hand.key(KEY.Key_G)
    point_at(hand, hand.body("c"))
    point_at(hand, hand.body("c") + QPoint(0, 40))
    hand.key(KEY.Key_Return)
    assert hand.box("c").position != before
    undoes("Move c")


def test_alt_and_arrows_nudge_the_selection(hand, undoes):
    hand.click(hand.body("c"))
    before = hand.box("c").position
    hand.key(KEY.Key_Down, ALT)
    assert hand.box("c").position == before + QPointF(0, 8)
    undoes("Move c")


# ----- right click ----------------------------------------------------------------------------


def test_a_right_click_on_a_number_resets_it_at_once(hand, undoes):
    hand.press(hand.field("a"), RIGHT)
    hand.release(hand.field("a"), RIGHT)
    assert hand.graph["a"].data == 0.0
    assert hand.view.findChildren(QMenu) == []
    undoes("Change a")


def ask_for_menu(hand: Hand, at: QPoint) -> list[QMenu]:
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, hand.view.viewport().mapToGlobal(at), NONE
    )
    QApplication.sendEvent(hand.view.viewport(), event)
    menus = [menu for menu in hand.view.findChildren(QMenu) if menu.isVisible()]
    for menu in menus:
        menu.close()
    return menus


def test_a_right_button_that_breaks_a_drag_off_opens_no_menu(hand):
    at = hand.body("c")
    hand.press(at)
    hand.drag_to(at + QPoint(40, 40))
    hand.press(at, RIGHT)
    assert ask_for_menu(hand, at) == []
    hand.release(at)
    hand.press(at, RIGHT)
    assert len(ask_for_menu(hand, at)) == 1


@pytest.mark.parametrize(("right", "number"), [(True, 2.1), (False, 1.9)])
def test_a_click_on_an_arrow_of_a_field_steps_the_number(hand, undoes, right, number):
    area = hand.box("a").field_rect(None)
    end = area.right() - 6 if right else area.left() + 6
    hand.click(hand.pixel(QPointF(end, area.center().y())))
    assert hand.graph["a"].data == pytest.approx(number)
    undoes("Change a")


# ----- at the edge ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["node", "link", "box"])
def test_the_canvas_moves_while_something_is_dragged_to_the_edge(hand, qtbot, what):
    start = {
        "node": hand.body("L"), "link": hand.port("L"), "box": hand.empty(),
    }[what]  # fmt: skip
    before = hand.view.visible_area().right()
    edge = QPoint(hand.view.viewport().width() - 3, start.y())
    hand.press(start)
    hand.drag_to((start + edge) / 2, edge)
    qtbot.waitUntil(lambda: hand.view.visible_area().right() > before + 40)
    x = hand.box("L").x
    hand.key(KEY.Key_Escape)
    assert not any(timer.isActive() for timer in hand.view.findChildren(QTimer))
    hand.release(edge)
    assert hand.steps() == 0
    if what == "node":
        assert hand.box("L").x < x


# ----- the side palette -----------------------------------------------------------------------


def row_of(hand: Hand, op: str) -> QPoint:
    palette = hand.editor.side_palette
    row = [entry.op for entry in ALL].index(op)
    palette.scrollToItem(palette.item(row))
    return palette.visualItemRect(palette.item(row)).center()


def drag_kind(hand: Hand, op: str, to: QPoint) -> None:
    """From the side palette to a place of the canvas."""
    viewport = hand.editor.side_palette.viewport()
    start = row_of(hand, op)
    end = viewport.mapFromGlobal(hand.view.viewport().mapToGlobal(to))
    QTest.mousePress(viewport, LEFT, NONE, start)
    for point in (start + QPoint(12, 0), (start + end) / 2, end):
        move(viewport, point, LEFT, NONE)


def drop_kind(hand: Hand, to: QPoint) -> None:
    viewport = hand.editor.side_palette.viewport()
    end = viewport.mapFromGlobal(hand.view.viewport().mapToGlobal(to))
    QTest.mouseRelease(viewport, LEFT, NONE, end)


@pytest.fixture
def kinds(hand):
    hand.key(KEY.Key_T)
    assert hand.editor.side_palette.isVisible()
    QApplication.processEvents()
    hand.view.fit_all(animated=False)
    hand.view.setFocus()
    return hand.editor.side_palette


def test_a_kind_of_node_is_dragged_from_the_side(hand, kinds, undoes):
    at = hand.pixel(hand.box("b").rect.bottomLeft() + QPointF(90, 40))
    drag_kind(hand, "tanh", at)
    drop_kind(hand, at)
    new = hand.graph.nodes[hand.document.current]
    assert new.op == "tanh"
    rect = hand.view.nodes.boxes[new.id].rect
    assert rect.contains(hand.view.mapToScene(at))
    undoes("Add tanh")


def test_a_kind_dropped_on_a_link_goes_into_it(hand, kinds):
    middle = hand.pixel(hand.view.nodes.links[hand.id("d"), 1].path().pointAtPercent(0.5))
    drag_kind(hand, "relu", middle)
    assert hand.view.nodes.marks.drop_link == (hand.id("d"), 1)
    drop_kind(hand, middle)
    name = hand.graph.nodes[hand.document.current].name
    assert hand.inputs("d") == ["e", name]
    assert hand.inputs(name) == ["c"]
    assert hand.steps() == 1


@pytest.mark.parametrize("how", ["escape", "beside"])
def test_a_kind_that_is_not_dropped_on_the_canvas_adds_nothing(hand, kinds, how):
    drag_kind(hand, "relu", hand.empty())
    if how == "escape":
        hand.key(KEY.Key_Escape)
        drop_kind(hand, hand.empty())
    else:
        drag_kind(hand, "relu", QPoint(-30, 60))
        drop_kind(hand, QPoint(-30, 60))
    assert hand.view.gesture is None
    assert len(hand.graph) == 7
    assert hand.steps() == 0


def test_the_side_palette_by_keyboard(hand, kinds):
    hand.key(KEY.Key_T)
    assert not kinds.isVisible()
    hand.key(KEY.Key_T)
    assert kinds.hasFocus()
    QTest.keyClick(kinds, KEY.Key_Down)
    QTest.keyClick(kinds, KEY.Key_Return)
    assert hand.graph.nodes[hand.document.current].op == ALL[1].op
    QTest.keyClick(kinds, KEY.Key_T)  # not a search for tanh: the canvas' keys work here too
    assert not kinds.isVisible()
    assert hand.view.hasFocus()


# ----- sliders and labels ---------------------------------------------------------------------


def slider(hand: Hand, name: str) -> QPoint:
    return hand.pixel(hand.box(name).shape.slider.translated(hand.box(name).position).center())


def test_a_slider_has_a_range_of_its_own(hand, undoes):
    hand.click(hand.body("a"))
    hand.key(KEY.Key_S, SHIFT)
    hand.view.in_place.editor.selectAll()
    QTest.keyClicks(hand.view.in_place.editor, "0, 3/2")
    QTest.keyClick(hand.view.in_place.editor, KEY.Key_Return)
    assert hand.document.extras[f"slider:{hand.id('a')}"] == [0.0, 1.5]
    undoes("Change slider of a")
    hand.drag(slider(hand, "a"), slider(hand, "a") + QPoint(500, 0))
    assert hand.graph["a"].data == 1.5


@pytest.mark.parametrize("text", ["", "1", "1, nan", "2, 1", "0, 1e999", "a, b", "1, 2, 3"])
def test_a_range_that_is_none_is_refused_in_words(hand, text):
    hand.click(hand.body("a"))
    hand.key(KEY.Key_S)
    hand.double_click(slider(hand, "a"))
    before, steps = dict(hand.document.extras), hand.steps()
    editing = hand.view.in_place.editor
    editing.selectAll()
    QTest.keyClick(editing, KEY.Key_Delete)
    QTest.keyClicks(editing, text)
    QTest.keyClick(editing, KEY.Key_Return)
    assert editing.refusal
    QTest.keyClick(editing, KEY.Key_Escape)
    assert hand.document.extras == before
    assert hand.steps() == steps


def test_a_free_label_stands_on_the_node_and_in_the_text(hand, undoes):
    hand.click(hand.body("e"))
    hand.key(KEY.Key_F2, SHIFT)
    QTest.keyClicks(hand.view.in_place.editor, "a*b")
    QTest.keyClick(hand.view.in_place.editor, KEY.Key_Return)
    assert hand.graph["e"].label == "a*b"
    hand.view.viewport().repaint()
    assert hand.box("e").look.word == "a*b"
    undoes("Label e")


# ----- trackpad and touch ---------------------------------------------------------------------


def test_a_pinch_on_the_trackpad_zooms_at_the_pointer(hand):
    at = hand.body("e")
    fixed, zoom = hand.view.mapToScene(at), hand.view.zoom
    viewport = hand.view.viewport()
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        QPointF(at), QPointF(at), QPointF(viewport.mapToGlobal(at)), 0.25, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)
    assert hand.view.zoom == pytest.approx(zoom * 1.25)
    assert (hand.view.mapToScene(at) - fixed).manhattanLength() < 3


def test_two_fingers_on_a_touch_screen_zoom_and_break_a_drag_off(hand, qtbot):
    viewport, device = hand.view.viewport(), QTest.createTouchDevice()
    left, right = hand.body("e") - QPoint(30, 0), hand.body("e") + QPoint(30, 0)
    zoom, before = hand.view.zoom, hand.view.nodes.positions()
    hand.press(hand.body("e"))
    hand.drag_to(hand.body("e") + QPoint(20, 20))
    touch = QTest.touchEvent(viewport, device)
    touch.press(0, left, viewport).press(1, right, viewport).commit()
    for spread in range(10, 100, 10):
        touch.move(0, left - QPoint(spread, 0), viewport)
        touch.move(1, right + QPoint(spread, 0), viewport).commit()
    touch.release(0, left, viewport).release(1, right, viewport).commit()
    assert hand.view.zoom > 1.5 * zoom
    assert hand.view.gesture is None
    hand.release(hand.body("e"))
    assert hand.view.nodes.positions() == before
    assert hand.steps() == 0


def test_the_tooltip_says_all_digits(hand):
    hand.document.set_value(hand.id("a"), 1 / 3)
    from PySide6.QtGui import QHelpEvent
    from PySide6.QtWidgets import QToolTip

    hand.click(hand.body("e"))
    hand.key(KEY.Key_M)
    for name, words in (("a", "data 0.3333333333333333"), ("e", "muted: it passes its first")):
        at = hand.body(name)
        event = QHelpEvent(QEvent.Type.ToolTip, at, hand.view.viewport().mapToGlobal(at))
        QApplication.sendEvent(hand.view.viewport(), event)
        assert words in QToolTip.text()
        QToolTip.hideText()


def test_an_undo_from_elsewhere_in_mid_drag_shows_what_it_brought_back(hand):
    hand.drag(hand.body("c"), hand.body("c") + QPoint(0, 40))
    hand.press(hand.body("c"))
    hand.drag_to(hand.body("c") + QPoint(0, 60))
    hand.document.undo_stack.undo()
    assert hand.view.gesture is None
    assert hand.document.positions == {}
    after = hand.view.nodes.positions()
    hand.view.nodes.rebuild()
    assert hand.view.nodes.positions() == after


def test_ctrl_z_in_mid_gesture_waits_for_its_end(hand):
    hand.drag(hand.body("c"), hand.body("c") + QPoint(0, 40))
    steps = hand.document.undo_stack.index()
    hand.press(hand.body("c"))
    hand.drag_to(hand.body("c") + QPoint(0, 60))
    hand.key(KEY.Key_D, CTRL)
    assert hand.document.undo_stack.index() == steps
    hand.release(hand.body("c"))
    assert hand.document.undo_stack.index() == steps + 1
