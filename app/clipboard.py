"""Cut, copy, paste, delete and select all go to where the keyboard is: a text, or the nodes."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

TextField = QLineEdit | QPlainTextEdit | QTextEdit


class NodeClipboard(Protocol):
    """What the node editor offers."""

    def cut(self) -> None: ...
    def copy(self) -> None: ...
    def paste(self) -> None: ...
    def delete_selection(self) -> None: ...
    def select_all(self) -> None: ...


class ClipboardCommands:
    """Carries out the Edit menu; the nodes are meant where no text has the focus."""

    def __init__(self, nodes: NodeClipboard) -> None:
        self._nodes = nodes

    def cut(self) -> None:
        text = _focused_text()
        text.cut() if text else self._nodes.cut()

    def copy(self) -> None:
        text = _focused_text()
        text.copy() if text else self._nodes.copy()

    def paste(self) -> None:
        text = _focused_text()
        text.paste() if text else self._nodes.paste()

    def select_all(self) -> None:
        text = _focused_text()
        text.selectAll() if text else self._nodes.select_all()

    def delete(self) -> None:
        text = _focused_text()
        if text is None:
            self._nodes.delete_selection()
        elif isinstance(text, QLineEdit):
            text.del_()
        else:
            text.textCursor().deleteChar()


def _focused_text() -> TextField | None:
    """The text that can be edited or copied from, if one has the keyboard."""
    widget: QWidget | None = QApplication.focusWidget()
    if isinstance(widget, QAbstractSpinBox):
        widget = widget.findChild(QLineEdit)
    return widget if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit) else None
