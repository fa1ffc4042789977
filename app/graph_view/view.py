"""The graph view: a panel with the drawing of the document's graph and its choices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QMenu, QStackedWidget, QWidget

from app import fonts
from app.document import Document
from app.graph_view import export, legend
from app.graph_view.gestures import InteractiveCanvas
from app.graph_view.picture import DATA, ERROR, GRADIENT, LOCAL
from app.graph_view.search import SearchField
from app.widgets.buttons import IconButton
from app.widgets.empty_state import EmptyState
from app.widgets.labels import TextLabel
from app.widgets.panel import Panel
from app.widgets.segmented import SegmentedControl
from core.layout import Direction, graphviz
from core.stepping import State

if TYPE_CHECKING:
    from app.graph_view.network.canvas import NetworkCanvas
    from app.graph_view.network.pane import NetworkPane
    from app.training.tab import TrainingTab

TITLE = "Graph"
EXPRESSION, NETWORK = "Expression", "Network"  # what can be shown
LEAST_CHOICE = 118  # px at 100 % of the choice of colours
NARROW = 700  # logical pixels under which the word before the choice of colours gives way
TIGHT = 420  # the same of the panel's title


class GraphView(Panel):
    """Draws the document's graph in layers, or the training tab's network as a crossbar.

    The graph's selection is shared with all other views. `network` shows what its `source` is
    told: by the training tab while it trains, else by the document.

    Signals: network_shown(is_shown): the network, which wants all the room, or the expression.
    """

    network_shown = Signal(bool)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, parent)
        self.setObjectName("graph_view")
        self.document = document
        self._run: TrainingTab | None = None
        self.canvas = InteractiveCanvas(document)
        self.canvas.setObjectName("graph_canvas")
        self._network: NetworkPane | None = None
        self.shown_choice = SegmentedControl([EXPRESSION, NETWORK])
        self.shown_choice.setObjectName("graph_source")
        self.shown_choice.setAccessibleName("What the graph is of")
        self.shown_choice.segment(EXPRESSION).setToolTip("The graph of the expression")
        self.shown_choice.segment(NETWORK).setToolTip("The training tab's network, live")
        self.add_title_widget(self.shown_choice)
        self._color_word = TextLabel("Colour", role="text2")
        self.color_choice = QComboBox()
        self.color_choice.setObjectName("graph_color")
        self.color_choice.setAccessibleName("What the colours show")
        self.color_choice.addItems([GRADIENT, DATA, LOCAL, ERROR])
        self.color_choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.lock_button = IconButton("lock", "Lock the colour scale", checkable=True)
        self.fit_button = IconButton("fullscreen", "Show the whole graph (Home)")
        self.menu_button = IconButton("dots-vertical", "More for the graph")
        buttons = (self.lock_button, self.fit_button, self.menu_button)
        for widget in (self._color_word, self.color_choice, *buttons):
            self.add_action_widget(widget)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.canvas)
        self._pages.addWidget(
            EmptyState(
                "No graph yet",
                "It is drawn as soon as there is a value: type `L = (a*b + c) * f` below.",
                has_edge=False,
            )
        )
        self.set_body(self._pages)
        self.search = SearchField(self.canvas)
        self.search.looked_for.connect(self._look_for)
        self.search.confirmed.connect(self._go_to_found)
        self.search.closed.connect(self._close_search)
        self._found: list[Any] = []  # of the canvas that shows: ids, or spots
        self._found_at = -1
        self._of_expression: list[QAction] = []  # what does nothing for a network
        self._menu = self._make_menu()
        self.color_choice.currentTextChanged.connect(self._choose_color)
        self.shown_choice.valueChanged.connect(self._show_source)
        self.lock_button.toggled.connect(self.canvas.lock_scale)
        self.canvas.shown.connect(self._show_layout_choice)
        self.fit_button.clicked.connect(self.fit_all)
        self.menu_button.clicked.connect(self._open_menu)
        document.structure_changed.connect(self._show_page)
        self._show_page()

    # ----- what other parts of the program call ---------------------------------------------

    @property
    def network(self) -> NetworkPane:
        """The network's pane, built when it is first wanted: it loads half of the engine."""
        if self._network is None:
            from app.graph_view.network.pane import NetworkPane

            self._network = pane = NetworkPane(self.document)
            self._pages.addWidget(pane)
            pane.set_color_by(self.color_choice.currentText())
            pane.canvas.set_direction(self.canvas.options.direction)
            pane.canvas.lock_scale(self.lock_button.isChecked())
            self.lock_button.toggled.connect(pane.canvas.lock_scale)
            self.color_choice.currentTextChanged.connect(pane.set_color_by)
            if self._run is not None:
                pane.follow_run(self._run)
        return self._network

    @property
    def is_network_shown(self) -> bool:
        """Whether the network is shown, and not the expression."""
        return self.shown_choice.value() == NETWORK

    @property
    def shown_canvas(self) -> InteractiveCanvas | NetworkCanvas:
        """The canvas that is shown."""
        return self.network.canvas if self.is_network_shown else self.canvas

    def show_expression(self) -> None:
        """Show the document's graph."""
        self.shown_choice.setValue(EXPRESSION)

    def show_network(self, layer: int | None = None, neuron: int | None = None) -> None:
        """Show the training tab's network; open a layer, or a neuron of it, counted from 0."""
        self.shown_choice.setValue(NETWORK)
        self.network.canvas.show_place(layer, neuron)

    def follow_run(self, run: TrainingTab) -> None:
        """Show what a training tab does, as it does it."""
        self._run = run
        if self._network is not None:
            self._network.follow_run(run)

    def fit_all(self) -> None:
        """Show the whole graph."""
        self.shown_canvas.fit_all()

    def fit_selection(self) -> None:
        """Show the selected nodes."""
        self.shown_canvas.fit_selection()

    def set_step(self, current: str | None, caption: str = "", state: State | None = None) -> None:
        """Show where the debugger is, and the gradients as far as they have come."""
        self.canvas.set_step(current, state)

    # ----- header ---------------------------------------------------------------------------

    def _choose_color(self, color_by: str) -> None:
        self.canvas.set_options(replace(self.canvas.options, color_by=color_by))

    def _show_source(self, _word: str) -> None:
        self.search.close_search()
        self._show_page()
        for action in self._of_expression:
            action.setEnabled(not self.is_network_shown)
        self.network_shown.emit(self.is_network_shown)
        self.shown_canvas.setFocus()

    def _open_menu(self) -> None:
        below = QPoint(0, self.menu_button.height())
        self._menu.popup(self.menu_button.mapToGlobal(below))

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("graph_menu")
        directions = self._add_choice(menu, [
            ("Left to right", lambda: self._set_direction("LR")),
            ("Top to bottom", lambda: self._set_direction("TB")),
        ])  # fmt: skip
        for action in directions.actions():
            self._of_expression.remove(action)  # a network has them as well
        menu.addSeparator()
        self._add_choice(menu, [
            ("Ops on their values' boxes", lambda: self._set_split(False)),
            ("Ops as circles of their own", lambda: self._set_split(True)),
        ])  # fmt: skip
        menu.addSeparator()
        self._layout_choice = self._add_choice(menu, [
            ("Laid out by the program", lambda: self._set_by_graphviz(False)),
            ("Laid out by Graphviz", lambda: self._set_by_graphviz(True)),
        ])  # fmt: skip
        menu.addSeparator()
        find = menu.addAction("Find a node …", self.open_search)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(find)
        menu.addAction("Show selection", self.fit_selection)
        self._of_expression.append(menu.addAction("Lay out anew", self.canvas.lay_out_anew))
        menu.addSeparator()
        menu.addAction("Copy as a picture", lambda: export.copy(self.shown_canvas))
        menu.addAction("Export …", self._choose_export)
        return menu

    def _add_choice(self, menu: QMenu, entries: list[tuple[str, object]]) -> QActionGroup:
        """Entries of which one holds, the first to begin with."""
        group = QActionGroup(menu)
        for index, (text, choose) in enumerate(entries):
            action = QAction(text, menu, checkable=True, checked=index == 0)
            action.triggered.connect(choose)
            group.addAction(action)
            menu.addAction(action)
            self._of_expression.append(action)
        return group

    def _set_direction(self, direction: str) -> None:
        chosen: Direction = "LR" if direction == "LR" else "TB"
        self.canvas.set_options(replace(self.canvas.options, direction=chosen))
        if self._network is not None:
            self._network.canvas.set_direction(chosen)

    def _set_split(self, is_split: bool) -> None:
        self.canvas.set_options(replace(self.canvas.options, is_split=is_split))

    def _set_by_graphviz(self, is_by_graphviz: bool) -> None:
        if is_by_graphviz and not graphviz.is_installed():
            self.document.refused.emit(graphviz.MISSING)
            self._show_layout_choice()
        else:
            self.canvas.set_options(replace(self.canvas.options, is_by_graphviz=is_by_graphviz))

    def _show_layout_choice(self) -> None:
        own, by_graphviz = self._layout_choice.actions()
        is_by_graphviz = self.canvas.options.is_by_graphviz
        (by_graphviz if is_by_graphviz else own).setChecked(True)

    # ----- search and export ----------------------------------------------------------------

    def open_search(self) -> None:
        """Show the field that finds nodes by name."""
        canvas = self.shown_canvas
        if self.search.parent() is not canvas:
            self.search.setParent(canvas)
        self.search.move(canvas.width() - self.search.width() - 14, legend.height() + 4)
        self.search.open()

    def _look_for(self, text: str) -> None:
        self._found = list(self.shown_canvas.find_all(text))
        self._found_at = -1

    def _go_to_found(self, step: int) -> None:
        if self._found:
            start = self._found_at if self._found_at >= 0 else min(0, step)
            self._found_at = (start + step if self._found_at >= 0 else start) % len(self._found)
            self.shown_canvas.go_to(self._found[self._found_at])

    def _close_search(self) -> None:
        self.canvas.find_all("")
        if self._network is not None:
            self._network.canvas.find_all("")
        self.shown_canvas.setFocus()

    def export(self, path: Path | str) -> None:
        """Write what is seen (png, svg, pdf) or the whole graph (dot, graphml) to a file."""
        try:
            export.export(self.shown_canvas, Path(path), self._graph_text)
        except export.ExportError as error:
            self.document.refused.emit(str(error))

    def _graph_text(self, is_dot: bool) -> str:
        """The graph as dot or GraphML; of a network what is open of it. ValueError in words."""
        from core import graph_export as forms  # only here: networkx is slow to import

        if self.is_network_shown:
            return self.network.canvas.graph_text(forms.dot_of if is_dot else forms.graphml_of)
        graph = self.document.graph
        return forms.to_dot(graph) if is_dot else forms.to_graphml(graph)

    def _choose_export(self) -> None:
        dialog = QFileDialog(self.window(), "Export the graph")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(export.FILTERS)
        dialog.setDefaultSuffix("png")

        def take_suffix(chosen: str) -> None:
            dialog.setDefaultSuffix(chosen.partition("*.")[2].rstrip(")"))

        dialog.filterSelected.connect(take_suffix)
        name = self.document.path.stem if self.document.path else "graph"
        dialog.selectFile(name)
        dialog.fileSelected.connect(self.export)
        dialog.open()

    # ----- within ---------------------------------------------------------------------------

    def _show_page(self, _initiator: object = None) -> None:
        if self.is_network_shown:
            self._pages.setCurrentWidget(self.network)
            return
        count = len(self.document.graph)
        self._pages.setCurrentIndex(0 if count else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._color_word.setVisible(self.width() >= fonts.px(NARROW))
        self.set_title("" if self.width() < fonts.px(TIGHT) else TITLE)
        self.setAccessibleName(TITLE)
        self.color_choice.setMinimumWidth(fonts.px(LEAST_CHOICE))  # less than its longest word

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.canvas.update()
