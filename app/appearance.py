"""Light, dark, or as the system has it, and the size of text: the choices, brought into force."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from app import fonts, theme
from app.settings import Settings

LIGHT, DARK, SYSTEM = "light", "dark", "system"


class Appearance(QObject):
    """The chosen theme, the size of text, and presenter mode, in which all of it is larger.

    Signals: choice_changed(choice): "light", "dark" or "system". text_size_changed().
    presenting_changed(is_presenting).
    """

    choice_changed = Signal(str)
    text_size_changed = Signal()
    presenting_changed = Signal(bool)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.choice = settings.theme
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_system)
        theme.set_current(resolve(self.choice))
        self.text_size = settings.text_size  # 1.0 as designed; None: as the system has it
        self.is_presenting = settings.is_presenting  # to be read from the back of a room
        self._scale_text()

    def toggle_presenting(self) -> None:
        """Switch presenter mode on or off, and remember it."""
        self.is_presenting = not self.is_presenting
        self._settings.is_presenting = self.is_presenting
        self._scale_text()
        self.presenting_changed.emit(self.is_presenting)

    def choose_text_size(self, size: float | None) -> None:
        """Make text this large, one of `theme.TEXT_SIZES` or None, and remember it."""
        self.text_size = self._settings.text_size = size
        self._scale_text()
        self.text_size_changed.emit()

    def step_text_size(self, by: int) -> None:
        """The next larger size (by = 1) or smaller one (by = -1)."""
        now = fonts.system_scale() if self.text_size is None else self.text_size
        others = [size for size in theme.TEXT_SIZES if (size - now) * by > 0.01]
        if others:
            self.choose_text_size(min(others, key=lambda size: abs(size - now)))

    def _scale_text(self) -> None:
        size = fonts.system_scale() if self.text_size is None else self.text_size
        size *= theme.PRESENTER_SCALE if self.is_presenting else 1.0
        fonts.set_scale(min(size, theme.LARGEST_SCALE))

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
