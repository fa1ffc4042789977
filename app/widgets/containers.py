"""Containers that lay out and paint anew only when what they hold needs other room.

A label with a new text asks for a new layout, and so do all its ancestors in turn; Qt's own
splitters and tabs then lay out, and tabs paint all of the window anew, for every number that
changes while another is dragged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QSplitter, QTabWidget, QWidget

from app import theme

Needs = tuple[object, ...]


def _needs_of(widgets: Iterable[QWidget | None]) -> Needs:
    """All that a layout could take from these widgets."""
    return tuple(
        (
            widget.isHidden(),
            widget.sizePolicy(),
            widget.minimumSizeHint().toTuple(),
            widget.minimumSize().toTuple(),
            widget.maximumSize().toTuple(),
        )
        for widget in widgets
        if widget is not None
    )


class Splitter(QSplitter):
    """A QSplitter that stays as it is while its panes need no other room."""

    _needs: Needs | None = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            needs = _needs_of(self.widget(index) for index in range(self.count()))
            if needs == self._needs:
                return True
            self._needs = needs
        return super().event(event)


class OwnSplitter(Splitter):
    """A Splitter whose sizes are its owner's until somebody has moved it, if years ago."""

    def __init__(self, name: str, orientation: Qt.Orientation, *panes: QWidget) -> None:
        super().__init__(orientation)
        self.setObjectName(name)
        self.setHandleWidth(theme.GAP)
        self.setChildrenCollapsible(False)
        for pane in panes:
            self.addWidget(pane)
        self.is_by_hand = False
        self.splitterMoved.connect(self._on_moved)

    def suggest(self, sizes: Sequence[int]) -> None:
        """Sizes for the panes, unless somebody has chosen others."""
        if not self.is_by_hand:
            self.setSizes(sizes)

    def turn(self, orientation: Qt.Orientation) -> None:
        """Panes beside or above each other; sizes chosen for the one mean nothing in the other."""
        self.setOrientation(orientation)
        self.is_by_hand = False

    def _on_moved(self) -> None:
        self.is_by_hand = True

    def saveState(self) -> QByteArray:
        """For the settings; empty where nobody has moved it."""
        return super().saveState() if self.is_by_hand else QByteArray()

    def restoreState(self, state: QByteArray | bytes | bytearray | memoryview) -> bool:
        orientation = self.orientation()
        self.is_by_hand = super().restoreState(state)
        if self.orientation() != orientation:
            self.turn(orientation)
        return self.is_by_hand


class Tabs(QTabWidget):
    """A QTabWidget that stays as it is while neither its pages nor its bar need other room.

    Without its bar it needs the room of the page that shows, not that of the largest.
    """

    _needs: Needs | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        if page is None or not self.tabBar().isHidden():
            return super().minimumSizeHint()
        return page.minimumSizeHint().expandedTo(page.minimumSize())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            pages = [self.widget(index) for index in range(self.count())]
            needs = (*_needs_of(pages), self.tabBar().sizeHint().toTuple())
            if needs == self._needs:
                return True
            self._needs = needs
        return super().event(event)


class ScrolledWhenTight(QScrollArea):
    """Shows a widget in the room that there is, and scrolls it where it needs more.

    So nothing is cut off or out of reach in a small window with large text. What gets the keyboard
    comes into sight, unless it is clicked on.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = content
        self.setWidget(content)
        self._has_come_by_key = False  # the keyboard, to where it is now
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.rangeChanged.connect(self._show_focus_soon)  # all has other places

    def _on_focus(self, _old: QWidget | None, focus: QWidget | None) -> None:
        if focus is not None and self._content.isAncestorOf(focus):
            has_button = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
            self._has_come_by_key = not has_button
            self._show_focus_soon()

    def _show_focus_soon(self) -> None:
        QTimer.singleShot(0, self, self._show_focus)  # it may not have its place yet

    def _show_focus(self) -> None:
        focus = QApplication.focusWidget()
        if not self._has_come_by_key or focus is None or not self._content.isAncestorOf(focus):
            return
        if focus.visibleRegion().isEmpty():  # a part in sight is enough of what is large
            self.ensureWidgetVisible(focus)
