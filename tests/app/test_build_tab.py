"""The build tab: its arrangements, and one document in all of its panes."""

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QSplitterHandle

from app import fonts, theme
from app.build_tab import BuildTab
from app.document import Document
from app.settings import Settings
from app.widgets.buttons import QuietButton
from tests.app.building import without_style_sheet

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f"


def make_tab(qtbot, width, height):
    with without_style_sheet():
        tab = BuildTab(Document())
    qtbot.addWidget(tab)
    tab.resize(width, height)
    with qtbot.waitExposed(tab):
        tab.show()
    QApplication.processEvents()
    return tab


@pytest.fixture
def wide(qtbot):
    return make_tab(qtbot, 1920, 1004)


@pytest.fixture
def narrow(qtbot):
    return make_tab(qtbot, 1280, 724)


def box(tab, widget):
    return widget.rect().translated(widget.mapTo(tab, QPoint(0, 0)))


def test_the_panes_have_the_names_that_scripts_rely_on(wide):
    names = ["expression_edit", "expression_error", "node_editor", "graph_view", "inspector"]
    for name in names:
        assert wide.findChild(QObject, name) is not None, name
    assert wide.objectName() == "build_tab"
    assert isinstance(wide.findChild(QObject, "expression_edit"), QPlainTextEdit)


def test_wide_the_inspector_has_the_whole_height(wide):
    inspector, nodes = box(wide, wide.inspector), box(wide, wide.node_editor)
    graph, expression, code = (
        box(wide, pane) for pane in (wide.graph_view, wide.expression, wide.code)
    )
    assert inspector.height() == wide.height()
    assert abs(inspector.width() - 362) <= 2
    assert nodes.right() < graph.left() < graph.right() < inspector.left()
    assert nodes.bottom() < expression.top()
    assert (expression.left(), code.top()) == (nodes.left(), expression.top())
    assert abs(code.left() - graph.left()) <= 2
    assert not wide.expression.tabs.isVisible()


def test_narrow_the_inspector_is_under_the_graph(narrow):
    inspector, graph = box(narrow, narrow.inspector), box(narrow, narrow.graph_view)
    assert inspector.top() > graph.bottom()
    assert abs(inspector.left() - graph.left()) <= 2
    assert not narrow.code.isVisible()
    assert narrow.expression.tabs.isVisible()
    assert abs(box(narrow, narrow.node_editor).width() - graph.width()) <= 2


def test_the_arrangement_follows_the_windows_width(wide):
    wide.resize(1280, 724)
    QApplication.processEvents()
    assert not wide.is_wide
    assert box(wide, wide.inspector).top() > box(wide, wide.graph_view).bottom()
    wide.resize(1920, 1004)
    QApplication.processEvents()
    assert wide.is_wide
    assert box(wide, wide.inspector).height() == wide.height()
    assert wide.code.isVisible()


def test_moved_edges_are_remembered(wide, qtbot):
    before = wide.node_editor.width()
    handle = wide._upper.handle(1)
    assert isinstance(handle, QSplitterHandle)
    middle = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(handle, middle - QPoint(120, 0))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle - QPoint(120, 0))
    assert wide.node_editor.width() < before - 60
    moved = wide.node_editor.width()
    wide.hide()
    assert not Settings().layout("build_wide_upper").isEmpty()
    again = make_tab(qtbot, 1920, 1004)
    assert abs(again.node_editor.width() - moved) <= 2
    other = make_tab(qtbot, 1280, 724)
    assert abs(other.node_editor.width() - other.graph_view.width()) <= 2


def test_text_typed_once_shows_everywhere(wide, qtbot):
    edit = wide.findChild(QPlainTextEdit, "expression_edit")
    edit.setFocus()
    edit.insertPlainText(LECTURE)
    document = wide.expression._document
    assert document.graph["L"].data == -8.0
    assert "L.label = " in wide.code.view.toPlainText()
    document.select([document.graph["a"].id])
    assert wide.inspector.head.field.text() == "2"
    document.preview_value(document.graph["a"].id, 3.0)
    assert edit.toPlainText().startswith("a = 3.0")
    assert "Value(3.0" in wide.code.view.toPlainText()
    document.cancel_preview()
    assert edit.toPlainText() == LECTURE


def test_code_is_shown_in_each_kind_and_copied(wide, qtbot):
    document = wide.expression._document
    document.set_text(LECTURE)
    for kind, part in (("PyTorch", "import torch"), ("LaTeX", r"\cdot"), ("micrograd", "Value(")):
        qtbot.mouseClick(wide.code.kind.segment(kind), Qt.MouseButton.LeftButton)
        assert part in wide.code.view.toPlainText()
        qtbot.mouseClick(wide.findChild(QuietButton, "code_copy"), Qt.MouseButton.LeftButton)
        assert part in QGuiApplication.clipboard().text()


def test_narrow_the_code_is_a_tab_of_the_expression(narrow, qtbot):
    narrow.expression._document.set_text(LECTURE)
    qtbot.mouseClick(narrow.expression.tabs.segment("PyTorch"), Qt.MouseButton.LeftButton)
    assert narrow.expression.code.isVisible()
    assert "import torch" in narrow.expression.code.toPlainText()
    narrow.resize(1920, 1004)
    QApplication.processEvents()
    assert narrow.expression.edit.isVisible()


def test_large_type_survives_another_arrangement(wide):
    def sizes():
        return [
            wide.inspector.head.name.font().pixelSize(),
            wide.inspector.head.role.font().pixelSize(),
        ]

    assert sizes() == [28, 13]
    fonts.set_scale(1.35)
    QApplication.processEvents()
    assert not wide.is_wide
    assert sizes() == [38, 18]
    wide.resize(2400, 1200)
    QApplication.processEvents()
    assert wide.is_wide
    assert sizes() == [38, 18]
    fonts.set_scale(1.0)
    assert sizes() == [28, 13]


def test_the_bar_leaves_no_gap_after_large_type_behind_another_tab(wide):
    fonts.set_scale(1.35)
    QApplication.processEvents()
    wide.hide()
    fonts.set_scale(1.0)
    wide.show()
    QApplication.processEvents()
    bar, below = box(wide, wide.transport), box(wide, wide.expression)
    assert bar.height() == 64
    assert below.top() - bar.bottom() == theme.GAP + 1


def test_the_transport_bar_stands_between_nodes_and_expression(wide):
    bar = box(wide, wide.transport)
    assert bar.height() == 64
    assert box(wide, wide.node_editor).bottom() < bar.top()
    assert bar.bottom() < box(wide, wide.expression).top()
    assert bar.right() < box(wide, wide.inspector).left()
