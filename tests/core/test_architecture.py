"""core is a library: it runs without Qt and without the program, and stays readable."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import core

ROOT = Path(core.__file__).parents[1]
MODULES = sorted((ROOT / "core").rglob("*.py"))

IMPORT_ALL_OF_CORE = """
import importlib, pkgutil, sys
import core.kernels
names = [module.name for module in pkgutil.walk_packages(core.__path__, "core.")]
compiled = {f"core.{module}" for module in core.kernels.ENTRIES.values()}  # takes ten seconds
for name in names:
    if name in compiled:
        core.kernels.loaded(wait=True)  # through the cache; the import contract reads them
        continue
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in ("numba", "llvmlite"):  # which do without Qt as well
            raise
foreign = ("PySide6", "shiboken6", "PyQt5", "PyQt6", "pyqtgraph", "qtpy", "superqt", "qtawesome")
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print("count", len(names))
print("found", *[name for name in loaded if name in (*foreign, "app")])
"""

LINT_IMPORTS = 'from importlinter.cli import lint_imports_command as lint; lint(["--no-cache"])'


def python(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_all_of_core_is_imported_without_qt_or_the_program() -> None:
    count, found = python(IMPORT_ALL_OF_CORE).splitlines()
    assert count == f"count {len([p for p in MODULES if p != ROOT / 'core' / '__init__.py'])}"
    assert found == "found"


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "core runs without Qt and without the program KEPT" in run.stdout


def test_the_engine_is_loaded_without_the_fast_path() -> None:
    loaded = python("import core.nn, sys; print(*sorted(m for m in sys.modules if 'core' in m))")
    ours = {name for name in loaded.split() if name.split(".")[0] == "core"}
    assert ours == {"core", "core.engine", "core.nn", "core.ops"}


def test_the_engine_reads_like_the_lecture() -> None:
    lines = (ROOT / "core" / "engine.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 200
    positions = [
        next(i for i, line in enumerate(lines) if line.strip().startswith(start))
        for start in ("class Value", "def __add__", "def backward", "def __radd__", "def __repr__")
    ]
    assert positions == sorted(positions)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_fit_the_head_and_functions_fit_the_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno - node.lineno < 60, f"{node.name}, line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_text_is_never_run_except_the_op_tables_own(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    allowed = {"eval", "compile"} if path.name == "ops.py" else set()
    assert not (calls & {"eval", "exec", "compile", "__import__"}) - allowed
    assert not imported & {"pickle", "marshal", "shelve"}
