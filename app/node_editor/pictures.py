"""Pictures of whole nodes, so that most frames copy them instead of painting them.

A node that has looked the same for two paints becomes one picture: panning then costs a copy for
each node. While a number is dragged only the numbers are painted, onto a picture with the names.
While it zooms the pictures of the former zoom are stretched, and made anew when it rests.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap

from app import theme
from app.node_editor.boxes import NodeBox
from app.node_editor.rows import are_names_still, look_at, paint_rows
from app.node_editor.sprites import Look, Sprites, border_pixels, painter_of_node
from core.graph import Graph

KEPT = 500  # nodes, before all pictures are dropped
MADE_AT_ONCE = 20  # pictures in one frame, so that none takes long
MOST_STRETCHED = 1.6  # times larger or smaller


@dataclass(frozen=True)
class Picture:
    """A node, or its unchanging half, at `scale` device pixels for one of the node."""

    pixmap: QPixmap
    scale: float
    has_names: bool = False
    has_numbers: bool = False

    def draw(self, painter: QPainter, x: float, y: float, scale: float, ratio: float) -> None:
        """Draw it with the node's corner at this pixel.

        scale: device pixels for one of the node; ratio: for one of the painter's.
        """
        stretch = scale / self.scale / ratio
        border = border_pixels(self.scale) * stretch
        if self.scale == scale:
            painter.drawPixmap(QPointF(x - border, y - border), self.pixmap)
            return
        size = self.pixmap.size()
        target = QRectF(x - border, y - border, size.width() * stretch, size.height() * stretch)
        # Only here: a picture of the right size is sharper and faster without.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, self.pixmap, QRectF(self.pixmap.rect()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


class _Kept:
    """What was painted of a node last."""

    __slots__ = ("box", "content", "finished", "look", "named", "names", "scale", "stamp", "style")

    def __init__(self, names: object, scale: float) -> None:
        self.names, self.scale = names, scale
        self.content: object = None  # that `finished` shows; None where the numbers are others
        self.finished: Picture | None = None
        self.named: Picture | None = None
        # With these as they are, all but the numbers is as it was; with the stamp all is.
        self.box: NodeBox | None = None
        self.look: Look | None = None
        self.style: object = None
        self.stamp = -1


class NodePictures:
    """The pictures of nodes, by id."""

    def __init__(self) -> None:
        self.is_crowded = False  # numbers that stand elsewhere too are left out
        self._sprites = Sprites()
        self._kept: dict[str, _Kept] = {}
        self._scale = self._ratio = 1.0
        self._style: object = None  # all that is the same for each node
        self._is_zooming = False
        self._to_make = 0  # pictures in this frame

    def begin(self, scale: float, ratio: float, *, is_crowded: bool, is_zooming: bool) -> None:
        """Pictures are wanted at `scale` device pixels for one of a node, `ratio` for a logical.

        is_crowded: without the numbers that stand elsewhere too. is_zooming: for a moment.
        """
        if ratio != self._ratio:
            self._kept.clear()
            self._sprites = Sprites()
        self._scale, self._ratio = scale, ratio
        self.is_crowded, self._is_zooming = is_crowded, is_zooming
        self._style = theme.current().name, is_crowded
        self._to_make = MADE_AT_ONCE

    def get(self, box: NodeBox, graph: Graph) -> Picture:
        """The most complete picture of a node that is worth having."""
        kept, scale, look = self._kept.get(box.id), self._scale, look_at(box)
        is_known = kept is not None and kept.box is box
        if kept is not None and is_known and kept.look is look and kept.style == self._style:
            is_same = kept.stamp == box.stamp
        else:
            names = self._names(box, graph)
            if kept is None or kept.names != names:
                return self._first(box, graph)
            is_same = kept.content == _content(box, graph)
        if kept.scale != scale and not (is_same and self._is_zooming):
            return self._first(box, graph)
        kept.box, kept.look, kept.style, kept.stamp = box, look, self._style, box.stamp
        if is_same and self._is_zooming:
            return self._stretched(kept, box, graph)
        if not is_same:
            kept.content = kept.finished = None
            return self._with_names(kept, box, graph)
        return self._finished(kept, box, graph)

    def _names(self, box: NodeBox, graph: Graph) -> object:
        """All that the picture without numbers depends on."""
        names = [graph.nodes[source].name for source in box.node.sources]
        return look_at(box), box.title, names, self._style

    def _first(self, box: NodeBox, graph: Graph) -> Picture:
        if len(self._kept) > KEPT:
            self._kept.clear()
        kept = self._kept[box.id] = _Kept(self._names(box, graph), self._scale)
        kept.content = _content(box, graph)
        return self._sprite(box)

    def _sprite(self, box: NodeBox) -> Picture:
        sprite = self._sprites.get(look_at(box), box.shape, self._scale)
        sprite.setDevicePixelRatio(self._ratio)
        return Picture(sprite, self._scale)

    def _stretched(self, kept: _Kept, box: NodeBox, graph: Graph) -> Picture:
        finished = kept.finished
        if finished is not None:
            stretch = self._scale / finished.scale
            if 1 / MOST_STRETCHED <= stretch <= MOST_STRETCHED:
                return finished
        kept.scale = self._scale
        kept.named = kept.finished = None
        return self._finished(kept, box, graph)

    def _finished(self, kept: _Kept, box: NodeBox, graph: Graph) -> Picture:
        if kept.finished is None:
            if not self._to_make:
                return kept.named or self._sprite(box)
            kept.finished = self._drawn(box, graph)
            kept.content = _content(box, graph)
        return kept.finished

    def _with_names(self, kept: _Kept, box: NodeBox, graph: Graph) -> Picture:
        if kept.named is None:
            if not self._to_make or not are_names_still(box, graph):
                return self._sprite(box)
            kept.named = self._drawn(box, graph, is_names_only=True)
        return kept.named

    def _drawn(self, box: NodeBox, graph: Graph, *, is_names_only: bool = False) -> Picture:
        self._to_make -= 1
        pixmap = self._sprites.get(look_at(box), box.shape, self._scale).copy()
        pixmap.setDevicePixelRatio(1.0)
        painter = painter_of_node(pixmap, self._scale)
        paint_rows(painter, box, graph, is_names_only=is_names_only, is_crowded=self.is_crowded)
        painter.end()
        pixmap.setDevicePixelRatio(self._ratio)
        return Picture(pixmap, self._scale, has_names=True, has_numbers=not is_names_only)


def _content(box: NodeBox, graph: Graph) -> object:
    """All numbers that a picture shows."""
    nodes, hidden = graph.nodes, box.hidden
    inputs = [
        (nodes[source].data, source in hidden) if isinstance(source, str) else source
        for source in box.node.inputs
    ]
    outputs = [(output.node.data, output.grad, output.share) for output in box.further_outputs]
    return box.node.data, box.grad, box.share, box.slider, inputs, box.is_computed, outputs
