"""Which column each node stands in, and which path is the straight backbone."""

import math
from collections.abc import Mapping, Sequence

Links = Sequence[Sequence[int]]  # neighbours of each node, by number

NEARLY = 2  # nodes that an input may be less deep than the deepest one, to stay on the backbone


def topological(preds: Links, succs: Links) -> list[int]:
    """All nodes, each after its inputs, in order of creation where that leaves a choice.

    Raises ValueError where there is a cycle.
    """
    missing = [len(inputs) for inputs in preds]
    order = [node for node, count in enumerate(missing) if not count]
    for node in order:
        for consumer in succs[node]:
            missing[consumer] -= 1
            if not missing[consumer]:
                order.append(consumer)
    if len(order) != len(preds):
        raise ValueError("a graph with a cycle has no layers")
    return order


def depths(preds: Links, order: Sequence[int]) -> list[int]:
    """Length of the longest path to each node: its generation."""
    depth = [0] * len(preds)
    for node in order:
        if preds[node]:
            depth[node] = 1 + max([depth[source] for source in preds[node]])
    return depth


def ancestors(node: int, preds: Links) -> set[int]:
    """Every node that `node` depends on, and itself."""
    reached, stack = {node}, [node]
    while stack:
        for source in preds[stack.pop()]:
            if source not in reached:
                reached.add(source)
                stack.append(source)
    return reached


def latest_ranks(preds: Links, succs: Links, order: Sequence[int], output: int) -> list[int]:
    """The column of each node, from 0: as late as its consumers allow, so that leaves stand near.

    What the output does not depend on stands right after its inputs, and never pulls the nodes
    that the output does depend on away from it.
    """
    main = ancestors(output, preds)
    rank: list[int | None] = [None] * len(preds)
    for node in reversed(order):
        if node in main:
            limits = [rank[consumer] for consumer in succs[node] if consumer in main]
            rank[node] = min([r for r in limits if r is not None], default=1) - 1
    for node in order:
        if rank[node] is None:
            floors = [r for source in preds[node] if (r := rank[source]) is not None]
            rank[node] = max(floors) + 1 if floors else None
    result: list[int] = [0] * len(preds)
    for node in reversed(order):
        own = rank[node]
        result[node] = (
            own if own is not None else min([result[c] for c in succs[node]], default=1) - 1
        )
    first = min(result)
    return [r - first for r in result]


def chief_inputs(preds: Links, depth: Sequence[int], former: Mapping[int, float]) -> list[int]:
    """The input that each node goes straight on from: its deepest, or -1 for a leaf.

    Of inputs that are equally deep the first. But one that was level with the node in the former
    picture (`former`: places across) goes on where it is nearly as deep, so that a small edit
    leaves the backbone where it was.
    """
    chief = []
    for node, inputs in enumerate(preds):
        deepest = max(inputs, key=depth.__getitem__, default=-1)
        place = former.get(node)
        if place is not None:
            for source in inputs:
                is_level = abs(former.get(source, math.inf) - place) < 0.5
                if is_level and depth[source] >= depth[deepest] - NEARLY:
                    deepest = source
                    break
        chief.append(deepest)
    return chief


def backbone(chief: Sequence[int], output: int) -> list[int]:
    """The path of chief inputs from the output back to a leaf: as a rule a longest one."""
    path = [output]
    while chief[path[-1]] >= 0:
        path.append(chief[path[-1]])
    return path


def connected_parts(preds: Links, succs: Links, first: int) -> list[list[int]]:
    """Nodes that hang together, each part in order of creation; the part with `first` leads."""
    part_of = [-1] * len(preds)
    parts: list[list[int]] = []
    for start in [first, *range(len(preds))] if first >= 0 else range(len(preds)):
        if part_of[start] >= 0:
            continue
        part_of[start] = len(parts)
        stack, nodes = [start], [start]
        while stack:
            node = stack.pop()
            for links in (preds, succs):
                for other in links[node]:
                    if part_of[other] < 0:
                        part_of[other] = len(parts)
                        nodes.append(other)
                        stack.append(other)
        parts.append(sorted(nodes))
    return parts
