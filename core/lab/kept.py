"""What an experiment has found so far, on disk, so that it goes on there after a stop.

A folder has a sub-folder for each question, named after a digest of all that decides its numbers;
in it is the question as JSON and a file for each part of the work: NumPy's own format, read
without pickle.
"""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.lab.records import written
from core.storage.files import write_file
from core.storage.strict_json import StorageError

Arrays = dict[str, NDArray[Any]]

FORMAT = 1  # of the numbers: another measure or another order needs another one


class Kept:
    """The finished parts of one question, in a folder that is made if need be. StorageError."""

    def __init__(self, folder: Path, question: Any) -> None:
        text = json.dumps({"format": FORMAT, **written(question)}, sort_keys=True)
        self.folder = folder / hashlib.sha256(text.encode()).hexdigest()[:20]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or error
            raise StorageError(f"Nothing can be kept in {folder}: {reason}.") from None
        write_file(self.folder / "question.json", text.encode())

    def find_part(self, name: str) -> Arrays | None:
        """A part's arrays, or None where there are none or they cannot be read."""
        try:
            with np.load(self._path(name), allow_pickle=False) as file:
                return dict(file)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def has_part(self, name: str) -> bool:
        """Whether its file is there."""
        return self._path(name).exists()

    def keep_part(self, name: str, **arrays: NDArray[Any]) -> None:
        """Write a part, as a whole or not at all."""
        content = BytesIO()
        np.savez(content, allow_pickle=False, **arrays)
        write_file(self._path(name), content.getvalue())

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"
