"""Buttons: the one filled action of a view, ordinary ones, quiet ones, and bare icons."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from app import fonts, theme
from app.widgets.icons import draw_icon
from app.widgets.paint import DISABLED, accent_hover, draw_box

_PADDING = 14
_ICON_GAP = 8


class PaintedButton(QPushButton):
    """A push button that paints itself; subclasses choose its colours."""

    def __init__(
        self, text: str = "", icon_name: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.focus_reason: Qt.FocusReason | None = None
        self._icon_name = icon_name
        self._text_size: float = theme.SIZE_BODY
        self._height = theme.CONTROL_HEIGHT
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAutoDefault(False)
        self._refresh()
        theme.notifier.changed.connect(self._refresh)

    def set_icon_name(self, name: str | None) -> None:
        """Another icon of the Material Design set; None for none."""
        self._icon_name = name
        self.updateGeometry()
        self.update()

    def set_size(self, height: int, text_size: float = theme.SIZE_BODY) -> None:
        """A larger button: toolbar 32, Train 48."""
        self._height, self._text_size = height, text_size
        self._refresh()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        words = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        width = words + 2 * fonts.px(_PADDING)
        if self._icon_name:
            width += self._icon_side() + (fonts.px(_ICON_GAP) if self.text() else 0)
        return QSize(round(width), fonts.px(self._height))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.focus_reason = event.reason()  # the focus ring asks for it
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        fill, edge, text = self._colors()
        draw_box(painter, QRectF(self.rect()), fill, edge)
        self._paint_content(painter, text)

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        """Fill, edge and text for the present state."""
        raise NotImplementedError

    def _is_hovered(self) -> bool:
        return self.isEnabled() and self.underMouse()

    def _icon_side(self) -> int:
        return fonts.px(18 if self._text_size <= theme.SIZE_BODY else 22)

    def _paint_content(self, painter: QPainter, color: QColor) -> None:
        metrics = QFontMetricsF(self.font())
        words = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        side = self._icon_side() if self._icon_name else 0
        gap = fonts.px(_ICON_GAP) if side and self.text() else 0
        x = (self.width() - words - side - gap) / 2
        if self._icon_name:
            box = QRectF(round(x), round((self.height() - side) / 2), side, side)
            draw_icon(painter, box, self._icon_name, color)
        painter.setFont(self.font())
        painter.setPen(color)
        area = QRectF(x + side + gap, 0, words + 1, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic,
                         self.text())  # fmt: skip

    def _refresh(self) -> None:
        self.setFont(fonts.words(self._text_size, fonts.SEMIBOLD))
        self.updateGeometry()
        self.update()


class PrimaryButton(PaintedButton):
    """The one filled button of a view: Play, Train, Run."""

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        now = theme.current()
        fill = now.color("accent")
        if self.isEnabled() and (self.isDown() or self._is_hovered()):
            fill = accent_hover()
        return fill, None, now.color("on_accent")


class Button(PaintedButton):
    """An ordinary button: a strong edge, filled under the pointer."""

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        now = theme.current()
        if self.isCheckable() and self.isChecked():
            return now.color("accent_soft"), now.color("accent"), now.color("accent")
        fill = now.color("field")
        if self.isDown():
            fill = now.color("line")
        elif self._is_hovered():
            fill = now.color("hover")
        return fill, now.color("strong"), now.color("text")


class QuietButton(PaintedButton):
    """A button without an edge, such as Copy in a panel's header."""

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        now = theme.current()
        if self.isDown():
            return now.color("line"), None, now.color("text")
        if self._is_hovered():
            return now.color("hover"), None, now.color("text")
        return None, None, now.color("text2")


class IconButton(QToolButton):
    """A bare icon, 28 x 28; soft accent ground while it is checked. `tooltip` is also its name."""

    def __init__(
        self,
        icon_name: str,
        tooltip: str,
        parent: QWidget | None = None,
        *,
        checkable: bool = False,
        side: int = theme.CONTROL_HEIGHT,
    ) -> None:
        super().__init__(parent)
        self.focus_reason: Qt.FocusReason | None = None
        self._icon_name, self._side = icon_name, side
        self.setCheckable(checkable)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier.changed.connect(self.updateGeometry)

    def set_icon_name(self, name: str) -> None:
        """Another icon of the Material Design set."""
        self._icon_name = name
        self.update()

    def sizeHint(self) -> QSize:
        side = fonts.px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.focus_reason = event.reason()  # the focus ring asks for it
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        color = now.color("text2")
        if self.isChecked():
            draw_box(painter, QRectF(self.rect()), now.color("accent_soft"))
            color = now.color("accent")
        elif self.isDown() or (self.isEnabled() and self.underMouse()):
            draw_box(painter, QRectF(self.rect()), now.color("line" if self.isDown() else "hover"))
            color = now.color("text")
        side = round(self.height() * 0.68)
        box = QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        draw_icon(painter, box, self._icon_name, color)
