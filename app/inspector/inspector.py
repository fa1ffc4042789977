"""The inspector: one node's numbers, and how its gradient comes about."""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.document import Document
from app.inspector.chain_rule import ChainRule
from app.inspector.head import Head
from app.inspector.path_view import PathView
from app.inspector.section import Section
from app.inspector.sentence import Sentence
from app.inspector.subject import Subject
from app.inspector.table import Line, Table
from app.widgets.buttons import IconButton
from app.widgets.empty_state import EmptyState
from app.widgets.labels import TextLabel
from app.widgets.panel import Panel
from app.widgets.pop_up import PopUp
from core.experiments.gradient_check import GradientCheck, check_gradient
from core.known import UNKNOWN, format_known
from core.numbers import MINUS, format_number, to_source
from core.stepping import State

_CHECK_AFTER = 150  # ms of rest: the check runs the graph a few times more
_PATH_AFTER = 50  # ms, in a graph so large that looking for paths would hold up the selection
_LAYOUTS = 2  # passes until sections and then the column around them have settled
_LARGE = 200  # nodes
_SMALL = 60  # nodes whose gradient is checked at once


class Inspector(Panel):
    """Shows `document.current`, or the node that it is locked to."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("Inspector", parent)
        self.setObjectName("inspector")
        self._document = document
        self._subject: Subject | None = None
        self._revision = -1
        self._locked_id: str | None = None
        self._is_narrow = False
        self._state: State | None = None  # how far a debugger has come
        self.lock = IconButton("lock", "Keep showing this node", checkable=True)
        self.lock.toggled.connect(self._lock)
        self.add_action_widget(self.lock)
        self._more = IconButton("dots-vertical", "More for this node")
        self._more.clicked.connect(self._show_menu)
        self.add_action_widget(self._more)
        self.head = Head()
        self._make_sections()
        self._make_pages()
        self._check_soon = QTimer(self)
        self._check_soon.setSingleShot(True)
        self._check_soon.setInterval(_CHECK_AFTER)
        self._check_soon.timeout.connect(self._check)
        self._path_soon = QTimer(self)
        self._path_soon.setSingleShot(True)
        self._path_soon.setInterval(_PATH_AFTER)
        self._path_soon.timeout.connect(self._find_path)
        self._connect()
        self._show_subject()

    def set_narrow(self, is_narrow: bool) -> None:
        """Two columns for the place under the graph; else one column of the full height."""
        self._is_narrow = is_narrow
        self.head.set_narrow(is_narrow)
        self.chain.set_compact(is_narrow)
        self._place_sections()
        if self._subject is not None:
            self.head.show_subject(self._subject)

    def set_step(self, state: State | None) -> None:
        """Show what is known at this stop of a walk; None for everything."""
        if state is not self._state:
            self._state = state
            self._show_numbers()

    # ----- parts ----------------------------------------------------------------------------

    def _make_sections(self) -> None:
        self.chain, self.because = ChainRule(), TextLabel(role="text2")
        self.because.setWordWrap(True)
        self.path, self.product = PathView(), Sentence(theme.SIZE_NODE, lines=1)
        self.product.set_role("text2")
        self.path.stop_clicked.connect(self._select)
        self.formula, self.contributions, self.check_table = Table(), Table(), Table()
        self.formula_section = _section("Formula", self.formula)
        self.chain_section = _section("Chain rule", self.chain, self.because)
        self.path_section = _section("Path", self.path, self.product)
        self.sum_section = _section("Accumulated", self.contributions)
        self.check_section = _section("Gradient check", self.check_table)
        self.check_section.hint.setObjectName("inspector_check")

    def _make_pages(self) -> None:
        self._content = QWidget()
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._left, self._right = QWidget(), QWidget()
        for side in (self._left, self._right):
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._content)
        empty = EmptyState(
            "No node selected",
            "Select a node, a box of the graph or a line of the expression: "
            "here is then how its gradient comes about.",
            ("Inspect the output", self._select_output),
            icon_name="target",
            has_edge=False,
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(scroll)
        self.set_body(self._pages)
        self._empty = empty
        self._place_sections()

    def _place_sections(self) -> None:
        """Into one column, or into two where the inspector is low and wide."""
        narrow = self._is_narrow
        right = [self.chain_section, self.path_section, self.formula_section, self.sum_section]
        left: list[QWidget] = [self.head, self.check_section]
        if not narrow:
            left = [self.head, self.chain_section, self.formula_section, self.path_section,
                    self.sum_section, self.check_section]  # fmt: skip
            right = []
        for side, widgets in ((self._left, left), (self._right, right)):
            column = side.layout()
            assert isinstance(column, QVBoxLayout)
            for place, widget in enumerate(widgets):  # before the stretch at the end
                column.removeWidget(widget)
                column.insertWidget(place, widget)
        self._grid.addWidget(self._left, 0, 0)
        self._grid.addWidget(self._right, 0, 1)
        self._right.setVisible(narrow)
        self._grid.setColumnStretch(0, 2 if narrow else 1)
        self._grid.setColumnStretch(1, 3 if narrow else 0)
        self.check_section.set_compact(narrow)
        self.check_table.setVisible(not narrow)  # there the verdict is enough; a tip has the rest
        self.chain_section.set_compact(narrow, has_title=not narrow)

    def _connect(self) -> None:
        document = self._document
        document.replaced.connect(self._forget)
        document.selection_changed.connect(self._show_subject)
        document.structure_changed.connect(self._show_subject)
        document.values_changed.connect(self._show_numbers)
        self.head.renamed.connect(self._rename)
        self.head.changing.connect(self._preview)
        self.head.committed.connect(self._set_value)
        self.head.cancelled.connect(document.cancel_preview)

    # ----- from the user --------------------------------------------------------------------

    def start_renaming(self) -> None:
        """Let the shown node's name be typed, as F2 does."""
        if self._subject is not None:
            self.head.name.start()

    def _show_menu(self) -> None:
        subject = self._subject
        if subject is None:
            return
        menu = PopUp(self)
        menu.add("Rename (F2)", self.start_renaming)
        menu.addSeparator()
        data = subject.known.data(subject.id)
        if data is not None:
            menu.add_copy("Copy the data", lambda: to_source(data))
        grad = subject.grad
        if grad is not None:
            menu.add_copy("Copy the gradient", lambda: to_source(grad))
        menu.add_copy("Copy the chain rule", self.chain.sentence)
        menu.open_under(self._more)

    def _rename(self, name: str) -> None:
        if self._subject is not None:
            self._document.rename(self._subject.id, name, self)
            self._show_subject()

    def _preview(self, number: float) -> None:
        if self._subject is not None:
            self._document.preview_value(self._subject.id, number, self)

    def _set_value(self, number: float) -> None:
        if self._subject is not None:
            self._document.set_value(self._subject.id, number, self)

    def _lock(self, is_on: bool) -> None:
        self._locked_id = self._subject.id if is_on and self._subject is not None else None
        if not is_on:
            self._show_subject()

    def _select(self, id: str) -> None:
        self._document.select([id], id, self)

    def _select_output(self) -> None:
        output = self._document.graph.output
        if output is not None:
            self._select(output)

    def _forget(self) -> None:
        self._locked_id = None
        self.lock.setChecked(False)
        self._subject = None
        self._show_subject()

    # ----- from the document ----------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_subject()

    def _wanted_id(self) -> str | None:
        graph = self._document.graph
        if self._locked_id is not None and self._locked_id not in graph.nodes:
            self.lock.setChecked(False)
        return self._locked_id or self._document.current

    def _show_subject(self, _initiator: object = None) -> None:
        id, graph = self._wanted_id(), self._document.graph
        self.lock.setEnabled(id is not None)
        self._more.setEnabled(id is not None)
        self._empty.action_button.setVisible(graph.output is not None)
        if id is None:
            self._subject = None
            self._check_soon.stop()
            self._path_soon.stop()
            self._pages.setCurrentIndex(0)
            return
        now = self._subject
        is_known = now is not None and (now.id, now.graph) == (id, graph)
        is_current = now is not None and now.is_current and self._revision == graph.revision
        if not (is_known and is_current):
            self._subject = Subject(graph, id, self._document.gradient_scale)
            self._revision = graph.revision
            self._path_soon.stop()
            if len(graph) < _LARGE:
                self._subject.find_path()
            else:
                self._path_soon.start()
            self.head.show_subject(self._subject)
            self._show_structure(self._subject)
        self._pages.setCurrentIndex(1)
        self._show_numbers()
        if not (is_known and is_current) and self.isVisible():
            # Heights have changed: laid out a moment later, a frame would show them cut off.
            for _outer in range(_LAYOUTS):
                QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _show_structure(self, subject: Subject) -> None:
        self.because.setText(subject.because)
        self.because.setVisible(bool(subject.because) and not self._is_narrow)
        self.chain_section.setVisible(bool(subject.uses()))
        self.formula_section.setVisible(not subject.node.is_leaf)
        self.path_section.setVisible(subject.path() is not None)
        self.path_section.title.setText(f"Path to {subject.output_name}")
        self.sum_section.setVisible(subject.is_reached)
        self.sum_section.hint.setText(f"{subject.node.name}.grad starts at 0")
        self.check_section.setVisible(subject.is_reached)
        if len(subject.graph) >= _SMALL:  # room for what comes after a rest
            self.check_section.hint.setText("")
            self.check_table.show_lines([Line("central difference"), Line("error")])

    def _show_numbers(self, _initiator: object = None) -> None:
        subject = self._subject
        if subject is None or not self.isVisible():
            return
        if subject.graph is not self._document.graph or self._revision != subject.graph.revision:
            return  # structure_changed is on its way
        if not subject.is_current:  # the number of an input that is not connected is in formulas
            self._show_subject()
            return
        subject.set_state(self._state)
        self.head.show_numbers(subject)
        grad = subject.grad
        name = subject.node.name
        self.chain.show_uses(name, subject.output_name, subject.uses(), grad, subject.share(grad))
        self.formula.show_lines(subject.formula_lines())
        self.contributions.show_lines(subject.contribution_lines())
        self._show_path(subject)
        if len(subject.graph) < _SMALL:
            self._check()
        else:
            self._check_soon.start()

    def _find_path(self) -> None:
        if self._subject is not None and self._revision == self._document.graph.revision:
            self._subject.find_path()
            self.path_section.setVisible(self._subject.path() is not None)
            self._show_path(self._subject)

    def _show_path(self, subject: Subject) -> None:
        path = subject.path()
        if path is None:
            return
        self.path.show_path(path.stops, path.locals, is_cut=path.is_cut)
        total = f"<b>{format_known(subject.grad)}</b>"
        is_only_one = path.count == 1
        if not path.is_known:
            words = "backward is still on its way"
        elif is_only_one:
            words = f"{html.escape(path.product)} = {total}"
        else:
            words = f"the first way; all ways add up to {total}"
        self.product.setText(words)
        self.path_section.hint.setText("one path" if is_only_one else f"{path.count:,} paths")

    # ----- gradient check -------------------------------------------------------------------

    def _check(self) -> None:
        subject = self._subject
        if subject is None or not subject.is_reached or not self.isVisible():
            return
        hint = self.check_section.hint
        if not subject.known.is_complete(subject.id):
            hint.set_role("text2")
            hint.setText("after backward")
            hint.setToolTip("The gradient is checked once nothing is added to it any more")
            self.check_table.show_lines([Line("central difference", text=UNKNOWN), _NO_ERROR])
            return
        check = check_gradient(self._document.graph, subject.id)
        hint.set_role("accent" if check.agrees else "error")
        hint.setText(f"✓ {check.verdict}" if check.agrees else check.verdict.split(":")[0])
        lines = _check_lines(check)
        hint.setToolTip("\n".join([check.verdict, *(f"{x.words}: {x.text}" for x in lines)]))
        self.check_table.show_lines(lines)


_NO_ERROR = Line("error", text=UNKNOWN)


def _check_lines(check: GradientCheck) -> list[Line]:
    slope = f"{check.slope:#.10g}".replace("-", MINUS)
    error = f"error, at h = {format_number(check.h)}"
    return [
        Line("central difference", check.slope, text=slope),
        Line(error, check.error, text=format_number(check.error, 2)),
    ]


def _section(title: str, *widgets: QWidget) -> Section:
    section = Section(title)
    for widget in widgets:
        section.add(widget)
    return section
