"""Undo in the training tab: set-ups, and the runs that they led to."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from app.main_window import MainWindow
from tests.app.training_tab import choose, click, find, idle, start

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def texts(tab):
    return [tab.undo_stack.text(i) for i in range(tab.undo_stack.count())]


def trained(qtbot, tab, steps=60):
    start(qtbot, tab, steps)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)


def test_a_network_that_a_new_neuron_replaced_comes_back_with_its_weights(qtbot, tab):
    trained(qtbot, tab)
    weights, step, setup = tab.snapshot.parameters, tab.step, tab.setup
    click(qtbot, tab, "add_neuron_1")
    idle(qtbot, tab)
    assert tab.setup.hidden == (5, 2)
    choose(tab, "dataset", "xor")
    idle(qtbot, tab)
    assert texts(tab) == ["Hidden layers 5-2", "Data Exclusive or"]
    tab.undo_stack.undo()
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert (tab.setup, tab.step) == (setup, step)
    assert np.array_equal(tab.snapshot.parameters, weights)
    assert tab._document.settings["hidden"] == [4, 2]
    tab.undo_stack.redo()
    idle(qtbot, tab)
    assert tab.setup.hidden == (5, 2)


def test_what_training_goes_on_with_is_taken_back_while_it_goes_on(qtbot, tab):
    start(qtbot, tab)
    choose(tab, "optimizer", "adam")
    find(tab, "learning_rate").setValue(0.2)
    tab.undo_stack.undo()
    assert (tab.setup.learning_rate, tab.setup.optimizer.name) == (0.03, "adam")
    tab.undo_stack.undo()
    assert tab.setup.optimizer.name == "sgd"
    assert tab.is_running
    before = tab.step
    qtbot.waitUntil(lambda: tab.step > before > 0)
    click(qtbot, tab, "train_button")


def test_one_drag_is_one_step_and_leaves_no_runs_behind(qtbot, tab):
    tab.resize(1280, 800)
    trained(qtbot, tab)
    slider = find(tab, "noise").slider
    y = slider.height() // 2
    QTest.mousePress(slider, LEFT, NONE, QPoint(8, y))
    for x in range(12, slider.width() - 10, 8):
        QTest.mouseMove(slider, QPoint(x, y))
    QTest.mouseRelease(slider, LEFT, NONE, QPoint(slider.width() - 10, y))
    assert tab.setup.noise > 30
    assert len(texts(tab)) == 1
    assert len(tab._runs.earlier) == 1
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert tab.setup.noise == 0
    assert tab.step >= 60


def test_reset_and_a_fork_are_taken_back(qtbot, tab):
    trained(qtbot, tab)
    step = tab.step
    click(qtbot, tab, "reset_button")
    assert tab.step == 0
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert tab.step == step
    tab.seek(30)
    idle(qtbot, tab)
    tab.fork()
    idle(qtbot, tab)
    assert tab.step == 30
    assert tab.undo_stack.undoText() == "Fork at step 30"
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert tab.step == step


def test_a_weight_is_taken_back(qtbot, tab):
    idle(qtbot, tab)
    before = tab.snapshot.parameters
    for value in (1.25, -0.5):
        tab.view.network.edited.emit(3, value)
        idle(qtbot, tab)
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert tab.snapshot.parameters[3] == 1.25
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert np.array_equal(tab.snapshot.parameters, before)
    tab.undo_stack.redo()
    idle(qtbot, tab)
    assert tab.snapshot.parameters[3] == 1.25
    assert texts(tab) == ["Weight 1.25", "Weight −0.5"]


def test_a_change_in_the_past_is_taken_back_to_where_it_was(qtbot, tab):
    find(tab, "learning_rate").setValue(0.1)
    trained(qtbot, tab)
    find(tab, "learning_rate").setValue(0.2)
    idle(qtbot, tab)
    step = tab.step
    tab.seek(30)
    idle(qtbot, tab)
    assert tab.setup.learning_rate == 0.1
    tab.undo_stack.undo()
    idle(qtbot, tab)
    assert (tab.setup.learning_rate, tab.step) == (0.1, step)
    assert len(tab._runs.earlier) == 0


@pytest.mark.usefixtures("qapp")
def test_undo_is_of_the_tab_that_shows(qtbot):
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.document.add_node("value")
    window.tabs.setCurrentIndex(1)
    undo = window.findChild(QAction, "action_undo")
    assert not undo.isEnabled()
    choose(window.training, "activation", "relu")
    assert undo.text() == "Undo Activation relu"
    undo.trigger()
    assert window.training.setup.activation == "tanh"
    window.tabs.setCurrentIndex(0)
    assert undo.text() == "Undo Add value"
    undo.trigger()
    assert not window.document.graph.nodes
    idle(qtbot, window.training)
