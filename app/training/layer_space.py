"""What a hidden layer makes of the data, and the choice between that and the plane of the data."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import fonts, theme
from app.background import Background
from app.training import heat
from app.training.answer_view import AnswerView
from app.training.choices import Choice
from app.training.output_map import paint_line_card, ticks
from app.training.output_points import Places, paint_points, paint_worst, worst_points
from app.widgets.labels import TextLabel
from app.widgets.plot_paint import label_below
from core.hyperparameters import Hyperparameters
from core.layer_space import LayerSpace, layer_space
from core.numbers import format_number
from core.session import Scene, Snapshot

LEFT, TOP, BOTTOM, RIGHT = 46, 6, 42, 14
MOST_SHOWN = 400  # points of each kind: they move with every step, and are all drawn anew
PLANE = "plane"
_AS_IT_IS = "the data as it is"
_CHOICE = 132  # pixels


class LayerSpaceView(AnswerView):
    """The points where a layer puts them, on what the rest of the network answers there.

    It is computed in a thread, the newest snapshot at a time. Signals: told(text): how much of
    the layer is seen, in words.
    """

    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What a layer makes of the data", parent)
        self._layer = 0
        self._is_stepped = False
        self._space: LayerSpace | None = None
        self._image: QImage | None = None
        self._background = Background(self)
        theme.notifier.changed.connect(self._recolour)

    def set_scene(self, scene: Scene) -> None:
        super().set_scene(scene)
        self._background.cancel()
        self._space = self._image = None

    def set_layer(self, layer: int) -> None:
        """Another hidden layer, counted from 0."""
        self._layer = layer
        self._space = self._image = None
        if self._snapshot is not None:
            self.set_snapshot(self._snapshot)

    def set_stepped(self, is_stepped: bool) -> None:
        """Show only the sign of the answer, or how large it is."""
        self._is_stepped = is_stepped
        self._recolour()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        super().set_snapshot(snapshot)
        scene, setup, layer = self._scene, snapshot.setup, self._layer
        if scene is None or layer >= len(setup.hidden):
            return
        points = [data.inputs[:MOST_SHOWN] for data in (scene.train, scene.test)]
        parameters, before = snapshot.parameters, self._space
        if before is not None and before.layer != layer:
            before = None
        self._background.run(
            lambda: _computed(setup, points, parameters, layer, before), self._take
        )

    @property
    def space(self) -> LayerSpace | None:
        """What shows."""
        return self._space

    def map_area(self) -> QRectF:
        """Where the plane is drawn: a square."""
        left, bottom = fonts.px(LEFT), fonts.px(BOTTOM)
        side = max(min(self.width() - left - RIGHT, self.height() - TOP - bottom), 10)
        spare = max(self.width() - left - RIGHT - side, 0) / 2
        return QRectF(round(left + spare), TOP, round(side), round(side))

    def _take(self, space: LayerSpace) -> None:
        if space.layer == self._layer:
            self._space = space
            self.told.emit(_told(space))
            self._recolour()

    def _recolour(self) -> None:
        if self._space is not None:
            self._image = heat.image(self._space.levels, is_stepped=self._is_stepped)
        self.update()

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        space, scene = self._space, self._scene
        if space is None or scene is None or self._image is None:
            return
        painter, area = QPainter(self), self.map_area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self._image)
        self._paint_axes(painter, area, space)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area)
        self._paint_boundary(painter, area, space)
        painter.setClipping(False)
        places = self._places(area, space)
        count = min(len(scene.train.inputs), MOST_SHOWN)
        paint_points(painter, scene, places[:count], places[count:], shows_test=self._shows_test)
        if self._marks_worst and self._snapshot is not None:
            worst = worst_points(self._snapshot, shows_test=self._shows_test)
            rows = [row + count if is_test else row for is_test, row in worst]
            paint_worst(painter, [places[row] for row in rows if row < len(places)])
        if all(math.isnan(place.x()) for place in places):
            words = "The layer's answers are no finite numbers."
            paint_line_card(painter, area.topLeft() + QPointF(8, 8), self.size(), words)

    def _places(self, area: QRectF, space: LayerSpace) -> Places:
        domain = space.domain
        xs = (space.places[:, 0] - domain.left) / (domain.right - domain.left)
        ys = (space.places[:, 1] - domain.top) / (domain.bottom - domain.top)
        at = np.stack([area.left() + xs * area.width(), area.top() + ys * area.height()], axis=1)
        return [QPointF(x, y) for x, y in at.tolist()]

    def _paint_boundary(self, painter: QPainter, area: QRectF, space: LayerSpace) -> None:
        """Where the answer changes sides."""
        side = len(space.levels)
        ends = (space.boundary.reshape(-1, 4) + 0.5) / side * area.width()
        painter.translate(area.topLeft())
        painter.setPen(QPen(theme.current().color("text"), 1.8))
        painter.drawLines([QLineF(*piece) for piece in ends.tolist()])
        painter.translate(-area.topLeft())

    def _paint_axes(self, painter: QPainter, area: QRectF, space: LayerSpace) -> None:
        domain = space.domain
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        painter.setPen(theme.current().color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        height = fonts.px(18)
        for number in ticks(domain.left, domain.right, 4):
            x = area.left() + (number - domain.left) / (domain.right - domain.left) * area.width()
            box = label_below(x, area.bottom() + 3)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, format_number(number, 3))
        for number in ticks(domain.bottom, domain.top, 4):
            y = area.top() + (number - domain.top) / (domain.bottom - domain.top) * area.height()
            box = QRectF(0, y - height / 2, area.left() - 6, height)
            painter.drawText(box, right, format_number(number, 3))
        across, up = space.axes
        below = QRectF(area.left(), area.bottom() + height, area.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, across)
        painter.save()
        painter.translate(area.left() - fonts.px(LEFT) + 2, area.center().y())
        painter.rotate(-90.0)
        along = QRectF(-area.height() / 2, 0, area.height(), height)
        painter.drawText(along, Qt.AlignmentFlag.AlignCenter, up)
        painter.restore()


class LayerBar(QWidget):
    """Chooses between the plane and a layer. Signals: chosen(layer): None for the plane."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.choice = Choice([(PLANE, PLANE)], "output_space")
        self.choice.setAccessibleName("Space of the output")
        self.choice.setToolTip("Show the plane of the data, or where a layer puts the points")
        self.choice.chosen.connect(self._on_chosen)
        self.caption = TextLabel(_AS_IT_IS, "text2", theme.SIZE_CAPTION)
        self.caption.setObjectName("layer_caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 12, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(self.choice)
        row.addWidget(self.caption, 1)
        theme.notifier.changed.connect(self._set_width)
        self._set_width()

    def show_setup(self, setup: Hyperparameters) -> None:
        """The layers of this network; one that is gone gives way to the plane."""
        names = [f"layer {i}: {n} {name}" for i, (n, name)
                 in enumerate(zip(setup.hidden, setup.activations), start=1)]  # fmt: skip
        choice = self.choice
        if [choice.itemText(i) for i in range(1, choice.count())] == names:
            return
        place = choice.currentIndex()
        choice.blockSignals(True)
        while choice.count() > 1:
            choice.removeItem(choice.count() - 1)
        for i, name in enumerate(names):
            choice.addItem(name, str(i))
        choice.blockSignals(False)
        choice.setCurrentIndex(place if place <= len(names) else 0)
        choice.setEnabled(bool(names))
        self._on_chosen(str(choice.currentData()))

    def _on_chosen(self, key: str) -> None:
        self.caption.setText(_AS_IT_IS if key == PLANE else "")
        self.chosen.emit(None if key == PLANE else int(key))

    def tell(self, words: str) -> None:
        """How much of the layer is seen."""
        if self.choice.currentIndex() > 0:
            self.caption.setText(words)

    def _set_width(self) -> None:
        self.choice.setFixedWidth(fonts.px(_CHOICE))


def _computed(
    setup: Hyperparameters,
    points: list[np.ndarray],
    parameters: np.ndarray,
    layer: int,
    before: LayerSpace | None,
) -> LayerSpace:
    inputs = [setup.inputs(part) for part in points if len(part)]
    return layer_space(setup, np.concatenate(inputs), parameters, layer, before)


def _told(space: LayerSpace) -> str:
    """How much of a layer's answers is seen."""
    if not space.is_projected:
        return "the layer as it is"
    first, second = space.shares
    if first != first:
        return f"all {space.neurons} neurons answer the same"
    return f"2 axes of {space.neurons}: {100 * (first + second):.0f} % of the variance"
