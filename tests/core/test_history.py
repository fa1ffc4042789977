"""The history against plain lists: what is exact, what is kept of the rest, and how much."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.history import History, Samples, smooth


def filled(lengths: list[int], exact: int, seed: int = 0) -> tuple[History, np.ndarray]:
    rng = np.random.default_rng(seed)
    history = History(exact=exact)
    parts = [rng.random(n) for n in lengths]
    for part in parts:
        history.extend(part)
    return history, np.concatenate([np.empty(0), *parts])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3000), max_size=12), st.sampled_from([64, 1000, 5000]))
def test_newest_losses_are_exact(lengths, exact):
    history, losses = filled(lengths, exact)
    assert len(history) == len(losses)
    newest = history.newest()
    assert len(newest) >= min(len(losses), exact * 3 // 4 - max(lengths, default=0))
    np.testing.assert_array_equal(newest, losses[len(losses) - len(newest) :])
    np.testing.assert_array_equal(history.newest(7), losses[-7:])


@pytest.mark.parametrize("places", [10, 300, 1000])
def test_every_spike_stays_in_the_curve(places):
    rng = np.random.default_rng(1)
    history = History(exact=5000)
    spikes = []
    for k in range(1500):
        losses = rng.random(1777)
        if k % 50 == 0:
            losses[k % 1777] = 10.0 + k
            spikes.append((k * 1777 + k % 1777, 10.0 + k))
        history.extend(losses)
    for step, height in spikes:
        curve = history.curve(step - 20_000, step + 20_000, places)
        assert curve.losses.max() == height
        place = curve.steps[curve.losses.argmax()]
        assert abs(place - step) <= max(40_000 / places, 2048)


def test_least_losses_stay_too():
    history, losses = filled([700] * 100, exact=1000)
    history.extend([-5.0])
    history.extend(losses)
    assert history.curve(places=50).losses.min() == -5.0


def test_curve_begins_and_ends_with_the_runs_own_losses():
    history, losses = filled([1234] * 300, exact=10_000)
    curve = history.curve(places=200)
    assert (curve.steps[0], curve.steps[-1]) == (0.0, len(losses) - 1)
    assert (curve.losses[0], curve.losses[-1]) == (losses[0], losses[-1])
    assert (np.diff(curve.steps) >= 0).all()
    assert len(curve.steps) <= 2 * 201


def test_short_curve_is_every_step():
    history, losses = filled([500], exact=10_000)
    curve = history.curve(places=1000)
    np.testing.assert_array_equal(curve.steps, np.arange(500))
    np.testing.assert_array_equal(curve.losses, losses)
    part = history.curve(100.2, 199.0, places=1000)
    np.testing.assert_array_equal(part.losses, losses[100:200])


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 40_000),
    st.floats(-100, 50_000),
    st.floats(-100, 50_000),
    st.integers(1, 400),
)
def test_any_part_of_the_run_can_be_drawn(n, start, stop, places):
    history, losses = filled([n], exact=1000)
    curve = history.curve(start, stop, places)
    assert len(curve.steps) == len(curve.losses) == len(curve.means)
    if len(curve.losses):
        assert losses.min() <= curve.losses.min() <= curve.losses.max() <= losses.max()


def test_memory_stays_bounded():
    history = History(exact=10_000)
    sizes = []
    for _ in range(40):
        history.extend(np.random.default_rng(0).random(100_000))
        sizes.append(history.n_bytes)
    assert sizes[-1] < 1_000_000
    assert len(history) == 4_000_000


def test_a_finished_run_forgets_all_but_its_newest_losses():
    history, losses = filled([3000] * 10, exact=20_000)
    before = history.curve(places=100)
    history.forget(2000)
    np.testing.assert_array_equal(history.newest(), losses[-2000:])
    assert len(history) == 30_000
    after = history.curve(places=100)
    np.testing.assert_array_equal(after.losses, before.losses)
    history.extend([7.0])
    assert history.newest(1)[0] == 7.0


def test_a_loss_is_found_by_its_step():
    history, losses = filled([3000] * 10, exact=5000)
    assert history.at(29_999) == losses[29_999]
    assert history.at(27_000) == losses[27_000]
    old = history.at(300)
    assert old == pytest.approx(losses[256:512].mean())


def test_losses_that_are_not_finite_keep_their_place():
    history = History()
    history.extend([1.0, np.inf, np.nan])
    np.testing.assert_array_equal(history.curve().losses, [1.0, np.inf, np.nan])
    long, _losses = filled([5000], exact=1000)
    long.extend([np.nan] * 1000)
    assert np.nanmax(long.curve(places=10).losses) <= 1.0


def test_empty_history_has_an_empty_curve():
    history = History()
    assert len(history.curve().steps) == 0
    assert len(history.newest()) == 0
    assert np.isnan(history.at(0))


def test_samples_are_found_at_or_before_a_step():
    samples = Samples("train", "test")
    samples.append(0, 1.0, 2.0)
    samples.append(10, 0.5, 0.7)
    samples.append(10, 0.4, 0.6)
    assert len(samples) == 2
    assert samples.at("test", 9) == 2.0
    assert samples.at("train", 10_000) == 0.4
    assert np.isnan(samples.at("train", -1))


def test_many_samples_are_thinned_but_keep_their_extremes():
    samples = Samples("test", most=64)
    numbers = np.random.default_rng(0).random(1000)
    numbers[500], numbers[3] = 9.0, -9.0
    for step, number in enumerate(numbers):
        samples.append(step, number)
    assert len(samples) <= 64
    assert samples["test"].max() == 9.0
    assert samples["test"].min() == -9.0
    assert (np.diff(samples.steps) > 0).all()
    assert samples.at("test", 999) == numbers[999]


def test_smoothing_starts_at_the_first_number_and_passes_over_nan():
    smoothed = smooth([2.0, np.nan, 4.0], 0.5)
    assert smoothed[0] == smoothed[1] == 2.0
    assert smoothed[2] == pytest.approx((0.25 * 2.0 + 0.5 * 4.0) / 0.75)
    np.testing.assert_array_equal(smooth([1.0, 5.0], 0.0), [1.0, 5.0])
