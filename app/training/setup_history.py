"""The undo history of the training tab: set-ups, and the run that each change led to.

A change that training goes on with is taken back in the run that is present. One that began
another run brings the run before back, weights and past included, as long as that is still in
the list of runs.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtWidgets import QApplication

from app.training.runs import Run
from app.widgets.number_field import NumberField
from core.drawing import Point
from core.hyperparameters import Hyperparameters

MOST_STEPS = 200
MERGE_WITHIN = 1.0  # seconds between keystrokes that undo takes back together
_SETUP, _PARAMETER = 1, 2


@dataclass(frozen=True)
class SetupState:
    """What undo can bring back. `drawn`: points on the output, trained on or not yet."""

    setup: Hyperparameters
    drawn: tuple[Point, ...] | None
    run: weakref.ref[Run]  # the list of runs decides how long it lives

    def is_like(self, other: SetupState) -> bool:
        """Whether both have the same set-up and points."""
        return (self.setup, self.drawn) == (other.setup, other.drawn)


Go = Callable[[SetupState, bool], None]


class GestureCommand(QUndoCommand):
    """One change. It has been made already when the command is pushed."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.is_open = True  # more of the same gesture may come
        self._is_held = _is_held()
        self._is_made = True

    def redo(self) -> None:
        if self._is_made:
            self._is_made = False
        else:
            self._go_forward()

    def _go_forward(self) -> None:
        raise NotImplementedError


class ParameterCommand(GestureCommand):
    """A weight or bias that was changed by hand, by its place among the parameters."""

    def __init__(
        self, go: Callable[[int, float], None], text: str, parameter: int, old: float, new: float
    ) -> None:
        super().__init__(text)
        self._go, self._parameter, self._old, self._new = go, parameter, old, new

    def id(self) -> int:
        return _PARAMETER

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ParameterCommand) or other._parameter != self._parameter:
            return False
        # A drag's end tells the last number once more, when the button is up already.
        is_same = other._new == self._new or (self._is_held and other._is_held)
        if not (self.is_open and is_same):
            return False
        self._new = other._new
        self.setText(other.text())
        return True

    def _go_forward(self) -> None:
        self._go(self._parameter, self._new)

    def undo(self) -> None:
        self._go(self._parameter, self._old)


class SetupCommand(GestureCommand):
    """Another set-up, other points drawn, or another run."""

    def __init__(
        self, go: Go, text: str, before: SetupState, after: SetupState, *, is_typing: bool
    ) -> None:
        super().__init__(text)
        self._go, self._before, self.after = go, before, after
        self._is_typing, self._time = is_typing, time.monotonic()

    @property
    def fields(self) -> list[str]:
        """What of the set-up it changes."""
        return self.after.setup.differences(self._before.setup)

    def goes_on_with(self, fields: list[str], *, is_typing: bool, is_held: bool) -> bool:
        """Whether a change of these fields belongs to the same gesture."""
        is_soon = time.monotonic() - self._time < MERGE_WITHIN
        is_same = (self._is_held and is_held) or (self._is_typing and is_typing and is_soon)
        return self.is_open and is_same and bool(fields) and fields == self.fields

    def id(self) -> int:
        return _SETUP

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SetupCommand) or not self.goes_on_with(
            other.fields, is_typing=other._is_typing, is_held=other._is_held
        ):
            return False
        self.after, self._time = other.after, other._time
        self.setText(other.text())
        self.setObsolete(self.after.is_like(self._before))
        return True

    def _go_forward(self) -> None:
        self._go(self.after, self._is_same_run())

    def undo(self) -> None:
        self._go(self._before, self._is_same_run())

    def _is_same_run(self) -> bool:
        return self._before.run is self.after.run  # one reference for each run


class SetupHistory(QObject):
    """Owns the QUndoStack. `go(state, is_same_run)` brings the training tab to a state."""

    def __init__(self, parent: QObject, go: Go, state: SetupState) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MOST_STEPS)
        self._go = go
        self.committed = state

    def commit(
        self, text: str, state: SetupState, *, is_kept: bool, is_typing: bool = False
    ) -> bool:
        """One step of what differs from the last state; False where nothing does.

        is_kept: whether the run before can be brought back.
        """
        before, self.committed = self.committed, state
        is_other_run = before.run() is not state.run() and is_kept
        if before.is_like(state) and not is_other_run:
            return False
        self.stack.push(SetupCommand(self._go, text, before, state, is_typing=is_typing))
        return True

    def is_going_on(self, fields: list[str], *, is_typing: bool) -> bool:
        """Whether a change of these fields would be part of the last step."""
        last = self._last()
        return isinstance(last, SetupCommand) and last.goes_on_with(
            fields, is_typing=is_typing, is_held=_is_held()
        )

    def amend(self, state: SetupState) -> None:
        """What the last step led to has become known."""
        last = self._last()
        if isinstance(last, SetupCommand) and last.after is self.committed:
            last.after = state
        self.committed = state

    def seal(self) -> None:
        """The gesture is over: the next change is a step of its own."""
        last = self._last()
        if last is not None:
            last.is_open = False

    def clear(self, state: SetupState) -> None:
        """Another document."""
        self.stack.clear()
        self.committed = state

    def _last(self) -> GestureCommand | None:
        command = self.stack.command(self.stack.index() - 1)
        return command if isinstance(command, GestureCommand) else None


def _is_held() -> bool:
    """Whether a mouse button or, in a number field, an arrow key is being held down."""
    field = QApplication.focusWidget()
    is_key_held = isinstance(field, NumberField) and field.is_dragging
    return is_key_held or QApplication.mouseButtons() != Qt.MouseButton.NoButton
