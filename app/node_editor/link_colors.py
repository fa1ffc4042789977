"""Gives links the share of colour of what flows back through them, and tells which change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from app.colors import symlog
from app.node_editor.colors import SHARE_STEPS
from app.node_editor.far import bunches_of
from app.node_editor.index import SceneIndex

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Flows = Callable[[Ints], Floats]  # what flows back through the links in these rows


class LinkColors:
    """The colours of an index' links."""

    def __init__(self, index: SceneIndex) -> None:
        self._links = index.links
        self._shares = np.array([link.share for link in index.links])
        self._is_stale = np.ones(len(index.links), dtype=bool)  # of former numbers, or of none

    def forget(self) -> None:
        """There are other numbers."""
        self._is_stale[:] = True

    def color(self, rows: Ints, scale: float, flows: Flows) -> Ints:
        """Colour those of these links that are stale; the rows of those that look different."""
        stale = rows[self._is_stale[rows]]
        if not len(stale):
            return stale
        self._is_stale[stale] = False
        former, shares = self._shares[stale], _in_steps(symlog(flows(stale), scale))
        self._shares[stale] = shares
        is_same = (shares == former) | (np.isnan(shares) & np.isnan(former))
        for row, share in zip(stale[~is_same].tolist(), shares[~is_same].tolist()):
            self._links[row].share = share
        changed: Ints = stale[~is_same]
        return changed

    def color_all(self, scale: float, flows: Flows) -> tuple[Ints, Ints] | None:
        """Colour all links by other numbers; the rows of those that look different.

        The second rows: of those that do from far. None where some had no colour before.
        """
        were_colored, former = not self._is_stale.any(), self._shares.copy()
        self.forget()
        if not were_colored:
            return None
        rows = self.color(np.arange(len(self._links)), scale, flows)
        return rows, rows[bunches_of(former[rows]) != bunches_of(self._shares[rows])]


def _in_steps(shares: Floats) -> Floats:
    """Shares as pens have them; zero is only what is exactly zero."""
    steps = np.rint(shares * SHARE_STEPS)
    return np.where((steps == 0) & (shares != 0), np.sign(shares), steps) / SHARE_STEPS
