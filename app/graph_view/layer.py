"""What was painted last, kept as a picture: panning moves it and paints only what comes in."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap

Draw = Callable[[QPainter, list[QRectF]], None]


class Layer:
    """A pixmap of the size of the widget. draw_count: how often anything was painted anew."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._key: Hashable = None
        self._origin = QPointF()
        self.draw_count = 0

    def paint(
        self,
        painter: QPainter,
        size: QSize,
        ratio: float,
        key: Hashable,
        origin: QPointF,
        draw: Draw,
    ) -> None:
        """Show what `draw` paints, which depends on `key` and moves with `origin`.

        size in logical pixels, ratio: device pixels for one of them.
        """
        wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
        whole = QRect(QPoint(), wanted)
        stale = [whole]
        if self._pixmap.size() != wanted or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(wanted)
            self._pixmap.setDevicePixelRatio(ratio)
        elif key == self._key:
            stale = self._shifted((origin - self._origin) * ratio, whole)
        self._key, self._origin = key, QPointF(origin)
        if stale:
            self._draw(stale, ratio, draw)
        painter.drawPixmap(0, 0, self._pixmap)

    def forget(self) -> None:
        """Paint everything anew the next time."""
        self._key = None

    def _shifted(self, by: QPointF, whole: QRect) -> list[QRect]:
        """Move the pixels; returns what has to be painted, in device pixels."""
        if by.isNull():
            return []
        dx, dy = round(by.x()), round(by.y())
        is_whole = abs(by.x() - dx) < 1e-3 and abs(by.y() - dy) < 1e-3
        width, height = whole.width(), whole.height()
        if not is_whole or abs(dx) >= width or abs(dy) >= height:
            return [whole]
        self._pixmap.scroll(dx, dy, whole)
        stale = []
        if dx:
            stale.append(QRect(0 if dx > 0 else width + dx, 0, abs(dx), height))
        if dy:
            stale.append(QRect(0, 0 if dy > 0 else height + dy, width, abs(dy)))
        return stale

    def _draw(self, stale: list[QRect], ratio: float, draw: Draw) -> None:
        self.draw_count += 1
        areas = [
            QRectF(rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio)
            for rect in stale
        ]
        clip = QPainterPath()
        clip.setFillRule(Qt.FillRule.WindingFill)
        for area in areas:
            clip.addRect(area)
        painter = QPainter(self._pixmap)
        if len(areas) == 1:
            painter.setClipRect(areas[0])
        else:
            painter.setClipPath(clip)
        draw(painter, areas)
        painter.end()
