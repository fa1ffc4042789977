"""The look of the whole program: Fusion, a palette and one style sheet from the theme in force.

`apply(app)` once; from then on it follows `theme.notifier.changed`. The program owns its theme
because Qt's own switch between light and dark does nothing without a desktop session.

Under a style sheet Qt works out a widget's style anew whenever it gets another parent. A window
is therefore built faster without one: `apply(app, is_sheet_deferred=True)`, and `complete()` when
it is about to be shown.
"""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app import fonts, theme
from app.style_sheet import style_sheet
from app.widgets.focus_ring import FocusTracker
from app.widgets.paint import DISABLED, mixed

_tracker: FocusTracker | None = None
_applied: tuple[str, float] | None = None  # theme and type scale of the look in force
_is_sheet_deferred = False


def apply(app: QApplication, *, is_sheet_deferred: bool = False) -> None:
    """Give the application the look of the theme in force, and keep it so."""
    global _applied, _is_sheet_deferred, _tracker
    _applied = None
    _is_sheet_deferred = is_sheet_deferred
    app.setStyle("Fusion")
    if _tracker is None:
        _tracker = FocusTracker(app)
        theme.notifier.changed.connect(_restyle)
    _restyle()


def complete() -> None:
    """Put on the style sheet that was deferred."""
    global _applied, _is_sheet_deferred
    if _is_sheet_deferred:
        _applied = None
        _is_sheet_deferred = False
        _restyle()


def _restyle() -> None:
    global _applied
    app = QApplication.instance()
    wanted = (theme.current().name, fonts.scale)
    # A new style sheet takes a while: not where only fonts are to be set again.
    if not isinstance(app, QApplication) or wanted == _applied:
        return
    _applied = wanted
    app.setPalette(palette())
    app.setFont(fonts.words())
    if not _is_sheet_deferred:
        # Over a former sheet Qt would style each widget once for each of its ancestors.
        app.setStyleSheet("")
        app.setStyleSheet(style_sheet())


def palette() -> QPalette:
    """The theme in force as a QPalette, for whatever the style sheet does not name."""
    now = theme.current()
    roles = QPalette.ColorRole
    table = {
        roles.Window: now.panel,
        roles.WindowText: now.text,
        roles.Base: now.field,
        roles.AlternateBase: now.panel,
        roles.Text: now.text,
        roles.PlaceholderText: now.text3,
        roles.Button: now.raised,
        roles.ButtonText: now.text,
        roles.BrightText: now.error,
        roles.Highlight: now.accent_soft,
        roles.HighlightedText: now.text,
        roles.ToolTipBase: now.raised,
        roles.ToolTipText: now.text,
        roles.Link: now.accent,
        roles.LinkVisited: now.accent,
        roles.Accent: now.accent,
        roles.Light: now.hover,
        roles.Midlight: now.line,
        roles.Mid: now.line,
        roles.Dark: now.strong,
        roles.Shadow: now.window,
    }
    result = QPalette()
    for role, color in table.items():
        result.setColor(role, QColor(color))
    disabled = QPalette.ColorGroup.Disabled
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        result.setColor(disabled, role, mixed(now.text, now.panel, DISABLED))
    return result
