"""What a node computes, as short as a box needs it: `a × b`, `tanh n`, `x²`."""

from __future__ import annotations

from core.graph import Graph, Node
from core.numbers import format_number
from core.ops import OPS

_SUPERSCRIPTS = str.maketrans("0123456789.-−", "⁰¹²³⁴⁵⁶⁷⁸⁹·⁻⁻")
_GLYPHS = {"neg": "−{x}", "sqrt": "√{x}", "abs": "|{x}|"}


def formula(graph: Graph, node: Node) -> str:
    """What a node computes, such as `a × b`; empty for a leaf."""
    if node.is_leaf:
        return ""
    names = input_names(graph, node)
    if node.is_muted:
        return names[0]
    op = OPS[node.op]
    if node.op in _GLYPHS:
        return _GLYPHS[node.op].format(x=names[0])
    if node.op == "pow":
        is_number = not isinstance(node.inputs[1], str)
        exponent = names[1].translate(_SUPERSCRIPTS) if is_number else f"^{names[1]}"
        return f"{names[0]}{exponent}"
    if op.arity == 1:
        return f"{op.glyph} {names[0]}"
    if op.is_infix:
        return f"{names[0]} {op.glyph} {names[1]}"
    return f"{op.glyph}({names[0]}, {names[1]})"


def input_names(graph: Graph, node: Node) -> list[str]:
    """The name of each connected input, the number of each other."""
    return [
        graph.nodes[source].name if isinstance(source, str) else format_number(source)
        for source in node.inputs
    ]
