"""The network in the graph view: levels that open and close, samples, words, and a live run."""

from threading import Event

import networkx as nx
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QMenu

from app.graph_view import palette
from app.graph_view.network import path_marks
from app.graph_view.network.picture import ABSENT, FIRST, ZERO, Spot
from app.graph_view.view import EXPRESSION, NETWORK, GraphView
from app.widgets.buttons import QuietButton
from core.engine import Value
from core.hyperparameters import PRESETS, Hyperparameters
from core.layout.crossbar import Part
from core.network.gradient_check import NetworkCheck
from core.network.reading import NetworkReader
from core.numbers import format_number
from core.optim import Adam

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot, document):
    """A graph view that shows TensorFlow Playground's default network, 2-4-2-1, at rest."""
    view = GraphView(document)
    qtbot.addWidget(view)
    view.resize(1264, 720)
    with qtbot.waitExposed(view):
        view.show()
    qtbot.mouseClick(view.shown_choice.segment(NETWORK), LEFT)
    wait_for_reading(qtbot, view)
    yield view
    view.network.canvas.finish_moves()
    qtbot.waitUntil(lambda: not view.network.source.is_busy)


def wait_for_reading(qtbot, view, sample=0):
    source = view.network.source
    qtbot.waitUntil(
        lambda: (
            not source.is_busy and source.reading is not None and source.reading.sample == sample
        )
    )


def point_of(view, spot) -> QPoint:
    canvas = view.network.canvas
    canvas.finish_moves()
    return canvas.camera.to_widget(canvas.picture.rect(spot).center()).toPoint()


def title_of(view, layer) -> QPoint:
    canvas = view.network.canvas
    canvas.finish_moves()
    corner = canvas.picture.frame(layer).topLeft() + QPointF(40, 16)
    return canvas.camera.to_widget(corner).toPoint()


def crumb(view, text) -> QuietButton:
    crumbs = view.network.breadcrumbs.findChildren(QuietButton)
    return next(crumb for crumb in crumbs if crumb.text() == text and crumb.isVisible())


def test_the_network_of_the_document_is_shown_with_its_real_numbers(view):
    reading, trace = view.network.source.reading, view.network.source.reader.trace
    reader = NetworkReader(PRESETS["playground"].setup)
    model = PRESETS["playground"].setup.model()
    out = model([Value(x) for x in reader.inputs[0]])
    ((out - Value(reader.targets[0, 0])) ** 2 * 0.5).backward()
    found = reading.numbers.grad[trace.parameters]
    assert found == pytest.approx([p.grad for p in model.parameters()], rel=1e-12)


def test_a_click_on_a_title_opens_a_layer_and_a_double_click_a_neuron(view, qtbot):
    canvas = view.network.canvas
    qtbot.mouseClick(canvas, LEFT, pos=title_of(view, 1))
    assert canvas.picture.open_layers == {1}
    assert Part.PRODUCT in canvas.picture.layout.blocks[1].parts
    assert view.network.breadcrumbs.texts() == ["Network", "Layer 2"]
    point = point_of(view, Spot(1, 0, 3))
    qtbot.mouseDClick(canvas, LEFT, pos=point)
    canvas.finish_moves()
    qtbot.mouseRelease(canvas, LEFT, pos=point)  # on the cell that has come there
    assert canvas.picture.open_neurons == {1: {0}}
    assert view.network.breadcrumbs.texts() == ["Network", "Layer 2", "n₁"]
    canvas.finish_moves()
    assert canvas.camera.seen(canvas.area()).contains(canvas.picture.rect(Spot(1, 0)))
    canvas.grab()
    hidden = QRectF(canvas.camera.to_scene(canvas.minimap.area.topLeft()), canvas.size())
    assert not hidden.intersects(canvas.picture.rect(Spot(1, 0)))
    qtbot.mouseDClick(canvas, LEFT, pos=point_of(view, Spot(1, 0, 3)))
    assert not canvas.picture.open_neurons
    qtbot.mouseClick(canvas, LEFT, pos=title_of(view, 1))
    assert not canvas.picture.open_layers


