"""The view: which gesture or command an event begins."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from app import theme
from app.document import Document
from app.node_editor import accessible
from app.node_editor.accessible import CanvasInterface, describe, tell_current
from app.node_editor.annotate import Annotate
from app.node_editor.annotations import ItemHit, ItemPart
from app.node_editor.boxes import Hit, Part
from app.node_editor.breadcrumbs import Breadcrumbs
from app.node_editor.canvas import Canvas
from app.node_editor.commands import Commands
from app.node_editor.edge_pan import EdgePan
from app.node_editor.edits import Edits
from app.node_editor.far import FAR
from app.node_editor.find_bar import FindBar
from app.node_editor.glide import Glide
from app.node_editor.groups import GroupCommands
from app.node_editor.in_place import InPlace
from app.node_editor.interactions.choosing import gesture_at
from app.node_editor.interactions.cutting import CutStroke, DotStroke
from app.node_editor.interactions.gesture import Gesture
from app.node_editor.interactions.grabbing import Grab, GrabCopies
from app.node_editor.interactions.moving import Pan
from app.node_editor.key_overlay import KeyOverlay
from app.node_editor.minimap import Minimap
from app.node_editor.palette import NodePalette
from app.node_editor.placing import Placing
from app.node_editor.refusal_card import RefusalCard
from app.node_editor.scene import NodeScene
from app.node_editor.tooltips import tooltip_of
from core.graph import Port

MINIMAP_MARGIN = 14
ROOM_FOR_PATH = 64.0  # above the nodes of an opened group, at zoom 100 %

_BUTTON = Qt.MouseButton
_KEY = Qt.KeyboardModifier


class NodeView(Canvas):
    """Shows the scene and turns events into gestures and commands.

    Signals: side_palette_wanted(): the user wants the column of nodes shown or hidden.
    """

    side_palette_wanted = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        self.document = document
        super().__init__(NodeScene(document), parent)
        self.gesture: Gesture | None = None
        self.spoken: CanvasInterface | None = None  # what a screen reader finds, once it asks
        self.pointer = QPointF()  # where the pointer was last, in the scene
        self._gesture_button = _BUTTON.NoButton
        self._is_space_down = False
        self._is_menu_unwanted = False  # the right button meant something else
        self._refusal = RefusalCard(self.viewport())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Node editor")
        accessible.install()
        self.in_place = InPlace(self)
        self.edits = Edits(self)
        self.annotate = Annotate(self)
        self.places = Placing(self)
        self.groups = GroupCommands(self)
        self.glide = Glide(self.nodes)
        self._edge_pan = EdgePan(self._pan_under_gesture, self)
        self.commands = Commands(self)
        self.search = NodePalette(self)
        self.minimap = Minimap(self)
        self.find_bar = FindBar(self)
        self.keys = KeyOverlay(self)
        self.breadcrumbs = Breadcrumbs(self)
        document.undo_stack.indexChanged.connect(self._on_index_changed)
        document.replaced.connect(self._on_replaced)
        document.structure_changed.connect(self._on_structure_changed)
        document.extras_changed.connect(self.in_place.drop_if_lost)
        document.selection_changed.connect(self._on_selection_changed)
        document.values_changed.connect(self._on_values_changed)
        self.nodes.arranged.connect(self._on_arranged)
        self.nodes.opened.connect(self.cancel_gesture)  # its nodes are out of sight
        theme.notifier.changed.connect(self.viewport().update)

    # ----- following the document -----------------------------------------------------------

    def _on_index_changed(self, _index: int) -> None:
        """Undo, redo or a command in mid-gesture: the gesture's start is gone."""
        self.cancel_gesture()

    def _on_replaced(self) -> None:
        self.cancel_gesture()
        self.in_place.stop()
        self.is_placed_by_hand = False
        self.fit_all(animated=False)

    def _on_structure_changed(self, initiator: object) -> None:
        self.in_place.drop_if_lost()
        if self.spoken is not None:
            self.spoken.follow()
        if initiator is not self.nodes and not self.is_placed_by_hand:
            self.fit_all(animated=False)
        self._describe()

    def _on_arranged(self) -> None:
        if not self.is_placed_by_hand:
            self.fit_all(animated=False)

    def _on_selection_changed(self, _initiator: object) -> None:
        self._describe()
        tell_current(self)

    def _on_values_changed(self, _initiator: object) -> None:
        self._describe()

    def _describe(self, _initiator: object = None) -> None:
        """What a screen reader says of the selection."""
        graph, selection = self.nodes.graph, self.nodes.selection
        current = self.nodes.current
        if current is None:
            self.setAccessibleDescription(f"{len(graph)} nodes, none selected")
            return
        node, box = graph.nodes[current], self.nodes.boxes.get(current)
        more = f", {len(selection)} nodes selected" if len(selection) > 1 else ""
        grad = node.grad if box is None else box.grad
        is_computed = box is None or box.is_computed
        words = describe(graph, node, grad, is_computed=is_computed)
        self.setAccessibleDescription(f"{node.name}, {words}{more}")

    # ----- looking --------------------------------------------------------------------------

    def fingers_down(self) -> None:
        self.cancel_gesture()

    def fit_all(self, *, animated: bool = True) -> None:
        """Show all nodes."""
        bounds = self.nodes.bounds()
        if self.nodes.path:  # clear of the way back, which is as large at any zoom
            room = self.viewport().height() / max(1.0, bounds.height())
            bounds.setTop(bounds.top() - ROOM_FOR_PATH / min(1.0, room))
        self.show_area(bounds, animated=animated)

    def fit_selection(self) -> None:
        """Show the selected nodes, or all where none is."""
        selection = self.nodes.selection
        self.show_area(self.nodes.bounds(selection or None), closest=1.5)

    def covered_area(self) -> QRectF:
        return self.mapToScene(self.minimap.geometry()).boundingRect()

    def pointer_or_middle(self) -> QPointF:
        """Where something new goes: under the pointer if it is over the view."""
        position = self.viewport().mapFromGlobal(self.cursor().pos())
        if self.viewport().rect().contains(position):
            return self.mapToScene(position)
        return self.visible_area().center()

    def paint_over(self, painter: QPainter) -> None:
        if self.gesture is not None:
            self.gesture.paint(painter)

    # ----- gestures -------------------------------------------------------------------------

    def begin(self, gesture: Gesture, button: Qt.MouseButton = _BUTTON.NoButton) -> None:
        """Let a gesture go on until `button` is released; one without a button until a click."""
        self.gesture, self._gesture_button = gesture, button
        if gesture.cursor is not None:
            self.viewport().setCursor(gesture.cursor)

    def cancel_gesture(self) -> None:
        """Give up the gesture that goes on, if one does."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
            self._after_gesture()

    def _finish_gesture(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.finish(point, keys)
            self._after_gesture()
            self._hover(point)

    def _after_gesture(self) -> None:
        self._edge_pan.stop()
        self.viewport().unsetCursor()
        self.viewport().update()
        self.minimap.repicture()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self.show_refusal("")
        self._is_menu_unwanted = False
        point, keys, button = self._point(event), event.modifiers(), event.button()
        if self.gesture is not None:
            self._press_in_gesture(point, keys, button)
            return
        self.in_place.stop()
        self.glide.finish()
        if button == _BUTTON.MiddleButton or (button == _BUTTON.LeftButton and self._is_space_down):
            self.begin(Pan(self, point), button)
        elif button == _BUTTON.RightButton and keys & (_KEY.ControlModifier | _KEY.AltModifier):
            self.begin(CutStroke(self, point), button)
        elif button == _BUTTON.RightButton and keys & _KEY.ShiftModifier:
            self.begin(DotStroke(self, point), button)
        elif button == _BUTTON.LeftButton:
            self.begin(gesture_at(self, point, keys), button)

        elif button == _BUTTON.RightButton:
            self._reset_number_at(point)

    def _press_in_gesture(self, point: QPointF, keys: _KEY, button: _BUTTON) -> None:
        """A click ends a gesture without a button; a second button takes any gesture back."""
        if self.gesture is not None and self.gesture.is_modal and button == _BUTTON.LeftButton:
            self._finish_gesture(point, keys)
        else:
            self._is_menu_unwanted = button == _BUTTON.RightButton
            self.cancel_gesture()

    def _reset_number_at(self, point: QPointF) -> None:
        hit = self.hit(point)
        if hit is not None and hit.part is Part.FIELD:
            self._is_menu_unwanted = True
            self.edits.reset_number(hit.id, hit.input_index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer = point = self._point(event)
        if self.gesture is not None:
            self.gesture.move(point, event.modifiers())
            if self.gesture.pans_at_edges:
                self._edge_pan.follow(event.position(), self.viewport().rect())
        elif event.buttons() == _BUTTON.NoButton:
            self._hover(point)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_its_button = event.button() == self._gesture_button
        if self.gesture is not None and is_its_button and not self.gesture.is_modal:
            self._finish_gesture(self._point(event), event.modifiers())
        event.accept()

    def _pan_under_gesture(self, pixels: QPoint) -> None:
        """Move the canvas while the pointer stays at the edge."""
        at = self.mapFromScene(self.pointer)
        self.pan_by(pixels)
        if self.gesture is not None:
            self.pointer = self.mapToScene(at)
            self.gesture.move(self.pointer, QGuiApplication.keyboardModifiers())

    def drag_from_outside(self, pixel: QPointF, keys: _KEY) -> None:
        """The gesture that began beside the canvas goes on."""
        if self.gesture is not None:
            self.pointer = self._exact_scene_point(pixel)
            self.gesture.move(self.pointer, keys)

    def drop_from_outside(self, pixel: QPointF, keys: _KEY) -> None:
        """The gesture that began beside the canvas ends."""
        self._finish_gesture(self._exact_scene_point(pixel), keys)

    def duplicate(self) -> None:
        """Let copies of the selected nodes follow the pointer."""
        if self.nodes.selection:
            self.begin(GrabCopies(self, self.pointer_or_middle()))

    def move_with_pointer(self) -> None:
        """Let the selected nodes and items follow the pointer."""
        if self.nodes.selection or self.nodes.marks.items:
            self.begin(Grab(self, self.pointer_or_middle()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() != _BUTTON.LeftButton or self._is_space_down:
            self.mousePressEvent(event)
            return
        self.cancel_gesture()
        point = self._point(event)
        hit = self.hit(point)
        if hit is None:
            self._double_click_beside_nodes(point)
        elif hit.part is Part.FIELD:
            self.in_place.edit_number(hit.id, hit.input_index)
        elif hit.part is Part.SLIDER:
            self.in_place.edit_range(hit.id)
        elif hit.part is Part.BODY and self.groups.open(hit.id):
            return
        elif hit.part in (Part.NAME, Part.BODY):
            self.in_place.edit_name(hit.id)
        else:
            self.mousePressEvent(event)

    def _double_click_beside_nodes(self, point: QPointF) -> None:
        item = self.item_at(point)
        link = self.nodes.link_at(point, self.zoom)
        if item is not None:
            self.in_place.edit_item(item.key)
        elif link is not None:
            self.annotate.add_dots([(link, point)])
        else:
            self.open_palette(point)

    def item_at(self, point: QPointF) -> ItemHit | None:
        """The frame, note or dot at a scene point."""
        return self.nodes.item_at(point, self.zoom)

    def hit(self, point: QPointF) -> Hit | None:
        """The part of a node at a scene point, as far as it can be told apart at this zoom."""
        return self.nodes.hit(point, self.zoom, far=self.zoom < FAR)

    def _hover(self, point: QPointF) -> None:
        hit = self.hit(point)
        item = self.item_at(point) if hit is None else None
        marks = self.nodes.marks
        if (hit, item) != (marks.hovered, marks.hovered_item):
            marks.hovered, marks.hovered_item = hit, item
            is_sideways = hit is not None and hit.part in (Part.FIELD, Part.SLIDER)
            is_sideways |= item is not None and item.part is ItemPart.SIDE
            shape = Qt.CursorShape.SizeHorCursor if is_sideways else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.nodes.redraw()
        self._refusal.leave_far_behind(self.mapFromScene(point))

    def _point(self, event: QMouseEvent) -> QPointF:
        return self._exact_scene_point(event.position())

    # ----- cards, palette and in-place editors ----------------------------------------------

    def show_refusal(self, sentence: str) -> None:
        """A card at the pointer that says why something can't be; "" takes it away."""
        self._refusal.show(sentence, self.mapFromScene(self.pointer))

    @property
    def refusal(self) -> str:
        """The sentence on the card at the pointer; "" where there is none."""
        return self._refusal.sentence

    def open_palette(
        self, point: QPointF | None = None, port: Port | None = None, typed: str = ""
    ) -> None:
        """Search for a node to add at a scene point, connected to `port` if given."""
        self.in_place.stop()
        self.search.open(point if point is not None else self.pointer_or_middle(), port, typed)

    def show_drop_target(self, id: str | None) -> None:
        """Mark the link that a node would be inserted into if it were dropped here."""
        edge = self.edits.insertion_for(id) if id is not None else None
        self.nodes.marks.drop_link = (edge.target, edge.input_index) if edge else None

    # ----- keys and the rest ----------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # The window has some of these keys as well; while the nodes have the focus they are ours.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.commands.find(event) is not None
        ):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            # Not in focusNextPrevChild: Qt calls that too when a focused widget in here goes.
            key, is_plain = event.key(), not event.modifiers() & ~_KEY.ShiftModifier
            is_tab = key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and is_plain
            if is_tab and self.gesture is None and self.groups.tab(forward=key == Qt.Key.Key_Tab):
                event.accept()
                return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._is_space_down = True
            event.accept()
            return
        if event.key() == Qt.Key.Key_Escape:
            self._escape(event)
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.gesture is not None and self.gesture.is_modal:
            self._finish_gesture(self.pointer, event.modifiers())
            return
        command = self.commands.find(event)
        if command is None:
            event.ignore()
        elif self.gesture is None:  # in mid-gesture keys wait for its end
            command.run()

    def _escape(self, event: QKeyEvent) -> None:
        """Give up the gesture, else the selection; with neither the key is the window's."""
        self.show_refusal("")
        event.accept()
        if self.gesture is not None:
            self.cancel_gesture()
        elif self.nodes.selection or self.nodes.marks.items:
            self.nodes.choose((), ())
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_down = False
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._is_space_down = False
        if self.gesture is not None and self.gesture.is_modal:
            self.cancel_gesture()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.cancel_gesture()
        self.glide.finish()
        super().hideEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.in_place.finish()
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        keys = event.modifiers()
        strokes = _KEY.ControlModifier | _KEY.AltModifier | _KEY.ShiftModifier
        is_by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        is_unwanted = is_by_mouse and (self._is_menu_unwanted or keys & strokes)
        if self.gesture is not None or is_unwanted:
            return
        menu = self.menu_at(self.mapToScene(event.pos()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def menu_at(self, point: QPointF) -> QMenu:
        """The context menu for a scene point; selects the node there."""
        self.pointer = point
        hit = self.hit(point)
        item = self.item_at(point) if hit is None else None
        if hit is not None and hit.id not in self.nodes.selection:
            self.document.select([hit.id], hit.id)
        elif item is not None and item.key not in self.nodes.marks.items:
            self.nodes.choose((), {item.key})
        return self.commands.item_menu(item.key) if item is not None else self.commands.menu(hit)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_full_numbers(event)
            return True
        if event.type() == QEvent.Type.Leave and self.nodes.marks.hovered is not None:
            self.nodes.marks.hovered = None
            self.nodes.redraw()
        return super().viewportEvent(event)

    def _show_full_numbers(self, event: QHelpEvent) -> None:
        """Full precision on hover."""
        hit = self.hit(self.mapToScene(event.pos()))
        if hit is None:
            QToolTip.hideText()
            return
        text = tooltip_of(self.nodes.graph, self.nodes.boxes[hit.id], hit)
        QToolTip.showText(event.globalPos(), text, self.viewport())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        corner = self.viewport().rect().bottomRight()
        size = self.minimap.size()
        self.minimap.move(
            corner.x() - size.width() - MINIMAP_MARGIN, corner.y() - size.height() - MINIMAP_MARGIN
        )
        self.minimap.show_if_needed()
        if not self.is_placed_by_hand:
            self.fit_all(animated=False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.is_placed_by_hand:
            self.fit_all(animated=False)
