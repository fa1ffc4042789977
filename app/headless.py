"""The program without a screen: the lecture's neuron, a network in training, and pictures.

Everything is written to standard output; progress is drawn over itself on a terminal, and
becomes a line for each tenth in a file or pipe.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from app.command_line import Options
from app.start_up import StartUpError
from core import storage
from core.engine import Value, topological_order
from core.hyperparameters import PRESETS
from core.numbers import MINUS, format_number
from core.session import Session, Snapshot
from core.storage import Project, StorageError

PICTURES = "micrograd-playground-pictures"
STEPS = 100
_BAR = 30  # characters


def run_headless(options: Options, reason: str = "") -> int:
    """Do the program's main job without a window; returns the exit status.

    `reason` says why there is no window, "" where the user asked for none.
    """
    _accept_any_terminal()
    project = _read(options.file)
    try:
        if reason:
            print(f"{reason} Running without a window.\n")
        print_table(lecture_neuron())
        print()
        train()
        print()
        _save_pictures(options, project)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head`: whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def lecture_neuron() -> Value:
    """The lecture's neuron, o = tanh(x1*w1 + x2*w2 + b), after backward."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1, x2w2 = x1 * w1, x2 * w2
    x1w1.label, x2w2.label = "x1*w1", "x2*w2"
    sum_ = x1w1 + x2w2
    sum_.label = "x1*w1 + x2*w2"
    n = sum_ + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    o.backward()
    return o


def print_table(output: Value) -> None:
    """A line for each Value that `output` depends on: name, op, data, grad."""
    print("The lecture's neuron: o = tanh(x1*w1 + x2*w2 + b)")
    print(f"{'value':>15}  {'op':<4}  {'data':>10}  {'grad':>10}")
    for v in topological_order(output):
        data, grad = _plain(v.data), _plain(v.grad)
        print(f"{v.label:>15}  {v._op:<4}  {data:>10}  {grad:>10}")


def _plain(number: float) -> str:
    """Six digits, and a minus sign that can be searched for and pasted into Python."""
    return format_number(number, 6).replace(MINUS, "-")


def train() -> None:
    """Train micrograd's demo, a network of 2-16-16-1 ReLU neurons, on two moons."""
    session = Session(PRESETS["micrograd"].setup)
    setup = session.setup
    shape = "-".join(str(size) for size in setup.sizes)
    print(f"Training an MLP, {shape} {setup.activation}, on two moons")
    is_terminal = sys.stdout.isatty()
    every = 1 if is_terminal else STEPS // 10
    for _ in range(0, STEPS, every):
        batch_losses = session.run(every)
        line = _progress(session.snapshot(), float(batch_losses[-1]))
        print(f"\r{line}" if is_terminal else line, end="" if is_terminal else "\n", flush=True)
    if is_terminal:
        print()


def _progress(now: Snapshot, total_loss: float) -> str:
    """A bar, and as in micrograd's demo the last step's loss with its penalty."""
    filled = round(_BAR * now.step / STEPS)
    bar = "#" * filled + "." * (_BAR - filled)
    loss, accuracy = f"{total_loss:<9.3g}", f"{now.train_accuracy:6.1%}"
    return f"[{bar}] step {now.step:>3} of {STEPS}  loss {loss}  accuracy {accuracy}"


def _read(file: Path | None) -> Project | None:
    """The project of the command line; StartUpError where it can't be read."""
    if file is None:
        return None
    try:
        return storage.load(file)
    except StorageError as error:
        raise StartUpError(f"{file} can't be opened: {error}") from error


def _save_pictures(options: Options, project: Project | None) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.pictures import PictureError, save_pictures

    folder = writable_folder(options.pictures or Path(PICTURES))
    try:
        pictures = save_pictures(folder, project, options.theme, options.size)
    except PictureError as error:
        raise StartUpError(str(error)) from error
    print(f"Pictures of each tab are in {folder}:")
    for picture in pictures:
        print(f"    {picture.name}")


def writable_folder(wanted: Path) -> Path:
    """`wanted`, made if need be; a temporary folder where it can't be written."""
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            pass
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix=f"{PICTURES}-"))
        why = error.strerror or error
        print(f"{wanted} can't be written ({why}).")
        return folder
    return wanted.absolute()


def _accept_any_terminal() -> None:
    """Let a terminal that lacks a sign, such as the true minus, show another instead of failing."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
