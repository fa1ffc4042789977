"""The bug laboratory: backward as it goes wrong, beside its correct twin."""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.document import Document
from app.experiments.page import Page, row_of, sentence
from app.experiments.plot import Plot, span_of
from app.experiments.table import NodeTable, Row
from app.widgets.buttons import Button, QuietButton
from app.widgets.labeled_slider import LabeledSlider
from app.widgets.segmented import SegmentedControl
from app.widgets.step_slider import StepSlider
from core.experiments.bug_laboratory import (
    BUGS,
    NO_ZERO_GRAD,
    WRONG_DERIVATIVE,
    Bug,
    descend,
    differences,
    explain_here,
    mistakable,
)
from core.experiments.mistakes import mistaken_derivatives
from core.numbers import format_number
from core.ops import INPUT_NAMES, Op, rule

GRADIENTS, DESCENT = "gradients", "descent"
_STEPS = 40  # of the descent
_STEPS_AT_ONCE = 4  # before the window has its turn again
_LARGE = 200  # nodes from which on the descent waits for a rest, and takes several turns
_REST = 120  # ms
_MOST_CALLS = 8


class BugsPage(Page):
    """Four bugs; for each what it is, both gradients of each node, and both descents."""

    column_width = 180

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.bug = BUGS[0]
        self.buttons = self._make_buttons()
        self.op = QComboBox()
        self.op.setObjectName("bug_op")
        self.op.setAccessibleName("Op whose local derivative is mistaken")
        self.op.setToolTip("Op whose local derivative is mistaken")
        self.calls = LabeledSlider("backward calls", 1, _MOST_CALLS, value=2, label_width=92)
        self.calls.slider.setObjectName("bug_calls")
        self.calls.setToolTip("How often backward has been called, and the gradients never cleared")
        self.example = QuietButton("Try the example")
        self.example.setObjectName("bug_example")
        self.example.clicked.connect(lambda _checked=False: self._show_example())
        self.rate = StepSlider("rate", -4, 0, 0.01, label_width=30)
        self.rate.slider.setObjectName("bug_rate")
        self.rate.setToolTip("Learning rate of both descents")
        for widget in (self.op, self.calls, self.rate):
            self.controls.addWidget(widget)
        self.controls.addWidget(self.example, 0, Qt.AlignmentFlag.AlignLeft)
        self.controls.addStretch(1)
        self.words = sentence()
        self.words.setObjectName("bug_words")
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.body.addWidget(_scrolled(self.words), 4)
        self.body.addLayout(self._make_results(), 6)
        self._chosen_op = ""  # by the user; where it is not there, tanh or the first one
        self._twins: tuple[Iterator[float], Iterator[float]] | None = None
        self._right: list[float] = []
        self._wrong: list[float] = []
        self._go_on_soon = QTimer(self)
        self._go_on_soon.setSingleShot(True)
        self._go_on_soon.timeout.connect(self._go_on)
        self._connect()
        self._show_options()

    def _make_buttons(self) -> QButtonGroup:
        group = QButtonGroup(self)
        for place, bug in enumerate(BUGS):
            button = Button(bug.name)
            button.setObjectName(f"bug_{place}")
            button.setCheckable(True)
            button.setChecked(bug is self.bug)
            group.addButton(button, place)
            self.controls.addWidget(button)
        return group

    def _make_results(self) -> QVBoxLayout:
        self.shown = SegmentedControl((GRADIENTS, DESCENT))
        self.shown.setToolTip("Both gradients of each node, or what a descent makes of them")
        self.table = NodeTable("Gradients with and without the bug", ("node", "right", "bug"))
        self.table.setObjectName("bug_table")
        self.plot = Plot("Descent with and without the bug", can_drag=False)
        self._right_line = self.plot.add_line(0)
        self._wrong_line = self.plot.add_line(1, is_dashed=True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.plot)
        column = QVBoxLayout()
        column.setSpacing(4)
        choices = row_of(self.shown)
        choices.addStretch(1)
        column.addLayout(choices)
        column.addWidget(self._pages, 1)
        return column

    def _connect(self) -> None:
        self.buttons.idClicked.connect(self._choose)
        self.op.activated.connect(self._choose_op)
        self.calls.valueChanged.connect(lambda _count: self.refresh())
        self.shown.valueChanged.connect(self._turn)
        self.rate.step_changed.connect(lambda _rate: self.refresh())
        self.table.row_chosen.connect(self._select)

    # ----- from the user --------------------------------------------------------------------

    def _choose(self, place: int) -> None:
        self.bug = BUGS[place]
        self._show_options()
        self.refresh()

    def _turn(self, word: str) -> None:
        self._pages.setCurrentIndex((GRADIENTS, DESCENT).index(word))
        self._show_options()
        self.refresh()

    def _show_example(self) -> None:
        self.document.replace_text(self.bug.example, f"Write the example of {self.bug.name}", self)

    def _choose_op(self, _index: int) -> None:
        self._chosen_op = self.op.currentData()
        self.refresh()

    def _select(self, id: str) -> None:
        self.document.select([id], id, self)

    def _show_options(self) -> None:
        is_descent = self.shown.value() == DESCENT
        self.op.setVisible(self.bug.name == WRONG_DERIVATIVE)
        self.calls.setVisible(self.bug.name == NO_ZERO_GRAD and not is_descent)
        self.rate.setVisible(is_descent)
        lines = self.bug.example.replace("\n", ";  ")
        self.example.setToolTip(f"{lines}   (Ctrl+Z brings your expression back)")

    # ----- showing --------------------------------------------------------------------------

    def hideEvent(self, event: object) -> None:
        self._twins = None
        self._go_on_soon.stop()

    def refresh(self) -> None:
        graph = self.document.graph
        self._list_ops()
        found = differences(
            graph, self.bug, op=self._mistaken(), backward_calls=round(self.calls.value())
        )
        self.words.setText(
            _describe(self.bug, self._mistaken(), explain_here(graph, self.bug, found))
        )
        if self.shown.value() == DESCENT:
            self._start_descents()
            return
        self.table.show_rows([
            Row(
                each.id,
                (graph.nodes[each.id].name, format_number(each.right), format_number(each.wrong)),
                is_wrong=each.is_wrong,
            )
            for each in found
        ])  # fmt: skip

    def _list_ops(self) -> None:
        """The ops of the graph; the chosen one stays where it is still there."""
        ops = mistakable(self.document.graph)
        if [self.op.itemData(i) for i in range(self.op.count())] == ops:
            return
        with QSignalBlocker(self.op):
            self.op.clear()
            for op in ops:
                self.op.addItem(f"{op}   {rule(op).word}", op)
            wanted = self._chosen_op if self._chosen_op in ops else "tanh"
            self.op.setCurrentIndex(max(0, self.op.findData(wanted)))

    def _mistaken(self) -> str:
        return str(self.op.currentData() or "")

    # ----- the descents ---------------------------------------------------------------------

    def _start_descents(self) -> None:
        graph, rate = self.document.graph, self.rate.step()
        self._twins = (
            descend(graph, None, rate, _STEPS),
            descend(graph, self.bug, rate, _STEPS, op=self._mistaken()),
        )
        self._right, self._wrong = [], []
        if len(graph) < _LARGE:
            self._go_on(_STEPS + 1)
        else:
            self._go_on_soon.start(_REST)

    def _go_on(self, steps: int = _STEPS_AT_ONCE) -> None:
        """A few steps of both; a large graph takes several turns."""
        if self._twins is None:
            return
        right, wrong = (list(islice(twin, steps)) for twin in self._twins)
        self._right += right
        self._wrong += wrong
        if len(right) < steps or len(self._right) > _STEPS:
            self._twins = None
            self._go_on_soon.stop()
        else:
            self._go_on_soon.start(0)
        self._draw()

    def _draw(self) -> None:
        graph = self.document.graph
        if graph.output is None or not self._right:
            self._right_line.hide()
            self._wrong_line.hide()
            return
        reach = span_of(self._right)
        room = 4 * (reach[1] - reach[0])  # a twin that diverges must not level the other
        shown = [y for y in self._wrong if reach[0] - room <= y <= reach[1] + room]
        low, high = span_of([*self._right, *shown], 0.2)
        for line, numbers, words, anchor in (
            (self._right_line, self._right, "right", (1.0, 1.0)),
            (self._wrong_line, self._wrong, "bug", (1.0, 0.0)),
        ):
            line.show(range(len(numbers)), numbers)
            seen = [step for step, y in enumerate(numbers) if low < y < high]
            if seen:
                line.set_label(words, seen[-1], numbers[seen[-1]], anchor=anchor)
        self.plot.set_ranges((0, _STEPS), (low, high))
        self.plot.set_captions("step", f"{graph.nodes[graph.output].name}.data")


