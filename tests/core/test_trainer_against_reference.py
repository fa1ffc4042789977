"""The Trainer against training written out in Values, over random networks and rules."""

import copy
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import kernels, optim
from core.engine import Value
from core.losses import LOSSES
from core.nn import MLP, Module, Neuron
from core.training import Trainer
from tests.core.expressions import VALUES, random_expression
from tests.core.reference_trainer import ReferenceTrainer

# Both sum in their own order. What that makes of the last digit grows from step to step, most
# of all where an optimizer divides by a gradient that is nearly zero; hence few steps.
TOLERANCE = 1e-9


def both(
    model: Module, inputs: np.ndarray, targets: np.ndarray, **arguments: Any
) -> tuple[Trainer, ReferenceTrainer]:
    """Both trainers, on models of their own."""
    return (
        Trainer(copy.deepcopy(model), inputs, targets, **arguments),
        ReferenceTrainer(copy.deepcopy(model), inputs, targets, **arguments),
    )


@dataclass(frozen=True)
class Case:
    """A small network, its data and the Trainer's arguments, told in a few numbers."""

    sizes: list[int]  # inputs, hidden layers, outputs
    activations: list[str]  # hidden layers, output
    init: str
    n: int
    seed: int
    arguments: dict[str, Any]

    def model(self) -> MLP:
        """The network."""
        random.seed(self.seed)
        *hidden, output = self.activations
        model = MLP(self.sizes[0], self.sizes[1:], hidden, output, self.init)
        for p in model.parameters():
            # Where |p| has its corner, the last digit of a gradient would decide on the penalty.
            p.data += random.uniform(0.01, 0.02)
        return model

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets."""
        rng = np.random.default_rng(self.seed)
        return rng.normal(size=(self.n, self.sizes[0])), rng.choice(
            [-1.0, 1.0], (self.n, self.sizes[-1])
        )

    def trainers(self) -> tuple[Trainer, ReferenceTrainer]:
        """Both trainers."""
        return both(self.model(), *self.data(), **self.arguments)


ACTIVATIONS = st.sampled_from(["tanh", "relu", "sigmoid", "linear", "softplus", "sin"])
OPTIMIZERS = st.sampled_from(
    ["sgd", "momentum", "rmsprop", "adam", "adamw", optim.Momentum(0.5), optim.AdamW(0.5, 0.9)]
)
RATES = st.sampled_from([0.0, 0.001, 0.05, optim.LinearDecay(0.1, 0.01, 5), optim.Cosine()])
PENALTIES = st.sampled_from([0.0, 0.0, 1e-3, 0.1, 1.0])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Small networks with every rule of the Trainer."""
    sizes = [draw(st.integers(1, 3)), *draw(st.lists(st.integers(1, 4), max_size=2))]
    sizes.append(draw(st.integers(1, 2)))
    n = draw(st.integers(1, 13))
    arguments = {
        "loss": draw(st.sampled_from(list(LOSSES))),
        "reduction": draw(st.sampled_from(["mean", "sum"])),
        "optimizer": draw(OPTIMIZERS),
        "learning_rate": draw(RATES),
        "batch_size": draw(st.one_of(st.none(), st.integers(1, n))),
        "shuffle": draw(st.booleans()),
        "last_batch": draw(st.sampled_from(["own", "carry", "drop"])),
        "l1": draw(PENALTIES),
        "l2": draw(PENALTIES),
        "regularization": draw(st.sampled_from(["loss", "playground"])),
        "zero_grad": draw(st.booleans()),
        "seed": draw(st.integers(0, 100)),
    }
    return Case(
        sizes=sizes,
        activations=[draw(ACTIVATIONS) for _ in sizes[1:]],
        init=draw(st.sampled_from(["lecture", "playground", "xavier", "he"])),
        n=n,
        seed=draw(st.integers(0, 10**6)),
        arguments=arguments,
    )


def assert_alike(ours: Any, theirs: Any) -> None:
    """The parameters' data and grad of two models."""
    for name in ("data", "grad"):
        a = [getattr(p, name) for p in ours.parameters()]
        b = [getattr(p, name) for p in theirs.parameters()]
        np.testing.assert_allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, err_msg=name)


