"""Under the output while it is drawn on: brushes, eraser, size, Clear and Done."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from app import fonts, theme
from app.training.output_points import point_color
from app.widgets.buttons import Button, IconButton
from app.widgets.labels import TextLabel
from app.widgets.slider import Slider
from core.datasets import REGRESSION
from core.numbers import format_number

_DOT = 7  # pixels: radius of a brush's dot
_MOST_RADIUS = 20  # steps of the brush's size
_STEP = 1 / 120  # of the plane's width, for one of them
_NUMBER = 34


class DrawBar(QWidget):
    """Signals: tool_chosen(target): what the brush draws; nan erases. radius_chosen(share): of the
    plane's width. clear_clicked(), done_clicked(), escaped().
    """

    tool_chosen = Signal(float)
    radius_chosen = Signal(float)
    clear_clicked = Signal()
    done_clicked = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_regression = self._is_of_values = False
        self.tools = [PointButton(1.0), PointButton(-1.0),
                      IconButton("eraser", "Take points away (key E, or the right mouse button)",
                                 checkable=True)]  # fmt: skip
        self._group = QButtonGroup(self)
        for button, name in zip(self.tools, ("blue", "orange", "eraser")):
            button.setObjectName(f"draw_{name}")
            self._group.addButton(button)
            button.clicked.connect(self._tell_tool)
        self.value, self._number = Slider(), TextLabel("", is_number=True)
        self.value.setObjectName("draw_value")
        self.value.setRange(-20, 20)
        self.value.setValue(20)
        self.value.setAccessibleName("Value that the brush draws")
        self.value.setToolTip("The value that the brush draws, from −1 to 1")
        self.value.valueChanged.connect(self._choose_value)
        self.radius = Slider()
        self.radius.setObjectName("draw_size")
        self.radius.setRange(0, _MOST_RADIUS)
        self.radius.setValue(5)
        self.radius.setAccessibleName("Size of the brush")
        self.radius.setToolTip("Size of the brush (keys [ and ])")
        self.radius.valueChanged.connect(lambda steps: self.radius_chosen.emit(steps * _STEP))
        self._add_rest()
        self.tools[0].setChecked(True)
        theme.notifier.changed.connect(self._set_width)
        self._set_width()

    def _add_rest(self) -> None:
        clear = IconButton("trash-can-outline", "Take all points away; Ctrl+Z brings them back")
        clear.setObjectName("draw_clear")
        clear.clicked.connect(self.clear_clicked)
        done = Button("Done")
        done.setObjectName("draw_done")
        done.setToolTip("Draw no more (Escape)")
        done.clicked.connect(self.done_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 12, 4)
        row.setSpacing(theme.GAP // 2)
        for widget in (
            *self.tools[:2],
            self.value,
            self._number,
            self.tools[2],
            self.radius,
            clear,
        ):
            row.addWidget(widget)
        row.addWidget(done)
        for slider in (self.value, self.radius):
            slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.setStretchFactor(slider, 1)

    def show_problem(self, problem: str, *, is_of_values: bool = False) -> None:
        """Brushes for two classes, or one for values; of a curve, it draws them where it is."""
        is_regression, self._is_of_values = problem == REGRESSION, is_of_values
        for widget in (self.value, self._number):
            widget.setVisible(is_regression and not is_of_values)
        self.tools[1].setVisible(not is_regression)
        if is_regression != self._is_regression:
            self._is_regression = is_regression
            self.tools[0].setChecked(True)
        self._choose_value()

    @property
    def target(self) -> float:
        """What the brush draws; nan erases."""
        if self.tools[2].isChecked():
            return float("nan")
        if self._is_regression:
            return self.value.value() / 20
        return 1.0 if self.tools[0].isChecked() else -1.0

    def choose_tool(self, place: int) -> None:
        """A tool by its place; one that does not show is passed over."""
        if not self.tools[place].isHidden():
            self.tools[place].click()

    def make_wider(self, by: float) -> None:
        """A wider or a narrower brush, by a share of the plane's width."""
        self.radius.setValue(self.radius.value() + round(by / _STEP))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def _choose_value(self) -> None:
        number = self.value.value() / 20
        self._number.setText(format_number(number))
        brush = self.tools[0]
        if isinstance(brush, PointButton):
            brush.set_target(number if self._is_regression else 1.0)
            if self._is_of_values:
                brush.set_target(None)
        self._tell_tool()

    def _tell_tool(self) -> None:
        self.tool_chosen.emit(self.target)

    def _set_width(self) -> None:
        self._number.setFixedWidth(fonts.px(_NUMBER))


class PointButton(IconButton):
    """A brush, shown as a point such as it draws."""

    def __init__(self, target: float) -> None:
        super().__init__("circle-small", "", checkable=True)
        self.set_target(target)

    def set_target(self, target: float | None) -> None:
        """Draw points of another value; None for their height's."""
        self._target = target
        if target is None:
            words = "Draw points: their height is their value (key 1)"
        else:
            name = {1.0: "blue, +1 (key 1)", -1.0: "orange, −1 (key 2)"}.get(target)
            words = f"Draw points: {name or format_number(target)}"
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().color("point_outline"), 1.2))
        middle, side = QPointF(self.width() / 2, self.height() / 2), fonts.px(_DOT)
        if self._target is None:
            gradient = QLinearGradient(middle - QPointF(0, side), middle + QPointF(0, side))
            for place in (0.0, 0.5, 1.0):
                gradient.setColorAt(place, point_color(1.0 - 2.0 * place))
            painter.setBrush(gradient)
        else:
            painter.setBrush(point_color(self._target))
        painter.drawEllipse(middle, side, side)
