"""Groups: a part of an expression under a name, used as often as it is wanted.

    def f(x):                     # a Definition: parameters, body, outputs
        return 3*x**2 - 4*x + 5
    y = f(a)                      # an Instance: plain nodes of the graph, and what they are in f

The graph itself stays flat. An Instance only says which of its nodes stand for which name of the
definition's body, so whatever computes, steps through or draws the graph needs no knowledge of
groups. A number that is given to a parameter is a leaf of the instance, with a gradient like any
other. Everything here is immutable: undo keeps references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from core.node import LEAF, GraphError, Source

MAX_NODES = 10_000  # that all groups of a graph may be written out as
MAX_NESTING = 32  # groups within groups


class Member(NamedTuple):
    """One node of a body. `inputs` are names of the body or numbers."""

    name: str
    op: str
    inputs: tuple[Source, ...] = ()
    data: float = 0.0
    label: str = ""
    is_muted: bool = False
    is_auto_named: bool = False


class Call(NamedTuple):
    """Another definition used in a body; `results` are the names that its outputs get there."""

    results: tuple[str, ...]
    function: str
    arguments: tuple[Source, ...]
    auto_named: tuple[bool, ...]
    is_muted: bool = False

    @property
    def name(self) -> str:
        """What tells the calls of one body apart."""
        return self.results[0]


def names_given(step: Member | Call) -> tuple[str, ...]:
    """The names that a step gives to nodes."""
    return step.results if isinstance(step, Call) else (step.name,)


@dataclass(frozen=True)
class Definition:
    """What all instances share. `body` is in topological order; `outputs` are names in it."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Member | Call, ...]
    outputs: tuple[str, ...]
    doc: str = ""

    @property
    def members(self) -> Iterator[Member]:
        return (step for step in self.body if isinstance(step, Member))

    @property
    def calls(self) -> Iterator[Call]:
        return (step for step in self.body if isinstance(step, Call))

    def find(self, name: str) -> Member | Call | None:
        """The step of the body that gives this name its value; None for a parameter."""
        for step in self.body:
            if name in names_given(step):
                return step
        return None

    def with_number(self, name: str, index: int | None, number: float) -> Definition:
        """The same with another number: of a leaf (index None), or of an input or argument."""

        def changed(step: Member | Call) -> Member | Call:
            if step.name != name:
                return step
            if index is None:
                assert isinstance(step, Member)
                return step._replace(data=number)
            if isinstance(step, Call):
                return step._replace(arguments=_put(step.arguments, index, number))
            return step._replace(inputs=_put(step.inputs, index, number))

        return replace(self, body=tuple(changed(step) for step in self.body))


class Instance(NamedTuple):
    """One use of a definition, by the ids of its nodes.

    arguments: the node that feeds each parameter; is_own: it is a leaf of the instance, for a
    number. members, calls: nodes, and instances within, in the order of the body. results: the
    nodes that are its outputs. parent: the instance that this one is part of. is_muted: what is
    computed for its outputs is written out as muted nodes that its first argument feeds.
    """

    function: str
    parent: str | None
    arguments: tuple[str, ...]
    is_own: tuple[bool, ...]
    members: tuple[str, ...]
    calls: tuple[str, ...]
    results: tuple[str, ...]
    is_muted: bool = False

    @property
    def leaves(self) -> list[str]:
        """The leaves that hold numbers given to parameters."""
        return [id for id, is_own in zip(self.arguments, self.is_own) if is_own]


class Place(NamedTuple):
    """A number in a definition: of a leaf, of an input, or of an argument of a call."""

    function: str
    name: str
    input_index: int | None = None


Number = tuple[str, int | None]  # in the graph: a node, and its input or None for a leaf's data


