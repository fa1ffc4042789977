"""The shipped projects are what their titles say."""

import subprocess
import sys

import pytest

from core.examples import examples
from core.expression import is_same_expression, parse
from core.storage import dumps, loads

BY_NAME = {example.name: example for example in examples()}


@pytest.mark.parametrize("name", BY_NAME)
def test_an_example_opens_and_its_text_says_its_graph(name):
    example = BY_NAME[name]
    project = example.project()
    assert is_same_expression(project.graph, parse(project.text))
    assert dumps(loads(dumps(project))) == example.path.read_text(encoding="utf-8")
    assert example.title
    assert example.description.endswith(".")
    assert example.project().graph is not project.graph


@pytest.mark.parametrize(
    ("name", "output", "grads"),
    [
        ("lecture_graph", -8.0, {"a": 6, "b": -4, "c": -2, "e": -2, "d": -2, "f": 4}),
        ("lecture_neuron", 0.5**0.5, {"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0}),
        ("tanh_taken_apart", 0.5**0.5, {"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0}),
    ],
)
def test_the_lectures_numbers_come_out(name, output, grads):
    graph = BY_NAME[name].project().graph
    assert graph.nodes[graph.output].data == pytest.approx(output, rel=1e-14)
    assert {n: graph[n].grad for n in grads} == pytest.approx(grads, abs=1e-14)


def test_the_networks_loss_falls_along_its_gradient():
    graph = BY_NAME["small_network_loss"].project().graph
    before = graph["loss"].data
    samples = {"x1", "x2", "y"}
    for node in graph:
        if node.is_leaf and node.name not in samples:
            assert node.grad != 0
            graph.set_data(node.id, node.data - 0.1 * node.grad)
    graph.evaluate()
    assert 0 < graph["loss"].data < before


def test_examples_are_found_from_any_folder(tmp_path):
    code = "from core.examples import examples; print([len(e.project().graph) for e in examples()])"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert all(int(size) > 5 for size in run.stdout.strip("[]\n").split(","))