def assert_same_runs(trainer: Trainer, reference: ReferenceTrainer, steps: int) -> None:
    """Run both and compare all that a run leaves behind."""
    np.testing.assert_allclose(
        trainer.run(steps), reference.run(steps), rtol=TOLERANCE, atol=TOLERANCE
    )
    assert trainer.step == reference.step
    assert_alike(trainer.model, reference.model)


@pytest.fixture(scope="module", params=["compiled", "numpy"])
def served_by(request: pytest.FixtureRequest) -> Iterator[str]:
    """With NumPy, as if the compiled kernels were not there."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "numpy":
            patch.setattr(kernels, "loaded", lambda *, wait: None)
        elif find_spec("numba") is not None:  # there is no wheel for Intel macOS
            assert kernels.loaded(wait=True) is not None, kernels.status().reason
        yield request.param


@given(case=cases(), parts=st.lists(st.integers(0, 4), min_size=1, max_size=3))
@settings(max_examples=80, deadline=None)
def test_losses_data_and_gradients(served_by: str, case: Case, parts: list[int]) -> None:
    trainer, reference = case.trainers()
    for steps in parts:
        assert_same_runs(trainer, reference, steps)


@given(case=cases(), rate=st.sampled_from([0.0, 0.01, 0.1]), place=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_what_is_changed_between_runs_counts(case: Case, rate: float, place: int) -> None:
    trainer, reference = case.trainers()
    assert_same_runs(trainer, reference, 2)
    for each in (trainer, reference):
        each.learning_rate = rate
        parameters = each.model.parameters()
        p = parameters[place % len(parameters)]
        p.data, p.grad = 0.25, -0.5
    assert_same_runs(trainer, reference, 3)


@given(case=cases())
@settings(max_examples=30, deadline=None)
def test_evaluation_is_without_penalties(case: Case) -> None:
    trainer, reference = case.trainers()
    trainer.run(1)
    reference.run(1)
    inputs, targets = case.data()
    for count in {1, case.n}:
        loss, outputs = trainer.evaluate(inputs[:count], targets[:count])
        expected, expected_outputs = reference.evaluate(inputs[:count], targets[:count])
        assert loss == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
        np.testing.assert_allclose(outputs, expected_outputs, rtol=TOLERANCE, atol=TOLERANCE)


@given(case=cases())
@settings(max_examples=20, deadline=None)
def test_many_runs_of_one_step_are_one_run_of_many(case: Case) -> None:
    together, _ = case.trainers()
    apart, _ = case.trainers()
    losses = together.run(5)
    assert np.concatenate([apart.run(1) for _ in range(5)]).tolist() == losses.tolist()
    assert_alike(together.model, apart.model)


@pytest.mark.parametrize("batch_size", [1, 7, 8, 9, 100, 1000])
@pytest.mark.parametrize("last_batch", ["own", "carry", "drop"])
def test_batches_of_every_size(batch_size: int, last_batch: str) -> None:
    rng = np.random.default_rng(batch_size)
    random.seed(batch_size)
    model = MLP(2, [3, 1], activation="tanh")
    inputs, targets = rng.normal(size=(1000, 2)), rng.choice([-1.0, 1.0], 1000)
    arguments = {"loss": "logistic", "batch_size": batch_size, "last_batch": last_batch}
    assert_same_runs(*both(model, inputs, targets, **arguments), 3)


# ----- models and losses of one's own --------------------------------------------------------


class Bilinear(Module):
    """Products of parameters, of inputs and of both, shared parameters; no neuron in it."""

    def __init__(self) -> None:
        self.p = [Value(x) for x in (0.5, -1.5, 0.25, 1.0)]

    def __call__(self, x: list[Value]) -> list[Value]:
        a, b, c, d = self.p
        first = (a * b * x[0] + c) * (x[1] - a)
        second = (x[0] * x[1] + d.exp()).tanh() * abs(b) + first.max(x[0]) / (1.5 + x[1] ** 2)
        return [first, second - c**3]

    def parameters(self) -> list[Value]:
        return self.p


def cautious(outputs: list[Value], targets: list[Value]) -> Value:
    """A Huber-like loss of one's own."""
    total = Value(0.0)
    for o, t in zip(outputs, targets):
        total = total + ((o - t) ** 2 + 1.0).sqrt() - 1.0
    return total


