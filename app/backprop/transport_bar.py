"""The transport bar: buttons, speed, track and formulas of the backprop debugger."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app import fonts, theme
from app.backprop.debugger import Debugger
from app.backprop.question_view import QuestionView
from app.backprop.step_view import StepView
from app.backprop.track import StepTrack
from app.widgets.buttons import Button, IconButton, PrimaryButton
from app.widgets.labels import TextLabel
from app.widgets.number_field import NumberField
from app.widgets.paint import draw_box
from core.stepping import Kind

HEIGHT = 64
SPEEDS = {"½×": 0.5, "1×": 1.0, "2×": 2.0, "5×": 5.0, "20×": 20.0, "50×": 50.0}
_TRACK_SHARE = 0.33  # of the width, whatever else shows: stops must not move under the pointer
_TIGHT_TRACK_SHARE = 0.25
_LEAST = 460.0
_LEAST_TRACK = 200.0
_BESIDE_TRACK = 300.0  # where the track and the buttons have a line of their own
_ROOMY_FROM, _TWO_LINES_BELOW = 1100.0, 820.0


class TransportBar(QWidget):
    """Goes through forward, backward and update, and shows what each step does.

    Signals: height_changed(pixels), with the number of its lines or the size of the type.
    """

    height_changed = Signal(int)

    def __init__(self, debugger: Debugger, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport_bar")
        self.setAccessibleName("Backpropagation step by step")
        self.debugger = debugger
        self.first = _button("skip-previous", "First step (Ctrl+Shift+F10)", "first")
        self.back = _button("step-backward", "One step back (Shift+F10)", "back")
        self.step = _button("step-forward", "One step on (F10)", "step")
        self.last = _button("skip-next", "Last step, and out of the walk (Ctrl+F10)", "last")
        self.play = PrimaryButton("", "play")
        self.play.setObjectName("backprop_play")
        self.speed = QComboBox()
        self.speed.setObjectName("backprop_speed")
        self.speed.setAccessibleName("Speed of playing")
        self.speed.setToolTip("Speed of playing: 1× is a step each 0.9 seconds")
        self.speed.addItems(list(SPEEDS))
        self.speed.setCurrentText("1×")
        self.track = StepTrack(debugger)
        self.lines = StepView()
        self.question = QuestionView(debugger)
        self.by_hand = Button("By hand")
        self.rate = NumberField(debugger.rate)
        self.apply = Button("Apply")
        self.more = _button("dots-vertical", "More for stepping", "more")
        self._menu = self._make_menu()
        self._rule = _Rule()
        self._is_in_two_lines = False
        self._make_update()
        self._arrange()
        self._connect()
        self._restyle()
        self._show()

    # ----- parts ----------------------------------------------------------------------------

    def _make_update(self) -> None:
        self.rate.setObjectName("backprop_rate")
        self.rate.setAccessibleName("Learning rate of the update")
        self.rate.setToolTip("Learning rate of the update; below 0 it climbs instead of descending")
        self.rate.set_check(lambda rate: None if math.isfinite(rate) else "type a finite rate")
        self.apply.setObjectName("backprop_apply")
        self.apply.setToolTip("Give the leaves these numbers (Ctrl+Z takes it back)")
        self.by_hand.setObjectName("backprop_by_hand")
        self.by_hand.setCheckable(True)
        self.by_hand.setToolTip("Work each gradient out before it is shown")
        self._update = QWidget()
        row = QHBoxLayout(self._update)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        self._rate_label = TextLabel("rate", role="text2")
        for widget in (self._rate_label, self.rate, self.apply):
            row.addWidget(widget)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("backprop_menu")
        self.by_edge = menu.addAction("A step for each input, edge by edge")
        self.by_edge.setCheckable(True)
        self.by_edge.toggled.connect(self.debugger.set_by_edge)
        menu.addSeparator()
        self._breakpoint = menu.addAction("Breakpoint at this node", self._toggle_breakpoint)
        self._clear = menu.addAction("Clear all breakpoints", self._clear_breakpoints)
        menu.addSeparator()
        self._leave = menu.addAction("Stop stepping\tEsc", self.debugger.leave)
        menu.aboutToShow.connect(self._prepare_menu)
        return menu

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 1, 14, 1)
        column.setSpacing(0)
        row, self._second_line = QHBoxLayout(), QHBoxLayout()
        for line in (row, self._second_line):
            line.setSpacing(theme.GAP)
            column.addLayout(line)
        for widget in (self.first, self.back, self.play, self.step, self.last):
            row.addWidget(widget)
        row.addSpacing(theme.GAP)
        row.addWidget(self.speed)
        row.addWidget(self.track)
        row.addWidget(self._rule)
        row.addSpacing(theme.GAP)
        row.addWidget(self.lines, 1)
        row.addWidget(self.question, 1)
        row.addWidget(self._update)
        row.addWidget(self.by_hand)
        row.addWidget(self.more)
        self._first_line = row

    def _put_in_lines(self, is_in_two: bool) -> None:
        """All in one line, or what the steps say and ask beneath the buttons and the track."""
        height = fonts.px(HEIGHT) * (2 if is_in_two else 1)
        if height != self.maximumHeight():
            self.setFixedHeight(height)
            self.height_changed.emit(height)
        if is_in_two == self._is_in_two_lines:
            return
        self._is_in_two_lines = is_in_two
        self._rule.setVisible(not is_in_two)
        for widget in (self.lines, self.question, self._update, self.by_hand):
            stretch = 1 if widget in (self.lines, self.question) else 0
            if is_in_two:
                self._second_line.addWidget(widget, stretch)
            else:
                self._first_line.insertWidget(self._first_line.count() - 1, widget, stretch)

    def _connect(self) -> None:
        debugger = self.debugger
        for button, command in (
            (self.first, debugger.first),
            (self.back, debugger.back),
            (self.play, debugger.toggle_play),
            (self.step, debugger.forward),
            (self.last, debugger.last),
            (self.apply, debugger.apply_update),
        ):
            button.clicked.connect(lambda _checked=False, command=command: command())
        self.more.clicked.connect(self._open_menu)
        self.by_hand.toggled.connect(debugger.set_by_hand)
        self.speed.currentTextChanged.connect(lambda text: debugger.set_speed(SPEEDS[text]))
        self.rate.changing.connect(debugger.set_rate)
        self.rate.committed.connect(lambda _old, new: debugger.set_rate(new))
        self.rate.cancelled.connect(lambda: debugger.set_rate(self.rate.value()))
        debugger.moved.connect(self._show)
        debugger.playing_changed.connect(self._show_playing)
        theme.notifier.changed.connect(self._restyle)

    # ----- showing --------------------------------------------------------------------------

    def _show(self) -> None:
        debugger = self.debugger
        has_steps, place = debugger.has_steps, debugger.place
        is_at_end = place is not None and place == len(debugger.trace) - 1
        self.play.setEnabled(has_steps)
        self.last.setEnabled(has_steps)
        self.step.setEnabled(has_steps and not is_at_end)
        self.first.setEnabled(has_steps and place != 0)
        self.back.setEnabled(place is not None)
        step = debugger.step
        is_update = step is not None and step.kind is Kind.UPDATE
        self.apply.setEnabled(is_update and bool(debugger.trace.leaves))
        self.rate.setValue(debugger.rate)
        text = debugger.text()
        self.lines.show_text(text, is_empty=not has_steps)
        self._show_by_hand()
        spoken = f"{debugger.caption}. {text.text}" if text else ""
        self.track.setAccessibleDescription(spoken)

    def _show_by_hand(self) -> None:
        debugger = self.debugger
        is_asking = debugger.question is not None
        had_focus = self.question.isAncestorOf(self.focusWidget() or self)
        is_new = self.question.show_question()
        self._share_room()
        if is_asking and (had_focus or (is_new and not _is_typing())):
            self.question.setFocus()
        self.by_hand.setEnabled(debugger.has_steps)
        self.by_hand.setChecked(debugger.is_by_hand)
        score = f" {debugger.right} of {debugger.asked}" if debugger.asked else ""
        self.by_hand.setText(f"By hand{score}" if debugger.is_by_hand else "By hand")
        self.by_edge.setChecked(debugger.is_by_edge)

    def _show_playing(self, is_playing: bool) -> None:
        self.play.set_icon_name("pause" if is_playing else "play")
        words = "Pause (F8)" if is_playing else "Play (F8)"
        self.play.setToolTip(words)
        self.play.setAccessibleName(words)

    def _restyle(self) -> None:
        self.play.set_size(36, theme.SIZE_VALUE)
        self.play.setFixedWidth(fonts.px(46))
        self.rate.setFixedWidth(fonts.px(84))
        self.speed.setFixedWidth(fonts.px(66))
        self._share_room()
        self._show_playing(self.debugger.is_playing)
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(_LEAST), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """In a narrow window, or with large type, what matters least gives way."""
        debugger, step = self.debugger, self.debugger.step
        is_asking = debugger.question is not None
        is_update = step is not None and step.kind is Kind.UPDATE
        is_tight = self.width() < fonts.px(_ROOMY_FROM)
        is_in_two = self.width() < fonts.px(_TWO_LINES_BELOW)
        self._put_in_lines(is_in_two)
        track = round((_TIGHT_TRACK_SHARE if is_tight else _TRACK_SHARE) * self.width())
        if is_in_two:
            track = self.width() - fonts.px(_BESIDE_TRACK)
        self.track.setFixedWidth(max(fonts.px(_LEAST_TRACK), track))
        self.speed.setVisible(not is_tight)
        self._rate_label.setVisible(not is_tight)
        self.lines.setVisible(not is_asking)
        self.question.setVisible(is_asking)
        self._update.setVisible(is_update)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        draw_box(
            QPainter(self), QRectF(self.rect()), now.color("panel"), now.color("line"),
            radius=theme.RADIUS_PANEL,
        )  # fmt: skip

    # ----- menu and keys --------------------------------------------------------------------

    def _open_menu(self) -> None:
        self._menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _prepare_menu(self) -> None:
        debugger = self.debugger
        self._breakpoint.setEnabled(debugger.is_active)
        has_one = debugger.current in debugger.breakpoints
        self._breakpoint.setText(f"{'Clear' if has_one else 'Set'} breakpoint at this node\tF9")
        self._clear.setEnabled(bool(debugger.breakpoints))
        self._leave.setEnabled(debugger.is_active)

    def _toggle_breakpoint(self) -> None:
        self.debugger.toggle_breakpoint()

    def _clear_breakpoints(self) -> None:
        self.debugger.toggle_breakpoint(self.debugger.breakpoints)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.debugger.is_active:
            self.debugger.leave()
        else:
            super().keyPressEvent(event)


def _is_typing() -> bool:
    """Whether the keys go into a text or a number, from which a question must not take them."""
    return isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit)


class _Rule(QWidget):
    """A hairline between the track and the formulas."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(1)
        theme.notifier.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        inner = self.rect().adjusted(0, 12, 0, -12)
        QPainter(self).fillRect(inner, theme.current().color("line"))


def _button(icon: str, tooltip: str, name: str) -> IconButton:
    button = IconButton(icon, tooltip)
    button.setObjectName(f"backprop_{name}")
    return button
