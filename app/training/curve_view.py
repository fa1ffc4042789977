"""A function of one coordinate: the network's curve, the data points, and their residuals."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.training.answer_view import DrawableView
from app.training.network_card import coordinate_titles
from app.training.output_map import paint_line_card, ticks
from app.training.output_points import MOST_POINTS, paint_points, paint_worst, worst_points
from app.widgets.plot_paint import LINE, label_below, label_beside
from core.datasets import PLAYGROUND_DOMAIN, Data, Domain
from core.hyperparameters import Hyperparameters
from core.numbers import format_number
from core.own_data import OWN, OwnPoints
from core.session import Scene

LEFT, TOP, RIGHT, BOTTOM = 56, 10, 20, 42
_PAD = 0.12  # of the range of the targets, above and below
_MOST_RESIDUALS = 600


class CurveView(DrawableView):
    """Signals: pointed_at(text): what is under the pointer, in words; "" when it leaves."""

    pointed_at = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Output of the network as a curve", parent)
        self.setMouseTracking(True)
        self._pointer: QPointF | None = None
        self._scene_plane = PLAYGROUND_DOMAIN

    def set_scene(self, scene: Scene) -> None:
        self._scene_plane = shown_plane(scene.setup, scene.train, scene.test)
        super().set_scene(scene)

    def map_area(self) -> QRectF:
        """Where the curve is drawn."""
        left, bottom = fonts.px(LEFT), fonts.px(BOTTOM)
        width, height = self.width() - left - RIGHT, self.height() - bottom - TOP
        return QRectF(left, TOP, max(width, 10), max(height, 10))

    def curve(self) -> QPolygonF:
        """The network's curve in the widget."""
        if self._scene is None or self._snapshot is None:
            return QPolygonF()
        row = self._snapshot.picture.output[0]
        domain = self._scene.domain
        xs = domain.left + (np.arange(len(row)) + 0.5) / len(row) * (domain.right - domain.left)
        kept = np.isfinite(row)
        return QPolygonF(self._places(xs[kept], row[kept]))

    def _plane(self) -> Domain:
        """What shows: x across, values upwards."""
        return self._scene_plane if self._drawn is None else self._drawn.plane

    # ----- pointer --------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        read = self._reading()
        self.pointed_at.emit("" if read is None else f"output {format_number(read[1])}")
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._pointer = None
        self.pointed_at.emit("")
        self.update()

    def _reading(self) -> tuple[float, float] | None:
        """x under the pointer, and the answer there."""
        area = self.map_area()
        if (
            self._drawn is not None
            or self._pointer is None
            or self._snapshot is None
            or self._scene is None
        ):
            return None
        if not area.left() <= self._pointer.x() <= area.right():
            return None
        row, domain = self._snapshot.picture.output[0], self._scene.domain
        share = (self._pointer.x() - area.left()) / area.width()
        answer = np.interp(share * len(row) - 0.5, np.arange(len(row)), row)
        return domain.left + share * (domain.right - domain.left), float(answer)

    # ----- painting -------------------------------------------------------------------------

    def _places(self, xs: np.ndarray, ys: np.ndarray) -> list[QPointF]:
        assert self._scene is not None
        area, (left, right, low, high) = self.map_area(), self._plane()
        across = area.left() + (xs - left) / (right - left) * area.width()
        with np.errstate(all="ignore"):
            up = area.bottom() - (ys - low) / (high - low) * area.height()
        up = np.clip(np.nan_to_num(up, nan=area.bottom()), -1e6, 1e6)
        return [QPointF(x, y) for x, y in zip(across.tolist(), up.tolist())]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scene is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.map_area()
        self._paint_axes(painter, area)
        painter.save()
        painter.setClipRect(area.adjusted(-6, -6, 6, 6))
        if self._drawn is None:
            self._paint_data(painter)
        now = theme.current()
        for color, width in ((now.color("panel"), 6.0), (now.color("text"), 3.0)):
            painter.setPen(QPen(color, width))
            painter.drawPolyline(self.curve())
        if self._drawn is None:
            self._paint_worst(painter)
        painter.restore()
        if self._drawn is not None:
            self._drawn.paint(painter, area, self.devicePixelRatioF())
        self._paint_reading(painter, area)

    def _paint_data(self, painter: QPainter) -> None:
        assert self._scene is not None
        train, test = (self._data_places(data) for data in (self._scene.train, self._scene.test))
        self._paint_residuals(painter)
        paint_points(painter, self._scene, train, test, shows_test=self._shows_test)

    def _paint_worst(self, painter: QPainter) -> None:
        if not self._marks_worst or self._snapshot is None or self._scene is None:
            return
        train, test = (self._data_places(data) for data in (self._scene.train, self._scene.test))
        worst = worst_points(self._snapshot, shows_test=self._shows_test)
        paint_worst(painter, [(test if is_test else train)[row] for is_test, row in worst
                              if row < MOST_POINTS])  # fmt: skip

    def _data_places(self, data: Data) -> list[QPointF]:
        return self._places(data.inputs[:MOST_POINTS, 0], data.targets[:MOST_POINTS])

    def _paint_residuals(self, painter: QPainter) -> None:
        """A line from each training point to the curve."""
        assert self._scene is not None
        if self._snapshot is None:
            return
        xs = self._scene.train.inputs[:_MOST_RESIDUALS, 0]
        outputs = self._snapshot.train.outputs[:_MOST_RESIDUALS]
        color = QColor(theme.current().color("text3"))
        color.setAlphaF(0.6)
        painter.setPen(QPen(color, 1))
        points = self._data_places(self._scene.train)[:_MOST_RESIDUALS]
        if len(outputs) == len(xs):
            for point, answer in zip(points, self._places(xs, outputs)):
                painter.drawLine(point, answer)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        assert self._scene is not None
        now, (first, last, low, high) = theme.current(), self._plane()
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number in ticks(low, high):
            y = area.bottom() - (number - low) / (high - low) * area.height()
            painter.setPen(QPen(now.color("line"), 1))
            painter.drawLine(QPointF(area.left(), round(y) + 0.5),
                             QPointF(area.right(), round(y) + 0.5))  # fmt: skip
            painter.setPen(now.color("text2"))
            box = label_beside(area.left() - 6, y)
            painter.drawText(box, right, format_number(number))
        painter.setPen(now.color("text2"))
        for number in ticks(first, last):
            x = area.left() + (number - first) / (last - first) * area.width()
            box = label_below(x, area.bottom() + 3)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, format_number(number))
        line = fonts.px(LINE)
        below = QRectF(area.left(), area.bottom() + 1 + line, area.width(), line)
        (across,) = coordinate_titles(self._scene.setup)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, across)

    def _paint_reading(self, painter: QPainter, area: QRectF) -> None:
        read = self._reading()
        if read is None or self._pointer is None or not math.isfinite(read[1]):
            return
        now = theme.current()
        x, answer = read
        (place,) = self._places(np.array([x]), np.array([answer]))
        painter.setPen(QPen(now.color("text2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(place.x(), area.top()), QPointF(place.x(), area.bottom()))
        painter.setPen(QPen(now.color("selection"), 2))
        painter.setBrush(now.color("panel"))
        painter.drawEllipse(place, 5, 5)
        paint_line_card(painter, self._pointer + QPointF(14, 14), self.size(),
                    f"output {format_number(answer)} at {format_number(x, 3)}")  # fmt: skip


def shown_plane(setup: Hyperparameters, *parts: Data) -> Domain:
    """What a curve's view shows of data with one input: all of it, or where it was drawn."""
    own, (left, right, *_height) = setup.own, setup.row.domain
    if setup.dataset == OWN and isinstance(own, OwnPoints) and own.is_drawn:
        return own.plane
    targets = np.concatenate([part.targets for part in parts])
    low, high = float(targets.min()), float(targets.max())
    pad = _PAD * max(high - low, 1e-6)
    return Domain(left, right, low - pad, high + pad)
