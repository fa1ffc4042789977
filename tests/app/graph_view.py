"""The graph view in the tests' hands: where things are in the widget, and what shows there."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu

L_GRAPH = "a = 2\nb = -3\nc = 10\nf = -2\ne = a*b\nd = e + c\nL = d * f\n"
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def box(view, name: str):
    """A node's box, in the widget."""
    canvas = view.canvas
    picture = canvas.refresh()
    rect = picture.rects[picture.drawing.index[view.document.graph[name].id]]
    return canvas.camera.transform().mapRect(rect)


def write(view, text: str) -> None:
    """Give the document another text, and let the view come to rest."""
    view.document.set_text(text)
    view.canvas.refresh()
    view.canvas.finish_moves()


def is_all_shown(view) -> bool:
    area = view.canvas.area().adjusted(-1, -1, 1, 1)
    return all(area.contains(box(view, node.name)) for node in view.document.graph)


def spot(view, name: str) -> QPoint:
    return box(view, name).center().toPoint()


def on_edge(view, source: str, target: str, share: float = 0.5) -> QPoint:
    """A point on the curve between two nodes, in the widget."""
    picture = view.canvas.refresh()
    graph = view.document.graph
    edge = picture.drawing.edges.index((graph[source].id, graph[target].id))
    points = picture.sample_points[picture.way_of_edge[edge][-1]]
    return view.canvas.camera.to_widget(QPointF(*points[int(share * 12)].tolist())).toPoint()


def color_at(view, point: QPointF) -> QColor:
    image = view.canvas.grab().toImage()
    return QColor(image.pixel(point.toPoint() * image.devicePixelRatio()))


def fill_of(view, name: str) -> QColor:
    """The colour just inside the lower left corner of a node's box."""
    return color_at(view, box(view, name).bottomLeft() + QPointF(8, -6))


def selected(view) -> set[str]:
    graph = view.document.graph
    return {graph.nodes[id].name for id in view.document.selection}


def choose(view, text: str) -> None:
    """Take an entry of the view's menu."""
    menu = view.findChild(QMenu, "graph_menu")
    next(action for action in menu.actions() if action.text() == text).trigger()
    view.canvas.refresh()


def wheel(view, at: QPointF, steps: int) -> None:
    everywhere = view.canvas.mapToGlobal(at)
    event = QWheelEvent(
        at, everywhere, QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.canvas, event)
