"""Containers that stay as they are while what they hold needs no other room."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from app.widgets.containers import Splitter, Tabs


class Canvas(QWidget):
    """Counts how often it is painted."""

    paints = 0

    def paintEvent(self, event):
        self.paints += 1


def pane(label):
    widget = QWidget()
    QVBoxLayout(widget).addWidget(label)
    return widget


def settle():
    for _ in range(3):
        QApplication.processEvents()


@pytest.mark.parametrize("kind", [Splitter, Tabs])
def test_a_new_text_of_the_same_room_paints_nothing_else(qtbot, kind):
    container = kind()
    qtbot.addWidget(container)
    label, canvas = QLabel("1.25"), Canvas()
    label.setMinimumWidth(80)
    page = pane(label)
    page.layout().addWidget(canvas)
    if kind is Splitter:
        container.addWidget(pane(QLabel("other")))
        container.addWidget(page)
    else:
        container.addTab(page, "page")
    container.resize(400, 300)
    container.show()
    qtbot.waitExposed(container)
    label.setText("1.26")  # the first request finds out what room is needed
    settle()
    before = canvas.paints
    label.setText("1.27")
    settle()
    assert canvas.paints == before


def test_a_pane_that_needs_more_room_gets_it(qtbot):
    splitter = Splitter()
    qtbot.addWidget(splitter)
    label, other = QLabel("short"), QLabel("other")
    splitter.addWidget(pane(label))
    splitter.addWidget(other)
    splitter.resize(400, 100)
    splitter.show()
    qtbot.waitExposed(splitter)
    splitter.setSizes([100, 300])
    label.setText("much longer " * 4)
    qtbot.waitUntil(lambda: splitter.widget(0).width() >= label.sizeHint().width())


def test_a_page_that_needs_more_room_widens_the_tabs(qtbot):
    tabs = Tabs()
    qtbot.addWidget(tabs)
    label = QLabel("short")
    tabs.addTab(pane(label), "page")
    tabs.show()
    qtbot.waitExposed(tabs)
    label.setText("much longer " * 8)
    qtbot.waitUntil(lambda: tabs.minimumSizeHint().width() >= label.sizeHint().width())
