"""What stands on the canvas besides the nodes: frames, notes and the dots that guide links.

They live among a project's view details, `settings["view"]`, as JSON under keys of their own:

"frame/1": {"title": "neuron", "color": "violet", "nodes": ["3", "5"]}
"note/1":  {"text": "try a = 0", "x": 40.0, "y": 8.0, "width": 200.0}   within a group also
           "function": "f"
"dots:3":  [{"x": 80.0, "y": 24.0, "links": [["5", 0]]}]     of the links that leave node 3
"slider:3": [-5.0, 5.0]                                       the range of a leaf's slider
"""

from collections.abc import Callable, Iterable, Mapping, Set
from math import isfinite
from typing import Any, NamedTuple

from core.storage.strict_json import StorageError, get, number, shorten, shown, typed

FRAME, NOTE, DOTS, SLIDER = "frame/", "note/", "dots:", "slider:"
FRAME_COLORS = ("grey", "violet", "pink", "yellow")
LONGEST_TITLE = 200  # characters
LONGEST_NOTE = 10_000
NARROWEST, WIDEST = 80.0, 1000.0  # of a note


class Frame(NamedTuple):
    """Nodes that belong together, by id, with a title and one of FRAME_COLORS."""

    title: str
    color: str
    nodes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "color": self.color, "nodes": list(self.nodes)}


class Note(NamedTuple):
    """A text on the canvas; its height follows from the text.

    function: the group in which it stands, "" outside of groups.
    """

    text: str
    x: float
    y: float
    width: float
    function: str = ""

    def to_json(self) -> dict[str, Any]:
        document = self._asdict()
        if not self.function:
            del document["function"]
        return document


class Dot(NamedTuple):
    """A point that links of one node pass through: `links` are (target, input index)."""

    x: float
    y: float
    links: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        return {"x": self.x, "y": self.y, "links": [list(link) for link in self.links]}


def check_view(view: Mapping[str, Any]) -> None:
    """StorageError unless all frames, notes, dots and sliders can be read."""
    frames_of(view), notes_of(view), dots_of(view)
    for key, value in view.items():
        if key.startswith(SLIDER):
            _check_range(value, _where(key))


def frames_of(view: Mapping[str, Any]) -> dict[str, Frame]:
    """The frames among a view's details, by key."""
    return {key: _frame(value, _where(key)) for key, value in view.items() if key.startswith(FRAME)}


def notes_of(view: Mapping[str, Any]) -> dict[str, Note]:
    """The notes among a view's details, by key."""
    return {key: _note(value, _where(key)) for key, value in view.items() if key.startswith(NOTE)}


def dots_of(view: Mapping[str, Any]) -> dict[str, list[Dot]]:
    """The dots among a view's details: by the node whose links they guide, along these links."""
    found = {}
    for key, value in view.items():
        if key.startswith(DOTS):
            where = _where(key)
            dots = [_dot(dot, f"{where}[{i}]") for i, dot in enumerate(typed(value, list, where))]
            found[key.removeprefix(DOTS)] = dots
    return found


def leave_frames(view: dict[str, Any], ids: Set[str]) -> bool:
    """Take nodes out of their frames, and out with a frame that is empty then; True if any was."""
    is_changed = False
    for key, frame in frames_of(view).items():
        if ids.isdisjoint(frame.nodes):
            continue
        is_changed = True
        left = tuple(id for id in frame.nodes if id not in ids)
        if left:
            view[key] = frame._replace(nodes=left).to_json()
        else:
            del view[key]
    return is_changed


def keep_dots(view: dict[str, Any], source: str, dots: Iterable[Dot]) -> None:
    """Let these be the dots of a node's links; those that guide none go."""
    kept = [dot.to_json() for dot in dots if dot.links]
    if kept:
        view[DOTS + source] = kept
    else:
        view.pop(DOTS + source, None)


def cut_from_dots(view: dict[str, Any], is_cut: Callable[[str, str, int], bool]) -> bool:
    """Take links off their dots where `is_cut(source, target, input index)`; True if any was."""
    is_changed = False
    for source, dots in dots_of(view).items():
        left = [
            dot._replace(links=tuple(link for link in dot.links if not is_cut(source, *link)))
            for dot in dots
        ]
        if left != dots:
            is_changed = True
            keep_dots(view, source, left)
    return is_changed


