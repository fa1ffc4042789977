"""A small edit of a large graph: what changed is drawn, and nothing else moves at all."""

import random
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from core.expression import parse
from core.layout import Layout, layout
from core.layout.patching import LEAST
from tests.core.test_layout import (
    BOX,
    connected,
    curve,
    random_dag,
    random_tree,
)
from tests.core.test_network_rows import text_of

GAP = 48.0


def unconnected(graph: nx.DiGraph, drawing: Layout, rng: random.Random) -> tuple:
    """Two nodes that an edge may lead between."""
    while True:
        source, target = rng.sample(list(graph), 2)
        if drawing.columns[source] < drawing.columns[target] and not graph.has_edge(source, target):
            return source, target


def edit(graph: nx.DiGraph, drawing: Layout, output: object, rng: random.Random) -> str:
    """Do one thing to the graph; returns what."""
    kind = rng.choice(["append", "lone", "leaf", "delete", "link", "unlink", "exchange", "insert"])
    name = f"{kind} {len(graph)} {rng.random()}"
    inner = [node for node in graph if graph.pred[node]]
    if kind == "append":
        graph.add_edges_from([(rng.choice(inner), name), (rng.choice(inner), name)])
    elif kind == "lone":
        graph.add_node(name)
    elif kind == "leaf":
        graph.add_edge(name, rng.choice([n for n in inner if drawing.columns[n]]))
    elif kind == "delete":
        graph.remove_node(rng.choice([node for node in graph if node != output]))
    elif kind == "link":
        graph.add_edge(*unconnected(graph, drawing, rng))
    else:
        source, target = rng.choice(list(graph.edges))
        graph.remove_edge(source, target)
        if kind == "insert":
            graph.add_edge(source, name)
        if kind != "unlink" and drawing.columns[target]:
            graph.add_edge(name, target)
    return kind


def assert_is_of(drawing: Layout, graph: nx.DiGraph) -> None:
    """It has all nodes and edges; boxes are apart, and every edge leads from box to box."""
    assert drawing.ids == tuple(graph)
    assert set(drawing.edges) == set(graph.edges)
    assert len(drawing.edges) == graph.number_of_edges()
    assert set(drawing.members[:, 1].tolist()) == set(range(len(drawing.starts)))
    assert_apart(drawing)
    edges, pieces = drawing.members.T
    goes_on = edges[1:] == edges[:-1]
    assert (drawing.ends[pieces[:-1]] == drawing.starts[pieces[1:]])[goes_on].all()
    assert (drawing.starts[:, 0] <= drawing.ends[:, 0]).all()
    first = np.flatnonzero(np.append(True, ~goes_on))
    last = np.append(first[1:], len(edges)) - 1
    assert edges[first].tolist() == list(range(len(drawing.edges)))
    sources, targets = (
        np.array([drawing.index[edge[end]] for edge in drawing.edges]) for end in (0, 1)
    )
    leave = drawing.starts[pieces[first]] - drawing.centers[sources]
    arrive = drawing.ends[pieces[last]] - drawing.centers[targets]
    assert leave == pytest.approx(np.tile([BOX[0] / 2, 0], (len(leave), 1)))
    assert arrive[:, 0] == pytest.approx(-BOX[0] / 2)
    assert (np.abs(arrive[:, 1]) < BOX[1] / 2).all()


def assert_apart(drawing: Layout) -> None:
    apart = np.abs(drawing.centers[:, None] - drawing.centers[None])
    touches = (apart < np.array(BOX)).all(axis=2)
    assert np.count_nonzero(touches) == len(drawing.ids)  # each itself


def assert_clear_of_boxes(drawing: Layout, edges: set) -> None:
    for edge in edges:
        points = drawing.route(drawing.edge_rows[edge])
        line = np.concatenate([curve(p, q) for p, q in pairwise(points)])
        others = np.array([id not in edge for id in drawing.ids])
        away = np.abs(line[:, None] - drawing.centers[others])
        assert not (away < np.array(BOX) / 2 - 1).all(axis=2).any()


