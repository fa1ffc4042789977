"""A plot of few curves, on which a number can be dragged along the horizontal axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app import fonts, theme
from app.training.loss_axes import LossAxis, style_axis
from app.widgets.focus_ring import WANTS_RING
from app.widgets.plot_paint import own_menu

_ZOOM = 1.25  # of a notch of the wheel
_LABEL_ROOM = 60  # px for the label of a power of ten under the plot
_LEFT = 74  # px for the vertical axis
_FURTHEST = 1e300  # pyqtgraph itself computes with what it is given


class Plot(QWidget):
    """Curves, points and a marker over numbers that are linear or logarithmic.

    Signals: dragged(x) while the left button is held, released() and cancelled() after it;
    zoomed(factor, x) by the wheel, 1 or less for closer; reset() by a double-click.
    """

    dragged = Signal(float)
    released = Signal()
    cancelled = Signal()
    zoomed = Signal(float, float)
    reset = Signal()

    def __init__(
        self,
        name: str,
        *,
        is_log: bool = False,
        can_drag: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_log = is_log
        self._can_drag = can_drag
        self._is_dragging = False
        self._is_key_held = False
        self._at: float | None = None  # where the number is that can be dragged
        self._series: list[Series] = []
        axes = {"left": LossAxis("left"), "bottom": LossAxis("bottom")}
        axes["bottom"].label_room = _LABEL_ROOM
        self._plot = pg.PlotWidget(axisItems=axes, enableMenu=False)
        self._plot.setFrameShape(QFrame.Shape.NoFrame)
        self._plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.item = self._plot.getPlotItem()
        own_menu(self._plot)
        self.item.hideButtons()
        self.item.setLogMode(x=is_log, y=is_log)
        self.item.layout.setContentsMargins(2, 6, 16, 0)  # half of the last tick's number
        for axis in axes.values():
            axis.enableAutoSIPrefix(False)
        self._box = self.item.getViewBox()
        self._box.setMouseEnabled(x=False, y=False)
        self._box.disableAutoRange()
        self._plot.viewport().setObjectName("plot_canvas")
        self._plot.viewport().installEventFilter(self)
        if can_drag:
            self._plot.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_drag else Qt.FocusPolicy.NoFocus)
        self.setProperty(WANTS_RING, can_drag)
        self.setAccessibleName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)  # for the focus ring
        column.addWidget(self._plot)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(220), fonts.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(140), fonts.px(90))

    # ----- what is shown --------------------------------------------------------------------

    def add_line(self, color: Color, width: float = 2.0, *, is_dashed: bool = False) -> Series:
        """A curve; what is added later lies on top."""
        return self._add(Series(self, color, width, is_dashed=is_dashed))

    def add_points(self, color: Color, size: float = 9.0) -> Series:
        """Points without a line."""
        return self._add(Series(self, color, 0.0, size=size))

    def set_captions(self, bottom: str, left: str) -> None:
        """What the axes show."""
        color = theme.current().text2
        style = {"color": color, "font-size": f"{fonts.px(theme.SIZE_CAPTION)}px"}
        self.item.setLabel("bottom", bottom, **style)
        self.item.setLabel("left", left, **style)

    def set_ranges(self, xs: tuple[float, float], ys: tuple[float, float]) -> None:
        """The part that shows; as powers of ten where the axes are logarithmic."""
        self._box.setRange(xRange=xs, yRange=ys, padding=0.0, update=True)
        # What pyqtgraph leaves for the paint itself makes it ask for a second one.
        self._plot.scene().prepareForPaint()
        self._plot.viewport().update()

    def set_present(self, x: float) -> None:
        """Where the number is that can be dragged, and from where the arrow keys move it."""
        self._at = x

    def position_of(self, x: float, y: float) -> QPointF:
        """Where a point of the curves is, in this widget."""
        if self._is_log:
            x, y = math.log10(x), math.log10(y)
        at = self._plot.mapFromScene(self._box.mapViewToScene(QPointF(x, y)))
        return QPointF(self._plot.viewport().mapTo(self, at))

    # ----- mouse and keys -------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event:
            case QMouseEvent():
                return self._take_mouse(event)
            case QWheelEvent():
                notches = event.angleDelta().y() / 120
                self.zoomed.emit(_ZOOM**-notches, self._x_at(event.position()))
                event.accept()
                return True
        return False

    def _take_mouse(self, event: QMouseEvent) -> bool:
        """Press and move drag; everything is taken, so that the plot itself never pans."""
        kind, is_left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonDblClick and is_left:
            self.reset.emit()
        elif kind == QEvent.Type.MouseButtonPress and is_left and self._can_drag:
            self._is_dragging = True
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.dragged.emit(self._x_at(event.position()))
        elif kind == QEvent.Type.MouseMove and self._is_dragging:
            self.dragged.emit(self._x_at(event.position()))
        elif kind == QEvent.Type.MouseButtonRelease and is_left and self._is_dragging:
            self._is_dragging = False
            self.released.emit()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and (self._is_dragging or self._is_key_held):
            self._is_dragging = self._is_key_held = False
            self.cancelled.emit()
        elif direction is not None and self._at is not None and not self._is_dragging:
            self._is_key_held = True
            self.dragged.emit(self._beside(direction))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._is_key_held and not event.isAutoRepeat():
            self._is_key_held = False
            self.released.emit()
        else:
            super().keyReleaseEvent(event)

    def _beside(self, direction: int) -> float:
        """A hundredth of the range away, or a quarter of a power of ten."""
        assert self._at is not None
        if self._is_log:
            return float(self._at * 10.0 ** (direction / 4))
        low, high = self._box.viewRange()[0]
        return float(self._at + direction * (high - low) / 100)

    def _x_at(self, position: QPointF) -> float:
        scene = self._plot.mapToScene(position.toPoint())
        x = float(self._box.mapSceneToView(scene).x())
        low, high = self._box.viewRange()[0]
        x = min(max(x, low), high)
        number: float = 10.0**x if self._is_log else x
        return number

    # ----- look -----------------------------------------------------------------------------

    def _add(self, series: Series) -> Series:
        self._series.append(series)
        return series

    def _restyle(self) -> None:
        self._plot.setBackground(None)
        for name in ("left", "bottom"):
            style_axis(self.item.getAxis(name))
        self.item.getAxis("left").setWidth(fonts.px(_LEFT))
        self.item.getAxis("bottom").setHeight(fonts.px(40))
        for series in self._series:
            series.restyle()


Color = str | int  # a role of the theme, or the number of a run


class Series:
    """One curve or set of points of a Plot, with a label at its end."""

    def __init__(
        self, plot: Plot, color: Color, width: float, *, size: float = 0.0, is_dashed: bool = False
    ) -> None:
        self._color, self._width, self._size = color, width, size
        self._is_dashed = is_dashed
        self._is_log = plot._is_log
        self._plot = plot
        self._curve: Any = pg.PlotDataItem(connect="finite", antialias=True)
        self._label: Any = pg.TextItem(anchor=(1.0, 1.0))
        plot.item.addItem(self._curve)
        plot.item.addItem(self._label, ignoreBounds=True)
        self._curve.setLogMode(self._is_log, self._is_log)
        self._words = ""
        self.xs = self.ys = np.empty(0)
        self.restyle()

    def show(self, xs: npt.ArrayLike, ys: npt.ArrayLike) -> None:
        """Draw these places; numbers that are not finite leave a gap."""
        self.xs, self.ys = np.array(xs, dtype=np.float64), np.array(ys, dtype=np.float64)
        is_shown = np.isfinite(self.ys) & (np.abs(self.ys) < _FURTHEST)
        if self._is_log:
            is_shown &= self.ys > 0
        self.ys[~is_shown] = np.nan
        if self._size or not is_shown.any():  # pyqtgraph can't do with nothing but nan
            self.xs, self.ys = self.xs[is_shown], self.ys[is_shown]
        self._curve.setData(self.xs, self.ys, connect="finite")

    def hide(self) -> None:
        self.show([], [])
        self.set_label("", 0.0, 0.0)

    def set_label(
        self, words: str, x: float, y: float, anchor: tuple[float, float] = (1.0, 1.0)
    ) -> None:
        """Words beside the curve; anchor (1, 1): the point is their lower right corner."""
        if self._is_log and words:
            x, y = math.log10(x), math.log10(y)
        is_shown = bool(words) and math.isfinite(x) and math.isfinite(y)
        self._label.setVisible(is_shown)
        if is_shown:
            if words != self._words:
                self._words = words
                self._label.setText(words)
            self._label.setAnchor(anchor)
            self._label.setPos(x, y)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        now = theme.current()
        color = (
            QColor(now.runs[self._color])
            if isinstance(self._color, int)
            else now.color(self._color)
        )
        if self._size:
            self._curve.setPen(None)
            self._curve.setSymbol("o")
            self._curve.setSymbolSize(fonts.px(self._size))
            self._curve.setSymbolBrush(color)
            self._curve.setSymbolPen(pg.mkPen(now.color("panel"), width=1.5))
        else:
            style = Qt.PenStyle.DashLine if self._is_dashed else Qt.PenStyle.SolidLine
            # The width of such pens counts the screen's own pixels.
            width = self._width * self._plot.devicePixelRatioF()
            self._curve.setPen(pg.mkPen(color, width=width, style=style))
        self._label.setColor(color)
        self._label.setFont(fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD))


def span_of(numbers: npt.ArrayLike, pad: float = 0.06) -> tuple[float, float]:
    """A range that holds all finite numbers of moderate size, with some room around them."""
    array = np.asarray(numbers, dtype=np.float64)
    array = array[np.isfinite(array) & (np.abs(array) < _FURTHEST)]
    if not len(array):
        return -1.0, 1.0
    low, high = float(array.min()), float(array.max())
    room = pad * (high - low) or max(1e-12, 0.5 * abs(high)) or 1.0
    return low - room, high + room
