"""Frames, notes and the dots of links as the editor shows them, and what lies under the pointer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, qAddPostRoutine

from app.node_editor.texts import Style, metrics
from core.storage.canvas_json import DOTS, Dot, Frame, Note, dots_of, frames_of, notes_of

if TYPE_CHECKING:
    from app.node_editor.boxes import NodeBox
    from app.node_editor.index import SceneIndex
    from app.node_editor.links import Link

FRAME_GAP = 20.0  # from a frame's edge to its nodes
TITLE_HEIGHT = 30.0
EDGE_REACH = 5.0  # pixels around an edge that count as on it
NOTE_MARGIN = 12.0
DOT_RADIUS = 5.0
DOTS_FROM = 0.25  # zoom; further out links are straight and have no dots
DOT_REACH = 10.0  # pixels around a dot that count as on it


class Movable(Protocol):
    """What can be carried about: a node, a note or a dot."""

    x: float
    y: float


class ItemPart(Enum):
    """What of a frame, note or dot the pointer is over."""

    BODY = auto()  # the title and the edge of a frame
    SIDE = auto()  # the right edge of a note, which can be dragged


@dataclass(frozen=True)
class ItemHit:
    """The frame, note or dot under the pointer."""

    key: str
    part: ItemPart = ItemPart.BODY


class FrameBox:
    """A frame on the canvas: around its nodes, wherever they are."""

    __slots__ = ("frame", "key", "rect")

    def __init__(self, key: str, frame: Frame) -> None:
        self.key, self.frame = key, frame
        self.rect = QRectF()

    @property
    def title_rect(self) -> QRectF:
        return QRectF(self.rect.topLeft(), QPointF(self.rect.right(), self.rect.top())).adjusted(
            0, 0, 0, TITLE_HEIGHT
        )

    def hit(self, point: QPointF, zoom: float) -> ItemHit | None:
        """The title and the edge; within a frame is canvas, so that it can be selected in."""
        reach = EDGE_REACH / zoom
        if not self.rect.adjusted(-reach, -reach, reach, reach).contains(point):
            return None
        inside = self.rect.adjusted(reach, TITLE_HEIGHT, -reach, -reach)
        return None if inside.contains(point) else ItemHit(self.key)


class NoteBox:
    """A note on the canvas."""

    __slots__ = ("height", "key", "note", "width", "x", "y")

    def __init__(self, key: str, note: Note) -> None:
        self.key, self.note = key, note
        self.x, self.y, self.width = note.x, note.y, note.width
        self.height = note_height(note.text, note.width)

    @property
    def rect(self) -> QRectF:
        return QRectF(self.x, self.y, self.width, self.height)

    def put_back(self) -> None:
        """Be where the document has it."""
        self.x, self.y = self.note.x, self.note.y

    def stretch(self, width: float) -> None:
        """Show the note with another width."""
        self.width, self.height = width, note_height(self.note.text, width)

    def hit(self, point: QPointF, zoom: float) -> ItemHit | None:
        reach, rect = EDGE_REACH / zoom, self.rect
        if not rect.adjusted(0, 0, reach, 0).contains(point):
            return None
        is_at_side = abs(point.x() - rect.right()) <= reach
        return ItemHit(self.key, ItemPart.SIDE if is_at_side else ItemPart.BODY)

    def to_note(self) -> Note:
        """The note as it is shown."""
        return self.note._replace(x=self.x, y=self.y, width=self.width)


class DotBox:
    """A dot that links of one node pass through."""

    __slots__ = ("dot", "links", "place", "source", "x", "y")

    def __init__(self, source: str, place: int, dot: Dot) -> None:
        self.source, self.place, self.dot = source, place, dot
        self.x, self.y = dot.x, dot.y
        self.links: list[Link] = []

    def put_back(self) -> None:
        """Be where the document has it."""
        self.x, self.y = self.dot.x, self.dot.y

    @property
    def key(self) -> str:
        return f"{DOTS}{self.source}#{self.place}"

    @property
    def position(self) -> QPointF:
        return QPointF(self.x, self.y)

    @property
    def rect(self) -> QRectF:
        around = DOT_RADIUS + 1.5
        return QRectF(self.x - around, self.y - around, 2 * around, 2 * around)

    def hit(self, point: QPointF, zoom: float) -> ItemHit | None:
        away = point - self.position
        reach = DOT_REACH / max(zoom, 0.5)
        return ItemHit(self.key) if QPointF.dotProduct(away, away) <= reach**2 else None


Item = FrameBox | NoteBox | DotBox


class Annotations:
    """All that a document has of them."""

    def __init__(self) -> None:
        self.frames: dict[str, FrameBox] = {}
        self.notes: dict[str, NoteBox] = {}
        self.dots: dict[str, DotBox] = {}
        self._shown: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """True if there are any."""
        return bool(self.frames or self.notes or self.dots)

    def rebuild(
        self,
        extras: Mapping[str, Any],
        boxes: Mapping[str, NodeBox],
        links: Iterable[Link],
        function: str = "",
    ) -> None:
        """Make all anew; a frame without nodes and a dot without links are not shown.

        function: the group whose notes are, "" for those outside of groups.
        """
        self._shown = frozenset(boxes)
        self.frames = {
            key: FrameBox(key, frame)
            for key, frame in frames_of(extras).items()
            if not boxes.keys().isdisjoint(frame.nodes)
        }
        self.notes = {
            key: NoteBox(key, note)
            for key, note in notes_of(extras).items()
            if note.function == function
        }
        self.dots = {}
        found = dots_of(extras)
        if not found:
            return
        by_input = {(link.edge.target, link.edge.input_index): link for link in links}
        for source, dots in found.items():
            for place, dot in enumerate(dots):
                shown = DotBox(source, place, dot)
                led = [by_input[input_] for input_ in dot.links if input_ in by_input]
                shown.links = [link for link in led if link.edge.source == source]
                if shown.links:
                    self.dots[shown.key] = shown
                for link in shown.links:
                    link.via = (*link.via, shown)

    def refresh(self, index: SceneIndex) -> None:
        """Put the frames around their nodes, wherever these are now."""
        for box in self.frames.values():
            inside = index.bounds_of(box.frame.nodes)
            box.rect = inside.adjusted(
                -FRAME_GAP, -FRAME_GAP / 2 - TITLE_HEIGHT, FRAME_GAP, FRAME_GAP
            )

    def find(self, key: str) -> Item | None:
        """The frame, note or dot of that key."""
        return self.frames.get(key) or self.notes.get(key) or self.dots.get(key)

    def hit(self, point: QPointF, zoom: float) -> ItemHit | None:
        """What lies under a scene point, dots before notes before frames."""
        dots = self.dots.values() if zoom >= DOTS_FROM else ()
        items: list[Item] = [*self.frames.values(), *self.notes.values(), *dots]
        hits = (item.hit(point, zoom) for item in reversed(items))
        return next((hit for hit in hits if hit is not None), None)

    def touched(self, area: QRectF) -> set[str]:
        """Keys of the notes and dots that a rect touches, and of the frames all inside it."""
        boxes: list[NoteBox | DotBox] = [*self.notes.values(), *self.dots.values()]
        found = {item.key for item in boxes if item.rect.intersects(area)}
        return found | {key for key, box in self.frames.items() if area.contains(box.rect)}

    def bounds(self) -> QRectF:
        """The rect around all of them."""
        items: list[Item] = [*self.frames.values(), *self.notes.values(), *self.dots.values()]
        united = QRectF()
        for item in items:
            united = united.united(item.rect)
        return united

    def nodes_of(self, keys: Iterable[str]) -> set[str]:
        """Ids of the nodes in these frames, as far as they are shown."""
        frames = [self.frames[key].frame for key in keys if key in self.frames]
        return {id for frame in frames for id in frame.nodes if id in self._shown}

    def carried(self, ids: Collection[str], keys: Collection[str]) -> list[NoteBox | DotBox]:
        """What moves along with these nodes and items.

        These notes and dots themselves, notes inside these frames, and dots whose links have both
        ends among the nodes.
        """
        areas = [self.frames[key].rect for key in keys if key in self.frames]
        notes = [
            note for note in self.notes.values()
            if note.key in keys or any(area.contains(note.rect.center()) for area in areas)
        ]  # fmt: skip
        dots = [
            dot for dot in self.dots.values()
            if dot.key in keys
            or (dot.source in ids and all(link.edge.target in ids for link in dot.links))
        ]  # fmt: skip
        return [*notes, *dots]

    def frame_at(self, point: QPointF, ids: Collection[str], index: SceneIndex) -> str | None:
        """The key of the frame that these nodes would join if they were dropped at a point.

        A frame reaches around its other nodes; None where they are in it already.
        """
        for key, box in reversed(self.frames.items()):
            others = [id for id in box.frame.nodes if id not in ids]
            if len(others) == len(box.frame.nodes) and box.rect.contains(point):
                return key
        return None


@lru_cache(maxsize=512)
def note_height(text: str, width: float) -> float:
    """The height of a note that shows all of `text`."""
    room = QRectF(0, 0, width - 2 * NOTE_MARGIN, 1e6)
    flags = Qt.TextFlag.TextWordWrap
    return max(36.0, metrics(Style.BODY).boundingRect(room, flags, text).height() + 20.0)


qAddPostRoutine(note_height.cache_clear)
