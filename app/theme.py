"""Every colour and measure of the program, in one table for each theme.

Blue and orange mean the sign of a number and nothing else; actions are jade. Sizes are logical
pixels. `theme.current()` is the theme in force; whoever paints asks it at each paint, whoever
keeps colours listens to `theme.notifier.changed`.
"""

import dataclasses
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

# ----- measures -----------------------------------------------------------------------------

GRID = 8
GAP = 8
RADIUS_CONTROL = 4
RADIUS_PANEL = 6
CONTROL_HEIGHT = 28
TOOLBAR_HEIGHT = 32
PANEL_HEADER_HEIGHT = 40
TOP_BAR_HEIGHT = 48
STATUS_HEIGHT = 28
HIT_AREA = 24

# ----- type (pixel sizes at 100 %) ----------------------------------------------------------

PRESENTER_SCALE = 1.35  # of type, and of what holds it

SIZE_CAPTION = 12
SIZE_BODY = 13
SIZE_NODE = 14
SIZE_CODE = 15
SIZE_VALUE = 16
SIZE_FIGURE = 18
SIZE_NUMBER = 21
SIZE_INSPECTOR = 28

LARGEST_SCALE = 32 / SIZE_BODY  # of type: 24 points for what is read most
TEXT_SIZES = (1.0, 1.25, 1.5, 2.0, LARGEST_SCALE)  # to choose from

SANS = "Inter"
MONO = "JetBrains Mono"


@dataclass(frozen=True)
class Theme:
    """One table of colours, as "#RRGGBB". Ramps run from zero over half to the end."""

    name: str
    window: str
    panel: str
    canvas: str
    canvas_dots: str
    raised: str
    node_header: str
    field: str
    hover: str
    line: str
    strong: str
    text: str
    text2: str
    text3: str
    accent: str
    on_accent: str
    accent_soft: str
    error: str
    error_soft: str
    selection: str
    positive: str
    positive_half: str
    zero: str
    negative_half: str
    negative: str
    heat_positive: str
    heat_zero: str
    heat_negative: str
    point_positive: str
    point_negative: str
    point_outline: str
    runs: tuple[str, ...]
    race: tuple[str, ...]
    map_diverged: tuple[str, ...]  # late to at once
    map_converged: tuple[str, ...] = (  # fast to slow
        "#FBF3B8", "#F4AFC4", "#DA82D0", "#A070DE", "#5B4FB8", "#2F2C6E",
    )  # fmt: skip
    _colors: dict[str, QColor] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"

    def color(self, role: str) -> QColor:
        """The QColor of a role, made once; do not change it in place."""
        color = self._colors.get(role)
        if color is None:
            color = self._colors[role] = QColor(getattr(self, role))
        return color


DARK = Theme(
    name="dark",
    window="#15181C",
    panel="#1C2025",
    canvas="#181B20",
    canvas_dots="#23282E",
    raised="#262B32",
    node_header="#2D333B",
    field="#111418",
    hover="#2E343C",
    line="#363D46",
    strong="#65707D",
    text="#ECEEF1",
    text2="#B3BBC5",
    text3="#8B95A1",
    accent="#34C49A",
    on_accent="#06251C",
    accent_soft="#1D3A34",
    error="#FF7A90",
    error_soft="#3D2229",
    selection="#FFFFFF",
    positive="#3B9FE0",
    positive_half="#2A6DA3",
    zero="#2B3036",
    negative_half="#A9611A",
    negative="#F59322",
    heat_positive="#2B74AB",
    heat_zero="#24292F",
    heat_negative="#BA701E",
    point_positive="#6FC0F7",
    point_negative="#FFB454",
    point_outline="#0E1114",
    runs=("#FFFFFF", "#C7A0FF", "#F2DE6B", "#F08CC0", "#9AA4B0"),
    race=("#8F86EC", "#A874DE", "#DA82D0", "#F4AFC4", "#F7E89C"),
    map_diverged=("#4B535D", "#171A1E"),
)

LIGHT = Theme(
    name="light",
    window="#E8EBEE",
    panel="#FFFFFF",
    canvas="#F5F7F9",
    canvas_dots="#E1E6EA",
    raised="#FFFFFF",
    node_header="#EEF1F4",
    field="#FFFFFF",
    hover="#EDF0F3",
    line="#D3D9DF",
    strong="#85909C",
    text="#15191E",
    text2="#454F5A",
    text3="#5C6672",
    accent="#00785A",
    on_accent="#FFFFFF",
    accent_soft="#D6EEE6",
    error="#B3123F",
    error_soft="#FBE3EA",
    selection="#15191E",
    positive="#0072B2",
    positive_half="#79B4D8",
    zero="#F2F2F2",
    negative_half="#EBA873",
    negative="#D55E00",
    heat_positive="#8CC0E2",
    heat_zero="#F5F6F7",
    heat_negative="#F2B78A",
    point_positive="#0072B2",
    point_negative="#D55E00",
    point_outline="#FFFFFF",
    runs=("#15191E", "#6B3FC9", "#8A7400", "#B5357F", "#6E7883"),
    race=("#6A61D2", "#8A45C2", "#A92F98", "#862A6E", "#5A4700"),
    map_diverged=("#BCC4CC", "#EEF1F4"),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


class Notifier(QObject):
    """Signals: changed() after another theme has come into force."""

    changed = Signal()


notifier = Notifier()
_current = DARK


def current() -> Theme:
    """The theme in force."""
    return _current


def set_current(name: str) -> None:
    """Bring "dark" or "light" into force and tell everybody who listens."""
    global _current
    if THEMES[name] is not _current:
        _current = THEMES[name]
        notifier.changed.emit()
