"""Many runs side by side give what each gives on its own."""

import random
from typing import Any

import numpy as np
import pytest

from core.engine import Value
from core.lanes import Lanes
from core.losses import find
from core.nn import MLP
from core.post_mortem import find_non_finite
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


def test_the_first_value_that_is_not_finite_is_named() -> None:
    p = Value(800.0, label="p")

    def model(x: list[Value]) -> Value:
        return (p * x[0]).exp() - 1.0

    loss = find("squared_error")
    found = find_non_finite(model, [p], loss, [[0.0], [1.0]], [[0.0], [0.0]])
    assert found is not None
    assert (found.sample, found.op, found.operands) == (1, "exp", (800.0,))
    assert "exp(800) is inf in sample 1" in str(found)
    assert find_non_finite(model, [p], loss, [[0.0]], [[0.0]]) is None
    p.data = float("nan")
    found = find_non_finite(model, [p], loss, [[0.0]], [[0.0]])
    assert found is not None
    assert str(found) == "parameter 0 is nan"
