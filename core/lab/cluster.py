"""A Dask cluster as workers: reached, watched, told to stop, and left.

It needs Dask and this project, here and on its workers (`pip install "micrograd-playground
[cluster]"`), in the same versions: only then are the numbers the same. A scheduler may vanish, or
stop to answer, at any moment, so nothing here waits for it longer than a few seconds.
"""

import functools
import hashlib
import logging
import platform
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from core.lab.executors import WorkersError, adopt

Job = TypeVar("Job")
Found = TypeVar("Found")

DEFAULT_PORT = 8786
SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ANSWER = 0.5
SECONDS_BETWEEN_LOOKS = 1.0  # at the cluster: who is there?
SECONDS_OF_SILENCE = 3.0  # of a scheduler, before it is told
INSTALL = 'pip install "micrograd-playground[cluster]"'


@contextmanager
def cluster(address: str) -> Iterator["Cluster"]:
    """The workers of the scheduler at an address, until the end of the block. WorkersError."""
    client = _connected(address)
    try:
        found = Cluster(client, address)
        if not found.workers_now:
            raise WorkersError(f"The scheduler at {address} has no workers yet: start some first.")
        yield found
    finally:
        # Its cancelled jobs end with the connection. One that hangs is left to its thread.
        with suppress(OSError, TimeoutError, RuntimeError, AssertionError):
            _within(SECONDS_TO_ANSWER, functools.partial(client.close, SECONDS_TO_CONNECT))


class Cluster:
    """Workers that come and go, as `core.lab.executors.Workers`."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._executor = client.get_executor(pure=False)
        self._line = client.scheduler_comm
        self._versions = versions()
        self.workers_now = self.count = 1
        self._looked = self._answered = -SECONDS_BETWEEN_LOOKS
        self._look()

    def submit(self, function: Callable[[Job], Found], job: Job) -> "Future[Found]":
        future: Future[Found] = self._executor.submit(_do, function, job, self._versions)
        return future

    def check(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise WorkersError(
                f"The scheduler at {self._address} answers no more. Run it again when it is back, "
                "or on this machine."
            )
        if self._client.status == "running" and self._client.scheduler_comm is not self._line:
            # Another connection, which knows nothing of the jobs given on the one that was lost.
            self._line = self._client.scheduler_comm
            raise BrokenExecutor
        if time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._look()

    @property
    def note(self) -> str:
        silent = time.monotonic() - self._answered
        if self._client.status != "running" or silent >= SECONDS_OF_SILENCE:
            return f"The scheduler at {self._address} does not answer: waiting for it."
        if not self.workers_now:
            return (
                f"No worker is left at {self._address}: waiting until one is started, on a machine "
                "that has this program."
            )
        return ""

    def renew(self) -> None:
        """The scheduler does that."""

    def is_loss(self, error: Exception) -> bool:
        names = {kind.__name__ for kind in type(error).__mro__}
        lost = {"KilledWorker", "CommClosedError", "FutureCancelledError"}
        if isinstance(error, CancelledError) or names & lost:
            return True
        if "StoppedError" in names:  # its worker took it for one that nobody waits for
            return True
        missing = _missing(error)
        if missing:
            raise WorkersError(
                f"The cluster at {self._address} does not have this program ({missing}). "
                f"Install it there: {INSTALL}."
            ) from None
        return False

    def _look(self) -> None:
        """How many threads do its workers have together?"""
        client, self._looked = self._client, time.monotonic()
        if client.status != "running":
            return
        try:
            cores = client.sync(client.scheduler.ncores, callback_timeout=SECONDS_TO_ANSWER)
        except (OSError, TimeoutError, RuntimeError):
            return
        self.workers_now = sum(cores.values())
        self.count = max(self.workers_now, 1)
        self._answered = time.monotonic()


def _connected(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise WorkersError(
            f"A cluster needs Dask, which is not installed here: {INSTALL}."
        ) from None
    # We say it in our own words.
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", category=distributed.versions.VersionMismatchWarning)
    whole = _checked(address)
    connect = functools.partial(
        distributed.Client, whole, timeout=SECONDS_TO_CONNECT, set_as_default=False
    )
    try:
        return _within(SECONDS_TO_CONNECT + SECONDS_TO_ANSWER, connect, lambda late: late.close())
    except Exception:  # of any kind, where it is no scheduler that answers
        raise WorkersError(
            f"At {address} is something, but no Dask scheduler that answers within "
            f"{SECONDS_TO_CONNECT:g} seconds: is it the right port?"
        ) from None


def _checked(address: str) -> str:
    """The address with its port, where somebody listens. WorkersError, at once, otherwise."""
    from distributed.comm import parse_address, parse_host_port, unparse_host_port

    try:
        scheme, place = parse_address(address)
        if scheme not in ("tcp", "tls"):
            raise ValueError
        host, port = parse_host_port(place, DEFAULT_PORT)
        socket.create_connection((host, port), SECONDS_TO_CONNECT).close()
    except (ValueError, OverflowError, UnicodeError):
        raise WorkersError(
            f"{address!r} is not the address of a scheduler, such as tcp://localhost:8786."
        ) from None
    except OSError as error:
        reason = "it took too long" if isinstance(error, TimeoutError) else error.strerror
        raise WorkersError(
            f"No Dask scheduler answers at {address}: {reason or error}. "
            "Is it running, and is the address right?"
        ) from None
    return f"{scheme}://{unparse_host_port(host, port)}"


def _within(
    seconds: float, call: Callable[[], Found], if_late: Callable[[Found], object] = id
) -> Found:
    """What the call returns; TimeoutError where that takes longer, and `if_late` with it then."""
    answer: Future[Found] = Future()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=work, name="cluster", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        answer.add_done_callback(lambda late: late.exception() or if_late(late.result()))
        raise


# ----- in a worker --------------------------------------------------------------------------


def _do(function: Callable[[Job], Found], job: Job, wanted: dict[str, str]) -> Found:
    """A job in a worker's thread, which knows when nobody waits for it any more."""
    from distributed import get_worker

    worker = get_worker()
    differing = difference(wanted, versions())
    if differing:
        raise WorkersError(
            f"The worker at {worker.address} has {differing}: its numbers would not be the same. "
            "Install the same versions there and here."
        )
    tasks, key = worker.state.tasks, worker.get_current_task()

    def is_stopped() -> bool:
        task = tasks.get(key)
        return task is None or task.state == "cancelled"

    adopt(is_stopped)
    return function(job)


def difference(wanted: dict[str, str], had: dict[str, str]) -> str:
    """What of the versions is not the same, in words; "" where all is."""
    for name, version in wanted.items():
        if had.get(name) != version:
            if name == "this program":
                return "another version of this program"
            return f"{name} {had.get(name, 'missing')} instead of {version}"
    return ""


@functools.cache
def versions() -> dict[str, str]:
    """What decides the numbers of a run, besides the kind of processor."""
    try:
        numba = metadata.version("numba")
    except metadata.PackageNotFoundError:
        numba = "missing"
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "NumPy": np.__version__,
        "Numba": numba,
        "this program": _digest(Path(__file__).parents[1]),
    }


def _digest(folder: Path) -> str:
    """Of the source text of a package."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(path.relative_to(folder).as_posix().encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()


def _missing(error: BaseException | None) -> str:
    """The import that has failed, of an error that came back from a worker; "" for another."""
    while error is not None:
        if isinstance(error, ImportError):
            return str(error)
        error = error.__cause__ or error.__context__
    return ""
