"""An experiment at one rate that is shown in two plots, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app import theme
from app.lab.experiment import SIDES, Experiment
from app.lab.number_fields import NumberChoice, number_fields
from app.lab.plot import Plot
from app.widgets.containers import OwnSplitter

SHARES = (3000, 2000)  # of the height


class TwoPlots(Experiment):
    """`plot` above `second`; one of the fields is the `rate`, which follows the source's."""

    fields_offered: ClassVar[tuple[NumberChoice, ...]]

    def __init__(self, parent: QWidget | None = None, plots: Sequence[Plot] = ()) -> None:
        super().__init__(parent, plots)
        self.plot, self.second = self.plots
        self.plot.setObjectName(f"{self.name}_plot")
        self.second.setObjectName(f"{self.name}_second_plot")
        self.fields = number_fields(self.control_row, self.name, self.fields_offered)
        self.control_row.addStretch(1)
        body = OwnSplitter(f"lab_{self.name}_plots", Qt.Orientation.Vertical, *self.plots)
        body.setContentsMargins(*SIDES)
        body.suggest(SHARES)
        self.complete(body)
        theme.notifier.changed.connect(self.redraw)

    def redraw(self) -> None:
        """Draw what is found, if anything is."""
        raise NotImplementedError

    def show_rate(self, rate: float) -> None:
        if self.found is None:
            self.fields["rate"].setValue(rate)

    def forget(self) -> None:
        if self.source is not None:
            self.fields["rate"].setValue(self.source.problem.rate)
        for plot in (self.plot, self.second):
            plot.show_curves(())

    def largest_plot(self) -> Plot:
        return self.plot
