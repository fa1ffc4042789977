"""What stands on the screen is what would be painted anew, whatever was done before."""

import copy
import random
from itertools import combinations

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QPointF, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app import theme
from app.node_editor.camera import REST
from app.node_editor.editor import NodeEditor
from app.node_editor.far import FAR
from app.node_editor.stamps import digits
from core.numbers import format_number
from tests.app.hand import CTRL, MIDDLE

ROWS, COLUMNS = 6, 8
BLOCK = 8  # pixels


def woven() -> str:
    """Nodes in columns, each fed by two of the column before."""
    lines = [f"x0_{row} = {0.3 * row - 0.8:.1f}" for row in range(ROWS)]
    for column in range(1, COLUMNS):
        for row in range(ROWS):
            near = [f"x{column - 1}_{(row + step) % ROWS}" for step in (0, 1)]
            op = "+*-"[(row + column) % 3]
            lines.append(f"x{column}_{row} = {near[0]} {op} {near[1]}")
    last = [f"x{COLUMNS - 1}_{row}" for row in range(ROWS)]
    return "\n".join([*lines, "y = tanh(" + " + ".join(last) + ")"])


@pytest.fixture
def weaver(hand):
    """The hand on a graph of fifty nodes, all in sight."""
    hand.document.set_text(woven())
    hand.view.fit_all(animated=False)
    return hand


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    size = image.height(), image.width(), 4
    return np.frombuffer(image.constBits(), np.uint8).reshape(size)[..., :3].astype(int)


def on_screen(hand) -> np.ndarray:
    """What the window shows: all that was painted since it opened, in parts."""
    window = hand.editor.window()
    QApplication.processEvents()
    for _ in range(2):  # what is painted may ask for more
        QApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)
    image = window.screen().grabWindow(window.winId()).toImage()
    corner = hand.view.viewport().mapTo(window, QPoint())
    size = hand.view.viewport().size()
    return pixels(image.copy(corner.x(), corner.y(), size.width(), size.height()))


def anew(hand) -> np.ndarray:
    """The same in an editor that has painted nothing before."""
    other = NodeEditor(hand.document)
    other.resize(hand.editor.size())
    other.show()
    view = other.view
    view.is_placed_by_hand = True
    view.setTransform(hand.view.transform())
    for bar, like in (
        (view.horizontalScrollBar(), hand.view.horizontalScrollBar()),
        (view.verticalScrollBar(), hand.view.verticalScrollBar()),
    ):
        bar.setValue(like.value())
    view.nodes.marks = copy.copy(hand.view.nodes.marks)
    for id, box in view.nodes.boxes.items():
        box.x, box.y = hand.view.nodes.boxes[id].x, hand.view.nodes.boxes[id].y
    view.nodes.boxes_moved()
    view.set_zooming(False)
    view.minimap.setVisible(hand.view.minimap.isVisible())
    corner = view.viewport().mapTo(other, QPoint())
    image = other.grab().toImage()
    size = view.viewport().size()
    shown = pixels(image.copy(corner.x(), corner.y(), size.width(), size.height()))
    other.close()
    shiboken6.delete(other)
    return shown


