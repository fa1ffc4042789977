"""How nodes look, and looking around the canvas: zoom, pan, menus, finding, the screen reader."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from app import theme
from core.graph import Port
from tests.app.hand import CTRL, LEFT, MIDDLE, NONE, SHIFT

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
