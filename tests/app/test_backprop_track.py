"""The debugger's bar: its track, breakpoints, menu and room."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app import fonts, theme
from app.backprop.track import StepTrack
from tests.app.walk import LEFT, id_of, marks, shown


@pytest.fixture
def is_training_deferred() -> bool:
    return True


def test_the_track_is_pressed_and_dragged(window, debugger, qtbot):
    track = window.findChild(StepTrack, "backprop_track")
    stops = [track.stop_position(place).toPoint() for place in range(8)]
    assert stops == sorted(stops, key=QPoint.x)
    qtbot.mousePress(track, LEFT, pos=stops[2])
    assert debugger.place == 2
    for place in (3, 6, 4):
        qtbot.mouseMove(track, stops[place])
        assert debugger.place == place
    qtbot.mouseMove(track, QPoint(track.width() + 50, 0))
    assert debugger.place == 7
    qtbot.mouseMove(track, QPoint(-50, 0))
    assert debugger.place == 0
    qtbot.mouseRelease(track, LEFT, pos=stops[0])
    qtbot.mouseMove(track, stops[5])
    assert debugger.place == 0


def test_the_track_has_keys_of_its_own(window, debugger, qtbot):
    track = window.findChild(StepTrack, "backprop_track")
    track.setFocus()
    for key, place in (
        (Qt.Key.Key_End, 7), (Qt.Key.Key_Left, 6), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Right, 1),
    ):  # fmt: skip
        qtbot.keyClick(track, key)
        assert debugger.place == place


def test_f9_sets_a_breakpoint_at_which_playing_stops(window, debugger, press, qtbot):
    document = window.document
    d = id_of(window, "d")
    document.select([d])
    view = window.build_tab.node_editor.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F9)
    assert document.extras[f"breakpoint:{d}"] is True
    assert marks(window).breakpoints == {d}
    debugger.set_speed(50.0)
    for place in (1, 5):
        press("play")
        qtbot.waitUntil(lambda: not debugger.is_playing)
        assert (debugger.place, debugger.current) == (place, d)
    document.undo_stack.undo()
    assert not debugger.breakpoints
    document.undo_stack.redo()
    assert debugger.breakpoints == {d}
    document.select([])
    qtbot.keyClick(view, Qt.Key.Key_F9)  # of the present step
    assert not debugger.breakpoints


def test_a_click_on_a_nodes_corner_sets_and_clears_a_breakpoint(window, debugger, qtbot):
    view = window.build_tab.node_editor.view
    e = id_of(window, "e")
    view.fit_all(animated=False)
    corner = view.mapFromScene(view.nodes.boxes[e].position)
    before = dict(window.document.positions)
    for expected in ({e}, set()):
        qtbot.mouseMove(view.viewport(), corner + QPoint(2, 2))
        qtbot.mouseClick(view.viewport(), LEFT, pos=corner + QPoint(2, 2))
        assert debugger.breakpoints == expected == marks(window).breakpoints
    assert window.document.positions == before
    qtbot.mousePress(view.viewport(), LEFT, pos=corner + QPoint(2, 2))
    qtbot.mouseMove(view.viewport(), corner + QPoint(60, 40))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=corner + QPoint(60, 40))
    assert window.document.positions != before
    assert not debugger.breakpoints


def test_breakpoints_show_on_the_track_and_can_all_be_cleared(window, debugger):
    menu = window.findChild(QMenu, "backprop_menu")
    for name in "ed":
        debugger.toggle_breakpoint([id_of(window, name)])
    track = window.findChild(StepTrack, "backprop_track")
    mark = track.stop_position(1).toPoint() - QPoint(0, 11)
    assert track.grab().toImage().pixelColor(mark) == theme.current().color("error")
    menu.aboutToShow.emit()
    next(a for a in menu.actions() if a.text() == "Clear all breakpoints").trigger()
    assert not debugger.breakpoints
    assert track.grab().toImage().pixelColor(mark) != theme.current().color("error")


def test_edge_by_edge_each_input_is_a_stop(window, debugger):
    menu = window.findChild(QMenu, "backprop_menu")
    debugger.go_to(6)
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    actions["A step for each input, edge by edge"].trigger()
    assert debugger.caption == "Step 9 of 11"
    assert shown(window) == "a.grad += b × e.grad = −3 × −2 = 6"
    debugger.forward()
    assert shown(window) == "b.grad += a × e.grad = 2 × −2 = −4"


def test_the_menu_lists_every_command_with_its_key(window):
    keys = {
        name: window.findChild(QAction, f"action_{name}").shortcut().toString()
        for name in (
            "backprop_step", "backprop_back", "backprop_play", "backprop_first", "backprop_last",
            "backprop_leave", "breakpoint",
        )
    }  # fmt: skip
    assert keys == {
        "backprop_step": "F10", "backprop_back": "Shift+F10", "backprop_play": "F8",
        "backprop_first": "Ctrl+Shift+F10", "backprop_last": "Ctrl+F10",
        "backprop_leave": "Shift+F8", "breakpoint": "F9",
    }  # fmt: skip


@pytest.mark.parametrize("place", [None, 6, 7, "by hand"])
def test_nothing_in_the_bar_overlaps(window, debugger, place):
    if place == "by hand":
        debugger.set_by_hand(True)
        debugger.forward()
    elif place is not None:
        debugger.go_to(place)
    bar = window.build_tab.transport
    for width, scale in (
        (1920, 1.0),
        (1280, 1.0),
        (1024, 1.0),
        (640, 1.0),
        (1280, 1.35),
        (1280, 1.5),
    ):
        fonts.set_scale(scale)
        window.resize(width, 800)
        QApplication.processEvents()
        shown = [
            child.rect().translated(child.mapTo(bar, QPoint(0, 0)))
            for child in bar.findChildren(QWidget)
            if child.isVisible() and not child.findChildren(QWidget)
        ]
        assert len(shown) > 8
        assert bar.width() == window.build_tab.width() - 16 or width == 1920
        assert all(bar.rect().contains(rect) for rect in shown), (width, scale)
        for i, rect in enumerate(shown):
            assert not any(rect.intersects(other) for other in shown[:i]), (width, scale)
