"""How far the gradient check has come and what it found, with a button that stops it."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import theme
from app.graph_view.network.check import NetworkErrorCheck
from app.widgets.buttons import IconButton
from app.widgets.labels import TextLabel
from core.experiments.gradient_check import STEP
from core.network.gradient_check import Findings

_TIP = (
    f"The loss is computed anew with each scalar {STEP:g} larger and smaller; its gradient agrees\n"
    "where the difference is no larger than this step and float64 explain."
)


class CheckBar(QWidget):
    """Shows only while a check is wanted."""

    def __init__(self, check: NetworkErrorCheck, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check = check
        self._text = TextLabel(role="text2", is_number=True)
        self._text.setObjectName("network_check_text")
        self._text.setToolTip(_TIP)
        self.button = IconButton("close", "Stop the gradient check")
        self.button.setObjectName("network_check_button")
        self.button.clicked.connect(check.toggle)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP // 2)
        row.addWidget(self._text)
        row.addWidget(self.button)
        check.found.connect(self.refresh)
        self.refresh()

    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def refresh(self) -> None:
        """Take over where the check is."""
        check = self._check
        self.setVisible(check.is_wanted)
        text, is_bad = _said(check.findings)
        is_partial = check.findings is not None and not check.findings.is_complete
        of = f" at step {check.step:,}" if is_partial and not check.is_of_newest else ""
        self._text.setText(text + of + (", stopped" if check.is_stopped else ""))
        self._text.set_role("error" if is_bad else "text2")
        self.button.setVisible(check.is_running or check.is_stopped)
        self.button.set_icon_name("play" if check.is_stopped else "close")
        what = "Go on with the gradient check" if check.is_stopped else "Stop the gradient check"
        self.button.setToolTip(what)
        self.button.setAccessibleName(what)


def _said(found: Findings | None) -> tuple[str, bool]:
    """What has come out so far, and whether something is wrong."""
    if found is None:
        return "gradients not checked yet", False
    wrong = int(np.count_nonzero(found.differs))
    known = int(np.count_nonzero(~np.isnan(found.errors)))
    if not found.is_complete:
        percent = 100 * found.n_done // found.n_questions
        return f"checked {percent} %" + (f", {wrong:,} differ" if wrong else ""), bool(wrong)
    if wrong:
        return f"{wrong:,} of {known:,} gradients differ", True
    return f"all {known:,} gradients agree", False
