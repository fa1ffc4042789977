"""The menus: every command of the window, with its key."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QMenuBar

from app import appearance, places, theme
from app.experiments.names import TIPS, TITLES
from app.training.tool_names import OWN_DATA, SHARE
from core.examples import Example

if TYPE_CHECKING:
    from app.main_window import MainWindow

LARGER = ("Alt++", "Alt+=")  # a plus needs Shift on some keyboards

Keys = QKeySequence.StandardKey | str | tuple[str, ...]


class Menus(QObject):
    """Builds the menu bar of a window; its actions are children of the window, by name."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.bar = QMenuBar()
        self._add_file_menu()
        self._add_edit_menu()
        self._add_view_menu()
        self._add_graph_menu()
        self._add_training_menu()
        self._add_help_menu()

    # ----- File -----------------------------------------------------------------------------

    def _add_file_menu(self) -> None:
        files = self._window.files
        menu = self._add_menu("File")
        standard = QKeySequence.StandardKey
        self._add(menu, "new", "&New", files.new, standard.New)
        self._add(menu, "open", "&Open …", files.choose_and_open, standard.Open)
        self._recent = menu.addMenu("Open &recent")
        self._recent.aboutToShow.connect(self._fill_recent)
        self._fill_recent()
        files.recent_changed.connect(self._fill_recent)
        examples = menu.addMenu("&Examples")
        examples.setToolTipsVisible(True)
        for example in self._window.examples():
            action = examples.addAction(example.title)
            action.setToolTip(example.description)
            action.triggered.connect(partial(self._open_example, example))
        menu.addSeparator()
        self._add(menu, "save", "&Save", lambda: files.save(), standard.Save)
        self._add(menu, "save_as", "Save &as …", lambda: files.save_as(), "Ctrl+Shift+S")
        menu.addSeparator()
        quit_ = self._add(menu, "quit", "&Quit", self._window.close, "Ctrl+Q")
        quit_.setMenuRole(QAction.MenuRole.QuitRole)

    def _fill_recent(self) -> None:
        self._recent.clear()
        files = self._window.settings.recent_files
        for path in files:
            action = self._recent.addAction(path.name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._open_recent, path))
        self._recent.setToolTipsVisible(True)
        self._recent.setEnabled(bool(files))
        if files:
            self._recent.addSeparator()
            self._recent.addAction("Forget these", self._forget_recent)

    def _open_example(self, example: Example, _checked: bool = False) -> None:
        self._window.open_example(example)

    def _open_recent(self, path: Path, _checked: bool = False) -> None:
        self._window.files.open(path)

    def _forget_recent(self) -> None:
        self._window.settings.forget_recent_files()
        self._fill_recent()

    # ----- Edit -----------------------------------------------------------------------------

    def _add_edit_menu(self) -> None:
        window, stacks = self._window, self._window.undo_stacks
        menu = self._add_menu("Edit")
        standard = QKeySequence.StandardKey
        undo = stacks.createUndoAction(window, "Undo")
        redo = stacks.createRedoAction(window, "Redo")
        for action, name, keys in (
            (undo, "undo", ("Ctrl+Z",)),
            (redo, "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
        ):
            action.setObjectName(f"action_{name}")
            action.setShortcuts([QKeySequence(key) for key in keys])
            menu.addAction(action)
        menu.addSeparator()
        commands = window.clipboard
        self._add(menu, "cut", "Cu&t", commands.cut, standard.Cut)
        self._add(menu, "copy", "&Copy", commands.copy, standard.Copy)
        self._add(menu, "paste", "&Paste", commands.paste, standard.Paste)
        self._add(menu, "delete", "&Delete", commands.delete, ("Del", "Backspace"))
        menu.addSeparator()
        self._add(menu, "select_all", "Select &all", commands.select_all, standard.SelectAll)
        menu.addSeparator()
        self._add(menu, "history", "&History", lambda: window.history.toggle(), "Ctrl+Shift+H")

    # ----- View -----------------------------------------------------------------------------

    def _add_view_menu(self) -> None:
        window = self._window
        menu = self._add_menu("View")
        for index, title in enumerate(window.tab_titles()):
            self._add(
                menu, f"show_{title.split()[-1].lower()}", f"&{index + 1} {title}",
                partial(window.tabs.setCurrentIndex, index), f"Ctrl+{index + 1}",
            )  # fmt: skip
        menu.addSeparator()
        themes = menu.addMenu("&Theme")
        group = QActionGroup(self)
        actions: dict[str, QAction] = {}
        choices = (appearance.LIGHT, appearance.DARK, appearance.SYSTEM)
        for choice, title in zip(choices, ("&Light", "&Dark", "As the &system has it")):
            action = self._add(
                themes, f"theme_{choice}", title,
                partial(window.appearance.choose, choice),
            )  # fmt: skip
            action.setCheckable(True)
            action.setChecked(choice == window.appearance.choice)
            group.addAction(action)
            actions[choice] = action
        window.appearance.choice_changed.connect(lambda choice: actions[choice].setChecked(True))
        self._add(menu, "toggle_theme", "Light or dar&k", window.appearance.toggle, "Ctrl+T")
        menu.addSeparator()
        self._add_text_sizes(menu.addMenu("Te&xt size"))
        present = window.appearance.toggle_presenting
        presenting = self._add(menu, "presenter_mode", "&Presenter mode", present, "Ctrl+F11")
        presenting.setCheckable(True)
        presenting.setChecked(window.appearance.is_presenting)
        window.appearance.presenting_changed.connect(presenting.setChecked)
        self._add(menu, "full_screen", "&Full screen", window.toggle_full_screen, "F11")

    def _add_text_sizes(self, menu: QMenu) -> None:
        """How large text is in all of the window."""
        looks = self._window.appearance
        self._add(menu, "text_larger", "&Larger", lambda: looks.step_text_size(1), LARGER)
        self._add(menu, "text_smaller", "&Smaller", lambda: looks.step_text_size(-1), "Alt+-")
        menu.addSeparator()
        group = QActionGroup(self)
        sizes: dict[float | None, QAction] = {}
        for size in (None, *theme.TEXT_SIZES):
            percent = "system" if size is None else f"{100 * size:.0f}"
            words = "&As the system has it" if size is None else f"{percent} %"
            if size == theme.LARGEST_SCALE:
                words += ", 24 points"
            action = self._add(
                menu, f"text_{percent}", words, partial(looks.choose_text_size, size)
            )  # fmt: skip
            action.setCheckable(True)
            group.addAction(action)
            sizes[size] = action
        sizes[looks.text_size].setChecked(True)
        looks.text_size_changed.connect(lambda: sizes[looks.text_size].setChecked(True))

    # ----- Graph and Training ---------------------------------------------------------------

    def _add_graph_menu(self) -> None:
        window = self._window
        menu = self._add_menu("Graph")
        # Keys after a tab are only shown: the views themselves answer to them, and only while
        # they have the keyboard, for "." and Home mean something else in a text.
        self._add(menu, "add_node", "&Add node …\tShift+A", window.add_node)
        menu.addSeparator()
        self._add(menu, "fit_all", "Show &all\tHome", window.fit_all)
        self._add(menu, "fit_selection", "Show the &selection\t.", window.fit_selection)
        network = window.toggle_network
        self._add(menu, "network", "&Network or expression", network, "Ctrl+Shift+N")
        menu.addSeparator()
        walk = window.walk
        self._add(menu, "backprop_step", "S&tep on", lambda: walk("forward"), "F10")
        self._add(menu, "backprop_back", "Step &back", lambda: walk("back"), "Shift+F10")
        self._add(menu, "backprop_play", "&Play or pause", lambda: walk("toggle_play"), "F8")
        self._add(menu, "backprop_first", "&First step", lambda: walk("first"), "Ctrl+Shift+F10")
        self._add(menu, "backprop_last", "&Last step", lambda: walk("last"), "Ctrl+F10")
        self._add(menu, "backprop_leave", "St&op stepping", lambda: walk("leave"), "Shift+F8")
        self._add(menu, "breakpoint", "Set or &clear a breakpoint", window.toggle_breakpoint, "F9")
        self._add_nodes_menu(menu)
        menu.addSeparator()
        experiments = menu.addMenu("&Experiments")
        experiments.setToolTipsVisible(True)
        tab = window.build_tab
        self._add(experiments, "experiments", "Show or &hide", tab.toggle_experiments, "F4")
        for title in TITLES:
            action = self._add(
                experiments, f"experiment_{title.lower().replace(' ', '_')}", f"&{title}",
                partial(window.open_experiments, title),
            )  # fmt: skip
            action.setToolTip(TIPS[title])

    def _add_nodes_menu(self, menu: QMenu) -> None:
        """The node editor's own commands; it answers to their keys while it has the keyboard."""
        window = self._window
        menu.addSeparator()
        below = menu.addMenu("&Nodes")
        window.build_tab.node_editor.view.commands.fill(below, window.run_on_nodes)

    def _add_training_menu(self) -> None:
        window = self._window
        menu = self._add_menu("Training")
        press = window.press_training_button
        self._add(menu, "train", "&Train or pause", lambda: press("train_button"), "F5")
        self._add(menu, "step", "&Step", lambda: press("step_button"), "F6")
        self._add(menu, "reset", "&Reset", lambda: press("reset_button"), "F7")
        self._add(menu, "new_start", "&New start", lambda: press("new_start"), "Shift+F7")
        menu.addSeparator()
        self._add(menu, "first_step", "Back to the &first step", lambda: press("time_first"))
        self._add(menu, "newest_step", "On to the ne&west step", lambda: press("time_last"))
        self._add(menu, "fork", "For&k here", lambda: press("fork_button"), "Shift+F5")
        menu.addSeparator()
        limit = self._add(
            menu, "show_stability", "&Largest stable rate on the slider",
            lambda: self._window.training.stability.set_on(limit.isChecked()),
        )  # fmt: skip
        limit.setCheckable(True)
        limit.setChecked(True)
        menu.addSeparator()
        self._add_tools(menu.addMenu("&Own data"), OWN_DATA)
        self._add_tools(menu.addMenu("S&hare"), SHARE)

    def _add_tools(self, menu: QMenu, tools: tuple[tuple[str, str], ...]) -> None:
        """Further commands of the training tab."""
        for name, words in tools:
            self._add(menu, f"tool_{name}", words, partial(self._window.use_training_tool, name))

    # ----- Help -----------------------------------------------------------------------------

    def _add_help_menu(self) -> None:
        window = self._window
        menu = self._add_menu("Help")
        self._add(
            menu,
            "find_command",
            "&Find a command …",
            lambda: window.commands.open(),
            "Ctrl+Shift+P",
        )
        self._add(menu, "keys", "&Keys", window.show_keys, "F1")
        self._add(menu, "log_folder", "Open the &log's folder", _open_log_folder)
        menu.addSeparator()
        about = self._add(menu, "about", "&About", window.show_about)
        about.setMenuRole(QAction.MenuRole.AboutRole)

    # ----- within ---------------------------------------------------------------------------

    def _add_menu(self, title: str) -> QMenu:
        """A menu that opens with Alt and its first letter, which Fusion would always underline."""
        menu = self.bar.addMenu(title)
        if sys.platform != "darwin":  # where Alt types other letters
            shortcut = QShortcut(QKeySequence(f"Alt+{title[0]}"), self._window)
            shortcut.activated.connect(lambda: self.bar.setActiveAction(menu.menuAction()))
        return menu

    def _add(
        self,
        menu: QMenu,
        name: str,
        text: str,
        command: Callable[[], object],
        keys: Keys | None = None,
    ) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(f"action_{name}")
        if isinstance(keys, tuple):
            action.setShortcuts([QKeySequence(key) for key in keys])
        elif keys is not None:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: command())
        menu.addAction(action)
        return action


def _open_log_folder() -> None:
    folder = places.log_folder()
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
