"""Graphviz's own layout of a graph, where pygraphviz is installed, computed in another process.

Graphviz is C code that can take a minute, or crash, on a graph it does not like; so a process of
its own runs it, told the graph as JSON and answering with JSON:

    python -m core.layout.graphviz < request > answer
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.layout.drawing import Direction, Floats, Layout, Size

if TYPE_CHECKING:
    import networkx as nx

PACKAGE = "pygraphviz"
POINTS = 72.0  # an inch: Graphviz has sizes in inches and places in points
PATIENCE = 60.0  # seconds
MISSING = (
    "Graphviz's layout needs the package pygraphviz: "
    "pip install 'micrograd-playground[pygraphviz]', and start again."
)


class GraphvizError(Exception):
    """There is no layout by Graphviz, with a sentence for the user."""


def is_installed() -> bool:
    """Whether Graphviz's layout can be chosen."""
    return importlib.util.find_spec(PACKAGE) is not None


def layout(
    graph: "nx.DiGraph",
    sizes: Mapping[Any, Size],
    direction: Direction = "LR",
    *,
    rank_gap: float = 48.0,
    row_gap: float = 48.0,
) -> Layout:
    """Lay out a directed graph with dot, and wait for it.

    Arguments as in `core.layout.layout`. Raises GraphvizError.
    """
    if not is_installed():
        raise GraphvizError(MISSING)
    ids = tuple(graph.nodes)
    number = {id: row for row, id in enumerate(ids)}
    edges = tuple(graph.edges)
    links = [(number[source], number[target]) for source, target in edges]
    request = {
        "sizes": [sizes[id] for id in ids],
        "edges": links,
        "direction": direction,
        "gaps": (rank_gap, row_gap),
    }
    answer = _ask(request)
    boxes = np.array([sizes[id] for id in ids], dtype=np.float64).reshape(-1, 2)
    centers = np.array(answer["centers"], dtype=np.float64).reshape(-1, 2)
    axis = 0 if direction == "LR" else 1
    starts: list[Floats] = []
    ends: list[Floats] = []
    members: list[tuple[int, int]] = []
    for edge, (points, (source, target)) in enumerate(zip(answer["points"], links)):
        way = _way(centers, boxes, source, target, points, axis)
        for start, end in pairwise(way):
            members.append((edge, len(starts)))
            starts.append(start)
            ends.append(end)
    lines = [np.array(points, dtype=np.float64).reshape(-1, 2) for points in (starts, ends)]
    corners = np.concatenate([centers - boxes / 2, centers + boxes / 2, *lines])
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return Layout(
        ids, centers, boxes, edges, lines[0], lines[1],
        np.array(members, dtype=np.intp).reshape(-1, 2), (left, top, right, bottom), direction,
        (), -1, (rank_gap, row_gap), {}, {}, {},
    )  # fmt: skip


def _ask(request: Mapping[str, Any]) -> Any:
    """Have another process lay it out."""
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "core.layout.graphviz"],
            input=json.dumps(request), capture_output=True, text=True, cwd=root,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise GraphvizError(
            f"Graphviz was still at work after {PATIENCE:g} seconds; the graph is too large for it."
        ) from error
    except OSError as error:
        raise GraphvizError(f"Graphviz can't be started: {error.strerror}.") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise GraphvizError(f"Graphviz found no layout: {last}")
    return json.loads(done.stdout)


def _way(
    centers: Floats, boxes: Floats, source: int, target: int, points: Any, axis: int
) -> list[Floats]:
    """An edge's points: from border to border, by those of dot's that lead onward."""
    half = np.zeros(2)
    half[axis] = 0.5
    start = centers[source] + half * boxes[source]
    end = centers[target] - half * boxes[target]
    way = [start]
    for point in np.array(points, dtype=np.float64).reshape(-1, 2):
        if way[-1][axis] + 12.0 < point[axis] < end[axis] - 12.0:
            way.append(point)
    return [*way, end]


def _lay_out(request: Mapping[str, Any]) -> dict[str, Any]:
    """In the other process: dot's centres and, for each edge, where its curves meet."""
    import pygraphviz

    rank_gap, row_gap = request["gaps"]
    graph = pygraphviz.AGraph(
        directed=True, rankdir=request["direction"], strict=False,
        ranksep=rank_gap / POINTS, nodesep=row_gap / POINTS,
    )  # fmt: skip
    for row, (width, height) in enumerate(request["sizes"]):
        graph.add_node(
            row, shape="box", fixedsize=True, label="",
            width=width / POINTS, height=height / POINTS,
        )  # fmt: skip
    for edge, (source, target) in enumerate(request["edges"]):
        graph.add_edge(source, target, key=str(edge))
    graph.layout("dot")
    count = len(request["sizes"])
    centers = [_point(graph.get_node(row).attr["pos"]) for row in range(count)]
    points = []
    for edge, (source, target) in enumerate(request["edges"]):
        text = graph.get_edge(source, target, str(edge)).attr["pos"]
        controls = [_point(pair) for pair in text.split() if pair[0] not in "es"]
        points.append(controls[3:-1:3])  # every third is on the curve
    return {"centers": centers, "points": points}


def _point(text: str) -> tuple[float, float]:
    x, y = text.split(",")[:2]
    return float(x), -float(y)  # Graphviz's y grows upwards


if __name__ == "__main__":
    json.dump(_lay_out(json.load(sys.stdin)), sys.stdout)
