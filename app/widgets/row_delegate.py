"""Rows of a list that are painted rather than made of widgets."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app import fonts, theme
from app.widgets.paint import draw_box


class RowDelegate(QStyledItemDelegate):
    """Paints what an item holds under UserRole, on a ground that tells whether it is chosen.

    Subclasses paint the row itself.
    """

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        area = QRectF(option.rect)
        painter.save()
        if self.is_lit(option.state):
            draw_box(painter, area.adjusted(0, 1, 0, -1), theme.current().color("hover"))
        self.paint_row(painter, area, index.data(Qt.ItemDataRole.UserRole))
        painter.restore()

    def is_lit(self, state: QStyle.StateFlag) -> bool:
        """Whether the row stands out in this state."""
        return bool(state & QStyle.StateFlag.State_Selected)

    def paint_row(self, painter: QPainter, area: QRectF, entry: Any) -> None:
        """Paint what the item holds; the painter is put back afterwards."""
        raise NotImplementedError


def draw_chip(painter: QPainter, chip: QRectF, glyph: str, size: float) -> None:
    """An op's glyph in a frame."""
    now = theme.current()
    draw_box(painter, chip, now.color("field"), now.color("line"))
    painter.setPen(now.color("text"))
    painter.setFont(fonts.sans(size, fonts.SEMIBOLD))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, glyph)


def draw_line(painter: QPainter, area: QRectF, flag: Qt.AlignmentFlag, text: str) -> None:
    """One line of text, elided where it does not fit."""
    elided = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, max(0, int(area.width()))
    )
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | flag, elided)
