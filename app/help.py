"""What the Help menu says."""

from __future__ import annotations

import platform

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import qVersion
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.command_line import NAME, version


def keys_text(window: QWidget) -> str:
    """Every command of the menus that has a key, a line each."""
    rows = []
    for action in window.findChildren(QAction):
        title, _tab, hint = action.text().partition("\t")
        keys = hint or ", ".join(
            key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()
        )
        if keys and action.objectName():
            rows.append((keys, title.replace("&", "").removesuffix(" …")))
    width = max(len(keys) for keys, _title in rows)
    return "\n".join(f"{keys:<{width}}  {title}" for keys, title in rows)


def about_text() -> str:
    """Name, version and what it stands on, as asked for in a report of a fault."""
    return (
        f"{NAME} {version()}\n"
        "See backpropagation happen, on the scalar autograd of Andrej Karpathy's micrograd.\n\n"
        f"Python {platform.python_version()}, PySide6 {pyside_version}, Qt {qVersion()}\n"
        f"{platform.platform()}"
    )
