"""Sharpness against exact eigenvalues, and the limits that follow against runs beyond them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.hyperparameters import Hyperparameters
from core.lab import sharpening, stability
from core.lab.hessian import largest_eigenvalue
from core.lab.objective import Objective
from core.lab.problems import Network, Parabola, Problem
from core.lab.running import last
from core.lab.sharpening import Sharpening
from core.lab.stability import Gauge, Sharpness, Stability
from core.lab.starts import Start
from core.optim import SGD, Adam, Momentum, Optimizer, RMSProp

# A linear model under the squared error: its Hessian is 2/n X'X, with a column of ones for b.
LINEAR = Hyperparameters(
    dataset="plane", points=40, hidden=(), output="linear", loss="squared_error", batch_size=None
)
SMALL = Hyperparameters(points=40, hidden=(3,), batch_size=None)

Floats = NDArray[np.float64]


def measured(problem: Problem, start: Start | None = None) -> Stability:
    return last(stability.run(Sharpness(problem, start or problem.start(), tolerance=1e-9)))


def test_a_linear_models_sharpness_is_the_one_known_in_closed_form() -> None:
    points = LINEAR.data()[0].inputs
    design = np.column_stack([points, np.ones(len(points))])
    hessian = 2.0 / len(points) * design.T @ design
    found = measured(Network(LINEAR))
    assert found.sharpness == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-8)
    np.testing.assert_allclose(
        hessian @ found.direction, found.sharpness * found.direction, rtol=1e-6, atol=1e-7
    )


def exact_hessian(setup: Hyperparameters, parameters: Floats) -> Floats:
    """Of inputs-3-1 tanh networks, half squared error: complex steps through its gradient.

    The imaginary part of f(x + ih)/h is the derivative without cancellation, so exact to rounding
    (Squire and Trapp 1998).
    """
    points, targets = setup.data()[0]
    n = len(parameters)

    def gradient(p: Any) -> Any:
        hidden, out = p[:9].reshape(3, 3), p[9:]
        h = np.tanh(points @ hidden[:, :2].T + hidden[:, 2])
        o = np.tanh(h @ out[:3] + out[3])
        to_out = (o - targets) * (1.0 - o * o) / len(points)
        to_hidden = to_out[:, None] * out[:3] * (1.0 - h * h)
        first = np.column_stack([to_hidden.T @ points, to_hidden.sum(axis=0)])
        return np.concatenate([first.ravel(), h.T @ to_out, [to_out.sum()]])

    steps = parameters + 1e-30j * np.eye(n)
    return np.array([gradient(step).imag / 1e-30 for step in steps])


def test_a_small_networks_sharpness_is_the_largest_eigenvalue_of_its_exact_hessian() -> None:
    problem = Network(SMALL)
    trainer = problem.trainer(0.5)
    for _ in range(3):
        start = Start.of_trainer(trainer)
        hessian = exact_hessian(SMALL, start.data)
        values = np.linalg.eigvalsh(hessian)
        found = measured(problem, start)
        assert found.sharpness == pytest.approx(values[-1], rel=1e-7)
        assert found.limit == pytest.approx(2.0 / values[-1], rel=1e-7)
        own = measured(Network(SMALL.changed(rate_factors=(0.5, 3.0))), start)
        roots = np.sqrt(np.repeat([0.5, 3.0], [9, 4]))
        scaled = np.linalg.eigvalsh(roots[:, None] * hessian * roots)
        assert own.limit == pytest.approx(2.0 / scaled[-1], rel=1e-7)
        assert own.sharpness == found.sharpness
        product = Objective(trainer).hessian_product(start.data, found.direction)
        np.testing.assert_allclose(product, hessian @ found.direction, rtol=1e-6, atol=1e-9)
        trainer.run(100)


def test_the_error_bounds_the_distance_to_an_eigenvalue() -> None:
    random = np.random.default_rng(3)
    half = random.standard_normal((30, 30))
    matrix = half + half.T
    exact = np.linalg.eigvalsh(matrix)
    pairs = list(
        largest_eigenvalue(lambda v: matrix @ v, random.standard_normal(30), tolerance=1e-10)
    )
    for pair in pairs:
        assert np.abs(exact - pair.value).min() <= pair.error + 1e-9
    assert pairs[-1].value == pytest.approx(exact[-1], rel=1e-10)
    assert pairs[-1].products < 30


RULES: list[tuple[Optimizer, float]] = [
    (SGD(), 2 / 6), (Momentum(0.9), 3.8 / 6), (Momentum(0.5), 3.0 / 6)
]  # fmt: skip


@pytest.mark.parametrize(("optimizer", "limit"), RULES, ids=str)
def test_the_parabolas_limit_is_where_runs_begin_to_grow(
    optimizer: Optimizer, limit: float
) -> None:
    problem = Parabola(optimizer)
    assert measured(problem).sharpness == pytest.approx(6.0, rel=1e-9)
    found = measured(problem).limit
    assert found == pytest.approx(limit, rel=1e-9)
    least = 11 / 3
    assert problem.trainer(0.98 * found).run(400)[-1] - least < 1e-3
    assert problem.trainer(1.02 * found).run(400)[-1] - least > 1e3


def test_without_zero_grad_the_limit_is_momentums_with_beta_1() -> None:
    found = measured(Network(LINEAR.changed(zero_grad=False)))
    assert found.limit == pytest.approx(4.0 / found.sharpness)


@pytest.mark.parametrize("optimizer", [Adam(), Adam(0.5), RMSProp()], ids=str)
def test_the_limit_in_scales_is_where_linear_models_begin_to_grow(optimizer: Optimizer) -> None:
    problem = Network(LINEAR.changed(optimizer=optimizer))
    warm = problem.trainer(1e-4)
    warm.run(500)
    start = Start.of_trainer(warm)
    limit = measured(problem, start).limit

    def growth(rate: float) -> float:
        """Of the loss over some steps with the scales held: their memory alone decides them."""
        gauge = Gauge(problem)
        inverse = gauge._scales(start)
        assert inverse is not None
        beta = optimizer.beta1 if isinstance(optimizer, Adam) else 0.0
        data, mean = start.data.copy(), np.zeros_like(start.data)
        first = gauge.objective.loss(data)
        for _ in range(600):
            mean = beta * mean + (1.0 - beta) * gauge.objective.gradient(data)
            data = data - rate * inverse**2 * mean
        return gauge.objective.loss(data) / first

    assert growth(0.95 * limit) < 2.0
    assert growth(1.05 * limit) > 100.0


def test_where_nothing_curves_up_there_is_no_limit() -> None:
    factor, _ = stability.limit_factor(SGD(), adds_to_grad=False)
    assert stability._without_bend(factor, -1.0) == np.inf
    assert np.isnan(stability._without_bend(factor, np.nan))
    infinite = Start.at(np.array([np.inf]))
    assert np.isnan(measured(Parabola(), infinite).sharpness)


def test_a_gauge_starts_where_it_ended_and_needs_fewer_products() -> None:
    problem = Network(SMALL.changed(hidden=(8, 8)))
    trainer, gauge = problem.trainer(0.1), Gauge(problem)
    first = gauge.measure(Start.of_trainer(trainer))
    trainer.run(1)
    second = gauge.measure(Start.of_trainer(trainer))
    assert second.products < first.products


def test_a_run_on_the_parabola_stays_at_its_limit_and_reports_as_it_goes() -> None:
    problem = Parabola()
    reports = list(sharpening.run(Sharpening(problem, problem.start(), 0.32, 30, 7)))
    assert [report.done for report in reports] == [0, 7, 14, 21, 28, 30]
    result = reports[-1].result
    np.testing.assert_allclose(result.sharpness, 6.0, rtol=1e-6)
    np.testing.assert_array_equal(result.losses, problem.trainer(0.32).run(30))
    assert result.is_at_the_edge
    diverged = last(sharpening.run(Sharpening(problem, problem.start(), 1e200, 100, 5)))
    assert len(diverged.losses) == 5


def test_a_network_sharpens_to_the_edge_of_stability_and_learns_on_there() -> None:
    setup = Hyperparameters(
        dataset="spiral", points=200, hidden=(16, 16), output="linear", init="xavier", seed=1,
        batch_size=None, learning_rate=0.1,
    )  # fmt: skip
    problem = Network(setup)
    question = Sharpening(problem, problem.start(), setup.learning_rate, steps=3000, every=25)
    result = last(sharpening.run(question))
    share = result.rate / result.limits
    assert share[0] < 0.5
    assert np.all(np.diff(share[2:20]) > 0.0)  # it sharpens,
    late = share[len(share) // 3 :]
    assert 0.9 < np.median(late) < 1.15  # comes to the edge and hovers there,
    assert late.max() < 1.5
    third = len(result.losses) // 3
    assert result.losses[-1] < 0.7 * result.losses[third]  # while the loss falls on,
    assert np.any(np.diff(result.losses[third:]) > 0.0)  # not in every step
