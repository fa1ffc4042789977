"""Every control of the training tab changed at random while it trains at full speed.

A few seconds in the suite. For minutes, with other actions each time, or with the same:
TRAINING_DRIVER_SECONDS=180 [TRAINING_DRIVER_SEED=7] pytest tests/app/test_training_random.py
"""

import os
import random
import time

import numpy as np
from pytestqt.exceptions import format_captured_exceptions

from core.hyperparameters import PRESETS
from core.network.stored import stored_parameters
from tests.app.training_driver import Driver
from tests.app.training_tab import choose, click, find, idle

ACTIONS = 150
LOOK_EVERY = 60  # actions


def look(qtbot, window, rng):
    """The run rests: what is shown, kept and remembered agrees, and the past comes back."""
    tab = window.training
    tab.pause()
    idle(qtbot, tab)
    if tab.snapshot is None or not tab.view.network.isEnabled():
        return
    run, snapshot = tab._runs.current, tab.snapshot
    assert snapshot.step == tab.step
    assert snapshot.setup == tab.setup
    assert len(snapshot.parameters) == tab.setup.n_parameters
    assert snapshot.tip == run.tip == run.timeline.tip
    document = window.document
    if tab._sought is None and (tab.step or document.model is not None):
        kept = stored_parameters(tab.setup, document.model)
        np.testing.assert_array_equal(kept, snapshot.parameters)
        assert document.settings == {**tab.setup.to_dict(), "step": tab.step}
    tab.seek(run.tip)
    idle(qtbot, tab)
    newest = tab.snapshot
    tab.seek(rng.randint(run.first_step, max(run.first_step, run.tip - 1)))
    idle(qtbot, tab)
    tab.seek(run.tip)
    idle(qtbot, tab)
    np.testing.assert_array_equal(tab.snapshot.parameters, newest.parameters)
    np.testing.assert_array_equal(tab.snapshot.gradients, newest.gradients)


def told(seed, n, driver):
    """How it came to what is wrong, and where the run is."""
    tab = driver.tab
    run, runner = tab._runs.current, tab._runner
    return (
        f"seed {seed}, action {n}: {driver.done}; step {tab.step}, tip {run.tip} of "
        f"{run.timeline and run.timeline.tip}, running {runner.is_running}, busy {runner.is_busy}, "
        f"divergence {tab._divergence.found}, {PRESETS['playground'].setup.differences(tab.setup)}"
    )


def test_every_control_changes_at_random_in_full_speed(qtbot, main_window, tmp_path):
    seconds = float(os.environ.get("TRAINING_DRIVER_SECONDS", "0"))
    by_time = time.time_ns() % 10**6 if seconds else 0
    seed = int(os.environ.get("TRAINING_DRIVER_SEED", by_time))
    window, rng = main_window, random.Random(seed)
    tab = window.training
    window.tabs.setCurrentWidget(tab)
    driver = Driver(window, rng, tmp_path)
    click(qtbot, tab, "train_button")
    end = time.monotonic() + seconds
    n = 0
    with qtbot.captureExceptions() as raised:
        while n < ACTIONS or time.monotonic() < end:
            driver.act()
            n += 1
            assert not raised, told(seed, n, driver) + format_captured_exceptions(raised)
            if n % LOOK_EVERY == 0:
                try:
                    look(qtbot, window, rng)
                except Exception as error:
                    raise AssertionError(told(seed, n, driver)) from error
    find(tab, "speed").setValue("full")
    choose(tab, "preset", "spiral")  # so that the other one is new in any case
    choose(tab, "preset", "playground")
    for name in ("steps", "loss", "accuracy", "patience"):
        box = find(tab, f"stop_when_{name}")
        if box.isChecked():
            box.click()
    tab.reset()
    click(qtbot, tab, "train_button")
    try:
        qtbot.waitUntil(lambda: tab.step > 100)  # after all this it trains as ever
    except Exception as error:
        raise AssertionError(told(seed, n, driver)) from error
    assert np.isfinite(tab.losses).all()
    tab.shutdown()
    assert not tab.is_running
