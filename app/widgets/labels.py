"""Words on a panel, in a role's colour and the program's type."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from app import fonts, theme


class TextLabel(QLabel):
    """A QLabel of one role ("text", "text2", "text3", "accent", "error"), size and weight.

    `is_number`: what it shows is a number that changes, whose figures stay in their places.
    `column`: the width in pixels at 100 % that it keeps; None for as wide as its words.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "text",
        size: float = theme.SIZE_BODY,
        weight: int = fonts.NORMAL,
        parent: QWidget | None = None,
        *,
        is_number: bool = False,
        column: int | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._column = column
        self._size, self._weight = size, weight
        self._make_font = fonts.sans if is_number else fonts.words
        self.setProperty("role", role)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def set_role(self, role: str) -> None:
        """Another colour; the style sheet has a rule for each role."""
        if role != self.property("role"):
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)

    def _restyle(self) -> None:
        self.setFont(self._make_font(self._size, self._weight))
        self.setIndent(self.indent())  # Qt does not always measure it anew under a style sheet
        if self._column is not None:
            self.setFixedWidth(fonts.px(self._column))


class ElidedLabel(QLabel):
    """A line of plain text that ends in an ellipsis where there is no room for all of it."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        if shown == self.text():
            super().paintEvent(event)
        else:
            self.style().drawItemText(
                QPainter(self), self.rect(), Qt.AlignmentFlag.AlignVCenter, self.palette(),
                self.isEnabled(), shown, self.foregroundRole(),
            )  # fmt: skip
