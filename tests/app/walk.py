"""The lecture's graph walked through, and what its panes show of it."""

from PySide6.QtCore import Qt

from app.backprop.step_view import StepView

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f"
LEFT = Qt.MouseButton.LeftButton


def id_of(window, name: str) -> str:
    return window.document.graph[name].id


def shown(window) -> str:
    return window.findChild(StepView, "backprop_lines").text


def marks(window):
    return window.build_tab.node_editor.view.nodes.marks


def names(window, ids) -> set[str]:
    return {window.document.graph.nodes[id].name for id in ids}
