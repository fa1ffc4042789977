"""The learning-rate laboratory's tab, used by mouse and keys."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSplitter

from app.lab.one_step_panel import OneStepPanel
from app.lab.race_panel import RacePanel
from app.lab.tab import LabTab
from core.lab.problems import Network
from core.lab.stability import Gauge
from core.lab.starts import Start
from core.optim import SGD, Adam, Momentum
from tests.app.laboratory import LEFT, choose, forks, run


def test_race_draws_its_lanes_and_a_lane_becomes_the_main_run(qtbot, lab, training):
    panel = run(qtbot, lab, "race")
    assert isinstance(panel, RacePanel)
    table = panel.columns()
    assert len(table["step"]) == 600
    assert [name for name in table if name.startswith("loss")] == [
        f"loss, {rate}" for rate in ("0.01", "0.1", "0.5", "2", "8")
    ]
    assert table["loss, 0.5"][-1] < table["loss, 0.01"][-1]
    assert "leads" in panel.state
    card = QPoint(panel.cards.width() // 5 + 10, 20)
    qtbot.mouseClick(panel.cards, LEFT, pos=card)
    with qtbot.waitSignal(panel.run_wanted):
        qtbot.mouseClick(panel.take_over, LEFT)
    assert training.step == 600
    assert training.setup.learning_rate == 0.1


def test_lane_that_shows_is_taken_while_another_race_is_asked_about(qtbot, lab, training):
    panel = lab.experiments["race"]
    panel.steps.setValue(20)
    run(qtbot, lab, "race")
    panel.steps.setValue(30)
    panel.time_question.seconds = 0.0  # nothing is begun without asking
    run(qtbot, lab, "race")
    assert panel.time_question.isVisible()
    qtbot.mouseClick(panel.cards, LEFT, pos=QPoint(panel.cards.width() // 5 + 10, 20))
    with qtbot.waitSignal(panel.run_wanted):
        qtbot.mouseClick(panel.take_over, LEFT)
    assert (training.step, training.setup.learning_rate) == (20, 0.1)


def test_race_forks_where_the_rate_of_a_lane_is_changed(qtbot, lab):
    panel = lab.experiments["race"]
    panel.steps.setValue(50_000)
    qtbot.mouseClick(panel.run_button, LEFT)
    qtbot.waitUntil(lambda: "step" in panel.state)
    panel.choose_lane(1)
    panel.fork_rate.setFocus()
    QTest.keyClicks(panel.fork_rate, "0.2")
    QTest.keyClick(panel.fork_rate, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(forks(panel)))
    losses = panel.columns()[forks(panel)[0]]
    assert math.isnan(losses[0])
    assert math.isfinite(losses[-1])
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(panel.run_button, LEFT)
    assert not panel.job.is_running


def test_race_refuses_bad_lanes_with_a_sentence(qtbot, lab):
    panel = lab.experiments["race"]
    field = lab.findChild(QLineEdit, "race_lanes")
    rates = ", ".join(str(k) for k in range(1, 34))
    for text, complaint in (
        ("0.1", "two lanes"), ("0.1, x", "not a learning rate"), ("0.1, -2", "rate"),
        ("0.1, nan", "rate"), ("", "two"), (rates, "32 lanes at most"),
    ):  # fmt: skip
        field.setText(text)
        with qtbot.waitSignal(panel.refused) as refused:
            QTest.keyClick(field, Qt.Key.Key_Return)
        assert complaint in refused.args[0]
    assert not panel.found


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("race", "5 lanes of 600 steps"), ("range_test", "200 steps"),
        ("schedules", "2 lanes of 600 steps"), ("landscape", "4,225 points"),
        ("zero_grad", "65 runs of 100 steps"), ("sharpness", "1,000 steps with 101 measurements"),
    ],
)  # fmt: skip
def test_what_takes_too_long_is_asked_about_first(qtbot, lab, name, what):
    choose(qtbot, lab, name)
    question = lab.experiments[name].time_question
    question.seconds = 0.0  # nothing is begun without asking
    panel = run(qtbot, lab, name)
    assert panel.found is None
    assert question.begin_anyway.isVisible()
    assert question.words.text().startswith(f"{what} on ")
    assert panel.state.startswith("about ")
    qtbot.mouseClick(question.begin_anyway, LEFT)
    qtbot.waitUntil(lambda: panel.found is not None)
    assert not question.isVisible()
    if panel.job.is_running:
        with qtbot.waitSignal(panel.job.ended):
            panel.run_button.click()


def test_one_step_on_the_parabola_shows_its_exact_rates(qtbot, lab):
    start = lab.findChild(object, "lab_from")
    start.setCurrentIndex(start.findData("parabola"))
    panel = run(qtbot, lab, "one_step")
    assert isinstance(panel, OneStepPanel)
    assert panel.state == "last stable rate 0.333"
    assert "0.167" in panel.foot.text()


def test_range_test_suggests_rates_that_can_be_taken_over(qtbot, lab, training):
    choose(qtbot, lab, "range_test")
    panel = run(qtbot, lab, "range_test")
    assert panel.columns()["rate"][0] == pytest.approx(1e-5)
    button = panel.suggested[1]
    assert "valley" in button.text()
    qtbot.mouseClick(button, LEFT)
    shown = float(button.toolTip().split(":")[0])
    assert training.setup.learning_rate == pytest.approx(shown, rel=1e-4)


def test_ranges_that_are_none_are_refused(qtbot, lab):
    choose(qtbot, lab, "range_test")
    panel = lab.experiments["range_test"]
    for lowest, highest, complaint in (
        (100.0, 10.0, "reversed"), (0.1, 0.1, "empty"), (0.0, 1.0, "above 0"),
        (-1.0, 1.0, "above 0"), (0.1, math.inf, "finite"),
    ):  # fmt: skip
        panel.fields["lowest"].setValue(lowest)
        panel.fields["highest"].setValue(highest)
        with qtbot.waitSignal(panel.refused) as refused:
            qtbot.mouseClick(panel.run_button, LEFT)
        assert complaint in refused.args[0]


def test_closing_the_window_stops_what_runs(qtbot, lab):
    panel = lab.experiments["race"]
    panel.steps.setValue(1_000_000)
    qtbot.mouseClick(panel.run_button, LEFT)
    qtbot.waitUntil(lambda: "step" in panel.state)
    lab.shut_down()
    assert not panel.job.is_running


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])  # Adam's limit needs its memory
def test_largest_stable_rate_is_marked_while_it_trains(qtbot, tab, optimizer):
    training = tab
    training.apply({"optimizer": optimizer, "learning_rate": 0.01, "batch_size": None})
    found = []
    training.stability.limit_found.connect(lambda step, limit: found.append((step, limit)))
    training.toggle_training()
    qtbot.waitUntil(lambda: len(found) > 1)
    training.toggle_training()
    step, limit = found[-1]  # the first may be of the optimizer before
    problem = Network(training.setup)
    trainer = problem.trainer()
    trainer.run(step)
    exact = Gauge(problem, 1e-6).measure(Start.of_trainer(trainer)).limit
    assert limit == pytest.approx(exact, rel=0.05)


def test_mark_of_the_largest_stable_rate_is_never_another_optimizers(qtbot, tab):
    training, mark = tab, tab.view.run_bar.rate
    training.apply({"learning_rate": 0.01, "batch_size": None})
    found = []
    training.stability.limit_found.connect(lambda step, _limit: found.append(step))
    training.make_step()
    qtbot.waitUntil(lambda: bool(found) and found[-1] == 1)
    before = mark.limit
    training.apply({"optimizer": Momentum(0.9)})
    qtbot.waitUntil(lambda: mark.limit != before)
    qtbot.waitUntil(lambda: mark.limit is not None)
    assert mark.limit == pytest.approx(1.9 * before, rel=1e-2)


def test_landscape_turns_under_the_hand_and_its_ball_follows_the_run(qtbot, lab, training):
    choose(qtbot, lab, "landscape")
    panel = lab.experiments["landscape"]
    panel.resolution.show_key("33")
    run(qtbot, lab, "landscape")
    losses = panel.columns()["loss"]
    assert len(losses) == 33 * 33
    assert np.isfinite(losses).all()
    x, y = panel.map.plane.ball
    assert (x, y) == pytest.approx((0.0, 0.0))
    turn = panel.surface.turn
    centre = panel.surface.rect().center()
    qtbot.mousePress(panel.surface, LEFT, pos=centre)
    qtbot.mouseMove(panel.surface, centre + QPoint(80, 0))
    qtbot.mouseRelease(panel.surface, LEFT, pos=centre + QPoint(80, 0))
    assert panel.surface.turn != turn
    training.apply({"learning_rate": 1.0})
    training.make_step()
    qtbot.waitUntil(lambda: panel.map.plane.ball != (x, y))


def test_zero_grad_is_explained_by_momentum_and_tried_on_the_lectures_data(qtbot, lab, training):
    rate = training.setup.learning_rate
    choose(qtbot, lab, "zero_grad")
    panel = run(qtbot, lab, "zero_grad")
    table = panel.columns()
    np.testing.assert_array_equal(table["without"], table["momentum, beta 1"])
    assert "the very same numbers" in panel.foot.text()
    qtbot.mouseClick(panel.findChild(QAbstractButton, "zero_grad_lecture"), LEFT)
    run(qtbot, lab, "zero_grad")
    assert "it harms here" in panel.foot.text()
    helps = [b < a for a, b in zip(*list(panel.columns().values())[-2:])]
    assert helps[0]  # at the lowest rate
    assert not helps[-1]
    assert training.setup.learning_rate == rate
    lab.findChild(QComboBox, "lab_from").setCurrentIndex(0)
    assert panel.fields["rate"].value() == rate


def test_schedule_is_drawn_by_hand_and_raced_against_a_constant_rate(qtbot, lab):
    choose(qtbot, lab, "schedules")
    panel = lab.experiments["schedules"]
    area = panel.drawing.area()
    view = panel.drawing.viewport()
    start = QPoint(int(area.left()) + 40, int(area.top()) + 40)
    qtbot.mousePress(view, LEFT, pos=start)
    for k in range(1, 20):
        qtbot.mouseMove(view, start + QPoint(12 * k, 4 * k))
    qtbot.mouseRelease(view, LEFT, pos=start + QPoint(240, 80))
    assert panel.kind.currentData() == "drawn"
    rates = [rate for _step, rate in panel.schedule().points]
    assert len(rates) >= 2
    assert rates[-1] < rates[0]
    run(qtbot, lab, "schedules")
    table = panel.columns()
    assert table["rate"][0] == pytest.approx(rates[0])
    assert table["loss, schedule"] != table["loss, constant"]


def test_sharpness_of_the_parabola_is_its_curvature(qtbot, lab):
    start = lab.findChild(object, "lab_from")
    start.setCurrentIndex(start.findData("parabola"))
    choose(qtbot, lab, "sharpness")
    panel = run(qtbot, lab, "sharpness")
    assert panel.columns()["sharpness"][0] == pytest.approx(6.0, rel=1e-6)
    assert panel.columns()["largest stable rate"][0] == pytest.approx(1 / 3, rel=1e-6)


def test_parabola_has_no_landscape_and_says_where_to_look(qtbot, lab):
    start = lab.findChild(object, "lab_from")
    start.setCurrentIndex(start.findData("parabola"))
    choose(qtbot, lab, "landscape")
    panel = lab.experiments["landscape"]
    with qtbot.waitSignal(panel.refused) as refused:
        qtbot.mouseClick(panel.run_button, LEFT)
    assert "one step" in refused.args[0]


def test_schedule_is_edited_by_keys_and_used_in_training(qtbot, lab, training):
    choose(qtbot, lab, "schedules")
    panel = lab.experiments["schedules"]
    for key in (Qt.Key.Key_Insert, Qt.Key.Key_Insert, Qt.Key.Key_Up):
        QTest.keyClick(panel.drawing, key)
    (first, low), (second, high) = panel.schedule().points
    assert (first, second) == (0.0, 300.0)
    assert high == pytest.approx(1.1 * low, rel=1e-3)
    QTest.keyClick(panel.drawing, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert panel.schedule().points[1][0] == 312.0
    qtbot.mouseClick(panel.use, LEFT)
    assert training.setup.schedule == "drawn"
    assert training.setup.rate_at(312) == pytest.approx(high)
    QTest.keyClick(panel.drawing, Qt.Key.Key_Delete)
    assert len(panel.schedule().points) == 1


def test_dot_of_a_lane_is_dragged_back_to_fork_there(qtbot, lab):
    panel = run(qtbot, lab, "race")
    before = panel.columns()["loss, 0.5"]
    curve, view = panel.plot.curves[2], panel.plot.viewport()
    dot = panel.plot.place(float(curve.xs[-1]), float(curve.ys[-1])).toPoint()
    there = panel.plot.place(200.0, 0.1).toPoint()
    qtbot.mousePress(view, LEFT, pos=dot)
    qtbot.mouseMove(view, there)
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseRelease(view, LEFT, pos=there)
    (name,) = forks(panel)
    step = int(name.split()[-1])
    assert abs(step - 200) <= 2
    table = panel.columns()
    assert table["loss, 0.5"] == before
    assert np.isnan(table[name][:step]).all()
    assert table[name][step] == before[step]  # the loss before the first step of its own
    assert table[name][-1] != before[-1]


def test_step_under_the_glass_follows_the_rate(qtbot, lab, training):
    panel = run(qtbot, lab, "one_step")
    training.set_rate(0.7)
    qtbot.waitUntil(lambda: panel.found.question.rate == 0.7)
    assert "0.7" in panel.foot.text()
    QTest.keyClicks(panel.rate_field, "0.2")
    QTest.keyClick(panel.rate_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.found.question.rate == 0.2)
    assert training.setup.learning_rate == 0.2


def test_edges_between_the_panels_can_be_dragged_and_are_remembered(qtbot, lab, training, document):
    race, one_step = lab.experiments["race"], lab.experiments["one_step"]
    columns = lab.findChild(QSplitter, "lab_columns")
    assert columns.saveState().isEmpty()  # nobody has chosen these widths
    before = race.width(), one_step.width()
    handle = columns.handle(1)
    middle = handle.rect().center()
    qtbot.mousePress(handle, LEFT, pos=middle)
    qtbot.mouseMove(handle, middle + QPoint(100, 0))
    qtbot.mouseRelease(handle, LEFT, pos=middle + QPoint(100, 0))
    assert race.width() == before[0] + 100
    assert one_step.width() == before[1] - 100
    assert one_step.geometry().left() == race.geometry().right() + 1 + columns.handleWidth()
    choose(qtbot, lab, "landscape")
    assert lab.experiments["landscape"].geometry() == race.geometry()
    state = columns.saveState()
    again = LabTab(training, document)
    again.findChild(QSplitter, "lab_columns").restoreState(state)
    again.resize(lab.size())
    again.show()
    assert again.experiments["race"].width() > before[0] + 60
    again.close()
    again.shut_down()
    again.deleteLater()
