"""Training in the background: one thread, no Qt, and nothing shared but what a lock guards.

The window says what it wants (`begin`, `retune`, `edit`, `seek`, `fork`, `train`, `pause`,
`make_steps`, `want_snapshot`) and from time to time takes what has become of it (`take`). The
thread works in chunks of a few milliseconds and looks at the wishes between two of them; it lives
while there is something to do, so an idle window has no thread.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.training.due_steps import DueSteps
from core.divergence import PostMortem, explain
from core.hyperparameters import Hyperparameters
from core.session import Measurement, Scene, Session, Snapshot
from core.stopping import Stopper, StopRules
from core.timeline import Divergence, Timeline

Floats = NDArray[np.float64]

CHUNK = 0.006  # seconds that a chunk should take
GROWTH = 4  # at most, from one chunk to the next
MOST_STEPS = 1 << 18  # in a chunk
MEASURE_EVERY = 1.1  # factor between the steps at which losses over all points are taken
STOP_WITHIN = 0.1  # seconds
REPLAY = 0.01  # seconds of a replay between two looks at the wishes


@dataclass(frozen=True)
class Progress:
    """What has happened since it was last asked for.

    run: number of the run that it is about; a new one has a `scene`, as other points have, and
    its `timeline`, as a fork has. losses: of the steps made. snapshot: the newest, if any.
    measured: in the order of their steps, close together at a run's beginning, where a full-speed
    run has its bend before the first picture. post_mortem: why it diverged, a little after
    `divergence`. refusal: why a set-up can't be trained; stopped: why the run has stopped by
    itself; both for the user.
    """

    run: int
    losses: Floats
    scene: Scene | None = None
    snapshot: Snapshot | None = None
    divergence: Divergence | None = None
    refusal: str | None = None
    measured: tuple[Measurement, ...] = ()
    timeline: Timeline | None = None
    stopped: str | None = None
    post_mortem: PostMortem | None = None


class Runner:
    """Owns the thread. All methods are for the window's thread and return at once."""

    def __init__(self, make_session: Callable[..., Session] = Session) -> None:
        self._make_session = make_session
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None  # touched by the thread only
        self._shown_scene: Scene | None = None  # the last one that was given out, so too
        self._is_shut = False
        self._run = self._session_run = 0  # the window's newest, and the one of the session
        self._setup_of_run: tuple[Any, ...] | None = None  # wished, not begun yet
        self._wishes: deque[Wish] = deque()
        self._is_running = False
        self._due = DueSteps()
        self._is_snapshot_due = False
        self._is_examination_due = False
        self._pace: float | None = None
        self._by_sample = False
        self._rules = StopRules()
        self._stopper: Stopper | None = None  # touched by the thread only
        self._next_step_at = self._next_picture_at = 0.0
        self._chunk_steps = 1
        self._measure_at = 0  # step; touched by the thread only
        self._clear()

    def _clear(self) -> None:
        self._losses: list[Floats] = []
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None
        self._divergence: Divergence | None = None
        self._refusal: str | None = None
        self._measured: list[Measurement] = []
        self._timeline: Timeline | None = None
        self._stopped: str | None = None
        self._post_mortem: PostMortem | None = None

    # ----- wishes ---------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether it trains, or is about to."""
        return self._is_running

    @property
    def is_busy(self) -> bool:
        """Whether the thread has anything to do, or has done something that nobody took yet."""
        return self._thread is not None or bool(self._losses) or self._snapshot is not None

    @property
    def run(self) -> int:
        """Number of the run that was begun last."""
        return self._run

    def begin(
        self,
        setup: Hyperparameters,
        parameters: Floats | None = None,
        step: int = 0,
        timeline: Timeline | None = None,
    ) -> int:
        """A new run takes the place of the last; whatever that still does is dropped.

        timeline: the past of an earlier run, to go on with.
        """
        with self._wake:
            self._run += 1
            self._clear()
            self._setup_of_run = (setup, parameters, step, timeline)
            self._wishes.clear()
            self._due.clear()
            self._is_snapshot_due = True
            self._start()
            return self._run

    def retune(self, setup: Hyperparameters) -> None:
        """Other rules of training for the same run, from the next chunk on."""
        with self._wake:
            if self._setup_of_run is not None and self._setup_of_run[3] is None:
                self._setup_of_run = (setup, *self._setup_of_run[1:])
                self._start()
            else:
                self._wish(Wish(lambda session: session.retune(setup)))

    def edit(self, parameter: int, value: float) -> None:
        """Give a weight or bias another value, by its place among the parameters."""
        with self._wake:
            self._wish(Wish(lambda session: session.edit(parameter, value)))

    def seek(self, step: int | None) -> None:
        """Bring back an earlier step; None for the last one, which the window may not know of yet.

        Training pauses. Only the newest wish counts.
        """
        sought = sys.maxsize if step is None else step
        with self._wake:
            self._is_running = False
            self._due.clear()
            if self._wishes and self._wishes[-1].sought is not None:
                self._wishes.pop()
            self._wish(Wish(lambda session: session.seek(sought), sought))

    def fork(self) -> int:
        """The step that was brought back is the last of a new run that parts from the old one."""
        with self._wake:
            self._run += 1
            self._clear()
            self._shown_scene = None  # it may just have been dropped
            self._wish(Wish(lambda session: session.fork(), run=self._run))
            return self._run

    def _wish(self, wish: Wish) -> None:
        self._wishes.append(wish)
        self._is_snapshot_due = True
        self._start()

    def train(self) -> None:
        """Make steps until `pause`."""
        with self._wake:
            self._is_running = not self._is_shut
            self._start()

    def pause(self) -> None:
        """Stop after the chunk that is being made."""
        with self._wake:
            self._is_running = False
            self._due.clear()
            self._wake.notify_all()

    def make_steps(self, steps: int | None, within: float = 0.0) -> None:
        """Make so many steps; None is to the end of the epoch, also after those wished before.

        Wait for them, but no longer than `within` seconds.
        """
        with self._wake:
            self._due.wish(steps)
            self._is_snapshot_due = True
            self._start()
            self._wake.wait_for(lambda: not self._due, within)

    def see_sample(self) -> None:
        """See one sample more; the last one of a batch is followed by its step."""
        with self._wake:
            self._wish(Wish(self._see_sample))

    def want_snapshot(self) -> None:
        """Take a snapshot after the chunk that is being made."""
        with self._wake:
            self._is_snapshot_due = True
            self._start()

    def set_pace(self, steps_per_second: float | None, *, by_sample: bool = False) -> None:
        """Slow motion, if wished sample by sample; None is as fast as it goes."""
        with self._wake:
            self._pace, self._by_sample = steps_per_second, by_sample
            self._wake.notify_all()

    def set_stop(self, rules: StopRules) -> None:
        """When the run stops by itself."""
        with self._wake:
            self._rules, self._stopper = rules, None

    def take(self) -> Progress:
        """What has happened since the last call."""
        with self._wake:
            losses = np.concatenate(self._losses) if self._losses else np.empty(0)
            progress = Progress(
                self._run, losses, self._scene, self._snapshot, self._divergence, self._refusal,
                tuple(self._measured), self._timeline, self._stopped,
                self._post_mortem,
            )  # fmt: skip
            self._clear()
            return progress

    def shut_down(self) -> bool:
        """End for good; True if the thread has ended in time."""
        with self._wake:
            self._is_shut = True
            self._is_running = False
            thread = self._thread
            self._wake.notify_all()
        if thread is not None:
            thread.join(STOP_WITHIN)
        return thread is None or not thread.is_alive()

    def _start(self) -> None:
        """Wake the thread, or start one; the lock is held."""
        if self._is_shut:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="training", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    # ----- in the thread --------------------------------------------------------------------

    def _work(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                job()
        except BaseException:
            with self._wake:
                self._is_running = False
                self._thread = None
            raise

    def _next_job(self) -> Callable[[], None] | None:
        """What to do next; None ends the thread."""
        with self._wake:
            if not self._is_shut:
                if self._setup_of_run is not None:
                    return self._begin
                if self._session is not None and self._wishes:
                    return self._fulfil
                if self._session is not None and self._session.divergence is None:
                    if self._due:
                        return self._make_due_steps
                    if self._is_running and not self._is_picture_next():
                        self._begin_stopper()
                        return self._chunk if self._pace is None else self._slow_step
                if self._session is not None and self._is_snapshot_due:
                    return self._take_snapshot
                if self._session is not None and self._is_examination_due:
                    return self._examine
            self._due.clear()
            self._is_running = False
            self._stopper = None
            self._thread = None
            self._wake.notify_all()
            return None

    def _begin_stopper(self) -> None:
        """Count and measure anew where training begins, or the rules have changed."""
        if self._stopper is None and self._rules != StopRules() and self._session is not None:
            self._stopper = Stopper(self._rules, self._session)

    def _is_picture_next(self) -> bool:
        """Whether a snapshot comes before more steps: at full speed it gets half of the time."""
        is_its_turn = self._pace is not None or time.perf_counter() >= self._next_picture_at
        return self._is_snapshot_due and is_its_turn

    def _begin(self) -> None:
        with self._wake:
            assert self._setup_of_run is not None
            arguments, self._setup_of_run = self._setup_of_run, None
            run = self._run
            self._session = self._stopper = None
        self._chunk_steps = 1
        try:
            session = self._make_session(*arguments)
            scene = session.scene
            while not session.advance(REPLAY) and run == self._run and not self._is_shut:
                pass
            self._measure_at = session.step + 1
        except ValueError as error:
            with self._wake:
                if run == self._run:
                    self._refusal, self._is_running = str(error), False
            return
        with self._wake:
            self._session, self._session_run = session, run
            if run == self._run:
                self._scene = self._shown_scene = scene
                self._timeline = session.timeline
                self._divergence = session.divergence

    def _fulfil(self) -> None:
        """One wish. A step that is sought may take a while; a newer one takes its place."""
        session = self._session
        assert session is not None
        with self._wake:
            if not self._wishes or self._setup_of_run is not None:
                return  # another run has begun since
            wish = self._wishes.popleft()
        try:
            if wish.sought is None:
                session.advance()  # where the last wish was for a step, it is meant there
            wish.fulfil(session)
            while wish.sought is not None and not session.advance(REPLAY):
                if self._is_shut or self._setup_of_run is not None or self._wishes:
                    break
        except ValueError as error:
            with self._wake:
                self._refusal, self._is_running = str(error), False
        self._chunk_steps, self._stopper = 1, None
        if wish.run is not None:
            with self._wake:
                self._session_run = wish.run
                self._measure_at = session.step + 1
                if wish.run == self._run:
                    self._timeline = session.timeline

    def _see_sample(self, session: Session) -> None:
        self._add_losses(session.run_sample())

    def _take_snapshot(self) -> None:
        assert self._session is not None
        with self._wake:
            self._is_snapshot_due, run = False, self._session_run
        began = time.perf_counter()
        snapshot = self._session.snapshot()
        now = time.perf_counter()
        with self._wake:
            self._next_picture_at = now + (now - began)
            if run == self._run:
                if self._session.scene is not self._shown_scene:
                    self._scene = self._shown_scene = self._session.scene
                self._snapshot = snapshot
                if snapshot.step == snapshot.tip:
                    self._measured.append(snapshot)

    def _examine(self) -> None:
        """Look for what made the run diverge."""
        assert self._session is not None
        with self._wake:
            self._is_examination_due, run = False, self._session_run
        found = explain(self._session) if self._session.divergence is not None else None
        with self._wake:
            if run == self._run:
                self._post_mortem = found

    def _make_due_steps(self) -> None:
        session = self._session
        assert session is not None
        with self._wake:
            if self._setup_of_run is not None or not self._due:
                return  # they are due in another run, or not any more
            left = self._due.left(session.step, session.steps_per_epoch)
        self._run_steps(min(left, self._chunk_steps))
        with self._wake:
            self._due.reach(session.step)
            self._wake.notify_all()

    def _slow_step(self) -> None:
        with self._wake:
            left = self._next_step_at - time.perf_counter()
            if left > 0.0 and self._pace is not None:
                self._wake.wait_for(self._is_wanted, min(left, 1.0 / self._pace))
                return
        if self._by_sample:
            assert self._session is not None
            self._see_sample(self._session)
        else:
            self._run_steps(1)
        with self._wake:
            self._next_step_at = time.perf_counter() + 1.0 / (self._pace or math.inf)

    def _is_wanted(self) -> bool:
        """Whether there is something better to do than to wait for the next slow step."""
        is_changed = self._setup_of_run is not None or bool(self._wishes)
        is_due = self._is_snapshot_due or bool(self._due)
        return is_changed or is_due or self._is_shut or not self._is_running or self._pace is None

    def _chunk(self) -> None:
        assert self._session is not None
        began, worked = time.perf_counter(), time.thread_time()
        steps = min(self._chunk_steps, max(self._measure_at - self._session.step, 1))
        if self._stopper is not None:
            steps = self._stopper.limit(steps)
        self._run_steps(steps)
        took, worked = time.perf_counter() - began, time.thread_time() - worked
        # Where others keep the processor busy, waiting for it is no reason for smaller chunks.
        took = max(worked, took / 4, 1e-6)
        wanted = steps * CHUNK / took
        self._chunk_steps = int(min(max(wanted, 1), GROWTH * self._chunk_steps, MOST_STEPS))
        self._measure()

    def _measure(self) -> None:
        """Take the losses at steps that lie the closer the earlier they are."""
        assert self._session is not None
        step, run = self._session.step, self._session_run
        if step < self._measure_at or self._session.divergence is not None:
            return
        self._measure_at = max(step + 1, math.ceil(MEASURE_EVERY * step))
        measured = self._session.measure()
        with self._wake:
            if run == self._run:
                self._measured.append(measured)

    def _run_steps(self, steps: int) -> None:
        assert self._session is not None
        self._add_losses(self._session.run(steps))

    def _add_losses(self, losses: Floats) -> None:
        """Losses of steps just made, and whether they end the run."""
        assert self._session is not None
        divergence = self._session.divergence
        reason = self._stopper.check() if self._stopper is not None else None
        with self._wake:
            if self._session_run != self._run:
                return
            self._losses.append(losses)
            self._divergence = divergence
            self._is_examination_due = divergence is not None
            if divergence is not None:
                self._due.clear()
            elif reason is not None:
                self._stopped, self._stopper = reason, None
                self._due.end_first()
            if divergence is not None or reason is not None:
                self._is_running = False
                self._is_snapshot_due = True


@dataclass(frozen=True)
class Wish:
    """Something to be done with the session between two chunks, in the order of the wishes.

    sought: the step that it brings back. run: the number of the run that it begins.
    """

    fulfil: Callable[[Session], object]
    sought: int | None = None
    run: int | None = None
