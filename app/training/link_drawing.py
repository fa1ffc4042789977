"""Drawing the links into one layer bit by bit, so that no frame waits for a large network."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from app import theme
from app.colors import ramp_color, robust_scale
from app.training.network_layout import Floats

Curve = Callable[[int], QPainterPath]

MOST_LINKS = 320  # drawn into one layer: the strongest ones
SHADES = 24  # links of one shade are drawn with one pen
FINEST = 16  # links between two looks at the clock


class LinkDrawing:
    """A picture of links in the making: weak ones first, so that strong ones lie on top.

    numbers: what each link shows. curve: the path of a link by its number. width: factor of the
    links' width. shades: of the links, −SHADES .. SHADES; beyond is not a number.
    """

    def __init__(
        self, area: QRectF, ratio: float, curve: Curve, numbers: Floats, width: float
    ) -> None:
        self._area, self._ratio, self._curve, self._width = area, ratio, curve, width
        # In proportion, not by the symmetric logarithm: among many links the strong must stand out.
        with np.errstate(invalid="ignore", over="ignore"):
            shares = np.clip(numbers / robust_scale(numbers), -1.0, 1.0)
            steps = np.rint(SHADES * shares)
        steps[np.isnan(steps)] = SHADES + 1
        strength = np.abs(steps if len(steps) <= MOST_LINKS else shares)
        strength[np.isnan(strength)] = 1.0
        order = np.argsort(strength, kind="stable")[-MOST_LINKS:]
        self._order: list[int] = order.tolist()
        self.shades: list[int] = steps.astype(int).tolist()
        self._next = 0
        self._pixmap: QPixmap | None = None

    @property
    def pixmap(self) -> QPixmap:
        """The picture, as far as it is drawn."""
        if self._pixmap is None:
            width, height = self._area.width() * self._ratio, self._area.height() * self._ratio
            self._pixmap = QPixmap(QSize(round(width), round(height)))
            self._pixmap.setDevicePixelRatio(self._ratio)
            self._pixmap.fill(theme.current().color("panel"))
        return self._pixmap

    def looks_like(self, other: LinkDrawing) -> bool:
        """Whether both pictures, of one place and theme, are the same."""
        return self.shades == other.shades and self._order == other._order

    @property
    def is_finished(self) -> bool:
        return self._next >= len(self._order)

    def go_on(self, until: float) -> None:
        """Draw until the clock, `time.thread_time`, says `until`, or until all is drawn."""
        painter = QPainter(self.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self._area.topLeft())
        name = theme.current().name
        shade: int | None = None
        while not self.is_finished:
            for k in self._order[self._next : self._next + FINEST]:
                if self.shades[k] != shade:
                    shade = self.shades[k]
                    painter.setPen(_pen(shade, self._width, name))
                painter.drawPath(self._curve(k))
            self._next += FINEST
            if time.thread_time() >= until:
                break
        painter.end()


@lru_cache(maxsize=1024)
def _pen(step: int, width: float, theme_name: str) -> QPen:
    """The pen of a link of shade −SHADES .. SHADES; beyond is not a number."""
    if abs(step) > SHADES:
        return QPen(theme.THEMES[theme_name].color("error"), 0.8, Qt.PenStyle.DashLine)
    share = step / SHADES
    strength = min(0.12 + 0.88 * abs(share) ** (1.5 / width), 1.0)
    color = ramp_color(np.sign(share) * max(abs(share), 0.45))
    panel = theme.THEMES[theme_name].color("panel")
    # Mixed with the ground beforehand: painting with opacity takes four times as long.
    mixed = QColor.fromRgbF(
        panel.redF() + strength * (color.redF() - panel.redF()),
        panel.greenF() + strength * (color.greenF() - panel.greenF()),
        panel.blueF() + strength * (color.blueF() - panel.blueF()),
    )
    return QPen(mixed, (0.8 + 4.2 * share * share) * width + 0.2)
