"""The laboratory: experiments on the learning rate of the training tab's network."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app import fonts, theme
from app.document import Document
from app.lab import source
from app.lab.experiment import Experiment
from app.lab.experiment_list import ExperimentList
from app.lab.kept import KeptExperiments
from app.lab.kept_list import KeptList
from app.lab.kept_shown import KeptShown
from app.lab.landscape_panel import LandscapePanel
from app.lab.map_panel import MapPanel
from app.lab.panels import KINDS, Panels
from app.lab.race_panel import RacePanel
from app.lab.slots import MOST_BESIDE, Slots
from app.training.choices import Choice
from app.training.tab import TrainingTab
from app.widgets.labels import TextLabel
from app.widgets.panel import Divider, Panel
from app.widgets.segmented import SegmentedControl
from app.widgets.toast import ToastArea
from core.lab.race import RaceQuestion
from core.lab.starts import Start

NARROW = 1400  # pixels: below, one experiment at a time, chosen by a row of buttons
LISTED = 900  # pixels: below, as with large type, it is chosen from a list that opens
LEAST_HEIGHT = 430  # pixels of an experiment; in a lower window the tab scrolls
LOW = 660  # pixels: in a lower tab the lanes of a race have no pictures
LEAST_BAR = 1100  # pixels: below, the row of buttons needs the room of a label
LIST = 208
OWN_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_LONGEST = 18  # characters beside a name
FOLLOW = 150  # milliseconds between two looks at the training tab


class LabTab(QWidget):
    """Shows one experiment large and up to two beside it; all start from the same place.

    Signals: activity_changed(text): what goes on, for the status bar; "" for nothing.
    panel_made(panel): what is remembered of its layout can be brought back.
    """

    activity_changed = Signal(str)
    panel_made = Signal(object)

    def __init__(
        self, training: TrainingTab, document: Document, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("lab_tab")
        self._training = training
        self._source: source.Source | None = None
        self._about: tuple[object, ...] = ()  # what decides whether a result still counts
        self._kept = KeptExperiments(document, self)
        self.experiments = Panels(self._adopt)
        self._large = "race"
        self._beside = ["one_step", "map"]
        self._is_narrow: bool | None = None
        self.kept_shown = KeptShown(self._kept, self.experiments, self._connect, self)
        self.kept_shown.wanted.connect(self.show_experiment)
        self.kept_shown.beside_changed.connect(self._arrange)
        self.toasts = ToastArea(self)
        self.kept_shown.told.connect(self.toasts.show_message)
        self._build()
        self._show_kept_list()
        self._kept.changed.connect(self._show_kept_list)
        theme.notifier.changed.connect(self._fit_width)
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW)
        self._follow.timeout.connect(self._look_at_training)
        self._making = QTimer(self)
        self._making.setInterval(0)
        self._making.timeout.connect(self._make_next)

    def _adopt(self, panel: Experiment) -> None:
        """A panel has been made: it gets its place, and what it starts from."""
        panel.setParent(self)
        panel.hide()
        self._connect(panel)
        self._list.follow(panel)
        if isinstance(panel, MapPanel):
            panel.race_wanted.connect(self._open_race)
        if isinstance(panel, LandscapePanel):
            training = self._training
            panel.timeline = lambda: training.timeline
            training.snapshot_taken.connect(panel.follow)
            if training.snapshot is not None:
                panel.follow(training.snapshot)
            panel.watching.connect(partial(training.set_watched, "landscape"))
        if self._source is not None:
            panel.set_source(self._source)
            self._show_rate(panel)
        self._set_low()
        if panel.name in (self._large, *self._beside):
            self._arrange()
        self.panel_made.emit(panel)

    def _make_next(self) -> None:
        """A part of a panel in a turn of the event loop, so that none takes long."""
        if not self.experiments.make_part((self._large, *self._beside)):
            self._making.stop()

    # ----- for the window -------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether any experiment goes on."""
        return any(e.job.is_running for e in self.experiments.made)

    def shut_down(self) -> None:
        """Stop for good."""
        self._follow.stop()
        self._making.stop()
        for experiment in self.experiments.made:
            experiment.job.give_up()  # all at once, before any is waited for
        for experiment in self.experiments.made:
            experiment.shut_down()
        self.kept_shown.shut_down()

    def show_experiment(self, name: str) -> None:
        """Make an experiment the large one."""
        if name != self._large:
            if name in self._beside:
                self._beside[self._beside.index(name)] = self._large
            self._large = name
        self.experiments.make(name)
        self._arrange()

    def toggle_beside(self, name: str) -> None:
        """Show an experiment beside the large one, or no more."""
        if name == self._large:
            return
        if name in self._beside:
            self._beside.remove(name)
        else:
            self._beside = [*self._beside, name][-MOST_BESIDE:]
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Del and Backspace are this tab's own here: the Edit menu's would delete unseen nodes."""
        is_claim = event.type() == QEvent.Type.ShortcutOverride
        if is_claim and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()
            return True
        if event.type() == QEvent.Type.LayoutRequest:
            self._slots.refit()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_at_training()
        self._follow.start()
        self._making.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._follow.stop()
        self._making.stop()

    # ----- where all start from -------------------------------------------------------------

    def _look_at_training(self) -> None:
        """Follow the training tab's set-up and, where that is wanted, its run."""
        choice = str(self._from.currentData())
        setup = self._training.setup
        about: tuple[object, ...] = (choice,)
        if choice in (source.INITIAL, source.NOW):
            about += (setup.changed(learning_rate=1.0),)
            for experiment in self.experiments.made:
                self._show_rate(experiment)
        taken = source.choose(choice, setup, self._start_of_run())
        if about != self._about:
            self._about = about
            self._take(taken)
        elif self._source is not None and not taken.is_same(self._source):
            self._go_on_from(taken)

    def _show_rate(self, experiment: Experiment) -> None:
        if str(self._from.currentData()) in (source.INITIAL, source.NOW):
            experiment.show_rate(self._training.setup.learning_rate)

    def _go_on_from(self, taken: source.Source) -> None:
        """The run has gone on: what is cheap enough is found out anew, the rest stays as it was."""
        self._source = taken
        self._show_rows(taken)
        for experiment in self.experiments.made:
            experiment.go_on_from(taken)
            if experiment.is_repeated_live and experiment.isVisible():
                experiment.repeat()

    def _start_of_run(self) -> Start | None:
        return self._training.start()

    def _take(self, taken: source.Source) -> None:
        self._source = taken
        self._show_rows(taken)
        for experiment in self.experiments.made:
            experiment.set_source(taken)
            if experiment.is_repeated_live and experiment.isVisible():
                experiment.run()

    def _show_rows(self, taken: source.Source) -> None:
        for name, words in zip(self._row_names, self._row_words):
            name.hide()
            words.hide()
        for (name, words), (key, text) in zip(zip(self._row_names, self._row_words), taken.rows()):
            name.setText(key)
            words.setToolTip(text)
            words.setText(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
            name.show()
            words.show()

    # ----- layout ---------------------------------------------------------------------------

    def _build(self) -> None:
        self._list_panel = Panel("Experiments")
        self._list = ExperimentList(KINDS)
        self._list.chosen.connect(self.show_experiment)
        self._list.eye_clicked.connect(self.toggle_beside)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._list)
        self._kept_list = KeptList({name: kind.heading for name, kind in KINDS.items()})
        self._kept_list.chosen.connect(self.kept_shown.show_again)
        self._kept_list.compare_wanted.connect(self.kept_shown.compare_with)
        self._kept_list.beside_wanted.connect(self.kept_shown.show_beside)
        self._kept_list.renaming_wanted.connect(self.kept_shown.ask_for_name)
        self._kept_list.removal_wanted.connect(self._kept.remove)
        column.addWidget(self._kept_list)
        column.addStretch(1)
        column.addWidget(Divider())
        column.addWidget(self._start_box())
        self._list_panel.set_body(body)
        self._buttons = SegmentedControl([kind.heading for kind in KINDS.values()])
        self._buttons.setObjectName("lab_experiments")
        self._buttons.valueChanged.connect(self._show_heading)
        self._choice = Choice([(n, kind.heading) for n, kind in KINDS.items()], "lab_choice")
        self._choice.setAccessibleName("Experiment")
        self._choice.show_whole()
        self._choice.chosen.connect(self.show_experiment)
        self._bar = QWidget()
        self._bar_row = QHBoxLayout(self._bar)
        self._bar_row.setContentsMargins(0, 0, 0, 0)
        self._bar_row.addWidget(self._choice)
        self._bar_row.addWidget(self._buttons)
        self._bar_row.addStretch(1)
        self._bar_words = TextLabel("Starts from", "text2")
        self._bar_row.addWidget(self._bar_words)
        self._slots = Slots(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._list_panel)
        column = QVBoxLayout()
        column.setSpacing(theme.GAP)
        column.addWidget(self._bar)
        column.addWidget(self._slots.whole, 1)
        row.addLayout(column, 1)

    def _start_box(self) -> QWidget:
        box = QWidget()
        self._start_column = column = QVBoxLayout(box)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(8)
        column.addWidget(TextLabel("Starts from", weight=fonts.SEMIBOLD))
        self._from = Choice(source.CHOICES, "lab_from")
        self._from.setAccessibleName("Starts from")
        self._from.show_whole()
        self._from.chosen.connect(lambda _key: self._look_at_training())
        column.addWidget(self._from)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        self._row_names = [TextLabel("", "text2", theme.SIZE_CAPTION) for _ in range(6)]
        self._row_words = [TextLabel("", "text", theme.SIZE_CAPTION) for _ in range(6)]
        for k, (name, words) in enumerate(zip(self._row_names, self._row_words)):
            grid.addWidget(name, k, 0)
            grid.addWidget(words, k, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()

    def _fit_width(self) -> None:
        """One experiment at a time where there is no room for more."""
        # Where the panels need more than that, the tab is wider than what shows of it.
        width = min(self.width(), self.window().width())
        is_narrow, is_listed = width < fonts.px(NARROW), width < fonts.px(LISTED)
        self._bar_words.setVisible(width >= fonts.px(LEAST_BAR))
        self._choice.setVisible(is_listed)
        self._buttons.setVisible(not is_listed)
        self._slots.whole.setMinimumHeight(fonts.px(LEAST_HEIGHT))
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            if is_narrow:
                self._bar_row.addWidget(self._from)
            else:
                self._start_column.insertWidget(1, self._from)
            self._list_panel.setVisible(not is_narrow)
            self._bar.setVisible(is_narrow)
        self._set_low()
        self._arrange()

    def _show_heading(self, heading: str) -> None:
        for name, kind in KINDS.items():
            if kind.heading == heading:
                self.show_experiment(name)

    def _arrange(self) -> None:
        """Put the panels where they belong at this width."""
        beside = [] if self._is_narrow else self._beside
        twin = self.kept_shown.beside
        has_twin = twin is not None and twin.name == self._large
        beside = [] if has_twin else beside
        if twin is not None:
            self._set_low()
            twin.set_large(has_twin)
            twin.setVisible(has_twin)
        made = {panel.name: panel for panel in self.experiments.made}
        for name, panel in made.items():
            panel.set_large(name == self._large)
            panel.setVisible(name == self._large or name in beside)
        panels = [twin] if has_twin else [made.get(name) for name in beside]
        self._slots.show_panels(made.get(self._large), panels, halves=has_twin)
        self._buttons.setValue(KINDS[self._large].heading)
        with QSignalBlocker(self._choice):
            self._choice.show_key(self._large)
        self._list.show_state(self._large, beside)
        self._list_panel.setFixedWidth(fonts.px(LIST))

    def _set_low(self) -> None:
        """Lanes in one row of names where there is little room, in both races."""
        for panel in (*self.experiments.made, self.kept_shown.beside):
            if isinstance(panel, RacePanel):
                panel.cards.set_low(bool(self._is_narrow) and self.height() < fonts.px(LOW))

    def _show_kept_list(self) -> None:
        self._kept_list.show_kept(self._kept.all)

    def _open_race(self, question: RaceQuestion, name: str) -> None:
        """A pixel of the map, as a race that can be watched."""
        self.show_experiment(RacePanel.name)
        race = self.experiments[RacePanel.name]
        assert isinstance(race, RacePanel)
        race.run_question(question, (name,))

    def _connect(self, experiment: Experiment) -> None:
        experiment.large_wanted.connect(lambda: self.show_experiment(experiment.name))
        experiment.activity_changed.connect(self.activity_changed)
        experiment.keep_wanted.connect(lambda: self.kept_shown.keep(experiment))
        experiment.menu_opens.connect(lambda menu: self.kept_shown.add_to_menu(experiment, menu))
        experiment.refused.connect(lambda words: self.toasts.show_message(words, "error"))
        experiment.rate_wanted.connect(self._training.set_rate)
        experiment.setup_wanted.connect(self._training.apply)
        experiment.run_wanted.connect(self._training.take_run)
        experiment.source_wanted.connect(self._from.show_key)
        experiment.run_asked.connect(self._look_at_training)
