"""Nodes to and from the clipboard, and expression text to nodes.

The clipboard holds the selection as expression text, which pastes into any editor. As long as it
is still there, the nodes paste exactly as they were, with places and details; text that was
copied elsewhere pastes as the nodes it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtGui import QGuiApplication

from app.node_editor.arrange import Position
from core.expression import ExpressionError, definition_text, parse, to_text
from core.graph import LEAF, Graph, GraphError, Source
from core.groups import Definition, Groups, definition_order, grouping
from core.groups.sheets import beneath
from core.storage.canvas_json import DOTS, FRAME

KEPT_EXTRAS = ("collapsed", "slider")


class Piece:
    """Nodes on their way into a document: their graph, places and details by id."""

    def __init__(
        self,
        graph: Graph,
        positions: Mapping[str, Position] | None = None,
        extras: Mapping[str, Any] | None = None,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self.graph = graph
        self.positions = dict(positions or {})
        self.extras = dict(extras or {})
        self.known = dict(known or {})  # ids of the piece that are nodes of the document already

    @property
    def units(self) -> list[str]:
        """Ids of the new nodes and groups."""
        return [id for id in self.graph.outline().units if id not in self.known]


_copied: tuple[str, Piece] | None = None  # the text that is on the clipboard, and what it was


def piece_of(
    graph: Graph,
    ids: Collection[str],
    positions: Mapping[str, Position],
    extras: Mapping[str, Any],
) -> Piece:
    """A copy of some nodes. Links between them stay; other inputs keep their present numbers."""
    copy = Graph()
    copy.set_groups(Groups(_used_by(graph, ids)))
    copied: dict[str, str] = {}  # by the node of the graph
    names = {graph.nodes[result].name for id in ids for result in _results(graph, id)}

    def taken(source: Source) -> Source:
        if not isinstance(source, str):
            return source
        return copied[source] if source in copied else graph.nodes[source].data

    for id in graph.topological_ids():
        if id not in ids:
            continue
        node = graph.nodes[id]
        inputs = [taken(source) for source in node.inputs]
        instance = graph.groups.instances.get(id)
        if instance is not None:
            results = [graph.nodes[result] for result in instance.results]
            made = grouping.call(copy, instance.function, inputs, reserved=names)
            for result, now in zip(results, copy.groups.instances[made].results):
                copied[result.id] = now
                if not result.is_auto_named:
                    copy.rename(now, result.name)
            if instance.is_muted:
                copy.set_muted(made, True)
            copied[id] = made
            continue
        free = id if id not in copy.nodes else None  # what is in a group has got new ids
        now = copy.add(
            node.op, name=node.name, data=node.data, inputs=inputs, label=node.label, id=free
        ).id
        copy.nodes[now].is_auto_named = node.is_auto_named
        copy.nodes[now].is_muted = node.is_muted
        copied[id] = now
    details = {key: value for key, value in extras.items() if key.startswith((FRAME, DOTS))}
    for key, value in extras.items():
        kind, _, id = key.partition(":")
        if kind in KEPT_EXTRAS and id in copied and id in ids:
            details[f"{kind}:{copied[id]}"] = value
    places = {copied[id]: positions[id] for id in ids if id in positions and id in copied}
    return Piece(copy, places, details)


def _results(graph: Graph, id: str) -> tuple[str, ...]:
    """The nodes that others can use: the node itself, or a group's outputs."""
    instance = graph.groups.instances.get(id)
    return (id,) if instance is None else instance.results


def _used_by(graph: Graph, ids: Collection[str]) -> dict[str, Definition]:
    """The definitions of the groups among these, and of all groups in them."""
    groups = graph.groups
    used = {groups.instances[id].function for id in ids if id in groups.instances}
    order = definition_order(groups.definitions)
    for name in reversed(order):
        if name in used:
            used |= {call.function for call in groups.definitions[name].calls}
    return {name: groups.definitions[name] for name in order if name in used}


def copy_to_clipboard(piece: Piece) -> None:
    """Put a piece on the clipboard as expression text, and remember it as it is."""
    global _copied
    text = to_text(piece.graph)
    # Text only: a QMimeData made in Python with a format of our own would be deleted by Qt after
    # the interpreter has gone, and that crashes at exit.
    QGuiApplication.clipboard().setText(text)
    _copied = text, piece


def from_clipboard(graph: Graph) -> Piece:
    """What the clipboard holds. Raises GraphError or ExpressionError with a sentence."""
    text = QGuiApplication.clipboard().text()
    if not text.strip():
        raise GraphError("The clipboard holds no nodes and no text.")
    if _copied is not None and _copied[0] == text:
        return _copied[1]
    return from_text(text, graph)


def from_text(text: str, graph: Graph) -> Piece:
    """The nodes that a text says; names that it does not define are the document's nodes.

    Raises ExpressionError as it is for the text alone.
    """
    try:
        return Piece(parse(text))
    except ExpressionError as error:
        whole = beneath(graph)
        definitions = whole.groups.definitions
        names = [node.name for node in whole if not whole.groups.is_hidden(node.id)]
        lines = "".join(
            definition_text(definitions, name) + "\n" for name in definition_order(definitions)
        )
        lines += "".join(f"{name} = 0.0\n" for name in names)
        try:
            parsed = parse(lines + text)
        except ExpressionError:
            raise error from None
    known = {new: whole[name].id for new, name in zip(parsed.nodes, names)}
    return Piece(parsed, known=known)


def insert(graph: Graph, piece: Piece) -> dict[str, str]:
    """Add a piece's nodes to a graph; taken names are replaced. Returns new ids by the piece's."""
    ids = dict(piece.known)
    functions = grouping.take_definitions(graph, piece.graph.groups.definitions)
    for id in piece.graph.outline().order():
        if id in ids:
            continue
        unit = piece.graph.outline().units[id]
        inputs = [ids[s] if isinstance(s, str) else s for s in unit.inputs]
        if unit.function:
            made = grouping.call(graph, functions[unit.function], inputs)
            if piece.graph.groups.instances[id].is_muted:
                graph.set_muted(made, True)
            ids[id] = made
            for result, now in zip(unit.results, graph.groups.instances[made].results):
                ids[result] = now
                former = piece.graph.nodes[result]
                if not former.is_auto_named and former.name not in graph:
                    graph.rename(now, former.name)
            continue
        node = piece.graph.nodes[id]
        is_free = node.name not in graph and node.name not in graph.groups.definitions
        name = node.name if is_free and not node.is_auto_named else None
        data = node.data if node.op == LEAF else 0.0
        added = graph.add(node.op, name=name, data=data, inputs=inputs, label=node.label)
        if node.is_muted:
            graph.set_muted(added.id, True)
        ids[id] = added.id
    hidden = {result for unit in piece.graph.outline().units.values() if unit.function
              for result in unit.results}  # fmt: skip
    return {old: new for old, new in ids.items() if old not in piece.known and old not in hidden}
