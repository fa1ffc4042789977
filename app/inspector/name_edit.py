"""The node's name, renamed in place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app import fonts, theme
from app.widgets.focus_ring import WANTS_RING


class NameEdit(QLineEdit):
    """Shows a name; a double click or F2 lets it be typed, Enter takes it, Escape does not.

    renamed(name): another name was typed.
    """

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.setObjectName("inspector_name")
        self.setProperty("is_bare", True)
        self.setProperty(WANTS_RING, False)
        self.setReadOnly(True)
        self.setToolTip("Double click or F2 to rename")
        self.setAccessibleName("Name")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._fit)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    @property
    def is_editing(self) -> bool:
        return not self.isReadOnly()

    def show_name(self, name: str) -> None:
        """Show a node's name; one that is being typed stays."""
        if name != self._name:
            self._name = name
            if not self.is_editing:
                self.setText(name)
                self.setCursorPosition(0)

    def start(self) -> None:
        """Let the name be typed."""
        self.setReadOnly(False)
        self.setProperty(WANTS_RING, True)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.is_editing:
            super().mouseDoubleClickEvent(event)
        else:
            self.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self.is_editing and key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.start()
        elif self.is_editing and key == Qt.Key.Key_Escape:
            self._stop()
        elif self.is_editing and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.is_editing and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._accept()
        self.deselect()

    def _accept(self) -> None:
        typed = self.text().strip()
        self._stop()
        if typed and typed != self._name:
            self.renamed.emit(typed)

    def _stop(self) -> None:
        self.setReadOnly(True)
        self.setProperty(WANTS_RING, False)
        self.setText(self._name)
        self.setCursorPosition(0)

    def _fit(self) -> None:
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text() or "x")
        self.setFixedWidth(min(round(width) + 8, fonts.px(220)))

    def _restyle(self) -> None:
        self.setFont(fonts.words(theme.SIZE_INSPECTOR, fonts.SEMIBOLD))
        self.setFixedHeight(fonts.px(36))
        self._fit()
