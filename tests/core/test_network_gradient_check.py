"""Every gradient of a network against central differences, for a sample and for all."""

import numpy as np
import pytest

from core.hyperparameters import Hyperparameters
from core.network.gradient_check import NetworkCheck
from core.network.reading import NetworkReader

SETUPS = [
    {"hidden": (4, 2)},
    {"hidden": (3,), "activation": "relu", "loss": "hinge", "output": "linear", "init": "he"},
    {"hidden": (3, 3), "activation": "sigmoid", "loss": "logistic", "output": "linear"},
]


def reader_of(changes):
    return NetworkReader(Hyperparameters(points=60).changed(**changes))


@pytest.mark.parametrize("sample", [0, None])
@pytest.mark.parametrize("changes", SETUPS)
def test_each_scalar_of_a_right_network_agrees(changes, sample):
    reader = reader_of(changes)
    check = NetworkCheck(reader, reader.initial_parameters(), sample)
    assert check.advance(60.0)
    found, trace = check.findings, reader.trace
    constants = [place for place, inputs in zip(trace.loss, trace.loss_inputs) if not inputs]
    assert np.isnan(found.errors).nonzero()[0].tolist() == constants
    assert not found.differs.any()
    assert 0 < np.nanmax(found.errors) < 1e-6


def test_a_wrong_gradient_is_found_wherever_it_is(monkeypatch):
    reader = reader_of(SETUPS[0])
    trace, batch = reader.trace, reader.trace.batch
    first = trace.layers[0]
    wrong = [
        first.weight[1, 0], first.product[2, 1], first.sum[0, 0], first.output[3],
        trace.inputs[1], trace.layers[-1].output[0], trace.loss[-1],
    ]  # fmt: skip

    def mistaken(*arguments):
        numbers = batch(*arguments)
        numbers.grad[wrong] *= 1.01
        return numbers

    monkeypatch.setattr(trace, "batch", mistaken)
    check = NetworkCheck(reader, reader.initial_parameters(), None)
    check.advance(60.0)
    assert np.flatnonzero(check.findings.differs).tolist() == sorted(wrong)


@pytest.mark.parametrize("sample", [0, None])
@pytest.mark.parametrize("h", [1e-16, 1e-12, 1e-2, 1.0])
def test_whatever_h_is_its_error_is_no_mistake_and_a_mistake_is_one(h, sample):
    reader = reader_of({"hidden": (4, 2), "activation": "tanh"})
    parameters = reader.initial_parameters()
    usual, check = (
        NetworkCheck(reader, parameters, sample),
        NetworkCheck(reader, parameters, sample, h),
    )
    usual.advance(60.0)
    check.advance(60.0)
    found = check.findings
    assert not found.differs.any()
    assert np.nanmax(found.errors) > 100 * np.nanmax(usual.findings.errors)
    assert np.nanmax(found.explained) > 100 * np.nanmax(usual.findings.explained)


def test_the_error_of_each_kind_of_scalar_over_h_is_a_v():
    reader = reader_of({"hidden": (4, 2), "activation": "tanh"})
    check = NetworkCheck(reader, reader.initial_parameters(), 0)
    first, last = reader.trace.layers[0], reader.trace.layers[-1]
    nodes = [reader.trace.inputs[0], first.weight[1, 0], first.sum[2, 1], last.output[0]]
    for node in map(int, nodes):
        steps = check.at_steps(node, [1.0, 1e-5, 1e-13])
        assert all(step.agrees for step in steps)
        errors = [step.error for step in steps]
        assert errors[1] < 1e-2 * errors[2]
        assert errors[1] < 1e-2 * errors[0] or node == last.output[0]  # a parabola has no bend
        alone = NetworkCheck(reader, reader.initial_parameters(), 0)
        alone.advance(60.0)
        assert errors[1] == alone.findings.errors[node]
    constants = [
        place for place, ins in zip(reader.trace.loss, reader.trace.loss_inputs) if not ins
    ]
    assert check.at_steps(int(constants[0]), [1e-5]) == []


def test_a_check_goes_on_where_it_was_left():
    reader = reader_of(SETUPS[0])
    check = NetworkCheck(reader, reader.initial_parameters(), 0)
    assert not check.advance(0.0)
    partly = check.findings
    assert 0 < partly.n_done < partly.n_questions
    assert not partly.is_complete
    while not check.advance(0.0):
        pass
    known = ~np.isnan(partly.errors)
    np.testing.assert_array_equal(check.findings.errors[known], partly.errors[known])
    assert check.findings.is_complete


def test_what_is_no_number_does_not_agree():
    reader = reader_of({"hidden": (3,), "activation": "relu", "output": "linear"})
    check = NetworkCheck(reader, np.full(13, 1e200), 0)
    check.advance(60.0)
    assert check.findings.differs[reader.trace.parameters].all()
