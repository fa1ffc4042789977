"""Groups: numbers stay, all instances follow, text and file say them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.expression import ExpressionError, is_same_expression, merge, parse, to_text, update_text
from core.graph import Graph, GraphError
from core.groups import grouping, levels, taking_apart, templates
from core.groups.muting import Muted
from core.storage import Project, StorageError, dumps, loads
from tests.core.group_strategies import grouped_graphs, random_edit

CUBIC = "def f(x): return 3*x**2 - 4*x + 5\n"
NEURON = """\
def neuron(x1, x2, w1, w2, b):
    n = x1*w1 + x2*w2 + b
    return tanh(n)

"""


def numbers(graph: Graph) -> list[tuple[str, str, str]]:
    graph.evaluate()
    return [(id, repr(node.data), repr(node.grad)) for id, node in graph.nodes.items()]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_grouping_keeps_every_number_and_refusals_keep_everything(data: st.DataObject) -> None:
    graph = data.draw(grouped_graphs())
    for _ in range(3):
        before = graph.copy()
        edit = random_edit(data.draw, graph)
        is_muted = edit == "ungroup" and any(Muted.of(before.groups))  # what is computes again
        if edit in ("group", "ungroup") and not is_muted:
            assert numbers(graph) == numbers(before)
        if edit.endswith("(refused)"):
            assert (graph.state(), graph.groups) == (before.state(), before.groups)
    # The file's reader writes every instance out anew and compares: all instances follow.
    document = dumps(Project(graph))
    assert dumps(loads(document)) == document
    text = to_text(graph)
    parsed = parse(text)
    assert len(parsed) == len(graph)
    merged, _ = merge(graph, parsed)
    assert to_text(merged) == text
    assert Muted.of(merged.groups) == Muted.of(graph.groups)
    assert update_text(text, graph, graph.copy()) == text


def test_a_function_is_a_group_with_the_lectures_numbers() -> None:
    graph = parse(CUBIC + "x = 3.0\ny = f(x)")
    assert (graph["y"].data, graph["x"].grad) == (20.0, 14.0)
    (instance,) = graph.groups.instances.values()
    assert instance.arguments == (graph["x"].id,)
    assert instance.results == (graph["y"].id,)


def test_a_muted_use_of_a_group_passes_its_first_input_through() -> None:
    graph = parse(
        "def f(x, k):\n    u = k*x\n    return u + 1, tanh(u)\n\n"
        "a = 2.0\np, q = f(a, 3.0)\nr, s = f(a, 5.0)\nL = 10*p + q + r\nL.backward()"
    )
    before, text = numbers(graph), to_text(graph)
    (use,) = [id for id, item in graph.groups.instances.items() if graph["p"].id in item.results]
    graph.set_muted(use, True)
    graph.evaluate()
    assert [graph[name].data for name in "pqrs"] == [2.0, 2.0, 11.0, math.tanh(10.0)]
    assert graph["a"].grad == 10.0 + 1.0 + 5.0
    assert graph["p_k"].grad == 0.0  # what is in the group takes no part
    (through_first, through_second) = graph.groups.inlets(use)
    assert sum(graph.contributions(id)[index] for id, index in through_first) == 11.0
    assert sum(graph.contributions(id)[index] for id, index in through_second) == 0.0
    # Text and file say the same groups; a number in the body goes on being that of every use.
    assert to_text(graph) == update_text(text, parse(text), graph) == text
    again = merge(graph, parse(text.replace("a = 2.0", "a = 4.0")))[0]
    assert again["p"].data == 4.0
    assert loads(dumps(Project(graph))).graph["q"].data == 2.0
    graph.set_muted(use, False)
    assert numbers(graph) == before


def test_a_muted_group_within_a_group_is_muted_in_every_use() -> None:
    graph = parse("def f(x): return 3*x\ndef g(x): return f(x + 1)\na = 2.0\nL = g(a) + g(5.0)")
    inner = [id for id, item in graph.groups.instances.items() if item.parent is not None]
    graph.set_muted(inner[0], True)
    graph.evaluate()
    assert graph["L"].data == 3.0 + 6.0
    grouping.ungroup(graph, graph.groups.instances[inner[0]].parent)
    graph.evaluate()
    assert graph["L"].data == 3.0 + 6.0
    grouping.ungroup(graph, inner[0])  # by itself it computes again
    graph.evaluate()
    assert graph["L"].data == 9.0 + 6.0
    no_input = parse("def h():\n    c = 2.0\n    return c*3\ny = h()")
    with pytest.raises(GraphError, match="no input"):
        no_input.set_muted(*no_input.groups.instances, True)


def test_a_number_given_to_a_function_is_a_leaf_with_a_gradient() -> None:
    graph = parse(CUBIC + "y = f(3.0)")
    (instance,) = graph.groups.instances.values()
    assert graph.nodes[instance.arguments[0]].grad == 14.0


def test_several_outputs_and_functions_in_functions() -> None:
    graph = parse(
        NEURON + "def layer(a, b): return neuron(a, b, .5, .3, 0), neuron(a, b, -1, 1, .1)\n"
        "p, q = layer(1, 2)\nL = p * q"
    )
    flat = parse("p = tanh(1*0.5 + 2*0.3 + 0)\nq = tanh(-1 + 2 + .1)\nL = p*q")
    assert graph["L"].data == pytest.approx(flat["L"].data, abs=1e-15)
    assert to_text(parse(to_text(graph))) == to_text(graph)
    assert "p, q = layer(1.0, 2.0)" in to_text(graph)


def test_edit_one_all_follow() -> None:
    graph = parse(CUBIC + "a = 1.0\ny = f(a)\nz = f(2.0)")
    ids = set(graph.nodes)
    first, second = graph.groups.instances.values()
    graph.set_input(first.members[1], 0, 5.0)  # 3*x**2 becomes 5*x**2
    graph.evaluate()
    assert (graph["y"].data, graph["z"].data) == (6.0, 17.0)
    graph.set_muted(second.members[0], True)  # x**2 becomes x
    graph.evaluate()
    assert (graph["y"].data, graph["z"].data) == (6.0, 7.0)
    assert set(graph.nodes) == ids


def test_an_opened_group_gets_an_input_and_loses_a_node() -> None:
    graph = parse(CUBIC + "a = 1.0\ny = f(a)\nz = f(2.0)")
    id = next(iter(graph.groups.instances))
    level = levels.open_level(graph, id)
    inside = level.graph
    bias = inside.add(name="c", data=7.0)
    level.parameters.append(bias.id)
    inside.connect(bias.id, level.outputs[0], 1)  # + 5 becomes + c
    levels.write_level(graph, id, level)
    graph.evaluate()
    assert (graph["y"].data, graph["z"].data) == (6.0, 11.0)
    assert "def f(x, c):" in to_text(graph)
    assert "y = f(a, 7.0)" in to_text(graph)


def test_a_node_taken_out_of_one_use_leaves_all_and_its_number_stays() -> None:
    graph = parse(
        "def f(x):\n    u = x*2\n    v = u + 1\n    return tanh(v)\na = 1\ny = f(a)\nz = f(3)"
    )
    graph.remove([graph["y_v"].id])
    graph.evaluate()
    assert "return tanh(3.0)" in to_text(graph)
    assert graph["z"].data == graph["y"].data == math.tanh(3.0)
    assert "z_v" not in graph


def test_an_input_taken_out_becomes_a_number_of_the_groups_within() -> None:
    text = NEURON + "def pair(x, y): return neuron(x, y, 1, 2, 3) + neuron(y, x, 3, 2, 1)\n"
    graph = parse("a = 7.0\nb = 8.0\nc = a * b\n" + text + "z = pair(0.5, 0.25)\nL = c + z")
    instance = next(i for i in graph.groups.instances.values() if i.function == "pair")
    graph.remove([instance.arguments[1]])
    graph.evaluate()
    assert "def pair(x):" in to_text(graph)
    assert "neuron(x, 0.25, 1.0, 2.0, 3.0) + neuron(0.25, x, 3.0, 2.0, 1.0)" in to_text(graph)
    assert (graph["a"].data, graph["c"].data) == (7.0, 56.0)
    assert loads(dumps(Project(graph))).graph.state() == graph.state()


def test_the_same_node_for_two_inputs_stays_two_inputs() -> None:
    graph = parse("def f(x, y): return x*y + x\na = 3.0\nz = f(a, a)\nw = f(a, 1.0)")
    id = next(iter(graph.groups.instances))
    level = levels.open_level(graph, id)
    total = level.outputs[0]
    level.graph.connect(level.parameters[1], total, 1)  # x*y + x becomes x*y + y
    levels.write_level(graph, id, level)
    assert "return x * y + y" in to_text(graph)


def test_editing_the_text_keeps_ids_and_mute_in_groups() -> None:
    graph = parse("def f(x):\n    u = x*2\n    v = u + 1\n    return tanh(v)\na = 1.0\ny = f(a)")
    u = graph["y_u"]
    graph.set_muted(u.id, True)
    text = "def f(x):\n    u = x*3\n    v = u + 1\n    return exp(v)\na = 1.0\ny = f(a)"
    merged, _ = merge(graph, parse(text))
    assert merged.nodes[u.id].name == "y_u"
    assert merged.nodes[u.id].is_muted
    assert merged["y"].id == graph["y"].id
    assert list(merged.groups.instances) == list(graph.groups.instances)


def test_text_follows_and_keeps_comments() -> None:
    text = "# the cubic\n" + CUBIC.strip() + "  # from the lecture\n\na = 2.0  # a\ny = f(a)"
    graph = parse(text)
    changed = graph.copy()
    (instance,) = changed.groups.instances.values()
    changed.set_input(instance.members[1], 0, 8.0)
    assert update_text(text, graph, changed) == text.replace("3*x", "8.0*x")
    renamed = graph.copy()
    grouping.rename_function(renamed, "f", "cubic")
    updated = update_text(text, graph, renamed)
    assert updated.startswith("# the cubic\ndef cubic(x):")
    assert "a = 2.0  # a\ny = cubic(a)" in updated


def test_lines_of_a_function_that_an_edit_leaves_alone_keep_their_comments() -> None:
    text = (
        "def f(x):  # three steps\n  u = x*2  # twice\n  # then\n  v = u + 1  # more\n"
        "  return tanh(v)  # squashed\na = 1.0\ny = f(a)"
    )
    graph = parse(text)
    renamed = graph.copy()
    renamed.rename(renamed["y_v"].id, "w")
    assert update_text(text, graph, renamed) == (
        "def f(x):  # three steps\n    u = x*2  # twice\n    # then\n    w = u + 1  # more\n"
        "    return tanh(w)  # squashed\na = 1.0\ny = f(a)"
    )
    text = text.replace("return tanh(v)", "return tanh(v*3)")
    graph = parse(text)
    named = graph.copy()
    named.rename(next(node.id for node in graph if node.inputs[1:] == (3.0,)), "z")
    assert update_text(text, graph, named) == (
        "def f(x):  # three steps\n    u = x*2  # twice\n    # then\n    v = u + 1  # more\n"
        "    z = v * 3\n    return tanh(z)  # squashed\na = 1.0\ny = f(a)"
    )
    more = graph.copy()
    level = levels.open_level(more, next(iter(more.groups.instances)))
    level.outputs[0] = level.graph.add("exp", inputs=level.outputs).id
    levels.write_level(more, next(iter(more.groups.instances)), level)
    updated = update_text(text, graph, more)
    assert "    u = x*2  # twice\n    # then\n    v = u + 1  # more\n" in updated
    assert "return exp(tanh(v * 3))  # squashed" in updated


def test_a_function_on_one_line_stays_on_one() -> None:
    text = CUBIC + "a = 2.0\ny = f(a)\n"
    graph = parse(text)

    def after(change) -> str:
        edited = graph.copy()
        change(edited)
        edited.evaluate()
        written = update_text(text, graph, edited)
        assert is_same_expression(edited, parse(written))
        return written.splitlines()[0]

    def with_tanh(edited: Graph) -> None:
        (use,) = edited.groups.instances
        level = levels.open_level(edited, use)
        level.outputs[0] = level.graph.add("tanh", inputs=[level.outputs[0]]).id
        levels.write_level(edited, use, level)

    number = next(node.id for node in graph if node.inputs[:1] == (4.0,))
    assert after(lambda g: g.set_input(number, 0, -1.5)) == ("def f(x): return 3*x**2 - -1.5*x + 5")
    assert after(lambda g: grouping.rename_function(g, "f", "sq")) == (
        "def sq(x): return 3*x**2 - 4*x + 5"
    )
    assert after(with_tanh) == "def f(x): return tanh(3 * x ** 2 - 4 * x + 5)"


def test_numbers_of_a_function_keep_their_spelling() -> None:
    text = "def f(x):\n  u = 1_0*x + 2.50 + 1e-2\n  return u**2 + 2*x**2.0 # done\na = 1\ny = f(a)"
    graph = parse(text)
    edited = graph.copy()
    (use,) = edited.groups.instances
    level = levels.open_level(edited, use)
    ten = next(node for node in level.graph if node.inputs[:1] == (10.0,))
    level.graph.set_input(ten.id, 0, 7.0)
    u = next(node for node in level.graph if node.name == "u")
    level.outputs[0] = level.graph.add("mul", inputs=[level.outputs[0], u.id]).id
    levels.write_level(edited, use, level)
    updated = update_text(text, graph, edited)
    assert "u = 7.0*x + 2.50 + 1e-2" in updated
    assert "(u ** 2 + 2 * x ** 2.0) * u" in updated
    assert is_same_expression(edited, parse(updated))


def test_an_input_can_be_returned_as_it_is() -> None:
    graph = parse("def same(x): return x\na = 2.0\ny = same(a)\nz = 3*y")
    assert (graph["y"].data, graph["a"].grad) == (2.0, 3.0)
    assert update_text(to_text(graph), graph, graph.copy()) == to_text(graph)
    both = parse("def swap(x, y): return y, x\na, b = swap(1.0, 2.0)")
    assert (both["a"].data, both["b"].data) == (2.0, 1.0)


def test_grouping_prints_as_a_function_before_its_first_use() -> None:
    text = "a = 2.0  # one\nb = -3.0\ne = a * b\nL = tanh(e) + a"
    graph = parse(text)
    grouped = graph.copy()
    grouping.group(grouped, [grouped["e"].id], "product")
    updated = update_text(text, graph, grouped)
    assert updated == (
        "a = 2.0  # one\nb = -3.0\ndef product(a, b):\n    e = a * b\n    return e\n\n"
        "e = product(a, b)\nL = tanh(e) + a"
    )
    assert is_same_expression(grouped, parse(updated))


def test_what_a_group_can_not_hold_is_said() -> None:
    graph = parse("a = 1\nb = a*2\nc = b + 1\nd = b * c")
    with pytest.raises(GraphError, match="c lies between the selected nodes"):
        grouping.group(graph, [graph["b"].id, graph["d"].id])
    id = grouping.group(graph, [graph["b"].id, graph["c"].id])
    with pytest.raises(GraphError, match="Would make a cycle: d → d"):
        graph.connect(graph["d"].id, graph["d"].id, 0)
    with pytest.raises(GraphError, match="Would make a cycle"):
        graph.connect(graph["d"].id, id, 0)
    grouping.call(graph, "f", [1.0])
    with pytest.raises(GraphError, match="f is used"):
        grouping.forget(graph, "f")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("def f(x): y = x*2", (1, 1), "f returns nothing."),
        ("def f(x, y=2): return x*y", (1, 12), "An input has no number of its own here."),
        ("def f(*x): return 1", (1, 8), "*x is not understood here."),
        ("@f\ndef f(x): return x*2", (1, 2), "Decorators are not understood here."),
        ("def f(x: int): return x*2", (1, 10), "Type annotations are not understood here."),
        ("def tanh(x): return x*2", (1, 5), "tanh means something else here."),
        ("def f(x): return x*2\nf = 1", (2, 5), "f is the function of line 1."),
        ("def f(x): return x*2\ndef f(x): return x*3", (2, 5), "f is defined on line 1 already."),
        ("y = f(2)\ndef f(x): return x*2", (1, 5), "f is defined below, on line 2."),
        ("def f(x): return x*2\ny = f(1, 2)", (2, 5), "f takes one input, not 2."),
        ("def f(x): return x*2, x*3\ny = f(1)", (2, 5), "f gives 2 values, not 1."),
        ("def f(x): return x*2\np, q = f(1)", (2, 8), "f gives 1 value, not 2."),
        ("def f(x): return f(x) + 1", (1, 5), "A function can't contain itself: f → f"),
        ("def f(x): return g(x)*2\ndef g(x): return f(x)*2", (1, 5),
         "A function can't contain itself: f → g → f"),
        ("a = 1\ndef f(x): return a*x", (2, 18), "a has no value."),
        ("def f(x):\n  return x*2\n  y = 1", (3, 3), "Nothing can follow return."),
        ("def f(x):\n  def g(y): return y*2\n  return g(x)", (2, 3),
         "A function can't be defined in another one."),
        ("def f(x): return x*2\ny = f", (2, 5), "f is a function."),
        ("return 1", (1, 1), "return can only stand in a function."),
        ("def f(x): return (lambda: x)()", (1, 18), "(lambda: is not understood here."),
    ],
)  # fmt: skip
def test_a_mistake_in_a_function_is_explained(text, place, message):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.message, caught.value.line, caught.value.column) == (message, *place)


def test_what_would_explode_is_refused_with_its_size() -> None:
    doubling = "def f0(x): return x + x\n" + "".join(
        f"def f{i}(x): return f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 40)
    )
    deep = "def f0(x): return x + 1\n" + "".join(
        f"def f{i}(x): return f{i - 1}(x)\n" for i in range(1, 4_000)
    )
    many = "def f(x): return " + "+".join(["x"] * 1000) + "\n" + "y = f(1)\n" * 5_000
    for text, words in ((doubling, "nodes"), (deep, "levels"), (many, "10,000")):
        with pytest.raises(ExpressionError, match=words):
            parse(text)


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ('"function": "f"', '"function": "h"'),
        ('"outputs": [\n     "n5"', '"outputs": [\n     "x"'),
        ('"op": "mul"', '"op": "add"'),
        ('"call": "f"', '"call": "g"'),
        ('"is_own": [\n     false', '"is_own": [\n     true'),
        ('"parent": null', '"parent": "g1"'),
    ],
)
def test_a_file_whose_groups_do_not_fit_is_refused(former: str, now: str) -> None:
    text = CUBIC + "def g(x): return f(x) * 2\na = 1.0\ny = f(a)\nz = g(a)"
    document = dumps(Project(parse(text)))
    assert former in document
    with pytest.raises(StorageError):
        loads(document.replace(former, now, 1))


# ----- tanh taken apart, neurons and layers -----------------------------------------------------


@pytest.mark.parametrize("x", [-20.0, -1.3, 0.0, 0.8814, 250.0])
def test_tanh_taken_apart_has_the_same_value_and_gradient(x: float) -> None:
    graph = parse(f"x = {x}\nw = 0.5\nn = x * w\no = tanh(n)\nL = o * 3")
    before = {node.id: (node.data, node.grad) for node in graph}
    state = graph.state()
    taking_apart.take_apart(graph, graph["o"].id)
    graph.evaluate()
    assert [graph.nodes[id].op for id in graph.nodes] == [
        "value", "value", "mul", "mul", "exp", "sub", "add", "div", "mul"
    ]  # fmt: skip
    for id, (data, grad) in before.items():
        assert graph.nodes[id].data == pytest.approx(data, rel=1e-12, abs=1e-15)
        assert graph.nodes[id].grad == pytest.approx(grad, rel=1e-9, abs=1e-13)
    taking_apart.put_together(graph, graph["o"].id)
    graph.evaluate()
    assert graph.state() == state
    assert {node.id: (node.data, node.grad) for node in graph} == before


def test_the_lectures_exponentials_are_recognised_and_others_are_not() -> None:
    graph = parse("n = 0.5\ne = exp(2*n)\no = (e - 1) / (e + 1)")
    taking_apart.put_together(graph, graph["o"].id)
    assert graph["o"].op == "tanh"
    assert graph["o"].inputs == (graph["n"].id,)
    for text in (
        "n = 0.5\ne = exp(3*n)\no = (e - 1) / (e + 1)",
        "n = 0.5\ne = exp(2*n)\no = (e + 1) / (e - 1)",
        "n = 0.5\ne = exp(2*n)\no = (e - 1) / (e + 1)\nL = o * e",
    ):
        graph = parse(text)
        assert taking_apart.parts_of_tanh(graph, graph["o"].id) is None
    graph = parse("n = 400.0\no = tanh(n)")
    with pytest.raises(GraphError, match="e to the 800 is too large"):
        taking_apart.take_apart(graph, graph["o"].id)


def test_a_neuron_and_a_layer_are_groups_of_plain_nodes() -> None:
    graph = Graph()
    for inputs in (1, 3):
        definition = templates.neuron(inputs)
        grouping.define(graph, definition)
        grouping.call(graph, definition.name, [0.5, *(0.25,) * (2 * inputs)], [f"o{inputs}"])
    graph.evaluate()
    assert graph["o1"].data == math.tanh(0.5 * 0.25 + 0.25)
    names = grouping.take_definitions(graph, {d.name: d for d in templates.layer(3, 4)})
    assert names == {"neuron_3": "neuron_3", "layer_3_4": "layer_3_4"}
    id = grouping.call(graph, "layer_3_4", [1.0, 2.0, 3.0])
    graph.evaluate()
    assert len(graph.groups.instances[id].results) == 4
    text = to_text(graph)
    assert "def neuron_3(x1, x2, x3, w1, w2, w3, b):" in text
    assert len(parse(text)) == len(graph)
