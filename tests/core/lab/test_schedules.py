"""Schedules drawn by hand."""

import math

import numpy as np
import pytest

from core.lab import schedules
from core.lab.problems import Network
from core.lab.race import Lane, Race, RaceQuestion
from core.optim import Cosine, Drawn


def test_a_preview_is_what_the_schedule_gives() -> None:
    steps, rates = schedules.preview(Cosine(1.0, 0.0, 50), 100, 11)
    np.testing.assert_array_equal(steps, np.arange(0, 101, 10))
    np.testing.assert_allclose(rates[:6], 0.5 * (1 + np.cos(np.pi * steps[:6] / 50)), atol=1e-15)
    assert len(schedules.preview(Cosine(), 3)[0]) == 4


def test_a_stroke_keeps_the_points_that_matter() -> None:
    corner = [(k, 10 ** (-k / 500 if k < 500 else -1.0)) for k in range(1000)]
    kept = schedules.drawn(corner)
    assert kept.points == (corner[0], corner[500], corner[999])
    wave = [(k, math.exp(math.sin(k / 100))) for k in range(1000)]
    found = schedules.drawn(wave)
    assert 10 < len(found.points) < 60
    for step, rate in wave:
        assert abs(math.log(found(step) / rate)) <= 0.02 + 1e-12


def test_points_may_come_in_any_order_and_replace_each_other() -> None:
    assert schedules.drawn([(10, 1.0), (0, 2.0), (10, 3.0)]) == Drawn(((0.0, 2.0), (10.0, 3.0)))


def test_a_point_does_not_pass_its_neighbours() -> None:
    line = Drawn(((0, 1.0), (10, 2.0), (20, 3.0)))
    assert schedules.moved(line, 1, 99, 5.0).points[1] == (19.0, 5.0)
    assert schedules.moved(line, 1, -99, 5.0).points[1] == (1.0, 5.0)
    assert schedules.moved(line, 0, -5, 5.0).points[0] == (0.0, 5.0)
    assert schedules.moved(line, 2, 500, 5.0).points[2] == (500.0, 5.0)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "Nothing is drawn"),
        ([(0, 0.0)], "above 0"),
        ([(0, float("nan"))], "not a number"),
        ([(-1, 1.0)], "begins at step 0"),
    ],
)
def test_a_drawing_that_is_no_schedule_is_refused_in_words(
    points: list[tuple[float, float]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        schedules.drawn(points)


def test_a_drawn_schedule_races_a_constant() -> None:
    problem, line = Network(), Drawn(((0, 1.0), (20, 0.01)))
    race = Race(RaceQuestion(problem, problem.start(), (Lane(line), Lane(1.0)), 20))
    losses = race.finished().losses
    np.testing.assert_array_equal(losses[0], problem.trainer(line).run(20))
    assert losses[0][0] == losses[1][0]
    assert losses[0][-1] != losses[1][-1]
