"""The line along the bottom: what is there, what is selected, what the engine does."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import fonts, theme
from app.document import Document
from app.widgets.labels import ElidedLabel
from core.numbers import format_duration

_ENGINE_POLL = 250  # milliseconds
_FIGURES_EVERY = 250  # milliseconds, so that a drag does not make them flicker


class StatusBar(QWidget):
    """Only figures that are true: from the document, or set by a view."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._counts = QLabel()
        self._selection = QLabel()
        self._activity = QLabel()
        self._activity.setObjectName("activity")
        self._pass = ElidedLabel()
        self._pass.setToolTip("How long the last forward and backward pass over the graph took")
        self._engine = ElidedLabel()
        self._zoom = QLabel()
        self._zoom.setToolTip("The node editor's zoom")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(20)
        for label in (self._activity, self._counts, self._selection):
            layout.addWidget(label)
        layout.addStretch()
        for label in (self._pass, self._engine, self._zoom):
            layout.addWidget(label)
        for label in self.labels:
            label.setTextFormat(Qt.TextFormat.PlainText)
        document.structure_changed.connect(self._show_counts)
        document.selection_changed.connect(self._show_selection)
        document.structure_changed.connect(self._show_selection)
        theme.notifier.changed.connect(self._show_colors)
        self.set_activity("")
        self._show_colors()
        self._show_counts()
        self._show_selection()
        self._pass_timer = QTimer(self)
        self._pass_timer.setSingleShot(True)
        self._pass_timer.setInterval(_FIGURES_EVERY)
        self._pass_timer.timeout.connect(self._show_pass)
        document.values_changed.connect(self._show_pass_soon)
        self._engine_timer = QTimer(self)
        self._engine_timer.setInterval(_ENGINE_POLL)
        self._engine_timer.timeout.connect(self._show_engine)

    def watch_engine(self) -> None:
        """Show which engine serves, and follow it until the kernels are ready."""
        self._engine_timer.start()
        self._show_engine()

    def stop(self) -> None:
        """Follow nothing any more."""
        self._engine_timer.stop()
        self._pass_timer.stop()

    def show_graph_figures(self, is_shown: bool) -> None:
        """Show what concerns the expression alone, or leave it out beside other tabs."""
        for label in (self._counts, self._selection, self._pass, self._zoom):
            label.setVisible(is_shown)

    def set_zoom(self, zoom: float) -> None:
        """The node editor's zoom, 1.0 being 100 %."""
        self._zoom.setText(f"{zoom:.0%}".replace("%", " %"))

    @property
    def activity(self) -> str:
        """What runs at present; "" for nothing."""
        return self._activity.text()

    def set_activity(self, text: str) -> None:
        """What runs at present, such as training; "" for nothing."""
        self._activity.setText(text)
        self._activity.setVisible(bool(text))

    @property
    def labels(self) -> tuple[QLabel, ...]:
        """Left to right."""
        return (
            self._activity, self._counts, self._selection, self._pass, self._engine, self._zoom
        )  # fmt: skip

    def _show_counts(self) -> None:
        graph = self._document.graph
        edges = sum(1 for _edge in graph.edges())
        self._counts.setText(f"{_count(len(graph), 'node')}, {_count(edges, 'edge')}")

    def _show_selection(self) -> None:
        selection = self._document.selection
        if len(selection) == 1:
            (id,) = selection
            self._selection.setText(f"{self._document.graph.nodes[id].name} selected")
        else:
            self._selection.setText(f"{len(selection):,} selected" if selection else "")

    def _show_pass_soon(self, _initiator: object) -> None:
        if not self._pass_timer.isActive():
            self._pass_timer.start()

    def _show_pass(self) -> None:
        graph = self._document.graph
        took = format_duration(graph.seconds)
        self._pass.setText(f"forward and backward {took}" if len(graph) else "")

    def _show_engine(self) -> None:
        from core import kernels  # not before the first paint

        now = kernels.status()
        if now.state == "ready":
            self._engine.setText("compiled engine ready")
        else:
            first_words = now.reason.split(":")[0].split(";")[0]
            self._engine.setText(first_words)
            self._engine.setToolTip(now.reason)
        if now.state in ("ready", "unavailable"):
            self._engine_timer.stop()

    def _show_colors(self) -> None:
        for label in self.labels:
            label.setFont(fonts.words(theme.SIZE_CAPTION))
            is_busy = label is self._activity
            colors = theme.current()
            label.setStyleSheet(f"color: {colors.accent if is_busy else colors.text2}")
        line = QFontMetrics(fonts.words(theme.SIZE_CAPTION)).height()
        self.setFixedHeight(max(theme.STATUS_HEIGHT, line + theme.GAP))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
