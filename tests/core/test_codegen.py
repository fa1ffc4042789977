"""The exported code runs, and gives the graph's own numbers."""

import runpy

import pytest
from hypothesis import HealthCheck, given, settings

from core.codegen import latex, micrograd_code, pytorch_code
from core.engine import Value
from core.examples import examples
from core.expression import parse
from core.graph import Graph
from core.ops import OPS, ROWS, Op
from tests.core.closeness import is_close
from tests.core.strategies import graphs

CORNERS = """
x = -0.7; y = 1.3; Value = 2; torch = 3; value = -1; name = 0.25; loss_1 = 0
p = tanh(0.5) + min(x, 2) * max(3, y) - add(1, 2)
q = -x**2 / (y - (x - torch)) ** -2 + 2**y - abs(value) + y**x
r = (p * Value).sigmoid() + softplus(-3) * relu(loss_1) + sqrt(name) / -2
u = p * 1e300 * 1e300 * 0
s = exp(sin(q) - cos(r)) + log(y) * neg(4)
s.backward()
"""


def all_ops() -> str:
    lines = ["x = 0.6", "y = 1.7"]
    for op in OPS.values():
        inputs = ", ".join(["x", "y"][: op.arity])
        lines.append(f"f_{op.name} = {op.name}({inputs})")
    return "\n".join(lines) + "\ntotal = " + " + ".join(f"f_{name}" for name in OPS)


TEXTS = {"corners": CORNERS, "all ops": all_ops()} | {
    example.name: example.project().text for example in examples()
}


def run(code: str, folder, **names) -> dict:
    path = folder / "script.py"
    path.write_text(code, encoding="utf-8")
    return runpy.run_path(str(path), init_globals=names)


# ----- micrograd ------------------------------------------------------------------------------


def test_micrograd_code_is_the_lectures():
    graph = parse("a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d * f")
    assert micrograd_code(graph) == (
        "a = Value(2.0, label='a')\n"
        "b = Value(-3.0, label='b')\n"
        "c = Value(10.0, label='c')\n"
        "f = Value(-2.0, label='f')\n"
        "e = a * b; e.label = 'e'\n"
        "d = e + c; d.label = 'd'\n"
        "L = d * f; L.label = 'L'\n"
        "L.backward()  # a.grad == 6.0\n"
    )
    assert micrograd_code(Graph()) == ""


def check_micrograd(graph: Graph, folder) -> None:
    found = run(micrograd_code(graph), folder, Value=Value)
    by_label = {v.label: v for v in found.values() if isinstance(v, Value)}
    for node in graph:
        if node.name in by_label and not node.label:
            value = by_label[node.name]
            assert repr(value.data) == repr(node.data), node.name
            assert repr(value.grad) == repr(node.grad), node.name
    assert any(node.name in by_label for node in graph) or not len(graph)


@pytest.mark.parametrize("name", TEXTS)
def test_micrograd_code_gives_the_same_numbers(name, tmp_path):
    check_micrograd(parse(TEXTS[name]), tmp_path)


@pytest.mark.parametrize("name", [example.name for example in examples()])
def test_micrograd_code_can_be_pasted_back(name):
    graph = parse(TEXTS[name])
    again = parse(micrograd_code(graph))
    for node in graph:
        if not node.is_auto_named:
            assert (again[node.name].data, again[node.name].grad) == (node.data, node.grad)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graphs(max_size=8))
def test_micrograd_code_of_any_graph_runs(tmp_path, graph):
    for node in graph:
        graph.set_label(node.id, "")
    for node in list(graph)[::5]:
        graph.set_muted(node.id, not node.is_leaf)
    graph.evaluate()
    code = micrograd_code(graph)
    found = run(code, tmp_path, Value=Value)
    by_label = {v.label: v for v in found.values() if isinstance(v, Value)}
    for node in graph:
        if node.name in by_label:
            assert is_close(by_label[node.name].data, node.data), code


# ----- PyTorch --------------------------------------------------------------------------------


def test_pytorch_code_is_a_script():
    code = pytorch_code(parse("a = 2; L = tanh(a) * softplus(a)"))
    compile(code, "script", "exec")
    assert code.startswith("import torch\n")
    for line in ("a = value(2.0)", "L = torch.tanh(a) * torch_softplus(a)", "L.backward()",
                 "    return torch.logaddexp(x, value(0.0))"):  # fmt: skip
        assert line in code.splitlines()
    compile(pytorch_code(Graph()), "script", "exec")


def test_a_new_op_needs_no_edit_of_the_export(monkeypatch):
    row = Op("cube", "cube", "x³", "cube", "power(x, 3.0)", ("3.0 * power(x, 2.0)",), "{x}^3", "")
    monkeypatch.setitem(OPS._by_name, "cube", row)
    monkeypatch.setitem(OPS._by_any, "cube", row)
    graph = Graph()
    graph.add("cube", name="c", inputs=[graph.add(data=2.0, name="a").id])
    assert "    return torch.pow(x, value(3.0))" in pytorch_code(graph)
    assert "c &= a^3" in latex(graph)
    assert len(ROWS) == len(OPS) - 1


@pytest.mark.parametrize("name", TEXTS)
def test_pytorch_prints_the_same_numbers(name, tmp_path, capsys):
    pytest.importorskip("torch", reason="the script's lines are tested instead")
    graph = parse(TEXTS[name])
    run(pytorch_code(graph), tmp_path)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {name for name, _, _ in lines} >= {n.name for n in graph if not n.is_auto_named}
    for shown, data, grad in lines:
        node = graph[shown]
        assert is_close(float(data), node.data), shown
        assert is_close(float(grad), node.grad), shown


# ----- LaTeX ----------------------------------------------------------------------------------


def test_latex_has_one_equation_for_each_name():
    graph = parse("x1 = 2; w = -0.5; o = tanh(x1*w + 1) ** 2 / (w - -3); o.backward()")
    assert latex(graph) == (
        "\\begin{aligned}\n"
        "x_{1} &= 2 \\\\\n"
        "w &= -0.5 \\\\\n"
        r"o &= \frac{{\left(\tanh \left(x_{1} \cdot w + 1\right)\right)}^{2}}"
        r"{w - \left(-3\right)}"
        "\n\\end{aligned}\n"
    )
    assert latex(Graph()) == ""


@settings(max_examples=40)
@given(graphs())
def test_latex_of_any_graph_is_balanced(graph):
    text = latex(graph)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
