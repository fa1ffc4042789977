"""The output panel's body: the heat map, the surface, or the curve of a function of one input."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.training.answer_view import AnswerView
from app.training.curve_view import CurveView
from app.training.layer_space import LayerSpaceView
from app.training.output_map import OutputMap
from app.training.surface_view import SurfaceView
from core.session import Scene, Snapshot

SMOOTH, STEPS, SURFACE = "smooth", "steps", "surface"
LOOKS = {
    SMOOTH: "Colour by the answer",
    STEPS: "Colour by the sign of the answer only",
    SURFACE: "The answer as a height, with each point's residual; drag turns it",
}


class OutputView(QStackedWidget):
    """Shows one of four views. Signals: shape_changed(is_curve): by another data set."""

    shape_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map, self.surface, self.curve = OutputMap(), SurfaceView(), CurveView()
        self.layers = LayerSpaceView()
        self._views: tuple[AnswerView, ...] = (self.map, self.surface, self.curve, self.layers)
        for view in self._views:
            self.addWidget(view)
        self._shows_layer = False
        self._drawn_on: QWidget | None = None
        self._look = SMOOTH
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None

    def set_scene(self, scene: Scene) -> None:
        """Other data or another network."""
        was_curve = self.is_curve
        self._scene, self._snapshot = scene, None
        self.map.set_scene(scene)
        self.layers.set_scene(scene)
        if self.is_curve:
            self.curve.set_scene(scene)
        else:
            self.surface.set_scene(scene)
        self._choose()
        if was_curve != self.is_curve:
            self.shape_changed.emit(self.is_curve)

    @property
    def is_curve(self) -> bool:
        """Whether the data has one input, so that the answer is a curve."""
        return self._scene is not None and self._scene.setup.row.features == 1

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the network answers by now; only the view that shows takes it."""
        self._snapshot = snapshot
        self._show()

    def set_look(self, look: str) -> None:
        """One of `LOOKS`; a curve looks like a curve whatever is chosen."""
        self._look = look
        self.map.set_stepped(look == STEPS)
        self.layers.set_stepped(look == STEPS)
        self._choose()

    def set_layer(self, layer: int | None) -> None:
        """Show what a hidden layer makes of the data, counted from 0, or the plane."""
        self._shows_layer = layer is not None
        if layer is not None:
            self.layers.set_layer(layer)
        self._choose()

    def set_drawing(self, view: QWidget | None) -> None:
        """Show the view that points are drawn on, whatever is chosen; None for no more."""
        self._drawn_on = view
        self._choose()

    def show_neuron(self, neuron: tuple[int, str] | None, *, is_input: bool = False) -> None:
        """Show a neuron over the plane, by its place among all and its name, or the output."""
        self.map.show_neuron(neuron, is_input=is_input)
        self._choose(shows_map=neuron is not None)

    def set_shows_test(self, is_shown: bool) -> None:
        """Whether the points of the test set are drawn."""
        for view in self._views:
            view.set_shows_test(is_shown)

    def set_marks_worst(self, is_shown: bool) -> None:
        """Whether the points with the largest losses are marked."""
        for view in self._views:
            view.set_marks_worst(is_shown)

    def _choose(self, *, shows_map: bool = False) -> None:
        shows_map = shows_map or self._drawn_on is not None
        chosen: QWidget = self._drawn_on or self.map
        if self._shows_layer and not shows_map:
            chosen = self.layers
        elif self.is_curve and not shows_map:
            chosen = self.curve
        elif self._look == SURFACE and not shows_map:
            chosen = self.surface
        if chosen is not self.currentWidget():
            self.setCurrentWidget(chosen)
        self._show()

    def _show(self) -> None:
        view = self.currentWidget()
        if self._snapshot is not None and isinstance(view, AnswerView):
            view.set_snapshot(self._snapshot)
