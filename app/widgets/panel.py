"""A panel: a box with a 40 px header and a body."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import fonts, theme
from app.widgets.labels import TextLabel
from app.widgets.paint import draw_box

_SIDE = 14  # from the edge to the title
_ACTION_SIDE = 8


class Panel(QWidget):
    """A titled box of the window. Widgets of its header stand on the right, first one leftmost."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._title = TextLabel(title, weight=fonts.SEMIBOLD)
        self._header = QWidget()
        row = QHBoxLayout(self._header)
        row.setContentsMargins(_SIDE, 0, _ACTION_SIDE, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._title)
        row.addStretch(1)
        self._row, self._title_widgets = row, 1
        self._body: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.setSpacing(0)
        self._column.addWidget(self._header)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    @property
    def title(self) -> str:
        return self._title.text()

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.setAccessibleName(title)

    def add_action_widget(self, widget: QWidget) -> None:
        """Put a widget at the right end of the header."""
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_title_widget(self, widget: QWidget) -> None:
        """Put a widget right after the title, such as a choice of what the panel shows."""
        self._row.insertWidget(self._title_widgets, widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._title_widgets += 1

    def set_close(self, is_close: bool) -> None:
        """Whether the header's widgets stand close together, for a narrow window."""
        self._row.setSpacing(theme.GAP // 2 if is_close else theme.GAP)

    def set_header_visible(self, is_visible: bool) -> None:
        self._header.setVisible(is_visible)

    def set_body(self, body: QWidget) -> None:
        """What the panel holds; it gets the space under the header."""
        if self._body is not None:
            self._column.removeWidget(self._body)
        self._body = body
        self._column.addWidget(body, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        round_ = theme.RADIUS_PANEL
        if self.rect().adjusted(round_, round_, -round_, -round_).contains(event.rect()):
            # Beneath a number that changes: no edge, and no smooth corners to be found.
            painter.fillRect(event.rect(), now.color("panel"))
            return
        edge, area = now.color("line"), QRectF(self.rect())
        draw_box(painter, area, now.color("panel"), edge, radius=theme.RADIUS_PANEL)

    def _restyle(self) -> None:
        self._header.setFixedHeight(fonts.px(theme.PANEL_HEADER_HEIGHT))
        self.update()


class Divider(QWidget):
    """A hairline between the sections of a panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        theme.notifier.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().color("line"))
