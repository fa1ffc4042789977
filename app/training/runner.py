"""Training in the background: one thread, no Qt, and nothing shared but what a lock guards.

The window says what it wants (`begin`, `retune`, `train`, `pause`, `make_steps`,
`want_snapshot`) and from time to time takes what has become of it (`take`). The thread works in
chunks of a few milliseconds and looks at the wishes between two of them; it lives while there is
something to do, so an idle window has no thread.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.hyperparameters import Hyperparameters
from core.session import Divergence, Measurement, Scene, Session, Snapshot

Floats = NDArray[np.float64]

CHUNK = 0.006  # seconds that a chunk should take
GROWTH = 4  # at most, from one chunk to the next
MOST_STEPS = 1 << 18  # in a chunk
MEASURE_EVERY = 1.1  # factor between the steps at which losses over all points are taken
STOP_WITHIN = 0.1  # seconds


@dataclass(frozen=True)
class Progress:
    """What has happened since it was last asked for.

    run: number of the run that it is about; a new one has a `scene`. losses: of the steps made.
    snapshot: the newest, if any. measured: in the order of their steps, close together at a run's
    beginning, where a full-speed run has its bend before the first picture. refusal: why a set-up
    can't be trained, for the user.
    """

    run: int
    losses: Floats
    scene: Scene | None = None
    snapshot: Snapshot | None = None
    divergence: Divergence | None = None
    refusal: str | None = None
    measured: tuple[Measurement, ...] = ()


class Runner:
    """Owns the thread. All methods are for the window's thread and return at once."""

    def __init__(self, make_session: Callable[..., Session] = Session) -> None:
        self._make_session = make_session
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None  # touched by the thread only
        self._is_shut = False
        self._run = 0
        self._setup_of_run: tuple[Any, ...] | None = None  # wished, not begun yet
        self._retuned: Hyperparameters | None = None
        self._is_running = False
        self._steps_due = 0
        self._is_snapshot_due = False
        self._pace: float | None = None
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

    def begin(self, setup: Hyperparameters, parameters: Floats | None = None, step: int = 0) -> int:
        """A new run takes the place of the last; whatever that still does is dropped."""
        with self._wake:
            self._run += 1
            self._clear()
            self._setup_of_run = (setup, parameters, step)
            self._retuned = None
            self._steps_due = 0
            self._is_snapshot_due = True
            self._start()
            return self._run

    def retune(self, setup: Hyperparameters) -> None:
        """Other rules of training for the same run, from the next chunk on."""
        with self._wake:
            if self._setup_of_run is not None:
                self._setup_of_run = (setup, *self._setup_of_run[1:])
            else:
                self._retuned = setup
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
            self._steps_due = 0
            self._wake.notify_all()

    def make_steps(self, steps: int, within: float = 0.0) -> None:
        """Make so many steps; wait for them, but no longer than `within` seconds."""
        with self._wake:
            self._steps_due += steps
            self._is_snapshot_due = True
            self._start()
            self._wake.wait_for(lambda: self._steps_due == 0, within)

    def want_snapshot(self) -> None:
        """Take a snapshot after the chunk that is being made."""
        with self._wake:
            self._is_snapshot_due = True
            self._start()

    def set_pace(self, steps_per_second: float | None) -> None:
        """Slow motion; None is as fast as it goes."""
        with self._wake:
            self._pace = steps_per_second
            self._wake.notify_all()

    def take(self) -> Progress:
        """What has happened since the last call."""
        with self._wake:
            losses = np.concatenate(self._losses) if self._losses else np.empty(0)
            progress = Progress(
                self._run, losses, self._scene, self._snapshot, self._divergence, self._refusal,
                tuple(self._measured),
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
                if self._session is not None and self._retuned is not None:
                    return self._retune
                if self._session is not None and self._session.divergence is None:
                    if self._steps_due:
                        return self._make_due_steps
                    if self._is_running and not self._is_picture_next():
                        return self._chunk if self._pace is None else self._slow_step
                if self._session is not None and self._is_snapshot_due:
                    return self._take_snapshot
            self._steps_due = 0
            self._is_running = False
            self._thread = None
            self._wake.notify_all()
            return None

    def _is_picture_next(self) -> bool:
        """Whether a snapshot comes before more steps: at full speed it gets half of the time."""
        is_its_turn = self._pace is not None or time.perf_counter() >= self._next_picture_at
        return self._is_snapshot_due and is_its_turn

    def _begin(self) -> None:
        with self._wake:
            assert self._setup_of_run is not None
            arguments, self._setup_of_run = self._setup_of_run, None
            run = self._run
            self._session = None
        self._chunk_steps = 1
        try:
            session = self._make_session(*arguments)
            scene = session.scene
            self._measure_at = session.step + 1
        except ValueError as error:
            with self._wake:
                if run == self._run:
                    self._refusal, self._is_running = str(error), False
            return
        with self._wake:
            if run == self._run:
                self._session, self._scene = session, scene

    def _retune(self) -> None:
        with self._wake:
            setup, self._retuned = self._retuned, None
        assert self._session is not None
        assert setup is not None
        try:
            self._session.retune(setup)
        except ValueError as error:
            with self._wake:
                self._refusal, self._is_running = str(error), False
        self._chunk_steps = 1

    def _take_snapshot(self) -> None:
        assert self._session is not None
        with self._wake:
            self._is_snapshot_due, run = False, self._run
        began = time.perf_counter()
        snapshot = self._session.snapshot()
        now = time.perf_counter()
        with self._wake:
            self._next_picture_at = now + (now - began)
            if run == self._run:
                self._snapshot = snapshot
                self._measured.append(_measurement(snapshot))

    def _make_due_steps(self) -> None:
        with self._wake:
            steps = min(self._steps_due, self._chunk_steps)
        self._run_steps(steps)
        with self._wake:
            self._steps_due = max(self._steps_due - steps, 0)
            self._wake.notify_all()

    def _slow_step(self) -> None:
        with self._wake:
            left = self._next_step_at - time.perf_counter()
            if left > 0.0 and self._pace is not None:
                self._wake.wait_for(self._is_wanted, min(left, 1.0 / self._pace))
                return
        self._run_steps(1)
        with self._wake:
            self._next_step_at = time.perf_counter() + 1.0 / (self._pace or math.inf)

    def _is_wanted(self) -> bool:
        """Whether there is something better to do than to wait for the next slow step."""
        is_changed = self._setup_of_run is not None or self._retuned is not None
        is_due = self._is_snapshot_due or bool(self._steps_due)
        return is_changed or is_due or self._is_shut or not self._is_running or self._pace is None

    def _chunk(self) -> None:
        assert self._session is not None
        began, worked = time.perf_counter(), time.thread_time()
        steps = min(self._chunk_steps, max(self._measure_at - self._session.step, 1))
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
        step, run = self._session.step, self._run
        if step < self._measure_at or self._session.divergence is not None:
            return
        self._measure_at = max(step + 1, math.ceil(MEASURE_EVERY * step))
        measured = self._session.measure()
        with self._wake:
            if run == self._run:
                self._measured.append(measured)

    def _run_steps(self, steps: int) -> None:
        assert self._session is not None
        run = self._run
        losses = self._session.run(steps)
        with self._wake:
            if run != self._run:
                return
            self._losses.append(losses)
            if self._session.divergence is not None:
                self._divergence = self._session.divergence
                self._is_running = False
                self._is_snapshot_due = True
                self._steps_due = 0


def _measurement(snapshot: Snapshot) -> Measurement:
    return Measurement(
        snapshot.step, snapshot.train_loss, snapshot.test_loss,
        snapshot.train_accuracy, snapshot.test_accuracy,
    )  # fmt: skip
