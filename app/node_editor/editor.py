"""The node editor: a panel with its canvas."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import fonts
from app.document import Document
from app.node_editor.arranging import ArrangingLine
from app.node_editor.side_palette import SidePalette
from app.node_editor.view import NodeView
from app.widgets.buttons import Button, IconButton
from app.widgets.empty_state import EmptyState
from app.widgets.panel import Panel

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f\n"


class NodeEditor(Panel):
    """Nodes of the document, to build and to change.

    The methods are what the window's menus call; the view's own keys do the same.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("Nodes", parent)
        self.setObjectName("node_editor")
        self.document = document
        self.view = NodeView(document)
        self.view.setObjectName("node_view")
        self.view.side_palette_wanted.connect(self._toggle_side_palette)
        body = QWidget()
        self._columns = QHBoxLayout(body)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(self.view, 1)
        self.set_body(body)
        self.setFocusProxy(self.view)
        add = Button("Add node", "plus")
        add.setObjectName("add_node_button")
        add.setToolTip("Search for a node to add (Shift+A)")
        add.clicked.connect(self.add_node_dialog)
        kinds = IconButton("view-list-outline", "Kinds of node, to drag onto the canvas (T)")
        kinds.clicked.connect(self._toggle_side_palette)
        fit = IconButton("fit-to-screen-outline", "Show all nodes (Home)")
        fit.clicked.connect(lambda: self.view.fit_all())
        self._more = IconButton("dots-vertical", "More commands")
        self._more.clicked.connect(self._show_menu)
        for widget in (add, kinds, fit, self._more):
            self.add_action_widget(widget)
        self._empty = EmptyState(
            "No nodes yet",
            "Type `L = (a*b + c) * f` below, or add a node here.",
            ("Add node", self.add_node_dialog),
            ("Open the lecture’s graph", self._open_lecture),
            self.view,
        )
        self._arranging = ArrangingLine(self.view.nodes, self.view)
        self.view.installEventFilter(self)
        document.structure_changed.connect(self._show_empty)
        self._show_empty()

    # ----- what the window's menus call -----------------------------------------------------

    def fit_all(self) -> None:
        """Show all nodes."""
        self.view.fit_all()

    def fit_selection(self) -> None:
        """Show the selected nodes."""
        self.view.fit_selection()

    def add_node_dialog(self) -> None:
        """Search for a node to add."""
        self.view.open_palette()

    def copy(self) -> None:
        self.view.edits.copy()

    def cut(self) -> None:
        """Copy the selection, then take it out with its links closed over the gap."""
        self.view.edits.copy()
        self.view.edits.delete_and_reconnect()

    def paste(self) -> None:
        self.view.edits.paste()

    def delete_selection(self) -> None:
        self.view.edits.delete()

    def select_all(self) -> None:
        self.view.edits.select_all()

    @cached_property
    def side_palette(self) -> SidePalette:
        """All kinds of node, beside the canvas; made when it is first wanted."""
        palette = SidePalette(self.view)
        self._columns.insertWidget(0, palette)
        return palette

    # ----- within ---------------------------------------------------------------------------

    def _toggle_side_palette(self) -> None:
        self.side_palette.toggle()

    def _show_menu(self) -> None:
        menu = self.view.commands.full_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _open_lecture(self) -> None:
        self.document.set_text(LECTURE, self)

    def _show_empty(self, _initiator: object = None) -> None:
        is_empty = not self.document.graph.nodes
        self._empty.setVisible(is_empty)
        self.view.minimap.show_if_needed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            area = self.view.rect().adjusted(24, 24, -24, -24)
            height = min(area.height(), max(fonts.px(190), self._empty.sizeHint().height()))
            area.setTop(area.center().y() - height // 2)
            area.setHeight(height)
            self._empty.setGeometry(area)
        return bool(super().eventFilter(watched, event))
