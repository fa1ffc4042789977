"""A row of controls that goes on in another line where there is not enough room."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QSpacerItem, QWidget

BETWEEN_LINES = 4


@dataclass
class _Group:
    """Items that stay in one line: a label and what it names. gap: between them, in pixels."""

    items: list[tuple[QLayoutItem, int]]  # each with its stretch
    gap: int

    @property
    def width(self) -> int:
        return sum(i.sizeHint().width() for i, _ in self.items) + self.gap * (len(self.items) - 1)

    @property
    def least(self) -> int:
        widths = sum(item.minimumSize().width() for item, _ in self.items)
        return widths + self.gap * (len(self.items) - 1)


class WrappedRow(QLayout):
    """Like a QHBoxLayout, for whole widgets; a label is never parted from what follows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(*([] if parent is None else [parent]))
        self._items: list[tuple[QLayoutItem, int]] = []

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """At the end; stretch: its share of the room that is left in its line."""
        super().addWidget(widget)
        self._items[-1] = (self._items[-1][0], stretch)

    def addStretch(self, stretch: int = 0) -> None:
        """Room between what is before and after it in a line."""
        self._items.append((QSpacerItem(0, 0), max(stretch, 1)))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append((item, 0))

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index][0] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index)[0] if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        room = width - margins.left() - margins.right()
        lines = self._lines(room)
        heights = sum(map(_height, lines)) + BETWEEN_LINES * max(len(lines) - 1, 0)
        return heights + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        groups = self._groups()
        width = sum(g.width for g in groups) + self.spacing() * max(len(groups) - 1, 0)
        width += margins.left() + margins.right()
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        width = max((g.least for g in self._groups()), default=0)
        height = _height(self._groups())
        return QSize(
            width + margins.left() + margins.right(), height + margins.top() + margins.bottom()
        )

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        inner = area.marginsRemoved(self.contentsMargins())
        top = inner.top()
        for line in self._lines(inner.width()):
            height = _height(line)
            self._place(line, QRect(inner.left(), top, inner.width(), height))
            top += height + BETWEEN_LINES

    def _groups(self) -> list[_Group]:
        """What is shown, labels with what they name."""
        groups: list[_Group] = []
        is_label = False
        for item, stretch in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            if is_label and widget is not None:
                groups[-1].items.append((item, stretch))
            else:
                groups.append(_Group([(item, stretch)], self.spacing()))
            is_label = isinstance(widget, QLabel)
        return groups

    def _lines(self, room: int) -> list[list[_Group]]:
        lines: list[list[_Group]] = []
        left = -1
        for group in self._groups():
            needed = group.width + (self.spacing() if lines and lines[-1] else 0)
            if lines and needed <= left:
                lines[-1].append(group)
                left -= needed
            elif group.items[0][0].widget() is not None or not lines:  # a stretch needs no line
                lines.append([group])
                left = room - group.width
        return lines

    def _place(self, line: list[_Group], area: QRect) -> None:
        """From the left, what is left over going to those that stretch."""
        items = [item for group in line for item in group.items]
        total = sum(stretch for _, stretch in items)
        used = sum(g.width for g in line) + self.spacing() * (len(line) - 1)
        left_over = area.width() - used
        x = area.left()
        for item, stretch in items:
            hint = item.sizeHint()
            width = hint.width() + (left_over * stretch // total if total else 0)
            if left_over < 0 and len(line) == 1 and item is items[-1][0]:
                width = max(hint.width() + left_over, item.minimumSize().width())
            height = min(hint.height(), area.height())
            corner = QPoint(x, area.top() + (area.height() - height) // 2)
            item.setGeometry(QRect(corner, QSize(width, height)))
            x += width + self.spacing()


def _height(line: list[_Group]) -> int:
    return max((i.sizeHint().height() for group in line for i, _ in group.items), default=0)
