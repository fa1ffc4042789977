"""The experiments' panels, each made when it is first needed: all together take too long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from app.lab.experiment import Experiment
from app.lab.landscape_panel import LandscapePanel
from app.lab.map_panel import MapPanel
from app.lab.one_step_panel import OneStepPanel
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

    def __getitem__(self, name: str) -> Experiment:
        if name not in self._made:
            self._made[name] = panel = KINDS[name]()
            self._adopt(panel)
        return self._made[name]

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

    def make_one(self, first: Sequence[str]) -> bool:
        """Make the next that is missing, `first` before others; False where none is."""
        missing = [name for name in (*first, *KINDS) if name not in self._made]
        return bool(missing) and self[missing[0]] is not None
