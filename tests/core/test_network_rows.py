"""A network that stands in a graph scalar by scalar is laid out as a crossbar."""

from itertools import pairwise

import numpy as np
import pytest

from core.expression import parse
from core.layout import Layout, layout

BOX = (128.0, 80.0)


def text_of(sizes=(3, 4, 4, 1), *, term="w{n}{j} * {x}", neuron="tanh(b{n} + {sum})", end=""):
    """An MLP as an expression; the loss or whatever else follows is `end`."""
    lines = [f"x{j} = {j}.5" for j in range(sizes[0])]
    inputs = [f"x{j}" for j in range(sizes[0])]
    for layer, count in enumerate(sizes[1:]):
        outputs = []
        for row in range(count):
            n = f"{layer}_{row}_"
            lines += [f"w{n}{j} = 0.{j + 1}" for j in range(len(inputs))]
            terms = [term.format(n=n, j=j, x=x) for j, x in enumerate(inputs)]
            lines.append(f"b{n} = 0.1")
            lines.append(f"n{n} = " + neuron.format(n=n, sum=" + ".join(terms)))
            outputs.append(f"n{n}")
        inputs = outputs
    return "\n".join([*lines, end.format(*inputs)])


def laid_out(text: str, **options) -> tuple[Layout, dict[str, np.ndarray]]:
    """The layout, and where each name is."""
    graph = parse(text)
    found = layout(graph.to_networkx(), BOX, output=graph.output, **options)
    return found, {node.name: np.array(found.center(node.id)) for node in graph}


def is_crossbar(found: Layout) -> bool:
    return found.crossings < 0


def assert_drawn_right(found: Layout) -> None:
    """Boxes are apart, and each edge goes without a gap from box to box, through no other one."""
    axis = 0 if found.direction == "LR" else 1
    apart = np.abs(found.centers[:, None] - found.centers[None])
    touches = (apart < np.array(BOX)).all(axis=2)
    np.fill_diagonal(touches, False)
    assert not touches.any()
    for row, (source, target) in enumerate(found.edges):
        points = found.route(row)
        leave, arrive = points[0] - found.center(source), points[-1] - found.center(target)
        assert leave[axis] == BOX[axis] / 2
        assert arrive[axis] == -BOX[axis] / 2
        assert abs(arrive[1 - axis]) < BOX[1 - axis] / 2
        pieces = found.members[found.members[:, 0] == row, 1]
        assert all((found.ends[a] == found.starts[b]).all() for a, b in pairwise(pieces))
        line = np.concatenate([curve(p, q, axis) for p, q in pairwise(points)])
        others = np.array([id not in (source, target) for id in found.ids])
        away = np.abs(line[:, None] - found.centers[others])
        assert not (away < np.array(BOX) / 2 - 1).all(axis=2).any()
    assert len(found.edges) == len(set(found.edges))


def curve(start: np.ndarray, end: np.ndarray, axis: int) -> np.ndarray:
    """A cubic, level at its ends."""
    t = np.linspace(0, 1, 2 + int(np.abs(end - start).max() / 20))[:, None]
    handles = np.tile((start + end) / 2, (2, 1))
    handles[0, 1 - axis], handles[1, 1 - axis] = start[1 - axis], end[1 - axis]
    return (
        (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * handles[0]
        + 3 * (1 - t) * t**2 * handles[1] + t**3 * end
    )  # fmt: skip


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"neuron": "relu({sum} + b{n})"},
        {"neuron": "{sum}", "term": "{x} * w{n}{j}"},
        {"sizes": (2, 8, 1), "end": "t = 1.0\nL = ({0} - t) ** 2"},
    ],
)
def test_whatever_the_form_of_a_neuron_each_is_a_row(form, direction):
    found, at = laid_out(text_of(**form), direction=direction)
    assert is_crossbar(found)
    assert_drawn_right(found)
    along, across = (0, 1) if direction == "LR" else (1, 0)
    first, second = at["w0_0_0"], at["w0_1_0"]
    assert first[along] == second[along]  # what belongs to an input stands in a column,
    assert at["w0_0_1"][across] == first[across] < second[across]  # and a neuron's in a row
    assert at["n0_0_"][along] > at["w0_0_1"][along]


def test_a_weight_with_a_long_name_is_clear_of_the_next_row():
    graph = parse(text_of((3, 4, 4, 4, 1)))
    sizes = {node.id: BOX for node in graph}
    sizes[graph["w0_1_0"].id] = 300.0, BOX[1]
    found = layout(graph.to_networkx(), sizes, output=graph.output, direction="TB")
    assert is_crossbar(found)
    apart = np.abs(found.centers[:, None] - found.centers[None])
    touches = (apart < (found.sizes[:, None] + found.sizes[None]) / 2).all(axis=2)
    assert np.count_nonzero(touches) == len(graph)  # each itself


def test_what_is_between_the_layers_and_after_them_stands_there():
    between = {"neuron": "tanh(b{n} + {sum}) * 2"}
    found, at = laid_out(text_of(**between, end="L = log({0}) + {0}"))
    assert is_crossbar(found)
    assert at["w0_3_2"][0] < at["n0_3_"][0] < at["w1_0_0"][0] < at["w2_0_3"][0] < at["L"][0]
    assert_drawn_right(found)


def test_an_input_may_skip_a_layer():
    text = text_of((3, 5, 5, 1)) + "\nw = 0.5\nw9 = 0.1\nc = n2_0_ * w + x0 * w9"
    found, at = laid_out(text)
    assert is_crossbar(found)
    assert at["w9"][0] > at["n2_0_"][0]
    assert_drawn_right(found)


def test_what_is_appended_at_the_output_moves_nothing():
    text = text_of()
    graph = parse(text)
    before = layout(graph.to_networkx(), BOX, output=graph.output)
    longer = parse(text + "L = n2_0_ ** 2")
    after = layout(longer.to_networkx(), BOX, before, output=longer.output)
    now = {longer.nodes[id].name: after.center(id) for id in after.ids}
    assert {graph.nodes[id].name: before.center(id) for id in before.ids}.items() <= now.items()
    assert layout(graph.to_networkx(), BOX, before, output=graph.output) is before


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"s{i} = s{i - 1} * {i} + 2" for i in range(1, 60)).replace("s0", "1.5"),
        text_of((2, 2, 1)),  # too few
        text_of(term="w{n}{j} / {x}"),
    ],
)
def test_other_graphs_are_laid_out_in_layers(text):
    assert not is_crossbar(laid_out(text)[0])


def test_neurons_whose_inputs_come_in_another_order_are_not_forced_into_columns():
    one, other = "w1_2_0 * n0_0_", "w1_2_1 * n0_1_"
    crossed = text_of().replace(f"{one} + {other}", f"{other} + {one}")
    assert crossed != text_of()
    assert not is_crossbar(laid_out(crossed)[0])
