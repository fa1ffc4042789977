"""The window: one document, its tabs, the menus and what connects them. No logic of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QCloseEvent, QUndoGroup
from PySide6.QtWidgets import (
    QAbstractButton,
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app import at_exit
from app.appearance import Appearance
from app.build_tab import BuildTab
from app.clipboard import ClipboardCommands
from app.command_line import NAME
from app.command_palette import CommandPalette
from app.document import Document
from app.files.dialogs import Dialogs, Question
from app.files.drop import FileDrop
from app.files.files import Files
from app.help import about_text, keys_text
from app.history_panel import HistoryPanel
from app.menus import Menus
from app.qt_application import create_application, give_look
from app.settings import Settings
from app.status_bar import StatusBar
from app.top_bar import TopBar, logo_icon
from app.widgets.buttons import IconButton
from app.widgets.containers import ScrolledWhenTight, Tabs
from app.widgets.toast import Toast, ToastArea
from core.examples import Example, examples

if TYPE_CHECKING:
    from app.lab.tab import LabTab
    from app.node_editor.commands import Command
    from app.training.tab import TrainingTab

START_SIZE = (1440, 900)
LEAST_WIDTH, LEAST_HEIGHT = 960, 640
TITLES = ("Build", "Training", "Learning-rate lab")
_TRAINING, _LAB = 1, 2


class MainWindow(QMainWindow):
    """Shows a fresh document; `window.document.open(path)` brings another.

    `dialogs` stands in for Qt's own questions. `is_training_deferred` builds the training tab
    when it is first needed, at the latest when `complete` is called, so that the window shows
    before the plots are loaded.
    """

    def __init__(
        self, *, dialogs: Dialogs | None = None, is_training_deferred: bool = False
    ) -> None:
        super().__init__()
        self.settings = Settings()
        self.appearance = Appearance(self.settings, self)
        give_look(create_application())
        self.document = Document(self)
        self.undo_stacks = QUndoGroup(self)  # what is undone is of the tab that shows
        self.undo_stacks.addStack(self.document.undo_stack)
        self.undo_stacks.setActiveStack(self.document.undo_stack)
        self.dialogs = dialogs or Dialogs(self)
        self.files = Files(self.document, self.dialogs, self.settings)
        self._is_closing_agreed = False
        self._change_on_disk: Toast | None = None  # the message that tells of it
        self._training: TrainingTab | None = None
        self._lab: LabTab | None = None

        self.tabs = Tabs()
        self.tabs.setObjectName("tabs")
        self.build_tab = BuildTab(self.document)
        self.status = StatusBar(self.document)
        self.toasts = ToastArea(self)
        self.clipboard = ClipboardCommands(self.build_tab.node_editor)
        self.menus = Menus(self)
        self._top_bar = TopBar(self.menus.bar)
        self._arrange()
        self._file_drop = FileDrop(self, self.files.open)
        self._connect()
        if not is_training_deferred:
            self.complete()
        self._restore_layout()
        at_exit.watch(self)

    # ----- parts ----------------------------------------------------------------------------

    @property
    def training(self) -> TrainingTab:
        """The training tab: `.step`, `.losses`, `.is_running`."""
        self.complete()
        assert self._training is not None
        return self._training

    @cached_property
    def history(self) -> HistoryPanel:
        """The undo history of the tab that shows, hidden until it is asked for."""
        panel = HistoryPanel(self.undo_stacks, self)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, panel)
        return panel

    @cached_property
    def commands(self) -> CommandPalette:
        """All commands, to search in."""
        return CommandPalette(self)

    def complete(self) -> None:
        """Build what was deferred."""
        if self._training is not None:
            return
        from app.training.tab import TrainingTab
        from core import kernels

        self._training = TrainingTab(self.document)
        self.undo_stacks.addStack(self._training.undo_stack)
        self._training.activity_changed.connect(self.status.set_activity)
        self._training.neuron_wanted.connect(self._show_neuron)
        self.build_tab.graph_view.follow_run(self._training)
        self._put_page(_TRAINING, self._training)
        kernels.prepare_in_background()
        self.status.watch_engine()

    def _show_neuron(self, layer: int, neuron: int) -> None:
        """A neuron of the network in the graph view."""
        self.tabs.setCurrentWidget(self.build_tab)
        self.build_tab.graph_view.show_network(layer, neuron)

    @property
    def lab(self) -> LabTab:
        """The learning-rate laboratory, built when it is first asked for."""
        if self._lab is None:
            from app.lab.tab import LabTab

            self._lab = LabTab(self.training, self.document)
            self._lab.activity_changed.connect(self.status.set_activity)
            self._lab.panel_made.connect(self._restore_splitters)
            self._lab.panel_made.connect(self._file_drop.watch)
            self._put_page(_LAB, self._lab)
        return self._lab

    def _put_page(self, index: int, page: QWidget) -> None:
        """Put a tab in the place that was kept for it."""
        was_current = self.tabs.currentIndex() == index
        with QSignalBlocker(self.tabs):
            self.tabs.insertTab(index, page, TITLES[index])
            self.tabs.removeTab(index + 1)
            if was_current:
                self.tabs.setCurrentIndex(index)
        self._file_drop.watch(page)
        self._restore_splitters(page)

    @staticmethod
    def tab_titles() -> Sequence[str]:
        return TITLES

    @staticmethod
    def examples() -> Sequence[Example]:
        """What the Examples menu lists."""
        return examples()

    def _arrange(self) -> None:
        self.setWindowIcon(logo_icon())
        # Below this the panes would cut their headers off; a small screen still shows all of it.
        screen = self.screen().availableSize()
        self.setMinimumSize(min(LEAST_WIDTH, screen.width()), min(LEAST_HEIGHT, screen.height()))
        self.setMenuWidget(self._top_bar)
        for page, title in zip((self.build_tab, QWidget(), QWidget()), TITLES):
            self.tabs.addTab(page, title)
            self._top_bar.add_tab(title)
        self.tabs.tabBar().hide()
        self.tabs.setDocumentMode(True)
        self._top_bar.set_current_tab(0)
        find = IconButton("magnify", "Find a command (Ctrl+Shift+P)")
        find.clicked.connect(lambda: self.commands.open())
        self._top_bar.add_quick_command(find)
        self._top_bar.add_quick_command(self._presenter_button())
        self._top_bar.add_quick_command(self._theme_button())
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(ScrolledWhenTight(self.tabs), 1)
        layout.addWidget(self.status)
        self.setCentralWidget(body)
        self.build_tab.setFocus()

    def _presenter_button(self) -> QWidget:
        button = IconButton("presentation", "Presenter mode: larger type (Ctrl+F11)")
        button.clicked.connect(self.appearance.toggle_presenting)
        return button

    def _theme_button(self) -> QWidget:
        button = IconButton("circle-half-full", "Light or dark (Ctrl+T)")
        button.clicked.connect(self.appearance.toggle)
        return button

    def _connect(self) -> None:
        view = self.build_tab.node_editor.view
        view.zoom_changed.connect(self.status.set_zoom)
        self.status.set_zoom(view.zoom)
        self.tabs.currentChanged.connect(self._top_bar.set_current_tab)
        self._top_bar.tab_chosen.connect(self.tabs.setCurrentIndex)
        self.tabs.currentChanged.connect(self._on_tab_chosen)
        self.document.file_changed.connect(self._show_document_name)
        self.document.replaced.connect(self._show_document_name)
        self.document.refused.connect(lambda sentence: self.toasts.show_message(sentence, "error"))
        self.files.message.connect(self.toasts.show_message)
        self.files.changed_on_disk.connect(self._tell_of_change_on_disk)
        self.files.agrees_with_disk.connect(self._take_back_change_on_disk)
        self._show_document_name()

    # ----- commands of the menus ------------------------------------------------------------

    def open_example(self, example: Example) -> None:
        self.build_tab.graph_view.show_expression()
        self.tabs.setCurrentIndex(0)
        self.files.open_example(example.project())

    def add_node(self) -> None:
        self.build_tab.graph_view.show_expression()
        self.tabs.setCurrentIndex(0)
        self.build_tab.node_editor.add_node_dialog()

    def run_on_nodes(self, command: Command) -> None:
        """A command of the node editor, which gets the keyboard."""
        self.build_tab.graph_view.show_expression()
        self.tabs.setCurrentIndex(0)
        self.build_tab.node_editor.view.setFocus()
        command.run()

    def toggle_network(self) -> None:
        """The training tab's network in the graph view, or the expression again."""
        view = self.build_tab.graph_view
        is_there = self.tabs.currentWidget() is self.build_tab
        self.tabs.setCurrentWidget(self.build_tab)
        if view.is_network_shown and is_there:
            view.show_expression()
        else:
            view.show_network()

    def fit_all(self) -> None:
        self.build_tab.node_editor.fit_all()
        self.build_tab.graph_view.fit_all()

    def fit_selection(self) -> None:
        self.build_tab.node_editor.fit_selection()
        self.build_tab.graph_view.fit_selection()

    def walk(self, command: str) -> None:
        """A command of the debugger: "forward", "back" and so on."""
        self.build_tab.graph_view.show_expression()
        self.tabs.setCurrentIndex(0)
        getattr(self.build_tab.debugger, command)()

    def toggle_breakpoint(self) -> None:
        """At the selected nodes, or where the debugger is."""
        self.build_tab.graph_view.show_expression()
        self.build_tab.debugger.toggle_breakpoint(self.document.selection)

    def open_experiments(self, title: str) -> None:
        """Show the experiment of this title."""
        self.tabs.setCurrentIndex(0)
        self.build_tab.open_experiments(title)

    def press_training_button(self, name: str) -> None:
        """As if the training tab's own button were pressed: "train_button" and so on."""
        self.tabs.setCurrentIndex(_TRAINING)
        button = self.training.findChild(QAbstractButton, name)
        assert button is not None
        button.click()

    def use_training_tool(self, name: str) -> None:
        """One of the training tab's further commands, by its name in the menu."""
        self.tabs.setCurrentIndex(_TRAINING)
        self.training.tools.do(name)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_keys(self) -> None:
        self._tell(Question("Keys", details=keys_text(self)))

    def show_about(self) -> None:
        self._tell(Question(f"About {NAME}", about_text()))

    def show_unexpected_error(self, summary: str, details: str) -> None:
        """Tell of an error that nobody expected; its details can be read and copied."""
        question = Question("Something went wrong", summary, details=details, is_warning=True)
        show = partial(self._tell, question)
        self.toasts.show_message(summary, "error", ("Details", show))

    def _tell(self, question: Question) -> None:
        self.dialogs.ask(question, lambda _answer: None)

    # ----- what is shown of the document ----------------------------------------------------

    def _show_document_name(self) -> None:
        path = self.document.path
        name = path.stem if path else "Untitled"
        is_modified = self.document.is_modified
        self._top_bar.set_document_name(name, is_modified=is_modified)
        self.setWindowTitle(f"{name}[*] – {NAME}")
        self.setWindowModified(is_modified)
        self.setWindowFilePath(str(path) if path else "")

    def _tell_of_change_on_disk(self) -> None:
        path = self.document.path
        name = path.name if path else "The file"
        self._change_on_disk = self.toasts.show_message(
            f"{name} was changed by another program.", "error", ("Read again", self.files.reload)
        )

    def _take_back_change_on_disk(self) -> None:
        if self._change_on_disk is not None:
            self.toasts.remove(self._change_on_disk)
            self._change_on_disk = None

    def _on_tab_chosen(self, index: int) -> None:
        self.status.show_graph_figures(index == 0)
        if index == _TRAINING:
            self.complete()
        elif index == _LAB:
            self.lab.setFocus()
        is_training = index == _TRAINING
        stack = self.training.undo_stack if is_training else self.document.undo_stack
        self.undo_stacks.setActiveStack(stack)

    # ----- coming and going -----------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.files.notice_changes()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._is_closing_agreed:
            self.files.leave(self._close_agreed)
        if self._is_closing_agreed:
            self._shut_down()
            event.accept()
        else:
            event.ignore()  # the answer comes later, and closes the window then
            if self._training is not None:
                self._training.pause()

    def leave_without_asking(self) -> None:
        """Close at once; unsaved work is kept and offered at the next start."""
        self.files.autosave.write()
        self.files.autosave.keep()
        self._close_agreed()

    def _close_agreed(self) -> None:
        self._is_closing_agreed = True
        self.close()

    def stop_work(self) -> None:
        """End what goes on in threads; the window is about to go."""
        if self._training is not None:
            self._training.shutdown()
        if self._lab is not None:
            self._lab.shut_down()
        self.status.stop()

    def _shut_down(self) -> None:
        self.stop_work()
        self._save_layout()
        self.files.close()

    # ----- layout ---------------------------------------------------------------------------

    def _restore_layout(self) -> None:
        geometry = self.settings.layout("window")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(*START_SIZE)
        self._restore_splitters(self)

    def _restore_splitters(self, within: QWidget) -> None:
        for splitter in within.findChildren(QSplitter):
            state = self.settings.layout(splitter.objectName())
            if splitter.objectName() and not state.isEmpty():
                splitter.restoreState(state)

    def _save_layout(self) -> None:
        self.settings.set_layout("window", self.saveGeometry())
        for splitter in self.findChildren(QSplitter):
            if splitter.objectName():
                self.settings.set_layout(splitter.objectName(), splitter.saveState())
        self.settings.write()
