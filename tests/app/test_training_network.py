"""The network picture: weights and biases edited in place, activations, what links show."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from app.training import network_picture
from app.training.link_motion import SPEED, LinkMotion
from app.training.network_layout import NetworkLayout
from core.network.stored import by_layer
from tests.app.training_tab import click, find, idle, start


def press(qtbot, widget, place):
    for step in (QPoint(1, 0), QPoint(0, 0)):
        qtbot.mouseMove(widget, place - step)
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)


def type_value(field, text):
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_weight_is_edited_by_a_click_on_its_link(qtbot, tab):
    network = tab.view.network
    idle(qtbot, tab)
    ends = [network.square(0, 0).center(), network.square(1, 0).center()]
    start_of, end_of = network.square(0, 0), network.square(1, 0)
    x = (start_of.right() + end_of.left()) / 2
    press(qtbot, network, QPointF(x, sum(e.y() for e in ends) / 2).toPoint())
    editor = find(tab, "parameter_editor")
    assert editor.isVisible()
    index, field = editor.parameter.index, find(tab, "parameter_value")
    assert field.value() == tab.snapshot.parameters[index]
    type_value(field, "1.25")
    qtbot.waitUntil(lambda: tab.snapshot.parameters[index] == 1.25)
    others = np.delete(tab.snapshot.parameters, index)
    start(qtbot, tab, 5)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    tab.seek(0)
    qtbot.waitUntil(lambda: tab.snapshot.step == 0)
    assert tab.snapshot.parameters[index] == 1.25
    np.testing.assert_array_equal(np.delete(tab.snapshot.parameters, index), others)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not editor.isVisible()


def test_a_bias_is_edited_at_its_dot_and_by_keys(qtbot, tab):
    network = tab.view.network
    idle(qtbot, tab)
    layout = network._layout
    press(qtbot, network, layout.bias_dot(1, 2).center().toPoint())
    field = find(tab, "parameter_value")
    type_value(field, "-0.5")
    qtbot.waitUntil(lambda: by_layer((2, 4, 2, 1), tab.snapshot.parameters)[0][1][2] == -0.5)
    find(tab, "parameter_editor").hide()
    network.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_B):
        QTest.keyClick(network, key)
    assert find(tab, "parameter_editor").parameter.title == "output"
    type_value(field, "2")
    qtbot.waitUntil(lambda: 2.0 in tab.snapshot.parameters)


def test_a_click_on_a_neuron_wants_it_in_the_graph_view(qtbot, tab):
    wanted = []
    tab.neuron_wanted.connect(lambda layer, neuron: wanted.append((layer, neuron)))
    network = tab.view.network
    press(qtbot, network, network.square(2, 1).center().toPoint())
    press(qtbot, network, network.square(0, 0).center().toPoint())
    press(qtbot, network, network.square(3, 0).center().toPoint())
    assert wanted == [(1, 1), (2, 0)]


def test_the_activation_of_one_layer_changes_while_it_trains(qtbot, tab):
    start(qtbot, tab, 20)
    button = find(tab, "activation_2")
    assert button.text() == "tanh"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    menu = find(tab, "activation_menu", QMenu)
    (action,) = [a for a in menu.actions() if a.text() == "relu"]
    action.trigger()
    menu.close()
    assert tab.setup.activations == ("tanh", "relu")
    assert tab.is_running
    step = tab.step
    qtbot.waitUntil(lambda: tab.snapshot.setup == tab.setup and tab.step > step)
    qtbot.waitUntil(lambda: button.text() == "relu")
    click(qtbot, tab, "train_button")
    click(qtbot, tab, "add_layer")
    assert tab.setup.activations == ("tanh", "relu", "relu")
    for _ in range(4):
        click(qtbot, tab, "remove_neuron_1")
    assert tab.setup.hidden == (2, 2)
    assert tab.setup.activations == ("relu", "relu")


def test_links_show_the_last_update(qtbot, tab):
    start(qtbot, tab, 20)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    find(tab, "links_show").setValue("update")
    network = tab.view.network
    shown = network._numbers(0)
    np.testing.assert_array_equal(shown, by_layer((2, 4, 2, 1), tab.snapshot.update)[0][0].ravel())
    assert np.abs(shown).max() > 0
    before = tab.snapshot.parameters
    click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: not np.array_equal(tab.snapshot.parameters, before))
    np.testing.assert_array_equal(tab.snapshot.parameters - before, tab.snapshot.update)


@pytest.mark.parametrize("hidden", [(), (64,) * 3, (3,) * 10])
def test_networks_of_every_size_are_drawn_without_overlap(qtbot, tab, hidden):
    tab.apply({"hidden": hidden})
    qtbot.waitUntil(lambda: tab._scene.setup.hidden == hidden)
    layout, area = tab.view.network._layout, tab.view.network.rect()
    for column in layout.columns:
        for above, below in pairwise(column):
            assert above.bottom() <= below.top()
        assert area.contains(column[0].toAlignedRect())
        assert area.contains(column[-1].toAlignedRect())
    for left, right in pairwise(layout.columns):
        assert left[0].right() < right[0].left()
    buttons = [
        w
        for w in tab.view.network.findChildren(QWidget)
        if w.objectName().startswith(("add_neuron", "remove_neuron")) and w.isVisible()
    ]
    boxes = [b.geometry() for b in buttons]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_a_layer_gets_its_own_rate_and_a_wrong_number_of_them_is_refused(qtbot, tab):
    idle(qtbot, tab)
    field, before = find(tab, "layer_rates"), tab.snapshot.parameters
    field.setFocus()
    QTest.keyClicks(field, "1, 2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.property("refused")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.property("refused")) == ("", False)
    QTest.keyClicks(field, "0, 0.1, 1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert tab.setup.rate_factors == (0.0, 0.1, 1.0)
    tab.make_step()
    qtbot.waitUntil(lambda: tab.snapshot.step == 1)
    kept = tab.snapshot.parameters == before
    assert kept[:12].all()  # the first layer's, which do not move
    assert not kept[12:].any()
    assert tab.setup.changed(hidden=(4,)).rate_factors == (0.0, 1.0)


def test_dashes_run_along_the_strong_links_the_way_signals_go():
    motion = LinkMotion(NetworkLayout((2, 4, 1), 600, 400, 20))
    motion.choose({0: [24, -20, 3, 2, 0, 1, 1, 1], 1: [25, 12, 0, 0]})  # 25 is not a number
    moment = 7.0
    motion.move(moment, is_backward=False)

    def begins():
        lines = np.concatenate([lines for _width, lines in motion.dashes()])
        assert (lines[:, 1, 0] > lines[:, 0, 0]).all()
        return np.sort(lines[:, 0, 0])

    at_first = begins()
    assert len(at_first) > 12
    assert motion.move(moment + 0.05, is_backward=False)
    between = begins()[1:-2]
    ahead = between - at_first[np.searchsorted(at_first, between) - 1]
    assert np.median(ahead) == pytest.approx(0.05 * SPEED, abs=0.6)
    assert motion.move(moment + 0.1, is_backward=True)
    np.testing.assert_allclose(begins(), at_first, atol=0.6)


def test_dashes_show_only_while_it_trains_and_can_be_turned_off(qtbot, tab):
    network, button = tab.view.network, find(tab, "links_motion")
    wait = qtbot.waitUntil
    tab.change_speed(1e-3, False)  # one step, and none for the rest of the test
    start(qtbot, tab, 1)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    still = network.grab().toImage()
    click(qtbot, tab, "train_button")
    wait(lambda: network.grab().toImage() != still)
    seen = network.grab().toImage()
    wait(lambda: network.grab().toImage() not in (seen, still))
    click(qtbot, tab, "links_motion")
    wait(lambda: network.grab().toImage() == still)
    click(qtbot, tab, "links_motion")
    wait(lambda: network.grab().toImage() != still)
    click(qtbot, tab, "train_button")
    wait(lambda: network.grab().toImage() == still)
    assert button.isChecked()
    tab.apply({"hidden": (9, 8)})  # 72 links from layer to layer
    wait(lambda: not button.isEnabled())
    tab.apply({"hidden": (8, 8)})
    wait(lambda: button.isEnabled())


def test_nothing_moves_where_the_system_asks_for_that(qtbot, monkeypatch):
    monkeypatch.setattr(network_picture, "animations_wanted", lambda: False)
    picture = network_picture.NetworkPicture()
    qtbot.addWidget(picture)
    assert not picture.shows_motion
