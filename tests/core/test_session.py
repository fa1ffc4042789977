"""Hyperparameters, surfaces and sessions: the run behind the training tab."""

import json
import math
import random

import numpy as np
import pytest

from core.engine import Value
from core.hyperparameters import (
    PRESETS,
    RESTARTING,
    Hyperparameters,
    parse_hidden,
    parse_rate_factors,
)
from core.network.resized import resized_parameters
from core.network.stored import by_layer, stored_model, stored_parameters
from core.optim import Adam, Momentum
from core.session import Session
from core.storage.model_json import check_model, model_to_dict
from core.surfaces import RESOLUTION, UNREAL, ZERO, grid, levels, value_at


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_presets_survive_the_project_file(preset):
    own_rates = preset.setup.changed(rate_factors=(0.5, 2, *preset.setup.hidden[1:]))
    for setup in (preset.setup, own_rates):
        text = json.dumps(setup.to_dict(), allow_nan=False)
        assert Hyperparameters.from_dict(json.loads(text)) == setup


def test_rates_by_layer_are_read_and_go_along_with_the_layers():
    setup = Hyperparameters(rate_factors=parse_rate_factors("1; 0.1, ×2", 3))
    assert setup.rate_factors == (1.0, 0.1, 2.0)
    assert setup.changed(hidden=(4, 2, 3)).rate_factors == (1.0, 0.1, 1.0, 2.0)
    assert setup.changed(hidden=(4,)).rate_factors == (1.0, 2.0)
    assert setup.changed(hidden=()).rate_factors == (2.0,)
    assert parse_rate_factors("0.5", 2) == (0.5, 0.5)
    assert parse_rate_factors("", 2) == parse_rate_factors("1, 1", 2) == ()
    for text in ("1, x", "1, 2, 3", "1, -1", "1, inf"):
        with pytest.raises(ValueError, match="layer"):
            parse_rate_factors(text, 2)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_presets_learn(preset):
    session = Session(preset.setup)
    before = session.snapshot().train_loss
    session.run(60)
    assert session.snapshot().train_loss < before


def test_micrograds_demo_starts_at_the_published_loss():
    session = Session(PRESETS["micrograd"].setup)
    losses = session.run(2)
    assert losses == pytest.approx([0.8958441028683222, 1.7235905336972022], rel=1e-12)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("4, 2", (4, 2)), ("", ()), ("  8 ", (8,)), ("[16, 16]", (16, 16)), ("3;3 3,", (3, 3, 3))],
)
def test_layers_are_read(text, hidden):
    assert parse_hidden(text) == hidden


