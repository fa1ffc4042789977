"""Data of one's own in the training tab: from a table, or a function."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPlainTextEdit

from app.training.data_choice import drawn_data
from core.own_data import OwnFunction, OwnPoints
from tests.app.training_tab import choose, click, find, idle

LEFT = Qt.MouseButton.LeftButton
FLOWERS = "size;width;kind\n" + "".join(
    f"{i % 5},5;{i % 7};{'iris' if i % 5 > 2 else 'rose'}\n" for i in range(40)
)


@pytest.fixture
def own(qtbot, tab):
    """Opens a dialog by its button in the set-up."""

    def opened(way):
        idle(qtbot, tab)
        click(qtbot, tab, f"own_{way}")
        dialogs = [d for d in tab.findChildren(QDialog) if d.isVisible()]
        return dialogs[0]

    return opened


def take(qtbot, tab, dialog):
    qtbot.waitUntil(dialog.take.isEnabled)
    qtbot.mouseClick(dialog.take, LEFT)
    idle(qtbot, tab)


def test_a_pasted_table_becomes_data_once_its_bad_rows_may_be_left_out(qtbot, tab, own):
    QGuiApplication.clipboard().setText(FLOWERS + "7;many;rose\n")
    dialog = own("paste")
    rows = find(dialog, "bad_rows", QPlainTextEdit)
    qtbot.waitUntil(rows.isVisible)
    assert rows.toPlainText() == "Line 42: width is “many”, which is no finite number"
    assert not dialog.take.isEnabled()
    assert "may be left out" in dialog.complaint.text
    find(dialog, "leave_out", QCheckBox).click()
    take(qtbot, tab, dialog)
    own_data = tab.setup.own
    assert isinstance(own_data, OwnPoints)
    assert (own_data.columns, len(own_data.points)) == (("size", "width", "kind"), 40)
    assert own_data.classes == ("iris", "rose")
    assert own_data.is_standardized


def test_columns_target_and_class_are_chosen(qtbot, tab, own):
    QGuiApplication.clipboard().setText(FLOWERS)
    dialog = own("paste")
    qtbot.waitUntil(dialog.take.isEnabled)
    choose(dialog, "table_target", "0")
    qtbot.waitUntil(lambda: dialog.target.currentData() == "0" and dialog.take.isEnabled())
    # The former target is text, and no feature.
    assert dialog.features.item(2).checkState() == Qt.CheckState.Unchecked
    assert dialog.problem.value() == "numbers"
    qtbot.mouseClick(dialog.problem.segment("classes"), LEFT)
    qtbot.waitUntil(lambda: dialog.positive.isEnabled() and dialog.take.isEnabled())
    choose(dialog, "table_positive", "3.5")
    qtbot.waitUntil(lambda: dialog._outcome.choice.positive == "3.5" and dialog.take.isEnabled())
    assert "3.5 becomes +1, all others" in dialog._notes.text()
    take(qtbot, tab, dialog)
    assert tab.setup.own.columns == ("width", "size")
    assert sum(point[-1] > 0 for point in tab.setup.own.points) == 8


def test_a_table_that_teaches_nothing_is_refused_in_words(qtbot, tab, own):
    idle(qtbot, tab)
    QGuiApplication.clipboard().clear()
    click(qtbot, tab, "own_paste")
    assert "clipboard" in tab.view.toasts.toasts[-1].text
    for text, words in (("1\n2\n", "one column"), ("a,b\n1,2\n2,2\n", "nothing to tell apart")):
        QGuiApplication.clipboard().setText(text)
        dialog = own("paste")
        qtbot.waitUntil(lambda dialog=dialog: bool(dialog.complaint.text))
        assert words in dialog.complaint.text
        assert not dialog.take.isEnabled()
        dialog.reject()


def test_a_function_is_typed_and_learnt_as_a_curve(qtbot, tab, own):
    dialog = own("function")
    field = find(dialog, "function_text", QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "log(x)")
    assert not dialog.take.isEnabled()
    assert "x = −6" in dialog.complaint.text
    field.selectAll()
    QTest.keyClicks(field, "x**2 / 9 - 1")
    dialog.points.setValue(300)
    take(qtbot, tab, dialog)
    assert tab.setup.own == OwnFunction("x**2 / 9 - 1")
    assert (tab.setup.points, tab.setup.output) == (300, "linear")
    assert tab.view.outputs.is_curve


def test_the_points_are_written_and_read_again(qtbot, tab, tmp_path):
    idle(qtbot, tab)
    path = tmp_path / "circle.csv"
    tab.tools.data.save_to(path)
    tab.tools.data.load_file(path)
    dialog = next(d for d in tab.findChildren(QDialog) if d.isVisible())
    qtbot.waitUntil(dialog.take.isEnabled)
    dialog.standardize.setChecked(False)
    qtbot.waitUntil(lambda: not dialog._outcome.choice.is_standardized and dialog.take.isEnabled())
    before = np.vstack([data.inputs for data in tab.setup.data()])
    take(qtbot, tab, dialog)
    assert np.array_equal(tab.setup.own.array[:, :2], before)


def test_own_data_stays_while_other_data_is_chosen(qtbot, tab, own):
    dialog = own("function")
    take(qtbot, tab, dialog)
    choose(tab, "preset", "spiral")
    idle(qtbot, tab)
    assert tab.setup.dataset == "spiral"
    assert find(tab, "preset").currentData() == "spiral"
    click(qtbot, tab, "dataset_own")
    idle(qtbot, tab)
    assert isinstance(tab.setup.own, OwnFunction)
    assert tab.setup.dataset == "own"


def test_a_problem_offers_the_data_and_the_losses_that_fit(qtbot, tab):
    choose(tab, "loss", "hinge")
    choose(tab, "dataset", "spiral")
    problem = find(tab, "problem")
    qtbot.mouseClick(problem.segment("regression"), LEFT)
    assert (tab.setup.dataset, tab.setup.points) == ("plane", 1200)
    assert (tab.setup.loss, tab.setup.output) == ("half_squared_error", "linear")
    shown = [
        name for name in ("spiral", "plane", "wave") if not find(tab, f"dataset_{name}").isHidden()
    ]
    assert shown == ["plane", "wave"]
    losses = find(tab, "loss").model()
    assert not losses.item(find(tab, "loss").findData("hinge")).isEnabled()
    qtbot.mouseClick(problem.segment("classification"), LEFT)
    assert (tab.setup.dataset, tab.setup.output) == ("spiral", "tanh")
    assert losses.item(find(tab, "loss").findData("hinge")).isEnabled()
    idle(qtbot, tab)


def test_drawn_points_pose_the_other_problem_or_say_why_not(qtbot, tab):
    points = ((0.0, 0.0, 0.5), (1.0, 1.0, -0.25), (2.0, 1.0, 1.0))
    tab.apply({"dataset": "own", "own": drawn_data(points, "regression")})
    problem = find(tab, "problem")
    qtbot.mouseClick(problem.segment("classification"), LEFT)
    assert [target for *_place, target in tab.setup.own.points] == [1.0, -1.0, 1.0]
    tab.apply({"dataset": "own", "own": drawn_data(points[::2], "regression")})
    qtbot.mouseClick(problem.segment("classification"), LEFT)
    assert "orange" in tab.view.toasts.toasts[-1].text
    assert (problem.value(), tab.setup.row.problem) == ("regression", "regression")
    idle(qtbot, tab)
