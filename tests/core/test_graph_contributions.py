"""What flows back along a link: local derivative times the gradient of the node it feeds."""

from collections import defaultdict

import pytest

from core.graph import Graph


def lecture_graph() -> Graph:
    graph = Graph()
    a, b = graph.add(name="a", data=2.0), graph.add(name="b", data=-3.0)
    e = graph.add("mul", name="e", inputs=[a.id, b.id])
    c = graph.add(name="c", data=10.0)
    d = graph.add("add", name="d", inputs=[e.id, c.id])
    f = graph.add(name="f", data=-2.0)
    graph.add("mul", name="L", inputs=[d.id, f.id])
    graph.evaluate()
    return graph


def test_contributions_to_a_node_add_up_to_its_gradient():
    graph = lecture_graph()
    graph.add("pow", name="p", inputs=[graph["L"].id, 2.0])
    graph.evaluate()
    sums = defaultdict(float)
    for node in graph:
        for source, contribution in zip(node.inputs, graph.contributions(node.id)):
            sums[source] += contribution
    for node in graph:
        if node.id != graph.output:
            assert sums[node.id] == pytest.approx(node.grad, rel=1e-15)


def test_a_muted_node_hands_its_gradient_to_its_first_input_only():
    graph = lecture_graph()
    graph.set_muted(graph["e"].id, True)
    graph.evaluate()
    assert graph.contributions(graph["e"].id) == (graph["e"].grad, 0.0)
    assert graph["b"].grad == 0.0


def test_a_typed_exponent_is_a_constant_and_takes_no_gradient():
    graph = Graph()
    x = graph.add(name="x", data=3.0)
    square = graph.add("pow", inputs=[x.id, 2.0])
    graph.evaluate()
    assert graph.contributions(square.id) == (6.0, 0.0)
    assert graph.contributions(x.id) == ()
