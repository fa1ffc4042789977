"""A gradient to be worked out by hand: the question, a field for the answer, and what it was."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app import fonts, theme
from app.backprop.debugger import Debugger
from app.widgets.buttons import Button, QuietButton
from app.widgets.labels import TextLabel
from core.by_hand import question
from core.numbers import NumberError, parse_number

_FIELD_WIDTH, _LEAST_FIELD = 96, 70  # px at 100 %; the field gives way a little


class QuestionView(QWidget):
    """Asks what a gradient is after the present step; Enter checks the answer."""

    def __init__(self, debugger: Debugger, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._debugger = debugger
        self._asked: object = None
        self.words = TextLabel(role="text2", size=theme.SIZE_CAPTION)
        self.words.setObjectName("backprop_question")
        self.name = TextLabel(weight=fonts.SEMIBOLD)
        self.field = QLineEdit()
        self.field.setObjectName("backprop_answer")
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.returnPressed.connect(self._check)
        check, show = Button("Check"), QuietButton("Show")
        check.setObjectName("backprop_check")
        show.setObjectName("backprop_show")
        show.setToolTip("Give up and show the answer (F10)")
        check.clicked.connect(lambda _checked=False: self._check())
        show.clicked.connect(lambda _checked=False: debugger.show_answer())
        self.words.setMinimumWidth(40)  # in a narrow window its end gives way
        answer = QHBoxLayout()
        answer.setSpacing(theme.GAP)
        for widget in (self.name, self.field, check, show):
            answer.addWidget(widget)
        answer.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 5, 0, 5)
        column.setSpacing(2)
        column.addLayout(answer)
        column.addWidget(self.words)
        self.setFocusProxy(self.field)
        self._restyle()
        theme.notifier.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self.field.setMinimumWidth(fonts.px(_LEAST_FIELD))
        self.field.setMaximumWidth(fonts.px(_FIELD_WIDTH))

    def show_question(self) -> bool:
        """The debugger's present question, if it has one. Returns whether it is a new one."""
        asked = self._debugger.question
        if asked is None:
            self._asked = None
            return False
        graph = self._debugger.document.graph
        name = f"{graph.nodes[asked.edge.source].name}.grad"
        self.name.setText(f"{name} =")
        is_new = asked != self._asked
        if is_new:
            self._asked = asked
            self.field.clear()
            text = question(graph, asked)
            self._say(text, "text2")
            self.field.setAccessibleName(f"{name}. {text}")
        return is_new

    def _check(self) -> None:
        try:
            number = parse_number(self.field.text())
        except NumberError as error:
            self._tell(str(error))
            return
        verdict = self._debugger.answer(number)
        if verdict is not None and not verdict.is_right:
            self._tell(verdict.reason)

    def _tell(self, reason: str) -> None:
        self._say(f"⚠ {reason}", "error")
        self.field.setFocus()
        self.field.selectAll()

    def _say(self, words: str, role: str) -> None:
        self.words.set_role(role)
        self.words.setText(words)
        self.words.setToolTip(words)
