"""The expression pane, typed into and clicked, over a real document."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.expression_pane import ExpressionPane
from app.expression_pane.replacement import smallest_replacement, utf16_units
from tests.work import calls_made

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f"


@pytest.fixture
def pane(qtbot):
    pane = ExpressionPane(Document())
    qtbot.addWidget(pane)
    pane.resize(830, 260)
    with qtbot.waitExposed(pane):
        pane.show()
    pane.activateWindow()
    pane.edit.setFocus()
    return pane


@pytest.fixture
def document(pane):
    return pane._document


@pytest.fixture
def lecture(pane, document):
    document.set_text(LECTURE)
    QApplication.processEvents()
    return document


def write(pane, qtbot, text):
    """Type at the cursor, as a person does."""
    first, *others = text.split("\n")
    qtbot.keyClicks(pane.edit, first)
    for line in others:
        qtbot.keyClick(pane.edit, Qt.Key.Key_Return)
        qtbot.keyClicks(pane.edit, line)


def move_cursor(pane, line, column=1, end_column=None):
    block = pane.edit.document().findBlockByNumber(line - 1)
    cursor = pane.edit.textCursor()
    cursor.setPosition(block.position() + column - 1)
    if end_column is not None:
        cursor.setPosition(block.position() + end_column - 1, QTextCursor.MoveMode.KeepAnchor)
    pane.edit.setTextCursor(cursor)


def test_typing_is_live_at_each_key(pane, document, qtbot):
    write(pane, qtbot, "a = 2")
    assert document.graph["a"].data == 2.0
    write(pane, qtbot, "5\nb = a * a")
    assert document.graph["a"].data == 25.0
    assert document.graph["b"].data == 625.0
    assert pane.status.good.text() == "2 values, output b = 625"
    assert not pane.status.error.isVisible()


def test_a_mistake_is_explained_and_the_last_good_graph_stays(pane, lecture, qtbot):
    move_cursor(pane, 7, 10)
    qtbot.keyClicks(pane.edit, "f")
    error = pane.status.error
    assert error.isVisible()
    assert error.objectName() == "expression_error"
    assert "Line 7, column 9: <b>ff</b> has no value." in error.text()
    assert pane.status.hint.isVisible()
    assert lecture.graph["L"].data == -8.0
    assert lecture.text.endswith("d * ff")
    qtbot.keyClick(pane.edit, Qt.Key.Key_Backspace)
    assert not error.isVisible()
    assert error.text() == ""
    assert pane.status.good.text() == "7 values, output L = −8"


def test_a_suggestion_is_taken_with_a_click(pane, lecture, qtbot):
    move_cursor(pane, 7, 10)
    qtbot.keyClicks(pane.edit, "f")
    error = pane.status.error
    metrics = error.fontMetrics()
    words = "Line 7, column 9: ff has no value. Did you mean "
    at = QPoint(metrics.horizontalAdvance(words) + 4, error.height() // 2)
    found = next(
        (QPoint(x, at.y()) for x in range(at.x() - 30, at.x() + 60) if clicked(error, qtbot, x)),
        None,
    )
    assert found is not None
    assert lecture.text == LECTURE
    assert lecture.text_error is None


def clicked(label, qtbot, x):
    qtbot.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(x, label.height() // 2))
    return label.text() == ""


def test_ctrl_z_and_ctrl_y_are_the_documents_history(pane, lecture, qtbot):
    stack = lecture.undo_stack
    count = stack.count()
    lecture.set_value(lecture.graph["a"].id, 5.0)
    assert pane.edit.text().startswith("a = 5.0")
    qtbot.keyClick(pane.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stack.count() == count + 1
    assert lecture.graph["a"].data == 2.0
    assert pane.edit.text() == LECTURE
    qtbot.keyClick(pane.edit, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert pane.edit.text().startswith("a = 5.0")


def test_a_dragged_number_leaves_cursor_selection_and_scroll_alone(pane, document, qtbot):
    lines = [f"x{i} = {i}.5" for i in range(100)]
    document.set_text("\n".join(lines))
    QApplication.processEvents()
    move_cursor(pane, 60, 2, 4)
    bar = pane.edit.verticalScrollBar()
    bar.setValue(40)
    QApplication.processEvents()
    for number in (7.25, 123456.5, 1.0):
        document.preview_value(document.graph["x3"].id, number)
        QApplication.processEvents()
        cursor = pane.edit.textCursor()
        assert cursor.selectedText() == "59"
        assert cursor.blockNumber() == 59
        assert bar.value() == 40
    document.cancel_preview()
    assert pane.edit.text() == "\n".join(lines)


def test_the_cursors_line_selects_its_node(pane, lecture, qtbot):
    move_cursor(pane, 5)
    assert lecture.selection == {lecture.graph["e"].id}
    qtbot.keyClick(pane.edit, Qt.Key.Key_Down)
    assert lecture.current == lecture.graph["d"].id


def test_a_click_beside_a_line_selects_its_node(pane, lecture, qtbot):
    row = pane.edit.visible_rows()[2]
    at = QPoint(60, round(row.top + row.height / 2))
    qtbot.mouseClick(pane._columns, Qt.MouseButton.LeftButton, pos=at)
    assert lecture.current == lecture.graph["c"].id


def test_a_node_selected_elsewhere_shows_its_line(pane, document, qtbot):
    document.set_text("\n".join(f"x{i} = {i}.5" for i in range(200)))
    move_cursor(pane, 1)
    QApplication.processEvents()
    document.select([document.graph["x150"].id])
    QApplication.processEvents()
    rows = pane.edit.visible_rows()
    assert rows[0].line <= 151 <= rows[-1].line
    assert pane.edit.textCursor().blockNumber() == 0
    picture = pane.edit.grab().toImage()
    document.select([])
    assert pane.edit.grab().toImage() != picture


def test_numbers_follow_and_are_dimmed_by_a_mistake(pane, lecture, qtbot):
    def picture():
        return pane._columns.grab().toImage()

    before = picture()
    lecture.preview_value(lecture.graph["a"].id, 3.0)
    live = picture()
    assert live != before
    lecture.cancel_preview()
    assert picture() == before
    move_cursor(pane, 7, 10)
    marked = picture()
    qtbot.keyClicks(pane.edit, "+")
    assert picture() != marked
    assert pane._lines.is_stale


def test_the_width_of_lines_that_are_gone_is_forgotten(pane, lecture):
    lecture.set_text(f"{LECTURE}\n")
    columns, bar = pane._columns.geometry(), pane.edit.horizontalScrollBar()
    lecture.edit("Add", lambda: [lecture.graph.add("mul", label="long " * 30) for _ in range(3)])
    pane.grab()  # what is painted is measured
    assert bar.maximum() > 0
    lecture.undo_stack.undo()
    pane.grab()
    assert bar.maximum() == 0
    assert pane._columns.geometry() == columns


def test_a_muted_line_says_so(pane, document):
    document.set_text("a = 2.0\ne = a * 1.0\n")
    QApplication.processEvents()
    before = pane._columns.grab().toImage()
    document.edit("Mute", lambda: document.graph.set_muted(document.graph["e"].id, True))
    assert (document.graph["e"].data, document.graph["a"].grad) == (2.0, 1.0)  # no number changes
    assert pane._columns.grab().toImage() != before


def test_lines_keep_their_numbers_while_the_text_has_a_mistake(pane, lecture, qtbot):
    graph = lecture.graph
    move_cursor(pane, 5)
    write(pane, qtbot, "x = (\n")
    assert lecture.text_error is not None
    named = [pane._lines.node_at(line) for line in range(1, 9)]
    expected = ["a", "b", "c", "f", None, "e", "d", "L"]
    assert named == [name and graph[name].id for name in expected]
    assert pane._lines.lines_of([graph["d"].id]) == {7}


def test_lines_of_another_text_get_no_numbers(pane, lecture, qtbot):
    QGuiApplication.clipboard().setText("a = 2.0\nx = (\n\n\ny = 1\nL = d * f")
    pane.edit.selectAll()
    pane.edit.paste()
    assert lecture.text_error is not None
    beside = {line: pane._lines.node_at(line) for line in range(1, 7)}
    graph = lecture.graph
    assert beside == {1: graph["a"].id, 2: None, 3: None, 4: None, 5: None, 6: graph["L"].id}
    assert pane._lines.lines_of([graph["a"].id, graph["b"].id, graph["L"].id]) == {1, 6}


def test_what_is_too_large_is_refused_before_it_is_inserted(pane, lecture, qtbot):
    QGuiApplication.clipboard().setText("a = 1\n" * 50_000)
    pane.edit.paste()
    assert pane.edit.text() == LECTURE
    assert "more than 200 kB are not read" in pane.status.error.text()
    QGuiApplication.clipboard().setText("# " + "x" * 150_000 + "\n")
    for _ in range(2):
        pane.edit.paste()
    assert 150_000 < len(pane.edit.text()) < 200_000
    assert pane.status.error.isVisible()


def test_the_button_copies_the_text(pane, lecture, qtbot):
    from app.widgets.buttons import IconButton

    copy = pane.findChild(IconButton, "expression_copy")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == LECTURE


def test_the_menu_copies_as_code_and_zooms(pane, lecture, qtbot):
    from app.widgets.buttons import IconButton

    def choose(words):
        more = next(b for b in pane.findChildren(IconButton) if b.toolTip().startswith("More"))
        qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
        menu = QApplication.activePopupWidget()
        next(action for action in menu.actions() if action.text() == words).trigger()
        menu.close()

    choose("Copy as PyTorch")
    assert "import torch" in QGuiApplication.clipboard().text()
    height = pane.edit.row_height()
    choose("Larger text")
    assert pane.edit.row_height() > height
    choose("Normal text")
    assert pane.edit.row_height() == height


def test_pasted_line_ends_and_letters_beyond_the_basic_plane(pane, document, qtbot):
    QGuiApplication.clipboard().setText("a = 2\r\nb = a * 3  # 𝑥𝑦\r\nc = bb\r\n")
    pane.edit.paste()
    assert document.text_error.line == 3
    document.set_text("a = 2\nb = a * 3  # 𝑥𝑦\nc = b")
    document.set_value(document.graph["a"].id, 4.0)
    assert pane.edit.text() == document.text
    assert document.graph["c"].data == 12.0


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000, "-" * 50_000 + "1", "x = __import__('os')", "a" * 300_000, "a = 1\n" * 50_000],
)
def test_hostile_text_is_refused(pane, document, qtbot, text):
    document.set_text("a = 1.0")
    QGuiApplication.clipboard().setText(text)
    pane.edit.selectAll()
    pane.edit.paste()
    pane.read_now()
    assert pane.status.error.isVisible()
    assert document.graph["a"].data == 1.0


def test_long_text_is_read_when_the_typing_pauses(pane, document, qtbot):
    document.set_text("\n".join(f"long_name_{i} = {i}.25" for i in range(1200)))
    move_cursor(pane, 1, 15)
    qtbot.keyClicks(pane.edit, "9")
    assert document.graph["long_name_0"].data == 0.25
    qtbot.waitUntil(lambda: document.graph["long_name_0"].data != 0.25)
    qtbot.keyClicks(pane.edit, "1")
    qtbot.keyClick(pane.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.text == pane.edit.text()


def test_another_document_takes_the_place(pane, lecture, qtbot):
    lecture.new()
    assert pane.edit.text() == ""
    assert pane.status.good.text() == ""
    write(pane, qtbot, "q = 3")
    assert lecture.graph["q"].data == 3.0


def test_ctrl_and_the_wheel_zoom(pane, lecture, qtbot):
    height = pane.edit.row_height()
    for direction in (120, -240):
        event = QWheelEvent(
            QPointF(50, 50), pane.edit.mapToGlobal(QPointF(50, 50)), QPoint(), QPoint(0, direction),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(pane.edit.viewport(), event)
        assert (pane.edit.row_height() > height) == (direction > 0)


def test_tab_leaves_the_text(pane, lecture, qtbot):
    qtbot.keyClick(pane.edit, Qt.Key.Key_Tab)
    assert not pane.edit.hasFocus()
    assert pane.edit.text() == LECTURE


def test_a_long_line_has_more_room_than_short_ones(pane, document, qtbot):
    pane.resize(626, 260)
    document.set_text("a = 1.0")
    short = pane._columns.x()
    document.set_text("a_long_name_of_a_value = 0.25 * (1.0 + 2.0 + 3.0)")
    QApplication.processEvents()
    assert pane._columns.x() > short + 60
    assert pane._columns._places().bar is not None


def test_lines_out_of_sight_cost_a_drag_nothing(pane, document, qtbot):
    def follow(value):
        document.graph.set_data(document.graph["x0"].id, value)
        document.graph.evaluate()
        return calls_made(lambda: (document.values_changed.emit(None), pane._columns.repaint()))

    work = []
    for n in (100, 1000):
        lines = ["x0 = 1.0", *(f"x{i} = x{i - 1} * 0.999 + 0.001" for i in range(1, n))]
        document.set_text("\n".join(lines))
        QApplication.processEvents()
        follow(1.0)  # what is made once
        work.append(follow(2.0))
    assert work[1] < 1.2 * work[0]


def test_the_smallest_replacement():
    assert smallest_replacement("same", "same") is None
    assert smallest_replacement("a = 2.0\nb", "a = 2.5\nb") == (6, 7, "5")
    assert smallest_replacement("aa", "aaa") == (2, 2, "a")
    assert smallest_replacement("abc", "") == (0, 3, "")
    assert smallest_replacement("𝑥 = 1", "𝑥 = 2") == (5, 6, "2")
    assert utf16_units("𝑥 = ") == 5


def test_a_function_is_typed_with_its_body_indented(pane, document, qtbot):
    write(pane, qtbot, "def f(x):  # a cubic\nu = x**2\nreturn 3*u - 4*x + 5\ny = f(2)")
    assert document.text_error is None
    assert document.text == (
        "def f(x):  # a cubic\n    u = x**2\n    return 3*u - 4*x + 5\ny = f(2)"
    )
    assert document.graph["y"].data == 9.0
    assert len(document.graph.groups.instances) == 1
