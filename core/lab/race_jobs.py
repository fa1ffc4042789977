"""A race on workers: each lane in parts, one after the other, wherever they are made.

For races from the command line and on a cluster; a race that is watched and steered while it runs
is a `core.lab.race.Race`. The numbers are the same.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.lab.executors import Workers, results
from core.lab.kept import Arrays, Kept
from core.lab.made import Made, parts
from core.lab.race import Race, RaceQuestion, RaceResult
from core.lab.running import Report, Reports
from core.lab.verdicts import Evidence, judge

SECONDS_BETWEEN_REPORTS = 0.1
NOT_YET = Evidence(np.empty(0), np.nan, np.nan)


@dataclass(frozen=True)
class LaneJob:
    """The next part of a lane, as a race of its own. made: None at its start."""

    question: RaceQuestion
    place: int  # of the lane in the whole race
    made: Made | None = None


@dataclass(frozen=True, eq=False)
class LanePart:
    """Where a lane is after a part, and what is to be said of it."""

    made: Made
    evidence: Evidence


def compute(job: LaneJob) -> LanePart:
    """Some seconds of a lane, in whatever process."""
    began = time.monotonic()
    race = Race(job.question)
    if job.made is not None:
        race.go_on(job.made.step, [job.made.state], [job.made.losses])
    for steps in parts(began, job.question.steps - race.step):
        race.run(steps)
    made = Made(race.result().losses[0], race.step, race.states()[0])
    return LanePart(made, race.evidence()[0])


def run(question: RaceQuestion, crew: Workers, kept: Kept | None = None) -> Reports[RaceResult]:
    """Reports as parts come in; a lane that has none yet has no losses.

    kept: where each lane's last part is and goes.
    """
    alone = [replace(question, lanes=(lane,)) for lane in question.lanes]
    ends = [_kept_part(kept, job, i) for i, job in enumerate(alone)]
    jobs = deque(
        LaneJob(job, i, end.made if end else None)
        for i, (job, end) in enumerate(zip(alone, ends))
        if end is None or end.made.step < question.steps
    )
    yield _report(question, ends, "")
    reported = time.monotonic()
    for answer in results(crew, compute, jobs):
        if answer is not None:
            job, end = answer
            ends[job.place] = end
            if end.made.step < question.steps:
                jobs.append(replace(job, made=end.made))
            if kept:
                kept.keep_part(_name(job.place), **end.made.arrays(), **_arrays(end.evidence))
        now = time.monotonic()
        if now - reported >= SECONDS_BETWEEN_REPORTS:
            reported = now
            yield _report(question, ends, crew.note)
    yield _report(question, ends, "")


def _report(
    question: RaceQuestion, ends: Sequence[LanePart | None], note: str
) -> Report[RaceResult]:
    count, start = len(ends), question.start.data
    evidence = [NOT_YET if end is None else end.evidence for end in ends]
    result = RaceResult(
        lanes=question.lanes,
        forked_from=(None,) * count,
        joined=(0,) * count,
        losses=tuple(np.empty(0) if end is None else end.made.losses for end in ends),
        parameters=tuple(start if end is None else end.made.state.data for end in ends),
        verdicts=tuple(judge(evidence)),
        step=max(0 if end is None else end.made.step for end in ends),
    )
    done = sum(0 if end is None else end.made.step for end in ends)
    return Report(done, count * question.steps, result, note)


# ----- on disk ------------------------------------------------------------------------------


def _name(place: int) -> str:
    return f"lane{place + 1}"


def _arrays(evidence: Evidence) -> Arrays:
    numbers = np.array([evidence.turn, evidence.steepness, float(evidence.steps_each)])
    return {"means": evidence.losses, "evidence": numbers}


def _kept_part(kept: Kept | None, question: RaceQuestion, place: int) -> LanePart | None:
    """The lane's last part; None where there is none that could be gone on from."""
    arrays = kept.find_part(_name(place)) if kept else None
    made = Made.of_arrays(arrays, question.steps) if arrays else None
    if arrays is None or made is None:
        return None
    try:
        turn, steepness, steps_each = arrays["evidence"].tolist()
        evidence = Evidence(arrays["means"], turn, steepness, int(steps_each))
    except (KeyError, TypeError, ValueError):
        return None
    return LanePart(made, evidence)
