"""The program's two typefaces: Inter for words and numbers, JetBrains Mono for code.

Both come as variable fonts with their packages; where loading fails, the system's own fonts
serve. Sizes are the pixel sizes of the theme at 100 %, multiplied by `scale` (the size of the text
and presenter mode).
"""

import importlib.util
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QGuiApplication

from app import theme

NORMAL = 400
MEDIUM = 500
SEMIBOLD = 600
BOLD = 700

scale = 1.0  # of all type and of the measures that hold it; set it with `set_scale`

# Pixels of the system's own font where nobody has changed its size, by the name of Qt's platform.
_USUAL_SYSTEM_TEXT = {"windows": 12.0, "cocoa": 13.0, "xcb": 14.7, "wayland": 14.7}

_PACKAGES = {
    theme.SANS: ("fontpkg_inter", "Inter[[]*.ttf"),
    theme.MONO: ("fontpkg_jetbrains_mono", "JetBrainsMono[[]*.ttf"),
}


def sans(size: float = theme.SIZE_BODY, weight: int = NORMAL) -> QFont:
    """Inter with tabular figures; `size` in pixels at 100 %, `weight` 100 .. 900."""
    return QFont(_font(theme.SANS, round(size * scale), weight))


def words(size: float = theme.SIZE_BODY, weight: int = NORMAL) -> QFont:
    """Inter for words: tabular figures would draw the hyphen of `set-up` as wide as a digit."""
    return QFont(_font(theme.SANS, round(size * scale), weight, is_tabular=False))


def mono(size: float = theme.SIZE_CODE, weight: int = NORMAL) -> QFont:
    """JetBrains Mono without ligatures, in which `->` would look like another character."""
    return QFont(_font(theme.MONO, round(size * scale), weight))


def px(size: float) -> int:
    """A measure that holds type, such as a row's height, at the present scale."""
    return round(size * scale)


def set_scale(factor: float) -> None:
    """Make all type `factor` times as large and tell everybody who listens to the theme."""
    global scale
    if factor != scale:
        scale = factor
        theme.notifier.changed.emit()


def system_scale() -> float:
    """How much larger the system's text is than it usually is; 1 where it does not say."""
    platform = QGuiApplication.platformName().split("-")[0]
    if platform not in _USUAL_SYSTEM_TEXT:
        return 1.0
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return max(1.0, QFontInfo(font).pixelSize() / _USUAL_SYSTEM_TEXT[platform])


@lru_cache(maxsize=256)
def _font(family: str, size: int, weight: int, *, is_tabular: bool = True) -> QFont:
    if _load(family):
        font = QFont(family)
        # The weight is set on the variable axis alone: with QFont's own as well, Qt would embolden
        # a second time.
        font.setVariableAxis(QFont.Tag("wght"), weight)
    else:
        is_mono = family == theme.MONO
        kind = QFontDatabase.SystemFont
        font = QFontDatabase.systemFont(kind.FixedFont if is_mono else kind.GeneralFont)
        font.setWeight(QFont.Weight(weight))
    font.setPixelSize(size)
    if is_tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    # Contextual forms would turn the name x1w1x2 into x1w1×2, and -> into an arrow.
    font.setFeature(QFont.Tag("calt"), 0)
    if family == theme.MONO:
        font.setStyleHint(QFont.StyleHint.Monospace)
    # Inter and JetBrains Mono are drawn for unhinted outlines: hinting makes stems uneven.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@lru_cache(maxsize=2)
def _load(family: str) -> bool:
    """Register a family with Qt; False where its package or file can't be used."""
    package, pattern = _PACKAGES[family]
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return False
    files = sorted((Path(spec.origin).parent / "files").glob(pattern))
    return any(QFontDatabase.addApplicationFont(str(file)) >= 0 for file in files)
