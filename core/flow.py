"""All of a graph's numbers as arrays, for views that show hundreds of nodes at a time.

A Flow is made once for a structure; `update` then reads the numbers anew after every evaluation,
and computes what flows back along each link with one call of the op table per op, not per node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.engine import Value
from core.graph import Graph
from core.ops import ieee, rule

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class _OpLinks:
    """All links into nodes of one op, through one of its inputs."""

    links: Ints  # rows of Flow.local
    operands: tuple[Ints, ...]  # rows of the numbers that the op reads
    results: Ints
    derivative: Callable[..., npt.ArrayLike]


class Flow:
    """Data and gradient of each node, local derivative and contribution of each link.

    ids: the nodes, in the graph's order; `row` finds them. data, grad (n,); is_reached (n,): the
    output depends on the node. source, target, input_index (m,): the links, by rows; `link_row`
    finds them by their Edge.
    local (m,): d target / d source through this input. contribution (m,): local times the
    target's gradient, what the link adds to the source's gradient.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values = graph.values()
        self.ids = list(self.values)
        self.ids.sort(key={id: row for row, id in enumerate(graph.nodes)}.__getitem__)
        self.row = {id: row for row, id in enumerate(self.ids)}
        self.is_reached = np.array([id in graph.reached for id in self.ids], dtype=bool)
        edges = [(self.row[e.source], self.row[e.target], e.input_index) for e in graph.edges()]
        self.link_row = {edge: row for row, edge in enumerate(graph.edges())}
        self.source, self.target, self.input_index = np.array(edges, np.intp).reshape(-1, 3).T
        self.local = np.zeros(len(edges))
        self.contribution = np.zeros(len(edges))
        self._values = [self.values[id] for id in self.ids]
        self._groups = self._group_by_op()
        self._evaluation = -1
        self.update()

    @property
    def is_current(self) -> bool:
        """False once the graph's structure, or a number that is part of an op, has changed."""
        return self.graph.values() is self.values

    def update(self) -> None:
        """Read the numbers of the last evaluation, if they have not been read yet."""
        if self._evaluation == self.graph.evaluations:
            return
        self._evaluation = self.graph.evaluations
        count = len(self._values)
        numbers = np.fromiter([value.data for value in self._values], np.float64, count)
        self.data = numbers[: len(self.ids)]
        self.grad = np.fromiter(
            [value.grad for value in self._values[: len(self.ids)]], np.float64, len(self.ids)
        )
        with ieee():
            for group in self._groups:
                inputs = [numbers[rows] for rows in group.operands]
                self.local[group.links] = group.derivative(*inputs, numbers[group.results])
            np.multiply(self.local, self.grad[self.target], out=self.contribution)
        # What no gradient comes to adds nothing, also where 0 times infinity would be nan.
        self.contribution[~self.is_reached[self.target]] = 0.0

    def links_between(self, source: str, target: str) -> list[int]:
        """The links from one node to another, by row: one for each input that uses it."""
        rows = (self.source == self.row[source]) & (self.target == self.row[target])
        found: list[int] = np.flatnonzero(rows).tolist()
        return found

    def _group_by_op(self) -> list[_OpLinks]:
        """The links by op and input; constants that the ops read are added to the values."""
        number_of = {id(value): row for row, value in enumerate(self._values)}
        gathered: dict[tuple[str, int], list[tuple[int, int, list[int]]]] = defaultdict(list)
        for link, (target, index) in enumerate(
            zip(self.target.tolist(), self.input_index.tolist())
        ):
            value = self._values[target]
            is_muted = self.graph.nodes[self.ids[target]].is_muted
            if index >= (1 if is_muted else len(value._prev)):
                continue  # an input that takes no part: its derivative stays 0
            operands = [self._number(operand, number_of) for operand in value._prev]
            gathered[value._op, index].append((link, target, operands))
        groups = []
        for (op, index), entries in gathered.items():
            links, results, operands_of_links = zip(*entries)
            groups.append(
                _OpLinks(
                    np.array(links),
                    tuple(np.array(operands_of_links).T),
                    np.array(results),
                    rule(op).derivative_functions[index],
                )
            )
        return groups

    def _number(self, operand: Value, number_of: dict[int, int]) -> int:
        if id(operand) not in number_of:
            number_of[id(operand)] = len(self._values)
            self._values.append(operand)
        return number_of[id(operand)]
