"""Every question that the window asks, behind one object that a test can stand in for.

Nothing here waits: each method shows its dialog and returns, and calls back with the answer. So
no second event loop runs inside a handler, and training, autosave and other windows go on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.files.question_dialog import CANCEL, Question, QuestionDialog

__all__ = ["CANCEL", "FILE_FILTER", "SUFFIX", "Dialogs", "Question"]

SUFFIX = ".json"
FILE_FILTER = "Projects (*.json);;All files (*)"


class Dialogs:
    """Asks with dialogs attached to one window; one question at a time."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._open: QuestionDialog | None = None

    def ask(self, question: Question, answered: Callable[[str], None]) -> None:
        """Show the question; call `answered` with the key of the choice.

        A question asked while another is open replaces it; the former is answered `CANCEL`.
        """
        if self._open is not None:
            self._open.reject()
        dialog = self._open = QuestionDialog(question, self._window)

        def finished(answer: str) -> None:
            if self._open is dialog:
                self._open = None
            answered(answer)

        dialog.answered.connect(finished)
        dialog.open()

    def choose_file_to_open(self, folder: Path, chosen: Callable[[Path], None]) -> None:
        """Let the user choose an existing file; nothing is called where none is chosen."""
        dialog = _file_dialog(self._window, "Open", folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        _choose(dialog, chosen)

    def choose_file_to_save(self, suggestion: Path, chosen: Callable[[Path], None]) -> None:
        """Let the user choose where to save; the dialog asks before a file is replaced."""
        dialog = _file_dialog(self._window, "Save as", suggestion.parent)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(suggestion.name)
        _choose(dialog, chosen)


def _file_dialog(window: QWidget, title: str, folder: Path) -> QFileDialog:
    dialog = QFileDialog(window, title, str(folder), FILE_FILTER)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def _choose(dialog: QFileDialog, chosen: Callable[[Path], None]) -> None:
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()
