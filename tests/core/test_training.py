"""The Trainer against a plain loop over Values, rule by rule."""

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import kernels, optim
from core.engine import Value
from core.nn import MLP
from core.training import SAMPLES_PER_CALL, Trainer
from tests.core.reference_trainer import ReferenceTrainer

DATA = Path(__file__).parents[1] / "data"


def network(*sizes: int, activation: str = "tanh", seed: int = 1, **kwargs: Any) -> MLP:
    random.seed(seed)
    return MLP(sizes[0], list(sizes[1:]), activation=activation, **kwargs)


class Line:
    """weight * x, without a bias."""

    def __init__(self, weight: Value) -> None:
        self.weight = weight

    def __call__(self, x: list[Value]) -> Value:
        return self.weight * x[0]

    def parameters(self) -> list[Value]:
        return [self.weight]


def points(n: int, features: int = 2, outputs: int = 1, seed: int = 0) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n, features)), generator.choice([-1.0, 1.0], (n, outputs))


def assert_same_run(steps: list[int], make_model: Any, data: Any, **rules: Any) -> None:
    """Trainer and reference go through runs of these lengths with the same numbers."""
    fast, slow = make_model(), make_model()
    trainer = Trainer(fast, *data, **rules)
    reference = ReferenceTrainer(slow, *data, **rules)
    for count in steps:
        np.testing.assert_allclose(trainer.run(count), reference.run(count), rtol=1e-9, atol=1e-12)
        for p, q in zip(fast.parameters(), slow.parameters()):
            assert p.data == pytest.approx(q.data, rel=1e-9, abs=1e-11)
            assert p.grad == pytest.approx(q.grad, rel=1e-8, abs=1e-11)
    assert trainer.step == sum(steps)


def test_micrograd_demo_follows_the_published_losses() -> None:
    demo = json.loads((DATA / "micrograd_demo.json").read_text())
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    trainer = Trainer(
        model, demo["X"], demo["y"], loss="hinge", l2=1e-4,
        learning_rate=lambda k: 1.0 - 0.9 * k / 100,
    )  # fmt: skip
    losses = trainer.run(100)
    # The chaotic start magnifies rounding, so later losses agree to fewer digits.
    np.testing.assert_allclose(losses[:5], demo["losses"][:5], rtol=1e-12)
    np.testing.assert_allclose(losses, demo["losses"], rtol=1e-7)


@pytest.mark.parametrize("loss", ["squared_error", "half_squared_error", "hinge", "logistic"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_losses_and_reductions(loss: str, reduction: str) -> None:
    assert_same_run(
        [3, 2], lambda: network(2, 3, 2), points(7, outputs=2),
        loss=loss, reduction=reduction, learning_rate=0.05,
    )  # fmt: skip


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "momentum", "rmsprop", "adam", "adamw", optim.Adam(0.8, 0.99, 1e-4),
     optim.AdamW(weight_decay=0.3)],
)  # fmt: skip
@pytest.mark.parametrize("zero_grad", [True, False])
def test_optimizers_keep_their_state_between_runs(optimizer: Any, zero_grad: bool) -> None:
    assert_same_run(
        [2, 0, 4], lambda: network(2, 3, 1), points(6),
        optimizer=optimizer, zero_grad=zero_grad, learning_rate=0.01, batch_size=4,
    )  # fmt: skip


@pytest.mark.parametrize("last_batch", ["own", "carry", "drop"])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [1, 3, 5, 7, 10, None])
def test_batches_over_several_epochs_and_runs(
    last_batch: str, shuffle: bool, batch_size: int | None
) -> None:
    assert_same_run(
        [1, 4, 6], lambda: network(2, 2, 1), points(10),
        last_batch=last_batch, shuffle=shuffle, batch_size=batch_size, seed=5,
    )  # fmt: skip


@pytest.mark.parametrize("regularization", ["loss", "playground"])
@pytest.mark.parametrize(("l1", "l2"), [(0.1, 0.0), (0.0, 0.1), (0.3, 0.2)])
def test_regularization(regularization: str, l1: float, l2: float) -> None:
    assert_same_run(
        [4, 6], lambda: network(2, 4, 1), points(9),
        l1=l1, l2=l2, regularization=regularization, batch_size=4, learning_rate=0.2,
    )  # fmt: skip


def test_playground_weight_dies_and_lives_when_it_is_set_by_hand() -> None:
    model = network(2, 2, 1, init="playground")
    trainer = Trainer(
        model, *points(8), l1=1.0, regularization="playground", learning_rate=0.3, batch_size=2
    )
    trainer.run(30)
    weight = next(w for layer in model.layers for n in layer.neurons for w in n.w if w.data == 0)
    trainer.run(5)
    assert weight.data == 0.0
    weight.data = 2.0
    trainer.run(1)
    assert weight.data != 0.0


