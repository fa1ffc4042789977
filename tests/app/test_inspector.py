"""The inspector over a real document, used by mouse and keys."""

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.inspector import Inspector
from app.inspector.subject import Subject
from tests.app.number_field import drag
from tests.work import calls_made

LECTURE = "a = 2.0\nb = -3.0\nc = 10.0\nf = -2.0\ne = a * b\nd = e + c\nL = d * f"


@pytest.fixture
def document(qapp):
    document = Document()
    document.set_text(LECTURE)
    return document


@pytest.fixture
def inspector(qtbot, document):
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.resize(362, 900)
    with qtbot.waitExposed(inspector):
        inspector.show()
    inspector.activateWindow()
    return inspector


def select(document, name):
    document.select([document.graph[name].id])
    QApplication.processEvents()


def test_a_leaf_is_explained_as_in_the_lecture(inspector, document):
    select(document, "a")
    head = inspector.head
    assert head.name.text() == "a"
    assert head.role.text() == "leaf, used once"
    assert (head.field.text(), head.grad.shown_text()) == ("2", "6")
    sentence = "Raise <b>a</b> by 0.01 and <b>L</b> rises by about <b>0.06</b>, to −7.94."
    assert head.sentence.text() == sentence
    assert inspector.chain.sentence() == "∂L/∂a = −3 × −2 = 6"
    words = "e = a × b, so a change in a reaches e multiplied by b."
    assert inspector.because.text() == words
    assert inspector.product.text() == "−3 × 1 × −2 = <b>6</b>"
    assert inspector.path_section.title.text() == "Path to L"
    lines = [(line.words, line.how, line.number) for line in inspector.contributions.lines]
    assert lines == [("from e", "−3 × −2", 6.0), ("Sum", "", 6.0)]
    assert not inspector.formula_section.isVisible()


def test_a_computed_node_shows_its_formula_and_local_derivatives(inspector, document):
    select(document, "e")
    assert inspector.head.role.text() == "multiply, used once"
    assert not inspector.head.field.isVisible()
    assert inspector.head.data.shown_text() == "−6"
    lines = [(line.words, line.how, line.number) for line in inspector.formula.lines]
    assert lines == [
        ("e = a × b", "2 × −3", -6.0),
        ("∂e/∂a = b", "", -3.0),
        ("∂e/∂b = a", "", 2.0),
    ]


def test_several_uses_add_up(inspector, document):
    document.set_text("a = 3.0\nb = a + a\nL = b * a")
    select(document, "a")
    assert inspector.head.role.text() == "leaf, used 3 times"
    assert inspector.chain.sentence() == "∂L/∂a = 6 × 1 + 1 × 3 + 1 × 3 = 12"
    numbers = [line.number for line in inspector.contributions.lines]
    assert numbers == [6.0, 3.0, 3.0, 12.0]
    assert inspector.path_section.hint.text() == "3 paths"


def test_many_uses_are_counted(inspector, document):
    document.set_text("a = 1.0\nL = " + " + ".join(["a*a"] * 20))
    select(document, "a")
    lines = inspector.contributions.lines
    assert lines[-2].words == "and 32 more"
    assert lines[-1].number == 40.0
    assert not inspector.chain.grab().isNull()


def test_dragging_the_data_is_live_and_one_undo_step(inspector, document, qtbot):
    select(document, "a")
    count = document.undo_stack.count()
    drag(inspector.head.field, 10, 20, release=False)
    assert document.graph["a"].data == 2.2
    assert document.graph["L"].data == pytest.approx(-6.8)
    assert inspector.chain.sentence() == "∂L/∂a = −3 × −2 = 6"
    assert document.undo_stack.count() == count
    qtbot.mouseRelease(inspector.head.field, Qt.MouseButton.LeftButton)
    assert document.undo_stack.count() == count + 1
    document.undo_stack.undo()
    assert inspector.head.field.value() == 2.0


