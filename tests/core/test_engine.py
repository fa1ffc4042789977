"""Value: the lecture's numbers, PyTorch's numbers, sharing, depth, width and memory."""

import gc
import math
import random
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import Value, topological_order
from core.ops import OPS
from tests.core.closeness import is_close
from tests.core.expressions import VALUES, random_expression
from tests.data import load

# ----- the lecture ---------------------------------------------------------------------------


def test_the_lectures_expression() -> None:
    a = Value(2.0, label="a")
    b = Value(-3.0, label="b")
    c = Value(10.0, label="c")
    f = Value(-2.0, label="f")
    e = a * b
    d = e + c
    out = d * f
    out.backward()
    assert (e.data, d.data, out.data) == (-6.0, 4.0, -8.0)
    assert [v.grad for v in (a, b, c, d, e, f, out)] == [6.0, -4.0, -2.0, -2.0, -2.0, 4.0, 1.0]


def lecture_neuron() -> tuple[list[Value], Value]:
    """x1, w1, x2, w2, b and the sum before the activation."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    return [x1, w1, x2, w2, b], x1 * w1 + x2 * w2 + b


def by_exponentials(n: Value) -> Value:
    e = (2 * n).exp()
    return (e - 1) / (e + 1)


@pytest.mark.parametrize("activation", [Value.tanh, by_exponentials], ids=["tanh", "exp"])
def test_the_lectures_neuron(activation: Any) -> None:
    leaves, n = lecture_neuron()
    o = activation(n)
    o.backward()
    assert o.data == pytest.approx(0.7071067811865476, rel=1e-15)
    expected = [-1.5, 1.0, 0.5, 0.0, 0.5]
    assert [v.grad for v in leaves] == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_the_lectures_backward_by_hand() -> None:
    leaves, n = lecture_neuron()
    o = n.tanh()
    o.grad = 1.0
    for v in (o, n, *n._prev, *n._prev[0]._prev):
        v._backward()
    by_hand = [v.grad for v in leaves]
    for v in leaves:
        v._backward()  # a leaf hands nothing on
        v.grad = 0.0
    o.backward()
    assert by_hand == [v.grad for v in leaves]


def test_a_value_added_to_itself_gets_both_gradients() -> None:
    a = Value(3.0)
    b = a + a
    b.backward()
    assert (b.data, a.grad) == (6.0, 2.0)


def test_the_lectures_bug_of_a_value_used_in_two_places() -> None:
    a, b = Value(-2.0), Value(3.0)
    d = a * b
    e = a + b
    f = d * e
    f.backward()
    assert (f.data, a.grad, b.grad) == (-6.0, -3.0, -8.0)


# ----- accumulation --------------------------------------------------------------------------


@given(times=st.integers(1, 5), seed=st.integers(0, 10))
@settings(max_examples=20, deadline=None)
def test_backward_again_adds_to_the_leaves_and_starts_anew_between(times: int, seed: int) -> None:
    leaves = [Value(x) for x in (0.3, -1.2, 0.7)]
    out = random_expression(seed, leaves, 20, VALUES)
    out.backward()
    once = [v.grad for v in leaves]
    inner = [v.grad for v in topological_order(out) if v._prev]
    for _ in range(times - 1):
        out.backward()
    assert [v.grad for v in leaves] == pytest.approx([times * g for g in once], rel=1e-14)
    assert [v.grad for v in topological_order(out) if v._prev] == inner


def test_two_outputs_add_up_in_a_shared_leaf() -> None:
    a = Value(3.0)
    (a * 2).backward()
    (a * a).backward()
    assert a.grad == 8.0


def test_an_inner_value_as_output_leaves_the_rest_alone() -> None:
    a = Value(3.0)
    b = a * a
    c = b * 5
    b.backward()
    assert (a.grad, b.grad, c.grad) == (6.0, 1.0, 0.0)


def test_a_leaf_is_its_own_output() -> None:
    a = Value(3.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0


# ----- PyTorch -------------------------------------------------------------------------------


@pytest.mark.parametrize("row", load("torch_expressions")["rows"], ids=lambda row: row["seed"])
def test_expressions_agree_with_pytorch(row: dict[str, Any]) -> None:
    leaves = [Value(x) for x in row["inputs"]]
    out = random_expression(row["seed"], leaves, 40, VALUES)
    out.backward()
    assert is_close(out.data, row["out"])
    assert all(is_close(v.grad, g) for v, g in zip(leaves, row["grads"], strict=True))


@given(seed=st.integers(0, 10**6), size=st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_gradients_predict_what_a_small_step_does(seed: int, size: int) -> None:
    draw = random.Random(seed)  # numbers of many digits, which lie on no kink
    numbers = [draw.uniform(-2, 2) for _ in range(3)]
    direction = [draw.uniform(-1, 1) for _ in numbers]

    def output(h: float) -> tuple[Value, list[Value]]:
        leaves = [Value(x + h * d) for x, d in zip(numbers, direction)]
        return random_expression(seed, leaves, size, VALUES), leaves

    out, leaves = output(0.0)
    out.backward()
    slope = sum(v.grad * d for v, d in zip(leaves, direction))
    h = 1e-6
    right, left = (output(h)[0].data - out.data) / h, (out.data - output(-h)[0].data) / h
    margin = 1e-4 * max(1.0, abs(slope))
    # Between the one-sided slopes: they part where the step goes over a kink.
    assert min(left, right) - margin <= slope <= max(left, right) + margin


# ----- IEEE ----------------------------------------------------------------------------------


def test_the_worst_numbers_give_ieee_results() -> None:
    assert Value(1000.0).tanh().data == 1.0
    assert Value(1000.0).exp().data == math.inf
    assert Value(0.0).log().data == -math.inf
    assert (Value(1.0) / 0).data == math.inf
    assert (Value(-1.0) / Value(0.0)).data == -math.inf
    assert (1 / Value(0.0)).data == math.inf
    assert math.isnan((Value(0.0) * math.inf).data)
    assert math.isnan((Value(math.inf) - math.inf).data)
    assert (Value(1e308) * 10).data == math.inf
    assert (Value(10.0) ** 400).data == math.inf
    assert (Value(0.0) ** -1).data == math.inf
    assert math.isnan((Value(-8.0) ** (1 / 3)).data)
    assert Value(10**400).data == math.inf


WORST = st.sampled_from([0.0, -0.0, 1e-320, 1e308, -1e308, math.inf, -math.inf, math.nan, 1.0])


@given(numbers=st.lists(WORST, min_size=3, max_size=3), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_no_numbers_make_an_expression_raise_or_warn(numbers: list[float], seed: int) -> None:
    leaves = [Value(x) for x in numbers]
    out = random_expression(seed, leaves, 15, VALUES)
    out.backward()
    assert type(out.data) is float
    assert all(isinstance(v.grad, float) for v in leaves)


# ----- what a Value is -----------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["3", b"3", None, [1.0], 1j])
def test_only_numbers_become_values(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Value(wrong)
    for attempt in (
        lambda: Value(2.0) + wrong,
        lambda: Value(2.0) * wrong,
        lambda: Value(2.0) - wrong,
        lambda: Value(2.0) / wrong,
        lambda: Value(2.0) ** wrong,
    ):
        with pytest.raises(TypeError):
            attempt()


@pytest.mark.parametrize(
    "number", [3, True, np.float64(3), np.float32(3), np.int64(3), np.array(3)]
)
def test_data_is_a_plain_float_whatever_number_came(number: Any) -> None:
    assert type(Value(number).data) is float
    assert type((Value(2.0) * number).data) is float
    assert type((Value(2.0) ** number).data) is float


def test_inputs_keep_their_order_and_an_input_used_twice_is_there_twice() -> None:
    a, b = Value(2.0), Value(5.0)
    assert (a - b)._prev == (a, b)
    assert (a * a)._prev == (a, a)
    assert (a**3)._prev == (a,)
    assert (a**3)._op == "**3"
    assert (a**b)._prev == (a, b)
    assert a._prev == ()
    assert a._op == ""


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda x: 5 + x, (7, 1)),
        (lambda x: 5 - x, (3, -1)),
        (lambda x: 5 * x, (10, 5)),
        (lambda x: 5 / x, (2.5, -1.25)),
        (lambda x: 5**x, (25, 25 * math.log(5))),
        (lambda x: x + 5, (7, 1)),
        (lambda x: x - 5, (-3, 1)),
        (lambda x: x / 5, (0.4, 0.2)),
        (lambda x: x**5, (32, 80)),
        (lambda x: -x, (-2, -1)),
        (lambda x: abs(-x), (2, 1)),
    ],
)
def test_numbers_on_either_side(make: Any, expected: tuple[float, float]) -> None:
    x = Value(2.0)
    y = make(x)
    y.backward()
    assert (y.data, x.grad) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "op", [op for op in OPS.values() if not op.is_infix], ids=lambda op: op.name
)
def test_every_named_row_is_a_documented_method(op: Any) -> None:
    method = getattr(Value, op.name)
    assert method.__name__ == op.name
    assert op.explanation in method.__doc__
    inputs = [Value(0.5), Value(0.25)][: op.arity]
    out = getattr(inputs[0], op.name)(*inputs[1:])
    assert out.data == op(*(v.data for v in inputs))
    assert out._prev == tuple(inputs)
    assert out._op == op.symbol


def test_repr_and_label() -> None:
    assert repr(Value(2, label="a")) == "Value(data=2.0, grad=0.0)"
    assert Value(2, label="a").label == "a"
    assert Value(2, (), "", "a").label == "a"


def test_local_derivatives_are_what_backward_multiplies_with() -> None:
    a, b = Value(2.0), Value(5.0)
    assert (a + b).local_derivatives() == (1.0, 1.0)
    assert (a * b).local_derivatives() == (5.0, 2.0)
    assert (a / b).local_derivatives() == pytest.approx((0.2, -0.08))
    assert (a**3).local_derivatives() == (12.0,)
    assert a.local_derivatives() == ()


def test_backward_uses_the_data_of_now() -> None:
    # The editor changes a leaf's data in place and asks again.
    a, b = Value(2.0), Value(5.0)
    out = a * b
    b.data = 7.0
    out.backward()
    assert a.grad == 7.0


def test_topological_order_has_inputs_first_and_each_value_once() -> None:
    leaves = [Value(x) for x in (0.1, 0.2, 0.3)]
    out = random_expression(7, leaves, 30, VALUES)
    order = topological_order(out)
    place = {v: i for i, v in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is out
    assert all(place[child] < place[v] for v in order for child in v._prev)


# ----- size ----------------------------------------------------------------------------------


def test_a_chain_300_000_deep_is_built_run_and_freed() -> None:
    x = Value(1.0)
    out = x
    for _ in range(150_000):
        out = out * 1.000001 + 0.0
    out.backward()
    assert x.grad == pytest.approx(1.000001**150_000, rel=1e-9)
    middle = weakref.ref(out._prev[0])
    del out
    assert middle() is None  # freed by count, at once


def test_a_sum_100_000_wide() -> None:
    leaves = [Value(1.0) for _ in range(1000)]
    out = Value(0.0)
    for _ in range(100):
        for v in leaves:
            out = out + v
    out.backward()
    assert out.data == 100_000.0
    assert {v.grad for v in leaves} == {100.0}


def test_many_ways_through_a_graph_are_not_walked_one_by_one() -> None:
    x = Value(1.0)
    out = x
    for _ in range(1000):
        out = out + out  # 2**1000 paths
    out.backward()
    assert x.grad == 2.0**1000


def test_graphs_are_freed_without_the_cyclic_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        leaves, n = lecture_neuron()
        out = n.tanh() + n * n
        out.backward()
        kept = [weakref.ref(v) for v in topological_order(out)]
        del leaves, n, out
        assert [ref() for ref in kept] == [None] * len(kept)
    finally:
        gc.enable()


def test_values_have_no_dict_and_no_closures() -> None:
    v = Value(1.0) * 2
    assert not hasattr(v, "__dict__")
    with pytest.raises(AttributeError):
        v.gradient = 1.0  # a slip of the pen is noticed
