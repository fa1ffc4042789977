"""A lane becomes the main run and goes on as it would have gone on as a lane."""

import numpy as np
import pytest

from core import kernels
from core.hyperparameters import Hyperparameters
from core.lab.main_run import timeline_of, with_rate
from core.lab.problems import Network, Parabola
from core.lab.race import Lane, Race, RaceQuestion
from core.optim import (
    Adam,
    Constant,
    Cosine,
    Drawn,
    LinearDecay,
    Schedule,
    StepDecay,
    WarmUp,
)
from core.session import Session

SETUP = Hyperparameters(points=60, batch_size=7, shuffle=True, hidden=(3,), optimizer=Adam())


def race(*lanes: Lane) -> Race:
    problem = Network(SETUP)
    return Race(RaceQuestion(problem, problem.start(), lanes, 1000))


LANES = [
    Lane(0.01), Lane(LinearDecay(0.5, 0.05, 40)), Lane(0.1, batch_size=5),
    Lane(1.0, layer_factors=(0.02, 0.003)),
]  # fmt: skip


@pytest.mark.parametrize("lane", LANES)
def test_a_session_goes_on_with_the_lane_to_the_last_bit(lane: Lane) -> None:
    assert kernels.loaded(wait=True) is not None
    made = race(Lane(0.3), lane)
    made.run(25)
    timeline = timeline_of(made, 1)
    session = Session(timeline.checkpoints[0].setup, timeline=timeline)
    assert session.advance()
    assert session.step == 25
    made.run(50)
    np.testing.assert_array_equal(session.run(50), made.result().losses[1][25:])


def test_a_fork_keeps_its_own_rate() -> None:
    made = race(Lane(0.3))
    made.run(10)
    fork = made.fork(0, 0.02)
    made.run(10)
    timeline = timeline_of(made, fork)
    setup = timeline.checkpoints[0].setup
    assert setup.learning_rate == 0.02
    session = Session(setup, timeline=timeline)
    assert session.advance()
    made.run(20)
    np.testing.assert_array_equal(session.run(20), made.result().losses[fork][10:])


@pytest.mark.parametrize(
    "schedule",
    [
        Constant(0.3), LinearDecay(0.5, 0.05, 70), StepDecay(0.2, 0.5, 30), Cosine(0.7, 0.0, 90),
        WarmUp(20, Constant(0.4)), Drawn(((0, 0.25), (50, 2.0), (90, 0.5))),
    ],
)  # fmt: skip
def test_a_schedule_becomes_a_set_ups(schedule: Schedule) -> None:
    setup = with_rate(SETUP, Lane(schedule))
    for step in (0, 1, 29, 30, 55, 200):
        assert setup.rate_at(step) == pytest.approx(schedule(step), rel=1e-12)


def test_what_the_training_tab_has_not_is_told() -> None:
    with pytest.raises(ValueError, match="no cosine with these settings"):
        with_rate(SETUP, Lane(Cosine(0.7, 0.1, 90)))
    problem = Parabola()
    with pytest.raises(ValueError, match="one parameter"):
        timeline_of(Race(RaceQuestion(problem, problem.start(), (Lane(0.1),))), 0)