def test_the_other_numbers_follow_a_drag(inspector, document):
    select(document, "b")
    document.preview_value(document.graph["a"].id, 5.0)
    assert inspector.head.grad.shown_text() == "−10"
    assert inspector.chain.sentence() == "∂L/∂b = 5 × −2 = −10"
    assert inspector.product.text() == "5 × 1 × −2 = <b>−10</b>"
    document.cancel_preview()
    assert inspector.head.grad.shown_text() == "−4"


def test_formulas_follow_the_number_of_an_input_that_is_not_connected(inspector, document):
    document.set_text("a = 2.0\nL = a * 3")
    select(document, "a")
    assert inspector.because.text().startswith("L = a × 3,")
    document.preview_input(document.graph["L"].id, 1, 4.0)
    assert inspector.because.text().startswith("L = a × 4,")
    assert inspector.chain.sentence() == "∂L/∂a = 4 × 1 = 4"


def test_escape_in_a_drag_brings_the_number_back(inspector, document, qtbot):
    select(document, "a")
    drag(inspector.head.field, 30, release=False)
    assert document.graph["a"].data != 2.0
    qtbot.keyClick(inspector.head.field, Qt.Key.Key_Escape)
    assert document.graph["a"].data == 2.0
    assert document.undo_stack.count() == 1


def test_f2_renames_the_node(inspector, document, qtbot):
    select(document, "e")
    name = inspector.head.name
    name.setFocus()
    qtbot.keyClick(name, Qt.Key.Key_F2)
    qtbot.keyClicks(name, "energy")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "energy = a * b" in document.text
    assert name.text() == "energy"


