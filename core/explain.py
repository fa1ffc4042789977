"""The chain rule at one node, in words and numbers: what an inspector shows.

Everything here reads a Graph that has been evaluated, and changes nothing.
"""

import math
from dataclasses import dataclass

from core.engine import topological_order
from core.flow import Flow
from core.graph import Edge, Graph, Node
from core.notation import (
    Term,
    forward_term,
    latex_name,
    latex_number,
    name,
    number,
    read_formula,
    simplify,
    to_latex,
    to_numbers,
    to_text,
)
from core.numbers import format_number
from core.ops import OPS, Op, ieee
from core.paths import Path, Paths, paths_between

NUDGE = 0.01
_TIMES = ("not used", "used once", "used twice")

Emphasis = tuple[tuple[str, bool], ...]  # pieces of a sentence; True for those to be stressed


@dataclass(frozen=True)
class Formula:
    """One formula three ways, and what comes out: "a × b", "2 × −3", r"a \\cdot b", -6."""

    text: str
    numbers: str
    latex: str
    value: float


@dataclass(frozen=True)
class Contribution:
    """What one use of a node adds to its gradient: local derivative × upstream gradient."""

    edge: Edge
    consumer: str  # name
    local: Formula
    upstream: float
    amount: float

    @property
    def text(self) -> str:
        """In names: "b × e.grad"."""
        return f"{_factor(self.local.text)} × {self.consumer}.grad"

    @property
    def numbers(self) -> str:
        """In numbers: "−3 × −2"."""
        return f"{format_number(self.local.value)} × {format_number(self.upstream)}"


@dataclass(frozen=True)
class Explanation:
    """All about one node. equation is None for a leaf; contributions are in backward's order."""

    id: str
    name: str
    role: str
    equation: Formula | None
    local_derivatives: tuple[Formula, ...]  # of this node with respect to its inputs
    contributions: tuple[Contribution, ...]  # of its consumers to its gradient
    grad: float
    nudge: Emphasis
    reason: str  # why a number is not finite, or ""

    @property
    def sum(self) -> str:
        """How the gradient adds up: "−6 + 4 = −2"; "" for fewer than two contributions."""
        if len(self.contributions) < 2:
            return ""
        first, *others = (format_number(part.amount) for part in self.contributions)
        terms = "".join(f" − {o[1:]}" if o.startswith("−") else f" + {o}" for o in others)
        return f"{first}{terms} = {format_number(self.grad)}"


def explain(graph: Graph, id: str) -> Explanation:
    """Everything that can be said about a node."""
    node = graph.nodes[id]
    return Explanation(
        id=id,
        name=node.name,
        role=role(graph, id),
        equation=None if node.is_leaf else equation(graph, id),
        local_derivatives=tuple(local_derivative(graph, id, i) for i in range(len(node.inputs))),
        contributions=tuple(contributions(graph, id)),
        grad=node.grad,
        nudge=nudge(graph, id),
        reason=reason_not_finite(graph, id),
    )


def role(graph: Graph, id: str) -> str:
    """ "leaf, used once"; "multiply, output"."""
    node = graph.nodes[id]
    uses = len(graph.consumers(id))
    what = "leaf" if node.is_leaf else OPS[node.op].word
    if node.is_muted:
        what = f"{what}, muted"
    if id == graph.output:
        return f"{what}, output"
    return f"{what}, {_TIMES[uses] if uses < len(_TIMES) else f'used {uses} times'}"


# ----- formulas ----------------------------------------------------------------------------------


def equation(graph: Graph, id: str) -> Formula:
    """What a computed node is, in terms of its inputs. A muted node is its first input."""
    node = graph.nodes[id]
    term = name("x") if node.is_muted else forward_term(OPS[node.op])
    return _formula(graph, node, term, node.data)


def local_derivative(graph: Graph, id: str, input_index: int) -> Formula:
    """d node / d input, as in the op table, with the names and numbers of this node."""
    node = graph.nodes[id]
    if node.is_muted:
        value = 0.0 if input_index else 1.0
        return _formula(graph, node, number(value), value)
    locals_ = graph.values()[id].local_derivatives()
    inputs = _input_numbers(graph, node)
    term = read_formula(OPS[node.op].derivatives[input_index])
    if input_index < len(locals_):
        value = locals_[input_index]
    else:  # a constant exponent is no input of the Value
        with ieee():
            value = OPS[node.op].local_derivatives(tuple(inputs), node.data)[input_index]
    return _formula(graph, node, term, value)


def _formula(graph: Graph, node: Node, term: Term, value: float) -> Formula:
    inputs = _input_numbers(graph, node)
    known = {
        key: source for key, source in zip(("x", "y"), node.inputs) if not isinstance(source, str)
    }
    names = {"out": node.name}
    for key, source in zip(("x", "y"), node.inputs):
        if isinstance(source, str):
            names[key] = graph.nodes[source].name
    numbers = {"out": node.data, **dict(zip(("x", "y"), inputs))}
    term = simplify(term, known) if len(known) < len(node.inputs) else term
    shown = {**{key: format_number(value) for key, value in known.items()}, **names}
    latex = {**{key: latex_number(value) for key, value in known.items()},
             **{key: latex_name(text) for key, text in names.items()}}  # fmt: skip
    return Formula(to_text(term, shown), to_numbers(term, numbers), to_latex(term, latex), value)


