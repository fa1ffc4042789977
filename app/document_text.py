"""The document's expression text: what it says, and how it follows an edit of the graph.

The text of a large graph is written in a thread: until it is there the former one is shown, and
whoever asks for it before waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background
from core.expression import (
    ExpressionError,
    SourceMap,
    is_same_expression,
    merge,
    parse_with_source,
    rewrite,
    write,
)
from core.graph import Graph, NodeState
from core.groups import Groups

MOST_KNOWN = 16  # versions of which more than the text is kept
AT_ONCE = 150  # nodes of a graph whose text is written while the window waits


class GraphState(NamedTuple):
    """All of a graph that its text tells, at one moment."""

    nodes: Mapping[str, NodeState]
    output: tuple[str | None, bool] = (None, False)
    groups: Groups = Groups()

    @classmethod
    def of(cls, graph: Graph) -> GraphState:
        return cls(graph.state(), graph.chosen_output, graph.groups)

    def graph(self) -> Graph:
        """A graph of its own in this state, not evaluated."""
        graph = Graph()
        graph.restore(self.nodes, list(self.nodes), self.output, self.groups)
        return graph


@dataclass(frozen=True)
class Wording:
    """A text and what is known of it.

    error: its mistake. sound, said, source: the text itself or the last one without a mistake,
    the graph that this says, and where.
    """

    text: str = ""
    error: ExpressionError | None = None
    sound: str = ""
    said: GraphState = field(default_factory=lambda: GraphState({}))
    source: SourceMap = field(default_factory=SourceMap)


@dataclass(eq=False)
class Version:
    """The text of one state of the document; `wording` is None until it has been written.

    Of a state long ago only the `text` is kept: what is known of it takes a megabyte for 1,000
    nodes, and is found again where somebody goes back so far.
    """

    wording: Wording | None
    text: str | None = None

    def forget(self) -> None:
        if self.wording is not None and self.wording.error is None:
            self.text, self.wording = self.wording.text, None

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, Version):
            return self is other
        one, another = (v.text if v.wording is None else v.wording.text for v in (self, other))
        return one is not None and one == another


class Reading(NamedTuple):
    """A text that was read, and the graph to which it makes another one; None for a mistake."""

    wording: Wording
    merged: Graph | None


def rewritten(former: Wording, state: GraphState) -> Wording:
    """The text after an edit of the graph, with its comments and untouched lines."""
    text, source = rewrite(former.sound, former.source, former.said.graph(), state.graph())
    return Wording(text, None, text, state, source)


def read(text: str, former: Wording, state: GraphState) -> Reading:
    """What an edited text makes of a graph in this state: nodes keep their ids."""
    try:
        parsed, source = parse_with_source(text)
    except ExpressionError as error:
        return Reading(replace(former, text=text, error=error), None)
    merged, ids = merge(state.graph(), parsed)
    return Reading(Wording(text, None, text, GraphState.of(merged), source.with_ids(ids)), merged)


def located(text: str, state: GraphState) -> Wording:
    """What is known of a text that says a graph in this state."""
    parsed, source = parse_with_source(text)
    _merged, ids = merge(state.graph(), parsed)
    return Wording(text, None, text, state, source.with_ids(ids))


def opened(text: str, state: GraphState) -> Wording:
    """What is known of a file's text; it is written anew where it says another graph."""
    graph = state.graph()
    try:
        parsed, source = parse_with_source(text)
    except ExpressionError as error:
        return Wording(text, error)
    if not is_same_expression(graph, parsed):
        text, source = write(graph)
    else:
        source = source.with_ids(merge(graph, parsed)[1])
    return Wording(text, None, text, state, source)


