"""Published runs, number by number: micrograd's demo and TensorFlow Playground."""

import random
from typing import Any

import numpy as np
import pytest

from core import datasets, optim
from core.losses import accuracy
from core.nn import MLP
from core.training import Trainer
from tests.core.playground_by_hand import Node, Playground
from tests.core.reference_trainer import ReferenceTrainer
from tests.data import load

DEMO = load("micrograd_demo")
PLAYGROUND = load("playground_default")

# ----- micrograd's demo ----------------------------------------------------------------------


def demo_trainer(kind: Any) -> Any:
    """The notebook's model, data and loss."""
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    return kind(
        model,
        DEMO["X"],
        DEMO["y"],
        loss="hinge",
        l2=1e-4,
        learning_rate=optim.LinearDecay(1.0, 0.1, 100),
        shuffle=False,
    )


def test_micrograds_demo_all_hundred_steps() -> None:
    trainer = demo_trainer(Trainer)
    losses, right = [], []
    for _ in range(100):
        _, outputs = trainer.evaluate(DEMO["X"], DEMO["y"])
        right.append(100 * accuracy(outputs, DEMO["y"]))
        losses.extend(trainer.run(1))
    # Sums in another order differ in the last digit; by step 100 that is still far below 1e-9.
    np.testing.assert_allclose(losses, DEMO["losses"], rtol=1e-9)
    assert right == DEMO["accuracy"]


def test_micrograds_demo_in_one_run() -> None:
    losses = demo_trainer(Trainer).run(100)
    np.testing.assert_allclose(losses, DEMO["losses"], rtol=1e-9)


def test_micrograds_demo_begins_so_in_plain_values() -> None:
    losses = demo_trainer(ReferenceTrainer).run(2)
    np.testing.assert_allclose(losses, DEMO["losses"][:2], rtol=1e-12)


def test_micrograds_demo_from_the_data_set_of_that_name() -> None:
    random.seed(1337)
    inputs, targets = datasets.find("micrograd").make()
    rate = optim.LinearDecay(1.0, 0.1, 100)
    trainer = Trainer(
        MLP(2, [16, 16, 1]), inputs, targets, loss="hinge", l2=1e-4, learning_rate=rate
    )
    np.testing.assert_allclose(trainer.run(10), DEMO["losses"][:10], rtol=1e-9)


# ----- TensorFlow Playground -----------------------------------------------------------------


def samples(points: list[dict[str, float]]) -> tuple[list[list[float]], list[float]]:
    """Inputs and targets of the recorded points."""
    return [[p["x"], p["y"]] for p in points], [p["label"] for p in points]


def set_parameters(model: MLP, layers: list[list[dict[str, Any]]]) -> None:
    for layer, recorded in zip(model.layers, layers, strict=True):
        for neuron, node in zip(layer.neurons, recorded, strict=True):
            for w, weight in zip(neuron.w, node["weights"], strict=True):
                w.data = weight
            neuron.b.data = node["bias"]


def parameters_of(layers: list[list[dict[str, Any]]]) -> list[float]:
    return [x for layer in layers for node in layer for x in (*node["weights"], node["bias"])]


def playground_trainer(kind: Any, activation: str = "tanh", **arguments: Any) -> Any:
    """The default run's network and data, in the order in which they were."""
    model = MLP(2, [4, 2, 1], activation=activation, output="tanh", init="playground")
    set_parameters(model, PLAYGROUND["init"])
    settings = {
        "loss": "half_squared_error",
        "learning_rate": PLAYGROUND["config"]["learningRate"],
        "batch_size": PLAYGROUND["config"]["batchSize"],
        "shuffle": False,
        "last_batch": "carry",
        "regularization": "playground",
    }
    return kind(model, *samples(PLAYGROUND["train"]), **{**settings, **arguments})


@pytest.mark.parametrize(("kind", "epochs"), [(ReferenceTrainer, 5), (Trainer, 300)])
def test_playgrounds_default_run(kind: Any, epochs: int) -> None:
    trainer = playground_trainer(kind)
    train, test = samples(PLAYGROUND["train"]), samples(PLAYGROUND["test"])
    for row in PLAYGROUND["losses"]:
        if row["epoch"] > epochs:
            break
        trainer.run(row["epoch"] * 25 - trainer.step)
        assert trainer.evaluate(*train)[0] == pytest.approx(row["train"], rel=0, abs=1e-9)
        loss, outputs = trainer.evaluate(*test)
        assert loss == pytest.approx(row["test"], rel=0, abs=1e-9)
        assert accuracy(outputs, test[1]) == pytest.approx(row["acc"])
    if kind is Trainer:
        parameters = [p.data for p in trainer.model.parameters()]
        np.testing.assert_allclose(parameters, parameters_of(PLAYGROUND["final"]), atol=1e-9)


