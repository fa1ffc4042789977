"""Both engines on the same graph: ours, and PyTorch's in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

from PySide6.QtCore import QDir, QProcess
from PySide6.QtWidgets import QWidget

from app.background import Background
from app.document import Document
from app.experiments.page import Page, sentence
from app.experiments.table import NodeTable, Row
from app.widgets.buttons import Button
from core.graph import Graph
from core.numbers import format_full, format_number
from core.torch_comparison import MISSING, Comparison, read, script, verdict

_HINT = (
    "Runs the code as it stands under PyTorch, with a line for each node, in another process, and "
    "puts what it prints beside our numbers."
)
_START, _STOP = "Compare with PyTorch", "Stop"
_START_TIP = "Compute every node with PyTorch as well"
_STOP_TIP = "End the other process and compare nothing"
_GIVE_UP_AFTER = 1000  # ms for a process that is told to stop


class TorchPage(Page):
    """A button, a verdict and a row for each node."""

    column_width = 190

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.compare = Button(_START)
        self.compare.setObjectName("torch_compare")
        self.compare.setToolTip(_START_TIP)
        self.compare.clicked.connect(lambda _checked=False: self._start_or_stop())
        self.verdict, hint = sentence(), sentence()
        self.verdict.setObjectName("torch_verdict")
        hint.setText(_HINT)
        for widget in (self.compare, self.verdict, hint):
            self.controls.addWidget(widget)
        self.controls.addStretch(1)
        columns = ("node", "data", "torch", "grad", "torch", "apart")
        self.table = NodeTable("Numbers of both engines", columns)
        self.table.setObjectName("torch_table")
        self.table.row_chosen.connect(self._select)
        self.body.addWidget(self.table)
        self._is_done = True
        self._compared: tuple[object, int] | None = None  # the graph and its evaluation
        self._process: QProcess | None = None
        self._twin: Graph | None = None  # of the graph that is compared, for threads
        self._background = Background(self)

    def _start_or_stop(self) -> None:
        if self._compared is not None and not self._is_done:
            self._compared = None
            self._stop()
        else:
            self.start()

    def start(self) -> None:
        """Compare now, unless that is going on."""
        if self._process is not None:
            return
        graph = self.document.graph
        if find_spec("torch") is None:
            self._say(f"✗ {MISSING}", "error")
            return
        if graph.output is None:
            self._say("There is no output yet to start backward from.", "text2")
            return
        self._compared = graph, graph.evaluations
        self._is_done = False
        process = self._process = QProcess(self)
        process.setWorkingDirectory(QDir.tempPath())
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail)
        process.start(sys.executable, ["-"])
        self._background.run(partial(_written, graph.copier()), self._send)
        self._show_button(is_running=True)
        self.table.show_rows([])
        self._say("PyTorch is starting, which takes some seconds …", "text2")

    def _send(self, written: tuple[Graph, str]) -> None:
        """Give the process the program that a thread has written."""
        self._twin, program = written
        if self._process is not None:
            self._process.write(program.encode())
            self._process.closeWriteChannel()

    def _show_button(self, *, is_running: bool) -> None:
        self.compare.setText(_STOP if is_running else _START)
        self.compare.setToolTip(_STOP_TIP if is_running else _START_TIP)

    def refresh(self) -> None:
        """Numbers that are new have not been compared."""
        graph = self.document.graph
        if self._compared is not None and self._compared != (graph, graph.evaluations):
            self._stop()
            self._compared = None
            self.table.show_rows([])
            self._say("The numbers are new: compare again.", "text2")

    def hideEvent(self, event: object) -> None:
        self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        self._background.cancel()
        if process is not None:
            process.finished.disconnect(self._finish)
            process.errorOccurred.disconnect(self._fail)
            process.kill()
            process.waitForFinished(_GIVE_UP_AFTER)
            process.deleteLater()
        if not self._is_done:
            self._say("", "text2")
        self._end()

    def _end(self) -> None:
        self._is_done = True
        self._show_button(is_running=False)

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._stop()
            self._say(f"✗ {sys.executable} could not be started.", "error")

    def _finish(self, code: int, _status: QProcess.ExitStatus) -> None:
        process, self._process = self._process, None
        assert process is not None
        printed = bytes(process.readAllStandardOutput().data()).decode(errors="replace")
        complaint = bytes(process.readAllStandardError().data()).decode(errors="replace")
        process.deleteLater()
        if code != 0 or self._twin is None:
            last = complaint.strip().splitlines()[-1:] or ["it ended without a word"]
            self._end()
            self._say(f"✗ PyTorch did not run: {last[0]}", "error")
        else:
            self._background.run(partial(_compared, self._twin, printed), self._show)

    def _show(self, found: tuple[bool, str, list[Row]]) -> None:
        """What came out: whether the engines agree, in a sentence, and node by node."""
        agrees, words, rows = found
        self._end()
        self._say(f"✓ {words}" if agrees else f"✗ {words}", "accent" if agrees else "error")
        self.table.show_rows(rows)

    def _say(self, words: str, role: str) -> None:
        self.verdict.set_role(role)
        self.verdict.setText(words)

    def _select(self, id: str) -> None:
        self.document.select([id], id, self)


def _written(make: Callable[[], Graph]) -> tuple[Graph, str]:
    """In a thread: the graph, and the program that computes it with PyTorch."""
    twin = make()
    return twin, script(twin)


def _compared(graph: Graph, printed: str) -> tuple[bool, str, list[Row]]:
    """In a thread: what PyTorch has printed beside our numbers."""
    try:
        comparisons = read(graph, printed)
    except ValueError as error:
        return False, str(error), []
    agrees = all(each.agrees for each in comparisons)
    return agrees, verdict(comparisons), [_row(graph, each) for each in comparisons]


def _row(graph: Graph, each: Comparison) -> Row:
    numbers = (each.data, each.torch_data, each.grad, each.torch_grad)
    tip = "   ".join(format_full(number) for number in numbers)
    apart = format_number(each.difference, 2)
    cells = (graph.nodes[each.id].name, *(format_number(number) for number in numbers), apart)
    return Row(each.id, cells, is_wrong=not each.agrees, tip=tip)
