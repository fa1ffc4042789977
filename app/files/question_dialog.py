"""A question in the window's own look: words, details that can be copied, a button an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app import fonts, theme
from app.widgets.buttons import Button, PrimaryButton, QuietButton
from app.widgets.icons import draw_icon
from app.widgets.labels import TextLabel

CANCEL = "cancel"

_WIDTH = 460
_DETAILS_WIDTH = 640
_MOST_LINES = 20  # of details that are seen at once
_SHARE = 0.7  # of the screen, at most
_ICON = 24


@dataclass(frozen=True)
class Question:
    """What is asked. `choices` maps an answer to its button's label; the first is the default.

    Closing the dialog or Escape answers `CANCEL`. `details` is longer text that can be copied.
    """

    title: str
    text: str = ""
    choices: Mapping[str, str] = field(default_factory=lambda: {CANCEL: "Close"})
    details: str = ""
    is_warning: bool = False


class QuestionDialog(QDialog):
    """Shows one Question. answered(answer): once, when it closes."""

    answered = Signal(str)

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(question.title)
        self.setAccessibleDescription(question.text)
        self.question = question
        self.buttons: dict[str, Button | PrimaryButton] = {}
        self._answer = CANCEL
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(16)
        layout.addLayout(self._words())
        if question.details:
            layout.addWidget(_details(question.details))
        layout.addLayout(self._button_row())
        self.finished.connect(lambda _result: self.answered.emit(self._answer))

    def _words(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(8)
        title = TextLabel(self.question.title, size=theme.SIZE_VALUE, weight=fonts.SEMIBOLD)
        text = TextLabel(self.question.text, "text2")
        for label in (title, text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setMinimumWidth(_within(self, QSize(fonts.px(_WIDTH), 0)).width())
            label.setVisible(bool(label.text()))
            words.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(16)
        if self.question.is_warning:
            row.addWidget(_WarningIcon(), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        if self.question.details:
            copy = QuietButton("Copy details", "content-copy")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.question.details))
            row.addWidget(copy)
        row.addStretch()
        # The default stands last, at the corner where the eye ends.
        for index, (answer, label) in reversed(list(enumerate(self.question.choices.items()))):
            button = PrimaryButton(label) if index == 0 else Button(label)
            button.set_size(theme.TOOLBAR_HEIGHT)
            button.clicked.connect(lambda _checked=False, answer=answer: self._give(answer))
            self.buttons[answer] = button
            row.addWidget(button)
            if index == 0:
                button.setDefault(True)
                button.setFocus()
        return row

    def _give(self, answer: str) -> None:
        self._answer = answer
        self.accept()


class _WarningIcon(QWidget):
    """The sign that goes with words about trouble."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(fonts.px(_ICON), fonts.px(_ICON))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_icon(painter, QRectF(self.rect()), "alert", theme.current().color("error"))


def _details(text: str) -> QPlainTextEdit:
    details = QPlainTextEdit(text)
    details.setReadOnly(True)
    details.setFont(fonts.mono(theme.SIZE_CAPTION))
    details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    lines = min(details.blockCount(), _MOST_LINES) + 2  # and room for a scroll bar
    wanted = QSize(fonts.px(_DETAILS_WIDTH), lines * details.fontMetrics().lineSpacing())
    details.setMinimumSize(_within(details, wanted))
    return details


def _within(widget: QWidget, wanted: QSize) -> QSize:
    """A size that leaves room for the rest of the dialog on the screen, however large text is."""
    return wanted.boundedTo(widget.screen().availableSize() * _SHARE)
