"""What a wrong gradient, worked out by hand, may come from."""

import pytest
from hypothesis import given, settings

from core.by_hand import judge, question
from core.expression import parse
from core.graph import Graph
from core.stepping import Addition, trace
from tests.core.strategies import graphs


def addition(text: str, source: str, target: str) -> tuple[Graph, Addition]:
    graph = parse(text)
    graph.evaluate()
    parts = [part for step in trace(graph).steps for part in step.additions]
    ends = graph[source].id, graph[target].id
    return graph, next(p for p in parts if (p.edge.source, p.edge.target) == ends)


PRODUCT = "a = 2.0\nb = -3.0\nc = a * b\nL = c * 5"
TANH = "x = 0.5\ny = tanh(x)\nL = y * 3"
NOT_YET = "Not yet: add the local derivative, b, times c.grad to what is there."
TWICE = "a = 3.0\nb = a * 4\nL = b * 0.5 + a"


def test_the_question_says_what_is_known():
    assert question(*addition(PRODUCT, "a", "c")) == (
        "c.grad is 5; a.grad is 0 so far. What is it after c?"
    )


@pytest.mark.parametrize(
    ("text", "ends", "answer", "reason"),
    [
        (PRODUCT, "ac", 15.0, "The size is right, the sign is not."),
        (PRODUCT, "ac", -3.0, "That is the local derivative alone: multiply it by c.grad."),
        (PRODUCT, "ac", 5.0, "That is c.grad alone: multiply it by the local derivative."),
        (PRODUCT, "ac", 10.0, "That is the local derivative of the other input."),
        (TWICE, "ab", 2.0, "a.grad was 1 already: add to it, += and not =."),
        (TANH, "xy", 2.6327, "That would be the rule of sine; y is tanh."),
        (PRODUCT, "ac", 99.0, NOT_YET),
    ],
)  # fmt: skip
def test_a_wrong_answer_gets_its_reason(text: str, ends: str, answer: float, reason: str):
    graph, part = addition(text, *ends)
    verdict = judge(graph, part, answer)
    assert not verdict.is_right
    assert verdict.reason == reason


def test_three_digits_are_enough():
    graph, part = addition("x = 0.5\ny = tanh(x)", "x", "y")
    assert part.after == pytest.approx(0.786448)
    assert judge(graph, part, 0.786).is_right
    assert not judge(graph, part, 0.8).is_right


def test_zero_is_zero_only():
    graph, part = addition("x = -1.0\ny = relu(x)\nL = y * 7", "x", "y")
    assert judge(graph, part, 0.0).is_right
    assert not judge(graph, part, 1e-6).is_right


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_the_right_answer_is_right_and_every_other_gets_a_sentence(graph: Graph):
    for step in trace(graph, is_by_edge=True).steps:
        for part in step.additions:
            assert judge(graph, part, part.after).is_right
            assert judge(graph, part, 12345.678).reason.endswith(".")