def test_breadcrumbs_lead_up_again(view, qtbot):
    canvas = view.network.canvas
    view.show_network(1, 0)
    canvas.finish_moves()
    qtbot.mouseClick(crumb(view, "Layer 2"), LEFT)
    assert (canvas.picture.open_layers, canvas.picture.open_neurons) == ({1}, {})
    qtbot.mouseClick(crumb(view, "Network"), LEFT)
    assert not canvas.picture.open_layers


def test_keys_go_to_neighbours_open_and_close(view, qtbot):
    canvas = view.network.canvas
    canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(canvas, key)
    assert canvas.picture.open_layers == {0}
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(canvas, key)
    assert canvas.picture.open_neurons == {0: {1}}
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.picture.open_neurons
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.picture.open_layers


def test_the_slider_chooses_a_sample_or_all(view, qtbot):
    slider, source = view.network.sample.slider, view.network.source
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    wait_for_reading(qtbot, view, 1)
    x = source.reader.inputs[1]
    assert source.reading.numbers.data[source.reader.trace.inputs] == pytest.approx(x)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    wait_for_reading(qtbot, view, None)
    assert view.network.sample.text() == "all"
    samples = view.network.canvas.picture.sample_looks
    assert [looks.shape for looks in samples] == [(4, 250), (2, 250), (1, 250)]
    canvas = view.network.canvas
    point = point_of(view, Spot(0, 1, 3))  # the middle of the second neuron's outputs
    qtbot.mouseMove(canvas, point)
    qtbot.waitUntil(lambda: canvas.hovered == Spot(0, 1, 3))
    k = canvas.picture.sample_at(canvas.hovered, canvas.camera.to_scene(QPointF(point)))
    number = int(source.reader.rows[k])
    assert canvas.card().heading == f"n₂ for sample {number + 1}"
    assert ("X₁", format_number(source.reader.inputs[number, 0])) in canvas.card().rows
    qtbot.mouseDClick(canvas, LEFT, pos=point)
    wait_for_reading(qtbot, view, number)


def test_hovering_a_weight_fills_in_the_chain_rule(view, qtbot):
    view.show_network(0)
    canvas = view.network.canvas
    qtbot.mouseMove(canvas, point_of(view, Spot(0, 2, 1)))
    qtbot.waitUntil(lambda: canvas.hovered == Spot(0, 2, 1))
    card = canvas.card()
    assert card.heading == "w₁"
    rows = dict(card.rows)
    assert rows["local derivative"] == "−4.372"  # the input of the first sample
    assert {"layer 1, neuron 3", "× upstream", "grad +="} <= rows.keys()


def test_the_card_of_a_scalar_follows_its_path_on_to_the_loss(view):
    canvas = view.network.canvas
    numbers, trace = view.network.source.reading.numbers, canvas.picture.trace
    layer = trace.layers[0]
    weight, output = layer.weight[1, 0], layer.output[1]
    rows = dict(card_of(canvas, Spot(0, 1, 1)).rows)
    slope = numbers.slopes[0][0, 1]
    product = numbers.data[trace.inputs[0]] * slope
    x = format_number(numbers.data[trace.inputs[0]], 3)
    path = f"path to n₂:  {x} × 1 × 1 × {format_number(slope, 3)}"
    assert rows[path] == format_number(product)
    assert rows["× n₂, 2 paths to the loss, added up"] == format_number(numbers.grad[output])
    assert rows["= to the loss"] == format_number(numbers.grad[weight])
    rows = dict(card_of(canvas, Spot(-1, 1)).rows)
    assert rows["8 paths to the loss, added up"] == format_number(numbers.grad[trace.inputs[1]])
    assert "1 path to the loss" in dict(card_of(canvas, Spot(3, 0)).rows)  # the target


def card_of(canvas, spot):
    canvas.hover(canvas.camera.to_widget(canvas.picture.rect(spot).center()))
    return canvas.card()


