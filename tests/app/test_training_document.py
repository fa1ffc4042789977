"""The training tab and the document: what is saved, restored and undone."""

import numpy as np
import pytest

from app.document import Document
from app.training.tab import TrainingTab
from core.hyperparameters import Hyperparameters
from tests.app.building import without_style_sheet
from tests.app.training_tab import choose, click, idle, start


def test_weights_and_set_up_are_saved_and_restored(qtbot, tab, document, tmp_path):
    choose(tab, "preset", "spiral")
    start(qtbot, tab)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)
    document.save(tmp_path / "spiral.mgp")
    steps, parameters, setup = tab.step, tab.snapshot.parameters, tab.setup
    other = Document()
    with without_style_sheet():
        restored = TrainingTab(other)
    other.open(tmp_path / "spiral.mgp")
    restored.show()
    qtbot.waitUntil(lambda: restored.snapshot is not None)
    assert restored.setup == setup
    assert restored.step == steps
    np.testing.assert_array_equal(restored.snapshot.parameters, parameters)
    click(qtbot, restored, "reset_button")
    assert restored.step == 0
    qtbot.waitUntil(lambda: restored.snapshot.step == 0)
    restored.shutdown()
    restored.close()
    restored.deleteLater()


def test_a_fresh_document_is_not_changed_by_looking_at_the_tab(tab, document):
    assert not document.is_modified


@pytest.mark.parametrize(
    ("settings", "model"),
    [
        ({"dataset": "nothing"}, None),
        ({"dataset": "circle", "hidden": "x"}, None),
        ({"dataset": "circle", "optimizer": {"name": "adam", "beta1": "x"}}, None),
        ({"dataset": "circle", "step": "x", "l2": -1}, None),
        ({**Hyperparameters().to_dict()}, {"inputs": 1, "layers": []}),
    ],
)
def test_an_unusable_set_up_of_a_file_is_told(tab, document, settings, model):
    document.model = model
    document.settings = settings
    document.settings_changed.emit(None)
    assert tab.view.toasts.toasts
    assert isinstance(tab.setup, Hyperparameters)
