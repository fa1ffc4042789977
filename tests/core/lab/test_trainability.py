"""Trainability maps: the paper's measure, and every pixel a run that can be made again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.hyperparameters import Hyperparameters
from core.lab import trainability
from core.lab.executors import Place, workers
from core.lab.kept_tiles import KeptTiles
from core.lab.objective import Objective
from core.lab.problems import Network, Parabola
from core.lab.race import Race
from core.lab.running import last
from core.lab.trainability import Axis, Map, MapResult, fractal_boundary, measure
from core.optim import Adam

SETUP = Hyperparameters(points=60, batch_size=10, shuffle=True, hidden=(3,))
RATE = Axis("rate", 1e-2, 1e3)


def computed(question: Map, count: int = 1, kept: KeptTiles | None = None) -> NDArray[np.float64]:
    with workers(Place("threads", count)) as crew:
        return last(trainability.run(question, crew, kept)).values


def network_map(x: Axis, y: Axis, **settings: Any) -> Map:
    problem = Network(SETUP.changed(**settings.pop("setup", {})))
    return Map(problem, problem.start(), x, y, steps=30, width=5, height=4, **settings)


def by_hand(question: Map, row: int, column: int) -> NDArray[np.float64]:
    """The losses of the paper's network, in plain NumPy."""
    width, random = 16, np.random.default_rng(0)
    weights = random.standard_normal(272)
    x, t = random.standard_normal((272, width)), random.standard_normal(272)
    first, second = weights[:256].reshape(16, 16), weights[256:]
    rates = question.x.numbers(question.width)[column], question.y.numbers(question.height)[row]
    losses = []
    with np.errstate(all="ignore"):
        for _ in range(question.steps):
            h = np.tanh(np.sqrt(2 / width) * x @ first.T)
            error = h @ second / width - t
            losses.append(np.mean(error**2))
            to_out = 2 * error / len(t) / width
            to_first = to_out[:, None] * second * (1 - h * h) * np.sqrt(2 / width)
            second = second - rates[1] * to_out @ h
            first = first - rates[0] * to_first.T @ x
    return np.array(losses)


def test_the_papers_map_is_what_its_network_does() -> None:
    question = fractal_boundary(6, 6, steps=40)
    values = computed(question, 2)
    assert (values < 0).any()
    assert (values > 0).any()
    for row, column in [(0, 0), (1, 2), (5, 1), (2, 2), (5, 5)]:  # where it is not chaotic
        losses = by_hand(question, row, column)
        expected = measure(losses, 40, losses[0])
        assert values[row, column] == pytest.approx(expected, rel=1e-6), (row, column)
    few = fractal_boundary(6, 6, steps=5)
    for row, column in np.ndindex(6, 6):
        (losses,) = Race(few.race(row, column)).finished().losses
        np.testing.assert_allclose(losses, by_hand(few, row, column)[: len(losses)], rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "setup"),
    [
        (RATE, Axis("init scale", 0.1, 10.0), {}),
        (RATE, Axis("batch size", 1, 30), {}),
        (RATE, Axis("momentum", 0.01, 1.0), {}),
        (RATE, Axis("momentum", 0.01, 1.0), {"optimizer": Adam()}),
        (RATE, Axis("l2", 1e-4, 1.0), {}),
        (Axis("layer rate", 1e-2, 1e3, 0), Axis("layer rate", 1e-2, 1e3, 1), {}),
        (Axis("layer rate", 1e-2, 1e3, 1), RATE, {"optimizer": Adam()}),
    ],
)
def test_every_pixel_is_a_run_that_a_race_makes_again(
    x: Axis, y: Axis, setup: dict[str, Any]
) -> None:
    question = network_map(x, y, setup=setup)
    values = computed(question)
    for row in range(question.height):
        for column in range(question.width):
            race = Race(question.race(row, column))
            start, trainer = race.start_of(0), race.problem_of(0).trainer()
            first = Objective(trainer).loss(start.data)
            (losses,) = race.finished().losses
            per_epoch = trainer.new_batches().batches_per_epoch
            assert values[row, column] == measure(losses, question.steps, first, per_epoch)
    assert len(np.unique(values)) > 10


def test_long_runs_are_made_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    question = network_map(RATE, Axis("batch size", 1, 30))
    whole = computed(question)
    monkeypatch.setattr(trainability, "STEPS_AT_ONCE", 7)
    np.testing.assert_array_equal(computed(question), whole)


def test_the_measure_is_the_papers() -> None:
    falling = np.geomspace(8.0, 0.5, 100)
    assert measure(falling, 100, 8.0) == pytest.approx(-np.sum(falling / 8.0))
    rising = np.geomspace(1.0, 1e9, 100)
    assert measure(rising, 100, 1.0) == pytest.approx(np.sum(1.0 / np.minimum(rising, 1e6)))
    broken = np.array([2.0, 8.0, np.nan])
    assert measure(broken, 50, 2.0) == pytest.approx(1.0 + 0.25 + 48e-6)
    assert measure(np.array([np.inf]), 50, np.inf) == pytest.approx(50e-6)
    late = np.concatenate([[1.0], np.full(80, 5.0), np.full(20, 0.9)])
    assert measure(late, 101, 1.0) < 0.0  # the last 20 decide


