"""Losses of one sample against formulas, differences and corners; accuracy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import losses
from core.engine import Value

NUMBERS = st.integers(-40, 40).map(lambda n: n / 8)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4)

FORMULAS = {
    "squared_error": lambda o, t: ((o - t) ** 2, 2 * (o - t)),
    "half_squared_error": lambda o, t: ((o - t) ** 2 / 2, o - t),
    "hinge": lambda o, t: (max(0.0, 1 - t * o), -t if t * o < 1 else 0.0),
    "logistic": lambda o, t: (math.log(1 + math.exp(-t * o)), -t / (1 + math.exp(t * o))),
}


def evaluate(name: str, outputs: list[float], targets: list[float]) -> tuple[float, list[float]]:
    """The loss, and its gradient with respect to the outputs."""
    leaves = [Value(o) for o in outputs]
    loss = losses.find(name)(leaves, [Value(t) for t in targets])
    loss.backward()
    return loss.data, [v.grad for v in leaves]


@pytest.mark.parametrize("name", losses.LOSSES)
@given(pairs=PAIRS)
@settings(max_examples=40, deadline=None)
def test_value_and_gradient_are_the_sum_over_the_outputs(
    name: str, pairs: list[tuple[float, float]]
) -> None:
    loss, grads = evaluate(name, [o for o, _ in pairs], [t for _, t in pairs])
    expected = [FORMULAS[name](o, t) for o, t in pairs]
    assert loss == pytest.approx(sum(value for value, _ in expected), rel=1e-12)
    assert grads == pytest.approx([grad for _, grad in expected], rel=1e-12, abs=1e-15)


def test_there_is_a_formula_for_every_loss() -> None:
    assert FORMULAS.keys() == losses.LOSSES.keys()


@pytest.mark.parametrize(("output", "target"), [(1.0, 1.0), (-1.0, -1.0), (0.5, 2.0)])
def test_the_hinge_is_flat_at_its_corner(output: float, target: float) -> None:
    assert evaluate("hinge", [output], [target]) == (0.0, [0.0])


@pytest.mark.parametrize("output", [1e3, 1e10, 1e308])
def test_the_logistic_loss_neither_overflows_nor_loses_its_tail(output: float) -> None:
    assert evaluate("logistic", [output], [-1.0]) == (output, [1.0])
    assert evaluate("logistic", [output], [1.0]) == (0.0, [0.0])
    assert evaluate("logistic", [40.0], [1.0])[0] == pytest.approx(math.exp(-40.0), rel=1e-14)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_a_diverged_output_is_a_number_not_an_exception(name: str) -> None:
    for output in (math.inf, -math.inf, math.nan):
        loss, _ = evaluate(name, [output], [1.0])
        assert not math.isfinite(loss) or loss == 0.0


@pytest.mark.parametrize("name", losses.LOSSES)
def test_outputs_and_targets_must_match(name: str) -> None:
    with pytest.raises(ValueError, match="2 outputs for 1 targets"):
        losses.find(name)([Value(1.0), Value(2.0)], [Value(1.0)])
    with pytest.raises(ValueError, match="0 outputs"):
        losses.find(name)([], [])


def test_a_loss_of_ones_own_is_taken_as_it_is() -> None:
    def own(outputs: list[Value], targets: list[Value]) -> Value:
        return abs(outputs[0] - targets[0])

    assert losses.find(own) is own


@pytest.mark.parametrize("wrong", ["", "mse", None, 3])
def test_an_unknown_loss_is_refused_with_the_names_there_are(wrong: object) -> None:
    with pytest.raises(ValueError, match="squared_error, half_squared_error, hinge, logistic"):
        losses.find(wrong)


# ----- accuracy ------------------------------------------------------------------------------


def test_accuracy_of_one_output_goes_by_its_sign() -> None:
    assert losses.accuracy([0.3, -2.0, 0.0, 0.1], [1, -1, -1, -1]) == 0.75
    assert losses.accuracy([[0.3], [-2.0]], [1, -1]) == 1.0


def test_accuracy_of_several_outputs_goes_by_the_largest() -> None:
    outputs = [[0.1, 0.2, -1.0], [3.0, 4.0, 5.0]]
    assert losses.accuracy(outputs, [[-1, 1, -1], [1, -1, -1]]) == 0.5


def test_a_nan_is_never_right() -> None:
    assert losses.accuracy([math.nan, math.nan], [1, -1]) == 0.0
    assert losses.accuracy([[math.nan, 1.0]], [[1, -1]]) == 0.0


def test_accuracy_of_nothing_is_unknown() -> None:
    assert math.isnan(losses.accuracy(np.empty((0, 1)), np.empty(0)))


def test_accuracy_refuses_shapes_that_differ() -> None:
    with pytest.raises(ValueError, match=r"outputs have the shape \(2, 1\), targets \(3, 1\)"):
        losses.accuracy([1.0, 2.0], [1, 1, 1])