def by_hand(activation: str, penalty: str, rate: float) -> Playground:
    layers = [
        [
            Node(list(node["weights"]), node["bias"], "tanh" if i == 2 else activation)
            for node in layer
        ]
        for i, layer in enumerate(PLAYGROUND["init"])
    ]
    return Playground(layers, penalty, rate)


def test_playground_by_hand_is_playground() -> None:
    playground = by_hand("tanh", "none", 0.0)
    train = samples(PLAYGROUND["train"])
    recorded = {row["epoch"]: row["train"] for row in PLAYGROUND["losses"]}
    for epoch in range(21):
        if epoch in recorded:
            assert playground.loss(*train) == pytest.approx(recorded[epoch], rel=0, abs=1e-12)
        playground.epoch(*train, 0.03, 10)


VARIANTS = [
    # activation, penalty, its rate, batch size, learning rate
    ("tanh", "none", 0.0, 30, 0.03),
    ("relu", "none", 0.0, 7, 0.03),
    ("sigmoid", "L2", 0.003, 30, 0.1),
    ("tanh", "L2", 0.1, 10, 0.03),
    ("tanh", "L1", 0.001, 10, 0.03),
    ("tanh", "L1", 0.03, 30, 0.1),
    ("linear", "L1", 0.01, 17, 0.03),
    ("tanh", "L1", 1.0, 1, 0.03),
    ("tanh", "L2", 10.0, 10, 0.3),
]


@pytest.mark.parametrize(("kind", "epochs"), [(ReferenceTrainer, 2), (Trainer, 30)])
@pytest.mark.parametrize(("activation", "penalty", "amount", "batch_size", "rate"), VARIANTS)
def test_playgrounds_penalties_and_batches_that_do_not_divide_the_data(
    kind: Any,
    epochs: int,
    activation: str,
    penalty: str,
    amount: float,
    batch_size: int,
    rate: float,
) -> None:
    train = samples(PLAYGROUND["train"])
    playground = by_hand(activation, penalty, amount)
    trainer = playground_trainer(
        kind,
        activation,
        learning_rate=rate,
        batch_size=batch_size,
        l1=amount if penalty == "L1" else 0.0,
        l2=amount if penalty == "L2" else 0.0,
    )
    for _ in range(epochs):
        playground.epoch(*train, rate, batch_size)
        trainer.run(len(train[0]) // batch_size)
        assert trainer.evaluate(*train)[0] == pytest.approx(playground.loss(*train), abs=1e-9)
    expected = [
        x for layer in playground.layers for node in layer for x in (*node.weights, node.bias)
    ]
    parameters = [p.data for p in trainer.model.parameters()]
    np.testing.assert_allclose(parameters, expected, atol=1e-9)
    dead = sum(len(node.dead) for layer in playground.layers for node in layer)
    assert sum(p == 0.0 for p in parameters) == dead
    assert (penalty == "L1" and amount > 0.1 and kind is Trainer) <= (dead > 0)


# ----- the lecture's four examples -----------------------------------------------------------


@pytest.mark.parametrize("kind", [ReferenceTrainer, Trainer])
def test_the_lectures_training_loop(kind: Any) -> None:
    # The lecture's cells, in Values, beside the trainer: 20 passes, rate 0.05, summed loss.
    data = datasets.find("lecture").make()
    random.seed(7)
    model = MLP(3, [4, 4, 1], activation="tanh", output="tanh", init="lecture")
    random.seed(7)
    same = MLP(3, [4, 4, 1], activation="tanh", output="tanh", init="lecture")
    trainer = kind(same, *data, reduction="sum", learning_rate=0.05)
    losses = []
    for _ in range(20):
        predictions = [model(x) for x in data.inputs.tolist()]
        loss = sum((out - t) ** 2 for t, out in zip(data.targets.tolist(), predictions))
        for p in model.parameters():
            p.grad = 0.0
        loss.backward()
        for p in model.parameters():
            p.data += -0.05 * p.grad
        losses.append(loss.data)
    np.testing.assert_allclose(trainer.run(20), losses, rtol=1e-10, atol=1e-15)
    assert losses[-1] < losses[0]


def test_the_lectures_bug_is_the_same_bug() -> None:
    # The loop above without its zero_grad.
    data = datasets.find("lecture").make()
    models = []
    for _ in range(2):
        random.seed(7)
        models.append(MLP(3, [4, 4, 1], activation="tanh", output="tanh", init="lecture"))
    model, same = models
    losses = []
    for _ in range(20):
        predictions = [model(x) for x in data.inputs.tolist()]
        loss = sum((out - t) ** 2 for t, out in zip(data.targets.tolist(), predictions))
        loss.backward()
        for p in model.parameters():
            p.data += -0.05 * p.grad
        losses.append(loss.data)
    trainer = Trainer(same, *data, reduction="sum", learning_rate=0.05, zero_grad=False)
    np.testing.assert_allclose(trainer.run(20), losses, rtol=1e-9, atol=1e-15)
