"""A line over the canvas that says why the nodes will stand elsewhere in a moment."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.node_editor.scene import NodeScene
from app.widgets.labels import TextLabel
from app.widgets.paint import draw_box

AFTER = 300  # ms; what is quicker needs no words
CORNER = QPoint(12, 12)
PADDING = 8


class ArrangingLine(TextLabel):
    """Shown while a thread lays out many nodes that stand in mere columns until then."""

    def __init__(self, nodes: NodeScene, over: QWidget) -> None:
        super().__init__("", "text2", theme.SIZE_CAPTION, parent=over)
        self.setObjectName("arranging_line")
        self.setContentsMargins(PADDING, PADDING // 2, PADDING, PADDING // 2)
        self.move(CORNER)
        self.hide()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AFTER)
        self._soon.timeout.connect(self.show)
        nodes.arranging.connect(self._on_arranging)

    def _on_arranging(self, count: int) -> None:
        if not count:
            self._soon.stop()
            self.hide()
            return
        self.setText(f"Arranging {count:,} nodes …")
        self.setAccessibleName(self.text())
        self.adjustSize()
        self._soon.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), theme.current().color("panel"))
        painter.end()
        super().paintEvent(event)
