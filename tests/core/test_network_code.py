"""A run as a script: what the script computes is what the run was."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core import optim
from core.hyperparameters import PRESETS, Hyperparameters
from core.network.code import STYLES, network_code
from core.own_data import OwnFunction
from core.session import Session

ROOT = Path(__file__).resolve().parents[2]
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


def run_scripts(codes):
    """Each script's losses, all in one process, since importing PyTorch takes seconds."""
    program = (
        "import json, sys\n"
        "found = []\n"
        "for code in json.load(sys.stdin):\n"
        "    names = {'__name__': '__main__'}\n"
        "    exec(compile(code, 'script', 'exec'), names)\n"
        "    found.append([float(x) for x in names['losses']])\n"
        "print('\\n' + json.dumps(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], input=json.dumps(codes), text=True,
        capture_output=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def check(style, setups, steps):
    codes = [network_code(style, setup, steps) for setup in setups.values()]
    for (name, setup), found in zip(setups.items(), run_scripts(codes)):
        expected = Session(setup).run(steps)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, err_msg=name)


def presets():
    return {name: preset.setup for name, preset in PRESETS.items()}


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not here")
def test_the_pytorch_script_makes_the_same_steps():
    check("pytorch", {**presets(), **SETUPS}, 40)


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
