"""The expression pane: text that is the graph, and the graph's numbers beside it."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.document import Document
from app.expression_pane.code import KINDS, CodeView
from app.expression_pane.columns import SNUG, ValueColumns
from app.expression_pane.edit import ExpressionEdit
from app.expression_pane.lines import LineNodes
from app.expression_pane.replacement import utf16_units
from app.expression_pane.status import StatusLine
from app.widgets.buttons import IconButton
from app.widgets.panel import Panel
from app.widgets.pop_up import PopUp
from app.widgets.segmented import SegmentedControl
from core.expression import ExpressionError
from core.stepping import State

# Text that takes longer than this to read is read when the typing pauses: keys come first.
_LONGEST_READING = 0.012  # seconds
_LONG_TEXT = 4_000  # characters, which take about as long
_PAUSE = 150  # ms
_EXPRESSION = "Expression"


class ExpressionPane(Panel):
    """Shows and edits `document.text`; one history with all other views."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(_EXPRESSION, parent)
        self._document = document
        self._reading_took = 0.0
        self._error: ExpressionError | None = None  # of the text that is shown
        self._step: str | None = None  # id of the node that the debugger is at
        self._state: State | None = None  # how far it has come
        self._shown_step_line: int | None = None
        self.edit = ExpressionEdit()
        self.edit.setPlaceholderText("L = (a*b + c) * f")
        self._lines = LineNodes(document)
        self._columns = ValueColumns(document, self._lines, self.edit)
        self.edit.set_columns(self._columns, SNUG)
        self.status = StatusLine()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._read_later)
        copy = IconButton("content-copy", "Copy what is shown")
        copy.setObjectName("expression_copy")
        copy.clicked.connect(self._copy)
        self.add_action_widget(copy)
        self._more = IconButton("dots-vertical", "More for the expression")
        self._more.clicked.connect(self._show_menu)
        self.add_action_widget(self._more)
        self._make_pages()
        self._connect()
        self._show_document()

    def _make_pages(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.edit, 1)
        column.addWidget(self.status)
        self.code = CodeView(self._document)
        self._pages = QStackedWidget()
        self._pages.addWidget(body)
        self._pages.addWidget(self.code)
        self.tabs = SegmentedControl([_EXPRESSION, *KINDS])
        self.tabs.valueChanged.connect(self._show_page)
        self.add_title_widget(self.tabs)
        self.set_body(self._pages)
        self.set_code_tabs(False)

    def set_code_tabs(self, has_tabs: bool) -> None:
        """Whether the code is shown in tabs of this pane, where it has no panel of its own."""
        self.set_title("" if has_tabs else _EXPRESSION)
        self.setAccessibleName(_EXPRESSION)
        self.tabs.setVisible(has_tabs)
        if not has_tabs:
            self.tabs.setValue(_EXPRESSION)

    def _show_page(self, tab: str) -> None:
        self._pages.setCurrentIndex(0 if tab == _EXPRESSION else 1)
        if tab != _EXPRESSION:
            self.code.set_kind(tab)

    def _copy(self) -> None:
        is_code = self._pages.currentWidget() is self.code
        QGuiApplication.clipboard().setText(self.code.code() if is_code else self.edit.text())

    def _show_menu(self) -> None:
        menu = PopUp(self)
        menu.add_copy("Copy the expression", self.edit.text)
        for kind, write in KINDS.items():
            menu.add_copy(f"Copy as {kind}", partial(write, self._document.graph))
        menu.addSeparator()
        for words, factor in (("Larger text", 1.2), ("Smaller text", 1 / 1.2), ("Normal text", 0)):
            menu.add(words, partial(self.edit.zoom_by, factor))
        menu.open_under(self._more)

    def set_step(self, current: str | None, caption: str, state: State | None) -> None:
        """Show where the debugger is, and the gradients as far as they have come."""
        self._step = current
        self._state = state
        self._columns.set_state(state)
        self.code.set_walking(state is not None)
        if self._error is None:
            self.status.show_graph(self._document.graph, state)
        self._mark_step()

    def read_now(self) -> None:
        """Let the document take over what has been typed, if it has not yet."""
        self._pause.stop()
        text = self.edit.text()
        if text == self._document.text:
            return
        start = time.thread_time()  # a busy machine must not make short texts wait
        self._document.set_text(text, self)
        self._reading_took = time.thread_time() - start

    def _read_later(self) -> None:
        self._document.set_text_later(self.edit.text(), self)

    def _be_up_to_date(self) -> None:
        """Nobody types into a text that is about to be replaced by that of an edited graph."""
        if self._document.is_text_pending:
            self._text_changed(None)  # which waits for the text

    # ----- from the user --------------------------------------------------------------------

    def _edited(self) -> None:
        is_slow = self._reading_took > _LONGEST_READING
        if is_slow or self.edit.document().characterCount() > _LONG_TEXT:
            self._pause.start()
        else:
            self.read_now()

    def _undo(self) -> None:
        self.read_now()
        self._document.undo_stack.undo()

    def _redo(self) -> None:
        self.read_now()
        self._document.undo_stack.redo()

    def _select_line(self, line: int) -> None:
        id = self._lines.node_at(line)
        if id is not None:
            self._document.select([id], id, self)

    def _take_suggestion(self, text: str) -> None:
        error = self._error
        if error is not None:
            start, end = self._span(error)
            self.edit.replace_units(start, end, text)
            self.edit.setFocus()

    # ----- from the document ----------------------------------------------------------------

    def _connect(self) -> None:
        document = self._document
        document.replaced.connect(self._show_document)
        document.text_changed.connect(self._text_changed)
        document.values_changed.connect(self._values_changed)
        document.structure_changed.connect(self._values_changed)
        document.selection_changed.connect(self._selection_changed)
        self.edit.about_to_edit.connect(self._be_up_to_date)
        self.edit.edited.connect(self._edited)
        self.edit.refused.connect(self.status.show_refusal)
        self.edit.undo_asked.connect(self._undo)
        self.edit.redo_asked.connect(self._redo)
        self.edit.line_entered.connect(self._select_line)
        self.status.suggestion_taken.connect(self._take_suggestion)

    def _show_document(self) -> None:
        self._pause.stop()
        self._reading_took = 0.0
        self.edit.show_new_text(self._document.text)
        self._text_changed(None)
        self._selection_changed(None)

    def _text_changed(self, initiator: object) -> None:
        if initiator is not self:
            self._pause.stop()
            self.edit.show_text(self._document.text)
        self._lines.refresh()
        error = self._error = self._document.text_error
        self.edit.set_mistake(None if error is None else self._span(error))
        self._mark_lines()
        self._mark_step()
        self._values_changed(initiator)
        if initiator is self:
            self._select_line(self.edit.textCursor().blockNumber() + 1)

    def _values_changed(self, _initiator: object) -> None:
        self._columns.show_new_values()
        error = self._error
        if error is None:
            self.status.show_graph(self._document.graph, self._state)
        else:
            start, end = self._span(error)
            cursor = QTextCursor(self.edit.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self.status.show_error(error, cursor.selectedText())

    def _selection_changed(self, initiator: object) -> None:
        self._mark_lines()
        current = self._document.current
        if initiator is not self and current is not None:
            for line in self._lines.lines_of([current]):
                self.edit.show_line(line)

    def _mark_lines(self) -> None:
        self.edit.set_marked_lines(self._lines.lines_of(self._document.selection))

    def _mark_step(self) -> None:
        lines = self._lines.lines_of([] if self._step is None else [self._step])
        line = min(lines, default=None)
        self.edit.set_step_line(line)
        if line is not None and line != self._shown_step_line:
            self.edit.show_line(line)
        self._shown_step_line = line

    def _span(self, error: ExpressionError) -> tuple[int, int]:
        """The mistake's place as units of the shown text; at a line's end its last character."""
        block = self.edit.document().findBlockByNumber(error.line - 1)
        if not block.isValid():
            block = self.edit.document().lastBlock()
        text = block.text()
        first = min(error.column - 1, max(0, len(text) - 1))
        last = min(first + max(1, error.length), len(text))
        start = block.position()
        return start + utf16_units(text[:first]), start + utf16_units(text[:last])
