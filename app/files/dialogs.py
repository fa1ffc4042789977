"""Every question that the window asks, behind one object that a test can stand in for.

Nothing here waits: each method shows its dialog and returns, and calls back with the answer. So
no second event loop runs inside a handler, and training, autosave and other windows go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget

SUFFIX = ".json"
FILE_FILTER = "Projects (*.json);;All files (*)"

CANCEL = "cancel"


@dataclass(frozen=True)
class Question:
    """What is asked. `choices` maps an answer to its button's label; the first is the default.

    Closing the dialog or Escape answers `CANCEL`. `details` is longer text that can be copied.
    """

    title: str
    text: str
    choices: Mapping[str, str] = field(default_factory=lambda: {CANCEL: "OK"})
    details: str = ""
    is_warning: bool = False


class Dialogs:
    """Asks with Qt's dialogs, attached to one window; one question at a time."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._box: QMessageBox | None = None

    def ask(self, question: Question, answered: Callable[[str], None]) -> None:
        """Show the question; call `answered` with the key of the choice.

        A question asked while another is open replaces it; the former is answered `CANCEL`.
        """
        if self._box is not None:
            self._box.reject()
        box = self._box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(_icon_of(question))
        box.setWindowTitle(question.title)
        box.setText(question.title)
        box.setInformativeText(question.text)
        buttons = self._add_buttons(box, question)
        if question.details:
            box.setDetailedText(question.details)
            _add_copy_button(box, question.details)

        def finished() -> None:
            if self._box is box:
                self._box = None
            answered(buttons.get(box.clickedButton(), CANCEL))

        box.finished.connect(finished)
        box.open()

    def choose_file_to_open(self, folder: Path, chosen: Callable[[Path], None]) -> None:
        """Let the user choose an existing file; nothing is called where none is chosen."""
        self._choose(_file_dialog(self._window, "Open", folder), chosen)

    def choose_file_to_save(self, suggestion: Path, chosen: Callable[[Path], None]) -> None:
        """Let the user choose where to save; the dialog asks before a file is replaced."""
        dialog = _file_dialog(self._window, "Save as", suggestion.parent)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(suggestion.name)
        self._choose(dialog, chosen)

    def _choose(self, dialog: QFileDialog, chosen: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda name: chosen(Path(name)))
        dialog.open()

    def _add_buttons(self, box: QMessageBox, question: Question) -> dict[object, str]:
        buttons: dict[object, str] = {}
        for key, label in question.choices.items():
            role = QMessageBox.ButtonRole.AcceptRole
            if key == CANCEL:
                role = QMessageBox.ButtonRole.RejectRole
            button = box.addButton(label, role)
            buttons[button] = key
            if key == CANCEL:
                box.setEscapeButton(button)
            if len(buttons) == 1:
                box.setDefaultButton(button)
        return buttons


def _icon_of(question: Question) -> QMessageBox.Icon:
    if question.is_warning:
        return QMessageBox.Icon.Warning
    is_only_told = len(question.choices) == 1
    return QMessageBox.Icon.Information if is_only_told else QMessageBox.Icon.Question


def _add_copy_button(box: QMessageBox, text: str) -> None:
    # Disconnecting Qt's own handler keeps the dialog open while the text is copied.
    button: QPushButton = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
    button.clicked.disconnect()
    button.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))


def _file_dialog(window: QWidget, title: str, folder: Path) -> QFileDialog:
    dialog = QFileDialog(window, title, str(folder), FILE_FILTER)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return dialog
