"""What the program remembers from one start to the next: window, theme, recent files."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from app import places, theme

_MOST_RECENT_FILES = 10


class Settings:
    """The settings file, read and written by name; a value that makes no sense is the default."""

    def __init__(self, path: Path | None = None) -> None:
        self._store = QSettings(str(path or places.settings_file()), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """ "light", "dark" or "system"."""
        theme = self._store.value("theme")
        return theme if theme in ("light", "dark", "system") else "system"

    @theme.setter
    def theme(self, theme: str) -> None:
        self._store.setValue("theme", theme)

    @property
    def is_presenting(self) -> bool:
        """Whether everything is drawn large, for a projector."""
        return bool(self._store.value("presenting") == "yes")

    @is_presenting.setter
    def is_presenting(self, is_presenting: bool) -> None:
        self._store.setValue("presenting", "yes" if is_presenting else "no")

    @property
    def text_size(self) -> float | None:
        """How large text is, 1.0 being the design's size; None: as the system has it."""
        stored = str(self._store.value("text_size"))
        sizes = {_spelt(size): size for size in theme.TEXT_SIZES}
        return sizes.get(stored)

    @text_size.setter
    def text_size(self, size: float | None) -> None:
        self._store.setValue("text_size", "system" if size is None else _spelt(size))

    @property
    def has_started_before(self) -> bool:
        return bool(self._store.value("started_before") == "yes")

    def remember_start(self) -> None:
        self._store.setValue("started_before", "yes")

    @property
    def recent_files(self) -> list[Path]:
        """Newest first; files that are gone are left out."""
        stored: Any = self._store.value("recent_files") or []
        names = [stored] if isinstance(stored, str) else list(stored)
        return [Path(name) for name in names if isinstance(name, str) and Path(name).is_file()]

    def add_recent_file(self, path: Path) -> None:
        files = [path, *(other for other in self.recent_files if other != path)]
        self._store.setValue("recent_files", [str(file) for file in files[:_MOST_RECENT_FILES]])

    def forget_recent_files(self) -> None:
        self._store.remove("recent_files")

    def layout(self, name: str) -> QByteArray:
        """A widget's saved geometry or state; empty where there is none."""
        stored = self._store.value(f"layout/{name}")
        return stored if isinstance(stored, QByteArray) else QByteArray()

    def set_layout(self, name: str, state: QByteArray) -> None:
        self._store.setValue(f"layout/{name}", state)

    def write(self) -> None:
        """Write now, not when Qt finds the time."""
        self._store.sync()


def _spelt(size: float) -> str:
    return f"{size:.2f}"
