"""The training tab's past: the time strip, forks, earlier runs taken up again, pace and stops."""

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest

from app.training.time_strip import TimeSlider
from core import kernels
from core.network.stored import stored_parameters
from core.session import Session
from tests.app.training_tab import choose, click, find, idle, start


@pytest.fixture(autouse=True)
def _compiled():
    """The kernels serve from each run's first step, as in the runs that it is compared with."""
    kernels.loaded(wait=True)


def seek(qtbot, tab, share):
    """Drag the time strip's thumb to a share of its length; the step that shows then."""
    slider = find(tab, "time_slider")
    y = slider.height() - 8
    x = round(slider.place_of(slider.step))
    target = round(slider.place_of(share * tab._runs.current.tip))
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    for place in np.linspace(x, target, 5).round().astype(int).tolist():
        QTest.mouseMove(slider, QPoint(place, y))
        qtbot.wait(1)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(target, y))
    qtbot.waitUntil(lambda: tab.snapshot.step == tab.step)
    idle(qtbot, tab)
    return tab.step


def trained(qtbot, tab, steps=3000):
    start(qtbot, tab, steps)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    return tab._runs.current.tip


def test_a_past_step_brings_back_all_that_shows(qtbot, tab):
    find(tab, "speed").setValue("60/s")
    start(qtbot, tab, 3)
    find(tab, "learning_rate").setValue(0.3)
    find(tab, "speed").setValue("full")
    qtbot.waitUntil(lambda: tab.step > 3000)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    tip = tab.step
    step = seek(qtbot, tab, 0.4)
    assert 0.3 * tip < step < 0.5 * tip
    session = Session(tab.setup.changed(learning_rate=0.03))
    (changed_at,) = [c.step for c in tab._runs.current.timeline.changes if c.setup is not None]
    session.run(changed_at)
    session.retune(tab.setup)
    session.run(step - changed_at)
    np.testing.assert_array_equal(tab.snapshot.parameters, session.snapshot().parameters)
    assert tab.view.run_bar.steps.text() == f"{step:,}"
    assert tab.view.network._snapshot.step == tab.view.output._snapshot.step == step
    assert find(tab, "time_step").text() == f"step {step:,}"
    assert find(tab, "learning_rate").value() == 0.3
    QTest.keyClick(find(tab, "time_slider"), Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: tab.snapshot.step == 0)
    assert find(tab, "learning_rate").value() == 0.03  # as it was then
    click(qtbot, tab, "time_last")
    qtbot.waitUntil(lambda: tab.snapshot.step == tip)
    assert tab.step == tip
    assert find(tab, "learning_rate").value() == 0.3
    assert "MB" in find(tab, "history_memory").text()


def test_training_goes_on_from_the_past_as_a_fork(qtbot, tab):
    tip = trained(qtbot, tab)
    losses = tab.losses
    step = seek(qtbot, tab, 0.5)
    click(qtbot, tab, "fork_button")
    assert tab.step == step
    assert not find(tab, "fork_button").isEnabled()
    start(qtbot, tab, step + 30)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    n = min(len(tab.losses), tip - step)
    np.testing.assert_array_equal(tab.losses[:n], losses[step : step + n])
    (parent,) = tab._runs.earlier
    assert len(parent.curves.history) == tip
    assert tab._runs.current.curves.first_step == step
    shown = tab.view.time.slider.pictures
    assert shown is tab._runs.current.pictures
    assert shown._steps[-1] > step
    xs, _ys = tab.view.plot._train.points()
    assert xs[0] == step


def test_a_new_rate_in_the_past_begins_a_fork_with_it(qtbot, tab):
    trained(qtbot, tab)
    step = seek(qtbot, tab, 0.5)
    find(tab, "learning_rate").setValue(1.0)
    assert tab.step == step
    assert len(tab._runs.earlier) == 1
    click(qtbot, tab, "train_button")
    qtbot.waitUntil(lambda: tab.step > step + 50)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    assert tab.setup.learning_rate == 1.0
    assert tab.snapshot.rate == 1.0
    assert tab._runs.earlier[0].setup.learning_rate == 0.03


