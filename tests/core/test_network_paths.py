"""Paths between the scalars of a network: number, sum and products, against backward."""

import random

import numpy as np
import pytest

from core import losses
from core.engine import Value
from core.network.paths import LISTED, paths_between, scope_of
from core.network.trace import NetworkTrace
from core.nn import MLP


@pytest.fixture
def traced():
    random.seed(4)
    model = MLP(2, [3, 4, 1], activation="tanh", output="linear")
    trace = NetworkTrace(model, losses.find("half_squared_error"))
    parameters = np.array([p.data for p in model.parameters()])
    return model, trace, trace.sample(parameters, np.array([0.5, -1.0]), np.array([1.0]))


def test_every_nodes_paths_to_the_loss_add_up_to_its_gradient(traced):
    _model, trace, numbers = traced
    loss = int(trace.loss[-1])
    for node in range(trace.n_nodes - 1):
        if scope_of(trace, node) is None and node not in trace.targets:
            continue  # a constant of the loss
        paths = paths_between(trace, numbers, node, loss)
        assert paths.total == pytest.approx(numbers.grad[node], rel=1e-9, abs=1e-15), node
        if paths.count <= LISTED:
            assert sum(way.product for way in paths.listed) == pytest.approx(paths.total)


def test_paths_end_anywhere(traced):
    model, trace, numbers = traced
    x = [Value(0.5), Value(-1.0)]
    hidden = model.layers[0](x)
    end = model.layers[1].neurons[2](hidden)
    model.zero_grad()
    end.backward()
    output = int(trace.layers[1].output[2])
    weight = int(trace.layers[0].weight[1, 0])
    found = paths_between(trace, numbers, output, weight)  # in either order
    assert (found.start, found.end, found.count) == (weight, output, 1)
    assert found.total == pytest.approx(model.layers[0].neurons[1].w[0].grad)
    assert found.listed[0].neurons == ((0, 1),)
    assert paths_between(trace, numbers, 0, output).count == 3
    assert paths_between(trace, numbers, 0, output).total == pytest.approx(x[0].grad)


def test_their_number_is_the_product_of_the_layers_between(traced):
    _model, trace, numbers = traced
    assert paths_between(trace, numbers, 0, int(trace.loss[-1])).count == 3 * 4


def test_within_a_neuron_the_order_of_the_sum_decides(traced):
    _model, trace, numbers = traced
    layer = trace.layers[1]
    row = 3
    weight, product = int(layer.weight[row, 1]), int(layer.product[row, 1])
    incoming = numbers.data[trace.layers[0].output[1]]
    assert paths_between(trace, numbers, weight, product).total == pytest.approx(incoming)
    assert paths_between(trace, numbers, product, int(layer.sum[row, 1])).total == 1.0
    assert paths_between(trace, numbers, int(layer.bias[row]), int(layer.sum[row, 0])).total == 1.0
    assert paths_between(trace, numbers, product, int(layer.sum[row, 0])) is None
    assert paths_between(trace, numbers, weight, int(layer.product[row, 0])) is None
    assert paths_between(trace, numbers, weight, int(layer.bias[row])) is None
    assert paths_between(trace, numbers, weight, int(layer.output[0])) is None
    assert paths_between(trace, numbers, weight, weight) is None
