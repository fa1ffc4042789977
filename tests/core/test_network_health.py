"""Dead units, vanishing gradients and update ratios, found and said."""

import math
import random

import numpy as np
import pytest

from core import losses
from core.hyperparameters import Hyperparameters
from core.network.health import LayerHealth, layer_health, sentences
from core.network.trace import NetworkTrace
from core.network.updates import next_update
from core.nn import MLP
from core.optim import Adam, AdamW, Momentum
from core.session import Session

SAMPLES = np.random.default_rng(0).normal(size=(20, 2))
TARGETS = np.where(SAMPLES[:, :1] > 0, 1.0, -1.0)


def health_of(model, update=0.0):
    trace = NetworkTrace(model, losses.find("squared_error"))
    parameters = np.array([p.data for p in model.parameters()])
    batch = trace.batch(parameters, SAMPLES, TARGETS)
    return layer_health(trace, parameters, batch, np.broadcast_to(update, parameters.shape))


def test_a_unit_that_no_sample_gets_through_is_dead():
    random.seed(1)
    model = MLP(2, [3, 1])
    model.layers[0].neurons[1].b.data = -100.0
    first, last = health_of(model)
    assert (first.units, first.dead, last.dead) == (3, 1, 0)
    said = sentences([first, last])
    assert "Layer 1: 1 of 3 relu units is dead: no sample gets a gradient through." in said


def test_a_unit_far_out_on_tanh_is_saturated_but_not_dead():
    random.seed(1)
    model = MLP(2, [2, 1], activation="tanh")
    model.layers[0].neurons[0].b.data = 8.0
    first = health_of(model)[0]
    assert (first.dead, first.saturated) == (0, 1)


def test_the_norm_is_of_the_mean_losss_gradient_and_the_ratio_of_the_update():
    random.seed(2)
    model = MLP(2, [4, 1], activation="tanh")
    update = np.linspace(-0.1, 0.2, 17)
    found = health_of(model, update)
    trace = NetworkTrace(model, losses.find("squared_error"))
    parameters = np.array([p.data for p in model.parameters()])
    gradient = trace.batch(parameters, SAMPLES, TARGETS).grad[trace.parameters]
    assert found[0].gradient == pytest.approx(np.linalg.norm(gradient[:12]))
    wanted = np.linalg.norm(update[12:]) / np.linalg.norm(parameters[12:])
    assert found[1].update_ratio == pytest.approx(wanted)


@pytest.mark.parametrize(
    "changes",
    [{}, {"optimizer": Adam()}, {"optimizer": AdamW(weight_decay=0.1), "batch_size": 10},
     {"optimizer": Momentum(), "l2": 0.1}, {"zero_grad": False},
     {"l1": 0.3, "regularization": "playground", "schedule": "linear", "schedule_steps": 9}],
)  # fmt: skip
@pytest.mark.parametrize("steps", [0, 3])
def test_what_a_step_will_change_is_what_it_then_changes(changes, steps):
    session = Session(Hyperparameters(points=40, hidden=(3,)).changed(**changes))
    session.run(steps)
    before = session.snapshot()
    foreseen = next_update(before.setup, before.start, before.step)
    session.run(1)
    np.testing.assert_allclose(session.snapshot().update, foreseen, rtol=1e-9, atol=1e-15)
    assert foreseen.any()


@pytest.mark.parametrize(
    ("first", "last", "word"),
    [(1e-5, 1.0, "vanishes"), (1e5, 1.0, "explodes"), (math.nan, 1.0, "no longer a number"),
     (0.0, 1.0, "cannot learn"), (0.5, 1.0, "Every layer learns")],
)  # fmt: skip
def test_what_the_gradients_do_is_said_first(first, last, word):
    layers = [LayerHealth("tanh", 4, 0, 0, norm, 1e-3) for norm in (first, last)]
    assert word in sentences(layers)[0]


def test_update_ratios_out_of_the_ordinary_are_said():
    layers = [LayerHealth("tanh", 4, 0, 0, 1.0, ratio) for ratio in (0.5, 1e-9)]
    said = " ".join(sentences(layers))
    assert "Layer 1 changes by 50 % in one step" in said
    assert "Layer 2 hardly changes" in said
    layers = [LayerHealth("tanh", 4, 0, 0, 1.0, ratio) for ratio in (0.5, 0.3, 0.2)]
    assert sentences(layers) == [
        "Layers 1, 2 and 3 change by up to 50 % in one step; about 0.1 % is usual."
    ]
