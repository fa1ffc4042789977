"""The curves: what is plotted over what, and the runs that are compared, named and exported."""

import csv
import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.app.training_tab import choose, click, curve, find, idle, start


@pytest.fixture
def two_runs(qtbot, tab):
    for rate in (0.03, 0.3):
        find(tab, "learning_rate").setValue(rate)
        start(qtbot, tab, 200)
        click(qtbot, tab, "train_button")
        idle(qtbot, tab)
        if rate == 0.03:
            click(qtbot, tab, "reset_button")
    return tab


def test_each_metric_has_its_curves_and_exact_values(qtbot, two_runs):
    tab, plot = two_runs, two_runs.view.plot
    find(tab, "loss_smoothing").setCurrentIndex(0)
    samples = tab._runs.current.curves.samples
    box = plot.getPlotItem().getViewBox()
    place = box.mapRectToScene(box.boundingRect()).center().toPoint()
    for name in ("accuracy", "gradient_norm", "update_ratio", "rate"):
        choose(tab, "metric", name)
        column = {"accuracy": "train_accuracy"}.get(name, name)
        xs, ys = curve(tab, "train").points()
        np.testing.assert_array_equal(xs, samples.steps)
        shown = ys[~np.isnan(ys)]
        assert len(shown)
        assert set(shown) <= set(samples[column])
        assert curve(tab, "rate 0.03").isVisible()
        assert find(tab, "loss_scale").value() == ("linear" if name == "accuracy" else "log")
        for dx in (1, 0):
            qtbot.mouseMove(plot.viewport(), place - QPoint(dx, 0))
        read = plot.reading()
        assert read.rows[0][1] == samples.at(column, read.step)
        assert read.rows[-1][0] == "rate 0.03"


def test_learning_rate_and_gradient_are_the_runs_own(two_runs):
    samples = two_runs._runs.current.curves.samples
    assert set(samples["rate"]) == {0.3}
    snapshot = two_runs.snapshot
    assert samples["gradient_norm"][-1] == np.linalg.norm(snapshot.gradients)
    ratio = np.linalg.norm(snapshot.update) / np.linalg.norm(snapshot.parameters)
    assert samples["update_ratio"][-1] == ratio


def test_the_horizontal_axis_counts_steps_epochs_or_seconds(two_runs):
    tab = two_runs
    steps = curve(tab, "train").points()[0]
    choose(tab, "loss_axis", "epoch")
    np.testing.assert_allclose(curve(tab, "train").points()[0], steps / 25)
    choose(tab, "loss_axis", "time")
    seconds = curve(tab, "train").points()[0]
    assert (np.diff(seconds) >= 0).all()
    assert 0 < seconds[-1] < 10
    tab.grab()


def test_an_earlier_run_is_renamed_and_removed_by_keys(qtbot, two_runs):
    tab = two_runs
    click(qtbot, tab, "runs_button")
    rows = find(tab, "run_rows")
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_F2)
    editor = find(tab, "run_name", QLineEdit)
    QTest.keyClicks(editor, "the slow one")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert tab._runs.earlier[0].curves.name == "the slow one"
    assert "the slow one" in tab.view.run_list.sentence()
    QTest.keyClick(rows, Qt.Key.Key_F2)
    QTest.keyClicks(find(tab, "run_name", QLineEdit), "never mind")
    QTest.keyClick(find(tab, "run_name", QLineEdit), Qt.Key.Key_Escape)
    assert tab._runs.earlier[0].curves.name == "the slow one"
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert not tab._runs.earlier


def test_an_earlier_run_is_gone_on_with_by_its_button(qtbot, two_runs):
    tab = two_runs
    tip = tab._runs.earlier[0].tip
    click(qtbot, tab, "runs_button")
    click(qtbot, tab, "resume_run")
    qtbot.waitUntil(lambda: tab.snapshot.step == tip)
    assert tab.setup.learning_rate == 0.03
    assert tab._runs.earlier[0].setup.learning_rate == 0.3


def test_curves_are_exported_with_every_exact_loss(qtbot, two_runs, tmp_path):
    tab = two_runs
    tab._export.write(tmp_path / "curves.csv")
    qtbot.waitUntil((tmp_path / "curves.csv").exists)
    qtbot.waitUntil(lambda: bool(tab.view.toasts.toasts))
    with (tmp_path / "curves.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    now = tab._runs.current.curves.name
    losses = [float(r["batch_loss"]) for r in rows if r["run"] == now and r["batch_loss"]]
    assert losses == tab.losses.tolist()
    assert {r["run"] for r in rows} == {now, "rate 0.03"}
    measured = [r for r in rows if r["train_loss"]]
    assert float(measured[-1]["epoch"]) == float(measured[-1]["step"]) / 25
    assert all(math.isfinite(float(r["train_loss"])) for r in measured)


def test_the_plot_is_exported_as_a_picture(tab, tmp_path):
    tab._export.write(tmp_path / "curves.png")
    picture = QImage(str(tmp_path / "curves.png"))
    assert picture.width() == 2 * tab.view.curves.width()
    tab._export.write(tmp_path / "nowhere" / "curves.png")
    assert "can't be written" in tab.view.toasts.toasts[-1].text


def test_zooming_far_out_and_in_draws_few_ticks(qtbot, two_runs):
    plot = two_runs.view.plot
    box = plot.getPlotItem().getViewBox()
    for by in ("step", "epoch", "time"):
        choose(two_runs, "loss_axis", by)
        for factor in (1e3, 1e9, 1e100, 1e-120, 1e-12):
            box.scaleBy((factor, 1.0))
            box.sigRangeChangedManually.emit([True, False])
            plot.grab()
            axis = plot.getAxis("bottom")
            levels = axis.tickValues(*axis.range, axis.width())
            assert sum(len(ticks) for _spacing, ticks in levels) < 200
        assert not plot.is_following
        click(qtbot, two_runs, "loss_fit")
        assert plot.is_following