class DocumentText(QObject):
    """The present text of a document and how it changes. changed(initiator)."""

    changed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.version = Version(Wording())
        self._known = Wording()  # the last that was written; of the graph then
        self._recent: deque[Version] = deque([self.version])
        self._background = Background(self)
        self._make: Callable[[], Wording] | None = None  # writes the present version
        self._open: Callable[[], Wording] | None = None  # finds out what is not known yet of it

    @property
    def wording(self) -> Wording:
        """The present text; waits for it where it is still being written."""
        version = self.version
        if version.wording is None:
            assert self._make is not None
            version.wording = self._known = self._make()
            self._background.cancel()
            QTimer.singleShot(0, self, lambda: self._tell(version, None))
        return version.wording

    @property
    def is_pending(self) -> bool:
        """Whether the text is still being written."""
        return self.version.wording is None

    def reset(self, text: str, graph: Graph) -> None:
        """The text of another document. Where in a long one each node stands is known soon."""
        state = GraphState.of(graph)
        if len(state.nodes) <= AT_ONCE:
            self.take(opened(text, state))
            return
        self.take(Wording(text, None, text, state))
        self._open = lambda: opened(text, state)
        self._background.run(self._open, self._take_opened)

    def _take_opened(self, wording: Wording) -> None:
        self._open = None
        self.version.wording = self._known = wording
        self._tell(self.version, None)

    def _former(self) -> Wording:
        """The last text that was written; of a document just opened it is waited for."""
        if self._open is not None:
            self._background.cancel()
            self._take_opened(self._open())
        return self._known

    def take(self, wording: Wording) -> None:
        """Have this text from now on; whoever calls tells `changed`."""
        self._background.cancel()
        self._show(Version(wording))
        self._known, self._open = wording, None

    def follow(self, state: GraphState, initiator: object) -> None:
        """Let the text follow an edit of the graph, which is in this state now."""
        if self._write(Version(None), state, initiator):
            self.changed.emit(initiator)

    def go_to(self, version: Version, state: GraphState) -> bool:
        """Have the text of this former state of the graph. Whether it is there and new."""
        is_same = version == self.version
        if version.wording is None:  # another edit came before it had been written
            return not is_same and self._write(version, state, None)
        self._background.cancel()
        self._show(version)
        self._known = version.wording
        return not is_same

    def read(self, text: str, graph: Graph) -> Reading:
        """What an edited text makes of the document's graph."""
        return read(text, self._former(), GraphState.of(graph))

    def read_later(self, text: str, graph: Graph, deliver: Callable[[Reading], None]) -> None:
        """As `read`, in a thread. Nothing is delivered where the document changed meanwhile."""
        version, revision = self.version, graph.revision
        known, state = self._known, GraphState.of(graph)
        former = self._open or (lambda: known)

        def finish(reading: Reading) -> None:
            if (version, revision) == (self.version, graph.revision):
                deliver(reading)

        self._background.run(lambda: read(text, former(), state), finish)

    def show_number(
        self, graph: Graph, id: str, number: float, input_index: int | None, initiator: object
    ) -> None:
        """Let the text follow a number that is dragged, cheaply: once a frame."""
        if self.is_pending:
            self.follow(GraphState.of(graph), initiator)
            return
        known = self._former()
        if known.error is not None:
            return
        source = known.source.copy()
        replaced = source.replace_number(known.text, id, number, input_index)
        if replaced is None:
            self.follow(GraphState.of(graph), initiator)
            return
        shown = [twin for twin, _ in graph.groups.twins(id, input_index)]
        nodes = {**known.said.nodes, **{twin: graph.nodes[twin].state() for twin in shown}}
        text, said = replaced.text, GraphState(nodes, known.said.output, graph.groups)
        self.take(Wording(text, None, text, said, source))
        self.changed.emit(initiator)

    def _write(self, version: Version, state: GraphState, initiator: object) -> bool:
        """Write the text of a version of the graph: now (True), or soon."""
        former, text = self._former(), version.text

        def make() -> Wording:
            if text is not None:
                return located(text, state)
            return rewritten(former, state)

        self._make = make
        self._show(version)
        if len(state.nodes) <= AT_ONCE:
            self._background.cancel()
            version.wording = self._known = make()
            return True

        def deliver(wording: Wording) -> None:
            if version.wording is None:
                version.wording = wording
            if version is self.version:
                self._known = version.wording
            self._tell(version, initiator)

        self._background.run(make, deliver)
        return False

    def _show(self, version: Version) -> None:
        self.version = version
        self._recent = deque([other for other in self._recent if other is not version])
        self._recent.append(version)
        if len(self._recent) > MOST_KNOWN:
            self._recent.popleft().forget()

    def _tell(self, version: Version, initiator: object) -> None:
        if version is self.version:
            self.changed.emit(initiator)
