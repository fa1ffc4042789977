"""The dots of the canvas."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app import theme

SPACING = 24.0
DENSEST = 18.0  # pixels between dots; further out every second, fourth ... dot is drawn


def paint_dots(painter: QPainter, exposed: QRectF) -> None:
    """Fill a rect of the scene with the canvas and its dots."""
    now = theme.current()
    zoom = painter.worldTransform().m11()
    painter.fillRect(exposed, now.color("canvas"))
    spacing = SPACING
    while spacing * zoom < DENSEST:
        spacing *= 2
    first_x = int(exposed.left() // spacing)
    first_y = int(exposed.top() // spacing)
    columns = int(exposed.width() // spacing) + 2
    rows = int(exposed.height() // spacing) + 2
    points = [
        QPointF((first_x + i) * spacing, (first_y + j) * spacing)
        for i in range(columns)
        for j in range(rows)
    ]
    pen = QPen(now.color("canvas_dots"), 2.0 / zoom)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pen)
    painter.drawPoints(points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
