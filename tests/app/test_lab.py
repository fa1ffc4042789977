"""The learning-rate laboratory's tab, used by mouse and keys."""

import math
import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSplitter, QWidget

from app import places
from app.lab import race_run
from app.lab.job import Job
from app.lab.one_step_panel import OneStepPanel
from app.lab.race_panel import RacePanel
from app.lab.tab import LabTab
from app.training.tab import TrainingTab
from app.widgets.pop_up import PopUp
from core.lab.problems import Network
from core.lab.running import Report
from core.lab.stability import Gauge
from core.lab.starts import Start
from core.lab.trainability import measure
from core.optim import SGD, Adam, Momentum
from tests.app.building import without_style_sheet

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def training(qapp, document):
    """The training tab, which need not be seen; the style sheet comes with the laboratory."""
    qapp.setStyleSheet("")
    made = TrainingTab(document)
    yield made
    made.shutdown()
    made.deleteLater()


@pytest.fixture
def lab(qtbot, document, training, monkeypatch):
    """The laboratory as large as in a 1920 x 1080 window, about a network that is made quickly.

    Races do not wait for anybody to watch them.
    """
    monkeypatch.setattr(race_run, "SHOWN_FOR", 0.0)
    training.apply({"batch_size": None, "points": 60})
    with without_style_sheet():
        made = LabTab(training, document)
    made.resize(1904, 990)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.shut_down()
    made.deleteLater()


def run(qtbot, lab, name):
    """Click on an experiment's Run and wait for its end."""
    panel = lab.experiments[name]
    with qtbot.waitSignal(panel.job.ended, timeout=20_000):
        qtbot.mouseClick(panel.run_button, LEFT)
    return panel


def forks(panel):
    """The columns of lanes that have forked."""
    return [name for name in panel.columns() if " from " in name]


SIDE = 32


def small_map(qtbot, lab):
    """A map of this network, large and done."""
    choose(qtbot, lab, "map")
    panel = lab.experiments["map"]
    lab.findChild(QComboBox, "map_network").setCurrentIndex(1)
    size = lab.findChild(QComboBox, "map_size")
    size.setCurrentIndex(size.findData(str(SIDE)))
    panel.options.steps.setValue(10)
    return run(qtbot, lab, "map")


def choose(qtbot, lab, name):
    qtbot.mouseClick(lab.findChild(QAbstractButton, f"lab_row_{name}"), LEFT)


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


def test_race_forks_where_the_rate_of_a_lane_is_changed(qtbot, lab):
    panel = lab.experiments["race"]
    panel.steps.setValue(50_000)
    qtbot.mouseClick(panel.run_button, LEFT)
    qtbot.waitUntil(lambda: "step" in panel.state)
    panel.choose_lane(1)
    panel.fork_rate.setFocus()
    QTest.keyClicks(panel.fork_rate, "0.2")
    QTest.keyClick(panel.fork_rate, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(forks(panel)), timeout=10_000)
    losses = panel.columns()[forks(panel)[0]]
    assert math.isnan(losses[0])
    assert math.isfinite(losses[-1])
    with qtbot.waitSignal(panel.job.ended, timeout=10_000):
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
        with qtbot.waitSignal(panel.refused, timeout=10_000) as refused:
            qtbot.mouseClick(panel.run_button, LEFT)
        assert complaint in refused.args[0]


def test_results_are_exported_as_table_and_pictures(qtbot, lab, tmp_path):
    panel = run(qtbot, lab, "one_step")
    for suffix in ("csv", "png", "svg"):
        panel.export(tmp_path / f"curve.{suffix}")
    lines = (tmp_path / "curve.csv").read_text().splitlines()
    assert lines[0] == '"rate, SGD","loss, SGD","quadratic model, SGD"'
    assert len(lines) == 242
    assert (tmp_path / "curve.png").read_bytes()[1:4] == b"PNG"
    assert "<svg" in (tmp_path / "curve.svg").read_text()


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
    qtbot.waitUntil(lambda: len(found) > 1, timeout=20_000)
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
    qtbot.waitUntil(lambda: bool(found) and found[-1] == 1, timeout=20_000)
    before = mark.limit
    training.apply({"optimizer": Momentum(0.9)})
    qtbot.waitUntil(lambda: mark.limit != before, timeout=20_000)
    qtbot.waitUntil(lambda: mark.limit is not None, timeout=20_000)
    assert mark.limit == pytest.approx(1.9 * before, rel=1e-2)


