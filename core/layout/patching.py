"""After a small edit of a large graph: what changed is drawn, all else stays to the last digit.

A new node goes into the column before those that use it, or after those that it uses; where there
is none in between, one is opened, and both halves of the picture give way by half of it. A new edge
goes along its source's other edges as far as they lead, then where there is room between the boxes.
What would cross much is left to the layout of the whole graph, and so is a picture that has been
patched often.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, repeat
from typing import Any

import numpy as np

from core.layout.drawing import Bools, Edge, Floats, Id, Ints, Layout, bounds_of
from core.layout.ranks import topological
from core.layout.room import Point, Sheet, Span
from core.layout.routes import LEVEL, PORT_STEP, port_offsets

LEAST = 150  # nodes; a smaller graph is laid out as a whole, which is tidier
MOST_CHANGED = 16  # nodes and edges, of one edit
MOST_PATCHED = 0.1  # of the nodes, since all were laid out
ALWAYS_PATCHED = 32  # nodes and edges, however small the graph is
MOST_CROSSED = 30  # by a piece of a new edge; more are worth another order of the boxes
MOST_GROWN = 0.4  # of the gap between columns, that a box takes up on each side
PORT_ROOM = 10.0  # across, that stays free at a box's corner
PART_GAP = 1.5  # above a node without edges, in row gaps


class UnpatchableError(Exception):
    """The layout of the whole graph has to do it."""


@dataclass(frozen=True)
class Edit:
    """What distinguishes a graph from the one that was laid out. unlinked: rows of edges."""

    new: list[Id]
    gone: list[Id]
    linked: list[Edge]
    unlinked: list[int]

    @property
    def size(self) -> int:
        """Nodes and edges that are not as they were."""
        return len(self.new) + len(self.gone) + len(self.linked) + len(self.unlinked)


def patched(
    previous: Layout, ids: tuple[Any, ...], edges: Sequence[Edge], box: Floats, output: Id | None
) -> Layout | None:
    """The layout of a graph after an edit; None where the whole graph has to be laid out.

    ids, edges: of the graph as it is now. box (n, 2): sizes of its nodes. output: of the backbone.
    """
    if len(ids) < LEAST or not previous.columns:
        return None
    edit = _edit(previous, ids, edges)
    n_patched = previous.n_patched + edit.size
    if edit.size > MOST_CHANGED or n_patched > max(ALWAYS_PATCHED, MOST_PATCHED * len(ids)):
        return None
    try:
        patch = _Patch(previous, ids, box, edit)
        patch.put_nodes()
        return patch.layout(output, patch.draw_edges(), n_patched)
    except UnpatchableError:
        return None


def _edit(previous: Layout, ids: tuple[Any, ...], edges: Sequence[Edge]) -> Edit:
    known, rows = previous.index, previous.edge_rows
    new: list[Id] = [id for id in ids if id not in known]
    linked = [edge for edge in edges if edge not in rows]
    gone: list[Id] = []
    unlinked: list[int] = []
    if len(ids) - len(new) < len(known):
        there = set(ids)
        gone = [id for id in known if id not in there]
    if len(edges) - len(linked) < len(rows):
        left = set(edges)
        unlinked = [row for edge, row in rows.items() if edge not in left]
    if linked:  # what had no edge stood apart from all else, and goes where it belongs now
        ends = set(chain.from_iterable(rows))
        new += dict.fromkeys(id for edge in linked for id in edge if id in known and id not in ends)
    return Edit(new, gone, linked, unlinked)


class _Patch:
    """A Layout in the making. Works along the columns and across them, in any direction."""

    def __init__(self, previous: Layout, ids: tuple[Any, ...], box: Floats, edit: Edit) -> None:
        self.previous, self.ids, self.box, self.edit = previous, ids, box, edit
        self.is_crossbar, self.rank_gap = previous.crossings < 0, previous.gaps[0]
        self.index = dict(zip(ids, range(len(ids))))
        self.turn = slice(None, None, 1 if previous.direction == "LR" else -1)
        self.columns, self.parts = dict(previous.columns), dict(previous.parts)
        self.places = dict(previous.places)
        for id in (*edit.gone, *edit.new):
            self.columns.pop(id, None)
            self.parts.pop(id, None)
            self.places.pop((id, 0), None)
        self.edges, self.members, starts, ends = self._left_edges()
        former = self._numbers(previous.index)
        self.sheet = Sheet(
            previous.centers[former][:, self.turn], box[:, self.turn],
            self._numbers(self.columns), self._numbers(self.parts),
            starts[:, self.turn].copy(), ends[:, self.turn].copy(), previous.gaps[1],
        )  # fmt: skip
        self.ways: list[tuple[Edge, list[int]]] = []  # of the new edges
        self.opened: tuple[int, int, Span] | None = None  # part, column, where it is
        self.inputs: dict[Id, list[Id]] = {id: [] for id in edit.new}
        self.users: dict[Id, list[Id]] = {id: [] for id in edit.new}
        for source, target in edit.linked:
            if target in self.inputs:
                self.inputs[target].append(source)
            if source in self.users:
                self.users[source].append(target)
        self._resize(previous.sizes[former][:, self.turn])

    def _numbers(self, numbers: Mapping[Any, int]) -> Ints:
        """Of each node, -1 for those without."""
        found = map(numbers.get, self.ids, repeat(-1))
        return np.fromiter(found, np.intp, len(self.ids))

    def _left_edges(self) -> tuple[tuple[Edge, ...], Ints, Floats, Floats]:
        """What is left of edges and members, starts and ends of pieces."""
        previous, rows = self.previous, self.edit.unlinked
        members, starts, ends = previous.members, previous.starts, previous.ends
        if not rows:
            return previous.edges, members, starts, ends
        stays = np.ones(len(previous.edges), dtype=bool)
        stays[rows] = False
        members = members[stays[members[:, 0]]]
        is_used = np.zeros(len(starts), dtype=bool)
        is_used[members[:, 1]] = True
        number, piece = np.cumsum(stays) - 1, np.cumsum(is_used) - 1
        members = np.stack([number[members[:, 0]], piece[members[:, 1]]], axis=1)
        edges = tuple(compress(previous.edges, stays.tolist()))
        return edges, members, starts[is_used], ends[is_used]

    def _resize(self, former: Floats) -> None:
        """Let edges end at boxes that are wider or narrower now, where their columns have room."""
        sheet = self.sheet
        wider, higher = (sheet.extent != former).T & (sheet.column >= 0)
        changed = np.flatnonzero(wider)
        if len(changed) > MOST_CHANGED or higher.any():
            raise UnpatchableError
        if not len(changed):
            return
        is_first, is_last = self._outer_pieces()
        for row in changed.tolist():
            (along, across), half = sheet.centers[row].tolist(), float(former[row, 0]) / 2
            mates = (sheet.column == sheet.column[row]) & (sheet.part == sheet.part[row])
            mates &= np.abs(sheet.centers[:, 0] - along) < LEVEL
            grown = float(sheet.extent[row, 0] - former[mates, 0].max()) / 2
            if grown > 0 and not sheet.has_room_beside(row, grown, MOST_GROWN * self.rank_gap):
                raise UnpatchableError
            leave = (np.abs(sheet.starts - (along + half, across)) < LEVEL).all(axis=1)
            reach = (LEVEL, float(former[row, 1]) / 2)
            arrive = (np.abs(sheet.ends - (along - half, across)) < reach).all(axis=1)
            # A further piece that a wider box has pushed there stays, and the first leads to it.
            sheet.starts[leave & is_first, 0] = sheet.exit(row)[0]
            sheet.ends[arrive & is_last, 0] = sheet.entry(row)[0]
            if grown > 0:
                sheet.push_out(row)

    def _outer_pieces(self) -> tuple[Bools, Bools]:
        """Which pieces are the first of an edge, and which the last."""
        edges, pieces = self.members.T
        is_new = np.append(True, edges[1:] != edges[:-1])[: len(edges)]
        is_first, is_last = np.zeros((2, len(self.sheet.starts)), dtype=bool)
        is_first[pieces[is_new]] = True
        is_last[pieces[np.roll(is_new, -1)]] = True
        return is_first, is_last

    # ----- nodes ----------------------------------------------------------------------------

    def put_nodes(self) -> None:
        """Give every new node its place: first what has inputs, then leaves beside their users."""
        order = self._in_order()
        self._choose_parts()
        self._choose_columns(order)
        for id in [id for id in order if self.inputs[id]]:
            self._put(id)
        for id in [id for id in order if not self.inputs[id]]:
            if self.users[id]:
                self._put(id)
            else:
                self._put_apart(id)

    def _in_order(self) -> list[Id]:
        """The new nodes, each after those of its inputs that are new."""
        new = self.edit.new
        number = {id: row for row, id in enumerate(new)}
        inputs = [[number[source] for source in self.inputs[id] if source in number] for id in new]
        users = [[number[user] for user in self.users[id] if user in number] for id in new]
        return [new[row] for row in topological(inputs, users)]

    def _choose_parts(self) -> None:
        """What hangs together; where two parts are joined, their columns would have to meet."""
        parts, linked = self.parts, self.edit.linked
        for _ in linked:  # until a chain of them has heard of it
            for source, target in linked:
                part = parts.get(source, parts.get(target))
                if part is not None and (
                    parts.setdefault(source, part) != parts.setdefault(target, part)
                ):
                    raise UnpatchableError
        if any(source not in parts for source, _target in linked):
            raise UnpatchableError

    def _choose_columns(self, order: list[Id]) -> None:
        """As late as users allow that were there; else after the inputs, with leaves before."""
        columns = self.columns

        def before_users(id: Id) -> None:
            found = [columns[user] for user in self.users[id] if user in columns]
            if found and id not in columns:
                columns[id] = min(found) - 1

        for id in reversed(order):
            before_users(id)
        for id in order:
            found = [columns[source] for source in self.inputs[id] if source in columns]
            if found and id not in columns:
                columns[id] = max(found) + 1
        for id in reversed(order):
            before_users(id)
        self._open_column()
        for id in reversed(order):
            if not self.inputs[id] and self.users[id]:
                columns[id] = min([columns[user] for user in self.users[id]]) - 1
        for source, target in self.edit.linked:
            if not 0 <= columns.get(source, -1) < columns.get(target, -1):
                raise UnpatchableError

    def _open_column(self) -> None:
        """Where a new node has no column between its inputs and its users."""
        columns, sheet = self.columns, self.sheet
        crowded = [
            id for id in self.edit.new
            if any(columns.get(source, -1) >= columns[id] for source in self.inputs[id])
        ]  # fmt: skip
        if not crowded:
            return
        part, column = self.parts[crowded[0]], columns[crowded[0]] + 1
        is_own = [self.parts[source] == part for source, _target in self.edges]
        pieces = np.unique(self.members[np.array(is_own)[self.members[:, 0]], 1])
        width = max(float(sheet.extent[self.index[id], 0]) for id in crowded)
        span = sheet.open_column(part, column, width, self.rank_gap, pieces)
        if span is None:
            raise UnpatchableError
        self.opened = part, column, span
        self.places = {
            # A guide beyond the new column is one step farther from its source.
            (id, step + (columns[id] < column <= columns[id] + step)): place
            for (id, step), place in self.places.items()
            if id in columns
        }
        for id, own_part in self.parts.items():
            if own_part == part and columns.get(id, -1) >= column:
                columns[id] += 1
        for id in crowded:
            columns[id] += 1

    def _put(self, id: Id) -> None:
        """Level with its deepest input, or with what uses it, or as near as there is room."""
        sheet, row = self.sheet, self.index[id]
        column, part = self.columns[id], self.parts[id]
        ways = self.inputs[id], self.users[id]
        placed = [[self.index[n] for n in near if self._has_place(n)] for near in ways]
        near = placed[0] or placed[1]
        if not near:
            raise UnpatchableError
        wanted = float(sheet.centers[max(near, key=sheet.column.__getitem__), 1])
        width, height = sheet.extent[row].tolist()
        span = sheet.span_of(part, column, wanted) or self._new_column(part, column, width)
        if width > span.end - span.start + LEVEL:
            raise UnpatchableError
        along = (span.start + span.end) / 2
        own = Span(along - width / 2, along + width / 2)
        self._settle(id, along, sheet.place_for_box(own, height, wanted))

    def _new_column(self, part: int, column: int, width: float) -> Span:
        """Of a column without boxes: the one that was opened, or one more at the end of a part."""
        sheet = self.sheet
        if self.opened is not None and self.opened[:2] == (part, column):
            return self.opened[2]
        is_own = sheet.part == part
        if not is_own.any() or column <= sheet.column[is_own].max():
            raise UnpatchableError
        ends = sheet.centers[is_own, 0] + sheet.extent[is_own, 0] / 2
        start = float(ends.max()) + self.rank_gap
        return Span(start, start + width)

    def _put_apart(self, id: Id) -> None:
        """Beneath all else; beside the lowest node where that has no edges either."""
        sheet = self.sheet
        width, height = sheet.extent[self.index[id]].tolist()
        placed = np.flatnonzero(sheet.column >= 0)
        middles, halves = sheet.centers[placed], sheet.extent[placed] / 2
        lows, ends = middles[:, 1] + halves[:, 1], middles[:, 0] + halves[:, 0]
        lowest = placed[np.argmax(lows)]
        is_beside = np.abs(middles[:, 1] - sheet.centers[lowest, 1]) < halves[:, 1] + height / 2
        after = float(ends[is_beside].max()) + self.rank_gap
        linked = {end for edge in self.edges for end in edge}
        if self.ids[lowest] in linked or after + width > ends.max():
            along = float((middles - halves)[:, 0].min()) + width / 2
            across = float(lows.max()) + PART_GAP * self.previous.gaps[1] + height / 2
        else:
            along, across = after + width / 2, float(sheet.centers[lowest, 1])
        self.columns[id], self.parts[id] = 0, 1 + max(self.parts.values(), default=0)
        self._settle(id, along, across)

    def _has_place(self, id: Id) -> bool:
        return bool(self.sheet.column[self.index[id]] >= 0)

    def _settle(self, id: Id, along: float, across: float) -> None:
        row, sheet = self.index[id], self.sheet
        sheet.centers[row] = along, across
        sheet.column[row], sheet.part[row] = self.columns[id], self.parts[id]
        self.places[id, 0] = across

    # ----- edges ----------------------------------------------------------------------------

    def draw_edges(self) -> int:
        """Draw what is new; returns how many crossings that makes."""
        by_target: dict[Id, list[Id]] = {}
        for source, target in self.edit.linked:
            by_target.setdefault(target, []).append(source)
        n_before, crossings = len(self.sheet.starts), 0
        for target, sources in by_target.items():
            leads = [self._lead(source, target) for source in sources]
            for source, (way, at), port in zip(sources, leads, self._ports(target, leads)):
                self.ways.append(((source, target), [*way, *self._arrive(at, target, port)]))
        for piece in range(n_before, len(self.sheet.starts)):
            crossed = self.sheet.crossed_by(piece)
            if (crossed > MOST_CROSSED and not self.is_crossbar) or self.sheet.meets_box(piece):
                raise UnpatchableError
            crossings += crossed
        return crossings

    def _lead(self, source: Id, target: Id) -> tuple[list[int], Point]:
        """From a box to the column before another: pieces, and where they end."""
        sheet, row = self.sheet, self.index[source]
        first, last, part = self.columns[source], self.columns[target], self.parts[source]
        level = float(sheet.centers[row, 1])
        spans = [sheet.span_of(part, column, level) for column in range(first, last)]
        way, at, column = self._shared(source, spans, first), sheet.exit(row), first
        if way:
            at = (float(sheet.ends[way[-1], 0]), float(sheet.ends[way[-1], 1]))
            column = next(c for c, s in enumerate(spans, first) if s and abs(s.end - at[0]) < LEVEL)
        elif (span := spans[0]) is not None and span.end - at[0] > LEVEL:
            way, at = [sheet.add_piece(at, (span.end, at[1]))], (span.end, at[1])
        for step in range(column + 1, last):
            span = spans[step - first]
            if span is None:
                raise UnpatchableError
            across = sheet.place_for_guide(span, at[1])
            near, far = (span.start, across), (span.end, across)
            way = [*way, sheet.add_piece(at, near), sheet.add_piece(near, far)]
            at = far
            self.places[source, step - first] = across
        return way, at

    def _shared(self, source: Id, spans: Sequence[Span | None], first: int) -> list[int]:
        """The pieces of another edge from there that lead farthest through these columns."""
        sheet, ends = self.sheet, [span.end for span in spans if span is not None]
        rows = [row for row, edge in enumerate(self.edges) if edge[0] == source]
        ways = [
            self.members[slice(*np.searchsorted(self.members[:, 0], [row, row + 1])), 1]
            for row in rows
        ]
        ways += [np.array(way) for (start, _end), way in self.ways if start == source]
        best: Ints = np.array([], dtype=np.intp)
        for way in ways:
            is_level = np.abs(sheet.ends[way, 1] - sheet.starts[way, 1]) < LEVEL
            is_end = (np.abs(sheet.ends[way, :1] - ends) < LEVEL).any(axis=1)
            led = np.flatnonzero(is_level & is_end)
            if len(led) and led[-1] >= len(best):
                best = way[: led[-1] + 1]
        return [int(piece) for piece in best]

    def _ports(self, target: Id, leads: Sequence[tuple[list[int], Point]]) -> list[float]:
        """Across, from the middle of a box: where these arrive, beside those that do already."""
        sheet, row = self.sheet, self.index[target]
        middle, most = float(sheet.centers[row, 1]), float(sheet.extent[row, 1]) / 2 - PORT_ROOM
        slopes = [at[1] - middle for _way, at in leads]
        if target in self.inputs:
            return [max(-most, min(most, offset)) for offset in port_offsets(slopes)]
        entry = sheet.entry(row)
        arrived = np.abs(sheet.ends - entry) < (LEVEL, most + PORT_ROOM)
        taken = (sheet.ends[arrived.all(axis=1), 1] - middle).tolist()
        found = []
        for slope in slopes:
            free = [
                place for k in range(-4, 5) if abs(place := k * PORT_STEP / 2) <= most
                and all(abs(place - other) > PORT_STEP / 2 - LEVEL for other in taken)
            ]  # fmt: skip
            if not free:
                raise UnpatchableError
            found.append(min(free, key=lambda place: (place * slope < 0, abs(place))))
            taken.append(found[-1])
        return found

    def _arrive(self, at: Point, target: Id, port: float) -> list[int]:
        """Into a box from the column before it."""
        sheet, row = self.sheet, self.index[target]
        start, middle = sheet.entry(row)
        span = sheet.span_of(self.parts[target], self.columns[target], middle)
        assert span is not None
        gate = (span.start, middle + port)
        pieces = [sheet.add_piece(at, gate)]
        if start - span.start > LEVEL:
            pieces.append(sheet.add_piece(gate, (start, middle + port)))
        return pieces

    # ----- all together ---------------------------------------------------------------------

    def layout(self, output: Id | None, crossings: int, n_patched: int) -> Layout:
        """What has come of it."""
        previous, sheet = self.previous, self.sheet
        points = [
            np.ascontiguousarray(array[:, self.turn])
            for array in (sheet.centers, sheet.starts, sheet.ends)
        ]
        edges, members = self.edges, self.members
        if self.ways:
            new = [
                (number, piece)
                for number, (_edge, way) in enumerate(self.ways, len(edges))
                for piece in way
            ]
            edges = (*edges, *(edge for edge, _way in self.ways))
            members = np.concatenate([members, np.array(new, dtype=np.intp)])
        return Layout(
            self.ids, points[0], self.box, edges, points[1], points[2], members,
            bounds_of(points, self.box), previous.direction, self._backbone(output),
            -1 if self.is_crossbar else previous.crossings + crossings, previous.gaps,
            self.places, self.columns, self.parts, n_patched,
        )  # fmt: skip

    def _backbone(self, output: Id | None) -> tuple[Any, ...]:
        """As it was, and on to an output that has been appended to it."""
        former = self.previous.backbone
        last = former[-1] if former else None
        if output is None or output == last:
            if last in self.index:
                return tuple(id for id in former if id in self.index)
            raise UnpatchableError
        tail = [output]
        while tail[-1] in self.inputs:
            before = [id for id in self.inputs[tail[-1]] if self.inputs.get(id, True)]
            if last in before:
                return (*(id for id in former if id in self.index), *reversed(tail))
            if not before:
                break
            tail.append(max(before, key=self.columns.__getitem__))
        raise UnpatchableError
