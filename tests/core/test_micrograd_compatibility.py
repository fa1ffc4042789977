"""What people run with micrograd gives micrograd's numbers when `core` takes its place."""

from typing import Any

import pytest

from core import engine, nn
from tests.core.micrograd_scenarios import SCENARIOS
from tests.data import load

ROWS = load("micrograd_numbers")["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["scenario"])
def test_micrograds_numbers(row: dict[str, Any]) -> None:
    assert_same(SCENARIOS[row["scenario"]](engine, nn), row["numbers"], row["scenario"])


def assert_same(ours: Any, theirs: Any, where: str) -> None:
    """Equal text, equal structure, and numbers equal to 1e-12."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys(), where
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{where}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        for i, (a, b) in enumerate(zip(ours, theirs)):
            assert_same(a, b, f"{where}[{i}]")
    elif isinstance(theirs, str):
        assert ours == theirs, where
    else:
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-15), where


def test_every_scenario_was_recorded() -> None:
    assert [row["scenario"] for row in ROWS] == list(SCENARIOS)


def test_a_difference_would_be_seen() -> None:
    numbers = dict(ROWS[0]["numbers"])
    numbers["y"] *= 1 + 1e-11
    with pytest.raises(AssertionError):
        assert_same(SCENARIOS["sanity_check"](engine, nn), numbers, "sanity_check")


@pytest.mark.parametrize("x", [-1.0, 0.123, 2.0])
def test_the_unary_functions_are_called_on_the_class(x: float) -> None:
    # micrograd's third case passes Value.tanh and Value.exp as functions.
    recorded = {
        (row["op"], row["inputs"][0]): row
        for row in load("torch_ops")["rows"]
        if len(row["inputs"]) == 1
    }
    for name, function in (("tanh", engine.Value.tanh), ("exp", engine.Value.exp)):
        v = engine.Value(x)
        out = function(v)
        out.backward()
        theirs = recorded[name, x]
        assert out.data == pytest.approx(theirs["out"], rel=1e-14)
        assert v.grad == pytest.approx(theirs["grads"][0], rel=1e-14)
