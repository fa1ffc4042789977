"""What stands about the squares of the network picture: frames, names, captions, biases' dots."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt, qAddPostRoutine
from PySide6.QtGui import QPainter, QPen, QPixmap

from app import fonts, theme
from app.colors import ramp_color
from app.training.network_card import input_titles
from app.training.network_layout import NetworkLayout
from app.widgets import texts
from app.widgets.paint import draw_box
from core.hyperparameters import Hyperparameters

SHADES = 32  # of a bias' dot, to each side of 0
_FACE = (theme.SIZE_BODY, fonts.NORMAL)


def paint_captions(
    painter: QPainter, layout: NetworkLayout, setup: Hyperparameters, middle: float
) -> None:
    """Captions over the first and the last column, at this height, and the inputs' names."""
    now, sizes = theme.current(), layout.sizes
    painter.setPen(now.color("text2"))
    inputs = "1 input" if sizes[0] == 1 else f"{sizes[0]} inputs"
    # Where columns stand close, captions keep clear of the buttons of the next one.
    spare = min(layout.column_spacing() - fonts.px(62), 0.0) if len(sizes) > 2 else 0.0
    for column, text, shift in ((0, inputs, spare), (len(sizes) - 1, "output", -spare)):
        texts.draw_centered(painter, layout.centres[column] + shift, middle, text, _FACE)
    painter.setPen(now.color("text"))
    for title, box in zip(input_titles(setup), layout.columns[0]):
        texts.draw_right(painter, box.left() - 10, box.center().y(), title, _FACE)


def drawn_frames(boxes: list[QRectF], ratio: float) -> tuple[QPointF, QPixmap]:
    """The frames around a column's squares, and their place: there may be six hundred of them."""
    area = boxes[0].united(boxes[-1]).adjusted(-2, -2, 2, 2).toAlignedRect()
    pixmap = QPixmap(area.size() * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.translate(-area.topLeft())
    for box in boxes:
        if box.width() > 12:
            edge = theme.current().color("strong")
            draw_box(painter, box.adjusted(-1, -1, 1, 1), None, edge, width=1.5)
    painter.end()
    return QPointF(area.topLeft()), pixmap


def paint_dot(painter: QPainter, centre: QPointF, side: float, share: float, ratio: float) -> None:
    """A bias by its sign and size, -1 .. 1; nan is an error's colour."""
    shade = SHADES + 1 if share != share else round(SHADES * min(max(share, -1.0), 1.0))
    pixmap = _dot(shade, side, ratio, theme.current().name)
    half = 0.5 * pixmap.width() / ratio
    painter.drawPixmap(QPointF(centre.x() - half, centre.y() - half), pixmap)


@lru_cache(maxsize=1024)
def _dot(shade: int, side: float, ratio: float, theme_name: str) -> QPixmap:
    """A dot of one shade, drawn once: there may be two hundred of them."""
    whole = 2 * round(0.5 * side + 1)  # even, so that its middle is that of a pixmap's pixels
    pixmap = QPixmap(round(whole * ratio), round(whole * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.THEMES[theme_name].color("panel"), 1.5))
    painter.setBrush(ramp_color(shade / SHADES if shade <= SHADES else float("nan")))
    painter.drawEllipse(QPointF(whole / 2, whole / 2), side / 2, side / 2)
    painter.end()
    return pixmap


qAddPostRoutine(_dot.cache_clear)  # pixmaps must not outlive the application
