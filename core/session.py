"""A training run as the window sees it: data, network and Trainer, made from Hyperparameters.

Qt-free, and used by one thread at a time. `snapshot` copies all that is to be shown, so that
whoever shows it never reads what the run is changing. A session remembers its past, see
`core.timeline`: `seek` brings back any step to the last bit, and `fork` goes on from there.
"""

import math
import time
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from core import datasets, kernels, losses
from core.datasets import Data
from core.hyperparameters import Hyperparameters
from core.lab.starts import Start
from core.sample_steps import SampleStep, SampleSteps
from core.surfaces import Picture, Surfaces
from core.timeline import MOST_BYTES, Change, Checkpoint, Divergence, Timeline
from core.training import Trainer

Floats = NDArray[np.float64]

# What changes in mid-run without a new Trainer.
RATE_FIELDS = frozenset(
    ("learning_rate", "rate_factors", "schedule", "schedule_steps", "schedule_shape")
)
# What makes another network of the same weights.
NETWORK_FIELDS = frozenset(("activation", "layer_activations", "output"))
# What makes other points for the same network.
DATA_FIELDS = frozenset(("dataset", "noise", "train_percent", "points", "data_seed", "own"))
BATCH_FIELDS = frozenset(("batch_size", "last_batch"))
NEAR_BYTES = 4 * 2**20  # of checkpoints made on the way to where somebody looked last


@dataclass(frozen=True)
class Answers:
    """What a network says to each point, (n,), and each point's own loss, (n,)."""

    outputs: Floats
    losses: Floats


@dataclass(frozen=True)
class Measurement:
    """How good a run is at one moment.

    Losses are over all points, without penalties; nan where none. gradient_norm: Euclidean norm
    of the last step's gradient. update_ratio: norm of the last step's update over that of the
    parameters; both nan before the first step.
    """

    step: int
    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float
    gradient_norm: float
    update_ratio: float
    rate: float
    seconds: float  # spent on the steps so far


@dataclass(frozen=True)
class Snapshot(Measurement):
    """A run at one moment, with all that is to be drawn."""

    epoch: float
    setup: Hyperparameters  # in force at that step
    tip: int  # how far the run has come; more than `step` where the past is shown
    parameters: Floats
    gradients: Floats  # of the last step, or of the samples seen since
    update: Floats  # by how much the last step changed the parameters
    sample: SampleStep | None  # the last one, where training goes sample by sample
    train: Answers
    test: Answers
    picture: Picture
    start: Start  # what an experiment goes on from, optimizer memory included


@dataclass(frozen=True)
class Scene:
    """What stays the same from snapshot to snapshot: the points, and where they are shown."""

    setup: Hyperparameters
    train: Data
    test: Data
    domain: datasets.Domain
    inputs: NDArray[np.uint8]  # thumbnails of the network's inputs
    rest: Floats  # the coordinates at which those beyond the plane's two are held
    steps_per_epoch: float


