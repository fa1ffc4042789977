"""The laboratory's map, and the workers that compute it, used by mouse and keys."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from app import places
from app.lab.job import Job
from app.lab.map_ticks import Ticks
from app.widgets.pop_up import PopUp
from core.lab.estimates import TimeLeft
from core.lab.objective import Objective
from core.lab.problems import Parabola
from core.lab.running import Report
from core.lab.trainability import measure
from tests.app.laboratory import LEFT, SIDE, choose, run, small_map


def test_map_is_zoomed_and_a_pixel_opens_as_a_run(qtbot, lab, training):
    panel = small_map(qtbot, lab)
    values = panel.view.values
    assert values.shape == (SIDE, SIDE)
    assert not np.isnan(values).any()
    place = panel.view.area().center().toPoint()
    before = panel.view.window_now
    with qtbot.waitSignal(panel.job.ended):
        QTest.keyClick(panel.view, Qt.Key.Key_Plus)
        qtbot.waitUntil(lambda: panel.job.is_running)
    now = panel.view.window_now
    assert now.right - now.left == pytest.approx((before.right - before.left) / 1.6)
    point = panel.view.point_at(QPointF(place))
    value = panel.view.value_at(*point)
    race = lab.experiments["race"]
    with qtbot.waitSignal(race.job.ended):
        qtbot.mouseDClick(panel.view, LEFT, pos=place)
    steps, losses = race.columns().values()
    assert len(steps) == 10
    lane = panel.found.question.lane_at(10.0 ** point[0], 10.0 ** point[1])
    panel.view.menu_wanted.emit(*point, panel.mapToGlobal(place))
    (menu,) = panel.findChildren(PopUp)
    with qtbot.waitSignal(panel.run_wanted):
        menu.actions()[1].trigger()
    menu.close()
    assert training.setup.rate_factors == pytest.approx(lane.layer_factors, rel=0.2)
    for count in range(1, 11):
        training.make_step()
        qtbot.waitUntil(lambda count=count: len(training.losses) == count)
    np.testing.assert_array_equal(training.losses, losses)
    again = measure(np.array(losses), 10, losses[0])
    assert value == pytest.approx(again, rel=1e-12)


def test_map_that_takes_long_is_asked_about_first(qtbot, lab):
    choose(qtbot, lab, "map")
    panel = lab.experiments["map"]
    panel.options.steps.setValue(100_000)
    panel = run(qtbot, lab, "map")
    assert panel.time_question.begin_anyway.isVisible()
    assert "65,536 pixels" in panel.time_question.words.text()
    assert panel.found is None
    qtbot.mouseClick(panel.time_question.begin_anyway, LEFT)
    qtbot.waitUntil(lambda: panel.found is not None)
    with qtbot.waitSignal(panel.job.ended):
        qtbot.mouseClick(panel.run_button, LEFT)


def test_map_goes_back_to_the_window_before_from_its_kept_tiles(qtbot, lab, monkeypatch):
    monkeypatch.setattr(TimeLeft, "words", lambda _self, _share: "about 9 seconds left")
    told = []
    lab.activity_changed.connect(told.append)
    panel = small_map(qtbot, lab)
    shares = [words for words in told if "%" in words]  # how many depends on the machine
    assert all(words.endswith(" %, about 9 seconds left") for words in shares)
    window, values = panel.view.window_now, panel.view.values
    with qtbot.waitSignal(panel.job.ended):
        QTest.keyClick(panel.view, Qt.Key.Key_Plus)
        qtbot.waitUntil(lambda: panel.job.is_running)
    with qtbot.waitSignal(panel.job.ended):
        QTest.keyClick(panel.view, Qt.Key.Key_Backspace)
    assert panel.view.window_now == window
    np.testing.assert_array_equal(panel.view.values, values)
    assert len(list(places.maps_folder().iterdir())) == 2


def test_map_that_is_moved_computes_only_what_comes_into_sight(qtbot, lab):
    panel = small_map(qtbot, lab)
    values, shares = panel.view.values, []
    panel.job.reported.connect(lambda report: shares.append(report.share))
    with qtbot.waitSignal(panel.job.ended):
        QTest.keyClick(panel.view, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda: panel.job.is_running)
    moved = SIDE // 8
    np.testing.assert_array_equal(panel.view.values[:, :-moved], values[:, moved:])
    assert min(share for share in shares if share) >= 1 - moved / SIDE


def test_map_is_not_zoomed_beyond_the_digits_of_its_rates(qtbot, lab):
    panel = small_map(qtbot, lab)
    with qtbot.waitSignal(panel.view.end_of_digits):
        for _ in range(80):
            QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    assert "float64 ends" in panel.foot.text()
    window = panel.view.window_now
    assert 0.0 < window.right - window.left < 1e-12
    ticks = Ticks.along(window.left, window.right, 6)
    assert len({words for _place, words in ticks.places}) == len(ticks.places) > 2
    assert all(window.left <= place <= window.right for place, _words in ticks.places)
    assert float(ticks.base) == 10.0 ** ((window.left + window.right) / 2)


def test_thread_that_does_not_answer_is_given_up_when_it_is_stopped(qtbot):
    job, released, seen = Job(), threading.Event(), []

    def reports():
        yield Report(1, 10, None)
        released.wait(60)  # as for a scheduler that hangs

    job.reported.connect(seen.append)
    with qtbot.waitSignal(job.reported):
        job.start(reports)
    with qtbot.waitSignal(job.ended) as ended:
        job.stop()
    assert ended.args == [""]
    assert len(seen) == 1
    assert not job.is_running
    released.set()
    assert job.shut_down()


def test_thread_that_is_given_up_ends_before_its_next_report(qtbot):
    job, begun = Job(), threading.Event()

    def reports():
        objective, parameters = Objective(Parabola().trainer()), np.zeros((1, 1))
        begun.set()
        while True:  # as an eigenvalue's iteration, which may take minutes
            objective.losses(parameters)
        yield Report(1, 1, None)

    job.start(reports)
    assert begun.wait(20)
    assert job.shut_down()


def test_cluster_that_is_not_there_is_told_and_its_map_can_be_run_elsewhere(qtbot, lab):
    pytest.importorskip("distributed")
    panel = small_map(qtbot, lab)
    where = lab.findChild(QComboBox, "map_place")
    where.setCurrentIndex(where.findData("cluster"))
    QTest.keyClicks(lab.findChild(QLineEdit, "map_address"), "tcp://127.0.0.1:1")
    with qtbot.waitSignals([panel.refused, panel.job.ended]):
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
