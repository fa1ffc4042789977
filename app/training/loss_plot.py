"""The loss over the steps: training and test, earlier runs, exact values under the cursor."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.training.loss_axes import LossAxis, StepAxis, style_axis
from app.widgets.paint import draw_box
from core.history import Curve, History, Samples, smooth
from core.numbers import format_number

LABELS = 112  # pixels right of the plot, for the names at the curves' ends
PLACES = 320  # of a curve: more could not be told apart
LEAST = 1e-300  # what a logarithmic axis can show
_OVER_LOG, _OVER_LINEAR = 10.0, 2.0  # times its greatest loss that earlier runs may show
_LINE = 0.26  # opacity of the line of each step's loss
_BAND = 0.14  # of the band from the least to the greatest


@dataclass
class RunCurves:
    """A run as the plot needs it: its name, what was measured, and whether it shows."""

    name: str
    history: History = field(default_factory=History)
    samples: Samples = field(default_factory=lambda: Samples("train", "test", "accuracy"))
    first_step: int = 0
    steps_per_epoch: float = 1.0
    is_shown: bool = True
    is_noisy: bool = True  # each step sees other points, so that a running mean says more


class LossPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is not typed
    """Shows one run that goes on, and earlier ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = {"left": LossAxis("left"), "bottom": StepAxis("bottom")}
        super().__init__(parent, axisItems=axes)
        self.setAccessibleName("Loss over the steps")
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setCacheMode(pg.QtWidgets.QGraphicsView.CacheModeFlag.CacheNone)
        self._run = RunCurves("now")
        self._earlier: list[RunCurves] = []
        self._is_log, self._by_epoch, self._smoothing = True, False, 0.0
        self._is_following = True
        self._cursor: float | None = None  # a step, counted from the run's first
        self._ends: list[tuple[str, float, str, bool]] = []
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.layout.setContentsMargins(4, 8, LABELS, 2)
        item.getViewBox().setMouseEnabled(x=True, y=False)
        item.getViewBox().disableAutoRange()
        item.setLogMode(x=False, y=True)
        item.getAxis("left").setWidth(64)
        item.getAxis("left").enableAutoSIPrefix(False)
        self._faint = self._new_curve("train, each step")
        self._test = self._new_curve("test")
        self._train = self._new_curve("train")
        self._others: list[pg.PlotDataItem] = []
        item.getViewBox().sigRangeChangedManually.connect(self._stop_following)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self.refresh()

    # ----- what is shown --------------------------------------------------------------------

    @property
    def run(self) -> RunCurves:
        """The run that goes on."""
        return self._run

    def set_runs(self, run: RunCurves, earlier: list[RunCurves]) -> None:
        """The run that goes on, and those before it, newest first."""
        if run is not self._run:
            self._is_following = True
        self._run, self._earlier = run, earlier
        while len(self._others) < len(earlier):  # curves are dear to make, so they stay
            curve = self._new_curve("")
            curve.setPen(pg.mkPen(run_color(len(self._others) + 1), width=1.5))
            self._others.append(curve)
        for k, curve in enumerate(self._others):
            curve.opts["name"] = earlier[k].name if k < len(earlier) else ""
            curve.setVisible(k < len(earlier))
        self.refresh()

    def set_log(self, is_log: bool) -> None:
        """A logarithmic or a linear loss axis."""
        self._is_log = is_log
        self.getPlotItem().setLogMode(x=False, y=is_log)
        self.refresh()

    def set_by_epoch(self, by_epoch: bool) -> None:
        """Count the horizontal axis in epochs or in steps."""
        self._by_epoch = by_epoch
        self.follow()

    def set_smoothing(self, weight: float) -> None:
        """Draw a running mean over the curve of each step's loss; 0 for none."""
        self._smoothing = weight
        self.refresh()

    def follow(self) -> None:
        """Show the whole run again, and follow it."""
        self._is_following = True
        self.refresh()

    @property
    def is_following(self) -> bool:
        """Whether the axes follow the run; zooming and moving by hand stop that."""
        return self._is_following

    def refresh(self) -> None:
        """Take over what the run has measured."""
        run = self._run
        self._ends = []
        tops: list[np.ndarray] = []
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
        tops += [curve.losses, test]
        most = self._most_of_others(tops)
        self._add_end("now, train", shown, theme.current().runs[0], is_bold=True)
        self._add_end("now, test", test, theme.current().runs[0], is_bold=False)
        for k, (other, item) in enumerate(zip(self._earlier, self._others)):
            item.setVisible(other.is_shown)
            if other.is_shown:
                losses = self._refresh_other(other, item, k)
                tops.append(losses[losses <= most])
        if self._is_following:
            self._fit(tops)
        # What pyqtgraph leaves for the paint itself makes it ask for a second one.
        self.scene().prepareForPaint()
        self.viewport().update()

    def _most_of_others(self, own: list[np.ndarray]) -> float:
        """The greatest loss of earlier runs to make room for.

        One that diverged, to 1e300 perhaps, would leave the present run a level line.
        """
        losses = np.concatenate(own)
        losses = losses[np.isfinite(losses)]
        if not len(losses):
            return math.inf
        return max(float(losses.max()), 0.0) * (_OVER_LOG if self._is_log else _OVER_LINEAR)

    def _refresh_other(self, other: RunCurves, item: pg.PlotDataItem, k: int) -> np.ndarray:
        curve = other.history.curve(*self._range_of(other), PLACES)
        weight = max(self._smoothing, 0.9) if other.is_noisy and len(curve.steps) > 100 else 0.0
        means = _smoothed(curve, weight)
        every = 2 if len(means) > PLACES else 1
        self._set(item, self._xs(other, curve.steps + other.first_step), means, every)
        self._add_end(other.name, means, run_color(k + 1), is_bold=True)
        return means

    def _range_of(self, run: RunCurves) -> tuple[float, float | None]:
        """The steps of a run, from its first, that are in view."""
        if self._is_following:
            return 0.0, None
        low, high = self.getPlotItem().getViewBox().viewRange()[0]
        scale = run.steps_per_epoch if self._by_epoch else 1.0
        return low * scale - run.first_step - 1, high * scale - run.first_step + 1

    def _xs(self, run: RunCurves, steps: np.ndarray) -> np.ndarray:
        return steps / run.steps_per_epoch if self._by_epoch else steps

    def _set(self, item: pg.PlotDataItem, xs: np.ndarray, ys: np.ndarray, every: int = 1) -> None:
        if every > 1:
            kept = np.unique(np.append(np.arange(0, len(xs), every), len(xs) - 1))
            xs, ys = xs[kept], ys[kept]
        # inf and, on a logarithmic axis, what is not positive: a gap, not a warning.
        is_shown = np.isfinite(ys) & ((ys >= LEAST) | (not self._is_log))
        item.setData(xs, np.where(is_shown, ys, np.nan), connect="finite")

    def _set_faint(self, xs: np.ndarray, losses: np.ndarray, *, is_each_step: bool) -> None:
        """Each step's loss: a thin line, or the band of it where a place has many steps.

        A line up and down at each place would stand out more than the curve that it belongs to.
        """
        color = QColor(theme.current().runs[0])
        if is_each_step:
            color.setAlphaF(_LINE)
            self._faint.opts.update(fillLevel=None, fillBrush=None, pen=pg.mkPen(color, width=1))
            self._set(self._faint, xs, losses)
            return
        pairs = losses[: len(losses) // 2 * 2].reshape(-1, 2)
        least, greatest = pairs.min(axis=1), pairs.max(axis=1)
        if self._is_log:
            least = np.where(least >= LEAST, least, greatest)
        kept = np.isfinite(least) & np.isfinite(greatest)
        least, greatest, middles = least[kept], greatest[kept], xs[: 2 * len(pairs) : 2][kept]
        color.setAlphaF(_BAND)
        self._faint.opts.update(fillLevel="enclosed", fillBrush=pg.mkBrush(color), pen=None)
        self._set(self._faint, np.append(middles, middles[::-1]), np.append(greatest, least[::-1]))

    def _fit(self, curves: list[np.ndarray]) -> None:
        runs = [self._run, *(run for run in self._earlier if run.is_shown)]
        ends = [run.first_step + len(run.history) - 1 for run in runs]
        longest = max(self._xs(run, np.array([end]))[0] for run, end in zip(runs, ends))
        numbers = np.concatenate([*curves, np.empty(0)])
        numbers = numbers[np.isfinite(numbers)]
        if self._is_log:
            numbers = np.log10(numbers[numbers >= LEAST])
        low, high = (numbers.min(), numbers.max()) if len(numbers) else (0.0, 1.0)
        if self._is_log:
            low, high = (low, max(high, low + 0.5))
        else:
            low, high = min(low, 0.0), max(high, low + 1e-9)
        pad = 0.04 * (high - low)
        box = self.getPlotItem().getViewBox()
        box.setRange(
            xRange=(0.0, max(longest, 10.0 / (self._run.steps_per_epoch if self._by_epoch else 1))),
            yRange=(low - (pad if self._is_log else 0.0), high + pad), padding=0.0, update=True,
        )  # fmt: skip

    def _stop_following(self) -> None:
        self._is_following = False
        self.refresh()

    def _add_end(self, name: str, losses: np.ndarray, color: str, *, is_bold: bool) -> None:
        if not self._is_following:
            return
        real = losses[np.isfinite(losses) & ((losses >= LEAST) | (not self._is_log))]
        if len(real):
            y = math.log10(real[-1]) if self._is_log else float(real[-1])
            self._ends.append((name, y, color, is_bold))

    # ----- look -----------------------------------------------------------------------------

    def _new_curve(self, name: str) -> pg.PlotDataItem:
        curve = pg.PlotDataItem(name=name, connect="finite", antialias=True)
        self.addItem(curve)
        curve.setLogMode(False, self._is_log)
        return curve

    def _restyle(self) -> None:
        now = theme.current()
        self.setBackground(None)
        item = self.getPlotItem()
        for name in ("left", "bottom"):
            style_axis(item.getAxis(name))
        item.getAxis("left").setLabel(
            "loss", **{"color": now.text2, "font-size": f"{fonts.px(theme.SIZE_CAPTION)}px"}
        )
        newest = QColor(now.runs[0])
        self._faint.opts["antialias"] = self._faint.curve.opts["antialias"] = False
        self._train.setPen(pg.mkPen(newest, width=2))
        self._test.setPen(pg.mkPen(newest, width=1.5, style=Qt.PenStyle.DotLine))
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
        area = box.mapRectToScene(box.boundingRect())
        self._cursor = None
        if area.contains(place) and len(self._run.history):
            x = box.mapSceneToView(place).x()
            step = x * self._run.steps_per_epoch if self._by_epoch else x
            last = len(self._run.history) - 1
            self._cursor = min(max(round(step) - self._run.first_step, 0), last)
        self.viewport().update()

    def reading(self) -> tuple[int, float, float] | None:
        """Step, training loss and test loss under the cursor."""
        if self._cursor is None or not len(self._run.history):
            return None
        step = int(min(self._cursor, len(self._run.history) - 1))
        shown = step + self._run.first_step
        return shown, self._run.history.at(step), self._run.samples.at("test", shown)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Level hairlines; pyqtgraph's own grid takes ten times as long as all the rest."""
        super().drawBackground(painter, rect)
        box = self.getPlotItem().getViewBox()
        area = box.mapRectToScene(box.boundingRect())
        low, high = box.viewRange()[1]
        painter.save()
        painter.resetTransform()
        painter.setPen(QPen(theme.current().color("line"), 1))
        ticks = self.getPlotItem().getAxis("left").tickValues(low, high, area.height())
        for place in ticks[0][1] if ticks else ():
            y = round(box.mapViewToScene(QPointF(0, place)).y()) + 0.5
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.resetTransform()
        box = self.getPlotItem().getViewBox()
        area = box.mapRectToScene(box.boundingRect())
        self._paint_ends(painter, area)
        self._paint_cursor(painter, area)
        painter.setPen(theme.current().color("text2"))
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        unit = "epoch" if self._by_epoch else "step"
        corner = QRectF(area.right() + 36, area.bottom() + 5, 60, 18)
        painter.drawText(corner, Qt.AlignmentFlag.AlignVCenter, unit)
        painter.restore()

    def _paint_ends(self, painter: QPainter, area: QRectF) -> None:
        """The names at the curves' ends, moved apart where they would overlap."""
        box = self.getPlotItem().getViewBox()
        places = [(box.mapViewToScene(QPointF(0, y)).y(), *rest) for _n, y, *rest in self._ends]
        names = [name for name, *_rest in self._ends]
        order = sorted(range(len(places)), key=lambda i: places[i][0])
        below = -math.inf
        tops: dict[int, float] = {}
        for i in order:
            below = max(places[i][0], below + 17)
            tops[i] = below
        overflow = max(below - area.bottom() + 4, 0.0)
        for i in order:
            _y, color, is_bold = places[i]
            painter.setPen(QColor(color))
            weight = fonts.SEMIBOLD if is_bold else fonts.NORMAL
            painter.setFont(fonts.words(theme.SIZE_CAPTION, weight))
            top = max(tops[i] - overflow, area.top())
            label = QRectF(area.right() + 10, top - 9, LABELS - 14, 18)
            name = QFontMetricsF(painter.font()).elidedText(
                names[i], Qt.TextElideMode.ElideRight, label.width()
            )
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_cursor(self, painter: QPainter, area: QRectF) -> None:
        read = self.reading()
        if read is None:
            return
        now = theme.current()
        step, train, test = read
        box = self.getPlotItem().getViewBox()
        x = box.mapViewToScene(QPointF(self._xs(self._run, np.array([step]))[0], 0)).x()
        if not area.left() <= x <= area.right():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.color("text2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(now.color("panel"))
        painter.setPen(QPen(now.color("selection"), 1.5))
        for loss in (train, test):
            if math.isfinite(loss) and (loss >= LEAST or not self._is_log):
                y = math.log10(loss) if self._is_log else loss
                place = QPointF(x, box.mapViewToScene(QPointF(0, y)).y())
                if area.contains(place):
                    painter.drawEllipse(place, 4, 4)
        rows = [("train", format_number(train))]
        if not math.isnan(test):
            rows.append(("test", format_number(test)))
        self._paint_card(painter, area, x, f"step {step:,}", rows)

    @staticmethod
    def _paint_card(
        painter: QPainter, area: QRectF, x: float, title: str, rows: list[tuple[str, str]]
    ) -> None:
        now = theme.current()
        width, height = 168, 30 + 22 * len(rows)
        left = x + 12 if x + 12 + width <= area.right() else x - 12 - width
        card = QRectF(round(left), round(area.top()), width, height)
        draw_box(painter, card, now.color("raised"), now.color("strong"), radius=6)
        line = card.adjusted(12, 4, -12, 0)
        line.setHeight(24)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fonts.sans())
        painter.setPen(now.color("text2"))
        painter.drawText(line, middle, title)
        for name, value in rows:
            line.translate(0, 22)
            painter.setFont(fonts.sans())
            painter.setPen(now.color("text2"))
            painter.drawText(line, middle, name)
            painter.setFont(fonts.sans(theme.SIZE_NODE, fonts.SEMIBOLD))
            painter.setPen(now.color("text"))
            painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, value)


def run_color(k: int) -> str:
    """The colour of the k-th run: 0 is the one that goes on."""
    colors = theme.current().runs
    return colors[0] if k == 0 else colors[1 + (k - 1) % (len(colors) - 1)]


def _smoothed(curve: Curve, weight: float) -> np.ndarray:
    """The running mean of a curve's means.

    Where a place has many steps its mean is quiet already, by the root of their number; the full
    weight would only drag the curve behind the run.
    """
    if weight <= 0.0 or curve.means is curve.losses:
        return smooth(curve.means, weight)
    steps_per_point = max((curve.steps[-1] - curve.steps[0]) / len(curve.steps), 1.0)
    return smooth(curve.means, weight ** math.sqrt(steps_per_point))