def test_batches_count_by_their_epochs() -> None:
    lucky = np.tile([0.0, 4.0], 20)  # a batch that fits by chance does not
    assert measure(lucky, 40, 1.0, per_epoch=2) == pytest.approx(40 / 2.0)
    assert measure(lucky[:39], 40, 1.0, per_epoch=2) == pytest.approx(38 / 2.0 + 2 / 5e5)


def test_the_parabola_has_its_boundary_at_a_third() -> None:
    problem = Parabola()
    axes = Axis("rate", 0.3, 0.37), Axis("init scale", 0.5, 2.0)
    values = computed(Map(problem, problem.start(), *axes, steps=2000, width=8, height=2))
    rates = axes[0].numbers(8)
    np.testing.assert_array_equal(values < 0.0, np.tile(rates < 1 / 3, (2, 1)))


def test_reports_grow_and_a_stopped_map_goes_on_from_its_tiles(tmp_path: Path) -> None:
    question = fractal_boundary(24, 24, steps=3)
    whole = computed(question)
    kept = KeptTiles(tmp_path, question)
    with workers(Place("threads", 2)) as crew:
        reports = trainability.run(question, crew, kept)
        assert next(reports).done == 0
        report = next(reports)
        while not np.isfinite(report.result.picture).all():
            report = next(reports)
        reports.close()
    files = sorted(kept.folder.glob("*.npz"))
    assert files
    times = [file.stat().st_mtime_ns for file in files[1:]]
    files[0].write_bytes(b"not a tile")
    with workers(Place("threads", 2)) as crew:
        first, *_, final = trainability.run(question, crew, KeptTiles(tmp_path, question))
    assert first.done > 0 or len(files) == 1
    assert final.is_last
    np.testing.assert_array_equal(final.result.values, whole)
    assert times == [file.stat().st_mtime_ns for file in files[1:]]  # not computed again
    other = KeptTiles(tmp_path, fractal_boundary(24, 24, steps=4))
    assert other.folder != kept.folder


def test_a_moved_window_keeps_its_pixels_to_the_last_bit(tmp_path: Path) -> None:
    question = fractal_boundary(24, 20, steps=6)
    values = computed(question)
    for right, up in [(5, 0), (-3, 7), (0, -19), (23, 2), (40, 0)]:
        moved = question.moved(right, up)
        known = moved.known_from(question, values)
        assert np.isfinite(known).sum() == max(24 - abs(right), 0) * (20 - abs(up))
        kept = KeptTiles(tmp_path, moved)
        with workers(Place("threads", 2)) as crew:
            first, *_, final = trainability.run(moved, crew, kept, known)
            again, *_ = trainability.run(moved, crew, kept)
        assert first.done == np.isfinite(known).sum()
        assert again.is_last  # what was known is kept as well
        np.testing.assert_array_equal(final.result.values, computed(moved))
        low, high = moved.x.ends(24)
        assert low < moved.x.numbers(24)[0] < moved.x.numbers(24)[-1] < high
        np.testing.assert_array_equal(moved.moved(-right, -up).known_from(question, values), values)
    other = fractal_boundary(24, 20, steps=7)
    assert np.isnan(other.known_from(question, values)).all()
    with pytest.raises(ValueError, match="at most 1"):
        network_map(RATE, Axis("momentum", 0.1, 1.0)).moved(0, 1)


def test_a_window_can_be_as_narrow_as_the_digits_allow() -> None:
    low = 3.0
    narrow = Axis("rate", low, low * (1 + 1e-12))
    assert (np.diff(narrow.numbers(256)) > 0).all()
    assert (np.diff(Axis("rate", low, low * (1 + 1e-15)).numbers(256)) >= 0).all()
    with pytest.raises(ValueError, match="no more digits"):
        network_map(Axis("rate", low, low * (1 + 4e-16)), Axis("init scale", 0.1, 1.0))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Axis("rate", 1.0, 0.1), "reversed"),
        (lambda: Axis("rate", 0.0, 0.1), "above 0"),
        (lambda: Axis("rate", float("nan"), 0.1), "not a number"),
        (lambda: Axis("momentum", 0.1, 2.0), "at most 1"),
        (lambda: Axis("width", 1.0, 2.0), "no axis 'width'"),
        (lambda: network_map(RATE, RATE), "choose two"),
        (lambda: network_map(RATE, Axis("layer rate", 0.1, 1.0, 2)), "no layer 3"),
        (lambda: fractal_boundary(5000, 10), "from 2 to 4,096"),
        (lambda: fractal_boundary(10, 10, 0), "steps is from 1"),
    ],
)
def test_a_map_that_is_none_is_refused_in_words(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_the_parabola_has_no_batch_size() -> None:
    problem = Parabola()
    with pytest.raises(ValueError, match="no batch size"):
        Map(problem, problem.start(), RATE, Axis("batch size", 1, 10))


def test_what_is_known_counts() -> None:
    values = np.array([[-1.0, np.nan], [2.0, -3.0]])
    assert MapResult(values).share_converged == pytest.approx(2 / 3)
