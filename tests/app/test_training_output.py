"""The output panel: contours, the worst points, the surface and its residuals, curves."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app import theme
from tests.app.training_tab import choose, click, find, idle, start


def trained(qtbot, tab, steps=200):
    start(qtbot, tab, steps)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)


def hover(qtbot, widget, place):
    for step in (QPoint(1, 0), QPoint(0, 0)):
        qtbot.mouseMove(widget, place - step)


def test_contours_lie_where_the_answer_has_their_level(qtbot, tab):
    trained(qtbot, tab)
    before = tab.view.output.grab().toImage()
    click(qtbot, tab, "output_contours")
    lines = dict(tab.view.output._contours)
    output = tab.snapshot.picture.output
    for line in lines[0.0]:
        column, row = 100 * line.x1() - 0.5, 100 * line.y1() - 0.5
        i, j = int(row), int(column)
        around = output[i : i + 2, j : j + 2]
        assert around.min() <= 0.0 <= around.max()
    assert lines[0.0]
    assert tab.view.output.grab().toImage() != before
    click(qtbot, tab, "output_contours")
    assert tab.view.output.grab().toImage() == before


def test_an_input_that_is_pointed_at_is_shown_large(qtbot, tab):
    idle(qtbot, tab)
    network, output = tab.view.network, tab.view.output
    hover(qtbot, network, network.square(0, 1).center().toPoint())
    image = output.image
    assert image.pixelColor(3, 5) == image.pixelColor(image.width() - 3, 5)  # X₂ only
    assert image.pixelColor(5, 3) != image.pixelColor(5, image.height() - 3)


def test_the_worst_points_are_those_with_the_largest_losses(qtbot, tab):
    trained(qtbot, tab)
    click(qtbot, tab, "output_worst")
    snapshot, scene, output = tab.snapshot, tab._scene, tab.view.output
    losses = 0.5 * (snapshot.train.outputs - scene.train.targets) ** 2
    np.testing.assert_allclose(snapshot.train.losses, losses)
    assert snapshot.train.losses.mean() == pytest.approx(snapshot.train_loss)
    if find(tab, "show_test").isChecked():
        click(qtbot, tab, "show_test")
    place = output._place_of(output.map_area(), False, int(losses.argmax()))
    picture = output.grab().toImage()
    # All around, since the ring of a neighbour may lie over a part of this one.
    angles = np.linspace(0, 2 * np.pi, 60)
    around = [QPointF(9 * np.cos(a), 9 * np.sin(a)) for a in angles]
    ring = [picture.pixelColor((place + offset).toPoint()) for offset in around]
    error = theme.current().color("error")
    assert any(abs(color.red() - error.red()) < 30 > abs(color.blue() - error.blue())
               for color in ring)  # fmt: skip


def test_a_point_under_the_pointer_tells_target_output_and_loss(qtbot, tab):
    output = tab.view.output
    idle(qtbot, tab)
    place = output._place_of(output.map_area(), False, 3).toPoint()
    hover(qtbot, output, place)
    told = output._told_of_point(output.map_area())
    assert "training point" in told
    assert "target" in told
    assert "loss" in told


def test_a_logistic_run_tells_probabilities(qtbot, tab):
    choose(tab, "loss", "logistic")
    qtbot.waitUntil(lambda: tab.snapshot.setup.loss == "logistic")
    told = []
    tab.view.output.pointed_at.connect(told.append)
    idle(qtbot, tab)
    hover(qtbot, tab.view.output, tab.view.output.map_area().center().toPoint() + QPoint(30, 30))
    assert told[-1].startswith("probability 0.")


def test_the_surface_turns_and_has_residuals(qtbot, tab):
    choose(tab, "dataset", "plane")
    find(tab, "output_looks").setValue("surface")
    qtbot.waitUntil(lambda: tab._scene.setup.dataset == "plane")
    trained(qtbot, tab)
    surface = tab.view.outputs.surface
    assert surface.isVisible()
    points = surface._points(tab._scene.train, tab._scene.train.targets)
    np.testing.assert_allclose(points[:, 2] * surface._top, tab._scene.train.targets)
    before, turn = surface.grab().toImage(), surface.turn
    middle = surface.rect().center()
    QTest.mousePress(surface, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(surface, middle + QPoint(40, 10))
    QTest.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 10))
    assert surface.turn != turn
    assert surface.grab().toImage() != before
    QTest.keyClick(surface, Qt.Key.Key_Right)
    screen, near = surface.project(np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]))
    assert screen[1, 1] < screen[0, 1]  # higher up
    assert near[1] > near[0]


def test_a_function_of_one_input_is_a_curve_with_residuals(qtbot, tab):
    choose(tab, "dataset", "wave")
    qtbot.waitUntil(lambda: tab._scene.setup.dataset == "wave")
    trained(qtbot, tab)
    view = tab.view.outputs.curve
    assert view.isVisible()
    assert not find(tab, "output_looks").isEnabled()
    curve, area, (*_x, low, high) = view.curve(), view.map_area(), view._plane()
    row = tab.snapshot.picture.output[0]
    for k in (0, 50, 99):
        expected = area.bottom() - (row[k] - low) / (high - low) * area.height()
        assert curve.at(k).y() == pytest.approx(expected)
    session_answer = tab.snapshot.train.outputs[0]
    x = tab._scene.train.inputs[0, 0]
    grid = -6 + (np.arange(100) + 0.5) * 0.12
    assert np.interp(x, grid, row) == pytest.approx(session_answer, abs=0.02)
    told = []
    view.pointed_at.connect(told.append)
    hover(qtbot, view, area.center().toPoint())
    assert told[-1].startswith("output ")
    view.grab()
    choose(tab, "dataset", "circle")
    qtbot.waitUntil(lambda: tab.view.output.isVisible())


def test_the_sample_of_slow_motion_is_marked(qtbot, tab):
    find(tab, "step_by").setValue("sample")
    idle(qtbot, tab)
    before = tab.view.output.grab().toImage()
    click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: tab.snapshot.sample is not None)
    idle(qtbot, tab)
    assert tab.view.output.grab().toImage() != before
