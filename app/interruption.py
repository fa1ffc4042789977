"""Ctrl+C in a long command, and what managers of batch jobs send to end one.

Python would raise KeyboardInterrupt wherever it is, also in the middle of an import or of a file
that is being written. Here it is noted, and the command obeys where it can leave everything sound.
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any

STATUS = 130  # what a shell calls a program that Ctrl+C ended
STANDARD_ERROR = 2
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopError(Exception):
    """The command is to end."""


class Interruption:
    """Listens within its block: the first signal is noted, once the command `can_wait`.

    Any other ends the process at once.
    """

    def __init__(self) -> None:
        self.can_wait = False
        self._has_come = False
        self._before: list[Any] = []

    def check(self) -> None:
        """StopError where a signal has come."""
        if self._has_come:
            raise StopError

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = [signal.signal(number, self._note) for number in SIGNALS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in zip(SIGNALS, self._before):
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._has_come or not self.can_wait:
            os.write(STANDARD_ERROR, b"\nStopped.\n")
            os._exit(STATUS)
        self._has_come = True
