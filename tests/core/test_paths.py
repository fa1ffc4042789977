"""The chain rule over several ways."""

import pytest

from core.flow import Flow
from core.graph import Graph
from core.paths import MOST_LISTED, paths_between


def diamond() -> Graph:
    """c = a*a + 3*a, at a = 2."""
    graph = Graph()
    a = graph.add(name="a", data=2.0)
    square = graph.add("mul", name="square", inputs=[a.id, a.id])
    triple = graph.add("mul", name="triple", inputs=[3.0, a.id])
    graph.add("add", name="c", inputs=[square.id, triple.id])
    graph.evaluate()
    return graph


def test_products_of_all_paths_add_up_to_the_derivative():
    graph = diamond()
    found = paths_between(Flow(graph), graph["a"].id, graph["c"].id)
    assert found.count == len(found.listed) == 3
    assert [path.product for path in found.listed] == [2.0, 2.0, 3.0]
    assert found.total == graph["a"].grad == 7.0
    assert len(found.links) == 5


def test_the_order_of_the_two_nodes_does_not_matter():
    graph = diamond()
    found = paths_between(Flow(graph), graph["c"].id, graph["a"].id)
    assert (found.start, found.end) == (graph["a"].id, graph["c"].id)


def test_only_what_lies_between_belongs_to_the_paths():
    graph = diamond()
    found = paths_between(Flow(graph), graph["a"].id, graph["square"].id)
    assert found.ids == {graph["a"].id, graph["square"].id}
    assert found.total == 4.0


@pytest.mark.parametrize("pair", [("square", "triple"), ("a", "a")])
def test_nodes_without_a_path_between_them(pair):
    graph = diamond()
    assert paths_between(Flow(graph), graph[pair[0]].id, graph[pair[1]].id) is None


def test_exponentially_many_paths_are_counted_and_not_walked():
    graph = Graph()
    node = graph.add(name="x", data=1.0)
    for _ in range(200):
        node = graph.add("add", inputs=[node.id, node.id])
    graph.evaluate()
    found = paths_between(Flow(graph), graph["x"].id, node.id)
    assert found.count == 2**200
    assert found.total == 2.0**200
    assert len(found.listed) == MOST_LISTED