def test_map_is_zoomed_and_a_pixel_opens_as_a_run(qtbot, lab, training):
    panel = small_map(qtbot, lab)
    values = panel.view.values
    assert values.shape == (SIDE, SIDE)
    assert not np.isnan(values).any()
    place = panel.view.area().center().toPoint()
    before = panel.view.window_now
    with qtbot.waitSignal(panel.job.ended, timeout=20_000):
        QTest.keyClick(panel.view, Qt.Key.Key_Plus)
        qtbot.waitUntil(lambda: panel.job.is_running)
    now = panel.view.window_now
    assert now.right - now.left == pytest.approx((before.right - before.left) / 1.6)
    point = panel.view.point_at(QPointF(place))
    race = lab.experiments["race"]
    with qtbot.waitSignal(race.job.ended, timeout=20_000):
        qtbot.mouseDClick(panel.view, LEFT, pos=place)
    steps, losses = race.columns().values()
    assert len(steps) == 10
    panel.view.menu_wanted.emit(*point, panel.mapToGlobal(place))
    (menu,) = panel.findChildren(PopUp)
    with qtbot.waitSignal(panel.run_wanted):
        menu.actions()[1].trigger()
    menu.close()
    lane = panel.found.question.lane_at(10.0 ** point[0], 10.0 ** point[1])
    assert training.setup.rate_factors == pytest.approx(lane.layer_factors, rel=0.2)
    for _ in range(10):
        training.make_step()
    np.testing.assert_array_equal(training.losses, losses)
    again = measure(np.array(losses), 10, losses[0])
    assert panel.view.value_at(*point) == pytest.approx(again, rel=1e-12)


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
    with qtbot.waitSignal(panel.refused, timeout=10_000) as refused:
        qtbot.mouseClick(panel.run_button, LEFT)
    assert "one step" in refused.args[0]


def test_kept_experiment_survives_the_file_and_is_shown_again(qtbot, lab, document, tmp_path):
    panel = run(qtbot, lab, "race")
    losses = panel.columns()["loss, 0.1"]
    panel.keep_wanted.emit()
    assert document.undo_stack.undoText() == "Keep Race"
    document.save(tmp_path / "lesson.json")
    document.undo_stack.undo()
    assert not lab.findChild(QWidget, "lab_experiment_1")
    document.open(tmp_path / "lesson.json")
    panel.lanes.setText("3, 4")
    run(qtbot, lab, "race")
    assert "loss, 0.1" not in panel.columns()
    row = lab.findChild(QAbstractButton, "lab_experiment_1")
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(row, LEFT)
    assert panel.columns()["loss, 0.1"] == losses
    run(qtbot, lab, "race")  # with the controls that it was made with
    assert panel.columns()["loss, 0.1"] == losses
    QTest.keyClick(row, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: panel.plot.is_comparing)
    assert "The settings are the same" in panel.note.words.text()
    panel.note.closed.emit()
    assert not panel.plot.is_comparing


def test_kept_race_stands_beside_the_present_one_and_tells_what_differs(
    qtbot, lab, document, training
):
    panel = run(qtbot, lab, "race")
    losses = panel.columns()["loss, 0.1"]
    panel.keep_wanted.emit()
    training.apply({"activation": "relu"})
    panel.steps.setValue(50)
    run(qtbot, lab, "race")
    row = lab.findChild(QAbstractButton, "lab_experiment_1")
    QTest.keyClick(row, Qt.Key.Key_B)
    kept = lab.kept_shown.beside
    qtbot.waitUntil(lambda: kept.found is not None)
    assert kept.columns()["loss, 0.1"] == losses
    assert abs(kept.width() - panel.width()) <= 1
    assert kept.isVisible()
    assert "activation (tanh, now relu), steps (600, now 50)" in kept.note.words.text()
    assert not kept.run_button.isVisible()
    choose(qtbot, lab, "range_test")
    assert not kept.isVisible()
    choose(qtbot, lab, "race")
    QTest.keyClick(row, Qt.Key.Key_Delete)
    assert "experiment/1" not in document.extras
    assert lab.kept_shown.beside is None
    assert lab.experiments["one_step"].isVisible()


