"""A sentence over an experiment's result: what is seen is kept, or compared with what is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app import theme
from app.widgets.buttons import IconButton, QuietButton
from app.widgets.labels import TextLabel


class NoteBar(QWidget):
    """Hidden until it has something to say. Signals: used(): its action; closed()."""

    used = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = TextLabel("", "text", theme.SIZE_CAPTION)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.action = QuietButton("Use its set-up")
        self.action.setToolTip("Give the training tab the data, network and rules of this result")
        self.action.clicked.connect(self.used)
        self._close = IconButton("close", "Close")
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 8, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(self.words, 1)
        row.addWidget(self.action)
        row.addWidget(self._close)
        self.hide()

    def say(self, words: str, *, close: str = "", has_action: bool = False) -> None:
        """Show a sentence; close: what the cross does. No words hide it."""
        self.words.setText(words)
        self.action.setVisible(has_action)
        self._close.setToolTip(close)
        self._close.setAccessibleName(close)
        self.setVisible(bool(words))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().color("accent_soft"))