def test_run_starts_from_the_values_as_they_are() -> None:
    model, twin = network(2, 3, 1), network(2, 3, 1, seed=2)
    data = points(5)
    trainer = Trainer(model, *data)
    trainer.run(3)
    for p, q in zip(model.parameters(), twin.parameters()):
        p.data = q.data
    np.testing.assert_array_equal(trainer.run(2), Trainer(twin, *data).run(2))


@pytest.mark.parametrize("number", [2, True, np.float32(0.5), np.array(3.0)])
def test_any_number_set_by_hand_counts(number: Any) -> None:
    weight = Value(0.0)
    trainer = Trainer(Line(weight), [[1.0]], [0.0], learning_rate=0.0)
    trainer.run(1)
    weight.data = number
    assert trainer.run(1).tolist() == [float(number) ** 2]
    assert type(weight.data) is float
    assert (weight.data, weight.grad) == (float(number), 2.0 * float(number))


def test_what_is_no_number_is_refused() -> None:
    weight = Value(0.0)
    trainer = Trainer(Line(weight), [[1.0]], [0.0])
    word: Any = "much"
    weight.data = word
    with pytest.raises(ValueError, match="much"):
        trainer.run(1)
    weight.data = 1.0
    assert trainer.run(1).tolist() == [1.0]


def test_gradients_left_by_somebody_else_count_only_without_zero_grad() -> None:
    data = points(5)
    for zero_grad in (True, False):
        model = network(2, 2, 1)
        for p in model.parameters():
            p.grad = 3.0
        Trainer(model, *data, zero_grad=zero_grad).run(1)
        fresh = network(2, 2, 1)
        Trainer(fresh, *data).run(1)
        left_over = 0.0 if zero_grad else 3.0
        for p, q in zip(model.parameters(), fresh.parameters()):
            assert p.grad == pytest.approx(q.grad + left_over)


def test_learning_rate_is_a_number_or_a_function_of_the_step_and_may_be_set() -> None:
    model, twin = network(2, 3, 1), network(2, 3, 1)
    data = points(5)
    seen: list[int] = []

    def rate(step: int) -> float:
        seen.append(step)
        return 0.5

    trainer, other = Trainer(model, *data, learning_rate=rate), Trainer(twin, *data)
    trainer.run(2)
    trainer.run(3)
    assert seen == [0, 1, 2, 3, 4]
    other.learning_rate = 0.5
    other.run(5)
    assert [p.data for p in model.parameters()] == [p.data for p in twin.parameters()]


def test_evaluate_is_the_loss_without_penalties_with_outputs_by_sample() -> None:
    data = points(6, outputs=2)
    rules: dict[str, Any] = {"loss": "half_squared_error", "l1": 0.5, "l2": 0.5}
    trainer = Trainer(network(2, 3, 2), *data, **rules)
    reference = ReferenceTrainer(network(2, 3, 2), *data, **rules)
    loss, outputs = trainer.evaluate(*data)
    expected_loss, expected_outputs = reference.evaluate(*data)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    np.testing.assert_allclose(outputs, expected_outputs, rtol=1e-12)
    assert outputs.shape == (6, 2)


def test_divergence_returns_its_losses_and_raises_nothing() -> None:
    trainer = Trainer(network(2, 3, 1, activation="linear"), *points(5), learning_rate=1e6)
    losses = trainer.run(200)
    assert len(losses) == 200
    assert not np.isfinite(losses[-1])


def test_same_seed_same_bits_and_the_global_random_is_untouched() -> None:
    state = random.getstate()

    def losses() -> list[float]:
        model = network(2, 3, 1)
        random.setstate(state)
        return Trainer(model, *points(20), batch_size=3, seed=9).run(30).tolist()

    assert losses() == losses()
    assert random.getstate() == state


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_run_returns_a_loss_per_step(steps: int) -> None:
    losses = Trainer(network(2, 2, 1), *points(4)).run(steps)
    assert losses.dtype == np.float64
    assert losses.shape == (steps,)