def test_two_picked_scalars_show_their_paths_and_the_sum(view, qtbot):
    canvas = view.network.canvas
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mouseClick(canvas, LEFT, pos=point_of(view, Spot(-1, 0)))
    qtbot.mouseClick(canvas, LEFT, shift, point_of(view, Spot(3, 3)))  # the loss
    reading, trace = view.network.source.reading, view.network.source.reader.trace
    assert canvas.paths.count == 4 * 2
    assert canvas.paths.total == pytest.approx(reading.numbers.grad[trace.inputs[0]])
    card = path_marks.card(canvas.picture, canvas.paths)
    assert card.heading == "X₁ to loss: 8 paths"
    assert card.rows[-2:] == (
        ("and 2 more paths", ""), ("∂ loss / ∂ X₁, the sum", format_number(canvas.paths.total)),
    )  # fmt: skip
    qtbot.mouseClick(canvas, LEFT, pos=point_of(view, Spot(-1, 0)))
    assert canvas.paths is None


def test_find_goes_round_neurons_and_open_scalars(view, qtbot):
    view.show_network(1, 0)
    canvas = view.network.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(view.search, "w2 layer 2")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    assert view.network.breadcrumbs.texts() == ["Network", "Layer 2", "n₁", "w₂"]
    view.search.setText("neuron 2")
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    assert canvas.spot == Spot(0, 1)
    canvas.finish_moves()
    assert canvas.camera.seen(canvas.area()).contains(canvas.picture.rect(canvas.spot))
    qtbot.keyClick(view.search, Qt.Key.Key_Return)
    assert canvas.spot == Spot(1, 1)
    qtbot.keyClick(view.search, Qt.Key.Key_Escape)
    assert not canvas.found


def test_what_is_seen_and_what_is_open_is_exported(view, tmp_path):
    view.show_network(1)
    view.network.canvas.finish_moves()
    for name in ("net.png", "net.svg", "net.pdf"):
        view.export(tmp_path / name)
    assert QImage(str(tmp_path / "net.png")).width() == 2 * view.network.canvas.width()
    svg = (tmp_path / "net.svg").read_text()
    assert svg.count("<rect") > 20  # cells stay cells
    assert "Layer 2" in svg
    view.export(tmp_path / "net.graphml")
    graph = nx.read_graphml(tmp_path / "net.graphml")
    assert graph.nodes["layer 2, neuron 1: w2"]["data"] == pytest.approx(
        view.network.source.reading.numbers.data[
            view.network.source.reader.trace.layers[1].weight[0, 1]
        ]
    )
    assert "layer 1" in graph  # folded


def test_nothing_in_the_menu_is_without_effect_on_a_network(view):
    menu = view.findChild(QMenu, "graph_menu")
    texts = [action.text() for action in menu.actions() if action.isEnabled() and action.text()]
    assert texts == [
        "Left to right",
        "Top to bottom",
        "Find a node …",
        "Show selection",
        "Copy as a picture",
        "Export …",
    ]
    next(action for action in menu.actions() if action.text() == "Top to bottom").trigger()
    canvas = view.network.canvas
    canvas.finish_moves()
    tops = canvas.picture.origins[:, 1]
    assert tops[0] < tops[1] < tops[2]
    assert canvas.camera.seen(canvas.area()).adjusted(-1, -1, 1, 1).contains(canvas.picture.bounds)
    view.show_expression()
    assert all(action.isEnabled() for action in menu.actions())
    assert view.canvas.options.direction == "TB"


