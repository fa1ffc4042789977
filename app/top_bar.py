"""The bar along the top: logo, menus, the tabs' buttons, the document's name, quick commands."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QSizePolicy,
    QWidget,
)

from app import fonts, theme
from app.widgets.focus_ring import WANTS_RING

_LOGO = 20  # pixels, of the drawing on a 20 x 20 grid
_LOGO_NODES = (((5.0, 4.5), "positive"), ((5.0, 15.5), "negative"), ((15.0, 10.0), "text"))
_TAB_PADDING = 16
_UNDERLINE = 3
_LEAST_NAME = 60  # pixels that the document's name may be squeezed to
_SIDE = 12  # from the window's edge
_APART = theme.GAP  # between the tabs and what stands beside them


def paint_logo(painter: QPainter, area: QRectF) -> None:
    """Two inputs, blue and orange as gradients are, and the output that they flow into."""
    colors = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / _LOGO, area.height() / _LOGO)
    output = QPointF(*_LOGO_NODES[-1][0])
    painter.setPen(QPen(colors.color("text2"), 1.6))
    for place, _role in _LOGO_NODES[:-1]:
        middle = QPointF(*place)
        painter.drawLine(middle, output)
    painter.setPen(Qt.PenStyle.NoPen)
    for place, role in _LOGO_NODES:
        painter.setBrush(colors.color(role))
        painter.drawEllipse(QPointF(*place), 3.4, 3.4)
    painter.restore()


def logo_icon() -> QIcon:
    """The logo as the window's icon."""
    icon = QIcon()
    for size in (16, 32, 64, 128, 256):
        pixmap = QPixmap(size, size)
        pixmap.fill(QColor(theme.DARK.window))
        painter = QPainter(pixmap)
        inset = size / 10
        paint_logo(painter, QRectF(inset, inset, size - 2 * inset, size - 2 * inset))
        painter.end()
        icon.addPixmap(pixmap)
    return icon


class Logo(QWidget):
    """The logo in the bar; says nothing and does nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._restyle()
        theme.notifier.changed.connect(self._restyle)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = fonts.px(_LOGO)
        inset = (self.width() - side) / 2
        paint_logo(painter, QRectF(inset, inset, side, side))

    def _restyle(self) -> None:
        self.setFixedSize(fonts.px(28), fonts.px(28))
        self.update()


class TabButton(QAbstractButton):
    """A tab's name in the bar; the chosen one is bold and underlined in the accent."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setAccessibleName(f"{text} tab")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(WANTS_RING, False)  # it is as high as the bar: the ring goes inside
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.notifier.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        # As wide as when chosen, so that choosing moves nothing.
        width = QFontMetrics(self._font(is_chosen=True)).horizontalAdvance(self.text())
        return QSize(width + 2 * _TAB_PADDING, theme.TOP_BAR_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        is_lit = self.isChecked() or self.underMouse()
        painter.setFont(self._font(is_chosen=self.isChecked()))
        painter.setPen(colors.color("text" if is_lit else "text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.isChecked():
            line = QRectF(
                _TAB_PADDING / 2, self.height() - _UNDERLINE,
                self.width() - _TAB_PADDING, _UNDERLINE,
            )  # fmt: skip
            painter.fillRect(line, colors.color("accent"))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colors.color("accent"), 2))
            ring = QRectF(self.rect()).adjusted(2, 8, -2, -8)
            painter.drawRoundedRect(ring, theme.RADIUS_CONTROL, theme.RADIUS_CONTROL)

    def _font(self, *, is_chosen: bool) -> QFont:
        return fonts.words(theme.SIZE_NODE, fonts.SEMIBOLD if is_chosen else fonts.MEDIUM)


class TopBar(QWidget):
    """48 pixels high, or two such lines where the menus and the tabs have no room in one.

    Signals: tab_chosen(index): the user wants that tab.
    """

    tab_chosen = Signal(int)

    def __init__(self, menu_bar: QMenuBar) -> None:
        super().__init__()
        self._tabs = QButtonGroup(self)
        self._tabs.idClicked.connect(self.tab_chosen)
        self._name = QLabel(textFormat=Qt.TextFormat.RichText)
        self._name_parts = ("", False)
        self._middle = _row()
        self._middle.setContentsMargins(_APART, 0, _APART, 0)
        self._right = _row()
        # No narrower than its menus: the tabs rather leave the middle than a menu its place.
        menu_bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._menus = (Logo(), menu_bar)
        self._above, self._left = _row(), _row()
        for row in (self._above, self._left):
            row.addStretch()
        self._right.addStretch()
        self._right.addWidget(self._name)
        self._right.addSpacing(theme.GAP)
        layout = QGridLayout(self)
        layout.setContentsMargins(_SIDE, 0, _SIDE, 0)
        layout.setSpacing(0)
        layout.addLayout(self._above, 0, 0, 1, 3)
        for column, row in enumerate((self._left, self._middle, self._right)):
            layout.addLayout(row, 1, column)
        layout.setColumnStretch(0, 1)
        layout.setColumnStretch(2, 1)
        self._lines = 0
        self._arrange(1)
        theme.notifier.changed.connect(self._show_name)
        theme.notifier.changed.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        rows = (self._above, self._left, self._middle, self._right)
        needed = sum(row.sizeHint().width() for row in rows) + 2 * _SIDE
        needed -= max(0, self._name.sizeHint().width() - fonts.px(_LEAST_NAME))
        self._arrange(1 if needed <= self.width() else 2)

    def _arrange(self, lines: int) -> None:
        """All in one line, or the menus above the rest."""
        line = max(theme.TOP_BAR_HEIGHT, fonts.px(theme.CONTROL_HEIGHT))
        self.setFixedHeight(lines * line)
        if lines != self._lines:
            self._lines = lines
            row = self._left if lines == 1 else self._above
            for place, widget in enumerate(self._menus):
                row.insertWidget(place, widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_tab(self, text: str) -> None:
        """One more tab's button, right of the others."""
        button = TabButton(text)
        self._tabs.addButton(button, len(self._tabs.buttons()))
        self._middle.addWidget(button)

    def add_quick_command(self, button: QWidget) -> None:
        """An icon button at the right end."""
        self._right.addWidget(button)

    def set_current_tab(self, index: int) -> None:
        """Show which tab is chosen."""
        self._tabs.button(index).setChecked(True)

    def set_document_name(self, name: str, *, is_modified: bool) -> None:
        """Show the document's name, and whether it has changes that no file has."""
        self._name_parts = (name, is_modified)
        self._show_name()

    def _show_name(self) -> None:
        colors = theme.current()
        name, is_modified = self._name_parts
        shown = name if len(name) <= 40 else f"{name[:38]}…"
        escaped = shown.replace("&", "&amp;").replace("<", "&lt;")
        edited = f' <span style="color:{colors.text3}">(edited)</span>' if is_modified else ""
        self._name.setFont(fonts.words(theme.SIZE_BODY))
        self._name.setText(f'<span style="color:{colors.text2}">{escaped}</span>{edited}')
        self._name.setToolTip(name)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    return row
