"""The nudge of all leaves along their gradients: what it promises, and what comes of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from app.document import Document
from app.experiments.page import Page, row_of, sentence
from app.experiments.plot import Plot, span_of
from app.inspector.table import Line, Table
from app.widgets.buttons import Button
from app.widgets.segmented import SegmentedControl
from app.widgets.step_slider import StepSlider
from core.experiments.what_if import WhatIf, outputs_along, what_if
from core.numbers import format_number

CLIMB, DESCEND = "climb", "descend"
_FIRST_STEP = 0.01  # the lecture's
_PLACES = 61
_BEYOND = 2.5  # times h that the plot shows


class WhatIfPage(Page):
    """h on a slider, promised and real change, the outputs along the way, and Apply."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.direction = SegmentedControl((CLIMB, DESCEND))
        self.direction.setToolTip("Along the gradients, or against them as training does")
        self.apply = Button("Apply")
        self.apply.setObjectName("what_if_apply")
        self.apply.setToolTip("Give the leaves these numbers: one undo step")
        self.step = StepSlider("h", -6, 1, _FIRST_STEP)
        self.step.setToolTip("Every leaf: data += h × grad")
        self.step.slider.setObjectName("what_if_step")
        self.numbers, self.verdict = Table(), sentence()
        line = row_of(self.direction, self.apply)
        line.insertStretch(1, 1)
        self.controls.addLayout(line)
        for widget in (self.step, self.numbers, self.verdict):
            self.controls.addWidget(widget)
        self.controls.addStretch(1)
        self.plot = Plot("The output along the gradients")
        self.plot.setToolTip("Drag to choose h")
        self._promise = self.plot.add_line(1, is_dashed=True)
        self._real = self.plot.add_line(0)
        self._promised_point = self.plot.add_points(1, 8.0)
        self._real_point = self.plot.add_points("accent", 11.0)
        self.body.addWidget(self.plot)
        self.step.step_changed.connect(lambda _h: self.refresh())
        self.direction.valueChanged.connect(lambda _word: self.refresh())
        self.apply.clicked.connect(lambda _checked=False: self._apply())
        self.plot.dragged.connect(self._drag)

    @property
    def h(self) -> float:
        """The step with its sign."""
        return self.step.step() if self.direction.value() == CLIMB else -self.step.step()

    # ----- from the user --------------------------------------------------------------------

    def _apply(self) -> None:
        graph = self.document.graph
        changes = what_if(graph, self.h).changes

        def change() -> None:
            for leaf in changes:
                graph.set_data(leaf.id, leaf.after)

        word = "along" if self.h > 0 else "against"
        self.document.edit(f"Move the leaves {word} their gradients", change, self)

    def _drag(self, x: float) -> None:
        if x * self.h > 0:
            self.step.set_step(abs(x))
            self.refresh()

    # ----- showing --------------------------------------------------------------------------

    def refresh(self) -> None:
        graph = self.document.graph
        series = (self._promise, self._real, self._promised_point, self._real_point)
        if graph.output is None:
            for each in series:
                each.hide()
            self.numbers.show_lines([])
            self.verdict.setText("There is no output yet that could change.")
            self.apply.setEnabled(False)
            return
        nudge = what_if(graph, self.h)
        self.apply.setEnabled(bool(nudge.changes))
        self._show_numbers(nudge, graph.nodes[graph.output].name)
        self._draw(nudge, graph.nodes[graph.output].name)

    def _show_numbers(self, nudge: WhatIf, name: str) -> None:
        self.numbers.show_lines([
            Line(f"{name} now", nudge.before),
            Line("promised", nudge.promised, _signed(nudge.promised_change)),
            Line("really", nudge.real, _signed(nudge.real_change)),
        ])  # fmt: skip
        self.verdict.setText(nudge.verdict)
        self.plot.setAccessibleDescription(nudge.verdict)

    def _draw(self, nudge: WhatIf, name: str) -> None:
        furthest = _BEYOND * nudge.h
        hs = np.unique(np.append(np.linspace(-0.4 * nudge.h, furthest, _PLACES), nudge.h))
        real = outputs_along(self.document.graph, hs.tolist())
        slope = nudge.promised_change / nudge.h
        self._real.show(hs, real)
        self._promise.show(hs, nudge.before + slope * hs)
        self._promised_point.show([nudge.h], [nudge.promised])
        self._real_point.show([nudge.h], [nudge.real])
        self.plot.set_present(nudge.h)
        ys = span_of([*real.tolist(), nudge.before + slope * furthest, nudge.promised], 0.14)
        # The output never falls along its gradient: both corners beside the points are free.
        is_better = nudge.real >= nudge.promised
        for line, words, y, is_higher in (
            (self._promise, "promised", nudge.promised, not is_better),
            (self._real, "really", nudge.real, is_better),
        ):
            anchor = (1.15, 1.0) if is_higher else (-0.15, 0.0)
            line.set_label(words, nudge.h, y, anchor=anchor)
        self.plot.set_ranges((float(hs[0]), float(hs[-1])), ys)
        self.plot.set_captions("h", f"{name}.data")


def _signed(change: float) -> str:
    """A change with its sign: +0.72."""
    return f"+{format_number(change)}" if change > 0 else format_number(change)
