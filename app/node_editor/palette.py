"""Search-to-add: type a few letters, a number or an expression, press Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QHideEvent, QPainter

from app import fonts, theme
from app.fuzzy import score
from app.node_editor.entries import Entry
from app.node_editor.group_entries import group_entries
from app.widgets.row_delegate import RowDelegate, draw_chip, draw_line
from app.widgets.search_popup import SearchPopup
from core.graph import LEAF, Port
from core.numbers import NumberError, format_number, parse_number
from core.ops import OPS

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

WIDTH = 440
ROW = 44
REMEMBERED = 4  # recently used ops that come first
EXPLANATION_COUNTS = 0.4  # of a fit, where only the explanation has the letters


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


def _reason_for_nothing(typed: str) -> str:
    """Why nothing fits: a number that is none says what is wrong with it."""
    if typed.strip()[:1].isdigit():
        try:
            parse_number(typed)
        except NumberError as error:
            return str(error)
    return "Nothing is called that."


class NodePalette(SearchPopup):
    """A popup at the pointer. Enter or a click adds the chosen node."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(
            "node_palette",
            "Search, or type a number or 2*x + 1",
            "Search for a node to add",
            view,
            width=WIDTH,
            row=ROW,
        )
        self._view = view
        self._point = QPointF()
        self._port: Port | None = None
        self._recent: list[str] = []
        self.set_delegate(_EntryDelegate(self.list))

    def open(self, point: QPointF, port: Port | None = None, typed: str = "") -> None:
        """Show the search at a scene point; what is chosen is connected to `port`."""
        self._point, self._port = point, port
        self.open_at(self._view.viewport().mapToGlobal(self._view.mapFromScene(point)))
        if typed:
            self.edit.setText(typed)

    def accept(self) -> None:
        """Add the chosen entry."""
        entry: Entry | None = self.current
        if entry is None:
            if self.edit.text().strip():
                self.refuse(_reason_for_nothing(self.edit.text()))
            return
        edits = self._view.edits
        if entry.text:
            refusal = edits.add_text(entry.text, self._point, self._port)
            if refusal:
                self.refuse(refusal)
                return
        elif " " in entry.op:
            self._view.groups.add(entry.op, self._point, self._port)
        else:
            edits.add(entry.op, self._point, self._port, entry.number)
            self._remember(entry.op)
        self.hide()

    def _remember(self, op: str) -> None:
        self._recent = [op, *(other for other in self._recent if other != op)][:REMEMBERED]

    def search(self, typed: str) -> None:
        takes_input = self._port is not None and self._port.input_index is None
        found = entries_for(typed, self._recent, takes_input=takes_input)
        definitions = self._view.document.graph.groups.definitions
        groups = group_entries(typed, definitions, takes_input=takes_input)
        if typed.strip():  # a name that fits well comes before an expression or a poor fit
            found = [*groups, *found]
        else:
            found += groups
        self.show_found([(it.title, f"{it.title}: {it.explanation}", it) for it in found])

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._view.setFocus()


class _EntryDelegate(RowDelegate):
    """Symbol, word and one line of explanation."""

    def paint_row(self, painter: QPainter, area: QRectF, entry: Entry) -> None:
        chip = QRectF(area.left() + 8, area.top() + 7, 44, area.height() - 14)
        draw_chip(painter, chip, entry.glyph, theme.SIZE_BODY)
        text = area.adjusted(62, 4, -8, -4)
        draw_line(painter, text, Qt.AlignmentFlag.AlignTop, entry.title)
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(theme.current().color("text2"))
        draw_line(painter, text, Qt.AlignmentFlag.AlignBottom, entry.explanation)