def _input_numbers(graph: Graph, node: Node) -> list[float]:
    return [graph.nodes[s].data if isinstance(s, str) else s for s in node.inputs]


# ----- the chain rule ----------------------------------------------------------------------------


def contributions(graph: Graph, id: str) -> list[Contribution]:
    """What each use of a node adds to its gradient, in the order in which backward adds it."""
    order = _backward_order(graph)
    edges = [edge for edge in graph.consumers(id) if edge.target in order]
    edges.sort(key=lambda edge: (order[edge.target], edge.input_index))
    return [
        Contribution(
            edge=edge,
            consumer=graph.nodes[edge.target].name,
            local=local_derivative(graph, edge.target, edge.input_index),
            upstream=graph.nodes[edge.target].grad,
            amount=graph.contributions(edge.target)[edge.input_index],
        )
        for edge in edges
    ]


def _backward_order(graph: Graph) -> dict[str, int]:
    """When backward comes to each node that the output depends on."""
    if graph.output is None:
        return {}
    values = graph.values()
    ids = {value: id for id, value in values.items()}
    order = [ids[v] for v in reversed(topological_order(values[graph.output])) if v in ids]
    return {id: place for place, id in enumerate(order)}


def paths_to_output(graph: Graph, id: str) -> Paths | None:
    """All ways from a node to the output; None where there is none, or it is the output."""
    if graph.output is None or id not in graph.reached:
        return None
    return paths_between(Flow(graph), id, graph.output)


def product(path: Path) -> str:
    """The local derivatives along a path and what they make: "−3 × 1 × −2 = 6"."""
    factors = " × ".join(format_number(factor) for factor in path.locals)
    return f"{factors} = {format_number(path.product)}"


def _factor(text: str) -> str:
    """A formula in brackets if a × after it would change what it says."""
    return f"({text})" if " + " in text or " − " in text or "where" in text else text


def nudge(graph: Graph, id: str, step: float = NUDGE) -> Emphasis:
    """What the gradient means: "Raise a by 0.01 and L rises by about 0.06, to −7.94."."""
    node = graph.nodes[id]
    if graph.output is None or id not in graph.reached:
        return ((node.name, True), (" does not reach the output, so its gradient is 0.", False))
    output = graph.nodes[graph.output]
    if id == graph.output:
        return ((output.name, True), (" is the output: its gradient is 1, by itself.", False))
    if not (math.isfinite(node.grad) and math.isfinite(output.data)):
        return (("There is no slope to follow: a number on the way is not finite.", False),)
    change = step * node.grad
    start = (("Raise ", False), (node.name, True), (f" by {format_number(step)} and ", False))
    if change == 0:
        return (*start, (output.name, True), (" stays where it is.", False))
    word = "rises" if change > 0 else "falls"
    return (
        *start,
        (output.name, True),
        (f" {word} by about ", False),
        (format_number(abs(change)), True),
        (f", to {format_number(output.data + change)}.", False),
    )


def plain(emphasis: Emphasis) -> str:
    """A sentence without its stresses."""
    return "".join(text for text, _ in emphasis)


# ----- what is not finite ------------------------------------------------------------------------


def reason_not_finite(graph: Graph, id: str) -> str:
    """Why a node's number or gradient is not finite: "log of −1 is not real"; "" if it is.

    Where the cause lies with an input, the reason names the node to look at.
    """
    node = graph.nodes[id]
    if not math.isfinite(node.data):
        return _reason_for_data(graph, node)
    if math.isfinite(node.grad):
        return ""
    for part in contributions(graph, id):
        if not math.isfinite(part.upstream):
            return f"the gradient of {part.consumer} is {format_number(part.upstream)}"
        if not math.isfinite(part.amount):
            local = format_number(part.local.value)
            return f"the local derivative of {part.consumer} is {local} here"
    return "the contributions add up to more than float64 holds"


def _reason_for_data(graph: Graph, node: Node) -> str:
    if node.is_leaf:
        return f"it was given as {format_number(node.data)}"
    for source in node.inputs:
        value = graph.nodes[source].data if isinstance(source, str) else source
        if not math.isfinite(value):
            what = graph.nodes[source].name if isinstance(source, str) else "an input"
            return f"{what} is {format_number(value)}"
    op, inputs = OPS[node.op], _input_numbers(graph, node)
    said = _said(op, [format_number(value) for value in inputs])
    is_pole = {"div": inputs[-1] == 0, "pow": inputs[0] == 0, "log": True}.get(op.name, False)
    if math.isnan(node.data):
        return f"{said} has no value" if op.name == "div" else f"{said} is not real"
    return f"{said} is infinite" if is_pole else f"{said} is too large for float64"


def _said(op: Op, inputs: list[str]) -> str:
    """An op on numbers, as it is spoken: "log of −1", "1 divided by 0"."""
    words = {"div": "divided by", "pow": "to the power"}
    if op.is_infix:
        return f"{inputs[0]} {words.get(op.name, op.glyph)} {inputs[1]}"
    return f"{op.glyph if op.glyph.isalpha() else op.word} of {' and '.join(inputs)}"
