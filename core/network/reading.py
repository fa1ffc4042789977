"""A run's network for one training sample or for all of them: what the graph view shows of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core import datasets, losses
from core.datasets import FEATURES
from core.hyperparameters import Hyperparameters
from core.network.health import LayerHealth, layer_health
from core.network.trace import NetworkTrace, Numbers
from core.tape import Tape

Floats = NDArray[np.float64]

WORK = 2_000_000  # scalars of all samples together, in a mean; beyond that it is over fewer
LEAST_SAMPLES = 16


@dataclass(frozen=True)
class Reading:
    """Numbers of one sample, or the mean over a batch, at one moment of a run.

    sample: its number among the training points, None for the mean. numbers: of that; batch: the
    mean over `batch.n_samples` of them. local (n_nodes,), nan where a node has none.
    """

    step: int
    parameters: Floats
    sample: int | None
    numbers: Numbers
    batch: Numbers
    local: Floats
    health: list[LayerHealth]


class NetworkReader:
    """Reads the scalars of a set-up's network. Not for two threads at once.

    inputs (samples, n_inputs), targets (samples, 1): the training points. input_names: titles.
    rows: which of them the mean is over, in the order of a batch's outputs.
    """

    def __init__(self, setup: Hyperparameters) -> None:
        self.setup = setup
        train, _test = setup.data()
        is_plane = setup.row.features == 2
        self.inputs = datasets.features(train.inputs, setup.features) if is_plane else train.inputs
        self.targets = train.targets.reshape(len(train.targets), -1)
        self.input_names = (
            tuple(FEATURES[name].title for name in setup.features)
            if is_plane
            else tuple(f"x{i}" for i in range(1, setup.n_inputs + 1))
        )
        self.trace = NetworkTrace(setup.model(), losses.find(setup.loss), self.targets.shape[1])
        count = max(LEAST_SAMPLES, WORK // self.trace.n_nodes)
        rows = np.linspace(0, len(train.inputs) - 1, min(count, len(train.inputs)))
        chosen = np.rint(rows).astype(np.intp)  # evenly spread, where not all are taken
        # Side by side as they are to be answered, so that what a neuron tells apart can be seen.
        order = np.lexsort((self.inputs[chosen, 0], self.targets[chosen, 0]))
        self.rows = chosen[order]

    @property
    def n_samples(self) -> int:
        """Training points there are."""
        return len(self.inputs)

    @property
    def n_averaged(self) -> int:
        """Training points that the mean is over."""
        return len(self.rows)

    @cached_property
    def tape(self) -> Tape:
        """The loss of many samples at once, as training computes it; without penalties."""
        model = self.setup.model()
        loss, n_targets = losses.find(self.setup.loss), self.targets.shape[1]
        n_inputs = self.inputs.shape[1]
        return Tape(model, model.parameters(), n_inputs, loss=loss, n_targets=n_targets)

    def initial_parameters(self) -> Floats:
        """What the run begins with."""
        return np.array([p.data for p in self.setup.model().parameters()])

    def read(self, parameters: Floats, step: int, sample: int | None, update: Floats) -> Reading:
        """All numbers at these parameters.

        update: what a step changes in the parameters, for the update ratio.
        """
        trace = self.trace
        batch = trace.batch(parameters, self.inputs[self.rows], self.targets[self.rows])
        if sample is None:
            numbers = batch
        else:
            numbers = trace.sample(parameters, self.inputs[sample], self.targets[sample])
        health = layer_health(trace, parameters, batch, update)
        local = trace.local_derivatives(numbers)
        return Reading(step, parameters, sample, numbers, batch, local, health)
