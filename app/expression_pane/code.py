"""The expression as code for elsewhere: micrograd as in the lecture, PyTorch, LaTeX."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPalette, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app import fonts, theme
from app.document import Document
from app.expression_pane.replacement import Replacement, smallest_replacement, utf16_units
from app.widgets.buttons import QuietButton
from app.widgets.panel import Panel
from app.widgets.segmented import SegmentedControl
from core import codegen
from core.graph import Graph, Node

MICROGRAD, PYTORCH = "micrograd", "PyTorch"
KINDS: dict[str, Callable[[Graph], str]] = {
    MICROGRAD: codegen.micrograd_code,
    PYTORCH: codegen.pytorch_code,
    "LaTeX": codegen.latex,
}

# Of each kind: how a leaf's line begins, up to the end of its number.
_LEAVES: dict[str, Callable[[str, float], str]] = {
    MICROGRAD: codegen.micrograd_leaf,
    PYTORCH: codegen.pytorch_leaf,
    "LaTeX": codegen.latex_leaf,
}

_LONGEST_WRITING = 0.003  # seconds; of longer code only the dragged number follows at once
_PAUSE = 120  # ms


class CodeView(QPlainTextEdit):
    """The document's graph as code of one kind, live; read-only, to be copied."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("code_view")
        self.setAccessibleName("The expression as code")
        self.setProperty("is_bare", True)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.document().setDocumentMargin(14)
        self._document = document
        self._kind = next(iter(KINDS))
        self._writing_took = 0.0
        self._leaves: list[Node] = []
        self._leaves_of: tuple[Graph, int] | None = None  # the graph that they are of, as it was
        self._is_walking = False
        self._written: dict[str, float] = {}  # the numbers of the leaves in the code, by name
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._write)
        document.values_changed.connect(self._follow)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def set_kind(self, kind: str) -> None:
        """One of KINDS."""
        self._kind = kind
        self._write()
        self.verticalScrollBar().setValue(0)

    def set_walking(self, is_walking: bool) -> None:
        """While a debugger is on its way the code does not tell a gradient either."""
        if is_walking != self._is_walking:
            self._is_walking = is_walking
            self._write()

    def code(self) -> str:
        """The code as it is now, also while nobody sees it."""
        graph = self._document.graph
        if self._is_walking and self._kind == MICROGRAD:
            return codegen.micrograd_code(graph, with_gradient=False)
        return KINDS[self._kind](graph)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._write()

    def _follow(self, _initiator: object = None) -> None:
        if not self.isVisible():
            return
        if self._writing_took > _LONGEST_WRITING:
            self._write_leaves()
            self._pause.start()
        else:
            self._write()

    def _write(self) -> None:
        self._pause.stop()
        if not self.isVisible():
            return
        start = time.thread_time()
        change = smallest_replacement(self.toPlainText(), self.code())
        if change is not None:
            self._replace(change)
        self._written = self._leaf_numbers()
        self._writing_took = time.thread_time() - start

    def _leaf_numbers(self) -> dict[str, float]:
        graph = self._document.graph
        if self._leaves_of != (graph, graph.revision):
            self._leaves_of = graph, graph.revision
            self._leaves = [node for node in graph if node.is_leaf]
        return {node.name: node.data for node in self._leaves}

    def _write_leaves(self) -> None:
        """Show the leaves' numbers of now, where the code says the graph of now otherwise."""
        now = self._leaf_numbers()
        if now.keys() != self._written.keys():
            return
        changed = [name for name in now if now[name] != self._written[name]]
        if len(changed) == 1:
            name = changed[0]
            leaf = _LEAVES[self._kind]
            former, new = leaf(name, self._written[name]), leaf(name, now[name])
            at = f"\n{self.toPlainText()}".find(f"\n{former}")
            if at >= 0:
                start = utf16_units(self.toPlainText()[:at])
                self._replace(Replacement(start, start + utf16_units(former), new))
                self._written = now

    def _replace(self, change: Replacement) -> None:
        cursor = self.textCursor()
        cursor.setPosition(change.start)
        cursor.setPosition(change.end, cursor.MoveMode.KeepAnchor)
        cursor.insertText(change.text)

    def _restyle(self) -> None:
        self.setFont(fonts.mono(theme.SIZE_NODE))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, theme.current().color("text2"))
        self.setPalette(palette)


class CodePanel(Panel):
    """The code in a panel of its own, beside the expression.

    Signals: compare_wanted(): put PyTorch's numbers beside ours.
    """

    compare_wanted = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("As code", parent)
        self.setObjectName("code_panel")
        self.view = CodeView(document)
        self.kind = SegmentedControl(KINDS)
        self.kind.valueChanged.connect(self.view.set_kind)
        copy = QuietButton("Copy", "content-copy")
        copy.setObjectName("code_copy")
        copy.setToolTip("Copy the code")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.view.code()))
        self._compare = QuietButton("Compare")
        self._compare.setObjectName("code_compare")
        self._compare.setToolTip("Run this with PyTorch and compare both engines node by node")
        self._compare.clicked.connect(lambda _checked=False: self.compare_wanted.emit())
        self._compare.hide()
        self.kind.valueChanged.connect(lambda kind: self._compare.setVisible(kind == PYTORCH))
        self.add_title_widget(self.kind)
        self.add_action_widget(self._compare)
        self.add_action_widget(copy)
        self.set_body(self.view)
