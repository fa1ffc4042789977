"""The dots of the canvas."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt, qAddPostRoutine
from PySide6.QtGui import QPainter, QPixmap, QTransform

from app import theme

SPACING = 24.0
DENSEST = 18.0  # pixels between dots; further out every second, fourth ... dot is drawn
ON_A_TILE = 8  # dots along each side of the picture that is repeated
DOT = 2.0


def paint_dots(painter: QPainter, exposed: QRectF) -> None:
    """Fill a rect of the scene with the canvas and its dots."""
    world = painter.worldTransform()
    ratio = painter.device().devicePixelRatioF()
    spacing = SPACING * world.m11()
    while spacing < DENSEST:
        spacing *= 2
    # A tile of whole pixels, so that it can be repeated without a seam.
    side = max(ON_A_TILE, round(spacing * ON_A_TILE * ratio))
    tile = _tile(theme.current().name, side, ratio)
    # Whole pixels here too: Qt is five times as fast when it can copy them.
    area = QRectF(world.mapRect(exposed).toAlignedRect())
    offset = QPointF(
        round((area.x() - world.dx()) * ratio) % side / ratio,
        round((area.y() - world.dy()) * ratio) % side / ratio,
    )
    painter.save()
    painter.setTransform(QTransform())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawTiledPixmap(area, tile, offset)
    painter.restore()


@lru_cache(maxsize=8)
def _tile(_theme: str, side: int, ratio: float) -> QPixmap:
    now = theme.current()
    pixmap = QPixmap(side, side)
    pixmap.fill(now.color("canvas"))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.color("canvas_dots"))
    step, radius = side / ON_A_TILE, DOT / 2 * ratio
    for column in range(ON_A_TILE):
        for row in range(ON_A_TILE):
            # In the middle of a cell: a dot at the edge would be cut by the next tile.
            center = QPointF((column + 0.5) * step, (row + 0.5) * step)
            painter.drawEllipse(center, radius, radius)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


qAddPostRoutine(_tile.cache_clear)  # pixmaps must not outlive the application
