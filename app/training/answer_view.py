"""What the views of the network's answer have in common."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtWidgets import QWidget

from app import theme
from app.training.drawn_points import DrawnPoints
from core.session import Scene, Snapshot


class AnswerView(QWidget):
    """Shows what a network answers, and the data points, of which the worst can be marked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(QSize(220, 200))
        self.setAccessibleName(name)
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None
        self._shows_test, self._marks_worst = True, False
        theme.notifier.changed.connect(self.update)

    def set_scene(self, scene: Scene) -> None:
        """Other data or another network, which has not answered yet."""
        self._scene, self._snapshot = scene, None
        self.update()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the network answers by now."""
        self._snapshot = snapshot
        self.update()

    def set_shows_test(self, is_shown: bool) -> None:
        """Whether the points of the test set are drawn."""
        self._shows_test = is_shown
        self.update()

    def set_marks_worst(self, is_shown: bool) -> None:
        """Whether the points with the largest losses are marked."""
        self._marks_worst = is_shown
        self.update()


class DrawableView(AnswerView):
    """One on which points can be drawn."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._drawn: DrawnPoints | None = None  # while somebody draws points

    def map_area(self) -> QRectF:
        """Where in the widget the points lie."""
        raise NotImplementedError

    def set_drawn(self, drawn: DrawnPoints | None) -> None:
        """Show what is being drawn instead of the data points; None for these again."""
        self._drawn = drawn
        policy = Qt.FocusPolicy.NoFocus if drawn is None else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(policy)
        self.setCursor(Qt.CursorShape.ArrowCursor if drawn is None else Qt.CursorShape.CrossCursor)
        self.update()
