"""Breakpoints: nodes at which playing stops. They are kept with the document, as extras."""

from __future__ import annotations

from collections.abc import Iterable

from app.document import Document

PREFIX = "breakpoint:"


def breakpoints(document: Document) -> frozenset[str]:
    """Ids of the nodes that have one."""
    return frozenset(
        key.removeprefix(PREFIX)
        for key, is_set in document.extras.items()
        if key.startswith(PREFIX) and is_set
    )


def toggle_breakpoints(document: Document, ids: Iterable[str], initiator: object = None) -> None:
    """Set breakpoints at nodes; where all of them have one, take these away. One undo step."""
    keys = [PREFIX + id for id in ids if id in document.graph.nodes]
    if not keys:
        return
    extras = document.extras
    is_clearing = all(extras.get(key) for key in keys)

    def change() -> None:
        for key in keys:
            if is_clearing:
                extras.pop(key, None)
            else:
                extras[key] = True

    what = "a breakpoint" if len(keys) == 1 else "breakpoints"
    document.edit(f"{'Clear' if is_clearing else 'Set'} {what}", change, initiator)
