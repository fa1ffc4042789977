"""By how much a step changes a network's parameters, before it has been made."""

import numpy as np
from numpy.typing import NDArray

from core.batches import BatchPlan
from core.hyperparameters import Hyperparameters
from core.lab.problems import Network
from core.lab.starts import Start
from core.ops import ieee

Floats = NDArray[np.float64]


def next_update(setup: Hyperparameters, start: Start, step: int) -> Floats:
    """What the next step will add to each parameter, (n_parameters,).

    It is made on a copy, by the run's own rules: optimizer memory, penalties, batch and schedule.
    step: of the run, for the schedule; the start's own counts what the optimizer has seen.
    """
    trainer = Network(setup).trainer()
    state = start.state(trainer.rules.optimizer.state_size)
    samples = trainer.next_samples() if start.next_samples is None else start.next_samples
    batch = BatchPlan(samples, np.zeros(1, dtype=np.int64), np.array([len(samples)]))
    with ieee():
        trainer.new_runner().run_numpy(state, batch, np.array([setup.rate_at(step)]))
        return state.data - start.data
