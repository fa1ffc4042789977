"""What the editor's commands do to frames, notes and the dots of links, each in one undo step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSizeF

from app.node_editor.annotations import DotBox, NoteBox
from app.node_editor.arrange import Position, snap
from app.node_editor.links import Link
from app.node_editor.shape import SNAP
from core.storage.canvas_json import (
    DOTS,
    FRAME,
    FRAME_COLORS,
    LONGEST_TITLE,
    NOTE,
    Dot,
    Frame,
    Note,
    copies,
    dots_of,
    frames_of,
    free_key,
    keep_dots,
    leave_frames,
)

if TYPE_CHECKING:
    from app.node_editor.view import NodeView

NOTE_WIDTH = 200.0
NOTE_ROOM = 64.0  # height of one of two lines
NEW_TITLE = "Frame"


class Annotate:
    """Commands on frames, notes and dots."""

    def __init__(self, view: NodeView) -> None:
        self._view = view
        self._scene = view.nodes
        self._document = view.document

    @property
    def _extras(self) -> dict[str, Any]:
        return self._document.extras

    @property
    def selected_frames(self) -> list[str]:
        """Keys of the selected frames, else of those around the selected nodes."""
        frames = self._scene.annotations.frames
        chosen = [key for key in frames if key in self._scene.marks.items]
        selection = self._scene.selection
        around = [key for key, box in frames.items() if not selection.isdisjoint(box.frame.nodes)]
        return chosen or around

    # ----- frames ---------------------------------------------------------------------------

    def frame_selection(self) -> None:
        """Put a frame around the selected nodes, and ask for its title."""
        ids = self._view.edits.selected
        if not ids:
            self._view.show_refusal("Select the nodes to be framed first")
            return
        key = free_key(self._extras, FRAME)

        def change() -> None:
            leave_frames(self._extras, frozenset(ids))
            self._extras[key] = Frame(NEW_TITLE, FRAME_COLORS[0], tuple(ids)).to_json()

        self._view.edits.edit("Frame", change)
        self._scene.choose((), {key})
        self._view.in_place.edit_item(key)

    def leave_frame(self) -> None:
        """Take the selected nodes out of their frames."""
        ids = frozenset(self._scene.selection)
        self._view.edits.edit("Take out of the frame", lambda: leave_frames(self._extras, ids))

    def join(self, key: str, ids: Collection[str]) -> None:
        """Add nodes to a frame, within an edit that goes on."""
        leave_frames(self._extras, frozenset(ids))
        frame = frames_of(self._extras).get(key)
        if frame is not None:
            self._extras[key] = frame._replace(nodes=(*frame.nodes, *ids)).to_json()

    def select_nodes(self, key: str) -> None:
        """Select the nodes of a frame."""
        self._document.select(self._scene.annotations.nodes_of([key]))

    def set_title(self, key: str, title: str) -> str:
        """Give a frame another title. Returns why it can't be, or ""."""
        if len(title) > LONGEST_TITLE:
            return f"A title has at most {LONGEST_TITLE} characters."
        self._change_frame(key, "Change title", self._frame(key)._replace(title=title))
        return ""

    def set_color(self, key: str, color: str) -> None:
        """Give a frame another of FRAME_COLORS."""
        self._change_frame(key, "Change frame’s colour", self._frame(key)._replace(color=color))

    def next_color(self) -> None:
        """Go to the next colour of the selected frames, or of those around the selected nodes."""
        keys = self.selected_frames

        def change() -> None:
            for key in keys:
                frame = self._frame(key)
                place = (FRAME_COLORS.index(frame.color) + 1) % len(FRAME_COLORS)
                self._extras[key] = frame._replace(color=FRAME_COLORS[place]).to_json()

        if keys:
            self._view.edits.edit("Change frame’s colour", change)
        else:
            self._view.show_refusal("Select a frame, or a node in one, first")

    def _frame(self, key: str) -> Frame:
        return self._scene.annotations.frames[key].frame

    def _change_frame(self, key: str, text: str, frame: Frame) -> None:
        self._document.set_extra(key, frame.to_json(), text, self._scene)

    # ----- notes ----------------------------------------------------------------------------

    def add_note(self, text: str, point: QPointF) -> str:
        """A new note at a scene point; returns its key."""
        key = free_key(self._extras, NOTE)
        note = Note(text, snap(point.x()), snap(point.y()), NOTE_WIDTH, self._scene.function)
        self._document.set_extra(key, note.to_json(), "Add note", self._scene)
        self._scene.choose((), {key})
        return key

    def room_for_note(self, point: QPointF) -> QPointF:
        """Where a new note is in sight: at a scene point, or where nodes are there below them."""
        boxes = list(self._scene.boxes.values())
        rect = QRectF(point, QSizeF(NOTE_WIDTH, NOTE_ROOM))
        for _ in boxes:
            bottoms = [box.rect.bottom() for box in boxes if box.rect.intersects(rect)]
            if not bottoms:
                break
            rect.moveTop(max(bottoms) + 2 * SNAP)
        return rect.topLeft() if self._view.visible_area().contains(rect) else point

    def set_note(self, key: str, text: str) -> None:
        """Give a note another text; one without text goes."""
        note = self._scene.annotations.notes[key].note
        if not text.strip():
            self._document.set_extra(key, None, "Delete note", self._scene)
        elif text != note.text:
            changed = note._replace(text=text).to_json()
            self._document.set_extra(key, changed, "Change note", self._scene)

    def keep_note(self, box: NoteBox, text: str) -> None:
        """Keep a note as it is shown now."""
        self._document.set_extra(box.key, box.to_note().to_json(), text, self._scene)

    # ----- dots -----------------------------------------------------------------------------

    def add_dots(self, crossings: Iterable[tuple[Link, QPointF]]) -> None:
        """Guide each link through a point on it; links of one node share the dot of the first."""
        by_source: dict[str, list[tuple[Link, QPointF]]] = {}
        for link, point in crossings:
            by_source.setdefault(link.edge.source, []).append((link, point))

        def change() -> None:
            found = dots_of(self._extras)
            for source, met in by_source.items():
                dots = found.get(source, [])
                link, point = met[0]
                places = [dot.place for dot in link.via[: link.nearest_place(point)]]
                links = tuple((link.edge.target, link.edge.input_index) for link, _ in met)
                dots.insert(places[-1] + 1 if places else 0, Dot(point.x(), point.y(), links))
                keep_dots(self._extras, source, dots)

        if by_source:
            count = len(by_source)
            what = "Add a dot to a link" if count == 1 else f"Add dots to links of {count} nodes"
            self._view.edits.edit(what, change)

    def add_dots_after_selection(self) -> None:
        """A dot in the middle of what leaves each selected node."""
        selection = self._scene.selection
        links = [link for link in self._scene.links.values() if link.edge.source in selection]
        if not links:
            self._view.show_refusal("Select a node with links that leave it first")
        self.add_dots((link, link.path().pointAtPercent(0.5)) for link in links)

    # ----- all of them ----------------------------------------------------------------------

    def keep_moved(self, items: Iterable[NoteBox | DotBox]) -> None:
        """Keep the places of notes and dots as they are shown, within an edit that goes on."""
        dots = dots_of(self._extras)
        for item in items:
            if isinstance(item, NoteBox):
                self._extras[item.key] = item.to_note().to_json()
            else:
                moved = item.dot._replace(x=item.x, y=item.y)
                dots[item.source][item.place] = moved
                keep_dots(self._extras, item.source, dots[item.source])

    def remove(self, keys: Iterable[str]) -> None:
        """Take frames, notes and dots out, within an edit that goes on; nodes stay."""
        gone: dict[str, set[int]] = {}
        for key in keys:
            item = self._scene.annotations.find(key)
            if isinstance(item, DotBox):
                gone.setdefault(item.source, set()).add(item.place)
            elif item is not None:
                self._extras.pop(key, None)
        found = dots_of(self._extras)
        for source, places in gone.items():
            left = (dot for place, dot in enumerate(found[source]) if place not in places)
            keep_dots(self._extras, source, left)

    def add_copies(
        self, extras: Mapping[str, Any], ids: Mapping[str, str], offset: Position
    ) -> None:
        """Add the frames and dots of copied nodes, within an edit that goes on."""
        for key, value in copies(extras, ids, offset).items():
            is_frame = key.startswith(FRAME)
            self._extras[free_key(self._extras, FRAME) if is_frame else key] = value

    def name_of(self, keys: Collection[str]) -> str:
        """What these are, for the name of an undo step."""
        if len(keys) > 1:
            return f"{len(keys)} things"
        kinds = {FRAME: "frame", NOTE: "note", DOTS: "dot"}
        return next(word for kind, word in kinds.items() for key in keys if key.startswith(kind))
