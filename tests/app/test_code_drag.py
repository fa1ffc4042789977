"""Code that is long follows a dragged number at once, and all the rest when the drag rests."""

import pytest

from app.document import Document
from app.expression_pane import code
from app.expression_pane.code import CodePanel

TEXT = "a = 2.0\nb = -3.0\nc = a * b\n"


@pytest.fixture
def panel(qtbot, monkeypatch):
    monkeypatch.setattr(code, "_LONGEST_WRITING", -1.0)  # any code counts as long
    document = Document()
    document.set_text(TEXT)
    panel = CodePanel(document)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.mark.parametrize("kind", ["micrograd", "PyTorch", "LaTeX"])
def test_the_number_follows_at_once(panel, qtbot, kind):
    panel.view.set_kind(kind)
    document = panel.view._document
    for number in (2.5, -1.25, 1e-7):
        document.preview_value(document.graph["a"].id, number)
        lines = [line for line in panel.view.toPlainText().splitlines() if line.startswith("a ")]
        assert lines == [line for line in panel.view.code().splitlines() if line.startswith("a ")]
    qtbot.waitUntil(lambda: panel.view.toPlainText() == panel.view.code())


def test_a_renamed_leaf_follows_when_the_changes_rest(panel, qtbot):
    document = panel.view._document
    document.rename(document.graph["a"].id, "Value")  # the code needs that name itself
    qtbot.waitUntil(lambda: panel.view.toPlainText() == panel.view.code())
    document.preview_value(document.graph["Value"].id, 7.0)
    qtbot.waitUntil(lambda: panel.view.toPlainText() == panel.view.code())
