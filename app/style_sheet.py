"""The application's style sheet, generated from the theme in force.

Only Qt's stock widgets are styled here; the program's own paint themselves. No rule sets a font:
fonts come from `app.fonts`, and a rule would override them.
"""

from functools import lru_cache
from pathlib import Path
from string import Template

from PySide6.QtCore import QTemporaryDir
from PySide6.QtGui import QFontMetrics

from app import fonts, theme
from app.widgets.paint import DISABLED, accent_hover, mixed

# Qt takes the glyphs of a style sheet from files only; they are a stroke each.
_GLYPHS = {
    "down": '<path d="M4.5 6.5 8 10l3.5-3.5"/>',
    "up": '<path d="M4.5 9.5 8 6l3.5 3.5"/>',
    "right": '<path d="M6.5 4.5 10 8l-3.5 3.5"/>',
    "check": '<path d="M3.5 8.5 6.5 11.5 12.5 5"/>',
    "dash": '<path d="M4 8h8"/>',
    "dot": '<circle cx="8" cy="8" r="2"/>',
    "close": '<path d="M4.5 4.5l7 7M11.5 4.5l-7 7"/>',
}

_SHEET = Template("""
QWidget { selection-background-color: $selected_text; selection-color: $text; }
QMainWindow, QDialog, QMessageBox { background: $panel; }
QMainWindow { background: $window; }
QMainWindow::separator { background: $window; width: 8px; height: 8px; }
QLabel { background: transparent; color: $text; }
QLabel[role="text2"] { color: $text2; }
QLabel[role="text3"] { color: $text3; }
QLabel[role="accent"] { color: $accent; }
QLabel[role="error"] { color: $error; }
QLabel:disabled { color: $disabled; }

QMenuBar { background: $window; color: $text2; border: none; }
QMenuBar::item { background: transparent; padding: 6px 10px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; color: $text; }
QMenu { background: $raised; color: $text; border: 1px solid $strong; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; min-height: 16px; }
QMenu::item:selected { background: $selected; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::item:disabled:selected { background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: ${glyph}px; height: ${glyph}px; padding-left: 8px; }
QMenu::indicator:checked { image: url("$check"); }
QMenu::right-arrow { image: url("$right"); width: ${glyph}px; height: ${glyph}px; }
QToolTip { background: $raised; color: $text; border: 1px solid $strong; padding: 4px 6px; }

QPushButton { background: $field; color: $text; border: 1px solid $strong; border-radius: 4px;
              padding: ${pad}px 14px; }
PaintedButton { padding: 0; }
QDialog QPushButton { min-width: 56px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $line; }
QPushButton:default { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton:default:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton:disabled { color: $disabled; border-color: $disabled_edge; background: $field; }
QToolButton { background: transparent; color: $text; border: none; border-radius: 4px;
              padding: 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $line; }
QToolButton:checked { background: $accent_soft; color: $accent; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QAbstractSpinBox { background: $field; color: $text; border: 1px solid $strong;
              border-radius: 4px; padding: ${pad}px 8px; }
NumberField { padding: 0 8px; }
QLineEdit[is_bare="true"] { background: transparent; border: none; padding: 0; }
QLineEdit:read-only { background: $panel; }
QLineEdit:disabled, QAbstractSpinBox:disabled { color: $disabled; border-color: $disabled_edge; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 18px;
              background: transparent; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url("$up"); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url("$down"); width: 12px; height: 12px; }

QComboBox { background: $field; color: $text; border: 1px solid $strong; border-radius: 4px;
            padding: ${combo_pad}px 8px; combobox-popup: 0; }
QComboBox:hover { background: $hover; }
QComboBox:on { background: $hover; }
QComboBox:disabled { color: $disabled; border-color: $disabled_edge; background: $field; }
QComboBox::drop-down { border: none; width: ${drop_down}px; }
QComboBox::down-arrow { image: url("$down"); width: ${glyph}px; height: ${glyph}px; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; background: transparent;
            padding: 0; }
QAbstractSpinBox QLineEdit { padding: 0 6px; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $strong;
            padding: 4px; outline: none; selection-background-color: $selected; }
QComboBox QAbstractItemView::item { min-height: ${inner}px; padding: 0 8px; border-radius: 4px; }
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {
            background: $selected; color: $text; }

QCheckBox, QRadioButton { color: $text; spacing: 8px; min-height: 24px; background: transparent; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {
            width: ${glyph}px; height: ${glyph}px; background: $field;
            border: 1px solid $strong; }
QCheckBox::indicator, QAbstractItemView::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: ${round}px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { background: $hover; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {
            background: $accent; border-color: $accent; image: url("$check_on"); }
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate {
            background: $accent; border-color: $accent; image: url("$dash_on"); }
QRadioButton::indicator:checked {
            background: $accent; border-color: $accent; image: url("$dot_on"); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $disabled_edge; }

QSlider { min-height: 24px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $text2; }
QSlider::sub-page:horizontal:focus { background: $accent; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -6px 0; border-radius: 8px;
            background: $text; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $scroll; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $strong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }

QPlainTextEdit, QTextEdit, QTextBrowser { background: $field; color: $text;
            border: 1px solid $line; border-radius: 4px; }
QPlainTextEdit[is_bare="true"] { background: transparent; border: none; border-radius: 0; }
CodeView { color: $text2; }
QTableView, QTreeView, QListView { background: $panel; alternate-background-color: $panel;
            color: $text; border: 1px solid $line; border-radius: 4px; gridline-color: $line;
            outline: none; selection-background-color: $selected; selection-color: $text; }
QTableView::item, QTreeView::item, QListView::item { padding: 4px 8px; border: none; }
QTableView::item:hover, QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {
            background: $selected; color: $text; }
NodeTable::item { padding: 0 2px; }
NodeTable QHeaderView::section { padding: 6px 4px; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $text2; border: none;
            border-bottom: 1px solid $line; padding: 6px 8px; }
QTableCornerButton::section { background: $panel; border: none; }

QSplitter::handle { background: transparent; }
QSplitter::handle:hover, QSplitter::handle:pressed { background: $accent_soft; }

QTabWidget::pane { border: none; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $text2; padding: 0 16px; min-height: ${inner}px;
            border: none; border-bottom: 3px solid transparent; }
QTabBar::tab:hover { color: $text; background: $hover; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QStatusBar { background: $window; color: $text2; border: none; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $text2; }
QProgressBar { background: $line; border: none; border-radius: 3px; max-height: 6px;
            min-height: 6px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QGroupBox { border: 1px solid $line; border-radius: 6px; margin-top: 12px; padding: 12px; }
QGroupBox::title { subcontrol-origin: margin; left: 12px; color: $text2; }
QDockWidget::title { background: $panel; padding: 8px; }
""")


