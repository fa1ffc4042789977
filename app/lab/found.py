"""What an experiment has asked and found out, as one thing to show, keep and export."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from core.lab.running import Report, Reports


@dataclass(frozen=True, eq=False)
class Found:
    """A question and its result so far. extra: what the panel draws beside them, never kept."""

    question: Any
    result: Any
    extra: Any = None


def answers(question: Any, reports: Reports[Any]) -> Generator[Report[Found], None, None]:
    """The reports of a question, each with the question."""
    with closing(reports):
        for report in reports:
            yield Report(report.done, report.total, Found(question, report.result), report.note)
