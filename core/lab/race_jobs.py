"""A race on workers: each lane a job of its own, wherever it runs.

For races from the command line and on a cluster; a race that is watched and steered while it runs
is a `core.lab.race.Race`. The numbers are the same.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.lab.executors import Workers, check_stop, results
from core.lab.race import Race, RaceQuestion, RaceResult
from core.lab.running import Report, Reports
from core.lab.verdicts import Evidence, judge

Floats = NDArray[np.float64]

STEPS_AT_ONCE = 1000
NOT_YET = Evidence(np.empty(0), np.nan, np.nan)


@dataclass(frozen=True, eq=False)
class LaneEnd:
    """A lane at the end of its race."""

    losses: Floats
    parameters: Floats
    evidence: Evidence


def compute(question: RaceQuestion) -> LaneEnd:
    """A race of one lane: a pure function, in whatever process."""
    race = Race(question)
    while not race.is_over:
        check_stop()
        race.run(STEPS_AT_ONCE)
    result = race.result()
    return LaneEnd(result.losses[0], result.parameters[0], race.evidence()[0])


def run(question: RaceQuestion, crew: Workers) -> Reports[RaceResult]:
    """Reports as lanes come in; one that is not there yet has no losses."""
    count = len(question.lanes)
    ends = [LaneEnd(np.empty(0), question.start.data, NOT_YET)] * count
    alone = [replace(question, lanes=(lane,)) for lane in question.lanes]
    place = {id(job): i for i, job in enumerate(alone)}
    done = 0
    for answer in results(crew, compute, alone):
        if answer is not None:
            job, end = answer
            ends[place[id(job)]] = end
            done += 1
        yield Report(done, count, _result(question, ends), crew.note)


def _result(question: RaceQuestion, ends: list[LaneEnd]) -> RaceResult:
    count = len(ends)
    return RaceResult(
        lanes=question.lanes,
        forked_from=(None,) * count,
        joined=(0,) * count,
        losses=tuple(end.losses for end in ends),
        parameters=tuple(end.parameters for end in ends),
        verdicts=tuple(judge([end.evidence for end in ends])),
        step=question.steps,
    )
