"""The network, live: inputs, neurons as thumbnails of what they have learnt, links by weight."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.training import heat
from app.training.layer_buttons import LayerButtons
from app.training.link_drawing import LinkDrawing
from app.training.network_layout import Floats, Link, NetworkLayout
from app.widgets.paint import draw_box
from core.datasets import FEATURES
from core.numbers import format_number
from core.session import Scene, Snapshot, by_layer

REACH = 6.0  # pixels from a link's curve that still count as on it


class NetworkPicture(QWidget):
    """Signals: hidden_wanted(tuple): other hidden layers, by the buttons − and +.
    neuron_hovered(object): (layer, neuron) under the pointer, (−1, input), or None.
    """

    hidden_wanted = Signal(object)
    neuron_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(320, 220))
        self.setAccessibleName("Network")
        self.buttons = LayerButtons(self)
        self.buttons.hidden_wanted.connect(self.hidden_wanted)
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None
        self._layout: NetworkLayout | None = None
        self._gaps: list[QPixmap | None] = []
        self._stale_gaps: list[int] = []
        self._drawing: tuple[int, LinkDrawing] | None = None
        self._input_atlas: QImage | None = None
        self._atlas: QImage | None = None  # thumbnails of all neurons, one under the other
        self._shows = "weight"
        self._pointer: QPointF | None = None
        self._hovered: tuple[int, int] | None = None
        self._hovered_link: Link | None = None
        self._rest = QTimer(self)  # redraws links where nobody calls `advance`
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._draw_rest)
        theme.notifier.changed.connect(self._recolour)

    # ----- what is shown --------------------------------------------------------------------

    def set_scene(self, scene: Scene) -> None:
        """Another network."""
        is_same_shape = self._scene is not None and self._scene.setup.sizes == scene.setup.sizes
        self._scene = scene
        self._input_atlas = _atlas(scene.inputs)
        if not is_same_shape:
            self._snapshot = None
            self._atlas = None
            self._set_hovered(None)
        self._arrange()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the network has learnt by now. Links follow a layer at a time, see `advance`."""
        self._snapshot = snapshot
        self._atlas = _atlas(snapshot.picture.thumbnails)
        self._stale_gaps = [
            *self._stale_gaps,
            *(g for g in range(len(self._gaps)) if g not in self._stale_gaps),
        ]
        self.advance()
        self.update()

    def set_shows(self, what: str) -> None:
        """What the links' width and colour mean: "weight" or "gradient"."""
        self._shows = what
        self._stale_gaps = list(range(len(self._gaps)))
        self._draw_rest()
        self.update()

    def advance(self, within: float = 0.004) -> None:
        """Redraw links for `within` seconds, so that a large network never takes a whole frame.

        Seconds of this thread's own work: where others keep the processor busy, links still come.
        """
        if self._layout is None or self._snapshot is None:
            return
        until = time.thread_time() + within
        while self.is_behind:
            if self._drawing is None:
                layer = self._stale_gaps.pop(0)
                self._drawing = (layer, self._begin_drawing(layer))
            layer, drawing = self._drawing
            drawing.go_on(until)
            if drawing.is_finished:
                self._gaps[layer] = drawing.pixmap
                self._drawing = None
                self.update(self._layout.gap(layer).toAlignedRect())
            if time.thread_time() >= until:
                break

    def _draw_rest(self) -> None:
        """Redraw links until all are there: of a run that rests no new ones will come."""
        self.advance()
        if self.is_behind and self._snapshot is not None:
            self._rest.start()

    @property
    def is_behind(self) -> bool:
        """Whether there are links still to be redrawn."""
        return bool(self._stale_gaps) or self._drawing is not None

    def square(self, column: int, place: int) -> QRectF:
        """Where a neuron, or an input in column 0, is drawn."""
        assert self._layout is not None
        return QRectF(self._layout.columns[column][place])

    # ----- arranging ------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _recolour(self) -> None:
        if self._scene is not None:
            self._input_atlas = _atlas(self._scene.inputs)
        if self._snapshot is not None:
            self._atlas = _atlas(self._snapshot.picture.thumbnails)
        self._arrange()

    def _arrange(self) -> None:
        if self._scene is None:
            return
        metrics = QFontMetricsF(fonts.sans())
        labels = max(metrics.horizontalAdvance(title) for title in self._input_titles()) + 12
        sizes = self._scene.setup.sizes
        self._layout = NetworkLayout(sizes, self.width(), self.height(), labels)
        self._drawing = None
        self._gaps = [None] * (len(sizes) - 1)
        self._stale_gaps = list(range(len(sizes) - 1))
        self.buttons.arrange(self._scene.setup.hidden, self._layout)
        self._draw_rest()
        self.update()

    def _input_titles(self) -> list[str]:
        assert self._scene is not None
        setup = self._scene.setup
        if setup.row.features == 2:
            return [FEATURES[name].title for name in setup.features]
        return ["X" + "₀₁₂₃₄₅₆₇₈₉"[i] for i in range(1, setup.n_inputs + 1)]

    # ----- links ----------------------------------------------------------------------------

    def _numbers(self, layer: int) -> Floats:
        """What the links into a layer show, target by target."""
        assert self._scene is not None
        assert self._snapshot is not None
        shown = self._snapshot.parameters if self._shows == "weight" else self._snapshot.gradients
        weights: Floats = by_layer(self._scene.setup.sizes, shown)[layer][0].ravel()
        return weights

    def _begin_drawing(self, layer: int) -> LinkDrawing:
        layout = self._layout
        assert layout is not None
        crowd = max(layout.sizes[layer : layer + 2])
        return LinkDrawing(
            layout.gap(layer),
            self.devicePixelRatioF(),
            lambda k: layout.curve(layout.link(layer, k)),
            self._numbers(layer),
            min(1.0, (9.0 / crowd) ** 0.8),
        )

    # ----- pointer --------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._layout is not None:
            self._set_hovered(self._layout.square_at(self._pointer))
        self._hovered_link = self._link_at(self._pointer) if self._hovered is None else None
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._pointer, self._hovered_link = None, None
        self._set_hovered(None)
        self.update()

    def _set_hovered(self, hovered: tuple[int, int] | None) -> None:
        if hovered != self._hovered:
            self._hovered = hovered
            self.neuron_hovered.emit(None if hovered is None else (hovered[0] - 1, hovered[1]))

    def _link_at(self, point: QPointF) -> Link | None:
        if self._layout is None or self._snapshot is None:
            return None
        for layer in range(len(self._gaps)):
            if self._layout.gap(layer).contains(point):
                points = self._layout.points(layer)
                distance = _distances(points, np.array([point.x(), point.y()]))
                near = np.flatnonzero(distance < REACH)
                if len(near):
                    strength = np.abs(self._numbers(layer)[near])
                    k = int(near[np.argmax(np.nan_to_num(strength))])
                    return self._layout.link(layer, k)
        return None

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scene is None or self._layout is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for layer, pixmap in enumerate(self._gaps):
            if pixmap is not None:
                painter.drawPixmap(self._layout.gap(layer).topLeft(), pixmap)
        self._paint_squares(painter)
        self._paint_captions(painter)
        if self._hovered_link is not None:
            painter.setPen(QPen(theme.current().color("selection"), 2))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPath(self._layout.curve(self._hovered_link))
        self._paint_card(painter)

    def _paint_squares(self, painter: QPainter) -> None:
        assert self._layout is not None
        first, *others = self._layout.columns
        self._paint_thumbnails(painter, self._input_atlas, first)
        self._paint_thumbnails(painter, self._atlas, [box for column in others for box in column])
        now = theme.current()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for column, boxes in enumerate(self._layout.columns):
            for place, box in enumerate(boxes):
                if (column, place) == self._hovered:
                    draw_box(painter, box.adjusted(-2, -2, 2, 2), None, now.color("selection"),
                             width=2.5)  # fmt: skip
                elif box.width() > 12:
                    draw_box(painter, box.adjusted(-1, -1, 1, 1), None, now.color("strong"),
                             width=1.5)  # fmt: skip

    @staticmethod
    def _paint_thumbnails(painter: QPainter, atlas: QImage | None, boxes: list[QRectF]) -> None:
        if atlas is not None:
            side = atlas.width()
            for i, box in enumerate(boxes):
                painter.drawImage(box, atlas, QRectF(0.5, i * side + 0.5, side - 1, side - 1))

    def _paint_captions(self, painter: QPainter) -> None:
        assert self._layout is not None
        now = theme.current()
        layout, sizes = self._layout, self._layout.sizes
        painter.setFont(fonts.sans())
        painter.setPen(now.color("text2"))
        middle = self.buttons.middle()
        last = len(sizes) - 1
        inputs = "1 input" if sizes[0] == 1 else f"{sizes[0]} inputs"
        for column, text in ((0, inputs), (last, "output")):
            area = QRectF(layout.centres[column] - 60, middle - 12, 120, 24)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(now.color("text"))
        for title, box in zip(self._input_titles(), layout.columns[0]):
            painter.drawText(QRectF(0, box.top(), box.left() - 10, box.height()), align, title)

    def _paint_card(self, painter: QPainter) -> None:
        lines = self._card()
        if lines is None or self._pointer is None:
            return
        now = theme.current()
        title, rows = lines
        bold, plain = fonts.sans(weight=fonts.SEMIBOLD), fonts.sans()
        wide = QFontMetricsF(bold).horizontalAdvance
        names = max((QFontMetricsF(plain).horizontalAdvance(name) for name, _ in rows), default=0.0)
        values = max((wide(value) for _, value in rows), default=0.0)
        width = max(wide(title), names + 20 + values) + 24
        height = 24.0 * (1 + len(rows)) + 12
        x = self._pointer.x() + 16
        if x + width > self.width():
            x = max(self._pointer.x() - 16 - width, 0.0)
        y = min(max(self._pointer.y() - height / 2, 0.0), max(self.height() - height, 0.0))
        card = QRectF(round(x), round(y), round(width), height)
        draw_box(painter, card, now.color("raised"), now.color("strong"), radius=6)
        row = card.adjusted(12, 6, -12, 0)
        row.setHeight(24)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold)
        painter.setPen(now.color("text"))
        painter.drawText(row, middle, title)
        for name, value in rows:
            row.translate(0, 24)
            painter.setFont(plain)
            painter.setPen(now.color("text2"))
            painter.drawText(row, middle, name)
            painter.setFont(bold)
            painter.setPen(now.color("text"))
            painter.drawText(row, middle | Qt.AlignmentFlag.AlignRight, value)

    def _card(self) -> tuple[str, list[tuple[str, str]]] | None:
        """Title and rows of what is under the pointer."""
        if self._snapshot is None or self._scene is None:
            return None
        sizes = self._scene.setup.sizes
        weights = by_layer(sizes, self._snapshot.parameters)
        gradients = by_layer(sizes, self._snapshot.gradients)
        link = self._hovered_link
        if link is not None:
            at = (link.target, link.source)
            ends = self._name(link.layer, link.source), self._name(link.layer + 1, link.target)
            return " → ".join(ends), [
                ("weight", format_number(float(weights[link.layer][0][at]))),
                ("its gradient", format_number(float(gradients[link.layer][0][at]))),
            ]
        if self._hovered is None:
            return None
        column, place = self._hovered
        title = self._name(column, place)
        if column == 0:
            return title, []
        rows = [
            ("bias", format_number(weights[column - 1][1][place])),
            ("its gradient", format_number(gradients[column - 1][1][place])),
        ]
        if column == len(sizes) - 2:
            rows += [
                ("weight out", format_number(weights[column][0][0, place])),
                ("its gradient", format_number(gradients[column][0][0, place])),
            ]
        return title, rows

    def _name(self, column: int, place: int) -> str:
        assert self._layout is not None
        if column == 0:
            return f"input {self._input_titles()[place]}"
        if column == len(self._layout.sizes) - 1:
            return "output"
        return f"layer {column}, neuron {place + 1}"


def _atlas(pictures: heat.Levels) -> QImage:
    """Pictures (n, side, side), one under the other, as one image."""
    return heat.image(pictures.reshape(-1, pictures.shape[-1]))


def _distances(points: Floats, place: Floats) -> Floats:
    """Least distance of each polyline (n, points, 2) from a place."""
    start, end = points[:, :-1], points[:, 1:]
    along = end - start
    length = np.maximum((along * along).sum(axis=-1), 1e-12)
    share = np.clip(((place - start) * along).sum(axis=-1) / length, 0.0, 1.0)
    gaps = start + share[..., None] * along - place
    found: Floats = np.sqrt((gaps * gaps).sum(axis=-1)).min(axis=1)
    return found
