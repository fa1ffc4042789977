"""NumberField: dragged, typed and stepped by mouse and keys."""

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.widgets.number_field import NumberField
from tests.app.number_field import drag


class Recorder:
    """What a field told, in order."""

    def __init__(self, field):
        self.told = []
        field.changing.connect(lambda number: self.told.append(("changing", number)))
        field.committed.connect(lambda old, new: self.told.append(("committed", old, new)))
        field.cancelled.connect(lambda: self.told.append(("cancelled",)))

    @property
    def last(self):
        return self.told[-1]


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    QVBoxLayout(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


@pytest.fixture
def make_field(window):
    def make(*arguments, **options):
        field = NumberField(*arguments, **options)
        window.layout().addWidget(field)
        QApplication.processEvents()
        return field, Recorder(field)

    return make


def test_a_drag_moves_the_number_live_and_commits_once(make_field):
    field, recorder = make_field(2.0)
    drag(field, 10, 20, 30)
    assert [told[0] for told in recorder.told] == ["changing"] * 3 + ["committed"]
    assert recorder.last == ("committed", 2.0, 2.3)
    assert field.value() == 2.3
    assert not field.is_dragging


def test_shift_scrubs_finer_and_ctrl_coarser(make_field):
    field, recorder = make_field(2.0)
    drag(field, 10, keys=Qt.KeyboardModifier.ShiftModifier)
    assert recorder.last == ("committed", 2.0, 2.01)
    drag(field, 10, keys=Qt.KeyboardModifier.ControlModifier)
    assert field.value() == pytest.approx(3.01)


def test_the_step_follows_the_size_of_the_number(make_field):
    field, _recorder = make_field(2000.0)
    drag(field, 10)
    assert field.value() == 2100.0
    field.setValue(0.0)
    drag(field, -10)
    assert field.value() == pytest.approx(-0.01)


def test_escape_takes_a_drag_back(make_field, qtbot):
    field, recorder = make_field(2.0)
    drag(field, 10, 20, release=False)
    assert field.value() == 2.2
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.value() == 2.0
    assert recorder.last == ("cancelled",)
    qtbot.mouseRelease(field, Qt.MouseButton.LeftButton)
    assert not field.is_editing
    assert recorder.last == ("cancelled",)


def test_a_second_button_takes_a_drag_back(make_field, qtbot):
    field, recorder = make_field(2.0)
    drag(field, 10, release=False)
    qtbot.mousePress(field, Qt.MouseButton.RightButton)
    assert field.value() == 2.0
    assert recorder.last == ("cancelled",)


def test_a_drag_that_ends_where_it_began_is_cancelled(make_field):
    field, recorder = make_field(2.0)
    drag(field, 10, 0)
    assert recorder.last == ("cancelled",)


def test_a_drag_stays_within_the_range(make_field):
    field, _recorder = make_field(0.5, minimum=0.0, maximum=1.0)
    drag(field, 5000)
    assert field.value() == 1.0
    drag(field, -5000)
    assert field.value() == 0.0


def test_a_logarithmic_field_moves_by_factors(make_field):
    field, _recorder = make_field(0.1, is_logarithmic=True, minimum=1e-6, maximum=100.0)
    drag(field, 100)
    assert field.value() == 1.0
    drag(field, -300)
    assert field.value() == 0.001


def test_a_whole_number_field_stays_whole(make_field, qtbot):
    field, recorder = make_field(10, is_integer=True, minimum=1)
    drag(field, 25)
    assert recorder.last == ("committed", 10.0, 12.0)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "2.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.refusal == "Only whole numbers can be used here."
    assert field.value() == 12.0


@pytest.mark.parametrize(
    ("typed", "number"),
    [("2/3", 2 / 3), ("1e-3", 1e-3), ("-7", -7.0), ("sqrt(2)", math.sqrt(2))],
)
def test_a_click_lets_a_number_or_formula_be_typed(make_field, qtbot, typed, number):
    field, recorder = make_field(0.3)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert field.is_editing
    assert field.selectedText() == "0.3"
    qtbot.keyClicks(field, typed)
    assert field.value() == 0.3
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert recorder.told == [("committed", 0.3, number)]
    assert field.value() == number


def test_typing_begins_with_the_full_number(make_field, qtbot):
    field, recorder = make_field(-0.7071067811865476)
    assert field.shown_text() == "−0.7071"
    assert field.toolTip() == "−0.7071067811865476"
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert field.text() == "−0.7071067811865476"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert recorder.told == []
    assert field.value() == -0.7071067811865476


@pytest.mark.parametrize("typed", ["1e999", "", "nan", "0,5", "hello", "__import__('os')"])
def test_what_is_no_number_is_refused_with_a_reason(make_field, qtbot, typed):
    field, recorder = make_field(0.3)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    with qtbot.waitSignal(field.refused) as refused:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert refused.args[0].endswith(".")
    assert field.refusal == refused.args[0]
    assert field.value() == 0.3
    assert recorder.told == []
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.refusal == ""
    assert not field.is_editing
    assert field.text() == "0.3"


def test_a_check_of_its_own_can_refuse(make_field, qtbot):
    field, _recorder = make_field(0.3)
    field.set_check(lambda number: "A rate is above 0." if number <= 0 else None)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "-1")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.refusal == "A rate is above 0."


