"""The loss along the next update: exact on the parabola, the real update elsewhere."""

import dataclasses

import numpy as np
import pytest

from core.hyperparameters import PRESETS, Hyperparameters
from core.lab import one_step
from core.lab.one_step import OneStep
from core.lab.problems import Network, Parabola
from core.lab.ranges import LogRange
from core.lab.running import last
from core.lab.starts import Start
from core.optim import OPTIMIZERS, SGD, Adam, Momentum
from core.session import Session

FULL_BATCH = Hyperparameters(batch_size=None, points=60, l2=0.01)


def test_the_parabola_has_its_exact_rates() -> None:
    problem = Parabola()
    (curve,) = last(one_step.run(OneStep(problem, problem.start(), rate=1 / 3))).curves
    assert curve.best_rate == pytest.approx(1 / 6, rel=1e-9)
    assert curve.last_stable_rate == pytest.approx(1 / 3, rel=1e-9)
    assert curve.curvature_along == pytest.approx(6.0, rel=1e-9)
    assert (curve.loss, curve.slope) == (20.0, 14.0**2)
    assert curve.loss_at_rate == pytest.approx(20.0, rel=1e-12)
    np.testing.assert_allclose(curve.model_losses, curve.losses, rtol=1e-9)


@pytest.mark.parametrize("preset", ["playground", "micrograd"])
@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_the_direction_is_the_step_that_the_trainer_makes(name: str, preset: str) -> None:
    setup = PRESETS[preset].setup.changed(batch_size=None, l2=0.01, optimizer=OPTIMIZERS[name]())
    problem = Network(setup)
    trainer = problem.trainer(0.05)
    trainer.run(3)  # so that there is a memory
    start = Start.of_trainer(trainer)
    (curve,) = last(one_step.run(OneStep(problem, start, 0.05, count=2))).curves
    trainer.run(1)
    np.testing.assert_allclose(
        start.data - 0.05 * curve.direction, trainer.parameters_array(), rtol=1e-9, atol=1e-12
    )


def test_the_direction_adds_what_is_there_without_zero_grad_and_knows_the_layers_rates() -> None:
    problem = Network(FULL_BATCH.changed(zero_grad=False, rate_factors=(0.5, 2.0, 1.5)))
    trainer = problem.trainer(0.05)
    trainer.run(3)
    start = Start.of_trainer(trainer)
    (curve,) = last(one_step.run(OneStep(problem, start, 0.05, count=2))).curves
    trainer.run(1)
    np.testing.assert_allclose(
        start.data - 0.05 * curve.direction, trainer.parameters_array(), rtol=1e-9, atol=1e-12
    )


def test_the_loss_on_the_curve_is_the_loss_after_such_a_step() -> None:
    problem = Network(FULL_BATCH)
    question = OneStep(problem, problem.start(), 0.5, LogRange(0.1, 1.0), count=3)
    (curve,) = last(one_step.run(question)).curves
    for rate, loss in zip(curve.rates, curve.losses):
        trainer = problem.trainer(float(rate))
        assert trainer.run(2)[1] == pytest.approx(loss, rel=1e-12)


def test_the_next_batch_is_the_one_that_comes_next() -> None:
    problem = Network(FULL_BATCH.changed(batch_size=7, shuffle=True))
    trainer = problem.trainer()
    trainer.run(9)
    question = OneStep(problem, Start.of_trainer(trainer), 0.1, count=2, over="next batch")
    (curve,) = last(one_step.run(question)).curves
    assert trainer.run(1)[0] == pytest.approx(curve.loss, rel=1e-12)


def test_a_session_tells_its_real_next_step_after_a_change_of_rules() -> None:
    session = Session(FULL_BATCH.changed(batch_size=7, shuffle=True, optimizer=Adam()))
    session.run(9)
    session.retune(session.setup.changed(optimizer=Momentum(0.8), learning_rate=0.05))
    session.run(4)
    start = session.snapshot().start
    question = OneStep(Network(session.setup), start, 0.05, count=2, over="next batch")
    (curve,) = last(one_step.run(question)).curves
    loss = session.run(1)[0]
    assert loss == pytest.approx(curve.loss, rel=1e-12)
    after = start.data - 0.05 * curve.direction
    np.testing.assert_allclose(session.snapshot().parameters, after, rtol=1e-9, atol=1e-12)


def test_optimizers_are_compared_one_by_one_and_a_foreign_memory_is_not_read() -> None:
    problem = Network(FULL_BATCH)
    start = dataclasses.replace(problem.start(), memory=np.full((2, 25), np.nan))
    question = OneStep(problem, start, 0.1, optimizers=(SGD(), Momentum(), Adam()))
    reports = list(one_step.run(question))
    assert [report.done for report in reports] == [1, 2, 3]
    assert all(np.isfinite(curve.direction).all() for curve in reports[-1].result.curves)


def test_where_the_loss_curves_down_the_model_has_no_best_rate() -> None:
    assert np.isnan(one_step.best_and_last_rate(1.0, -1.0)).all()
    assert np.isnan(one_step.best_and_last_rate(0.0, 1.0)).all()


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused_in_words(rate: float) -> None:
    problem = Parabola()
    with pytest.raises(ValueError, match="learning rate"):
        OneStep(problem, problem.start(), rate)
