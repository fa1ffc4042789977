"""A titled part of the inspector."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import fonts, theme
from app.widgets.labels import TextLabel
from app.widgets.panel import Divider

SIDE = 16


class Section(QWidget):
    """A hairline, a title with a hint at the right, and what is put under them."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = TextLabel(title, weight=fonts.SEMIBOLD)
        self.hint = TextLabel(role="text2")
        self._divider = Divider()
        header = QHBoxLayout()
        header.setSpacing(theme.GAP)
        header.addWidget(self.title)
        header.addStretch(1)
        header.addWidget(self.hint)
        inner = QVBoxLayout()
        inner.setContentsMargins(SIDE, 14, SIDE, 14)
        inner.setSpacing(8)
        inner.addLayout(header)
        self._inner = inner
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._divider)
        column.addLayout(inner)

    def add(self, widget: QWidget) -> None:
        self._inner.addWidget(widget)

    def set_compact(self, is_compact: bool, *, has_title: bool = True) -> None:
        """Without the hairline and, if so wished, the title."""
        self._divider.setVisible(not is_compact)
        self.title.setVisible(has_title)
        self.hint.setVisible(has_title)
        top = 6 if is_compact else 14
        self._inner.setContentsMargins(SIDE, top, SIDE, top)
