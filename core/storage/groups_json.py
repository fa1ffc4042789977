"""Groups as JSON and back: the functions, and which nodes are uses of them.

What is read is written out anew, by the functions, and has to be what the document's nodes are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.graph import Graph, GraphError, NodeState, Source
from core.groups import Call, Definition, Groups, Instance, Member, Sizes, names_given
from core.groups.expansion import Expander, former_of
from core.groups.grouping import check_function_name
from core.node import LEAF, check_name
from core.ops import OPS
from core.storage.strict_json import StorageError, get, number, shorten, shown, to_json, typed


def groups_to_json(groups: Groups) -> dict[str, Any]:
    """The keys of the graph's object; none where there are no groups."""
    if not groups.definitions:
        return {}
    return {
        "functions": [_definition_to_json(item) for item in groups.definitions.values()],
        "uses": [_use_to_json(id, item) for id, item in groups.instances.items()],
    }


def _use_to_json(id: str, item: Instance) -> dict[str, Any]:
    document = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in item._asdict().items()
    }
    is_muted = document.pop("is_muted")
    return {"id": id, **document, **({"muted": True} if is_muted else {})}


def _definition_to_json(definition: Definition) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": definition.name,
        "parameters": list(definition.parameters),
        "body": [_step_to_json(step) for step in definition.body],
        "outputs": list(definition.outputs),
    }
    return document | ({"doc": definition.doc} if definition.doc else {})


def _step_to_json(step: Member | Call) -> dict[str, Any]:
    if isinstance(step, Call):
        return {
            "call": step.function,
            "inputs": [source_to_json(source) for source in step.arguments],
            "results": list(step.results),
            "auto_named": list(step.auto_named),
            **({"muted": True} if step.is_muted else {}),
        }
    document: dict[str, Any] = {"name": step.name, "op": step.op}
    if step.op == LEAF:
        document["data"] = to_json(step.data, "graph.functions")
    else:
        document["inputs"] = [source_to_json(source) for source in step.inputs]
    optional = {"label": step.label, "muted": step.is_muted, "auto_named": step.is_auto_named}
    return document | {key: value for key, value in optional.items() if value}


def source_to_json(source: Source) -> Any:
    return {"node": source} if isinstance(source, str) else to_json(source, "graph")


def source_from_json(value: Any, where: str) -> Source:
    if isinstance(value, dict):
        source: str = get(value, "node", str, where)
        return source
    return number(value, where)


# ----- reading ----------------------------------------------------------------------------------


def groups_from_json(document: dict[str, Any], states: Mapping[str, NodeState]) -> Groups:
    """The groups of a graph whose nodes are `states`. StorageError where they don't fit."""
    definitions: dict[str, Definition] = {}
    for index, item in enumerate(get(document, "functions", list, "graph", [])):
        where = f"graph.functions[{index}]"
        definition = _definition(typed(item, dict, where), where)
        if definition.name in definitions:
            raise StorageError(f"There are two functions {definition.name}.", f"{where}.name")
        definitions[definition.name] = definition
    names = {name for state in states.values() for name in (state.name, *state.aliases)}
    _check_definitions(definitions, names)
    instances: dict[str, Instance] = {}
    for index, item in enumerate(get(document, "uses", list, "graph", [])):
        where = f"graph.uses[{index}]"
        id = get(typed(item, dict, where), "id", str, where)
        if not id or id in instances or id in states:
            raise StorageError(f"The id {shown(id)} is empty or there twice.", f"{where}.id")
        instances[id] = _instance(item, where, definitions)
    groups = Groups(definitions, instances)
    _check_fit(groups, states)
    return groups


def _definition(item: dict[str, Any], where: str) -> Definition:
    parameters = _names(item, "parameters", where)
    known = set(parameters)
    body: list[Member | Call] = []
    for index, part in enumerate(get(item, "body", list, where)):
        place = f"{where}.body[{index}]"
        step = _step(typed(part, dict, place), place)
        given = step.arguments if isinstance(step, Call) else step.inputs
        for source in given:
            if isinstance(source, str) and source not in known:
                raise StorageError(f"There is no {shown(source)} before this.", f"{place}.inputs")
        for name in names_given(step):
            if name in known:
                raise StorageError(f"There are two {shown(name)}.", place, "Rename one.")
            _check(name, place)
            known.add(name)
        body.append(step)
    outputs = _names(item, "outputs", where)
    if not outputs or not known.difference(parameters).issuperset(outputs):
        raise StorageError("A function's outputs are computed in it.", f"{where}.outputs")
    function = get(item, "name", str, where)
    for name in (function, *parameters):
        _check(name, where)
    doc = get(item, "doc", str, where, "")
    return Definition(function, parameters, tuple(body), outputs, doc)


