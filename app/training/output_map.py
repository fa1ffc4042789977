"""The network's answer over the plane as a heat map, with the data points on it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
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
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.colors import ramp_color
from app.training import heat
from app.training.answer_view import DrawableView
from app.training.network_card import coordinate_titles, input_titles
from app.training.output_points import MOST_POINTS, paint_points, paint_worst, worst_points
from app.widgets.paint import draw_box
from app.widgets.plot_paint import LINE, label_below, label_beside
from core.contours import contour_lines
from core.datasets import CLASSIFICATION, Domain
from core.hyperparameters import Hyperparameters
from core.numbers import format_number
from core.session import Scene, Snapshot
from core.surfaces import value_at

LEFT, TOP, BOTTOM, RIGHT = 40, 6, 42, 70
CONTOURS = (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75)
BAR_GAP, BAR_WIDTH = 16, 14
MOST_REST = 2  # coordinates beyond the plane's that are told
_DRAWN = ("X₁", "X₂")
NEAR = 8.0  # pixels from a point that still count as on it


class OutputMap(DrawableView):
    """Signals: pointed_at(text): the answer under the pointer, in words; "" when it leaves."""

    pointed_at = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Output of the network over the plane", parent)
        self.setMouseTracking(True)
        self._image: QImage | None = None
        self._points: QPixmap | None = None
        self._neuron: tuple[int, str] | None = None
        self._is_stepped = self._has_contours = self._is_input = False
        self._contours: list[tuple[float, list[QLineF]]] = []
        self._pointer: QPointF | None = None
        theme.notifier.changed.connect(self._recolour)

    # ----- what is shown --------------------------------------------------------------------

    def set_scene(self, scene: Scene) -> None:
        self._neuron = self._points = None
        super().set_scene(scene)

    def set_snapshot(self, snapshot: Snapshot) -> None:
        sample = self._snapshot.sample if self._snapshot is not None else None
        self._snapshot = snapshot
        self._make_image()
        # Without marks and words that stand out over its edge only the map itself is another.
        is_bare = self._pointer is None and not self._marks_worst and self._drawn is None
        if is_bare and sample is None and snapshot.sample is None:
            self.update(self.map_area().toAlignedRect())
        else:
            self.update()

    def set_stepped(self, is_stepped: bool) -> None:
        """Show only the sign of the answer, or how large it is."""
        self._is_stepped = is_stepped
        self._refresh()

    def set_shows_test(self, is_shown: bool) -> None:
        self._points = None
        super().set_shows_test(is_shown)

    def set_contours(self, is_shown: bool) -> None:
        """Whether lines of the same answer are drawn."""
        self._has_contours = is_shown
        self._refresh()

    def show_neuron(self, neuron: tuple[int, str] | None, *, is_input: bool = False) -> None:
        """Show a neuron, by its place among all and its name, or an input, not the output."""
        self._neuron, self._is_input = neuron, is_input
        self._refresh()

    @property
    def image(self) -> QImage | None:
        """The heat map as it is shown, a pixel for each point of the grid."""
        return self._image

    def map_area(self) -> QRectF:
        """Where the heat map is drawn: a square."""
        width = self.width() - fonts.px(LEFT) - fonts.px(RIGHT)
        height = self.height() - fonts.px(TOP) - fonts.px(BOTTOM)
        side = max(min(width, height), 10)
        spare = max(width - side, 0) / 2
        return QRectF(round(fonts.px(LEFT) + spare), fonts.px(TOP), round(side), round(side))

    def _refresh(self) -> None:
        self._make_image()
        self.update()

    def _make_image(self) -> None:
        if self._snapshot is None:
            return
        picture, neuron = self._snapshot.picture, self._neuron
        levels = picture.levels
        if neuron is not None and self._scene is not None:
            thumbnails = self._scene.inputs if self._is_input else picture.thumbnails
            levels = thumbnails[neuron[0]]
        self._image = heat.image(levels, is_stepped=self._is_stepped)
        self._contours = self._new_contours()
        self._tell()

    def _new_contours(self) -> list[tuple[float, list[QLineF]]]:
        """Lines of the same answer, as shares of the map's side."""
        if not self._has_contours or self._neuron is not None or self._snapshot is None:
            return []
        output = self._snapshot.picture.output
        found = []
        for level in CONTOURS:
            pieces = (contour_lines(output, level) + 0.5) / len(output)
            found.append((level, [QLineF(*ends) for ends in pieces.reshape(-1, 4).tolist()]))
        return found

    def _recolour(self) -> None:
        self._points = None
        self._refresh()

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
        self.pointed_at.emit("" if read is None else self._told(read[2]))

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
        is_of_plane = self._drawn is None or self._is_on_drawn_plane()
        if self._image is not None and is_of_plane:
            painter.drawImage(area, self._image)
        if self._scene is None:
            return
        if is_of_plane:
            self._paint_contours(painter, area)
        if self._neuron is None and self._drawn is None:
            if self._points is None:
                self._points = self._drawn_points()
            painter.drawPixmap(area.topLeft() - QPointF(8, 8), self._points)
        if not area.toAlignedRect().contains(event.rect()):
            self._paint_axes(painter, area)
            self._paint_bar(painter, area)
        if self._drawn is not None:
            draw_box(painter, area, None, theme.current().color("line"), radius=0)
            self._drawn.paint(painter, area, self.devicePixelRatioF())
            return
        if self._neuron is None:
            self._paint_marks(painter, area)
        self._paint_captions(painter, area)
        self._paint_reading(painter, area)

    def _domain(self) -> Domain:
        assert self._scene is not None
        return self._drawn.plane if self._drawn is not None else self._scene.domain

    def _is_on_drawn_plane(self) -> bool:
        """Whether the answer is of the plane that is drawn on."""
        scene, drawn = self._scene, self._drawn
        if scene is None or drawn is None:
            return False
        return scene.setup.row.features == 2 and scene.domain == drawn.plane

    def _screen(self, area: QRectF, points: np.ndarray) -> np.ndarray:
        """Where points are in the widget, (n, 2)."""
        domain = self._domain()
        xs = (points[:, 0] - domain.left) / (domain.right - domain.left) * area.width()
        ys = (points[:, 1] - domain.top) / (domain.bottom - domain.top) * area.height()
        return np.stack([xs + area.left(), ys + area.top()], axis=1)

    def _place(self, area: QRectF, points: np.ndarray) -> list[QPointF]:
        """Where points are on the map; nan for those beside it."""
        if not len(points):
            return []
        places = self._screen(area.translated(-area.topLeft()), points)
        inside = ((places >= 0) & (places <= [area.width(), area.height()])).all(axis=1)
        places[~inside] = np.nan
        return [QPointF(x, y) for x, y in places.tolist()]

    def _drawn_points(self) -> QPixmap:
        """The data points, drawn once."""
        assert self._scene is not None
        area, ratio = self.map_area(), self.devicePixelRatioF()
        side = round((area.width() + 16) * ratio)
        pixmap = QPixmap(side, side)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(8, 8)
        train, test = (self._place(area, data.inputs[:MOST_POINTS])
                       for data in (self._scene.train, self._scene.test))  # fmt: skip
        paint_points(painter, self._scene, train, test, shows_test=self._shows_test)
        painter.end()
        return pixmap

    def _paint_contours(self, painter: QPainter, area: QRectF) -> None:
        color = QColor(theme.current().color("text"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(area.topLeft())
        painter.scale(area.width(), area.height())
        for level, lines in self._contours:
            color.setAlphaF(0.9 if level == 0.0 else 0.4)
            width = 1.8 if level == 0.0 else 1.0  # which then counts the screen's own pixels
            pen = QPen(color, width * self.devicePixelRatioF())
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.restore()

    def _paint_marks(self, painter: QPainter, area: QRectF) -> None:
        """The worst points, and the sample that is being seen in slow motion."""
        snapshot, scene = self._snapshot, self._scene
        if snapshot is None or scene is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._marks_worst:
            worst = worst_points(snapshot, shows_test=self._shows_test)
            paint_worst(painter, [self._place_of(area, *address) for address in worst])
        sample = snapshot.sample
        if sample is not None and sample.row < len(scene.train.inputs):
            place = self._place_of(area, False, sample.row)
            if not math.isnan(place.x()):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.current().color("selection"), 3))
                painter.drawEllipse(place, 10, 10)
            text = (
                f"sample {sample.place} of {sample.batch}: output {format_number(sample.output)}, "
                f"loss {format_number(sample.loss)}"
            )
            paint_line_card(painter, area.bottomLeft() + QPointF(8, -36), self.size(), text)

    def _place_of(self, area: QRectF, is_test: bool, row: int) -> QPointF:
        """Where a point is in the widget."""
        assert self._scene is not None
        data = self._scene.test if is_test else self._scene.train
        (place,) = self._place(area, data.inputs[row : row + 1])
        return place + area.topLeft()

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        assert self._scene is not None
        now, domain = theme.current(), self._domain()
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(now.color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number in ticks(domain.left, domain.right):
            x = area.left() + (number - domain.left) / (domain.right - domain.left) * area.width()
            box = label_below(x, area.bottom() + 3)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, format_number(number))
        for number in ticks(domain.bottom, domain.top):
            y = area.top() + (number - domain.top) / (domain.bottom - domain.top) * area.height()
            box = label_beside(area.left() - 6, y)
            painter.drawText(box, right, format_number(number))
        middle = area.center()
        # The axes' names stand beside the middle ticks, so that they take no room of their own.
        titles = coordinate_titles(self._scene.setup) if self._drawn is None else list(_DRAWN)
        across, up, *_others = [*titles, ""]
        line = fonts.px(LINE)
        below = QRectF(area.left(), area.bottom() + 1 + line, area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, across)
        beside = QRectF(0, middle.y() - 1.6 * line, area.left() - 6, line)
        if painter.fontMetrics().horizontalAdvance(up) <= beside.width():
            painter.drawText(beside, right, up)
            return
        painter.save()  # a column of somebody's table: along the axis
        painter.translate(area.left() - fonts.px(LEFT) - 2, middle.y())
        painter.rotate(-90.0)
        along = QRectF(-area.height() / 2, 0, area.height(), fonts.px(16))
        painter.drawText(along, Qt.AlignmentFlag.AlignCenter, up)
        painter.restore()

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
        half = fonts.px(LINE) / 2
        top, bottom = bar.top() - 2 + half, bar.bottom() + 2 - half
        for number, y in ((1, top), (0, bar.center().y()), (-1, bottom)):
            box = QRectF(bar.right() + 6, y - half, fonts.px(40), 2 * half)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, format_number(number))

    def _paint_captions(self, painter: QPainter, area: QRectF) -> None:
        """What is shown where it is not simply the output over both coordinates."""
        assert self._scene is not None
        text = self._neuron[1] if self._neuron is not None else ""
        if not text and len(self._scene.rest) > 2:
            names = input_titles(self._scene.setup)
            pairs = list(zip(names, self._scene.rest.tolist()))[2:]
            rest = [f"{name} = {format_number(x)}" for name, x in pairs]
            more = f" and {len(rest) - MOST_REST} more" if len(rest) > MOST_REST else ""
            text = "where " + ", ".join(rest[:MOST_REST]) + more
        if text:
            paint_line_card(painter, area.topLeft() + QPointF(8, 8), self.size(), text)

    def _paint_reading(self, painter: QPainter, area: QRectF) -> None:
        read = self._reading()
        if read is None or self._pointer is None or self._neuron is not None:
            return
        x1, x2, answer = read
        text = self._told_of_point(area)
        if text is None:
            place = f"({format_number(x1, 3)}, {format_number(x2, 3)})"
            text = f"{self._told(answer)} at {place}"
        paint_line_card(painter, self._pointer + QPointF(14, 14), self.size(), text)

    def _told(self, answer: float) -> str:
        assert self._snapshot is not None
        return told(self._snapshot.setup, answer)

    def _told_of_point(self, area: QRectF) -> str | None:
        """What is said of the data point under the pointer."""
        assert self._snapshot is not None
        assert self._scene is not None
        assert self._pointer is not None
        kinds = [("training point", self._scene.train, self._snapshot.train)]
        if self._shows_test:
            kinds.append(("test point", self._scene.test, self._snapshot.test))
        for name, data, answers in kinds:
            places = self._screen(area, data.inputs[:MOST_POINTS])
            if not len(places) or len(answers.losses) != len(data.inputs):
                continue
            gaps = np.hypot(places[:, 0] - self._pointer.x(), places[:, 1] - self._pointer.y())
            row = int(gaps.argmin())
            if gaps[row] < NEAR:
                return (
                    f"{name} {row + 1}: target {format_number(float(data.targets[row]))}, "
                    f"{self._told(float(answers.outputs[row]))}, "
                    f"loss {format_number(float(answers.losses[row]))}"
                )
        return None


