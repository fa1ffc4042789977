"""The compiled kernels: where their machine code is kept, and whether they are ready.

numba turns `core.kernel_blocks` and `core.kernel_loops` into machine code. That takes some ten
seconds, so the result is kept in the user's cache folder, under a name that changes with the
sources, the versions involved and the processor. From then on numba is not even imported:
llvmlite, the part of it that knows machine code, loads the file in some milliseconds. Where
numba is missing, NumPy serves (`core.numpy_tape`), and `status` says so.

A window calls `prepare_in_background` once and shows `status`: the very first compilation runs
in a process of its own, so the window never stutters.
"""

import atexit
import ctypes
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import platformdirs

SOURCES = (
    "ops",
    "vector_math",
    "vector_code",
    "vector_ops",
    "slots",
    "kernel_blocks",
    "kernel_loops",
)
ENTRIES = {
    "execute": "kernel_blocks",
    "execute_on_numbers": "kernel_blocks",
    "run_steps": "kernel_loops",
    "infer": "kernel_loops",
    "run_scalars": "kernel_loops",
}
LIBRARIES = ("numba", "llvmlite", "numpy")
COMPLETE = "complete.txt"  # there once everything is compiled: the names in the machine code
OWN_SYMBOLS = re.compile(r"declare [^@]*@\"?((?:numba|NRT|Py|_Py)\w*)")


@dataclass(frozen=True)
class Status:
    """What a status bar needs to know; `reason` is a sentence, empty when ready."""

    state: Literal["ready", "compiling", "unavailable", "not loaded"]
    reason: str = ""


@dataclass(frozen=True)
class Kernels:
    """The compiled loops, called with the address of their slots, and what slots hold of them.

    A call holds no GIL.
    """

    run_steps: Callable[[int], None]
    infer: Callable[[int], None]
    run_scalars: Callable[[int], None]
    on_rows: int  # address
    on_numbers: int  # address
    lanes_in_vector: int
    engine: Any  # owns the machine code


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
    folder = _folder()
    if not (folder / COMPLETE).exists():
        _compile(folder)
    from llvmlite import binding

    _initialize(binding)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(binding))
    for name in ENTRIES:
        code = (folder / f"{name}.o").read_bytes()
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    symbols = dict(line.split() for line in (folder / COMPLETE).read_text().splitlines())
    address = {name: engine.get_function_address(symbols[name]) for name in ENTRIES}
    loop = ctypes.CFUNCTYPE(None, ctypes.c_int64)
    return Kernels(
        loop(address["run_steps"]),
        loop(address["infer"]),
        loop(address["run_scalars"]),
        address["execute"],
        address["execute_on_numbers"],
        int(symbols["lanes_in_vector"]),
        engine,
    )


def _compile(folder: Path) -> None:
    """Have numba write the instructions, and keep the machine code they become."""
    made = {name: importlib.import_module(f"core.{module}") for name, module in ENTRIES.items()}
    from llvmlite import binding

    _initialize(binding)
    machine = _machine(binding)
    lines = [f"lanes_in_vector {importlib.import_module('core.vector_code').VEC}"]
    for name, module in made.items():
        function = getattr(module, name)
        text = function.inspect_llvm()
        needed = OWN_SYMBOLS.findall(text)
        if needed:  # would end the process when it is loaded without numba
            raise RuntimeError(f"the kernel {name} needs {', '.join(needed)}")
        _write(folder / f"{name}.o", machine.emit_object(binding.parse_assembly(text)))
        lines.append(f"{name} {function.native_name}")
    _write(folder / COMPLETE, "\n".join(lines).encode())


def _initialize(binding: Any) -> None:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()


def _machine(binding: Any) -> Any:
    """This processor, with all that it can do."""
    target = binding.Target.from_triple(binding.get_process_triple())
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        jit=True,
        reloc="static" if target.name.startswith("x86") else "default",
        codemodel="jitdefault",
    )


def _write(path: Path, content: bytes) -> None:
    """As a whole or not at all, since several processes may compile at the same time."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


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
    about = [sys.version, _processor()]
    for library in LIBRARIES:
        try:
            about.append(version(library))
        except PackageNotFoundError:
            about.append("missing")
    digest.update("\n".join(about).encode())
    return digest.hexdigest()[:16]


def _processor() -> str:
    try:
        from llvmlite import binding
    except ImportError:
        return "no llvmlite"
    return f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed"
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1] if lines else 'no details'}"


if __name__ == "__main__":
    loaded(wait=True)
    sys.exit(0 if _shared.kernels is not None else _shared.failure)
