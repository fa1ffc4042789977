"""What of the kept results is seen: again in its panel, behind its curves, or beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from app.lab.experiment import Experiment
from app.lab.kept import Kept, KeptExperiments
from app.lab.notes import BESIDE
from app.widgets.pop_up import PopUp


class KeptShown(QObject):
    """Keeps results, and shows them.

    Signals: told(words, kind): for a toast. wanted(name): an experiment is to be the large one.
    beside_changed(): `beside` is another one.
    """

    told = Signal(str, str)
    wanted = Signal(str)
    beside_changed = Signal()

    def __init__(
        self,
        kept: KeptExperiments,
        experiments: Mapping[str, Experiment],
        connect: Callable[[Experiment], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._kept, self._experiments, self._connect = kept, experiments, connect
        self._tab = parent
        self.beside: Experiment | None = None  # shows a kept result only
        self._beside_of: Kept | None = None
        kept.changed.connect(self._look)

    def keep(self, experiment: Experiment) -> None:
        """Keep what an experiment has found."""
        if experiment.found is not None:
            heading = experiment.heading
            self._kept.keep(experiment.name, heading, experiment.state, experiment.found)
            self.told.emit(f"{heading} is kept in the project.", "info")

    def show_again(self, kept: Kept) -> None:
        """In its own panel, in place of what is there."""
        panel = self._panel_of(kept)
        if panel is not None and kept.found is not None:
            self.wanted.emit(panel.name)
            panel.show_kept(kept.found, kept.words)

    def compare_with(self, kept: Kept) -> None:
        """Behind its panel's curves; where there are none, beside it."""
        panel = self._panel_of(kept)
        if panel is None or kept.found is None:
            return
        if panel.largest_plot() is None:
            self.show_beside(kept)
            return
        self.wanted.emit(panel.name)
        panel.compare_with(kept.found, kept.words)

    def show_beside(self, kept: Kept) -> None:
        """In a panel of its own, beside its experiment's."""
        panel = self._panel_of(kept)
        if panel is None or kept.found is None:
            return
        self._remove()
        twin = type(panel)()
        twin.setParent(self._tab)
        twin.become_kept(panel, kept.found, kept.words)
        twin.note.closed.connect(self.close_beside)
        self._connect(twin)
        self.beside, self._beside_of = twin, kept
        self.wanted.emit(panel.name)
        self.beside_changed.emit()
        twin.show_again(kept.found)

    def ask_for_name(self, kept: Kept) -> None:
        """Let the user call it otherwise, without waiting for it."""
        dialog = QInputDialog(self._tab)
        dialog.setWindowTitle("Rename")
        dialog.setLabelText("Name of the kept result")
        dialog.setTextValue(kept.words)
        dialog.textValueSelected.connect(lambda words: self._kept.rename(kept, words))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def close_beside(self) -> None:
        """The present result alone again."""
        self._remove()
        self.beside_changed.emit()

    def add_to_menu(self, experiment: Experiment, menu: PopUp) -> None:
        """What can be done with the kept results of an experiment."""
        has_curves = experiment.largest_plot() is not None
        for kept in self._kept.all:
            if kept.panel == experiment.name:
                menu.add(f"Show again: {kept.words}", partial(self.show_again, kept))
                menu.add(f"Show beside: {kept.words}", partial(self.show_beside, kept))
                if has_curves:
                    menu.add(f"Show behind: {kept.words}", partial(self.compare_with, kept))
                menu.add(f"Rename: {kept.words} …", partial(self.ask_for_name, kept))
                menu.add(f"Keep no longer: {kept.words}", partial(self._kept.remove, kept))
                menu.addSeparator()

    def shut_down(self) -> None:
        """End for good."""
        if self.beside is not None:
            self.beside.shut_down()

    def _remove(self) -> None:
        if self.beside is not None:
            self.beside.shut_down()
            self.beside.hide()
            self.beside.deleteLater()
        self.beside = self._beside_of = None

    def _panel_of(self, kept: Kept) -> Experiment | None:
        """The experiment that can show it; where there is none, that is told."""
        if kept.found is None or kept.panel not in self._experiments:
            words = kept.complaint or f"There is no experiment “{kept.panel}” in this version."
            self.told.emit(words, "error")
            return None
        return self._experiments[kept.panel]

    def _look(self) -> None:
        """What is kept no longer is not compared with any more."""
        if self.beside is not None and self._beside_of is not None:
            key = self._beside_of.key
            now = next((kept for kept in self._kept.all if kept.key == key), None)
            if now is None or now.found is None:
                self.close_beside()
            else:
                self._beside_of = now
                self.beside.notes.say(BESIDE, now.found, now.words)
        for kept in self._kept.all:
            if kept.complaint:
                self.told.emit(kept.complaint, "error")
