"""A small card on the network picture in which one weight or bias is changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import fonts, theme
from app.training.choices import Number
from app.widgets.buttons import IconButton
from app.widgets.labels import TextLabel
from app.widgets.paint import draw_box
from core.numbers import format_number

WIDTH = 220


@dataclass(frozen=True)
class Parameter:
    """A weight or bias: its place in `MLP.parameters()`, and what it is called."""

    index: int
    title: str
    kind: str  # "weight" or "bias"


class ParameterEditor(QWidget):
    """Signals: edited(index, value), while the number moves and when it is typed."""

    edited = Signal(int, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("parameter_editor")
        self._area = parent
        self._parameter: Parameter | None = None
        self._title = TextLabel("", weight=fonts.SEMIBOLD)
        self._kind = TextLabel("weight", "text2")
        self._gradient = TextLabel("", "text2", theme.SIZE_CAPTION, is_number=True)
        self.field = Number("parameter_value", -math.inf, math.inf)
        self.field.set_check(lambda x: None if math.isfinite(x) else "a weight is a finite number")
        self.field.setToolTip("Drag, or type: the network answers at once, the run goes on")
        self.field.valueChanged.connect(self._tell)
        close = IconButton("close", "Close (Escape)", side=22)
        close.clicked.connect(self._close)
        head, row = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(close)
        row.addWidget(self._kind)
        row.addWidget(self.field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self._gradient)
        self.hide()

    @property
    def parameter(self) -> Parameter | None:
        """What is being edited, while the card shows."""
        return self._parameter if self.isVisible() else None

    def open_at(self, place: QPoint, parameter: Parameter, value: float, gradient: float) -> None:
        """Show the card beside a place of the picture."""
        self._parameter = parameter
        self._title.setText(parameter.title)
        self._kind.setText(parameter.kind)
        self.field.setAccessibleName(f"{parameter.kind} of {parameter.title}")
        self.show_numbers(value, gradient)
        self.setFixedWidth(fonts.px(WIDTH))
        self.adjustSize()
        x = min(max(place.x() + 14, 4), self._area.width() - self.width() - 4)
        y = min(max(place.y() - self.height() // 2, 4), self._area.height() - self.height() - 4)
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)  # to be typed at once, or dragged

    def show_numbers(self, value: float, gradient: float) -> None:
        """What the run has made of them; a number that is being changed stays."""
        if not (self.field.is_editing or self.field.is_dragging):
            was_blocked = self.field.blockSignals(True)
            self.field.setValue(value)
            self.field.blockSignals(was_blocked)
        self._gradient.setText(f"its gradient: {format_number(gradient)}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        draw_box(QPainter(self), QRectF(self.rect()), now.color("raised"), now.color("strong"),
                 radius=6)  # fmt: skip

    def _close(self) -> None:
        self._area.setFocus()  # else it would go on to whatever comes next in the window
        self.hide()

    def _tell(self, value: float) -> None:
        if self._parameter is not None and math.isfinite(value):
            self.edited.emit(self._parameter.index, value)
