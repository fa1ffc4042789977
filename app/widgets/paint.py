"""What several widgets paint alike: boxes, bars of signed numbers, states."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from app import fonts, theme

BAR_HEIGHT = 6
DISABLED = 0.45  # opacity of a control that can't be used
_SMALLEST = 9  # px: smaller type is no longer read
_HOVERED = 0.87  # share of the accent under the pointer


def mixed(color: str | QColor, ground: str | QColor, share: float) -> QColor:
    """`color` at opacity `share` on `ground`, as an opaque colour."""
    over, under = QColor(color), QColor(ground)
    pairs = (
        (over.redF(), under.redF()),
        (over.greenF(), under.greenF()),
        (over.blueF(), under.blueF()),
    )
    return QColor.fromRgbF(*(share * a + (1 - share) * b for a, b in pairs))


def accent_hover() -> QColor:
    """The accent under the pointer: lighter in the dark theme, darker in the light one."""
    now = theme.current()
    return mixed(now.accent, now.text if now.is_dark else "#000000", _HOVERED)


def draw_box(
    painter: QPainter,
    area: QRectF,
    fill: QColor | None,
    edge: QColor | None = None,
    *,
    width: float = 1.0,
    radius: float = theme.RADIUS_CONTROL,
) -> None:
    """A rounded box whose edge lies inside `area`, sharp at whole pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QBrush(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, radius, radius)
        return
    half = width / 2
    painter.setPen(QPen(edge, width))
    painter.drawRoundedRect(
        area.adjusted(half, half, -half, -half), max(0.0, radius - half), max(0.0, radius - half)
    )


def font_that_fits(text: str, size: float, weight: int, room: float) -> QFont:
    """The face at `size` pixels (at 100 %), or smaller where the text needs more than `room`."""
    font = fonts.sans(size, weight)
    width = QFontMetricsF(font).horizontalAdvance(text)
    if width > room > 0:
        font.setPixelSize(max(_SMALLEST, int(font.pixelSize() * room / width)))
    return font


def draw_gradient_bar(painter: QPainter, area: QRectF, share: float | None) -> None:
    """A gradient as a bar from the centre of `area`: right in blue, left in orange.

    share: -1 .. 1 as `colors.symlog` gives it; 0 is a small hollow circle; None or nan, where
    there is no gradient, a dashed track.
    """
    now = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = area.height() / 2
    if share is None or share != share:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(now.color("strong"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(now.color("field" if now.is_dark else "line"))
    painter.drawRoundedRect(area, radius, radius)
    middle = area.center().x()
    if share == 0:
        painter.setBrush(now.color("panel"))
        painter.setPen(QPen(now.color("text3"), 1.5))
        painter.drawEllipse(area.center(), radius + 1, radius + 1)
        return
    length = max(1.5, abs(share) * area.width() / 2)
    left = middle if share > 0 else middle - length
    # The full end colour at every length: a short bar in a dark colour could not be seen.
    painter.setBrush(now.color("positive" if share > 0 else "negative"))
    painter.drawRoundedRect(QRectF(left, area.top(), length, area.height()), 2, 2)
    painter.setPen(QPen(now.color("text3"), 1))
    x = round(middle) + 0.5
    painter.drawLine(QPointF(x, area.top() - 1), QPointF(x, area.bottom() + 1))
