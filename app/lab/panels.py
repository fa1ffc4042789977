"""The experiments' panels, each made when it is first needed: all together take too long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from app.lab.experiment import Experiment
from app.lab.landscape_panel import LandscapePanel
from app.lab.map_panel import MapPanel
from app.lab.one_step_panel import OneStepPanel
from app.lab.plot import Plot
from app.lab.race_panel import RacePanel
from app.lab.range_test_panel import RangeTestPanel
from app.lab.schedules_panel import SchedulesPanel
from app.lab.sharpness_panel import SharpnessPanel
from app.lab.zero_grad_panel import ZeroGradPanel

KINDS: dict[str, type[Experiment]] = {
    kind.name: kind
    for kind in (
        RacePanel, OneStepPanel, MapPanel, RangeTestPanel, SchedulesPanel, LandscapePanel,
        ZeroGradPanel, SharpnessPanel,
    )
}  # fmt: skip


class Panels(Mapping[str, Experiment]):
    """By their names, in the order of the list. adopt: called with each as soon as it is made."""

    def __init__(self, adopt: Callable[[Experiment], None]) -> None:
        self._adopt = adopt
        self._made: dict[str, Experiment] = {}
        self._plots: dict[str, list[Plot]] = {}  # of panels to be made
        self._new: dict[str, Experiment] = {}  # not adopted yet

    def __getitem__(self, name: str) -> Experiment:
        self.make(name)
        return self._made[name]

    def make(self, name: str) -> None:
        """Make one at once, if it is not there."""
        while name not in self._made:
            self._make_part(name)

    def _make_part(self, name: str) -> None:
        """What is next to be done for a panel: one of its plots, itself, or its adoption."""
        kinds, plots = KINDS[name].plot_kinds, self._plots.setdefault(name, [])
        if name in self._new:
            self._made[name] = self._new.pop(name)
            self._adopt(self._made[name])
        elif len(plots) < len(kinds):
            plots.append(kinds[len(plots)]())
        else:
            self._new[name] = KINDS[name](plots=self._plots.pop(name))

    def __contains__(self, name: object) -> bool:
        return name in KINDS

    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)

    @property
    def made(self) -> list[Experiment]:
        """Those that there are already."""
        return list(self._made.values())

    def make_part(self, first: Sequence[str]) -> bool:
        """Do a part for the next that is missing, `first` before others; False where none is."""
        missing = next((name for name in (*first, *KINDS) if name not in self._made), None)
        if missing is not None:
            self._make_part(missing)
        return missing is not None
