"""Which node of an edited text is which node of the graph that was there before."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from core.expression.printer import Printer
from core.graph import LEAF, Graph, Node, NodeState, Source
from core.groups import Call, Definition, Groups, Instance, Member
from core.groups.levels import open_definition
from core.groups.muting import Muted, computing, mute

Signature = tuple[object, ...]
Names = Mapping[str, str]  # of a body: what each name of the new one is in the old one


def merge(old: Graph, new: Graph) -> tuple[Graph, dict[str, str]]:
    """`new` with the ids and mute of the nodes of `old` that it still has, evaluated.

    A node is the same where its name is, also in a group; else where op and inputs are; else,
    without a name of its own, where it feeds the same input of the same node. Returns the graph
    and, for every id of `new`, the id in it. Neither argument is changed.
    """
    muted_uses, old = Muted.of(old.groups), computing(old)
    matching = _Matching(old, new)
    matched = matching.ids
    fresh = (str(number) for number in count(_largest_number(old) + 1))
    ids = {id: matched[id] if id in matched else next(fresh) for id in new.nodes}
    groups = _merged_groups(old, new, matching, ids)
    names = _names(old, new, ids)
    muted = {
        id
        for instance in groups.instances.values()
        for member, id in zip(groups.definitions[instance.function].members, instance.members)
        if member.is_muted
    }
    states: dict[str, NodeState] = {}
    for id, node in new.nodes.items():
        former = old.nodes.get(ids[id])
        is_muted = former is not None and former.is_muted and not node.is_leaf
        if id in new.groups.owner:
            is_muted = ids[id] in muted
        states[ids[id]] = node.state()._replace(
            name=names[id], inputs=_translated(node, ids), is_muted=is_muted
        )
    chosen, is_explicit = new.chosen_output
    merged = Graph()
    output = None if chosen is None else ids.get(chosen)
    merged.restore(states, list(states), (output, is_explicit), groups)
    if any(muted_uses):
        mute(merged, muted_uses)
    merged.evaluate()
    return merged, ids


def is_same_expression(graph: Graph, other: Graph) -> bool:
    """Whether both say the same: structure, names, labels, numbers, groups and output.

    Ids, mute and automatic names of `graph` don't count.
    """
    return ids_of_same(graph, other) is not None


def ids_of_same(graph: Graph, other: Graph) -> dict[str, str] | None:
    """For each node of `other` the id in `graph`; None where they don't say the same."""
    graph, other = computing(graph), computing(other)
    definitions, others = graph.groups.definitions, other.groups.definitions
    if definitions.keys() != others.keys():
        return None
    if not all(is_same_definition(graph, other, name) for name in definitions):
        return None
    return _ids_of_same_nodes(graph, other)


def is_same_definition(graph: Graph, other: Graph, name: str) -> bool:
    """Whether a function is the same in both, as far as its own body goes."""
    graph, other = computing(graph), computing(other)
    former, now = graph.groups.definitions[name], other.groups.definitions[name]
    if former == now:
        return True
    if (former.parameters, former.doc) != (now.parameters, now.doc):
        return False
    levels = [open_definition(g.groups.definitions, name) for g in (graph, other)]
    for level in levels:
        level.graph.set_output(level.outputs[0])
    ids = _ids_of_same_nodes(levels[0].graph, levels[1].graph)
    return ids is not None and [ids[id] for id in levels[1].outputs] == levels[0].outputs


def _ids_of_same_nodes(graph: Graph, other: Graph) -> dict[str, str] | None:
    ids = match(graph, other)
    if len(ids) != len(graph) or len(other) != len(graph):
        return None
    for id, node in other.nodes.items():
        former = graph.nodes[ids[id]]
        if not former.is_auto_named and former.name != node.name:
            return None
        if former.label != node.label or set(former.aliases) != set(node.aliases):
            return None
        if _signature(former, former.inputs) != _signature(node, _translated(node, ids)):
            return None
    output = None if other.output is None else ids[other.output]
    if output != graph.output:
        return None
    is_explicit = [Printer.is_output_explicit(g) for g in (graph, other)]
    is_same = is_explicit[0] == is_explicit[1] and _uses_of(graph) == _uses_of(other, ids)
    return ids if is_same else None


