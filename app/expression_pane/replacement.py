"""From one text to another by the smallest replacement, in the units of Qt.

Python counts characters, Qt counts UTF-16 units: the two differ behind a character such as 𝑥.
"""

from typing import NamedTuple


class Replacement(NamedTuple):
    """Units start to end of the old text give way to `text`."""

    start: int
    end: int
    text: str


def smallest_replacement(old: str, new: str) -> Replacement | None:
    """What differs between two texts, without the same beginning and end; None if nothing."""
    if old == new:
        return None
    start = _common_prefix(old, new)
    most = min(len(old), len(new)) - start
    end = _common_suffix(old, new, most)
    last = len(old) - end
    return Replacement(
        utf16_units(old[:start]), utf16_units(old[:last]), new[start : len(new) - end]
    )


def utf16_units(text: str) -> int:
    """The length of a text as Qt counts it."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def as_qt_has_it(text: str) -> str:
    """A text as a QPlainTextEdit gives it back: other line ends become newlines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for separator in ("\u2028", "\u2029"):
        if separator in text:
            text = text.replace(separator, "\n")
    return text.replace("\xa0", " ") if "\xa0" in text else text


def _common_prefix(old: str, new: str) -> int:
    """By halves: comparing slices is fast in C, comparing characters in Python is not."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(old: str, new: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low
