"""How long things take: said before, from a trial, and while they go on."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.lab import estimates, trainability
from core.lab.estimates import Estimate, TimeLeft
from core.lab.executors import Place, Workers, workers
from core.lab.kept_tiles import KeptTiles
from core.lab.landscape import Landscape
from core.lab.problems import Network
from core.lab.race import Lane, RaceQuestion
from core.lab.range_test import RangeTest
from core.lab.running import last
from core.lab.sharpening import Sharpening
from core.lab.trainability import Axis, AxisKind, Map, fractal_boundary
from core.lab.zero_grad import ZeroGrad


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    monkeypatch.setattr(estimates, "SECONDS_OF_TRIAL", 0.05)
    with workers(Place("threads", 1)) as made:
        yield made


def of_map(question: Map, crew: Workers, kept: KeptTiles | None = None) -> Estimate:
    *_, estimate = estimates.for_map(question, crew, kept)
    assert estimate is not None
    return estimate


def tick(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let so many go by between any two looks at the clock, whatever happens in between."""
    clock = SimpleNamespace(perf_counter=count(0.0, seconds).__next__)
    monkeypatch.setattr(estimates, "time", clock)


def test_an_estimate_grows_with_pixels_and_steps(
    crew: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(monkeypatch, 1e-3)
    small = of_map(fractal_boundary(10, 10, 2), crew)
    assert small.seconds == pytest.approx(100 * 1e-3)
    assert not small.is_bound
    large = of_map(fractal_boundary(100, 100, 2), crew)
    assert large.seconds == pytest.approx(100 * small.seconds)
    assert large.words == f"10,000 pixels on 1 worker will take {large.brief}."
    endless = of_map(fractal_boundary(100, 100, 100_000), crew)
    assert endless.is_bound  # a pixel takes longer than a trial
    assert endless.brief.endswith(" at most")
    assert endless.seconds > 1e3 * large.seconds


def test_what_is_kept_takes_no_time(crew: Workers, tmp_path: Path) -> None:
    question = fractal_boundary(20, 20, 3)
    kept = KeptTiles(tmp_path, question)
    assert of_map(question, crew, kept).seconds > 0.0
    last(trainability.run(question, crew, kept))
    assert of_map(question, crew, kept).seconds == 0.0


def test_races_and_range_tests_are_estimated_by_their_steps(
    crew: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(monkeypatch, 1.0)
    problem = Network()
    race = RaceQuestion(problem, problem.start(), (Lane(0.1), Lane(0.2)), 100_000)
    *_, of_race = estimates.for_steps(race, crew)
    *_, of_test = estimates.for_steps(RangeTest(problem, race.start, steps=100_000), crew)
    assert of_race is not None
    assert of_test is not None
    assert of_race.words.startswith("2 lanes of 100,000 steps on 1 worker will take about ")
    assert of_race.seconds == 2 * of_test.seconds > 1e5


def test_a_stall_in_a_trial_is_no_part_of_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    now, made = 0.0, 0

    def make(count: int) -> None:
        nonlocal now, made  # a millisecond each, but for ten seconds somewhere
        made += count
        now += 1e-3 * count + 10.0 * (made == 4)

    monkeypatch.setattr(estimates, "time", SimpleNamespace(perf_counter=lambda: now))
    assert estimates._seconds_of_one(make, 10**6, 0.01) == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("y", "share"), [("rate", 1 / 12), ("momentum", 1.0)], ids=["shared", "each its own"]
)
def test_what_pixels_prepare_together_counts_once(
    crew: Workers, monkeypatch: pytest.MonkeyPatch, y: AxisKind, share: float
) -> None:
    now, known = 0.0, set[tuple[int, int]]()

    def pixel(question: Map, row: int, column: int) -> float:
        nonlocal now  # a hundredth of a second, and nine for what is prepared for it
        now += 0.01 if (row, column) in known else 0.1
        known.add((row, column))
        return 0.0

    monkeypatch.setattr(estimates, "time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(estimates, "_step_trial", lambda job, budget: 0.0)
    monkeypatch.setattr(trainability, "pixel", pixel)
    problem = Network()
    axes = Axis("batch size", 1, 250), Axis(y, 1e-3, 1.0)
    question = Map(problem, problem.start(), *axes, width=64, height=64)
    assert of_map(question, crew).seconds == pytest.approx(64**2 * (0.01 + share * 0.09))


def test_landscapes_and_measurements_are_estimated(
    crew: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(monkeypatch, 1.0)
    problem, step, point = Network(), 1.0, 1.0  # of which there is one in a trial
    plain = Landscape(problem, problem.start(), resolution=1024)
    *_, of_landscape = estimates.for_landscape(plain, crew)
    question = Sharpening(problem, plain.start, 0.1, 100_000, every=10)
    *_, of_sharpness = estimates.for_sharpening(question, crew)
    *_, of_runs = estimates.for_steps(ZeroGrad(problem, plain.start, 0.1, 100_000), crew)
    words = "1,048,576 points"
    assert of_landscape == Estimate(1024**2 * point, words, 1, is_bound=False)
    words = "65 runs of 100,000 steps"
    assert of_runs == Estimate(65e5 * step, words, 1, is_bound=True)
    words, products = "100,000 steps with 10,001 measurements", 100  # of a second, at most
    seconds = 1e5 * step + 10_001 * products
    assert of_sharpness == Estimate(seconds, words, 1, is_bound=True)


def test_the_time_left_counts_from_the_first_result(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    left = TimeLeft()
    assert left.words(0.5) == ""  # kept of an earlier run
    now = 50.0  # until workers have started
    assert left.words(0.6) == ""
    now = 60.0
    assert left.words(0.7) == "about 30 seconds left"
    now = 70.0  # nothing new, but time goes on
    assert left.words(0.7) == "about 20 seconds left"
    now = 260.0  # nor for long
    assert left.words(0.7) == "about 3 minutes left"
    assert left.words(1.0) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "about a second"),
        (40, "about 40 seconds"),
        (100, "about 2 minutes"),
        (3 * 3600, "about 3 hours"),
        (5e6, "about 58 days"),
    ],
)
def test_durations_are_in_words(seconds: float, words: str) -> None:
    assert estimates.duration(seconds) == words
