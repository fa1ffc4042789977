"""All keys and gestures of the node editor at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.widgets.paint import draw_box

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

GESTURES = (
    ("Double-click the canvas", "add a node there"),
    ("Drag from a port", "new link; on the canvas: add a node"),
    ("Drag off an input", "take the link off"),
    ("Ctrl or Alt + right drag", "cut links with a stroke"),
    ("Drag a node onto a link", "insert it"),
    ("Drag a number", "change it; Shift fine, Ctrl coarse"),
    ("Double-click a number", "type a number or 2/3"),
    ("Double-click a name", "rename"),
    ("Drag over the canvas", "select; Shift adds, Ctrl draws a lasso"),
    ("Wheel, pinch", "zoom at the pointer"),
    ("Middle or Space + drag", "move the canvas"),
    ("Escape", "cancel any gesture"),
)
MARGIN, ROW, COLUMN_GAP = 20, 22, 32
KEY_WIDTH = 150


class KeyOverlay(QWidget):
    """A card over the canvas; any key or click takes it away."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("node_keys")
        self.setAccessibleName("Keys of the node editor")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def rows(self) -> list[tuple[str, str]]:
        """What is shown: keys or gesture, and what it does."""
        keys = [(c.shown_key, c.text) for c in self._view.commands.table if c.keys]
        return [*GESTURES, *keys]

    def open(self) -> None:
        """Show the card in the middle of the canvas."""
        size = self.sizeHint().boundedTo(self._view.size() - QSize(16, 16))
        self.resize(size)
        center = self._view.rect().center()
        self.move(center.x() - size.width() // 2, center.y() - size.height() // 2)
        self.show()
        self.raise_()
        self.setFocus()

    def _columns(self) -> int:
        """As many rows as fit, so few columns as possible."""
        room = self._view.height() - 16 - 2 * MARGIN
        in_a_column = max(4, room // fonts.px(ROW))
        return -(-len(self.rows()) // in_a_column)

    def _column_width(self) -> float:
        metrics = QFontMetricsF(fonts.sans(theme.SIZE_CAPTION))
        longest = max(metrics.horizontalAdvance(what) for _, what in self.rows())
        return float(fonts.px(KEY_WIDTH) + longest + COLUMN_GAP)

    def sizeHint(self) -> QSize:
        columns = self._columns()
        in_a_column = -(-len(self.rows()) // columns)
        return QSize(
            round(columns * self._column_width()) - COLUMN_GAP + 2 * MARGIN,
            in_a_column * fonts.px(ROW) + 2 * MARGIN,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        area = QRectF(self.rect())
        draw_box(painter, area, now.color("raised"), now.color("strong"), radius=theme.RADIUS_PANEL)
        rows, row_height = self.rows(), fonts.px(ROW)
        in_a_column = -(-len(rows) // self._columns())
        for i, (keys, what) in enumerate(rows):
            x = MARGIN + i // in_a_column * self._column_width()
            line = QRectF(x, MARGIN + i % in_a_column * row_height, fonts.px(KEY_WIDTH), row_height)
            painter.setFont(fonts.sans(theme.SIZE_CAPTION, fonts.SEMIBOLD))
            painter.setPen(now.color("text"))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, keys)
            painter.setFont(fonts.sans(theme.SIZE_CAPTION))
            painter.setPen(now.color("text2"))
            rest = line.translated(fonts.px(KEY_WIDTH), 0)
            rest.setWidth(self._column_width())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, what)

    def _leave(self) -> None:
        self.hide()
        self._view.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._leave()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._leave()
