"""All kinds of node in a column beside the canvas, to be dragged onto it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
)

from app import fonts, theme
from app.node_editor.entries import Entry
from app.node_editor.interactions.placing_new import PlaceNew
from app.node_editor.palette import ALL
from app.widgets.row_delegate import RowDelegate, draw_chip, draw_line

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

WIDTH = 160
ROW = 32
CHIP = 38


class SidePalette(QListWidget):
    """Drag a row onto the canvas, or press Enter to add its node in the middle of the view."""

    def __init__(self, view: NodeView) -> None:
        super().__init__()
        self._view = view
        self._pressed: Entry | None = None
        self._press = QPoint()
        self.setObjectName("node_side_palette")
        self.setAccessibleName("Kinds of node")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setItemDelegate(_RowDelegate(self))
        for entry in ALL:
            item = QListWidgetItem(entry.title)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}: {entry.explanation}")
            item.setToolTip(f"{entry.explanation}\nDrag it onto the canvas, or onto a link")
            self.addItem(item)
        self.setCurrentRow(0)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def _restyle(self) -> None:
        self.setFixedWidth(fonts.px(WIDTH))
        line = theme.current().line
        self.setStyleSheet(
            f"QListWidget {{ background: transparent; border: none; padding: 4px;"
            f" border-right: 1px solid {line}; }}"
        )
        for row in range(self.count()):
            self.item(row).setSizeHint(QSize(0, fonts.px(ROW)))

    def toggle(self) -> None:
        """Show or hide it; shown, it has the keyboard."""
        self.setVisible(not self.isVisible())
        (self if self.isVisible() else self._view).setFocus()

    # ----- events ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        item = self.itemAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and item is not None:
            self._pressed = item.data(Qt.ItemDataRole.UserRole)
            self._press = event.position().toPoint()
        else:
            self._pressed = None
            self._view.cancel_gesture()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        gesture = self._view.gesture
        away = event.position().toPoint() - self._press
        if gesture is None and away.manhattanLength() >= 4:
            self._view.setFocus()  # so that Escape reaches the gesture
            self._view.begin(PlaceNew(self._view, self._pressed.op), Qt.MouseButton.LeftButton)
            self._pressed = self._pressed if self._view.gesture is not None else None
        if self._view.gesture is not None:
            self._view.drag_from_outside(self._on_canvas(event), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and isinstance(self._view.gesture, PlaceNew):
            self._view.drop_from_outside(self._on_canvas(event), event.modifiers())
        else:
            super().mouseReleaseEvent(event)

    def _on_canvas(self, event: QMouseEvent) -> QPointF:
        return QPointF(self._view.viewport().mapFromGlobal(event.globalPosition().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            entry: Entry = item.data(Qt.ItemDataRole.UserRole)
            self._view.edits.add(entry.op, self._view.visible_area().center())
        elif event.key() == Qt.Key.Key_Escape:
            self._view.setFocus()
        elif event.text().isalpha():  # the canvas' keys, also T that hides the palette again
            self._view.setFocus()
            QApplication.sendEvent(self._view, event)
        else:
            super().keyPressEvent(event)


class _RowDelegate(RowDelegate):
    """Symbol and word."""

    def is_lit(self, state: QStyle.StateFlag) -> bool:
        has_focus = state & QStyle.StateFlag.State_HasFocus
        return bool(state & QStyle.StateFlag.State_MouseOver) or (
            super().is_lit(state) and bool(has_focus)
        )

    def paint_row(self, painter: QPainter, area: QRectF, entry: Entry) -> None:
        side = fonts.px(CHIP)
        chip = QRectF(area.left() + 4, area.top() + 5, side, area.height() - 10)
        draw_chip(painter, chip, entry.glyph, theme.SIZE_CAPTION)
        painter.setPen(theme.current().color("text2"))
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        text = area.adjusted(side + 12, 0, -2, 0)
        draw_line(painter, text, Qt.AlignmentFlag.AlignVCenter, entry.title)
