"""The text of the expression, with line numbers before it and live numbers behind it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextDocumentLayout, QPlainTextEdit, QWidget

from app import fonts, theme
from app.expression_pane.highlighter import Highlighter, font_of_text
from app.expression_pane.indenting import indentation_after
from app.expression_pane.replacement import as_qt_has_it, smallest_replacement
from core.expression import refusal_by_size

ROW = 24  # px at 100 %, of one line of text and its numbers
_LEAST_ZOOM, _GREATEST_ZOOM = 0.7, 3.0
_NUMBER_SIDE = 12
_MARGIN = 2


class Row(NamedTuple):
    """One visible line: its number from 1, and its box in the viewport's coordinates."""

    line: int
    top: float
    height: float


class ExpressionEdit(QPlainTextEdit):
    """Edits the text and paints the rows; whoever owns it decides what they mean.

    Its own undo is off: the document's history is the only one.
    Signals: about_to_edit() before a key or a paste; edited() when the user changed the text;
    undo_asked(), redo_asked() by keys; line_entered(line) when the user moved the cursor to
    another line; refused(error) when a text that was pasted or dropped is too large to be read.
    """

    about_to_edit = Signal()
    edited = Signal()
    undo_asked = Signal()
    redo_asked = Signal()
    line_entered = Signal(int)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("expression_edit")
        self.setAccessibleName("Expression")
        self.setProperty("is_bare", True)
        document = QTextDocument(self)
        document.setDocumentLayout(_RowLayout(document))
        document.setDocumentMargin(_MARGIN)
        self.setDocument(document)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setMouseTracking(True)
        self._highlighter = Highlighter(document)
        self._zoom = 1.0
        self._is_applying = False
        self._last_line = self._line_count = 1
        self._marked: frozenset[int] = frozenset()
        self._step_line: int | None = None
        self._is_placing = False
        self._mistake: tuple[int, int] | None = None  # units start to end
        self._columns: QWidget | None = None
        self._snug = 0
        self._longest_line = -1, ""  # and the revision of the text that it is of
        self._numbers = LineNumbers(self)
        self.textChanged.connect(self._text_changed)
        self.cursorPositionChanged.connect(self._cursor_moved)
        self.updateRequest.connect(self._scrolled)
        self.blockCountChanged.connect(lambda _count: self._place_sides())
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    # ----- text -----------------------------------------------------------------------------

    def text(self) -> str:
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Show another text; cursor, selection and scroll position stay where they can."""
        change = smallest_replacement(self.toPlainText(), as_qt_has_it(text))
        if change is None:
            return
        self._is_applying = True
        cursor = QTextCursor(self.document())
        cursor.setPosition(change.start)
        cursor.setPosition(change.end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(change.text)
        self._is_applying = False
        self._last_line = self.textCursor().blockNumber() + 1

    def show_new_text(self, text: str) -> None:
        """Show the text of another document, from its first line."""
        self._is_applying = True
        self.setPlainText(as_qt_has_it(text))
        self._is_applying = False
        self._last_line = self._line_count = 1

    def replace_units(self, start: int, end: int, text: str) -> None:
        """Let the user's hand replace a part, as accepting a suggestion does."""
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    # ----- marks ----------------------------------------------------------------------------

    def set_marked_lines(self, lines: set[int]) -> None:
        """The lines of the selected nodes."""
        if lines != self._marked:
            self._marked = frozenset(lines)
            self._update_all()

    def set_step_line(self, line: int | None) -> None:
        """The line of the node that a debugger is at."""
        if line != self._step_line:
            self._step_line = line
            self._update_all()

    def set_mistake(self, span: tuple[int, int] | None) -> None:
        """Underline units start to end as a mistake; None for none."""
        if span != self._mistake:
            self._mistake = span
            self.viewport().update()

    def show_line(self, line: int) -> None:
        """Scroll as little as needed for a line to be seen; the cursor stays."""
        rows = max(1, int(self.viewport().height() / self.row_height()) - 1)
        bar = self.verticalScrollBar()
        if line - 1 < bar.value():
            bar.setValue(line - 1)
        elif line > bar.value() + rows:
            bar.setValue(line - rows)

    # ----- rows -----------------------------------------------------------------------------

    def row_height(self) -> float:
        """Height of one line in pixels."""
        natural = QFontMetricsF(self.font()).lineSpacing()
        return max(fonts.px(ROW) * self._zoom, natural)

    def visible_rows(self) -> list[Row]:
        """The lines that show, from the top. All are of one height, since none is wrapped."""
        first = self.firstVisibleBlock()
        height = self.row_height()
        above = (height - QFontMetricsF(self.font()).lineSpacing()) / 2  # Qt has all of it below
        top = self.blockBoundingGeometry(first).translated(self.contentOffset()).top() - above
        line = first.blockNumber() + 1
        count = min(
            int((self.viewport().height() - top) / height) + 1, self.blockCount() + 1 - line
        )
        return [Row(line + i, top + i * height, height) for i in range(count)]

    def paint_rows(self, painter: QPainter, area: QRect) -> None:
        """The grounds of the marked lines, across `area`; whoever stands beside the text too."""
        now = theme.current()
        current = self.textCursor().blockNumber() + 1 if self.hasFocus() else None
        if not (self._marked or self._step_line or current):
            return
        for row in self.visible_rows():
            box = QRectF(area.left(), row.top, area.width(), row.height)
            if row.line == self._step_line:
                painter.fillRect(box, now.color("accent_soft"))
            elif row.line in self._marked:
                painter.fillRect(box, now.color("hover"))
            elif row.line == current:
                painter.fillRect(box, now.color("canvas"))

    # ----- sides ----------------------------------------------------------------------------

    def set_columns(self, columns: QWidget, snug_width: int) -> None:
        """A widget that stands to the right of the text, scrolled with it by `paint_rows`.

        It draws in to `snug_width` (at 100 %) where a line is long.
        """
        self._columns, self._snug = columns, snug_width
        columns.setParent(self)
        self._place_sides()

    def longest_line_width(self) -> float:
        """Pixels that the longest line takes."""
        # Not the document's size: Qt lets that grow with each new format, and never shrink.
        revision, longest = self._longest_line
        if revision != self.document().revision():
            revision, longest = self.document().revision(), max(self.text().split("\n"), key=len)
            self._longest_line = revision, longest
        return QFontMetricsF(self.font()).horizontalAdvance(longest) + 2 * _MARGIN

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_sides()

    def _place_sides(self) -> None:
        if self._is_placing:
            return  # new margins may let a scroll bar come or go, which is a resize again
        left = self._numbers.sizeHint().width()
        right = self._columns_width(left)
        self._is_placing = True
        self.setViewportMargins(left, 0, right, 0)
        self._is_placing = False
        inner = self.contentsRect()
        bar = self.verticalScrollBar()
        bar_width = bar.width() if bar.isVisible() else 0
        height = self.viewport().height()
        self._numbers.setGeometry(inner.left(), inner.top(), left, height)
        if self._columns is not None:
            x = inner.right() + 1 - bar_width - right
            self._columns.setGeometry(x, inner.top(), right, height)
            self._columns.setVisible(right > 0)

    def _columns_width(self, left: int) -> int:
        if self._columns is None:
            return 0
        width = self.contentsRect().width()
        # At two fifths of the width the numbers are near to what they belong to; long lines push
        # them to the right, by steps, so that typing does not move them at each key.
        step = 48
        text = -(-int(self.longest_line_width() + left) // step) * step
        start = max(int(0.392 * width), min(text, width - fonts.px(self._snug)))
        least = self._columns.minimumSizeHint().width()
        room = width - start
        return room if room >= least else (least if width > 2 * least else 0)

    def _scrolled(self, _area: QRect, _dy: int) -> None:
        self._update_sides()

    def _update_sides(self) -> None:
        self._numbers.update()
        if self._columns is not None:
            self._columns.update()

    def _update_all(self) -> None:
        self.viewport().update()
        self._update_sides()

    # ----- events ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self.paint_rows(painter, self.viewport().rect())
        self._paint_mistake(painter, is_ground=True)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_mistake(painter, is_ground=False)

    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and self._undo_signal(event):
            # Accepted here and answered in keyPressEvent, whatever shortcuts a window has.
            event.accept()
            return True
        return super().event(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Refuse what could not be read before it is laid out, which would take a second."""
        self.about_to_edit.emit()
        text = source.text()
        is_more = not self.textCursor().hasSelection()
        error = refusal_by_size(text) or (refusal_by_size(self.text(), text) if is_more else None)
        if error is not None:
            self.refused.emit(error)
        else:
            super().insertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.about_to_edit.emit()
        signal = self._undo_signal(event)
        if signal == "undo":
            self.undo_asked.emit()
        elif signal == "redo":
            self.redo_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            cursor = self.textCursor()
            before = cursor.block().text()[: cursor.positionInBlock()]
            super().keyPressEvent(event)
            self.textCursor().insertText(indentation_after(before))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.1 ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        # A click on the line where the cursor is already asks for its node again.
        self.line_entered.emit(self.textCursor().blockNumber() + 1)

    def zoom_by(self, factor: float) -> None:
        """Larger or smaller text; 0 brings back 100 %."""
        zoom = min(max(self._zoom * factor, _LEAST_ZOOM), _GREATEST_ZOOM) if factor else 1.0
        if zoom != self._zoom:
            self._zoom = zoom
            self._restyle()

    def _undo_signal(self, event: QKeyEvent) -> str | None:
        if event.matches(QKeySequence.StandardKey.Undo):
            return "undo"
        is_control_y = event.key() == Qt.Key.Key_Y and (
            event.modifiers() == Qt.KeyboardModifier.ControlModifier
        )
        return "redo" if is_control_y or event.matches(QKeySequence.StandardKey.Redo) else None

    def _text_changed(self) -> None:
        if not self._is_applying:
            self._mistake = None
            self.edited.emit()
        if self.blockCount() < self._line_count:
            self._forget_width()
        self._line_count = self.blockCount()
        self._place_sides()

    def _forget_width(self) -> None:
        """Measure the lines anew: Qt's layout keeps the width of a longest one that is gone."""
        bar = self.verticalScrollBar()
        place = bar.value()
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        bar.setValue(place)

    def _cursor_moved(self) -> None:
        line = self.textCursor().blockNumber() + 1
        if line != self._last_line and not self._is_applying:
            self._last_line = line
            self.line_entered.emit(line)
        self._update_all()

    def _paint_mistake(self, painter: QPainter, *, is_ground: bool) -> None:
        if self._mistake is None:
            return
        now = theme.current()
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(self._mistake[0], self.document().characterCount() - 1))
        start = self.cursorRect(cursor)
        cursor.setPosition(min(self._mistake[1], self.document().characterCount() - 1))
        end = self.cursorRect(cursor)
        is_one_line = abs(end.top() - start.top()) < 1
        right = end.left() if is_one_line and end.left() > start.left() else start.left() + 9
        box = QRectF(start.left(), start.top() - 1, right - start.left(), start.height() + 1)
        if is_ground:
            painter.fillRect(box, now.color("error_soft"))
            return
        pen = QPen(now.color("error"), 2)
        pen.setDashPattern([1, 1])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # a square one would close the gaps
        painter.setPen(pen)
        y = box.bottom() + 1
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

    def _restyle(self) -> None:
        self.setFont(font_of_text(self._zoom))
        self.viewport().setFont(self.font())  # in which the placeholder is painted
        layout = self.document().documentLayout()
        if isinstance(layout, _RowLayout):
            layout.row_height = self.row_height()
            layout.requestUpdate()
        self._is_applying = True
        self._highlighter.restyle(self._zoom)
        self._is_applying = False
        self.document().markContentsDirty(0, self.document().characterCount())
        self._place_sides()
        self._update_all()

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(480), fonts.px(ROW) * 8)


