"""The flat graph in the minimap: a dot in its colour for each box."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app import theme
from app.bunches import Objects, as_objects, bunches
from app.graph_view import palette
from app.graph_view.boxes import Kind
from app.graph_view.minimap import Minimap
from app.graph_view.picture import Picture


class GraphMinimap(Minimap):
    """The minimap of a Picture."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: Picture | None = None
        self._placing: object = None  # of the boxes: what _dots is of
        self._dots: Objects = as_objects([])

    def show(self, picture: Picture) -> None:
        """Another picture, or the same one."""
        self._picture = picture

    def content_key(self) -> Hashable:
        return None if self._picture is None else (id(self._picture), self._picture.version)

    def draw_content(self, painter: QPainter, zoom: float) -> None:
        picture = self._picture
        if picture is None:
            return
        if self._placing is not picture.hairlines:  # boxes are where they were, in other colours
            self._placing = picture.hairlines
            least = 1.5 / zoom  # so that a box of a large graph is still a dot
            corners, sizes = picture.corners.tolist(), np.maximum(picture.drawing.sizes, least)
            self._dots = as_objects(
                [QRectF(x, y, w, h) for (x, y), (w, h) in zip(corners, sizes.tolist())]
            )
        plain, bad = palette.STEPS + 1, palette.STEPS + 2  # beyond all steps of colour
        looks = np.where(picture.kinds == Kind.FILLED, picture.steps, plain)
        looks[picture.kinds == Kind.NOT_FINITE] = bad
        roles = {plain: "strong", bad: "error"}
        for look, dots in bunches(looks, self._dots):
            color = roles.get(look)
            painter.setBrush(theme.current().color(color) if color else palette.fill(look))
            painter.drawRects(dots)
