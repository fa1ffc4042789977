"""The undo history as a list: choose a step to go there."""

from __future__ import annotations

from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QDockWidget, QUndoView, QVBoxLayout, QWidget

from app import fonts, theme
from app.widgets.buttons import IconButton
from app.widgets.panel import Panel

WIDTH = 240
ROW = 28


class HistoryPanel(QDockWidget):
    """Beside the tabs. The step that the active stack of the group is at is chosen."""

    def __init__(self, stacks: QUndoGroup, parent: QWidget) -> None:
        super().__init__("History", parent)
        self.setObjectName("history")
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.setTitleBarWidget(QWidget())  # the panel has a header of its own
        self.list = QUndoView(stacks)
        self.list.setObjectName("history_list")
        self.list.setAccessibleName("Undo history")
        self.list.setEmptyLabel("Start")
        self.list.setToolTip("Choose a step to go back or forward to it")
        self.list.setFrameShape(QUndoView.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        panel = Panel("History")
        close = IconButton("close", "Close the history")
        close.clicked.connect(self.close)
        panel.add_action_widget(close)
        panel.set_body(self.list)
        around = QWidget()
        column = QVBoxLayout(around)
        column.setContentsMargins(0, 0, theme.GAP, theme.GAP)
        column.addWidget(panel)
        self.setWidget(around)
        self.hide()
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    def toggle(self) -> None:
        """Show or hide the panel; shown, it has the keyboard."""
        self.setVisible(not self.isVisible())
        if self.isVisible():
            self.list.setFocus()

    def _restyle(self) -> None:
        now = theme.current()
        self.setMinimumWidth(fonts.px(WIDTH))
        self.list.setFont(fonts.words(theme.SIZE_BODY))
        self.list.setStyleSheet(
            f"QUndoView {{ background: {now.panel}; color: {now.text};"
            " border: none; padding: 0 6px; }"
            f"QUndoView::item {{ height: {fonts.px(ROW)}px; border-radius: 4px;"
            f" padding-left: 6px; color: {now.text}; }}"
            f"QUndoView::item:hover {{ background: {now.hover}; }}"
            f"QUndoView::item:selected {{ background: {now.accent_soft}; color: {now.text}; }}"
        )
