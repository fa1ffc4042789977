"""Random edits through the node editor, undone to the start and redone: the same document.

MICROGRAD_PLAYGROUND_EDITS=10000 python -m pytest tests/app/test_node_editor_undo.py makes so many
edits in one go.
"""

import os
import random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QPointF, Qt

from app.document import Document
from app.node_editor.editor import NodeEditor
from core.graph import Port
from core.storage import dumps, loads
from core.storage.canvas_json import FRAME_COLORS

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f\n"
EDITS = int(os.environ.get("MICROGRAD_PLAYGROUND_EDITS", "150"))
MOST_NODES = 60  # so that pasting does not grow without end
LOOKS = 50  # how often the long run compares on its way back and forth

ADDING = ("add", "add number", "add connected", "add text", "paste", "duplicate", "drop new")
COMMANDS = (
    *ADDING, "select", "delete", "reconnect", "copy", "collapse", "mute", "slider", "swap",
    "connect", "arrange", "align", "distribute", "output", "move", "set", "undo", "redo", "nudge",
    "frame", "colour", "leave frame", "title", "note", "edit note", "dots", "move items", "choose",
    "label", "range", "rename", "text", "cut", "carry and cancel", "group", "ungroup", "open",
    "leave",
)  # fmt: skip


class Driver:
    """An editor to which commands are given; `pick` and `number` choose what they are about."""

    def __init__(self) -> None:
        self.document = Document()
        self.document.set_text(LECTURE)
        self.document.undo_stack.clear()
        self.editor = NodeEditor(self.document)
        self.view = self.editor.view

    def close(self) -> None:
        self.view.glide.finish()
        self.editor.close()
        self.editor.deleteLater()

    def perform(self, command: str, pick: int, number: float) -> None:
        if command in ADDING and len(self.document.graph) > MOST_NODES:
            command = "delete"
        ids = self._ids()
        self.view.pointer = QPointF(number * 10, pick % 500)
        plain = self._plain(pick)
        if command in plain:
            plain[command]()
        elif command in ("add", "add number", "add connected", "add text", "drop new"):
            self._add(command, pick, number)
        elif command in ("title", "note", "edit note", "dots", "move items", "choose"):
            self._annotate(command, pick, number)
        elif ids:
            self._change_one(command, ids, pick, number)

    def _ids(self) -> list[str]:
        """Of the nodes that are shown and are the document's: neither groups nor inside of one."""
        return [id for id in self.view.nodes.boxes if id in self.document.graph.nodes]

    def _plain(self, pick: int) -> dict:
        document, view = self.document, self.view
        edits, places, annotate = view.edits, view.places, view.annotate
        return {
            "delete": edits.delete, "reconnect": edits.delete_and_reconnect,
            "copy": edits.copy, "paste": lambda: edits.paste(view.pointer),
            "duplicate": edits.duplicate, "collapse": edits.toggle_collapsed,
            "mute": edits.toggle_muted, "slider": edits.toggle_slider, "swap": edits.swap_inputs,
            "arrange": places.arrange, "output": edits.make_output,
            "undo": document.undo_stack.undo, "redo": document.undo_stack.redo,
            "align": lambda: places.align(("left", "top", "column")[pick % 3]),
            "distribute": lambda: places.distribute(down=pick % 2 == 0),
            "nudge": lambda: places.nudge(pick % 3 - 1, pick % 2),
            "frame": annotate.frame_selection, "colour": annotate.next_color,
            "leave frame": annotate.leave_frame,
            "group": view.groups.make, "ungroup": view.groups.dissolve,
            "open": view.groups.open, "leave": view.groups.leave,
            "select": lambda: view.nodes.choose(
                [id for i, id in enumerate(view.nodes.boxes) if (i * 7 + pick) % 3 == 0], ()
            ),
        }  # fmt: skip

    def _add(self, command: str, pick: int, number: float) -> None:
        edits, ids = self.view.edits, self._ids()
        point, op = self.view.pointer, ("tanh", "mul", "sub", "relu")[pick % 4]
        if command == "add number":
            edits.add("value", point, number=number)
        elif command == "add text":
            edits.add_text(f"g{pick} = {abs(number):.2f} * 3 + 1", point)
        elif command == "drop new" and ids:
            self.view.places.drop_new(op, self.view.nodes.boxes[ids[pick % len(ids)]].rect)
        else:
            port = Port(ids[pick % len(ids)]) if command == "add connected" and ids else None
            edits.add(op, point, port)

    def _annotate(self, command: str, pick: int, number: float) -> None:
        scene, annotate = self.view.nodes, self.view.annotate
        items = scene.annotations
        if command == "note":
            annotate.add_note(f"note {pick}", self.view.pointer)
        elif command == "title" and items.frames:
            key = list(items.frames)[pick % len(items.frames)]
            annotate.set_title(key, f"title {pick}")
            annotate.set_color(key, FRAME_COLORS[pick % len(FRAME_COLORS)])
        elif command == "edit note" and items.notes:
            annotate.set_note(list(items.notes)[pick % len(items.notes)], "" if pick % 2 else "!")
        elif command == "dots" and scene.links:
            links = list(scene.links.values())
            link = links[pick % len(links)]
            annotate.add_dots([(link, link.path().pointAtPercent(pick % 10 / 10))])
        elif command in ("choose", "move items"):
            keys = [*items.frames, *items.notes, *items.dots]
            scene.choose((), keys[pick % 3 :: 3])
            if command == "move items":
                self.view.places.nudge(round(number), 1)

    def _change_one(self, command: str, ids: list[str], pick: int, number: float) -> None:
        document, view, chosen = self.document, self.view, ids[pick % len(ids)]
        node = document.graph.nodes[chosen]
        if command == "move":
            view.nodes.boxes[chosen].x += number
            frame = next(iter(view.nodes.annotations.frames), None)
            view.places.drop_moved(chosen, [chosen], frame=frame if pick % 2 else None)
        elif command == "set" and node.is_leaf:
            document.preview_value(chosen, number / 2)
            document.set_value(chosen, number)
        elif command == "range" and node.is_leaf:
            view.edits.set_range(chosen, number, number + pick + 1)
        elif command == "label":
            view.edits.set_label(chosen, f"label {pick % 5}" if pick % 3 else "")
        elif command == "rename":
            document.rename(chosen, f"name{pick}")
        elif command == "text":
            document.set_text(f"{document.text}t{pick} = {abs(number):.3f}\n")
        elif command == "cut" and node.sources:
            document.disconnect(chosen, node.inputs.index(node.sources[0]))
        elif command == "carry and cancel" and document.selection:
            view.duplicate()
            view.gesture.move(view.pointer + QPointF(50, 8), Qt.KeyboardModifier.NoModifier)
            view.cancel_gesture()
        elif command == "connect":
            target = ids[(pick * 3) % len(ids)]
            document.select([chosen, target], target)
            view.edits.connect_selected()

    # ----- comparing ------------------------------------------------------------------------

    def everything(self) -> tuple:
        """The document and what the view shows of it, to compare."""
        document, scene = self.document, self.view.nodes
        self.view.glide.finish()
        if scene.path:  # which groups are open is no part of the document
            scene.open(())
        graph, items = document.graph, scene.annotations
        numbers = {node.id: (repr(node.data), repr(node.grad)) for node in graph}
        shown = {
            id: (box.node.name, box.is_collapsed, box.slider, len(box.shape.input_centers))
            for id, box in scene.boxes.items()
        }
        around = {
            "frames": {key: (box.frame, box.rect.getRect()) for key, box in items.frames.items()},
            "notes": {key: box.to_note() for key, box in items.notes.items()},
            "dots": {key: (box.x, box.y, len(box.links)) for key, box in items.dots.items()},
        }
        return (
            graph.state(), graph.chosen_output, dict(document.positions), dict(document.extras),
            document.text, numbers, shown, around,
        )  # fmt: skip

    def check_view(self) -> None:
        """The view shows the document, and a file would keep it."""
        document, scene = self.document, self.view.nodes
        assert scene.boxes.keys() == scene.graph.nodes.keys()
        assert {link.edge for link in scene.links.values()} == set(scene.graph.edges())
        fresh = document.graph.copy()
        assert {node.id: repr(node.data) for node in document.graph} == {
            node.id: repr(node.data) for node in fresh
        }
        shown = document.positions.keys() & scene.boxes.keys()
        self.view.glide.finish()
        positions = scene.positions()
        assert {id: positions[id] for id in shown} == {id: document.positions[id] for id in shown}

    def check_file(self) -> None:
        project = self.document.project()
        kept = loads(dumps(project))
        assert kept.graph.state() == project.graph.state()
        assert (kept.positions, kept.settings) == (project.positions, project.settings)

    def go(self, index: int) -> tuple:
        stack = self.document.undo_stack
        while stack.index() > index:
            stack.undo()
        while stack.index() < index:
            stack.redo()
        return self.everything()


