"""The parts of the training tab that follow a run, refreshed in turn: a frame has room for one."""

from __future__ import annotations

from app.training.view import TrainingView
from core.session import Snapshot

BESIDE = 0.0015  # seconds of drawing links, in a frame that has the output to show
MOST_WAITING = 4  # frames that the curves wait for while pictures come one after the other


class PartsInTurn:
    """Plot, network and output: each knows what it has not shown yet."""

    def __init__(self, view: TrainingView) -> None:
        self._view = view
        self._frames_without_plot = 0
        self._is_plot_stale = self._is_plot_prepared = False
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
        two pictures, and one in `MOST_WAITING` where there is none. What they have to show is
        worked out a frame earlier, beside the output, which takes least: frames that differ
        little in their work come evenly.
        """
        self._frames_without_plot += 1
        network = self._view.network
        if self._is_plot_prepared:
            self._is_plot_prepared = False
            self._view.plot.show_prepared()
        elif self._unshown_output is not None:
            self._view.show_output(self._unshown_output)
            self._unshown_output = None
            if self._is_plot_stale and self._frames_without_plot > MOST_WAITING:
                self._prepare_plot()
            else:
                network.advance(BESIDE)
        elif self._is_plot_stale and self._unshown is None:
            self._prepare_plot()
        elif self._unshown is not None:
            network.set_snapshot(self._unshown)
            self._unshown_output, self._unshown = self._unshown, None
        elif network.is_behind:
            network.advance()
        is_shown = self._unshown is None and self._unshown_output is None
        is_plot_shown = not (self._is_plot_stale or self._is_plot_prepared)
        return is_shown and is_plot_shown and not network.is_behind

    def _prepare_plot(self) -> None:
        self._is_plot_stale, self._is_plot_prepared = False, True
        self._frames_without_plot = 0
        self._view.plot.prepare()
