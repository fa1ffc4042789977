"""The experiments that the project keeps, under the list of experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app import fonts
from app.lab.kept import Kept
from app.lab.list_row import ROW, ListRow
from app.widgets.labels import TextLabel
from app.widgets.pop_up import PopUp

MOST_SEEN = 4  # rows; more are scrolled to


class KeptList(QWidget):
    """A row for each; a click or Return shows it again, B beside the present one, C behind it.

    F2 renames it, Delete removes it. Signals: chosen(kept), beside_wanted(kept),
    compare_wanted(kept), renaming_wanted(kept), removal_wanted(kept).
    """

    chosen = Signal(object)
    beside_wanted = Signal(object)
    compare_wanted = Signal(object)
    renaming_wanted = Signal(object)
    removal_wanted = Signal(object)

    def __init__(self, headings: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings = headings
        self._rows: list[ListRow] = []
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._holder)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 4)
        column.setSpacing(6)
        title = TextLabel("Kept in the project", weight=fonts.SEMIBOLD)
        title.setContentsMargins(16, 0, 0, 0)
        column.addWidget(title)
        column.addWidget(self._area)

    def show_kept(self, kept: Sequence[Kept]) -> None:
        """Show these, the newest at the top; nothing at all where there are none."""
        for row in self._rows:
            row.setParent(None)
            row.deleteLater()
        self._rows = [self._row(one) for one in reversed(kept)]
        for row in self._rows:
            self._column.addWidget(row)
        self._area.setFixedHeight(min(len(kept), MOST_SEEN) * fonts.px(ROW))
        self.setVisible(bool(kept))

    def _row(self, kept: Kept) -> ListRow:
        row = _KeptRow(self, kept)
        row.setObjectName(f"lab_{kept.key.replace('/', '_')}")
        row.setText(self._headings.get(kept.panel, kept.panel or "Unreadable"))
        row.second_line = "can’t be shown" if kept.complaint else kept.words
        row.is_wrong = bool(kept.complaint)
        row.mark_under_hand = "close"
        row.setAccessibleName(f"Kept: {row.text()}, {row.second_line}")
        keys = "B: beside the present one, C: behind it, F2 renames, Delete removes it"
        row.setToolTip(kept.complaint or f"{kept.words}. {keys}")
        row.clicked.connect(lambda: self.chosen.emit(kept))
        row.icon_clicked.connect(lambda: self.removal_wanted.emit(kept))
        row.moved.connect(lambda by: self._move(row, by))
        return row

    def _move(self, row: ListRow, by: int) -> None:
        at = (self._rows.index(row) + by) % len(self._rows)
        self._rows[at].setFocus(Qt.FocusReason.TabFocusReason)


class _KeptRow(ListRow):
    """With a menu."""

    def __init__(self, owner: KeptList, kept: Kept) -> None:
        super().__init__(Qt.Key.Key_Delete)
        self.setCheckable(False)
        self._owner, self._kept = owner, kept

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C:
            self._owner.compare_wanted.emit(self._kept)
        elif event.key() == Qt.Key.Key_B:
            self._owner.beside_wanted.emit(self._kept)
        elif event.key() == Qt.Key.Key_F2:
            self._owner.renaming_wanted.emit(self._kept)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = PopUp(self._owner)
        owner, kept = self._owner, self._kept
        menu.add("Show it again", lambda: owner.chosen.emit(kept))
        menu.add("Show it beside the present one", lambda: owner.beside_wanted.emit(kept))
        menu.add("Show it behind the present one", lambda: owner.compare_wanted.emit(kept))
        menu.add("Rename it …", lambda: owner.renaming_wanted.emit(kept))
        menu.add("Remove it from the project", lambda: owner.removal_wanted.emit(kept))
        menu.popup(event.globalPos())
