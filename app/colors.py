"""Signed numbers to colours: the one place where a gradient becomes blue or orange.

Scale: sign * log1p(10 |g| / s) / log1p(10), the symmetric logarithm of the legend, in -1 .. 1;
s is the size that gets the full colour. Colours come from a table of 511 steps for each theme,
interpolated in OKLab so that the dark middle does not turn to mud.
Source of OKLab: B. Ottosson, A perceptual color space for image processing, 2020.
"""

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from app import theme
from app.theme import THEMES, Theme

Floats = npt.NDArray[np.float64]

STEPS = 255  # table entries on each side of zero


def symlog(numbers: npt.ArrayLike, scale: float) -> Floats:
    """Signed shares of the full colour, -1 .. 1; nan stays nan."""
    array = np.asarray(numbers, dtype=np.float64)
    sign: Floats = np.sign(array)
    if not scale > 0:
        return sign
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.log1p(10.0 * np.abs(array) / scale) / np.log1p(10.0)
        result: Floats = sign * np.minimum(share, 1.0)
    return result


def robust_scale(numbers: npt.ArrayLike) -> float:
    """The size that gets the full colour: the 95th percentile of the finite sizes above 0.

    Always one of the sizes themselves, so that among few numbers it is the largest.
    """
    sizes = np.abs(np.asarray(numbers, dtype=np.float64).ravel())
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not sizes.size:
        return 1.0
    place = math.ceil(0.95 * (sizes.size - 1))
    return float(np.partition(sizes, place)[place])


def ramp(shares: npt.ArrayLike, *, heat: bool = False) -> npt.NDArray[np.uint8]:
    """Shares -1 .. 1, shape (...), to RGB bytes, shape (..., 3); nan gets the error colour.

    heat: the quieter ramp for large areas.
    """
    table = _table(theme.current().name, heat)
    array = np.asarray(shares, dtype=np.float64)
    steps = np.rint(np.clip(np.nan_to_num(array), -1.0, 1.0) * STEPS).astype(np.intp) + STEPS
    rgb = table[steps]
    unreal = np.isnan(array)
    if unreal.any():
        rgb[unreal] = _rgb(theme.current().error)
    return rgb


def ramp_color(share: float, *, heat: bool = False) -> QColor:
    """One share, -1 .. 1, as a QColor."""
    if share != share:
        return QColor(theme.current().error)
    step = round(max(-1.0, min(1.0, share)) * STEPS)
    return QColor.fromRgb(_table_rgb(theme.current().name, heat, step + STEPS))


def text_on(color: QColor) -> QColor:
    """Pure black or white, whichever contrasts more with `color`."""
    light = _luminance(color)
    return QColor("#000000") if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else QColor("#FFFFFF")


def _luminance(color: QColor) -> float:
    """Relative luminance of WCAG 2, 0 .. 1."""
    linear = _to_linear(np.array([color.redF(), color.greenF(), color.blueF()]))
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


@cache
def _table_rgb(theme_name: str, heat: bool, row: int) -> int:
    """An entry of a ramp's table as Qt has it; arrays are slow for one number at a time."""
    red, green, blue = (int(part) for part in _table(theme_name, heat)[row])
    return 0xFF000000 | red << 16 | green << 8 | blue


@cache
def _table(theme_name: str, heat: bool) -> npt.NDArray[np.uint8]:
    named = THEMES[theme_name]
    stops, colors = _heat_stops(named) if heat else _stops(named)
    lab = np.array([_rgb_to_oklab(_rgb(color) / 255.0) for color in colors])
    positions = np.linspace(-1.0, 1.0, 2 * STEPS + 1)
    mixed = np.stack([np.interp(positions, stops, lab[:, i]) for i in range(3)], axis=-1)
    return np.rint(_oklab_to_rgb(mixed) * 255.0).astype(np.uint8)


def _stops(named: Theme) -> tuple[list[float], list[str]]:
    return [-1.0, -0.5, 0.0, 0.5, 1.0], [
        named.negative, named.negative_half, named.zero, named.positive_half, named.positive,
    ]  # fmt: skip


def _heat_stops(named: Theme) -> tuple[list[float], list[str]]:
    return [-1.0, 0.0, 1.0], [named.heat_negative, named.heat_zero, named.heat_positive]


def _rgb(color: str) -> npt.NDArray[np.uint8]:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.uint8)


_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _to_linear(srgb: Floats) -> Floats:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _rgb_to_oklab(srgb: Floats) -> Floats:
    result: Floats = np.cbrt(_to_linear(srgb) @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T
    return result


def _oklab_to_rgb(lab: Floats) -> Floats:
    linear = (lab @ np.linalg.inv(_LMS_TO_LAB).T) ** 3 @ np.linalg.inv(_RGB_TO_LMS).T
    linear = np.clip(linear, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(srgb, 0.0, 1.0)
