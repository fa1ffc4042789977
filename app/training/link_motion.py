"""Dashes that run along the links while a network trains, the way its signals go."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from app import theme
from app.training.link_drawing import SHADES
from app.training.network_layout import Floats, NetworkLayout

SPEED = 44.0  # pixels a second
APART = 24.0  # pixels from dash to dash
DASH = 5.0  # pixels, its length
MOST_MOVING = 48  # links with dashes: the strongest into each layer
MOST_LINKS = 64  # into a layer: in a thicket of more, dashes would be a flicker and not a flow
LEAST_SHADE = 4  # of a link with dashes: weaker ones are hardly to be seen themselves
_FINE = 0.5  # pixels between two places of a dash
_START, _END = 5.0, 11.0  # pixels at a link's ends that are left out: frames and dots of biases
_WIDTHS = ((10, 1.5), (18, 2.0), (SHADES + 1, 2.6))  # of a dash, up to which shade
_OPACITY = 0.85

_PERIOD, _LENGTH = round(APART / _FINE), round(DASH / _FINE)  # in places
Way = Floats  # (places, 2), `_FINE` pixels apart


class LinkMotion:
    """The dashes of one layout. Places along a link are found once, a frame takes some of them.

    region: where dashes are; nothing else but links is there.
    """

    def __init__(self, layout: NetworkLayout) -> None:
        self._layout = layout
        self._ways: dict[tuple[int, int], Way] = {}
        self._chosen: tuple[tuple[int, int, int], ...] = ()  # width, layer, link
        self._tables: list[tuple[float, Way]] = []
        self.region = QRegion()
        self._pixels = 0.0  # that the dashes have run
        self._last: float | None = None

    def choose(self, shades: dict[int, list[int]]) -> None:
        """Let dashes run along the strongest links, by the shades of all of each layer."""
        most = MOST_MOVING // max(len(shades), 1)
        chosen = tuple(
            (_width_of(abs(some[k])), layer, k)
            for layer, some in sorted(shades.items())
            for k in sorted(range(len(some)), key=lambda k: -_strength(some[k]))[:most]
            if _strength(some[k]) >= LEAST_SHADE
        )
        if chosen != self._chosen:
            self._chosen = chosen
            self._tables = [self._table(i) for i in range(len(_WIDTHS))]
            self.region = QRegion()
            for layer in {layer for _width, layer, _k in chosen}:
                gap = self._layout.gap(layer).adjusted(_START - 1, 0, 1 - _END, 0)
                self.region += gap.toRect()

    def move(self, now: float, *, is_backward: bool) -> bool:
        """Run on until `now`, seconds of a clock; whether that is as far as to be seen."""
        before = self._place
        if self._last is not None:
            pixels = SPEED * min(now - self._last, 0.1)
            self._pixels = (self._pixels + (-pixels if is_backward else pixels)) % APART
        self._last = now
        return self._place != before and bool(self._chosen)

    def dashes(self) -> list[tuple[float, Floats]]:
        """Those of each width, in pixels, as lines (n, 2, 2): begin and end, x and y."""
        found = []
        for width, table in self._tables:
            starts = np.arange(self._place, len(table) - _LENGTH, _PERIOD)
            lines = np.stack([table[starts], table[starts + _LENGTH]], axis=1)
            found.append((width, lines[np.isfinite(lines).all(axis=(1, 2))]))
        return found

    def paint(self, painter: QPainter) -> None:
        """Draw the dashes where they are now."""
        color = QColor(theme.current().color("panel"))  # of the ground: a link looks dashed
        color.setAlphaF(_OPACITY)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, lines in self.dashes():
            if len(lines):
                pen = QPen(color, width)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.setPen(pen)
                # Lines of their own: Qt takes far longer for dashed ones.
                xs, ys = np.ascontiguousarray(lines.reshape(-1, 2).T)
                painter.drawPath(pg.functions.arrayToQPath(xs, ys, connect="pairs"))

    @property
    def _place(self) -> int:
        return int(self._pixels / _FINE) % _PERIOD

    def _table(self, width: int) -> tuple[float, Way]:
        """The places of all links with dashes of a width, each link's in whole periods."""
        ways = [self._way(layer, k) for w, layer, k in self._chosen if w == width]
        return _WIDTHS[width][1], np.concatenate([*ways, np.empty((0, 2))])

    def _way(self, layer: int, k: int) -> Way:
        way = self._ways.get((layer, k))
        if way is None:
            points = self._layout.way(self._layout.link(layer, k))
            along = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
            at = np.arange(_START, along[-1] - _END, _FINE)
            # As many as there are whole periods, and no dash reaches into the next link.
            periods = math.ceil((len(at) + _LENGTH) / _PERIOD)
            way = np.full((_PERIOD * periods, 2), math.nan)
            for axis in (0, 1):
                way[: len(at), axis] = np.interp(at, along, points[:, axis])
            self._ways[layer, k] = way
        return way


def has_room(sizes: tuple[int, ...]) -> bool:
    """Whether dashes could be told apart in a network of these sizes."""
    return all(m * n <= MOST_LINKS for m, n in pairwise(sizes))


def _strength(shade: int) -> int:
    """Of a link; none where its number is none."""
    return abs(shade) if abs(shade) <= SHADES else 0


def _width_of(shade: int) -> int:
    return next(i for i, (most, _width) in enumerate(_WIDTHS) if shade <= most)
