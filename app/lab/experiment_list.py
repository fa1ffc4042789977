"""The list of experiments at the left: which is large, which are beside it, how each stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.lab.experiment import NOT_RUN, Experiment
from app.lab.list_row import ListRow


class ExperimentList(QWidget):
    """A row for each experiment; a click makes it large, its eye keeps it beside the large one.

    Signals: chosen(name), eye_clicked(name).
    """

    chosen = Signal(str)
    eye_clicked = Signal(str)

    def __init__(
        self, kinds: Mapping[str, type[Experiment]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = {name: _row(kind, self) for name, kind in kinds.items()}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        for name, row in self._rows.items():
            column.addWidget(row)
            row.clicked.connect(lambda _on=False, name=name: self.chosen.emit(name))
            row.icon_clicked.connect(lambda name=name: self.eye_clicked.emit(name))
            row.moved.connect(lambda by, name=name: self._move(name, by))

    def follow(self, experiment: Experiment) -> None:
        """Show what an experiment says of itself."""
        row = self._rows[experiment.name]
        experiment.state_changed.connect(lambda: _say(row, experiment.heading, experiment.state))
        _say(row, experiment.heading, experiment.state)

    def show_state(self, large: str, beside: Sequence[str]) -> None:
        """Which experiment is large, and which are shown beside it."""
        for name, row in self._rows.items():
            row.setChecked(name == large)
            row.mark = "eye" if name in beside or name == large else ""
            row.update()

    def _move(self, name: str, by: int) -> None:
        names = list(self._rows)
        row = self._rows[names[(names.index(name) + by) % len(names)]]
        row.setFocus(Qt.FocusReason.TabFocusReason)
        row.click()


def _row(experiment: type[Experiment], parent: QWidget) -> ListRow:
    row = ListRow(Qt.Key.Key_V, parent)
    row.setText(experiment.heading)
    row.setObjectName(f"lab_row_{experiment.name}")
    row.setToolTip(f"{experiment.sentence} V or the eye: show it beside the large one.")
    row.mark_under_hand = "eye-outline"
    _say(row, experiment.heading, NOT_RUN)
    return row


def _say(row: ListRow, heading: str, state: str) -> None:
    row.second_line = state
    row.setAccessibleName(f"{heading}: {state}")
    row.update()
