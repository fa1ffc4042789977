"""Notices that the document's file is open in another window, or was changed on disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile

from app import places


@dataclass(frozen=True)
class Fingerprint:
    """What a file was when we last read or wrote it."""

    size: int
    time: int  # of the last change, nanoseconds
    digest: bytes


def fingerprint(path: Path, known: Fingerprint | None = None) -> Fingerprint | None:
    """The file's fingerprint, None where it is gone. Reads it only if size or time differ."""
    try:
        status = path.stat()
        if known is not None and (known.size, known.time) == (status.st_size, status.st_mtime_ns):
            return known
        digest = hashlib.blake2b(path.read_bytes(), digest_size=16).digest()
    except OSError:
        return None
    return Fingerprint(status.st_size, status.st_mtime_ns, digest)


class FileGuard:
    """Watches over one file at a time, the document's.

    The lock stands in the user's own folder, not beside the file: that one may be on a stick
    that is read-only, and nobody wants to find lock files among the lessons.
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._seen: Fingerprint | None = None
        self._lock: QLockFile | None = None

    def watch(self, path: Path | None) -> None:
        """Guard this file from now on, as it is now; None guards none."""
        if path != self._path:
            self.release()
            self._path = path
            if path is not None:
                self._lock = _lock_for(path)
        self._seen = fingerprint(path) if path is not None else None
        self._take_lock()

    def release(self) -> None:
        """Guard nothing any more, so that others may."""
        if self._lock is not None:
            self._lock.unlock()
        self._path = self._seen = self._lock = None

    def is_open_elsewhere(self) -> bool:
        """True while another window or process holds the file."""
        return not self._take_lock()

    def is_changed_on_disk(self) -> bool:
        """True where the file is not what we last read or wrote; a file that is gone is not."""
        if self._path is None or self._seen is None:
            return False
        now = fingerprint(self._path, self._seen)
        if now is None or now.digest != self._seen.digest:
            return now is not None
        self._seen = now  # touched, but the same
        return False

    def _take_lock(self) -> bool:
        return self._lock is None or self._lock.isLocked() or self._lock.tryLock(0)


def _lock_for(path: Path) -> QLockFile:
    folder = places.recovery_folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.blake2b(str(path.resolve()).encode(), digest_size=12).hexdigest()
    lock = QLockFile(str(folder / f"open-{name}.lock"))
    lock.setStaleLockTime(0)  # never by age: only when the process that holds it is gone
    return lock
