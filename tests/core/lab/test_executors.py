"""Threads, processes and a Dask cluster do the same work, also when a worker is lost."""

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from core.lab import cluster as cluster_module
from core.lab import executors, trainability
from core.lab.cluster import difference, versions
from core.lab.executors import (
    Place,
    StoppedError,
    WorkersError,
    check_stop,
    results,
    workers,
)
from core.lab.running import last
from core.lab.trainability import MapResult, fractal_boundary

ROOT = Path(trainability.__file__).parents[2]
QUESTION = fractal_boundary(40, 40, steps=8)
PATIENCE = 120.0  # seconds, after which nothing is waited for


def on(place: Place) -> Any:
    with workers(place) as crew:
        return last(trainability.run(QUESTION, crew)).values


@pytest.fixture(scope="module")
def expected() -> Any:
    return on(Place("threads", 1))


def double(number: int) -> int:
    return 2 * number


def die_once(path: str) -> str:
    """End the worker that does this job, unless it is done for the second time."""
    if not os.path.exists(path):
        open(path, "w", encoding="utf-8").close()
        os._exit(1)
    return path


def die(_: int) -> None:
    os._exit(1)


def fail(number: int) -> None:
    raise ZeroDivisionError(f"job {number}")


def done(place: Place, function: Any, jobs: Any) -> list[Any]:
    with workers(place) as crew:
        return [answer for answer in results(crew, function, jobs) if answer is not None]


def test_all_jobs_are_done_and_those_that_raise_say_so() -> None:
    found = done(Place("threads", 2), double, range(100))
    assert sorted(found) == [(n, 2 * n) for n in range(100)]
    with pytest.raises(ZeroDivisionError, match="job 3"):
        done(Place("threads", 2), fail, [3])


def test_closing_cancels_what_has_not_begun() -> None:
    begun: list[int] = []
    with workers(Place("threads", 1)) as crew:
        answers = results(crew, begun.append, range(1000))
        while next(answers) is None:
            pass
        answers.close()
    assert 0 < len(begun) < 20


def wait_until_stopped(path: str) -> None:
    """Leaves `path` where it has begun, and another file when it is stopped."""
    open(path, "w", encoding="utf-8").close()
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            check_stop()
    except StoppedError:
        open(f"{path} stopped", "w", encoding="utf-8").close()
        raise