def most_different(one: np.ndarray, other: np.ndarray) -> float:
    """How much the most different block of pixels differs.

    A hairline's single pixels depend on where Qt cuts it off, and a digit that stands on half a
    pixel may be beside itself: what is drawn otherwise differs by more than that.
    """
    shifted = [np.abs(one - np.roll(other, by, axis=1)).max(axis=2) for by in (-1, 0, 1)]
    difference = np.minimum.reduce(shifted)
    height, width = (side // BLOCK * BLOCK for side in difference.shape)
    blocks = difference[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())


class Wanderer:
    """Does this and that, in an order by chance, and looks at the screen in between."""

    def __init__(self, hand, seed: int, look) -> None:
        self._hand, self._chance, self._look = hand, random.Random(seed), look
        self._steps = (
            self._pan, self._zoom, self._fit, self._look_closely,
            self._drag, self._scrub, self._select, self._theme,
        )  # fmt: skip

    def go_on(self) -> None:
        self._chance.choice(self._steps)()

    def _somewhere(self) -> QPoint:
        return QPoint(self._chance.randrange(60, 700), self._chance.randrange(60, 400))

    def _pan(self) -> None:
        self._hand.press(QPoint(300, 300), MIDDLE)
        for _ in range(3):
            self._hand.drag_to(self._somewhere(), button=MIDDLE)
            on_screen(self._hand)
        self._hand.release(QPoint(300, 300), MIDDLE)

    def _zoom(self) -> None:
        for _ in range(3):
            factor = self._chance.choice([0.7, 0.93, 1.1, 1.4])
            self._hand.view.zoom_at(QPointF(self._somewhere()), factor)
            on_screen(self._hand)
        self._hand.view.set_zooming(False)

    def _fit(self) -> None:
        self._hand.view.fit_all(animated=False)

    def _look_closely(self) -> None:
        self._hand.view.zoom_to(self._chance.choice([0.5, 0.7, 0.9, 1.3]))
        self._hand.view.set_zooming(False)

    def _drag(self) -> None:
        box = self._chance.choice(list(self._hand.view.nodes.boxes.values()))
        start = self._hand.pixel(box.rect.topLeft() + QPointF(130, 14))
        self._hand.press(start)
        for _ in range(3):
            self._hand.drag_to(self._somewhere())  # with guides over the nodes
            on_screen(self._hand)
            self._hand.drag_to(self._somewhere(), keys=CTRL)
            self._look()
        self._hand.release(self._somewhere())

    def _scrub(self) -> None:
        leaf = self._hand.id(f"x0_{self._chance.randrange(ROWS)}")
        for _ in range(3):
            number = self._hand.graph.nodes[leaf].data + self._chance.choice([0.01, 0.001, 0.3])
            self._hand.document.preview_value(leaf, number)
            self._look()
        self._hand.document.cancel_preview()

    def _select(self) -> None:
        names = self._chance.sample(sorted(self._hand.names()), 3)
        self._hand.document.select([self._hand.id(name) for name in names])

    def _theme(self) -> None:
        theme.set_current("light" if theme.current().is_dark else "dark")


def test_after_any_gestures_the_screen_shows_what_is_there(weaver):
    def look() -> None:
        assert most_different(on_screen(weaver), anew(weaver)) < 32, weaver.view.zoom

    wanderer = Wanderer(weaver, 8, look)
    for _ in range(10):
        wanderer.go_on()
        look()


def test_what_is_written_otherwise_counts_as_changed():
    numbers = [9.9994, 9.9996, 10.0, 99.996, 1000.0, 9999.4, 9999.6, 10000.0, 10001.0, 1e-5, 0.0]
    numbers += [-number for number in numbers]
    for one, other in combinations(zip(numbers, digits(np.array(numbers)).T.tolist()), 2):
        assert format_number(one[0]) == format_number(other[0]) or one[1] != other[1]


@pytest.mark.parametrize("zoom", [0.25, 0.45, 0.7, 1.0])
def test_where_a_drag_changes_something_it_is_painted(weaver, zoom):
    view, leaf = weaver.view, weaver.id("x0_1")
    view.zoom_to(zoom)
    view.centerOn(weaver.box("x1_1").rect.center())
    view.set_zooming(False)
    on_screen(weaver)
    for number in (-0.49, -0.4, 0.3):
        weaver.document.preview_value(leaf, number)
        assert most_different(on_screen(weaver), anew(weaver)) < 32, number
    weaver.document.cancel_preview()
    start = weaver.pixel(weaver.box("x1_1").rect.topLeft() + QPointF(130, 14))
    weaver.press(start)
    on_screen(weaver)
    for by in (QPoint(20, 30), QPoint(-60, 90)):
        weaver.drag_to(start + by, keys=CTRL)
        assert most_different(on_screen(weaver), anew(weaver)) < 32, by
    weaver.release(start)


def test_a_canvas_moved_from_far_out_is_painted_as_it_would_be_anew(weaver):
    view = weaver.view
    view.zoom_to(FAR * 0.5)
    view.set_zooming(False)
    on_screen(weaver)
    for by in (QPoint(9, -5), QPoint(-30, 12), QPoint(0, 40), QPoint(900, 0), QPoint(-885, -20)):
        view.pan_by(by)
        on_screen(weaver)
        weaver.document.set_value(weaver.id("x0_0"), by.x() / 10)
        view.pan_by(QPoint(3, 2))
        on_screen(weaver)
        view.pan_by(QPoint(-4, 5))
        moved = on_screen(weaver)
        view.viewport().update()
        # A pixmap rounds smooth edges otherwise than a window.
        assert np.abs(moved - on_screen(weaver)).max() < 16


def test_while_it_zooms_the_picture_is_stretched_and_sharp_at_rest(weaver, qtbot):
    view = weaver.view
    (rest,) = [timer for timer in view.findChildren(QTimer) if timer.interval() == REST]
    rest.setInterval(60_000)  # however long what follows takes
    on_screen(weaver)
    view.zoom_at(QPointF(400, 250), 1.01)
    on_screen(weaver)
    view.zoom_at(QPointF(400, 250), 1.1)
    stretched = on_screen(weaver)
    view.zoom_at(QPointF(400, 250), 1 / 1.2)  # with bands around it that the picture lacks
    shrunken = on_screen(weaver)
    rest.start(0)
    qtbot.waitUntil(lambda: not view.nodes.is_zooming)
    at_rest = on_screen(weaver)
    assert np.abs(at_rest - shrunken).mean() < 6  # the same things at the same places
    assert (at_rest != shrunken).any()
    assert (stretched != shrunken).any()
    assert np.abs(at_rest - anew(weaver)).max() < 16  # a pixmap rounds smooth edges otherwise
