"""Drawing points right on the output, while the network trains on them."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QTimer

from app.training.answer_view import DrawableView
from app.training.brush import Brush
from app.training.curve_view import shown_plane
from app.training.data_choice import changes_for, drawn_data, drawn_values
from app.training.setup_edits import SetupEdits
from app.training.view import TrainingView
from core.datasets import CLASSIFICATION, PLAYGROUND_DOMAIN, REGRESSION, Domain
from core.drawing import MOST_DRAWN, Point
from core.hyperparameters import Hyperparameters
from core.own_data import OWN, OwnPoints

PAUSE = 60  # milliseconds between two times that a stroke in progress is trained on


class DrawMode(QObject):
    """On or off. A stroke changes the data set to one's own, and is one step of undo.

    The network goes on with its weights: the boundary follows the brush. Points that can't be
    trained on yet, all of one class, stay on the map and say so.
    """

    def __init__(self, edits: SetupEdits, view: TrainingView) -> None:
        super().__init__(view)
        self._edits, self._view = edits, view
        self._brush = Brush(view.output)
        self._is_on = False
        self._setup = edits.setup
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._train)
        brush, bar = self._brush, view.draw_bar
        brush.drawn.connect(self._on_drawn)
        brush.stroked.connect(self._on_stroked)
        brush.cancelled.connect(self._train)
        brush.left.connect(self.leave)
        brush.tool_wanted.connect(bar.choose_tool)
        brush.wider_wanted.connect(bar.make_wider)
        bar.tool_chosen.connect(self._choose_tool)
        bar.radius_chosen.connect(self._choose_radius)
        bar.clear_clicked.connect(self._clear)
        bar.done_clicked.connect(self.leave)
        bar.escaped.connect(brush.escape)
        view.draw_button.toggled.connect(self._set_on)
        edits.changed.connect(self._follow)

    def enter(self) -> None:
        """Draw on the output: the points in force, or on an empty plane."""
        self._view.draw_button.setChecked(True)

    def leave(self) -> None:
        """Draw no more."""
        self._view.draw_button.setChecked(False)

    def _set_on(self, is_on: bool) -> None:
        self._is_on = is_on
        self._pause.stop()
        if self._brush.drawing.is_in_stroke:
            self._brush.escape()
        outputs, self._setup = self._view.outputs, self._edits.setup
        is_of_values = self._brush.draws_heights = is_on and are_values(self._setup)
        canvas: DrawableView = outputs.curve if is_of_values else outputs.map
        self._view.show_drawing(canvas if is_on else None)
        if is_on:
            self._brush.draw_on(canvas)
            self._take_points()
        self._brush.set_on(is_on)

    def _follow(self) -> None:
        """Another set-up or, by undo, other points."""
        was, self._setup = self._setup, self._edits.setup
        if not self._is_on or self._brush.drawing.is_in_stroke:
            return
        is_other_canvas = are_values(was) != are_values(self._setup)
        is_off_plane = self._setup.row.features != 2 and not are_values(self._setup)
        if is_other_canvas or (is_off_plane and was.row != self._setup.row):
            self.leave()
        else:
            self._take_points()

    def _take_points(self) -> None:
        drawn = self._edits.drawn
        points = present_points(self._setup) if drawn is None else drawn
        self._brush.drawing.replace(points, _plane(self._setup))
        is_of_values = are_values(self._setup)
        self._view.draw_bar.show_problem(_problem(self._setup), is_of_values=is_of_values)
        self._brush.shown.message = self._made()[1]
        self._brush.refresh()

    # ----- strokes --------------------------------------------------------------------------

    def _on_drawn(self) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _on_stroked(self, is_erasing: bool) -> None:
        self._train("Erase points" if is_erasing else "Draw points")

    def _clear(self) -> None:
        if self._brush.drawing.points:
            self._brush.drawing.replace((), self._brush.drawing.plane)
            self._train("Take all points away")

    def _train(self, text: str = "") -> None:
        """Train on the points as they are, where that can be done; a stroke's end has a text."""
        self._pause.stop()
        setup, self._brush.shown.message = self._made()
        self._edits.draw(self._brush.drawing.points, setup, text)
        self._brush.refresh()

    def _made(self) -> tuple[Hyperparameters, str]:
        """The set-up that trains on the points; the one in force, and why, where none can."""
        setup, drawing = self._edits.setup, self._brush.drawing
        try:
            if are_values(setup):
                own = drawn_values(drawing.points, _names(setup), drawing.plane)
                return setup.changed(dataset=OWN, own=own), ""
            own = drawn_data(drawing.points, _problem(setup), _plane(setup))
        except ValueError as error:
            return setup, str(error)
        if setup.row.features == 2:
            return setup.changed(dataset=OWN, own=own), ""
        return setup.changed(**changes_for(setup, own.row, own)), ""

    # ----- tools ----------------------------------------------------------------------------

    def _choose_tool(self, target: float) -> None:
        self._brush.target = None if math.isnan(target) else target
        self._brush.refresh()

    def _choose_radius(self, radius: float) -> None:
        self._brush.radius = radius
        self._brush.refresh()


def _problem(setup: Hyperparameters) -> str:
    """What the points are drawn for: the problem of what shows, or two classes."""
    is_shown = setup.row.features == 2 or are_values(setup)
    return setup.row.problem if is_shown else CLASSIFICATION


def are_values(setup: Hyperparameters) -> bool:
    """Whether the points are values over a line, to be drawn on the curve."""
    return setup.row.features == 1 and setup.row.problem == REGRESSION


def _names(setup: Hyperparameters) -> tuple[str, ...]:
    """What x and the value are called."""
    own = setup.own
    if setup.dataset == OWN and isinstance(own, OwnPoints):
        return own.columns
    return "x", "value"


def _plane(setup: Hyperparameters) -> Domain:
    """What is drawn on: the plane or the curve's plot that shows, or TensorFlow Playground's."""
    if are_values(setup):
        return shown_plane(setup, *setup.data())
    return setup.row.domain if setup.row.features == 2 else PLAYGROUND_DOMAIN


def present_points(setup: Hyperparameters) -> tuple[Point, ...]:
    """The points in force, where they lie on the plane that is drawn on."""
    found: list[Point] = []
    if are_values(setup):
        for data in setup.data():
            found += [(x, y, y) for (x,), y in zip(data.inputs.tolist(), data.targets.tolist())]
    elif setup.row.features != 2:
        return ()
    else:
        found = _points_of_plane(setup)
    return tuple(found[:MOST_DRAWN])


def _points_of_plane(setup: Hyperparameters) -> list[Point]:
    found: list[Point] = []
    for data in setup.data():
        for (x1, x2), target in zip(data.inputs.tolist(), data.targets.tolist()):
            found.append((x1, x2, max(-1.0, min(target, 1.0))))
    return found
