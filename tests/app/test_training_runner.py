"""The background runner, without a window: what is taken is what was trained."""

import threading
import time

import numpy as np
import pytest

from app.training.due_steps import end_of_epoch
from app.training.runner import Runner
from core.hyperparameters import PRESETS, Hyperparameters
from core.session import Session
from core.stopping import StopRules

SETUP = Hyperparameters(points=40)


def wait_until(condition, seconds=20.0):
    """Poll; the runner has no signals, its thread must not know of whoever watches it."""
    gate = threading.Event()
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        gate.wait(0.002)


@pytest.fixture
def runner():
    made = Runner()
    yield made
    assert made.shut_down()


def collect(runner, n):
    losses = np.empty(0)

    def enough():
        nonlocal losses
        losses = np.append(losses, runner.take().losses)
        return len(losses) >= n

    wait_until(enough)
    return losses


def test_losses_are_those_of_the_trainer_in_order(runner):
    runner.begin(SETUP)
    runner.train()
    losses = collect(runner, 500)
    runner.pause()
    np.testing.assert_array_equal(losses, Session(SETUP).run(len(losses)))


def test_wishes_may_be_taken_back_while_the_thread_turns_to_them(runner, monkeypatch):
    found_job = runner._next_job

    def find_job_and_lose_its_wish():
        job = found_job()
        if job == runner._fulfil:  # as where a new run begins at this moment
            runner.begin(SETUP)
        return job

    runner.begin(SETUP)
    monkeypatch.setattr(runner, "_next_job", find_job_and_lose_its_wish)
    runner.edit(0, 0.5)
    wait_until(lambda: runner.take() is not None and not runner.is_busy)
    monkeypatch.undo()
    runner.make_steps(3)
    assert len(collect(runner, 3)) == 3


def test_steps_are_made_exactly(runner):
    runner.begin(SETUP)
    runner.make_steps(7)
    assert len(collect(runner, 7)) == 7
    runner.make_steps(1, within=5.0)
    assert len(runner.take().losses) == 1