GOOD = points(4)
BAD_DATA = {
    "empty": ([], [], "no data"),
    "no samples": (np.empty((0, 2)), np.empty(0), "no data"),
    "lengths": (np.ones((3, 2)), np.ones(4), "3 inputs for 4 targets"),
    "flat inputs": (np.ones(3), np.ones(3), r"\(n, features\)"),
    "text": ([["a", "b"]], [1.0], "not an array of real numbers"),
    "ragged": ([[1.0], [1.0, 2.0]], [1.0, 2.0], "not an array of real numbers"),
    "nan input": ([[1.0, float("nan")]], [1.0], "row 0, column 1 is nan"),
    "inf target": ([[1.0, 2.0]], [float("inf")], "targets must be finite"),
    "outputs": (np.ones((3, 2)), np.ones((3, 2)), "1 outputs"),
    "complex": ([[1.0, 2.0j]], [1.0], "not an array of real numbers: complex"),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_is_refused_before_anything_runs(name: str) -> None:
    inputs, targets, message = BAD_DATA[name]
    with pytest.raises(ValueError, match=message):
        Trainer(network(2, 2, 1), inputs, targets)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"batch_size": 5}, "from 1 to the number of samples, 4"),
        ({"batch_size": 0}, "from 1"),
        ({"batch_size": 1.5}, "whole number"),
        ({"loss": "cross"}, "no loss 'cross'"),
        ({"optimizer": "lion"}, "no optimizer 'lion'"),
        ({"reduction": "max"}, "reduction must be one of"),
        ({"last_batch": "keep"}, "last_batch must be one of"),
        ({"regularization": "both"}, "regularization must be one of"),
        ({"l1": -1.0}, "l1 must be"),
        ({"l2": float("nan")}, "l2 must be"),
        ({"learning_rate": "fast"}, "learning_rate must be"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"seed": -1}, "seed must be a whole number from 0 on, not -1"),
        ({"seed": "a"}, "seed must be"),
        ({"loss": lambda outputs, targets: None}, "a loss one Value, not None"),
    ],
)
def test_bad_settings_are_refused(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(network(2, 2, 1), *GOOD, **rules)


def test_other_threads_go_on_while_steps_are_made() -> None:
    trainer = Trainer(network(2, 16, 16, 1), *points(4), batch_size=1, shuffle=False)
    trainer.run(1)

    def goes_on() -> bool:
        """Whether another thread had a turn in the middle half of one call of the kernels."""
        seen: list[float] = []
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.001):
                seen.append(time.perf_counter())

        watcher = threading.Thread(target=watch)
        watcher.start()
        begin = time.perf_counter()
        trainer.run(SAMPLES_PER_CALL)
        end = time.perf_counter()
        done.set()
        watcher.join()
        quarter = (end - begin) / 4
        return any(begin + quarter < moment < end - quarter for moment in seen)

    # Other programs may hold the processors for one call, not for each of many.
    assert any(goes_on() for _call in range(50))


@pytest.mark.parametrize("loss", ["hinge", "logistic"])
def test_batches_of_several_blocks_whose_loss_ends_in_one_op(loss: str) -> None:
    assert_same_run([2], lambda: network(2, 3, 1, activation="relu"), points(300), loss=loss)


def test_a_loss_of_your_own() -> None:
    def cubic(outputs: list[Value], targets: list[Value]) -> Value:
        return (abs(outputs[0] - targets[0]) ** 3 + outputs[0].exp() * 0.1).log()

    assert_same_run([3], lambda: network(2, 3, 1), points(7), loss=cubic)


@settings(max_examples=25, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 4), max_size=2),
    activation=st.sampled_from(["tanh", "sigmoid", "relu", "softplus", "sin", "linear"]),
    n=st.integers(1, 9),
    batch_size=st.none() | st.integers(1, 9),
    loss=st.sampled_from(["squared_error", "half_squared_error", "hinge", "logistic"]),
    reduction=st.sampled_from(["mean", "sum"]),
    optimizer=st.sampled_from(sorted(optim.OPTIMIZERS)),
    last_batch=st.sampled_from(["own", "carry", "drop"]),
    l1=st.sampled_from([0.0, 0.01]),
    l2=st.sampled_from([0.0, 0.1]),
    regularization=st.sampled_from(["loss", "playground"]),
    zero_grad=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_mixture_of_rules_equals_the_loop_over_values(
    hidden: list[int], activation: str, n: int, batch_size: int | None, seed: int, **rules: Any
) -> None:
    assert_same_run(
        [2, 3], lambda: network(2, *hidden, 1, activation=activation, seed=seed),
        points(n, seed=seed), batch_size=batch_size and min(batch_size, n), seed=seed,
        learning_rate=0.02, **rules,
    )  # fmt: skip


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_kernels_take_over_between_runs_where_numpy_stopped(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules: dict[str, Any] = {"optimizer": optimizer, "batch_size": 4, "learning_rate": 0.05}
    data = points(10)
    model, twin = network(2, 3, 1), network(2, 3, 1)
    trainer = Trainer(model, *data, wait_for_kernels=False, **rules)
    with monkeypatch.context() as patch:
        patch.setattr(kernels, "loaded", lambda *, wait: None)
        first = trainer.run(5)
    before = trainer.parameters_array()
    assert kernels.loaded(wait=True) is not None
    np.testing.assert_array_equal(trainer.parameters_array(), before)
    second = trainer.run(5)
    alone = Trainer(twin, *data, **rules).run(10)
    np.testing.assert_allclose(np.concatenate([first, second]), alone, rtol=1e-11)


def test_losses_too_large_to_add_up_are_infinite_without_a_warning():
    trainer = Trainer(MLP(1, [1]), [[1.0], [2.0]], [0.0, 0.0])
    assert trainer.reduced(np.array([1.7e308, 1.7e308])) == np.inf
    assert np.isnan(trainer.reduced(np.array([np.inf, -np.inf])))
