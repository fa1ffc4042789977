"""The way back: which groups are open, each a button that leads there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout

from app import theme
from app.widgets.buttons import QuietButton
from app.widgets.labels import TextLabel

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

MARGIN = 10
TOP = "Expression"


class Breadcrumbs(QFrame):
    """A line at the top left of the canvas, there while a group is open."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setObjectName("breadcrumbs")
        self.setAccessibleName("Open groups")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 2, 12, 2)
        self._row.setSpacing(6)
        self.move(MARGIN, MARGIN)
        self.hide()
        view.nodes.opened.connect(self.follow)
        view.document.structure_changed.connect(self.follow)
        theme.notifier.changed.connect(self._restyle)
        self._shown: tuple[list[str], bool] = [], False

    def follow(self, _initiator: object = None) -> None:
        """Show the path of now."""
        instances = self._view.document.graph.groups.instances
        path = self._view.nodes.path
        names = [instances[id].function for id in path if id in instances]
        is_muted = any(instances[id].is_muted for id in path if id in instances)
        if (names, is_muted) == self._shown:
            return
        self._shown = names, is_muted
        self._clear()
        for depth, name in enumerate([TOP, *names[:-1]] if names else []):
            button = QuietButton(name)
            button.setToolTip(
                f"Back to {name}" + (" (Shift+Tab)" if depth == len(names) - 1 else "")
            )
            button.setAccessibleName(f"Back to {name}")
            button.clicked.connect(partial(self._view.groups.go_to, depth))
            self._row.addWidget(button)
            self._row.addWidget(TextLabel("›", role="text3"))
        if names:
            self._row.addWidget(TextLabel(names[-1], role="text", size=theme.SIZE_NODE))
            if is_muted:
                self._row.addWidget(
                    TextLabel("muted: passes its first input through", role="text3")
                )
            self._restyle()
            self.adjustSize()
        self.setVisible(bool(names))

    def _clear(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _restyle(self) -> None:
        now = theme.current()
        self.setStyleSheet(
            f"#breadcrumbs {{ background: {now.panel}; border: 1px solid {now.line};"
            f" border-radius: {theme.RADIUS_CONTROL}px; }}"
        )
