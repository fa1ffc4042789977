"""`python main.py sweep`: the laboratory's long experiments, without a window.

    python main.py sweep map --problem fractal --size 256x256 --out boundary.png --keep tiles
    python main.py sweep race --preset spiral --range 0.001 10 --lanes 16 --out race.csv
    python main.py sweep range-test lesson.json --range 1e-5 10

Qt is not needed, but for a picture; so this runs where there is no screen and no window system.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, TextIO

from app import sweep_output
from app.interruption import STATUS, Interruption, StopError
from app.sweep_arguments import Sweep, SweepError, parse
from core.lab import estimates, race_jobs, range_test_jobs, tables, trainability
from core.lab.estimates import Estimate
from core.lab.executors import Workers, WorkersError, workers
from core.lab.kept import Kept
from core.lab.kept_tiles import KeptTiles
from core.lab.race import RaceQuestion, RaceResult
from core.lab.range_test import RangeTestResult
from core.lab.running import Report, Reports
from core.lab.trainability import Map, MapResult
from core.storage import StorageError

FAILED, NOT_BEGUN = 1, 2


def main(arguments: Sequence[str], interruption: Interruption | None = None) -> int:
    """Run the sweep of these arguments and return the exit status."""
    if interruption is None:
        with Interruption() as interruption:
            return main(arguments, interruption)
    sweep = parse(arguments)
    interruption.can_wait = True
    status = NOT_BEGUN
    try:
        sweep_output.check(sweep.out)
        with workers(sweep.place) as crew:
            reports = _reports(sweep, crew, interruption)
            status = FAILED
            result = _watched(reports, interruption)
        _tell(result)
        for path in sweep.out:
            sweep_output.write(path, sweep.question, result)
            print(f"Wrote {path}")
    except (WorkersError, StorageError, SweepError, ValueError) as error:
        print(f"\n{error} {_kept(sweep)}" if status == FAILED else error, file=sys.stderr)
        return status
    except StopError:
        print(f"\nStopped. {_kept(sweep)}", file=sys.stderr)
        return STATUS
    return 0


def _kept(sweep: Sweep) -> str:
    if sweep.keep is None:
        return "Nothing is kept without --keep DIR."
    return f"What is finished is in {sweep.keep}: the same command goes on with it."


def _reports(sweep: Sweep, crew: Workers, interruption: Interruption) -> Reports[Any]:
    question = sweep.question
    if isinstance(question, Map):
        tiles = KeptTiles(sweep.keep, question) if sweep.keep else None
        _announce(estimates.for_map(question, crew, tiles), interruption)
        return trainability.run(question, crew, tiles)
    kept = Kept(sweep.keep, question) if sweep.keep else None
    _announce(estimates.for_steps(question, crew), interruption)
    if isinstance(question, RaceQuestion):
        return race_jobs.run(question, crew, kept)
    return range_test_jobs.run(question, crew, kept)


def _announce(trial: Generator[Estimate | None, None, None], interruption: Interruption) -> None:
    """How long it will take, before it begins."""
    with closing(trial):
        for estimate in trial:
            interruption.check()
            if estimate is not None and estimate.seconds > 0.0:
                print(estimate.words, file=sys.stderr, flush=True)


def _watched(reports: Reports[Any], interruption: Interruption) -> Any:
    """The last result, with progress on the way."""
    shown, result = Progress(sys.stderr), None
    with closing(reports):
        for report in reports:
            interruption.check()
            result = report.result
            shown.show(report)
    shown.end()
    return result


class Progress:
    """A line that grows on a terminal; elsewhere one for every tenth of the way."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._left = estimates.TimeLeft()
        self._tenths = 0
        self._note = ""

    def show(self, report: Report[Any]) -> None:
        """How far it is."""
        share, left = report.share, self._left.words(report.share)
        self._tell(report.note)
        tenths = int(10.0 * share)
        if not self._is_terminal and tenths <= self._tenths:
            return
        self._tenths = tenths
        line = f"{100.0 * share:5.1f} %" + (f", {left}" if left and not report.note else "")
        if self._is_terminal:
            print(f"\r{line:<50}", end="", file=self._stream, flush=True)
        else:
            print(line, file=self._stream, flush=True)

    def _tell(self, note: str) -> None:
        """What it waits for, once, in a line of its own."""
        if note != self._note:
            if note:
                self.end()
                print(note, file=self._stream, flush=True)
            self._note = note

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal:
            print(file=self._stream)


def _tell(result: Any) -> None:
    """The result in a few lines on standard output."""
    if isinstance(result, MapResult):
        print(f"{result.share_converged:.1%} of {result.values.size:,} runs converged.")
    elif isinstance(result, RaceResult):
        for lane, verdict in zip(result.lanes, result.verdicts):
            print(f"{tables.name_of(lane):<28} {verdict.name:<12} {verdict.reason}")
    elif isinstance(result, RangeTestResult):
        print(result.ending)
        for suggestion in result.suggestions:
            print(f"{suggestion.name:<9} {suggestion.rate:<10.4g} {suggestion.reason}")
        if not result.suggestions:
            print("No suggestion: the loss never falls.")
