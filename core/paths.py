"""All paths from one node to another: the chain rule over several ways, added up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.flow import Flow
from core.ops import ieee

MOST_LISTED = 12  # paths that are listed one by one; their number grows exponentially


@dataclass(frozen=True)
class Path:
    """One way: node ids from start to end, the local derivatives between them, their product."""

    ids: tuple[str, ...]
    locals: tuple[float, ...]
    product: float


@dataclass(frozen=True)
class Paths:
    """Every way from `start` to `end`.

    count: how many there are. total: d end / d start, the sum of their products. ids: all nodes
    on them; links: all rows of the Flow on them. listed: the first of them, in order of inputs.
    """

    start: str
    end: str
    count: int
    total: float
    ids: frozenset[str]
    links: frozenset[int]
    listed: tuple[Path, ...]


def paths_between(flow: Flow, one: str, other: str) -> Paths | None:
    """The ways between two nodes, whichever comes first; None where neither needs the other."""
    for start, end in ((one, other), (other, one)):
        found = _paths(flow, start, end)
        if found is not None:
            return found
    return None


def _paths(flow: Flow, start: str, end: str) -> Paths | None:
    outgoing: dict[int, list[int]] = {}
    for link, source in enumerate(flow.source.tolist()):
        outgoing.setdefault(source, []).append(link)
    targets = flow.target.tolist()
    first, last = flow.row[start], flow.row[end]
    useful = _rows_that_reach(flow, last)
    if first == last or first not in useful:
        return None
    count, total = {first: 1}, {first: 1.0}
    links = set()
    with ieee():
        for row in _from(first, outgoing, targets, useful):
            for link in outgoing.get(row, ()):
                target = targets[link]
                if target in useful:
                    links.add(link)
                    count[target] = count.get(target, 0) + count[row]
                    step = float(flow.local[link]) * total[row]
                    total[target] = total.get(target, 0.0) + step
        listed = _list_paths(flow, first, last, outgoing, useful)
    ids = frozenset(flow.ids[row] for row in count)
    return Paths(start, end, count[last], total[last], ids, frozenset(links), tuple(listed))


def _rows_that_reach(flow: Flow, end: int) -> set[int]:
    incoming: dict[int, list[int]] = {}
    for source, target in zip(flow.source.tolist(), flow.target.tolist()):
        incoming.setdefault(target, []).append(source)
    reached, stack = {end}, [end]
    while stack:
        for source in incoming.get(stack.pop(), ()):
            if source not in reached:
                reached.add(source)
                stack.append(source)
    return reached


def _from(
    start: int, outgoing: dict[int, list[int]], targets: list[int], useful: set[int]
) -> list[int]:
    """The useful rows after `start`, each after all that lead to it."""
    missing: dict[int, int] = {start: 0}
    stack = [start]
    while stack:
        for link in outgoing.get(stack.pop(), ()):
            target = targets[link]
            if target in useful:
                if target not in missing:
                    missing[target] = 0
                    stack.append(target)
                missing[target] += 1
    order = [start]
    for row in order:
        for link in outgoing.get(row, ()):
            target = targets[link]
            if target in useful:
                missing[target] -= 1
                if not missing[target]:
                    order.append(target)
    return order


def _list_paths(
    flow: Flow, start: int, end: int, outgoing: dict[int, list[int]], useful: set[int]
) -> list[Path]:
    found: list[Path] = []
    targets = flow.target
    stack: list[list[int]] = [[link] for link in reversed(outgoing.get(start, []))]
    while stack and len(found) < MOST_LISTED:
        way = stack.pop()
        row = int(targets[way[-1]])
        if row not in useful:
            continue
        if row == end:
            ids = (flow.ids[start], *(flow.ids[int(targets[link])] for link in way))
            factors = tuple(float(flow.local[link]) for link in way)
            found.append(Path(ids, factors, float(np.prod(factors))))
            continue
        stack.extend([*way, link] for link in reversed(outgoing.get(row, [])))
    return found