@dataclass(frozen=True)
class Groups:
    """All definitions and instances of one graph, by name and by id."""

    definitions: Mapping[str, Definition] = field(default_factory=lambda: MappingProxyType({}))
    instances: Mapping[str, Instance] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def owner(self) -> dict[str, str]:
        """For each node that is part of an instance: the innermost one."""
        return {
            id: instance_id
            for instance_id, instance in self.instances.items()
            for id in (*instance.leaves, *instance.members)
        }

    @cached_property
    def outermost(self) -> dict[str, str]:
        """For each node and each instance that is part of an instance: the one around it all."""
        top: dict[str, str] = {}
        for id in self.instances:
            chain = [id]
            while (parent := self.instances[chain[-1]].parent) is not None:
                chain.append(parent)
            top[id] = chain[-1]
        return {**top, **{id: top[owner] for id, owner in self.owner.items()}}

    @cached_property
    def results(self) -> frozenset[str]:
        """Nodes that are outputs of an outermost instance: what the rest of the graph sees."""
        return frozenset(
            id for item in self.instances.values() if item.parent is None for id in item.results
        )

    @cached_property
    def passing(self) -> dict[str, str]:
        """Nodes whose first input is the first argument of a muted instance, and of which one.

        Of instances within each other that have the same result, it is the outermost that counts.
        An output that is a number of its own has nothing to pass and stays one.
        """
        passing: dict[str, str] = {}
        for id, item in self.instances.items():
            if item.is_muted and item.arguments:
                for result in item.results:
                    if result not in passing or passing[result] in self.within(id):
                        passing[result] = id
        return {result: id for result, id in passing.items() if not self._is_leaf(result)}

    def _is_leaf(self, id: str) -> bool:
        home = self.instances[self.owner[id]]
        members = zip(self.definitions[home.function].members, home.members)
        return any(node == id and member.op == LEAF for member, node in members)

    def is_part(self, id: str) -> bool:
        """True for an instance, and for a node that is part of one."""
        return id in self.instances or id in self.owner

    def is_hidden(self, id: str) -> bool:
        """True for a node in an instance that the rest of the graph does not see."""
        return id in self.owner and id not in self.results

    @cached_property
    def places(self) -> dict[Number, Place]:
        """Where the numbers of instances stand in the definitions.

        Those given to an outermost instance stand in no definition: they are its own.
        """
        places: dict[Number, Place] = {}
        for instance in self.instances.values():
            definition = self.definitions[instance.function]
            for member, id in zip(definition.members, instance.members):
                if member.op == LEAF:
                    places[id, None] = Place(instance.function, member.name)
                for index, source in enumerate(member.inputs):
                    if not isinstance(source, str):
                        places[id, index] = Place(instance.function, member.name, index)
            for call, child_id in zip(definition.calls, instance.calls):
                child = self.instances[child_id]
                for index, (id, is_own) in enumerate(zip(child.arguments, child.is_own)):
                    if is_own:
                        places[id, None] = Place(instance.function, call.name, index)
        return places

    @cached_property
    def _numbers(self) -> dict[Place, list[Number]]:
        numbers: dict[Place, list[Number]] = {}
        for number, place in self.places.items():
            numbers.setdefault(place, []).append(number)
        return numbers

    def twins(self, id: str, index: int | None = None) -> list[Number]:
        """Every place in the graph that shows the same number of a definition, this one too.

        Without inputs in whose stead a muted instance passes its argument through.
        """
        if not self.instances:
            return [(id, index)]
        place = self.places.get((id, index))
        if place is None:
            return [(id, index)]
        numbers = self._numbers[place]
        return [item for item in numbers if item[1] != 0 or item[0] not in self.passing]

    def with_number(self, id: str, index: int | None, number: float) -> Groups:
        """With another number in the definition that this node's number stands in, if any."""
        place = self.places.get((id, index)) if self.instances else None
        if place is None:
            return self
        definition = self.definitions[place.function]
        changed = definition.with_number(place.name, place.input_index, number)
        made = replace(self, definitions={**self.definitions, changed.name: changed})
        # What was found out about the structure still holds, at each frame of a drag.
        made.__dict__.update(
            (key, found) for key, found in self.__dict__.items() if key not in made.__dict__
        )
        return made

    def within(self, instance_id: str) -> Iterator[str]:
        """An instance and all instances in it, each before its own."""
        stack = [instance_id]
        while stack:
            id = stack.pop()
            yield id
            stack += reversed(self.instances[id].calls)

    def nodes_of(self, instance_id: str) -> list[str]:
        """All nodes of an instance and of those within it."""
        parts = [self.instances[id] for id in self.within(instance_id)]
        return [id for part in parts for id in (*part.leaves, *part.members)]

    def parameter_id(self, instance_id: str, index: int) -> str:
        """What an input of an opened instance is called where it is fed from outside."""
        instance = self.instances[instance_id]
        return f"{instance_id}:{self.definitions[instance.function].parameters[index]}"

    def holder_of(self, ids: Set[str]) -> str | None:
        """The instance that holds exactly these nodes, if any does."""
        id = next((self.owner[id] for id in ids if id in self.owner), None)
        while id is not None and ids != set(self.nodes_of(id)):
            id = self.instances[id].parent
        return id

    def shown_within(self, instance_id: str) -> list[str]:
        """The ids that an instance shows when it is opened, in the order of its definition."""
        instance = self.instances[instance_id]
        inputs = [
            id if is_own else self.parameter_id(instance_id, index)
            for index, (id, is_own) in enumerate(zip(instance.arguments, instance.is_own))
        ]
        return [*inputs, *instance.members, *instance.calls]

    def plain_nodes(self, id: str) -> list[str]:
        """The nodes that an id shown in an editor stands for: of a group all that it holds."""
        if id in self.instances:
            return self.nodes_of(id)
        instance_id, _, parameter = id.partition(":")
        if parameter and instance_id in self.instances:
            instance = self.instances[instance_id]
            parameters = self.definitions[instance.function].parameters
            return [a for name, a in zip(parameters, instance.arguments) if name == parameter]
        return [id]

    def names_of(self, instance_id: str) -> dict[str, str]:
        """The node that stands for each name of the body and for each parameter."""
        instance = self.instances[instance_id]
        definition = self.definitions[instance.function]
        names = dict(zip(definition.parameters, instance.arguments))
        names |= zip((member.name for member in definition.members), instance.members)
        for call, child in zip(definition.calls, instance.calls):
            names |= zip(call.results, self.instances[child].results)
        return names

    def inlets(self, instance_id: str) -> list[list[tuple[str, int]]]:
        """For each parameter the inputs of plain nodes that it feeds, also in groups within."""
        if instance_id not in self._inlets:
            instance = self.instances[instance_id]
            definition = self.definitions[instance.function]
            found: dict[str, list[tuple[str, int]]] = {name: [] for name in definition.parameters}
            for member, id in zip(definition.members, instance.members):
                for index, source in enumerate(member.inputs):
                    is_fed = isinstance(source, str) and (index or id not in self.passing)
                    if is_fed and source in found:
                        found[source].append((id, index))
            for call, child in zip(definition.calls, instance.calls):
                for source, uses in zip(call.arguments, self.inlets(child)):
                    if isinstance(source, str) and source in found:
                        found[source] += uses
            uses_of = list(found.values())
            if uses_of:
                passing = self.passing.items()
                uses_of[0] += [(id, 0) for id, muted in passing if muted == instance_id]
            self._inlets[instance_id] = uses_of
        return self._inlets[instance_id]

    @cached_property
    def _inlets(self) -> dict[str, list[list[tuple[str, int]]]]:
        return {}

    def inner_names(self, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """A telling name for nodes within instances, such as y_e for e in `y = f(a)`.

        names: of results, where they have one.
        """
        for instance_id, instance in self.instances.items():
            outermost = self.instances[self.outermost[instance_id]]
            base = names.get(instance.results[0]) or names.get(outermost.results[0])
            if base:
                definition = self.definitions[instance.function]
                for parameter, id, is_own in zip(
                    definition.parameters, instance.arguments, instance.is_own
                ):
                    if is_own:
                        yield id, f"{base}_{parameter}"
                for member, id in zip(definition.members, instance.members):
                    if not member.is_auto_named:
                        yield id, f"{base}_{member.name}"

    def callers(self, function: str) -> set[str]:
        """The definitions that use this one, also through others, and itself."""
        found = {function}
        for name in definition_order(self.definitions):
            if any(call.function in found for call in self.definitions[name].calls):
                found.add(name)
        return found


# ----- what definitions may be ------------------------------------------------------------------


def definition_order(definitions: Mapping[str, Definition]) -> list[str]:
    """Names of the definitions, each after those that it uses. GraphError for a recursion."""
    used = {
        name: list(dict.fromkeys(call.function for call in definition.calls))
        for name, definition in definitions.items()
    }
    return order_of_calls(used)


def order_of_calls(used: Mapping[str, Sequence[str]]) -> list[str]:
    """The keys, each after those that it uses; names without an entry are skipped.

    Raises GraphError where one uses itself in the end.
    """
    order: list[str] = []
    state: dict[str, bool] = {}  # False while a name's own are being looked at
    for start in used:
        path = [] if start in state else [(start, iter(used[start]))]
        state.setdefault(start, False)
        while path:
            name, following = path[-1]
            other = next(following, None)
            if other is None:
                path.pop()
                state[name] = True
                order.append(name)
            elif state.get(other) is False and other in used:
                names = [step for step, _ in path]
                cycle = " → ".join([*names[names.index(other) :], other])
                raise GraphError(f"A group can't contain itself: {cycle}")
            elif other in used and other not in state:
                state[other] = False
                path.append((other, iter(used[other])))
    return order


class Sizes:
    """How many nodes each definition is written out as, numbers given to parameters included."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        """Raises GraphError for a recursion, and for what is nested too deeply or too large."""
        self.total = 0
        self._sizes: dict[str, int] = {}
        self._depths: dict[str, int] = {}
        for name in definition_order(definitions):
            self.add(definitions[name])

    def __getitem__(self, function: str) -> int:
        return self._sizes[function]

    def add(self, definition: Definition) -> None:
        """Take one more in, all that it uses being there."""
        size = depth = 0
        for step in definition.body:
            if isinstance(step, Member):
                size += 1
                continue
            size += self._sizes[step.function]
            size += sum(not isinstance(argument, str) for argument in step.arguments)
            depth = max(depth, 1 + self._depths[step.function])
        name = definition.name
        if depth >= MAX_NESTING:
            raise GraphError(f"{name} holds groups within groups, more than {MAX_NESTING} levels.")
        self.total += size
        if self.total > MAX_NODES:
            raise GraphError(
                f"{name} would be {size:,} nodes; all groups together are at most {MAX_NODES:,}."
            )
        self._sizes[name], self._depths[name] = size, depth

    def after_call(self, made: int, function: str) -> int:
        """How many nodes there are after one more use. Raises GraphError where too many."""
        made += self._sizes[function]
        if made > MAX_NODES:
            raise GraphError(
                f"{function} would bring the groups to {made:,} nodes; "
                f"they make at most {MAX_NODES:,}."
            )
        return made


def _put(sources: tuple[Source, ...], index: int, number: float) -> tuple[Source, ...]:
    return (*sources[:index], number, *sources[index + 1 :])
