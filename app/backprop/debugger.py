"""Where the walk through backpropagation is: the place that all views of a document share."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from app.backprop.breakpoints import breakpoints, toggle_breakpoints
from app.document import Document
from core.by_hand import Verdict, judge
from core.graph import Edge
from core.step_texts import StepText, tell
from core.stepping import Addition, Kind, State, Step, Trace, trace

INTERVAL = 900  # ms a step at 1x
FIRST_RATE = 0.01  # of the update: the lecture's


class Debugger(QObject):
    """Walks through the trace of the document's graph. Inactive, all gradients are there.

    The trace follows every change of the graph; the place stays at its step where that is still
    there. Breakpoints are part of the document, as extras.

    Signals: moved(): another place, or its numbers; also on entering and leaving. retraced(): the
    steps may be others. playing_changed(is_playing).
    """

    moved = Signal()
    retraced = Signal()
    playing_changed = Signal(bool)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.is_by_edge = False
        self.rate = FIRST_RATE
        self.is_by_hand = False
        self.right = self.asked = 0  # answers by hand: right at once, and all
        self._known: set[Edge] = set()  # links whose part has been answered or shown
        self._has_failed = False  # at the present question
        self._place: int | None = None
        self._trace: Trace | None = None  # made when it is asked for
        self._state: State | None = None
        self._is_state_known = False
        self._is_structure_new = False
        self._speed = 1.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._play_on)
        document.replaced.connect(self.leave)
        document.structure_changed.connect(self._on_structure_changed)
        document.values_changed.connect(self._on_values_changed)

    # ----- where it is ----------------------------------------------------------------------

    @property
    def trace(self) -> Trace:
        """The steps of the graph as it is now."""
        if self._trace is None:
            self._trace = trace(self.document.graph, is_by_edge=self.is_by_edge)
        return self._trace

    @property
    def has_steps(self) -> bool:
        """Whether there is anything to step through."""
        return self.document.graph.output is not None

    @property
    def place(self) -> int | None:
        """The step that has been made last, from 0; None while nothing is being stepped."""
        return self._place

    @property
    def is_active(self) -> bool:
        return self._place is not None

    @property
    def step(self) -> Step | None:
        return None if self._place is None else self.trace.steps[self._place]

    @property
    def current(self) -> str | None:
        """Id of the node that the present step is at."""
        step = self.step
        return None if step is None else step.node

    @property
    def caption(self) -> str:
        """ "Step 7 of 8"; "" while nothing is being stepped."""
        return "" if self._place is None else f"Step {self._place + 1} of {len(self.trace)}"

    @property
    def state(self) -> State | None:
        """How far backward has come; None where all gradients are there."""
        if not self._is_state_known:
            place = self._place
            if place is not None and self.question is not None:
                place -= 1  # what is asked for is not shown
            self._state = None if place is None else self.trace.state(place)
            self._is_state_known = True
        return self._state

    def grad_of(self, id: str) -> float | None:
        """A node's gradient at this step; None where it has not been reached."""
        state = self.state
        return self.document.graph.nodes[id].grad if state is None else state.grads.get(id)

    # ----- by hand --------------------------------------------------------------------------

    @property
    def question(self) -> Addition | None:
        """The addition that the learner is to work out; None while nothing is asked."""
        step = self.step
        if not self.is_by_hand or step is None or not step.additions:
            return None
        addition = step.additions[0]
        return None if addition.edge in self._known else addition

    def set_by_hand(self, is_by_hand: bool) -> None:
        """Ask for each gradient before it is shown, link by link, from the seed on."""
        if is_by_hand == self.is_by_hand:
            return
        self.pause()
        self.is_by_hand = is_by_hand
        self.right = self.asked = 0
        self._known.clear()
        self._is_state_known = False
        if is_by_hand:
            self.set_by_edge(True)
            steps = self.trace.steps
            self.go_to(next((i for i, s in enumerate(steps) if s.kind is Kind.SEED), 0))
        self.moved.emit()

    def answer(self, number: float) -> Verdict | None:
        """The learner's answer to the question; right ones are shown everywhere."""
        question = self.question
        if question is None:
            return None
        verdict = judge(self.document.graph, question, number)
        if verdict.is_right:
            self.right += not self._has_failed
            self._resolve(question)
        else:
            self._has_failed = True
        return verdict

    def show_answer(self) -> None:
        """Give the question up and show its answer."""
        if self.question is not None:
            self._resolve(self.question)

    def _resolve(self, question: Addition) -> None:
        self.asked += 1
        self._known.add(question.edge)
        self._has_failed = False
        self._is_state_known = False
        self.moved.emit()

    def text(self) -> StepText | None:
        """What the present step does."""
        if self._place is None:
            return None
        return tell(self.document.graph, self.trace, self._place, self.rate)

    # ----- going ----------------------------------------------------------------------------

    def go_to(self, place: int) -> None:
        """Be at a step; beyond the ends, at the first or last."""
        if len(self.trace):
            self._move_to(max(0, min(place, len(self.trace) - 1)))

    def first(self) -> None:
        self.pause()
        self.go_to(0)

    def back(self) -> None:
        """One step back; from the first, out of the walk."""
        self.pause()
        if self._place == 0:
            self.leave()
        elif self._place is not None:
            self.go_to(self._place - 1)

    def forward(self) -> None:
        """One step on; where nothing is being stepped, the first. A question is given up."""
        self.pause()
        if self.question is not None:
            self.show_answer()
        else:
            self._go_on()

    def last(self) -> None:
        """The last step; from there, out of the walk."""
        self.pause()
        if self._place == len(self.trace) - 1:
            self.leave()
        else:
            self.go_to(len(self.trace) - 1)

    def leave(self) -> None:
        """End the walk: every gradient is shown again."""
        self.pause()
        if self._place is not None:
            self._move_to(None)

    # ----- playing --------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        return self._speed

    def set_speed(self, speed: float) -> None:
        """How fast it plays: 1 is a step each 900 ms."""
        self._speed = speed
        self._timer.setInterval(round(INTERVAL / speed))

    def toggle_play(self) -> None:
        """Play on from here, from the start where it is at the end; or pause."""
        if self.is_playing:
            self.pause()
        elif len(self.trace) and self.question is None:
            if self._place in (None, len(self.trace) - 1):
                self.go_to(0)
            else:
                self._go_on()
            if self._place != len(self.trace) - 1:
                self._timer.start(round(INTERVAL / self._speed))
                self.playing_changed.emit(True)

    def pause(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.playing_changed.emit(False)

    def _play_on(self) -> None:
        self._go_on()
        is_at_end = self._place == len(self.trace) - 1
        if is_at_end or self.current in self.breakpoints or self.question is not None:
            self.pause()

    def _go_on(self) -> None:
        self.go_to(0 if self._place is None else self._place + 1)

    # ----- options --------------------------------------------------------------------------

    def set_by_edge(self, is_by_edge: bool) -> None:
        """Whether the chain rule takes a step for each input of a node."""
        if is_by_edge != self.is_by_edge:
            self.is_by_edge = is_by_edge
            self._is_structure_new = True
            self._retrace()

    def set_rate(self, rate: float) -> None:
        """The learning rate of the update; a negative one climbs, as the lecture's nudge does."""
        self.rate = rate
        self.moved.emit()

    def apply_update(self) -> None:
        """Move the leaves, as the update step shows it: one undo step."""
        changes = self.trace.changes(self.rate)
        graph = self.document.graph

        def change() -> None:
            for leaf in changes:
                graph.set_data(leaf.id, leaf.after)

        self.document.edit("Update the leaves", change, self)

    @property
    def breakpoints(self) -> frozenset[str]:
        """Ids of the nodes at which playing stops."""
        return breakpoints(self.document)

    def toggle_breakpoint(self, ids: Iterable[str] = ()) -> None:
        """Set breakpoints at these nodes, or at the present one where there are none.

        Where all of them have one, these are taken away. One undo step.
        """
        chosen = list(ids) or ([] if self.current is None else [self.current])
        toggle_breakpoints(self.document, chosen, self)

    # ----- following the document -----------------------------------------------------------

    def _on_structure_changed(self, _initiator: object) -> None:
        self._is_structure_new = True  # values_changed follows

    def _on_values_changed(self, _initiator: object) -> None:
        if self._place is not None or self._is_structure_new:
            self._retrace()
        else:
            self._trace = None

    def _retrace(self) -> None:
        """Make the trace anew and stay at the same step; where it is gone, at one as far on."""
        before, is_structure_new = self.step, self._is_structure_new
        self._trace = None
        self._is_state_known = False
        self._is_structure_new = False
        if self._place is not None and before is not None:
            if len(self.trace):
                found = self.trace.find(before, self._place)
                self._place = min(self._place, len(self.trace) - 1) if found is None else found
            else:
                self.pause()
                self._place = None
        if is_structure_new:
            self._known.clear()
            self.retraced.emit()
        self.moved.emit()

    def _move_to(self, place: int | None) -> None:
        if place != self._place:
            self._place = place
            self._has_failed = False
            self._is_state_known = False
            self.moved.emit()
