"""The training tab: set-up, network, output and loss of one run, and the runs before it."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent, QUndoStack
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.training import wiring
from app.training.divergence_told import DivergenceTold
from app.training.draw_mode import DrawMode
from app.training.keeping import Keeper, load
from app.training.parts import PartsInTurn
from app.training.run_export import RunExport
from app.training.runner import Progress, Runner
from app.training.runs import MOST_MEMORY, Runs
from app.training.setup_edits import SetupEdits
from app.training.speed import Speed
from app.training.stability_gauge import StabilityMark
from app.training.tools import TrainingTools
from app.training.view import TrainingView
from core.hyperparameters import PRESETS, Hyperparameters
from core.lab.starts import Start
from core.session import Floats, Scene, Snapshot
from core.timeline import Timeline

FRAME = 16  # milliseconds between two looks at the runner
PICTURE = 0.03  # seconds between two pictures of the network
HIDDEN_PICTURE = 0.5  # the same behind another tab
COUNTS = 0.1  # seconds that the counters of a run may wait for a frame with room for them
STEP_WAIT = 0.008  # seconds that a click on Step waits for its step


class TrainingTab(QWidget):
    """Trains a network on the document's set-up, in the background.

    Signals: activity_changed(text): what goes on, for the status bar; "" for nothing.
    snapshot_taken(snapshot): what the network is. running_changed(is_running).
    neuron_wanted(layer, neuron), both from 0: to be shown in the graph view.
    """

    activity_changed = Signal(str)
    snapshot_taken = Signal(object)
    running_changed = Signal(bool)
    neuron_wanted = Signal(int, int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_tab")
        self._document = document
        self._setup = PRESETS["playground"].setup
        self._runner = Runner()
        self._runs = Runs(self._setup)
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None
        self._sought: int | None = None  # the past step that shows, or is about to
        self._was_past = False  # the settings that show are of the past
        self._has_begun = False
        self._stored: tuple[Floats | None, int] = (None, 0)  # weights of the document, and step
        self._keeper = Keeper(document, self)
        self._activity = ""
        self._is_stale = True  # the pictures are older than the run
        self._last_picture = self._last_shown = self._last_counts = 0.0
        self._watchers = set[str]()  # elsewhere, while this tab is hidden
        self._speed = Speed()
        self.view = TrainingView(self)
        self._parts = PartsInTurn(self.view)
        self.edits = SetupEdits(self, self._runs)
        self._divergence = DivergenceTold(self._runs, self.view)
        self._export = RunExport(self, self._runs, self.view)
        self.draw_mode = DrawMode(self.edits, self.view)
        self.tools = TrainingTools(self, self.view, self.draw_mode.enter)
        self.stability = StabilityMark(self.view.run_bar.rate, self.view.plot, self)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._on_frame)
        wiring.connect(self, self._runs)
        view = self.view
        view.setup.pace.stop_changed.connect(self._runner.set_stop)
        view.export_wanted.connect(self._export.ask)
        document.settings_changed.connect(self._on_settings)
        runner = self._runner
        # The thread must not outlive the tab where nobody has called `shutdown`.
        self.destroyed.connect(lambda: runner.shut_down())
        self._load()

    # ----- for other people's scripts -------------------------------------------------------

    @property
    def step(self) -> int:
        """Updates of the weights in this run; where the past shows, up to there."""
        return self._runs.current.tip if self._sought is None else self._sought

    @property
    def losses(self) -> Floats:
        """This run's training loss at each step, float64; of millions the newest one."""
        return self._runs.current.curves.history.newest()

    @property
    def is_running(self) -> bool:
        """Whether it trains."""
        return self._runner.is_running

    @property
    def setup(self) -> Hyperparameters:
        """The set-up in force."""
        return self._setup

    @property
    def undo_stack(self) -> QUndoStack:
        """The history of its set-up, apart from that of the expression."""
        return self.edits.history.stack

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest picture of the run; None before the first."""
        return self._snapshot

    def set_watched(self, watcher: str, is_watched: bool) -> None:
        """Whether somebody elsewhere wants snapshots as often as when this tab shows."""
        (self._watchers.add if is_watched else self._watchers.discard)(watcher)

    def start(self) -> Start | None:
        """Where this run is, for an experiment to go on from; None before its first picture."""
        snapshot, n = self._snapshot, self._setup.n_parameters
        return snapshot.start if snapshot and len(snapshot.parameters) == n else None

    @property
    def timeline(self) -> Timeline | None:
        """The past of this run, which its thread goes on writing; None until it has begun."""
        return self._runs.current.timeline

    def take_run(self, timeline: Timeline) -> None:
        """Make a run from elsewhere, such as a lane of a race, the present one; it waits."""
        self._runner.pause()
        self.begin(timeline.checkpoints[-1].setup, step=timeline.tip, timeline=timeline)
        self.edits.commit("Take a run")

    def shutdown(self) -> None:
        """Stop for good, within a tenth of a second; the weights go to the document."""
        self._timer.stop()
        self._runner.pause()
        self._runner.shut_down()
        self.stability.shut_down()
        self._export.cancel()

    # ----- what the user does ---------------------------------------------------------------

    def toggle_training(self) -> None:
        """Train, or pause. From a past step a fork goes on."""
        if self._runner.is_running:
            self.pause()
        elif self._is_free_to_go_on():
            self._speed.start(self.step)
            self._runner.train()
            self._wake()

    def pause(self) -> None:
        """Stop after the steps that are being made."""
        self._runner.pause()
        self._is_stale = True
        self._wake()

    def make_step(self) -> None:
        """Go on by a sample, a batch (one update of the weights) or to the end of the epoch."""
        if self._runner.is_running:  # else steps may be due still, of clicks just before
            self._runner.pause()
        if not self._is_free_to_go_on():
            return
        step_by = self.view.setup.pace.step_by.value()
        if step_by == "sample":
            self._runner.see_sample()
        else:
            self._runner.make_steps(None if step_by == "epoch" else 1, STEP_WAIT)
        self._is_stale = True
        self._wake()
        self._on_frame()

    def _is_free_to_go_on(self) -> bool:
        """Make ready for more steps; False, and said why, where the run has ended."""
        if self._sought is not None:
            self.fork()
        elif self._divergence.found is not None:
            self._divergence.tell()
            return False
        self._ensure_begun()
        return True

    # ----- the past -------------------------------------------------------------------------

    def seek(self, step: int) -> None:
        """Bring back an earlier step: loss, output, network, weights and settings; or the last."""
        self._sought = step if step < self._runs.current.tip else None
        self._runner.seek(self._sought)
        self._show_counts()
        self._wake()

    def leave_past(self, setup: Hyperparameters) -> None:
        """Back to the last step, and to the set-up of then."""
        if self._sought is not None:
            self.seek(self._runs.current.tip)
            self._setup = setup

    def fork(self) -> None:
        """Make the past step that shows the last one of a new run; the other run is kept."""
        if self._sought is not None:
            step = self._sought
            self._part()
            self.edits.commit(f"Fork at step {step:,}")

    def _part(self) -> None:
        assert self._sought is not None
        step, self._sought = self._sought, None
        # Where the step has not come back yet, its settings are still to come.
        self._was_past = self._snapshot is None or self._snapshot.step != step
        self._runs.fork(self._setup, step)
        self._runner.fork()
        self._divergence.forget()
        self.view.show_runs(self._runs)
        self._is_stale = True
        self._show_counts()
        self._wake()

    def resume_run(self, index: int) -> None:
        """Go on with an earlier run, by its place among them; the present one is kept."""
        run = self._runs.earlier[index]
        if run.timeline is not None:
            self.resume(index)
            self.edits.commit(f"Back to {run.curves.name}")

    def resume(self, index: int) -> None:
        """The same, as a part of something larger."""
        run = self._runs.earlier[index]
        self._runner.pause()
        self._runs.resume(index)
        self._take_up(run.setup)
        self._runner.begin(run.setup, None, 0, run.timeline)

    def reset(self) -> None:
        """Back to step 0 and to the same initial weights; what runs, stops."""
        self._runner.pause()
        self.begin(self._setup)
        self.edits.commit("Reset")

    # ----- the set-up -----------------------------------------------------------------------

    def apply(self, changes: dict[str, Any]) -> None:
        """Take over changed fields of the set-up: in mid-run, or with a new run where needed."""
        self.edits.apply(changes)

    def set_rate(self, rate: float) -> None:
        """Train at another learning rate from now on."""
        self.edits.set_rate(rate)

    def take_setup(
        self, setup: Hyperparameters, *, keeps_network: bool = False, is_passing: bool = False
    ) -> None:
        """Train under another set-up: in mid-run, or with a new run where needed.

        keeps_network: on other points, too, the network goes on as it is, if it can.
        """
        old, self._setup = self._setup, setup
        if setup == old:
            return
        self._show_setup()
        if setup.restarts(old) and not (keeps_network and setup.goes_on_from(old)):
            self.begin(setup, is_passing=is_passing)
        else:
            if self._sought is not None:
                self._part()
            self._was_past = False  # what somebody chooses counts from here on
            self._runs.retune(setup)
            if self._has_begun:
                self._runner.retune(setup)
            self._is_stale = True
            self.view.run_list.compare()
            self._wake()

    def keep_setup(self) -> None:
        """Let the document have the set-up."""
        self._keeper.keep_setup(self._setup, self.step)

    def edit_parameter(self, parameter: int, value: float) -> None:
        """A weight or bias by hand; in the past, that begins a fork."""
        self.fork()
        self._runner.edit(parameter, value)
        self._is_stale = True
        self._wake()

    # ----- runs -----------------------------------------------------------------------------

    def _ensure_begun(self) -> None:
        if not self._has_begun:
            self.begin(self._setup, *self._stored)
            self.edits.amend()

    def begin(
        self,
        setup: Hyperparameters,
        parameters: Floats | None = None,
        step: int = 0,
        timeline: Timeline | None = None,
        *,
        is_passing: bool = False,
    ) -> None:
        """A new run; the last one is kept for comparison if it got anywhere."""
        self._runs.begin(setup, step, is_passing=is_passing)
        self._take_up(setup)
        self._runner.begin(setup, parameters, step, timeline)

    def _take_up(self, setup: Hyperparameters) -> None:
        """Another run is the present one now."""
        self._setup, self._sought = setup, None
        self._was_past = False
        self._has_begun = self._is_stale = True
        self._speed.start(self.step)
        self.stability.forget()
        self._show_setup()
        self._divergence.forget()
        self.view.show_runs(self._runs)
        self._show_counts()
        self._wake()

    # ----- the display's pace ---------------------------------------------------------------

    def _wake(self) -> None:
        self.view.run_bar.show_running(self._runner.is_running)
        if not self._timer.isActive():
            self._timer.start()

    def _on_frame(self) -> None:
        """Take what the runner has done, and show one part of it: a frame has room for one."""
        progress = self._runner.take()
        now = time.perf_counter()
        self._take_progress(progress)
        is_running = self._runner.is_running
        # Behind another tab the parts follow as well, but seldom: curves and weights stay right.
        pace = PICTURE if self.isVisible() else HIDDEN_PICTURE
        picture_pace = PICTURE if self._watchers else pace
        if self._is_stale or (is_running and now - self._last_picture > picture_pace):
            self._runner.want_snapshot()
            self._last_picture, self._is_stale = now, False
        if self.isVisible() or not is_running or now - self._last_shown > pace:
            self._last_shown = now
            is_shown = self._parts.show_next()
        else:
            is_shown = False
        if not is_running or self._parts.is_light or now - self._last_counts > COUNTS:
            self._last_counts = now
            self._show_counts()
        self.view.run_bar.show_running(is_running)
        self.view.network.set_training(is_running and self.isVisible())
        self._keep(now, is_running=is_running)
        if is_shown and not (is_running or self._is_stale or self._runner.is_busy):
            self._timer.stop()

    def _take_progress(self, progress: Progress) -> None:
        run = self._runs.current
        if progress.scene is not None:
            self._scene = progress.scene
            run.curves.steps_per_epoch = progress.scene.steps_per_epoch
            run.curves.is_noisy = progress.scene.steps_per_epoch > 1.0
            self._parts.forget()
            self.view.show_scene(progress.scene)
        if progress.timeline is not None:
            run.timeline = progress.timeline
        if len(progress.losses):
            run.curves.history.extend(progress.losses)
            self._speed.count(run.tip, time.perf_counter())
            self._parts.add_losses()
        for now in progress.measured:
            run.curves.measure(now)
        if progress.snapshot is not None:
            self._take_snapshot(progress.snapshot)
        if self._divergence.take(progress.divergence, progress.post_mortem):
            self._is_stale = True
        for words, kind in ((progress.refusal, "error"), (progress.stopped, "info")):
            if words is not None:
                self.view.toasts.show_message(words, kind)

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._parts.add(snapshot)
        self.snapshot_taken.emit(snapshot)
        if self._scene is not None:
            self.stability.follow(snapshot, len(self._scene.train.inputs))
        if snapshot.step == snapshot.tip:
            self._runs.current.pictures.add(snapshot.step, snapshot.picture.thumbnails[-1])
        if snapshot.step == self._sought or self._was_past:
            # The settings of that time, so that a fork goes on with them.
            self._was_past = self._sought is not None
            if snapshot.setup != self._setup:
                self._setup = snapshot.setup
                self._show_setup()
                if self._sought is None:
                    self.edits.amend()

    def _show_counts(self) -> None:
        run, step = self._runs.current, self.step
        is_running, per_epoch = self._runner.is_running, run.curves.steps_per_epoch
        speed = self._speed.steps_a_second / per_epoch if is_running else 0.0
        self.view.run_bar.show_counts(step, step / per_epoch, speed)
        self.view.time.show_steps(run.first_step, run.tip, step, is_running=is_running)
        self.view.time.show_memory(self._runs.n_bytes, MOST_MEMORY)
        self.view.plot.show_step(self._sought)
        is_late = self._sought not in (None, getattr(self._snapshot, "step", None))
        going_back = f"going back to step {step:,}" if is_late else ""
        self._say_activity(self._speed.words if is_running else going_back, is_running)

    def _say_activity(self, text: str, is_running: bool) -> None:
        if text != self._activity:
            self._activity = text
            self.running_changed.emit(is_running)
            self.activity_changed.emit(text)

    def resume_lower(self) -> None:
        """Go on from the last good step of a run that diverged, at a lower rate."""
        if self._divergence.found is None:
            return
        rate = self._divergence.lower_rate
        self.seek(self._divergence.good_step)
        self.fork()
        self.set_rate(rate)
        self.toggle_training()

    def want_neuron(self, layer: int, neuron: int) -> None:
        """Have a neuron shown in the graph view; layer -1 is the output."""
        self.neuron_wanted.emit(layer if layer >= 0 else len(self._setup.hidden), neuron)

    # ----- the document ---------------------------------------------------------------------

    def _keep(self, now: float, *, is_running: bool) -> None:
        """Let the document have the weights: now and then, and when it pauses."""
        snapshot, timeline = self._snapshot, self._runs.current.timeline
        if snapshot is None or self._sought is not None:
            return
        is_edited = timeline is not None and any(c.parameter is not None for c in timeline.changes)
        # A run's own initial weights are kept only in place of others.
        is_start = snapshot.step == 0 and (is_edited or self._document.model is not None)
        if self.step or is_start:
            self._keeper.keep_weights(self._setup, snapshot, now, is_running=is_running)

    def _on_settings(self, initiator: object) -> None:
        if initiator is not self:
            self._load()

    def _load(self) -> None:
        """Another document, or another set-up in it."""
        self._runner.pause()
        self._keeper.forget()
        setup, parameters, step, complaint = load(self._document)
        self._setup = setup
        self._runs.forget_all(setup, step)
        self._show_setup()
        self._stored = (parameters, step)
        if self.isVisible() or self._has_begun:
            self.begin(setup, parameters, step)
        else:
            self.view.show_runs(self._runs)
            self._show_counts()
        self.edits.forget()
        if complaint is not None:
            self.view.toasts.show_message(complaint, "error")

    def _show_setup(self) -> None:
        self.view.setup.show_setup(self._setup)
        self.view.run_bar.show_rate(self._setup.learning_rate)

    # ----- within ---------------------------------------------------------------------------

    def change_speed(self, steps_a_second: float | None, by_sample: bool) -> None:
        """Go at another pace; None is as fast as it goes."""
        self._runner.set_pace(steps_a_second, by_sample=by_sample)
        self._speed.start(self.step)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ensure_begun()
        self._is_stale = True
        self._wake()
