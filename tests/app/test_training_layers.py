"""What a hidden layer makes of the data, in the output panel."""

import numpy as np

from tests.app.training_tab import choose, click, find, idle, start


def shown(tab):
    return tab.view.outputs.layers.space


def test_a_layer_shows_the_points_where_it_puts_them(qtbot, tab):
    idle(qtbot, tab)
    before = tab.view.outputs.grab().toImage()
    choose(tab, "output_space", "1")
    qtbot.waitUntil(lambda: shown(tab) is not None)
    assert tab.view.outputs.currentWidget() is tab.view.outputs.layers
    space = shown(tab)
    scene, snapshot = tab._scene, tab.snapshot
    assert len(space.places) == len(scene.train.inputs) + len(scene.test.inputs)
    # The output neuron, at the two neurons of the layer before it, is what the network answers.
    *weights, bias = snapshot.parameters[-3:]
    outputs = np.tanh(space.places[: len(scene.train.inputs)] @ weights + bias)
    np.testing.assert_allclose(outputs, snapshot.train.outputs, atol=1e-9)
    assert find(tab, "layer_caption").text() == "the layer as it is"
    assert tab.view.outputs.grab().toImage() != before
    choose(tab, "output_space", "plane")
    assert tab.view.outputs.currentWidget() is tab.view.output


def test_a_layer_follows_the_training_and_tells_how_much_is_seen(qtbot, tab):
    choose(tab, "output_space", "0")
    qtbot.waitUntil(lambda: shown(tab) is not None)
    assert find(tab, "layer_caption").text().startswith("2 axes of 4:")
    before = shown(tab).places
    start(qtbot, tab, 300)
    qtbot.waitUntil(lambda: not np.array_equal(shown(tab).places, before))
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    qtbot.waitUntil(lambda: not tab.view.outputs.layers._background.is_busy)


def test_a_layer_that_is_gone_gives_way_to_the_plane(qtbot, tab):
    choose(tab, "output_space", "1")
    qtbot.waitUntil(lambda: shown(tab) is not None)
    find(tab, "hidden_layers").setText("5")
    idle(qtbot, tab)
    assert find(tab, "output_space").currentData() == "plane"
    assert tab.view.outputs.currentWidget() is tab.view.output
    find(tab, "hidden_layers").setText("")
    idle(qtbot, tab)
    assert not find(tab, "output_space").isEnabled()


def test_a_function_of_one_input_has_layers_as_well(qtbot, tab):
    choose(tab, "dataset", "wave")
    idle(qtbot, tab)
    choose(tab, "output_space", "0")
    qtbot.waitUntil(lambda: shown(tab) is not None)
    assert tab.view.outputs.currentWidget() is tab.view.outputs.layers
    choose(tab, "output_space", "plane")
    assert tab.view.outputs.currentWidget() is tab.view.outputs.curve
