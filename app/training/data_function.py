"""The dialog in which a function of x is typed in, to be learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app import fonts, theme
from app.training.data_dialog import DataDialog
from app.training.output_map import ticks
from app.training.output_points import point_color
from app.widgets.labeled_slider import LabeledSlider
from app.widgets.labels import TextLabel
from app.widgets.number_field import NumberField
from app.widgets.paint import draw_box
from app.widgets.plot_paint import label_beside
from core.hyperparameters import Hyperparameters
from core.numbers import format_number
from core.own_data import LONGEST_TEXT, PROBES, OwnFunction

LEFT, TOP, RIGHT, BOTTOM = 52, 8, 12, 28
_LABEL = 72


class FunctionDialog(DataDialog):
    """A formula, a range of x, and the noise and number of the points that are drawn of it."""

    def __init__(self, setup: Hyperparameters, parent: QWidget) -> None:
        super().__init__("A function of x", "Train on it", parent)
        self.setObjectName("function_dialog")
        own = setup.own if isinstance(setup.own, OwnFunction) else OwnFunction("sin(x) + x / 3")
        is_own = setup.dataset == "own" and setup.own is own
        self.formula = QLineEdit(own.text)
        self.formula.setObjectName("function_text")
        self.formula.setAccessibleName("Function of x")
        self.formula.setMaxLength(LONGEST_TEXT)
        self.formula.setFont(fonts.mono(theme.SIZE_CODE))
        self.formula.setToolTip("As in the expression: sin(x), x**2 - 1, relu(x) + 0.5*abs(x)")
        self.low, self.high = NumberField(own.low), NumberField(own.high)
        for field, name, tip in (
            (self.low, "function_low", "The smallest x"),
            (self.high, "function_high", "The largest x"),
        ):
            field.setObjectName(name)
            field.setToolTip(tip)
            field.setAccessibleName(tip)
            field.setFixedWidth(fonts.px(96))
            field.changing.connect(lambda _x: self._show())
            field.committed.connect(lambda _old, _new: self._show())
        self.noise = LabeledSlider("Noise", 0, 50, suffix=" %", label_width=_LABEL)
        self.noise.setToolTip("How far the points stray from the function")
        self.points = LabeledSlider("Points", 20, 2000, step=20, label_width=_LABEL)
        self.points.setToolTip("How many there are, to train and to test with")
        self.noise.setValue(setup.noise if is_own else 0.0)
        self.points.setValue(setup.points if is_own else 200)
        self._preview = _Preview()
        self._build()
        for slider in (self.noise, self.points):
            slider.valueChanged.connect(lambda _x: self._show())
        self.formula.textChanged.connect(lambda _text: self._show())
        self.resize(fonts.px(640), fonts.px(520))
        self._show()
        self.formula.setFocus()
        self.formula.selectAll()

    def own(self) -> OwnFunction:
        """The function as it is written."""
        return OwnFunction(self.formula.text(), self.low.value(), self.high.value())

    def changes(self) -> dict[str, Any]:
        """What of the set-up is chosen here too."""
        return {"noise": self.noise.value(), "points": round(self.points.value())}

    def _build(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        label = TextLabel("y =", size=theme.SIZE_CODE)
        label.setBuddy(self.formula)
        first.addWidget(label)
        first.addWidget(self.formula, 1)
        second.addWidget(TextLabel("x from", "text2", column=_LABEL))
        second.addWidget(self.low)
        second.addWidget(TextLabel("to", "text2"))
        second.addWidget(self.high)
        second.addStretch(1)
        for row in (first, second):
            row.setSpacing(theme.GAP)
            self.lines.addLayout(row)
        self.lines.addWidget(self.noise)
        self.lines.addWidget(self.points)
        self.lines.addWidget(self._preview, 1)
        self.add_foot()

    def _show(self) -> None:
        own = self.result_or_complaint()
        if isinstance(own, OwnFunction):
            self._preview.show_function(own, round(self.points.value()), self.noise.value())


class _Preview(QWidget):
    """The function as a curve, with the points that would be drawn of it."""

    def __init__(self) -> None:
        super().__init__()
        self._own: OwnFunction | None = None
        self._curve = self._points = np.empty((0, 2))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(240, 160))
        self.setAccessibleName("The function as a curve")
        theme.notifier.changed.connect(self.update)

    def show_function(self, own: OwnFunction, points: int, noise: float) -> None:
        """Another function."""
        xs = np.linspace(own.low, own.high, PROBES)
        data = own.row.make(points, noise)
        self._own = own
        self._curve = np.stack([xs, own.at(xs)], axis=1)
        self._points = np.stack([data.inputs[:, 0], data.targets], axis=1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        left, bottom = fonts.px(LEFT), fonts.px(BOTTOM)
        area = QRectF(self.rect()).adjusted(left, TOP, -RIGHT, -bottom)
        draw_box(painter, area, now.color("field"), now.color("line"))
        if self._own is None:
            return
        self._paint_axes(painter, area)
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(now.color("point_outline"), 1))
        for (x, y), target in zip(self._places(area, self._points), self._points[:, 1].tolist()):
            painter.setBrush(point_color(target))
            painter.drawEllipse(QPointF(x, y), 3, 3)
        painter.setPen(QPen(now.color("text"), 2))
        painter.drawPolyline(QPolygonF([QPointF(*at) for at in self._places(area, self._curve)]))

    def _places(self, area: QRectF, points: np.ndarray) -> list[list[float]]:
        assert self._own is not None
        domain = self._own.row.domain
        share = (points - [domain.left, domain.bottom]) / [
            domain.right - domain.left, domain.top - domain.bottom,
        ]  # fmt: skip
        at = [area.left(), area.bottom()] + share * [area.width(), -area.height()]
        found: list[list[float]] = at.tolist()
        return found

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        assert self._own is not None
        domain, color = self._own.row.domain, theme.current().color("text2")
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(color)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number in ticks(domain.left, domain.right):
            ((x, _y),) = self._places(area, np.array([[number, domain.bottom]]))
            below = QRectF(x - 40, area.bottom() + 4, 80, fonts.px(18))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, format_number(number))
        for number in ticks(domain.bottom, domain.top):
            ((_x, y),) = self._places(area, np.array([[domain.left, number]]))
            box = label_beside(area.left() - 6, y)
            painter.drawText(box, right, format_number(number))
