"""A table of nodes and numbers; rows that are wrong have the error's colour and a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app import fonts, theme

_ROW = 24
_LEAST_NAME = 42  # px of the first column
_LEAST_NUMBER, _NUMBER = 72, 84  # px of the others: at least, and where there is room
_MARK = 16  # px more for the last column, of the mark before a number that is wrong
_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Row:
    """A node with what stands in its columns; the first one is its name."""

    id: str
    cells: tuple[str, ...]
    is_wrong: bool = False
    tip: str = ""


class NodeTable(QTableView):
    """One row for each node. row_chosen(id) when the user goes to another."""

    row_chosen = Signal(str)

    def __init__(self, name: str, columns: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(columns, self)
        self._is_following = False
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(10)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self.selectionModel().currentRowChanged.connect(self._tell_row)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width() + fonts.px(24), fonts.px(120))

    def minimumSizeHint(self) -> QSize:
        numbers = self._model.columnCount() - 1
        return QSize(fonts.px(_LEAST_NAME + numbers * _LEAST_NUMBER), fonts.px(60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Numbers have the width that they need, unless the names would have too little then."""
        numbers = self._model.columnCount() - 1
        room = self.viewport().width() - fonts.px(_LEAST_NAME)
        mark = fonts.px(_MARK)
        if (room - mark) // numbers < fonts.px(_LEAST_NUMBER):
            mark = 0
        width = max(1, min(fonts.px(_NUMBER), (room - mark) // numbers))
        for column in range(1, numbers + 1):
            self.setColumnWidth(column, width + mark * (column == numbers))

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._model.rows

    @property
    def current_id(self) -> str | None:
        """Id of the row that is chosen."""
        row = self.currentIndex().row()
        return self.rows[row].id if 0 <= row < len(self.rows) else None

    def show_rows(self, rows: Sequence[Row]) -> None:
        """These rows; the chosen node stays chosen."""
        chosen = self.current_id
        self._is_following = True
        if self._model.take(tuple(rows)):
            self.choose(chosen)
        self._is_following = False

    def choose(self, id: str | None) -> None:
        """Go to the row of a node, if it has one, without telling."""
        place = next((i for i, row in enumerate(self.rows) if row.id == id), None)
        was_following, self._is_following = self._is_following, True
        if place is not None:
            self.setCurrentIndex(self._model.index(place, 0))
        self._is_following = was_following

    def _tell_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._is_following and current.isValid():
            self.row_chosen.emit(self.rows[current.row()].id)

    def _restyle(self) -> None:
        self.setFont(fonts.sans())
        self.horizontalHeader().setFont(fonts.words(theme.SIZE_CAPTION))
        self.horizontalHeader().setFixedHeight(fonts.px(30))
        self._share_width()
        self.verticalHeader().setDefaultSectionSize(fonts.px(_ROW))
        self.verticalHeader().setMinimumSectionSize(fonts.px(_ROW))
        self.viewport().update()


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self.rows: tuple[Row, ...] = ()

    def take(self, rows: tuple[Row, ...]) -> bool:
        """Show these rows; whether other nodes have come."""
        is_same = [row.id for row in rows] == [row.id for row in self.rows]
        if is_same:
            self.rows = rows
            if rows:
                last = self.index(len(rows) - 1, len(self._columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self._columns[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if section else _LEFT
        return None

    def data(self, index: _Index, role: int = 0) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                is_last = column == len(self._columns) - 1
                mark = "≠ " if row.is_wrong and is_last else ""
                return mark + row.cells[column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column else _LEFT
            case Qt.ItemDataRole.ForegroundRole:
                return theme.current().color("error" if row.is_wrong else "text")
            case Qt.ItemDataRole.ToolTipRole:
                return row.tip or None
        return None
