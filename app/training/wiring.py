"""Which signal of the training tab's widgets does what to its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.training import network_changes
from app.training.runs import Runs

if TYPE_CHECKING:
    from app.training.tab import TrainingTab


def connect(tab: TrainingTab, runs: Runs) -> None:
    """Connect the widgets of the tab's view."""
    view, bar, edits = tab.view, tab.view.run_bar, tab.edits
    bar.train_clicked.connect(tab.toggle_training)
    bar.step_clicked.connect(tab.make_step)
    bar.reset_clicked.connect(tab.reset)
    bar.rate_changed.connect(edits.set_rate)
    layers = view.setup.hidden_layers
    view.setup.changed.connect(lambda fields: edits.apply(fields, is_typing=layers.hasFocus()))
    for settled in (view.setup.settled, bar.rate_settled):
        settled.connect(edits.history.seal)
    view.setup.refused.connect(lambda sentence: view.toasts.show_message(sentence, "error"))
    view.setup.preset_chosen.connect(edits.choose_preset)
    view.setup.pace.speed_changed.connect(tab.change_speed)
    view.post_mortem.resume_wanted.connect(tab.resume_lower)
    view.post_mortem.place_wanted.connect(tab.want_neuron)
    view.time.sought.connect(tab.seek)
    view.time.fork_wanted.connect(tab.fork)
    view.run_list.resume_wanted.connect(tab.resume_run)
    view.run_list.remove_wanted.connect(lambda index: view.show_runs(runs.without(index)))
    _connect_network(tab)


def _connect_network(tab: TrainingTab) -> None:
    """The network picture: what is changed in place."""
    network, buttons = tab.view.network, tab.view.network.buttons
    edits = tab.edits
    buttons.resize_wanted.connect(
        lambda layer, by: edits.resize(network_changes.resized(tab.setup, layer, by))
    )
    buttons.activation_wanted.connect(
        lambda layer, name: edits.apply(network_changes.with_activation(tab.setup, layer, name))
    )
    network.neuron_clicked.connect(tab.want_neuron)
    network.edited.connect(edits.edit_parameter)
    network.editor.field.committed.connect(edits.history.seal)
    tab.view.layer_wanted.connect(lambda: edits.resize(network_changes.with_layer(tab.setup)))