def test_leaving_the_field_takes_the_typed_number_over(make_field, qtbot):
    field, recorder = make_field(0.3)
    other, _recorder = make_field(1.0)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert recorder.told == [("committed", 0.3, 5.0)]
    assert other.is_editing


def test_leaving_the_field_with_a_mistake_keeps_the_number(make_field, qtbot):
    field, recorder = make_field(0.3)
    make_field(1.0)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert (field.value(), field.text(), recorder.told) == (0.3, "0.3", [])
    assert field.refusal == ""


def test_a_held_arrow_key_is_one_commit(make_field, qtbot):
    field, recorder = make_field(2.0)
    field.setFocus()
    up = (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, "", True)
    qtbot.keyPress(field, Qt.Key.Key_Up)
    for _repeat in range(2):
        QApplication.sendEvent(field, QKeyEvent(QKeyEvent.Type.KeyPress, *up))
    assert field.value() == 2.3
    qtbot.keyRelease(field, Qt.Key.Key_Up)
    assert [told[0] for told in recorder.told] == ["changing"] * 3 + ["committed"]
    assert recorder.last == ("committed", 2.0, 2.3)


def test_the_window_keeps_its_keys_while_nothing_is_typed(make_field, qtbot):
    field, _recorder = make_field(2.0)
    field.setFocus()

    def is_taken(key, text=""):
        none = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, none, text)
        event.ignore()
        QApplication.sendEvent(field, event)
        return event.isAccepted()

    assert not is_taken(Qt.Key.Key_Escape)
    assert not is_taken(Qt.Key.Key_M, "m")
    assert is_taken(Qt.Key.Key_3, "3")
    field.start_editing()
    assert is_taken(Qt.Key.Key_Escape)


def test_setting_a_value_is_silent_and_leaves_typing_alone(make_field, qtbot):
    field, recorder = make_field(2.0)
    field.setValue(3.0)
    assert (field.text(), recorder.told) == ("3", [])
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "44")
    field.setValue(5.0)
    assert field.text() == "44"
    assert field.value() == 5.0


def test_the_context_menu_copies_all_digits(make_field, qtbot):
    field, _recorder = make_field(-1 / 3)
    qtbot.mouseClick(field, Qt.MouseButton.RightButton)
    at = QPoint(5, 5)
    from PySide6.QtGui import QContextMenuEvent

    QApplication.sendEvent(
        field,
        QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, field.mapToGlobal(at)),
    )
    menu = QApplication.activePopupWidget()
    menu.actions()[0].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == "-0.3333333333333333"