def is_soon(condition: Callable[[], object]) -> bool:
    """Whether it comes true before anybody loses patience."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return True
    return False


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_closing_the_workers_ends_a_job_in_its_middle(kind: Any, tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    with workers(Place(kind, 1)) as crew:
        answers = results(crew, wait_until_stopped, [str(mark)])
        assert is_soon(lambda: next(answers) is None and mark.exists())
        answers.close()
    assert (tmp_path / "begun stopped").exists()


def test_a_deque_of_jobs_can_grow_while_they_are_done() -> None:
    jobs = deque([1])
    with workers(Place("threads", 2)) as crew:
        found = []
        for answer in results(crew, double, jobs):
            if answer is not None:
                found.append(answer[1])
                if answer[1] < 100:
                    jobs.append(answer[1])
    assert found == [2, 4, 8, 16, 32, 64, 128]


def test_processes_find_the_same_numbers_and_a_lost_job_is_done_again(
    tmp_path: Path, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "MOST_LOSSES", 1)
    marks = [str(tmp_path / "done")]
    with workers(Place("processes", 1)) as crew:
        answers = [a for a in results(crew, die_once, marks) if a is not None]
        assert sorted(path for _, path in answers) == marks
        found = last(trainability.run(QUESTION, crew)).values
        np.testing.assert_array_equal(found, expected)
        with pytest.raises(WorkersError, match="lost 2 times"):
            list(results(crew, die, [1]))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "mainframe"}, "not 'mainframe'"),
        ({"count": 0}, "workers is from 1"),
        ({"kind": "cluster"}, "scheduler's address"),
    ],
)
def test_a_place_that_is_none_is_refused_in_words(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Place(**settings)


# ----- a real cluster -----------------------------------------------------------------------


class Hand(NamedTuple):
    """A process of a cluster. Its log is a file: a pipe that nobody reads would hold it up."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def says(self, words: str) -> str:
        """The line of its log that has these words, once it is there."""
        found: list[str] = []

        def look() -> bool:
            lines = self.log.read_text(encoding="utf-8").splitlines()
            found.extend(line for line in lines if words in line)
            if not found:
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.05)
                    raise AssertionError(f"it ended without {words!r}")
            return bool(found)

        assert is_soon(look)
        return found[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Cluster:
    """A scheduler and workers, each a process of its own, as on machines of their own."""

    def __init__(self, folder: Path) -> None:
        self.hands: list[Hand] = []
        self.folder = folder
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self.address = self.scheduler.says("Scheduler at:").split()[-1]

    def start(self, what: str, *options: str) -> Hand:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        log = self.folder / f"log{len(self.hands)}"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *options],
                env={**os.environ, "PYTHONPATH": path}, cwd=ROOT,
                stderr=file, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self.hands.append(Hand(process, log))
        return self.hands[-1]

    def start_worker(self) -> Hand:
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        return self.start("worker", self.address, *options)

    def stop(self) -> None:
        for hand in reversed(self.hands):
            hand.kill()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    made = Cluster(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def test_a_cluster_from_its_first_worker_to_its_schedulers_end(
    cluster: Cluster, expected: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster_module, "SECONDS_BETWEEN_LOOKS", 0.05)
    place, mark = Place("cluster", address=cluster.address), tmp_path / "begun"
    with pytest.raises(WorkersError, match="has no workers yet"):
        done(place, double, [1])

    # One of two workers is killed in mid-map.
    hands = [cluster.start_worker() for _ in range(2)]
    for hand in hands:
        hand.says("Registered to")
    with workers(place) as crew:
        assert crew.count == 2
        reports = trainability.run(QUESTION, crew)
        report = next(reports)
        until = time.monotonic() + PATIENCE
        while not report.done:
            report = next(reports)
            assert time.monotonic() < until
        assert not report.is_last
        hands[0].kill()
        *_, final = reports
        result: MapResult = final.result
    np.testing.assert_array_equal(result.values, expected)
    assert hands[1].process.poll() is None

    # A job is stopped in its middle; then the other worker is killed, and a new one comes.
    with workers(place) as crew:
        answers = results(crew, wait_until_stopped, [str(mark)])
        assert is_soon(lambda: next(answers) is None and mark.exists())
        assert crew.note == ""
        answers.close()
        assert is_soon((tmp_path / "begun stopped").exists)
        answers = results(crew, double, [5])
        hands[1].kill()
        assert is_soon(lambda: next(answers) is None and "No worker is left" in crew.note)
        cluster.start_worker().says("Registered to")
        assert [answer for answer in answers if answer is not None] == [(5, 10)]

        # The scheduler goes away.
        answers = results(crew, wait_until_stopped, [str(mark)])
        next(answers)
        cluster.scheduler.kill()
        monkeypatch.setattr(cluster_module, "SECONDS_TO_CONNECT", 0.3)  # for nothing, from now on
        with pytest.raises(WorkersError, match="answers no more"):
            list(answers)


def test_addresses_where_no_scheduler_answers_are_told_at_once() -> None:
    pytest.importorskip("distributed")
    for address, words in (
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1: .*refused"),
        ("http://localhost:8787", "'http://localhost:8787' is not the address of a scheduler"),
        ("tcp:/localhost:8786", "is not the address"),
        ("nowhere at all", "No Dask scheduler answers at nowhere at all"),
    ):
        with pytest.raises(WorkersError, match=words):
            done(Place("cluster", address=address), double, [1])


def test_workers_with_other_versions_are_refused_by_name() -> None:
    own = versions()
    assert difference(own, own) == ""
    assert difference(own, own | {"NumPy": "1.26"}) == f"NumPy 1.26 instead of {np.__version__}"
    assert difference(own, own | {"this program": "0"}) == "another version of this program"