def test_kept_result_of_another_set_up_tells_so_and_gives_it_back(qtbot, lab, training):
    panel = run(qtbot, lab, "range_test")
    suggested = panel.columns()
    panel.keep_wanted.emit()
    before = training.setup
    training.apply({"activation": "relu", "batch_size": 5})
    panel.fields["steps"].setValue(20)
    run(qtbot, lab, "range_test")
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(lab.findChild(QAbstractButton, "lab_experiment_1"), LEFT)
    assert "now relu" in panel.note.words.text()
    qtbot.mouseClick(panel.note.action, LEFT)
    assert training.setup == before
    run(qtbot, lab, "range_test")
    assert panel.columns() == suggested
    assert panel.note.isHidden()


def test_broken_kept_experiment_is_told_and_the_others_are_shown(qtbot, lab, document):
    panel = run(qtbot, lab, "one_step")
    panel.keep_wanted.emit()
    whole = document.extras["experiment/1"]
    record = {**whole["record"], "question": {**whole["record"]["question"], "count": 1}}
    document.set_extra("experiment/2", {**whole, "record": record}, "Break it")
    (toast,) = [toast for toast in lab.toasts.toasts if "rates" in toast.text]
    assert "can't be shown" in toast.text
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(lab.findChild(QAbstractButton, "lab_experiment_1"), LEFT)


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


def test_map_that_takes_long_is_asked_about_first(qtbot, lab):
    choose(qtbot, lab, "map")
    panel = lab.experiments["map"]
    panel.options.steps.setValue(100_000)
    panel = run(qtbot, lab, "map")
    assert panel.begin_anyway.isVisible()
    assert "65,536 pixels" in panel.question_words.text()
    assert panel.found is None
    qtbot.mouseClick(panel.begin_anyway, LEFT)
    qtbot.waitUntil(lambda: panel.found is not None, timeout=20_000)
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(panel.run_button, LEFT)


def test_map_goes_back_to_the_window_before_from_its_kept_tiles(qtbot, lab):
    panel = small_map(qtbot, lab)
    window, values = panel.view.window_now, panel.view.values
    with qtbot.waitSignal(panel.job.ended, timeout=20_000):
        QTest.keyClick(panel.view, Qt.Key.Key_Plus)
        qtbot.waitUntil(lambda: panel.job.is_running)
    with qtbot.waitSignal(panel.job.ended, timeout=20_000):
        QTest.keyClick(panel.view, Qt.Key.Key_Backspace)
    assert panel.view.window_now == window
    np.testing.assert_array_equal(panel.view.values, values)
    assert len(list(places.maps_folder().iterdir())) == 2


def test_thread_that_does_not_answer_is_given_up_when_it_is_stopped(qtbot):
    job, released, seen = Job(), threading.Event(), []

    def reports():
        yield Report(1, 10, None)
        released.wait(60)  # as for a scheduler that hangs

    job.reported.connect(seen.append)
    with qtbot.waitSignal(job.reported):
        job.start(reports)
    with qtbot.waitSignal(job.ended, timeout=4000) as ended:
        job.stop()
    assert ended.args == [""]
    assert len(seen) == 1
    assert not job.is_running
    released.set()
    assert job.shut_down()


def test_cluster_that_is_not_there_is_told_and_its_map_can_be_run_elsewhere(qtbot, lab):
    pytest.importorskip("distributed")
    panel = small_map(qtbot, lab)
    where = lab.findChild(QComboBox, "map_place")
    where.setCurrentIndex(where.findData("cluster"))
    QTest.keyClicks(lab.findChild(QLineEdit, "map_address"), "tcp://127.0.0.1:1")
    with qtbot.waitSignals([panel.refused, panel.job.ended], timeout=20_000):
        qtbot.mouseClick(panel.run_button, LEFT)
    assert panel.found is not None
    where.setCurrentIndex(where.findData("threads"))
    run(qtbot, lab, "map")
    assert panel.state == "32 × 32, done"


def test_cluster_without_an_address_is_refused(qtbot, lab):
    choose(qtbot, lab, "map")
    where = lab.findChild(QComboBox, "map_place")
    where.setCurrentIndex(where.findData("cluster"))
    panel = lab.experiments["map"]
    with qtbot.waitSignal(panel.refused) as refused:
        qtbot.mouseClick(panel.run_button, LEFT)
    assert "scheduler's address" in refused.args[0]
    assert lab.findChild(QLineEdit, "map_address").isVisible()


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
