"""Pictures of the bars of gradients: while a number is dragged each node wants another every frame.

There are few that can be told apart, so that soon all are there; until then they are painted.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

from app import theme
from app.node_editor.rows import BAR_STEPS, bar_step, paint_bar

KEPT = 4000  # pictures, before all are dropped
MADE_AT_ONCE = 20  # pictures in one frame, so that none takes long
AROUND = 3.0  # what a bar paints on around its rect


class BarPictures:
    """The bars at the scale and in the theme of the last call of `begin`."""

    def __init__(self) -> None:
        self._pictures: dict[tuple[float, int], tuple[QPixmap, float, float]] = {}
        self._style: object = None
        self._scale = self._ratio = 1.0
        self._to_make = 0  # pictures in this frame

    def begin(self, scale: float, ratio: float) -> None:
        """Bars are wanted at `scale` device pixels for one of a node, `ratio` for a logical."""
        style = scale, ratio, theme.current().name
        if style != self._style or len(self._pictures) > KEPT:
            self._pictures.clear()
            self._style, self._scale, self._ratio = style, scale, ratio
        self._to_make = MADE_AT_ONCE

    def draw(
        self, painter: QPainter, x: float, y: float, bar: QRectF, share: float, *, is_line: bool
    ) -> None:
        """Draw a bar on a node whose corner is at this pixel; the painter has no transform.

        is_line: that of a collapsed one.
        """
        step = bar_step(share)
        key = -bar.top() if is_line else bar.top(), step
        picture = self._pictures.get(key)
        if picture is None and not self._to_make:
            zoom = self._scale / self._ratio
            painter.setTransform(QTransform(zoom, 0, 0, zoom, x, y))
            paint_bar(painter, bar, share, is_collapsed=is_line)
            painter.setTransform(QTransform())
            return
        if picture is None:
            self._to_make -= 1
            picture = self._pictures[key] = self._drawn(bar, step / BAR_STEPS, is_line=is_line)
        pixmap, left, top = picture
        painter.drawPixmap(QPointF(x + left, y + top), pixmap)

    def _drawn(self, bar: QRectF, share: float, *, is_line: bool) -> tuple[QPixmap, float, float]:
        """The bar, and how far its corner is from the node's, in logical pixels."""
        area = bar.adjusted(-AROUND, -AROUND, AROUND, AROUND)
        left, top = math.floor(area.left() * self._scale), math.floor(area.top() * self._scale)
        right, bottom = area.right() * self._scale, area.bottom() * self._scale
        pixmap = QPixmap(math.ceil(right) - left, math.ceil(bottom) - top)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-left, -top)
        painter.scale(self._scale, self._scale)
        paint_bar(painter, bar, share, is_collapsed=is_line)
        painter.end()
        pixmap.setDevicePixelRatio(self._ratio)
        return pixmap, left / self._ratio, top / self._ratio