def test_a_refused_name_leaves_all_as_it_was(inspector, document, qtbot):
    select(document, "e")
    name = inspector.head.name
    qtbot.mouseDClick(name, Qt.MouseButton.LeftButton)
    assert name.is_editing
    qtbot.keyClicks(name, "2 x")
    with qtbot.waitSignal(document.refused) as refused:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "2 x" in refused.args[0]
    assert name.text() == "e"
    assert document.text == LECTURE
    qtbot.mouseDClick(name, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(name, "zzz")
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert (name.text(), document.text) == ("e", LECTURE)


def test_the_gradient_check_agrees_after_a_rest(inspector, document, qtbot):
    select(document, "a")
    hint = inspector.check_section.hint
    qtbot.waitUntil(lambda: hint.text() == "✓ agrees")
    slope, error = inspector.check_table.lines
    assert slope.text == "6.000000000"
    assert error.words == "error, at h = 1e−5"
    assert error.number < 1e-9


def test_a_low_inspector_has_the_verdict_and_a_tip_with_the_figures(inspector, document, qtbot):
    inspector.set_narrow(True)
    select(document, "a")
    hint = inspector.check_section.hint
    qtbot.waitUntil(lambda: hint.text() == "✓ agrees")
    assert not inspector.check_table.isVisible()
    assert "central difference: 6.000000000" in hint.toolTip()
    inspector.set_narrow(False)
    assert inspector.check_table.isVisible()


def test_another_node_has_its_room_in_the_same_frame(inspector, document):
    document.select([document.graph["L"].id])
    document.select([document.graph["a"].id])
    for part in (inspector.chain, inspector.check_table):
        assert part.height() == part.sizeHint().height() > 0


def test_what_is_not_finite_says_why(inspector, document):
    document.set_text("u = -1.0\ny = log(u)")
    select(document, "y")
    assert inspector.head.sentence.text() == "Not finite: log of −1 is not real."
    assert inspector.head.sentence.role == "error"
    document.set_value(document.graph["u"].id, 1.0)
    assert inspector.head.sentence.role == "text"


def test_what_the_output_does_not_need_says_so(inspector, document):
    document.set_text("a = 1.0\nb = 2.0\nL = a * 3\nL.backward()")
    select(document, "b")
    assert "does not reach the output" in inspector.head.sentence.text()
    assert inspector.head.grad.shown_text() == "–"
    assert not inspector.chain_section.isVisible()
    assert not inspector.check_section.isVisible()


def test_nothing_selected_offers_the_output(inspector, document, qtbot):
    button = inspector._empty.action_button
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.current == document.graph["L"].id
    assert inspector.head.name.text() == "L"
    document.delete(document.selection)
    document.new()
    assert not inspector._empty.action_button.isVisible()


def test_a_click_on_the_path_goes_there(inspector, document, qtbot):
    select(document, "a")
    path = inspector.path
    boxes = dict(path._boxes())
    qtbot.mouseClick(path, Qt.MouseButton.LeftButton, pos=boxes[2].center().toPoint())
    assert document.current == document.graph["d"].id


def test_locked_it_keeps_its_node(inspector, document, qtbot):
    select(document, "a")
    qtbot.mouseClick(inspector.lock, Qt.MouseButton.LeftButton)
    select(document, "b")
    assert inspector.head.name.text() == "a"
    document.delete([document.graph["a"].id])
    assert inspector.head.name.text() == "b"
    assert not inspector.lock.isChecked()


def test_numbers_are_copied_with_all_digits(inspector, document):
    document.set_text("a = 2.0\nL = a / 3")
    select(document, "a")
    grad = inspector.head.grad
    at = QPoint(5, 5)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(grad, QContextMenuEvent(reason, at, grad.mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    menu.actions()[0].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == "0.3333333333333333"
    assert grad.toolTip() == "0.3333333333333333"


def test_narrow_it_fits_under_the_graph(inspector, document):
    select(document, "a")
    inspector.set_narrow(True)
    inspector.resize(628, 252)
    QApplication.processEvents()
    assert inspector.chain.mapTo(inspector, QPoint(0, 0)).x() > 200
    bottom = inspector.chain.mapTo(inspector, QPoint(0, inspector.chain.height())).y()
    assert bottom <= 252
    inspector.set_narrow(False)
    inspector.resize(362, 900)
    QApplication.processEvents()
    assert inspector.chain.mapTo(inspector, QPoint(0, 0)).x() < 40


def test_nodes_that_are_not_shown_cost_a_drag_nothing(inspector, document):
    def follow(value):
        document.graph.set_data(document.graph["x0"].id, value)
        document.graph.evaluate()
        return calls_made(lambda: document.values_changed.emit(None))

    work = []
    for n in (50, 500):
        lines = ["x0 = 1.0", *(f"x{i} = x{i - 1} * 0.999 + 0.001" for i in range(1, n))]
        document.set_text("\n".join(lines))
        select(document, "x0")
        follow(1.0)  # what is made once
        work.append(follow(2.0))
    assert work[1] < 1.2 * work[0]


def test_a_subject_lists_each_contribution_once(document):
    subject = Subject(document.graph, document.graph["f"].id, document.gradient_scale)
    subject.find_path()
    assert [line.words for line in subject.contribution_lines()] == ["from L", "Sum"]
    assert subject.path().count == 1
    output = Subject(document.graph, document.graph["L"].id, document.gradient_scale)
    output.find_path()
    assert output.path() is None
    assert [line.words for line in output.contribution_lines()] == ["∂L/∂L of itself", "Sum"]


def test_a_dragged_number_asks_for_no_new_layout(inspector, document, qtbot):
    """The sentence has room for its two lines from the start; only a third one asks for more."""
    select(document, "a")
    asked = LayoutRequests()
    inspector.installEventFilter(asked)
    inspector._content.installEventFilter(asked)
    for x in (-1.5, 0.001, 123456.0):
        document.preview_value(document.graph["a"].id, x)
        QApplication.processEvents()
    assert asked.count == 0
    sentence = inspector.head.sentence
    two_lines = sentence.height()
    document.cancel_preview()
    document.rename(document.graph["L"].id, "a_name_that_is_very_long_" * 4)
    QApplication.processEvents()
    assert sentence.height() > two_lines
    assert asked.count > 0


class LayoutRequests(QObject):
    """Counts how often a new layout is asked for."""

    count = 0

    def eventFilter(self, _watched, event):
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False