def test_an_earlier_run_is_taken_up_again_where_it_ended(qtbot, tab):
    tip = trained(qtbot, tab)
    parameters, losses = tab.snapshot.parameters, tab.losses
    click(qtbot, tab, "reset_button")
    find(tab, "learning_rate").setValue(0.3)
    other_tip = trained(qtbot, tab)
    tab.resume_run(0)
    idle(qtbot, tab)
    np.testing.assert_array_equal(tab.snapshot.parameters, parameters)
    assert find(tab, "learning_rate").value() == 0.03
    assert tab._runs.earlier[0].tip == other_tip
    start(qtbot, tab, tip + 20)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    expected = Session(tab.setup).run(tip + 20)
    np.testing.assert_array_equal(tab.losses[: tip + 20], expected)
    assert len(losses) == tip


def test_a_step_is_a_sample_a_batch_or_an_epoch(qtbot, tab):
    find(tab, "step_by").setValue("sample")
    before = tab.snapshot.parameters
    for place in (1, 2, 3):
        click(qtbot, tab, "step_button")
        qtbot.waitUntil(lambda n=place: tab.snapshot.sample and tab.snapshot.sample.place == n)
    np.testing.assert_array_equal(tab.snapshot.parameters, before)
    assert tab.step == 0
    find(tab, "step_by").setValue("epoch")
    click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: tab.step == 25)
    find(tab, "step_by").setValue("batch")
    click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: tab.step == 26)


def test_slow_motion_goes_sample_by_sample(qtbot, tab):
    find(tab, "speed").setValue("sample")
    click(qtbot, tab, "train_button")
    qtbot.waitUntil(lambda: tab.snapshot.sample is not None)
    assert tab.step == 0
    assert tab.is_running
    click(qtbot, tab, "train_button")


def test_a_run_stops_by_the_rules_and_says_why(qtbot, tab):
    find(tab, "stop_steps").setValue(777)
    assert find(tab, "stop_when_steps").isChecked()
    click(qtbot, tab, "train_button")
    qtbot.waitUntil(lambda: not tab.is_running)
    idle(qtbot, tab)
    assert tab.step == 777
    assert "777 steps" in tab.view.toasts.toasts[-1].text
    find(tab, "stop_when_steps").click()
    choose(tab, "dataset", "gaussian")
    find(tab, "stop_accuracy").setValue(90)
    click(qtbot, tab, "train_button")
    qtbot.waitUntil(lambda: bool(tab.view.toasts.toasts))
    assert "correct" in tab.view.toasts.toasts[-1].text
    assert not tab.is_running


def test_the_end_is_where_the_run_is_and_not_where_the_window_saw_it_last(qtbot, tab):
    start(qtbot, tab, 1000)
    slider = find(tab, "time_slider")
    QTest.keyClick(slider, Qt.Key.Key_Left)
    QTest.keyClick(slider, Qt.Key.Key_End)  # the thread has made steps meanwhile
    seen = tab.step
    click(qtbot, tab, "train_button")
    qtbot.waitUntil(lambda: tab.step > seen + 5000)
    assert tab.is_running
    assert not tab._runs.earlier


def test_what_changes_while_the_run_rests_is_kept_with_the_document(qtbot, tab):
    trained(qtbot, tab, 100)
    document = tab._document
    for value in (0.25, -0.5):
        tab.view.network.edited.emit(0, value)
        idle(qtbot, tab)
        assert stored_parameters(tab.setup, document.model)[0] == value
    choose(tab, "activation", "relu")
    idle(qtbot, tab)
    assert stored_parameters(tab.setup, document.model)[0] == -0.5
    click(qtbot, tab, "reset_button")
    idle(qtbot, tab)
    assert document.settings["step"] == 0
    kept = stored_parameters(tab.setup, document.model)
    np.testing.assert_array_equal(kept, tab.snapshot.parameters)


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget):
        super().__init__(widget)
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        self.n += event.type() == QEvent.Type.Paint
        return False


def test_the_strip_shows_each_picture_at_the_latest_when_the_run_rests(qtbot):
    slider = TimeSlider()
    qtbot.addWidget(slider)
    with qtbot.waitExposed(slider):
        slider.show()
    paints = Paints(slider)

    def is_painted_by(**told):
        before = paints.n
        slider.show_steps(**told)
        QCoreApplication.sendPostedEvents()
        return paints.n > before

    slider.pictures.add(0, np.zeros((50, 50), np.uint8))
    assert is_painted_by(first=0, last=0, step=0)
    assert not is_painted_by(first=0, last=0, step=0)
    while is_painted_by(first=0, last=slider.last + 1, step=slider.last + 1, is_running=True):
        pass  # until one comes too soon after another
    assert is_painted_by(first=0, last=slider.last, step=slider.last)
