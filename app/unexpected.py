"""Errors that nobody expected: the window stays, the work is saved, the details can be copied."""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QObject, Qt, Signal

from app import places
from app.command_line import NAME, version
from app.document import Document
from app.files.dialogs import SUFFIX
from core import storage
from core.storage import StorageError

_QUIET = 60.0  # seconds in which the same error is shown only once
_LOG_SIZE = 1_000_000  # bytes, twice: the current log and the one before


class UnexpectedErrors(QObject):
    """Catches what no handler caught, in Qt's slots and events and in threads.

    shown(summary, details): to be told to the user; the same error at most once a minute, as
    one in a paint event comes back sixty times a second.
    """

    shown = Signal(str, str)
    _happened = Signal(str, str)  # key, details; crosses from any thread into the window's

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._log = _open_log()
        self._crash_log: IO[str] | None = None
        self._shown_at: dict[str, float] = {}
        self._is_reporting = False
        # Queued also within the window's thread: nothing is shown from inside a paint event.
        self._happened.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def install(self) -> Callable[[], None]:
        """Catch errors from now on; returns what to call to stop."""
        former = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._on_exception
        threading.excepthook = lambda args: self._on_exception(
            args.exc_type, args.exc_value, args.exc_traceback
        )
        sys.unraisablehook = lambda args: self._on_exception(
            args.exc_type, args.exc_value, args.exc_traceback
        )
        self._enable_crash_log()

        def uninstall() -> None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = former
            faulthandler.disable()
            if self._crash_log is not None:
                self._crash_log.close()
            for handler in self._log.handlers:
                handler.close()

        return uninstall

    def _on_exception(
        self,
        type_: type[BaseException],
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not issubclass(type_, Exception):  # KeyboardInterrupt, SystemExit
            sys.__excepthook__(type_, error or type_(), trace)
            return
        if self._is_reporting:  # an error while an error is reported: to the terminal only
            sys.__excepthook__(type_, error or type_(), trace)
            return
        lines = traceback.format_exception(type_, error, trace)
        frames = traceback.extract_tb(trace)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        self._happened.emit(f"{type_.__name__} {place}", "".join(lines))

    def _report(self, key: str, details: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(key, -_QUIET) < _QUIET:
            return
        self._shown_at[key] = now
        self._is_reporting = True
        try:
            self._log.error("%s\n%s", key, details)
            print(details, file=sys.stderr)
            saved = self._save_rescue()
            work = f"Your work is saved as {saved}." if saved else "Save your work now."
            self.shown.emit(f"Something went wrong. {work}", f"{_versions()}\n\n{details}")
        finally:
            self._is_reporting = False

    def _save_rescue(self) -> Path | None:
        """Write the document beside its file, or where that can't be, into our own folder."""
        name = self._document.path.stem if self._document.path else "Untitled"
        folders = [self._document.path.parent] if self._document.path else []
        for folder in (*folders, places.recovery_folder()):
            target = folder / f"{name} (rescued){SUFFIX}"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                storage.save(self._document.project(), target)
            except (OSError, StorageError):
                self._log.exception("The document could not be saved as %s", target)
            else:
                return target
        return None

    def _enable_crash_log(self) -> None:
        """Let even a crash of the interpreter itself leave a trace."""
        try:
            self._crash_log = (places.log_folder() / "crash.log").open("a", encoding="utf-8")
            faulthandler.enable(self._crash_log)
        except OSError:
            self._log.warning("No crash log can be written")


def _open_log() -> logging.Logger:
    log = logging.getLogger(places.APPLICATION)
    log.propagate = False
    log.handlers.clear()
    try:
        folder = places.log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            folder / f"{places.APPLICATION}.log", maxBytes=_LOG_SIZE, backupCount=1,
            encoding="utf-8", delay=True,
        )  # fmt: skip
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    return log


def _versions() -> str:
    return (
        f"{NAME} {version()}, Python {platform.python_version()}, PySide6 {pyside_version}, "
        f"{platform.platform()}"
    )
