"""Above each layer of the network picture: − "8 neurons" +, and its activation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app import fonts, theme
from app.training.choices import ACTIVATIONS, OUTPUTS
from app.training.network_layout import NetworkLayout
from app.widgets.buttons import IconButton, QuietButton
from app.widgets.pop_up import PopUp
from core.hyperparameters import MOST_NEURONS, Hyperparameters

TOP = 8
SIDE, SIDE_TIGHT = 22, 17
_STAYS = "a new run goes on with what the others have learnt"
TIGHT = 82  # pixels from column to column: below, the number of neurons stands for the activation


@dataclass
class _Row:
    """What stands above one hidden layer."""

    less: IconButton
    label: QLabel
    more: IconButton
    activation: QuietButton


class LayerButtons(QObject):
    """A row for each hidden layer; − at one neuron takes the layer out.

    Signals: resize_wanted(layer, by): so many neurons more or less.
    activation_wanted(layer, name): the layer after the hidden ones is the output.
    """

    resize_wanted = Signal(int, int)
    activation_wanted = Signal(int, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self._rows: list[_Row] = []
        self._hidden: tuple[int, ...] = ()
        self._is_tight = False
        self._output = self._new_activation("activation_output", self._open_output)
        theme.notifier.changed.connect(self._restyle)

    def middle(self) -> float:
        """Height of the row's middle line."""
        return TOP + fonts.px(SIDE) / 2

    def arrange(self, setup: Hyperparameters, layout: NetworkLayout) -> None:
        """Put the rows above the columns of this network."""
        self._hidden = hidden = setup.hidden
        while len(self._rows) < len(hidden):
            self._rows.append(self._new_row(len(self._rows)))
        is_narrow = layout.column_spacing() < fonts.px(150)
        self._is_tight = layout.column_spacing() < fonts.px(TIGHT)
        for layer, row in enumerate(self._rows):
            is_shown = layer < len(hidden)
            for widget in (row.less, row.label, row.more, row.activation):
                widget.setVisible(is_shown)
            if is_shown:
                self._place(row, hidden[layer], round(layout.centres[layer + 1]), is_narrow)
        self.show_activations(setup)
        self._place_activation(self._output, round(layout.centres[-1]))
        self._restyle()

    def show_activations(self, setup: Hyperparameters) -> None:
        """The activation of each layer, which changes in mid-run."""
        for row, name, neurons in zip(self._rows, setup.activations, setup.hidden):
            self._name(row.activation, name, str(neurons) if self._is_tight else name)
        self._name(self._output, setup.output, setup.output)

    @staticmethod
    def _name(button: QuietButton, name: str, text: str) -> None:
        tip = f"{name}: the activation of this layer, which changes while the run goes on"
        if button.text() != text or button.toolTip() != tip:
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)

    def _place(self, row: _Row, neurons: int, x: int, is_narrow: bool) -> None:
        word = "" if is_narrow else " neuron" if neurons == 1 else " neurons"
        row.label.setText(f"{neurons}{word}")
        row.less.setToolTip(
            f"Take the layer out; {_STAYS}" if neurons == 1 else f"One neuron less; {_STAYS}"
        )  # fmt: skip
        row.more.setEnabled(neurons < MOST_NEURONS)
        side = fonts.px(SIDE_TIGHT if self._is_tight else SIDE)
        half = 0 if self._is_tight else fonts.px(18 if is_narrow else 42)
        row.label.setVisible(not self._is_tight)
        row.label.setGeometry(x - half, TOP, 2 * half, side)
        row.less.setGeometry(x - half - side, TOP, side, side)
        row.more.setGeometry(x + half, TOP, side, side)
        self._place_activation(row.activation, x)

    def _place_activation(self, button: QuietButton, x: int) -> None:
        width = fonts.px(34 if self._is_tight and button is not self._output else 62)
        button.setGeometry(x - width // 2, TOP + fonts.px(SIDE), width, fonts.px(SIDE))

    def _new_row(self, layer: int) -> _Row:
        less = IconButton("minus-box-outline", "One neuron less", self._area, side=SIDE)
        more = IconButton("plus-box-outline", f"One neuron more; {_STAYS}", self._area, side=SIDE)
        less.setObjectName(f"remove_neuron_{layer + 1}")
        more.setObjectName(f"add_neuron_{layer + 1}")
        less.clicked.connect(lambda _on=False: self.resize_wanted.emit(layer, -1))
        more.clicked.connect(lambda _on=False: self.resize_wanted.emit(layer, 1))
        label = QLabel(self._area)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        name = f"activation_{layer + 1}"
        activation = self._new_activation(name, lambda: self._open_activations(layer))
        return _Row(less, label, more, activation)

    def _new_activation(self, name: str, open_menu: Callable[[], None]) -> QuietButton:
        button = QuietButton("", None, self._area)
        button.set_size(SIDE, theme.SIZE_CAPTION)
        button.setObjectName(name)
        button.clicked.connect(lambda _on=False: open_menu())
        return button

    def _open_activations(self, layer: int) -> None:
        self._open_menu(self._rows[layer].activation, layer, [key for key, _words in ACTIVATIONS])

    def _open_output(self) -> None:
        self._open_menu(self._output, len(self._hidden), [key for key, _words in OUTPUTS])

    def _open_menu(self, button: QuietButton, layer: int, names: list[str]) -> None:
        menu = PopUp(button)
        menu.setObjectName("activation_menu")
        for name in names:
            menu.add(name, partial(self.activation_wanted.emit, layer, name))
        menu.open_under(button)

    def _restyle(self) -> None:
        for row in self._rows:
            row.label.setFont(fonts.sans())
            row.label.setStyleSheet(f"color: {theme.current().text2}")
