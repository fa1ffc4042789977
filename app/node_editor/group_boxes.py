"""Groups as the editor shows them: one node with a row for each output and each input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF

from app.colors import symlog
from app.node_editor.boxes import Hit, NodeBox, Part
from app.node_editor.links import Link
from app.node_editor.shape import PORT_RADIUS, WIDTH, shape_of
from core.flow import Flow
from core.graph import Graph, Node
from core.groups import Definition, Instance
from core.groups.sheets import Sheet
from core.ops import Op
from core.stepping import State

GLYPH = "ƒ"

Floats = npt.NDArray[np.float64]


class GroupBox(NodeBox):
    """A closed group. Its node is that of the sheet: data and gradient of the first output."""

    __slots__ = ("definition", "instance", "outputs")

    def __init__(
        self,
        node: Node,
        instance: Instance,
        definition: Definition,
        outputs: list[Node],
        extras: dict[str, Any],
        *,
        is_output: bool,
    ) -> None:
        super().__init__(node, extras, is_output=is_output)
        self.instance, self.definition = instance, definition
        self.shape = shape_of(
            tuple([isinstance(source, str) for source in node.inputs]),
            False, False, self.is_collapsed, len(outputs),
        )  # fmt: skip
        self.outputs = [OutputBox(self, result, index) for index, result in enumerate(outputs)]

    @property
    def title(self) -> str:
        return self.definition.name

    @property
    def glyph(self) -> str:
        return GLYPH

    @property
    def word(self) -> str:
        return "output" if self.is_output else "group"

    @property
    def input_names(self) -> tuple[str, ...]:
        return self.definition.parameters

    @property
    def further_outputs(self) -> list[NodeBox]:
        return list(self.outputs[1:])

    @property
    def output_names(self) -> tuple[str, ...]:
        return tuple([output.node.name for output in self.outputs])

    def _op_of(self, node: Node) -> Op | None:
        return None

    def _port_at(self, local: QPointF, reach: float) -> Hit | None:
        for output in self.outputs[1:]:
            away = output.shape.port(None) - local
            is_near = abs(away.x()) <= reach and abs(away.y()) <= PORT_RADIUS + 4
            if is_near and (local.x() >= WIDTH or abs(away.x()) <= PORT_RADIUS + 2):
                return Hit(output.id, Part.PORT)
        return super()._port_at(local, reach)


class ParameterBox(NodeBox):
    """An input of the opened group that is fed from outside: its number can't be set here."""

    __slots__ = ()

    def __init__(self, node: Node, extras: dict[str, Any], *, is_output: bool) -> None:
        super().__init__(node, extras, is_output=is_output)
        self.shape = shape_of((), False, False, self.is_collapsed)

    @property
    def word(self) -> str:
        return "input"


class PassingBox(NodeBox):
    """An output inside a group that is muted: it shows what is passed through the group."""

    __slots__ = ()

    @property
    def is_muted(self) -> bool:
        return True


class OutputBox(NodeBox):
    """One output of a group, for links that begin there."""

    __slots__ = ("group",)

    def __init__(self, group: GroupBox, node: Node, index: int) -> None:
        super().__init__(node, {}, is_output=False)
        self.group = group
        center = group.shape.data_center if group.is_collapsed else group.shape.outputs[index]
        self.shape = replace(group.shape, data_center=center)

    @property
    def unit(self) -> str:
        return self.group.id

    @property
    def unit_box(self) -> NodeBox:
        return self.group

    @property
    def position(self) -> QPointF:
        return self.group.position

    @property
    def rect(self) -> QRectF:
        return self.group.rect

    @property
    def input_names(self) -> tuple[str, ...]:
        return ()

    def _op_of(self, node: Node) -> Op | None:
        return None


class Boxes(dict[str, NodeBox]):
    """The boxes shown, by id; an output of a group is found by its own id as well."""

    def __init__(self, boxes: dict[str, NodeBox]) -> None:
        super().__init__(boxes)
        self._outputs = {
            output.id: output
            for box in boxes.values()
            if isinstance(box, GroupBox)
            for output in box.outputs
        }

    def __missing__(self, id: str) -> NodeBox:
        return self._outputs[id]


def boxes_of(graph: Graph, extras: dict[str, Any]) -> dict[str, NodeBox]:
    """A box for each node that is shown."""
    output = graph.output
    if not isinstance(graph, Sheet):
        return {node.id: NodeBox(node, extras, is_output=node.id == output) for node in graph}
    boxes: dict[str, NodeBox] = {}
    outputs = graph.level.outputs if graph.level is not None else [output]
    for id, node in graph.nodes.items():
        instance = graph.groups.instances.get(id)
        if instance is not None:
            definition = graph.groups.definitions[instance.function]
            results = [graph.beneath.nodes[result] for result in instance.results]
            is_output = id == output or not set(outputs).isdisjoint(instance.results)
            boxes[id] = GroupBox(node, instance, definition, results, extras, is_output=is_output)
        elif graph.is_given(id):
            boxes[id] = ParameterBox(node, extras, is_output=False)
        else:
            is_passing = graph.level is not None and id in graph.whole.groups.passing
            made = PassingBox if is_passing else NodeBox
            boxes[id] = made(node, extras, is_output=id in outputs)
    return Boxes(boxes)


def take_grads(sheet: Sheet, boxes: Iterable[NodeBox], state: State | None) -> None:
    """The numbers to show: those of the end, or as far as a debugger has come."""
    whole = sheet.whole
    for box in boxes:
        id = sheet.result_of(box.id)
        box.hidden = frozenset()
        if state is not None:
            unknown = {other for other in (id, *box.node.sources) if other not in state.computed}
            box.hidden = frozenset(unknown | ({box.id} if id in unknown else set()))
        box.grad = _grad(whole, box, id, state)
        if isinstance(box, GroupBox):
            for output in box.outputs:
                output.grad = _grad(whole, output, output.id, state)


def _grad(whole: Graph, box: NodeBox, id: str, state: State | None) -> float | None:
    if id not in whole.nodes:  # an input of the opened group: what flows out through it
        return box.node.grad
    if state is not None:
        return state.grads.get(id)
    return whole.nodes[id].grad if id in whole.reached else None


def share_outputs(boxes: Iterable[NodeBox], scale: float) -> None:
    """Give the outputs of groups their share of colour."""
    for box in boxes:
        if isinstance(box, GroupBox):
            grads = np.array([output.grad or 0.0 for output in box.outputs])
            for output, share in zip(box.outputs, symlog(grads, scale).tolist()):
                output.share = share


def flows_of(sheet: Sheet, links: list[Link], flow: Flow, state: State | None) -> Floats:
    """What flows back through each of these links, in all the links that it stands for."""
    flows = np.zeros(len(links))
    for place, link in enumerate(links):
        edges = sheet.flat_edges(link.edge)
        if state is not None:
            edges = [edge for edge in edges if edge in state.passed]
        flows[place] = flow.contribution[[flow.link_row[edge] for edge in edges]].sum()
    return flows
