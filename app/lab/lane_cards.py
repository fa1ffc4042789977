"""A card for each lane of a race: its name, its loss, what its network answers, a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QTextLayout,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import fonts, theme
from app.training.output_points import point_color
from app.widgets.paint import draw_box
from core.datasets import Data, Domain

GAP = 8
WIDEST = 200
HEAD, FOOT = 34, 58
LOW = 34  # of a card that is only a name
SMALL = 58  # of a card whose picture stands beside its name
MANY = 8  # lanes: more have small cards, in rows of so many
POINTS = 160
SMALLEST_RING = 2.0  # pixels
WORDS = {
    "leader": "leads", "learning": "learns", "stuck": "stuck",
    "oscillating": "oscillates", "diverged": "diverged",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Card:
    """What one card shows; image: None where the problem has no plane."""

    name: str
    loss: str
    verdict: str
    reason: str
    color: QColor
    image: QImage | None


class LaneCards(QWidget):
    """Signals: chosen(index): by a click or an arrow key."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lane_cards")
        self.setAccessibleName("Lanes")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._cards: tuple[Card, ...] = ()
        self._current: int | None = None
        self._points: tuple[Data, Domain] | None = None
        self._drawn_points: QPixmap | None = None
        self._scaled: dict[tuple[int, QSize], QPixmap] = {}
        self._is_low = False
        self._stale_rows: list[QRect] = []  # to be painted, one in a turn of the event loop
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._update_row)
        theme.notifier.changed.connect(self._forget_points)

    def set_points(self, data: Data | None, domain: Domain | None) -> None:
        """The data that is drawn over the pictures; None for none."""
        known = self._points[0] if self._points is not None else None
        if data is not known:
            self._points = None if data is None or domain is None else (data, domain)
            self._forget_points()

    def show_cards(self, cards: Sequence[Card], current: int | None) -> None:
        """Show these lanes; the current one has a strong edge."""
        is_other_count = len(cards) != len(self._cards)
        self._cards, self._current = tuple(cards), current
        if is_other_count:
            self._forget_points()
            self.updateGeometry()
        if current is not None and current < len(cards):
            card = cards[current]
            self.setAccessibleDescription(f"{card.name}: loss {card.loss}. {card.reason}")
        if is_other_count:
            self.update()
        else:  # with the plot's curves they would take longer than a frame
            places = [area.toAlignedRect() for area in self._places()]
            self._stale_rows = [
                places[k].united(places[min(k + MANY, len(places)) - 1])
                for k in range(0, len(places), MANY)
            ]
            self._turn.start()

    def _update_row(self) -> None:
        if self._stale_rows and self.isVisible():
            self.update(self._stale_rows.pop(0).adjusted(-1, -1, 1, 1))
        else:
            self._turn.stop()

    def set_low(self, is_low: bool) -> None:
        """Only names, in one row, where there is little room."""
        self._is_low = is_low
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = -(-max(len(self._cards), 1) // self._per_row())
        if self._is_low or self._is_small:
            height = fonts.px(LOW if self._is_low else SMALL)
        else:
            has_images = any(card.image is not None for card in self._cards)
            side = self._card_width(max(self.width(), 600)) - 16
            height = fonts.px(HEAD + FOOT) + (round(0.76 * side) if has_images else 0)
        return QSize(200, rows * height + (rows - 1) * self._row_gap)

    @property
    def _is_small(self) -> bool:
        return len(self._cards) > MANY

    @property
    def _row_gap(self) -> int:
        return GAP // 2 if self._is_low or self._is_small else GAP

    def _per_row(self) -> int:
        return min(max(len(self._cards), 1), MANY)

    def _card_width(self, width: float) -> float:
        count = self._per_row()
        return min((width - GAP * (count - 1)) / count, fonts.px(WIDEST))

    def _places(self) -> list[QRectF]:
        width = self._card_width(self.width())
        per_row = self._per_row()
        rows = max(1, -(-len(self._cards) // per_row))
        height = (self.height() - self._row_gap * (rows - 1)) / rows
        down = height + self._row_gap
        return [
            QRectF(
                round((k % per_row) * (width + GAP)), round((k // per_row) * down),
                round(width), round(height),
            )
            for k in range(len(self._cards))
        ]  # fmt: skip

    # ----- pointer and keys -----------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        self.setToolTip("" if index is None else self._cards[index].reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self._per_row()
        moves = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: row,
            Qt.Key.Key_Up: -row,
        }
        by = moves.get(Qt.Key(event.key()))
        if by is None or not self._cards:
            super().keyPressEvent(event)
            return
        now = -1 if self._current is None else self._current
        self.chosen.emit(min(max(now + (by if self._current is not None else 1), 0),
                             len(self._cards) - 1))  # fmt: skip

    def _at(self, place: QPointF) -> int | None:
        for k, area in enumerate(self._places()):
            if area.contains(place):
                return k
        return None

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for k, (card, area) in enumerate(zip(self._cards, self._places())):
            if not area.intersects(QRectF(event.rect())):
                continue
            self._paint_card(painter, card, area, is_current=k == self._current)

    def _paint_card(self, painter: QPainter, card: Card, area: QRectF, *, is_current: bool) -> None:
        now = theme.current()
        edge = card.color if is_current else now.color("line")
        width = 2.0 if is_current else 1.0
        draw_box(painter, area, now.color("panel"), edge, width=width, radius=theme.RADIUS_PANEL)
        inner = area.adjusted(8, 0, -8, 0)
        if self._is_small and not self._is_low:
            self._paint_small(painter, card, inner)
            return
        head = QRectF(inner.left(), inner.top(), inner.width(), fonts.px(HEAD))
        self._paint_head(painter, card, head)
        if self._is_low:
            return
        picture = inner.adjusted(0, fonts.px(HEAD), 0, -fonts.px(FOOT))
        if card.image is not None and picture.height() >= 1:
            self._paint_picture(painter, card.image, picture)
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        painter.setPen(now.color("text" if card.verdict == "leader" else "text2"))
        foot = QRectF(inner.left(), picture.bottom() + 4, inner.width(), fonts.px(FOOT) - 6)
        paint_paragraph(painter, foot, f"{WORDS[card.verdict]}. {card.reason}")

    def _paint_head(self, painter: QPainter, card: Card, head: QRectF) -> None:
        """Colour and name at the left, the loss at the right."""
        now, middle = theme.current(), Qt.AlignmentFlag.AlignVCenter
        painter.fillRect(QRectF(head.left(), head.center().y() - 5, 10, 10), card.color)
        painter.setPen(now.color("text"))
        painter.setFont(fonts.sans(theme.SIZE_BODY))
        loss_width = QFontMetricsF(painter.font()).horizontalAdvance(card.loss)
        bold = fonts.sans(theme.SIZE_NODE, fonts.SEMIBOLD)
        metrics, right = QFontMetricsF(bold), Qt.TextElideMode.ElideRight
        name = head.adjusted(18, 0, -loss_width - 8, 0)
        if self._is_low and metrics.horizontalAdvance(card.name) > name.width():
            name = head.adjusted(18, 0, 0, 0)  # no room for both: the curve's end tells the loss
        else:
            painter.drawText(head, middle | Qt.AlignmentFlag.AlignRight, card.loss)
        painter.setFont(bold)
        painter.drawText(name, middle, metrics.elidedText(card.name, right, name.width()))

    def _paint_small(self, painter: QPainter, card: Card, inner: QRectF) -> None:
        """The picture at the left; name, loss and verdict beside it."""
        side = inner.height() - 8
        picture = QRectF(inner.left() - 4, inner.top() + 4, side, side)
        if card.image is not None:
            self._paint_picture(painter, card.image, picture)
            inner = inner.adjusted(side + 2, 0, 0, 0)
        now, middle = theme.current(), Qt.AlignmentFlag.AlignVCenter
        line = QRectF(inner.left(), inner.top() + 3, inner.width(), (inner.height() - 6) / 3)
        painter.fillRect(QRectF(line.left(), line.center().y() - 4, 8, 8), card.color)
        painter.setFont(fonts.sans(theme.SIZE_BODY, fonts.SEMIBOLD))
        painter.setPen(now.color("text"))
        name = line.adjusted(12, 0, 0, 0)
        right, metrics = Qt.TextElideMode.ElideRight, QFontMetricsF(painter.font())
        painter.drawText(name, middle, metrics.elidedText(card.name, right, name.width()))
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.drawText(line.translated(0, line.height()), middle, card.loss)
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        painter.setPen(now.color("text" if card.verdict == "leader" else "text2"))
        painter.drawText(line.translated(0, 2 * line.height()), middle, WORDS[card.verdict])

    def _paint_picture(self, painter: QPainter, image: QImage, area: QRectF) -> None:
        key = (image.cacheKey(), self._pixels(area))
        scaled = self._scaled.get(key)
        if scaled is None:
            if len(self._scaled) > 2 * len(self._cards):
                self._scaled.clear()
            scaled = self._scaled[key] = self._scale(image, area)
        painter.drawPixmap(area.topLeft(), scaled)
        if self._points is not None:
            if self._drawn_points is None or self._drawn_points.size() != self._pixels(area):
                self._drawn_points = self._draw_points(area)
            painter.drawPixmap(area.topLeft(), self._drawn_points)

    def _scale(self, image: QImage, area: QRectF) -> QPixmap:
        """The middle of the picture, as wide as the card."""
        pixmap = QPixmap(self._pixels(area))
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        height = image.width() * area.height() / max(area.width(), 1)
        source = QRectF(0, (image.height() - height) / 2, image.width(), height)
        painter.drawImage(QRectF(QPointF(0, 0), area.size()), image, source)
        painter.end()
        return pixmap

    def _pixels(self, area: QRectF) -> QSize:
        return (area.size() * self.devicePixelRatioF()).toSize()

    def _draw_points(self, area: QRectF) -> QPixmap:
        assert self._points is not None
        data, domain = self._points
        pixmap = QPixmap(self._pixels(area))
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.current().color("point_outline"))
        scale = area.width() / (domain.right - domain.left)
        middle = (domain.top + domain.bottom) / 2
        radius = min(2.2, area.width() / 40)
        if radius < SMALLEST_RING:  # its outline would be all that is seen
            painter.setPen(Qt.PenStyle.NoPen)
        for (x1, x2), target in zip(
            data.inputs[:POINTS, :2].tolist(), data.targets[:POINTS].tolist()
        ):
            painter.setBrush(point_color(target))
            place = QPointF((x1 - domain.left) * scale, area.height() / 2 - (x2 - middle) * scale)
            painter.drawEllipse(place, radius, radius)
        painter.end()
        return pixmap

    def _forget_points(self) -> None:
        self._drawn_points = None
        self.update()


def paint_paragraph(painter: QPainter, area: QRectF, text: str) -> None:
    """Words from the top of an area, over as many lines as fit; the rest is an ellipsis."""
    metrics = QFontMetricsF(painter.font())
    most = max(1, int(area.height() // metrics.lineSpacing()))
    layout = QTextLayout(text, painter.font())
    layout.beginLayout()
    lines: list[str] = []
    while len(lines) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(area.width())
        begin = line.textStart()
        end = begin + line.textLength() if len(lines) < most - 1 else len(text)
        lines.append(text[begin:end].strip())
    layout.endLayout()
    for k, words in enumerate(lines):
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        y = area.top() + metrics.ascent() + k * metrics.lineSpacing()
        painter.drawText(QPointF(area.left(), y), words)
