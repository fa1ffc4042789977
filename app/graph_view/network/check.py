"""The gradient check of the network that is shown: made in the background, told as it goes on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background
from core.experiments.gradient_check import STEP
from core.network.gradient_check import Findings, NetworkCheck
from core.network.reading import NetworkReader, Reading

SLICE = 0.04  # seconds of checking after which other work gets its turn
SHORT = 4  # slices of a newer step's check after which its findings show though incomplete
REST = 300  # milliseconds without a newer step after which a check of an older one is given up


class NetworkErrorCheck(QObject):
    """Checks a reading's gradients, once they are wanted.

    findings: as far as they are known, of the run's `step`; None before anything is. While a
    network trains, a check is brought to its end before that of a newer step begins. h: how far
    each scalar is moved to both sides.

    Signals: found(): other findings, or it has stopped or goes on.
    """

    found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.findings: Findings | None = None
        self.step = 0
        self.h = STEP
        self.is_wanted = False
        self.is_stopped = False
        self._newest: tuple[NetworkReader, Reading] | None = None
        self._of: tuple[NetworkReader, Reading] | None = None  # what is being checked
        self._slices = 0  # of the present check
        self._is_complete = False
        self._check: NetworkCheck | None = None  # belongs to the thread while one is at work
        self._background = Background(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._begin)

    @property
    def is_running(self) -> bool:
        """Whether there is more to be found, and somebody at work on it."""
        return self.is_wanted and not self.is_stopped and not self._is_current

    @property
    def is_of_newest(self) -> bool:
        """Whether what is known, or being found, is of what was read last."""
        return self._of is self._newest

    @property
    def is_busy(self) -> bool:
        """Whether a thread is at work, if only on what nobody waits for any more."""
        return self._background.is_busy

    @property
    def _is_current(self) -> bool:
        """Whether everything is known of what was read last."""
        return self._is_complete and self.is_of_newest

    def follow(self, reader: NetworkReader, reading: Reading) -> None:
        """Another network, sample or step."""
        former, self._newest = self._newest, (reader, reading)
        is_only_newer = (
            former is not None and former[0] is reader and former[1].sample == reading.sample
        )
        if not is_only_newer:
            self._drop()
        if self._of is None or self._is_complete:
            self._begin()
        else:
            self._rest.start()

    def set_wanted(self, is_wanted: bool) -> None:
        """Check from now on, or no longer."""
        if is_wanted != self.is_wanted:
            self.is_wanted, self.is_stopped = is_wanted, False
            self._drop()
            self._begin()

    def set_h(self, h: float) -> None:
        """Check with another step from now on, also where it was stopped."""
        if h != self.h:
            self.h, self.is_stopped = h, False
            self._of = None  # the former findings stay a moment, as with a newer step of the run
            self._begin()
            self.found.emit()

    def toggle(self) -> None:
        """Stop, or go on where it was stopped; of a newer step, from its beginning."""
        self.is_stopped = not self.is_stopped
        if self.is_of_newest:
            self._go_on()
        else:
            self._begin()
        self.found.emit()

    def _drop(self) -> None:
        """Forget what was found, and whatever is still to come of it."""
        self._background.cancel()
        self._of = self._check = self.findings = None
        self._is_complete = False

    def _begin(self) -> None:
        """Check what was read last. The former findings stay a moment, so that nothing blinks."""
        self._rest.stop()
        if self.is_wanted and not self.is_stopped and self._of is not self._newest:
            self._background.cancel()
            self._of, self._check = self._newest, None
            self._slices, self._is_complete = 0, False
            self._go_on()

    def _go_on(self) -> None:
        if self._of is not None and not self.is_stopped and not self._is_complete:
            self._background.run(partial(_advanced, self._check, self.h, *self._of), self._take)

    def _take(self, answer: tuple[NetworkCheck, Findings]) -> None:
        assert self._of is not None
        self._check, found = answer
        self._slices += 1
        self._is_complete = found.is_complete
        if found.is_complete or self.findings is None or self._slices > SHORT:
            self.findings, self.step = found, self._of[1].step
        if self._is_complete:
            self._begin()
        else:
            self._go_on()
        self.found.emit()


def _advanced(
    check: NetworkCheck | None, h: float, reader: NetworkReader, reading: Reading
) -> tuple[NetworkCheck, Findings]:
    """In the thread: a slice of a check that has begun, or of a new one."""
    if check is None:
        check = NetworkCheck(reader, reading.parameters, reading.sample, h)
    check.advance(SLICE)
    return check, check.findings