@pytest.mark.parametrize(("make", "size"), [(random_tree, 200), (random_dag, 480)])
def test_any_edits_one_after_the_other_move_nothing_or_are_laid_out_as_a_whole(make, size):
    rng = random.Random(size)
    graph = connected(make(size, 0))
    drawing = layout(graph, BOX)
    output, n_patched = drawing.backbone[-1], 0
    for _ in range(20):
        before, kind = drawing, edit(graph, drawing, output, rng)
        drawing = layout(graph, BOX, before, output=output)
        assert_is_of(drawing, graph)
        if drawing.n_patched:
            n_patched += 1
            kept = [id for id in before.ids if id in drawing.index]
            now = np.array([drawing.center(id) for id in kept])
            then = np.array([before.center(id) for id in kept])
            spacing = (
                np.array([BOX[0] + GAP, BOX[1] + GAP]) / 2 if kind == "insert" else np.zeros(2)
            )
            moved = np.count_nonzero((np.abs(now - then) > spacing + 1e-9).any(axis=1))
            is_joined = kind in ("link", "append")  # what stood apart goes where it belongs
            assert moved <= 2 * is_joined
            assert_clear_of_boxes(drawing, set(drawing.edges) - set(before.edges))
    assert len(graph) >= LEAST
    assert n_patched > 12


def test_a_network_keeps_its_rows_and_directions_are_alike():
    graph = parse(text_of((3, 16, 16, 1)))
    drawn, box = graph.to_networkx(), (100.0, 100.0)
    found = {}
    for direction in ("LR", "TB"):
        before = layout(drawn, box, output=graph.output, direction=direction)
        assert before.crossings < 0  # a crossbar
        edited = drawn.copy()
        first, last = graph["n0_0_"].id, graph.output
        edited.add_edges_from([(last, "L"), (first, "L"), ("t", "L")])
        edited.remove_node(graph["w1_3_2"].id)
        after = layout(edited, box, before, direction, output="L")
        assert after.n_patched == 7
        for id in after.ids:
            assert id in ("L", "t") or after.center(id) == before.center(id)
        found[direction] = after
    across, down = found.values()
    assert across.edges == down.edges
    assert np.array_equal(across.centers, down.centers[:, ::-1])
    assert np.array_equal(across.starts, down.starts[:, ::-1])
    assert across.backbone == (graph.output, "L")


def test_boxes_without_edges_are_apart_whatever_their_sizes():
    graph = connected(random_tree(200, 1))
    sizes = dict.fromkeys([*graph, "narrow", "later"], BOX) | {"wide": (180.0, BOX[1])}
    graph.add_nodes_from(["wide", "narrow"])
    before = layout(graph, sizes, direction="TB")
    graph.add_node("later")
    after = layout(graph, sizes, before, direction="TB", output=before.backbone[-1])
    assert after.n_patched == 1
    apart = np.abs(after.centers - after.center("later"))
    touches = (apart < (after.sizes + sizes["later"]) / 2).all(axis=1)
    assert np.count_nonzero(touches) == 1  # itself


def test_a_box_that_is_named_anew_keeps_its_place_while_its_column_has_room():
    graph = random_tree(200, 1)
    sizes = {node: (160.0 if index % 3 else 128.0, 80.0) for index, node in enumerate(graph)}
    before = layout(graph, sizes)
    node = next(
        node for node in graph
        if sizes[node][0] == 128 and graph.succ[node] and graph.pred[node]
        and any(
            sizes[id][0] == 160 and before.center(id)[0] == before.center(node)[0] for id in graph
        )
    )  # fmt: skip
    for width in (152.0, 176.0):  # the second takes up a little of the gaps
        after = layout(graph, {**sizes, node: (width, 80.0)}, before, output=before.backbone[-1])
        assert np.array_equal(after.centers, before.centers)
        assert after.sizes[after.index[node]].tolist() == [width, 80]
        assert (after.starts[:, 0] <= after.ends[:, 0]).all()
        along, _across = after.center(node)
        for row, edge in enumerate(after.edges):
            points = after.route(row)
            if edge[0] == node:
                assert points[0][0] == along + width / 2
            if edge[1] == node:
                assert points[-1][0] == along - width / 2
    wider = layout(graph, {**sizes, node: (300.0, 80.0)}, before, output=before.backbone[-1])
    assert not np.array_equal(wider.centers, before.centers)
    back = layout(graph, sizes, after, output=before.backbone[-1])
    assert back.n_patched == 0  # nothing is new
    assert np.array_equal(back.centers, before.centers)
    edges, pieces = back.members.T
    goes_on = edges[1:] == edges[:-1]
    assert (back.ends[pieces[:-1]] == back.starts[pieces[1:]])[goes_on].all()
    leaving = next(row for row, (source, _target) in enumerate(back.edges) if source == node)
    assert back.route(leaving)[0] == pytest.approx(before.route(leaving)[0])
