"""A slider with its name before it and its number behind it: Noise —o—— 10 %."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app import fonts, theme
from app.widgets.labels import TextLabel
from app.widgets.slider import Slider
from core.numbers import format_number


class LabeledSlider(QWidget):
    """A number between `minimum` and `maximum` in steps of `step`.

    Signals: valueChanged(number) at each move; committed(old, new) when a drag ends or a key or a
    click moved it.
    """

    valueChanged = Signal(float)
    committed = Signal(float, float)

    def __init__(
        self,
        label: str,
        minimum: float,
        maximum: float,
        *,
        step: float = 1.0,
        value: float | None = None,
        suffix: str = "",
        label_width: int = 112,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._minimum, self._step, self._suffix = float(minimum), float(step), suffix
        self._label_width = label_width
        self._label, self._number, self.slider = (
            TextLabel(label, "text2"),
            TextLabel(is_number=True),
            Slider(),
        )
        self._label.setBuddy(self.slider)
        self.slider.setRange(0, round((maximum - minimum) / step))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.slider.setAccessibleName(label)
        self.setFocusProxy(self.slider)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._label)
        row.addWidget(self.slider, 1)
        row.addWidget(self._number)
        if value is not None:
            self.setValue(value)
        self._committed = self.value()
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._commit)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self._show_number()

    def value(self) -> float:
        """The number; exact multiples of the step."""
        return round(self._minimum + self.slider.value() * self._step, 12)

    def setValue(self, value: float) -> None:
        """Move to the nearest step."""
        self.slider.setValue(round((float(value) - self._minimum) / self._step))
        self._committed = self.value()
        self._show_number()

    def shown_text(self) -> str:
        """The number as it shows, such as `10 %`."""
        return self._text(self.value())

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(self._label_width + 160), fonts.px(theme.CONTROL_HEIGHT))

    def _moved(self) -> None:
        self._show_number()
        self.valueChanged.emit(self.value())
        if not self.slider.isSliderDown():
            self._commit()

    def _commit(self) -> None:
        old, self._committed = self._committed, self.value()
        if old != self._committed:
            self.committed.emit(old, self._committed)

    def _show_number(self) -> None:
        self._number.setText(self.shown_text())

    def _text(self, number: float) -> str:
        return f"{format_number(number)}{self._suffix}"

    def _restyle(self) -> None:
        self._label.setFixedWidth(fonts.px(self._label_width))
        ends = (self._minimum, self._minimum + self.slider.maximum() * self._step)
        metrics = QFontMetricsF(fonts.sans())
        width = max(metrics.horizontalAdvance(self._text(end)) for end in ends)
        self._number.setMinimumWidth(round(width) + 4)
