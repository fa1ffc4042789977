"""Axes of the loss plot: thousands with commas, powers of ten plain, a true minus sign."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg

from app import fonts, theme
from app.widgets.plot_axis import PlotAxis
from core.numbers import format_number


class LossAxis(PlotAxis):
    """An axis of numbers, linear or logarithmic."""

    label_room = 36  # px along the axis for the label of a power of ten

    def tickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        if spacing is None:
            return [""] * len(values)
        if self.logMode:
            return [format_number(10.0**value) for value in values]
        # As many digits as it takes to tell one tick from the next.
        most = max([abs(value) for value in values], default=0.0)
        ratio = most / spacing if spacing > 0 else 0.0
        digits = 2 + math.floor(math.log10(ratio)) if 0 < ratio < math.inf else 4
        return [format_number(value * scale, max(4, min(digits, 7))) for value in values]

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:
        if not self.logMode or not (math.isfinite(low) and math.isfinite(high)):
            return list(super().tickValues(low, high, size))
        room = fonts.px(self.label_room) * max(high - low, 1e-9) / max(size, 1.0)
        every = max(1, math.ceil(room))
        powers = [float(k) for k in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
        if len(powers) > 2 or every > 1:
            major = [power for power in powers if power % every == 0]
            return [(float(every), major), (None, _between(low, high) if every == 1 else [])]
        # Few powers of ten: round numbers between them are labelled as well, where they have room.
        digits = next((some for some, gap in _ROUND if gap >= room), ())
        labels = _between(low, high, digits)
        rest = [place for place in _between(low, high) if place not in labels]
        if len(powers) == 2:
            return [(1.0, powers), (0.5, labels), (None, rest)]
        labels = sorted(powers + labels)
        if len(labels) >= 2:
            return [(1.0, labels), (None, rest)]
        return [(1.0, _apart(_round_numbers(low, high), room))]


# What is labelled between powers of ten, and the least gap between two labels, in powers of ten.
_ROUND = (((2, 5), math.log10(2)), ((3,), math.log10(3)))


def _between(low: float, high: float, digits: Sequence[int] = range(2, 10)) -> list[float]:
    """The logarithms from low to high of each digit times each power of ten."""
    powers = range(math.floor(low), math.floor(high) + 1)
    places = [power + math.log10(digit) for power in powers for digit in digits]
    return [place for place in places if low <= place <= high]


def _round_numbers(low: float, high: float) -> list[float]:
    """At most eight logarithms from low to high, of equally spaced round numbers."""
    least, greatest = 10.0**low, 10.0**high
    step = 10.0 ** math.floor(math.log10(max(greatest - least, 1e-300)))
    numbers = (k * step for k in range(math.ceil(least / step), math.floor(greatest / step) + 1))
    return [math.log10(number) for number in numbers if number > 0][:8]


def _apart(places: Sequence[float], room: float) -> list[float]:
    """Those that are far enough from the one before."""
    found: list[float] = []
    for place in places:
        if not found or place - found[-1] >= room:
            found.append(place)
    return found


class StepAxis(PlotAxis):
    """The horizontal axis: steps, epochs or seconds."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if spacing >= 1:
            return [f"{value:,.0f}" for value in values]
        return [format_number(value) for value in values]


def style_axis(axis: pg.AxisItem) -> None:
    """Give an axis the colours and type of the theme in force."""
    now = theme.current()
    axis.setTickFont(fonts.sans(theme.SIZE_CAPTION))
    axis.setTickDensity(1.0 / fonts.scale)
    axis.setPen(pg.mkPen(now.color("line"), width=1))
    axis.setTextPen(now.color("text2"))
    axis.setStyle(hideOverlappingLabels=False, tickLength=-4,
                  autoExpandTextSpace=False, tickTextHeight=fonts.px(18))  # fmt: skip
    axis.setTickPen(pg.mkPen(now.color("line"), width=1))
