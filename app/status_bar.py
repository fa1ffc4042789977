"""The line along the bottom: what is there, what is selected, what the engine does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app import fonts, theme
from app.document import Document


class StatusBar(QWidget):
    """28 pixels high, and only figures that are true: from the document, or set by a view."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setFixedHeight(theme.STATUS_HEIGHT)
        self._document = document
        self._counts = QLabel()
        self._selection = QLabel()
        self._activity = QLabel()
        self._engine = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(20)
        for label in (self._counts, self._selection):
            layout.addWidget(label)
        layout.addStretch()
        for label in (self._activity, self._engine):
            layout.addWidget(label)
        for label in self.labels:
            label.setTextFormat(Qt.TextFormat.PlainText)
        document.structure_changed.connect(self._show_counts)
        document.selection_changed.connect(self._show_selection)
        document.structure_changed.connect(self._show_selection)
        theme.notifier.changed.connect(self._show_colors)
        self._show_colors()
        self._show_counts()
        self._show_selection()

    def set_activity(self, text: str) -> None:
        """What runs at present, such as training; "" for nothing."""
        self._activity.setText(text)

    def set_engine(self, text: str) -> None:
        """Which engine serves."""
        self._engine.setText(text)

    @property
    def labels(self) -> tuple[QLabel, ...]:
        """Left to right."""
        return self._counts, self._selection, self._activity, self._engine

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

    def _show_colors(self) -> None:
        for label in self.labels:
            label.setFont(fonts.sans(theme.SIZE_CAPTION))
            label.setStyleSheet(f"color: {theme.current().text2}")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
