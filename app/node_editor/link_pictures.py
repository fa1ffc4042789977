"""Pictures of links: stroking a wide smooth curve costs five times as much as copying it.

A link that has looked the same for two paints becomes a picture; panning moves it, and while a
number is dragged only links whose colour can be seen to change are stroked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

from app import theme
from app.node_editor.links import Link, LinkStroke, link_pen
from core.graph import Edge

LARGEST = 60_000  # pixels of a picture; longer links are stroked
KEPT = 600  # links, before all pictures are dropped
MADE_AT_ONCE = 16  # pictures in one frame, so that none takes long


class _Kept(NamedTuple):
    """How a link looked when it was painted last, and the picture of it if there is one."""

    look: object
    picture: QPixmap | None = None
    left: int = 0  # device pixels from the scene's origin to the picture's corner
    top: int = 0
    is_too_large: bool = False


class LinkPictures:
    """Paints links; at another zoom it begins anew."""

    def __init__(self) -> None:
        self._kept: dict[Edge, _Kept] = {}  # edits make links anew, and leave most as they are
        self._style: object = None
        self._device = QTransform()  # from the scene to device pixels, but for whole ones
        self._ratio = 1.0
        self._stroke = LinkStroke(0)

    def paint(self, painter: QPainter, links: Sequence[Link], stroke: LinkStroke) -> None:
        """Paint links in their order, in scene coordinates; those without a picture by `stroke`."""
        world, ratio = painter.worldTransform(), painter.device().devicePixelRatioF()
        x, y, scale = world.dx() * ratio, world.dy() * ratio, world.m11() * ratio
        left, top = math.floor(x), math.floor(y)
        device = QTransform(scale, 0, 0, scale, x - left, y - top)
        style = theme.current().name, device, ratio, stroke.is_curved, stroke.is_cased
        if stroke.in_sight > KEPT or (stroke.is_zooming and style != self._style):
            stroke.paint_all(painter, links)
            return
        if style != self._style or len(self._kept) > 2 * KEPT:
            self._kept.clear()
            self._style, self._device, self._ratio = style, device, ratio
            # A picture holds all of its link, and stays.
            self._stroke = stroke._replace(exposed=None, is_zooming=False)
        transforms = world, QTransform()
        is_copying = False
        for link, kept in zip(links, self._take(links)):
            if is_copying != (kept.picture is not None):
                is_copying = not is_copying
                painter.setTransform(transforms[is_copying])
            if kept.picture is None:
                stroke.paint(painter, link)
            else:
                place = QPointF(kept.left + left, kept.top + top) / ratio
                painter.drawPixmap(place, kept.picture)
        painter.setTransform(world)

    def _take(self, links: Sequence[Link]) -> list[_Kept]:
        """What there is of each link; some of those that look as before get their picture."""
        taken, to_make = [], MADE_AT_ONCE
        for link in links:
            edge = link.edge
            ports = link.source.shape.data_center, link.target.shape.input_centers[edge.input_index]
            look = link.ends(), ports, id(link_pen(link.share)), round(link.width * 4)
            kept = self._kept.get(edge)
            if kept is None or kept.look != look:
                kept = self._kept[edge] = _Kept(look)
            elif kept.picture is None and to_make and not kept.is_too_large:
                kept = self._kept[edge] = self._made(link, look)
                to_make -= 1
            taken.append(kept)
        return taken

    def _made(self, link: Link, look: object) -> _Kept:
        bounds = self._device.mapRect(link.bounds())
        left, top = math.floor(bounds.left()), math.floor(bounds.top())
        width, height = math.ceil(bounds.right()) - left, math.ceil(bounds.bottom()) - top
        if width * height > LARGEST:
            return _Kept(look, is_too_large=True)
        picture = QPixmap(width, height)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self._device * QTransform.fromTranslate(-left, -top))
        self._stroke.paint(painter, link)
        painter.end()
        picture.setDevicePixelRatio(self._ratio)
        return _Kept(look, picture, left, top)
