"""The gradient check of a network: its step h, how far it is, what it found; and a stop."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app import fonts, theme
from app.graph_view.network.check import NetworkErrorCheck
from app.widgets.buttons import IconButton
from app.widgets.labels import TextLabel
from app.widgets.step_slider import StepSlider
from core.experiments.gradient_check import LEAST_STEP, MOST_STEP
from core.network.gradient_check import Findings
from core.numbers import format_number

SLIDER, LEAST_SLIDER = 220, 130  # px at 100 % that h and its number take
_TIP = (
    "The loss is computed anew with each scalar h larger and smaller; its gradient agrees\n"
    "where the difference is no larger than h and float64 explain."
)


class CheckBar(QWidget):
    """Shows only while a check is wanted."""

    def __init__(self, check: NetworkErrorCheck, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check = check
        self.step = StepSlider("h", LEAST_STEP, MOST_STEP, check.h, label_width=12)
        self.step.setToolTip(
            "How far each scalar is moved to both sides: (loss(x+h) − loss(x−h)) / 2h"
        )
        self.step.slider.setObjectName("network_check_step")
        self.step.slider.setAccessibleName("Step h of the gradient check")
        self.step.step_changed.connect(check.set_h)
        self._text = TextLabel(role="text2", is_number=True)
        self._text.setObjectName("network_check_text")
        self._text.setToolTip(_TIP)
        self.button = IconButton("close", "Stop the gradient check")
        self.button.setObjectName("network_check_button")
        self.button.clicked.connect(check.toggle)
        stays = QSizePolicy(self.button.sizePolicy())
        stays.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(stays)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP // 2)
        row.addWidget(self.step)
        row.addSpacing(theme.GAP)
        row.addWidget(self._text)
        row.addWidget(self.button)
        check.found.connect(self.refresh)
        theme.notifier.changed.connect(self._restyle)
        self._restyle()
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
        self._keep_width()
        self._text.setText(text + of + (", stopped" if check.is_stopped else ""))
        self._text.set_role("error" if is_bad else "text2")
        self.button.setVisible(check.is_running or check.is_stopped)
        self.button.set_icon_name("play" if check.is_stopped else "close")
        what = "Go on with the gradient check" if check.is_stopped else "Stop the gradient check"
        self.button.setToolTip(what)
        self.button.setAccessibleName(what)

    def _keep_width(self) -> None:
        """Room for any answer, so that the slider stays under the pointer that drags it."""
        found = self._check.findings
        if found is not None:
            count = f"{len(found.errors):,}"
            words = (f"{count} of {count} differ", f"all {count} agree to 0.0e−00")
            metrics = QFontMetricsF(self._text.font())
            width = max(metrics.horizontalAdvance(text) for text in words)
            self._text.setMinimumWidth(round(width) + 4)

    def _restyle(self) -> None:
        self.step.setMinimumWidth(fonts.px(LEAST_SLIDER))
        self.step.setMaximumWidth(fonts.px(SLIDER))
        self._keep_width()


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
        return f"{wrong:,} of {known:,} differ", True
    most = format_number(float(np.nanmax(found.errors)), 2)
    return f"all {known:,} agree to {most}", False
