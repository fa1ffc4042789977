"""The parts of the training tab that follow a run, refreshed in turn: a frame has room for one."""

from __future__ import annotations

from app.training.view import TrainingView
from core.session import Snapshot

MOST_WAITING = 4  # frames that the curves wait for while pictures come one after the other


class PartsInTurn:
    """Plot, network and output: each knows what it has not shown yet."""

    def __init__(self, view: TrainingView) -> None:
        self._view = view
        self._frames_without_plot = 0
        self._is_plot_stale = False
        self._unshown: Snapshot | None = None  # in the network picture
        self._unshown_output: Snapshot | None = None

    def forget(self) -> None:
        """Snapshots that have not been shown are of another run."""
        self._unshown = self._unshown_output = None

    def add_losses(self) -> None:
        """The plot has something to show."""
        self._is_plot_stale = True

    def add(self, snapshot: Snapshot) -> None:
        """All parts have something to show; a snapshot that was not shown in time is dropped."""
        self._unshown = snapshot
        self._is_plot_stale = True

    def show_next(self) -> bool:
        """Refresh the part whose turn it is. True if all are up to date.

        Pictures go first, network and output one after the other; curves take the frames between
        two pictures, and one in `MOST_WAITING` where there is none. That one comes after the
        network's: frames that differ little in their work are evenly apart.
        """
        self._frames_without_plot += 1
        network = self._view.network
        is_plot_late = self._frames_without_plot > MOST_WAITING
        is_plot_next = is_plot_late if self._unshown_output is not None else self._unshown is None
        if self._is_plot_stale and is_plot_next:
            self._is_plot_stale, self._frames_without_plot = False, 0
            self._view.plot.refresh()
        elif self._unshown_output is not None:
            self._view.show_output(self._unshown_output)
            self._unshown_output = None
            network.advance()
        elif self._unshown is not None:
            network.set_snapshot(self._unshown)
            self._unshown_output, self._unshown = self._unshown, None
        elif network.is_behind:
            network.advance()
        is_shown = self._unshown is None and self._unshown_output is None
        return is_shown and not (self._is_plot_stale or network.is_behind)
