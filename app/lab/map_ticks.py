"""The numbers along a side of the trainability map, however narrow its window is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.numbers import MINUS, format_number

NARROW = 0.02  # powers of ten, below which numbers are told from the middle of the window
_NICE = (1.0, 2.0, 5.0)
_NICE_POWERS = (1.0, 2.0, 3.0, 5.0)  # from 0.001 over 1 to 1000 is a round step, too


@dataclass(frozen=True)
class Ticks:
    """Places, as powers of ten, and their words. base: what they are counted from, "" for 0."""

    places: list[tuple[float, str]]
    base: str = ""

    @classmethod
    def along(cls, low: float, high: float, most: int) -> Ticks:
        """For a window from one power of ten to another, `most` at most."""
        most = max(min(most, 6), 1)
        if high - low > NARROW:
            nice = _NICE_POWERS if high - low >= most else _NICE
            powers = _round(low, high, most, nice)
            return cls([(power, format_number(10.0**power, 3)) for power in powers])
        center, each = (low + high) / 2, math.log(10.0)
        middle = 10.0**center
        # Differences are exact where numbers of so many digits would all look the same.
        first, last = (math.expm1((end - center) * each) * middle for end in (low, high))
        places = [
            (center + math.log1p(difference / middle) / each, _signed(difference))
            for difference in _round(first, last, most)
        ]
        return cls(places, exact(middle))


def exact(number: float) -> str:
    """All digits that tell it from the next float64."""
    return repr(number).removesuffix(".0")


def digits(extent: float) -> int:
    """How many figures tell the pixels of a window of so many powers of ten apart."""
    if extent > NARROW:
        return 3
    return min(17, 4 - math.floor(math.log10(max(extent, 1e-16))))


def _signed(difference: float) -> str:
    if difference == 0.0:
        return "0"
    return ("+" if difference > 0.0 else MINUS) + format_number(abs(difference), 3)


def _round(low: float, high: float, most: int, nice: tuple[float, ...] = _NICE) -> list[float]:
    """Round numbers from low to high."""
    exponent = math.floor(math.log10((high - low) / most))
    steps = (digit * 10.0**k for k in (exponent, exponent + 1) for digit in nice)
    step = next(step for step in steps if (high - low) / step <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]
