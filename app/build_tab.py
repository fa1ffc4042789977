"""The build tab: node editor, graph, expression and inspector over one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app import fonts, theme
from app.backprop import Debugger, TransportBar
from app.backprop.pulse import GraphPulse, NodesPulse, Pulse
from app.document import Document
from app.experiments.names import TORCH
from app.expression_pane import CodePanel, ExpressionPane
from app.graph_view.view import GraphView
from app.inspector import Inspector
from app.node_editor.editor import NodeEditor
from app.settings import Settings
from app.widgets.buttons import IconButton
from app.widgets.containers import Splitter
from app.widgets.panel import Panel

if TYPE_CHECKING:
    from app.experiments.panel import ExperimentsPanel

WIDE_FROM = 1500  # px at 100 %: from here on the inspector stands beside the graph
STACKED_BELOW = 700  # px at 100 %: below, as with large type, no pane stands beside another

_INSPECTOR_WIDTH = 362
_LEAST_WIDTH = 260  # of a pane
_LEAST_UPPER, _LEAST_LOWER = 170, 150  # px at 100 %
_LEAST_STACKED = 2 * 230, 2 * 150  # upper and lower, where two panes share the height
_LOWER_HEIGHT = 252
_ORDINARY_HEIGHT = 700  # px
_LOWER_SHARE = 0.42  # of the height that the bar leaves, at most
_EXPERIMENTS_SIZE = 690, 300  # px that they get, where the rest can spare it
_SAVE_AFTER = 400  # ms after the last move of a pane's edge


class BuildTab(QWidget):
    """Arranges the panes, and remembers how the user arranged them.

    Wide: nodes and graph above expression and code, the inspector at the right over the whole
    height. Narrow: the inspector stands under the graph, the code in tabs of the expression.
    Stacked, with type too large for that: the panes one above the other.
    The experiments take the place beside the expression while they are open.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build_tab")
        self.document = document
        self.node_editor = NodeEditor(document)
        self.graph_view = GraphView(document)
        self.expression = ExpressionPane(document)
        self.code = CodePanel(document)
        self.inspector = Inspector(document)
        self.debugger = Debugger(document, self)
        self.transport = TransportBar(self.debugger)
        self.pulse = Pulse(self.debugger, self)
        self._pulses = (
            GraphPulse(self.pulse, self.graph_view.canvas),
            NodesPulse(self.pulse, self.node_editor.view),
        )
        self._is_walking = False  # the panes show a step of the debugger
        self._walked_to: str | None = None  # id of the node that the debugger was at last
        self._settings = Settings()
        self._form = ""  # "wide", "narrow" or "stacked", once there is a width
        self._scale = fonts.scale
        self._upper = _splitter(Qt.Orientation.Horizontal, self.node_editor, self.graph_view)
        self.experiments: ExperimentsPanel | None = None  # once they have been opened
        self._is_experimenting = self._is_network_shown = False
        self._sizes_before: tuple[list[int], list[int]] = [], []  # of rows and the lower row
        self._beside = QStackedWidget()  # code or inspector, or the experiments
        self._beside.addWidget(self.code)
        self._lower = _splitter(Qt.Orientation.Horizontal, self.expression, self._beside)
        self._rows = _splitter(Qt.Orientation.Vertical, self._upper, self.transport, self._lower)
        self._outer = _splitter(Qt.Orientation.Horizontal, self._rows)
        self._splitters = {
            "upper": self._upper,
            "below": self._lower,
            "rows": self._rows,
            "outer": self._outer,
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
        layout.addWidget(self._outer)
        self._save_soon = QTimer(self)
        self._save_soon.setSingleShot(True)
        self._save_soon.setInterval(_SAVE_AFTER)
        self._save_soon.timeout.connect(self._save)
        for splitter in self._splitters.values():
            splitter.splitterMoved.connect(self._moved)
        theme.notifier.changed.connect(self._follow_type)
        self.transport.height_changed.connect(self._give_height)
        self.debugger.moved.connect(self._show_step)
        self.graph_view.network_shown.connect(self._give_room)
        self.code.compare_wanted.connect(self._compare_engines)
        self._experiment_buttons = [
            self._experiments_button(p) for p in (self.code, self.inspector)
        ]
        self.setFocusProxy(self.node_editor.view)

    @property
    def is_wide(self) -> bool:
        """Whether the inspector stands beside the graph."""
        return self._form == "wide"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def _follow_type(self) -> None:
        if self._form:  # else there is no width yet to choose by
            self._choose()

    def _give_height(self, height: int) -> None:
        """To the bar between the rows, at the cost or for the good of the row above it."""
        upper, bar, lower = self._rows.sizes()
        self._rows.setSizes([upper + bar - height, height, lower])

    def _choose(self) -> None:
        """Take the arrangement that suits the width and the size of the type."""
        # Where the panes need more than that, the tab is wider than what shows of it.
        width = min(self.width(), self.window().width())
        is_narrow, is_stacked = width < fonts.px(WIDE_FROM), width < fonts.px(STACKED_BELOW)
        form = "stacked" if is_stacked else "narrow" if is_narrow else "wide"
        if (form, fonts.scale) != (self._form, self._scale):
            self._save_now_if_due()
            self._form, self._scale = form, fonts.scale
            self._set_least_sizes()
            self._arrange()

    def _set_least_sizes(self) -> None:
        """Where panes stand above each other, all of a header's controls can show."""
        is_stacked = self._form == "stacked"
        for pane in (self.node_editor, self.graph_view, self.expression, self._beside):
            pane.setMinimumWidth(0 if is_stacked else _LEAST_WIDTH)
        upper, lower = _LEAST_STACKED if is_stacked else (_LEAST_UPPER, _LEAST_LOWER)
        if is_stacked and self._is_experimenting:
            lower = _LEAST_LOWER + _EXPERIMENTS_SIZE[1]
        self._upper.setMinimumHeight(fonts.px(upper))
        self._lower.setMinimumHeight(fonts.px(lower))

    def _give_room(self, is_network: bool) -> None:
        """The network has nothing to do with the expression, and wants all the room."""
        self._is_network_shown = is_network
        for pane in (self.node_editor, self.transport, self._lower):
            pane.setVisible(not is_network)
        self._show_inspector()

    def _show_inspector(self) -> None:
        """Narrow, it stands in the lower row, where experiments may have its place."""
        is_away = self._is_network_shown if self.is_wide else self._is_experimenting
        self.inspector.setVisible(not is_away)

    # ----- the debugger ---------------------------------------------------------------------

    def _show_step(self) -> None:
        """Let all panes show the same place."""
        debugger = self.debugger
        if not (debugger.is_active or self._is_walking):
            return  # an edit has other steps, but nobody is walking through them
        self._is_walking = debugger.is_active
        place = (debugger.current, debugger.caption, debugger.state)
        self.document.scale_to(None if debugger.state is None else debugger.state.grads.values())
        self.node_editor.view.nodes.set_step(*place)
        self.graph_view.set_step(*place)
        self.expression.set_step(*place)
        self.inspector.set_step(debugger.state)
        self.code.view.set_walking(debugger.state is not None)
        if self.experiments is not None:
            self.experiments.set_walking(debugger.state is not None)
        if debugger.current != self._walked_to:
            self._walked_to = debugger.current
            if debugger.current is not None:
                self._reveal(debugger.current)

    def _reveal(self, id: str) -> None:
        """Bring a node into sight where it is not; the zoom stays."""
        view = self.node_editor.view
        box = view.nodes.boxes.get(id)
        if box is not None and view.gesture is None:
            if not view.visible_area().contains(box.rect):
                view.show_point(box.rect.center())
            self.graph_view.canvas.reveal(id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no pane has a use for ends the walk, or closes the experiments."""
        is_escape = event.key() == Qt.Key.Key_Escape
        if is_escape and self.debugger.is_active:
            self.debugger.leave()
        elif is_escape and self._is_experimenting and self._has_focus_in_experiments():
            self.close_experiments()
        else:
            super().keyPressEvent(event)

    # ----- experiments ----------------------------------------------------------------------

    def toggle_experiments(
        self, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason
    ) -> None:
        """Open the experiments, or close them."""
        if self._is_experimenting:
            self.close_experiments()
        else:
            self.open_experiments(reason=reason)

    def open_experiments(
        self,
        title: str | None = None,
        reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason,
    ) -> None:
        """Show the experiments, at the one of this title, in place of the code or inspector.

        reason: why they get the focus; after a click there is no ring around it.
        """
        self.graph_view.show_expression()  # the network would have all the room
        panel = self._experiments_panel()
        if not self._is_experimenting:
            self._is_experimenting = True
            self._make_room()
        self._beside.setCurrentWidget(panel)
        panel.show_experiment(title or panel.tabs.value())
        panel.tabs.segment(panel.tabs.value()).setFocus(reason)

    def _make_room(self) -> None:
        """Make the place of the experiments large enough; the rest keeps what it needs."""
        self._sizes_before = self._rows.sizes(), self._lower.sizes()
        self._set_least_sizes()
        if self._form == "stacked":
            self._lower.setSizes([_LEAST_LOWER, _EXPERIMENTS_SIZE[1]])
            return
        upper, bar, lower = self._rows.sizes()
        wanted = max(lower, fonts.px(_EXPERIMENTS_SIZE[1]))
        self._rows.setSizes([upper + lower - wanted, bar, wanted])
        left, right = self._lower.sizes()
        wanted = max(right, min(fonts.px(_EXPERIMENTS_SIZE[0]), left + right - fonts.px(360)))
        self._lower.setSizes([left + right - wanted, wanted])

    def _compare_engines(self) -> None:
        self.open_experiments(TORCH)
        panel = self._experiments_panel()
        panel.start_comparison()

    def close_experiments(self) -> None:
        """Bring back what was in their place."""
        if self._is_experimenting:
            if self._has_focus_in_experiments():
                self.setFocus()
            self._is_experimenting = False
            self._beside.setCurrentIndex(0)
            self._set_least_sizes()
            rows, lower = self._sizes_before
            self._rows.setSizes(rows)
            self._lower.setSizes(lower)

    def _has_focus_in_experiments(self) -> bool:
        focus = self.window().focusWidget()
        panel = self.experiments
        return panel is not None and focus is not None and panel.isAncestorOf(focus)

    def _experiments_panel(self) -> ExperimentsPanel:
        if self.experiments is None:
            from app.experiments.panel import ExperimentsPanel  # loads the plots

            self.experiments = panel = ExperimentsPanel(self.document)
            panel.closed.connect(self.close_experiments)
            panel.left_walk.connect(self.debugger.leave)
            panel.set_walking(self.debugger.state is not None)
            self._beside.addWidget(panel)
        return self.experiments

    def _experiments_button(self, panel: Panel) -> IconButton:
        button = IconButton("flask-outline", "Experiments with these gradients (F4)")
        button.setObjectName(f"{panel.objectName()}_experiments")
        by_mouse = Qt.FocusReason.MouseFocusReason
        button.clicked.connect(lambda _checked=False: self.toggle_experiments(by_mouse))
        panel.add_action_widget(button)
        return button

    # ----- arrangement ----------------------------------------------------------------------

    def _arrange(self) -> None:
        if self.is_wide:
            self._outer.addWidget(self.inspector)
            self._beside.insertWidget(0, self.code)
        else:
            self._beside.removeWidget(self.code)
            self.code.hide()
            self._beside.insertWidget(0, self.inspector)
        is_open = self._is_experimenting and self.experiments is not None
        self._beside.setCurrentIndex(1 if is_open else 0)
        self._show_inspector()
        self.inspector.set_narrow(not self.is_wide)
        self._experiment_buttons[1].setVisible(not self.is_wide)  # else the code has it
        self.expression.set_code_tabs(not self.is_wide)
        # The panes that a larger window makes larger.
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        for row in (self._upper, self._lower):
            row.setOrientation(down if self._form == "stacked" else across)
        self._outer.setStretchFactor(0, 1)
        self._rows.setStretchFactor(0, 1)
        self._rows.setStretchFactor(2, 0)
        self._set_default_sizes()
        for name, splitter in self._splitters.items():
            state = self._settings.layout(self._key(name))
            if not state.isEmpty():
                splitter.restoreState(state)
        if self._is_experimenting:
            self._make_room()
        # Under a style sheet a widget that gets another parent gets its first fonts back.
        theme.notifier.changed.emit()

    def _set_default_sizes(self) -> None:
        width = self.width() - 2 * theme.GAP
        right = fonts.px(_INSPECTOR_WIDTH) if self.is_wide else 0
        left = width - right - (theme.GAP if right else 0)
        # Wide, nodes get a little more than the graph, whose boxes are smaller.
        first = round(left * (0.54 if self.is_wide else 0.5))
        first = min(first, left - self.graph_view.minimumSizeHint().width())
        self._outer.setSizes([left, right] if self.is_wide else [left])
        for row in (self._upper, self._lower):
            row.setSizes([1, 1] if self._form == "stacked" else [first, left - first])
        bar = self.transport.minimumHeight()  # which it keeps
        # Large type in a small window: the pictures above keep the larger part. Before the window
        # has its size, it counts as an ordinary one.
        height = max(self.height(), _ORDINARY_HEIGHT)
        lower = min(fonts.px(_LOWER_HEIGHT), round(_LOWER_SHARE * (height - bar)))
        self._rows.setSizes([max(200, self.height() - lower - bar), bar, lower])

    # ----- memory ---------------------------------------------------------------------------

    def _moved(self) -> None:
        self._save_soon.start()

    def _save_now_if_due(self) -> None:
        if self._save_soon.isActive():
            self._save_soon.stop()
            self._save()

    def _save(self) -> None:
        for name, splitter in self._splitters.items():
            self._settings.set_layout(self._key(name), QByteArray(splitter.saveState()))

    def hideEvent(self, event: object) -> None:
        self._save_now_if_due()

    def _key(self, name: str) -> str:
        scale = "" if self._scale == 1.0 else f"_{self._scale:g}"
        return f"build_{self._form}{scale}_{name}"


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = Splitter(orientation)
    splitter.setHandleWidth(theme.GAP)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
