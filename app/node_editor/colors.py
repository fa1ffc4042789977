"""Pens, brushes and shares of colour that the canvas uses over and over."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from app import theme
from app.colors import ramp_color, text_on

LEAST_LINK_SHARE = 0.6  # of the ramp: paler links would be lost on the canvas
SHARE_STEPS = 64  # on each side of zero: finer steps of colour can't be told apart


def pen(role: str, width: float = 1.0) -> QPen:
    """A solid pen in a colour of the theme in force."""
    return _pen(theme.current().name, role, width)


def brush(role: str) -> QBrush:
    return _brush(theme.current().name, role)


def share_step(share: float) -> int:
    """A share of colour, -1 .. 1, as one of few steps, by which equal brushes are found."""
    return round(share * SHARE_STEPS)


def fill(step: int) -> QBrush:
    """The brush of a share step."""
    return _fill(theme.current().name, step)


def text_pen_on(step: int) -> QPen:
    """Black or white, whichever reads better on the fill of a share step."""
    return _text_pen_on(theme.current().name, step)


def link_color(share: float) -> QColor:
    """The colour of a link: the gradient's, but never too pale to be followed."""
    step = share_step(max(share, LEAST_LINK_SHARE) if share > 0 else min(share, -LEAST_LINK_SHARE))
    return _fill(theme.current().name, step).color()


@lru_cache(maxsize=256)
def _pen(_theme: str, role: str, width: float) -> QPen:
    made = QPen(theme.current().color(role), width)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


@lru_cache(maxsize=64)
def _brush(_theme: str, role: str) -> QBrush:
    return QBrush(theme.current().color(role))


@lru_cache(maxsize=512)
def _fill(_theme: str, step: int) -> QBrush:
    return QBrush(ramp_color(step / SHARE_STEPS))


@lru_cache(maxsize=512)
def _text_pen_on(_theme: str, step: int) -> QPen:
    return QPen(text_on(ramp_color(step / SHARE_STEPS)))
