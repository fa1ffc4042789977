"""Every command of the program in one list to search in, with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QPainter
from PySide6.QtWidgets import QMenu

from app import fonts, theme
from app.fuzzy import score
from app.widgets.row_delegate import RowDelegate, draw_line
from app.widgets.search_popup import SearchPopup

if TYPE_CHECKING:
    from app.main_window import MainWindow

WIDTH = 520
ROW = 32
REMEMBERED = 5  # commands used last, which come first


@dataclass(frozen=True)
class Entry:
    """One command: where it stands in the menus, and whether it can be run now."""

    text: str
    place: str
    key: str
    run: Callable[[], object]
    is_enabled: bool = True


def menu_entries(menu: QMenu, place: str = "") -> Iterator[Entry]:
    """The commands of a menu and of the menus in it."""
    menu.aboutToShow.emit()  # menus that are filled when they open are filled now
    for action in menu.actions():
        below = action.menu()
        title, _tab, hint = action.text().partition("\t")
        title = plain(title)
        if isinstance(below, QMenu):
            yield from menu_entries(below, f"{place} › {title}" if place else title)
        elif title and not action.isSeparator():
            yield Entry(title, place, hint or key_of(action), action.trigger, action.isEnabled())


def plain(text: str) -> str:
    """A menu's text without the marks of its keys."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def key_of(action: QAction) -> str:
    """The key of an action as the platform writes it; "" where it has none."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


class CommandPalette(SearchPopup):
    """Opens under the top bar. Enter or a click runs the chosen command."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(
            "command_palette", "Search for a command", "Search for a command", window,
            width=WIDTH, row=ROW,
        )  # fmt: skip
        self._window = window
        self._all: list[Entry] = []
        self._recent: list[str] = []
        self._rows_shown = 11
        self.set_delegate(_EntryDelegate(self.list))

    def open(self) -> None:
        """Show all commands as they are now, those used last on top."""
        every = [
            entry for action in self._window.menus.bar.actions()
            if isinstance(menu := action.menu(), QMenu)
            for entry in menu_entries(menu, plain(action.text()))
        ]  # fmt: skip
        # Some commands stand in two menus.
        first = {(entry.text, entry.key): entry for entry in reversed(every)}
        self._all = list(reversed(first.values()))
        middle = (self._window.width() - fonts.px(WIDTH)) // 2
        self.open_at(self._window.mapToGlobal(QPoint(middle, theme.TOP_BAR_HEIGHT + theme.GAP)))

    def search(self, typed: str) -> None:
        self.show_found(
            [
                (entry.text, f"{entry.text}, {entry.place}. {entry.key}", entry)
                for entry in self._fitting(typed)
            ]
        )

    def _fitting(self, typed: str) -> list[Entry]:
        if not typed.strip():
            order = {text: place for place, text in enumerate(self._recent)}
            return sorted(self._all, key=lambda entry: order.get(entry.text, len(order)))
        fits = [(_fit(typed, entry), entry) for entry in self._all]
        fitting = sorted([it for it in fits if it[0]], key=lambda it: it[0], reverse=True)
        # What can't be used now comes last, so that Enter does not meet it.
        return sorted((entry for _, entry in fitting), key=lambda entry: not entry.is_enabled)

    def accept(self) -> None:
        """Run the chosen command, after the popup has gone."""
        entry: Entry | None = self.current
        if entry is None:
            self.refuse("No command is called that.")
        elif not entry.is_enabled:
            self.refuse(f"“{entry.text}” can’t be used now: nothing is there for it to act on.")
        else:
            others = (text for text in self._recent if text != entry.text)
            self._recent = [entry.text, *others][:REMEMBERED]
            self.hide()
            # Once the popup has given the keyboard back: what the command opens would lose it.
            QTimer.singleShot(0, self._window, entry.run)


def _fit(typed: str, entry: Entry) -> float:
    """How well what was typed fits a command; its menu counts less than its name."""
    return max(score(typed, entry.text), 0.8 * score(typed, f"{entry.place} {entry.text}"))


class _EntryDelegate(RowDelegate):
    """The command, its menu in grey, its key at the right."""

    def paint_row(self, painter: QPainter, area: QRectF, entry: Entry) -> None:
        now = theme.current()
        line = area.adjusted(10, 0, -10, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        painter.setPen(now.color("text2"))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, entry.key)
        line.setRight(line.right() - painter.fontMetrics().horizontalAdvance(entry.key) - 12)
        painter.setFont(fonts.words(theme.SIZE_BODY, fonts.MEDIUM))
        painter.setPen(now.color("text" if entry.is_enabled else "text3"))
        painter.drawText(line, middle, entry.text)
        line.setLeft(line.left() + painter.fontMetrics().horizontalAdvance(entry.text) + 10)
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        painter.setPen(now.color("text3"))
        draw_line(painter, line, middle, entry.place)