class _RowLayout(QPlainTextDocumentLayout):
    """Qt's own layout with taller lines; it knows no line height."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.row_height = 0.0

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        box = super().blockBoundingRect(block)
        if block.isValid() and block.lineCount() == 1:
            box.setHeight(max(box.height(), self.row_height))
        return box


class LineNumbers(QWidget):
    """The numbers before the lines."""

    def __init__(self, edit: ExpressionEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    def sizeHint(self) -> QSize:
        digits = max(2, len(str(self._edit.blockCount())))
        metrics = QFontMetricsF(fonts.sans(theme.SIZE_CAPTION))
        return QSize(round(metrics.horizontalAdvance("0") * digits) + 2 * _NUMBER_SIDE, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a number selects its line."""
        for row in self._edit.visible_rows():
            if row.top <= event.position().y() < row.top + row.height:
                cursor = QTextCursor(self._edit.document().findBlockByNumber(row.line - 1))
                cursor.movePosition(
                    QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
                )
                self._edit.setTextCursor(cursor)
                self._edit.setFocus()
                self._edit.line_entered.emit(row.line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._edit.paint_rows(painter, self.rect())
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(theme.current().color("text3"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row in self._edit.visible_rows():
            box = QRectF(0, row.top, self.width() - _NUMBER_SIDE, row.height)
            painter.drawText(box, right, str(row.line))
