"""What somebody changes of the training tab's set-up, each an undo step."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.training.network_changes import Resize
from app.training.runs import Runs, told_change
from app.training.setup_history import ParameterCommand, SetupHistory, SetupState
from core.drawing import Point
from core.hyperparameters import PRESETS, Hyperparameters
from core.network.resized import resized_parameters
from core.numbers import format_number
from core.own_data import OWN, OwnPoints

if TYPE_CHECKING:
    from app.training.tab import TrainingTab


class SetupEdits(QObject):
    """Changes the tab's set-up, and brings back what was.

    drawn: the points on the output, trained on or not yet; None where none were drawn. Signals:
    changed(): another set-up or other points, not in mid-gesture.
    """

    changed = Signal()

    def __init__(self, tab: TrainingTab, runs: Runs) -> None:
        super().__init__(tab)
        self._tab, self._runs = tab, runs
        self.drawn: tuple[Point, ...] | None = None
        self.history = SetupHistory(self, self._go_to, self._state())

    @property
    def setup(self) -> Hyperparameters:
        """The set-up in force."""
        return self._tab.setup

    # ----- changes --------------------------------------------------------------------------

    def apply(self, changes: dict[str, Any], *, is_typing: bool = False) -> None:
        """Take over changed fields of the set-up: in mid-run, or with a new run where needed."""
        setup = self._changed(changes)
        if setup is not None:
            self._choose(setup, is_typing=is_typing)

    def choose_preset(self, name: str) -> None:
        """Take over a preset's whole set-up."""
        preset = PRESETS[name]
        self._choose(preset.setup.changed(own=self.setup.own), preset.title)

    def set_rate(self, rate: float) -> None:
        """Train at another learning rate from now on."""
        if np.isfinite(rate) and rate >= 0:
            self._tab.view.run_bar.show_rate(rate)
            self.apply({"learning_rate": float(rate)})
        else:
            self._tab.view.run_bar.show_rate(self.setup.learning_rate)
            self._refuse("A learning rate is a number from 0 on.")

    def resize(self, change: Resize | None) -> None:
        """More or fewer neurons or layers; those that stay go on with what they have learnt."""
        setup = self._changed(change.fields) if change is not None else None
        if change is None or setup is None:
            return
        was, snapshot = self.setup, self._tab.snapshot
        if (
            snapshot is None
            or not snapshot.step
            or snapshot.setup.sizes != was.sizes
            or not np.isfinite(snapshot.parameters).all()
        ):
            self._choose(setup)
            return
        learnt = resized_parameters(snapshot.setup, setup, snapshot.parameters, change.layers)
        self._tab.begin(setup, learnt, snapshot.step)
        self.commit(told_change(was, setup))

    def edit_parameter(self, parameter: int, value: float) -> None:
        """A weight or bias by hand; in the past, that begins a fork."""
        snapshot = self._tab.snapshot
        if snapshot is None or snapshot.setup.sizes != self.setup.sizes:
            return  # the picture is of the network before
        old = float(snapshot.parameters[parameter])
        self._tab.edit_parameter(parameter, value)
        text = f"Weight {format_number(value)}"
        self.history.stack.push(ParameterCommand(self._set_parameter, text, parameter, old, value))

    def draw(self, points: tuple[Point, ...], setup: Hyperparameters, text: str = "") -> None:
        """Points on the output, and the set-up that trains on them; a stroke's end has a text.

        The network goes on with what it has learnt where it can.
        """
        self.drawn = points
        self._tab.take_setup(setup, keeps_network=True)
        if text:
            self.commit(text)

    def _changed(self, changes: dict[str, Any]) -> Hyperparameters | None:
        try:
            return self.setup.changed(**changes)
        except ValueError as error:
            self._refuse(str(error))
            return None

    def _refuse(self, sentence: str) -> None:
        self._tab.view.toasts.show_message(sentence, "error")
        self._tab.view.setup.show_setup(self.setup)

    def _choose(self, setup: Hyperparameters, text: str = "", *, is_typing: bool = False) -> None:
        was = self.setup
        is_passing = self.history.is_going_on(setup.differences(was), is_typing=is_typing)
        if {"dataset", "own"} & set(setup.differences(was)):
            self.drawn = drawn_points(setup)
        self._tab.take_setup(setup, is_passing=is_passing)
        self.commit(text or told_change(was, setup), is_typing=is_typing)

    # ----- undo -----------------------------------------------------------------------------

    def commit(self, text: str, *, is_typing: bool = False) -> None:
        """Make one undo step of what has changed, be it the set-up or which run is present."""
        is_kept = self._runs.place_of(self.history.committed.run()) is not None
        if self.history.commit(text, self._state(), is_kept=is_kept, is_typing=is_typing):
            self._tab.keep_setup()
        self.changed.emit()

    def amend(self) -> None:
        """The set-up that the last step led to has become known."""
        self.history.amend(self._state())

    def forget(self) -> None:
        """Another document."""
        self.drawn = drawn_points(self.setup)
        self.history.clear(self._state())
        self.changed.emit()

    def _state(self) -> SetupState:
        return SetupState(self.setup, self.drawn, weakref.ref(self._runs.current))

    def _set_parameter(self, parameter: int, value: float) -> None:
        """Bring back a weight (undo and redo), in the run as it is by now."""
        self._tab.leave_past(self.history.committed.setup)
        if parameter < self.setup.n_parameters:
            self._tab.edit_parameter(parameter, value)

    def _go_to(self, state: SetupState, is_same_run: bool) -> None:
        """Bring back a state (undo and redo): where it had another run, that one."""
        tab, was_running = self._tab, self._tab.is_running
        tab.leave_past(self.history.committed.setup)
        place = None if is_same_run else self._runs.place_of(state.run())
        if place is not None:
            tab.resume(place)
        self.drawn = state.drawn
        tab.take_setup(state.setup, keeps_network=is_same_run or place is not None)
        self.history.committed = self._state()
        tab.keep_setup()
        self.changed.emit()
        if was_running and not tab.is_running:
            tab.toggle_training()


def drawn_points(setup: Hyperparameters) -> tuple[Point, ...] | None:
    """The points of a set-up that trains on drawn ones."""
    own = setup.own
    if setup.dataset != OWN or not isinstance(own, OwnPoints) or not own.is_drawn:
        return None
    return tuple((x1, x2, rest[-1] if rest else x2) for x1, x2, *rest in own.points)