class Session:
    """One run. Not for two threads at once.

    parameters, step: where to go on from, instead of the initial weights. timeline: the past of
    an earlier run, to go on with at its end. Raises ValueError, in words for the user, where the
    set-up cannot be trained.
    """

    def __init__(
        self,
        setup: Hyperparameters,
        parameters: Floats | None = None,
        step: int = 0,
        timeline: Timeline | None = None,
    ) -> None:
        self.setup = setup
        self._scene: Scene | None = None
        self._take_data()
        self.model = setup.model()
        if parameters is not None:
            self._set_parameters(parameters)
        self._origin = step  # at which the present Trainer began
        self._is_compiled = kernels.loaded(wait=False) is not None
        self._trainer = self._new_trainer()
        self._samples = SampleSteps(self._trainer)
        self._surfaces = self._new_surfaces()
        self._update = np.full(len(self._trainer.parameters), math.nan)
        self._seconds = 0.0  # of training
        self._unkept = 0.0  # of them since the last checkpoint
        self._near: list[Checkpoint] = []  # made on the way to where somebody looked last
        self._target: int | None = None
        self._n_changes = 0  # of the timeline's, that have been made
        self.timeline = timeline or Timeline()
        if timeline is None:
            self.timeline.tip = step
            self._keep()
        else:
            timeline.most_bytes = MOST_BYTES  # it may have been shrunk while it was at rest
            self._restore(timeline.checkpoints[-1])
            self.seek(timeline.tip)

    @property
    def step(self) -> int:
        """Updates so far; what comes after a loss that is not finite does not count."""
        if self.divergence is not None and self._position > self.divergence.step:
            return self.divergence.step
        return self._position

    @property
    def tip(self) -> int:
        """How far the run has come."""
        return self.timeline.tip

    @property
    def divergence(self) -> Divergence | None:
        """How the run ended, if it did."""
        return self.timeline.divergence

    @property
    def is_past(self) -> bool:
        """Whether an earlier step has been brought back, so that the run cannot just go on."""
        return self._target is not None or self.step < self.tip

    @property
    def _position(self) -> int:
        return self._origin + self._trainer.step

    @property
    def steps_per_epoch(self) -> float:
        """Steps that go once through the points."""
        n, size = len(self.train.inputs), self.batch_size
        return n / size if self.setup.last_batch == "carry" else math.ceil(n / size)

    @property
    def batch_size(self) -> int:
        """Points in a batch: never more than there are."""
        n = len(self.train.inputs)
        return min(self.setup.batch_size or n, n)

    @property
    def scene(self) -> Scene:
        """What stays the same while the points do; the same object for as long."""
        if self._scene is None:
            self._scene = Scene(
                self.setup, self.train, self.test, self._surfaces.domain,
                self._surfaces.input_thumbnails(), self._rest, self.steps_per_epoch,
            )  # fmt: skip
        return self._scene

    # ----- going on -------------------------------------------------------------------------

    def run(self, steps: int) -> Floats:
        """Make steps; their losses, up to the first that is not finite, which ends the run."""
        if self.divergence is not None or steps < 1:
            return np.empty(0)
        assert not self.is_past
        self._choose_tape()
        self._samples.begin()
        before, began = self.step, time.perf_counter()
        batch_losses = self._run(steps)
        took = time.perf_counter() - began
        self._seconds += took
        self._unkept += took
        unreal = np.flatnonzero(~np.isfinite(batch_losses))
        if len(unreal):
            first = int(unreal[0])
            # A loss is taken before its step's update: the one before it led there.
            rate = self.setup.rate_at(max(before + first - 1, 0))
            found = Divergence(before + first + 1, float(batch_losses[first]), rate)
            self.timeline.divergence = found
            batch_losses = batch_losses[: first + 1]
        self.timeline.tip = self.step
        if self.divergence is None and self._unkept >= self.timeline.seconds_apart:
            self._keep()
        return batch_losses

    def run_sample(self) -> Floats:
        """See the next sample, or make the step if its batch is complete: the step's loss."""
        assert not self.is_past
        if self._samples.is_complete:
            return self.run(1)
        self._samples.take()
        return np.empty(0)

    def _run(self, steps: int) -> Floats:
        """Steps of the Trainer; the last one apart, for what it changes."""
        first = self._trainer.run(steps - 1)
        # Before the first step only the Values know what somebody may have changed.
        before = self._trainer.parameters_array() if steps > 1 else self.parameters()
        last = self._trainer.run(1)
        with np.errstate(all="ignore"):
            self._update = self._trainer.parameters_array() - before
        return np.concatenate([first, last])

    def _choose_tape(self) -> None:
        """Take the compiled tape as soon as it is there; a replay has to do so at the same step."""
        if not self._is_compiled and kernels.loaded(wait=False) is not None:
            self._make_change(Change(self.step, is_compiled=True))

    # ----- changes --------------------------------------------------------------------------

    def retune(self, setup: Hyperparameters) -> None:
        """Go on with the same weights under other rules of training, or on other points.

        Other rates, of all layers or of one, keep the optimizer's memory as PyTorch's parameter
        groups do; everything else begins it anew.
        """
        assert setup.goes_on_from(self.setup)
        self._make_change(Change(self.step, setup))

    def edit(self, parameter: int, value: float) -> None:
        """Give a weight or bias another value, by its place in `MLP.parameters()`."""
        if not 0 <= parameter < len(self._trainer.parameters):
            raise ValueError(f"there is no parameter {parameter} in this network")
        change = Change(self.step, parameter=parameter, value=value)
        changes = self.timeline.changes
        is_unkept = len(changes) > self.timeline.checkpoints[-1].n_changes
        if not self.is_past and is_unkept and changes[-1].is_edit_of(change):
            changes.pop()  # one drag of the number is one change
            self._n_changes -= 1
        self._make_change(change)

    def _make_change(self, change: Change) -> None:
        if self.is_past:
            self.fork()
        self.timeline.changes.append(change)
        self._apply(change)

    def _apply(self, change: Change) -> None:
        self._n_changes += 1
        self._samples.begin()
        if change.parameter is not None:
            self.model.parameters()[change.parameter].data = change.value
        if change.is_compiled is not None:
            self._is_compiled = change.is_compiled
            self._trainer.uses_numpy = not change.is_compiled
        if change.setup is not None:
            changed = set(self.setup.differences(change.setup))
            self.setup = change.setup
            if changed - RATE_FIELDS:
                self._origin = self._position
                self._take_rules(changed)
            else:
                self._take_rates()

    # ----- the past -------------------------------------------------------------------------

    def seek(self, step: int) -> None:
        """Begin to bring back an earlier step, or the last one; `advance` gets there."""
        step = min(max(step, self.timeline.first_step), self.tip)
        self._target = step
        best = max(
            (self.timeline.before(step), *(c for c in self._near if c.step < step)),
            key=lambda checkpoint: (checkpoint.step, checkpoint.n_changes),
        )
        # From before the step, not from it, so that its gradient and update are known as well.
        if not best.step <= self._position < step:
            self._restore(best)

    def advance(self, seconds: float = math.inf) -> bool:
        """Go on towards the step that is sought, for about so long; True once it is there."""
        until, chunk = time.perf_counter() + seconds, 64
        while (target := self._target) is not None:
            changes = self.timeline.changes
            due = changes[self._n_changes] if self._n_changes < len(changes) else None
            stop = target if due is None else min(target, due.step)
            if self._position < stop:
                self._run(min(stop - self._position, chunk))
                chunk *= 2
            elif due is not None and due.step <= target:
                self._apply(due)
            else:
                self._target = None
            if self._target is not None and time.perf_counter() > until:
                self._keep_near(self._checkpoint())
                return False
        return True

    def _keep_near(self, checkpoint: Checkpoint) -> None:
        """Remember a moment on the way, so that the steps around it come back at once."""
        self._near.append(checkpoint)
        while sum(c.n_bytes for c in self._near) > NEAR_BYTES and len(self._near) > 1:
            del self._near[0]

    def fork(self) -> None:
        """Part from the run that has been: the step that was brought back is now the last."""
        assert self._target is None
        self.timeline = self.timeline.until(self.step, self._n_changes)
        self._near = []
        self._keep()

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(
            self._position, self._n_changes, self._origin, self.setup, self._is_compiled,
            self._seconds, self._trainer.moment,
        )  # fmt: skip

    def _keep(self) -> None:
        self.timeline.add(self._checkpoint())
        self._unkept = 0.0

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Take over a checkpoint; a Trainer of its rules is made if the present one has others."""
        changed = set(self.setup.differences(checkpoint.setup))
        self.setup, self._origin = checkpoint.setup, checkpoint.origin
        self._is_compiled, self._n_changes = checkpoint.is_compiled, checkpoint.n_changes
        self._seconds = checkpoint.seconds
        if changed - RATE_FIELDS:
            self._take_rules(changed)
        self._take_rates()
        self._trainer.uses_numpy = not self._is_compiled
        self._trainer.go_back(checkpoint.moment)
        self._update = np.full_like(self._update, math.nan)
        self._samples.begin()

    def _take_rates(self) -> None:
        """The set-up's rates for the Trainer, which goes on with all that it remembers."""
        self._trainer.learning_rate = self.setup.rate_schedule(self._origin)
        self._trainer.rate_factors = self.setup.rate_factor_of_each

    def _take_rules(self, changed: set[str]) -> None:
        """A new Trainer for the set-up; other activations are another network as well."""
        if changed & DATA_FIELDS:
            self._take_data()
        elif changed & BATCH_FIELDS:
            self._scene = None  # an epoch has another number of steps
        if changed & NETWORK_FIELDS:
            parameters = self.parameters()
            self.model = self.setup.model()
            self._set_parameters(parameters)
        if changed & (NETWORK_FIELDS | DATA_FIELDS):
            self._surfaces = self._new_surfaces()
        self._trainer = self._new_trainer()
        self._samples = SampleSteps(self._trainer)

    # ----- what is shown --------------------------------------------------------------------

    def measure(self) -> Measurement:
        """Loss and accuracy now."""
        return self._measurement(*self._answers())

    def _answers(self) -> tuple[Answers, Answers]:
        """To the training points and to the test points."""
        given = ((self._train_inputs, self.train.targets), (self._test_inputs, self.test.targets))
        found = []
        for inputs, targets in given:
            if len(inputs):
                own_losses, outputs = self._trainer.sample_losses(inputs, targets)
                found.append(Answers(outputs[:, 0], own_losses))
            else:
                found.append(Answers(np.empty(0), np.empty(0)))
        return found[0], found[1]

    def _measurement(self, train: Answers, test: Answers) -> Measurement:
        train_loss, train_accuracy = self._reduced(train, self.train.targets)
        test_loss, test_accuracy = self._reduced(test, self.test.targets)
        norm, ratio = self._sizes()
        return Measurement(
            self.step, train_loss, test_loss, train_accuracy, test_accuracy, norm, ratio,
            self.setup.rate_at(self.step), self._seconds,
        )  # fmt: skip

    def snapshot(self) -> Snapshot:
        """The run now."""
        parameters = self.parameters()
        partial = self._samples.gradient
        gradients = self._trainer.gradients_array() if partial is None else partial.copy()
        train, test = self._answers()
        now = self._measurement(train, test)
        return Snapshot(
            **{field.name: getattr(now, field.name) for field in fields(now)},
            epoch=now.step / self.steps_per_epoch,
            setup=self.setup,
            tip=self.tip,
            parameters=parameters,
            gradients=gradients,
            update=self._update.copy(),
            sample=self._samples.last,
            train=train,
            test=test,
            picture=self._surfaces.picture(parameters),
            start=Start.of_trainer(self._trainer),
        )

    def parameters(self) -> Floats:
        """The weights and biases now, in the order of `MLP.parameters()`."""
        return np.array([p.data for p in self.model.parameters()])

    def gradients(self) -> Floats:
        """The last step's gradients, in the same order."""
        return self._trainer.gradients_array()

    def sample(self, row: int) -> tuple[Floats, Floats]:
        """What the network is fed for a training point, and its targets."""
        return self._train_inputs[row], np.atleast_1d(self.train.targets[row])

    def next_samples(self) -> NDArray[np.int64]:
        """The training points of the next step, by their rows."""
        return self._trainer.next_samples()

    def unreal_samples(self) -> list[int]:
        """Those of the next step whose own loss is not finite."""
        rows = self.next_samples()
        found, _outputs = self._trainer.tape.evaluate(
            self.parameters(), self._train_inputs[rows], self.train.targets[rows].reshape(-1, 1)
        )
        return [int(row) for row in rows[~np.isfinite(found)]]

    def _sizes(self) -> tuple[float, float]:
        """Norm of the last step's gradient, and of its update over that of the parameters."""
        if self._trainer.step == 0:
            return math.nan, math.nan
        with np.errstate(all="ignore"):
            norm = np.linalg.norm(self._trainer.gradients_array())
            size = np.linalg.norm(self._trainer.parameters_array())
            return float(norm), float(np.linalg.norm(self._update) / size)

    def _reduced(self, answers: Answers, targets: Floats) -> tuple[float, float]:
        """Loss and accuracy; nan for no points, accuracy nan for a regression."""
        if not len(answers.losses):
            return math.nan, math.nan
        loss = self._trainer.reduced(answers.losses)
        if self.setup.row.problem != datasets.CLASSIFICATION:
            return loss, math.nan
        return loss, losses.accuracy(answers.outputs, targets)

    # ----- within ---------------------------------------------------------------------------

    def _take_data(self) -> None:
        """The points of the set-up, and what the network is fed at them."""
        self.train, self.test = self.setup.data()
        self._rest = self.train.inputs.mean(axis=0)
        self._train_inputs = self.setup.inputs(self.train.inputs)
        self._test_inputs = self.setup.inputs(self.test.inputs)
        self._scene = None

    def _set_parameters(self, parameters: Floats) -> None:
        own = self.model.parameters()
        if len(own) != len(parameters):
            raise ValueError(f"{len(parameters)} weights for a network that has {len(own)}")
        for p, data in zip(own, parameters.tolist()):
            p.data = data

    def _new_surfaces(self) -> Surfaces:
        setup = self.setup
        return Surfaces(self.model, setup.row.domain, setup.features, self._rest)

    def _new_trainer(self) -> Trainer:
        setup = self.setup
        trainer = Trainer(
            self.model, self._train_inputs, self.train.targets,
            loss=setup.loss, reduction=setup.reduction, optimizer=setup.optimizer,
            learning_rate=setup.rate_schedule(self._origin), batch_size=self.batch_size,
            shuffle=setup.shuffle, last_batch=setup.last_batch, l1=setup.l1, l2=setup.l2,
            regularization=setup.regularization, zero_grad=setup.zero_grad, seed=setup.seed,
            wait_for_kernels=False, rate_factors=setup.rate_factor_of_each,
        )  # fmt: skip
        trainer.uses_numpy = not self._is_compiled
        return trainer
