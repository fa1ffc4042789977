"""What the scene paints, in three layers: frames and notes, links, and nodes on top."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.node_editor.annotation_painter import paint_beneath, paint_dots_of_links
from app.node_editor.far import FAR
from app.node_editor.link_pictures import LinkPictures
from app.node_editor.links import BENT_FROM, LinkStroke, paint_drop_target
from app.node_editor.painter import NodePainter

if TYPE_CHECKING:
    from app.node_editor.scene import NodeScene

CANVAS = QRectF(-200_000, -200_000, 400_000, 400_000)  # far more than any graph needs


class _Layer:
    """Paints a part of the scene, as far as it is in these areas, in scene coordinates.

    sight: all that is in sight. How things look depends on how many there are in it, so that a
    part that is painted by itself looks as it does with all else.
    """

    def __init__(self, scene: NodeScene) -> None:
        self._scene = scene

    def paint(self, painter: QPainter, areas: Sequence[QRectF], sight: QRectF) -> None:
        raise NotImplementedError


class AnnotationLayer(_Layer):
    """Frames and notes."""

    def paint(self, painter: QPainter, areas: Sequence[QRectF], sight: QRectF) -> None:
        scene = self._scene
        paint_beneath(painter, scene.annotations, areas, scene.marks)


class LinkLayer(_Layer):
    """Links with their dots."""

    def __init__(self, scene: NodeScene) -> None:
        super().__init__(scene)
        self._pictures = LinkPictures()

    def paint(self, painter: QPainter, areas: Sequence[QRectF], sight: QRectF) -> None:
        scene, zoom = self._scene, painter.worldTransform().m11()
        in_sight = len(scene.index.link_rows_in(sight))
        if zoom < BENT_FROM:
            scene.color(np.arange(len(scene.index.links)))
            scene.far.paint_links(painter, scene.index, areas, in_sight)
        else:
            rows = scene.index.link_rows_in(*areas)
            seen = [scene.index.links[row] for row in rows.tolist()]
            scene.color(rows)
            around = reduce(QRectF.united, areas)
            stroke = LinkStroke(in_sight, zoom, around, is_zooming=scene.is_zooming)
            self._pictures.paint(painter, seen, stroke)
        drop = scene.marks.drop_link
        if drop is not None and drop in scene.links:
            paint_drop_target(painter, scene.links[drop])
        if zoom >= BENT_FROM:
            paint_dots_of_links(painter, scene.annotations.dots.values(), scene.marks)


class NodeLayer(_Layer):
    """Nodes."""

    def __init__(self, scene: NodeScene) -> None:
        super().__init__(scene)
        self._painter = NodePainter()

    def paint(self, painter: QPainter, areas: Sequence[QRectF], sight: QRectF) -> None:
        scene = self._scene
        if painter.worldTransform().m11() < FAR:
            scene.far.paint_boxes(painter, scene.index, areas, scene.marks)
        else:
            seen = scene.painted_order(*areas)
            self._painter.is_zooming = scene.is_zooming
            self._painter.in_sight = len(scene.index.rows_in(sight))
            self._painter.paint(painter, seen, scene.graph, scene.marks)
