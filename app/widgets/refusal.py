"""The line beneath a field that says why what was typed is refused, and a field that has one."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app import fonts, theme
from app.widgets.icons import draw_icon
from app.widgets.paint import draw_box

_ICON = 16
_PAD = 8


class RefusalLine(QWidget):
    """A small card with an icon and a sentence. It floats, so that nothing moves when it comes."""

    def __init__(self, sentence: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._sentence = sentence
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(fonts.words(theme.SIZE_CAPTION))

    @property
    def sentence(self) -> str:
        return self._sentence

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self.font()).horizontalAdvance(self._sentence)
        side = fonts.px(_ICON)
        return QSize(round(width) + side + 3 * _PAD + 1, side + _PAD + 2)

    def show_below(self, field: QWidget) -> None:
        """Beneath `field`; above it, or moved to the left, where the window ends."""
        window = self._over
        size = self.sizeHint()
        at = field.mapTo(window, QPoint(0, field.height() + 4))
        if at.y() + size.height() > window.height():
            at.setY(at.y() - field.height() - size.height() - 8)
        at.setX(max(4, min(at.x(), window.width() - size.width() - 4)))
        self.setGeometry(at.x(), at.y(), size.width(), size.height())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        draw_box(painter, QRectF(self.rect()), now.color("error_soft"), now.color("error"))
        side = fonts.px(_ICON)
        box = QRectF(_PAD, (self.height() - side) / 2, side, side)
        draw_icon(painter, box, "alert", now.color("error"))
        painter.setFont(self.font())
        painter.setPen(now.color("error"))
        area = QRectF(self.rect()).adjusted(side + 2 * _PAD, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._sentence)


class TextRefusal:
    """Marks a line edit as refused, with the reason beneath it, until that is taken back."""

    def __init__(self, field: QLineEdit) -> None:
        self._field = field
        self._line: RefusalLine | None = None

    @property
    def sentence(self) -> str:
        """Why the text is refused; "" where it is not."""
        return self._line.sentence if self._line is not None else ""

    def show(self, sentence: str) -> None:
        """Say why the text is refused; "" takes that back."""
        field = self._field
        if self._line is not None:
            self._line.hide()
            self._line.deleteLater()
            self._line = None
        if sentence and field.isVisible():
            self._line = RefusalLine(sentence, field.window())
            self._line.show_below(field)
        field.setAccessibleDescription(sentence)
        field.setProperty("refused", bool(sentence))
        field.style().unpolish(field)
        field.style().polish(field)
