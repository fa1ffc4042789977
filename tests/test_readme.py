"""What the README promises: its code runs, its commands are those that are checked."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEST_COMMAND = (
    'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/python -m pytest -n 2'
)


def code_blocks(language: str) -> list[str]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return [text for kind, text in blocks if kind == language]


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_example_prints_what_it_says():
    (code,) = [block for block in code_blocks("python") if "backward" in block]
    said = re.search(r"# (.*)", code)
    assert run(code) == f"{said[1]}\n"


def test_the_new_op_is_one_row_and_its_derivative_is_right():
    (row,) = [block for block in code_blocks("python") if block.startswith("Op(")]
    check = f"""
from core import ops
from core.ops import Op
import numpy as np

row = {row.strip().rstrip(",")}
assert row.arity == 1
h = 1e-6
for x in (-1.5, 0.0, 0.3):
    slope = (row(x + h) - row(x - h)) / (2 * h)
    (local,) = row.local_derivatives((x,), row(x))
    assert abs(slope - local) < 1e-6, (x, slope, local)
assert row.latex.format(x="a") == r"\\sinh a"
print("right")
"""
    assert run(check) == "right\n"


def test_the_map_names_what_is_there():
    (tree,) = code_blocks("")
    folder = ROOT
    named = 0
    for line in tree.splitlines():
        words = re.findall(r"\b\w+(?:\.py\b|/)", line)
        if not line.startswith(" "):
            folder = ROOT
        for word in words:
            assert (folder / word).exists(), folder / word
            named += 1
        if not line.startswith(" ") and words[0].endswith("/"):
            folder = ROOT / words[0]
    assert named > 20


def test_the_test_command_is_the_one_that_ci_runs():
    assert TEST_COMMAND in README
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for part in (
        "-m venv .venv",
        '.venv/bin/pip install -q -e ".[test]"',
        ".venv/bin/python -m pytest -n 2",
    ):
        assert part in ci


def test_pictures_are_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 6
    for picture in pictures:
        assert (ROOT / picture).stat().st_size > 10_000
