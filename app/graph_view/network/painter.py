"""Paints a network's crossbar: frames, wires and buses, cells, the boxes of what is open."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from app import fonts, theme
from app.bunches import as_objects, bunches
from app.graph_view import palette, texts
from app.graph_view.boxes import NAMED, READABLE, paint_body, paint_box, paint_name_only
from app.graph_view.camera import Camera
from app.graph_view.network import names
from app.graph_view.network.picture import (
    ABSENT,
    FIRST,
    ZERO,
    NetworkPicture,
    Spot,
)
from app.graph_view.network.raster import Grid, paint_grid
from app.widgets.icons import draw_icon
from core.layout.crossbar import Block, Part

Floats = npt.NDArray[np.float64]

GLYPHS_FROM = 13.0  # widget pixels of a cell from which its op is written on it
NUMBERS_FROM = 36.0  # the same for the number of a weight
SMOOTH_FROM = 0.6  # zoom under which lines are a pixel wide, and there may be hundreds of them
MOST_TEXTS = 700  # of glyphs and numbers of one block
STUBS_FROM = 6.0  # widget pixels of a cell from which it is joined to its row's line
TITLES_FROM = 15.0  # widget pixels of a title's room


class NetworkPainter:
    """Paints what touches some areas of the widget, as the camera shows it."""

    def __init__(self, picture: NetworkPicture, camera: Camera) -> None:
        self.picture = picture
        self.zoom, self.origin = camera.zoom, camera.origin
        self.camera = camera

    def paint(self, painter: QPainter, areas: list[QRectF]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture = self.picture
        united = QRectF()
        for area in areas:
            united = united.united(area)
        seen = [
            layer for layer in range(picture.n_layers) if self._to_widget(layer).intersects(united)
        ]
        for layer in seen:
            self._paint_frame(painter, layer)
        self._paint_wires(painter, united)
        for layer in seen:
            painter.save()
            if picture.is_moving(layer):
                painter.setClipRect(self._to_widget(layer), Qt.ClipOperation.IntersectClip)
            self._paint_lines(painter, layer, united)
            self._paint_cells(painter, layer, united)
            self._paint_open_rows(painter, layer)
            painter.restore()
            self._paint_title(painter, layer)
        self._paint_ends(painter, united)

    # ----- frames ---------------------------------------------------------------------------

    def _to_widget(self, layer: int) -> QRectF:
        frame = self.picture.frame(layer)
        return QRectF(self.camera.to_widget(frame.topLeft()), frame.size() * self.zoom)

    def _paint_frame(self, painter: QPainter, layer: int) -> None:
        now = theme.current()
        painter.setPen(QPen(now.color("line"), 1))
        painter.setBrush(now.color("panel"))
        frame = self._to_widget(layer)
        radius = min(float(theme.RADIUS_PANEL), 0.02 * frame.width())
        painter.drawRoundedRect(frame, radius, radius)

    def _paint_title(self, painter: QPainter, layer: int) -> None:
        """Name and kind of a layer, as large as they are read, or as there is room."""
        frame = self._to_widget(layer)
        room = 46.0 * self.zoom
        if room < TITLES_FROM or frame.width() < 36.0:
            return
        now = theme.current()
        name, kind = names.layer_title(self.picture.trace, layer)
        scale = min(1.0, max(0.85, room / 40.0))
        bold = fonts.sans(theme.SIZE_BODY * scale, fonts.SEMIBOLD)
        plain = fonts.sans(theme.SIZE_CAPTION * scale)
        icon = "chevron-down" if layer in self.picture.open_layers else "chevron-right"
        side = 16.0 * scale * fonts.scale
        left = frame.left() + 6.0
        line = bold.pixelSize() * 1.35
        has_two = room >= 2.2 * line
        y = frame.top() + (7.0 if has_two else max(1.0, (room - line) / 2 + 1.0))
        box = QRectF(round(left), round(y + (line - side) / 2), round(side), round(side))
        draw_icon(painter, box, icon, now.color("text2"))
        left += side + 4.0
        wide = frame.right() - left - 6.0
        painter.setFont(bold)
        painter.setPen(now.color("text"))
        used = _words(painter, left, y, line, wide, name)
        painter.setFont(plain)
        painter.setPen(now.color("text2"))
        if has_two:
            _words(painter, left, y + line, line, wide, kind)
        elif wide - used > 60:
            _words(painter, left + used + 10, y, line, wide - used - 10, kind)

    # ----- lines ----------------------------------------------------------------------------

    def _look_color(self, look: int) -> QColor:
        """The colour of a line that carries a number with this look."""
        now = theme.current()
        if look in (ZERO, ABSENT):
            return now.color("text3" if look == ZERO else "strong")
        if look > ZERO:
            return now.color("error")
        return palette.fill(palette.edge_step(look - FIRST - palette.STEPS)).color()

    def _sources(self, layer: int) -> npt.NDArray[np.int64]:
        """The nodes whose values come in at a layer, or at the loss."""
        trace = self.picture.trace
        return trace.inputs if layer == 0 else trace.layers[layer - 1].output

    def _paint_wires(self, painter: QPainter, united: QRectF) -> None:
        """Each value's way from where it is computed into its bus."""
        picture = self.picture
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = 1.0 if self.zoom < SMOOTH_FROM else 2.0
        # Level and upright lines are sharp without it, and drawn in a tenth of the time.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for layer, wires in enumerate(picture.wires):
            places = wires * self.zoom + (self.origin.x(), self.origin.y())
            low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
            box = QRectF(QPointF(*low.tolist()), QPointF(*high.tolist()))
            if not box.adjusted(-2, -2, 2, 2).intersects(united):
                continue
            places, looks = _seen_ways(places, picture.looks[self._sources(layer)], united)
            lines = [QPolygonF([QPointF(x, y) for x, y in way]) for way in places.tolist()]
            for look, alike in bunches(looks, as_objects(lines)):
                painter.setPen(_pen(self._look_color(look), width))
                for line in alike:
                    painter.drawPolyline(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_lines(self, painter: QPainter, layer: int, united: QRectF) -> None:
        """The sums' way along the rows of an open layer."""
        block = self.picture.block(layer)
        if not block.is_open:
            return
        zoom = self.zoom
        side = block.height * zoom
        if side < 2.0:
            return  # they would only veil the cells
        x0, y0 = (self.picture.origins[layer] * zoom).tolist()
        x0, y0 = x0 + self.origin.x(), y0 + self.origin.y()
        is_output = block.parts == Part.OUTPUT
        is_stop = is_output | (block.parts == Part.SUM)
        is_stop[0] = True
        middles = (block.lefts + block.widths / 2) * zoom + x0
        end = middles[np.flatnonzero(is_stop)[-1]]
        bottoms, chain = (block.tops + block.height) * zoom + y0, block.chain * zoom + y0
        is_shown = (chain > united.top() - side) & (bottoms < united.bottom() + side)
        is_shown[block.open_rows] = False
        stops = middles[is_stop & (middles > united.left()) & (middles < united.right())].tolist()
        lines = []
        for bottom, y in zip(bottoms[is_shown].tolist(), chain[is_shown].tolist()):
            lines.append(QLineF(middles[0], y, end, y))
            if side > STUBS_FROM:
                lines += [QLineF(x, bottom, x, y) for x in stops]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        width = 1.0 if zoom < SMOOTH_FROM else 2.0
        painter.setPen(_pen(theme.current().color("strong"), width))
        painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    # ----- cells ----------------------------------------------------------------------------

    def _paint_cells(self, painter: QPainter, layer: int, united: QRectF) -> None:
        picture = self.picture
        block = picture.block(layer)
        looks = picture.looks[picture.nodes[layer]]
        corner = self.camera.to_widget(picture.frame(layer).topLeft())
        place = self.zoom, corner
        samples = picture.sample_looks[layer]
        rows = np.setdiff1d(np.arange(len(block.tops)), block.open_rows)
        tops = block.tops[rows]
        if samples is not None and not block.is_open:
            grid = Grid(block.lefts[:-1], block.widths[:-1], tops, block.height, looks[:, :-1])
            width = block.widths[-1] / samples.shape[1]
            lefts = block.lefts[-1] + width * np.arange(samples.shape[1])
            each = np.full(len(lefts), width)
            paint_grid(painter, Grid(lefts, each, tops, block.height, samples), place, united)
        else:
            grid = Grid(block.lefts, block.widths, tops, block.height, looks[rows])
        paint_grid(painter, grid, place, united)
        if block.is_open:
            self._paint_glyphs(painter, layer, block, rows, corner, united)
        elif block.height * self.zoom >= NUMBERS_FROM * fonts.scale:
            self._paint_numbers(painter, layer, block, grid, corner, united)

    def _paint_glyphs(
        self, painter: QPainter, layer: int, block: Block, rows: npt.NDArray[np.intp],
        corner: QPointF, united: QRectF,
    ) -> None:  # fmt: skip
        """×, + and the activation on the cells of closed neurons, and the neurons' names."""
        side = block.height * self.zoom
        if side < GLYPHS_FROM:
            return
        activation = names.activation_glyph(self.picture.trace, layer)
        by_part = {Part.BIAS: "b", Part.WEIGHT: "w", Part.PRODUCT: "×", Part.SUM: "+",
                   Part.OUTPUT: activation if len(activation) < 3 else activation[:1]}  # fmt: skip
        middles = (block.lefts + block.widths / 2) * self.zoom + corner.x()
        centers = (block.tops[rows] + block.height / 2) * self.zoom + corner.y()
        is_seen = (middles > united.left() - side) & (middles < united.right() + side)
        columns = np.flatnonzero(is_seen).tolist()
        is_seen = (centers > united.top() - side) & (centers < united.bottom() + side)
        lines = [(row, y) for row, y, seen in zip(rows.tolist(), centers.tolist(), is_seen) if seen]
        if len(columns) * len(lines) > MOST_TEXTS:
            return
        face = (max(9, min(16, round(0.72 * side / fonts.scale))), fonts.SEMIBOLD)
        looks = self.picture.looks[self.picture.nodes[layer]]
        for row, y in lines:
            for column in columns:
                painter.setPen(_ink(int(looks[row, column])))
                glyph = by_part[Part(int(block.parts[column]))]
                texts.draw_centered(painter, float(middles[column]), y, glyph, face)
            painter.setPen(theme.current().color("text2"))
            left = corner.x() + (block.lefts[0] - 28.0) * self.zoom
            texts.draw_centered(painter, left, y, names.numbered("n", row), face)

    def _paint_numbers(
        self, painter: QPainter, layer: int, block: Block, grid: Grid, corner: QPointF,
        united: QRectF,
    ) -> None:  # fmt: skip
        """The number that its colour means, on each cell of a closed layer that has the room."""
        reading = self.picture.reading
        if reading is None or grid.looks.size > MOST_TEXTS:
            return
        numbers = self.picture.numbers(reading)[self.picture.nodes[layer]]
        room = round(block.height * self.zoom) - 4
        rows, columns = grid.looks.shape
        for row in range(rows):
            y = (block.tops[row] + block.height / 2) * self.zoom + corner.y()
            for column in range(columns):
                look = int(grid.looks[row, column])
                x = (block.lefts[column] + block.widths[column] / 2) * self.zoom + corner.x()
                if look == ABSENT or not united.contains(QPointF(x, y)):
                    continue
                painter.setPen(_ink(look))
                figure, face = texts.fitted(float(numbers[row, column]), room, _SMALL)
                if texts.advance(figure, face) <= room + 4:
                    texts.draw_centered(painter, x, y, figure, face)

    # ----- boxes ----------------------------------------------------------------------------

    def _paint_open_rows(self, painter: QPainter, layer: int) -> None:
        picture = self.picture
        block = picture.block(layer)
        for row in block.open_rows:
            boxes = block.boxes(row) + np.array([*picture.origins[layer], 0, 0])
            self._paint_row_lines(painter, block, boxes, float(picture.origins[layer, 0]))
            for column, (x, y, w, h) in enumerate(boxes.tolist()):
                part, input = int(block.parts[column]), int(block.inputs[column])
                name = names.cell_name(picture.reader, layer, row, part, input)
                text = names.cell_text(picture.reader, layer, part, input)
                self._paint_box(painter, Spot(layer, row, column), QRectF(x, y, w, h), name, text)

    def _paint_row_lines(self, painter: QPainter, block: Block, boxes: Floats, left: float) -> None:
        """Arrows of an open neuron: w and its input into ×, that into +, along to the output."""
        scale = self.zoom
        now = theme.current()
        middle, bottom = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]
        arrows = []
        before = block.column(Part.BIAS)
        for input in range(block.shape.n_inputs):
            w, x, s = (block.column(part, input) for part in (Part.WEIGHT, Part.PRODUCT, Part.SUM))
            if w is None or x is None or s is None or before is None:
                return
            arrows.append((middle[w], bottom[w], middle[x], boxes[x, 1]))
            arrows.append((middle[x], bottom[x], middle[s], boxes[s, 1]))
            tap = boxes[x, 1] + boxes[x, 3] / 2
            arrows.append((left + block.buses[input], tap, boxes[x, 0], tap))
            level = boxes[s, 1] + boxes[s, 3] / 2
            arrows.append((boxes[before, 0] + boxes[before, 2], level, boxes[s, 0], level))
            before = s
        output = block.column(Part.OUTPUT)
        if output is not None and before is not None:
            level = boxes[output, 1] + boxes[output, 3] / 2
            arrows.append((boxes[before, 0] + boxes[before, 2], level, boxes[output, 0], level))
        for x0, y0, x1, y1 in arrows:
            start = self.camera.to_widget(QPointF(x0, y0))
            end = self.camera.to_widget(QPointF(x1, y1))
            _arrow(painter, start, end, now.color("strong"), max(0.75, 1.5 * scale), scale)

    def _paint_ends(self, painter: QPainter, united: QRectF) -> None:
        """The inputs on the left, the loss on the right."""
        picture = self.picture
        for row, (x, y, w, h) in enumerate(picture.layout.inputs.tolist()):
            rect = QRectF(x, y, w, h)
            self._paint_box(painter, Spot(-1, row), rect, picture.reader.input_names[row], "")
        boxes = picture.loss.tolist()
        strong = theme.current().color("strong")
        for (x, y, w, h), (_x, below, _w, _h) in pairwise(boxes):
            start = self.camera.to_widget(QPointF(x + w / 2, y + h))
            end = self.camera.to_widget(QPointF(x + w / 2, below))
            _arrow(painter, start, end, strong, max(0.75, 1.5 * self.zoom), self.zoom)
        for row, (x, y, w, h) in enumerate(boxes):
            name, text = picture.loss_texts[row]
            self._paint_box(painter, Spot(picture.n_layers, row), QRectF(x, y, w, h), name, text)

    def _paint_box(self, painter: QPainter, spot: Spot, rect: QRectF, name: str, text: str) -> None:
        if self.picture.reading is None:
            return
        box = self.picture.box(spot, name, text)
        zoom = self.zoom / fonts.scale
        painter.save()
        painter.translate(self.camera.to_widget(rect.topLeft()))
        painter.scale(zoom, zoom)
        own = QRectF(0, 0, rect.width() * fonts.scale, rect.height() * fonts.scale)
        if zoom >= READABLE:
            paint_box(painter, own, box)
        elif zoom >= NAMED:
            paint_name_only(painter, own, box, zoom)
        else:
            paint_body(painter, own, box.kind, box.step)
        painter.restore()


