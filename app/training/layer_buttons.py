"""The buttons − and + above each hidden layer of the network picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app import fonts, theme
from app.training.network_layout import NetworkLayout
from app.widgets.buttons import IconButton
from core.hyperparameters import MOST_NEURONS

TOP = 12
SIDE = 22


class LayerButtons(QObject):
    """One row of − "8 neurons" + for each hidden layer; − at one neuron takes the layer out.

    Signals: hidden_wanted(tuple of int).
    """

    hidden_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self._rows: list[tuple[IconButton, QLabel, IconButton]] = []
        self._hidden: tuple[int, ...] = ()
        theme.notifier.changed.connect(self._restyle)

    def middle(self) -> float:
        """Height of the row's middle line."""
        return TOP + fonts.px(SIDE) / 2

    def arrange(self, hidden: tuple[int, ...], layout: NetworkLayout) -> None:
        """Put the rows above the columns of these hidden layers."""
        self._hidden = hidden
        while len(self._rows) < len(hidden):
            self._rows.append(self._new_row(len(self._rows)))
        is_narrow = layout.column_spacing() < fonts.px(150)
        for layer, (less, label, more) in enumerate(self._rows):
            is_shown = layer < len(hidden)
            for widget in (less, label, more):
                widget.setVisible(is_shown)
            if not is_shown:
                continue
            neurons = hidden[layer]
            word = "" if is_narrow else " neuron" if neurons == 1 else " neurons"
            label.setText(f"{neurons}{word}")
            less.setToolTip("Take the layer out" if neurons == 1 else "One neuron less")
            more.setEnabled(neurons < MOST_NEURONS)
            side = fonts.px(SIDE)
            half = fonts.px(18) if is_narrow else fonts.px(42)
            x = round(layout.centres[layer + 1])
            label.setGeometry(x - half, TOP, 2 * half, side)
            less.setGeometry(x - half - side, TOP, side, side)
            more.setGeometry(x + half, TOP, side, side)
        self._restyle()

    def _new_row(self, layer: int) -> tuple[IconButton, QLabel, IconButton]:
        less = IconButton("minus-box-outline", "One neuron less", self._area, side=SIDE)
        more = IconButton("plus-box-outline", "One neuron more", self._area, side=SIDE)
        less.setObjectName(f"remove_neuron_{layer + 1}")
        more.setObjectName(f"add_neuron_{layer + 1}")
        less.clicked.connect(self._changer(layer, -1))
        more.clicked.connect(self._changer(layer, 1))
        label = QLabel(self._area)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return less, label, more

    def _changer(self, layer: int, by: int) -> Callable[[], None]:
        def change() -> None:
            hidden = list(self._hidden)
            hidden[layer] += by
            self.hidden_wanted.emit(tuple(n for n in hidden if n > 0))

        return change

    def _restyle(self) -> None:
        for _less, label, _more in self._rows:
            label.setFont(fonts.sans())
            label.setStyleSheet(f"color: {theme.current().text2}")
