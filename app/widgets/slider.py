"""The ordinary slider: a 4 px track and a 16 px thumb."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QWidget

from app import fonts, theme
from app.widgets.focus_ring import WANTS_RING
from app.widgets.paint import DISABLED

TRACK = 4
THUMB = 16


class Slider(QSlider):
    """A horizontal QSlider that paints itself; a click on the track moves the thumb there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(WANTS_RING, False)  # its ring goes around the thumb
        theme.notifier.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(120), fonts.px(theme.HIT_AREA))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(48), fonts.px(theme.HIT_AREA))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(DISABLED)
        span = max(1, self.maximum() - self.minimum())
        share = (self.sliderPosition() - self.minimum()) / span
        draw_slider(painter, QRectF(self.rect()), share, TRACK, THUMB, is_active=self.hasFocus())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def _move_to(self, x: float) -> None:
        share = (x - THUMB / 2) / max(1.0, self.width() - THUMB)
        span = self.maximum() - self.minimum()
        step = max(1, self.singleStep())
        steps = round(min(max(share, 0.0), 1.0) * span / step)
        self.setSliderPosition(min(self.minimum() + steps * step, self.maximum()))


def draw_slider(
    painter: QPainter, area: QRectF, share: float, track: float, thumb: float, *, is_active: bool
) -> float:
    """Track and thumb at `share` 0 .. 1 of `area`; returns the x of the thumb's centre."""
    now = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left, right = area.left() + thumb / 2, area.right() - thumb / 2
    x, y = left + share * (right - left), area.center().y()
    fill = now.color("accent" if is_active else "text2")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.color("line"))
    painter.drawRoundedRect(QRectF(left, y - track / 2, right - left, track), track / 2, track / 2)
    painter.setBrush(fill)
    painter.drawRoundedRect(QRectF(left, y - track / 2, x - left, track), track / 2, track / 2)
    if is_active:
        painter.setBrush(now.color("panel"))
        painter.setPen(QPen(now.color("accent"), 2))
        painter.drawEllipse(QPointF(x, y), thumb / 2 + 3, thumb / 2 + 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.color("text"))
    painter.drawEllipse(QPointF(x, y), thumb / 2 - 1, thumb / 2 - 1)
    return x
