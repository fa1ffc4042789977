"""The bar above the training tab: Train, Step, Reset, counters, the learning rate."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import fonts, theme
from app.training.choices import Number
from app.widgets.buttons import Button, PrimaryButton
from app.widgets.labels import TextLabel
from app.widgets.log_slider import LogSlider
from app.widgets.paint import draw_box

HEIGHT, HEIGHT_STACKED = 88, 140
BUTTON_HEIGHT = 48
SLOWEST, FASTEST = 1e-5, 10.0  # of the slider; the field takes any rate


class RunBar(QWidget):
    """Signals: train_clicked(), step_clicked(), reset_clicked(), rate_changed(rate).
    rate_settled(): a drag of the rate is over.
    """

    train_clicked = Signal()
    step_clicked = Signal()
    reset_clicked = Signal()
    rate_changed = Signal(float)
    rate_settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.train = PrimaryButton("Train", "play")
        self.step = Button("Step", "step-forward")
        self.reset = Button("Reset", "undo-variant")
        self.steps, self.epochs, self.speed = (
            Counter(words, widest)
            for words, widest in (
                ("steps", "88,888,888"), ("epochs", "888,888"), ("epochs a second", "88,888"),
            )
        )  # fmt: skip
        self._is_stacked = False
        self.rate = LogSlider(SLOWEST, FASTEST, 0.03)
        self.rate_field = Number("learning_rate_field", 0.0, math.inf)
        self._rate_label = TextLabel("Learning rate", weight=fonts.SEMIBOLD)
        self._name_them()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 24, 0)
        column.setSpacing(0)
        row, below = self._first_line, self._second_line = QHBoxLayout(), QHBoxLayout()
        for line in (row, below):
            line.setSpacing(8)
            column.addLayout(line)
        for button in (self.train, self.step, self.reset):
            row.addWidget(button)
        row.addWidget(Separator())
        for counter in (self.steps, self.epochs, self.speed):
            row.addWidget(counter)
        self._before_rate = Separator()
        row.addWidget(self._before_rate)
        self._spare = QWidget()  # right of the counters, where they have a line of their own
        self._spare.hide()
        row.addWidget(self._spare, 1)
        self._rates = QWidget()
        row.addWidget(self._rates, 1)
        row = QHBoxLayout(self._rates)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._rate_label)
        row.addSpacing(8)
        row.addWidget(self.rate, 1)
        row.addSpacing(16)
        row.addWidget(self.rate_field)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self.rate.valueChanged.connect(self.rate_changed)
        self.rate_field.valueChanged.connect(self.rate.setValue)
        for widget in (self.rate, self.rate_field):
            widget.committed.connect(self.rate_settled)

    def _name_them(self) -> None:
        for button, name, clicked in (
            (self.train, "train_button", self.train_clicked),
            (self.step, "step_button", self.step_clicked),
            (self.reset, "reset_button", self.reset_clicked),
        ):
            button.setObjectName(name)
            button.clicked.connect(lambda _checked=False, clicked=clicked: clicked.emit())
        self.train.setToolTip("Train until it is paused")
        self.step.setToolTip("Make one update of the weights")
        self.reset.setToolTip("Back to step 0 and to the same initial weights")
        self.rate.setObjectName("learning_rate")
        self.rate.setAccessibleName("Learning rate")
        self.rate_field.setAccessibleName("Learning rate, exactly")
        self.rate_field.set_check(
            lambda rate: None if 0 <= rate < math.inf else "a rate is a number from 0 on"
        )

    def show_rate(self, rate: float) -> None:
        """Show the learning rate of the set-up, without telling of it."""
        for widget in (self.rate, self.rate_field):
            was_blocked = widget.blockSignals(True)
            widget.setValue(rate)
            widget.blockSignals(was_blocked)
        self.rate.update()

    def show_running(self, is_running: bool) -> None:
        """Train or Pause."""
        words = "Pause" if is_running else "Train"
        if words != self.train.text():
            self.train.setText(words)
            self.train.set_icon_name("pause" if is_running else "play")

    def show_counts(self, step: int, epoch: float, epochs_a_second: float) -> None:
        """The counters; no speed while nothing runs."""
        self.steps.show_text(f"{step:,}")
        whole = epoch == int(epoch) or epoch >= 100
        epochs = f"{epoch:,.0f}" if whole else f"{epoch:,.1f}"
        self.epochs.show_text(epochs)
        self.steps.show_words(f"steps, {epochs} epochs" if self.epochs.isHidden() else "steps")
        is_fast = epochs_a_second >= 100
        self.speed.show_text(
            "–" if not epochs_a_second
            else f"{float(f'{epochs_a_second:.3g}'):,.0f}" if is_fast
            else f"{epochs_a_second:.1f}"
        )  # fmt: skip

    def set_narrow(self, is_narrow: bool, is_tight: bool = False) -> None:
        """In a narrow window two counters are enough, with large type in it one.

        The epochs stand under the steps then.
        """
        self.epochs.setVisible(not is_narrow)
        self.speed.setVisible(not is_tight)
        self._rate_label.setText("Rate" if is_narrow else "Learning rate")

    def set_stacked(self, is_stacked: bool) -> None:
        """The rate beneath the buttons and counters, or beside them."""
        if is_stacked != self._is_stacked:
            self._is_stacked = is_stacked
            self._before_rate.setVisible(not is_stacked)
            self._spare.setVisible(is_stacked)
            (self._second_line if is_stacked else self._first_line).addWidget(self._rates, 1)
            self._restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        area = QRectF(self.rect())
        draw_box(QPainter(self), area, now.color("panel"), now.color("line"),
                 radius=theme.RADIUS_PANEL)  # fmt: skip

    def _restyle(self) -> None:
        self.setFixedHeight(fonts.px(HEIGHT_STACKED if self._is_stacked else HEIGHT))
        self.train.set_size(BUTTON_HEIGHT, 16)
        self.train.setMinimumWidth(fonts.px(118))
        for button in (self.step, self.reset):
            button.set_size(BUTTON_HEIGHT, theme.SIZE_NODE)
        self.rate_field.set_type(22, fonts.SEMIBOLD, 44)
        self.rate_field.setFixedWidth(fonts.px(108))


class Counter(QWidget):
    """A large number over its name, with room for `widest` from the start: nothing may jump.

    A number that is wider still takes more, and keeps it.
    """

    def __init__(self, words: str, widest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = TextLabel("0", size=theme.SIZE_NUMBER, weight=fonts.SEMIBOLD, is_number=True)
        self._words = TextLabel(words, "text2", theme.SIZE_CAPTION)
        self._number.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 12, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._number)
        column.addWidget(self._words)
        column.addStretch(1)
        self._widest = widest
        theme.notifier.changed.connect(self._make_room)
        self._make_room()

    def _make_room(self) -> None:
        metrics = QFontMetricsF(fonts.sans(theme.SIZE_NUMBER, fonts.SEMIBOLD))
        needed = metrics.horizontalAdvance(self._widest)
        width = max(round(needed) + 20, fonts.px(92))
        self.setMinimumWidth(width)
        # Of a fixed size: else every other number would have the whole bar laid out anew.
        self._number.setFixedSize(width - 16, math.ceil(metrics.height()))

    def text(self) -> str:
        """The number as it shows."""
        return self._number.text()

    def show_words(self, words: str) -> None:
        """What stands beneath."""
        if words != self._words.text():
            self._words.setText(words)

    def show_text(self, text: str) -> None:
        """Another number."""
        if text != self._number.text():
            self._number.setText(text)
            if len(text) > len(self._widest):
                self._widest = text
                self._make_room()


class Separator(QWidget):
    """An upright hairline between the parts of the bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(17)
        theme.notifier.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        line = QRectF(8, self.height() * 0.2, 1, self.height() * 0.6)
        QPainter(self).fillRect(line, theme.current().color("line"))
