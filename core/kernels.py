"""The compiled kernels: where their machine code is kept, and whether they are ready.

numba turns `core.kernel_blocks` and `core.kernel_loops` into machine code. The first time takes
some ten seconds, so the result is kept in the user's cache folder, under a name that changes
with the sources, the versions involved and the processor. Later a process needs a third of a
second, most of it for the import of numba; nothing here is imported before kernels are asked
for. Where numba is missing, NumPy serves (`core.numpy_tape`), and `status` says so.

A window calls `prepare_in_background` once and shows `status`: the very first compilation runs
in a process of its own, so the window never stutters.
"""

import atexit
import hashlib
import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import platformdirs

SOURCES = ("ops", "vector_math", "vector_code", "vector_ops", "kernel_blocks", "kernel_loops")
LIBRARIES = ("numba", "llvmlite", "numpy")
COMPLETE = "complete"  # a file that is there once everything is compiled


@dataclass(frozen=True)
class Status:
    """What a status bar needs to know; `reason` is a sentence, empty when ready."""

    state: Literal["ready", "compiling", "unavailable", "not loaded"]
    reason: str = ""


@dataclass(frozen=True)
class Kernels:
    """The compiled functions of `core.kernel_loops`, and the addresses that they are given."""

    run_steps: Any
    infer: Any
    run_scalars: Any
    on_rows: int
    on_numbers: int
    lanes_in_vector: int


class _Shared:
    """What the threads of this process know of the kernels."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.kernels: Kernels | None = None
        self.failure = ""
        self.worker: threading.Thread | None = None


_shared = _Shared()


def status() -> Status:
    """Whether kernels serve; never waits."""
    if _shared.kernels is not None:
        return Status("ready")
    if _shared.failure:
        return Status("unavailable", f"NumPy serves instead of compiled kernels: {_shared.failure}")
    if _shared.worker is not None:
        if is_cached():
            return Status("compiling", "Loading the compiled kernels; NumPy serves meanwhile")
        return Status("compiling", "Compiling kernels for the first time; NumPy serves meanwhile")
    return Status("not loaded")


def loaded(*, wait: bool) -> Kernels | None:
    """The kernels, or None where NumPy has to serve.

    wait: compile or load them now if need be, which takes from a fraction of a second to some
    ten seconds; else None until somebody else has done so.
    """
    if _shared.kernels is None and wait and not _shared.failure:
        with _shared.lock:
            if _shared.kernels is None and not _shared.failure:
                try:
                    _shared.kernels = _load()
                except Exception as error:  # whatever a compiler may raise, NumPy can go on
                    _shared.failure = _reason(error)
    return _shared.kernels


def prepare_in_background() -> None:
    """Get the kernels ready in a thread, compiling them in another process where need be."""
    with _shared.lock:
        if _shared.kernels is None and not _shared.failure and _shared.worker is None:
            _shared.worker = threading.Thread(target=_prepare, name="kernels", daemon=True)
            _shared.worker.start()


def is_cached() -> bool:
    """Whether the machine code for this processor and these versions is on disk."""
    try:
        return (_folder() / COMPLETE).exists()
    except OSError:
        return False


def _prepare() -> None:
    if not is_cached() and importlib.util.find_spec("numba") is not None:
        root = Path(__file__).resolve().parents[1]
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
        subprocess.run(
            [sys.executable, "-m", "core.kernels"],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            check=False,  # the reason for a failure comes out when we try ourselves
        )
    loaded(wait=True)


def _load() -> Kernels:
    from numba.core import config

    folder = _folder()
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)  # read when a function is decorated, so only during the import
    try:
        blocks = importlib.import_module("core.kernel_blocks")
        loops = importlib.import_module("core.kernel_loops")
        code = importlib.import_module("core.vector_code")
    finally:
        config.CACHE_DIR = before
    kernels = Kernels(
        loops.run_steps,
        loops.infer,
        loops.run_scalars,
        blocks.execute.address,
        blocks.execute_on_numbers.address,
        code.VEC,
    )
    importlib.import_module("core.compiled_tape").warm_up(kernels)
    (folder / COMPLETE).touch()
    return kernels


@cache
def _folder() -> Path:
    """Where numba keeps the machine code of these sources; made if it is not there."""
    try:
        folder = Path(platformdirs.user_cache_dir("micrograd-playground")) / "kernels" / _key()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="micrograd-playground-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder


def _key() -> str:
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    about = [sys.version, platform.machine(), platform.processor(), platform.node()]
    for library in LIBRARIES:
        try:
            about.append(version(library))
        except PackageNotFoundError:
            about.append("missing")
    digest.update("\n".join(about).encode())
    return digest.hexdigest()[:16]


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed"
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1] if lines else 'no details'}"


if __name__ == "__main__":
    loaded(wait=True)
    sys.exit(0 if _shared.kernels is not None else _shared.failure)
