"""The drawing surface of the network: paints the crossbar, opens and closes its levels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app import fonts, theme
from app.color_scale import ColorScale
from app.graph_view import cards as card_painting
from app.graph_view import legend
from app.graph_view.camera import DURATION, animations_wanted
from app.graph_view.network import cards, path_marks, steps
from app.graph_view.network.cards import describe
from app.graph_view.network.map import NetworkMinimap
from app.graph_view.network.painter import NetworkPainter, paint_ring
from app.graph_view.network.picture import NetworkPicture, Spot
from app.graph_view.network.search import find_spots
from app.graph_view.network.source import NetworkSource
from app.graph_view.picture import GRADIENT
from app.graph_view.viewport import ARROWS, Viewport
from core.layout import Direction
from core.network.export import folded
from core.network.paths import NetworkPaths

if TYPE_CHECKING:
    import networkx as nx

    from core.network.gradient_check import Findings

MOST_ANIMATED = 20_000  # scalars; larger pictures jump to their new places
REST = 300  # milliseconds without new numbers until the scale of the colours is exact again
MOST_MARKED = 200  # places that a search marks
CLOSEST = 1.4  # zoom at which a small network, or a small part of one, is shown


class NetworkCanvas(Viewport):
    """Shows a NetworkSource's reading.

    Click selects; Shift-click picks a second scalar, and the paths between them show. A click on
    a layer's title, and a double-click anywhere, opens or closes. Arrow keys go to neighbours,
    Enter opens, Escape closes.

    Signals: spot_changed(): `spot`, or what is open. sample_wanted(sample): one of those side by
    side is to be shown alone.
    """

    spot_changed = Signal()
    sample_wanted = Signal(int)
    minimap: NetworkMinimap

    def __init__(self, source: NetworkSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_canvas")
        self.setAccessibleName("Network")
        self.source = source
        self.minimap = NetworkMinimap()
        self.picture: NetworkPicture | None = None
        self.spot: Spot | None = None
        self.hovered: Spot | None = None
        self.found: list[Spot] = []  # by a search
        self.other: Spot | None = None  # selected besides `spot`: paths between them show
        self.paths: NetworkPaths | None = None
        self.color_by = GRADIENT
        self.direction: Direction = "LR"
        self._wanted: tuple[int, int | None] | None = None  # to be shown as soon as it is read
        self._scale = ColorScale(self)
        self._rest = QTimer(self)  # runs out when the numbers have not changed for a moment
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._scale.settle)
        self._scale.settled.connect(self.recolor)
        self._move = QVariantAnimation(self)
        self._move.setStartValue(0.0)
        self._move.setEndValue(1.0)
        self._move.setDuration(DURATION)
        self._move.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._move.valueChanged.connect(self._move_to)
        self._moves: steps.Moves | None = None
        source.opened.connect(self._take_network)
        source.read.connect(self._take_reading)
        theme.notifier.changed.connect(self.update)

    # ----- keeping up to date ---------------------------------------------------------------

    def _take_network(self) -> None:
        """Another network; what was open stays open where the shape is the same."""
        former, reader = self.picture, self.source.reader
        if reader is None:
            return
        self.finish_moves()
        self.picture = NetworkPicture(reader, self.direction)
        is_same = former is not None and [la.weight.shape for la in former.trace.layers] == [
            la.weight.shape for la in self.picture.trace.layers
        ]
        if is_same and former is not None:
            self.picture.open(former.open_layers, former.open_neurons)
        else:
            self.spot = None
            self.is_following = True
        self.leave()
        self.found, self.other, self.paths = [], None, None
        self.minimap.picture = self.picture

    def _take_reading(self) -> None:
        picture, reading = self.picture, self.source.reading
        if picture is None or reading is None:
            return
        is_first = picture.reading is None
        is_rearranged = picture.n_samples != reading.numbers.n_samples
        if is_rearranged:
            self.finish_moves()
        self.recolor(at_once=is_first)
        if self.is_following and (is_first or is_rearranged):
            self.show_all(smooth=False)
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self.show_place(*wanted)
        if is_first:
            self.spot_changed.emit()
        self._describe()

    def recolor(self, *, at_once: bool = False) -> None:
        """Take over the newest numbers, on the scale in force."""
        picture, reading = self.picture, self.source.reading
        if picture is None or reading is None:
            return
        picture.color_by = self.color_by
        self._scale.follow(picture.own_scale(reading), at_once=at_once)
        if not self._scale.is_settled:
            self._rest.start()
        picture.recolor(reading, self.color_by, self._scale.value)
        self._find_paths()
        self.update()

    @property
    def scale(self) -> float:
        """The size of number that gets the full colour."""
        return self._scale.value

    def set_color_by(self, color_by: str) -> None:
        """What the colours mean."""
        self.color_by = color_by
        self.recolor(at_once=True)

    def show_findings(self, findings: Findings | None) -> None:
        """What a gradient check has found so far."""
        if self.picture is not None and findings is not self.picture.findings:
            self.picture.findings = findings
            self.recolor(at_once=True)

    def set_direction(self, direction: Direction) -> None:
        """Layers side by side, or beneath each other."""
        self.direction = direction
        if self.picture is not None and direction != self.picture.direction:
            self.picture.direction = direction
            self._open(self.picture.open_layers, self.picture.open_neurons, None)

    def lock_scale(self, is_locked: bool) -> None:
        """Hold the scale of the colours, or let it follow the numbers again."""
        self._scale.set_locked(is_locked)

    # ----- levels ---------------------------------------------------------------------------

    def show_place(self, layer: int | None = None, neuron: int | None = None) -> None:
        """Open a layer, or a neuron of it, and go there; None for the whole network."""
        picture = self.picture
        if picture is None or picture.reading is None:
            self._wanted = None if layer is None else (layer, neuron)
            return
        if layer is None or not 0 <= layer < picture.n_layers:
            self.close_all()
            return
        if neuron is not None and not 0 <= neuron < picture.trace.layers[layer].n_neurons:
            neuron = None
        neurons = dict(picture.open_neurons)
        if neuron is not None:
            neurons[layer] = frozenset({neuron})
        self._open({*picture.open_layers, layer}, neurons, Spot(layer, neuron))

    def close_all(self) -> None:
        """Back to the matrices, all of them in view."""
        self._open((), {}, None)

    def close_neurons(self, layer: int) -> None:
        """Close a layer's open neurons, and show all of the layer."""
        if self.picture is not None:
            neurons = {key: rows for key, rows in self.picture.open_neurons.items() if key != layer}
            self._open(self.picture.open_layers, neurons, Spot(layer))

    def toggle(self, spot: Spot) -> None:
        """Open the layer or the neuron of a spot, or close it."""
        picture = self.picture
        if picture is None or not 0 <= spot.layer < picture.n_layers:
            return
        layers, neurons = set(picture.open_layers), dict(picture.open_neurons)
        if spot.layer not in layers:
            self.show_place(spot.layer)
        elif spot.row is None:
            neurons.pop(spot.layer, None)
            self._open(layers - {spot.layer}, neurons, None if len(layers) == 1 else spot)
        elif spot.row in neurons.get(spot.layer, ()):
            neurons[spot.layer] = neurons[spot.layer] - {spot.row}
            self._open(layers, neurons, Spot(spot.layer))
        else:
            self.show_place(spot.layer, spot.row)

    def _open(
        self, layers: Collection[int], neurons: Mapping[int, Collection[int]], spot: Spot | None
    ) -> None:
        """Have exactly these open, and look at a spot, or at everything."""
        picture = self.picture
        assert picture is not None
        self.finish_moves()
        former = steps.places_of(picture)
        picture.open(layers, neurons)
        self.leave()
        self.spot, self.other, self.paths = spot, None, None
        self._show_spot(spot)
        self._moves = steps.moves(former, picture)
        if self.isVisible() and animations_wanted() and picture.n_shown <= MOST_ANIMATED:
            self._move.start()
            self._move_to(0.0)
        self.spot_changed.emit()
        self._describe()
        self.update()

    def _show_spot(self, spot: Spot | None) -> None:
        picture = self.picture
        if picture is None:
            return
        self.is_following = spot is None
        if spot is None:
            self.show_all(smooth=True)
        else:
            rect = picture.rect(spot).adjusted(-24, -24, 24, 24)
            most = CLOSEST * fonts.scale
            area = self.area_beside_map(rect, most)
            self.camera.show(rect, area, most=most, smooth=self.isVisible())

    def find_all(self, text: str) -> list[Spot]:
        """Mark the places whose name has a text in it; returns them, inputs first."""
        self.found = [] if self.picture is None else find_spots(self.picture, text)
        self.update()
        return self.found

    def go_to(self, spot: Spot) -> None:
        """Select a place that was found, and bring it into view."""
        self.select(spot)
        if self.picture is not None:
            self.reveal_rect(self.picture.rect(spot))

    def graph_text(self, write: Callable[[nx.DiGraph], str]) -> str:
        """What is open, the rest folded, as another program reads it. ValueError in words."""
        picture = self.picture
        if picture is None or picture.reading is None:
            raise ValueError("There is no network to be written yet.")
        trace, numbers = picture.trace, picture.reading.numbers
        return write(folded(trace, numbers, picture.open_layers, picture.reader.input_names))

    def select(self, spot: Spot | None, other: Spot | None = None) -> None:
        """Mark a spot, and perhaps another one; the card and the breadcrumbs follow."""
        if (spot, other) != (self.spot, self.other):
            self.spot, self.other = spot, other
            self._find_paths()
            self.spot_changed.emit()
            self._describe()
            self.update()

    def _find_paths(self) -> None:
        """Two selected scalars have all paths between them shown."""
        self.paths = None
        if self.picture is not None and self.spot is not None and self.other is not None:
            self.paths = path_marks.find(self.picture, self.spot, self.other)

    # ----- on the way -----------------------------------------------------------------------

    def _move_to(self, share: float) -> None:
        if self.picture is not None and self._moves is not None:
            steps.place(self.picture, self._moves, share)
            self.update()

    def finish_moves(self) -> None:
        """Put everything that is on its way where it goes."""
        self._move.stop()
        self._move_to(1.0)
        self._moves = None
        self.camera.finish()

    # ----- which part is shown --------------------------------------------------------------

    def bounds(self) -> QRectF | None:
        return None if self.picture is None else self.picture.bounds

    def show_all(self, *, smooth: bool) -> None:
        bounds = self.bounds()
        if bounds is not None:
            most = CLOSEST * fonts.scale
            self.camera.show(bounds, self.area(), most=most, smooth=smooth and self.isVisible())

    def fit_all(self) -> None:
        """Show the whole network."""
        self.is_following = True
        self.show_all(smooth=True)

    def fit_selection(self) -> None:
        """Show what is selected as large as is useful; everything where nothing is."""
        self._show_spot(self.spot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.is_following:
            self.show_all(smooth=False)

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_count += 1
        painter = QPainter(self)
        picture = self.picture
        if picture is None or picture.reading is None:
            painter.fillRect(event.rect(), theme.current().color("canvas"))
        else:
            key = id(picture), picture.version, theme.current().name, fonts.scale
            self.paint_layer(painter, key, self._draw)
            self._paint_overlay(painter, picture)
        painter.end()

    def _draw(self, painter: QPainter, areas: list[QRectF]) -> None:
        assert self.picture is not None
        for area in areas:
            painter.fillRect(area, theme.current().color("canvas"))
        NetworkPainter(self.picture, self.camera).paint(painter, areas)

    def paint_still(self, painter: QPainter) -> None:
        """Paint what is seen with its legend, for an export."""
        whole = QRectF(self.rect())
        painter.setClipRect(whole)
        painter.fillRect(whole, theme.current().color("canvas"))
        if self.picture is not None and self.picture.reading is not None:
            NetworkPainter(self.picture, self.camera).paint(painter, [whole])
            top = QRectF(0, 0, self.width(), legend.height() - 8)
            painter.fillRect(top, theme.current().color("canvas"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_legend(painter)

    def paint_legend(self, painter: QPainter) -> None:
        """Paint the legend at the top left."""
        legend.paint_legend(painter, self.width(), self.scale, "loss", self.color_by)

    def _paint_overlay(self, painter: QPainter, picture: NetworkPicture) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = theme.current()
        ring = QPen(now.color("accent"), 2.0, Qt.PenStyle.DashLine)
        for spot in self.found[:MOST_MARKED]:
            paint_ring(painter, self.camera, picture.rect(spot), ring, 6.0)
        path_marks.paint(painter, picture, self.camera, self.paths)
        chosen, strong = QPen(now.color("selection"), 2.0), QPen(now.color("strong"), 1.5)
        for picked in (self.spot, self.other):
            if picked is not None:
                paint_ring(painter, self.camera, picture.rect(picked), chosen, 3.0)
        if self.hovered is not None and self.hovered.row is not None:
            paint_ring(painter, self.camera, picture.rect(self.hovered), strong, 1.0)
        painter.fillRect(QRectF(0, 0, self.width(), legend.height() - 8), now.color("canvas"))
        self.paint_legend(painter)
        self.minimap.place(self.size(), picture.bounds, self.camera, self.area())
        self.minimap.paint(painter, self.camera.seen(self.area()))
        if self.paths is not None:
            told = path_marks.card(picture, self.paths)
            card_painting.paint_card(painter, told, QPointF(-6, self.height()), QRectF(self.rect()))
        card = self.card()
        if card is not None and self.pointer is not None:
            anchor = self.pointer + QPointF(4, 16)
            card_painting.paint_card(painter, card, anchor, QRectF(self.rect()))

    # ----- pointer --------------------------------------------------------------------------

    def card(self) -> card_painting.Card | None:
        """What is said about the place under the pointer."""
        if self.picture is None or self.hovered is None:
            return None
        sample = None
        if self.pointer is not None:
            place = self.camera.to_scene(self.pointer)
            sample = self.picture.sample_at(self.hovered, place)
        return cards.card(self.picture, self.hovered, sample)

    def hover(self, point: QPointF) -> None:
        picture = self.picture
        if picture is None or picture.reading is None:
            return
        is_on = self.area().top() <= point.y() and not self.minimap.area.contains(point)
        spot = picture.spot_at(self.camera.to_scene(point)) if is_on else None
        on_title = self._is_title(point)
        if spot is not None and spot.row is None and not on_title:
            spot = None  # a layer's card belongs to its title
        self.pointer = point if spot is not None else None
        if spot is not None or self.hovered is not None:
            self.update()
        self.hovered = spot
        shape = Qt.CursorShape.PointingHandCursor if on_title else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def leave(self) -> None:
        if self.hovered is not None:
            self.hovered = self.pointer = None
            self.update()

    def _is_title(self, point: QPointF) -> bool:
        """Whether a point is on a layer's title."""
        picture, place = self.picture, self.camera.to_scene(point)
        if picture is None:
            return False
        spot = picture.spot_at(place)
        if spot is None or spot.row is not None or not 0 <= spot.layer < picture.n_layers:
            return False
        return place.y() - picture.frame(spot.layer).top() < TITLE_HEIGHT

    def released(self, point: QPointF, event: QMouseEvent, *, is_click: bool) -> None:
        picture = self.picture
        if not is_click or picture is None:
            return
        spot = picture.spot_at(self.camera.to_scene(point))
        if spot is not None and self._is_title(point):
            self.toggle(spot)
        elif event.modifiers() & _ADDING and spot is not None and self.spot is not None:
            self.select(self.spot, None if spot == self.spot else spot)
        else:
            self.select(spot)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        picture = self.picture
        is_in_map = self.minimap.area.contains(event.position())
        if picture is None or is_in_map or event.button() != Qt.MouseButton.LeftButton:
            return
        place = self.camera.to_scene(event.position())
        spot = picture.spot_at(place)
        sample = None if spot is None else picture.sample_at(spot, place)
        if sample is not None:
            self.sample_wanted.emit(int(picture.reader.rows[sample]))
        elif spot is not None and not self._is_title(event.position()):
            self.toggle(spot)

    # ----- keys -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.navigate(event):
            return
        if key in ARROWS:
            self._go_to_neighbour(Qt.Key(key))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.spot is not None:
            self.toggle(self.spot)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace) and self.spot is not None:
            self._go_up(self.spot)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_F):
            self.fit_all()
        elif key == Qt.Key.Key_Period:
            self.fit_selection()
        else:
            super().keyPressEvent(event)

    def _go_up(self, spot: Spot) -> None:
        """Close the innermost thing that is open around a spot."""
        picture = self.picture
        assert picture is not None
        if spot.row is not None and spot.row in picture.open_neurons.get(spot.layer, ()):
            self.toggle(Spot(spot.layer, spot.row))
        elif spot.layer in picture.open_layers:
            self.toggle(Spot(spot.layer))
        elif picture.open_layers:
            self.close_all()
        else:
            self.select(None)

    def _go_to_neighbour(self, key: Qt.Key) -> None:
        if self.picture is None:
            return
        spot = steps.neighbour(self.picture, self.spot, key)
        self.select(spot)
        self.reveal_rect(self.picture.rect(spot))

    # ----- for people who do not see it -----------------------------------------------------

    def _describe(self) -> None:
        picture = self.picture
        if picture is None or picture.reading is None:
            return
        self.setAccessibleDescription(describe(picture, picture.reading, self.spot))


_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
TITLE_HEIGHT = 46.0  # scene pixels from a frame's top in which a click opens or closes
