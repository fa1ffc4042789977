"""Points drawn right on the output, while the network trains on them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.datasets import DATASETS
from core.hyperparameters import Hyperparameters
from tests.app.training_tab import choose, click, find, idle, start

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def draw(qtbot, tab):
    """Draws along places of the plane, on the output, by hand."""
    tab.resize(1280, 800)
    idle(qtbot, tab)
    click(qtbot, tab, "draw_button")
    canvas = tab.view.output
    assert canvas.isVisible()

    def drawn(*places, button=LEFT, release=True):
        area = canvas.map_area()
        side = area.width() / 12
        pixels = [(area.center() + QPoint(round(x * side), round(-y * side))).toPoint()
                  for x, y in places]  # fmt: skip
        QTest.mousePress(canvas, button, NONE, pixels[0])
        for pixel in pixels[1:]:
            QTest.mouseMove(canvas, pixel)
        if release:
            QTest.mouseRelease(canvas, button, NONE, pixels[-1])

    return drawn


def points(tab):
    return tab.setup.own.points


def test_a_stroke_changes_what_the_network_is_training_on(qtbot, tab, draw):
    before = tab.view.output.image.copy()
    start(qtbot, tab)
    run = tab._runs.current
    draw((-4, 5), (4, 5), release=False)
    qtbot.waitUntil(lambda: tab.setup.dataset == "own")  # before the stroke is over
    seen = tab.step
    qtbot.waitUntil(lambda: tab.step > seen)
    QTest.mouseRelease(tab.view.output, LEFT, NONE)
    assert (tab.is_running, tab._runs.current) == (True, run)
    new = points(tab)[500:]
    assert len(new) > 10
    assert {target for *_place, target in new} == {1.0}
    assert max(abs(y - 5) for _x, y, _target in new) < 0.6
    qtbot.waitUntil(lambda: len(tab._scene.train.inputs) == (500 + len(new)) // 2)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    assert tab.view.output.image != before
    assert Hyperparameters.from_dict(tab._document.settings).own == tab.setup.own
    click(qtbot, tab, "draw_done")
    assert not find(tab, "draw_bar").isVisible()


def test_strokes_are_taken_back_one_by_one_and_their_steps_come_back_too(qtbot, tab, draw):
    draw((-4, 5), (4, 5))
    first = points(tab)
    draw((0, 0), (0.1, 0), button=RIGHT)
    erased = points(tab)
    assert 0 < len(erased) < len(first)
    assert all(np.hypot(x, y) > 0.5 for x, y, _target in erased)
    QTest.keyClick(tab.view.output, "2")
    draw((0, 0), (1, 0))
    assert points(tab)[-1][-1] == -1.0
    stack = tab.undo_stack
    assert [stack.text(i) for i in range(3)] == ["Draw points", "Erase points", "Draw points"]
    stack.undo()
    assert points(tab) == erased
    stack.undo()
    stack.undo()
    assert (tab.setup.dataset, find(tab, "draw_bar").isVisible()) == ("circle", True)
    stack.redo()
    assert points(tab) == first


def test_escape_gives_up_a_stroke_and_then_leaves(tab, draw):
    draw((-4, 5), (4, 5))
    first = points(tab)
    draw((-4, -5), (4, -5), release=False)
    QTest.keyClick(tab.view.output, Qt.Key.Key_Escape)
    assert points(tab) == first
    QTest.mouseRelease(tab.view.output, LEFT, NONE)
    assert (points(tab), tab.undo_stack.count()) == (first, 1)
    QTest.keyClick(tab.view.output, Qt.Key.Key_Escape)
    assert not find(tab, "draw_bar").isVisible()


def test_points_of_one_class_wait_on_the_map_until_there_are_others(qtbot, tab, draw):
    click(qtbot, tab, "draw_clear")
    assert tab.setup.dataset == "circle"
    draw((-4, 3), (4, 3))
    shown = tab.draw_mode._brush.shown
    assert "orange" in shown.message
    choose(tab, "activation", "relu")
    click(qtbot, tab, "draw_orange")
    draw((-4, -3), (4, -3))
    assert shown.message == ""
    assert {np.sign(y) == target for _x, y, target in points(tab)} == {True}
    tab.undo_stack.undo()
    assert "orange" in shown.message
    assert len(shown.points) > 10


def test_values_are_drawn_for_a_regression(qtbot, tab, draw):
    choose(tab, "dataset", "plane")
    find(tab, "draw_value").setValue(-10)
    assert not find(tab, "draw_orange").isVisible()
    draw((0, 0), (3, 3))
    assert {target for *_place, target in points(tab)[1200:]} == {-0.5}
    assert (tab.setup.row.problem, tab.setup.output) == ("regression", "linear")
    idle(qtbot, tab)


def test_points_are_drawn_and_erased_by_the_keyboard_on_an_empty_plane(qtbot, tab):
    choose(tab, "dataset", "lecture")  # of three inputs
    idle(qtbot, tab)
    click(qtbot, tab, "own_draw")
    canvas, drawing = tab.view.output, tab.draw_mode._brush.drawing
    assert canvas.isVisible()
    assert drawing.points == ()
    find(tab, "draw_size").setValue(0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Space):
        QTest.keyClick(canvas, key)
    assert drawing.points == ((0.5, 0.25, 1.0),)
    for key in ("2", Qt.Key.Key_Left, Qt.Key.Key_Space):
        QTest.keyClick(canvas, key)
    assert points(tab) == ((0.5, 0.25, 1.0), (0.25, 0.25, -1.0))
    for key in ("e", Qt.Key.Key_Space):
        QTest.keyClick(canvas, key)
    assert drawing.points == ((0.5, 0.25, 1.0),)
    idle(qtbot, tab)


def test_other_data_is_drawn_on_at_once_and_a_curve_ends_drawing(qtbot, tab, draw):
    choose(tab, "dataset", "moons")
    draw((-4, 5), (4, 5))
    plane = tab.setup.own.plane
    assert plane == DATASETS["moons"].domain == tab.setup.row.domain
    new = points(tab)[500:]
    assert len(new) > 10
    assert {abs(y - (plane.bottom + 11 / 12 * (plane.top - plane.bottom))) < 0.2
            for _x, y, _target in new} == {True}  # fmt: skip
    assert Hyperparameters.from_dict(tab._document.settings).own == tab.setup.own
    choose(tab, "dataset", "wave")
    assert not find(tab, "draw_bar").isVisible()
    idle(qtbot, tab)
    assert tab.view.outputs.currentWidget() is tab.view.outputs.curve


def test_values_are_drawn_on_the_curve_of_a_function(qtbot, tab):
    tab.resize(1280, 800)
    choose(tab, "dataset", "wave")
    idle(qtbot, tab)
    click(qtbot, tab, "draw_button")
    canvas = tab.view.outputs.curve
    assert canvas.isVisible()
    assert not find(tab, "draw_value").isVisible()
    area, given = canvas.map_area(), len(tab.draw_mode._brush.drawing.points)

    def at(across, up):
        return (area.bottomLeft() + QPointF(across * area.width(), -up * area.height())).toPoint()

    def stroke(button, *places):
        QTest.mousePress(canvas, button, NONE, at(*places[0]))
        for place in places[1:]:
            QTest.mouseMove(canvas, at(*place))

    stroke(LEFT, (0.2, 0.9), (0.8, 0.9))
    QTest.mouseRelease(canvas, LEFT, NONE, at(0.8, 0.9))
    plane, new = tab.setup.own.plane, points(tab)[given:]
    assert (tab.setup.row.problem, tab.setup.row.features) == ("regression", 1)
    assert tab.setup.row.domain == plane
    assert len(new) > 10
    shares = [(y - plane.bottom) / (plane.top - plane.bottom) for _x, y in new]
    assert min(shares) > 0.75
    stroke(LEFT, (0.5, 0.1), (0.6, 0.1))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, LEFT, NONE, at(0.6, 0.1))
    assert points(tab)[given:] == new
    stroke(RIGHT, (0.2, 0.9), (0.8, 0.9))
    QTest.mouseRelease(canvas, RIGHT, NONE, at(0.8, 0.9))
    assert set(points(tab)).isdisjoint(new)
    assert Hyperparameters.from_dict(tab._document.settings).own == tab.setup.own
    tab.undo_stack.undo()
    assert points(tab)[given:] == new
    tab.undo_stack.undo()
    assert tab.setup.dataset == "wave"
    assert len(tab.draw_mode._brush.drawing.points) == given
    idle(qtbot, tab)
