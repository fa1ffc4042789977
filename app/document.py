"""The document: one expression that all views of it share, its undo history and its file.

An edit changes `document.graph` (or positions, or extras) and then calls `commit`, which puts the
difference to the last committed state on the undo stack. While a number is dragged nothing is
committed: `preview_value` shows it live, and on release `set_value` commits one step, or
`cancel_preview` goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.commands import Position, forget_cut_links, forget_nodes
from app.document_base import DocumentBase
from app.document_text import GraphState, Reading
from app.group_details import follow
from core import storage
from core.expression import ExpressionError, SourceMap
from core.flow import Flow
from core.graph import LEAF, Graph, GraphError, NodeState
from core.storage import Project


class Document(DocumentBase):
    """Every edit of the document, by name, its text and its file; see DocumentBase for signals."""

    _flow: Flow | None = None

    # ----- reading --------------------------------------------------------------------------

    @property
    def is_modified(self) -> bool:
        """True while there are changes that no file has."""
        return self._are_settings_modified or not self.undo_stack.isClean()

    @property
    def text(self) -> str:
        """The expression. Of a large graph it may have to be waited for; see `is_text_pending`."""
        return self._writing.wording.text

    @property
    def text_error(self) -> ExpressionError | None:
        """None where the text says the graph."""
        return self._writing.wording.error

    @property
    def source(self) -> SourceMap:
        """Where in the text, or in the last one without a mistake, each node stands."""
        return self._writing.wording.source

    @property
    def is_text_pending(self) -> bool:
        """Whether the text is still being written after an edit; text_changed tells when not."""
        return self._writing.is_pending

    @property
    def flow(self) -> Flow:
        """The graph's numbers as arrays, as of its last evaluation; one for all views."""
        flow = self._flow
        if flow is None or flow.graph is not self.graph or not flow.is_current:
            flow = self._flow = Flow(self.graph)
        flow.update()
        return flow

    def project(self) -> Project:
        """All of the document, to be stored."""
        return Project(
            graph=self.graph,
            text=self.text,
            positions=dict(self.positions),
            model=self.model,
            settings={**self.settings, "view": dict(self.extras)},
        )

    def snapshot(self) -> Project:
        """As `project`, for a thread: nothing in it changes with the document."""
        return replace(self.project(), graph=GraphState.of(self.graph).graph())

    # ----- edits: each one undo step --------------------------------------------------------

    def add_node(
        self, op: str, position: Position | None = None, initiator: object = None
    ) -> str | None:
        """A new node; `op` is a name of the op table, or "value" for a leaf. Returns its id."""

        def change() -> str:
            node = self.graph.add(op)
            if position is not None:
                self.positions[node.id] = position
            return node.id

        what = "value" if op == LEAF else op
        result: str | None = self.edit(f"Add {what}", change, initiator)
        return result

    def connect(  # type: ignore[override]  # QObject.connect is never wanted here
        self, source_id: str, target_id: str, input_index: int, initiator: object = None
    ) -> None:
        """Feed a node's result into an input of another."""
        self.edit(
            "Connect", lambda: self.graph.connect(source_id, target_id, input_index), initiator
        )

    def disconnect(  # type: ignore[override]  # QObject.disconnect is never wanted here
        self, target_id: str, input_index: int, initiator: object = None
    ) -> None:
        """Free an input; it keeps the number that it last received."""
        self.edit("Disconnect", lambda: self.graph.disconnect(target_id, input_index), initiator)

    def set_value(self, id: str, number: float, initiator: object = None) -> None:
        """Set a leaf's number; ends a drag that `preview_value` began."""
        self.preview_value(id, number, initiator)
        self.commit(f"Change {self._name(id)}", initiator)

    def set_input(self, id: str, input_index: int, number: float, initiator: object = None) -> None:
        """Set the number of an input that is not connected; ends a `preview_input` drag."""
        self.preview_input(id, input_index, number, initiator)
        self.commit(f"Change input of {self._name(id)}", initiator)

    def rename(self, id: str, name: str, initiator: object = None) -> None:
        """Give a node another name; the expression text follows."""
        self.edit(f"Rename to {name}", lambda: self.graph.rename(id, name), initiator)

    def delete(self, ids: Iterable[str], initiator: object = None) -> None:
        """Take nodes out, with their connections."""
        ids = list(ids)

        def change() -> None:
            before = self.graph.ids()
            self.graph.remove(ids)
            forget_nodes(before - self.graph.ids(), self.positions, self.extras)

        what = self._name(ids[0]) if len(ids) == 1 else f"{len(ids)} nodes"
        if ids:
            self.edit(f"Delete {what}", change, initiator)

    def move(self, positions: Mapping[str, Position], initiator: object = None) -> None:
        """Put nodes of the node editor at these scene positions."""
        self.positions.update(positions)
        self.positions_changed.emit(initiator)
        self.commit("Move" if len(positions) == 1 else f"Move {len(positions)} nodes", initiator)

    def set_extra(self, key: str, value: Any, text: str, initiator: object = None) -> None:
        """Set a view's own lasting detail (JSON), such as a slider's range; None removes it."""
        if value is None:
            self.extras.pop(key, None)
        else:
            self.extras[key] = value
        self.extras_changed.emit(initiator)
        self.commit(text, initiator)

    def set_text(self, text: str, initiator: object = None) -> None:
        """Take over edited expression text. Where it has a mistake the last good graph stays."""
        if text == self.text:
            return
        self._take_reading(self._writing.read(text, self.graph), initiator)

    def replace_text(self, text: str, what: str, initiator: object = None) -> None:
        """Put another expression in place of this one: an undo step of its own, named `what`."""
        if text != self.text:
            self._take_reading(self._writing.read(text, self.graph), initiator, what)

    def set_text_later(self, text: str, initiator: object = None) -> None:
        """As `set_text`, read in a thread; dropped where the document changes before."""
        if text != self.text:
            self._writing.read_later(
                text, self.graph, lambda reading: self._take_reading(reading, initiator)
            )

    # ----- live changes, not committed ------------------------------------------------------

    def preview_value(self, id: str, number: float, initiator: object = None) -> None:
        """Show a leaf's number live, in all views, without an undo step."""
        try:
            self.graph.set_data(id, number)
        except GraphError as error:
            self.refused.emit(str(error))
            return
        self.graph.evaluate()
        self._writing.show_number(self.graph, id, number, None, initiator)
        self._tell_values(initiator)

    def preview_input(
        self, id: str, input_index: int, number: float, initiator: object = None
    ) -> None:
        """Show the number of an input that is not connected live, without an undo step."""
        if id in self.graph.groups.instances:  # its numbers are leaves
            self.preview_value(self.graph.groups.instances[id].arguments[input_index], number)
            return
        try:
            self.graph.set_input(id, input_index, number)
        except GraphError as error:
            self.refused.emit(str(error))
            return
        self.graph.evaluate()
        self._writing.show_number(self.graph, id, number, input_index, initiator)
        self._tell_values(initiator)

    # ----- training set-up ------------------------------------------------------------------

    def set_settings(self, settings: Mapping[str, Any], initiator: object = None) -> None:
        """Keep the training tab's set-up (JSON) with the document."""
        if dict(settings) != self.settings:
            self.settings = dict(settings)
            self._are_settings_modified = True
            self.settings_changed.emit(initiator)
            self.file_changed.emit()

    def set_model(self, model: dict[str, Any] | None, initiator: object = None) -> None:
        """Keep the training tab's network and weights (JSON) with the document."""
        if model != self.model:
            self.model = model
            self._are_settings_modified = True
            self.settings_changed.emit(initiator)
            self.file_changed.emit()

    # ----- files ----------------------------------------------------------------------------

    def new(self) -> None:
        """An empty document, without a file."""
        self.path = None
        self._reset_to(Project(graph=Graph()))

    def open(self, path: Path | str) -> None:
        """Replace the document by a file's. StorageError leaves it as it was."""
        project = storage.load(path)
        self.path = Path(path).absolute()
        self._reset_to(project)

    def open_project(
        self, project: Project, *, path: Path | None = None, is_modified: bool = False
    ) -> None:
        """Replace the document by a project: a file's, an example, a recovery.

        `is_modified`: no file has it as it is, so that the user is asked before it is lost.
        """
        self.path = path
        self._reset_to(project)
        if is_modified:
            self._are_settings_modified = True
            self.file_changed.emit()

    def save(self, path: Path | str | None = None) -> None:
        """Write the file, atomically. StorageError where it can't be written."""
        target = Path(path) if path is not None else self.path
        if target is None:
            raise storage.StorageError("The document has no file yet: choose a name for it.")
        storage.save(self.project(), target)
        self.path = target.absolute()
        self._are_settings_modified = False
        self.undo_stack.setClean()
        self.saved.emit()
        self.file_changed.emit()

    # ----- within ---------------------------------------------------------------------------

    def _take_reading(self, reading: Reading, initiator: object, what: str = "") -> None:
        """The graph that an edited text says, with the ids of the nodes whose names remain."""
        self._writing.take(reading.wording)
        merged = reading.merged
        if merged is not None:
            self._take_graph(merged, reading.wording.said.nodes, initiator)
        self.text_changed.emit(initiator)
        self.commit(what or "Edit text", initiator, is_typing=not what)

    def _take_graph(self, merged: Graph, after: Mapping[str, NodeState], initiator: object) -> None:
        revision = self.graph.revision
        now, before = self.graph.state(), self.graph.ids()
        changed: dict[str, Any] = {id: None for id in now if id not in after}
        changed |= {id: state for id, state in after.items() if now.get(id) != state}
        order = list(after) if list(after) != list(now) else None
        self.graph.restore(changed, order, merged.chosen_output, merged.groups)
        self.graph.evaluate()
        lost = before - self.graph.ids()
        extras = dict(self.extras)
        forget_nodes(lost, self.positions, self.extras)
        follow(self._committed, self.graph, self.extras)
        forget_cut_links(self.graph, self.extras)
        self._drop_lost_selection()
        if self.graph.revision != revision:
            self.structure_changed.emit(initiator)
        if extras != self.extras:
            self.extras_changed.emit(initiator)
        self._tell_values(initiator)

    def _name(self, id: str) -> str:
        node, group = self.graph.nodes.get(id), self.graph.groups.instances.get(id)
        return group.function if group else node.name if node else id