class HeldSession(Session):
    """Tells when it begins to make steps, and waits for leave to do so."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.is_asked, self.may_go_on = threading.Event(), threading.Event()

    def run(self, steps):
        self.is_asked.set()
        assert self.may_go_on.wait(20.0)
        return super().run(steps)


@pytest.fixture
def held():
    """A runner in the midst of its first step, and the session that makes it."""
    sessions = []

    def make(*arguments):
        sessions.append(HeldSession(*arguments) if not sessions else Session(*arguments))
        return sessions[-1]

    runner = Runner(make)
    runner.begin(SETUP.changed(points=140))  # 70 to train on, seven steps an epoch
    runner.make_steps(None)
    wait_until(lambda: sessions, 20.0)
    assert sessions[0].is_asked.wait(20.0)
    yield runner, sessions[0].may_go_on
    sessions[0].may_go_on.set()
    wait_until(lambda: runner._thread is None, 20.0)
    assert runner.shut_down()


def losses_in_the_end(runner):
    found = []

    def is_over():
        found.append(runner.take().losses)
        return not runner.is_busy

    wait_until(is_over, 20.0)
    return np.concatenate([*found, runner.take().losses])


def test_steps_to_the_end_of_the_epoch_add_up_while_they_are_being_made(held):
    runner, may_go_on = held
    runner.make_steps(None)
    runner.make_steps(3)
    runner.make_steps(None)
    may_go_on.set()
    assert len(losses_in_the_end(runner)) == 3 * 7


def test_a_step_that_is_wished_after_a_pause_is_not_the_one_being_made(held):
    runner, may_go_on = held
    runner.pause()
    runner.make_steps(1)
    may_go_on.set()
    assert len(losses_in_the_end(runner)) == 2


def test_a_new_run_makes_its_own_steps_whatever_the_last_one_still_makes(held):
    runner, may_go_on = held
    runner.begin(SETUP)
    runner.make_steps(1)
    may_go_on.set()
    np.testing.assert_array_equal(losses_in_the_end(runner), Session(SETUP).run(1))


def test_epochs_end_in_time_where_they_are_not_whole_steps():
    per_epoch = 100 / 3  # the quotient of 100 by which is a little under 3
    ends, step = [], 0
    for _epoch in range(6):
        step = end_of_epoch(step, per_epoch)
        ends.append(step)
    assert ends == [34, 67, 100, 134, 167, 200]


def test_pause_stops_and_leaves_no_thread(runner):
    runner.begin(SETUP)
    runner.train()
    collect(runner, 100)
    runner.pause()
    wait_until(lambda: runner._thread is None)
    runner.take()
    assert not runner.is_running
    assert len(runner.take().losses) == 0


def test_a_new_run_drops_what_the_last_one_still_does(runner):
    runner.begin(SETUP)
    runner.train()
    collect(runner, 50)
    number = runner.begin(SETUP.changed(seed=9))
    progress = runner.take()
    assert progress.run == number
    losses = np.append(progress.losses, collect(runner, 50))
    np.testing.assert_array_equal(losses, Session(SETUP.changed(seed=9)).run(len(losses)))
    assert runner.is_running


def test_the_rate_changes_between_chunks(runner):
    runner.begin(SETUP)
    runner.make_steps(10, within=5.0)
    runner.retune(SETUP.changed(learning_rate=0.0))
    runner.make_steps(20, within=5.0)
    runner.want_snapshot()
    taken = []

    def has_snapshot():
        taken.append(runner.take())
        return taken[-1].snapshot is not None and taken[-1].snapshot.step == 30

    wait_until(has_snapshot)
    session = Session(SETUP)
    session.run(10)
    expected = [p.data for p in session.model.parameters()]
    np.testing.assert_array_equal(taken[-1].snapshot.parameters, expected)


def test_divergence_is_told_and_ends_the_run(runner):
    runner.begin(PRESETS["micrograd"].setup.changed(learning_rate=1e300))
    runner.train()
    found = []

    def has_diverged():
        found.append(runner.take())
        return found[-1].divergence is not None

    wait_until(has_diverged)
    wait_until(lambda: not runner.is_running)
    losses = np.concatenate([progress.losses for progress in found])
    assert found[-1].divergence.step == len(losses)
    runner.train()
    wait_until(lambda: not runner.is_running)


def test_a_refused_set_up_is_told_in_words():
    def refuse(*arguments):
        raise ValueError("This cannot be trained.")

    runner = Runner(refuse)
    runner.begin(SETUP)
    runner.train()
    refusals = []

    def is_refused():
        refusals.append(runner.take().refusal)
        return refusals[-1] is not None

    wait_until(is_refused)
    assert refusals[-1] == "This cannot be trained."
    wait_until(lambda: not runner.is_running)  # the refusal may have come before the wish to train
    assert runner.shut_down()


def test_slow_motion_is_no_faster_than_it_says(runner):
    runner.set_pace(50.0)
    runner.begin(SETUP)
    runner.train()
    collect(runner, 2)
    began = time.monotonic()
    n = len(collect(runner, 10))
    assert time.monotonic() - began > (n - 2) / 50.0  # a slow machine only makes it longer


def test_shutting_down_in_full_speed_and_twice():
    runner = Runner()
    runner.begin(SETUP)
    runner.train()
    collect(runner, 100)
    assert runner.shut_down()
    assert runner.shut_down()
    runner.train()
    runner.want_snapshot()
    assert runner._thread is None


def test_losses_over_all_points_are_taken_close_together_at_the_beginning(runner):
    runner.begin(SETUP)
    runner.train()
    measured = []

    def is_far():
        measured.extend(runner.take().measured)
        return bool(measured) and measured[-1].step >= 2000

    wait_until(is_far)
    runner.pause()
    steps = np.array([now.step for now in measured])
    assert (np.diff(steps) >= 0).all()
    for early, late in ((10, 100), (100, 1000)):
        assert ((early <= steps) & (steps < late)).sum() >= 15
    probe = measured[20]
    session = Session(SETUP)
    session.run(probe.step)
    assert session.measure().test_loss == pytest.approx(probe.test_loss, rel=1e-9)


def take_until(runner, condition):
    """Everything the runner tells until `condition` holds for one of it."""
    told = []

    def is_told():
        told.append(runner.take())
        return condition(told[-1])

    wait_until(is_told)
    return told


def test_the_past_comes_back_and_a_fork_goes_on_from_it(runner):
    runner.begin(SETUP)
    runner.make_steps(300, 5.0)
    told = take_until(runner, lambda progress: progress.snapshot is not None)
    losses = np.concatenate([progress.losses for progress in told])
    for step in (7, 250, 120):
        runner.seek(step)
    told = take_until(runner, lambda p: p.snapshot is not None and p.snapshot.step == 120)
    assert told[-1].snapshot.tip == 300
    runner.fork()
    runner.make_steps(50, 5.0)
    told = take_until(runner, lambda p: p.snapshot is not None and p.snapshot.step == 170)
    assert np.concatenate([p.losses for p in told]).tolist() == losses[120:170].tolist()
    assert [p.timeline.tip for p in told if p.timeline is not None] == [170]


def test_rules_end_the_run_at_the_same_step_each_time(runner):
    runner.set_stop(StopRules(steps=333))
    for _ in range(2):
        runner.begin(SETUP)
        runner.train()
        told = take_until(runner, lambda progress: progress.stopped is not None)
        assert sum(len(progress.losses) for progress in told) == 333
    runner.set_stop(StopRules(loss=0.3))
    steps = set()
    for _ in range(3):
        runner.begin(SETUP)
        runner.train()
        told = take_until(runner, lambda progress: progress.stopped is not None)
        steps.add(sum(len(progress.losses) for progress in told))
    assert len(steps) == 1
    session = Session(SETUP)
    session.run(steps.pop())
    assert 0.25 < session.measure().train_loss <= 0.3
