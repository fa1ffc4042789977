"""Gradients worked out by hand in the transport bar."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from tests.app.walk import LECTURE, LEFT


@pytest.fixture
def is_training_deferred() -> bool:
    return True


@pytest.fixture
def window(main_window, qtbot):
    main_window.document.set_text(LECTURE)
    QApplication.processEvents()
    press(main_window, qtbot, "by_hand")
    return main_window


def press(window, qtbot, name: str) -> None:
    qtbot.mouseClick(window.findChild(QAbstractButton, f"backprop_{name}"), LEFT)


def answer(window, qtbot, text: str) -> str:
    """Type an answer and Enter; returns what is said then, "" where nothing is asked any more."""
    field = window.findChild(QLineEdit, "backprop_answer")
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    words = window.findChild(QLabel, "backprop_question")
    return words.text() if words.isVisible() else ""


def test_it_begins_at_the_seed_and_asks_before_it_shows(window, debugger, qtbot):
    assert debugger.caption == "Step 4 of 11"
    press(window, qtbot, "step")
    d = window.document.graph["d"].id
    words = window.findChild(QLabel, "backprop_question")
    assert words.text() == "L.grad is 1; d.grad is 0 so far. What is it after L?"
    assert debugger.grad_of(d) is None
    assert window.build_tab.node_editor.view.nodes.boxes[d].grad is None


def test_an_answer_can_be_typed_at_once_wherever_the_step_was_made(window, debugger, qtbot):
    field = window.findChild(QLineEdit, "backprop_answer")
    window.build_tab.node_editor.view.setFocus()
    debugger.forward()
    assert window.focusWidget() is field
    edit = window.build_tab.expression.edit
    debugger.show_answer()
    edit.setFocus()
    debugger.forward()
    assert window.focusWidget() is edit  # which somebody may be typing into


def test_a_wrong_answer_is_explained_and_a_right_one_shown(window, debugger, qtbot):
    press(window, qtbot, "step")
    d = window.document.graph["d"].id
    assert answer(window, qtbot, "2") == "⚠ The size is right, the sign is not."
    assert debugger.grad_of(d) is None
    assert "is not a number" in answer(window, qtbot, "two words")
    assert answer(window, qtbot, "-4/2") == ""
    assert debugger.grad_of(d) == -2.0
    assert (debugger.right, debugger.asked) == (0, 1)
    press(window, qtbot, "step")
    assert answer(window, qtbot, "4") == ""
    button = window.findChild(QAbstractButton, "backprop_by_hand")
    assert button.text() == "By hand 1 of 2"


def test_check_is_a_button_too_and_show_gives_up(window, debugger, qtbot):
    press(window, qtbot, "step")
    window.findChild(QLineEdit, "backprop_answer").setText("-2")
    press(window, qtbot, "check")
    assert (debugger.right, debugger.asked) == (1, 1)
    press(window, qtbot, "step")
    press(window, qtbot, "show")
    assert (debugger.right, debugger.asked) == (1, 2)
    assert debugger.grad_of(window.document.graph["f"].id) == 4.0


def test_stepping_on_at_a_question_gives_up_first(window, debugger, qtbot):
    press(window, qtbot, "step")
    place = debugger.place
    press(window, qtbot, "step")
    assert (debugger.place, debugger.right, debugger.asked) == (place, 0, 1)
    press(window, qtbot, "step")
    assert debugger.place == place + 1


def test_playing_waits_at_a_question(window, debugger, qtbot):
    debugger.first()
    debugger.set_speed(50.0)
    press(window, qtbot, "play")
    qtbot.waitUntil(lambda: not debugger.is_playing)
    assert debugger.caption == "Step 5 of 11"
    assert debugger.question is not None
    press(window, qtbot, "play")
    assert (debugger.caption, debugger.is_playing) == ("Step 5 of 11", False)


def test_leaving_it_shows_everything_again(window, debugger, qtbot):
    press(window, qtbot, "step")
    press(window, qtbot, "by_hand")
    assert debugger.question is None
    assert debugger.grad_of(window.document.graph["d"].id) == -2.0
    debugger.leave()
    assert not window.findChild(QLineEdit, "backprop_answer").isVisible()


def test_an_edit_asks_anew(window, debugger, qtbot):
    press(window, qtbot, "step")
    assert answer(window, qtbot, "-2") == ""
    window.document.set_value(window.document.graph["f"].id, 7.0)
    assert debugger.grad_of(window.document.graph["d"].id) == 7.0
    window.document.set_text(LECTURE.replace("d * f", "d - f"))
    assert debugger.question is not None
