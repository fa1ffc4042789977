"""Experiments with gradients, by mouse and keys: check, curve, nudge, bugs, PyTorch."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QSlider, QWidget

from app.experiments import torch_page
from app.experiments.names import BUGS, CHECK, CURVE, TITLES, TORCH, WHAT_IF
from app.experiments.table import NodeTable

PARABOLA = "x = 3.0\ny = 3 * x**2 - 4 * x + 5"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def is_training_deferred() -> bool:
    return True


@pytest.fixture
def show(window):
    """Open an experiment, and return its page."""

    def show(title: str, text: str | None = None):
        if text is not None:
            window.document.set_text(text)
        window.open_experiments(title)
        QApplication.processEvents()
        page = window.build_tab.experiments.page(title)
        assert page.isVisible()
        return page

    return show


@pytest.fixture
def click(window, qtbot):
    def click(name: str) -> None:
        button = window.findChild(QWidget, name)
        assert button.isVisible(), name
        assert button.isEnabled(), name
        qtbot.mouseClick(button, LEFT)

    return click


def slide(page, name: str, key: Qt.Key, times: int = 1) -> None:
    slider = page.findChild(QSlider, name)
    for _ in range(times):
        QTest.keyClick(slider, key)


def cells(page, name: str) -> dict[str, tuple[str, ...]]:
    table = page.findChild(NodeTable, name)
    return {row.cells[0]: row.cells[1:] for row in table.rows}


def wrong(page, name: str) -> set[str]:
    table = page.findChild(NodeTable, name)
    return {row.cells[0] for row in table.rows if row.is_wrong}


def drag(plot, start: QPoint, *stops: QPoint, release: bool = True) -> None:
    viewport = plot.findChild(QWidget, "plot_canvas")
    at = [viewport.mapFrom(plot, point) for point in (start, *stops)]
    QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, at[0])
    for point in at[1:]:
        QTest.mouseMove(viewport, point)
    if release:
        QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, at[-1])


# ----- the panel ---------------------------------------------------------------------------------


def test_they_open_in_place_of_the_inspector_and_give_it_back(window, click, qtbot):
    tab = window.build_tab
    sizes = tab._rows.sizes()
    click("inspector_experiments")
    assert tab.experiments.isVisible()
    assert not tab.inspector.isVisible()
    assert tab.experiments.height() >= 280
    qtbot.mouseClick(tab.experiments.tabs.segment(CURVE), LEFT)
    assert tab.experiments.page(CURVE).isVisible()
    click("experiments_close")
    assert tab.inspector.isVisible()
    assert tab._rows.sizes() == sizes
    window.findChild(QAction, "action_experiments").trigger()
    assert tab.experiments.page(CURVE).isVisible()  # where it was


def test_wide_they_take_the_codes_place(window, click):
    window.resize(1920, 1080)
    QApplication.processEvents()
    click("code_panel_experiments")
    assert window.build_tab.experiments.isVisible()
    assert window.build_tab.inspector.isVisible()
    assert not window.build_tab.code.isVisible()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window.build_tab.experiments.isVisible()
    assert not window.build_tab.inspector.isVisible()
    click("experiments_close")
    assert window.build_tab.inspector.isVisible()


def test_every_experiment_bears_an_empty_document(window, show):
    for title in TITLES:
        assert show(title, "").isVisible()


def test_while_a_walk_is_on_its_way_they_wait(window, show, qtbot):
    page = show(CHECK)
    window.walk("forward")
    assert not page.isVisible()
    stop = window.build_tab.experiments._waiting.action_button
    qtbot.mouseClick(stop, LEFT)
    assert not window.build_tab.debugger.is_active
    assert page.isVisible()


# ----- gradient check ----------------------------------------------------------------------------


def test_every_leaf_is_checked_and_every_node_on_demand(window, show, qtbot):
    page = show(CHECK)
    assert cells(page, "check_table")["a"][:2] == ("6", "6")
    assert set(cells(page, "check_table")) == set("abcf")
    assert page.verdict.text().startswith("✓ All 4 agree")
    qtbot.mouseClick(page.which.segment("all nodes"), LEFT)
    assert set(cells(page, "check_table")) == set("abcfedL")


def test_a_corner_is_marked_and_said(window, show):
    page = show(CHECK, "a = 0.0\nb = 2.0\nL = relu(a) + b")
    assert wrong(page, "check_table") == {"a"}
    assert page.verdict.text() == "✗ 1 of 2 differ by more than h and float64 explain."


def test_a_corner_within_a_large_h_is_explained_by_it_and_no_error_is_no_arm(window, show):
    page = show(CHECK, "a = 0.001\nb = 2.0\nL = relu(a) + b")
    page.step.set_step(1e-2)
    assert wrong(page, "check_table") == set()
    page.step.set_step(1.0)
    show(CHECK, "a = 2.0\nL = a * 4")
    assert page.explanation.text().startswith("No error at all")
    assert len(page.plot.errors.xs) > 60  # all but where h is lost
    show(CHECK, "a = 0.0\nL = log(a)")
    assert "not finite" in page.explanation.text()


def test_the_error_over_h_is_a_v_and_dragging_in_it_chooses_h(window, show):
    page = show(CHECK, "x = 0.7\ny = exp(x) * x")
    errors = dict(zip(page.plot.errors.xs.tolist(), page.plot.errors.ys.tolist()))
    least = min(errors, key=errors.__getitem__)
    assert 1e-8 < least < 1e-3
    assert errors[1.0] > 1e4 * errors[least]
    assert max(error for h, error in errors.items() if h < 1e-13) > 1e4 * errors[least]
    low = page.plot.position_of(1e-3, errors[least]).toPoint()
    drag(page.plot, low, low)
    assert page.step.step() == pytest.approx(1e-3)
    assert page.explanation.text().startswith("Right arm")
    window.document.set_text("x = 3.0\ny = exp(x) * x")
    slide(page, "check_step", Qt.Key.Key_Home)
    assert page.step.step() == 1e-16
    assert "h is lost" in page.explanation.text()


def test_a_row_and_the_selection_are_one(window, show, qtbot):
    page = show(CHECK)
    window.document.select([window.document.graph["c"].id])
    assert page.table.current_id == window.document.graph["c"].id
    place = page.table.visualRect(page.table.model().index(1, 0)).center()
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=place)
    assert window.document.current == window.document.graph["b"].id


def test_a_large_graph_is_checked_in_several_turns(window, show, qtbot):
    lines = [f"w{i} = 0.1" for i in range(200)]
    page = show(CHECK, "\n".join([*lines, "L = " + " + ".join(f"w{i}" for i in range(200))]))
    qtbot.waitUntil(lambda: page.verdict.text().startswith("✓ All 200"))


# ----- curve -------------------------------------------------------------------------------------


def test_the_lectures_parabola_with_tangent_and_secant(window, show, click):
    page = show(CURVE)
    before = window.document.text
    click("curve_parabola")
    assert window.document.text == PARABOLA
    assert [line.number for line in page.numbers.lines] == [14.0, 17.0, 3.0]
    slide(page, "curve_step", Qt.Key.Key_PageDown, 3)
    assert page.numbers.lines[1].number == pytest.approx(14.003)
    assert page.verdict.text() == "The secant all but lies on the tangent."
    slide(page, "curve_step", Qt.Key.Key_Home)
    assert page.verdict.text().startswith("h is lost")
    window.document.undo_stack.undo()
    assert window.document.text == before


def test_dragging_on_the_curve_moves_the_leaf_as_one_step(window, show):
    page = show(CURVE, PARABOLA)
    document = window.document
    start, stop = (page.plot.position_of(x, 20).toPoint() for x in (3.0, 1.0))
    count = document.undo_stack.count()
    drag(page.plot, start, (start + stop) / 2, stop)
    x = document.graph["x"].data
    assert x == pytest.approx(1.0, abs=0.05)
    assert page.numbers.lines[0].number == document.graph["x"].grad == pytest.approx(6 * x - 4)
    assert document.undo_stack.count() == count + 1
    document.undo_stack.undo()
    assert document.graph["x"].data == 3.0


def test_escape_takes_a_drag_on_the_curve_back(window, show):
    page = show(CURVE, PARABOLA)
    start, stop = (page.plot.position_of(x, 20).toPoint() for x in (3.0, 1.0))
    count = window.document.undo_stack.count()
    drag(page.plot, start, stop, release=False)
    assert window.document.graph["x"].data < 2
    QTest.keyClick(page.plot, Qt.Key.Key_Escape)
    assert window.document.graph["x"].data == 3.0
    assert window.document.undo_stack.count() == count


def test_any_node_over_any_leaf(window, show):
    page = show(CURVE)
    window.document.select([window.document.graph["b"].id])
    assert page.start.currentText() == "b"
    page.end.setCurrentText("e")
    page.end.activated.emit(page.end.currentIndex())
    assert page.numbers.lines[0].words == "tangent  ∂e/∂b"
    assert page.numbers.lines[0].number == 2.0
    window.document.set_text("a = 1.0\nL = exp(a)")  # both are gone
    assert (page.end.currentText(), page.start.currentText()) == ("L", "a")


def test_a_leaf_selected_while_the_hidden_curves_node_is_gone_is_taken(window, show):
    page = show(CURVE, "a = 1.0\nb = 2.0\nc = a*b\nL = c*2")
    page.end.setCurrentText("c")
    page.end.activated.emit(page.end.currentIndex())
    window.build_tab.toggle_experiments()
    window.document.set_text("a = 1.0\nb = 2.0\nL = a + b")
    window.document.select([window.document.graph["b"].id])
    window.open_experiments(CURVE)
    assert (page.end.currentText(), page.start.currentText()) == ("L", "b")


# ----- what if -----------------------------------------------------------------------------------


def test_the_nudge_is_applied_as_one_step_and_gives_what_was_said(window, show, click, qtbot):
    page = show(WHAT_IF)
    document = window.document
    promised, real = (page.numbers.lines[i].number for i in (1, 2))
    assert promised == pytest.approx(-7.28)
    click("what_if_apply")
    assert document.graph["L"].data == real == pytest.approx(-7.286496)
    document.undo_stack.undo()
    assert document.graph["a"].data == 2.0
    qtbot.mouseClick(page.direction.segment("descend"), LEFT)
    assert page.numbers.lines[1].number == pytest.approx(-8.72)
    slide(page, "what_if_step", Qt.Key.Key_End)
    assert "went the other way" in page.verdict.text()


# ----- bugs --------------------------------------------------------------------------------------


def test_each_bug_has_its_example_its_numbers_and_its_words(window, show, click):
    page = show(BUGS)
    expected = [{"w"}, {"a"}, {"a"}, {"x", "w", "b"}]
    for place, nodes in enumerate(expected):
        click(f"bug_{place}")
        click("bug_example")
        assert wrong(page, "bug_table") >= nodes
        assert "When it does not matter" in page.words.text()
    assert page.findChild(QComboBox, "bug_op").currentData() == "tanh"
    assert "tanh: the input squared, and not the result." in page.words.text()
    window.document.undo_stack.undo()
    assert window.document.text == "a = 2.0\nb = a * 3\nc = b + 1\nL = b * c"


def test_where_a_bug_does_no_harm_that_is_said(window, show, click):
    page = show(BUGS)
    click("bug_1")
    assert not wrong(page, "bug_table")
    assert "Here it changes nothing: no value is used twice." in page.words.text()
    click("bug_0")
    assert wrong(page, "bug_table") == set("abcf")
    slide(page, "bug_calls", Qt.Key.Key_Left)
    assert not wrong(page, "bug_table")  # the first backward is right


def test_both_descents_are_drawn(window, show, click, qtbot):
    page = show(BUGS)
    click("bug_example")
    qtbot.mouseClick(page.shown.segment("descent"), LEFT)
    right, with_bug = page._right_line.ys.tolist(), page._wrong_line.ys.tolist()
    assert right == sorted(right, reverse=True)
    assert with_bug[:2] == right[:2]
    assert min(with_bug) < right[5]
    assert with_bug != sorted(with_bug, reverse=True)
    slide(page, "bug_rate", Qt.Key.Key_Right)
    assert page._right_line.ys.tolist()[1] < right[1]


# ----- PyTorch -----------------------------------------------------------------------------------


def test_without_pytorch_it_says_how_to_get_it(window, show, click, monkeypatch):
    page = show(TORCH)
    monkeypatch.setattr(torch_page, "find_spec", lambda _name: None)
    click("torch_compare")
    assert page.verdict.text() == "✗ PyTorch is not installed here: pip install torch"


def test_what_another_process_prints_stands_beside_our_numbers(
    window, show, click, monkeypatch, qtbot
):
    """The process runs Python; that PyTorch's own numbers agree is tested in core."""
    page = show(TORCH, "a = 2.0\nL = a * 3")
    monkeypatch.setattr(torch_page, "find_spec", lambda name: name)
    monkeypatch.setattr(torch_page, "script", lambda _graph: "print('a 2.0 3.5\\nL 6.0 1.0')")
    click("torch_compare")
    qtbot.waitUntil(lambda: bool(page.table.rows))
    assert page.verdict.text() == "✗ 1 of 2 nodes differ."
    assert wrong(page, "torch_table") == {"a"}
    window.document.set_value(window.document.graph["a"].id, 1.0)
    assert not page.table.rows
    assert page.verdict.text() == "The numbers are new: compare again."
    monkeypatch.setattr(torch_page, "script", lambda _graph: "raise SystemExit('no luck')")
    click("torch_compare")
    qtbot.waitUntil(lambda: "no luck" in page.verdict.text())


