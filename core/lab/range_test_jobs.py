"""A range test on a worker, in parts; its steps follow each other, so one is busy at a time."""

import time
from collections import deque
from dataclasses import dataclass, replace

from core.lab.executors import Workers, results
from core.lab.kept import Kept
from core.lab.made import Made, parts
from core.lab.range_test import NONE, RangeTest, RangeTestResult, Sweep, evaluate
from core.lab.ranges import log_spaced
from core.lab.running import Report, Reports

NAME = "steps"  # of the part that is kept


@dataclass(frozen=True)
class PartJob:
    """The next part. made: None at the start."""

    question: RangeTest
    made: Made | None = None


def compute(job: PartJob) -> Made:
    """Some seconds of the test, in whatever process."""
    began = time.monotonic()
    made = job.made
    sweep = Sweep(job.question, made.state, made.losses) if made else Sweep(job.question)
    for steps in parts(began, job.question.steps - len(sweep.losses)):
        sweep.run(steps)
        if sweep.is_over:
            break
    return Made(sweep.losses, len(sweep.losses), sweep.state())


def run(question: RangeTest, crew: Workers, kept: Kept | None = None) -> Reports[RangeTestResult]:
    """Reports as parts come in; the last one has an `ending`. kept: where the last part goes."""
    arrays = kept.find_part(NAME) if kept else None
    made = Made.of_arrays(arrays, question.steps) if arrays else None
    report = _report(question, made)
    yield report
    jobs = deque([] if report.is_last else [PartJob(question, made)])
    for answer in results(crew, compute, jobs):
        if answer is not None:
            _, made = answer
            if kept:
                kept.keep_part(NAME, **made.arrays())
            report = _report(question, made)
            if not report.is_last:
                jobs.append(PartJob(question, made))
        yield replace(report, note=crew.note)


def _report(question: RangeTest, made: Made | None) -> Report[RangeTestResult]:
    losses = made.losses if made else NONE
    rates = log_spaced(question.lowest, question.highest, question.steps)
    result = evaluate(question, rates, losses)
    return Report(question.steps if result.ending else len(losses), question.steps, result)
