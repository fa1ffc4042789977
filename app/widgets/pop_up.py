"""Menus that open under a button, made anew each time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget


class PopUp(QMenu):
    """A menu that is gone after its use."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add(self, words: str, do: Callable[[], object]) -> None:
        """One entry and what it does."""
        self.addAction(words).triggered.connect(lambda _checked: do())

    def add_copy(self, words: str, text: Callable[[], str]) -> None:
        """An entry that copies a text, which is asked for when it is chosen."""
        self.add(words, lambda: QGuiApplication.clipboard().setText(text()))

    def open_under(self, button: QWidget) -> None:
        self.popup(button.mapToGlobal(QPoint(0, button.height())))
