"""Random edits of graphs with groups, for property-based tests."""

from collections.abc import Sequence

from hypothesis import strategies as st

from core.graph import LEAF, Graph, GraphError
from core.groups import MAX_NODES, grouping, levels
from tests.core.strategies import NUMBERS, add_node, graphs


@st.composite
def grouped_graphs(draw: st.DrawFn, steps: int = 6) -> Graph:
    """A graph after random grouping, calling, opening and ungrouping."""
    graph = draw(graphs(max_size=10))
    for _ in range(draw(st.integers(0, steps))):
        random_edit(draw, graph)
    graph.evaluate()
    return graph


def random_edit(draw: st.DrawFn, graph: Graph) -> str:
    """One edit, which may be refused. Returns what it was."""
    edit = draw(st.sampled_from(list(EDITS)))
    try:
        EDITS[edit](draw, graph)
    except GraphError:
        return f"{edit} (refused)"
    return edit


def group(draw: st.DrawFn, graph: Graph, kept: Sequence[str] = ()) -> None:
    units = list(graph.outline().units)
    if units:
        chosen = draw(st.sets(st.sampled_from(units), min_size=1, max_size=4))
        grouping.group(graph, chosen, kept=kept)


def call(draw: st.DrawFn, graph: Graph) -> None:
    if graph.groups.definitions and len(graph) < MAX_NODES / 50:
        name = draw(st.sampled_from(list(graph.groups.definitions)))
        source = st.sampled_from(visible(graph)) | NUMBERS if visible(graph) else NUMBERS
        count = len(graph.groups.definitions[name].parameters)
        grouping.call(graph, name, [draw(source) for _ in range(count)])


def inside(draw: st.DrawFn, graph: Graph) -> None:
    """Open any instance and change what is in it."""
    if not graph.groups.instances:
        return
    id = draw(st.sampled_from(list(graph.groups.instances)))
    level = levels.open_level(graph, id)
    edit = draw(st.sampled_from(["add", "connect", "remove", "input", "output", "number", "group"]))
    nodes = [node for node in level.graph if not level.graph.groups.is_part(node.id)]
    computed = [node for node in nodes if node.inputs]
    if edit == "add":
        add_node(draw, level.graph)
    elif edit == "connect" and computed:
        target = draw(st.sampled_from(computed))
        source = draw(st.sampled_from(visible(level.graph)))
        level.graph.connect(source, target.id, len(target.inputs) - 1)
    elif edit == "remove" and nodes:
        level.graph.remove([draw(st.sampled_from(nodes)).id])
    elif edit == "input":
        level.parameters.append(level.graph.add(LEAF, data=draw(NUMBERS)).id)
    elif edit == "output" and computed:
        id_of_output = draw(st.sampled_from(computed)).id
        if id_of_output not in level.outputs:
            level.outputs.append(id_of_output)
    elif edit == "number":
        for node in nodes:
            if node.is_leaf and node.id not in level.parameters:
                graph.set_data(node.id, draw(NUMBERS))
        return
    elif edit == "group":
        group(draw, level.graph, level.outputs)
    levels.write_level(graph, id, level)


def ungroup(draw: st.DrawFn, graph: Graph) -> None:
    outermost = [id for id, item in graph.groups.instances.items() if item.parent is None]
    if outermost:
        grouping.ungroup(graph, draw(st.sampled_from(outermost)))


def argument(draw: st.DrawFn, graph: Graph) -> None:
    """Feed or free an input of an instance."""
    for id, item in graph.groups.instances.items():
        if item.arguments:
            index = draw(st.integers(0, len(item.arguments) - 1))
            if draw(st.booleans()):
                graph.connect(draw(st.sampled_from(visible(graph))), id, index)
            else:
                graph.disconnect(id, index)
            return


def take_out(draw: st.DrawFn, graph: Graph) -> None:
    """Remove or mute any node that is in a group."""
    if graph.groups.owner:
        id = draw(st.sampled_from(list(graph.groups.owner)))
        if draw(st.booleans()) or graph.nodes[id].is_leaf:
            graph.remove([id])
        else:
            graph.set_muted(id, True)


def rename(draw: st.DrawFn, graph: Graph) -> None:
    """Give a function or a node in a group another name."""
    if graph.groups.owner:
        names = st.sampled_from(["u", "v", "f", "h1", "sigma"])
        if draw(st.booleans()):
            functions = st.sampled_from(list(graph.groups.definitions))
            grouping.rename_function(graph, draw(functions), draw(names))
        else:
            graph.rename(draw(st.sampled_from(list(graph.groups.owner))), draw(names))


def visible(graph: Graph) -> list[str]:
    """Nodes that others can use."""
    return [id for id in graph.nodes if not graph.groups.is_hidden(id)]


def mute(draw: st.DrawFn, graph: Graph) -> None:
    """Let any use of a group pass its first input through, or compute again."""
    if graph.groups.instances:
        id = draw(st.sampled_from(list(graph.groups.instances)))
        graph.set_muted(id, not graph.groups.instances[id].is_muted)


EDITS = {
    "group": group, "call": call, "inside": inside, "ungroup": ungroup, "argument": argument,
    "take out": take_out, "rename": rename, "mute": mute,
}  # fmt: skip