def style_sheet() -> str:
    """The style sheet for the theme and type scale in force."""
    now = theme.current()
    inner = fonts.px(theme.CONTROL_HEIGHT) - 2  # without the border
    glyph = 2 * (fonts.px(16) // 2)
    roles = {name: getattr(now, name) for name in _ROLES}
    pad = max(0, (inner - QFontMetrics(fonts.sans()).height()) // 2)
    return _SHEET.substitute(
        roles,
        inner=inner,
        # A height would be an explicit minimum, which no widget's own size could undercut.
        pad=pad,
        combo_pad=max(0, pad - 1),  # Qt keeps a pixel around a combo box's text
        glyph=glyph,
        round=glyph // 2 + 1,  # with the border
        drop_down=max(28, glyph + 4),  # which leaves the words room
        accent_hover=accent_hover().name(),
        selected=mixed(now.accent, now.raised, 0.16).name(),
        selected_text=mixed(now.accent, now.field, 0.34).name(),
        scroll=mixed(now.strong, now.panel, 0.55).name(),
        disabled=mixed(now.text, now.panel, DISABLED).name(),
        disabled_edge=mixed(now.strong, now.panel, DISABLED).name(),
        **_glyph_files(now.name),
    )


_ROLES = (
    "window", "panel", "raised", "field", "hover", "line", "strong", "text", "text2",
    "text3", "accent", "on_accent", "accent_soft", "error",
)  # fmt: skip


@lru_cache(maxsize=2)
def _glyph_files(theme_name: str) -> dict[str, str]:
    """Paths of the glyphs in a theme's colours; "_on" are those upon the accent."""
    folder = _folder()
    now = theme.THEMES[theme_name]
    paths = {}
    for suffix, color in (("", now.text2), ("_on", now.on_accent)):
        for name, shape in _GLYPHS.items():
            file = Path(folder.filePath(f"{name}{suffix}-{theme_name}.svg"))
            if folder.isValid():
                file.write_text(
                    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" '
                    f'height="16"><g fill="none" stroke="{color}" stroke-width="1.6" '
                    f'stroke-linecap="round" stroke-linejoin="round">{shape}</g></svg>',
                    encoding="utf-8",
                )
            paths[name + suffix] = file.as_posix()
    return paths


@lru_cache(maxsize=1)
def _folder() -> QTemporaryDir:
    """Removed again when the program ends."""
    return QTemporaryDir()
