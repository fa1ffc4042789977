"""The ways to data of one's own: dialogs, files and the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.lab import export
from app.training.data_choice import changes_for
from app.training.data_files import write_table
from app.training.data_panel import DRAW, FUNCTION, LOAD, PASTE, SAVE
from app.training.owner import Owner
from app.widgets.toast import ToastArea
from core.hyperparameters import Hyperparameters
from core.own_data import OWN, OwnData, OwnPoints

if TYPE_CHECKING:
    from app.training.data_dialog import DataDialog

# The dialogs are imported when they are first wanted: few sessions open more than one.
_FILTER = "Tables (*.csv *.tsv *.txt *.dat);;All files (*)"


class DataTools(QObject):
    """Opens the dialogs, and gives what they make to the owner's set-up; `draw` needs none."""

    def __init__(self, owner: Owner, toasts: ToastArea, draw: Callable[[], None]) -> None:
        super().__init__(toasts)
        self._owner, self._toasts = owner, toasts
        self._ways: dict[str, Callable[[], None]] = {
            DRAW: draw, LOAD: self.load, PASTE: self.paste, FUNCTION: self.write_function,
            SAVE: self.save,
        }  # fmt: skip

    def do(self, way: str) -> None:
        """One of the ways, by its name."""
        self._ways[way]()

    def load(self) -> None:
        """Ask for a file with a table."""
        dialog = QFileDialog(self._owner.window(), "Load a table", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.load_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def load_file(self, path: Path) -> None:
        """The table in a file."""
        self._open_table(path.name, lambda: _content(path))

    def paste(self) -> None:
        """The table on the clipboard."""
        text = QGuiApplication.clipboard().text()
        if not text.strip():
            self._toasts.show_message(
                "The clipboard holds no text. Copy cells in a spreadsheet first.", "error"
            )
            return
        self._open_table("Pasted table", lambda: text)

    def write_function(self) -> None:
        """Type a function of x."""
        from app.training.data_function import FunctionDialog

        self._open(FunctionDialog(self._owner.setup, self._owner.window()))

    def save(self) -> None:
        """Write the points in force, train and test together, to a file."""
        export.ask(self._owner.window(), "data.csv", self.save_to)

    def save_to(self, path: Path) -> None:
        """The same, to this file."""
        problem = write_table(path, _columns(self._owner.setup))
        self._toasts.show_message(
            problem or f"Written to {path.name}.", "error" if problem else "info"
        )

    def _open_table(self, title: str, content: Callable[[], bytes | str]) -> None:
        from app.training.data_table import TableDialog

        self._open(TableDialog(title, content, self._owner.window()))

    def _open(self, dialog: DataDialog) -> None:
        dialog.made.connect(lambda own: self._take(own, dialog.changes()))
        dialog.open()

    def _take(self, own: OwnData, changes: dict[str, Any]) -> None:
        self._owner.apply({**changes_for(self._owner.setup, own.row, own), **changes})


def _columns(setup: Hyperparameters) -> dict[str, list[float]]:
    """The points as they were given, or as they are drawn."""
    own = setup.own
    if setup.dataset == OWN and isinstance(own, OwnPoints):
        names, rows = list(own.columns), own.array
        return {_unlike(names, i): rows[:, i].tolist() for i in range(len(names))}
    train, test = setup.data()
    inputs = [*train.inputs.tolist(), *test.inputs.tolist()]
    table = {f"x{i + 1}": [row[i] for row in inputs] for i in range(setup.row.features)}
    table["target"] = [*train.targets.tolist(), *test.targets.tolist()]
    return table


def _unlike(names: list[str], index: int) -> str:
    """A name that no column before has."""
    return names[index] if names[index] not in names[:index] else f"{names[index]} {index + 1}"


def _content(path: Path) -> bytes:
    """A file's bytes, one more than may be read where there are too many."""
    from core.table_text import MOST_BYTES

    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
