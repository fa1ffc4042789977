"""What was painted last, kept as a picture: panning moves it and paints only what comes in.

Where even that would take too long, as while a large drawing is zoomed, the last picture is shown
moved and stretched, and counts as rough until somebody has it painted exactly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

Draw = Callable[[QPainter, list[QRectF]], None]

QUICK = 0.0015  # seconds; what takes no longer is painted exactly while it moves
STRIP = 0.0010  # the same for what a pan brings in


class Layer:
    """A pixmap of the size of the widget. draw_count: how often anything was painted anew.

    is_rough: what was shown last is moved or stretched, with nothing where there was nothing.
    """

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._key: Hashable = None
        self._origin = QPointF()
        self._zoom = 1.0
        self._whole_took = self._strip_took = 0.0
        self.is_rough = False
        self.draw_count = 0

    def paint(
        self,
        painter: QPainter,
        size: QSize,
        ratio: float,
        key: Hashable,
        place: tuple[float, QPointF],
        ground: QColor,
        draw: Draw,
    ) -> None:
        """Show what `draw` paints, which depends on `key` and moves with `place`.

        size in logical pixels, ratio: device pixels for one of them. place: zoom and origin.
        ground: the colour where nothing is painted.
        """
        zoom, origin = place
        wanted = QSize(round(size.width() * ratio), round(size.height() * ratio))
        whole = QRect(QPoint(), wanted)
        if self._pixmap.size() != wanted or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(wanted)
            self._pixmap.setDevicePixelRatio(ratio)
            self._key = None
        is_same = key == self._key
        self.is_rough = is_same and self._is_rough_at(zoom, origin, whole, ratio)
        if self.is_rough:
            self._paint_roughly(painter, zoom, origin, ground, whole)
            return
        if is_same and zoom == self._zoom:
            stale = self._shifted((origin - self._origin) * ratio, whole)
        else:
            stale = [whole]
        if not is_same:
            self._strip_took = 0.0
        self._key, self._origin, self._zoom = key, QPointF(origin), zoom
        if stale:
            began = time.perf_counter()
            self._draw(stale, ratio, draw)
            took = time.perf_counter() - began
            if stale == [whole]:
                self._whole_took = took
            else:
                self._strip_took = took
        painter.drawPixmap(0, 0, self._pixmap)

    def forget(self) -> None:
        """Paint everything anew the next time."""
        self._key = None

    def _is_rough_at(self, zoom: float, origin: QPointF, whole: QRect, ratio: float) -> bool:
        """Whether to show this place by the last picture; once it does, it goes on."""
        return self.is_rough or self._is_costly(zoom, origin, whole, ratio)

    def stretched_area(self, zoom: float, origin: QPointF) -> QRectF:
        """Where the last picture lies when it is shown at another place, in logical pixels."""
        stretch = zoom / self._zoom
        size = QRectF(self._pixmap.rect()).size() / self._pixmap.devicePixelRatio()
        return QRectF(origin - self._origin * stretch, size * stretch)

    def _is_costly(self, zoom: float, origin: QPointF, whole: QRect, ratio: float) -> bool:
        """Whether to paint exactly what this place shows would hold up the movement."""
        if zoom != self._zoom:
            return self._whole_took > QUICK
        by = (origin - self._origin) * ratio
        if by.isNull():
            return False
        can_scroll = _whole_pixels(by) is not None and _overlaps(by, whole)
        return (self._strip_took > STRIP) if can_scroll else self._whole_took > QUICK

    def _paint_roughly(
        self, painter: QPainter, zoom: float, origin: QPointF, ground: QColor, whole: QRect
    ) -> None:
        """The last picture, where it would be now."""
        stretch, ratio = zoom / self._zoom, self._pixmap.devicePixelRatio()
        target = self.stretched_area(zoom, origin)
        area = QRectF(QPointF(), QRectF(whole).size() / ratio)
        if not target.contains(area):
            painter.fillRect(area, ground)
        # Only the part that is seen: stretching the rest would take longer than painting it.
        seen = target.intersected(area)
        if not seen.isEmpty():
            part = QRectF(
                (seen.topLeft() - target.topLeft()) / stretch * ratio, seen.size() / stretch * ratio
            )
            painter.drawPixmap(seen, self._pixmap, part)

    def _shifted(self, by: QPointF, whole: QRect) -> list[QRect]:
        """Move the pixels; returns what has to be painted, in device pixels."""
        if by.isNull():
            return []
        shift = _whole_pixels(by)
        width, height = whole.width(), whole.height()
        if shift is None or not _overlaps(by, whole):
            return [whole]
        dx, dy = shift
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


def _whole_pixels(by: QPointF) -> tuple[int, int] | None:
    """A shift in device pixels, if it is one of whole pixels."""
    dx, dy = round(by.x()), round(by.y())
    is_whole = abs(by.x() - dx) < 1e-3 and abs(by.y() - dy) < 1e-3
    return (dx, dy) if is_whole else None


def _overlaps(by: QPointF, whole: QRect) -> bool:
    """Whether something of a picture is still to be seen after the shift."""
    return abs(by.x()) < whole.width() and abs(by.y()) < whole.height()
