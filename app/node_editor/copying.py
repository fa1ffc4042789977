"""Nodes to and from the clipboard, and expression text to nodes.

The clipboard holds the selection twice: exactly, for pasting here, and as expression text, which
pastes into any editor. Text that was copied elsewhere pastes as the nodes it says.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import QMimeData

from app.node_editor.arrange import Position
from core.expression import ExpressionError, parse, to_text
from core.graph import LEAF, Graph, GraphError, Source
from core.numbers import to_source

MIME = "application/x-micrograd-nodes+json"
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


def piece_of(
    graph: Graph,
    ids: Collection[str],
    positions: Mapping[str, Position],
    extras: Mapping[str, Any],
) -> Piece:
    """A copy of some nodes. Links between them stay; other inputs keep their present numbers."""
    copy = Graph()
    for id in graph.topological_ids():
        if id not in ids:
            continue
        node = graph.nodes[id]
        inputs: list[Source] = [
            source if not isinstance(source, str) or source in ids else graph.nodes[source].data
            for source in node.inputs
        ]
        copy.add(node.op, name=node.name, data=node.data, inputs=inputs, label=node.label, id=id)
        copy.nodes[id].is_auto_named = node.is_auto_named
        copy.nodes[id].is_muted = node.is_muted
    details = {
        key: value
        for key, value in extras.items()
        if key.partition(":")[0] in KEPT_EXTRAS and key.partition(":")[2] in ids
    }
    return Piece(copy, {id: positions[id] for id in ids if id in positions}, details)


def to_mime(piece: Piece) -> QMimeData:
    """For the clipboard: exactly and as text."""
    nodes = [
        {
            "id": node.id, "op": node.op, "name": node.name, "label": node.label,
            "inputs": [s if isinstance(s, str) else {"number": to_source(s)} for s in node.inputs],
            "data": to_source(node.data), "muted": node.is_muted, "auto": node.is_auto_named,
        }
        for node in piece.graph
    ]  # fmt: skip
    kept = {"nodes": nodes, "positions": piece.positions, "extras": piece.extras}
    mime = QMimeData()
    mime.setData(MIME, json.dumps(kept).encode())
    mime.setText(to_text(piece.graph))
    return mime


def from_mime(mime: QMimeData, graph: Graph) -> Piece:
    """What the clipboard holds. Raises GraphError or ExpressionError with a sentence."""
    if mime.hasFormat(MIME):
        try:
            return _exact(json.loads(bytes(mime.data(MIME).data())))
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # another version's, or not ours at all: the text beside it still counts
    if not mime.text().strip():
        raise GraphError("The clipboard holds no nodes and no text.")
    return from_text(mime.text(), graph)


def from_text(text: str, graph: Graph) -> Piece:
    """The nodes that a text says; names that it does not define are the document's nodes.

    Raises ExpressionError as it is for the text alone.
    """
    try:
        return Piece(parse(text))
    except ExpressionError as error:
        names = [node.name for node in graph]
        lines = "".join(f"{name} = 0.0\n" for name in names)
        try:
            parsed = parse(lines + text)
        except ExpressionError:
            raise error from None
    known = {new: graph[name].id for new, name in zip(parsed.nodes, names)}
    return Piece(parsed, known=known)


def _exact(kept: dict[str, Any]) -> Piece:
    graph = Graph()
    for node in kept["nodes"]:
        inputs = [s if isinstance(s, str) else float(s["number"]) for s in node["inputs"]]
        added = graph.add(
            node["op"], name=node["name"], data=float(node["data"]), inputs=inputs,
            label=str(node["label"]), id=str(node["id"]),
        )  # fmt: skip
        added.is_muted, added.is_auto_named = bool(node["muted"]), bool(node["auto"])
    positions = {id: (float(x), float(y)) for id, (x, y) in kept["positions"].items()}
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in positions.values()):
        raise ValueError("a position that is not finite")
    return Piece(graph, positions, kept["extras"])


def insert(graph: Graph, piece: Piece) -> dict[str, str]:
    """Add a piece's nodes to a graph; taken names are replaced. Returns new ids by the piece's."""
    ids = dict(piece.known)
    for id in piece.graph.topological_ids():
        if id in ids:
            continue
        node = piece.graph.nodes[id]
        inputs = [ids[s] if isinstance(s, str) else s for s in node.inputs]
        name = node.name if node.name not in graph and not node.is_auto_named else None
        data = node.data if node.op == LEAF else 0.0
        added = graph.add(node.op, name=name, data=data, inputs=inputs, label=node.label)
        if node.is_muted:
            graph.set_muted(added.id, True)
        ids[id] = added.id
    return {old: new for old, new in ids.items() if old not in piece.known}
