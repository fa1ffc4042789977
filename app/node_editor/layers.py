"""What the scene paints, in three items: frames and notes, links, and nodes on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.node_editor.annotation_painter import paint_beneath, paint_dots_of_links
from app.node_editor.far import FAR
from app.node_editor.link_pictures import LinkPictures
from app.node_editor.links import BENT_FROM, paint_drop_target
from app.node_editor.painter import NodePainter

if TYPE_CHECKING:
    from app.node_editor.scene import NodeScene

CANVAS = QRectF(-200_000, -200_000, 400_000, 400_000)  # far more than any graph needs


class _Layer(QGraphicsItem):
    """Paints one half of the scene; takes no events."""

    def __init__(self, scene: NodeScene) -> None:
        super().__init__()
        self._scene = scene
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def boundingRect(self) -> QRectF:
        return CANVAS


class AnnotationLayer(_Layer):
    """Frames and notes."""

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        scene = self._scene
        paint_beneath(painter, scene.annotations, option.exposedRect, scene.marks)


class LinkLayer(_Layer):
    """Links with their dots."""

    def __init__(self, scene: NodeScene) -> None:
        super().__init__(scene)
        self._pictures = LinkPictures()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        scene, zoom = self._scene, painter.worldTransform().m11()
        if zoom < BENT_FROM:
            scene.color(np.arange(len(scene.index.links)))
            scene.far.paint_links(painter, scene.index, option.exposedRect)
        else:
            rows = scene.index.link_rows_in(option.exposedRect)
            seen = [scene.index.links[row] for row in rows.tolist()]
            scene.color(rows)
            area, is_zooming = option.exposedRect, scene.is_zooming
            self._pictures.paint(painter, seen, area, is_zooming=is_zooming)
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

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        scene = self._scene
        if painter.worldTransform().m11() < FAR:
            scene.far.paint_boxes(painter, scene.index, option.exposedRect, scene.marks)
        else:
            seen = scene.painted_order(option.exposedRect)
            self._painter.is_zooming = scene.is_zooming
            self._painter.paint(painter, seen, scene.graph, scene.marks)
