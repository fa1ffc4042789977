"""Sliders, choices and messages, by mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import fonts, theme
from app.widgets.empty_state import EmptyState
from app.widgets.labeled_slider import LabeledSlider
from app.widgets.log_slider import LogSlider
from app.widgets.segmented import SegmentedControl
from app.widgets.toast import MOST, SHOWN_FOR, ToastArea


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    QVBoxLayout(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


def shown(window, widget, qtbot):
    window.layout().addWidget(widget)
    qtbot.waitUntil(widget.isVisible)
    window.layout().activate()
    return widget


def error_pixels(image):
    error = QColor(theme.current().error)
    width, height = image.width(), image.height()
    return sum(image.pixelColor(x, y) == error for x in range(width) for y in range(height))


def test_a_click_on_the_log_slider_sets_the_rate_there(window, qtbot):
    slider = shown(window, LogSlider(1e-4, 10.0, 0.1), qtbot)
    told = []
    slider.valueChanged.connect(told.append)
    with qtbot.waitSignal(slider.committed) as committed:
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 1, 20))
    assert slider.value() == 10.0
    assert told == [10.0]
    assert committed.args == [0.1, 10.0]


def test_the_middle_of_the_log_slider_is_the_middle_of_the_scale(window, qtbot):
    slider = shown(window, LogSlider(0.01, 100.0, 0.1), qtbot)
    middle = QPoint(slider.width() // 2, 20)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=middle)
    assert slider.value() == pytest.approx(1.0, rel=0.1)


def test_keys_move_the_log_slider_by_parts_of_a_decade(window, qtbot):
    slider = shown(window, LogSlider(1e-4, 10.0, 0.1), qtbot)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert slider.value() == 1.0
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert slider.value() == pytest.approx(10**-0.05, rel=2e-3)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert slider.value() == 1e-4
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert slider.value() == 10.0


def test_a_rate_beyond_the_scale_is_kept(window, qtbot):
    slider = shown(window, LogSlider(1e-4, 10.0, 0.1), qtbot)
    for rate in (300.0, 0.0, -1.0, 1e-9):
        slider.setValue(rate)
        assert slider.value() == rate
        assert not slider.grab().isNull()


@pytest.mark.parametrize("limit", [None, 0.0, 1e-9, 4.82, 1e9, float("nan")])
def test_any_limit_can_be_marked(window, qtbot, limit):
    slider = shown(window, LogSlider(1e-4, 10.0, 0.1), qtbot)
    slider.set_limit(limit, "stability limit")
    window.layout().activate()
    has_mark = error_pixels(slider.grab().toImage()) > 0
    assert has_mark == (limit in (1e-9, 4.82))


@pytest.mark.parametrize("ends", [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_a_log_scale_needs_sensible_ends(qapp, ends):
    with pytest.raises(ValueError, match="minimum"):
        LogSlider(*ends)


def test_the_labeled_slider_counts_in_its_steps(window, qtbot):
    slider = shown(window, LabeledSlider("Noise", 0, 50, step=5, value=10, suffix=" %"), qtbot)
    told, committed = [], []
    slider.valueChanged.connect(told.append)
    slider.committed.connect(lambda old, new: committed.append((old, new)))
    slider.setFocus()
    qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    assert (slider.value(), slider.shown_text()) == (15.0, "15 %")
    assert (told, committed) == ([15.0], [(10.0, 15.0)])
    inner = slider.slider
    qtbot.mousePress(inner, Qt.MouseButton.LeftButton, pos=QPoint(inner.width() - 1, 12))
    assert committed == [(10.0, 15.0)]
    qtbot.mouseRelease(inner, Qt.MouseButton.LeftButton)
    assert committed[-1] == (15.0, 50.0)


def test_fractions_of_a_labeled_slider_are_exact(window, qtbot):
    slider = shown(window, LabeledSlider("Share", 0, 1, step=0.1), qtbot)
    slider.setValue(0.3)
    assert slider.value() == 0.3


def test_a_choice_is_made_by_click_and_by_arrow_keys(window, qtbot):
    choice = shown(window, SegmentedControl(["1/s", "60/s", "full"]), qtbot)
    told = []
    choice.valueChanged.connect(told.append)
    qtbot.mouseClick(choice.segment("full"), Qt.MouseButton.LeftButton)
    assert choice.value() == "full"
    qtbot.keyClick(choice.segment("full"), Qt.Key.Key_Left)
    assert choice.value() == "60/s"
    assert choice.segment("60/s").hasFocus()
    qtbot.keyClick(choice.segment("60/s"), Qt.Key.Key_Right)
    qtbot.keyClick(choice.segment("full"), Qt.Key.Key_Right)
    assert told == ["full", "60/s", "full"]
    qtbot.mouseClick(choice.segment("1/s"), Qt.MouseButton.LeftButton)
    assert choice.segment("1/s").hasFocus()  # no ring stays at a word that is not chosen


def test_a_message_offers_one_action_and_goes(window, qtbot):
    area = ToastArea(window)
    done = []
    area.show_message("Saved as lecture graph.", action=("Show", lambda: done.append("shown")))
    (toast,) = area.toasts
    assert toast.geometry().right() < window.width()
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert done == ["shown"]
    assert area.toasts == []


def test_the_same_message_does_not_pile_up(window, qtbot):
    area = ToastArea(window)
    for number in range(3):
        area.show_message("Saved.")
        area.show_message(f"Error {number}", "error")
    assert [toast.text for toast in area.toasts] == ["Error 0", "Error 1", "Saved.", "Error 2"]
    area.show_message("One more", "error")
    assert len(area.toasts) == MOST
    area.clear()


def test_errors_stay_and_messages_leave(window, qtbot, monkeypatch):
    monkeypatch.setattr("app.widgets.toast.SHOWN_FOR", 10)
    assert SHOWN_FOR == 6000
    qtbot.mouseMove(window, QPoint(1, 1))  # a message under the pointer would stay
    area = ToastArea(window)
    area.show_message("Stopped at step 412.", "error")
    area.show_message("Saved.")
    qtbot.waitUntil(lambda: len(area.toasts) == 1)
    assert area.toasts[0].text == "Stopped at step 412."
    area.clear()


def test_an_empty_view_offers_its_actions(window, qtbot):
    done = []
    empty = EmptyState(
        "No nodes yet",
        "Type `L = a*b` below.",
        ("Add node", lambda: done.append("add")),
        ("Open an example", lambda: done.append("example")),
    )
    shown(window, empty, qtbot)
    qtbot.mouseClick(empty.action_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(empty.example_button, Qt.MouseButton.LeftButton)
    assert done == ["add", "example"]


def test_a_squeezed_row_of_words_keeps_its_words(qtbot):
    control = SegmentedControl(["Expression", "Network"])
    qtbot.addWidget(control)
    for word in ("Expression", "Network"):
        segment = control.segment(word)
        bold = QFontMetricsF(fonts.words(weight=fonts.SEMIBOLD)).horizontalAdvance(word)
        assert bold + 8 <= segment.minimumSizeHint().width() < segment.sizeHint().width()