def _uses_of(graph: Graph, ids: Mapping[str, str] | None = None) -> set[tuple[object, ...]]:
    """What is used where: of each outermost instance the function, arguments and results."""
    return {
        (
            item.function,
            tuple(ids[id] if ids else id for id in item.arguments),
            item.is_own,
            tuple(ids[id] if ids else id for id in item.results),
        )
        for item in graph.groups.instances.values()
        if item.parent is None
    }


def match(old: Graph, new: Graph) -> dict[str, str]:
    """For each node of `new` that `old` has, the id there. The same arguments, the same answer."""
    return _Matching(computing(old), computing(new)).ids


class _Matching:
    """ids: of the old graph, by those of the new one. instances: the same for instances."""

    def __init__(self, old: Graph, new: Graph) -> None:
        self._old, self._new = old, new
        self.ids: dict[str, str] = {}
        self.instances: dict[str, str] = {}
        self._bodies: dict[tuple[str, str], Names] = {}
        free = self._free = dict.fromkeys(old.nodes)
        inside = old.groups.owner.keys() - old.groups.results
        for node in new:
            names = () if node.is_auto_named else (node.name, *node.aliases)
            found = (old.find(name) for name in names)
            former = next(
                (f.id for f in found if f is not None and f.id in free and f.id not in inside), None
            )
            if former is not None:
                self._take(node.id, former)
        self._match_instances()
        self._match_by_structure()
        _match_by_consumer(old, new, self.ids, free)
        self._match_instances()

    def _take(self, id: str, former: str) -> None:
        if id not in self.ids and former in self._free:
            self.ids[id] = former
            del self._free[former]

    def _match_by_structure(self) -> None:
        """The same op or function on the same inputs is the same, under another name or none."""
        old, new = self._old, self._new
        nodes: dict[Signature, list[Node]] = defaultdict(list)
        for id in self._free:
            node = old.nodes[id]
            nodes[_signature(node, node.inputs) + _role(old, id)].append(node)
        calls: dict[Signature, list[str]] = defaultdict(list)
        for unit in old.outline().units.values():
            if unit.function and unit.id not in self.instances.values():
                calls[unit.function, *_told(unit.inputs)].append(unit.id)
        for unit_id in new.outline().order():
            unit = new.outline().units[unit_id]
            if any(source not in self.ids for source in unit.sources):
                continue
            if not unit.function:
                self._match_node(unit_id, nodes)
            elif unit_id not in self.instances:
                inputs = [self.ids[s] if isinstance(s, str) else s for s in unit.inputs]
                alike = calls[unit.function, *_told(inputs)]
                if alike:
                    self._match_within(unit_id, alike.pop(0))
        for id in new.topological_ids():
            if new.groups.is_hidden(id):
                self._match_node(id, nodes)

    def _match_node(self, id: str, nodes: Mapping[Signature, list[Node]]) -> None:
        node = self._new.nodes[id]
        if id in self.ids or any(source not in self.ids for source in node.sources):
            return
        signature = _signature(node, _translated(node, self.ids)) + _role(self._new, id)
        alike = nodes.get(signature, [])
        while alike and alike[0].id not in self._free:
            del alike[0]
        if alike:
            free = (former for former in alike if former.id in self._free)
            fitting = (f for f in free if f.is_auto_named == node.is_auto_named)
            former = next(fitting, alike[0])
            alike.remove(former)
            self._take(id, former.id)

    # ----- groups ---------------------------------------------------------------------------

    def _match_instances(self) -> None:
        """An instance is the same where its first result is; then what it holds is, by name."""
        former = {
            item.results[0]: id
            for id, item in self._old.groups.instances.items()
            if item.parent is None
        }
        for id, item in self._new.groups.instances.items():
            result = self.ids.get(item.results[0])
            if item.parent is None and result in former and id not in self.instances:
                self._match_within(id, former[result])

    def _match_within(self, id: str, former_id: str) -> None:
        old, new = self._old.groups, self._new.groups
        former, now = old.instances[former_id], new.instances[id]
        self.instances[id] = former_id
        names = self.names_of(former.function, now.function)
        ids = old.names_of(former_id)
        leaves = dict(zip(former.arguments, former.is_own))
        for parameter, leaf, is_own in zip(
            new.definitions[now.function].parameters, now.arguments, now.is_own
        ):
            was = ids.get(names.get(parameter, ""))
            if is_own and was is not None and leaves.get(was):
                self._take(leaf, was)
        for member, node in zip(new.definitions[now.function].members, now.members):
            was = ids.get(names.get(member.name, ""))
            if was is not None:
                self._take(node, was)
        calls = {
            call.name: child
            for call, child in zip(old.definitions[former.function].calls, former.calls)
        }
        for call, child in zip(new.definitions[now.function].calls, now.calls):
            was = calls.get(names.get(call.name, ""))
            if was is not None:
                self._match_within(child, was)

    def names_of(self, former: str, now: str) -> Names:
        """What each name of a function's body was in that of a former function."""
        if (former, now) not in self._bodies:
            old = self._old.groups.definitions[former]
            new = self._new.groups.definitions[now]
            self._bodies[former, now] = self._matched_names(old, new)
        return self._bodies[former, now]

    def _matched_names(self, old: Definition, new: Definition) -> Names:
        if old.body == new.body and old.parameters == new.parameters:
            names = [*new.parameters, *(m.name for m in new.members)]
            names += [result for call in new.calls for result in call.results]
            return {name: name for name in names}
        graphs = [
            open_definition(groups.definitions, definition.name).graph
            for groups, definition in ((self._old.groups, old), (self._new.groups, new))
        ]
        ids = _Matching(*graphs).ids
        return {
            graphs[1].nodes[id].name: graphs[0].nodes[was].name
            for id, was in ids.items()
            if id not in graphs[1].groups.owner or id in graphs[1].groups.results
        }


