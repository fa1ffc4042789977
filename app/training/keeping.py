"""The training tab's set-up and weights in the document, and back."""

from __future__ import annotations

import numpy as np

from app.document import Document
from core.hyperparameters import PRESETS, Hyperparameters
from core.network.stored import stored_model, stored_parameters
from core.session import Floats, Snapshot

_STEP = "step"
KEEP = 1.0  # seconds between two copies of the weights into the document


class Keeper:
    """Gives set-up and weights to the document, and takes them from it.

    initiator: whose changes of the document these are.
    """

    def __init__(self, document: Document, initiator: object) -> None:
        self._document, self._initiator = document, initiator
        self._kept: tuple[Hyperparameters, Snapshot] | None = None  # whose weights were kept last
        self._time = 0.0

    def keep_setup(self, setup: Hyperparameters, step: int) -> None:
        """Let the document have the set-up, and how far its run has come."""
        self._document.set_settings({**setup.to_dict(), _STEP: step}, self._initiator)

    def keep_weights(
        self, setup: Hyperparameters, snapshot: Snapshot, now: float, *, is_running: bool
    ) -> None:
        """Let the document have the weights of a snapshot; while a run goes on, now and then."""
        is_soon = is_running and now - self._time < KEEP
        is_of_setup = len(snapshot.parameters) == setup.n_parameters
        if is_soon or not is_of_setup or self._is_kept(setup, snapshot):
            return
        self._time, self._kept = now, (setup, snapshot)
        self._document.set_model(stored_model(setup, snapshot.parameters), self._initiator)
        self.keep_setup(setup, snapshot.step)

    def forget(self) -> None:
        """Another document, which has not been given these weights."""
        self._kept = None

    def _is_kept(self, setup: Hyperparameters, snapshot: Snapshot) -> bool:
        """Weights edited by hand, and another activation, make no step."""
        if self._kept is None or self._kept[0] != setup or self._kept[1].step != snapshot.step:
            return False
        return np.array_equal(self._kept[1].parameters, snapshot.parameters, equal_nan=True)


def load(document: Document) -> tuple[Hyperparameters, Floats | None, int, str | None]:
    """Set-up, weights and step of the document, and what to tell where they are unusable.

    A document without a set-up gets TensorFlow Playground's.
    """
    default = PRESETS["playground"].setup
    stored, model = document.settings, document.model
    if "dataset" not in stored:
        return default, None, 0, None
    try:
        setup = Hyperparameters.from_dict(stored)
    except (ValueError, TypeError, KeyError) as error:
        return default, None, 0, f"The file's training set-up can't be used: {error}"
    step = stored.get(_STEP, 0)
    step = step if isinstance(step, int) and 0 < step < 10**15 else 0
    if model is None:
        return setup, None, 0, None
    try:
        return setup, stored_parameters(setup, model), step, None
    except (ValueError, TypeError, KeyError) as error:
        return setup, None, 0, str(error)
