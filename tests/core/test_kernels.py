"""Where the kernels' machine code is kept, and what happens where it cannot be made."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from core import kernels


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As at the start of a process."""
    monkeypatch.setattr(kernels, "_shared", kernels._Shared())
    kernels._folder.cache_clear()
    yield
    kernels._folder.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_machine_code_is_found_again_and_loads_without_numba() -> None:
    assert kernels.loaded(wait=True) is not None, kernels.status().reason
    assert kernels.is_cached()
    script = (
        "import sys\n"
        "from core import kernels\n"
        "assert 'llvmlite' not in sys.modules, 'imported before it was asked for'\n"
        "assert kernels.loaded(wait=True) is not None\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, cwd=Path(kernels.__file__).parents[1]
    )


@pytest.mark.usefixtures("fresh")
def test_a_cache_folder_that_cannot_be_written_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(in_the_way / name))
    assert not kernels.is_cached()
    assert kernels._folder().is_dir()
    assert in_the_way not in kernels._folder().parents


def test_the_key_changes_with_sources_and_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kernels._key()
    assert kernels._key() == before
    monkeypatch.setattr(kernels, "version", lambda library: "0.0")
    other_version = kernels._key()
    monkeypatch.setattr(kernels, "SOURCES", kernels.SOURCES[1:])
    assert len({before, other_version, kernels._key()}) == 3


@pytest.mark.usefixtures("fresh")
def test_a_failure_is_one_sentence_and_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempts: list[int] = []

    def broken() -> kernels.Kernels:
        attempts.append(1)
        raise RuntimeError("first line\nLLVM says no")

    monkeypatch.setattr(kernels, "_load", broken)
    assert kernels.loaded(wait=True) is None
    assert kernels.loaded(wait=True) is None
    assert len(attempts) == 1
    status = kernels.status()
    assert status.state == "unavailable"
    assert status.reason.endswith("RuntimeError: LLVM says no")


@pytest.mark.usefixtures("fresh")
def test_the_first_compilation_is_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(kernels, "is_cached", lambda: False)
    monkeypatch.setattr(kernels.subprocess, "run", lambda command, **_: started.append(command))
    kernels.prepare_in_background()
    worker = kernels._shared.worker
    assert worker is not None
    worker.join()
    assert started == [[sys.executable, "-m", "core.kernels"]]
    assert kernels.status().state == "ready"
