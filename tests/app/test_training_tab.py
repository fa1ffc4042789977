"""The training tab, by its own widgets: train, pause, reset, the set-up, the pictures."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit

from app.training.tab import TrainingTab
from core.hyperparameters import PRESETS
from core.optim import Adam
from core.session import Session
from tests.app.building import without_style_sheet
from tests.app.training_tab import choose, click, curve, find, idle, start

# ----- running ------------------------------------------------------------------------------


def test_training_goes_on_until_it_is_paused(qtbot, tab):
    start(qtbot, tab)
    assert find(tab, "train_button").text() == "Pause"
    click(qtbot, tab, "train_button")
    assert not tab.is_running
    assert find(tab, "train_button").text() == "Train"
    idle(qtbot, tab)
    assert tab.losses.dtype == np.float64
    assert len(tab.losses) == tab.step
    # Not to the last bit: the NumPy tape may have served before the kernels were ready.
    np.testing.assert_allclose(tab.losses, Session(tab.setup).run(tab.step), rtol=1e-12)


def test_the_activity_is_told_while_it_trains_and_not_longer(qtbot, tab):
    told = []
    tab.activity_changed.connect(told.append)
    for button in ("train_button", "step_button", "reset_button"):
        start(qtbot, tab)
        qtbot.waitUntil(lambda: bool(told) and told[-1].startswith("training"))
        click(qtbot, tab, button)
        qtbot.waitUntil(lambda: told[-1] == "")
    idle(qtbot, tab)
    assert told[-1] == ""


def test_a_step_is_one_update(qtbot, tab):
    click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: tab.step == 1)
    click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: tab.step == 2)
    assert not tab.is_running
    assert tab.view.run_bar.steps.text() == "2"


def test_each_of_several_quick_clicks_makes_its_step(qtbot, tab, monkeypatch):
    monkeypatch.setattr("app.training.tab.STEP_WAIT", 0.0)
    tab.take_setup(replace(tab.setup, hidden=(64, 64, 64), points=1000, batch_size=None))
    idle(qtbot, tab)
    for _ in range(20):  # quicker than the steps are
        find(tab, "step_button", QAbstractButton).click()
    idle(qtbot, tab)
    assert tab.step == 20


def test_reset_goes_back_to_the_same_weights(qtbot, tab):
    before = tab.snapshot.parameters
    start(qtbot, tab)
    losses = tab.losses[:20]
    click(qtbot, tab, "reset_button")
    assert not tab.is_running
    assert tab.step == 0
    assert len(tab.losses) == 0
    qtbot.waitUntil(lambda: tab.snapshot.step == 0)
    np.testing.assert_array_equal(tab.snapshot.parameters, before)
    start(qtbot, tab)
    np.testing.assert_array_equal(tab.losses[:20], losses)


def test_new_start_draws_other_weights(qtbot, tab):
    before = tab.snapshot.parameters
    click(qtbot, tab, "new_start")
    assert tab.setup.seed == 1
    qtbot.waitUntil(lambda: not np.array_equal(tab.snapshot.parameters, before))


@pytest.mark.parametrize("how", ["pause", "reset", "document"])
def test_the_worker_stops(qtbot, tab, document, how):
    start(qtbot, tab)
    if how == "document":
        document.new()
    else:
        click(qtbot, tab, "train_button" if how == "pause" else "reset_button")
    assert not tab.is_running
    qtbot.waitUntil(lambda: tab._runner._thread is None or not tab._runner.is_running)
    idle(qtbot, tab)


def test_shutting_down_stops_the_worker_and_the_display(qtbot, tab):
    start(qtbot, tab)
    thread = tab._runner._thread
    tab.shutdown()
    thread.join(20.0)
    assert not thread.is_alive()
    assert not tab.is_running
    assert not tab._timer.isActive()


def test_the_rate_changes_in_mid_run_without_a_reset(qtbot, tab):
    start(qtbot, tab)
    rate = find(tab, "learning_rate")
    told = []
    rate.valueChanged.connect(told.append)
    before = tab.step
    rate.setValue(0.1)
    assert told == [0.1]
    assert rate.value() == tab.setup.learning_rate == 0.1
    assert tab.step >= before
    assert tab.is_running
    assert find(tab, "learning_rate_field").value() == 0.1
    qtbot.waitUntil(lambda: tab.snapshot.rate == 0.1)


def test_an_exact_rate_can_be_typed(qtbot, tab):
    field = find(tab, "learning_rate_field", QLineEdit)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "1/8")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert tab.setup.learning_rate == 0.125
    assert find(tab, "learning_rate").value() == 0.125


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf, -math.inf])
def test_impossible_rates_are_refused_in_words(tab, rate):
    find(tab, "learning_rate").setValue(rate)
    assert tab.setup.learning_rate == 0.03
    assert find(tab, "learning_rate").value() == 0.03
    assert "learning rate" in tab.view.toasts.toasts[-1].text


def test_a_rate_of_zero_trains_and_changes_nothing(qtbot, tab):
    find(tab, "learning_rate").setValue(0.0)
    before = tab.snapshot.parameters
    start(qtbot, tab)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    assert tab.snapshot.step == tab.step
    np.testing.assert_array_equal(tab.snapshot.parameters, before)


def diverge(qtbot, tab):
    choose(tab, "preset", "micrograd")
    start(qtbot, tab, 30)
    find(tab, "learning_rate").setValue(1e300)
    qtbot.waitUntil(lambda: tab.view.post_mortem.isVisible() and not tab.is_running)
    sentence = find(tab, "post_mortem_sentence", QLabel)
    qtbot.waitUntil(lambda: sentence.text().startswith("Step "))
    return sentence.text()


def test_divergence_stops_the_run_and_says_where_it_began(qtbot, tab):
    told = diverge(qtbot, tab)
    assert not math.isfinite(tab.losses[-1])
    assert np.isfinite(tab.losses[:-1]).all()
    assert "is inf" in told or "is −inf" in told or "is nan" in told
    assert "layer" in told or "the loss" in told
    idle(qtbot, tab)
    tab.grab()
    click(qtbot, tab, "close_post_mortem")
    click(qtbot, tab, "train_button")  # nothing to go on with: it says so again
    assert not tab.is_running
    assert tab.view.post_mortem.isVisible()
    wanted = []
    tab.neuron_wanted.connect(lambda layer, neuron: wanted.append((layer, neuron)))
    click(qtbot, tab, "show_divergence")
    ((layer, neuron),) = wanted
    is_in_loss = "the loss" in told and (layer, neuron) == (2, 0)
    assert f"layer {layer + 1}, neuron {neuron + 1}" in told or is_in_loss


def test_a_run_that_diverged_goes_on_from_its_last_good_step(qtbot, tab):
    diverge(qtbot, tab)
    losses = tab.losses
    click(qtbot, tab, "resume_lower")
    first = tab._runs.current.curves.first_step
    assert losses[first] <= 2 * losses[: first + 1].min()
    assert tab.setup.learning_rate == 0.1
    qtbot.waitUntil(lambda: tab.step > first + 20)
    assert np.isfinite(tab.losses).all()
    assert tab.setup.learning_rate == 0.1
    assert not tab.view.post_mortem.isVisible()
    click(qtbot, tab, "train_button")


def test_slow_motion_makes_a_step_at_a_time(qtbot, tab):
    find(tab, "speed").setValue("60/s")
    began = time.perf_counter()
    start(qtbot, tab, steps=12)
    assert time.perf_counter() - began > 0.1  # a slow machine only makes it longer


def test_training_behind_another_tab_keeps_curves_and_weights_right(qtbot, document):
    with without_style_sheet():
        hidden = TrainingTab(document)
    hidden.resize(1280, 720)
    click(qtbot, hidden, "train_button")
    qtbot.waitUntil(lambda: hidden.step > 30)
    qtbot.waitUntil(lambda: curve(hidden, "train").points()[0].size > 0)
    qtbot.waitUntil(lambda: document.model is not None)
    click(qtbot, hidden, "train_button")
    idle(qtbot, hidden)
    assert curve(hidden, "train").points()[0][-1] == hidden.step - 1
    assert document.settings["step"] == hidden.step
    hidden.shutdown()
    hidden.deleteLater()


# ----- the set-up ---------------------------------------------------------------------------


def test_controls_show_the_set_up_of_each_preset(qtbot, tab):
    for preset in PRESETS.values():
        choose(tab, "preset", preset.name)
        assert tab.setup == preset.setup
        assert find(tab, "dataset", QComboBox).currentData() == preset.setup.dataset
        assert find(tab, "activation", QComboBox).currentData() == preset.setup.activation
        assert find(tab, "loss", QComboBox).currentData() == preset.setup.loss
        assert find(tab, "optimizer", QComboBox).currentData() == preset.setup.optimizer.name
        assert find(tab, "hidden_layers").text() == ", ".join(map(str, preset.setup.hidden))
        assert find(tab, "learning_rate").value() == preset.setup.learning_rate
        assert find(tab, "preset", QComboBox).currentData() == preset.name
        qtbot.waitUntil(
            lambda setup=preset.setup: tab._scene is not None and tab._scene.setup == setup
        )
        start(qtbot, tab, 5)
        click(qtbot, tab, "reset_button")


def test_each_control_changes_its_part_of_the_set_up(qtbot, tab):
    find(tab, "noise").setValue(20)
    find(tab, "train_ratio").setValue(70)
    find(tab, "points").setValue(300)
    find(tab, "batch_size").setValue(25)
    find(tab, "l1").setValue(0.001)
    find(tab, "l2").setValue(0.01)
    find(tab, "seed").setValue(8)
    find(tab, "hidden_layers").setText("5, 3, 2")
    for name, key in (
        ("dataset", "xor"), ("activation", "relu"), ("init", "he"), ("loss", "logistic"),
        ("optimizer", "adam"), ("schedule", "cosine"), ("regularization", "loss"),
    ):  # fmt: skip
        choose(tab, name, key)
    find(tab, "schedule_steps").setValue(77)
    for name, value in (("beta1", 0.8), ("beta2", 0.99), ("epsilon", 1e-6), ("beta1", 1.5)):
        find(tab, name).setValue(value)  # the last one can't be
    click(qtbot, tab, "regenerate")
    find(tab, "feature_sin_x1").click()
    setup = tab.setup
    assert (setup.noise, setup.train_percent, setup.points) == (20.0, 70.0, 300)
    assert (setup.batch_size, setup.l1, setup.l2, setup.seed) == (25, 0.001, 0.01, 8)
    assert (setup.hidden, setup.dataset, setup.activation) == ((5, 3, 2), "xor", "relu")
    assert (setup.init, setup.loss, setup.optimizer.name) == ("he", "logistic", "adam")
    assert setup.optimizer == Adam(0.8, 0.99, 1e-6)
    assert not find(tab, "weight_decay").isVisible()
    assert (setup.schedule, setup.schedule_steps, setup.data_seed) == ("cosine", 77, 1)
    assert setup.features == ("x1", "x2", "sin_x1")
    assert setup.regularization == "loss"
    qtbot.waitUntil(lambda: tab._scene.setup.restarts(setup) is False)
    assert len(tab._scene.train.inputs) == 210


def test_shares_are_taken_for_percent(tab):
    find(tab, "train_ratio").setValue(0.8)
    assert find(tab, "train_ratio").value() == 80
    assert tab.setup.train_percent == 80


def test_training_rules_change_in_mid_run_and_data_begins_anew(qtbot, tab):
    start(qtbot, tab, 100)
    find(tab, "l2").setValue(0.001)
    choose(tab, "optimizer", "momentum")
    qtbot.waitUntil(lambda: tab.snapshot.step > 100)
    assert tab.step > 100
    find(tab, "noise").setValue(30)
    assert tab.step < 100
    assert tab.is_running
    qtbot.waitUntil(lambda: tab.step > 10)


@pytest.mark.parametrize("text", ["4, x", "100", "1,2,3,4,5,6,7,8,9,1,2", "0"])
def test_impossible_layers_are_refused_beneath_the_field(qtbot, tab, text):
    field = find(tab, "hidden_layers", QLineEdit)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    assert tab.view.setup.layers_refusal.sentence.endswith(".")
    assert field.property("refused")
    field.clearFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert tab.view.setup.layers_refusal.sentence == ""
    assert not field.property("refused")
    assert field.text() == ", ".join(map(str, tab.setup.hidden))


def test_no_hidden_layer_is_a_network_as_well(qtbot, tab):
    find(tab, "hidden_layers").setText("")
    assert tab.setup.hidden == ()
    start(qtbot, tab)
    qtbot.waitUntil(lambda: len(tab.snapshot.parameters) == 3)
    tab.grab()


def test_a_batch_larger_than_the_data_is_all_of_it(qtbot, tab):
    find(tab, "batch_size").setValue(10_000)
    start(qtbot, tab)
    qtbot.waitUntil(lambda: tab.snapshot.step > 0)
    assert tab.snapshot.epoch == tab.snapshot.step


def test_the_last_feature_cannot_be_taken_out(qtbot, tab):
    click(qtbot, tab, "feature_x1")
    click(qtbot, tab, "feature_x2")
    assert tab.setup.features == ("x2",)
    assert "feature" in tab.view.toasts.toasts[-1].text
    assert find(tab, "feature_x2").isChecked()


def test_tiles_choose_the_data(qtbot, tab):
    click(qtbot, tab, "dataset_spiral")
    assert find(tab, "dataset", QComboBox).currentData() == "spiral"
    assert find(tab, "dataset_spiral").isChecked()
    assert not find(tab, "dataset_circle").isChecked()
    click(qtbot, tab, "dataset_lecture")
    assert not find(tab, "noise").isEnabled()
    start(qtbot, tab)


# ----- the network picture ------------------------------------------------------------------


def test_neurons_and_layers_are_added_and_taken_out_in_place(qtbot, tab):
    qtbot.waitUntil(lambda: find(tab, "add_neuron_1").isVisible())
    click(qtbot, tab, "add_neuron_1")
    assert tab.setup.hidden == (5, 2)
    assert find(tab, "hidden_layers").text() == "5, 2"
    qtbot.waitUntil(lambda: tab._scene.setup.hidden == (5, 2))
    click(qtbot, tab, "remove_neuron_2")
    qtbot.waitUntil(lambda: tab._scene.setup.hidden == (5, 1))
    click(qtbot, tab, "remove_neuron_2")
    qtbot.waitUntil(lambda: tab._scene.setup.hidden == (5,))
    assert not find(tab, "add_neuron_2").isVisible()
    click(qtbot, tab, "add_layer")
    qtbot.waitUntil(lambda: tab._scene.setup.hidden == (5, 5))


def test_a_neuron_under_the_pointer_shows_large(qtbot, tab):
    qtbot.waitUntil(lambda: tab.view.output.image is not None)
    whole = tab.view.output.image.copy()
    place = tab.view.network.square(1, 2).center().toPoint()
    qtbot.mouseMove(tab.view.network, place - QPoint(1, 0))
    qtbot.mouseMove(tab.view.network, place)
    shown = tab.view.output.image
    assert (shown.width(), whole.width()) == (50, 100)
    expected = tab.snapshot.picture.thumbnails[2]
    darkest = np.unravel_index(expected.argmin(), expected.shape)
    brightest = np.unravel_index(expected.argmax(), expected.shape)
    assert shown.pixel(int(darkest[1]), int(darkest[0])) != shown.pixel(
        int(brightest[1]), int(brightest[0])
    )
    qtbot.mouseMove(tab.view.network, QPoint(3, 3))
    assert tab.view.output.image == whole


def test_a_link_under_the_pointer_tells_its_weight(qtbot, tab):
    network = tab.view.network

    def is_told():
        start_of, end_of = network.square(0, 0), network.square(1, 0)
        ends = start_of.right() + end_of.left(), start_of.center().y() + end_of.center().y()
        middle = (QPointF(*ends) / 2).toPoint()
        qtbot.mouseMove(network, middle - QPoint(1, 0))
        qtbot.mouseMove(network, middle)
        return network._card() is not None

    qtbot.waitUntil(is_told)
    title, rows, _hint = network._card()
    assert "→ layer 1, neuron" in title
    assert rows[0][0] == "weight"


def test_the_output_tells_its_value_under_the_pointer(qtbot, tab):
    told = []
    tab.view.output.pointed_at.connect(told.append)
    qtbot.waitUntil(lambda: tab.view.output.image is not None)
    place = tab.view.output.map_area().center().toPoint()
    qtbot.mouseMove(tab.view.output, place + QPoint(1, 1))
    qtbot.mouseMove(tab.view.output, place)
    assert told[-1].startswith("output ")