def test_the_gradients_of_a_sample_and_of_all_are_checked_against_differences(view, qtbot):
    view.color_choice.setCurrentText("gradient check error")
    pane, picture = view.network, view.network.canvas.picture
    trace = picture.trace

    def check(sample):
        wait_for_reading(qtbot, view, sample)
        qtbot.waitUntil(lambda: not pane.check.is_running)
        return picture.findings

    found = check(0)
    assert pane.check_bar.text().startswith("all 74 agree to ")
    assert (picture.looks[trace.parameters] == ZERO).all()  # hollow, since they agree
    assert 0 < found.errors[trace.parameters].max() < 1e-7
    pane.sample.slider.setValue(0)
    assert not np.array_equal(check(None).errors, found.errors, equal_nan=True)
    view.network.canvas.hovered = Spot(0, 1, 1)
    assert "off the central difference by" in dict(view.network.canvas.card().rows)
    shown = picture.box(Spot(-1, 0), "x", "").figures  # an input, which shows whole
    input = picture.node_of(Spot(-1, 0))
    grad, error = picture.reading.numbers.grad[input], picture.findings.errors[input]
    assert shown == (("grad", grad), ("error", error))
    # h is chosen by mouse or key, and its part of the error is no mistake.
    slider, usual = pane.check_bar.step.slider, picture.findings.errors
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert pane.check_bar.step.shown_text() == "1e−16"
    qtbot.waitUntil(lambda: not pane.check.is_running)
    assert pane.check_bar.text().startswith("all 74 agree to ")
    assert np.nanmax(picture.findings.errors) > 1e3 * np.nanmax(usual)
    pane.check_bar.step.set_step(1e-5)
    qtbot.waitUntil(lambda: not pane.check.is_running)
    assert np.array_equal(picture.findings.errors, usual, equal_nan=True)
    # The error of a scalar that is selected is shown over all h, which is moved there.
    pane.canvas.select(Spot(0, 1, 1))
    plot = pane.check_plot.plot
    qtbot.waitUntil(lambda: plot.isVisible() and not pane.check_plot.is_busy)
    errors = dict(zip(plot.errors.xs.tolist(), plot.errors.ys.tolist()))
    assert errors[1e-5] == usual[picture.node_of(Spot(0, 1, 1))] < 1e-4 * errors[1e-13]
    qtbot.keyClick(plot, Qt.Key.Key_Right)  # a quarter of a power of ten
    assert pane.check.h == pytest.approx(10**-4.75)
    pane.check_bar.step.set_step(1e-5)
    pane.canvas.select(Spot(0, 1))
    assert not plot.isVisible()
    qtbot.waitUntil(lambda: not pane.check.is_running)
    # A weight whose gradient is wrong is the only one with a colour.
    place, batch = trace.layers[0].weight[2, 1], trace.batch
    trace.batch = lambda *given: _one_off(batch(*given), place)
    pane.check.follow(pane.source.reader, pane.source.reading)
    qtbot.waitUntil(lambda: pane.check_bar.text() == "1 of 74 differ")
    qtbot.waitUntil(lambda: FIRST + palette.STEPS < picture.looks[place] < ZERO)
    others = np.delete(trace.parameters, np.flatnonzero(trace.parameters == place))
    assert (picture.looks[others] == ZERO).all()
    qtbot.waitUntil(lambda: not pane.check.is_busy and not pane.check_plot.is_busy)


def test_a_curve_that_comes_late_is_not_shown_of_another_scalar(view, qtbot, monkeypatch):
    pane = view.network
    view.color_choice.setCurrentText("gradient check error")
    qtbot.waitUntil(lambda: pane.check.findings is not None and not pane.check.is_busy)
    begun, may_go_on, at_steps = [], [Event(), Event()], NetworkCheck.at_steps

    def held_up(check, node, steps):
        begun.append(node)
        assert may_go_on[len(begun) - 1].wait(30)
        return at_steps(check, node, steps)

    monkeypatch.setattr(NetworkCheck, "at_steps", held_up)
    pane.canvas.select(Spot(0, 1, 1))
    qtbot.waitUntil(lambda: len(begun) == 1)
    pane.canvas.select(Spot(0, 1, 0))
    may_go_on[0].set()
    qtbot.waitUntil(lambda: len(begun) == 2)
    plot = pane.check_plot.plot
    assert not plot.isVisible()
    may_go_on[1].set()
    qtbot.waitUntil(plot.isVisible)
    assert begun == [pane.canvas.picture.node_of(Spot(0, 1, row)) for row in (1, 0)]
    qtbot.waitUntil(lambda: not pane.check_plot.is_busy)


def _one_off(numbers, place):
    numbers.grad[place] += 0.1
    return numbers


