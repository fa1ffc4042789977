"""Where the parts of a node lie, in logical pixels from its top left corner.

All nodes with the same rows share one Shape, so that painting and hit testing agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF

from app.theme import GRID

WIDTH = 160.0
HEADER = 30.0
DATA_ROW = 32.0
SLIDER_ROW = 18.0
INPUT_ROW = 26.0
GRAD_ROW = 42.0
FURTHER_GRAD_ROW = 32.0  # of a group's outputs after the first
COLLAPSED = 36.0
LEFT = 12.0  # captions, bars and sliders begin here
RIGHT = WIDTH - 16.0  # and numbers end here, clear of the output's port
RADIUS = 6.0

CHIP = 22.0
FIELD_HEIGHT = 25.0
SMALL_FIELD_HEIGHT = 22.0
FIELD_WIDTH = 80.0
BAR_HEIGHT = 6.0
PORT_RADIUS = 6.0
PORT_REACH = 12.0  # half of the 24 px hit area
REASON_HEIGHT = 26.0  # of the card under a node whose number is not finite
SNAP = float(GRID)


@dataclass(frozen=True)
class Shape:
    """The rows of a node. Rects that a node does not have are None."""

    height: float
    is_collapsed: bool
    data_center: float  # height of the middle of the data row, and of the output port
    data_field: QRectF | None
    slider: QRectF | None
    input_centers: tuple[float, ...]
    input_fields: tuple[QRectF | None, ...]
    grad_center: float
    bar: QRectF
    outputs: tuple[float, ...] = ()  # heights of the middles of a group's outputs
    further_grads: tuple[tuple[float, QRectF], ...] = ()  # grad_center and bar of those after one

    @property
    def rect(self) -> QRectF:
        return QRectF(0, 0, WIDTH, self.height)

    @property
    def header(self) -> QRectF:
        return QRectF(0, 0, WIDTH, self.height if self.is_collapsed else HEADER)

    def port(self, input_index: int | None) -> QPointF:
        """The centre of an input's port, or of the output's where that is None."""
        if input_index is None:
            return QPointF(WIDTH, self.data_center)
        return QPointF(0, self.input_centers[input_index])

    def field(self, input_index: int | None) -> QRectF | None:
        """The number field of an input, or of a leaf's own number; None where there is none."""
        return self.data_field if input_index is None else self.input_fields[input_index]


@lru_cache(maxsize=256)
def shape_of(
    connected: tuple[bool, ...],
    is_leaf: bool,
    has_slider: bool,
    is_collapsed: bool,
    outputs: int = 1,
) -> Shape:
    """The Shape of a node: `connected` says for each input whether a link feeds it.

    outputs: how many a group has, each with rows like the first for its data and its gradient.
    """
    if is_collapsed:
        return _collapsed(connected)
    y = HEADER
    data_center = y + DATA_ROW / 2
    data_field = _field(y, DATA_ROW, FIELD_HEIGHT) if is_leaf else None
    output_centers = tuple([data_center + row * DATA_ROW for row in range(outputs)])
    y += outputs * DATA_ROW
    slider = None
    if is_leaf and has_slider:
        slider = QRectF(LEFT, y, RIGHT - LEFT, SLIDER_ROW)
        y += SLIDER_ROW
    centers, fields = [], []
    for is_connected in connected:
        centers.append(y + INPUT_ROW / 2)
        fields.append(None if is_connected else _field(y, INPUT_ROW, SMALL_FIELD_HEIGHT))
        y += INPUT_ROW
    first = y + (13 if is_leaf else 10)
    captions = [first + row * FURTHER_GRAD_ROW for row in range(outputs)]
    bars = [QRectF(LEFT, caption + 11, RIGHT - LEFT, BAR_HEIGHT) for caption in captions]
    height = y + GRAD_ROW + (outputs - 1) * FURTHER_GRAD_ROW
    return Shape(
        height, False, data_center, data_field, slider, tuple(centers), tuple(fields),
        first, bars[0], output_centers, tuple(zip(captions[1:], bars[1:])),
    )  # fmt: skip


def _collapsed(connected: tuple[bool, ...]) -> Shape:
    """Chip, name and value in one line, the gradient as a line beneath; inputs close together."""
    middle = COLLAPSED / 2
    count = len(connected)
    centers = tuple(middle + (i - (count - 1) / 2) * 2 * PORT_RADIUS for i in range(count))
    bar = QRectF(8, COLLAPSED - 5, WIDTH - 16, 3)
    return Shape(COLLAPSED, True, middle, None, None, centers, (None,) * count, middle, bar)


def _field(top: float, row: float, height: float) -> QRectF:
    return QRectF(RIGHT + 1 - FIELD_WIDTH, top + (row - height) / 2, FIELD_WIDTH, height)
