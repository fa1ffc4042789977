"""The nodes as the editor shows them, and what lies under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF

from app.node_editor.shape import PORT_RADIUS, WIDTH, Shape, shape_of
from core.graph import Node, Port
from core.ops import INPUT_NAMES, OPS, Op

if TYPE_CHECKING:
    from app.node_editor.sprites import Look

DEFAULT_RANGE = 5.0
CORNER_REACH = 7.5  # around the top left corner: where the breakpoint's disc lies
MARGIN = 16.0  # what rings, ports and tabs take around a node


class Part(Enum):
    """What a pointer can be over."""

    BODY = auto()
    NAME = auto()
    FIELD = auto()
    SLIDER = auto()
    PORT = auto()
    CORNER = auto()  # where a breakpoint is set


@dataclass(frozen=True)
class Hit:
    """What lies under the pointer. `input_index` is None for the output and a leaf's number."""

    id: str
    part: Part
    input_index: int | None = None

    @property
    def port(self) -> Port:
        return Port(self.id, self.input_index)


class NodeBox:
    """One node on the canvas: the graph's node, its place and its Shape."""

    __slots__ = (
        "grad",
        "hidden",
        "is_collapsed",
        "is_output",
        "look",
        "node",
        "op",
        "reason",
        "shape",
        "share",
        "slider",
        "stamp",
        "x",
        "y",
    )  # fmt: skip

    def __init__(self, node: Node, extras: dict[str, Any], *, is_output: bool) -> None:
        self.node = node
        self.op: Op | None = self._op_of(node)
        self.is_output = is_output
        self.is_collapsed = bool(extras and extras.get(f"collapsed:{node.id}"))
        self.slider = slider_range(extras, node.id)
        self.reason = ""  # why the number is not finite, where this node is to blame
        self.look: Look | None = None  # of its sprite; the painter finds it when it needs it
        self.hidden: frozenset[str] = frozenset()  # nodes that a walk has not computed yet
        self.grad: float | None = node.grad  # to be shown; None where none has come to the node
        self.share = 0.0  # of colour, -1 .. 1, that the gradient gets
        self.stamp = 0  # another whenever a number that the node shows is another
        self.x = self.y = 0.0
        self.shape: Shape = shape_of(
            tuple([isinstance(source, str) for source in node.inputs]),
            node.is_leaf,
            self.slider is not None,
            self.is_collapsed,
        )

    def _op_of(self, node: Node) -> Op | None:
        return None if node.is_leaf else OPS[node.op]

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def unit(self) -> str:
        """The box on the canvas that this is, or that it is an output of."""
        return self.node.id

    @property
    def unit_box(self) -> NodeBox:
        """That box."""
        return self

    @property
    def title(self) -> str:
        """What stands in the header."""
        return self.node.name

    @property
    def glyph(self) -> str:
        """The sign on the chip; "" for a leaf, which has a ring."""
        return self.op.glyph if self.op else ""

    @property
    def word(self) -> str:
        """What it is, in a word."""
        if self.is_output:
            return "output"
        return self.op.word if self.op else ""

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called whatever feeds them; empty where they have no names."""
        return ()

    @property
    def output_names(self) -> tuple[str, ...]:
        """What the outputs are called where that is not the title."""
        return ()

    @property
    def further_outputs(self) -> list[NodeBox]:
        """A group's outputs after the first."""
        return []

    @property
    def is_muted(self) -> bool:
        """True where the first input is passed through."""
        return self.node.is_muted

    @property
    def is_computed(self) -> bool:
        """False while a walk through the graph has not come to the node."""
        return self.node.id not in self.hidden

    @property
    def position(self) -> QPointF:
        return QPointF(self.x, self.y)

    @property
    def rect(self) -> QRectF:
        return QRectF(self.x, self.y, WIDTH, self.shape.height)

    def port_position(self, input_index: int | None) -> QPointF:
        return self.position + self.shape.port(input_index)

    def field_rect(self, input_index: int | None) -> QRectF | None:
        """A number field in the scene."""
        field = self.shape.field(input_index)
        return None if field is None else field.translated(self.x, self.y)

    def name_rect(self) -> QRectF:
        """Where the name stands, in the scene: what a double-click renames."""
        header = self.shape.header
        return QRectF(self.x + 30, self.y + 3, 70, header.height() - 6)

    def is_connected(self, input_index: int) -> bool:
        return isinstance(self.node.inputs[input_index], str)

    def input_number(self, input_index: int) -> float:
        """The number typed into an input that is not connected."""
        source = self.node.inputs[input_index]
        assert not isinstance(source, str)
        return source

    def hit(self, point: QPointF, reach: float) -> Hit | None:
        """The part of this node at a scene point; ports reach `reach` beyond their centre."""
        local = point - self.position
        shape = self.shape
        port = self._port_at(local, reach)
        if port is not None:
            return port
        if QPointF.dotProduct(local, local) <= CORNER_REACH**2:
            return Hit(self.id, Part.CORNER)
        if not shape.rect.contains(local):
            return None
        for index in (None, *range(len(shape.input_fields))):
            field = shape.field(index)
            if field is not None and field.contains(local):
                return Hit(self.id, Part.FIELD, index)
        if shape.slider is not None and shape.slider.contains(local):
            return Hit(self.id, Part.SLIDER)
        if self.name_rect().contains(point):
            return Hit(self.id, Part.NAME)
        return Hit(self.id, Part.BODY)

    def _port_at(self, local: QPointF, reach: float) -> Hit | None:
        nearest: tuple[float, Hit] | None = None
        for index in (None, *range(len(self.node.inputs))):
            away = self.shape.port(index) - local
            distance = away.manhattanLength() if abs(away.x()) <= reach else reach * 3
            if abs(away.y()) <= reach and distance <= 2 * reach:
                # Inside the node only the port's own disc counts, so that rows stay clickable.
                is_inside = 0 < local.x() < WIDTH
                if is_inside and abs(away.x()) > PORT_RADIUS + 2:
                    continue
                if nearest is None or distance < nearest[0]:
                    nearest = distance, Hit(self.id, Part.PORT, index)
        return nearest[1] if nearest else None


def input_name(index: int) -> str:
    """What an input without a link is called."""
    return INPUT_NAMES[index]


def slider_range(extras: dict[str, Any], id: str) -> tuple[float, float] | None:
    """The range of a leaf's slider, or None where it has no (or a spoilt) slider."""
    if not extras:  # as a rule, and there is a box for each of a thousand nodes
        return None
    kept = extras.get(f"slider:{id}")
    match kept:
        case [int() | float() as low, int() | float() as high] if low < high:
            return float(low), float(high)
    return None


def default_range(number: float) -> tuple[float, float]:
    """A range around zero that holds `number`: 5, 10, 20, 50 ..."""
    limit = DEFAULT_RANGE
    steps = (2.0, 2.0, 2.5)
    count = 0
    while limit < abs(number) < 1e300:
        limit *= steps[count % 3]
        count += 1
    return -limit, limit
