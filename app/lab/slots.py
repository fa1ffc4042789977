"""Where the laboratory's panels stand: one large, others beside it, with edges to drag.

A panel never gets another parent, since Qt's style sheets would then give its words their first
type. So the splitters hold empty slots, and the panels are laid over these.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import fonts, theme
from app.widgets.containers import OwnSplitter

MOST_BESIDE = 2
BESIDE = 652  # pixels that they get
MOST_WIDE = 0.36  # of all, that they get
SHARES = (436, 560)  # of the height, of two of them


class Slot(QWidget):
    """Room for a panel."""

    def __init__(self) -> None:
        super().__init__()
        self.panel: QWidget | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        return QSize() if self.panel is None else self.panel.minimumSizeHint()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class Slots(QObject):
    """The splitters, which are remembered, and the panels over them; `owner` is their parent."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._slots = [Slot() for _ in range(1 + MOST_BESIDE)]
        large, *beside = self._slots
        self._rows = OwnSplitter("lab_rows", Qt.Orientation.Vertical, *beside)
        self.whole = OwnSplitter("lab_columns", Qt.Orientation.Horizontal, large, self._rows)
        for watched in (*self._slots, self._rows, self.whole):
            watched.installEventFilter(self)
        self._halves = False

    def show_panels(
        self, large: QWidget | None, beside: Sequence[QWidget | None], *, halves: bool
    ) -> None:
        """Put panels where they belong; None for one that is to come.

        halves: the one beside is as large as the large one.
        """
        self._halves = halves
        for k, slot in enumerate(self._slots):
            slot.panel = [large, *beside][k] if k <= len(beside) else None
            slot.setVisible(k <= len(beside))
            slot.updateGeometry()
        self._rows.setVisible(bool(beside))
        self.fit()

    def fit(self) -> None:
        """Sizes as they are wanted where nobody has dragged an edge."""
        width, height = self.whole.width(), self.whole.height()
        if self._halves:  # a comparison is made between equals
            self.whole.setSizes([width // 2, width // 2])
        else:
            beside = min(fonts.px(BESIDE), round(width * MOST_WIDE))
            self.whole.suggest([width - theme.GAP - beside, beside])
        self._rows.suggest([round(height * share / sum(SHARES)) for share in SHARES])
        self.place()

    def refit(self) -> None:
        """A panel may need other room."""
        for slot in self._slots:
            slot.updateGeometry()

    def place(self) -> None:
        """Lay the panels over their slots."""
        for slot in self._slots:
            if slot.panel is not None:
                corner = slot.mapTo(self._owner, QPoint(0, 0))
                slot.panel.setGeometry(QRect(corner, slot.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            if watched is self.whole:
                self.fit()
            else:
                self.place()
        return False
