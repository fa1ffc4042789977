"""The curves of a run and of earlier ones: loss, accuracy, sizes of gradient and update, rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.training.loss_axes import LossAxis, StepAxis, style_axis
from app.training.plot_marks import (
    LABELS,
    End,
    Reading,
    paint_ends,
    paint_reading,
    paint_start,
    paint_step,
)
from app.training.run_curves import EPOCH, LOSS, METRICS, STEP, UNITS, Metric, RunCurves
from app.widgets import texts
from app.widgets.plot_axis import FACE
from app.widgets.plot_curve import PlotCurve
from app.widgets.plot_paint import own_menu, paint_level_lines
from core.history import Curve, smooth

PLACES = 320  # of a curve: more could not be told apart
SMOOTHED_POINTS = 400  # of a curve, from which on smoothing has its full weight
LEAST = 1e-300  # what a logarithmic axis can show
_OVER_LOG, _OVER_LINEAR = 10.0, 2.0  # times its greatest loss that earlier runs may show
_STRIP = 4.0  # pixels, of the marks of steps beyond the largest stable rate
_LINE = 0.26  # opacity of the line of each step's loss
_BAND = 0.14  # of the band from the least to the greatest
Floats = np.ndarray
Look = tuple[object, ...]


class LossPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is not typed
    """Shows one run that goes on, and earlier ones.

    Signals: scale_changed(is_log): by another metric, each of which remembers its scale.
    """

    scale_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = {"left": LossAxis("left"), "bottom": StepAxis("bottom")}
        super().__init__(parent, axisItems=axes)
        self.setAccessibleName("Curves over the steps")
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        # Of the panel's own colour, so that nothing beneath is painted as well.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCacheMode(pg.QtWidgets.QGraphicsView.CacheModeFlag.CacheNone)
        self._run = RunCurves("now")
        self._earlier: list[RunCurves] = []
        self._metric: Metric = METRICS[LOSS]
        self._is_log = {name: metric.is_log for name, metric in METRICS.items()}
        self._by, self._smoothing = STEP, 0.0
        self._is_following = True
        self._cursor: float | None = None  # place on the horizontal axis
        self._shown_step: int | None = None  # a past step
        self._unstable: tuple[tuple[int, int], ...] = ()
        self._ends: list[End] = []
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        own_menu(self)
        item.hideButtons()
        item.getViewBox().setMouseEnabled(x=True, y=False)
        item.getViewBox().disableAutoRange()
        item.setLogMode(x=False, y=True)
        for name in axes:
            item.getAxis(name).enableAutoSIPrefix(False)
        for name in ("top", "right"):  # hidden, they would follow every change of the range
            item.getAxis(name).unlinkFromView()
        self._faint = self._new_curve("train, each step")
        self._test = self._new_curve("test")
        self._train = self._new_curve("train")
        self._others: list[PlotCurve] = []
        self._looks: list[tuple[Look, Floats]] = []  # what the others show, and how
        item.getViewBox().sigRangeChangedManually.connect(self._stop_following)
        theme.notifier.changed.connect(self._recolour)
        self._recolour()

    # ----- what is shown --------------------------------------------------------------------

    @property
    def run(self) -> RunCurves:
        """The run that goes on."""
        return self._run

    @property
    def is_log(self) -> bool:
        """Whether the vertical axis is logarithmic."""
        return self._is_log[self._metric.name]

    def set_runs(self, run: RunCurves, earlier: list[RunCurves]) -> None:
        """The run that goes on, and those before it, newest first."""
        if run is not self._run:
            self._is_following = True
        self._run, self._earlier = run, earlier
        while len(self._others) < len(earlier):  # curves are dear to make, so they stay
            curve = self._new_curve("")
            curve.setPen(pg.mkPen(run_color(len(self._others) + 1), width=1.5))
            self._others.append(curve)
            self._looks.append(((), np.empty(0)))
        for k, curve in enumerate(self._others):
            curve.opts["name"] = earlier[k].name if k < len(earlier) else ""
            curve.setVisible(k < len(earlier))
        self.refresh()

    def set_metric(self, name: str) -> None:
        """What is drawn: a name of `METRICS`."""
        self._metric = METRICS[name]
        self.getPlotItem().setLogMode(x=False, y=self.is_log)
        self.scale_changed.emit(self.is_log)
        self._restyle()
        self.follow()

    def set_log(self, is_log: bool) -> None:
        """A logarithmic or a linear vertical axis."""
        if is_log != self.is_log:
            self._is_log[self._metric.name] = is_log
            self.getPlotItem().setLogMode(x=False, y=is_log)
            self.refresh()

    def set_by(self, unit: str) -> None:
        """Count the horizontal axis in "step", "epoch" or "time"."""
        self._by = unit
        self.follow()

    def set_smoothing(self, weight: float) -> None:
        """Draw a running mean over the curve of each step's loss; 0 for none."""
        self._smoothing = weight
        self.refresh()

    def show_step(self, step: int | None) -> None:
        """Mark a past step; None for the newest."""
        if step != self._shown_step:
            self._shown_step = step
            self.viewport().update()

    def set_unstable(self, stretches: Sequence[tuple[int, int]]) -> None:
        """Mark along the axis the steps at which the rate was beyond the largest stable one."""
        if tuple(stretches) != self._unstable:
            self._unstable = tuple(stretches)
            self.viewport().update()

    def follow(self) -> None:
        """Show the whole run again, and follow it."""
        self._is_following = True
        self.refresh()

    @property
    def is_following(self) -> bool:
        """Whether the axes follow the run; zooming and moving by hand stop that."""
        return self._is_following

    def refresh(self) -> None:
        """Show what the run has measured."""
        self._take_over()
        self.viewport().update()

    def _take_over(self) -> None:
        self._ends = []
        own = self._refresh_loss() if self._metric.name == LOSS else self._refresh_samples()
        tops, most = list(own), self._most_of_others(own)
        for k, (other, item) in enumerate(zip(self._earlier, self._others)):
            item.setVisible(other.is_shown)
            if other.is_shown:
                numbers = self._refresh_other(other, item, k)
                tops.append(numbers[numbers <= most])
        if self._is_following:
            self._fit(tops)
        # What pyqtgraph leaves for the paint itself makes it ask for a second one.
        self.scene().prepareForPaint()

    def prepare(self) -> None:
        """Refresh, but leave the painting to `show_prepared`: each takes a good part of a frame."""
        self.setViewportUpdateMode(self.ViewportUpdateMode.NoViewportUpdate)
        self._take_over()

    def show_prepared(self) -> None:
        """Paint what `prepare` took over."""
        self.setViewportUpdateMode(self.ViewportUpdateMode.MinimalViewportUpdate)
        self.viewport().update()

    def _refresh_loss(self) -> list[Floats]:
        """The training loss of each step, smoothed, and the test loss."""
        run = self._run
        start, stop = self._range_of(run)
        curve = run.history.curve(start, stop, PLACES)
        xs = self._xs(run, curve.steps + run.first_step)
        is_smooth = run.is_noisy and self._smoothing > 0.0 and len(curve.steps) > 2
        shown = _smoothed(curve, self._smoothing) if is_smooth else curve.losses
        self._set(self._train, xs, shown, every=2 if is_smooth and len(xs) > PLACES else 1)
        if is_smooth:
            self._set_faint(xs, curve.losses, is_each_step=curve.means is curve.losses)
        self._faint.setVisible(is_smooth)
        test = run.samples["test"]
        self._set(self._test, self._xs(run, run.samples.steps), test)
        self._test.setVisible(True)
        self._add_end("now, train", shown, theme.current().runs[0], is_bold=True)
        self._add_end("now, test", test, theme.current().runs[0], is_bold=False)
        return [curve.losses, test]

    def _refresh_samples(self) -> list[Floats]:
        """A metric that is measured now and then."""
        samples, metric, color = self._run.samples, self._metric, theme.current().runs[0]
        xs = self._xs(self._run, samples.steps)
        numbers = self._smoothed_samples(samples[metric.column])
        self._set(self._train, xs, numbers)
        self._faint.setVisible(False)
        self._test.setVisible(metric.test_column is not None)
        if metric.test_column is None:
            self._add_end("now", numbers, color, is_bold=True)
            return [numbers]
        test = samples[metric.test_column]
        self._set(self._test, xs, test)
        self._add_end("now, train", numbers, color, is_bold=True)
        self._add_end("now, test", test, color, is_bold=False)
        return [numbers, test]

    def _smoothed_samples(self, numbers: Floats) -> Floats:
        """A running mean over a small share of the curve, however few points it has."""
        if not self._metric.is_noisy or not self._smoothing:
            return numbers
        share = (1.0 - self._smoothing) * max(SMOOTHED_POINTS / max(len(numbers), 1), 1.0)
        return smooth(numbers, max(1.0 - share, 0.0))

    def _most_of_others(self, own: list[Floats]) -> float:
        """The greatest number of earlier runs to make room for.

        One that diverged, to 1e300 perhaps, would leave the present run a level line.
        """
        numbers = np.concatenate(own)
        numbers = numbers[np.isfinite(numbers)]
        if not len(numbers):
            return math.inf
        return max(float(numbers.max()), 0.0) * (_OVER_LOG if self.is_log else _OVER_LINEAR)

    def _refresh_other(self, other: RunCurves, item: PlotCurve, k: int) -> Floats:
        """The numbers of an earlier run; they stay as they are while nothing else is wanted."""
        look = (
            other.history, len(other.history), other.samples, len(other.samples), self._metric,
            self.is_log, self._by, self._smoothing, self._range_of(other),
        )  # fmt: skip
        if look != self._looks[k][0]:
            self._looks[k] = look, self._take_other(other, item)
        numbers = self._looks[k][1]
        self._add_end(other.name, numbers, run_color(k + 1), is_bold=True)
        return numbers

    def _take_other(self, other: RunCurves, item: PlotCurve) -> Floats:
        metric, every = self._metric, 1
        if metric.name == LOSS:
            curve = other.history.curve(*self._range_of(other), PLACES)
            weight = max(self._smoothing, 0.9) if other.is_noisy and len(curve.steps) > 100 else 0.0
            numbers, xs = _smoothed(curve, weight), curve.steps + other.first_step
            every = 2 if len(numbers) > PLACES else 1
        else:
            xs = other.samples.steps
            numbers = self._smoothed_samples(other.samples[metric.main_column])
        self._set(item, self._xs(other, xs), numbers, every)
        return numbers

    def _range_of(self, run: RunCurves) -> tuple[float, float | None]:
        """The steps of a run, from its first, that are in view."""
        if self._is_following:
            return 0.0, None
        low, high = (
            run.step_at(x, self._by) for x in self.getPlotItem().getViewBox().viewRange()[0]
        )
        return low - run.first_step - 1, high - run.first_step + 1

    def _xs(self, run: RunCurves, steps: Floats) -> Floats:
        return run.places(steps, self._by)

    def _set(self, item: PlotCurve, xs: Floats, ys: Floats, every: int = 1) -> None:
        if every > 1:
            kept = np.unique(np.append(np.arange(0, len(xs), every), len(xs) - 1))
            xs, ys = xs[kept], ys[kept]
        # inf and, on a logarithmic axis, what is not positive: a gap, not a warning.
        is_shown = np.isfinite(ys) & ((ys >= LEAST) | (not self.is_log))
        some = slice(None) if is_shown.any() else slice(0)  # of nothing but gaps it would warn
        item.set_points(xs[some], np.where(is_shown, ys, np.nan)[some])

    def _set_faint(self, xs: Floats, losses: Floats, *, is_each_step: bool) -> None:
        """Each step's loss: a thin line, or the band of it where a place has many steps.

        A line up and down at each place would stand out more than the curve that it belongs to.
        """
        color = QColor(theme.current().runs[0])
        if is_each_step:
            color.setAlphaF(_LINE)
            self._faint.opts.update(fillLevel=None, brush=None, pen=pg.mkPen(color, width=1))
            self._set(self._faint, xs, losses)
            return
        pairs = losses[: len(losses) // 2 * 2].reshape(-1, 2)
        least, greatest = pairs.min(axis=1), pairs.max(axis=1)
        if self.is_log:
            least = np.where(least >= LEAST, least, greatest)
        kept = np.isfinite(least) & np.isfinite(greatest)
        least, greatest, middles = least[kept], greatest[kept], xs[: 2 * len(pairs) : 2][kept]
        color.setAlphaF(_BAND)
        self._faint.opts.update(fillLevel="enclosed", brush=pg.mkBrush(color), pen=None)
        self._set(self._faint, np.append(middles, middles[::-1]), np.append(greatest, least[::-1]))

    def _fit(self, curves: list[Floats]) -> None:
        runs = [self._run, *(run for run in self._earlier if run.is_shown)]
        ends = [run.first_step + len(run.history) - 1 for run in runs]
        longest = max(self._xs(run, np.array([float(end)]))[0] for run, end in zip(runs, ends))
        numbers = np.concatenate([*curves, np.empty(0)])
        numbers = numbers[np.isfinite(numbers)]
        if self.is_log:
            numbers = np.log10(numbers[numbers >= LEAST])
        low, high = (numbers.min(), numbers.max()) if len(numbers) else (0.0, 1.0)
        if self.is_log:
            lack = max(0.5 - (high - low), 0.0) / 2  # less would make a slope of noise
            low, high = low - lack, high + lack
        else:
            low, high = min(low, 0.0), max(high, low + 1e-9)
        pad = 0.04 * (high - low)
        least = 10.0 / self._run.steps_per_epoch if self._by == EPOCH else 10.0
        box = self.getPlotItem().getViewBox()
        box.setRange(
            xRange=(0.0, max(longest, least if self._by in (STEP, EPOCH) else 1e-3)),
            yRange=(low - (pad if self.is_log else 0.0), high + pad), padding=0.0, update=True,
        )  # fmt: skip

    def _stop_following(self) -> None:
        self._is_following = False
        self.refresh()

    def _add_end(self, name: str, losses: Floats, color: str, *, is_bold: bool) -> None:
        if not self._is_following:
            return
        real = losses[np.isfinite(losses) & ((losses >= LEAST) | (not self.is_log))]
        if len(real):
            y = math.log10(real[-1]) if self.is_log else float(real[-1])
            self._ends.append(End(name, y, color, is_bold))

    # ----- look -----------------------------------------------------------------------------

    def _new_curve(self, name: str) -> PlotCurve:
        curve = PlotCurve(name)
        self.addItem(curve)
        curve.setLogMode(False, self.is_log)
        return curve

    def _recolour(self) -> None:
        self._restyle()
        self.refresh()  # bands and the names at the ends have colours of their own

    def _restyle(self) -> None:
        now = theme.current()
        self.setBackground(now.color("panel"))
        item = self.getPlotItem()
        for name in ("left", "bottom"):
            style_axis(item.getAxis(name))
        item.layout.setContentsMargins(4, fonts.px(8), fonts.px(LABELS), 2)
        item.getAxis("left").setWidth(fonts.px(64))
        item.getAxis("left").setLabel(
            self._metric.axis,
            **{"color": now.text2, "font-size": f"{fonts.px(theme.SIZE_CAPTION)}px"},
        )
        newest = QColor(now.runs[0])
        self._faint.opts["antialias"] = False
        self._train.setPen(pg.mkPen(newest, width=2))
        self._test.setPen(_dotted(newest))
        for k, curve in enumerate(self._others):
            curve.setPen(pg.mkPen(run_color(k + 1), width=1.5))
        self.viewport().update()

    # ----- cursor ---------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._point_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.follow()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._cursor = None
        self.viewport().update()

    def _point_at(self, place: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        is_inside = self._area().contains(place) and len(self._run.history)
        self._cursor = box.mapSceneToView(place).x() if is_inside else None
        self.viewport().update()

    def reading(self) -> Reading | None:
        """The exact numbers under the cursor, of all runs that show."""
        if self._cursor is None or not len(self._run.history):
            return None
        step = self._run.step_near(self._cursor, self._by)
        rows = list(self._run.read(self._metric, step))
        for k, other in enumerate(self._earlier):
            if other.is_shown and len(other.history):
                there = other.step_near(self._cursor, self._by)
                value = other.read(self._metric, there)[0][1]
                rows.append((other.name, value, run_color(k + 1)))
        place = float(self._xs(self._run, np.array([float(step)]))[0])
        return Reading(step, place, tuple(rows))

    # ----- painting over and under ------------------------------------------------------------

    def _area(self) -> QRectF:
        box = self.getPlotItem().getViewBox()
        area: QRectF = box.mapRectToScene(box.boundingRect())
        return area

    def _height_of(self, number: float) -> float:
        """Where a number is on the vertical axis, in pixels from the top; nan off the axis."""
        if not math.isfinite(number) or (self.is_log and number < LEAST):
            return math.nan
        y = math.log10(number) if self.is_log else number
        place: QPointF = self.getPlotItem().getViewBox().mapViewToScene(QPointF(0, y))
        return place.y()

    def _x_of(self, place: float) -> float:
        scene: QPointF = self.getPlotItem().getViewBox().mapViewToScene(QPointF(place, 0))
        return scene.x()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Level hairlines, and where the run is beyond the stable rates."""
        super().drawBackground(painter, rect)
        area = self._area()
        painter.save()
        painter.resetTransform()
        self._paint_unstable(painter, area)
        paint_level_lines(painter, self, area)
        painter.restore()

    def _paint_unstable(self, painter: QPainter, area: QRectF) -> None:
        """A strip along the bottom: there the steps cross the valley, at the edge of stability."""
        box, color = self.getPlotItem().getViewBox(), theme.current().color("error")
        for ends in self._unstable:
            xs = self._xs(self._run, np.asarray(ends, dtype=np.float64))
            left, right = (box.mapViewToScene(QPointF(float(x), 0)).x() for x in xs)
            strip = QRectF(left, area.bottom() - _STRIP, max(right - left, 2.0), _STRIP)
            painter.fillRect(strip.intersected(area), color)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.resetTransform()
        area = self._area()
        box = self.getPlotItem().getViewBox()
        paint_ends(painter, area, self._ends, lambda y: box.mapViewToScene(QPointF(0, y)).y())
        if not len(self._run.history):
            paint_start(
                painter, area, [box.mapViewToScene(QPointF(0, end.y)) for end in self._ends]
            )
        if self._shown_step is not None:
            place = self._xs(self._run, np.array([float(self._shown_step)]))[0]
            paint_step(painter, area, self._x_of(place), self._shown_step)
        read = self.reading()
        if read is not None:
            paint_reading(painter, area, read, self._x_of(read.place), self._height_of)
        painter.setPen(theme.current().color("text2"))
        texts.draw_left(
            painter, area.right() + fonts.px(36), area.bottom() + fonts.px(9), UNITS[self._by], FACE
        )
        painter.restore()


def _dotted(color: QColor) -> QPen:
    """Dots two pixels wide and three apart."""
    pen: QPen = pg.mkPen(color, width=2)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([1.0, 1.5])
    return pen


def run_color(k: int) -> str:
    """The colour of the k-th run: 0 is the one that goes on."""
    colors = theme.current().runs
    return colors[0] if k == 0 else colors[1 + (k - 1) % (len(colors) - 1)]


def _smoothed(curve: Curve, weight: float) -> Floats:
    """The running mean of a curve's means.

    Where a place has many steps its mean is quiet already, by the root of their number; the full
    weight would only drag the curve behind the run.
    """
    if weight <= 0.0 or curve.means is curve.losses:
        return smooth(curve.means, weight)
    steps_per_point = max((curve.steps[-1] - curve.steps[0]) / len(curve.steps), 1.0)
    return smooth(curve.means, weight ** math.sqrt(steps_per_point))