@pytest.mark.parametrize("text", ["4, x", "0", "65", "-3", "1.5", "9" * 5000, "4," * 11, "²"])
def test_impossible_layers_are_refused_in_words(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_hidden(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": -1.0}, {"learning_rate": math.nan}, {"l1": -0.1}, {"features": ()},
        {"batch_size": 0}, {"dataset": "nothing"}, {"loss": "x"}, {"init": "x"},
        {"hidden": (100,)}, {"activation": "x"}, {"schedule": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused(changes):
    with pytest.raises(ValueError, match=r"\w"):
        Hyperparameters(**changes)


@pytest.mark.parametrize(
    "document",
    [
        {"points": "many"},
        {"rate_factors": [1, 1]},
        {"rate_factors": "1"},
        {"hidden": [4, "2"]},
        {"optimizer": "x"},
        {"shuffle": 1},
        {"noise": True},
    ],
)
def test_malformed_settings_are_refused(document):
    with pytest.raises(ValueError, match=r"\w"):
        Hyperparameters.from_dict(document)


def test_unknown_settings_of_a_newer_version_are_passed_over():
    assert Hyperparameters.from_dict({"colour": "red"}) == Hyperparameters()


def test_same_seed_same_weights_and_the_global_random_is_left_alone():
    random.seed(7)
    expected = random.random()
    random.seed(7)
    first, second = Hyperparameters(seed=3).model(), Hyperparameters(seed=3).model()
    assert random.random() == expected
    assert [p.data for p in first.parameters()] == [p.data for p in second.parameters()]
    other = Hyperparameters(seed=4).model()
    assert [p.data for p in first.parameters()] != [p.data for p in other.parameters()]


def test_every_restarting_field_exists():
    assert set(Hyperparameters().to_dict()) >= RESTARTING


def test_a_sessions_pictures_are_the_models_own_answers():
    session = Session(Hyperparameters(features=("x1", "sin_x2"), hidden=(3, 2)))
    picture = session.snapshot().picture
    points = grid(session.setup.row.domain, RESOLUTION)
    row, column = 17, 60
    x1, x2 = points[row * RESOLUTION + column]
    x = [Value(x1), Value(math.sin(x2))]
    answers = []
    for layer in session.model.layers:
        x = [neuron(x) for neuron in layer.neurons]
        answers.extend(v.data for v in x)
    assert picture.output[row, column] == pytest.approx(answers[-1], rel=1e-12)
    assert picture.thumbnails.shape == (6, RESOLUTION // 2, RESOLUTION // 2)
    thumbnails = picture.thumbnails[:, row // 2, column // 2]
    even = points[row // 2 * 2 * RESOLUTION + column]
    assert thumbnails[-1] == levels(picture.output[row // 2 * 2, column : column + 1])[0], even
    assert value_at(picture.output, session.setup.row.domain, x1, x2) == pytest.approx(answers[-1])


def test_levels_cut_off_and_keep_nan_apart():
    found = levels(np.array([-9.0, -1.0, 0.0, 1.0, np.inf, np.nan]))
    assert found.tolist() == [1, 1, ZERO, 255, 255, UNREAL]


def test_divergence_ends_the_run_at_its_first_step():
    setup = PRESETS["micrograd"].setup.changed(learning_rate=1e300)
    session = Session(setup)
    losses = session.run(50)
    assert session.divergence is not None
    assert session.divergence.step == len(losses) == session.step
    assert np.isfinite(losses[:-1]).all()
    assert not math.isfinite(losses[-1])
    assert session.divergence.rate == setup.rate_at(len(losses) - 2)
    assert len(session.run(10)) == 0
    assert session.snapshot().picture.levels.shape == (RESOLUTION, RESOLUTION)


def test_activations_change_in_mid_run_and_each_layer_has_its_own():
    session = Session(Hyperparameters(hidden=(4, 3)))
    session.run(20)
    before = session.snapshot()
    session.retune(session.setup.changed(layer_activations=("relu", "sigmoid")))
    after = session.snapshot()
    np.testing.assert_array_equal(after.parameters, before.parameters)
    assert after.step == 20
    x = [Value(0.7), Value(-1.2)]
    assert session.model(x).data == pytest.approx(value_at_point(session, 0.7, -1.2), rel=1e-12)
    assert [layer.neurons[0].activation for layer in session.model.layers] == [
        "relu", "sigmoid", "tanh"
    ]  # fmt: skip
    stored = stored_model(session.setup, after.parameters)
    np.testing.assert_array_equal(stored_parameters(session.setup, stored), after.parameters)
    with pytest.raises(ValueError, match="another network"):
        stored_parameters(session.setup.changed(activation="tanh"), stored)
    assert session.setup.changed(hidden=(4,)).activations == ("relu",)
    assert session.setup.changed(hidden=(4, 3, 2)).activations == ("relu", "sigmoid", "sigmoid")
    assert session.setup.changed(activation="tanh").activations == ("tanh", "tanh")
    document = json.loads(json.dumps(session.setup.to_dict()))
    assert Hyperparameters.from_dict(document) == session.setup


def value_at_point(session, x1, x2):
    """The output of a session's network, computed by hand."""
    parts = by_layer(session.setup.sizes, session.parameters())
    row = np.array([x1, x2])
    for (weights, biases), function in zip(
        parts, (lambda s: np.maximum(s, 0), lambda s: 1 / (1 + np.exp(-s)), np.tanh)
    ):
        row = function(weights @ row + biases)
    return float(row[0])


def test_retuning_keeps_the_weights_and_counts_on():
    session = Session(Hyperparameters())
    session.run(30)
    weights = [p.data for p in session.model.parameters()]
    session.retune(session.setup.changed(batch_size=5, l2=0.01, loss="hinge"))
    assert [p.data for p in session.model.parameters()] == weights
    assert session.step == 30
    session.retune(session.setup.changed(learning_rate=0.0))
    session.run(10)
    assert session.step == 40
    assert [p.data for p in session.model.parameters()] == weights


@pytest.mark.parametrize("optimizer", [Momentum(), Adam()], ids=lambda row: row.name)
def test_another_rate_for_a_layer_keeps_what_the_optimizer_remembers(optimizer):
    """Each step's update is made again from its gradient, by the optimizer's own formula."""
    session = Session(Hyperparameters(optimizer=optimizer, learning_rate=0.05))
    data, layers = session.parameters(), (slice(0, 12), slice(12, 22), slice(22, 25))
    memory = np.zeros((optimizer.state_size, len(data)))
    for step in range(30):
        if step in (10, 20):
            factors = (0.1, 0.0, 3.0) if step == 10 else ()
            session.retune(session.setup.changed(rate_factors=factors))
        session.run(1)
        for layer, factor in zip(layers, session.setup.rate_factors or (1.0, 1.0, 1.0)):
            gradient = session.gradients()[layer]
            optimizer.update(data[layer], gradient, memory[:, layer], 0.05 * factor, step)
        np.testing.assert_allclose(session.parameters(), data, rtol=1e-12)


def test_a_schedule_goes_on_where_it_was_after_retuning():
    setup = Hyperparameters(schedule="linear", learning_rate=1.0, schedule_steps=100)
    session = Session(setup)
    session.run(50)
    session.retune(setup.changed(batch_size=5))
    assert session.snapshot().rate == pytest.approx(0.55)
    assert session.setup.rate_schedule(50)(0) == pytest.approx(0.55)


def test_a_batch_is_never_larger_than_the_data():
    session = Session(Hyperparameters(points=8, batch_size=500))
    assert session.batch_size == 4
    assert len(session.run(3)) == 3


def test_going_on_from_stored_weights():
    first = Session(Hyperparameters())
    first.run(25)
    stored = first.snapshot()
    second = Session(Hyperparameters(), stored.parameters, stored.step)
    assert second.step == 25
    assert second.snapshot().train_loss == stored.train_loss
    with pytest.raises(ValueError, match="weights"):
        Session(Hyperparameters(hidden=(3,)), stored.parameters)


def test_the_lectures_three_inputs_are_shown_as_a_slice():
    session = Session(PRESETS["lecture"].setup)
    scene = session.scene
    assert scene.inputs.shape[0] == 3
    assert scene.rest[2] == pytest.approx(session.train.inputs[:, 2].mean())
    assert math.isnan(session.snapshot().test_loss)


def test_parameters_are_found_by_layer():
    session = Session(Hyperparameters(hidden=(3, 2)))
    found = by_layer(session.setup.sizes, session.snapshot().parameters)
    for layer, (weights, biases) in zip(session.model.layers, found):
        assert weights.tolist() == [[w.data for w in neuron.w] for neuron in layer.neurons]
        assert biases.tolist() == [neuron.b.data for neuron in layer.neurons]


def test_weights_survive_the_project_file():
    setup = Hyperparameters(hidden=(3, 2))
    parameters = Session(setup).snapshot().parameters
    parameters[:3] = np.inf, -np.inf, np.nan
    model = json.loads(json.dumps(stored_model(setup, parameters), allow_nan=False))
    np.testing.assert_array_equal(stored_parameters(setup, model), parameters)
    check_model(model)
    with pytest.raises(ValueError, match="another network"):
        stored_parameters(setup.changed(hidden=(2, 3)), model)
    with pytest.raises(ValueError, match="another network"):
        stored_parameters(setup.changed(activation="relu"), model)


def test_a_stored_network_is_the_sessions_own():
    session = Session(Hyperparameters(hidden=(3,)))
    stored = stored_model(session.setup, session.snapshot().parameters)
    assert stored == model_to_dict(session.model)


@pytest.mark.parametrize(
    ("hidden", "layers", "is_same_answer"),
    [
        ((4, 3), (0, 1, 2), True), ((6, 2), (0, 1, 2), True), ((3, 2), (0, 1, 2), False),
        ((4, 2, 2), (0, 1, None, 2), False), ((2,), (1, 2), False), ((4,), (0, 2), False),
    ],
)  # fmt: skip
def test_a_resized_network_keeps_what_its_neurons_have_learnt(hidden, layers, is_same_answer):
    before = Hyperparameters(hidden=(4, 2))
    session = Session(before)
    session.run(200)
    after = before.changed(hidden=hidden)
    parameters = resized_parameters(before, after, session.parameters(), layers)
    learnt = by_layer(before.sizes, session.parameters())
    fresh = by_layer(after.sizes, Session(after).parameters())
    for i, (weights, biases) in enumerate(by_layer(after.sizes, parameters)):
        if layers[i] is None:
            assert np.array_equal(weights, fresh[i][0])
            continue
        old_weights, old_biases = learnt[layers[i]]
        n = min(len(biases), len(old_biases))
        assert np.array_equal(biases[:n], old_biases[:n])
        if (-1, *layers)[i] == layers[i] - 1:
            m = min(weights.shape[1], old_weights.shape[1])
            assert np.array_equal(weights[:n, :m], old_weights[:n, :m])
        else:
            assert np.array_equal(weights, fresh[i][0])
    loss = Session(after, parameters).measure().train_loss
    assert (loss == pytest.approx(session.measure().train_loss, rel=1e-12)) == is_same_answer
