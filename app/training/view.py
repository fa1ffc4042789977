"""What the training tab looks like: panels, splitters, headers. No logic of the run."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import fonts, theme
from app.training.choices import Choice
from app.training.draw_bar import DrawBar
from app.training.layer_space import LayerBar
from app.training.legend import PointLegend
from app.training.link_motion import MOST_LINKS
from app.training.loss_plot import LossPlot
from app.training.network_card import input_titles
from app.training.network_picture import NetworkPicture
from app.training.output_view import LOOKS, OutputView
from app.training.post_mortem_card import PostMortemCard
from app.training.run_bar import RunBar
from app.training.run_curves import METRICS
from app.training.run_list import RunList
from app.training.runs import Runs
from app.training.setup_panel import SetupPanel
from app.training.time_strip import TimeStrip
from app.widgets.buttons import Button, IconButton
from app.widgets.containers import OwnSplitter
from app.widgets.labels import TextLabel
from app.widgets.panel import Panel
from app.widgets.pop_up import PopUp
from app.widgets.segmented import SegmentedControl
from app.widgets.toast import ToastArea
from core.hyperparameters import MOST_LAYERS
from core.numbers import format_number
from core.session import Scene, Snapshot

NARROW = 1500  # pixels: below, the set-up is narrower and the runs stand behind a button
TIGHT = 1200  # below, as with a presenter's large type at 1280 pixels, only what must be shows
STACKED = 900  # below, no panel stands beside another: all of them scroll
SETUP, SETUP_NARROW = 316, 264
OUTPUT, OUTPUT_NARROW, OUTPUT_TIGHT = 568, 360, 328
RUNS = 430
METRIC, COMBO, COMBO_STACKED, PRESET = 140, 124, 100, 182
MOTION = f"Dashes run along strong links while it trains, of {MOST_LINKS} at most into a layer"
AXES = [("step", "by step"), ("epoch", "by epoch"), ("time", "by time")]
SMOOTHINGS = [("0", "not smoothed"), ("0.6", "smooth 0.6"), ("0.92", "smooth 0.92"),
              ("0.98", "smooth 0.98")]  # fmt: skip


class TrainingView(QObject):
    """Builds the widgets into `page`.

    Signals: layer_wanted(): one more hidden layer. export_wanted(suggested file name).
    """

    layer_wanted = Signal()
    export_wanted = Signal(str)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._scene: Scene | None = None
        self._was_narrow: bool | None = None
        self._is_stacked = False
        self.run_bar, self.setup = RunBar(), SetupPanel()
        self.network, self.outputs = NetworkPicture(), OutputView()
        self.output = self.outputs.map
        self.plot, self.run_list = LossPlot(), RunList()
        self.plot.setObjectName("loss_plot")
        self.output.setObjectName("boundary_plot")
        self.network.setObjectName("network_picture")
        self.toasts = ToastArea(page)
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self._top = OwnSplitter("training_top", across, self._network_panel(), self._output_panel())
        loss = self._loss_panel()
        self._right = OwnSplitter("training_right", down, self._top, loss)
        self._least_heights = {  # pixels at 100 %, of panels that stand one above the other
            self._network_frame: 200, self._output_frame: 290, loss: 180, self.setup: 280,
        }  # fmt: skip
        self.time = TimeStrip()
        right = QWidget()
        lines = QVBoxLayout(right)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.GAP)
        lines.addWidget(self._right, 1)
        lines.addWidget(self.time)
        self._whole = OwnSplitter("training_whole", across, self.setup, right)
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(theme.GAP)
        column.addWidget(self.run_bar)
        column.addWidget(self._whole, 1)
        self.network.neuron_hovered.connect(self._show_neuron)
        self.run_list.changed.connect(self.plot.refresh)
        self.post_mortem = PostMortemCard(page)
        theme.notifier.changed.connect(self._set_widths)
        self._set_widths()
        page.installEventFilter(self)

    # ----- what is shown --------------------------------------------------------------------

    def show_scene(self, scene: Scene) -> None:
        """Another network or other data."""
        self._scene = scene
        self.network.set_scene(scene)
        self.outputs.set_scene(scene)
        self._layer_bar.show_setup(scene.setup)
        self._legend.set_counts(len(scene.train.inputs), len(scene.test.inputs))
        self._motion.setEnabled(self.network.can_show_motion)
        self._more.setEnabled(len(scene.setup.hidden) < MOST_LAYERS)

    def show_figures(self, snapshot: Snapshot) -> None:
        """How far the run has come: its losses and accuracy."""
        self.run_list.refresh()
        words = [f"train {format_number(snapshot.train_loss, 3)}"]
        if snapshot.test_loss == snapshot.test_loss:
            words.append(f"test {format_number(snapshot.test_loss, 3)}")
        accuracy = snapshot.test_accuracy
        if accuracy != accuracy:
            accuracy = snapshot.train_accuracy
        if accuracy == accuracy:
            words.append(f"{100 * accuracy:.1f} % correct")
        self._figures.setText("   ".join(words))

    def clear_messages(self) -> None:
        """Whatever was told of the run before."""
        self.toasts.clear()
        self.post_mortem.hide()

    def show_runs(self, runs: Runs) -> None:
        """The present run and those before it."""
        self.plot.set_runs(runs.current.curves, [run.curves for run in runs.earlier])
        self.run_list.set_runs([runs.current, *runs.earlier])
        self.time.slider.pictures = runs.current.pictures

    def _show_neuron(self, address: tuple[int, int] | None) -> None:
        """A neuron or an input that is pointed at is shown large; the output is so already."""
        sizes = self._scene.setup.sizes if self._scene is not None else ()
        if address is None or self._scene is None or not -1 <= address[0] < len(sizes) - 2:
            self.outputs.show_neuron(None)
            return
        layer, place = address
        if layer < 0:
            name = input_titles(self._scene.setup)[place]
            self.outputs.show_neuron((place, f"input {name}"), is_input=True)
            return
        index = sum(sizes[1 : layer + 1]) + place
        self.outputs.show_neuron((index, f"layer {layer + 1}, neuron {place + 1}"))

    def show_drawing(self, on: QWidget | None) -> None:
        """The output with its brushes, on one of its views, or as it was."""
        self.outputs.set_drawing(on)
        self.draw_bar.setVisible(on is not None)
        self._layer_bar.setVisible(on is None)

    # ----- panels ---------------------------------------------------------------------------

    def _network_panel(self) -> Panel:
        panel = self._network_frame = Panel("Network")
        shows = SegmentedControl(("weight", "gradient", "update"))
        for word, tip in (
            ("weight", "Links by their weight: blue positive, orange negative"),
            ("gradient", "Links by the gradient of their weight"),
            ("update", "Links by how much the last step changed their weight"),
        ):
            shows.segment(word).setToolTip(tip)
        shows.setObjectName("links_show")
        shows.setAccessibleName("What links show")
        shows.valueChanged.connect(self.network.set_shows)
        motion = self._motion = IconButton("chevron-double-right", MOTION, checkable=True)
        motion.setObjectName("links_motion")
        motion.setChecked(self.network.shows_motion)
        motion.toggled.connect(self.network.set_motion)
        self._more = Button("Layer", "plus")
        self._more.setObjectName("add_layer")
        self._more.setAccessibleName("Add a layer")
        self._more.setToolTip(
            "One more hidden layer; a new run goes on with what the others have learnt"
        )
        self._more.clicked.connect(self.layer_wanted)
        self._links_label = TextLabel("Links show", "text2")
        self.share = IconButton("share-variant", "Share: as text, as code, or the weights")
        self.share.setObjectName("share_button")
        for widget in (self._links_label, shows, motion, self._more, self.share):
            panel.add_action_widget(widget)
        panel.set_body(self.network)
        return panel

    def _output_panel(self) -> Panel:
        panel = self._output_frame = Panel("Output")
        self._legend = PointLegend()
        self._legend.test_toggled.connect(self.outputs.set_shows_test)
        looks = SegmentedControl(LOOKS)
        looks.setObjectName("output_looks")
        looks.setAccessibleName("Look of the output")
        for look, tip in LOOKS.items():
            looks.segment(look).setToolTip(tip)
        looks.valueChanged.connect(self.outputs.set_look)
        self.outputs.shape_changed.connect(lambda is_curve: looks.setEnabled(not is_curve))
        self.draw_button = IconButton("pencil", "Draw points on the output", checkable=True)
        self.draw_button.setObjectName("draw_button")
        for widget in (self._legend, looks, self.draw_button):
            panel.add_action_widget(widget)
        for name, icon, tip, show in (
            ("output_contours", "chart-bell-curve-cumulative", "Contour lines of the answer",
             self.output.set_contours),
            ("output_worst", "target", "Mark the points with the largest losses",
             self.outputs.set_marks_worst),
        ):  # fmt: skip
            button = IconButton(icon, tip, checkable=True)
            button.setObjectName(name)
            button.toggled.connect(show)
            panel.add_action_widget(button)
        self._layer_bar = LayerBar()
        self._layer_bar.chosen.connect(self.outputs.set_layer)
        self.outputs.layers.told.connect(self._layer_bar.tell)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(0)
        column.addWidget(self.outputs, 1)
        self.draw_bar = DrawBar()
        self.draw_bar.setObjectName("draw_bar")
        self.draw_bar.hide()
        column.addWidget(self._layer_bar)
        column.addWidget(self.draw_bar)
        panel.set_body(body)
        return panel

    def _loss_panel(self) -> Panel:
        panel = Panel("")
        panel.set_title("")  # the choice of what is plotted stands in its place
        panel.setAccessibleName("Curves")
        metric = Choice([(m.name, m.title) for m in METRICS.values()], "metric")
        metric.setAccessibleName("What is plotted")
        metric.setToolTip("What is plotted over the steps")
        self._combos = [(metric, METRIC)]
        metric.chosen.connect(self.plot.set_metric)
        panel.add_title_widget(metric)
        self._figures = TextLabel("", "text2", is_number=True)
        self._figures.setObjectName("figures")
        scale = SegmentedControl(("linear", "log"), value="log")
        scale.setObjectName("loss_scale")
        scale.setAccessibleName("Vertical axis")
        scale.valueChanged.connect(lambda word: self.plot.set_log(word == "log"))
        self.plot.scale_changed.connect(
            lambda is_log: scale.setValue("log" if is_log else "linear")
        )
        axis = Choice(AXES, "loss_axis")
        axis.setAccessibleName("Horizontal axis")
        axis.chosen.connect(self.plot.set_by)
        smoothing = Choice(SMOOTHINGS, "loss_smoothing")
        smoothing.setAccessibleName("Smoothing")
        smoothing.chosen.connect(lambda key: self.plot.set_smoothing(float(key)))
        smoothing.show_key("0.92")
        fit = IconButton("arrow-expand-horizontal", "Show the whole run (double-click the plot)")
        fit.setObjectName("loss_fit")
        fit.clicked.connect(self.plot.follow)
        export = IconButton("tray-arrow-down", "Export the curves as CSV or PNG")
        export.setObjectName("export_curves")
        export.clicked.connect(lambda: self._open_export_menu(export))
        self._runs_button = IconButton("format-list-bulleted", "Earlier runs", checkable=True)
        self._runs_button.setObjectName("runs_button")
        self._runs_button.toggled.connect(self._show_run_list)
        self._combos += [(axis, COMBO), (smoothing, COMBO)]
        for widget in (self._figures, scale, axis, smoothing, fit, export, self._runs_button):
            panel.add_action_widget(widget)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(8, 0, 0, 6)
        row.setSpacing(8)
        row.addWidget(self.plot, 1)
        row.addWidget(self.run_list)
        self.curves = body
        panel.set_body(body)
        return panel

    def _open_export_menu(self, button: IconButton) -> None:
        menu = PopUp(button)
        menu.add("Numbers as CSV …", lambda: self.export_wanted.emit("curves.csv"))
        menu.add("Picture as PNG …", lambda: self.export_wanted.emit("curves.png"))
        menu.open_under(button)

    def _show_run_list(self, is_shown: bool) -> None:
        self.run_list.setVisible(is_shown)

    # ----- layout ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return False

    def _set_widths(self) -> None:
        """Widths that follow the size of the type, which presenter mode enlarges."""
        self.run_list.setFixedWidth(fonts.px(RUNS))
        self.setup.setMinimumWidth(fonts.px(SETUP_NARROW))  # its form would be cut off
        self.setup.preset.setMinimumWidth(fonts.px(PRESET))
        self._arrange()

    def _arrange(self) -> None:
        """What shows at this width and, where nobody has moved the panes, their sizes."""
        # Where the panels need more than that, the page is wider than what shows of it.
        width = min(self._page.width(), self._page.window().width())
        self._stack(width < fonts.px(STACKED))
        is_narrow = width < fonts.px(NARROW)
        is_tight = width < fonts.px(TIGHT)
        self._show_for_width(is_narrow=is_narrow, is_tight=is_tight)
        setup = fonts.px(SETUP_NARROW if is_narrow else SETUP)
        output = fonts.px(OUTPUT_TIGHT if is_tight else OUTPUT_NARROW if is_narrow else OUTPUT)
        rest = width - 16 - theme.GAP - setup
        height = self._page.height() - self.run_bar.height() - self.time.height() - 3 * theme.GAP
        share = 0.66 if is_tight else 0.62 if is_narrow else 0.64
        top = round(share * height)
        if not is_narrow:
            top = min(fonts.px(540), top)
        if self._is_stacked:
            for splitter in (self._whole, self._top, self._right):
                splitter.suggest([1, 1])
            return
        for splitter, sizes in (
            (self._whole, [setup, rest]),
            (self._top, [rest - theme.GAP - output, output]),
            (self._right, [top, height - theme.GAP - top]),
        ):
            splitter.suggest(sizes)

    def _stack(self, is_stacked: bool) -> None:
        """Panels one above the other, each as high as it needs; the set-up comes last."""
        for combo, width in self._combos:
            combo.setFixedWidth(fonts.px(COMBO_STACKED if is_stacked else width))
        for panel, height in self._least_heights.items():
            panel.setMinimumHeight(fonts.px(height) if is_stacked else 0)
        if is_stacked != self._is_stacked:
            self._is_stacked = is_stacked
            self.run_bar.set_stacked(is_stacked)
            self._whole.insertWidget(1 if is_stacked else 0, self.setup)
            for splitter in (self._whole, self._top):
                splitter.turn(Qt.Orientation.Vertical if is_stacked else Qt.Orientation.Horizontal)

    def _show_for_width(self, *, is_narrow: bool, is_tight: bool) -> None:
        """Leave out what has no room."""
        self.run_bar.set_narrow(is_narrow, is_tight)
        self.time.set_narrow(is_narrow)
        self._links_label.setVisible(not is_narrow)
        self._legend.set_narrow(is_narrow)
        self._output_frame.set_title("" if is_narrow else "Output")
        self._output_frame.setAccessibleName("Output")
        self._network_frame.set_title("" if is_tight else "Network")
        self._network_frame.setAccessibleName("Network")
        for frame in (self._network_frame, self._output_frame):
            frame.set_close(is_tight)
        self._more.setText("" if is_tight else "Layer")
        self._legend.setVisible(not is_tight)
        self._figures.setVisible(is_narrow and not is_tight)
        if is_narrow != self._was_narrow:
            self._was_narrow = is_narrow
            self._runs_button.setVisible(is_narrow)
            self._runs_button.setChecked(False)
            self.run_list.setVisible(not is_narrow)
