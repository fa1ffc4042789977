"""What each neuron of a network answers over the plane: the heat maps of the training tab.

All neurons are computed by one tape, traced from the network's own Values, over a square grid of
points. A picture is kept as levels, a byte for each point, so that a theme can colour it later.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets import Domain, features
from core.nn import MLP
from core.ops import ieee
from core.tape import Tape, neuron_outputs

Floats = NDArray[np.float64]
Levels = NDArray[np.uint8]

UNREAL = 0  # the level of nan
ZERO = 128  # the level of 0; -1 is 1, +1 is 255
RESOLUTION = 100  # points along each side, as in TensorFlow Playground
THUMBNAIL = 2  # a thumbnail has every second of them


@dataclass(frozen=True)
class Picture:
    """Neurons over the plane; row 0 is the top, as in an image.

    output: the network's answers, (n, n). levels: the same as levels. thumbnails: levels of all
    neurons, layer by layer, output included, (neurons, n / 2, n / 2).
    """

    output: Floats
    levels: Levels
    thumbnails: Levels


class Surfaces:
    """Evaluates a network over a square of the plane. Not for two threads at once.

    names: the features that the network is fed; a network of more than two coordinates is fed
    the plane of its first two, the others held at `rest`. Of a network of one coordinate each
    row of a picture is the same.
    """

    def __init__(
        self, model: MLP, domain: Domain, names: tuple[str, ...], rest: Floats | None = None
    ) -> None:
        self.domain = domain
        points = grid(domain, RESOLUTION)
        self._is_curve = rest is not None and len(rest) == 1
        if self._is_curve:
            self._inputs = points[:RESOLUTION, :1]
        elif rest is None or len(rest) == 2:
            self._inputs = features(points, names)
        else:
            self._inputs = np.tile(rest, (len(points), 1))
            self._inputs[:, :2] = points
        self._tape = Tape(neuron_outputs(model), model.parameters(), self._inputs.shape[1])

    def picture(self, parameters: Floats) -> Picture:
        """All neurons with these parameters."""
        with ieee():
            answers = self._tape.outputs(parameters, self._inputs).T
            squares = self._squares(answers)
            output = squares[-1].copy()
            thumbnails = levels(squares[:, ::THUMBNAIL, ::THUMBNAIL])
        return Picture(output, levels(output), thumbnails)

    def _squares(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Each row of answers as a picture."""
        if self._is_curve:
            return np.repeat(rows[:, None, :], RESOLUTION, axis=1)
        return rows.reshape(-1, RESOLUTION, RESOLUTION)

    def input_thumbnails(self) -> Levels:
        """What the network is fed, each input by its own greatest size, (inputs, n / 2, n / 2)."""
        columns = self._inputs.T
        greatest = np.abs(columns).max(axis=1, keepdims=True)
        shares = columns / np.where(greatest > 0.0, greatest, 1.0)
        pictures = self._squares(levels(shares))
        return np.ascontiguousarray(pictures[:, ::THUMBNAIL, ::THUMBNAIL])


def grid(domain: Domain, resolution: int) -> Floats:
    """The middles of resolution x resolution cells, (n, 2), from the top left, row by row."""
    share = (np.arange(resolution) + 0.5) / resolution
    x1 = domain.left + share * (domain.right - domain.left)
    x2 = domain.top + share * (domain.bottom - domain.top)
    return np.stack([np.tile(x1, resolution), np.repeat(x2, resolution)], axis=1)


def levels(answers: Floats) -> Levels:
    """Answers from -1 to 1 as levels 1 to 255; what lies beyond is cut off, nan is 0."""
    scaled = np.clip(answers, -1.0, 1.0)
    scaled *= 127.0
    scaled += ZERO + 0.5
    np.nan_to_num(scaled, copy=False, nan=UNREAL)
    return scaled.astype(np.uint8)


def value_at(output: Floats, domain: Domain, x1: float, x2: float) -> float:
    """The answer at a point of the plane, interpolated between the grid's points."""
    n = len(output)
    column = (x1 - domain.left) / (domain.right - domain.left) * n - 0.5
    row = (x2 - domain.top) / (domain.bottom - domain.top) * n - 0.5
    j, i = (int(np.clip(np.floor(place), 0, n - 2)) for place in (column, row))
    s, t = (float(np.clip(place - k, 0.0, 1.0)) for place, k in ((column, j), (row, i)))
    (a, b), (c, d) = output[i : i + 2, j : j + 2].tolist()
    return float((1 - t) * ((1 - s) * a + s * b) + t * ((1 - s) * c + s * d))
