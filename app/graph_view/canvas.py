"""The drawing surface of the graph view: paints the picture and keeps it up to date."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.background import Background
from app.color_scale import ColorScale
from app.document import Document
from app.graph_view import cards, fold, legend, path_marks
from app.graph_view.camera import MARGIN
from app.graph_view.error_check import ErrorCheck
from app.graph_view.graph_minimap import GraphMinimap
from app.graph_view.motion import Motion, is_animated
from app.graph_view.painter import Marks, paint_picture, paint_rings
from app.graph_view.picture import ERROR, GRADIENT, LOCAL, Options, Picture
from app.graph_view.plan import AIRY, Plan, make_picture, plan_picture
from app.graph_view.viewport import Viewport
from core.graph import Graph
from core.known import Known, format_known
from core.layout import Layout
from core.layout.graphviz import GraphvizError
from core.paths import Paths, paths_between
from core.stepping import State

LAID_OUT_AT_ONCE = 150  # nodes of a graph that the window waits for
MOST_FOR_PATHS = 20_000  # links
REST = 300  # milliseconds without new values until the scale of the colours is exact again


def _laid_out(plan: Plan) -> Layout | GraphvizError:
    """For a thread, whose exceptions nobody would hear."""
    try:
        return plan.lay_out()
    except GraphvizError as error:
        return error


class GraphCanvas(Viewport):
    """Holds the Picture of the document's graph. shown(): another picture or other options."""

    shown = Signal()
    minimap: GraphMinimap

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.options = Options()
        self._own_scale = ColorScale(self)  # of data and of local derivatives
        self._rest = QTimer(self)  # runs out when the values have not changed for a moment
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self.marks = Marks()
        self.picture: Picture | None = None
        self.paths: Paths | None = None
        self.state: State | None = None  # how far a debugger has come with the gradients
        self.minimap = GraphMinimap()
        self.part: frozenset[str] | None = None  # of a graph too large to be drawn whole
        self._focus: str | None = None  # what the part is around; None for the output
        self.box: QRectF | None = None  # of a selection being drawn, in the widget
        self._is_structure_stale = self._are_values_stale = True
        self._is_new = True
        self._background = Background(self)
        self._planned_revision: int | None = None  # of the graph that a thread lays out
        self._motion = Motion(self)
        self._motion.moved.connect(self.update)
        self._check = ErrorCheck(self)
        self._check.found.connect(lambda: self._recolor(at_once=True))
        self.setAccessibleName("Graph")
        self._own_scale.settled.connect(self._recolor)
        self._rest.timeout.connect(self._own_scale.settle)
        self._rest.timeout.connect(document.gradient_scale.settle)
        document.replaced.connect(self._take_document)
        document.structure_changed.connect(self._take_structure)
        document.values_changed.connect(self._take_values)
        document.selection_changed.connect(self._take_selection)
        theme.notifier.changed.connect(self._take_theme)

    # ----- what the document tells ----------------------------------------------------------

    def _take_document(self) -> None:
        self._is_new = True
        self.picture = None
        self._focus = None
        self.is_following = True
        self._is_structure_stale = True
        self.update()

    def _take_structure(self, _initiator: object = None) -> None:
        self._is_structure_stale = True
        self.update()

    def _take_values(self, _initiator: object = None) -> None:
        self._are_values_stale = True
        self.update()

    def _take_selection(self, _initiator: object = None) -> None:
        self.refresh()
        self._fold_around(self.document.current)
        self.refresh()
        self.marks.selection = self.document.selection
        self._find_paths()
        self._describe()
        self.update()

    def _take_theme(self) -> None:
        # Another scale of type makes other boxes.
        self._is_structure_stale = True
        self.update()

    # ----- keeping up to date ---------------------------------------------------------------

    def refresh(self) -> Picture | None:
        """The picture, after everything that has changed since; None while there are no nodes.

        After an edit of a large graph it is the former one, until a thread has laid out the new.
        """
        if self._is_structure_stale:
            self._lay_out()
        elif self._are_values_stale and self.picture is not None:
            self._are_values_stale = False
            self.picture.read_numbers(self.document.flow)
            self._check_gradients()
            self._recolor()
        return self.picture

    def set_step(self, current: str | None, state: State | None) -> None:
        """Mark where the debugger is, and show the gradients as far as they have come."""
        self.marks.step = current
        self.state = state
        self._describe()
        self._are_values_stale = True
        self.update()

    def lay_out_anew(self) -> None:
        """Forget where everything was."""
        self._is_new = True
        self.is_following = True
        self._take_structure()

    def set_options(self, options: Options) -> None:
        """Another direction, form or meaning of the colours."""
        is_same_layout = replace(options, color_by=self.options.color_by) == self.options
        self.options = options
        if is_same_layout and self.picture is not None:
            self.picture.options = options
            self._check_gradients()
            self._recolor(at_once=True)
        else:
            self.lay_out_anew()
        self.shown.emit()

    def _lay_out(self) -> None:
        """Bring the structure up to date: at once, or soon where that would hold up the window."""
        graph: Graph = self.document.graph
        former = None if self._is_new else self.picture
        self.part = fold.drawn_part(self.document.flow, self._focus) if len(graph) else None
        if not len(graph):
            self._are_values_stale = False
            self._show_picture(None, None)
        elif not self.options.is_by_graphviz and (
            self.part is not None or len(graph) <= LAID_OUT_AT_ONCE
        ):
            flow = self.document.flow
            made = make_picture(flow, self.options, self._room(), former, self.part)
            self._show_picture(made, former)
        elif self._planned_revision != graph.revision:
            self.leave()
            self.paths, self.marks.lit_items, self.marks.lit_pieces = None, None, frozenset()
            revision = self._planned_revision = graph.revision
            plan = plan_picture(self.document.flow, self.options, self._room(), former, self.part)
            self._background.run(
                partial(_laid_out, plan), lambda found: self._take_layout(plan, revision, found)
            )

    def _take_layout(self, plan: Plan, revision: int, found: Layout | GraphvizError) -> None:
        """A thread has laid out the graph; if it was edited since, its next layout is due."""
        self._planned_revision = None
        if isinstance(found, GraphvizError):
            self.set_options(replace(self.options, is_by_graphviz=False))
            self.document.refused.emit(str(found))
        elif revision == self.document.graph.revision and plan.options == replace(
            self.options, color_by=plan.options.color_by
        ):
            picture = plan.picture(self.document.flow, found)
            picture.options = self.options
            self._show_picture(picture, self.picture)
        self.update()

    def _show_picture(self, picture: Picture | None, former: Picture | None) -> None:
        """Draw this from now on, in place of another picture of the same document."""
        self._background.cancel()
        self._planned_revision = None
        self._is_structure_stale = self._are_values_stale = False
        self.leave()
        self._motion.stop()
        self.picture = picture
        if picture is None:
            self.paths = None
            self.shown.emit()
            return
        self._check_gradients()
        self._recolor(at_once=True)
        self.marks.selection = self.document.selection
        self._find_paths()
        self._is_new = False
        if former is not None and self.isVisible():
            self._motion.start(former, picture)
        if self.is_following:
            self.show_all(smooth=former is not None and is_animated(picture))
        self.shown.emit()

    @property
    def scale(self) -> float:
        """The size of number that gets the full colour."""
        if self.options.color_by == GRADIENT:
            return self.document.gradient_scale.value
        return self._own_scale.value

    def lock_scale(self, is_locked: bool) -> None:
        """Hold the scale of the colours, in every view, or let it follow the numbers again."""
        self._own_scale.set_locked(is_locked)
        self.document.gradient_scale.set_locked(is_locked)

    def _recolor(self, *, at_once: bool = False) -> None:
        if self.picture is None or self._is_structure_stale:
            return
        if self.options.color_by == ERROR:
            self.picture.errors = self._check.errors
            self.picture.explained = self._check.explained
        if self.options.color_by != GRADIENT:
            self._own_scale.follow(self.picture.own_scale(self.state), at_once=at_once)
        if not (self._own_scale.is_settled and self.document.gradient_scale.is_settled):
            self._rest.start()
        self.picture.recolor(self.scale, self.state)
        if self.marks.lit_items is not None:
            self._find_paths()
        self.update()

    def _check_gradients(self) -> None:
        """Where the colours tell how far gradients are off, find out anew."""
        if self.options.color_by == ERROR and self.picture is not None:
            self._check.restart(self.picture.flow)
        else:
            self._check.stop()
            if self.picture is not None:
                self.picture.forget_errors()

    def _find_paths(self) -> None:
        """Two selected nodes pick all paths between them; the rest goes quiet."""
        self.paths = None
        selection = self.document.selection
        picture = None if self._is_structure_stale else self.picture
        is_group = self.document.graph.groups.holder_of(selection) is not None
        if picture is not None and len(selection) == 2 and not is_group:
            rows = picture.flow.row
            if selection <= rows.keys() and len(picture.flow.source) <= MOST_FOR_PATHS:
                one, other = sorted(selection, key=rows.__getitem__)
                self.paths = paths_between(picture.flow, one, other)
        if self.paths is None or picture is None:
            self.marks.lit_items, self.marks.lit_pieces = None, frozenset()
        else:
            self.marks.lit_items = path_marks.lit_items(picture, self.paths)
            self.marks.lit_pieces = path_marks.lit_pieces(picture, self.paths)

    # ----- boxes on their way ---------------------------------------------------------------

    def finish_moves(self) -> None:
        """Put everything that is on its way where it goes."""
        self._background.finish()
        self._motion.finish()
        self.camera.finish()

    # ----- which part is shown --------------------------------------------------------------

    def bounds(self) -> QRectF | None:
        return None if self.picture is None else self.picture.bounds

    def _room(self) -> QSizeF:
        area = self.area()
        return QSizeF(area.width() + 2 * MARGIN, area.height())

    def fit_all(self) -> None:
        """Show the whole graph, and go on doing so as it grows."""
        self.refresh()
        self.is_following = True
        self.show_all(smooth=True)

    def fit_selection(self) -> None:
        """Show the selected nodes as large as is useful; everything where none is selected."""
        picture = self.refresh()
        chosen = self.document.selection
        rects = []
        if picture is not None:
            index = picture.drawing.index
            rects = [picture.rects[index[id]] for id in chosen if id in index]
        if not rects:
            self.fit_all()
            return
        part = rects[0]
        for rect in rects[1:]:
            part = part.united(rect)
        self.is_following = False
        part = part.adjusted(-24, -24, 24, 24)
        self.camera.show(part, self.area_beside_map(part, 1.5), most=1.5)

    def find_all(self, text: str) -> list[str]:
        """Mark the nodes whose name or label contains a text; returns them, as they stand."""
        picture = self.refresh()
        wanted = text.strip().casefold()
        found = [
            node.id
            for node in self.document.graph
            if wanted and (wanted in node.name.casefold() or wanted in node.label.casefold())
        ]
        if picture is not None:
            places = picture.drawing.positions
            found.sort(key=lambda node: places.get(node, (math.inf, math.inf)))
        self.marks.found = frozenset(found)
        self.update()
        return found

    def go_to(self, id: str) -> None:
        """Select a node that was found, and bring it into view."""
        self.document.select([id], id, self)
        self.reveal(id)

    def reveal(self, id: str) -> None:
        """Bring a node into view, if it is not."""
        picture = self.refresh()
        if picture is None or id not in picture.drawing.index:
            self._fold_around(id)
            return
        self.reveal_rect(picture.rects[picture.drawing.index[id]])

    def _fold_around(self, id: str | None) -> None:
        """Where only a part is drawn, draw what is around this node instead."""
        if self.part is not None and id is not None and id not in self.part:
            self._focus = id
            self.lay_out_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.leave()
        if self.is_following and self.picture is not None and not self._is_structure_stale:
            is_own = not self.options.is_by_graphviz
            if is_own and len(self.picture.rows) <= AIRY:  # its gaps follow the room
                flow, room = self.document.flow, self._room()
                self.picture = make_picture(flow, self.options, room, self.picture, self.part)
                self._recolor(at_once=True)
                self._find_paths()
            self.show_all(smooth=False)

    # ----- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_count += 1
        picture = self.refresh()
        painter = QPainter(self)
        if picture is None:
            painter.fillRect(event.rect(), theme.current().color("canvas"))
        else:
            self._paint_layer(painter, picture)
            self._paint_overlay(painter, picture)
        painter.end()

    def _paint_layer(self, painter: QPainter, picture: Picture) -> None:
        """Boxes and curves, from the last frame as far as that shows the same."""

        def draw(painter: QPainter, areas: list[QRectF]) -> None:
            for area in areas:
                painter.fillRect(area, theme.current().color("canvas"))
            self.paint_graph(painter, picture, areas)

        lit = None if self.paths is None else (self.paths.start, self.paths.end)
        key = id(picture), picture.version, lit, theme.current().name
        self.paint_layer(painter, key, draw)

    def paint_graph(self, painter: QPainter, picture: Picture, areas: list[QRectF]) -> None:
        """Paint boxes and curves as they are shown in these areas of the widget."""
        painter.save()
        painter.setTransform(self.camera.transform(), True)
        seen = [self.camera.seen(area.adjusted(-4, -4, 4, 4)) for area in areas]
        paint_picture(painter, picture, seen, self.camera.zoom, self.marks)
        painter.restore()

    def paint_still(self, painter: QPainter) -> None:
        """Paint what is seen with its legend, without what follows the pointer, for an export."""
        self.refresh()
        self._background.finish()  # what a thread lays out is what is wanted
        picture = self.refresh()
        whole = QRectF(self.rect())
        painter.setClipRect(whole)
        painter.fillRect(whole, theme.current().color("canvas"))
        if picture is not None:
            self.paint_graph(painter, picture, [whole])
            self._paint_marks(painter, picture)
            top = QRectF(0, 0, self.width(), legend.height() - 8)
            painter.fillRect(top, theme.current().color("canvas"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_legend(painter)

    def _paint_marks(self, painter: QPainter, picture: Picture) -> None:
        painter.save()
        painter.setTransform(self.camera.transform(), True)
        paint_rings(painter, picture, self.camera.zoom, self.marks)
        painter.restore()
        if self.paths is not None:
            path_marks.paint_local_derivatives(painter, picture, self.paths, self.camera)

    def _paint_overlay(self, painter: QPainter, picture: Picture) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, picture)
        now = theme.current()
        painter.fillRect(QRectF(0, 0, self.width(), legend.height() - 8), now.color("canvas"))
        self.paint_legend(painter)
        within = QRectF(self.rect())
        self.minimap.show(picture)
        self.minimap.place(self.size(), picture.bounds, self.camera, self.area())
        self.minimap.paint(painter, self.camera.seen(self.area()))
        if self.paths is not None:
            card = path_marks.sum_card(picture, self.paths)
            cards.paint_card(painter, card, QPointF(-6, self.height()), within)
        if self.part is not None:
            fold.paint_note(painter, fold.note(picture.flow, self.part, self._focus), within)
        self._paint_hover(painter, picture, within)
        if self.box is not None:
            painter.setPen(QPen(now.color("accent"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.box)

    def paint_legend(self, painter: QPainter) -> None:
        """Paint the legend at the top left."""
        graph = self.document.graph
        output = graph.nodes[graph.output].name if graph.output is not None else "output"
        legend.paint_legend(painter, self.width(), self.scale, output, self.options.color_by)

    def card(self) -> cards.Card | None:
        """What is said about the place under the pointer."""
        picture = None if self._is_structure_stale else self.picture
        if picture is None or self.pointer is None:
            return None
        if self.marks.hovered_item is not None:
            return cards.node_card(picture, self.marks.hovered_item)
        if self.marks.hovered_pieces:
            return cards.edge_card(picture, next(iter(self.marks.hovered_pieces)))
        return None

    def leave(self) -> None:
        """Nothing is under the pointer, or nobody knows what."""
        if self.marks.hovered_item is not None or self.marks.hovered_pieces:
            self.marks.hovered_item, self.marks.hovered_pieces = None, frozenset()
            self.pointer = None
            self.update()

    def _paint_hover(self, painter: QPainter, picture: Picture, within: QRectF) -> None:
        card = self.card()
        if card is None or self.pointer is None:
            return
        now = theme.current()
        anchor = self.pointer
        if self.marks.hovered_item is not None:  # under the box, so that it can still be read
            rect = picture.rects[self.marks.hovered_item]
            anchor = self.camera.to_widget(rect.bottomLeft()) + QPointF(0, 30)
        else:
            painter.setPen(QPen(now.color("canvas"), 2))
            painter.setBrush(now.color("selection"))
            painter.drawEllipse(anchor, 6, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.color("canvas"))
            painter.drawEllipse(anchor, 3, 3)
        cards.paint_card(painter, card, anchor, within)

    # ----- for people who do not see it -----------------------------------------------------

    def _describe(self) -> None:
        graph = self.document.graph
        known, current = Known(graph, self.state), self.document.current
        words = f"{len(graph)} nodes"
        if graph.output is not None:
            name = graph.nodes[graph.output].name
            words += f", output {name} = {format_known(known.data(graph.output))}"
        if current is not None:
            words += f"; {graph.nodes[current].name}: data {format_known(known.data(current))}"
            words += f", grad {format_known(known.grad(current))}"
        if self.options.color_by == LOCAL:
            words += "; edges show local derivatives"
        self.setAccessibleDescription(words)
