"""Data and gradient beside each line of the expression, painted for the visible lines only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app import fonts, theme
from app.colors import symlog
from app.document import Document
from app.expression_pane.lines import LineNodes
from app.widgets import texts
from app.widgets.paint import BAR_HEIGHT, DISABLED, draw_gradient_bar
from core.graph import Node
from core.known import UNKNOWN, format_known
from core.numbers import format_full
from core.stepping import State

if TYPE_CHECKING:
    from app.expression_pane.edit import ExpressionEdit

# Widths at 100 %: caption with its right-aligned number, gap, and so on.
_LEAD = 12  # of ground, so that a long line ends before the first caption
_NUMBER = 116
_SNUG_NUMBER = 100  # the least beside a bar
_LEAST_NUMBER = 84
_GAP = 22
_LEAST_GAP = 8
_BAR = 96
_BAR_GAP = 16
_END = 12
_LEAST_BAR = 40
_CAPTIONS: texts.Face = (theme.SIZE_BODY, fonts.NORMAL)
_NUMBERS: texts.Face = (theme.SIZE_NODE, fonts.SEMIBOLD)
# Enough for numbers and a short bar: the rest belongs to a long text.
SNUG = _LEAD + 2 * _SNUG_NUMBER + _LEAST_GAP + _BAR_GAP + _LEAST_BAR + _END


class ValueColumns(QWidget):
    """`data N grad N [bar]` in line with the text; dimmed where the numbers are of older text."""

    def __init__(self, document: Document, lines: LineNodes, edit: ExpressionEdit) -> None:
        super().__init__(edit)
        self._document, self._lines, self._edit = document, lines, edit
        self._state: State | None = None  # how far a debugger has come with the gradients
        self.setCursor(Qt.CursorShape.ArrowCursor)
        theme.notifier.changed.connect(self.update)

    def show_new_values(self) -> None:
        """The document's numbers have changed: paint anew."""
        self.update()

    def set_state(self, state: State | None) -> None:
        """Show the gradients as far as they have come; None for all of them."""
        if state is not self._state:
            self._state = state
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(_LEAD + 2 * _NUMBER + _GAP + _BAR_GAP + _BAR + _END), 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(_LEAD + 2 * _LEAST_NUMBER + _LEAST_GAP), 0)

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
                data = self._data(node)
                words = f"{node.name}: data {UNKNOWN if data is None else format_full(data)}"
                grad = self._grad(node)
                if grad is not None:
                    words += f", grad {format_full(grad)}"
                if node.is_muted:
                    words += "; muted: it passes its first input through"
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

    def _data(self, node: Node) -> float | None:
        """The data to show; None where a walk has not come to the node."""
        is_known = self._state is None or node.id in self._state.computed
        return node.data if is_known else None

    def _grad(self, node: Node) -> float | None:
        """The gradient to show; None where none has come to the node."""
        if self._state is not None:
            return self._state.grads.get(node.id)
        return node.grad if node.id in self._document.graph.reached else None

    def _paint(self, painter: QPainter, rows: list[tuple[float, Node]], height: float) -> None:
        """All rows column by column: setting fonts and colours would cost more than the text."""
        now = theme.current()
        places = self._places()
        middle = height / 2
        cells = [
            (x, top + middle, caption, number or 0.0, format_known(number))
            for top, node in rows
            for x, caption, number in (
                (places.data, "muted" if node.is_muted else "data", self._data(node)),
                (places.grad, "grad", self._grad(node)),
            )
        ]
        painter.setPen(now.color("text3"))
        for x, y, caption, _number, text in cells:
            taken = texts.advance(text, _NUMBERS) + texts.advance(caption, _CAPTIONS)
            if taken + 4 <= places.number:
                texts.draw_left(painter, x, y, caption, _CAPTIONS)
        painter.setPen(now.color("text"))
        for x, y, _caption, number, text in cells:
            if not math.isfinite(number):
                painter.setPen(now.color("error"))
            texts.draw_right(painter, x + places.number, y, text, _NUMBERS)
            if not math.isfinite(number):
                painter.setPen(now.color("text"))
        if places.bar is not None:
            shares = self._shares([node for _top, node in rows])
            for (top, _node), share in zip(rows, shares):
                y = round(top + (height - BAR_HEIGHT) / 2)
                area = QRectF(places.bar, y, places.bar_width, BAR_HEIGHT)
                draw_gradient_bar(painter, area, share)

    def _places(self) -> _Places:
        """Bar, gap and numbers draw in for a long text; where that is not enough the bar goes."""
        px = fonts.px
        lead, end, bar_gap = px(_LEAD), px(_END), px(_BAR_GAP)
        lacking = max(0, self.sizeHint().width() - self.width())
        bar_width = max(px(_LEAST_BAR), px(_BAR) - lacking)
        lacking -= px(_BAR) - bar_width
        gap = max(px(_LEAST_GAP), px(_GAP) - lacking)
        lacking -= px(_GAP) - gap
        number = px(_NUMBER) - -(-lacking // 2)
        if number < px(_SNUG_NUMBER):
            bar_width = 0
            number = min(px(_NUMBER), (self.width() - lead - gap - end) // 2)
        bar = lead + 2 * number + gap + bar_gap
        return _Places(lead, lead + number + gap, number, bar if bar_width else None, bar_width)

    def _shares(self, nodes: Sequence[Node]) -> list[float | None]:
        """Of the full colour; None where there is no gradient."""
        grads = [self._grad(node) for node in nodes]
        shares = symlog([grad or 0.0 for grad in grads], self._document.gradient_scale.value)
        return [None if g is None else share for g, share in zip(grads, shares.tolist())]


class _Places(NamedTuple):
    """Where the columns begin, in pixels; no bar where there is no room for it."""

    data: float
    grad: float
    number: float  # width of a caption with its number
    bar: float | None
    bar_width: float