@given(seed=st.integers(0, 1000), zero_grad=st.booleans(), optimizer=OPTIMIZERS)
@settings(max_examples=15, deadline=None)
def test_a_model_and_a_loss_of_ones_own(seed: int, zero_grad: bool, optimizer: Any) -> None:
    rng = np.random.default_rng(seed)
    arguments = {
        "loss": cautious,
        "optimizer": optimizer,
        "zero_grad": zero_grad,
        "learning_rate": 0.01,
        "l2": 0.01,
        "batch_size": 4,
    }
    data = rng.normal(size=(9, 2)), rng.normal(size=(9, 2))
    assert_same_runs(*both(Bilinear(), *data, **arguments), 5)


class Expression(Module):
    """Every op of the table, on parameters, inputs and results, shared as it happens."""

    def __init__(self, seed: int, size: int, parameters: int) -> None:
        self.seed, self.size = seed, size
        draw = random.Random(seed)
        self.p = [Value(draw.uniform(-1.5, 1.5)) for _ in range(parameters)]

    def __call__(self, x: list[Value]) -> Value:
        return random_expression(self.seed, [*self.p, *x], self.size, VALUES)

    def parameters(self) -> list[Value]:
        return self.p


@given(
    seed=st.integers(0, 10**6),
    size=st.integers(0, 40),
    parameters=st.integers(1, 4),
    n=st.integers(1, 9),
)
@settings(max_examples=60, deadline=None)
def test_any_expression_is_a_model(
    served_by: str, seed: int, size: int, parameters: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(n, 2)), rng.normal(size=n)
    model = Expression(seed, size, parameters)
    # A rate that is small for any gradient: what is compared is the gradient, not chaos.
    assert_same_runs(*both(model, inputs, targets, optimizer="adam", learning_rate=1e-4), 3)


class Doubled(Module):
    """The same neuron twice in a row."""

    def __init__(self) -> None:
        random.seed(4)
        self.neuron = Neuron(1, activation="tanh")

    def __call__(self, x: list[Value]) -> Value:
        return self.neuron([self.neuron(x)])

    def parameters(self) -> list[Value]:
        return self.neuron.parameters()


@pytest.mark.parametrize("regularization", ["loss", "playground"])
def test_a_network_that_uses_its_weights_twice(regularization: str) -> None:
    data = np.linspace(-1, 1, 7).reshape(-1, 1), np.linspace(1, -0.5, 7)
    arguments = {"l1": 0.01, "l2": 0.1, "regularization": regularization}
    assert_same_runs(*both(Doubled(), *data, **arguments), 20)


class Unused(Module):
    """One parameter of two reaches the output."""

    def __init__(self) -> None:
        self.p = [Value(0.5), Value(-2.0)]

    def __call__(self, x: list[Value]) -> Value:
        return self.p[0] * x[0]

    def parameters(self) -> list[Value]:
        return self.p


@pytest.mark.parametrize("zero_grad", [True, False])
def test_a_parameter_that_reaches_nothing_is_only_penalised(zero_grad: bool) -> None:
    arguments = {"l2": 0.1, "zero_grad": zero_grad}
    pair = both(Unused(), np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), **arguments)
    assert_same_runs(*pair, 5)


# ----- rules, one by one ---------------------------------------------------------------------


def line(data: list[float] | None = None) -> Neuron:
    """The model w*x + b."""
    random.seed(0)
    neuron = Neuron(1, activation="linear")
    for p, number in zip(neuron.parameters(), data or [0.5, 0.1]):
        p.data = number
    return neuron


def test_a_weight_that_l1_takes_through_zero_stays_there_until_it_is_set() -> None:
    inputs, targets = np.array([[1.0], [-1.0]]), np.array([0.01, -0.01])
    arguments = {"l1": 1.0, "regularization": "playground", "learning_rate": 0.3}
    for trainer in both(line([0.2, 0.0]), inputs, targets, **arguments):
        w = trainer.model.w[0]
        trainer.run(1)
        assert w.data == 0.0
        trainer.run(5)
        assert w.data == 0.0
        assert w.grad != 0.0  # it would move if it could
        w.data = 5.0
        trainer.run(1)
        assert 0.0 < w.data < 5.0


