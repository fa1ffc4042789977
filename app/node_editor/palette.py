"""Search-to-add: type a few letters, a number or an expression, press Enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app import fonts, theme
from app.node_editor.colors import pen
from app.node_editor.fuzzy import score
from app.widgets.labels import TextLabel
from app.widgets.paint import draw_box
from core.graph import LEAF, Port
from core.numbers import NumberError, format_number, parse_number
from core.ops import OPS

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

WIDTH = 440
ROW = 44
ROWS_SHOWN = 7
REMEMBERED = 4  # recently used ops that come first
EXPLANATION_COUNTS = 0.4  # of a fit, where only the explanation has the letters


@dataclass(frozen=True)
class Entry:
    """One line of the palette."""

    op: str  # a name of the op table, LEAF, or "" for an expression
    glyph: str
    title: str
    explanation: str
    number: float = 0.0
    text: str = ""  # of an expression


LEAF_ENTRY = Entry(LEAF, "○", "value", "a leaf: a number of its own, to drag and to train")
ALL = (
    LEAF_ENTRY,
    *(Entry(op.name, op.glyph, op.word, op.explanation) for op in OPS.values()),
)


def entries_for(typed: str, recent: list[str], *, takes_input: bool) -> list[Entry]:
    """What fits `typed`, best first; recently used first where nothing is typed.

    takes_input: only what has an input, to which a link can be connected.
    """
    fitting = [entry for entry in ALL if not (takes_input and entry.op == LEAF)]
    if not typed.strip():
        order = {op: place for place, op in enumerate(recent)}
        return sorted(fitting, key=lambda entry: order.get(entry.op, len(order)))
    ranked = [(_fit(typed, entry), -place, entry) for place, entry in enumerate(fitting)]
    found = [entry for fit, _, entry in sorted(ranked, reverse=True, key=lambda r: r[:2]) if fit]
    if takes_input:
        return found
    return [*_typed_entries(typed, has_found=bool(found)), *found]


def _fit(typed: str, entry: Entry) -> float:
    row = OPS.get(entry.op)
    names = [entry.title, entry.glyph] + ([row.name, row.symbol] if row else ["leaf", "number"])
    fit = max(score(typed, name) for name in names)
    if not fit and len(typed) > 2 and typed.casefold() in entry.explanation.casefold():
        fit = EXPLANATION_COUNTS
    return fit


def _typed_entries(typed: str, *, has_found: bool) -> list[Entry]:
    """A number as a leaf of that number, anything else that may be an expression as its nodes."""
    try:
        number = parse_number(typed)
    except NumberError:
        looks_like_one = any(mark in typed for mark in "+-*/()=")
        if has_found and not looks_like_one:
            return []
        explanation = "an expression: adds the nodes for it"
        return [Entry("", "ƒ", typed.strip(), explanation, text=typed)] if looks_like_one else []
    return [Entry(LEAF, "○", f"value {format_number(number)}", "a leaf with this number", number)]


class NodePalette(QFrame):
    """A popup at the pointer. Enter or a click adds the chosen node."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view, Qt.WindowType.Popup)
        self._view = view
        self._point = QPointF()
        self._port: Port | None = None
        self._recent: list[str] = []
        self.setObjectName("node_palette")
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.edit = QLineEdit()
        self.edit.setObjectName("node_palette_search")
        self.edit.setPlaceholderText("Search, or type a number or 2*x + 1")
        self.edit.setAccessibleName("Search for a node to add")
        self.edit.setFrame(False)
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._search)
        self.list = QListWidget()
        self.list.setObjectName("node_palette_list")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self.list.itemClicked.connect(lambda _item: self.accept())
        self._message = TextLabel(size=theme.SIZE_CAPTION, role="error")
        self._message.setWordWrap(True)
        self._message.setContentsMargins(8, 0, 8, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.edit, self._message, self.list):
            column.addWidget(widget)

    @property
    def entries(self) -> list[Entry]:
        """What the list shows now."""
        return [self._entry(row) for row in range(self.list.count())]

    def _entry(self, row: int) -> Entry:
        entry: Entry = self.list.item(row).data(Qt.ItemDataRole.UserRole)
        return entry

    def open(self, point: QPointF, port: Port | None = None) -> None:
        """Show the search at a scene point; what is chosen is connected to `port`."""
        self._point, self._port = point, port
        self.edit.clear()
        self.edit.setFont(fonts.sans(theme.SIZE_NODE))
        self._search("")
        at = self._view.viewport().mapToGlobal(self._view.mapFromScene(point))
        screen = self._view.screen().availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()
        self.edit.setFocus()

    def accept(self) -> None:
        """Add the chosen entry."""
        row = self.list.currentRow()
        if row < 0:
            if self.edit.text().strip():
                self._refuse("Nothing is called that.")
            return
        entry, edits = self._entry(row), self._view.edits
        if entry.text:
            refusal = edits.add_text(entry.text, self._point, self._port)
            if refusal:
                self._refuse(refusal)
                return
        else:
            edits.add(entry.op, self._point, self._port, entry.number)
            self._remember(entry.op)
        self.hide()

    def _remember(self, op: str) -> None:
        self._recent = [op, *(other for other in self._recent if other != op)][:REMEMBERED]

    def _refuse(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._message.show()
        self._fit_height()

    def _search(self, typed: str) -> None:
        takes_input = self._port is not None and self._port.input_index is None
        self._message.hide()
        self.list.clear()
        for entry in entries_for(typed, self._recent, takes_input=takes_input):
            item = QListWidgetItem(entry.title)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}: {entry.explanation}")
            item.setSizeHint(QSize(0, fonts.px(ROW)))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._fit_height()

    def _fit_height(self) -> None:
        rows = max(1, min(ROWS_SHOWN, self.list.count()))
        self.list.setFixedHeight(rows * fonts.px(ROW) if self.list.count() else 0)
        self.edit.setFixedHeight(fonts.px(theme.TOOLBAR_HEIGHT))
        self.setFixedWidth(fonts.px(WIDTH))
        self.adjustSize()

    # ----- events ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return bool(super().eventFilter(watched, event))
        steps = {
            Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -ROWS_SHOWN, Qt.Key.Key_PageDown: ROWS_SHOWN,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            last = self.list.count() - 1
            self.list.setCurrentRow(max(0, min(last, self.list.currentRow() + steps[key])))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.accept()
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._view.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        area = QRectF(self.rect())
        draw_box(painter, area, now.color("raised"), now.color("strong"), radius=theme.RADIUS_PANEL)


class _EntryDelegate(QStyledItemDelegate):
    """Symbol, word and one line of explanation."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        now = theme.current()
        area = QRectF(option.rect)
        is_current = option.state & QStyle.StateFlag.State_Selected
        painter.save()
        if is_current:
            draw_box(painter, area.adjusted(0, 1, 0, -1), now.color("hover"))
        chip = QRectF(area.left() + 8, area.top() + 7, 44, area.height() - 14)
        draw_box(painter, chip, now.color("field"), now.color("line"))
        painter.setPen(pen("text"))
        painter.setFont(fonts.sans(theme.SIZE_BODY, fonts.SEMIBOLD))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, entry.glyph)
        text = area.adjusted(62, 4, -8, -4)
        self._line(painter, text, Qt.AlignmentFlag.AlignTop, entry.title)
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(pen("text2"))
        self._line(painter, text, Qt.AlignmentFlag.AlignBottom, entry.explanation)
        painter.restore()

    def _line(self, painter: QPainter, area: QRectF, flag: Qt.AlignmentFlag, text: str) -> None:
        elided = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | flag, elided)
