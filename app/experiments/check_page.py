"""The gradient check: every leaf beside its central difference, and the error's V over h."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document import Document
from app.experiments.error_plot import ErrorPlot
from app.experiments.page import Page, row_of, sentence
from app.experiments.table import NodeTable, Row
from app.widgets.segmented import SegmentedControl
from app.widgets.step_slider import StepSlider
from core.experiments.gradient_check import (
    LEAST_STEP,
    MOST_STEP,
    STEP,
    STEPS,
    GradientCheck,
    check_at_steps,
    check_nodes,
)
from core.known import UNKNOWN
from core.numbers import format_number

LEAVES, ALL = "leaves", "all nodes"
_AT_ONCE = 64  # nodes that are checked before the window has its turn again


class CheckPage(Page):
    """A slider for h, a table of checks, and the plot for the chosen node."""

    column_width = 310

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.step = StepSlider("h", LEAST_STEP, MOST_STEP, STEP)
        self.step.setToolTip("How far the node is moved to both sides: (L(x+h) − L(x−h)) / 2h")
        self.step.slider.setObjectName("check_step")
        self.which = SegmentedControl((LEAVES, ALL))
        self.which.setToolTip("Which nodes are checked")
        self.verdict = sentence()
        self.explanation = sentence()
        columns = ("node", "grad", "slope", "error")
        self.table = NodeTable("Gradient check of each node", columns)
        self.table.setObjectName("check_table")
        self.plot = ErrorPlot()
        choice = row_of(self.which)
        choice.addStretch(1)
        self.controls.addLayout(choice)
        self.controls.addWidget(self.step)
        self.controls.addWidget(self.table, 1)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.verdict)
        column.addWidget(self.plot, 1)
        column.addWidget(self.explanation)
        self.body.addLayout(column)
        self._rows: list[Row] = []
        self._checks: Iterator[GradientCheck] | None = None
        self._ids: list[str] = []
        self._go_on_soon = QTimer(self)
        self._go_on_soon.setInterval(0)
        self._go_on_soon.timeout.connect(self._go_on)
        self._connect()

    def _connect(self) -> None:
        self.step.step_changed.connect(lambda _h: self.refresh())
        self.which.valueChanged.connect(lambda _word: self.refresh())
        self.table.row_chosen.connect(self._choose)
        self.plot.dragged.connect(self._drag_step)
        self.document.selection_changed.connect(self._show_selected)

    # ----- the table ------------------------------------------------------------------------

    def refresh(self) -> None:
        graph = self.document.graph
        is_all = self.which.value() == ALL
        self._ids = [
            node.id for node in graph if node.id in graph.reached and (is_all or node.is_leaf)
        ]
        self._checks = check_nodes(graph, self._ids, self.step.step())
        self._rows = []
        self._go_on()

    def hideEvent(self, event: object) -> None:
        self._checks = None
        self._go_on_soon.stop()

    def _go_on(self) -> None:
        """Check some nodes more; a large graph takes several turns."""
        if self._checks is None:
            return
        graph = self.document.graph
        for _ in range(_AT_ONCE):
            check = next(self._checks, None)
            if check is None:
                self._checks = None
                break
            id = self._ids[len(self._rows)]
            self._rows.append(_row(id, graph.nodes[id].name, check))
        if self._checks is None:
            self._go_on_soon.stop()
            self._finish()
        elif not self._go_on_soon.isActive():
            self._go_on_soon.start()

    def _finish(self) -> None:
        self.table.show_rows(self._rows)
        wrong = sum(row.is_wrong for row in self._rows)
        count = len(self._rows)
        if not count:
            words = "There is no node yet that an output depends on."
        elif wrong:
            words = f"✗ {wrong} of {count} differ by more than h and float64 explain."
        else:
            words = f"✓ All {count} agree, as far as h and float64 can tell."
        self.verdict.set_role("error" if wrong else "accent" if count else "text2")
        self.verdict.setText(words)
        if self.table.current_id is None and self._rows:
            self.table.choose(self._rows[0].id)
        self._show_selected()

    def _show_selected(self, _initiator: object = None) -> None:
        if self.isVisible():
            self.table.choose(self.document.current)
            self._draw()

    def _choose(self, id: str) -> None:
        self.document.select([id], id, self)
        self._draw()

    # ----- the plot -------------------------------------------------------------------------

    def _drag_step(self, h: float) -> None:
        self.step.set_step(h)

    def _draw(self) -> None:
        """The error against h for the chosen node."""
        id, graph = self.table.current_id, self.document.graph
        if id is None or id not in graph.nodes:
            self.plot.clear()
            self.explanation.setText("")
            return
        output = graph.output
        is_finite = output is None or math.isfinite(graph.nodes[output].data)
        checks, caption = check_at_steps(graph, id, STEPS), f"error of {graph.nodes[id].name}.grad"
        words = self.plot.show_checks(checks, self.step.step(), caption, is_finite=is_finite)
        self.explanation.setText(words)


def _row(id: str, name: str, check: GradientCheck) -> Row:
    slope = UNKNOWN if math.isnan(check.slope) else format_number(check.slope)
    error = UNKNOWN if math.isnan(check.error) else format_number(check.error, 2)
    is_lost = math.isnan(check.slope) and math.isfinite(check.grad)
    tip = f"{check.verdict}; h and float64 explain up to {format_number(check.explained, 2)}"
    cells = (name, format_number(check.grad), slope, error)
    return Row(id, cells, is_wrong=not check.agrees and not is_lost, tip=tip)
