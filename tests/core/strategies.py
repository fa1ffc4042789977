"""Random graphs for property-based tests."""

from hypothesis import strategies as st

from core.graph import LEAF, Graph
from core.ops import OPS

NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 1.0, -2.0])
NAMES = st.sampled_from(
    ["a", "b", "e", "L", "w1", "x1w1", "n1", "n2", "n7", "x1", "π", "tanh", "Value", "inf", "nan",
     "math", "float", "draw_dot", "min", "_", "label", "backward", "pi"]
)  # fmt: skip
LABELS = st.just("") | st.text(max_size=8) | st.sampled_from(["x1*w1", "a 'b' \"c\" \\", "#", "\n"])


@st.composite
def graphs(draw: st.DrawFn, max_size: int = 12) -> Graph:
    """A graph as the node editor could make it: shared, unconnected, named, labelled nodes."""
    graph = Graph()
    for _ in range(draw(st.integers(0, max_size))):
        add_node(draw, graph)
    if graph.nodes and draw(st.booleans()):
        graph.set_output(draw(st.sampled_from(list(graph.nodes))), explicit=draw(st.booleans()))
    graph.evaluate()
    return graph


def add_node(draw: st.DrawFn, graph: Graph) -> None:
    """One more node, of any op, on any inputs."""
    op = draw(st.sampled_from([LEAF, *OPS]))
    ids = list(graph.nodes)
    source = st.sampled_from(ids) | NUMBERS if ids else NUMBERS
    inputs = [] if op == LEAF else [draw(source) for _ in range(OPS[op].arity)]
    name = draw(st.none() | NAMES)
    graph.add(
        op,
        name=None if name in graph else name,
        data=draw(NUMBERS) if op == LEAF else 0.0,
        inputs=inputs,
        label=draw(LABELS),
    )
