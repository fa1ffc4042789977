"""What the laboratory found: kept, shown again, compared with, exported."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QInputDialog, QWidget

from tests.app.laboratory import LEFT, choose, run


def test_results_are_exported_as_table_and_pictures(qtbot, lab, tmp_path):
    panel = run(qtbot, lab, "one_step")
    for suffix in ("csv", "png", "svg"):
        panel.export(tmp_path / f"curve.{suffix}")
    lines = (tmp_path / "curve.csv").read_text().splitlines()
    assert lines[0] == '"rate, SGD","loss, SGD","quadratic model, SGD"'
    assert len(lines) == 242
    assert (tmp_path / "curve.png").read_bytes()[1:4] == b"PNG"
    assert "<svg" in (tmp_path / "curve.svg").read_text()


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
    QTest.keyClick(row, Qt.Key.Key_F2)
    (dialog,) = lab.findChildren(QInputDialog)
    dialog.setTextValue("  my  race ")
    dialog.accept()
    assert document.undo_stack.undoText().startswith("Rename 5 lanes")
    row = lab.findChild(QAbstractButton, "lab_experiment_1")
    assert row.second_line == "my race"
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
