"""Data and gradient beside each line of the expression, painted for the visible lines only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app import fonts, theme
from app.colors import robust_scale, symlog
from app.document import Document
from app.expression_pane.lines import LineNodes
from app.widgets.paint import BAR_HEIGHT, DISABLED, draw_gradient_bar
from core.graph import Node
from core.numbers import format_full, format_number

if TYPE_CHECKING:
    from app.expression_pane.edit import ExpressionEdit

# Widths at 100 %: caption with its right-aligned number, gap, and so on.
_NUMBER = 100
_GAP = 24
_BAR = 96
_END = 12
_LEAST_BAR = 40


class ValueColumns(QWidget):
    """`data N grad N [bar]` in line with the text; dimmed where the numbers are of older text."""

    def __init__(self, document: Document, lines: LineNodes, edit: ExpressionEdit) -> None:
        super().__init__(edit)
        self._document, self._lines, self._edit = document, lines, edit
        self._scale: float | None = None
        self.setCursor(Qt.CursorShape.ArrowCursor)
        theme.notifier.changed.connect(self.update)

    def show_new_values(self) -> None:
        """The document's numbers have changed: forget the scale and paint anew."""
        self._scale = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(2 * _NUMBER + 2 * _GAP + _BAR + _END), 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(2 * _NUMBER), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._edit.paint_rows(painter, self.rect())
        if self._lines.is_stale:
            painter.setOpacity(DISABLED)
        nodes = self._document.graph.nodes
        rows = [
            (row.top, nodes[id])
            for row in self._edit.visible_rows()
            if (id := self._lines.node_at(row.line)) is not None
        ]
        if rows:
            self._paint(painter, rows, self._edit.row_height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            node = self._node_at(event.pos().y())
            if node is not None:
                words = f"{node.name}: data {format_full(node.data)}"
                if self._is_reached(node):
                    words += f", grad {format_full(node.grad)}"
                QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        node = self._node_at(event.position().y())
        if node is not None:
            self._document.select([node.id], node.id, self)

    def _node_at(self, y: float) -> Node | None:
        for row in self._edit.visible_rows():
            if row.top <= y < row.top + row.height:
                id = self._lines.node_at(row.line)
                return None if id is None else self._document.graph.nodes[id]
        return None

    def _is_reached(self, node: Node) -> bool:
        return node.id in self._document.graph.reached

    def _paint(self, painter: QPainter, rows: list[tuple[float, Node]], height: float) -> None:
        """All rows column by column: setting fonts and colours would cost more than the text."""
        now = theme.current()
        places = self._places()
        painter.setFont(fonts.sans())
        painter.setPen(now.color("text3"))
        base = _baseline(painter, height)
        for top, _node in rows:
            painter.drawText(QPointF(places.data, top + base), "data")
            painter.drawText(QPointF(places.grad, top + base), "grad")
        painter.setFont(fonts.sans(theme.SIZE_NODE, fonts.SEMIBOLD))
        base = _baseline(painter, height)
        widths = _Widths(QFontMetricsF(painter.font()))
        reached = self._document.graph.reached
        normal, unreal = now.color("text"), now.color("error")
        for top, node in rows:
            grad = format_number(node.grad) if node.id in reached else "–"
            for right, number, text in (
                (places.data + places.number, node.data, format_number(node.data)),
                (places.grad + places.number, node.grad, grad),
            ):
                painter.setPen(normal if math.isfinite(number) else unreal)
                painter.drawText(QPointF(right - widths.of(text), top + base), text)
        if places.bar is not None:
            shares = self._shares([node for _top, node in rows])
            for (top, node), share in zip(rows, shares):
                y = round(top + (height - BAR_HEIGHT) / 2)
                area = QRectF(places.bar, y, places.bar_width, BAR_HEIGHT)
                draw_gradient_bar(painter, area, share if node.id in reached else None)

    def _places(self) -> _Places:
        px = fonts.px
        is_roomy = self.width() >= self.sizeHint().width()
        number = px(_NUMBER) if is_roomy else px(_NUMBER - 14)
        gap = px(_GAP) if is_roomy else 8
        bar = 2 * number + gap + 16
        width = min(px(_BAR), self.width() - bar - 4)
        return _Places(0, number + gap, number, bar if width >= _LEAST_BAR else None, width)

    def _shares(self, nodes: list[Node]) -> list[float]:
        if self._scale is None:
            self._scale = robust_scale([node.grad for node in self._document.graph])
        shares: list[float] = symlog([node.grad for node in nodes], self._scale).tolist()
        return shares


class _Places(NamedTuple):
    """Where the columns begin, in pixels; no bar where there is no room for it."""

    data: float
    grad: float
    number: float  # width of a caption with its number
    bar: float | None
    bar_width: float


class _Widths:
    """Widths of numbers: figures are tabular, so one measure of each character is enough."""

    def __init__(self, metrics: QFontMetricsF) -> None:
        self._metrics = metrics
        self._known: dict[str, float] = {}

    def of(self, text: str) -> float:
        return sum(map(self._of_character, text))

    def _of_character(self, character: str) -> float:
        width = self._known.get(character)
        if width is None:
            width = self._known[character] = self._metrics.horizontalAdvance(character)
        return width


def _baseline(painter: QPainter, height: float) -> float:
    """From a row's top to where its text stands."""
    metrics = QFontMetricsF(painter.font())
    return (height + metrics.ascent() - metrics.descent()) / 2
