"""The error of the selected scalar's gradient over the step h, beside the check of all of them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import fonts, theme
from app.background import Background
from app.experiments.error_plot import ErrorPlot
from app.widgets.labels import TextLabel
from core.experiments.gradient_check import STEPS, GradientCheck
from core.network.gradient_check import NetworkCheck
from core.network.reading import NetworkReader, Reading

WIDTH, HEIGHT = 470, 168  # px at 100 %
WORDS = 150  # of the width
REST = 200  # milliseconds without newer numbers before they are asked for
_HINT = "Select a weight, a bias or any other scalar: its error over h shows here."


class CheckPlot(QWidget):
    """Follows a scalar through new numbers, as soon as they rest.

    Signals: step_wanted(h) while the plot is dragged.
    """

    step_wanted = Signal(float)

    def __init__(self, h: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_check_plot")
        self.plot = ErrorPlot()
        self.words = TextLabel(_HINT, role="text2")
        self.words.setWordWrap(True)
        self._h = h
        self._name = ""
        self._of: tuple[NetworkReader, Reading, int] | None = None
        self._checks: list[GradientCheck] = []
        self._background = Background(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._ask)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, 8, theme.GAP, 2)
        column = QVBoxLayout()
        column.addWidget(self.words)
        column.addStretch(1)
        row.addLayout(column)
        row.addWidget(self.plot, 1)
        self.plot.dragged.connect(self.step_wanted)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()

    @property
    def is_busy(self) -> bool:
        """Whether a curve is still to come."""
        return self._rest.isActive() or self._background.is_busy

    def sizeHint(self) -> QSize:
        return QSize(fonts.px(WIDTH), fonts.px(HEIGHT))

    def show_scalar(self, reader: NetworkReader, reading: Reading, node: int, name: str) -> None:
        """The curve of a scalar; what is shown of another one goes at once."""
        wanted = reader, reading, node
        if self._of is not None and all(one is other for one, other in zip(self._of, wanted)):
            return
        if self._of is None or self._of[2] != node or self._of[0] is not reader:
            self._background.cancel()
            self._checks = []
            self._show()
        self._of, self._name = wanted, name
        self._rest.start(0 if not self._checks else REST)

    def show_nothing(self) -> None:
        """No scalar is selected, or none that can be checked."""
        self._rest.stop()
        self._background.cancel()
        self._of, self._checks = None, []
        self._show()

    def set_h(self, h: float) -> None:
        """Another present step."""
        self._h = h
        self._show()

    def _ask(self) -> None:
        if self._of is not None:
            self._background.run(partial(_curve, *self._of), self._take)

    def _take(self, checks: list[GradientCheck]) -> None:
        self._checks = checks
        self._show()

    def _show(self) -> None:
        self.plot.setVisible(bool(self._checks))
        if self._checks:
            words = self.plot.show_checks(self._checks, self._h, "error")
            self.words.setText(f"{self._name}.grad over h\n\n{words}")
        else:
            self.plot.clear()
            self.words.setText(_HINT)
        self.words.setFixedWidth(fonts.px(WORDS if self._checks else WIDTH - 4 * theme.GAP))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, self.width(), 1), theme.current().color("line"))

    def _restyle(self) -> None:
        self.setFixedSize(self.sizeHint())
        self._show()


def _curve(reader: NetworkReader, reading: Reading, node: int) -> list[GradientCheck]:
    """In the thread."""
    check = NetworkCheck(reader, reading.parameters, reading.sample)
    return check.at_steps(node, STEPS)
