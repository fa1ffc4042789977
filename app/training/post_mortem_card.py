"""What made a run diverge: the first number that was not finite, what led there, two ways out."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import fonts, theme
from app.widgets.buttons import Button, IconButton
from app.widgets.icons import draw_icon
from app.widgets.labels import TextLabel
from app.widgets.paint import draw_box
from core.divergence import PostMortem
from core.numbers import format_number
from core.timeline import Divergence

WIDTH = 520
_EDGE, _ICON, _MARGIN = 4, 22, 16


class PostMortemCard(QWidget):
    """Signals: place_wanted(layer, neuron): show where it happened; layer -1 is the last.
    resume_wanted(): go on from the last good step with a lower rate.
    """

    place_wanted = Signal(int, int)
    resume_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("post_mortem")
        self._area = parent
        self._found: PostMortem | None = None
        self._title = TextLabel("", size=theme.SIZE_NODE, weight=fonts.SEMIBOLD)
        self._sentence, self._chain = TextLabel(""), TextLabel("", "text2", theme.SIZE_CAPTION)
        self._sentence.setObjectName("post_mortem_sentence")
        for label in (self._sentence, self._chain):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._resume = Button("", "restore")
        self._resume.setObjectName("resume_lower")
        self._resume.clicked.connect(self.resume_wanted)
        self._show = Button("Show in the graph", "graph-outline")
        self._show.setObjectName("show_divergence")
        self._show.setToolTip("Open the network's scalar graph at this neuron")
        self._show.clicked.connect(self._want_place)
        close = IconButton("close", "Close this message")
        close.setObjectName("close_post_mortem")
        close.clicked.connect(self.hide)
        head, buttons = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(close)
        for button in (self._resume, self._show):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE + 14 + _ICON + 10, 8, 8, 12)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addWidget(self._sentence)
        column.addWidget(self._chain)
        column.addLayout(buttons)
        theme.notifier.changed.connect(self._place)
        parent.installEventFilter(self)
        self.hide()

    def show_divergence(self, found: Divergence, good_step: int, lower: float) -> None:
        """That the run has ended, before it is known why."""
        what = "is no longer a number" if math.isnan(found.loss) else "has grown beyond all numbers"
        self._found = None
        self._title.setText(f"Stopped at step {found.step:,}: the loss {what}")
        self._sentence.setText(f"The learning rate was {format_number(found.rate)}.")
        self._chain.setText("")
        self._resume.setText(f"Go on from step {good_step:,} with rate {format_number(lower)}")
        self._resume.setToolTip(
            f"Step {good_step:,} is the last one with a loss at most twice the least before"
        )
        self._show.setEnabled(False)
        self._open()

    def show_cause(self, found: PostMortem) -> None:
        """Why it ended."""
        self._found = found
        self._sentence.setText(found.sentence)
        self._chain.setText("\n".join(found.chain))
        self._show.setEnabled(True)
        if self.isVisible():
            self._open()

    def _want_place(self) -> None:
        if self._found is not None:
            # The loss's own nodes follow on the output neuron, in the last layer.
            layer, neuron = self._found.place.layer, self._found.place.neuron
            self.place_wanted.emit(-1 if layer is None else layer, neuron or 0)

    def _open(self) -> None:
        self.setAccessibleName(f"{self._title.text()}. {self._sentence.text()}")
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        area = self._area
        width = min(fonts.px(WIDTH), area.width() - 2 * _MARGIN)
        self.resize(width, self._column.heightForWidth(width))
        self.move(area.width() - width - _MARGIN, area.height() - self.height() - _MARGIN)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter, area = theme.current(), QPainter(self), QRectF(self.rect())
        draw_box(painter, area, now.color("error"), radius=theme.RADIUS_PANEL)
        inner = area.adjusted(_EDGE, 0, 0, 0)
        draw_box(painter, inner, now.color("raised"), None, radius=0)
        painter.setClipRect(inner)
        draw_box(painter, area, now.color("raised"), now.color("strong"), radius=theme.RADIUS_PANEL)
        draw_icon(painter, QRectF(_EDGE + 12, 12, _ICON, _ICON), "alert", now.color("error"))
