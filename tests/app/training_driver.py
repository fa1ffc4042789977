"""A person at random: changes every control of the training tab while it trains at full speed."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu

from app.training.data_choice import changes_for
from app.training.data_dialog import DataDialog
from core.datasets import DATASETS
from core.hyperparameters import PRESETS
from core.own_data import OwnFunction, OwnPoints, as_points
from tests.app.training_tab import choose, find

LEFT = Qt.MouseButton.LeftButton
NUMBERS = {
    "noise": (0, 50), "train_ratio": (10, 37, 100), "points": (20, 500, 2000),
    "batch_size": (1, 7, 10_000), "l1": (0, 0.1), "l2": (0, 0.01, 1e6),
    "learning_rate": (0.0, 0.1, 10.0, 1e300, 1e-300), "seed": (0, 7), "schedule_steps": (1, 50),
    "beta": (0.0, 1.0), "beta1": (0.5, 0.0), "epsilon": (0.0, 1e-8), "stop_steps": (10, 400),
    "stop_loss": (0.3,), "stop_accuracy": (50, 99), "stop_patience": (3,),
}  # fmt: skip
CHOICES = {
    "dataset": tuple(DATASETS), "activation": ("tanh", "relu", "sigmoid", "linear"),
    "output": ("tanh", "linear", "sigmoid"), "reduction": ("mean", "sum"),
    "loss": ("hinge", "logistic", "squared_error", "half_squared_error"),
    "optimizer": ("sgd", "adam", "momentum", "rmsprop", "adamw"),
    "schedule": ("constant", "cosine", "warm_up", "step", "linear"),
    "init": ("zero", "he", "xavier", "lecture"), "last_batch": ("own", "carry", "drop"),
    "regularization": ("loss", "playground"), "preset": tuple(PRESETS),
    "metric": ("loss", "accuracy", "gradient_norm", "update_ratio", "rate"),
    "loss_axis": ("step", "epoch", "time"), "loss_smoothing": ("0", "0.98"),
}  # fmt: skip
WORDS = {
    "speed": ("full", "full", "60/s", "sample"), "step_by": ("sample", "batch", "epoch"),
    "links_show": ("weight", "gradient", "update"), "loss_scale": ("linear", "log"),
    "output_looks": ("smooth", "steps", "surface"), "problem": ("classification", "regression"),
}  # fmt: skip
CLICKS = (
    "train_button", "train_button", "train_button", "step_button", "reset_button", "new_start",
    "regenerate", "fork_button", "time_first", "time_last", "add_layer", "zero_grad", "shuffle",
    "output_contours", "output_worst", "show_test", "loss_fit", "runs_button", "resume_run",
    "remove_run", "rename_run", "resume_lower", "close_post_mortem", "stop_when_steps",
    "stop_when_loss", "feature_sin_x1", "feature_x1", "remove_neuron_1", "add_neuron_2",
)  # fmt: skip
TOOLS = ("copy_text", "copy_text_weights", "paste_text", "draw", "paste", "function")
TEXTS = (
    "", "x", "a,b,c\n1,2,0\n3,x,1\n5,6,1\n", "1;2,5\n3;4,5\n5;6,5\n", "\u0000\ufffd" * 9,
    "x1\tx2\tkind\n" + "".join(f"{i % 7}\t{i % 5}\t{'ab'[i % 2]}\n" for i in range(60)),
)  # fmt: skip
FORMULAS = ("sin(x)", "x**", "1/x", "exp(99*x)", "relu(x) + 0.5*x")
MOVES = (
    Qt.Key.Key_PageDown, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Right, Qt.Key.Key_Home,
    Qt.Key.Key_End,
)  # fmt: skip
OWN = (
    OwnFunction("sin(x) * x", -3.0, 9.0),
    *(
        OwnPoints(
            "t", "regression", ("a",) * (n + 1), as_points(np.eye(9, n + 1)), is_standardized=n > 1
        )
        for n in (1, 2, 3, 8)
    ),
)


class Driver:
    """Does one thing after the other, as a person could; `done` tells what it did last.

    folder: for the files that it saves and opens.
    """

    def __init__(self, window, rng, folder: Path) -> None:
        self.window, self.tab, self.rng = window, window.training, rng
        self.done: list[str] = []
        self._path = folder / "lesson.json"
        self.actions = [
            self.number, self.number, self.choice, self.word, self.click, self.click, self.click,
            self.layers, self.seek, self.drag_time, self.edit, self.pointer, self.size,
            self.activation, self.space, self.own_data, self.tool, self.dialog, self.mark,
            self.undo, self.undo, self.draw, self.draw, self.keep,
        ]  # fmt: skip

    def act(self) -> None:
        """One thing, and some time for the window; what has popped up goes away."""
        self.rng.choice(self.actions)()
        for _ in range(self.rng.randrange(3)):
            QTest.qWait(1)
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QMenu) and widget.isVisible():
                widget.close()

    def note(self, *what) -> None:
        self.done = [*self.done[-30:], " ".join(map(str, what))]

    # ----- the set-up -----------------------------------------------------------------------

    def number(self) -> None:
        name = self.rng.choice(list(NUMBERS))
        value = self.rng.choice(NUMBERS[name])
        self.note(name, value)
        find(self.tab, name).setValue(value)

    def choice(self) -> None:
        name = self.rng.choice(list(CHOICES))
        key = self.rng.choice(CHOICES[name])
        self.note(name, key)
        choose(self.tab, name, key)

    def word(self) -> None:
        name = self.rng.choice(list(WORDS))
        word = self.rng.choice(WORDS[name])
        self.note(name, word)
        find(self.tab, name).setValue(word)

    def layers(self) -> None:
        text = self.rng.choice(("", "8", "3, 3, 3", "x", "1", "16, 16, 16, 16"))
        self.note("layers", text)
        find(self.tab, "hidden_layers").setText(text)

    def activation(self) -> None:
        layer = self.rng.randrange(3)
        self.note("activation of", layer)
        buttons = self.tab.view.network.buttons
        buttons.activation_wanted.emit(layer, self.rng.choice(("relu", "tanh", "linear")))

    def own_data(self) -> None:
        own = self.rng.choice(OWN)
        self.note("own data", own.row.features)
        self.tab.apply(changes_for(self.tab.setup, own.row, own))

    def tool(self) -> None:
        name = self.rng.choice(TOOLS)
        if name == "paste":
            QGuiApplication.clipboard().setText(self.rng.choice(TEXTS))
        self.note(name)
        self.tab.tools.do(name)

    def undo(self) -> None:
        """Back and forth in the history, by some steps."""
        stack = self.tab.undo_stack
        place = min(max(stack.index() + self.rng.randrange(-4, 3), 0), stack.count())
        self.note("go to step of the history", place, stack.text(min(place, stack.count() - 1)))
        stack.setIndex(place)

    def draw(self) -> None:
        """Strokes on the output, of which some are given up, and the drawing perhaps left."""
        if not self.tab.view.draw_button.isChecked():
            self.tab.tools.do("draw")
        canvas = self.tab.view.output
        QTest.keyClick(canvas, self.rng.choice("12e[]"))
        self.note("draw")
        self.drag(canvas)
        chance = self.rng.random()
        if chance < 0.2:
            QTest.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, self.place_in(canvas))
            self.undo()
            QTest.mouseMove(canvas, self.place_in(canvas))
            QTest.keyClick(canvas, Qt.Key.Key_Escape)
        elif chance < 0.3:
            QTest.mouseClick(find(self.tab, "draw_clear"), LEFT)
        elif chance < 0.6:
            QTest.keyClick(canvas, Qt.Key.Key_Escape)

    def dialog(self) -> None:
        """Do something in the dialog that is open, and close it one way or the other."""
        for dialog in self.window.findChildren(DataDialog):
            formula = dialog.findChild(object, "function_text")
            if formula is not None:
                formula.setText(self.rng.choice(FORMULAS))
            button = self.rng.choice((dialog.take, None))
            self.note("dialog", type(dialog).__name__, button is not None)
            if button is not None and button.isEnabled():
                QTest.mouseClick(button, LEFT)
            else:
                dialog.reject()

    # ----- the run --------------------------------------------------------------------------

    def click(self) -> None:
        name = self.rng.choice(CLICKS)
        button = self.tab.findChild(QAbstractButton, name)
        if button is not None:
            self.note("click", name)
            QTest.mouseClick(button, LEFT)

    def seek(self) -> None:
        key = self.rng.choice(MOVES)
        self.note("seek", key)
        QTest.keyClick(find(self.tab, "time_slider"), key)

    def drag_time(self) -> None:
        self.note("drag the time")
        self.drag(find(self.tab, "time_slider"))

    def edit(self) -> None:
        n = len(self.tab.snapshot.parameters) if self.tab.snapshot is not None else 0
        network = self.tab.view.network
        layout = network._layout
        if n and layout is not None:
            column = self.rng.randrange(1, len(layout.columns))
            dot = layout.bias_dot(column, 0)
            if dot is not None:
                self.note("edit", column)
                QTest.mouseClick(network, LEFT, pos=dot.center().toPoint())
                if network.editor.isVisible():
                    find(self.tab, "parameter_value").setValue(self.rng.uniform(-2, 2))

    def mark(self) -> None:
        stability = self.tab.stability
        self.note("mark of the stable rate", not stability.is_on)
        stability.set_on(not stability.is_on)

    # ----- the window -----------------------------------------------------------------------

    def pointer(self) -> None:
        view = self.tab.view
        widget = self.rng.choice((view.network, view.output, view.plot.viewport()))
        place = self.place_in(widget)
        self.note("point", type(widget).__name__, place)
        QTest.mouseMove(widget, place)

    def size(self) -> None:
        chance = self.rng.random()
        if chance < 0.3:
            self.note("theme")
            self.window.appearance.toggle()
        elif chance < 0.4:
            self.note("presenter")
            self.window.appearance.toggle_presenting()
        elif chance < 0.6:
            index = self.rng.randrange(self.window.tabs.count())
            self.note("tab", index)
            self.window.tabs.setCurrentIndex(index)
            self.rng.choice((lambda: None, self.window.toggle_network))()
            QTest.qWait(20)
            self.window.tabs.setCurrentWidget(self.tab)
        else:
            size = self.rng.randrange(900, 1950), self.rng.randrange(600, 1000)
            self.note("size", *size)
            self.window.resize(*size)

    def space(self) -> None:
        combo = find(self.tab, "output_space")
        index = self.rng.randrange(combo.count())
        self.note("space", index)
        combo.setCurrentIndex(index)

    def keep(self) -> None:
        """Save the work, or open what was saved before."""
        path = self._path
        is_opened = path.exists() and self.rng.random() < 0.5
        self.note("open" if is_opened else "save")
        if is_opened:
            self.window.document.open(path)
        else:
            self.window.document.save(path)

    # ----- by hand --------------------------------------------------------------------------

    def place_in(self, widget) -> QPoint:
        return QPoint(self.rng.randrange(widget.width()), self.rng.randrange(widget.height()))

    def drag(self, widget) -> None:
        """From somewhere in the widget to somewhere else."""
        QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, self.place_in(widget))
        for _ in range(self.rng.randrange(1, 5)):
            QTest.mouseMove(widget, self.place_in(widget))
        QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, self.place_in(widget))
