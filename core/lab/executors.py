"""Where the work of a map or a race is done: threads, processes, or a Dask cluster.

All three are `concurrent.futures.Executor`s. The kernels hold no GIL, so threads are the default;
processes cost a start, and a cluster (`core.lab.cluster`) reaches other machines. Jobs are pure
functions of their arguments and write nowhere, so a job whose worker is lost is simply done
again; the numbers are the same to the last bit on processors of the same kind.

Nothing here waits for ever: a job asks `check_stop` several times a second, a process that does
not end leaves by itself, and whoever waits for results hears something every tenth of a second.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, Literal, Protocol, TypeVar

from core.lab.ranges import check_count

Job = TypeVar("Job")
Found = TypeVar("Found")
Kind = Literal["threads", "processes", "cluster"]

KINDS: tuple[Kind, ...] = ("threads", "processes", "cluster")
MOST_WORKERS = 1024
SECONDS_BETWEEN_SIGNS = 0.1  # of life, so that whoever waits can cancel
SECONDS_TO_STOP = 5.0  # that a job of a process has, after which the process ends itself
MOST_LOSSES = 3  # of one job's worker, until the job itself is to blame


class WorkersError(RuntimeError):
    """Workers that cannot be had, or are lost again and again; a sentence for the user."""


@dataclass(frozen=True)
class Place:
    """Where to work. count: of threads or processes, None for one a processor core.

    address: of a Dask scheduler, such as "tcp://192.168.1.5:8786".
    """

    kind: Kind = "threads"
    count: int | None = None
    address: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There are {', '.join(KINDS)} to work in, not {self.kind!r}.")
        if self.count is not None:
            check_count("workers", self.count, 1, MOST_WORKERS)
        if self.kind == "cluster" and not self.address.strip():
            raise ValueError("A cluster has a scheduler's address, such as tcp://localhost:8786.")


class Workers(Protocol):
    """An executor that can be replaced when it breaks. Made by `workers`."""

    count: int  # how many jobs they do at a time, now

    def submit(self, function: Callable[[Job], Found], job: Job) -> "Future[Found]":
        """Give them a job. BrokenExecutor where they have to be renewed first."""

    def check(self) -> None:
        """WorkersError where nobody is left who could finish a job, BrokenExecutor as above."""

    @property
    def note(self) -> str:
        """What they wait for, in a sentence for the user; "" where all goes well."""

    def renew(self) -> None:
        """Others in place of those that have broken."""

    def is_loss(self, error: Exception) -> bool:
        """Whether a worker was lost, rather than the job at fault."""


@contextmanager
def workers(place: Place) -> Iterator[Workers]:
    """Workers, until the end of the block. WorkersError where there are none to be had."""
    if place.kind == "cluster":
        from core.lab.cluster import cluster

        with cluster(place.address.strip()) as found:
            yield found
        return
    crew = _Threads(place) if place.kind == "threads" else _Processes(place)
    try:
        yield crew
    finally:
        crew.close()


class _Local:
    """Workers on this machine."""

    note = ""

    def __init__(self, place: Place) -> None:
        self.count = place.count or os.cpu_count() or 1
        self._executor = self._make()

    def submit(self, function: Callable[[Job], Found], job: Job) -> "Future[Found]":
        try:
            return self._executor.submit(function, job)
        except BrokenExecutor:
            raise
        except RuntimeError:  # the interpreter is about to end
            raise StoppedError from None

    def check(self) -> None:
        """There is always somebody: those who break are renewed."""

    def renew(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._make()

    def is_loss(self, error: Exception) -> bool:
        return isinstance(error, CancelledError)

    def close(self) -> None:
        """Stop the jobs and wait for their ends."""
        self._stop()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _make(self) -> Executor:
        raise NotImplementedError

    def _stop(self) -> None:
        raise NotImplementedError


class _Threads(_Local):
    def __init__(self, place: Place) -> None:
        self._stopped = threading.Event()
        super().__init__(place)

    def _make(self) -> Executor:
        return ThreadPoolExecutor(self.count, "lab", adopt, (self._stopped.is_set,))

    def _stop(self) -> None:
        self._stopped.set()


class _Processes(_Local):
    """They are told to stop by the end of a pipe, which also comes when this process dies.

    No lock is shared with them, such as that of an Event: one that is killed would keep it.
    """

    def __init__(self, place: Place) -> None:
        # Not a fork: threads of the window or of a library would be copied in mid-air.
        self._context = multiprocessing.get_context("spawn")
        self._theirs, self._ours = self._context.Pipe(duplex=False)
        super().__init__(place)

    def _make(self) -> Executor:
        return ProcessPoolExecutor(self.count, self._context, _begin_process, (self._theirs,))

    def _stop(self) -> None:
        self._ours.close()

    def close(self) -> None:
        super().close()
        self._theirs.close()


class StoppedError(Exception):
    """A job that nobody waits for any more has given up."""


_own = threading.local()


def adopt(is_stopped: Callable[[], bool]) -> None:
    """In a worker's thread: know what ends its jobs."""
    _own.is_stopped = is_stopped


