"""Light, dark, or as the system has it: the choice, and bringing it into force."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from app import theme
from app.settings import Settings

LIGHT, DARK, SYSTEM = "light", "dark", "system"


class Appearance(QObject):
    """The chosen theme. choice_changed(choice): "light", "dark" or "system"."""

    choice_changed = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.choice = settings.theme
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)
        theme.set_current(resolve(self.choice))

    def choose(self, choice: str) -> None:
        """Bring a theme into force and remember it."""
        self._settings.theme = choice
        self.show(choice)

    def show(self, choice: str) -> None:
        """Bring a theme into force for this session only."""
        self.choice = choice
        theme.set_current(resolve(choice))
        self.choice_changed.emit(choice)

    def toggle(self) -> None:
        """From light to dark and back, whatever the system has."""
        self.choose(LIGHT if theme.current().is_dark else DARK)

    def _follow_system(self) -> None:
        if self.choice == SYSTEM:
            theme.set_current(resolve(SYSTEM))


def resolve(choice: str) -> str:
    """ "light" or "dark" for a choice; dark where the system does not say what it has."""
    if choice != SYSTEM:
        return choice
    # Offscreen and without a desktop session, Qt does not know.
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK
