"""A run given away and taken in: as text, as code, as files of weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.background import Background
from app.lab import export
from app.training.owner import Owner
from app.widgets.toast import ToastArea
from core.run_text import RunText, read_run, write_run
from core.session import Session
from core.storage.files import replace_file
from core.timeline import Timeline
from core.weights_files import fitted, read_weights, weights_bytes

_USUAL_STEPS = 1000  # of a script of a run that has not begun
_FILTER = "Weights (*.npz *.safetensors)"


class ShareTools(QObject):
    """Each of the ways by its name: `do(name)`."""

    def __init__(self, owner: Owner, toasts: ToastArea) -> None:
        super().__init__(toasts)
        self._owner, self._toasts = owner, toasts
        self._background = Background(self)
        self._ways: dict[str, Callable[[], None]] = {
            "copy_text": self.copy_text,
            "copy_text_weights": lambda: self.copy_text(with_weights=True),
            "paste_text": self.paste_text,
            "code": self.show_code,
            "export_npz": lambda: export.ask(owner.window(), "weights.npz", self.export_to),
            "export_safetensors": lambda: export.ask(
                owner.window(), "weights.safetensors", self.export_to
            ),
            "import_weights": self.import_weights,
        }

    def do(self, name: str) -> None:
        """One of the ways, by its name."""
        self._ways[name]()

    # ----- text -----------------------------------------------------------------------------

    def copy_text(self, *, with_weights: bool = False) -> None:
        """Put the run on the clipboard as a line of text."""
        owner, start = self._owner, self._owner.start()
        run = RunText(owner.setup)
        if with_weights and start is not None:
            run = RunText(owner.setup, start.data, owner.step)
        try:
            text = write_run(run)
        except ValueError as error:
            self._tell(str(error), "error")
            return
        QGuiApplication.clipboard().setText(text)
        what = "Set-up and weights" if run.parameters is not None else "The set-up"
        verb = "are" if run.parameters is not None else "is"
        self._tell(f"{what} {verb} on the clipboard, as {len(text):,} characters.")

    def paste_text(self) -> None:
        """Begin the run that the clipboard's text says; the present one is kept."""
        try:
            run = read_run(QGuiApplication.clipboard().text())
        except ValueError as error:
            self._tell(str(error), "error")
            return
        self._begin(run, "The pasted run is here; the one before is in the list.")

    # ----- code -----------------------------------------------------------------------------

    def show_code(self) -> None:
        """Show the run as a script."""
        from app.training.share_dialog import MOST_STEPS, ScriptDialog  # few sessions need it

        owner = self._owner
        steps = min(owner.step or _USUAL_STEPS, MOST_STEPS)
        ScriptDialog(owner.setup, steps, "pytorch", owner.window()).open()

    # ----- weights --------------------------------------------------------------------------

    def export_to(self, path: Path) -> None:
        """Write the weights to this file, of the kind that its name ends in."""
        owner, start = self._owner, self._owner.start()
        if start is None:
            self._tell("There are no weights yet.", "error")
            return
        try:
            content = weights_bytes(path.suffix.lower(), owner.setup, start.data)
            replace_file(path, content)
        except ValueError as error:
            self._tell(str(error), "error")
        except OSError as error:
            self._tell(f"{path.name} can't be written: {error.strerror or error}.", "error")
        else:
            self._tell(f"Written to {path.name}.")

    def import_weights(self) -> None:
        """Ask for a file with weights."""
        dialog = QFileDialog(self._owner.window(), "Load weights", "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_from(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_from(self, path: Path) -> None:
        """Begin a run with the weights in this file; its layers become the network's."""
        try:
            setup, parameters = fitted(self._owner.setup, read_weights(path))
        except ValueError as error:
            self._tell(str(error), "error")
        except OSError as error:
            self._tell(f"{path.name} can't be read: {error.strerror or error}.", "error")
        else:
            words = f"A run begins with the weights of {path.name}."
            self._begin(RunText(setup, parameters), words)

    def _begin(self, run: RunText, words: str) -> None:
        """Make a run of these weights the present one, and tell of it; it waits."""

        def take(made: Timeline | str) -> None:
            if isinstance(made, str):
                self._tell(made, "error")
                return
            self._owner.take_run(made)
            optimizer, has_weights = run.setup.optimizer, run.parameters is not None
            memory = (
                f" {optimizer.title}'s memory begins anew: it goes with the run, not the weights."
            )
            self._tell(words + memory * (has_weights and optimizer.state_size > 0))

        # A thread's work: tracing a large network takes longer than a frame.
        self._background.run(lambda: _timeline(run), take)

    def _tell(self, words: str, kind: str = "info") -> None:
        self._toasts.show_message(words, kind)


def _timeline(run: RunText) -> Timeline | str:
    """The run at its beginning, or why it can't be trained."""
    try:
        return Session(run.setup, run.parameters, run.step).timeline
    except ValueError as error:
        return str(error)
