"""The editable graph: edits that hold together, undo, names, mute and the output."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.engine import Value
from core.expression import parse
from core.graph import LEAF, Edge, Graph, GraphError
from core.node import LONGEST_NAME
from core.ops import OPS
from tests.core.strategies import NUMBERS, graphs


def lecture() -> Graph:
    graph = Graph()
    a, b, c, f = (
        graph.add(name=name, data=data).id
        for name, data in (("a", 2.0), ("b", -3.0), ("c", 10.0), ("f", -2.0))
    )
    e = graph.add("mul", name="e", inputs=[a, b]).id
    d = graph.add("add", name="d", inputs=[e, c]).id
    graph.add("mul", name="L", inputs=[d, f])
    graph.evaluate()
    return graph


# ----- numbers --------------------------------------------------------------------------------


def test_the_lectures_graph_has_the_lectures_numbers():
    graph = lecture()
    assert [graph[n].data for n in "edL"] == [-6.0, 4.0, -8.0]
    assert [graph[n].grad for n in "abcedf"] == [6.0, -4.0, -2.0, -2.0, -2.0, 4.0]
    assert graph.output == graph["L"].id
    assert graph.reached == set(graph.nodes)


def test_evaluating_again_starts_the_gradients_anew():
    graph = lecture()
    graph.evaluate()
    assert graph["a"].grad == 6.0
    graph.set_data(graph["a"].id, 3.0)
    graph.evaluate()
    assert (graph["L"].data, graph["b"].grad) == (-2.0, -6.0)


def test_a_changed_number_changes_no_structure():
    graph = lecture()
    values, revision = graph.values(), graph.revision
    graph.set_data(graph["a"].id, 3.0)
    assert graph.revision == revision
    assert graph.values() is values


def test_a_node_that_the_output_does_not_need_has_no_gradient():
    graph = parse("a = 2; b = a*3; c = a*5; b.backward()")
    assert (graph["c"].data, graph["c"].grad) == (10.0, 0.0)
    assert graph["c"].id not in graph.reached
    assert graph["a"].grad == 3.0


def test_numbers_typed_into_inputs_are_constants():
    graph = Graph()
    x = graph.add(name="x", data=3.0).id
    power = graph.add("pow", inputs=[x, 2.0]).id
    graph.evaluate()
    assert (graph.nodes[power].data, graph["x"].grad) == (9.0, 6.0)
    graph.set_input(power, 1, 3.0)
    graph.evaluate()
    assert graph["x"].grad == 27.0
    lone = graph.add("div", inputs=[1.0, 0.0]).id
    graph.evaluate()
    assert graph.nodes[lone].data == math.inf


def test_a_muted_node_passes_its_first_input_and_gradient_through():
    graph = lecture()
    graph.set_muted(graph["e"].id, True)
    graph.evaluate()
    assert [graph[n].data for n in "edL"] == [2.0, 12.0, -24.0]
    assert (graph["a"].grad, graph["b"].grad) == (-2.0, 0.0)


@settings(max_examples=40)
@given(graphs())
def test_the_graph_agrees_with_plain_values(graph):
    built: dict[str, Value] = {}
    for id in graph.topological_ids():
        node = graph.nodes[id]
        inputs = [built[s] if isinstance(s, str) else Value(s) for s in node.inputs]
        made = Value(node.data) if node.is_leaf else None
        for row in OPS.values():
            if row.name == node.op:
                data = row(*(v.data for v in inputs))
                made = Value(data, tuple(inputs), row.symbol)
        assert made is not None
        built[id] = made
        assert repr(made.data) == repr(node.data)


# ----- the output -----------------------------------------------------------------------------


def test_the_output_is_the_newest_end_until_one_is_chosen():
    graph = lecture()
    assert graph.output == graph["L"].id
    more = graph.add("tanh", inputs=[graph["L"].id]).id
    assert graph.output == more
    graph.add(name="late")
    assert graph.output == more  # a leaf is no output while something is computed
    graph.set_output(graph["d"].id)
    assert graph.output == graph["d"].id
    graph.set_output(None)
    assert graph.output == more
    assert Graph().output is None


def test_an_output_that_was_not_chosen_by_name_gives_way_to_what_is_computed_from_it():
    graph = lecture()
    graph.set_output(graph["L"].id, explicit=False)
    graph.add("tanh", name="o", inputs=[graph["L"].id])
    assert graph.output == graph["o"].id
    graph.set_output(graph["L"].id, explicit=True)
    assert graph.output == graph["L"].id


def test_a_chosen_output_that_is_removed_is_chosen_no_more():
    graph = lecture()
    graph.set_output(graph["L"].id)
    graph.remove([graph["L"].id])
    assert graph.output == graph["d"].id


# ----- edits and refusals ---------------------------------------------------------------------


def test_removing_a_node_leaves_its_number_in_the_inputs_that_it_fed():
    graph = lecture()
    graph.remove([graph["e"].id])
    assert graph["d"].inputs == (-6.0, graph["c"].id)
    assert "e" not in graph
    graph.evaluate()
    assert graph["L"].data == -8.0


def test_removing_several_nodes_at_once():
    graph = lecture()
    graph.remove([graph[n].id for n in "edab"])
    assert graph.names == {"c", "f", "L"}
    assert list(graph.edges()) == [Edge(graph["f"].id, graph["L"].id, 1)]


def test_connections_are_replaced_and_freed():
    graph = lecture()
    e = graph["e"].id
    graph.connect(graph["c"].id, e, 0)
    graph.evaluate()
    assert graph["e"].data == -30.0
    graph.disconnect(e, 0)
    assert graph["e"].inputs == (10.0, graph["b"].id)
    graph.set_input(e, 0, 7.0)
    graph.evaluate()
    assert graph["e"].data == -21.0


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda g: g.connect(g["L"].id, g["e"].id, 0), "Would make a cycle: e → d → L → e"),
        (lambda g: g.connect(g["e"].id, g["e"].id, 0), "Would make a cycle: e → e"),
        (lambda g: g.connect(g["a"].id, g["e"].id, 2), "e has no input 3."),
        (lambda g: g.connect(g["a"].id, g["b"].id, 0), "b has no input 1."),
        (lambda g: g.connect("99", g["e"].id, 0), "There is no node '99'."),
        (lambda g: g.set_input(g["e"].id, 0, 1.0), "Input 1 of e is connected."),
        (lambda g: g.set_data(g["e"].id, 1.0), "e is computed; only a leaf's number can be set."),
        (lambda g: g.add("cube"), "There is no op 'cube'."),
        (lambda g: g.add("add", inputs=[1.0]), "add takes 2 inputs, not 1."),
        (lambda g: g.add("tanh", inputs=["99"]), "There is no node '99'."),
        (lambda g: g.add(id="1"), "There is a node '1' already."),
        (lambda g: g.rename(g["a"].id, "b"), "There is a node b already."),
        (lambda g: g.rename(g["a"].id, "my a"),
         "'my a' is not a name: use letters, digits and _, no digit first."),
        (lambda g: g.rename(g["a"].id, "ﬁ"),
         "'ﬁ' is not a name: use letters, digits and _, no digit first."),
        (lambda g: g.rename(g["a"].id, "lambda"),
         "'lambda' is a word of Python and can't be a name."),
        (lambda g: g.rename(g["a"].id, "x" * (LONGEST_NAME + 1)),
         f"A name has at most {LONGEST_NAME} characters."),
        (lambda g: g.remove(["1", "99"]), "There is no node '99'."),
        (lambda g: g.set_output("99"), "There is no node '99'."),
    ],
)  # fmt: skip
def test_what_would_break_the_graph_is_refused_and_changes_nothing(edit, sentence):
    graph = lecture()
    before, revision = graph.state(), graph.revision
    with pytest.raises(GraphError) as caught:
        edit(graph)
    assert str(caught.value) == sentence
    assert (graph.state(), graph.revision) == (before, revision)


def test_names_are_found_and_automatic_ones_are_short():
    graph = Graph()
    made = [graph.add(op).name for op in (LEAF, "tanh", LEAF, "mul")]
    assert made == ["a", "n1", "b", "n2"]
    assert all(node.is_auto_named for node in graph)
    graph.rename(graph["n1"].id, "h")
    assert not graph["h"].is_auto_named
    assert "n1" not in graph
    assert graph.add("add").name == "n1"
    with pytest.raises(KeyError):
        graph["gone"]


def test_a_further_name_is_a_name():
    graph = parse("a = 2; b = a; c = b*3")
    id = graph["a"].id
    with pytest.raises(GraphError, match="There is a node b already"):
        graph.rename(graph["c"].id, "b")
    graph.rename(id, "b")
    assert (graph["b"].id, graph["b"].aliases, "a" in graph) == (id, (), False)
    other = parse("a = 2; b = a")
    other.remove([other["b"].id])
    assert not other.names


def test_restore_brings_back_every_detail():
    graph = parse("a = 2; b = a; c = a*3; c.label = 'x'; c.backward()")
    graph.set_muted(graph["c"].id, True)
    before, order, output = graph.state(), list(graph.nodes), graph.chosen_output
    graph.rename(graph["a"].id, "z")
    graph.remove([graph["c"].id])
    graph.add("tanh")
    gone = {id: None for id in graph.nodes if id not in before}
    graph.restore({**before, **gone}, order, output)
    assert graph.state() == before
    assert graph["b"] is graph["a"]
    assert graph.chosen_output == output


def test_two_nodes_can_swap_their_names_in_one_restore():
    graph = parse("a = 1; b = 2")
    one, two = graph.nodes
    states = graph.state()
    graph.restore({one: states[one]._replace(name="b"), two: states[two]._replace(name="a")})
    assert (graph["a"].data, graph["b"].data) == (2.0, 1.0)


@settings(max_examples=40)
@given(graphs())
def test_a_copy_is_equal_and_independent(graph):
    twin = graph.copy()
    assert repr(twin.state()) == repr(graph.state())
    assert [repr(n.grad) for n in twin] == [repr(n.grad) for n in graph]
    before = repr(graph.state())
    twin.add("tanh")
    for node in list(twin)[:1]:
        twin.set_label(node.id, "changed")
    assert repr(graph.state()) == before


def test_a_graph_20_000_deep():
    graph = Graph()
    id = graph.add(name="x", data=0.5).id
    for _ in range(20_000):
        id = graph.add("add", inputs=[id, 1e-5]).id
    graph.evaluate()
    assert graph["x"].grad == 1.0
    assert graph.find_cycle(id, graph["x"].id) is not None


# ----- any edits ------------------------------------------------------------------------------


class Edits(RuleBasedStateMachine):
    """Random edits, each undone and done again, never break the graph."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = Graph()

    def some(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.graph.nodes)))

    @rule(data=st.data(), op=st.sampled_from([LEAF, *OPS]))
    def add(self, data, op):
        self.graph.add(op)

    @precondition(lambda self: len(self.graph) > 1)
    @rule(data=st.data(), index=st.integers(0, 1))
    def connect(self, data, index):
        try:
            self.graph.connect(self.some(data), self.some(data), index)
        except GraphError:
            return

    @precondition(lambda self: len(self.graph))
    @rule(data=st.data(), number=NUMBERS)
    def set_number(self, data, number):
        node = self.graph.nodes[self.some(data)]
        if node.is_leaf:
            self.graph.set_data(node.id, number)
        elif not isinstance(node.inputs[0], str):
            self.graph.set_input(node.id, 0, number)

    @precondition(lambda self: len(self.graph))
    @rule(data=st.data(), name=st.sampled_from("abcxyz"))
    def rename(self, data, name):
        if name not in self.graph:
            self.graph.rename(self.some(data), name)

    @precondition(lambda self: len(self.graph))
    @rule(data=st.data(), explicit=st.booleans())
    def choose(self, data, explicit):
        self.graph.set_output(self.some(data), explicit=explicit)

    @precondition(lambda self: len(self.graph))
    @rule(data=st.data())
    def remove_and_bring_back(self, data):
        before, order = self.graph.state(), list(self.graph.nodes)
        output = self.graph.chosen_output
        id = self.some(data)
        self.graph.evaluate()
        self.graph.remove([id])
        self.graph.restore(before, order, output)
        assert repr(self.graph.state()) == repr(before)

    @precondition(lambda self: len(self.graph))
    @rule(data=st.data())
    def remove(self, data):
        self.graph.remove([self.some(data)])

    @invariant()
    def holds_together(self):
        graph = self.graph
        place = {id: index for index, id in enumerate(graph.topological_ids())}
        assert place.keys() == graph.nodes.keys()
        assert all(place[e.source] < place[e.target] for e in graph.edges())
        assert {graph[name].id for name in graph.names} == set(graph.nodes)
        assert (graph.output is None) == (len(graph) == 0)
        graph.evaluate()
        if graph.output is not None:
            assert graph.nodes[graph.output].grad == 1.0


TestEdits = Edits.TestCase
TestEdits.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
