"""The set-up: data, network and training, as a scrolling form of one record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.training import choices
from app.training.choices import Choice, DatasetTile, Number, Percent
from app.training.data_choice import LOSSES_FOR, changes_for, changes_for_problem
from app.training.data_panel import DRAW, OwnDataRow, OwnTile
from app.training.layer_rates import LayerRates
from app.training.optimizer_fields import OptimizerFields
from app.training.pace import PaceSection
from app.widgets.buttons import Button
from app.widgets.labeled_slider import LabeledSlider
from app.widgets.labels import TextLabel
from app.widgets.panel import Divider, Panel
from app.widgets.refusal import TextRefusal
from app.widgets.segmented import SegmentedControl
from core.datasets import CLASSIFICATION, DATASETS, FEATURES, REGRESSION
from core.hyperparameters import MOST_POINTS, PRESETS, Hyperparameters, parse_hidden
from core.optim import OPTIMIZERS
from core.own_data import OWN

LABEL = 88
_AT_ONCE = "What is changed here acts at once."
_MEMORY = " Anything but a rate begins the optimizer's memory anew."
_TILES = ("spiral", "moons", "circle", "xor", "gaussian", "plane", "multi_gaussian",
          "wave", "micrograd", "lecture")  # fmt: skip


class SetupPanel(Panel):
    """Signals: changed(dict): fields of Hyperparameters that the user gave other values.
    settled(): a slider or a number is let go. preset_chosen(name). refused(sentence).
    `pace` has signals of its own.
    """

    changed = Signal(object)
    settled = Signal()
    preset_chosen = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Set-up", parent)
        self._setup = Hyperparameters()
        self._is_showing = False
        self.preset = Choice([(p.name, p.title) for p in PRESETS.values()], "preset")
        self.preset.setPlaceholderText("own set-up")
        self.preset.setAccessibleName("Preset")
        self.preset.chosen.connect(self._choose_preset)
        self.add_action_widget(self.preset)
        self._form = QWidget()
        self._lines = QVBoxLayout(self._form)
        self._lines.setContentsMargins(12, 10, 2, 14)
        self._lines.setSpacing(8)
        self._add_data()
        self._add_network()
        self._add_training()
        self._lines.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._form)
        scroll.viewport().setAutoFillBackground(False)
        self._form.setAutoFillBackground(False)
        self.set_body(scroll)
        for slider in self._form.findChildren(LabeledSlider):
            slider.committed.connect(self.settled)
        for number in self._form.findChildren(Number):
            number.committed.connect(self.settled)
        for combo in self._form.findChildren(Choice):
            # The wheel scrolls the form; it must not change what lies under the pointer.
            combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            combo.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, Choice):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def show_setup(self, setup: Hyperparameters) -> None:
        """Show another set-up, without telling of it."""
        self._setup = setup
        with self._showing():
            presets = [p.name for p in PRESETS.values() if not p.setup.differences(setup)]
            match = presets[0] if presets else None
            self._own_tile.show_own(setup.own)
            self.preset.setCurrentIndex(-1 if match is None else self.preset.findData(match))
            for name, combo in self._combos.items():
                combo.show_key(getattr(setup, name))
            for name, tile in self._tiles.items():
                tile.setChecked(name == setup.dataset)
            for name, box in self._features.items():
                box.setChecked(name in setup.features)
                box.setEnabled(setup.row.features == 2)
            self._show_problem(setup)
            for number, value in self._numbers(setup):
                number.setValue(value)
            for widget in (self.noise, self.points, self.regenerate):
                widget.setEnabled(not setup.row.is_fixed)
            self.optimizer.show_key(setup.optimizer.name)
            self.optimizer_fields.show_optimizer(setup.optimizer)
            has_memory = setup.optimizer.state_size > 0
            self._training_note.setText(_AT_ONCE + _MEMORY * has_memory)
            self.layer_rates.show_setup(setup)
            self._steps_row.setVisible(setup.schedule != "constant")
            text = ", ".join(map(str, setup.hidden))
            if not self.hidden_layers.hasFocus() and self._typed() != setup.hidden:
                self.hidden_layers.setText(text)

    # ----- data -----------------------------------------------------------------------------

    def _add_data(self) -> None:
        self._combos: dict[str, Choice] = {}
        titles = [*((row.name, row.title) for row in DATASETS.values()), (OWN, "Own data")]
        dataset = Choice(titles, "dataset")
        dataset.chosen.connect(self._choose_dataset)
        self._combos["dataset"] = dataset
        self._heading("Data", dataset)
        self._note("Other data begins a new run; the one before stays in the list.")
        self.problem = SegmentedControl((CLASSIFICATION, REGRESSION))
        self.problem.setObjectName("problem")
        self.problem.setAccessibleName("Problem")
        self.problem.segment(CLASSIFICATION).setToolTip("Two classes, to be told apart")
        self.problem.segment(REGRESSION).setToolTip("A number at each point, to be predicted")
        self.problem.valueChanged.connect(self._choose_problem)
        self._lines.addWidget(self.problem)
        self._usual = {CLASSIFICATION: "circle", REGRESSION: "plane"}
        self._tile_grid = QGridLayout()
        self._tile_grid.setSpacing(8)
        self._tiles = {name: DatasetTile(DATASETS[name], dataset.show_key) for name in _TILES}
        self.own = OwnDataRow()
        self._own_tile = OwnTile(dataset.show_key, self.own.wanted.emit)
        self._tiles[OWN] = self._own_tile
        self._tiled_problem = ""
        for tile in self._tiles.values():
            tile.setParent(self._form)
        self._lines.addLayout(self._tile_grid)
        self._lines.addWidget(self.own)
        self.noise = Percent("Noise", "noise", 0, 50, LABEL)
        self.train_ratio = Percent("Train share", "train_ratio", 10, 100, LABEL)
        self.points = LabeledSlider("Points", 20, 2000, step=20, label_width=LABEL)
        self.points.setObjectName("points")
        self.noise.valueChanged.connect(lambda x: self._change(noise=x))
        self.train_ratio.valueChanged.connect(lambda x: self._change(train_percent=x))
        self.points.valueChanged.connect(lambda x: self._change(points=round(x)))
        for slider in (self.noise, self.train_ratio, self.points):
            self._lines.addWidget(slider)
        self.regenerate = Button("New points", "refresh")
        self.regenerate.setObjectName("regenerate")
        self.regenerate.setToolTip("Draw other points of the same kind; the run begins anew")
        self.regenerate.clicked.connect(
            lambda: self._change(data_seed=(self._setup.data_seed + 1) % 10_000)
        )
        self._lines.addWidget(self.regenerate)
        self._lines.addWidget(TextLabel("Features", "text2"))
        self._lines.addLayout(self._feature_grid())

    def _feature_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(4)
        self._features: dict[str, Button] = {}
        for i, feature in enumerate(FEATURES.values()):
            box = Button(feature.title)
            box.setCheckable(True)
            box.setObjectName(f"feature_{feature.name}")
            box.setToolTip(f"Feed {feature.title} to the network; the run begins anew")
            box.toggled.connect(self._choose_features)
            box.setMinimumWidth(40)
            self._features[feature.name] = box
            grid.addWidget(box, *divmod(i, 4))
        return grid

    def _show_problem(self, setup: Hyperparameters) -> None:
        """The problem of the data, the data sets that pose it, and the losses that fit."""
        problem = setup.row.problem
        if setup.dataset != OWN:
            self._usual[problem] = setup.dataset
        self.problem.setValue(problem)
        self._combos["loss"].offer(LOSSES_FOR[problem])
        if problem == self._tiled_problem:
            return
        self._tiled_problem = problem
        shown = [
            tile for name, tile in self._tiles.items()
            if name == OWN or DATASETS[name].problem == problem
        ]  # fmt: skip
        for tile in self._tiles.values():
            self._tile_grid.removeWidget(tile)
            tile.setVisible(tile in shown)
        columns = 4 if len(shown) <= 4 else 3
        for i, tile in enumerate(shown):
            self._tile_grid.addWidget(tile, *divmod(i, columns))

    def _choose_problem(self, problem: str) -> None:
        """The other problem, with data that poses it: the last of its kind."""
        if self._is_showing:
            return
        try:
            changes = changes_for_problem(self._setup, problem, self._usual[problem])
        except ValueError as error:
            self.refused.emit(str(error))
            self.show_setup(self._setup)
        else:
            self._change(**changes)

    def _choose_dataset(self, name: str) -> None:
        """Another data set, with what it needs: output, number of points, loss."""
        if self._is_showing:
            return
        own = self._setup.own
        if name != OWN:
            self._change(**changes_for(self._setup, DATASETS[name]))
        elif own is not None:
            self._change(**changes_for(self._setup, own.row))
        else:
            with self._showing():
                self._combos["dataset"].show_key(self._setup.dataset)
            self.own.wanted.emit(DRAW)

    def _choose_features(self) -> None:
        chosen = tuple(name for name, box in self._features.items() if box.isChecked())
        self._change(features=chosen)

    # ----- network --------------------------------------------------------------------------

    def _add_network(self) -> None:
        self._lines.addWidget(Divider())
        self._heading("Network")
        self._note("Layers, initial weights and seed begin a new run; activations act at once.")
        self.hidden_layers = QLineEdit()
        self.layers_refusal = TextRefusal(self.hidden_layers)
        self.hidden_layers.setObjectName("hidden_layers")
        self.hidden_layers.setPlaceholderText("no hidden layer")
        self.hidden_layers.setToolTip("Neurons of each hidden layer, such as 4, 2")
        self.hidden_layers.textChanged.connect(self._read_layers)
        self.hidden_layers.editingFinished.connect(self._finish_layers)
        self._add_row("Hidden layers", self.hidden_layers)
        self._combo("Activation", "activation", choices.ACTIVATIONS)
        self._combo("Output", "output", choices.OUTPUTS)
        self._combo("Initial weights", "init", choices.INITS)
        self.seed = Number("seed", 0, 1_000_000_000, is_integer=True)
        self.seed.valueChanged.connect(lambda x: self._change(seed=round(x)))
        new_start = Button("New start")
        new_start.setObjectName("new_start")
        new_start.setToolTip("Draw other initial weights: the next seed; the run begins anew")
        new_start.clicked.connect(lambda: self._change(seed=self._setup.seed + 1))
        self._add_row("Seed", self.seed, new_start)

    def _typed(self) -> tuple[int, ...] | None:
        try:
            return parse_hidden(self.hidden_layers.text())
        except ValueError:
            return None

    def _read_layers(self, text: str) -> None:
        if self._is_showing:
            return
        try:
            hidden = parse_hidden(text)
        except ValueError as error:
            self.layers_refusal.show(str(error))
            return
        self.layers_refusal.show("")
        self._change(hidden=hidden)

    def _finish_layers(self) -> None:
        """What can't be is given up; what can is written as it was understood."""
        self.layers_refusal.show("")
        with self._showing():
            self.hidden_layers.setText(", ".join(map(str, self._setup.hidden)))

    # ----- training -------------------------------------------------------------------------

    def _add_training(self) -> None:
        self._lines.addWidget(Divider())
        self._heading("Training")
        self._training_note = self._note("")
        self._combo("Loss", "loss", choices.LOSSES)
        self._combo("", "reduction", choices.REDUCTIONS)
        self.optimizer = Choice([(o.name, o.title) for o in OPTIMIZERS.values()], "optimizer")
        self.optimizer.chosen.connect(self._choose_optimizer)
        self._add_row("Optimizer", self.optimizer)
        self.optimizer_fields = OptimizerFields(LABEL)
        self.optimizer_fields.changed.connect(lambda made: self._change(optimizer=made))
        self._lines.addWidget(self.optimizer_fields)
        self.layer_rates = LayerRates()
        self.layer_rates.chosen.connect(lambda factors: self._change(rate_factors=factors))
        self._add_row("Rate by layer", self.layer_rates)
        self._combo("Schedule", "schedule", choices.SCHEDULES)
        self.schedule_steps = Number("schedule_steps", 1, 10_000_000, is_integer=True)
        self.schedule_steps.valueChanged.connect(lambda x: self._change(schedule_steps=round(x)))
        self._steps_row = self._add_row("Over steps", self.schedule_steps)
        self.batch_size = Number("batch_size", 1, MOST_POINTS, is_integer=True)
        self.batch_size.setToolTip("Points in a step; as many as there are is the full batch")
        self.batch_size.valueChanged.connect(self._choose_batch)
        self._add_row("Batch size", self.batch_size)
        self._combo("Last batch", "last_batch", choices.LAST_BATCHES)
        self.l1, self.l2 = Number("l1", 0.0, 1e6), Number("l2", 0.0, 1e6)
        self.l1.valueChanged.connect(lambda x: self._change(l1=x))
        self.l2.valueChanged.connect(lambda x: self._change(l2=x))
        self._add_row("L1, L2", self.l1, self.l2)
        self._combo("L1 and L2 act", "regularization", choices.REGULARIZATIONS)
        self.shuffle = self._switch("shuffle", "Shuffle each epoch", "shuffle")
        self.zero_grad = self._switch("zero_grad", "zero_grad each step", "zero_grad")
        for switch in (self.shuffle, self.zero_grad):
            self._lines.addWidget(switch)
        self.pace = PaceSection()
        self._lines.addWidget(Divider())
        self._heading("Pace")
        self._lines.addWidget(self.pace)

    def _switch(self, name: str, words: str, field: str) -> Button:
        switch = Button(words)
        switch.setObjectName(name)
        switch.setCheckable(True)
        switch.toggled.connect(lambda is_on: self._change(**{field: is_on}))
        return switch

    def _choose_optimizer(self, name: str) -> None:
        if name != self._setup.optimizer.name:
            self._change(optimizer=OPTIMIZERS[name]())

    def _choose_batch(self, number: float) -> None:
        self._change(batch_size=None if self._is_all(number) else round(number))

    def _is_all(self, number: float) -> bool:
        """Whether so many are already all points: what None stands for in the set-up."""
        return self._setup.batch_size is None and round(number) == _n_train(self._setup)

    # ----- form -----------------------------------------------------------------------------

    def _numbers(self, setup: Hyperparameters) -> list[tuple[Any, float]]:
        self.shuffle.setChecked(setup.shuffle)
        self.zero_grad.setChecked(setup.zero_grad)
        return [
            (self.noise, setup.noise), (self.train_ratio, setup.train_percent),
            (self.points, setup.points), (self.seed, setup.seed),
            (self.schedule_steps, setup.schedule_steps),
            (self.batch_size, setup.batch_size or _n_train(setup)),
            (self.l1, setup.l1), (self.l2, setup.l2),
        ]  # fmt: skip

    def _heading(self, words: str, *widgets: QWidget) -> None:
        row = QHBoxLayout()
        row.addWidget(TextLabel(words, weight=600))
        for widget in widgets:
            row.addWidget(widget, 1)
        if not widgets:
            row.addStretch(1)
        self._lines.addLayout(row)

    def _note(self, sentence: str) -> TextLabel:
        """What changes beneath will do, said before they are made."""
        note = TextLabel(sentence, "text3", theme.SIZE_CAPTION)
        note.setWordWrap(True)
        self._lines.addWidget(note)
        return note

    def _add_row(self, words: str, *widgets: QWidget) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP // 2)
        label = TextLabel(words, "text2", column=LABEL)
        label.setBuddy(widgets[0])
        row.addWidget(label)
        for widget in widgets:
            widget.setAccessibleName(words or widget.accessibleName())
            is_fixed = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Fixed
            row.addWidget(widget, 0 if is_fixed else 1)
            if is_fixed:
                row.addStretch(1)
        self._lines.addWidget(holder)
        return holder

    def _combo(self, words: str, name: str, offered: choices.Choices) -> None:
        combo = Choice(offered, name)
        combo.chosen.connect(lambda key: self._change(**{name: key}))
        self._combos[name] = combo
        self._add_row(words, combo)

    def _choose_preset(self, name: str) -> None:
        if not self._is_showing:
            self.preset_chosen.emit(name)

    def _change(self, **changes: Any) -> None:
        if self._is_showing:
            return
        now = self._setup
        real = {name: x for name, x in changes.items() if getattr(now, name) != x}
        if real:
            self.changed.emit(real)

    @contextmanager
    def _showing(self) -> Iterator[None]:
        before, self._is_showing = self._is_showing, True
        try:
            yield
        finally:
            self._is_showing = before


def _n_train(setup: Hyperparameters) -> int:
    """How many points there are to train on."""
    n = setup.row.points if setup.row.is_fixed else setup.points
    return max(1, int(n * setup.train_percent / 100))
