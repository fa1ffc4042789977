"""Many runs side by side give what each gives on its own."""

import random
from typing import Any

import numpy as np
import pytest

from core.lanes import Lanes
from core.nn import MLP
from core.training import Trainer

RATES = [0.01, 0.1, 0.3, lambda step: 0.2 / (1 + step), 1e6]


def trainer(**rules: Any) -> Trainer:
    random.seed(4)
    model = MLP(2, [3, 1], activation="tanh")
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(20, 2)), generator.normal(size=20)
    return Trainer(model, inputs, targets, batch_size=6, seed=3, **rules)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_each_lane_equals_its_own_trainer_to_the_last_bit(threads: int, optimizer: str) -> None:
    lanes = Lanes(trainer(optimizer=optimizer), RATES)
    found = np.concatenate([lanes.run(7, threads), lanes.run(4, threads)], axis=1)
    assert lanes.step == 11
    for lane, rate in enumerate(RATES):
        alone = trainer(optimizer=optimizer, learning_rate=rate)
        np.testing.assert_array_equal(found[lane], alone.run(11))
        np.testing.assert_array_equal(lanes.parameters[lane], alone.parameters_array())


def test_lanes_start_where_they_are_told_and_leave_the_values_alone() -> None:
    made = trainer()
    before = [p.data for p in made.parameters]
    starts = np.stack([np.zeros(len(before)), np.array(before)])
    lanes = Lanes(made, [0.1, 0.1], starts)
    losses = lanes.run(3)
    assert losses[0, 0] != losses[1, 0]
    assert [p.data for p in made.parameters] == before


def test_a_fork_goes_on_alone() -> None:
    lanes = Lanes(trainer(), [0.1, 0.2])
    lanes.run(5)
    fork = lanes.fork(1)
    np.testing.assert_array_equal(fork.run(4)[0], lanes.run(4)[1])


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="must have the shape"):
        Lanes(trainer(), [0.1], np.zeros((2, 3)))


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "numpy"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
def test_parameters_step_at_rates_of_their_own(
    optimizer: str, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not compiled:
        monkeypatch.setattr("core.kernels.loaded", lambda wait: None)
    rules = {"optimizer": optimizer, "l1": 0.01, "l2": 0.01, "regularization": "playground"}
    factors = np.repeat([0.5, 3.0, 0.0], [4, 5, 4])
    made = trainer(rate_factors=factors, learning_rate=0.1, **rules)
    made.run(1)
    for factor in np.unique(factors):
        alone = trainer(learning_rate=0.1 * factor, **rules)
        alone.run(1)
        own = factors == factor
        np.testing.assert_array_equal(made.parameters_array()[own], alone.parameters_array()[own])
    lanes = Lanes(trainer(**rules), [0.1, 0.1], rate_factors=[factors, np.ones(13)])
    lanes.run(6)
    made.run(5)
    np.testing.assert_array_equal(lanes.parameters[0], made.parameters_array())
    plain = trainer(learning_rate=0.1, **rules)
    plain.run(6)
    np.testing.assert_array_equal(lanes.parameters[1], plain.parameters_array())


@pytest.mark.parametrize("factors", [[1.0], [np.nan] * 13, [-1.0] * 13])
def test_rate_factors_that_are_none_are_refused(factors: list[float]) -> None:
    with pytest.raises(ValueError, match="rate_factors must"):
        trainer(rate_factors=factors)


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "numpy"])
def test_a_run_ends_before_the_update_of_a_loss_that_is_too_large(
    compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not compiled:
        monkeypatch.setattr("core.kernels.loaded", lambda wait: None)
    made = trainer(optimizer="momentum")
    whole = Lanes(made, [3.0]).run(40)[0]
    assert (whole > 2.0 * whole[0]).any()
    first = int(np.argmax(whole > 2.0 * whole[0]))
    runner, state = made.new_runner(), made.state()
    plan = made.new_batches().take(40)
    losses = runner.run_until(state, plan, np.full(40, 3.0), 2.0 * whole[0])
    np.testing.assert_array_equal(losses, whole[: first + 1])
    alone = trainer(optimizer="momentum", learning_rate=3.0)
    alone.run(first)
    assert state.step == first
    np.testing.assert_array_equal(state.data, alone.parameters_array())
    again = made.state()
    np.testing.assert_array_equal(runner.run(again, plan, np.full(40, 3.0), True), whole)


def test_a_branch_goes_on_beside_its_lane_and_a_stopped_lane_stays() -> None:
    lanes = Lanes(trainer(), [0.1, 0.2])
    lanes.run(3)
    assert lanes.branch(0, 0.5) == 2
    lanes.stop(1)
    before = lanes.parameters[1]
    found = lanes.run(4)
    assert np.isnan(found[1]).all()
    np.testing.assert_array_equal(lanes.parameters[1], before)
    alone = trainer(learning_rate=lambda k: 0.1 if k < 3 else 0.5)
    np.testing.assert_array_equal(found[2], alone.run(7)[3:])
