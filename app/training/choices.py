"""What the set-up offers, and the small widgets that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QStandardItemModel
from PySide6.QtWidgets import QAbstractButton, QComboBox, QSizePolicy, QWidget

from app import fonts, theme
from app.training.output_points import point_color
from app.widgets.labeled_slider import LabeledSlider
from app.widgets.number_field import NumberField
from app.widgets.paint import draw_box
from core.datasets import Dataset

Choices = Iterable[tuple[str, str]]

ACTIVATIONS: Choices = [(name, name) for name in ("tanh", "relu", "sigmoid", "linear")]
OUTPUTS: Choices = [(name, name) for name in ("tanh", "linear", "sigmoid")]
INITS: Choices = [
    ("micrograd", "micrograd"), ("lecture", "the lecture"), ("playground", "Playground"),
    ("xavier", "Xavier"), ("he", "He"), ("zero", "zero"),
]  # fmt: skip
LOSSES: Choices = [
    ("half_squared_error", "half squared"), ("squared_error", "squared"),
    ("hinge", "hinge"), ("logistic", "logistic"),
]  # fmt: skip
REDUCTIONS: Choices = [("mean", "mean of batch"), ("sum", "sum of batch")]
SCHEDULES: Choices = [
    ("constant", "constant"), ("linear", "linear decay"), ("step", "step decay"),
    ("cosine", "cosine"), ("warm_up", "warm-up"), ("drawn", "as drawn"),
]  # fmt: skip
REGULARIZATIONS: Choices = [("loss", "in the loss"), ("playground", "weights only")]
LAST_BATCHES: Choices = [
    ("own", "its own batch"), ("carry", "carried over"), ("drop", "left out"),
]  # fmt: skip

TILE_HEIGHT = 52
TILE_POINTS = 70
TILE_MOST = 300


class Choice(QComboBox):
    """A combo box of (key, words). Signals: chosen(key), also when set by a program."""

    chosen = Signal(str)

    def __init__(self, choices: Choices, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        for key, words in choices:
            self.addItem(words, key)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(6)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.setSizeAdjustPolicy(policy)
        self.currentIndexChanged.connect(self._tell)

    def show_key(self, key: str) -> None:
        """Show a choice."""
        self.setCurrentIndex(self.findData(key))

    def offer(self, keys: Iterable[str]) -> None:
        """Leave only these to be chosen; the others stay in the list, greyed."""
        offered = set(keys)
        for i in range(self.count()):
            item = self._model.item(i)
            item.setEnabled(self.itemData(i) in offered)

    def show_whole(self) -> None:
        """Be wide enough for every choice, where there is room."""
        longest = max((len(self.itemText(i)) for i in range(self.count())), default=6)
        self.setMinimumContentsLength(longest)

    def _tell(self, index: int) -> None:
        if index >= 0:
            self.chosen.emit(str(self.itemData(index)))


class Number(NumberField):
    """A number field that also tells when a program sets it. Signals: valueChanged(number)."""

    valueChanged = Signal(float)

    def __init__(
        self, name: str, minimum: float, maximum: float, *, is_integer: bool = False
    ) -> None:
        super().__init__(minimum, minimum=minimum, maximum=maximum, is_integer=is_integer)
        self.setObjectName(name)
        self._least, self._most, self._is_whole = minimum, maximum, is_integer
        self.changing.connect(self.valueChanged)
        self.committed.connect(lambda _old, new: self.valueChanged.emit(new))

    def setValue(self, value: float) -> None:
        """Another number, brought within the field's range; nan is passed over."""
        value = min(max(float(value), self._least), self._most)
        if value != value:
            return
        value = float(round(value)) if self._is_whole else value
        is_new = value != self.value()
        super().setValue(value)
        if is_new:
            self.valueChanged.emit(value)


class Percent(LabeledSlider):
    """A slider of percent; a share such as 0.5 is taken for 50 %."""

    def __init__(self, label: str, name: str, least: float, most: float, width: int) -> None:
        super().__init__(label, least, most, suffix=" %", label_width=width)
        self.setObjectName(name)
        self._least, self._most = least, most

    def setValue(self, value: float) -> None:
        """Percent, or a share between 0 and 1."""
        value = float(value)
        if value != value:
            return
        value = 100.0 * value if 0.0 < value < 1.0 else value
        super().setValue(min(max(value, self._least), self._most))


class DatasetTile(QAbstractButton):
    """A small picture of a data set, to choose it by."""

    def __init__(self, row: Dataset, choose: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName(f"dataset_{row.name}")
        self.setCheckable(True)
        self.show_row(row)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(lambda: choose(row.name))
        theme.notifier.changed.connect(self.updateGeometry)

    def show_row(self, row: Dataset) -> None:
        """Another data set."""
        self._row = row
        self._points: list[tuple[float, float, float]] | None = None
        self.setText(row.title)
        self.setToolTip(f"{row.title}: {row.explanation}")
        self.setAccessibleName(row.title)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64, TILE_HEIGHT + fonts.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        area = QRectF(1, 1, self.width() - 2, TILE_HEIGHT - 2)
        is_on = self.isChecked()
        edge = now.color("accent" if is_on else "strong" if self.underMouse() else "line")
        draw_box(painter, area, now.color("field"), edge, width=2 if is_on else 1)
        painter.setPen(Qt.PenStyle.NoPen)
        side = area.height() - 10
        left, top = area.center().x() - side / 2, area.top() + 5
        for x, y, target in self._drawn_points():
            painter.setBrush(point_color(target))
            painter.drawEllipse(QPointF(left + x * side, top + y * side), 1.5, 1.5)
        painter.setPen(now.color("text" if is_on else "text2"))
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        words = QRectF(-8, TILE_HEIGHT, self.width() + 16, fonts.px(18))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, _SHORT.get(self.text(), self.text()))

    def _drawn_points(self) -> list[tuple[float, float, float]]:
        """Points, 0 to 1 from the top left, and their targets; made when first drawn."""
        if self._points is None:
            row = self._row
            n = TILE_MOST if row.problem == "regression" else TILE_POINTS
            data = row.make(n, row.noise if row.name == "moons" else 0.0)
            targets, shown = data.targets[:TILE_MOST], data.inputs[:TILE_MOST, :2]
            if not len(shown):
                return []
            if row.features == 1:
                shown = np.column_stack([shown, targets])
            low, high = shown.min(axis=0), shown.max(axis=0)
            places = (shown - low) / np.maximum(high - low, 1e-9)
            self._points = [(x, 1.0 - y, t) for (x, y), t in zip(places.tolist(), targets.tolist())]
        return self._points


_SHORT = {
    "Exclusive or": "Xor",
    "Gaussian": "Gauss",
    "Two moons": "Moons",
    "micrograd's demo": "micrograd",
    "Lecture's four examples": "Lecture",
    "Multi-gaussian": "Hills",
}
