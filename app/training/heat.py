"""Levels of `core.surfaces` as images in the theme's quiet heat-map colours."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, qRgb

from app import theme
from app.colors import ramp
from core.surfaces import UNREAL, ZERO

Levels = NDArray[np.uint8]


def image(levels: Levels, *, is_stepped: bool = False) -> QImage:
    """An image of levels (height, width); stepped shows only the sign."""
    levels = np.ascontiguousarray(levels)
    height, width = levels.shape
    indexed = QImage(levels.data, width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable(_table(theme.current().name, is_stepped))
    # A copy, so that the image does not read from an array that is gone.
    return indexed.convertToFormat(QImage.Format.Format_RGB32)


@cache
def _table(theme_name: str, is_stepped: bool) -> list[int]:
    shares = (np.arange(256) - ZERO) / (ZERO - 1)
    if is_stepped:
        shares = np.sign(shares)
    table = [qRgb(int(r), int(g), int(b)) for r, g, b in ramp(np.clip(shares, -1, 1), heat=True)]
    table[UNREAL] = theme.THEMES[theme_name].color("error_soft").rgb()
    return table
