"""Our engine beside PyTorch's own print-out, node by node."""

import pytest

from core.expression import parse
from core.graph import Graph
from core.torch_comparison import read, script, verdict

NEURON = "x1 = 2.0\nw1 = -3.0\nb = 6.88\nn = x1 * w1 + b\no = tanh(n) + max(x1, w1) ** 3 / 7"


def evaluated(text: str) -> Graph:
    graph = parse(text)
    graph.evaluate()
    return graph


def test_pytorch_itself_agrees_on_every_node(capsys):
    pytest.importorskip("torch", reason="the reading of its output is tested")
    graph = evaluated(NEURON)
    exec(script(graph), {"__name__": "__main__"})
    found = read(graph, capsys.readouterr().out)
    assert [each.id for each in found] == list(graph.nodes)  # the unnamed ones too
    assert all(each.agrees for each in found)
    assert verdict(found).startswith(f"Both engines agree on all {len(graph)} nodes")


def test_a_difference_is_told():
    graph = evaluated("a = 2.0\nL = a * 3")
    same = "a 2.0 3.0\nL 6.0 1.0\n"
    assert verdict(read(graph, same)) == "Both engines agree on all 2 nodes, to the last bit."
    found = read(graph, same.replace("2.0 3.0", "2.0 3.001"))
    assert [each.agrees for each in found] == [False, True]
    assert verdict(found) == "1 of 2 nodes differ."
    assert not read(graph, same.replace("3.0", "nan"))[0].agrees
    with pytest.raises(ValueError, match="other nodes"):
        read(graph, "a 2.0 3.0\n")


def test_infinities_and_nans_are_the_same_as_their_own_kind():
    graph = evaluated("a = -1.0\nL = log(a) + a / 0.0")
    lines = [f"{node.name} {node.data!r} {node.grad!r}" for node in graph]
    assert all(each.agrees for each in read(graph, "\n".join(lines)))
