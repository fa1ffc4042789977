"""Exports that other programs read back."""

import math
import shutil
import subprocess

import networkx as nx

from core.expression import parse
from core.graph_export import to_dot, to_graphml

TEXT = "a = 2\nb = a * a\nc = log(b - 5) + 3\n"


def evaluated():
    graph = parse(TEXT)
    graph.evaluate()
    return graph


def test_graphml_reads_back_with_every_number_and_use():
    graph = evaluated()
    read = nx.parse_graphml(to_graphml(graph), force_multigraph=True)
    assert set(read.nodes) == set(graph.nodes)
    for id, values in read.nodes(data=True):
        node = graph.nodes[id]
        assert (values["name"], values["op"]) == (node.name, node.op)
        for number, own in ((values["data"], node.data), (values["grad"], node.grad)):
            assert number == own or (math.isnan(number) and math.isnan(own))
    assert read.number_of_edges(graph["a"].id, graph["b"].id) == 2
    assert read.number_of_edges() == len(list(graph.edges()))


def test_dot_is_the_lectures_drawing():
    graph = evaluated()
    dot = to_dot(graph)
    a, b = graph["a"].id, graph["b"].id
    assert f'"{a}" [shape=record label="{{ a | data 2 | grad' in dot
    assert f'"{b} op" [shape=circle label="*"]' in dot
    assert dot.count(f'"{a}" -> "{b} op"') == 2
    assert dot.count("{") == dot.count("}")
    if shutil.which("dot"):
        drawn = subprocess.run(["dot", "-Tplain"], input=dot, text=True, capture_output=True)
        assert drawn.returncode == 0, drawn.stderr
