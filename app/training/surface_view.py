"""The network's answer as a surface over the plane, with the data's residuals; drag turns it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.colors import ramp_color
from app.training.answer_view import AnswerView
from app.training.output_points import point_color, worst_points
from app.widgets.paint import mixed
from core.datasets import Data
from core.numbers import format_number
from core.session import Answers, Scene

CELLS = 32  # along each side
_MOST_POINTS = 300  # of each kind, so that the surface stays to be seen
_HEIGHT = 0.62  # of the plane's side, from -1 to 1 of the answer
_LEAST_TILT, _MOST_TILT = 10.0, 85.0  # degrees
_LIGHT = np.array([-0.4, -0.5, 0.77])  # towards the light


class SurfaceView(AnswerView):
    """A surface in parallel projection. Answers beyond -1 to 1 are cut off at the range of the
    targets, if that is larger.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Output of the network as a surface", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag, or press the arrow keys, to turn it")
        self.turn, self.tilt = 35.0, 55.0  # degrees
        self._drag: QPointF | None = None
        self._top = 1.0  # the answer that is drawn highest

    def set_scene(self, scene: Scene) -> None:
        targets = np.concatenate([scene.train.targets, scene.test.targets])
        self._top = max(1.0, float(np.abs(targets).max()))
        super().set_scene(scene)

    # ----- turning --------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            moved = event.position() - self._drag
            self._drag = event.position()
            self._turn_by(0.5 * moved.x(), 0.4 * moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.turn, self.tilt = 35.0, 55.0
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: (-5, 0), Qt.Key.Key_Right: (5, 0),
              Qt.Key.Key_Up: (0, -5), Qt.Key.Key_Down: (0, 5)}.get(Qt.Key(event.key()))  # fmt: skip
        if by is None:
            super().keyPressEvent(event)
        else:
            self._turn_by(*by)

    def _turn_by(self, turn: float, tilt: float) -> None:
        self.turn = (self.turn + turn) % 360.0
        self.tilt = min(max(self.tilt + tilt, _LEAST_TILT), _MOST_TILT)
        self.update()

    # ----- projection -----------------------------------------------------------------------

    def project(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Screen places (n, 2), and how near each is, (n,), of x, y, height, each -1 to 1."""
        turn, tilt = math.radians(self.turn), math.radians(self.tilt)
        x = places[:, 0] * math.cos(turn) - places[:, 1] * math.sin(turn)
        depth = places[:, 0] * math.sin(turn) + places[:, 1] * math.cos(turn)
        height = places[:, 2] * _HEIGHT
        y = depth * math.cos(tilt) + height * math.sin(tilt)
        scale = 0.34 * min(self.width(), self.height() * 1.1)
        screen = np.stack([self.width() / 2 + scale * x, self.height() / 2 - scale * y], axis=1)
        nearness: np.ndarray = height * math.cos(tilt) - depth * math.sin(tilt)
        return screen, nearness

    def _heights(self, answers: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            heights: np.ndarray = np.clip(np.nan_to_num(answers / self._top), -1.0, 1.0)
        return heights

    def _points(self, data: Data, answers: np.ndarray) -> np.ndarray:
        """Places (n, 3) of data points at these answers."""
        assert self._scene is not None
        domain = self._scene.domain
        xs = 2 * (data.inputs[:, 0] - domain.left) / (domain.right - domain.left) - 1
        ys = 2 * (data.inputs[:, 1] - domain.bottom) / (domain.top - domain.bottom) - 1
        return np.stack([xs, ys, self._heights(answers)], axis=1)

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scene is None or self._snapshot is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_floor(painter)
        self._paint_surface(painter, self._snapshot.picture.output)
        self._paint_residuals(painter)
        self._paint_words(painter)

    def _paint_floor(self, painter: QPainter) -> None:
        corners = np.array([[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1]], dtype=float)
        screen, _near = self.project(corners)
        now = theme.current()
        painter.setPen(QPen(now.color("strong"), 1))
        painter.setBrush(now.color("canvas"))
        painter.drawPolygon(QPolygonF([QPointF(*place) for place in screen.tolist()]))
        painter.setPen(now.color("text2"))
        painter.setFont(fonts.sans(theme.SIZE_CAPTION))
        sides = np.array([[0, -1.16, -1], [-1.16, 0, -1]], dtype=float)
        for (x, y), name in zip(self.project(sides)[0].tolist(), ("X₁", "X₂")):
            box = QRectF(0, 0, fonts.px(40), fonts.px(18))
            box.moveCenter(QPointF(x, y))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_surface(self, painter: QPainter, output: np.ndarray) -> None:
        n = len(output)
        picked = np.linspace(0, n - 1, CELLS + 1).round().astype(int)
        answers = output[np.ix_(picked, picked)]
        heights = self._heights(answers)
        side = (picked + 0.5) / n * 2 - 1
        xs, ys = np.meshgrid(side, -side)  # row 0 is the top
        places = np.stack([xs.ravel(), ys.ravel(), heights.ravel()], axis=1)
        screen, near = self.project(places)
        screen = screen.reshape(CELLS + 1, CELLS + 1, 2)
        near = near.reshape(CELLS + 1, CELLS + 1)
        shares = np.clip(np.nan_to_num(answers), -1.0, 1.0)
        color = 0.25 * (shares[:-1, :-1] + shares[1:, :-1] + shares[:-1, 1:] + shares[1:, 1:])
        order = np.argsort((near[:-1, :-1] + near[1:, 1:]).ravel(), kind="stable")
        light = self._light(heights).ravel()
        quads = np.stack([screen[:-1, :-1], screen[:-1, 1:], screen[1:, 1:], screen[1:, :-1]],
                         axis=2).reshape(-1, 4, 2).tolist()  # fmt: skip
        ground, mesh = theme.current().color("window"), theme.current().color("text")
        flat = color.ravel()
        for k in order.tolist():
            fill = mixed(ramp_color(float(flat[k]), heat=True), ground, float(light[k]))
            painter.setPen(QPen(mixed(mesh, fill, 0.2), 0.7))
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in quads[k]]))

    @staticmethod
    def _light(heights: np.ndarray) -> np.ndarray:
        """How brightly each cell is lit, 0.6 to 1, from its slope."""
        across = np.diff(heights, axis=1)[:-1] * _HEIGHT * CELLS / 2
        down = np.diff(heights, axis=0)[:, :-1] * _HEIGHT * CELLS / 2
        normal = np.stack([-across, down, np.ones_like(across)], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        lit: np.ndarray = np.clip(normal @ _LIGHT, 0.0, 1.0)
        return 0.6 + 0.4 * lit

    def _paint_residuals(self, painter: QPainter) -> None:
        """Each point at its target, and a line to the surface: its residual."""
        assert self._scene is not None
        assert self._snapshot is not None
        kinds: list[tuple[Data, Answers, bool]] = [(self._scene.train, self._snapshot.train, False)]
        if self._shows_test:
            kinds.append((self._scene.test, self._snapshot.test, True))
        now = theme.current()
        worst = set(worst_points(self._snapshot, shows_test=self._shows_test))
        for data, answers, is_test in kinds:
            n = min(len(data.inputs), _MOST_POINTS)
            if not n or len(answers.outputs) != len(data.inputs):
                continue
            shown = Data(data.inputs[:n], data.targets[:n])
            ends = self.project(self._points(shown, shown.targets))[0].tolist()
            starts = self.project(self._points(shown, answers.outputs[:n]))[0].tolist()
            for row, (end, start, target) in enumerate(zip(ends, starts, shown.targets.tolist())):
                is_worst = self._marks_worst and (is_test, row) in worst
                role = "error" if is_worst else "text2"
                painter.setPen(QPen(now.color(role), 2 if is_worst else 1))
                painter.drawLine(QPointF(*start), QPointF(*end))
                painter.setPen(QPen(now.color("point_outline"), 1))
                painter.setBrush(point_color(target))
                painter.drawEllipse(QPointF(*end), 2.8, 2.8)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setFont(fonts.words(theme.SIZE_CAPTION))
        painter.setPen(theme.current().color("text2"))
        area = QRectF(self.rect()).adjusted(12, 8, -12, -8)
        bounds = f"height: output from {format_number(-self._top)} to {format_number(self._top)}"
        painter.drawText(area, Qt.AlignmentFlag.AlignTop, bounds)
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom,
                         "Lines from the surface to the points are residuals.")  # fmt: skip