def forget_members(view: dict[str, Any], gone: Set[str]) -> bool:
    """Take nodes that are gone out of frames, and their inputs off dots; True if any was there."""
    is_framed = leave_frames(view, gone)
    return cut_from_dots(view, lambda _source, target, _index: target in gone) or is_framed


def copies(
    view: Mapping[str, Any], ids: Mapping[str, str], offset: tuple[float, float]
) -> dict[str, Any]:
    """The frames and dots that are about none but the nodes `ids`, for the nodes' copies.

    ids: the copies' ids by the nodes'. offset: how far the copies are from the nodes.
    """
    made: dict[str, Any] = {}
    for key, frame in frames_of(view).items():
        if ids.keys() >= set(frame.nodes):
            made[key] = frame._replace(nodes=tuple(ids[id] for id in frame.nodes)).to_json()
    for source, dots in dots_of(view).items():
        if source in ids:
            moved = [
                Dot(
                    dot.x + offset[0],
                    dot.y + offset[1],
                    tuple((ids[id], index) for id, index in dot.links if id in ids),
                )
                for dot in dots
            ]
            keep_dots(made, ids[source], moved)
    return made


def free_key(view: Mapping[str, Any], kind: str) -> str:
    """A key for one more frame or note."""
    count = 1
    while f"{kind}{count}" in view:
        count += 1
    return f"{kind}{count}"


# ----- one at a time ------------------------------------------------------------------------


def _where(key: str) -> str:
    return f"settings.view.{shorten(key)}"


def _frame(value: Any, where: str) -> Frame:
    item = typed(value, dict, where)
    title = get(item, "title", str, where)
    if len(title) > LONGEST_TITLE:
        raise StorageError(f"A title has at most {LONGEST_TITLE} characters.", f"{where}.title")
    color = get(item, "color", str, where)
    if color not in FRAME_COLORS:
        known = ", ".join(FRAME_COLORS)
        raise StorageError(
            f"There is no frame colour {shown(color)}.", f"{where}.color", f"There are: {known}."
        )
    nodes = get(item, "nodes", list, where)
    ids = tuple(typed(id, str, f"{where}.nodes[{i}]") for i, id in enumerate(nodes))
    if len(set(ids)) != len(ids):
        raise StorageError("A node is in it twice.", f"{where}.nodes")
    return Frame(title, color, ids)


def _note(value: Any, where: str) -> Note:
    item = typed(value, dict, where)
    text = get(item, "text", str, where)
    if len(text) > LONGEST_NOTE:
        raise StorageError(f"A note has at most {LONGEST_NOTE:,} characters.", f"{where}.text")
    width = _finite(item, "width", where)
    if not NARROWEST <= width <= WIDEST:
        raise StorageError(
            f"A note is {NARROWEST:g} to {WIDEST:g} wide, not {width:g}.", f"{where}.width"
        )
    function = get(item, "function", str, where, "")
    return Note(text, _finite(item, "x", where), _finite(item, "y", where), width, function)


def _dot(value: Any, where: str) -> Dot:
    item = typed(value, dict, where)
    links = []
    for i, link in enumerate(get(item, "links", list, where)):
        place = f"{where}.links[{i}]"
        if len(typed(link, list, place)) != 2:
            raise StorageError("A link is a list of a node and the index of its input.", place)
        links.append((typed(link[0], str, place), typed(link[1], int, place)))
    return Dot(_finite(item, "x", where), _finite(item, "y", where), tuple(links))


def _check_range(value: Any, where: str) -> None:
    if len(typed(value, list, where)) != 2:
        raise StorageError("A slider's range is a list of two numbers.", where)
    low, high = (number(end, where) for end in value)
    if not (isfinite(low) and isfinite(high) and low < high):
        raise StorageError(
            f"A slider can't go from {low:g} to {high:g}.", where, "The first is to be smaller."
        )


def _finite(item: dict[str, Any], key: str, where: str) -> float:
    result = number(item.get(key), f"{where}.{key}")
    if not isfinite(result):
        raise StorageError("This should be a finite number.", f"{where}.{key}")
    return result
