"""The chain rule done by hand: questions at each link, and what a wrong answer may come from."""

from __future__ import annotations

import math
from typing import NamedTuple

from core.explain import local_derivative
from core.graph import Graph, Node
from core.numbers import format_number
from core.ops import OPS, ieee
from core.stepping import Addition

TOLERANCE = 5e-3  # relative: three digits of a number are enough


class Verdict(NamedTuple):
    """Whether an answer is right, and a sentence about it."""

    is_right: bool
    reason: str


def question(graph: Graph, addition: Addition) -> str:
    """What is known before it: "e.grad is −2; a.grad is 0 so far. What is it after e?"."""
    source, consumer = _names(graph, addition)
    so_far = format_number(addition.before)
    return (
        f"{consumer}.grad is {format_number(addition.upstream)}; "
        f"{source}.grad is {so_far} so far. What is it after {consumer}?"
    )


def judge(graph: Graph, addition: Addition, answer: float) -> Verdict:
    """Compare an answer with a gradient after an addition; if it is wrong, say why it may be."""
    source, consumer = _names(graph, addition)
    if _is_close(answer, addition.after):
        return Verdict(True, f"Right: {source}.grad is {format_number(addition.after)}.")
    before, amount = addition.before, addition.amount
    if before and _is_close(answer, amount):
        return Verdict(
            False, f"{source}.grad was {format_number(before)} already: add to it, += and not =."
        )
    if amount and (_is_close(answer, before - amount) or _is_close(answer, -addition.after)):
        return Verdict(False, "The size is right, the sign is not.")
    reason = _half_a_product(addition, answer, consumer) or _other_rule(graph, addition, answer)
    if reason:
        return Verdict(False, reason)
    edge = addition.edge
    rule = local_derivative(graph, edge.target, edge.input_index).text
    return Verdict(
        False, f"Not yet: add the local derivative, {rule}, times {consumer}.grad to what is there."
    )


def _half_a_product(addition: Addition, answer: float, consumer: str) -> str:
    """One factor taken for the product; "" where that is not it."""
    for factor, words in (
        (addition.local, f"the local derivative alone: multiply it by {consumer}.grad."),
        (addition.upstream, f"{consumer}.grad alone: multiply it by the local derivative."),
    ):
        if _is_close(answer, factor) or _is_close(answer, addition.before + factor):
            return f"That is {words}"
    return ""


def _other_rule(graph: Graph, addition: Addition, answer: float) -> str:
    """The local derivative of the other input, or of another op; "" where that is not it."""
    edge = addition.edge
    node = graph.nodes[edge.target]
    inputs = tuple(graph.nodes[s].data if isinstance(s, str) else s for s in node.inputs)
    with ieee():
        for index, local in enumerate(OPS[node.op].local_derivatives(inputs, node.data)):
            if index != edge.input_index and _fits(addition, local, answer):
                return "That is the local derivative of the other input."
        for op in OPS.values():
            if op.name == node.op or op.arity != len(inputs):
                continue
            local = op.local_derivatives(inputs, op(*inputs))[edge.input_index]
            if _fits(addition, local, answer):
                return f"That would be the rule of {op.word}; {_what(node)}."
    return ""


def _what(node: Node) -> str:
    word = "muted and passes its first input on" if node.is_muted else OPS[node.op].word
    return f"{node.name} is {word}"


def _fits(addition: Addition, local: float, answer: float) -> bool:
    return _is_close(answer, addition.before + local * addition.upstream)


def _is_close(answer: float, number: float) -> bool:
    if not math.isfinite(number):
        return answer == number or (math.isnan(number) and math.isnan(answer))
    return abs(answer - number) <= TOLERANCE * abs(number)


def _names(graph: Graph, addition: Addition) -> tuple[str, str]:
    edge = addition.edge
    return graph.nodes[edge.source].name, graph.nodes[edge.target].name
