"""The field for the layers' own learning rates, as multiples of the one for all."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.refusal import TextRefusal
from core.hyperparameters import Hyperparameters, parse_rate_factors

Factors = tuple[float, ...]


class LayerRates(QLineEdit):
    """Such as "1, 0.1, 1", the output last; empty for 1 in all. Signals: chosen(factors).

    What is refused is told beneath, and given up when the field is left.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_rates")
        self.setPlaceholderText("× 1 in all")
        self.setToolTip(
            "What the learning rate is multiplied by in each layer, the output last, such as "
            "1, 0.1, 1; 0 leaves a layer as it is"
        )
        self._layers = 1
        self._factors: Factors = ()
        self._refusal = TextRefusal(self)
        self.returnPressed.connect(self._read)
        self.textEdited.connect(lambda _text: self._refusal.show(""))

    def show_setup(self, setup: Hyperparameters) -> None:
        """Show the factors of a set-up; what is being typed stays."""
        is_new = setup.rate_factors != self._factors
        self._layers, self._factors = len(setup.hidden) + 1, setup.rate_factors
        if is_new or not self.hasFocus():
            self._write()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._read()
        self._refusal.show("")
        self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._refusal.show("")
            self._write()
        else:
            super().keyPressEvent(event)

    def _write(self) -> None:
        self.setText(", ".join(map(_exact, self._factors)))
        self.setCursorPosition(0)
        self.setModified(False)

    def _read(self) -> None:
        if not self.isModified():
            return
        try:
            factors = parse_rate_factors(self.text(), self._layers)
        except ValueError as error:
            self._refusal.show(str(error))
            return
        self._refusal.show("")
        self.setModified(False)
        if factors != self._factors:
            self.chosen.emit(factors)


def _exact(factor: float) -> str:
    """Short where that is the whole number, since all are read again when one is changed."""
    return short if float(short := f"{factor:.4g}") == factor else repr(factor)