def test_the_code_asks_for_the_comparison(window, click, monkeypatch, qtbot):
    window.resize(1920, 1080)
    QApplication.processEvents()
    monkeypatch.setattr(torch_page, "find_spec", lambda name: name)
    monkeypatch.setattr(torch_page, "script", lambda _graph: "import time; time.sleep(60)")
    qtbot.mouseClick(window.build_tab.code.kind.segment("PyTorch"), LEFT)
    click("code_compare")
    page = window.build_tab.experiments.page(TORCH)
    assert page.verdict.text() == "PyTorch is starting, which takes some seconds …"
    click("torch_compare")  # which says Stop
    assert page.verdict.text() == ""
    click("torch_compare")
    assert page.compare.text() == "Stop"
    click("experiments_close")  # which ends the process
    assert page.compare.text() == "Compare with PyTorch"


def test_arrow_keys_move_the_leaf_and_the_wheel_the_range(window, show):
    page = show(CURVE, PARABOLA)
    document = window.document
    count = document.undo_stack.count()
    QTest.keyPress(page.plot, Qt.Key.Key_Left)
    QTest.keyPress(page.plot, Qt.Key.Key_Left)
    assert document.graph["x"].data == pytest.approx(2.8)
    QTest.keyRelease(page.plot, Qt.Key.Key_Left)
    assert document.undo_stack.count() == count + 1
    document.undo_stack.undo()
    assert document.graph["x"].data == 3.0
    before = page._curve.xs
    page.plot.zoomed.emit(0.5, 3.0)
    assert page._curve.xs[-1] - page._curve.xs[0] == pytest.approx((before[-1] - before[0]) / 2)
    page.plot.reset.emit()
    assert page._curve.xs.tolist() == before.tolist()


def test_they_are_reached_and_left_by_keys(window, qtbot):
    tab = window.build_tab
    tab.node_editor.view.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert QApplication.focusWidget() is tab.experiments.tabs.segment(CHECK)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert tab.experiments.page(CURVE).isVisible()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not tab.experiments.isVisible()
    assert QApplication.focusWidget() is tab.node_editor.view
