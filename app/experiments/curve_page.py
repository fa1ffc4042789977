"""The curve over a leaf: the present point, its tangent, and a secant that shrinks into it."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from app.document import Document
from app.experiments.page import Page, row_of, sentence
from app.experiments.plot import Plot, span_of
from app.inspector.table import Line, Table
from app.node_editor.boxes import default_range, slider_range
from app.widgets.buttons import QuietButton
from app.widgets.labels import TextLabel
from app.widgets.step_slider import StepSlider
from core.experiments.response import Response, places
from core.graph import Graph
from core.known import UNKNOWN
from core.numbers import format_number

PARABOLA = "x = 3.0\ny = 3 * x**2 - 4 * x + 5"
_PLACES = 201
_FIRST_STEP = 1.0
_MOST_CHOICES = 300  # nodes that a combo box lists; more are chosen by selecting them


class CurvePage(Page):
    """`end` over `start`; dragging in the plot drags the leaf."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.end, self.start = _choice("Node that is drawn"), _choice("Leaf that it is drawn over")
        self.end.setObjectName("curve_end")
        self.start.setObjectName("curve_start")
        self.step = StepSlider("h", -16, 0, _FIRST_STEP)
        self.step.setToolTip("The secant goes through x and x + h")
        self.step.slider.setObjectName("curve_step")
        self.numbers = Table()
        self.verdict = sentence()
        self.parabola = QuietButton("3x² − 4x + 5")
        self.parabola.setObjectName("curve_parabola")
        self.parabola.setToolTip("Write the lecture's first function (Ctrl+Z brings this one back)")
        self.parabola.clicked.connect(
            lambda _checked=False: document.replace_text(PARABOLA, "Write 3x² − 4x + 5", self)
        )
        self.controls.addLayout(row_of(self.end, TextLabel("over", role="text2"), self.start))
        for widget in (self.step, self.numbers, self.verdict):
            self.controls.addWidget(widget)
        self.controls.addStretch(1)
        self.controls.addWidget(self.parabola, 0, Qt.AlignmentFlag.AlignLeft)
        self.plot = Plot("Curve of a node over a leaf")
        self.plot.setToolTip(
            "Drag, or press an arrow key, to move the leaf; the wheel changes the range"
        )
        self._curve = self.plot.add_line(0)
        self._tangent = self.plot.add_line(1)
        self._secant = self.plot.add_line(2, is_dashed=True)
        self._beside = self.plot.add_points(2, 7.0)
        self._here = self.plot.add_points("accent", 11.0)
        self.body.addWidget(self.plot)
        self._ends: tuple[str, str] | None = None  # the chosen ids: of end and start
        self._is_end_chosen = False  # else it is the output
        self._range: tuple[float, float] | None = None  # by the wheel; else the leaf's own
        self._ys: tuple[float, float] | None = None  # kept while the leaf is dragged
        self._revision: tuple[object, int] | None = None
        self._connect()

    def _connect(self) -> None:
        self.step.step_changed.connect(lambda _h: self._draw())
        self.end.activated.connect(self._choose_end)
        self.start.activated.connect(self._choose_start)
        self.plot.dragged.connect(self._drag)
        self.plot.released.connect(self._drop)
        self.plot.cancelled.connect(self._cancel)
        self.plot.zoomed.connect(self._zoom)
        self.plot.reset.connect(self._reset)
        self.document.selection_changed.connect(self._follow_selection)
        self.document.replaced.connect(self._forget)

    # ----- which curve ----------------------------------------------------------------------

    def refresh(self) -> None:
        graph = self.document.graph
        if self._revision != (graph, graph.revision):
            self._revision = (graph, graph.revision)
            self._find_ends()
        self._draw()

    def _find_ends(self) -> None:
        """Keep both nodes where they are still there; else the output over its first leaf."""
        graph = self.document.graph
        end, start = self._ends or ("", "")
        if graph.output is None:
            self._ends = None
        else:
            if not self._is_end_chosen or end not in graph.nodes:
                end, self._is_end_chosen = graph.output, False
            if start not in graph.nodes:
                leaves = [node.id for node in graph if node.is_leaf and node.id in graph.reached]
                start = leaves[0] if leaves else graph.output
                self._range = None
            self._ends = end, start
        self._list_choices(graph)

    def _list_choices(self, graph: Graph) -> None:
        for choice, ids in (
            (self.end, [node.id for node in graph if not node.is_leaf]),
            (self.start, [node.id for node in graph if node.is_leaf]),
        ):
            shown = ids[:_MOST_CHOICES]
            chosen = None if self._ends is None else self._ends[0 if choice is self.end else 1]
            if chosen is not None and chosen not in shown:
                shown.append(chosen)
            with QSignalBlocker(choice):
                choice.clear()
                for id in shown:
                    choice.addItem(graph.nodes[id].name, id)
                choice.setCurrentIndex(choice.findData(chosen))
            choice.setEnabled(bool(shown))

    def _choose_end(self, index: int) -> None:
        if self._ends is not None:
            self._ends = self.end.itemData(index), self._ends[1]
            self._is_end_chosen = True
            self._draw()

    def _choose_start(self, index: int) -> None:
        self._go_to(self.start.itemData(index))

    def _follow_selection(self, _initiator: object) -> None:
        """A leaf that is selected in any view is the one to look at."""
        id = self.document.current
        if id is not None and self.document.graph.nodes[id].is_leaf:
            self._go_to(id)

    def _go_to(self, start: str) -> None:
        if self._ends is not None and self._ends[0] not in self.document.graph.nodes:
            self._find_ends()  # the graph has changed while the page was hidden
        if self._ends is not None and start != self._ends[1]:
            self._ends = self._ends[0], start
            self._range = None
            self._list_choices(self.document.graph)
            if self.isVisible():
                self._draw()

    def _forget(self) -> None:
        self._ends = self._range = self._ys = None
        self._is_end_chosen = False

    # ----- gestures -------------------------------------------------------------------------

    def _drag(self, x: float) -> None:
        if self._ends is None or not self.document.graph.nodes[self._ends[1]].is_leaf:
            return
        low, high = self._shown_range()
        if self._ys is None:
            self._ys = self._y_range(self._response(), low, high)
        digits = max(0, 2 - math.floor(math.log10((high - low) / 10)))  # round, as a hand is
        self.document.preview_value(self._ends[1], round(x, min(digits, 15)), self)

    def _drop(self) -> None:
        self._ys = None
        if self._ends is not None and self.document.graph.nodes[self._ends[1]].is_leaf:
            id = self._ends[1]
            self.document.set_value(id, self.document.graph.nodes[id].data, self)
        self._draw()

    def _cancel(self) -> None:
        self._ys = None
        self.document.cancel_preview()
        self._draw()

    def _zoom(self, factor: float, x: float) -> None:
        low, high = self._shown_range()
        wanted = x - (x - low) * factor, x + (high - x) * factor
        if 1e-9 * max(1.0, abs(x)) < wanted[1] - wanted[0] < 1e9:
            self._range = wanted
            self._draw()

    def _reset(self) -> None:
        self._range = None
        self._draw()

    # ----- drawing --------------------------------------------------------------------------

    def _shown_range(self) -> tuple[float, float]:
        """The wheel's, or the range of the leaf's slider, or one that suits its number."""
        if self._range is not None:
            return self._range
        assert self._ends is not None
        start = self._ends[1]
        data = self.document.graph.nodes[start].data
        own = slider_range(self.document.extras, start)
        if own is not None and own[0] <= data <= own[1]:
            return own
        return default_range(data if math.isfinite(data) else 0.0)

    def _response(self) -> Response:
        assert self._ends is not None
        return Response(self.document.graph, self._ends[1], self._ends[0])

    def _draw(self) -> None:
        series = (self._curve, self._tangent, self._secant, self._beside, self._here)
        if self._ends is None:
            for each in series:
                each.hide()
            self.numbers.show_lines([])
            self.verdict.setText("There is no output yet that could be drawn.")
            return
        response = self._response()
        low, high = self._shown_range()
        xs = places(low, high, _PLACES, response.x)
        self._curve.show(xs, response.at(xs))
        ys = self._ys or self._y_range(response, low, high)
        self._draw_lines(response, (low, high), ys)
        self.plot.set_ranges((low, high), ys)
        nodes = self.document.graph.nodes
        start, end = nodes[response.start].name, nodes[response.end].name
        self.plot.set_captions(f"{start}.data", f"{end}.data")

    def _y_range(self, response: Response, low: float, high: float) -> tuple[float, float]:
        return span_of([*response.at(places(low, high, _PLACES, response.x)), response.y])

    def _draw_lines(
        self, response: Response, xs: tuple[float, float], ys: tuple[float, float]
    ) -> None:
        x, y, slope = response.x, response.y, response.slope
        secant = response.secant(self.step.step())
        self._here.show([x], [y])
        self.plot.set_present(x)
        self._beside.show([x + secant.h], [y + secant.rise])
        for series, steepness, words in (
            (self._tangent, slope, "tangent"),
            (self._secant, secant.slope, "secant"),
        ):
            ends = [y + steepness * (end - x) for end in xs]
            series.show(xs, ends)
            is_high = words == "secant"
            at = _where_to_label(x, y, steepness, xs, ys, is_high=is_high)
            side = -0.15 if (steepness > 0) != is_high else 1.15  # away from the line
            anchor = (side, 0.5) if steepness else (float(is_high), 1.1)  # above one that is level
            series.set_label(words if at else "", *(at or (0.0, 0.0)), anchor=anchor)
        names = self.document.graph.nodes
        fraction = f"∂{names[response.end].name}/∂{names[response.start].name}"
        width = f"{format_number(secant.rise)} / {format_number(secant.width)}"
        self.numbers.show_lines([
            Line(f"tangent  {fraction}", slope),
            Line("secant", secant.slope, width, text=_dash(secant.slope)),
            Line("apart", secant.error, text=_dash(secant.error)),
        ])  # fmt: skip
        self.verdict.setText(secant.verdict)
        self.plot.setAccessibleDescription(
            f"{fraction} = {format_number(slope)} at {format_number(x)}. {secant.verdict}"
        )


def _dash(number: float) -> str:
    return UNKNOWN if math.isnan(number) else ""


def _where_to_label(
    x: float, y: float, slope: float, xs: tuple[float, float], ys: tuple[float, float],
    *, is_high: bool,
) -> tuple[float, float] | None:  # fmt: skip
    """A place on a line, inside of what shows, where its name can stand; None where there is none.

    is_high: towards the upper end, so that two names need not stand on each other.
    """
    if not (math.isfinite(slope) and math.isfinite(y)):
        return None
    inner = ys[0] + 0.1 * (ys[1] - ys[0]), ys[1] - 0.16 * (ys[1] - ys[0])
    seen = [
        (at, y + slope * (at - x))
        for share in range(8, 93, 2)
        if inner[0] <= y + slope * ((at := xs[0] + share / 100 * (xs[1] - xs[0])) - x) <= inner[1]
    ]
    if not seen:
        return None
    lowest, highest = min(seen, key=lambda p: p[1]), max(seen, key=lambda p: (p[1], p[0]))
    return highest if is_high else lowest


def _choice(name: str) -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName(name)
    choice.setToolTip(name)
    choice.setMinimumWidth(60)
    return choice