def _merged_groups(old: Graph, new: Graph, matching: _Matching, ids: Mapping[str, str]) -> Groups:
    """The groups of `new` with the ids, automatic names and mute of `old`."""
    if not new.groups.definitions:
        return new.groups
    definitions = {}
    for name, definition in new.groups.definitions.items():
        former = old.groups.definitions.get(name)
        if former is not None and former != definition:
            definition = _with_former_details(definition, former, matching.names_of(name, name))
        definitions[name] = definition
    taken = {*old.groups.instances, *old.nodes, *ids.values()}
    fresh = (id for number in count(1) if (id := f"g{number}") not in taken)
    instance_ids = {
        id: matching.instances[id] if id in matching.instances else next(fresh)
        for id in new.groups.instances
    }
    return Groups(
        definitions,
        {
            instance_ids[id]: _with_ids(item, ids, instance_ids)
            for id, item in new.groups.instances.items()
        },
    )


def _with_ids(item: Instance, ids: Mapping[str, str], instances: Mapping[str, str]) -> Instance:
    return item._replace(
        parent=None if item.parent is None else instances[item.parent],
        arguments=tuple(ids[id] for id in item.arguments),
        members=tuple(ids[id] for id in item.members),
        calls=tuple(instances[id] for id in item.calls),
        results=tuple(ids[id] for id in item.results),
    )


