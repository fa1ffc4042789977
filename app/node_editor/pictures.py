"""Pictures of whole nodes, so that most frames copy them instead of painting them.

A node that has looked the same for two paints becomes one picture: panning then costs a copy for
each node. While a number is dragged only the numbers are painted, onto a picture with the names.
While it zooms the pictures of the former zoom are stretched, and made anew when it rests.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap, QTransform

from app import theme
from app.node_editor.boxes import NodeBox
from app.node_editor.rows import are_names_still, look_at, paint_rows
from app.node_editor.sprites import BORDER, Sprites
from core.graph import Graph

KEPT = 500  # nodes, before all pictures are dropped
MOST_STRETCHED = 1.6  # times larger or smaller


@dataclass(frozen=True)
class Picture:
    """A node, or its unchanging half, at `scale` device pixels for one of the node."""

    pixmap: QPixmap
    scale: float
    has_names: bool = False
    has_numbers: bool = False

    def draw(self, painter: QPainter, at: QPointF, zoom: float, ratio: float) -> None:
        """Draw it with its corner at `at`, in logical pixels of the device."""
        if self.scale == zoom * ratio:
            self.pixmap.setDevicePixelRatio(ratio)
            painter.setTransform(QTransform())
            painter.drawPixmap(at, self.pixmap)
            return
        self.pixmap.setDevicePixelRatio(1.0)
        painter.setTransform(QTransform())
        stretch = zoom / self.scale
        size = self.pixmap.size()
        target = QRectF(at.x(), at.y(), size.width() * stretch, size.height() * stretch)
        # Only here: a picture of the right size is sharper and faster without.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, self.pixmap, QRectF(self.pixmap.rect()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


class _Kept:
    """What was painted of a node last."""

    __slots__ = ("content", "finished", "named", "names", "scale")

    def __init__(self, content: object, names: object, scale: float) -> None:
        self.content, self.names, self.scale = content, names, scale
        self.finished: Picture | None = None
        self.named: Picture | None = None


class NodePictures:
    """The pictures of nodes, by id."""

    def __init__(self) -> None:
        self.is_crowded = False  # numbers that stand elsewhere too are left out
        self._sprites = Sprites()
        self._kept: dict[str, _Kept] = {}

    def get(self, box: NodeBox, graph: Graph, scale: float, *, is_zooming: bool) -> Picture:
        """The most complete picture that is worth having at `scale` device pixels."""
        look = look_at(box)
        nodes, node = graph.nodes, box.node
        style = look, theme.current().name, box.title, self.is_crowded
        inputs = [(nodes[s].data, s in box.hidden) if isinstance(s, str) else s
                  for s in node.inputs]  # fmt: skip
        names = style, [nodes[s].name for s in node.sources]
        outputs = [(output.node.data, output.grad, output.share) for output in box.further_outputs]
        content = (
            names,
            node.data,
            box.grad,
            box.share,
            box.slider,
            inputs,
            box.is_computed,
            outputs,
        )
        kept = self._kept.get(box.id)
        if kept is None or kept.names != names:
            return self._first(box, content, names, scale)
        is_same = kept.content == content
        if is_same and is_zooming:
            return self._stretched(kept, box, graph, scale)
        if kept.scale != scale:
            return self._first(box, content, names, scale)
        if not is_same:
            kept.content, kept.finished = content, None
            return self._with_names(kept, box, graph)
        if kept.finished is None:
            kept.finished = self._drawn(box, graph, scale)
        return kept.finished

    def _first(self, box: NodeBox, content: object, names: object, scale: float) -> Picture:
        if len(self._kept) > KEPT:
            self._kept.clear()
        self._kept[box.id] = _Kept(content, names, scale)
        return Picture(self._sprites.get(look_at(box), box.shape, scale), scale)

    def _stretched(self, kept: _Kept, box: NodeBox, graph: Graph, scale: float) -> Picture:
        finished = kept.finished
        if finished is not None:
            stretch = scale / finished.scale
            if 1 / MOST_STRETCHED <= stretch <= MOST_STRETCHED:
                return finished
        kept.scale = scale
        kept.named = None
        kept.finished = self._drawn(box, graph, scale)
        return kept.finished

    def _with_names(self, kept: _Kept, box: NodeBox, graph: Graph) -> Picture:
        if kept.named is None:
            if not are_names_still(box, graph):
                return Picture(self._sprites.get(look_at(box), box.shape, kept.scale), kept.scale)
            kept.named = self._drawn(box, graph, kept.scale, is_names_only=True)
        return kept.named

    def _drawn(
        self, box: NodeBox, graph: Graph, scale: float, *, is_names_only: bool = False
    ) -> Picture:
        pixmap = self._sprites.get(look_at(box), box.shape, scale).copy()
        pixmap.setDevicePixelRatio(1.0)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.translate(BORDER, BORDER)
        paint_rows(painter, box, graph, is_names_only=is_names_only, is_crowded=self.is_crowded)
        painter.end()
        return Picture(pixmap, scale, has_names=True, has_numbers=not is_names_only)
