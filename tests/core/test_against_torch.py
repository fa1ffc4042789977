"""Value against PyTorch side by side, where PyTorch is installed (the extra `torch`).

Everybody else compares with the numbers recorded from it, in test_ops and test_engine.
"""

import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import optim
from core.engine import Value
from core.hyperparameters import Hyperparameters
from core.session import Session
from tests.core.closeness import is_close
from tests.core.expressions import VALUES, random_expression

torch = pytest.importorskip("torch", reason="the recorded numbers of PyTorch are tested instead")
record_torch = importlib.import_module("tests.data.record_torch")


@given(
    seed=st.integers(0, 10**6),
    numbers=st.lists(st.floats(-3, 3), min_size=1, max_size=5),
    size=st.integers(0, 40),
)
@settings(max_examples=60)
def test_random_expressions(seed: int, numbers: list[float], size: int) -> None:
    leaves = [Value(x) for x in numbers]
    out = random_expression(seed, leaves, size, VALUES)
    out.backward()

    def expression(*x: Any) -> Any:
        return random_expression(seed, list(x), size, record_torch.FUNCTIONS)

    theirs, grads = record_torch.derive(expression, *numbers)
    assert is_close(out.data, theirs, 1e-11)
    assert all(is_close(v.grad, g, 1e-11) for v, g in zip(leaves, grads))


THEIRS = {
    "momentum": {"cls": "SGD", "momentum": 0.9},
    "rmsprop": {"cls": "RMSprop"},
    "adam": {"cls": "Adam"},
    "adamw": {"cls": "AdamW"},
}


@pytest.mark.parametrize("name", THEIRS)
def test_layers_rates_changed_in_mid_run_are_those_of_parameter_groups(name: str) -> None:
    session = Session(Hyperparameters(optimizer=optim.find(name), learning_rate=0.02))
    layers = [slice(0, 12), slice(12, 22), slice(22, 25)]
    own = [torch.tensor(session.parameters()[layer], requires_grad=True) for layer in layers]
    settings = {**THEIRS[name]}
    groups = [{"params": [p], "lr": 0.02} for p in own]
    theirs = getattr(torch.optim, settings.pop("cls"))(groups, **settings)
    for step in range(30):
        if step == 10:
            session.retune(session.setup.changed(rate_factors=(0.1, 0.0, 3.0)))
            for group, factor in zip(theirs.param_groups, session.setup.rate_factors):
                group["lr"] = 0.02 * factor
        session.run(1)
        for p, layer in zip(own, layers):
            p.grad = torch.tensor(session.gradients()[layer])
        theirs.step()
        found = np.concatenate([p.detach().numpy() for p in own])
        np.testing.assert_allclose(session.parameters(), found, rtol=1e-11)
