"""Text that follows an edit of its graph: comments and untouched statements stay as they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.expression.kept_lines import Spelling, with_kept_lines
from core.expression.merging import ids_of_same, is_same_definition, match
from core.expression.parsing import read
from core.expression.printer import Printer, definition_text, to_text
from core.expression.source_map import SourceMap, Statement
from core.expression.syntax import ExpressionError, Lines
from core.graph import Graph
from core.groups import definition_order


def update_text(text: str, old_graph: Graph, new_graph: Graph) -> str:
    """The text for `new_graph`, where `text` says `old_graph`; ids tell what stayed.

    Only the statements whose nodes changed are written anew. Where that does not lead to a text
    that says `new_graph`, as after names that were assigned twice, all of it is.
    """
    source = _source_if_it_says(text, old_graph)
    if source is None:
        return to_text(new_graph)
    return rewrite(text, source, old_graph, new_graph)[0]


def rewrite(
    text: str, source: SourceMap, old_graph: Graph, new_graph: Graph
) -> tuple[str, SourceMap]:
    """As `update_text`, where it is known that `text` says `old_graph`, and where.

    Returns the text and where it says each node of `new_graph`. Changes no argument.
    """
    if _is_unchanged(old_graph, new_graph):
        return text, source
    states = old_graph.state()
    renumbered = Graph()
    renumbered.restore(states, list(states), old_graph.chosen_output, old_graph.groups)
    source = source.copy()
    numbered = _with_new_numbers(text, source, renumbered, new_graph)
    if numbered != text:
        old_graph = renumbered
    if numbered != text or source.has_moved:
        found = _source_if_it_says(numbered, old_graph)
        if found is None:
            return write(new_graph)
        text, source = numbered, found
        if _is_unchanged(old_graph, new_graph):
            return text, source
    text = _Rewriter(text, source, old_graph, new_graph).text()
    found = _source_if_it_says(text, new_graph)
    return (text, found) if found is not None else write(new_graph)


def write(graph: Graph) -> tuple[str, SourceMap]:
    """A text that says the graph, and where it says each node."""
    text = to_text(graph)
    parsed, source = read(text)
    return text, source.with_ids(match(graph, parsed))


def _source_if_it_says(text: str, graph: Graph) -> SourceMap | None:
    """Where the text says each node of the graph; None where it says another one."""
    try:
        parsed, source = read(text)
    except ExpressionError:
        return None
    ids = ids_of_same(graph, parsed)
    return None if ids is None else source.with_ids(ids)


def _with_new_numbers(text: str, source: SourceMap, old: Graph, new_graph: Graph) -> str:
    """`text` with the numbers of `new_graph` in place; `old` gets them too."""
    for id in list(old.nodes):
        former, node = old.nodes[id], new_graph.nodes.get(id)
        if node is None or node.op != former.op:
            continue
        if node.is_leaf and repr(node.data) != repr(former.data):
            replaced = source.replace_number(text, id, node.data)
            if replaced:
                text = replaced.text
                old.set_data(id, node.data)
        for index, (new, number) in enumerate(zip(node.inputs, former.inputs)):
            if isinstance(new, str) or isinstance(number, str) or repr(new) == repr(number):
                continue
            replaced = source.replace_number(text, id, new, index)
            if replaced:
                text = replaced.text
                old.set_input(id, index, new)
    return text


def _is_unchanged(old: Graph, new: Graph) -> bool:
    outputs = [(g.output, Printer.is_output_explicit(g)) for g in (old, new)]
    if outputs[0] != outputs[1] or old.nodes.keys() != new.nodes.keys():
        return False
    if old.groups != new.groups:
        return False
    seen = [id for id in new.nodes if not new.groups.is_hidden(id)]
    return all(_told(old, id) == _told(new, id) for id in seen)


def _told(graph: Graph, id: str, *, with_label: bool = True) -> tuple[object, ...]:
    """All of a node that the text tells, in a form that can be compared."""
    node, unit = graph.nodes[id], graph.outline().unit(id)
    inputs = tuple(s if isinstance(s, str) else (repr(s),) for s in unit.inputs)
    number = repr(node.data) if node.is_leaf and not unit.function else ""
    label = node.label if with_label else ""
    made_by = (unit.function, unit.results.index(id), unit.results) if unit.function else node.op
    return made_by, node.name, node.aliases, inputs, number, label


@dataclass
class _Group:
    """Whole lines of text that share statements, with the comments above them."""

    above: list[str]
    statements: list[Statement]
    body: str = ""  # what is left of it, "" where nothing is
    made: set[str] = field(default_factory=set)
    referred: set[str] = field(default_factory=set)
    is_trailing: bool = False  # nothing but backward() and draw_dot()


class _Rewriter:
    """Decides statement by statement: keep it, write it anew, drop it; then adds what is new."""

    def __init__(self, text: str, source: SourceMap, old: Graph, new: Graph) -> None:
        self._text = text
        self._lines = Lines(text)
        self._old, self._new = old, new
        self._statements = source.statements
        values = [s for s in self._statements if s.kind == "value"]
        self._labelled = {s.top for s in self._statements if s.kind == "label"}
        self._aliased = {top for s in values for top in s.tops if top not in s.ids}
        stated = {top for s in values for top in s.tops if top in s.ids and top in new.nodes}
        inner = {id for s in self._statements for id in s.ids if id not in s.tops}
        self._printer = Printer(new, own_line=stated, inline=inner)
        self._uses = new.outline().uses()
        self._covered: set[str] = set()
        self._hidden = old.groups.owner.keys() - old.groups.results  # what no statement shows
        self._renamed = {
            item.function: new.groups.instances[id].function
            for id, item in old.groups.instances.items()
            if id in new.groups.instances
        }

    def text(self) -> str:
        groups, below = self._groups()
        for group in groups:
            self._write(group)
        defined = definition_order(self._new.groups.definitions)
        added = [self._added_function(f) for f in defined if _key(f) not in self._covered]
        added += [self._added(id) for id in self._printer.order() if id not in self._covered]
        lines: list[str] = []
        for group in self._ordered(groups, added):
            lines += group.above
            if group.body:
                lines.append(group.body)
        if self._printer.needs_backward() and not self._has_backward():
            lines.append(self._printer.backward())
        return "\n".join([*lines, *below])

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._text)

    # ----- groups of lines ------------------------------------------------------------------

    def _groups(self) -> tuple[list[_Group], list[str]]:
        """The groups in order, and the lines below the last."""
        groups: list[_Group] = []
        done = 0  # lines
        for statement in self._statements:
            if groups and statement.first_line <= done:
                groups[-1].statements.append(statement)
            else:
                above = self._whole_lines(done + 1, statement.first_line - 1)
                groups.append(_Group(above, [statement]))
            done = max(done, statement.last_line)
        below = self._whole_lines(done + 1, self._lines.count)
        return groups, below if any(below) or groups else []

    def _whole_lines(self, first: int, last: int) -> list[str]:
        return [self._lines.line(line).rstrip("\r\n") for line in range(first, last + 1)]

    def _write(self, group: _Group) -> None:
        """Fill in what becomes of a group."""
        group.is_trailing = all(s.kind in ("backward", "draw") for s in group.statements)
        is_kept = [self._is_kept(statement) for statement in group.statements]
        written: list[str] = []
        for statement, kept in zip(group.statements, is_kept):
            if kept:
                written.append(self._text[statement.span.start : statement.span.end])
                group.made.update(statement.ids)
                group.referred.update(statement.referred, self._called_by(statement.ids))
                if statement.kind == "def":
                    self._define(group, statement.names[0])
            else:
                written += self._rewritten(statement, group)
        self._covered |= group.made
        first, last = group.statements[0], group.statements[-1]
        if all(is_kept):
            group.body = "\n".join(self._whole_lines(first.first_line, last.last_line))
        elif written:
            end = self._lines.line(last.last_line).rstrip("\r\n")
            behind = end[self._lines.place(last.span.end)[1] - 1 :].lstrip(";")
            group.body = "; ".join(written) + (behind if "#" in behind else "")
        if not group.body and not any(line.strip() for line in group.above):
            group.above = []

    # ----- statements -----------------------------------------------------------------------

    def _is_kept(self, statement: Statement) -> bool:
        if statement.kind == "def":
            name = statement.names[0]
            if name not in self._new.groups.definitions:
                return False
            # Either may have given a name to what has none in the other.
            pairs = (self._old, self._new), (self._new, self._old)
            return all(is_same_definition(*pair, name) for pair in pairs)
        ids = {*statement.ids, *statement.tops, *statement.referred} - self._hidden
        if not ids <= self._new.nodes.keys():
            return False
        if any(self._old.nodes[id].name != self._new.nodes[id].name for id in ids):
            return False
        if statement.kind == "label":
            return all(self._old.nodes[i].label == self._new.nodes[i].label for i in statement.tops)
        if statement.kind == "backward" and not self._is_backward(statement):
            return False
        if not self._new.groups.results >= ids & self._new.groups.owner.keys():
            return False
        inner = [id for id in statement.ids if id in ids and id not in statement.tops]
        return all(self._is_same(id) for id in ids) and all(self._stays_inside(id) for id in inner)

    def _is_same(self, id: str) -> bool:
        """Whether what a value statement says of the node still holds."""
        with_label = id not in self._labelled
        told = [_told(graph, id, with_label=with_label) for graph in (self._old, self._new)]
        return told[0] == told[1]

    def _stays_inside(self, id: str) -> bool:
        """A node without a line of its own needs one as soon as it is used elsewhere."""
        node = self._new.nodes[id]
        return node.is_auto_named and self._uses[id] == 1 and id != self._new.output

    def _rewritten(self, statement: Statement, group: _Group) -> list[str]:
        """What to write for a statement that can't stay; nothing where its nodes are gone."""
        tops = [top for top in dict.fromkeys(statement.tops) if top in self._new.nodes]
        names = [self._new.nodes[top].name for top in tops]
        group.referred.update(top for top in tops if top not in statement.ids)
        if statement.kind == "def":
            name = self._renamed.get(statement.names[0], statement.names[0])
            if name not in self._new.groups.definitions or _key(name) in group.made:
                return []
            self._define(group, name)
            former = self._text[statement.span.start : statement.span.end]
            return [with_kept_lines(former, definition_text(self._new.groups.definitions, name))]
        if statement.kind == "label":
            return [self._printer.label(top) for top in tops if self._new.nodes[top].label]
        if statement.kind == "draw":
            return [f"draw_dot({name})" for name in names]
        if statement.kind == "backward":
            return [self._printer.backward()] if self._is_backward(statement) else []
        written: list[str] = []
        for top in tops:
            unit = self._new.outline().unit(top)
            first = unit.results[0] if unit.function else top  # another one may give the result now
            if first in group.made:
                continue  # one of several results, written with the first
            if top in statement.ids:
                self._make(group, first)
                now = self._statement(first, is_shown_only=not statement.names)
                former = self._text[statement.span.start : statement.span.end]
                written.append(Spelling(former).applied(now))
            else:
                node = self._new.nodes[top]
                kept = [name for name in statement.names if name in node.aliases]
                written += [f"{alias} = {node.name}" for alias in kept]
        return written

    def _statement(self, id: str, *, is_shown_only: bool = False) -> str:
        node = self._new.nodes[id]
        is_bare = is_shown_only and node.is_auto_named and not node.is_leaf
        if is_bare and not self._uses[id] and id != self._new.output and not node.label:
            return self._printer.formula(id)
        return self._printer.statement(
            id, with_label=id not in self._labelled, with_aliases=id not in self._aliased
        )

    def _added(self, id: str) -> _Group:
        statement = self._statement(id)
        if id in self._old.nodes:  # a part of a formula, which stands on a line of its own now
            statement = self._spelling.applied(statement)
        group = _Group([], [], statement)
        self._make(group, id)
        return group

    def _make(self, group: _Group, id: str) -> None:
        """Note that a group of lines makes a node, and what it needs for that."""
        group.made.update(self._new.outline().unit(id).results)
        group.referred |= self._printer.referred(id)
        group.referred |= {_key(function) for function in self._printer.called(id)}

    # ----- functions ------------------------------------------------------------------------

    def _added_function(self, name: str) -> _Group:
        group = _Group([], [], definition_text(self._new.groups.definitions, name) + "\n")
        self._define(group, name)
        return group

    def _define(self, group: _Group, name: str) -> None:
        """Note that a group of lines defines a function, and which ones that uses."""
        group.made.add(_key(name))
        definition = self._new.groups.definitions[name]
        group.referred |= {_key(call.function) for call in definition.calls}

    def _called_by(self, ids: Iterable[str]) -> set[str]:
        """The functions that a kept statement uses."""
        units = (self._new.outline().unit(id) for id in ids if id in self._new.groups.results)
        return {_key(unit.function) for unit in units}

    def _is_backward(self, statement: Statement) -> bool:
        return self._printer.needs_backward() and statement.top == self._new.output

    def _has_backward(self) -> bool:
        return any(s.kind == "backward" and self._is_backward(s) for s in self._statements)

    # ----- order ----------------------------------------------------------------------------

    def _ordered(self, groups: Sequence[_Group], added: Sequence[_Group]) -> list[_Group]:
        """As it was, what is new behind, but everything after what it refers to."""
        trailing = len(groups)
        while trailing and groups[trailing - 1].is_trailing:
            trailing -= 1
        order = [*groups[:trailing], *added]
        if not self._printer.needs_backward():  # the last assigned name is the output
            order.sort(key=lambda group: self._new.output in group.made)
        return _after_what_they_refer_to([*order, *groups[trailing:]])


def _key(function: str) -> str:
    """What stands for a function among the ids that lines make and refer to."""
    return f"def {function}"


def _after_what_they_refer_to(groups: Iterable[_Group]) -> list[_Group]:
    groups = list(groups)
    maker = {id: index for index, group in enumerate(groups) for id in group.made}
    order: list[int] = []
    seen: set[int] = set()
    for start in range(len(groups)):
        stack = [(start, False)]
        while stack:
            index, is_ready = stack.pop()
            if is_ready:
                order.append(index)
            elif index not in seen:
                seen.add(index)
                stack.append((index, True))
                needed = {maker[id] for id in groups[index].referred if id in maker}
                stack += [(other, False) for other in sorted(needed, reverse=True)]
    return [groups[index] for index in order]