class Editing(RuleBasedStateMachine):
    """Short runs, which hypothesis makes shorter still where one fails."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = Driver()
        self.start = self.driver.everything()

    @rule(command=st.sampled_from(COMMANDS), pick=st.integers(0, 999), number=st.floats(-50, 50))
    def edit(self, command: str, pick: int, number: float) -> None:
        self.driver.perform(command, pick, number)

    @invariant()
    def the_view_follows(self) -> None:
        self.driver.check_view()

    def teardown(self) -> None:
        driver = self.driver
        try:
            end, index = driver.everything(), driver.document.undo_stack.index()
            driver.check_file()
            assert driver.go(0) == self.start
            assert driver.go(index) == end
        finally:
            driver.close()


def test_short_runs_undone_and_redone_are_the_same_document_and_view(qapp):
    options = settings(
        max_examples=12, stateful_step_count=25, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Editing, settings=options)


def test_a_long_run_undone_and_redone_is_the_same_at_every_look(qapp):
    rng = random.Random(4)
    driver = Driver()
    stack = driver.document.undo_stack
    looks = {0: driver.everything()}
    try:
        for turn in range(EDITS):
            driver.perform(rng.choice(COMMANDS), rng.randrange(1000), rng.uniform(-50, 50))
            driver.check_view()
            # What comes after another edit than the former one at this place is forgotten.
            looks = {index: look for index, look in looks.items() if index <= stack.index()}
            if turn % max(1, EDITS // LOOKS) == 0:
                looks[stack.index()] = driver.everything()
        looks[stack.index()] = driver.everything()
        driver.check_file()
        for index in (*sorted(looks, reverse=True), *sorted(looks)):
            assert driver.go(index) == looks[index], index
    finally:
        driver.close()