def test_a_long_gradient_check_tells_how_far_it_is_and_can_be_stopped(view, qtbot):
    pane = view.network
    pane.source.take(Hyperparameters(hidden=(64, 64), points=10), None, 0)
    qtbot.waitUntil(lambda: len(pane.canvas.picture.trace.layers[0].bias) == 64)
    view.color_choice.setCurrentText("gradient check error")
    qtbot.waitUntil(lambda: pane.check.findings is not None)
    qtbot.mouseClick(pane.check_bar.button, LEFT)
    qtbot.waitUntil(lambda: not pane.check.is_busy)
    found = pane.check.findings
    assert pane.check_bar.text().endswith("%, stopped")
    assert 0 < found.n_done < found.n_questions
    picture = pane.canvas.picture
    first, last = picture.trace.layers[0].weight[0, 0], picture.trace.layers[1].weight[63, 63]
    assert picture.looks[first] == ZERO
    assert picture.looks[last] == ABSENT
    qtbot.mouseClick(pane.check_bar.button, LEFT)
    qtbot.waitUntil(lambda: pane.check.findings.n_done > found.n_done)
    # Another h begins anew, also where it was stopped.
    qtbot.mouseClick(pane.check_bar.button, LEFT)
    qtbot.keyClick(pane.check_bar.step.slider, Qt.Key.Key_Right)
    assert not pane.check_bar.text().endswith("stopped")
    qtbot.waitUntil(lambda: pane.check.findings.explained[first] < found.explained[first])
    view.color_choice.setCurrentText("gradient")
    assert not pane.check_bar.isVisible()
    qtbot.waitUntil(lambda: not pane.check.is_busy)


def test_dead_units_are_said_in_words(view, qtbot):
    setup = Hyperparameters(hidden=(4,), activation="relu", init="he")
    parameters = NetworkReader(setup).initial_parameters()
    parameters[2] = -1000.0  # the first neuron's bias
    view.network.source.take(setup, parameters, 7)
    qtbot.waitUntil(lambda: view.network.source.reading.step == 7)
    assert "Layer 1: 1 of 4 relu units is dead" in view.network.health.text()
    looks = view.network.canvas.picture.looks
    bias = view.network.source.reader.trace.layers[0].bias[0]
    assert looks[bias] == ZERO  # hollow
    view.network.source.take(setup.changed(optimizer=Adam(), loss="logistic"), None, 8)
    qtbot.waitUntil(lambda: view.network.source.reading.step == 8)
    first = NetworkReader(setup).initial_parameters()[:12]
    # Adam's first step is the rate, whatever the gradient.
    wanted = setup.learning_rate * np.sqrt(12) / np.linalg.norm(first)
    ratio = view.network.source.reading.health[0].update_ratio
    assert ratio == pytest.approx(wanted, rel=1e-3)
    assert ("v", "−u") in view.network.canvas.picture.loss_texts


def test_the_run_is_followed_live_and_the_expression_comes_back(main_window, qtbot):
    view, tab = main_window.build_tab.graph_view, main_window.training
    qtbot.mouseClick(view.shown_choice.segment(NETWORK), LEFT)
    assert not main_window.build_tab.node_editor.isVisible()  # the network has the room
    wait_for_reading(qtbot, view)
    before = view.network.source.reading.numbers.data.copy()
    qtbot.mouseClick(view.network.train_button, LEFT)
    qtbot.waitUntil(lambda: view.network.source.reading.step > 50)
    assert tab.is_running
    qtbot.mouseClick(view.network.train_button, LEFT)
    qtbot.waitUntil(lambda: not (tab.is_running or view.network.source.is_busy))
    seen = []
    tab.snapshot_taken.connect(seen.append)
    tab.make_step()
    qtbot.waitUntil(lambda: bool(seen) and view.network.source.reading.step == seen[-1].step)
    change, weights = seen[-1].update[12:22], seen[-1].parameters[12:22]
    ratio = np.linalg.norm(change) / np.linalg.norm(weights)
    assert view.network.source.reading.health[1].update_ratio == pytest.approx(ratio)
    assert not np.array_equal(before, view.network.source.reading.numbers.data)
    action = main_window.findChild(QAction, "action_network")
    action.trigger()
    assert main_window.build_tab.node_editor.isVisible()
    action.trigger()
    assert not main_window.build_tab.node_editor.isVisible()
    main_window.add_node()
    assert view.shown_choice.value() == EXPRESSION
    assert main_window.build_tab.node_editor.isVisible()
