"""The network in the graph view: where one is, which sample, the crossbar, and what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app import fonts, theme
from app.document import Document
from app.graph_view.network.breadcrumbs import Breadcrumbs
from app.graph_view.network.canvas import NetworkCanvas
from app.graph_view.network.check import NetworkErrorCheck
from app.graph_view.network.check_bar import CheckBar
from app.graph_view.network.health_panel import HealthPanel
from app.graph_view.network.picture import Spot
from app.graph_view.network.sample_slider import SampleSlider
from app.graph_view.network.source import NetworkSource
from app.graph_view.picture import ERROR
from app.training import keeping
from app.widgets.buttons import IconButton
from app.widgets.empty_state import EmptyState
from app.widgets.labels import TextLabel

if TYPE_CHECKING:
    from app.graph_view.network.check_plot import CheckPlot
    from app.training.tab import TrainingTab

SLIDER, LEAST_SLIDER = 320, 190  # px at 100 % that sample and its number take


class NetworkPane(QWidget):
    """Shows a run's network while it is visible; before there is a run, the document's."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_pane")
        self._document = document
        self._run: TrainingTab | None = None
        self.source = NetworkSource(self)
        self.canvas = NetworkCanvas(self.source)
        self.check = NetworkErrorCheck(self)
        self.check_bar = CheckBar(self.check)
        self.check_plot: CheckPlot | None = None  # made when a check is first wanted
        self.breadcrumbs = Breadcrumbs()
        self.sample = SampleSlider()
        self.health = HealthPanel()
        self.train_button = IconButton("play", "Train, or pause, and watch it here")
        self.train_button.setObjectName("network_train")
        self.train_button.setEnabled(False)  # until there is a run to follow
        self._step = TextLabel(role="text2", is_number=True)
        self._refusal = EmptyState("This network can't be shown", "", has_edge=False)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.canvas)
        self._pages.addWidget(self._refusal)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.GAP, 2, theme.GAP + 6, 4)
        bar.setSpacing(theme.GAP)
        bar.addWidget(self.breadcrumbs)
        bar.addStretch(1)
        bar.addWidget(self.check_bar)
        bar.addStretch(1)
        bar.addWidget(self.train_button)
        bar.addWidget(self._step)
        bar.addSpacing(theme.GAP)
        bar.addWidget(self.sample, 20)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._pages, 1)
        self._below = QHBoxLayout()
        self._below.setSpacing(0)
        self._below.addWidget(self.health, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(self._below)
        self.setFocusProxy(self.canvas)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
        self.sample.changed.connect(self.source.set_sample)
        self.canvas.sample_wanted.connect(self.sample.show_sample)
        self.breadcrumbs.chosen.connect(self._go_up)
        self.canvas.spot_changed.connect(self._show_place)
        self.source.opened.connect(self._take_network)
        self.source.read.connect(self._take_reading)
        self.check.found.connect(self._take_findings)
        self.source.refused.connect(self._refuse)
        document.replaced.connect(self._read_document)
        document.settings_changed.connect(self._read_document)
        self._read_document()

    def follow_run(self, run: TrainingTab) -> None:
        """Show what a training tab does, as it does it."""
        self._run = run
        run.snapshot_taken.connect(self.source.take_snapshot)
        run.running_changed.connect(self._show_running)
        self._show_running(run.is_running)
        self.train_button.setEnabled(True)
        self.train_button.clicked.connect(run.toggle_training)
        if self.isVisible():
            run.set_watched("network", True)

    def set_color_by(self, color_by: str) -> None:
        """What the colours mean; the gradient check costs, so it is made only for its colours."""
        self.check.set_wanted(color_by == ERROR)
        self.check_bar.refresh()
        if self.check.is_wanted and self.check_plot is None:
            self.check_plot = self._make_check_plot()
        if self.check_plot is not None:
            self.check_plot.setVisible(self.check.is_wanted)
            self._show_error_over_h()
        self.canvas.set_color_by(color_by)

    def _make_check_plot(self) -> CheckPlot:
        from app.graph_view.network.check_plot import CheckPlot  # loads pyqtgraph

        plot, step = CheckPlot(self.check.h), self.check_bar.step
        plot.step_wanted.connect(step.set_step)
        step.step_changed.connect(plot.set_h)
        self._below.addWidget(plot)
        return plot

    def _show_error_over_h(self) -> None:
        """Of the selected scalar, while gradients are checked."""
        plot, picture, spot = self.check_plot, self.canvas.picture, self.canvas.spot
        if plot is None:
            return
        reader, reading = self.source.reader, self.source.reading
        node = None if picture is None or spot is None else picture.node_of(spot)
        if node is None or reader is None or reading is None or not self.check.is_wanted:
            plot.show_nothing()
        else:
            plot.show_scalar(reader, reading, node, self.breadcrumbs.texts()[-1])

    def _show_running(self, is_running: bool) -> None:
        self.train_button.set_icon_name("pause" if is_running else "play")

    def _read_document(self, initiator: object = None) -> None:
        """Take the network from the document, unless the run that shows tells of it itself."""
        if initiator is None or initiator is not self._run:
            setup, parameters, step, _complaint = keeping.load(self._document)
            self.source.take(setup, parameters, step)

    def _restyle(self) -> None:
        self.sample.setMinimumWidth(fonts.px(LEAST_SLIDER))
        self.sample.setMaximumWidth(fonts.px(SLIDER))

    def _go_up(self, spot: Spot | None) -> None:
        canvas, picture = self.canvas, self.canvas.picture
        if spot is None or picture is None:
            canvas.close_all()
        elif spot.row is None and picture.open_neurons.get(spot.layer):
            canvas.close_neurons(spot.layer)
        else:
            canvas.select(spot)
            canvas.fit_selection()
        canvas.setFocus()

    def _show_place(self) -> None:
        self.breadcrumbs.show_place(self.canvas.picture, self.canvas.spot)
        self._show_error_over_h()

    def _take_network(self) -> None:
        reader = self.source.reader
        if reader is not None:
            self.sample.set_samples(reader.n_samples, reader.n_averaged)
            self.canvas.spot_changed.emit()

    def _take_reading(self) -> None:
        reading = self.source.reading
        if reading is not None:
            self._pages.setCurrentIndex(0)
            self.health.show_health(reading.health)
            self._step.setText(f"step {reading.step:,}")
            assert self.source.reader is not None
            self.check.follow(self.source.reader, reading)
            self.canvas.show_findings(self.check.findings)
            self.check_bar.refresh()
            self._show_error_over_h()

    def _take_findings(self) -> None:
        self.canvas.show_findings(self.check.findings)

    def _refuse(self, sentence: str) -> None:
        self._refusal.set_sentence(sentence)
        self._pages.setCurrentIndex(1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._set_active(False)

    def _set_active(self, is_active: bool) -> None:
        self.source.set_active(is_active)
        if self._run is not None:
            self._run.set_watched("network", is_active)
