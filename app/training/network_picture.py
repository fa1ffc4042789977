"""The network, live: inputs, neurons as thumbnails of what they have learnt, links by weight."""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.colors import robust_scale
from app.graph_view.camera import animations_wanted
from app.training import heat
from app.training.layer_buttons import LayerButtons
from app.training.link_drawing import LinkDrawing
from app.training.link_motion import LinkMotion, has_room
from app.training.network_card import (
    Rows,
    input_titles,
    link_name,
    link_rows,
    name_of,
    neuron_rows,
    paint_card,
)
from app.training.network_layout import Floats, Link, NetworkLayout
from app.training.network_marks import drawn_frames, paint_captions, paint_dot
from app.training.parameter_editor import Parameter, ParameterEditor
from app.widgets.paint import draw_box
from app.widgets.pop_up import PopUp
from core.hyperparameters import Hyperparameters
from core.network.stored import by_layer
from core.session import Scene, Snapshot

REACH = 6.0  # pixels from a link's curve that still count as on it


class NetworkPicture(QWidget):
    """Signals: neuron_hovered(object): (layer, neuron) under the pointer, (−1, input), or None.
    neuron_clicked(layer, neuron). edited(parameter, value). `buttons` has signals of its own.
    """

    neuron_hovered = Signal(object)
    neuron_clicked = Signal(int, int)
    edited = Signal(int, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(320, 220))
        self.setAccessibleName("Network")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.buttons = LayerButtons(self)
        self.editor = ParameterEditor(self)
        self.editor.edited.connect(self.edited)
        self._scene: Scene | None = None
        self._snapshot: Snapshot | None = None
        self._layout: NetworkLayout | None = None
        self._gaps: list[QPixmap | None] = []
        self._stale_gaps: list[int] = []
        self._drawing: tuple[int, LinkDrawing] | None = None
        self._drawn: dict[int, LinkDrawing] = {}  # what shows, by layer
        self._motion: LinkMotion | None = None
        self._shows_motion, self._is_moving = animations_wanted(), False
        self._frames: list[tuple[QPointF, QPixmap]] = []  # around the squares of each column
        self._input_atlas: QImage | None = None
        self._atlas: QImage | None = None  # thumbnails of all neurons, one under the other
        self._shows = "weight"
        self._pointer: QPointF | None = None
        self._hovered: tuple[int, int] | None = None
        self._hovered_bias: tuple[int, int] | None = None
        self._hovered_link: Link | None = None
        self._rest = QTimer(self)  # redraws links where nobody calls `advance`
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._draw_rest)
        theme.notifier.changed.connect(self._recolour)

    # ----- what is shown --------------------------------------------------------------------

    def set_scene(self, scene: Scene) -> None:
        """Another network."""
        is_same_shape = self._scene is not None and self._scene.setup.sizes == scene.setup.sizes
        self._scene = scene
        self._input_atlas = _atlas(scene.inputs)
        if not is_same_shape:
            self._snapshot = None
            self._atlas = None
            self._hovered_link = self._hovered_bias = None
            self._set_hovered(None)
            self.editor.hide()
        self._arrange()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the network has learnt by now. Links follow a layer at a time, see `advance`."""
        self._snapshot = snapshot
        self.move_dashes()
        self._atlas = _atlas(snapshot.picture.thumbnails)
        self.buttons.show_activations(snapshot.setup)
        parameter = self.editor.parameter
        if parameter is not None:
            self.editor.show_numbers(
                float(snapshot.parameters[parameter.index]),
                float(snapshot.gradients[parameter.index]),
            )
        self._stale_gaps = [
            *self._stale_gaps,
            *(g for g in range(len(self._gaps)) if g not in self._stale_gaps),
        ]
        self.advance()
        self._update_picture()

    def _update_picture(self) -> None:
        """Paint anew what a snapshot changes: all but the row of buttons, which takes as long."""
        if self._layout is None or self._pointer is not None:
            self.update()  # what is told of a neuron under the pointer may lie anywhere
        else:
            # Nor the panel's round corners.
            top, side = math.floor(self._layout.gap(0).top()), math.ceil(theme.RADIUS_PANEL)
            self.update(side, top, self.width() - 2 * side, self.height() - top - side)

    def set_shows(self, what: str) -> None:
        """What the links' width and colour mean: "weight", "gradient" or "update"."""
        self._shows = what
        self._stale_gaps = list(range(len(self._gaps)))
        self._draw_rest()
        self.update()

    def advance(self, within: float = 0.002) -> None:
        """Redraw links for `within` seconds, so that a large network never takes a whole frame.

        Seconds of this thread's own work: where others keep the processor busy, links still come.
        """
        if self._layout is None or self._snapshot is None:
            return
        until = time.thread_time() + within
        while self.is_behind:
            if self._drawing is None:
                layer = self._stale_gaps.pop(0)
                drawing, drawn = self._begin_drawing(layer), self._drawn.get(layer)
                if drawn is None or not drawing.looks_like(drawn):
                    self._drawing = layer, drawing
            if self._drawing is not None:
                layer, drawing = self._drawing
                drawing.go_on(until)
                if drawing.is_finished:
                    self._gaps[layer], self._drawn[layer] = drawing.pixmap, drawing
                    self._drawing = None
                    self._choose_moving()
                    self.update(self._layout.gap(layer).toAlignedRect())
            if time.thread_time() >= until:
                break

    def set_motion(self, is_shown: bool) -> None:
        """Whether dashes run along the links while a network trains."""
        self._shows_motion = is_shown
        self._choose_moving()
        self.update()

    @property
    def shows_motion(self) -> bool:
        """Whether dashes run along the links while a network trains."""
        return self._shows_motion

    @property
    def can_show_motion(self) -> bool:
        """Whether there is room for dashes between the links of this network."""
        return self._motion is not None

    def set_training(self, is_training: bool) -> None:
        """Whether dashes may run: there are none where nothing trains."""
        if is_training != self._is_moving:
            self._is_moving = is_training
            self._choose_moving()
            self.update()

    def move_dashes(self) -> None:
        """Let the dashes run on to this moment."""
        # A gradient flows from the output back.
        is_backward, now = self._shows == "gradient", time.perf_counter()
        motion = self._motion if self._has_dashes else None
        if motion is not None and motion.move(now, is_backward=is_backward):
            self.update(motion.region)

    @property
    def _has_dashes(self) -> bool:
        return self._shows_motion and self._is_moving

    def _choose_moving(self) -> None:
        if self._motion is not None and self._has_dashes:
            self._motion.choose({layer: drawn.shades for layer, drawn in self._drawn.items()})

    def _draw_rest(self) -> None:
        """Redraw links until all are there: of a run that rests no new ones will come."""
        self.advance()
        if self.is_behind and self._snapshot is not None:
            self._rest.start()

    @property
    def is_behind(self) -> bool:
        """Whether there are links still to be redrawn."""
        return bool(self._stale_gaps) or self._drawing is not None

    def square(self, column: int, place: int) -> QRectF:
        """Where a neuron, or an input in column 0, is drawn."""
        assert self._layout is not None
        return QRectF(self._layout.columns[column][place])

    # ----- arranging ------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _recolour(self) -> None:
        if self._scene is not None:
            self._input_atlas = _atlas(self._scene.inputs)
        if self._snapshot is not None:
            self._atlas = _atlas(self._snapshot.picture.thumbnails)
        self._arrange()

    def _arrange(self) -> None:
        if self._scene is None:
            return
        metrics = QFontMetricsF(fonts.sans())
        labels = max(metrics.horizontalAdvance(title) for title in input_titles(self._scene.setup))
        labels += 12
        sizes = self._scene.setup.sizes
        self._layout = NetworkLayout(sizes, self.width(), self.height(), labels)
        self._drawing, self._drawn = None, {}
        self._motion = LinkMotion(self._layout) if has_room(sizes) else None
        self._frames = []
        self._gaps = [None] * (len(sizes) - 1)
        self._stale_gaps = list(range(len(sizes) - 1))
        self.buttons.arrange(self._shown_setup(), self._layout)
        self._draw_rest()
        self.update()

    def _shown_setup(self) -> Hyperparameters:
        assert self._scene is not None
        return self._scene.setup if self._snapshot is None else self._snapshot.setup

    # ----- links ----------------------------------------------------------------------------

    def _numbers(self, layer: int) -> Floats:
        """What the links into a layer show, target by target."""
        assert self._scene is not None
        assert self._snapshot is not None
        shown = {
            "weight": self._snapshot.parameters,
            "gradient": self._snapshot.gradients,
            "update": self._snapshot.update,
        }[self._shows]
        if self._shows == "update" and np.isnan(shown).all():
            shown = np.zeros_like(shown)  # before the first step
        weights: Floats = by_layer(self._scene.setup.sizes, shown)[layer][0].ravel()
        return weights

    def _begin_drawing(self, layer: int) -> LinkDrawing:
        layout = self._layout
        assert layout is not None
        crowd = max(layout.sizes[layer : layer + 2])
        return LinkDrawing(
            layout.gap(layer),
            self.devicePixelRatioF(),
            lambda k: layout.curve(layout.link(layer, k)),
            self._numbers(layer),
            min(1.0, (9.0 / crowd) ** 0.8),
        )

    # ----- pointer --------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        # What is hovered is told of, and a listener may let the pointer leave meanwhile.
        pointer = self._pointer = event.position()
        if self._layout is not None:
            self._hovered_bias = self._layout.bias_at(pointer)
            self._set_hovered(self._hovered_bias or self._layout.square_at(pointer))
        self._hovered_link = self._link_at(pointer) if self._hovered is None else None
        is_target = self._hovered_link is not None or (self._hovered or (0, 0))[0] > 0
        shape = Qt.CursorShape.PointingHandCursor if is_target else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)
        self.editor.hide()
        if event.button() != Qt.MouseButton.LeftButton or self._layout is None:
            return
        place = event.position().toPoint()
        link = self._hovered_link
        if link is not None:
            index = self._layout.parameter(link.layer + 1, link.target, link.source)
            title = link_name(self._layout_setup(), link)
            self._edit(place, Parameter(index, title, "weight"))
        elif self._hovered_bias is not None:
            self._edit_bias(self._hovered_bias, place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._hovered_bias is None:
            self._open_neuron()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
                 Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}  # fmt: skip
        if self._layout is None:
            return
        if key in moves:
            self._move_hovered(*moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_neuron()
        elif key == Qt.Key.Key_B and self._hovered is not None and self._hovered[0] > 0:
            self._edit_bias(self._hovered, self.square(*self._hovered).center().toPoint())
        else:
            super().keyPressEvent(event)

    def _move_hovered(self, columns: int, places: int) -> None:
        """Go to a neighbour by the arrow keys."""
        assert self._layout is not None
        column, place = self._hovered or (0, 0)
        column = min(max(column + columns, 0), len(self._layout.columns) - 1)
        place = min(max(place + places, 0), len(self._layout.columns[column]) - 1)
        self._hovered_link = None
        self._pointer = QPointF(self._layout.columns[column][place].center())
        self._set_hovered((column, place))
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._layout is None or self._hovered is None or self._hovered[0] == 0:
            return
        neuron = self._hovered
        menu = PopUp(self)
        menu.add("Open in the graph view", self._open_neuron)
        menu.add("Edit its bias …", lambda: self._edit_bias(neuron, event.pos()))
        menu.popup(event.globalPos())

    def _open_neuron(self) -> None:
        if self._hovered is not None and self._hovered[0] > 0:
            self.neuron_clicked.emit(self._hovered[0] - 1, self._hovered[1])

    def _edit_bias(self, neuron: tuple[int, int], place: QPoint) -> None:
        assert self._layout is not None
        index = self._layout.parameter(*neuron, None)
        self._edit(place, Parameter(index, name_of(self._layout_setup(), *neuron), "bias"))

    def _edit(self, place: QPoint, parameter: Parameter) -> None:
        if self._snapshot is not None:
            value, gradient = (
                float(numbers[parameter.index])
                for numbers in (self._snapshot.parameters, self._snapshot.gradients)
            )
            self.editor.open_at(place, parameter, value, gradient)

    def _layout_setup(self) -> Hyperparameters:
        assert self._scene is not None
        return self._scene.setup

    def leaveEvent(self, event: object) -> None:
        self._pointer, self._hovered_link, self._hovered_bias = None, None, None
        self._set_hovered(None)
        self.update()

    def _set_hovered(self, hovered: tuple[int, int] | None) -> None:
        if hovered != self._hovered:
            self._hovered = hovered
            self.neuron_hovered.emit(None if hovered is None else (hovered[0] - 1, hovered[1]))

    def _link_at(self, point: QPointF) -> Link | None:
        if self._layout is None or self._snapshot is None:
            return None
        for layer in range(len(self._gaps)):
            if self._layout.gap(layer).contains(point):
                near = np.flatnonzero(self._layout.distances(layer, point) < REACH)
                if len(near):
                    strength = np.abs(self._numbers(layer)[near])
                    k = int(near[np.argmax(np.nan_to_num(strength))])
                    return self._layout.link(layer, k)
        return None

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scene is None or self._layout is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for layer, pixmap in enumerate(self._gaps):
            if pixmap is not None:
                painter.drawPixmap(self._layout.gap(layer).topLeft(), pixmap)
        is_motion_only = False
        if self._has_dashes and self._motion is not None:
            self._motion.paint(painter)
            is_motion_only = event.region().subtracted(self._motion.region).isEmpty()
        if not is_motion_only:
            self._paint_squares(painter)
            self._paint_biases(painter)
            paint_captions(painter, self._layout, self._layout_setup(), self.buttons.middle())
        if self._hovered_link is not None:
            painter.setPen(QPen(theme.current().color("selection"), 2))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPath(self._layout.curve(self._hovered_link))
        self._paint_card(painter)

    def _paint_squares(self, painter: QPainter) -> None:
        assert self._layout is not None
        first, *others = self._layout.columns
        self._paint_thumbnails(painter, self._input_atlas, first)
        self._paint_thumbnails(painter, self._atlas, [box for column in others for box in column])
        if not self._frames:
            ratio = self.devicePixelRatioF()
            self._frames = [drawn_frames(boxes, ratio) for boxes in self._layout.columns]
        for place, pixmap in self._frames:
            painter.drawPixmap(place, pixmap)
        if self._hovered is not None:
            box = self.square(*self._hovered).adjusted(-2, -2, 2, 2)
            draw_box(painter, box, None, theme.current().color("selection"), width=2.5)

    @staticmethod
    def _paint_thumbnails(painter: QPainter, atlas: QImage | None, boxes: list[QRectF]) -> None:
        if atlas is not None:
            side = atlas.width()
            for i, box in enumerate(boxes):
                painter.drawImage(box, atlas, QRectF(0.5, i * side + 0.5, side - 1, side - 1))

    def _paint_biases(self, painter: QPainter) -> None:
        """A dot at the lower left of each neuron: its bias, by sign and size."""
        if self._snapshot is None or self._layout is None:
            return
        biases = [part[1] for part in by_layer(self._layout.sizes, self._snapshot.parameters)]
        scale = robust_scale(np.concatenate(biases))
        ratio = self.devicePixelRatioF()
        for column, numbers in enumerate(biases, start=1):
            for place, number in enumerate(numbers.tolist()):
                dot = self._layout.bias_dot(column, place)
                if dot is None:
                    break
                paint_dot(painter, dot.center(), dot.width(), number / scale, ratio)
        if self._hovered_bias is not None:
            dot = self._layout.bias_dot(*self._hovered_bias)
            if dot is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.current().color("selection"), 2))
                painter.drawEllipse(dot)

    def _paint_card(self, painter: QPainter) -> None:
        told = self._card()
        if told is not None and self._pointer is not None and not self.editor.isVisible():
            paint_card(painter, self._pointer, QSizeF(self.size()), *told)

    def _card(self) -> tuple[str, Rows, str] | None:
        """Title and rows of what is under the pointer, and what a click on it does."""
        if self._snapshot is None or self._scene is None:
            return None
        setup = self._scene.setup
        if self._hovered_link is not None:
            rows = link_rows(setup, self._snapshot, self._hovered_link)
            return link_name(setup, self._hovered_link), rows, "Click to edit the weight"
        if self._hovered is None:
            return None
        column, place = self._hovered
        hint = "" if column == 0 else "Click to open it in the graph view"
        if self._hovered_bias is not None:
            hint = "Click to edit the bias"
        rows = neuron_rows(setup, self._snapshot, column, place)
        return name_of(setup, column, place), rows, hint


def _atlas(pictures: heat.Levels) -> QImage:
    """Pictures (n, side, side), one under the other, as one image."""
    return heat.image(pictures.reshape(-1, pictures.shape[-1]))
