"""A run as a script: what the script computes is what the run was."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest

from core import optim
from core.hyperparameters import PRESETS, Hyperparameters
from core.network.code import STYLES, network_code
from core.own_data import OwnFunction
from core.session import Session

SMALL = Hyperparameters(points=40, hidden=(3, 2), batch_size=6)
PLAYGROUND = {"regularization": "playground", "last_batch": "carry"}
OWN = OwnFunction("sin(x)")

# Every field of the set-up that changes a step is in one of them.
SETUPS = {
    "sum, all points": SMALL.changed(batch_size=None, reduction="sum", learning_rate=0.01),
    "carried": SMALL.changed(batch_size=7, **PLAYGROUND, l1=0.05, l2=0.03, learning_rate=0.3,
                             rate_factors=(0.5, 2.0, 1.5)),
    "dropped, shuffled": SMALL.changed(batch_size=7, last_batch="drop", shuffle=True, seed=3),
    "carried, shuffled": SMALL.changed(batch_size=7, last_batch="carry", shuffle=True),
    "penalties": SMALL.changed(l1=0.01, l2=0.02, loss="hinge", hidden=()),
    "momentum": SMALL.changed(optimizer=optim.Momentum(0.8), schedule="cosine", schedule_steps=30,
                              rate_factors=(0.0, 1.5, 1.0)),
    "rmsprop": SMALL.changed(optimizer=optim.RMSProp(), schedule="warm_up", schedule_steps=9),
    "adamw": SMALL.changed(optimizer=optim.AdamW(), schedule="step", schedule_steps=9, l2=0.01,
                           rate_factors=(2.0, 0.1, 1.0)),
    "no zero_grad": SMALL.changed(zero_grad=False, learning_rate=0.01, schedule="linear"),
    "drawn": SMALL.changed(schedule="drawn", schedule_shape=((3, 1.0), (9, 0.1)), hidden=(2, 2, 2)),
    "activations": SMALL.changed(
        layer_activations=("relu", "sigmoid"), output="linear", loss="logistic", init="xavier",
    ),
    "rare activations": SMALL.changed(
        hidden=(3, 3, 2), layer_activations=("softplus", "neg", "cos"), loss="squared_error",
        features=("x1", "sin_x2", "x1_x2"), init="xavier",
    ),
    "own function": SMALL.changed(dataset="own", own=OWN, output="linear", noise=5.0),
}  # fmt: skip


def losses_of(code):
    """A script's losses, where it ran as a program of its own would."""
    names = {"__name__": "__main__"}
    with redirect_stdout(StringIO()) as printed:
        exec(compile(code, "script", "exec"), names)
    assert printed.getvalue().startswith("step 0: loss ")
    return names["losses"]


def check(style, setups, steps):
    for name, setup in setups.items():
        found = losses_of(network_code(style, setup, steps))
        expected = Session(setup).run(steps)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, err_msg=name)


def presets():
    return {name: preset.setup for name, preset in PRESETS.items()}


def test_the_pytorch_script_makes_the_same_steps():
    torch = pytest.importorskip("torch")
    dtype = torch.get_default_dtype()
    try:
        check("pytorch", {**presets(), **SETUPS}, 40)
    finally:
        torch.set_default_dtype(dtype)


def test_the_numpy_script_makes_the_same_steps():
    check("numpy", {**presets(), **SETUPS}, 60)


def test_the_micrograd_script_makes_the_same_steps():
    check("micrograd", {"lecture": PRESETS["lecture"].setup, **SETUPS}, 12)


@pytest.mark.parametrize("style", STYLES)
def test_a_script_is_legible(style):
    code = network_code(style, PRESETS["spiral"].setup, 10)
    assert max(map(len, code.splitlines())) <= 100
    compile(code, style, "exec")


def test_a_title_cannot_end_the_comment_it_stands_in():
    own = OwnFunction('y = x # """; import os')
    code = network_code("numpy", SMALL.changed(dataset="own", own=own, output="linear"), 1)
    assert code.count('"""') % 2 == 0
    compile(code, "script", "exec")
    assert "import os\n" not in code


def test_too_many_points_for_a_script_are_refused_in_words():
    with pytest.raises(ValueError, match="points are too many"):
        network_code("numpy", SMALL.changed(points=200_000), 1)
