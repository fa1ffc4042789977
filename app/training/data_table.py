"""The dialog in which the columns of a table become features and a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app import fonts, theme
from app.background import Background
from app.training.choices import Choice as Combo
from app.training.data_dialog import DataDialog
from app.widgets.labels import TextLabel
from app.widgets.segmented import SegmentedControl
from core.datasets import CLASSIFICATION, REGRESSION
from core.own_data import OwnPoints
from core.table_choice import (
    MOST_CLASSES,
    Choice,
    Outcome,
    outcome,
    told_bad,
    usual_choice,
    with_target,
)
from core.table_text import Table, read_table

_SHOWN = 3  # cells of a column that stand behind its name
_LABEL = 72
_CLASSES, _NUMBERS = "classes", "numbers"


class TableDialog(DataDialog):
    """Reads a table in a thread, and asks what is to be learnt from it.

    title: of the data. content: what a file, or the clipboard, holds; a function that reads it.
    """

    def __init__(self, title: str, content: Callable[[], bytes | str], parent: QWidget) -> None:
        super().__init__("Data from a table", "Train on it", parent)
        self.setObjectName("table_dialog")
        self._title = title
        self._table: Table | None = None
        self._outcome: Outcome | None = None
        self._is_showing = False
        self._background = Background(self)
        self._add_head()
        body = QHBoxLayout()
        body.setSpacing(2 * theme.GAP)
        body.addLayout(self._feature_column(), 1)
        body.addLayout(self._target_column(), 1)
        self.lines.addLayout(body, 1)
        self._add_bad_rows()
        self.add_foot()
        self.resize(fonts.px(720), fonts.px(600))
        self._set_ready(is_ready=False)
        self._background.run(lambda: _read(title, content), self._take_table)

    def own(self) -> OwnPoints:
        """The points of the choice, if the user agrees to what is left out."""
        found = self._outcome
        if found is None:
            raise ValueError("The table is being read.")
        if found.own is None:
            raise ValueError(found.complaint)
        if found.bad and not self.leave_out.isChecked():
            raise ValueError("Some rows can't be used: say that they may be left out.")
        return found.own

    # ----- widgets --------------------------------------------------------------------------

    def _add_head(self) -> None:
        self._told = TextLabel(f"Reading {self._title} …", "text2")
        self._told.setObjectName("table_told")
        self._told.setWordWrap(True)
        self.lines.addWidget(self._told)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GAP)
        self.header = QCheckBox("The first row has the names")
        self.header.setToolTip("Take the first row for names, not for data")
        self.header.toggled.connect(self._change_header)
        self.standardize = QCheckBox("Standardise")
        self.standardize.setToolTip(
            "Give the network each feature less its mean, divided by its standard deviation, "
            "both of the training points; so for the target, if it is a number"
        )
        self.standardize.toggled.connect(lambda is_on: self._change(is_standardized=is_on))
        for box in (self.header, self.standardize):
            row.addWidget(box)
        row.addStretch(1)
        self.lines.addLayout(row)

    def _feature_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.GAP)
        label = TextLabel("Features", weight=fonts.SEMIBOLD)
        self.features = QListWidget()
        self.features.setObjectName("table_features")
        self.features.setToolTip("Columns that the network is fed: click, or Space, to choose")
        self.features.setUniformItemSizes(True)
        self.features.itemChanged.connect(self._choose_features)
        label.setBuddy(self.features)
        column.addWidget(label)
        column.addWidget(self.features, 1)
        return column

    def _target_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.GAP)
        column.addWidget(TextLabel("To be learnt", weight=fonts.SEMIBOLD))
        self.target = Combo([], "table_target")
        self.target.setToolTip("The column that the network is to answer")
        self.target.chosen.connect(self._choose_target)
        self.problem = SegmentedControl((_CLASSES, _NUMBERS))
        self.problem.setObjectName("table_problem")
        self.problem.segment(_CLASSES).setToolTip("Tell one class from the others: −1 and +1")
        self.problem.segment(_NUMBERS).setToolTip("Come close to the number: a regression")
        self.problem.valueChanged.connect(
            lambda word: self._change(problem=REGRESSION if word == _NUMBERS else CLASSIFICATION)
        )
        self.positive = Combo([], "table_positive")
        self.positive.setToolTip("The class that becomes +1, blue; all others become −1")
        self.positive.chosen.connect(lambda value: self._change(positive=value))
        for words, widget in (("Target", self.target), ("As", self.problem),
                              ("+1 is", self.positive)):  # fmt: skip
            row = QHBoxLayout()
            label = TextLabel(words, "text2", column=_LABEL)
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            row.addWidget(label)
            row.addWidget(widget)
            if widget is self.problem:
                row.addStretch(1)
            column.addLayout(row)
        self._notes = TextLabel("", "text2")
        self._notes.setObjectName("table_notes")
        self._notes.setWordWrap(True)
        column.addWidget(self._notes)
        column.addStretch(1)
        return column

    def _add_bad_rows(self) -> None:
        self._bad = QPlainTextEdit()
        self._bad.setObjectName("bad_rows")
        self._bad.setAccessibleName("Rows that can't be used")
        self._bad.setReadOnly(True)
        self._bad.setTabChangesFocus(True)
        self._bad.setFont(fonts.mono(theme.SIZE_CAPTION))
        self._bad.setFixedHeight(fonts.px(96))
        self.leave_out = QCheckBox("")
        self.leave_out.setObjectName("leave_out")
        self.leave_out.toggled.connect(lambda _is_on: self.result_or_complaint())
        self.lines.addWidget(self._bad)
        self.lines.addWidget(self.leave_out)

    # ----- what the user does ---------------------------------------------------------------

    def _change_header(self, has_header: bool) -> None:
        if self._table is not None and not self._is_showing:
            self._table = self._table.with_header(has_header)
            self._recompute(None)

    def _choose_features(self, _item: QListWidgetItem) -> None:
        items = [self.features.item(i) for i in range(self.features.count())]
        chosen = tuple(
            i for i, item in enumerate(items)
            if item.checkState() == Qt.CheckState.Checked and item.flags() & _USABLE
        )  # fmt: skip
        self._change(features=chosen)

    def _choose_target(self, key: str) -> None:
        if self._outcome is None or self._is_showing or self._table is None:
            return
        title, table, choice = self._title, self._table, self._outcome.choice
        self._run(lambda: outcome(title, table, with_target(table, choice, int(key))))

    def _change(self, **changes: Any) -> None:
        if self._outcome is not None and not self._is_showing:
            self._recompute(replace(self._outcome.choice, **changes))

    def _recompute(self, choice: Choice | None) -> None:
        table, title = self._table, self._title
        if table is not None:
            self._run(lambda: outcome(title, table, choice or usual_choice(table)))

    def _run(self, compute: Callable[[], Outcome]) -> None:
        self._set_ready(is_ready=False)
        self._background.run(compute, self._show)

    # ----- what is shown --------------------------------------------------------------------

    def _take_table(self, read: tuple[Table, Outcome] | str) -> None:
        if isinstance(read, str):
            self._told.setText("")
            self.complaint.say(read)
            return
        self._table, found = read
        self._show(found)

    def _show(self, found: Outcome) -> None:
        """Show a choice and what comes of it."""
        table = self._table
        assert table is not None
        self._outcome, self._is_showing = found, True
        is_first = self.target.count() == 0
        self._told.setText(_told(table))
        self.header.setChecked(table.header is not None)
        self.standardize.setChecked(found.choice.is_standardized)
        self._show_columns(table, found.choice)
        is_regression = found.choice.problem == REGRESSION
        self.problem.setValue(_NUMBERS if is_regression else _CLASSES)
        self.positive.clear()
        for value in found.values[:MOST_CLASSES]:
            self.positive.addItem(value, value)
        self.positive.show_key(found.choice.positive)
        self.positive.setEnabled(not is_regression)
        self._notes.setText("\n".join(found.notes))
        self._show_bad(found)
        if found.own is not None:
            self.take.setText(f"Train on {len(found.own.points):,} rows")
        self._is_showing = False
        self._set_ready(is_ready=True)
        self.result_or_complaint()
        if is_first:
            self.features.setFocus()

    def _show_columns(self, table: Table, choice: Choice) -> None:
        row = self.features.currentRow()
        names = table.names
        if [self.target.itemText(i) for i in range(self.target.count())] != list(names):
            self.target.clear()
            self.features.clear()
            for i, name in enumerate(names):
                self.target.addItem(name, str(i))
                self.features.addItem(QListWidgetItem(name))
        self.target.show_key(str(choice.target))
        for i in range(len(names)):
            item = self.features.item(i)
            is_target = i == choice.target
            item.setFlags(_TARGET if is_target else _FEATURE)
            words = "the target" if is_target else _examples(table, i)
            item.setText(f"{names[i]}   {words}")
            is_on = i in choice.features
            state = Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
            item.setData(Qt.ItemDataRole.CheckStateRole, None if is_target else state)
        self.features.setCurrentRow(max(row, 0))

    def _show_bad(self, found: Outcome) -> None:
        count = len(found.bad)
        self._bad.setPlainText(told_bad(found.bad))
        rows = "1 row that can't be used" if count == 1 else f"{count:,} rows that can't be used"
        self.leave_out.setText(f"Leave out {rows}")
        self.leave_out.setChecked(False)
        for widget in (self._bad, self.leave_out):
            widget.setVisible(bool(count))

    def _set_ready(self, *, is_ready: bool) -> None:
        self.take.setEnabled(is_ready)
        if self._table is None:
            for widget in (self.header, self.standardize, self.features, self.target,
                           self.problem, self.positive):  # fmt: skip
                widget.setEnabled(is_ready)
        elif is_ready:
            for widget in (self.header, self.standardize, self.features, self.target, self.problem):
                widget.setEnabled(True)
        if not is_ready and self._table is None:
            self._bad.hide()
            self.leave_out.hide()


_USABLE = Qt.ItemFlag.ItemIsUserCheckable
_FEATURE = _USABLE | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_TARGET = Qt.ItemFlag.ItemIsSelectable


def _read(title: str, content: Callable[[], bytes | str]) -> tuple[Table, Outcome] | str:
    """The table and the usual choice, or why there is none."""
    try:
        table = read_table(content())
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f"{title} can't be read: {error.strerror or error}."
    return table, outcome(title, table, usual_choice(table))


def _told(table: Table) -> str:
    """How the table was understood, and how much of it there is room for."""
    if not table.is_sample:
        return table.told
    return (
        f"{table.told} A random {len(table.rows):,} of them would be taken: "
        "as many as a run in the window has."
    )


def _examples(table: Table, column: int) -> str:
    cells = [row[column].strip() for row in table.rows[:_SHOWN] if column < len(row)]
    text = ", ".join(cells)
    return text if len(text) <= 40 else f"{text[:40]}…"
