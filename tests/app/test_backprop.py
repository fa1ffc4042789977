"""The backprop debugger, by mouse and keys: transport bar, track, breakpoints, update."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPlainTextEdit

from app.graph_view.cards import node_card
from app.graph_view.painter import box_of
from app.widgets.number_field import NumberField
from core.known import format_known
from tests.app.walk import LECTURE, id_of, marks, names, shown


@pytest.fixture
def is_training_deferred() -> bool:
    return True


def test_the_buttons_walk_there_and_back(window, debugger, press):
    assert not debugger.is_active
    assert not window.build_tab.transport.back.isEnabled()
    press("step")
    assert (debugger.caption, debugger.current) == ("Step 1 of 8", id_of(window, "e"))
    assert "e.data = a × b = 2 × −3 = −6" in shown(window)
    for _ in range(6):
        press("step")
    assert debugger.caption == "Step 7 of 8"
    assert shown(window) == (
        "a.grad += b × e.grad = −3 × −2 = 6\nb.grad += a × e.grad = 2 × −2 = −4"
    )
    press("back")
    assert debugger.caption == "Step 6 of 8"
    press("first")
    assert debugger.caption == "Step 1 of 8"
    press("back")
    assert not debugger.is_active
    press("last")
    assert debugger.caption == "Step 8 of 8"
    assert not window.build_tab.transport.step.isEnabled()
    press("last")
    assert not debugger.is_active


def test_all_panes_show_the_same_place(window, debugger, press):
    for _ in range(6):
        press("step")
    d = id_of(window, "d")
    assert (marks(window).step, marks(window).step_caption) == (d, "Step 6 of 8")
    assert window.build_tab.graph_view.canvas.marks.step == d
    edit = window.findChild(QPlainTextEdit, "expression_edit")
    assert edit._step_line == 6
    press("last")
    press("last")
    assert marks(window).step is None
    assert window.build_tab.graph_view.canvas.marks.step is None
    assert edit._step_line is None


def test_gradients_are_reached_step_by_step(window, debugger, press):
    a, d, f = (id_of(window, name) for name in ("a", "d", "f"))
    press("step")
    assert not debugger.state.grads
    for _ in range(4):
        press("step")
    assert names(window, debugger.state.grads) == set("Ldf")
    assert (debugger.grad_of(d), debugger.grad_of(f), debugger.grad_of(a)) == (-2.0, 4.0, None)
    press("back")
    assert names(window, debugger.state.grads) == {"L"}
    debugger.leave()
    assert debugger.grad_of(a) == 6.0
    assert debugger.state is None


def test_all_panes_show_gradients_as_far_as_they_have_come(window, debugger):
    """A node that is used twice has its first part first; links wait for their turn."""
    window.document.set_text("a = 3.0\nb = a * -4\nc = b + a")
    a, b, c = (id_of(window, name) for name in "abc")
    scene = window.build_tab.node_editor.view.nodes
    columns = window.build_tab.expression._columns
    node = window.document.graph.nodes[a]

    def shown_of_a() -> tuple[float | None, str]:
        scene.color(np.arange(len(scene.index.links)))
        return scene.boxes[a].grad, format_known(columns._grad(node))

    debugger.go_to(2)  # the seed
    assert shown_of_a() == (None, "–")
    assert [scene.links[b, 0].share, scene.links[c, 1].share] == [0.0, 0.0]
    debugger.forward()
    assert shown_of_a() == (1.0, "1")
    assert scene.links[b, 0].share == 0.0 < scene.links[c, 1].share
    debugger.forward()
    assert shown_of_a() == (-3.0, "−3")
    assert scene.links[b, 0].share < 0.0
    debugger.back()
    assert shown_of_a() == (1.0, "1")
    assert scene.links[b, 0].share == 0.0


def test_the_scale_of_the_colours_tells_of_no_gradient_that_is_still_to_come(window, debugger):
    scale, canvas = window.document.gradient_scale, window.build_tab.graph_view.canvas
    nodes = window.build_tab.node_editor.view.nodes
    assert scale.value == 6.0
    seen = []
    for place in range(len(debugger.trace)):
        debugger.go_to(place)
        if debugger.state is not None:  # the last step has all
            grads = [abs(grad) for grad in debugger.state.grads.values()]
            assert scale.value == max(grads, default=1.0)
        assert canvas.refresh().scale == scale.value == nodes.scale
        seen.append(scale.value)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (1.0, 6.0)
    debugger.go_to(0)
    window.document.set_value(id_of(window, "f"), -20.0)
    assert scale.value == 1.0
    debugger.leave()
    assert scale.value == 60.0


class PaintedAreas(QObject):
    """What of a widget is painted."""

    def __init__(self, widget) -> None:
        super().__init__(widget)
        self.areas = []
        widget.installEventFilter(self)

    def eventFilter(self, _widget, event) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.areas.append(event.rect())
        return False


def test_all_of_the_node_editor_is_painted_when_a_walk_begins(window, debugger):
    """Even though its minimap is painted before the scene comes to tell of its update."""
    viewport = window.build_tab.node_editor.view.viewport()
    window.resize(1280, 800)
    QApplication.processEvents()
    painted = PaintedAreas(viewport)
    debugger.set_by_hand(True)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest.value)
    QApplication.processEvents()
    assert viewport.rect() in painted.areas


def test_a_node_out_of_sight_is_brought_into_it(window, debugger, qtbot):
    view, canvas = window.build_tab.node_editor.view, window.build_tab.graph_view.canvas
    box = view.nodes.boxes[id_of(window, "e")]
    far = view.nodes.boxes[id_of(window, "L")].rect.center() + QPoint(900, 900)
    view.zoom_to(1.0)
    view.show_point(far)
    qtbot.waitUntil(lambda: not view.visible_area().intersects(box.rect))
    canvas.center_on(far)
    debugger.go_to(0)
    qtbot.waitUntil(lambda: view.visible_area().contains(box.rect))

    def is_in_sight() -> bool:
        picture = canvas.refresh()
        rect = picture.rects[picture.drawing.index[id_of(window, "e")]]
        return canvas.camera.seen(canvas.area()).contains(rect)

    qtbot.waitUntil(is_in_sight)


def test_the_keys_walk_as_the_buttons_do(window, debugger, qtbot):
    view = window.build_tab.node_editor.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F10)
    qtbot.keyClick(view, Qt.Key.Key_F10)
    assert debugger.place == 1
    qtbot.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert debugger.place == 0
    qtbot.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ControlModifier)
    assert debugger.place == 7
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(view, Qt.Key.Key_F10, both)
    assert debugger.place == 0
    qtbot.keyClick(view, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert not debugger.is_active


@pytest.mark.parametrize("pane", ["view", "canvas", "edit", "track"])
def test_escape_ends_the_walk_in_every_pane(window, debugger, qtbot, pane):
    tab = window.build_tab
    widget = {
        "view": tab.node_editor.view, "canvas": tab.graph_view.canvas,
        "edit": tab.expression.edit, "track": tab.transport.track,
    }[pane]  # fmt: skip
    debugger.go_to(3)
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_Escape)
    assert not debugger.is_active


def test_escape_in_the_node_editor_first_lets_go_of_the_selection(window, debugger, qtbot):
    view = window.build_tab.node_editor.view
    debugger.go_to(3)
    window.document.select([id_of(window, "a")])
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert (window.document.selection, debugger.place) == (frozenset(), 3)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not debugger.is_active


def test_it_plays_to_the_end_and_from_the_start_again(window, debugger, press, qtbot):
    speed = window.findChild(QComboBox, "backprop_speed")
    speed.setFocus()
    qtbot.keyClick(speed, Qt.Key.Key_End)
    assert debugger.speed == 50.0
    press("play")
    assert debugger.is_playing
    qtbot.waitUntil(lambda: not debugger.is_playing)
    assert debugger.caption == "Step 8 of 8"
    press("play")
    assert debugger.place == 0
    press("play")
    assert not debugger.is_playing
    assert debugger.place is not None


def test_going_by_hand_pauses(window, debugger, press, qtbot):
    press("play")
    assert debugger.is_playing
    press("step")
    assert not debugger.is_playing
    assert debugger.place == 1


def test_a_number_dragged_while_stepping_keeps_the_place(window, debugger):
    a = id_of(window, "a")
    debugger.go_to(6)
    window.document.preview_value(a, 5.0)
    assert debugger.caption == "Step 7 of 8"
    assert "b.grad += a × e.grad = 5 × −2 = −10" in shown(window)
    window.document.cancel_preview()
    assert "b.grad += a × e.grad = 2 × −2 = −4" in shown(window)


def test_an_edit_while_stepping_keeps_the_step(window, debugger):
    debugger.go_to(5)
    window.document.set_text("z = 0.5\n" + LECTURE + "\no = tanh(L * z)")
    assert (debugger.current, debugger.caption) == (id_of(window, "d"), "Step 10 of 12")
    window.document.set_text("d = 3.0\nL = d * 2")
    assert debugger.caption == "Step 4 of 4"
    window.document.set_text("")
    assert not debugger.is_active
    assert not window.build_tab.transport.play.isEnabled()


def test_another_document_ends_the_walk(window, debugger):
    debugger.go_to(5)
    window.document.new()
    assert not debugger.is_active
    assert marks(window).step is None


def test_the_update_is_applied_on_request_as_one_undo_step(window, debugger, press, qtbot):
    graph = window.document.graph
    transport = window.build_tab.transport
    press("last")
    assert "L: −8 → −8.726; the gradients promise −8.72" in shown(window)
    rate = window.findChild(NumberField, "backprop_rate")
    assert rate.isVisible()
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "0.5")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert "2 − 0.5 × 6 = −1" in shown(window)
    assert graph["a"].data == 2.0
    press("apply")
    assert [graph[name].data for name in "abcf"] == [-1.0, -1.0, 11.0, -4.0]
    assert debugger.caption == "Step 8 of 8"
    window.document.undo_stack.undo()
    assert [graph[name].data for name in "abcf"] == [2.0, -3.0, 10.0, -2.0]
    press("back")
    assert not transport.rate.isVisible()


def test_no_gradient_shows_before_its_step_where_numbers_are_not_finite(window, debugger, press):
    window.document.set_text("a = 1000.0\nb = exp(a)\nc = b - b\nL = c * a")
    for _ in range(4):
        press("step")  # up to the seed
    graph, canvas = window.document.graph, window.build_tab.graph_view.canvas
    picture = canvas.refresh()
    boxes = [box_of(picture, picture.drawing.index[graph[name].id]) for name in "abcL"]
    assert [box.grad for box in boxes] == [None, None, None, 1.0]
    assert [box.data for box in boxes[:2]] == [1000.0, float("inf")]


def test_nothing_shows_before_its_step(window, debugger, press):
    """No pane tells a number that the walk has not come to, and all of them tell it then."""
    graph = window.document.graph
    a, e, d, out = (graph[name].id for name in "aedL")
    window.document.select([a])
    inspector = window.build_tab.inspector
    card = window.build_tab.graph_view.canvas
    press("step")  # forward at e
    canvas_card = card_of(card, out)
    assert canvas_card["data"] == canvas_card["grad"] == "–"
    assert card_of(card, e)["data"] == "−6"
    picture = card.refresh()
    boxes = {id: box_of(picture, picture.drawing.index[id]) for id in (e, out)}
    assert (boxes[e].data, boxes[out].data, boxes[e].grad) == (-6.0, None, None)
    box = window.build_tab.node_editor.view.nodes.boxes
    assert (box[e].is_computed, box[d].is_computed) == (True, False)
    assert inspector.head.grad.shown_text() == "–"
    assert "not known yet" in inspector.head.sentence.text()
    assert "–" in inspector.chain.sentence()
    assert inspector.check_section.hint.text() == "after backward"
    assert "output L = –" in card.accessibleDescription()
    for _ in range(6):
        press("step")
    assert debugger.caption == "Step 7 of 8"
    assert inspector.head.grad.shown_text() == "6"
    assert inspector.chain.sentence() == "∂L/∂a = −3 × −2 = 6"
    assert "agrees" in inspector.check_section.hint.text()
    assert card_of(card, a)["grad"] == "6"


def card_of(canvas, id: str) -> dict[str, str]:
    picture = canvas.refresh()
    item = next(i for i in range(len(picture.rows)) if picture.id_of(i) == id)
    return dict(node_card(picture, item).rows)


def test_dots_run_along_the_links_of_the_step_and_rest_where_the_gradient_arrives(
    window, debugger, qtbot
):
    tab = window.build_tab
    graph_dots, node_dots = tab._pulses
    debugger.set_by_edge(True)
    place = next(
        i for i, s in enumerate(debugger.trace.steps) if s.node == id_of(window, "e") and i
    )
    debugger.go_to(place)
    assert [edge.source for edge in tab.pulse.edges] == [id_of(window, "a")]
    qtbot.waitUntil(lambda: tab.pulse.share > 0.9)
    canvas, view = tab.graph_view.canvas, tab.node_editor.view
    (dot,) = graph_dots.dots()
    box = canvas.picture.rects[canvas.picture.drawing.index[id_of(window, "a")]]
    end = canvas.camera.to_widget(box.center()).y(), canvas.camera.to_widget(box.bottomRight()).x()
    assert (abs(dot.y() - end[0]) < 8, 0 <= dot.x() - end[1] < 30) == (True, True)
    (dot,) = node_dots.dots()
    port = view.mapFromScene(view.nodes.boxes[id_of(window, "a")].port_position(None))
    assert (dot - port).manhattanLength() < 30
    debugger.leave()
    assert not tab.pulse.edges
    assert not graph_dots.isVisible()
    debugger.go_to(0)  # forward, at e: from both inputs
    assert [edge.source for edge in tab.pulse.edges] == [id_of(window, name) for name in "ab"]
    qtbot.waitUntil(lambda: tab.pulse.share > 0.9)
