"""The line along the bottom: what is there, what is selected, what the engine does."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import fonts, theme
from app.document import Document

_ENGINE_POLL = 250  # milliseconds


class StatusBar(QWidget):
    """28 pixels high, and only figures that are true: from the document, or set by a view."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setFixedHeight(theme.STATUS_HEIGHT)
        self._document = document
        self._counts = QLabel()
        self._selection = QLabel()
        self._activity = QLabel()
        self._activity.setObjectName("activity")
        self._engine = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(20)
        for label in (self._activity, self._counts, self._selection):
            layout.addWidget(label)
        layout.addStretch()
        layout.addWidget(self._engine)
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
        return self._activity, self._counts, self._selection, self._engine

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


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
