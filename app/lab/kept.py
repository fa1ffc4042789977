"""Experiments that are kept in the project, as details of the document that undo knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.document import Document
from app.lab.found import Found
from core.lab import storage
from core.storage.strict_json import StorageError, get

PREFIX = "experiment/"


@dataclass(frozen=True, eq=False)
class Kept:
    """One of them. complaint: why it can't be read, "" where it can."""

    key: str
    panel: str  # its experiment's name
    words: str
    found: Found | None
    complaint: str = ""


class KeptExperiments(QObject):
    """What the document keeps, oldest first. Signals: changed()."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._known: dict[str, tuple[Any, Kept]] = {}
        self.all: tuple[Kept, ...] = ()
        document.extras_changed.connect(self._look)
        document.replaced.connect(self._look)
        self._look()

    def keep(self, panel: str, heading: str, words: str, found: Found) -> None:
        """Keep a result, as one undo step; the newest is the last."""
        numbers = [_number(kept.key) for kept in self.all]
        entry = {
            "panel": panel, "words": words,
            "record": storage.to_dict(found.question, found.result),
        }  # fmt: skip
        self._document.set_extra(f"{PREFIX}{max(numbers, default=0) + 1}", entry, f"Keep {heading}")

    def rename(self, kept: Kept, words: str) -> None:
        """Call it otherwise, as one undo step; blank words change nothing."""
        words = " ".join(words.split())
        if words and words != kept.words and kept.found is not None:
            entry = {**self._document.extras[kept.key], "words": words}
            self._document.set_extra(kept.key, entry, f"Rename {kept.words}")

    def remove(self, kept: Kept) -> None:
        """Keep it no longer; undo brings it back."""
        self._document.set_extra(kept.key, None, f"Remove {kept.words}")

    def _look(self, _initiator: object = None) -> None:
        entries = {key: e for key, e in self._document.extras.items() if _is_kept(key)}
        known = {key: pair for key, pair in self._known.items() if entries.get(key) is pair[0]}
        for key, entry in entries.items():
            if key not in known:
                known[key] = entry, _read(key, entry)
        if known.keys() == self._known.keys() and all(
            known[key] is pair for key, pair in self._known.items()
        ):
            return
        self._known = known
        self.all = tuple(known[key][1] for key in sorted(known, key=_number))
        self.changed.emit()


def _number(key: str) -> int:
    return int(key[len(PREFIX) :])


def _is_kept(key: str) -> bool:
    return key.startswith(PREFIX) and key[len(PREFIX) :].isdecimal()


def _read(key: str, entry: Any) -> Kept:
    """What can't be read stays in the project as it is, and says why."""
    words, panel = key, ""
    try:
        if not isinstance(entry, Mapping):
            raise StorageError("This should be an experiment.", key)
        words, panel = get(dict(entry), "words", str, key), get(dict(entry), "panel", str, key)
        question, result = storage.from_dict(get(dict(entry), "record", dict, key))
        if result is None:
            raise StorageError("It has no result.", key)
    except StorageError as error:
        return Kept(key, panel, words, None, f"“{words}” can't be shown. {error}")
    return Kept(key, panel, words, Found(question, result))
