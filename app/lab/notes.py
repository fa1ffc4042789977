"""What an experiment's note says of a kept result: shown again, behind the present one, beside it.

The sentence is made anew whenever the present result is another one, since it tells in what the
two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.lab import differences
from app.lab.found import Found
from app.lab.note_bar import NoteBar
from core.lab.problems import Network, Problem

if TYPE_CHECKING:
    from app.lab.experiment import Experiment

AGAIN, BEHIND, BESIDE = "again", "behind", "beside"
NAMES = {AGAIN: "Kept: {}.", BEHIND: "Dashed behind: {}.", BESIDE: "Kept: {}."}
CLOSES = {AGAIN: "Close the note", BEHIND: "Stop comparing", BESIDE: "Close the kept result"}


class Notes(QObject):
    """The note of one panel. `partner` has the present result: the panel itself, or its twin."""

    def __init__(self, panel: Experiment, bar: NoteBar) -> None:
        super().__init__(panel)
        self._panel, self._bar = panel, bar
        self.partner = panel
        self._kind, self._words = "", ""
        self._found: Found | None = None

    def say(self, kind: str, found: Found, words: str) -> None:
        """Begin to tell about a kept result."""
        self._kind, self._found, self._words = kind, found, words
        self.refresh()

    def clear(self, *kinds: str) -> None:
        """Say no more if it is of these kinds."""
        if self._kind in kinds:
            self._kind, self._found = "", None
            self._bar.say("")

    def refresh(self) -> None:
        """The present result or the source is another one."""
        if self._found is None:
            return
        told = [NAMES[self._kind].format(self._words)]
        now, has_action = self.partner.found, False
        if self._kind == AGAIN:
            other = self.other_problem
            if other is not None and self._panel.source is not None:
                found = differences.of_problems(other, self._panel.source.problem)
                told.append(differences.sentence(found, "", "now "))
                has_action = isinstance(other, Network)
        elif now is not None and now.question is not None:
            found = differences.of_questions(self._found.question, now.question)
            told.append(differences.sentence(found, "", "now "))
        self._bar.say(" ".join(told), close=CLOSES[self._kind], has_action=has_action)

    @property
    def other_problem(self) -> Problem | None:
        """What the kept result is about, where that is not what a run would be about now."""
        source = self._panel.source
        if self._found is None or source is None:
            return None
        problem: Problem = self._found.question.problem
        return None if problem == source.problem else problem
