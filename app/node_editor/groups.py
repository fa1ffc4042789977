"""Commands on groups: make, dissolve, open, leave, name, and give them inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.node_editor.arrange import Position, free_place, lay_out, snap
from app.node_editor.group_boxes import GroupBox, boxes_of
from app.node_editor.shape import INPUT_ROW, WIDTH, shape_of
from core.graph import Graph, GraphError, Port
from core.groups import Definition, grouping, templates
from core.groups.levels import Level
from core.groups.sheets import Sheet, beneath
from core.groups.taking_apart import parts_of_tanh, put_together, take_apart

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

NEAR = 500.0  # pixels that a group may have been moved, for its nodes to go back where they were
MOST_TRIED = 40  # places further and further down


class GroupCommands:
    """What the keys and menus do with groups; each edit is one undo step."""

    def __init__(self, view: NodeView) -> None:
        self._view = view
        self._scene = view.nodes
        self._document = view.document

    @property
    def _beneath(self) -> Graph:
        """The graph that is shown, with what its groups hold."""
        return beneath(self._scene.graph)

    @property
    def _level(self) -> Level | None:
        graph = self._scene.graph
        return graph.level if isinstance(graph, Sheet) else None

    @property
    def current(self) -> GroupBox | None:
        """The selected group, where one is selected alone or last."""
        box = self._scene.boxes.get(self._scene.current or "")
        return box if isinstance(box, GroupBox) else None

    # ----- making and dissolving ------------------------------------------------------------

    def make(self) -> None:
        """Make a group of the selected nodes."""
        ids, level = self._view.edits.selected, self._level
        middle = self._scene.bounds(ids).center()

        def change() -> str:
            if level is not None and not set(ids).isdisjoint(level.parameters):
                raise GraphError("An input of the opened group can't be part of a group in it.")
            kept = level.outputs if level is not None else ()
            id = grouping.group(self._beneath, ids, kept=kept)
            self._document.positions[id] = self._place_for(id, middle, ids)
            return id

        self._make(f"Group {self._view.edits.named(ids)}" if ids else "Group", change)

    def _place_for(self, id: str, middle: QPointF, gone: Collection[str] = ()) -> Position:
        """Where a new group covers no node: around `middle`, or beneath what is there."""
        instance = self._beneath.groups.instances[id]
        connected = (True,) * len(instance.arguments)
        height = shape_of(connected, False, False, False, len(instance.results)).height
        taken = [box.rect for other, box in self._scene.boxes.items() if other not in gone]
        corner = snap(middle.x() - WIDTH / 2), snap(middle.y() - height / 2)
        return free_place(corner, height, taken)

    def _make(self, text: str, change: Callable[[], str]) -> None:
        id = self._view.edits.edit(text, change)
        if id is not None:
            self._document.select([id], id)

    def dissolve(self) -> None:
        """Put what the selected groups hold in their place."""
        boxes = [self._scene.boxes[id] for id in self._view.edits.selected]
        groups = [box for box in boxes if isinstance(box, GroupBox)]
        if not groups:
            self._view.show_refusal("Select a group to take it apart")
            return

        def change() -> list[str]:
            freed = []
            for box in groups:
                freed += grouping.ungroup(self._beneath, box.id)
            self._spread(freed, groups)
            return freed

        names = ", ".join(dict.fromkeys(box.title for box in groups))
        freed = self._view.edits.edit(f"Ungroup {names}", change)
        if freed:
            self._document.select(freed, freed[-1])

    def _spread(self, freed: list[str], groups: list[GroupBox]) -> None:
        """Places for what came out of groups: its former ones, or around the groups' own."""
        graph, positions = self._scene.graph, self._document.positions
        assert isinstance(graph, Sheet)
        graph.refresh()
        boxes = boxes_of(graph, self._document.extras)
        gone = {box.id for box in groups}
        taken = [box.rect for id, box in self._scene.boxes.items() if id not in gone]
        if all(id in positions for id in freed):
            places = {id: positions[id] for id in freed}
        else:
            found = lay_out(graph, boxes).top_lefts
            places = {id: found[id] for id in freed}
        sizes = {id: boxes[id].shape.rect for id in freed}
        middle = _middle(list(places.values()))
        wanted = _middle([(box.x, box.y) for box in groups])
        away = wanted[0] - middle[0], wanted[1] - middle[1]
        is_near = abs(away[0]) + abs(away[1]) < NEAR and all(id in positions for id in freed)
        offsets = [(0.0, 0.0)] if is_near else []
        offsets += [(away[0], away[1] + down * INPUT_ROW) for down in range(MOST_TRIED)]
        for across, down in offsets:
            rects = [sizes[id].translated(x + across, y + down) for id, (x, y) in places.items()]
            if not any(one.intersects(other) for one in rects for other in taken):
                break
        for id, (x, y) in places.items():
            positions[id] = snap(x + across), snap(y + down)

    # ----- adding ---------------------------------------------------------------------------

    def add(self, what: str, point: QPointF, port: Port | None = None) -> None:
        """Use a group at a scene point: "group f", or a new "neuron 2" or "layer 2 3"."""
        kind, *sizes = what.split()

        def change() -> str:
            graph, arguments = self._beneath, None
            if kind == "neuron":
                name = self._defined(templates.neuron(int(sizes[0])))
                arguments = templates.neuron_arguments(int(sizes[0]))
            elif kind == "layer":
                name = self._defined(*templates.layer(int(sizes[0]), int(sizes[1])))
            else:
                name = sizes[0]
            count = len(graph.groups.definitions[name].parameters)
            id = grouping.call(graph, name, arguments or (0.0,) * count)
            self._scene.refresh()
            self._join(id, port)
            self._document.positions[id] = self._place_for(id, point)
            return id

        self._make(f"Add {what.removeprefix('group ')}", change)
        self._view.reveal(self._scene.bounds(self._view.edits.selected))

    def _defined(self, *definitions: Definition) -> str:
        """Add definitions, where they are not there yet; returns the last one's name."""
        wanted = {definition.name: definition for definition in definitions}
        return grouping.take_definitions(self._beneath, wanted)[definitions[-1].name]

    def _join(self, id: str, port: Port | None) -> None:
        if port is None:
            return
        if port.input_index is None:
            self._beneath.connect(port.node, id, 0)
        else:
            self._beneath.connect(id, port.node, port.input_index)

    # ----- tanh -----------------------------------------------------------------------------

    def take_tanh_apart(self) -> None:
        """Replace each selected tanh by its exponentials, or these by tanh again."""
        graph = self._beneath
        ids = [id for id in self._view.edits.selected if id in graph.nodes]
        whole = [id for id in ids if graph.nodes[id].op == "tanh"]
        parts = [id for id in ids if parts_of_tanh(graph, id) is not None]
        if not whole and not parts:
            self._view.show_refusal("Select a tanh, or the quotient that a tanh was taken apart to")
            return

        def change() -> str:
            for id in whole or parts:
                if whole:
                    new = take_apart(self._beneath, id)
                    self._place_parts(id, new)
                else:
                    put_together(self._beneath, id)
            self._scene.refresh()
            return (whole or parts)[-1]

        self._make("Take tanh apart" if whole else "Put tanh together", change)

    def _place_parts(self, id: str, new: list[str]) -> None:
        """The parts stand in the node's place, it moves to their right, and what it feeds too."""
        scene, positions = self._scene, self._document.positions
        box = scene.boxes[id]
        step = WIDTH + 32.0
        for other in scene.reach(id, upstream=False) | {id}:
            moved = scene.boxes[other]
            positions[other] = moved.x + 3 * step, moved.y
        columns = ((0, 0.0), (1, 0.0), (2, -88.0), (2, 88.0))
        for part, (column, down) in zip(new, columns):
            positions[part] = snap(box.x + column * step), snap(box.y + down)

    # ----- opening and leaving --------------------------------------------------------------

    def open(self, id: str | None = None) -> bool:
        """Show the inside of a group, by default of the selected one. False where none is."""
        box = self._scene.boxes.get(id) if id is not None else self.current
        if not isinstance(box, GroupBox):
            return False
        self._show((*self._scene.path, box.id))
        self._document.select(box.instance.results[:1])
        return True

    def leave(self) -> bool:
        """Back to what holds the opened group, which is selected then. False outside of groups."""
        path = self._scene.path
        if not path:
            return False
        self.go_to(len(path) - 1)
        return True

    def go_to(self, depth: int) -> None:
        """Leave groups until so many are open; the one that was left is selected."""
        left = self._scene.path[depth] if depth < len(self._scene.path) else None
        self._show(self._scene.path[:depth])
        if left is not None:
            self._document.select([left], left)

    def _show(self, path: tuple[str, ...]) -> None:
        self._view.cancel_gesture()
        self._view.in_place.stop()
        self._scene.open(path)
        self._view.fit_all(animated=False)
        self._view.setFocus()

    def tab(self, *, forward: bool) -> bool:
        """Tab on a selected group opens it, Shift+Tab leaves the opened one; else it's not ours."""
        if self._view.gesture is not None:
            return False
        selected = self._scene.selection
        if forward:
            return len(selected) == 1 and self.open()
        return self.leave()

    # ----- inputs, outputs, names -----------------------------------------------------------

    def add_input(self) -> None:
        """Give the opened group one more input; all its uses get the number 0 for it."""
        self._in_level("Add an input", lambda level: self._new_parameter(level))

    def _new_parameter(self, level: Level) -> str:
        node = level.graph.add(name=_free_parameter(level))
        level.parameters.append(node.id)
        lefts = [box.x for box in self._scene.boxes.values()]
        bottoms = [box.rect.bottom() for box in self._scene.boxes.values()]
        self._document.positions[node.id] = min(lefts, default=0.0), max(bottoms, default=0.0) + 16
        return node.id

    def toggle_output(self) -> None:
        """Let the current node be an output of the opened group, or be none any more."""
        current = self._scene.current

        def change(level: Level) -> str:
            if current is None:
                raise GraphError("Select the node that shall be an output of the group.")
            id = (
                self._scene.graph.result_of(current)
                if isinstance(self._scene.graph, Sheet)
                else current
            )
            if id in level.outputs:
                level.outputs.remove(id)
            else:
                level.outputs.append(id)
            return current

        self._in_level("Change the group’s outputs", change)

    def _in_level(self, text: str, change: Callable[[Level], str]) -> None:
        level = self._level
        if level is None:
            self._view.show_refusal("Open a group first: select it and press Tab")
            return
        self._make(text, lambda: change(level))

    def rename(self, box: GroupBox, name: str) -> str:
        """Give a group another name, wherever it is used. Returns why it can't be, or ""."""
        former = box.definition.name
        if name == former:
            return ""
        try:
            grouping.check_function_name(self._document.graph, name)
        except GraphError as error:
            return str(error)
        self._document.edit(
            f"Rename to {name}",
            lambda: grouping.rename_function(self._document.graph, former, name),
            self._scene,
        )
        return ""


def _middle(places: list[Position]) -> Position:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _free_parameter(level: Level) -> str:
    names = ("x", "y", "z", *(f"x{number}" for number in range(1, 1000)))
    definitions = level.graph.groups.definitions
    return next(name for name in names if name not in level.graph and name not in definitions)
