"""The training tab's pictures: curves, links, counters."""

import math

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app import theme
from app.widgets.plot_curve import CrispCurve, PlotCurve
from app.widgets.plot_paint import own_menu
from tests.app.training_tab import click, curve, find, idle, start


def test_curves_show_the_runs_losses(qtbot, tab):
    for _ in range(20):
        click(qtbot, tab, "step_button")
    qtbot.waitUntil(lambda: tab.step == 20)
    idle(qtbot, tab)
    tab.view.plot.set_smoothing(0.0)
    xs, ys = curve(tab, "train").points()
    np.testing.assert_array_equal(ys, tab.losses)
    np.testing.assert_array_equal(xs, np.arange(20))
    xs, ys = curve(tab, "test").points()
    assert ys[-1] == tab.snapshot.test_loss
    assert xs[-1] == tab.step


def test_the_losses_of_a_long_run_are_a_band_around_its_mean(tab):
    run = tab.view.plot.run
    rng = np.random.default_rng(1)
    losses = 0.5 * np.exp(-np.arange(100_000) / 5000) * rng.uniform(0.5, 1.5, 100_000)
    run.history.extend(losses)
    run.is_noisy = True
    tab.view.plot.set_smoothing(0.92)
    xs, ys = curve(tab, "train, each step").points()
    assert xs[0] == xs[-1]  # there along the greatest and back along the least
    n = len(xs) // 2
    assert (ys[:n] >= ys[: n - 1 : -1]).all()
    xs, ys = curve(tab, "train").points()
    np.testing.assert_allclose(ys, 0.5 * np.exp(-xs / 5000), rtol=0.15)  # nor does it lag
    tab.view.plot.set_smoothing(0.0)


def test_the_cursor_reads_exact_values(qtbot, tab):
    start(qtbot, tab, 60)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    plot = tab.view.plot
    box = plot.getPlotItem().getViewBox()
    place = box.mapViewToScene(QPointF(30, box.viewRange()[1][0])).toPoint()
    qtbot.mouseMove(plot.viewport(), place - QPoint(1, 3))
    qtbot.mouseMove(plot.viewport(), place - QPoint(0, 3))
    read = plot.reading()
    assert [row[0] for row in read.rows] == ["train", "test"]
    assert read.rows[0][1] == tab.losses[read.step]
    assert math.isfinite(read.rows[1][1])


def test_plots_survive_every_kind_of_number(qtbot, tab):
    history = tab.view.plot.run.history
    tab.view.plot._cursor = 0.0  # the first loss, then what is nearest: no place on a log axis
    for losses in ([0.0], [np.nan, -1.0], [np.inf], [1e300, 1e-300], [5.0] * 1000):
        history.extend(losses)
        for word in ("linear", "log"):
            find(tab, "loss_scale").setValue(word)
            tab.view.plot.refresh()
            assert not tab.grab().isNull()


def test_an_earlier_run_stays_for_comparison(qtbot, tab):
    start(qtbot, tab)
    click(qtbot, tab, "reset_button")
    find(tab, "learning_rate").setValue(0.3)
    start(qtbot, tab)
    click(qtbot, tab, "runs_button")
    rows = find(tab, "run_rows")
    assert len(rows.runs) == 2
    assert (
        tab.view.run_list.sentence()
        == "Now and rate 0.03 differ in learning rate only: 0.3 and 0.03."
    )
    assert curve(tab, "rate 0.03").isVisible()
    eye = rows.eye_area(1).center().toPoint()
    qtbot.mouseClick(rows, Qt.MouseButton.LeftButton, pos=eye)
    assert not curve(tab, "rate 0.03").isVisible()


def test_the_theme_changes_live(qtbot, tab):
    start(qtbot, tab)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    dark = tab.grab().toImage()
    theme.set_current("light")
    light = tab.grab().toImage()
    theme.set_current("dark")
    again = tab.grab().toImage()
    for widget in (tab.view.plot, tab.view.network, tab.view.output, tab.view.run_bar):
        place = widget.mapTo(tab, QPoint(widget.width() - 4, 4))
        assert dark.pixelColor(place).lightness() < 80
        assert light.pixelColor(place).lightness() > 200
    assert tab.view.plot.getPlotItem().getAxis("left").textPen().color().lightness() > 100
    assert again.size() == dark.size()
    theme.set_current("light")
    assert {end.color for end in tab.view.plot._ends} == {theme.current().runs[0]}


@pytest.mark.parametrize("change", ["theme", "size", "shows"])
def test_links_of_a_resting_run_come_back_after_a_change(qtbot, tab, change):
    tab.apply({"hidden": (8, 8, 8, 8, 8, 8)})
    qtbot.waitUntil(lambda: len(tab.snapshot.parameters) > 300)
    idle(qtbot, tab)
    network = tab.view.network
    assert not network.is_behind
    if change == "theme":
        theme.set_current("light")
    elif change == "size":
        tab.resize(1400, 800)
    else:
        network.set_shows("gradient")
    qtbot.waitUntil(lambda: not network.is_behind)
    between = network.square(3, 0).right() + 3
    picture = network.grab().toImage()
    column = [picture.pixelColor(round(between), y).rgb() for y in range(60, picture.height())]
    assert len(set(column)) > 3  # links, not the bare ground


def test_a_run_that_diverged_leaves_the_next_one_its_room(qtbot, tab):
    start(qtbot, tab, 60)
    click(qtbot, tab, "reset_button")
    tab._runs.earlier[0].curves.history.extend([1e100, 1e300])
    start(qtbot, tab, 60)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    top = tab.view.plot.getPlotItem().getViewBox().viewRange()[1][1]
    assert top < 6  # as a power of ten


def test_counters_have_room_from_the_start(tab):
    bar = tab.view.run_bar
    before = bar.rate.x(), bar.rate.width()  # the height has room for a limit that comes later
    bar.show_counts(12_345_678, 123_456.0, 12_345.0)
    bar.layout().activate()
    assert (bar.rate.x(), bar.rate.width()) == before


@pytest.mark.parametrize("make", [lambda: PlotCurve("loss"), lambda: CrispCurve(antialias=True)])
def test_a_line_is_as_wide_on_a_dense_screen(qtbot, make):
    plot = pg.PlotWidget(enableMenu=False)
    qtbot.addWidget(plot)
    own_menu(plot)
    plot.setBackground("#000000")
    plot.resize(200, 200)
    curve = make()
    plot.addItem(curve)
    ends = np.array([0.0, 1.0]), np.array([0.5, 0.5])
    curve.set_points(*ends) if isinstance(curve, PlotCurve) else curve.setData(*ends)
    curve.setPen(pg.mkPen("#FFFFFF", width=2))

    def thickness(ratio):
        """Of the line in the middle of the plot, in logical pixels."""
        picture = QImage(200 * ratio, 200 * ratio, QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        plot.render(painter, QRectF(0, 0, 200, 200))
        painter.end()
        middle = 120 * ratio
        rows = range(20 * ratio, 130 * ratio)
        return sum(picture.pixelColor(middle, row).lightnessF() for row in rows) / ratio

    assert thickness(1) == pytest.approx(2.0, abs=0.3)
    assert thickness(3) == pytest.approx(2.0, abs=0.3)
