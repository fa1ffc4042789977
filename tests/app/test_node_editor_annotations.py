"""Frames, notes and the dots of links, by mouse and keyboard: each gesture is one undo step."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.storage import dumps, loads
from core.storage.canvas_json import FRAME_COLORS, dots_of, frames_of, notes_of
from tests.app.hand import ALT, CTRL, RIGHT, SHIFT

KEY = Qt.Key


@pytest.fixture
def extras_undo(hand):
    """Checks that what was done since is one undo step, and that views and file follow it."""
    before, count = dict(hand.document.extras), hand.steps()

    def check(name: str) -> None:
        document, annotations = hand.document, hand.view.nodes.annotations
        stack = document.undo_stack
        assert [stack.text(i) for i in range(count, stack.count())] == [name]
        after = dict(document.extras)
        assert loads(dumps(document.project())).settings["view"] == after
        stack.undo()
        assert document.extras == before
        assert annotations.frames.keys() == frames_of(before).keys()
        assert annotations.notes.keys() == notes_of(before).keys()
        stack.redo()
        assert document.extras == after
        assert annotations.frames.keys() == frames_of(after).keys()
        assert annotations.notes.keys() == notes_of(after).keys()

    return check


def frame_nodes(hand) -> list[set[str]]:
    nodes = hand.graph.nodes
    return [{nodes[id].name for id in frame.nodes} for frame in frames(hand)]


def frames(hand):
    return list(frames_of(hand.document.extras).values())


def only_frame(hand):
    (box,) = hand.view.nodes.annotations.frames.values()
    return box


def title_bar(hand) -> QPoint:
    return hand.pixel(only_frame(hand).title_rect.topRight() + QPointF(-20, 15))


@pytest.fixture
def framed(hand):
    """A frame around e and d, in sight."""
    hand.click(hand.body("e"))
    hand.click(hand.body("d"), SHIFT)
    hand.key(KEY.Key_J, CTRL)
    QTest.keyClick(hand.view.in_place.editor, KEY.Key_Escape)
    hand.view.fit_all(animated=False)
    hand.document.undo_stack.clear()
    return only_frame(hand)


# ----- frames ---------------------------------------------------------------------------------


def test_ctrl_j_frames_the_selection_and_asks_for_a_title(hand, extras_undo):
    hand.click(hand.body("e"))
    hand.click(hand.body("d"), SHIFT)
    hand.key(KEY.Key_J, CTRL)
    assert frame_nodes(hand) == [{"e", "d"}]
    rect = only_frame(hand).rect
    assert all(rect.contains(hand.box(name).rect) for name in ("e", "d"))
    extras_undo("Frame")
    hand.view.fit_all(animated=False)
    hand.click(title_bar(hand))
    QTest.keyClick(hand.view, KEY.Key_F2)
    hand.view.in_place.editor.selectAll()
    QTest.keyClicks(hand.view.in_place.editor, "neuron 1")
    QTest.keyClick(hand.view.in_place.editor, KEY.Key_Return)
    assert frames(hand)[0].title == "neuron 1"
    assert hand.steps() == 2


def test_a_frame_is_dragged_by_its_title_with_all_that_is_in_it(hand, framed, undoes):
    start, before = title_bar(hand), hand.view.nodes.positions()
    hand.drag(start, start + QPoint(24, 40))
    moved = {id for id, place in hand.view.nodes.positions().items() if place != before[id]}
    assert {hand.graph.nodes[id].name for id in moved} == {"e", "d"}
    undoes("Move 2 nodes")


def test_within_a_frame_is_canvas_to_select_in(hand, framed):
    corner = framed.rect.bottomLeft() + QPointF(9, -9)
    hand.press(hand.pixel(corner))
    hand.drag_to(hand.pixel(hand.box("e").rect.center()))
    hand.release(hand.pixel(hand.box("e").rect.center()))
    assert hand.selected() == {"e"}
    assert hand.steps() == 0


def test_a_node_dropped_into_a_frame_joins_it_and_alt_p_takes_it_out(hand, framed, extras_undo):
    inside = framed.rect.center()
    grip = hand.body("c")
    half = hand.pixel(hand.box("c").rect.center()) - grip
    hand.press(grip)
    hand.drag_to(grip + QPoint(0, -10), hand.pixel(inside) - half)
    assert hand.view.nodes.marks.drop_frame == framed.key
    hand.release(hand.pixel(inside) - half)
    assert frame_nodes(hand) == [{"e", "d", "c"}]
    extras_undo("Move c")
    hand.key(KEY.Key_P, ALT)
    assert frame_nodes(hand) == [{"e", "d"}]


def test_colours_by_key_and_by_menu(hand, framed):
    hand.click(title_bar(hand))
    hand.key(KEY.Key_J, SHIFT)
    assert frames(hand)[0].color == FRAME_COLORS[1]
    menu = hand.view.menu_at(hand.view.mapToScene(title_bar(hand)))
    colors = next(action.menu() for action in menu.actions() if action.menu())
    colors.actions()[3].trigger()
    assert frames(hand)[0].color == FRAME_COLORS[3]
    menu.deleteLater()
    assert hand.steps() == 2


def test_delete_takes_the_frame_and_leaves_its_nodes(hand, framed, extras_undo):
    hand.click(title_bar(hand))
    hand.key(KEY.Key_Delete)
    assert not frames(hand)
    assert {"e", "d"} <= hand.names()
    extras_undo("Delete frame")


@pytest.mark.parametrize("how", ["key", "text"])
def test_a_frame_forgets_nodes_that_go_and_goes_with_the_last(hand, framed, how):
    for gone, left in (("d", [{"e"}]), ("e", [])):
        if how == "key":
            hand.click(hand.body(gone))
            hand.key(KEY.Key_X)
        else:
            lines = hand.document.text.replace(f" {gone} ", " 1 ").splitlines()
            kept = "\n".join(line for line in lines if not line.startswith(f"{gone} ="))
            hand.document.set_text(kept)
        assert frame_nodes(hand) == left
        assert len(hand.view.nodes.annotations.frames) == len(left)


def test_duplicating_all_of_a_frame_duplicates_the_frame(hand, framed):
    menu = hand.view.menu_at(hand.view.mapToScene(title_bar(hand)))
    next(action for action in menu.actions() if action.text() == "Select its nodes").trigger()
    menu.deleteLater()
    hand.key(KEY.Key_C, CTRL)
    hand.key(KEY.Key_V, CTRL)
    assert [len(frame.nodes) for frame in frames(hand)] == [2, 2]
    assert hand.steps() == 1


@pytest.mark.parametrize("interruption", ["escape", "second button"])
def test_a_drag_of_a_frame_is_cancelled(hand, framed, interruption):
    before, rect = hand.view.nodes.positions(), framed.rect
    start = title_bar(hand)
    hand.press(start)
    hand.drag_to(start + QPoint(60, 60))
    assert only_frame(hand).rect != rect
    if interruption == "escape":
        hand.key(KEY.Key_Escape)
    else:
        hand.press(start + QPoint(60, 60), RIGHT)
    hand.release(start)
    assert hand.view.nodes.positions() == before
    assert only_frame(hand).rect == rect
    assert hand.steps() == 0


def test_ctrl_f_finds_frames_and_notes_by_their_words(hand, framed):
    hand.view.annotate.set_title(framed.key, "second neuron")
    hand.key(KEY.Key_F, CTRL)
    QTest.keyClicks(hand.view.find_bar.edit, "cond neu")
    assert hand.view.nodes.marks.items == {framed.key}
    QTest.keyClick(hand.view.find_bar.edit, KEY.Key_Escape)


# ----- notes ----------------------------------------------------------------------------------


@pytest.fixture
def noted(hand):
    """A note under the nodes, in sight."""
    bottom = hand.view.nodes.bounds().bottomLeft()
    hand.view.annotate.add_note("try a = 0", bottom + QPointF(0, 40))
    hand.view.fit_all(animated=False)
    hand.document.undo_stack.clear()
    (box,) = hand.view.nodes.annotations.notes.values()
    return box


def notes(hand):
    return list(notes_of(hand.document.extras).values())


def test_n_types_a_note_at_the_pointer(hand, extras_undo):
    e = hand.box("e").rect
    hand.view.pointer = e.center()
    beside_nodes = hand.view.annotate.room_for_note(hand.view.pointer)
    assert not any(box.rect.contains(beside_nodes) for box in hand.view.nodes.boxes.values())
    hand.view.pointer = hand.view.mapToScene(hand.empty())
    hand.key(KEY.Key_N)
    QTest.keyClicks(hand.view.in_place.editor, "why is c.grad -2?")
    QTest.keyClick(hand.view.in_place.editor, KEY.Key_Return)
    QTest.keyClicks(hand.view.in_place.editor, "+ passes it on")
    QTest.keyClick(hand.view.in_place.editor, KEY.Key_Return, CTRL)
    assert [note.text for note in notes(hand)] == ["why is c.grad -2?\n+ passes it on"]
    assert hand.view.in_place.editor is None
    extras_undo("Add note")


@pytest.mark.parametrize("typed", ["", "  ", "dropped by Escape"])
def test_a_note_that_is_empty_or_escaped_is_none(hand, typed):
    hand.key(KEY.Key_N)
    QTest.keyClicks(hand.view.in_place.editor, typed)
    if "Escape" in typed:
        QTest.keyClick(hand.view.in_place.editor, KEY.Key_Escape)
    else:
        hand.click(hand.empty())
    assert hand.view.in_place.editor is None
    assert not notes(hand)
    assert hand.steps() == 0


def test_a_note_is_edited_moved_widened_and_deleted(hand, noted):
    middle = hand.pixel(noted.rect.center())
    hand.double_click(middle)
    hand.view.in_place.editor.selectAll()
    QTest.keyClicks(hand.view.in_place.editor, "a longer text, more than fits on one line")
    hand.click(hand.empty())
    assert notes(hand)[0].text.startswith("a longer")
    (box,) = hand.view.nodes.annotations.notes.values()
    assert box.height > noted.height
    hand.drag(middle, middle + QPoint(40, 24))
    assert (notes(hand)[0].x, notes(hand)[0].y) != (noted.x, noted.y)
    (box,) = hand.view.nodes.annotations.notes.values()
    side = hand.pixel(QPointF(box.rect.right(), box.rect.center().y()))
    hand.drag(side, side + QPoint(80, 0))
    assert notes(hand)[0].width > noted.width
    hand.key(KEY.Key_Delete)
    assert not notes(hand)
    texts = [hand.document.undo_stack.text(i) for i in range(hand.steps())]
    assert texts == ["Change note", "Move note", "Change note’s width", "Delete note"]
    while hand.document.undo_stack.canUndo():
        hand.document.undo_stack.undo()
    assert notes(hand) == [noted.note]


def test_a_note_in_a_frame_moves_with_it(hand, framed):
    hand.view.annotate.add_note("inside", framed.rect.center() + QPointF(-100, 60))
    (before,) = notes(hand)
    start = title_bar(hand)
    hand.drag(start, start + QPoint(0, 80))
    (after,) = notes(hand)
    assert after.y > before.y
    hand.document.undo_stack.undo()
    assert notes(hand) == [before]


def test_all_can_be_selected_and_deleted_with_frames_and_notes(hand, framed):
    hand.view.annotate.add_note("gone as well", QPointF(0, 600))
    hand.document.undo_stack.clear()
    hand.key(KEY.Key_A, CTRL)
    hand.key(KEY.Key_Delete)
    assert len(hand.graph) == 0
    assert hand.document.extras == {}
    assert hand.steps() == 1
    hand.document.undo_stack.undo()
    assert (len(frames(hand)), len(notes(hand))) == (1, 1)


# ----- dots -----------------------------------------------------------------------------------


def link(hand, target: str, index: int):
    return hand.view.nodes.links[hand.id(target), index]


def dots(hand):
    return dots_of(hand.document.extras)


def test_a_double_click_on_a_link_guides_it_through_a_dot(hand, extras_undo):
    middle = link(hand, "d", 1).path().pointAtPercent(0.5)
    hand.double_click(hand.pixel(middle))
    assert list(dots(hand)) == [hand.id("c")]
    assert link(hand, "d", 1).distance_to(middle) < 3
    extras_undo("Add a dot to a link")


def test_a_dot_is_dragged_and_the_link_goes_through_it(hand):
    middle = hand.pixel(link(hand, "d", 1).path().pointAtPercent(0.5))
    hand.double_click(middle)
    hand.drag(middle, middle + QPoint(-40, 60))
    (dot,) = dots(hand)[hand.id("c")]
    assert link(hand, "d", 1).distance_to(QPointF(dot.x, dot.y)) < 0.5
    assert (hand.pixel(QPointF(dot.x, dot.y)) - middle - QPoint(-40, 60)).manhattanLength() < 12
    hand.document.undo_stack.undo()
    assert link(hand, "d", 1).distance_to(hand.view.mapToScene(middle)) < 3


def test_from_far_out_a_link_still_goes_through_its_dots(hand):
    middle = hand.pixel(link(hand, "d", 1).path().pointAtPercent(0.5))
    hand.double_click(middle)
    hand.drag(middle, middle + QPoint(-40, 260))
    (dot,) = dots(hand)[hand.id("c")]
    hand.view.zoom_to(0.2)

    def shown(point):
        return hand.view.viewport().grab().toImage().pixelColor(hand.pixel(point))

    start = link(hand, "d", 1).start
    halfway = (start + QPointF(dot.x, dot.y)) / 2
    away = QPointF(60, 0)
    assert shown(halfway) != shown(halfway + away) == shown(halfway - away)


def test_a_stroke_with_shift_puts_one_dot_on_all_links_of_a_node(hand):
    hand.document.set_text(hand.document.text + "g = e * 2.0\nh = d + g\n")
    hand.view.fit_all(animated=False)
    hand.document.undo_stack.clear()
    start = hand.box("e").port_position(None)
    ahead = [(x.start, x.end) for x in (link(hand, "d", 0), link(hand, "g", 0))]
    x = (start.x() + min(end.x() for _, end in ahead)) / 2
    line = QPointF(x, -4000), QPointF(x, 4000)
    hand.press(hand.pixel(line[0]), RIGHT, SHIFT)
    hand.drag_to(hand.pixel(line[1]), keys=SHIFT, button=RIGHT)
    hand.release(hand.pixel(line[1]), RIGHT, SHIFT)
    (dot,) = dots(hand)[hand.id("e")]
    assert set(dot.links) == {(hand.id("d"), 0), (hand.id("g"), 0)}
    assert hand.steps() == 1


def test_dots_go_with_double_click_delete_and_with_their_link(hand):
    def guide() -> QPoint:
        middle = hand.pixel(link(hand, "d", 1).path().pointAtPercent(0.5))
        hand.double_click(middle)
        assert dots(hand)
        return middle

    hand.double_click(guide())
    assert not dots(hand)
    hand.click(guide())
    hand.key(KEY.Key_Delete)
    assert not dots(hand)
    guide()
    hand.drag(hand.port("d", 1), hand.empty())
    assert hand.inputs("d") == ["e", 10.0]
    assert not dots(hand)


def test_dots_between_moved_nodes_move_along(hand):
    hand.click(hand.body("c"))
    hand.key(KEY.Key_R, SHIFT)
    ((before,),) = dots(hand).values()
    hand.click(hand.body("d"), SHIFT)
    hand.drag(hand.body("d"), hand.body("d") + QPoint(0, 64))
    ((after,),) = dots(hand).values()
    assert after.y - before.y == pytest.approx(64, abs=9)
    assert hand.steps() == 2


def test_a_project_with_a_spoilt_frame_is_refused_in_words(hand, tmp_path):
    from core.storage import StorageError

    path = tmp_path / "spoilt.json"
    project = hand.document.project()
    project.settings["view"] = {"frame/1": {"title": "x", "color": "red", "nodes": []}}
    path.write_text(dumps(project))
    with pytest.raises(StorageError, match="no frame colour 'red'"):
        hand.document.open(path)
    assert len(hand.graph) == 7


def test_selecting_a_node_drops_the_selected_frame(hand, framed):
    hand.click(title_bar(hand))
    assert hand.view.nodes.marks.items == {framed.key}
    hand.document.select([hand.id("a")])
    assert not hand.view.nodes.marks.items


# ----- within groups --------------------------------------------------------------------------


def open_use(hand, name: str) -> None:
    """Open the use of a group that gives this node, from outside."""
    hand.view.nodes.open(())
    hand.document.select([hand.graph.groups.outermost[hand.id(name)]])
    hand.view.setFocus()
    hand.key(KEY.Key_Tab)
    hand.view.fit_all(animated=False)


def body(hand, title: str):
    return next(box for box in hand.view.nodes.boxes.values() if box.title == title)


def test_what_stands_in_a_group_stands_in_every_use_of_it(hand):
    hand.document.set_text(
        "def f(x):\n    u = 2*x\n    v = u + 1\n    return tanh(v)\na = 1.0\ny = f(a)\nz = f(y)\n"
    )
    open_use(hand, "y")
    view, annotations = hand.view, hand.view.nodes.annotations
    view.pointer = body(hand, "u").rect.bottomLeft() + QPointF(0, 60)
    steps = hand.steps()
    hand.key(KEY.Key_N)
    QTest.keyClicks(view.in_place.editor, "twice")
    QTest.keyClick(view.in_place.editor, KEY.Key_Return, CTRL)
    (note,) = annotations.notes.values()
    assert hand.steps() == steps + 1
    hand.document.select([body(hand, "u").id, body(hand, "v").id])
    hand.key(KEY.Key_J, CTRL)
    QTest.keyClick(view.in_place.editor, KEY.Key_Escape)
    hand.document.select([body(hand, "u").id])
    hand.key(KEY.Key_H)
    grip = hand.pixel(note.rect.center())
    hand.drag(grip, grip + QPoint(40, 24))
    (note,) = annotations.notes.values()
    here = {box.title: (box.x, box.y, box.is_collapsed) for box in view.nodes.boxes.values()}

    def is_all_there() -> bool:
        (frame,) = annotations.frames.values()
        (shown,) = annotations.notes.values()
        titles = {box.title: (box.x, box.y, box.is_collapsed) for box in view.nodes.boxes.values()}
        framed = {view.nodes.boxes[id].title for id in frame.frame.nodes}
        places = (shown.x, shown.y) == (note.x, note.y)
        same = all(titles[title] == here[title] for title in ("x", "u", "v"))
        return framed == {"u", "v"} and places and same and shown.note.text == "twice"

    open_use(hand, "z")
    assert is_all_there()
    project = loads(dumps(hand.document.project()))
    view.nodes.open(())
    assert not annotations.notes
    assert not annotations.frames
    hand.document.select([hand.graph.groups.outermost[hand.id("y")]])
    hand.key(KEY.Key_Delete)  # the frame stood with this use
    open_use(hand, "z")
    assert is_all_there()
    hand.document.set_text(hand.document.text.replace("f(", "g("))
    assert is_all_there()
    hand.document.undo_stack.setIndex(0)
    hand.document.undo_stack.setIndex(hand.document.undo_stack.count())
    open_use(hand, "z")
    assert is_all_there()
    assert project.settings["view"]["note/1"]["function"] == "f"