def paint_ring(painter: QPainter, camera: Camera, rect: QRectF, pen: QPen, gap: float) -> None:
    """Mark a part of the scene; gap: pixels of the widget around it."""
    corner = camera.to_widget(rect.topLeft())
    shown = QRectF(corner, rect.size() * camera.zoom).adjusted(-gap, -gap, gap, gap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(shown, 4 + gap, 4 + gap)


_SMALL = ((13, fonts.SEMIBOLD), (12, fonts.SEMIBOLD))


def _ink(look: int) -> QColor:
    """The colour of a text on a cell."""
    now = theme.current()
    if look >= ZERO:
        return now.color("text" if look == ZERO else "text3")
    return palette.text(look - FIRST - palette.STEPS)


def _seen_ways(
    places: Floats, looks: npt.NDArray[np.int16], united: QRectF
) -> tuple[Floats, npt.NDArray[np.int16]]:
    """The ways (ways, points, 2) that may touch an area, and the looks of these.

    All lines are level or upright, so what leads far out of the area can end at its edge.
    """
    low, high = places.min(axis=1), places.max(axis=1)
    first = np.array([united.left() - 4, united.top() - 4])
    last = np.array([united.right() + 4, united.bottom() + 4])
    rows = np.flatnonzero(((low < last) & (high > first)).all(axis=1))
    return np.clip(places[rows], first, last), looks[rows]


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _arrow(
    painter: QPainter, start: QPointF, end: QPointF, color: QColor, width: float, scale: float
) -> None:
    """A straight line with a head, level or upright."""
    head = 8.0 * scale
    painter.setPen(_pen(color, width))
    line = QLineF(start, end)
    if line.length() < head or scale < NAMED:
        painter.drawLine(line)
        return
    along = QPointF(line.dx(), line.dy()) / line.length()
    across = QPointF(-along.y(), along.x())
    neck = end - along * head
    painter.drawLine(start, neck)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([end, neck + across * head / 2, neck - across * head / 2]))


def _words(painter: QPainter, x: float, top: float, line: float, room: float, text: str) -> float:
    """Draw a text within some room, cut short where it needs more; returns its width."""
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))
    painter.drawText(QPointF(x, top + 0.5 * line + 0.36 * painter.font().pixelSize()), shown)
    return metrics.horizontalAdvance(shown)
