"""What a node says of itself when the pointer rests on it: all numbers in full."""

from __future__ import annotations

from app.node_editor.boxes import Hit, NodeBox, Part, input_name
from core.graph import Graph
from core.known import UNKNOWN
from core.numbers import format_full


def tooltip_of(graph: Graph, box: NodeBox, hit: Hit) -> str:
    """Name, label, data and gradient with full precision; of an input or slider, its own."""
    node = box.node
    label = f" · {node.label}" if node.label and node.label != node.name else ""
    title = node.name if box.title == node.name else f"{node.name}, by the group {box.title}"
    lines = [f"{title}{label}"]
    if box.is_computed:
        lines.append(f"data {format_full(node.data)}")
    if box.grad is not None:
        lines.append(f"grad {format_full(box.grad)}")
    for output in box.further_outputs:
        grad = "" if output.grad is None else f", grad {format_full(output.grad)}"
        lines.append(f"{output.node.name} data {format_full(output.node.data)}{grad}")
    if box.is_muted:
        lines.append("muted: it passes its first input through")
    if hit.part is Part.SLIDER and box.slider is not None:
        low, high = box.slider
        lines.append(
            f"slider from {format_full(low)} to {format_full(high)}: double-click for more"
        )
    if hit.input_index is not None:
        source = node.inputs[hit.input_index]
        if isinstance(source, str):
            data = graph.nodes[source].data
            number = UNKNOWN if source in box.hidden else format_full(data)
            lines.append(f"from {graph.nodes[source].name}: {number}")
        else:
            called = box.input_names[hit.input_index] if box.input_names else ""
            called = called or input_name(hit.input_index)
            lines.append(f"{called} {format_full(source)}, not connected")
    return "\n".join(lines)
