"""A plot of a few curves with names at their ends: what most experiments show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.lab.label_places import LabelPlaces, along
from app.lab.marks import Dot, Line, Mark
from app.lab.thinning import thinned
from app.training.loss_axes import LossAxis, StepAxis, style_axis
from app.widgets.paint import draw_box
from app.widgets.plot_curve import CrispCurve
from app.widgets.plot_paint import own_menu, paint_level_lines, spread
from core.numbers import format_number

Floats = NDArray[np.float64]

MOST_DECADES = 12.0  # of a logarithmic axis: nobody tells 1e-20 from 0
LEAST = 1e-300  # what a logarithmic axis can show
MADE_AT_ONCE = 8  # items of curves: half a millisecond each
CROWD = 16  # curves: more are drawn as thin lines, which Qt draws five times as fast
AXIS = 58  # pixels left of the plot, for its numbers
_END = 16  # pixels from one name at a curve's end to the next
_NEAR = 30.0  # pixels from a curve within which the pointer means it


@dataclass(frozen=True, eq=False)
class Curve:
    """xs, ys as they are, not as logarithms. name, note: at its end, in its colour and quiet."""

    xs: Floats
    ys: Floats
    color: QColor
    name: str = ""
    note: str = ""
    width: float = 2.0
    is_dashed: bool = False
    is_faint: bool = False


class LogAxis(LossAxis):
    """A horizontal axis of powers of ten."""


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is not typed
    """Curves, marks over them, and the numbers under the pointer.

    Dragging moves and the wheel zooms along x; a double click shows everything again. Signals:
    curve_clicked(index); moved(x): the pointer's place, nan when it leaves.
    """

    curve_clicked = Signal(int)
    moved = Signal(float)

    def __init__(
        self,
        x_words: str,
        y_words: str,
        parent: QWidget | None = None,
        *,
        log_x: bool = False,
        log_y: bool = False,
        room_for_names: int = 112,
    ) -> None:
        bottom = LogAxis("bottom") if log_x else StepAxis("bottom")
        axes = {"left": LossAxis("left"), "bottom": bottom}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.setAccessibleName(f"{y_words} over {x_words}")
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setCacheMode(pg.QtWidgets.QGraphicsView.CacheModeFlag.CacheNone)
        self.x_words, self.y_words = x_words, y_words
        self._log = (log_x, log_y)
        self._room = room_for_names
        self._curves: tuple[Curve, ...] = ()
        self._behind: tuple[Curve, ...] = ()  # to compare with
        self._marks: tuple[Mark, ...] = ()
        self._items: list[pg.PlotCurveItem] = []
        self._expected = 0  # items
        self._making = QTimer(self)
        self._making.setInterval(0)
        self._making.timeout.connect(self._make_some)
        self._placed: list[tuple[Floats, Floats]] = []  # the curves in the axes' own numbers
        self._range: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)
        self._is_following = True
        self._pointer: QPointF | None = None
        item = self.getPlotItem()
        own_menu(self)
        item.hideButtons()
        item.getViewBox().setMouseEnabled(x=True, y=False)
        item.getViewBox().disableAutoRange()
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        item.getViewBox().sigRangeChangedManually.connect(self._stop_following)
        self.set_logarithmic(*self._log)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    # ----- what is shown --------------------------------------------------------------------

    @property
    def curves(self) -> tuple[Curve, ...]:
        """Those that are shown."""
        return self._curves

    def set_logarithmic(self, log_x: bool, log_y: bool) -> None:
        """Which axes are logarithmic; what is not positive is a gap on them."""
        self._log = (log_x, log_y)
        for name, is_log in (("bottom", log_x), ("left", log_y)):
            self.getPlotItem().getAxis(name).setLogMode(is_log, is_log)
        self.show_curves(self._curves)

    def set_room_for_names(self, pixels: int) -> None:
        """How much room the names at the curves' ends need, at 100 %."""
        if pixels != self._room:
            self._room = pixels
            self._restyle()

    def set_range(
        self, xs: tuple[float, float] | None = None, ys: tuple[float, float] | None = None
    ) -> None:
        """The ends of the axes while all is shown; None for what the curves need."""
        self._range = (xs, ys)

    def show_curves(self, curves: Sequence[Curve], marks: Sequence[Mark] = ()) -> None:
        """Take the place of what was shown."""
        self._curves, self._marks = tuple(curves), tuple(marks)
        self._draw()

    def show_behind(self, curves: Sequence[Curve]) -> None:
        """Others to compare with: faint, behind those that are shown; none for no comparison."""
        self._behind = tuple(
            replace(curve, is_faint=True, is_dashed=True, name="", note="") for curve in curves
        )
        self._draw()

    @property
    def is_comparing(self) -> bool:
        """Whether there are curves behind."""
        return bool(self._behind)

    def _draw(self) -> None:
        curves = (*self._behind, *self._curves)
        is_crowd = len(curves) > CROWD
        while len(self._items) < len(curves):
            self._make_item()
        self._placed = [self._place_curve(curve) for curve in curves]
        for item, curve, placed in zip(self._items, curves, self._placed):
            color = QColor(curve.color)
            color.setAlphaF(0.3 if curve.is_faint else 1.0)
            style = Qt.PenStyle.DashLine if curve.is_dashed else Qt.PenStyle.SolidLine
            pen = pg.mkPen(
                color, width=1.0 if is_crowd and curve.width <= 2.0 else curve.width, style=style
            )
            item.setData(*placed, connect="finite", pen=pen)
            item.setZValue(curve.width)
            item.setVisible(True)
        for item in self._items[len(curves) :]:
            item.setVisible(False)
        if self._is_following:
            self.fit()
        # What pyqtgraph leaves for the paint itself makes it ask for a second one.
        self.scene().prepareForPaint()
        self.viewport().update()

    def expect(self, curves: int) -> None:
        """So many will be shown soon: make room for them before, a few in each turn."""
        self._expected = curves
        self._making.start()

    def _make_some(self) -> None:
        for _ in range(min(MADE_AT_ONCE, self._expected - len(self._items))):
            self._make_item().setVisible(False)
        if len(self._items) >= self._expected:
            self._making.stop()

    def _make_item(self) -> CrispCurve:
        item = CrispCurve(antialias=True)  # PlotDataItem takes four times as long
        # One stroke around a jagged curve takes Qt ten times as long as its lines one by one.
        item.setSegmentedLineMode("on")
        self.getPlotItem().getViewBox().addItem(item, ignoreBounds=True)
        self._items.append(item)
        return item

    def fit(self) -> None:
        """Show everything, and follow what comes."""
        self._is_following = True
        for name, k in (("x", 0), ("y", 1)):
            given = self._range[k]
            if given is not None:
                # Below what the axis can show, it begins where that begins.
                low, high = (_log(max(x, LEAST)) if self._log[k] else x for x in given)
                high = high if high > low else low + 1.0
            else:
                low, high = _ends([np.asarray(p[k]) for p in self._placed], is_log=self._log[k])
                low = max(low, high - MOST_DECADES) if self._log[k] else low
            pad = 0.0 if name == "x" or given is not None else 0.05 * (high - low)
            view = {f"{name}Range": (low - pad, high + pad)}
            self.getPlotItem().getViewBox().setRange(**view, padding=0.0, update=True)

    def place(self, x: float, y: float) -> QPointF:
        """Where a point is drawn, in pixels of the viewport; nan where it can't be."""
        x = _log(x) if self._log[0] else x
        y = _log(y) if self._log[1] else y
        return self.place_of_view(x, y)

    def place_of_view(self, x: float, y: float) -> QPointF:
        """Where numbers of the axes, logarithms where they are logarithmic, are drawn."""
        return QPointF(self.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y)))

    def x_at(self, place: QPointF) -> float:
        """The number on the horizontal axis at a place of the viewport."""
        x = self.getPlotItem().getViewBox().mapSceneToView(place).x()
        return float(10.0**x if self._log[0] else x)

    def area(self) -> QRectF:
        """Where the curves are drawn."""
        box = self.getPlotItem().getViewBox()
        return QRectF(box.mapRectToScene(box.boundingRect()))

    def _place_curve(self, curve: Curve) -> tuple[Floats, Floats]:
        """In the axes' own numbers, thinned."""
        xs, ys = np.asarray(curve.xs, dtype=np.float64), np.asarray(curve.ys, dtype=np.float64)
        xs, ys = thinned(xs, ys)
        return (
            _logs(xs) if self._log[0] else xs,
            _logs(ys) if self._log[1] else np.where(np.isfinite(ys), ys, np.nan),
        )

    def _stop_following(self) -> None:
        self._is_following = False
        self.viewport().update()

    # ----- pointer --------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._pointer = event.position() if not event.buttons() else None
        self.moved.emit(self.x_at(event.position()))
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            near = self.curve_near(event.position())
            if near is not None:
                self.curve_clicked.emit(near)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self.moved.emit(math.nan)
        self.viewport().update()

    def curve_near(self, place: QPointF) -> int | None:
        """The curve that is nearest to a place above or below it; None where none is near."""
        nearest, distance = None, _NEAR
        for k, reading in enumerate(self._readings(place)):
            if reading is not None and abs(reading[0].y() - place.y()) < distance:
                nearest, distance = k, abs(reading[0].y() - place.y())
        return nearest

    def _readings(self, place: QPointF) -> list[tuple[QPointF, float, float] | None]:
        """Of each curve its point nearest in x: place, x and y."""
        x = self.x_at(place)
        found: list[tuple[QPointF, float, float] | None] = []
        for curve in self._curves:
            if not len(curve.xs) or curve.is_faint:
                found.append(None)
                continue
            k = int(np.argmin(np.abs(np.asarray(curve.xs) - x)))
            at, y = float(curve.xs[k]), float(curve.ys[k])
            pixel = self.place(at, y)
            found.append(None if math.isnan(pixel.y()) else (pixel, at, y))
        return found

    # ----- painting -------------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Level hairlines and, behind the curves, the marks' grounds."""
        super().drawBackground(painter, rect)
        area = self.area()
        painter.save()
        painter.resetTransform()
        for mark in self._marks:
            mark.paint_ground(painter, self, area)
        paint_level_lines(painter, self, area)
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.resetTransform()
        area = self.area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._marks:
            places = LabelPlaces(area, self._drawn_points())
            for mark in self._marks:
                mark.paint(painter, self, area)
            for mark in self._marks:
                mark.paint_words(painter, self, area, places)
        self._paint_ends(painter, area)
        self._paint_words(painter, area)
        self._paint_reading(painter, area)
        painter.restore()

    @property
    def uprights(self) -> list[float]:
        """Pixels of the upright lines among the marks, from the left edge."""
        lines = [mark for mark in self._marks if isinstance(mark, Line)]
        return [x for line in lines if not math.isnan(x := self.place(line.x, 1.0).x())]

    def _drawn_points(self) -> Floats:
        """Pixels of the curves and of the dots over them, (k, 2)."""
        low, high = self.place_of_view(0.0, 0.0), self.place_of_view(1.0, 1.0)
        found = [np.empty((0, 2))]
        for curve in self._curves:
            if not curve.is_faint:
                xs, ys = self._place_curve(curve)
                across, down = high.x() - low.x(), high.y() - low.y()
                found.append(along(low.x() + xs * across, low.y() + ys * down))
        for x in self.uprights:
            heights = np.arange(self.area().top(), self.area().bottom(), 4.0)
            found.append(np.column_stack([np.full_like(heights, x), heights]))
        for mark in self._marks:
            if isinstance(mark, Dot):
                place = self.place(mark.x, mark.y)
                found.append(np.full((8, 2), [place.x(), place.y()]))
        return np.vstack(found)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(theme.current().color("text2"))
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        metrics = QFontMetricsF(painter.font())
        height = metrics.height()
        below = QRectF(area.left(), area.bottom() + fonts.px(18), area.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self.x_words)
        painter.drawText(QPointF(6, area.top() - 6 + metrics.ascent() - height), self.y_words)

    def _paint_ends(self, painter: QPainter, area: QRectF) -> None:
        ends = []
        for k, curve in enumerate(self._curves):
            if not curve.name or not self._is_following:
                continue
            real = np.flatnonzero(np.isfinite(curve.ys))
            if len(real):
                pixel = self.place(float(curve.xs[real[-1]]), float(curve.ys[real[-1]]))
                if not math.isnan(pixel.y()):
                    ends.append((k, pixel))
        ends = self._that_fit(ends, int(area.height() / fonts.px(_END)))
        lines = spread([pixel.y() for _k, pixel in ends], fonts.px(_END), area.top(), area.bottom())
        # Where all curves go on, the names go along with them.
        furthest = max((float(xs[-1]) for xs, _ys in self._placed if len(xs)), default=math.inf)
        left = min(self.place_of_view(furthest, 0.0).x(), area.right()) + 10
        for (k, pixel), y in zip(ends, lines):
            self._paint_end(painter, area, self._curves[k], pixel, QPointF(left, y))

    def _that_fit(self, ends: list[tuple[int, QPointF]], count: int) -> list[tuple[int, QPointF]]:
        """So many of the curves' ends as can be named: the chosen one, those with notes, others."""
        if len(ends) <= count:
            return ends
        curves = self._curves
        by_rank = sorted(ends, key=lambda end: (-curves[end[0]].width, not curves[end[0]].note))
        return sorted(by_rank[:count], key=lambda end: end[0])

    def _paint_end(
        self, painter: QPainter, area: QRectF, curve: Curve, pixel: QPointF, name: QPointF
    ) -> None:
        """A dot at the end of a curve, and its name and note at their place."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(curve.color)
        if area.adjusted(-1, -1, 1, 1).contains(pixel):
            painter.drawEllipse(pixel, 1.5 + curve.width, 1.5 + curve.width)
        font = fonts.sans(theme.SIZE_NODE, fonts.SEMIBOLD)
        painter.setFont(font)
        painter.setPen(curve.color)
        metrics = QFontMetricsF(font)
        left, base = name.x(), name.y() + metrics.capHeight() / 2
        painter.drawText(QPointF(left, base), curve.name)
        if curve.note:
            left += metrics.horizontalAdvance(curve.name) + 6
            quiet = fonts.words(theme.SIZE_CAPTION)
            painter.setFont(quiet)
            painter.setPen(theme.current().color("text2"))
            room = self.width() - left - 4
            note = QFontMetricsF(quiet).elidedText(curve.note, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(left, base), note)

    def _paint_reading(self, painter: QPainter, area: QRectF) -> None:
        if self._pointer is None or not area.contains(self._pointer):
            return
        near = self.curve_near(self._pointer)
        reading = None if near is None else self._readings(self._pointer)[near]
        if near is None or reading is None:
            return
        now, (pixel, x, y) = theme.current(), reading
        painter.setBrush(now.color("panel"))
        painter.setPen(QPen(self._curves[near].color, 2))
        painter.drawEllipse(pixel, 4, 4)
        name = self._curves[near].name
        text = f"{self.y_words} {format_number(y)} at {self.x_words} {format_number(x)}"
        paint_card(
            painter, QRectF(self.viewport().rect()), pixel, f"{name}: {text}" if name else text
        )

    def _restyle(self) -> None:
        self.setBackground(None)
        item = self.getPlotItem()
        item.layout.setContentsMargins(4, fonts.px(26), fonts.px(self._room), fonts.px(18))
        item.getAxis("left").setWidth(fonts.px(AXIS))
        for name in ("left", "bottom"):
            style_axis(item.getAxis(name))
        self.viewport().update()


def paint_card(painter: QPainter, bounds: QRectF, place: QPointF, text: str) -> None:
    """A line of text in a box beside a place, kept within bounds."""
    now, font = theme.current(), fonts.sans(theme.SIZE_BODY)
    width = round(QFontMetricsF(font).horizontalAdvance(text)) + 20
    x = place.x() + 12 if place.x() + 12 + width < bounds.right() else place.x() - 12 - width
    y = min(max(place.y() - 40, bounds.top() + 4), bounds.bottom() - fonts.px(32))
    card = QRectF(round(max(x, bounds.left() + 4)), round(y), width, fonts.px(28))
    draw_box(painter, card, now.color("raised"), now.color("strong"), radius=4)
    painter.setFont(font)
    painter.setPen(now.color("text"))
    painter.drawText(card, Qt.AlignmentFlag.AlignCenter, text)


def _ends(columns: list[Floats], *, is_log: bool) -> tuple[float, float]:
    numbers = np.concatenate([np.empty(0), *columns])
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return (-3.0, 0.0) if is_log else (0.0, 1.0)
    low, high = float(numbers.min()), float(numbers.max())
    least = 0.3 if is_log else 1e-9 * max(abs(low), abs(high), 1.0)
    return (low, max(high, low + least))


def _log(x: float) -> float:
    return math.log10(x) if x >= LEAST and math.isfinite(x) else math.nan


def _logs(numbers: Floats) -> Floats:
    real = np.isfinite(numbers) & (numbers >= LEAST)
    return np.log10(np.where(real, numbers, 1.0), where=real, out=np.full(len(numbers), np.nan))
