"""What a look at the colours tells, in words and numbers: dead units, gradients, update ratios."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import fonts, theme
from app.widgets.icons import draw_icon
from core.network.health import LayerHealth, sentences
from core.numbers import format_number

ROW = 22
SIDE = 14
LEAST_COLUMN = 72
CAPTIONS = ("dead or saturated", "gradient, norm", "update ratio")
_TOOLTIP = (
    "Dead: no training sample gets a gradient through the unit.\n"
    "Saturated: its local derivative is under 0.01 for all of them.\n"
    "Gradient: norm over the layer's weights and biases, of the mean loss.\n"
    "Update ratio: norm of what the optimizer's last step changed in them ÷ their own norm\n"
    "(before the first step, of what it will change); about 0.001 is healthy."
)


class HealthPanel(QWidget):
    """A sentence, and a column for each layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_health")
        self.setAccessibleName("How well the network learns")
        self.setToolTip(_TOOLTIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._layers: list[LayerHealth] = []
        self._sentences: list[str] = []
        theme.notifier.changed.connect(self.updateGeometry)

    def show_health(self, layers: list[LayerHealth]) -> None:
        """Newer numbers."""
        if layers != self._layers:
            self._layers, self._sentences = layers, sentences(layers)
            self.setAccessibleDescription(" ".join(self._sentences))
            self.update()

    def text(self) -> str:
        """All sentences."""
        return " ".join(self._sentences)

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(320), fonts.px(ROW * 5 + 12))

    def minimumSizeHint(self) -> QSize:
        return QSize(fonts.px(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), now.color("panel"))
        painter.fillRect(QRectF(0, 0, self.width(), 1), now.color("line"))
        if self._layers:
            self._paint_sentence(painter)
            self._paint_table(painter)

    def _paint_sentence(self, painter: QPainter) -> None:
        now = theme.current()
        row, side = fonts.px(ROW), fonts.px(SIDE)
        is_well = len(self._sentences) == 1 and "Every layer learns" in self._sentences[0]
        role = "text2" if is_well else "text"
        icon = "check" if is_well else "alert-outline"
        box = QRectF(side, fonts.px(8), fonts.px(16), fonts.px(16))
        draw_icon(painter, box, icon, now.color("accent" if is_well else "error"))
        painter.setFont(fonts.words())
        painter.setPen(now.color(role))
        left = box.right() + 8
        area = QRectF(left, fonts.px(5), self.width() - left - side, row)
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(
            "  ".join(self._sentences), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_table(self, painter: QPainter) -> None:
        now = theme.current()
        row, side = fonts.px(ROW), fonts.px(SIDE)
        caption, figure = fonts.sans(theme.SIZE_CAPTION), fonts.sans(weight=fonts.SEMIBOLD)
        first = max(QFontMetricsF(caption).horizontalAdvance(text) for text in CAPTIONS)
        left = side + first + 16
        room = self.width() - left - side
        count = len(self._layers)
        width = min(fonts.px(120), room / count)
        shown = self._layers
        if width < fonts.px(LEAST_COLUMN):
            shown = self._layers[: max(1, int(room // fonts.px(LEAST_COLUMN)))]
            width = room / len(shown)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        top = fonts.px(5) + row
        painter.setFont(caption)
        painter.setPen(now.color("text2"))
        for line, text in enumerate(CAPTIONS, 1):
            area = QRectF(side, top + line * row, first, row)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        for column, layer in enumerate(shown):
            x = left + column * width
            painter.setFont(caption)
            painter.setPen(now.color("text2"))
            is_cut = len(shown) < count and column == len(shown) - 1
            title = f"{column + 1} … {count}" if is_cut else f"Layer {column + 1}"
            painter.drawText(QRectF(x, top, width, row), right, title)
            painter.setFont(figure)
            for line, (text, is_bad) in enumerate(_figures(layer), 1):
                painter.setPen(now.color("error" if is_bad else "text"))
                painter.drawText(QRectF(x, top + line * row, width, row), right, text)


def ratio_text(layer: LayerHealth) -> str:
    """The update ratio; a dash where there is none."""
    ratio = layer.update_ratio
    return format_number(ratio, 2) if ratio == ratio else "–"


def _figures(layer: LayerHealth) -> list[tuple[str, bool]]:
    """Dead units, gradient and update ratio, and whether each is cause for worry."""
    lost = layer.dead + layer.saturated
    return [
        (f"{lost} of {layer.units}", bool(layer.dead)),
        (format_number(layer.gradient, 3), layer.gradient - layer.gradient != 0),
        (ratio_text(layer), layer.update_ratio > 0.1),
    ]
