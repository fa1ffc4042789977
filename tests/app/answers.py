"""A stand-in for the questions of the window."""

from collections.abc import Callable
from pathlib import Path

from app.files.dialogs import CANCEL, Dialogs, Question


class Answers(Dialogs):
    """Notes the questions and answers them as it was told to.

    `answers` are used in turn; where they run out the answer is `CANCEL`. `opened` and `saved`
    are the files that are chosen; None chooses none.
    """

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.answers: list[str] = []
        self.opened: Path | None = None
        self.saved: Path | None = None

    def ask(self, question: Question, answered: Callable[[str], None]) -> None:
        self.questions.append(question)
        answered(self.answers.pop(0) if self.answers else CANCEL)

    def choose_file_to_open(self, folder: Path, chosen: Callable[[Path], None]) -> None:
        if self.opened is not None:
            chosen(self.opened)

    def choose_file_to_save(self, suggestion: Path, chosen: Callable[[Path], None]) -> None:
        if self.saved is not None:
            chosen(self.saved)
