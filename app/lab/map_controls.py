"""What can be chosen of a trainability map: network, axes, pixels, steps, and who computes it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app import fonts, theme
from app.lab.map_axes import AxisChoice, axis_choices
from app.training.choices import Choice, Number
from app.widgets.buttons import IconButton, QuietButton
from app.widgets.labels import TextLabel
from app.widgets.wrapped_row import WrappedRow
from core.lab.executors import Place
from core.lab.problems import Problem
from core.lab.trainability import Map

NETWORK, PAPER = "network", "paper"
SIZES = (32, 64, 128, 256, 512)
ADDRESS = 220  # pixels at 100 %


class MapControls(QObject):
    """The widgets of a map's control row. Signals: changed(): the map is about something else."""

    changed = Signal()

    def __init__(self, row: WrappedRow) -> None:
        super().__init__(row.parentWidget())
        self.presets = QuietButton("Presets", "map-outline")
        self.presets.setToolTip("Maps that are worth a look")
        self.which = Choice([(PAPER, "the paper’s"), (NETWORK, "this network")], "map_network")
        self.which.setAccessibleName("Network of the map")
        self.which.setToolTip("The paper’s: Sohl-Dickstein 2024, width 16, tanh, no biases")
        self.across, self.upwards = Choice((), "map_x"), Choice((), "map_y")
        self.across.setAccessibleName("Axis across")
        self.upwards.setAccessibleName("Axis upwards")
        self.pixels = Choice([(str(n), f"{n}²") for n in SIZES], "map_size")
        self.pixels.setAccessibleName("Pixels of the map")
        self.pixels.show_key("256")
        self.steps = Number("map_steps", 1, 100_000, is_integer=True)
        self.steps.setValue(100)
        self.steps.set_width(64)
        self.steps.setAccessibleName("Steps of each pixel")
        self._where = Choice(
            [("threads", "threads"), ("processes", "processes"), ("cluster", "Dask cluster")],
            "map_place",
        )
        self._where.setAccessibleName("Where it is computed")
        self._where.setToolTip("Where it is computed: here, or by the machines of a cluster")
        self.cluster = self._make_cluster_row()
        self.back = IconButton("undo", "The window before (Backspace)")
        self.home = IconButton("fit-to-page-outline", "The whole map")
        for words, widget in (
            ("", self.presets), ("", self.which), ("", self.across), ("by", self.upwards),
            ("", self.pixels), ("Steps", self.steps), ("", self._where),
            ("", self.back), ("", self.home),
        ):  # fmt: skip
            if words:
                row.addWidget(TextLabel(words, "text2"))
            row.addWidget(widget)
        for box in (self.which, self.across, self.upwards):
            box.chosen.connect(lambda _key: self.changed.emit())
        self._where.chosen.connect(lambda key: self.cluster.setVisible(key == "cluster"))

    def _make_cluster_row(self) -> QWidget:
        """Where the cluster is; seen only where one is chosen."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        self._address = QLineEdit()
        self._address.setPlaceholderText("tcp://scheduler:8786")
        self._address.setToolTip("Address of the Dask scheduler")
        self._address.setAccessibleName("Address of the Dask scheduler")
        self._address.setObjectName("map_address")
        self._set_width()
        theme.notifier.changed.connect(self._set_width)
        words = TextLabel("started by dask scheduler, and dask worker with its address", "text2")
        words.setToolTip("Each machine needs this program and Dask, in the same versions")
        row.addWidget(TextLabel("Scheduler", "text2"))
        row.addWidget(self._address)
        row.addWidget(words, 1)
        holder.hide()
        return holder

    def _set_width(self) -> None:
        self._address.setFixedWidth(fonts.px(ADDRESS))

    @property
    def network(self) -> str:
        """NETWORK or PAPER."""
        return str(self.which.currentData())

    @property
    def side(self) -> int:
        """Pixels along each side."""
        return int(self.pixels.currentData())

    @property
    def steps_of_run(self) -> int:
        """Of each pixel."""
        return int(self.steps.value())

    def place(self) -> Place:
        """Who computes it. ValueError for a cluster without an address."""
        return Place(self._where.currentData(), None, self._address.text().strip())

    def axes(self, problem: Problem) -> tuple[AxisChoice, AxisChoice]:
        """What is chosen across and upwards."""
        offered = {choice.key: choice for choice in axis_choices(problem)}
        return offered[self.across.currentData()], offered[self.upwards.currentData()]

    def offer_axes(self, problem: Problem) -> None:
        """Offer the axes that a problem has; what is chosen stays where there is such an axis."""
        offered = axis_choices(problem)
        keys = [choice.key for choice in offered]
        chosen = [self.across.currentData(), self.upwards.currentData()]
        if not set(chosen) <= set(keys):
            chosen = ["layer 0", "layer 1"] if "layer 1" in keys else ["rate", "init scale"]
        for box, wanted in zip((self.across, self.upwards), chosen):
            with QSignalBlocker(box):
                box.clear()
                for choice in offered:
                    box.addItem(choice.words, choice.key)
                box.show_key(wanted)

    def show(self, network: str, problem: Problem, across: str, upwards: str, steps: int) -> None:
        """Choose all this at once; nobody is told."""
        with QSignalBlocker(self):
            self.which.show_key(network)
            self.offer_axes(problem)
            self.across.show_key(across)
            self.upwards.show_key(upwards)
        self.steps.setValue(steps)

    def show_question(self, question: Map, network: str) -> None:
        """Choose what a map was about."""
        keys = [f"layer {a.layer}" if a.kind == "layer rate" else a.kind
                for a in (question.x, question.y)]  # fmt: skip
        self.show(network, question.problem, keys[0], keys[1], question.steps)
        self.pixels.show_key(str(question.width))
