"""What stays as it is behind something that moves: painted once, then copied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from app import fonts, theme


class Backdrop:
    """A picture as large as its widget."""

    def __init__(self) -> None:
        self._about: object = None
        self._view: tuple[object, ...] = ()
        self._picture = QPixmap()

    def paint(
        self,
        painter: QPainter,
        widget: QWidget,
        about: object,
        view: tuple[object, ...],
        draw: Callable[[QPainter], None],
    ) -> None:
        """Paint what `draw` draws; anew where it is about another object, or seen otherwise."""
        ratio = widget.devicePixelRatioF()
        view = (*view, widget.size(), ratio, theme.current(), fonts.scale)
        if about is not self._about or view != self._view:
            self._about, self._view = about, view
            self._picture = QPixmap(widget.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._picture)
            draw(inner)
            inner.end()
        painter.drawPixmap(0, 0, self._picture)