def _names(item: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    given = get(item, key, list, where)
    names = [typed(name, str, f"{where}.{key}[{i}]") for i, name in enumerate(given)]
    if len(set(names)) < len(names):
        raise StorageError("A name is there twice.", f"{where}.{key}")
    return tuple(names)


def _step(item: dict[str, Any], where: str) -> Member | Call:
    sources = tuple(
        source_from_json(source, f"{where}.inputs[{i}]")
        for i, source in enumerate(get(item, "inputs", list, where, []))
    )
    if "call" in item:
        results = _names(item, "results", where)
        flags = get(item, "auto_named", list, where)
        auto = [typed(flag, bool, f"{where}.auto_named") for flag in flags]
        if not results or len(auto) != len(results):
            raise StorageError("There is a flag for each result.", f"{where}.auto_named")
        is_muted = get(item, "muted", bool, where, False)
        return Call(results, get(item, "call", str, where), sources, tuple(auto), is_muted)
    op = get(item, "op", str, where)
    if op != LEAF and op not in OPS:
        raise StorageError(
            f"There is no op {shown(op)}.", f"{where}.op", "It may need a newer program."
        )
    arity = 0 if op == LEAF else OPS[op].arity
    if len(sources) != arity:
        raise StorageError(f"{op} takes {arity} inputs, not {len(sources)}.", f"{where}.inputs")
    return Member(
        get(item, "name", str, where), op, sources,
        number(item.get("data"), f"{where}.data") if op == LEAF else 0.0,
        get(item, "label", str, where, ""),
        get(item, "muted", bool, where, False) and op != LEAF,
        get(item, "auto_named", bool, where, False),
    )  # fmt: skip


def _check(name: str, where: str) -> None:
    try:
        check_name(name)
    except GraphError as error:
        raise StorageError(shorten(str(error)), where) from None


def _check_definitions(definitions: Mapping[str, Definition], names: set[str]) -> None:
    """Calls fit what they call, nothing contains itself, no name means two things."""
    for name, definition in definitions.items():
        for call in definition.calls:
            where = f"graph.functions.{shorten(name)}"
            called = definitions.get(call.function)
            if called is None:
                raise StorageError(f"There is no function {shown(call.function)}.", where)
            wanted = len(called.parameters), len(called.outputs)
            if (len(call.arguments), len(call.results)) != wanted:
                raise StorageError(f"A call does not fit {called.name}.", where)
    graph = Graph()
    try:
        Sizes(definitions)
        for definition in definitions.values():
            check_function_name(graph, definition.name)
            graph.set_groups(Groups({**graph.groups.definitions, definition.name: definition}))
        for name in definitions.keys() & names:
            raise GraphError(f"There are a node and a function {name}.")
    except GraphError as error:
        raise StorageError(shorten(str(error)), "graph.functions") from None


def _instance(item: dict[str, Any], where: str, definitions: Mapping[str, Definition]) -> Instance:
    function = get(item, "function", str, where)
    if function not in definitions:
        raise StorageError(f"There is no function {shown(function)}.", f"{where}.function")
    definition = definitions[function]
    ids = {
        key: tuple(
            typed(id, str, f"{where}.{key}[{i}]")
            for i, id in enumerate(get(item, key, list, where))
        )
        for key in ("arguments", "members", "calls", "results")
    }
    is_own = tuple(
        typed(flag, bool, f"{where}.is_own") for flag in get(item, "is_own", list, where)
    )
    counts = (len(ids["arguments"]), len(is_own), len(ids["members"]), len(ids["calls"]),
              len(ids["results"]))  # fmt: skip
    parameters = len(definition.parameters)
    wanted = (parameters, parameters, len(list(definition.members)), len(list(definition.calls)),
              len(definition.outputs))  # fmt: skip
    if counts != wanted:
        raise StorageError(f"This does not fit the function {function}.", where)
    parent = get(item, "parent", (str, type(None)), where, None)
    return Instance(function, parent, ids["arguments"], is_own, ids["members"], ids["calls"],
                    ids["results"], get(item, "muted", bool, where, False))  # fmt: skip


def _check_fit(groups: Groups, states: Mapping[str, NodeState]) -> None:
    """Written out anew, each use is what the document says it is."""
    sizes = Sizes(groups.definitions)
    made: dict[str, tuple[object, ...]] = {}
    total = 0

    def make(member: Member, inputs: tuple[Source, ...], former: str | None, _owner: str) -> str:
        if former is None or former in made or former not in states:
            raise StorageError("The nodes of a group are not all there.", "graph.uses")
        data = repr(member.data) if member.op == LEAF else ""
        made[former] = member.op, tuple(map(_told, inputs)), data, member.is_muted
        return former

    def no_id() -> str:
        raise StorageError("A group within a group is missing.", "graph.uses")

    expander = Expander(groups.definitions, make, no_id)
    for id, item in groups.instances.items():
        if item.parent is not None:
            continue
        try:
            total = sizes.after_call(total, item.function)
            given: list[Source] = [
                states[node].data if is_own else node
                for node, is_own in zip(item.arguments, item.is_own)
            ]
            expander.call(item.function, given, None, former_of(groups, id), item.is_muted)
        except (KeyError, RecursionError):
            raise StorageError("This use of a group is not complete.", f"graph.uses.{id}") from None
        except GraphError as error:
            raise StorageError(str(error), "graph.uses") from None
    if expander.instances != groups.instances:
        raise StorageError("The uses of groups don't fit their functions.", "graph.uses")
    _check_nodes(groups, states, made)


def _check_nodes(
    groups: Groups, states: Mapping[str, NodeState], made: Mapping[str, tuple[object, ...]]
) -> None:
    """The document's nodes are those that the groups made, and nothing reads within a group."""
    for id, wanted in made.items():
        state = states[id]
        data = repr(state.data) if state.op == LEAF else ""
        if (state.op, tuple(map(_told, state.inputs)), data, state.is_muted) != wanted:
            raise StorageError(f"The node {state.name} is not what its group says.", "graph.nodes")
    used = [source for id, state in states.items() if id not in made for source in state.inputs]
    for item in groups.instances.values():
        if item.parent is None:
            used += [id for id, is_own in zip(item.arguments, item.is_own) if not is_own]
    for source in used:
        if isinstance(source, str) and groups.is_hidden(source):
            raise StorageError(f"{states[source].name} is used outside its group.", "graph.nodes")


def _told(source: Source) -> str:
    return source if isinstance(source, str) else f"number {source!r}"
