"""The past of a run: any step comes back to the last bit, in bounded memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.hyperparameters import Hyperparameters
from core.optim import OPTIMIZERS
from core.session import Session
from core.timeline import Timeline

SMALL = {"points": 24, "hidden": (3,), "batch_size": 5}


@st.composite
def setups(draw: st.DrawFn) -> Hyperparameters:
    return Hyperparameters(
        **SMALL,
        optimizer=OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))](),
        learning_rate=draw(st.sampled_from([0.0, 0.03, 0.5])),
        schedule=draw(st.sampled_from(["constant", "cosine", "step"])),
        schedule_steps=7,
        shuffle=draw(st.booleans()),
        last_batch=draw(st.sampled_from(["own", "carry", "drop"])),
        l1=draw(st.sampled_from([0.0, 0.3])),
        regularization=draw(st.sampled_from(["loss", "playground"])),
        zero_grad=draw(st.booleans()),
    )


CHANGES = st.one_of(
    st.tuples(st.just("run"), st.integers(1, 9)),
    st.tuples(st.just("learning_rate"), st.sampled_from([0.01, 0.2])),
    st.tuples(st.just("rate_factors"), st.sampled_from([(0.1, 2.0), ()])),
    st.tuples(st.just("l2"), st.sampled_from([0.0, 0.1])),
    st.tuples(st.just("batch_size"), st.sampled_from([4, 12, None])),
    st.tuples(st.sampled_from(["shuffle", "zero_grad"]), st.booleans()),
    st.tuples(st.just("layer_activations"), st.sampled_from([("relu",), ("tanh",), ()])),
    st.tuples(st.just("train_percent"), st.sampled_from([30.0, 100.0])),
    st.tuples(st.just("dataset"), st.sampled_from(["xor", "plane"])),
    st.tuples(st.just("edit"), st.floats(-2, 2)),
)


def trace(session):
    """All that decides how a session goes on."""
    moment = session._trainer.moment
    state, place = moment.state, moment.place
    return (
        session.step, session.setup, state.data.tobytes(), state.memory.tobytes(),
        state.dead.tobytes(), state.step, place.next, place.order.tobytes(), place.random,
    )  # fmt: skip


@given(
    setup=setups(), changes=st.lists(CHANGES, min_size=1, max_size=12), seed=st.integers(0, 999),
    is_numpy_first=st.booleans(), most=st.sampled_from([4, 100]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_every_step_comes_back_to_the_last_bit(setup, changes, seed, is_numpy_first, most):
    session = Session(setup)
    session.timeline = Timeline(most_checkpoints=most)
    session.timeline.seconds_apart = 0.0 if seed % 2 else 1e-4
    session._is_compiled = session._is_compiled and not is_numpy_first
    session._trainer.uses_numpy = not session._is_compiled
    session._keep()
    known = {0: trace(session)}
    for what, value in changes:
        if what == "run":
            for _ in range(value):
                session._choose_tape()  # as the run does first: from this step on, kernels serve
                known[session.step] = trace(session)
                session.run(1)
                known[session.step] = trace(session)
        elif what == "edit":
            session.edit(seed % 13, value)
        else:
            session.retune(session.setup.changed(**{what: value}))
        known[session.step] = trace(session)
    order = np.random.default_rng(seed).permutation(list(known))
    for step in (*order.tolist(), session.tip):
        session.seek(step)
        assert session.advance()
        assert trace(session) == known[step]


def advanced(session, step):
    session.seek(step)
    assert session.advance()
    return session


def test_a_fork_goes_on_from_the_past_and_leaves_the_other_run_its_end():
    session = Session(Hyperparameters(**SMALL))
    losses = session.run(200)
    end, parent = trace(session), session.timeline
    advanced(session, 120)
    assert session.is_past
    session.fork()
    assert not session.is_past
    assert session.tip == 120
    np.testing.assert_array_equal(session.run(80), losses[120:])
    session.retune(session.setup.changed(learning_rate=1.0))
    session.run(50)
    other = Session(Hyperparameters(**SMALL), timeline=parent)
    assert other.advance()
    assert other.tip == 200
    assert trace(other) == end
    assert advanced(session, 60).snapshot().parameters.tolist() == (
        advanced(other, 60).snapshot().parameters.tolist()
    )


def test_a_step_that_is_brought_back_has_its_gradient_and_update():
    session = Session(Hyperparameters(**SMALL))
    session.run(9)
    session.run(1)
    before = session.snapshot()
    session.run(500)
    after = advanced(session, 10).snapshot()
    for name in (
        "step", "epoch", "rate", "parameters", "gradients", "update", "train_loss", "test_loss",
        "train_accuracy", "test_accuracy", "gradient_norm", "update_ratio",
    ):  # fmt: skip
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert after.start.key == before.start.key
    np.testing.assert_array_equal(after.train.losses, before.train.losses)
    np.testing.assert_array_equal(after.picture.output, before.picture.output)


def test_the_past_of_a_run_that_diverged_can_be_gone_on_with():
    session = Session(Hyperparameters(**SMALL, activation="relu", output="linear", init="he"))
    session.run(100)
    session.retune(session.setup.changed(learning_rate=1e5))
    session.run(1000)
    assert session.divergence is not None
    assert not len(session.run(5))
    assert np.isfinite(advanced(session, session.divergence.step - 2).measure().train_loss)
    advanced(session, 90)
    session.fork()
    session.retune(session.setup.changed(learning_rate=0.01))
    assert np.isfinite(session.run(300)).all()


def test_memory_of_the_past_is_bounded_and_the_first_step_stays():
    session = Session(Hyperparameters(**SMALL))
    session.timeline = Timeline(most_bytes=40_000, most_checkpoints=50)
    session.timeline.seconds_apart = 0.0
    session._keep()
    for _ in range(300):
        session.run(3)
        assert session.timeline.n_bytes <= 40_000
    assert session.timeline.first_step == 0
    assert session.timeline.seconds_apart > 0.0 or len(session.timeline.checkpoints) <= 50
    assert advanced(session, 0).step == 0


def test_a_step_goes_sample_by_sample_and_is_the_same_step():
    by_sample, whole = Session(Hyperparameters(**SMALL)), Session(Hyperparameters(**SMALL))
    before = by_sample.snapshot().parameters
    seen, gradients = [], []
    while not by_sample.step:
        losses = by_sample.run_sample()
        snapshot = by_sample.snapshot()
        if snapshot.sample is not None:
            seen.append(snapshot.sample)
            gradients.append(snapshot.gradients)
            np.testing.assert_array_equal(snapshot.parameters, before)
    assert [s.place for s in seen] == [1, 2, 3, 4, 5]
    assert [s.row for s in seen] == [0, 1, 2, 3, 4]
    assert losses == pytest.approx(np.mean([s.loss for s in seen]))
    assert losses.tolist() == whole.run(1).tolist()
    np.testing.assert_array_equal(by_sample.snapshot().parameters, whole.snapshot().parameters)
    np.testing.assert_allclose(gradients[-1], whole.snapshot().gradients, rtol=1e-12)


def test_a_run_that_is_put_aside_ends_where_its_curves_do():
    """While the window puts a run aside, the thread may still make steps of it."""
    straight, ahead = Session(Hyperparameters(**SMALL)), Session(Hyperparameters(**SMALL))
    for session in (straight, ahead):
        session.run(9)
        session.retune(session.setup.changed(l2=0.1))
    straight.run(5)
    ahead.run(40)
    ended = ahead.timeline.ended(14)
    ahead.run(3)
    resumed = Session(straight.setup, timeline=ended)
    resumed.advance()
    assert (resumed.step, resumed.tip, ended.divergence) == (14, 14, None)
    np.testing.assert_array_equal(resumed.parameters(), straight.parameters())
    assert ahead.tip == 52


def test_gradients_that_add_up_are_told_alike_whenever_a_snapshot_is_taken():
    session = Session(Hyperparameters(**SMALL, zero_grad=False))
    session.run(3)
    session.retune(session.setup.changed(l2=0.1))
    first, second = session.snapshot(), session.snapshot()
    assert first.gradients.any()
    np.testing.assert_array_equal(first.gradients, second.gradients)


def test_gradients_that_begin_to_add_up_after_a_fork_come_back():
    session = Session(Hyperparameters(**SMALL))
    session.run(5)
    session.retune(session.setup.changed(l2=0.1))  # a new Trainer, which has made no step yet
    advanced(session, 5).fork()
    session.retune(session.setup.changed(zero_grad=False))
    session.run(4)
    there = session.parameters()
    np.testing.assert_array_equal(advanced(session, 9).parameters(), there)