def paint_line_card(painter: QPainter, corner: QPointF, within: QSize, text: str) -> None:
    """A small card with one line of words, kept within the widget."""
    now, font = theme.current(), fonts.sans(theme.SIZE_BODY)
    width = round(QFontMetricsF(font).horizontalAdvance(text)) + 20
    x = max(min(corner.x(), within.width() - width - 4), 4)
    height = fonts.px(28)
    y = min(corner.y(), within.height() - height - 4)
    card = QRectF(round(x), round(y), width, height)
    draw_box(painter, card, now.color("raised"), now.color("strong"), radius=4)
    painter.setFont(font)
    painter.setPen(now.color("text"))
    painter.drawText(card, Qt.AlignmentFlag.AlignCenter, text)


def told(setup: Hyperparameters, answer: float) -> str:
    """An answer in words: a probability where the network gives one."""
    if setup.loss == "logistic" and setup.row.problem == CLASSIFICATION:
        return f"probability {format_number(0.5 * (1.0 + math.tanh(0.5 * answer)), 3)}"
    if setup.output == "sigmoid":
        return f"probability {format_number(answer, 3)}"
    return f"output {format_number(answer)}"


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` of them."""
    span = high - low
    for step in (10.0**k * m for k in range(-6, 7) for m in (1, 2, 2.5, 3, 5)):
        if span / step <= most - 1 + 1e-9:
            first = math.ceil(low / step - 1e-9)
            last = math.floor(high / step + 1e-9)
            return [k * step for k in range(first, last + 1)]
    return [low, high]