def test_a_weight_that_is_zero_from_the_start_is_not_dead() -> None:
    inputs, targets = np.array([[1.0], [-1.0]]), np.array([1.0, -1.0])
    arguments = {"l1": 0.01, "regularization": "playground"}
    for trainer in both(line([0.0, 0.0]), inputs, targets, **arguments):
        trainer.run(1)
        assert trainer.model.w[0].data > 0.0


def test_playgrounds_penalties_leave_biases_alone() -> None:
    inputs, targets = np.array([[0.0]]), np.array([0.1])
    for l1, l2 in ((0.1, 0.0), (0.0, 0.1)):
        arguments = {"l1": l1, "l2": l2, "regularization": "playground"}
        for trainer in both(line([0.5, 0.1]), inputs, targets, **arguments):
            loss = trainer.run(1)
            assert trainer.model.b.data == 0.1
            assert trainer.model.w[0].data == pytest.approx(0.5 - 0.1 * (l1 + l2 * 0.5))
            assert loss == pytest.approx([l1 * 0.5 + l2 * 0.5 * 0.25])


def test_without_zero_grad_penalties_pile_up_as_well() -> None:
    inputs, targets = np.array([[1.0]]), np.array([1.0])
    arguments = {"l2": 0.5, "zero_grad": False, "learning_rate": 0.0}
    for trainer in both(line([0.5, 0.5]), inputs, targets, **arguments):
        trainer.run(3)
        assert [p.grad for p in trainer.model.parameters()] == pytest.approx([1.5, 1.5])


def test_without_zero_grad_descent_is_momentum_that_never_fades() -> None:
    inputs, targets = np.array([[1.0], [2.0]]), np.array([1.0, -1.0])
    forgetful, _ = both(line(), inputs, targets, zero_grad=False)
    momentum, _ = both(line(), inputs, targets, optimizer=optim.Momentum(1.0))
    np.testing.assert_allclose(forgetful.run(20), momentum.run(20), rtol=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
def test_divergence_is_returned_and_begins_at_the_same_step(optimizer: str) -> None:
    inputs, targets = np.array([[3.0], [-2.0]]), np.array([1.0, 5.0])
    arguments = {"optimizer": optimizer, "learning_rate": 1e200}
    trainer, reference = both(line(), inputs, targets, **arguments)
    ours, theirs = trainer.run(6), reference.run(6)
    assert np.isfinite(ours).tolist() == np.isfinite(theirs).tolist()
    assert not np.isfinite(ours[-1])


def test_a_run_of_no_steps_changes_nothing() -> None:
    inputs, targets = np.array([[1.0]]), np.array([1.0])
    for trainer in both(line(), inputs, targets):
        trainer.model.w[0].grad = 7.0
        losses = trainer.run(0)
        assert losses.shape == (0,)
        assert losses.dtype == np.float64
        assert [p.data for p in trainer.model.parameters()] == [0.5, 0.1]
        assert trainer.model.w[0].grad == 7.0
        assert trainer.step == 0


def test_the_global_random_state_is_left_alone() -> None:
    inputs, targets = np.arange(6.0).reshape(6, 1), np.arange(6.0)
    trainer, _ = both(line(), inputs, targets, batch_size=2)
    before = random.getstate(), np.random.mtrand._rand.get_state()[1].tolist()
    trainer.run(10)
    assert (random.getstate(), np.random.mtrand._rand.get_state()[1].tolist()) == before


def test_the_loss_of_a_fit_is_not_a_number_by_chance() -> None:
    # One step on one sample by hand: o = 0.6, loss 0.16, gradients -0.8 and -0.8.
    inputs, targets = np.array([[1.0]]), np.array([1.0])
    for trainer in both(line(), inputs, targets):
        assert trainer.run(1) == pytest.approx([0.16])
        assert [p.grad for p in trainer.model.parameters()] == pytest.approx([-0.8, -0.8])
        assert [p.data for p in trainer.model.parameters()] == pytest.approx([0.58, 0.18])
        assert not math.isnan(trainer.evaluate(inputs, targets)[0])