def _with_former_details(definition: Definition, former: Definition, was: Names) -> Definition:
    """The definition with mute, and automatic names where they are free, of the former one."""
    own = {*definition.parameters}
    for step in definition.body:
        own |= _named(step)
    former_steps = {member.name: member for member in former.members}
    automatic = {m.name for m in former.members if m.is_auto_named}
    for call in former.calls:
        automatic |= {name for name, auto in zip(call.results, call.auto_named) if auto}
    now: dict[str, str] = {}
    left: list[str] = []
    for step in definition.body:
        for name in _automatic(step):
            kept = was.get(name)
            if kept in automatic and kept not in own:
                now[name] = kept
                own.add(kept)
            else:
                left.append(name)
    for name in left:
        fresh = (f"n{number}" for number in count(1))
        now[name] = name if name not in own else next(new for new in fresh if new not in own)
        own.add(now[name])

    def changed(step: Member | Call) -> Member | Call:
        def here(sources: tuple[Source, ...]) -> tuple[Source, ...]:
            return tuple(now.get(s, s) if isinstance(s, str) else s for s in sources)

        if isinstance(step, Call):
            results = tuple(now.get(name, name) for name in step.results)
            return step._replace(results=results, arguments=here(step.arguments))
        earlier = former_steps.get(was.get(step.name, ""))
        is_muted = earlier is not None and earlier.is_muted and step.op != LEAF
        name = now.get(step.name, step.name)
        return step._replace(name=name, inputs=here(step.inputs), is_muted=is_muted)

    return replace(
        definition,
        body=tuple(changed(step) for step in definition.body),
        outputs=tuple(now.get(name, name) for name in definition.outputs),
    )


def _automatic(step: Member | Call) -> list[str]:
    """The names of a step that nobody gave."""
    if isinstance(step, Call):
        return [name for name, auto in zip(step.results, step.auto_named) if auto]
    return [step.name] if step.is_auto_named else []


def _named(step: Member | Call) -> set[str]:
    """The names of a step that somebody gave."""
    names = step.results if isinstance(step, Call) else (step.name,)
    return set(names).difference(_automatic(step))


def _match_by_consumer(old: Graph, new: Graph, ids: dict[str, str], free: dict[str, None]) -> None:
    """What feeds the same input of the same node, both without names, is the same node edited."""
    for id in reversed(new.topological_ids()):
        if id not in ids:
            continue
        for source, former in zip(new.nodes[id].inputs, old.nodes[ids[id]].inputs):
            if not isinstance(source, str) or source in ids or former not in free:
                continue
            node, earlier = new.nodes[source], old.nodes[str(former)]
            is_nameless = node.is_auto_named and earlier.is_auto_named
            if is_nameless and node.is_leaf == earlier.is_leaf:
                ids[source] = earlier.id
                del free[earlier.id]


def _signature(node: Node, inputs: tuple[Source, ...]) -> Signature:
    return (node.op, *_told(inputs), repr(node.data) if node.op == LEAF else "")


def _told(inputs: Iterable[Source]) -> Iterator[str]:
    """Inputs in a form that can be compared: repr tells -0.0 from 0.0, and nan equals itself."""
    return (f"node {s}" if isinstance(s, str) else repr(s) for s in inputs)


def _role(graph: Graph, id: str) -> Signature:
    """What tells a leaf in a group from others with its number."""
    owner = graph.groups.owner.get(id)
    if owner is None or not graph.nodes[id].is_leaf:
        return ()
    instance = graph.groups.instances[owner]
    parameters = graph.groups.definitions[instance.function].parameters
    given = dict(zip(instance.arguments, parameters))
    return instance.function, given.get(id, "")


def _translated(node: Node, ids: Mapping[str, str]) -> tuple[Source, ...]:
    return tuple(
        ids.get(source, "") if isinstance(source, str) else source for source in node.inputs
    )


def _names(old: Graph, new: Graph, ids: Mapping[str, str]) -> dict[str, str]:
    """A name for each id of `new`: automatic names stay what they were, where they are free."""
    given = {node.id: node.name for node in new if not node.is_auto_named}
    taken = {name for node in new if not node.is_auto_named for name in (node.name, *node.aliases)}
    taken |= new.groups.definitions.keys()
    automatic = [node for node in new if node.is_auto_named]
    for node in automatic:
        former = old.nodes.get(ids[node.id])
        if former is not None and former.is_auto_named and former.name not in taken:
            given[node.id] = former.name
            taken.add(former.name)
    leaf_names, names = count(1), count(1)
    for node in automatic:
        if node.id in given:
            continue
        name = node.name
        while name in taken:
            name = f"x{next(leaf_names)}" if node.is_leaf else f"n{next(names)}"
        given[node.id] = name
        taken.add(name)
    return given


def _largest_number(graph: Graph) -> int:
    return max((int(id) for id in graph.nodes if id.isdecimal() and len(id) < 19), default=0)
