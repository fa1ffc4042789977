"""A run copied and pasted, as text and as code, and its weights in files."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QMenu, QPlainTextEdit

from core.hyperparameters import PRESETS
from core.optim import OPTIMIZERS
from core.weights_files import SUFFIXES, read_weights
from tests.app.training_tab import choose, click, find, idle, start


def trained(qtbot, tab, steps=200):
    start(qtbot, tab, steps)
    click(qtbot, tab, "train_button")
    idle(qtbot, tab)


def arrived(qtbot, tab):
    """A run from elsewhere is made in a thread."""
    qtbot.waitUntil(lambda: not tab.tools.share._background.is_busy)
    idle(qtbot, tab)


def told(tab):
    return tab.view.toasts.toasts[-1].text


def test_a_set_up_is_copied_and_pasted(qtbot, tab):
    choose(tab, "preset", "moons")
    trained(qtbot, tab)
    losses = tab.losses[:20]
    tab.tools.do("copy_text")
    text = QGuiApplication.clipboard().text()
    assert len(text) < 400
    choose(tab, "preset", "spiral")
    idle(qtbot, tab)
    tab.tools.do("paste_text")
    arrived(qtbot, tab)
    assert tab.setup == PRESETS["moons"].setup
    assert tab.step == 0
    trained(qtbot, tab)
    # To rounding: the compiled kernels may have come in between.
    np.testing.assert_allclose(tab.losses[:20], losses, rtol=1e-12)


def test_weights_are_copied_and_pasted_with_their_step(qtbot, tab):
    tab.apply({"optimizer": OPTIMIZERS["adam"]()})
    trained(qtbot, tab)
    step, before = tab.step, tab.snapshot
    tab.tools.do("copy_text_weights")
    click(qtbot, tab, "reset_button")
    idle(qtbot, tab)
    assert tab.step == 0
    tab.tools.do("paste_text")
    arrived(qtbot, tab)
    assert tab.step == step
    np.testing.assert_array_equal(tab.snapshot.parameters, before.parameters)
    assert tab.snapshot.train_loss == before.train_loss
    assert not tab.is_running
    assert "Adam's memory begins anew" in told(tab)


def test_the_run_is_shown_as_a_script(qtbot, tab):
    trained(qtbot, tab)
    tab.tools.do("code")
    dialog = next(d for d in tab.findChildren(QDialog) if d.isVisible())
    code = find(dialog, "script_code", QPlainTextEdit)
    qtbot.waitUntil(lambda: "import torch" in code.toPlainText())
    assert f"STEPS = {tab.step}\n" in code.toPlainText()
    qtbot.mouseClick(dialog.style_choice.segment("NumPy"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "import torch" not in code.toPlainText())
    click(qtbot, dialog, "copy_script")
    assert QGuiApplication.clipboard().text() == code.toPlainText()
    assert "def backward(" in code.toPlainText()


def test_weights_are_written_to_files_and_begin_a_run(qtbot, tab, tmp_path):
    trained(qtbot, tab)
    before = tab.snapshot.parameters
    for suffix in SUFFIXES:
        tab.tools.share.export_to(tmp_path / f"weights{suffix}")
    for suffix in SUFFIXES:
        path = tmp_path / f"weights{suffix}"
        assert [w.shape for w, _ in read_weights(path).layers] == [(4, 2), (2, 4), (1, 2)]
        find(tab, "hidden_layers").setText("3")
        idle(qtbot, tab)
        tab.tools.share.import_from(path)
        arrived(qtbot, tab)
        assert tab.setup.hidden == (4, 2)
        np.testing.assert_array_equal(tab.snapshot.parameters, before)


def test_other_texts_and_files_are_refused_and_nothing_is_lost(qtbot, tab, tmp_path):
    trained(qtbot, tab)
    step = tab.step
    QGuiApplication.clipboard().setText("micrograd-run-1:eJyrVk")
    tab.tools.do("paste_text")
    assert "incomplete" in told(tab)
    for name, content, words in (
        ("a.npz", b"x", "no npz"), ("a.txt", b"x", "neither"), ("b.safetensors", b"", "too short"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        tab.tools.share.import_from(tmp_path / name)
        assert words in told(tab)
    tab.tools.share.import_from(tmp_path / "gone.npz")
    assert "can't be read" in told(tab)
    tab.tools.share.export_to(tmp_path / "gone" / "a.npz")
    assert "can't be written" in told(tab)
    assert tab.step == step


def test_the_button_offers_all_ways(qtbot, tab):
    idle(qtbot, tab)
    click(qtbot, tab, "share_button")
    (menu,) = [m for m in tab.findChildren(QMenu) if m.isVisible()]
    words = [action.text().replace("&", "") for action in menu.actions()]
    assert "Copy as text" in words
    assert "Load weights …" in words
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text().startswith("micrograd-run-1:")
    menu.close()
