"""Threads, processes and a Dask cluster do the same work, also when a worker is lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.lab import cluster as cluster_module
from core.lab import executors, trainability
from core.lab.executors import Place, WorkersError, check_stop, results, workers
from core.lab.running import last
from core.lab.trainability import MapResult, fractal_boundary

ROOT = Path(trainability.__file__).parents[2]
QUESTION = fractal_boundary(40, 40, steps=8)


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
    open(path, "w", encoding="utf-8").close()
    while True:
        check_stop()


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_closing_the_workers_ends_a_job_in_its_middle(kind: Any, tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    with workers(Place(kind, 1)) as crew:
        answers = results(crew, wait_until_stopped, [str(mark)])
        while not mark.exists():
            assert next(answers) is None
        answers.close()


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


class Cluster:
    """A scheduler and workers, each a process of its own, as on machines of their own."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0")
        line = self.wait_for(self.scheduler, "Scheduler at:")
        self.address = line.split()[-1]

    def start(self, what: str, *options: str) -> "subprocess.Popen[str]":
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *options],
            env={**os.environ, "PYTHONPATH": path}, cwd=ROOT,
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def start_worker(self) -> "subprocess.Popen[str]":
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
        return self.start("worker", self.address, *options)

    def wait_for(self, process: "subprocess.Popen[str]", words: str) -> str:
        """The line of its log that has these words."""
        assert process.stderr is not None
        for line in process.stderr:
            if words in line:
                return line
        raise AssertionError(f"it ended without {words!r}")

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()
            assert process.stderr is not None
            process.stderr.close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    made = Cluster()
    try:
        yield made
    finally:
        made.stop()


def test_a_cluster_from_its_first_worker_to_its_schedulers_end(
    cluster: Cluster, expected: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = Place("cluster", address=cluster.address)
    with pytest.raises(WorkersError, match="has no workers yet"):
        done(place, double, [1])

    # One of two workers is killed in mid-map.
    hands = [cluster.start_worker() for _ in range(2)]
    for hand in hands:
        cluster.wait_for(hand, "Registered to")
    with workers(place) as crew:
        assert crew.count == 2
        reports = trainability.run(QUESTION, crew)
        report = next(reports)
        while not report.done:
            report = next(reports)
        assert not report.is_last
        hands[0].kill()
        *_, final = reports
        result: MapResult = final.result
    np.testing.assert_array_equal(result.values, expected)
    assert hands[0].wait() != 0
    assert hands[1].poll() is None

    # The scheduler goes away while the other works.
    mark = tmp_path / "begun"
    with workers(place) as crew:
        answers = results(crew, wait_until_stopped, [str(mark)])
        while not mark.exists():
            assert next(answers) is None
        cluster.scheduler.kill()
        monkeypatch.setattr(cluster_module, "SECONDS_TO_CONNECT", 0.3)  # for nothing, from now on
        with pytest.raises(WorkersError, match="answers no more"):
            list(answers)
    cluster.stop()
    cluster.processes.clear()
    for address in (cluster.address, "nowhere at all", "tcp://256.0.0.1:1"):
        with pytest.raises(WorkersError, match="No Dask scheduler answers at"):
            done(Place("cluster", address=address), double, [1])
