"""Value against PyTorch side by side, where PyTorch is installed (the extra `torch`).

Everybody else compares with the numbers recorded from it, in test_ops and test_engine.
"""

import importlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import Value
from tests.core.closeness import is_close
from tests.core.expressions import VALUES, random_expression

pytest.importorskip("torch", reason="the recorded numbers of PyTorch are tested instead")
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
