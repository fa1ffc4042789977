"""Icons of the Material Design set in the theme's colours.

`icon("plus")` is a QIcon that is drawn anew at each paint in the colours of the theme then in
force, so nothing has to be refreshed when it changes.
"""

import importlib.util
import json
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPixmap,
)

from app import theme
from app.widgets.paint import DISABLED

# Of qtawesome's fonts only this one is loaded: its own loader reads and hashes all eleven, which
# takes longer than the rest of a small window.
_FONT_FILE = "materialdesignicons6-webfont-[0-9]*.ttf"
_NAMES_FILE = "materialdesignicons6-webfont-charmap-*.json"


def icon(name: str, role: str = "text2", role_on: str = "accent") -> QIcon:
    """The icon `name` of mdi6 in the theme's colour `role`; `role_on` where it is checked."""
    return QIcon(_Engine(name, role, role_on))


def draw_icon(painter: QPainter, area: QRectF, name: str, color: QColor) -> None:
    """Draw an icon to fill the square `area` in the middle."""
    side = min(area.width(), area.height())
    font = _font(round(side))
    painter.save()
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, glyph(name))
    painter.restore()


def glyph(name: str) -> str:
    """The character of an icon in the icon font; KeyError where there is none."""
    return chr(int(_codes()[name], 16))


@cache
def _codes() -> dict[str, str]:
    """The code point of each icon, in hexadecimal."""
    codes: dict[str, str] = json.loads(_file(_NAMES_FILE).read_text(encoding="utf-8"))
    return codes


@lru_cache(maxsize=32)
def _font(side: int) -> QFont:
    font = QFont(_family())
    font.setPixelSize(max(1, side))
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    return font


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFont(str(_file(_FONT_FILE)))
    return QFontDatabase.applicationFontFamilies(number)[0]


def _file(pattern: str) -> Path:
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome, which brings the icon font", name="qtawesome")
    return next((Path(spec.origin).parent / "fonts").glob(pattern))


class _Engine(QIconEngine):
    """Paints one icon in the colours of the theme in force."""

    def __init__(self, name: str, role: str, role_on: str) -> None:
        super().__init__()
        self._name, self._role, self._role_on = name, role, role_on
        glyph(name)  # fails here, not while painting

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._role, self._role_on)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = self._role_on if state == QIcon.State.On else self._role
        color = QColor(theme.current().color(role))
        if mode == QIcon.Mode.Disabled:
            color.setAlphaF(DISABLED)
        elif mode == QIcon.Mode.Selected:
            color = QColor(theme.current().color("text"))
        draw_icon(painter, QRectF(rect), self._name, color)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return QPixmap.fromImage(image)
