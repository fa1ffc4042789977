"""Every scalar of a network for a sample: the same numbers as Values give one by one."""

import random

import numpy as np
import pytest

from core import losses
from core.engine import Value
from core.network.trace import NetworkTrace
from core.nn import MLP

SAMPLES = np.array([[0.5, -0.3], [1.2, 0.7], [-0.8, 2.0]])
TARGETS = np.array([[1.0], [-1.0], [1.0]])


@pytest.fixture(params=[("relu", "linear", "hinge"), ("tanh", "tanh", "half_squared_error")])
def case(request):
    activation, output, loss = request.param
    random.seed(3)
    model = MLP(2, [4, 3, 1], activation=activation, output=output)
    trace = NetworkTrace(model, losses.find(loss))
    return model, trace, losses.find(loss), np.array([p.data for p in model.parameters()])


def by_values(model, loss, x, target):
    """The loss, with the gradients of one backward in the model's parameters."""
    model.zero_grad()
    inputs = [Value(number) for number in x]
    out = model(inputs)
    total = loss([out], [Value(target[0])])
    total.backward()
    return total, inputs


def test_each_scalar_is_what_backward_finds(case):
    model, trace, loss, parameters = case
    total, inputs = by_values(model, loss, SAMPLES[0], TARGETS[0])
    numbers = trace.sample(parameters, SAMPLES[0], TARGETS[0])
    assert numbers.data[trace.loss[-1]] == pytest.approx(total.data, rel=1e-12)
    assert numbers.grad[trace.parameters] == pytest.approx(
        [p.grad for p in model.parameters()], rel=1e-12
    )
    assert numbers.grad[trace.inputs] == pytest.approx([v.grad for v in inputs], rel=1e-12)


def test_scopes_hold_a_neurons_own_terms(case):
    _model, trace, _loss, parameters = case
    data = trace.sample(parameters, SAMPLES[1], TARGETS[1]).data
    x = data[trace.inputs]
    for layer in trace.layers:
        assert data[layer.product] == pytest.approx(data[layer.weight] * x)
        so_far = data[layer.bias][:, None] + np.cumsum(data[layer.product], axis=1)
        assert data[layer.sum] == pytest.approx(so_far)
        x = data[layer.output]
    places = np.concatenate([
        trace.inputs, trace.targets, trace.loss,
        *(part.ravel() for layer in trace.layers for part in
          (layer.bias, layer.weight, layer.product, layer.sum)),
        *(layer.output for layer in trace.layers if layer.has_activation),
    ])  # fmt: skip
    assert sorted(places.tolist()) == list(range(trace.n_nodes))


def test_a_batch_is_the_mean_of_its_samples(case):
    model, trace, loss, parameters = case
    numbers = trace.batch(parameters, SAMPLES, TARGETS)
    each = []
    for x, target in zip(SAMPLES, TARGETS):
        by_values(model, loss, x, target)
        each.append([p.grad for p in model.parameters()])
    assert numbers.grad[trace.parameters] == pytest.approx(np.mean(each, axis=0), rel=1e-9)
    assert [array.shape for array in numbers.outputs] == [(3, 4), (3, 3), (3, 1)]
    alone = trace.sample(parameters, SAMPLES[2], TARGETS[2])
    assert numbers.outputs[1][2] == pytest.approx(alone.outputs[1][0])


def test_local_derivatives_make_the_chain_rule(case):
    _model, trace, _loss, parameters = case
    numbers = trace.sample(parameters, SAMPLES[0], TARGETS[0])
    local = trace.local_derivatives(numbers)
    for layer in trace.layers:
        upstream = numbers.grad[layer.product]
        assert numbers.grad[layer.weight] == pytest.approx(local[layer.weight] * upstream)
        if layer.has_activation:
            last = layer.sum[:, -1]
            assert numbers.grad[last] == pytest.approx(local[last] * numbers.grad[layer.output])
