"""Where the network's numbers come from: the training run, read in the background.

What a run does not tell yet, the document's own set-up and weights tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from app.background import Background
from core.hyperparameters import Hyperparameters
from core.lab.starts import Start
from core.network.reading import NetworkReader, Reading
from core.network.updates import next_update
from core.session import Snapshot

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Wish:
    """What to read. parameters: None for those that the run begins with.

    update: of the last step, None where there was none. start: what the next one goes on from.
    """

    setup: Hyperparameters
    parameters: Floats | None
    step: int
    update: Floats | None
    start: Start | None
    sample: int | None


class NetworkSource(QObject):
    """Signals: opened(): `reader` is of another network. read(): `reading` is new.

    refused(sentence): the set-up can't be shown. Nothing is read while `is_active` is False.
    """

    opened = Signal()
    read = Signal()
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reader: NetworkReader | None = None
        self.reading: Reading | None = None
        self.sample: int | None = 0
        self.is_active = False
        self._setup: Hyperparameters | None = None
        self._parameters: Floats | None = None
        self._step = 0
        self._update: Floats | None = None
        self._start: Start | None = None
        self._background = Background(self)
        # The thread's own.
        self._own_reader: tuple[Hyperparameters, NetworkReader] | None = None
        self._next_update: tuple[Hyperparameters, int, Floats, Floats] | None = None

    # ----- what is to be read ---------------------------------------------------------------

    def take(self, setup: Hyperparameters, parameters: Floats | None, step: int) -> None:
        """A network that no run tells of."""
        self._setup, self._parameters, self._step = setup, parameters, step
        self._update = self._start = None
        self._ask()

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Another moment of a run, or another run."""
        self._setup, self._parameters = snapshot.setup, snapshot.parameters
        self._step, self._start = snapshot.step, snapshot.start
        # There is none before the first step, nor where a step was just brought back.
        is_known = not np.isnan(snapshot.update).all()
        self._update = snapshot.update if is_known else None
        self._ask()

    def set_sample(self, sample: int | None) -> None:
        """The training point to show; None for the mean over all."""
        if sample != self.sample:
            self.sample = sample
            self._ask()

    def set_active(self, is_active: bool) -> None:
        """Read from now on, or no longer."""
        if is_active != self.is_active:
            self.is_active = is_active
            self._ask()

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._background.is_busy

    def _ask(self) -> None:
        if not self.is_active or self._setup is None:
            return
        wish = _Wish(
            self._setup, self._parameters, self._step, self._update, self._start, self.sample
        )
        self._background.run(lambda: self._answer(wish), self._take)

    # ----- in the thread --------------------------------------------------------------------

    def _answer(self, wish: _Wish) -> tuple[NetworkReader, Reading] | str:
        """What was wished, or why it can't be."""
        try:
            return self._read(wish)
        except ValueError as error:
            return str(error)

    def _read(self, wish: _Wish) -> tuple[NetworkReader, Reading]:
        own = self._own_reader
        if own is None or not wish.setup.has_network_of(own[0]) or wish.setup.loss != own[0].loss:
            own = wish.setup, NetworkReader(wish.setup)
        self._own_reader = wish.setup, own[1]
        reader = own[1]
        sample = wish.sample
        if sample is not None:
            sample = min(sample, reader.n_samples - 1)
        parameters = wish.parameters
        if parameters is None or len(parameters) != len(reader.trace.parameters):
            parameters = reader.initial_parameters()
        update = self._coming_update(wish, parameters) if wish.update is None else wish.update
        return reader, reader.read(parameters, wish.step, sample, update)

    def _coming_update(self, wish: _Wish, parameters: Floats) -> Floats:
        """What the next step will change, where there is no last one; another sample keeps it."""
        known = self._next_update
        if (
            known is None
            or (wish.setup, wish.step) != known[:2]
            or not np.array_equal(parameters, known[2])
        ):
            start = wish.start or Start.at(parameters)
            known = wish.setup, wish.step, parameters, next_update(wish.setup, start, wish.step)
            self._next_update = known
        return known[3]

    # ----- back in the window's thread ------------------------------------------------------

    def _take(self, answer: tuple[NetworkReader, Reading] | str) -> None:
        if isinstance(answer, str):
            self.refused.emit(answer)
            return
        is_new = answer[0] is not self.reader
        self.reader, self.reading = answer
        if is_new:
            self.opened.emit()
        self.read.emit()