def check_stop() -> None:
    """For long jobs, to call several times a second: StoppedError where nobody waits for them."""
    is_stopped = getattr(_own, "is_stopped", None)
    if is_stopped is not None and is_stopped():
        raise StoppedError


def _begin_process(end: Connection) -> None:
    """In a new process: stop with the one that gives the jobs. Ctrl+C is for that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopped = threading.Event()
    adopt(stopped.is_set)
    threading.Thread(target=_leave, args=(end, stopped), daemon=True).start()


def _leave(end: Connection, stopped: threading.Event) -> None:
    """Tell the job to stop when the pipe ends, and end the process where it does not."""
    end.poll(None)
    stopped.set()
    threading.Event().wait(SECONDS_TO_STOP)
    os._exit(1)


def results(
    crew: Workers, function: Callable[[Job], Found], jobs: Iterable[Job]
) -> Generator[tuple[Job, Found] | None, None, None]:
    """Each job with what `function` finds for it, as they come; None now and then in between.

    Only a few jobs are under way at a time, in the given order; where `jobs` is a deque, it is
    emptied, and whoever gets a result may append further ones. A job whose worker is lost is
    done again. What the function raises is raised here. Closing the generator cancels the rest.
    """
    flow = _Flow(crew, function, jobs if isinstance(jobs, deque) else deque(jobs))
    try:
        while flow.give():
            done, _ = wait(flow.running, SECONDS_BETWEEN_SIGNS, FIRST_COMPLETED)
            if not done:
                yield None
            for future in done:
                answer = flow.take(future)
                if answer is not None:
                    yield answer
    finally:
        for future in flow.running:
            future.cancel()


class _Flow(Generic[Job, Found]):
    """Jobs on their way through workers who may be lost."""

    def __init__(
        self, crew: Workers, function: Callable[[Job], Found], waiting: "deque[Job]"
    ) -> None:
        self.running: dict[Future[Found], tuple[Job, int]] = {}  # with how often it was lost
        self._again: deque[tuple[Job, int]] = deque()
        self._crew, self._function, self._waiting = crew, function, waiting

    def give(self) -> bool:
        """Keep the workers busy. Whether there is anything left to wait for."""
        crew, again, waiting = self._crew, self._again, self._waiting
        try:
            crew.check()
        except BrokenExecutor:
            self._begin_again()
        while (waiting or again) and len(self.running) < 2 * crew.count + 2:
            job, losses = again.popleft() if again else (waiting.popleft(), 0)
            try:
                self.running[crew.submit(self._function, job)] = job, losses
            except BrokenExecutor:
                again.appendleft((job, losses))
                self._begin_again()
        return bool(self.running)

    def take(self, future: "Future[Found]") -> tuple[Job, Found] | None:
        """A job and what was found for it; None where it has to be done again."""
        if future not in self.running:  # of an executor that has broken since
            return None
        job, losses = self.running.pop(future)
        try:
            return job, future.result()
        except BrokenExecutor:
            self._again.appendleft(_lost(job, losses))
            self._begin_again()
        except Exception as error:
            if not self._crew.is_loss(error):
                raise
            self._again.appendleft(_lost(job, losses))
        return None

    def _begin_again(self) -> None:
        """All that was under way is lost with its executor."""
        self._again.extendleft(_lost(job, n) for job, n in reversed(self.running.values()))
        self.running.clear()
        self._crew.renew()


def _lost(job: Job, losses: int) -> tuple[Job, int]:
    if losses >= MOST_LOSSES:
        raise WorkersError(
            f"The workers of one job were lost {losses + 1} times: they may run out of memory."
        )
    return job, losses + 1