def _describe(bug: Bug, op: str, here: str) -> str:
    """Code, what it breaks, when it does not matter, and what it does here."""
    right, wrong, why = bug.right, bug.wrong, ""
    if bug.name == WRONG_DERIVATIVE and op:
        row, mistake = rule(op), mistaken_derivatives(rule(op))
        right, wrong = _rules(row), _rules(mistake.op)
        why = f"<p>{html.escape(f'{row.word}: {mistake.why}.')}</p>"
    now = theme.current()
    parts = [
        f"<p style='color:{now.text}'>{html.escape(here)}</p>",
        _code("right", right, now.text) + _code("bug", wrong, now.error) if right or wrong else "",
        why,
        f"<p>{html.escape(bug.breaks)}</p>",
        f"<p><span style='color:{now.text}'>When it does not matter.</span> "
        f"{html.escape(bug.harmless)}</p>",
    ]
    return "".join(parts)


def _rules(op: Op) -> str:
    """The local derivatives as the op table has them, a line each."""
    pairs = zip(INPUT_NAMES, op.derivatives)
    return "\n".join(f"∂out/∂{name} = {formula}" for name, formula in pairs)


def _code(title: str, lines: str, color: str) -> str:
    shown = html.escape(lines).replace("\n", "<br>").replace("    ", "&nbsp;&nbsp;")
    style = f"font-family:'{theme.MONO}'; color:{color}"
    return f"<p style='margin-bottom:2px'>{title}<br><span style=\"{style}\">{shown}</span></p>"


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area
