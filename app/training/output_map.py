"""The network's answer over the plane as a heat map, with the data points on it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.colors import ramp_color
from app.training import heat
from app.widgets.paint import draw_box
from core.datasets import Data, Domain
from core.numbers import format_number
from core.session import Scene, Snapshot
from core.surfaces import value_at

LEFT, TOP, BOTTOM, RIGHT = 40, 6, 42, 70
BAR_GAP, BAR_WIDTH = 16, 14
POINT_RADIUS = 4.0
MOST_POINTS = 2000  # drawn; more would hide the map


class OutputMap(QWidget):
    """Signals: pointed_at(text): the answer under the pointer, in words; "" when it leaves."""

    pointed_at = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(220, 200))
        self.setAccessibleName("Output of the network over the plane")
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None
        self._image: QImage | None = None
        self._points: QPixmap | None = None
        self._neuron: tuple[int, str] | None = None
        self._is_stepped = False
        self._shows_test = True
        self._pointer: QPointF | None = None
        theme.notifier.changed.connect(self._recolour)

    # ----- what is shown --------------------------------------------------------------------

    def set_scene(self, scene: Scene) -> None:
        """Other data or another network."""
        self._scene = scene
        self._neuron = None
        self._points = None
        self.update()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the network answers by now."""
        self._snapshot = snapshot
        self._refresh()

    def set_stepped(self, is_stepped: bool) -> None:
        """Show only the sign of the answer, or how large it is."""
        self._is_stepped = is_stepped
        self._refresh()

    def set_shows_test(self, is_shown: bool) -> None:
        """Whether the points of the test set are drawn."""
        self._shows_test = is_shown
        self._points = None
        self.update()

    def show_neuron(self, neuron: tuple[int, str] | None) -> None:
        """Show a neuron, by its place among all and its name, instead of the output."""
        self._neuron = neuron
        self._refresh()

    @property
    def image(self) -> QImage | None:
        """The heat map as it is shown, a pixel for each point of the grid."""
        return self._image

    def map_area(self) -> QRectF:
        """Where the heat map is drawn: a square."""
        width = self.width() - fonts.px(LEFT) - fonts.px(RIGHT)
        height = self.height() - TOP - fonts.px(BOTTOM)
        side = max(min(width, height), 10)
        spare = max(width - side, 0) / 2
        return QRectF(round(fonts.px(LEFT) + spare), TOP, round(side), round(side))

    def _refresh(self) -> None:
        if self._snapshot is None:
            return
        picture = self._snapshot.picture
        levels = picture.levels if self._neuron is None else picture.thumbnails[self._neuron[0]]
        self._image = heat.image(levels, is_stepped=self._is_stepped)
        self._tell()
        self.update()

    def _recolour(self) -> None:
        self._points = None
        self._refresh()
        self.update()

    # ----- pointer --------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self._tell()
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._pointer = None
        self.pointed_at.emit("")
        self.update()

    def _tell(self) -> None:
        read = self._reading()
        self.pointed_at.emit("" if read is None else f"output {format_number(read[2])}")

    def _reading(self) -> tuple[float, float, float] | None:
        """x1, x2 and the answer under the pointer."""
        area = self.map_area()
        if self._pointer is None or self._snapshot is None or not area.contains(self._pointer):
            return None
        domain = self._domain()
        share = (self._pointer - area.topLeft()) / area.width()
        x1 = domain.left + share.x() * (domain.right - domain.left)
        x2 = domain.top + share.y() * (domain.bottom - domain.top)
        return x1, x2, value_at(self._snapshot.picture.output, domain, x1, x2)

    # ----- painting -------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._points = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.map_area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is not None:
            painter.drawImage(area, self._image)
        if self._scene is None:
            return
        if self._neuron is None:
            if self._points is None:
                self._points = self._drawn_points()
            painter.drawPixmap(area.topLeft() - QPointF(8, 8), self._points)
        self._paint_axes(painter, area)
        self._paint_bar(painter, area)
        self._paint_captions(painter, area)
        self._paint_reading(painter, area)

    def _domain(self) -> Domain:
        assert self._scene is not None
        return self._scene.domain

    def _place(self, area: QRectF, points: np.ndarray) -> list[QPointF]:
        domain = self._domain()
        xs = (points[:, 0] - domain.left) / (domain.right - domain.left) * area.width()
        ys = (points[:, 1] - domain.top) / (domain.bottom - domain.top) * area.height()
        inside = (xs >= 0) & (xs <= area.width()) & (ys >= 0) & (ys <= area.height())
        xs, ys = np.where(inside, xs, np.nan), np.where(inside, ys, np.nan)
        return [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist())]

    def _drawn_points(self) -> QPixmap:
        """The data points, drawn once; circles to train on, diamonds to test with."""
        assert self._scene is not None
        area, ratio = self.map_area(), self.devicePixelRatioF()
        side = round((area.width() + 16) * ratio)
        pixmap = QPixmap(side, side)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(8, 8)
        painter.setPen(QPen(theme.current().color("point_outline"), 1.2))
        r = POINT_RADIUS if len(self._scene.train.inputs) < 800 else 0.8 * POINT_RADIUS
        if self._shows_test:
            diamond = QPolygonF([QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)])
            for place, color in self._coloured(self._scene.test, area):
                painter.setBrush(color)
                painter.drawPolygon(diamond.translated(place))
        for place, color in self._coloured(self._scene.train, area):
            painter.setBrush(color)
            painter.drawEllipse(place, r, r)
        painter.end()
        return pixmap

    def _coloured(self, data: Data, area: QRectF) -> list[tuple[QPointF, QColor]]:
        targets = data.targets[:MOST_POINTS].tolist()
        if not targets:
            return []
        places = self._place(area, data.inputs[:MOST_POINTS])
        return [
            (place, point_color(target))
            for place, target in zip(places, targets)
            if not math.isnan(place.x())
        ]

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        now, domain = theme.current(), self._domain()
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(now.color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number in ticks(domain.left, domain.right):
            x = area.left() + (number - domain.left) / (domain.right - domain.left) * area.width()
            box = QRectF(x - 30, area.bottom() + 3, 60, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, format_number(number))
        for number in ticks(domain.bottom, domain.top):
            y = area.top() + (number - domain.top) / (domain.bottom - domain.top) * area.height()
            box = QRectF(area.left() - 66, y - 9, 60, 18)
            painter.drawText(box, right, format_number(number))
        middle = area.center()
        # The axes' names stand beside the middle ticks, so that they take no room of their own.
        below = QRectF(middle.x() - 30, area.bottom() + 19, 60, 18)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "X₁")
        painter.drawText(QRectF(area.left() - 50, middle.y() - 9 - 20, 44, 18), right, "X₂")

    def _paint_bar(self, painter: QPainter, area: QRectF) -> None:
        bar = QRectF(area.right() + BAR_GAP, area.top(), BAR_WIDTH, area.height())
        gradient = QLinearGradient(bar.topLeft(), bar.bottomLeft())
        stops: tuple[tuple[float, float], ...]
        if self._is_stepped:
            stops = ((0.0, 1.0), (0.4999, 1.0), (0.5001, -1.0), (1.0, -1.0))
        else:
            stops = tuple((k / 8, 1 - k / 4) for k in range(9))
        for place, share in stops:
            gradient.setColorAt(place, ramp_color(share, heat=True))
        painter.fillRect(bar, gradient)
        painter.setPen(theme.current().color("text2"))
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        for number, y in ((1, bar.top() + 7), (0, bar.center().y()), (-1, bar.bottom() - 7)):
            box = QRectF(bar.right() + 6, y - 9, 40, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, format_number(number))

    def _paint_captions(self, painter: QPainter, area: QRectF) -> None:
        """What is shown where it is not simply the output over both coordinates."""
        assert self._scene is not None
        text = self._neuron[1] if self._neuron is not None else ""
        if not text and len(self._scene.rest) > 2:
            rest = [f"X{'₀₁₂₃₄₅₆₇₈₉'[i + 1]} = {format_number(x)}"
                    for i, x in enumerate(self._scene.rest.tolist()) if i > 1]  # fmt: skip
            text = "where " + ", ".join(rest)
        if text:
            self._paint_card(painter, area.topLeft() + QPointF(8, 8), text)

    def _paint_reading(self, painter: QPainter, area: QRectF) -> None:
        read = self._reading()
        if read is None or self._pointer is None or self._neuron is not None:
            return
        x1, x2, answer = read
        text = f"output {format_number(answer)} at ({format_number(x1, 3)}, {format_number(x2, 3)})"
        self._paint_card(painter, self._pointer + QPointF(14, 14), text)

    def _paint_card(self, painter: QPainter, corner: QPointF, text: str) -> None:
        now, font = theme.current(), fonts.sans(theme.SIZE_BODY)
        width = round(QFontMetricsF(font).horizontalAdvance(text)) + 20
        x = min(corner.x(), self.width() - width - 4)
        y = min(corner.y(), self.height() - 32)
        card = QRectF(round(x), round(y), width, 28)
        draw_box(painter, card, now.color("raised"), now.color("strong"), radius=4)
        painter.setFont(font)
        painter.setPen(now.color("text"))
        painter.drawText(card, Qt.AlignmentFlag.AlignCenter, text)


def point_color(target: float) -> QColor:
    """A data point: its class's colour, or between the two for a regression."""
    now = theme.current()
    if abs(target) >= 1.0:
        return now.color("point_positive" if target > 0 else "point_negative")
    end = now.color("point_positive" if target > 0 else "point_negative")
    zero, share = now.color("heat_zero"), abs(target)
    red, green, blue = (
        a + share * (b - a)
        for a, b in (
            (zero.redF(), end.redF()), (zero.greenF(), end.greenF()), (zero.blueF(), end.blueF())
        )
    )  # fmt: skip
    return QColor.fromRgbF(red, green, blue)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` of them."""
    span = high - low
    for step in (10.0**k * m for k in range(-6, 7) for m in (1, 2, 2.5, 3, 5)):
        if span / step <= most - 1 + 1e-9:
            first = math.ceil(low / step - 1e-9)
            last = math.floor(high / step + 1e-9)
            return [k * step for k in range(first, last + 1)]
    return [low, high]
