"""The parts of the training tab that follow a run, refreshed in turn: a frame has room for one."""

from __future__ import annotations

import time

from app.training.view import TrainingView
from core.session import Snapshot

BESIDE = 0.0015  # seconds of drawing links, in a frame that has the output to show
MOST_WAITING = 4  # frames that the curves wait for while pictures come one after the other
FIGURES = 0.2  # seconds between two tables of figures: nobody reads them faster


class PartsInTurn:
    """Plot, network and output: each knows what it has not shown yet.

    is_light: whether the last frame has room for something small besides.
    """

    def __init__(self, view: TrainingView) -> None:
        self._view = view
        self._frames_without_plot = 0
        self._is_plot_stale = self._is_plot_prepared = False
        self._unshown: Snapshot | None = None  # in the network picture
        self._unshown_output: Snapshot | None = None
        self._unshown_figures: Snapshot | None = None
        self._next_figures = 0.0
        self.is_light = True

    def forget(self) -> None:
        """Snapshots that have not been shown are of another run."""
        self._unshown = self._unshown_output = self._unshown_figures = None

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
        self.is_light = True
        if self._is_plot_prepared:
            self._is_plot_prepared = self.is_light = False
            self._view.plot.show_prepared()
        elif self._unshown_output is not None:
            self._view.outputs.set_snapshot(self._unshown_output)
            self._unshown_figures, self._unshown_output = self._unshown_output, None
            if time.perf_counter() >= self._next_figures:
                self._show_figures()
            if self._is_plot_stale and self._frames_without_plot > MOST_WAITING:
                self._prepare_plot()
            else:
                network.advance(BESIDE)
        elif self._is_plot_stale and self._unshown is None:
            self._prepare_plot()
        elif self._unshown is not None:
            network.set_snapshot(self._unshown)
            self._unshown_output, self._unshown = self._unshown, None
            self.is_light = False
        elif network.is_behind:
            network.advance()
        elif self._unshown_figures is not None:
            self._show_figures()
        if self.is_light:
            network.move_dashes()  # as they do with each picture of the network
        is_shown = self._unshown is self._unshown_output is self._unshown_figures is None
        is_plot_shown = not (self._is_plot_stale or self._is_plot_prepared)
        return is_shown and is_plot_shown and not network.is_behind

    def _show_figures(self) -> None:
        if self._unshown_figures is not None:
            self._view.show_figures(self._unshown_figures)
            self._unshown_figures = None
            self._next_figures = time.perf_counter() + FIGURES

    def _prepare_plot(self) -> None:
        self.is_light = False
        self._is_plot_stale, self._is_plot_prepared = False, True
        self._frames_without_plot = 0
        self._view.plot.prepare()
