"""A graph's numbers as arrays: the same as those of its nodes and links, one by one."""

import math

import numpy as np
import pytest

from core.expression import parse
from core.flow import Flow
from core.graph import Graph
from core.ops import OPS


def every_op() -> Graph:
    """Each op of the table once, a node used twice, a typed number, a muted node, a loose end."""
    graph = Graph()
    a, b = graph.add(name="a", data=0.7), graph.add(name="b", data=1.3)
    total = graph.add("mul", inputs=[a.id, a.id])
    for op in OPS.values():
        node = graph.add(op.name, inputs=[a.id, b.id][: op.arity])
        total = graph.add("add", inputs=[total.id, node.id])
    power = graph.add("pow", name="power", inputs=[total.id, 2.0])
    muted = graph.add("mul", name="muted", inputs=[power.id, b.id])
    graph.set_muted(muted.id, True)
    graph.add("sub", name="output", inputs=[3.0, muted.id])
    graph.set_output(graph["output"].id)
    graph.add("exp", name="loose", inputs=[a.id])
    graph.evaluate()
    return graph


def assert_matches(flow: Flow, graph: Graph) -> None:
    assert flow.ids == list(graph.nodes)
    np.testing.assert_array_equal(flow.data, [node.data for node in graph])
    np.testing.assert_array_equal(flow.grad, [node.grad for node in graph])
    links = list(zip(flow.source.tolist(), flow.target.tolist(), flow.input_index.tolist()))
    assert len(links) == len(list(graph.edges()))
    for link, (source, target, index) in enumerate(links):
        edge_target = flow.ids[target]
        assert graph.nodes[edge_target].inputs[index] == flow.ids[source]
        expected = graph.contributions(edge_target)[index]
        assert flow.contribution[link] == pytest.approx(expected, rel=1e-14, nan_ok=True)


def test_arrays_hold_the_numbers_of_every_op():
    graph = every_op()
    assert_matches(Flow(graph), graph)


def test_update_follows_an_evaluation():
    graph = every_op()
    flow = Flow(graph)
    graph.set_data(graph["a"].id, 0.1)
    graph.evaluate()
    assert flow.is_current
    flow.update()
    assert_matches(flow, graph)


def test_what_flows_into_a_node_adds_up_to_its_gradient():
    graph = every_op()
    flow = Flow(graph)
    sums = np.bincount(flow.source, flow.contribution, len(flow.ids))
    inner = np.arange(len(flow.ids)) != flow.row[graph.output]
    assert sums[inner] == pytest.approx(flow.grad[inner], rel=1e-12)


def test_reached_marks_what_the_output_depends_on():
    graph = every_op()
    flow = Flow(graph)
    assert not flow.is_reached[flow.row[graph["loose"].id]]
    assert flow.is_reached[flow.row[graph["a"].id]]


def test_numbers_that_are_not_finite_pass_without_a_word():
    graph = Graph()
    x = graph.add(name="x", data=-1.0)
    graph.add("log", name="y", inputs=[x.id])
    graph.evaluate()
    flow = Flow(graph)
    assert math.isnan(flow.data[flow.row[graph["y"].id]])
    assert_matches(flow, graph)


def test_a_changed_exponent_or_structure_asks_for_a_new_flow():
    graph = every_op()
    flow = Flow(graph)
    graph.set_input(graph["power"].id, 1, 3.0)
    graph.evaluate()
    assert not flow.is_current
    assert_matches(Flow(graph), graph)


def test_two_links_between_the_same_nodes():
    graph = Graph()
    a = graph.add(name="a", data=3.0)
    square = graph.add("mul", inputs=[a.id, a.id])
    graph.evaluate()
    flow = Flow(graph)
    links = flow.links_between(a.id, square.id)
    assert len(links) == 2
    assert flow.contribution[links].sum() == 6.0


def test_an_empty_graph_has_empty_arrays():
    flow = Flow(Graph())
    assert len(flow.data) == len(flow.grad) == len(flow.contribution) == 0


def test_what_no_gradient_comes_to_adds_nothing_even_where_its_derivative_is_infinite():
    graph = parse("a = 0.0\ns = log(a)\nL = 2*a")
    graph.evaluate()
    assert graph["a"].grad == 2.0
    assert Flow(graph).contribution.tolist() == [0.0, 2.0]
    assert graph.contributions(graph["s"].id) == (0.0,)
