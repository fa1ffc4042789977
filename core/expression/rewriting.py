"""Text that follows an edit of its graph."""

from core.expression.printer import to_text
from core.graph import Graph


def update_text(text: str, old_graph: Graph, new_graph: Graph) -> str:
    """The text for `new_graph`, where `text` says `old_graph`."""
    return text if new_graph.state() == old_graph.state() else to_text(new_graph)
