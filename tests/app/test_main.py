"""What `python main.py` takes from the command line, and what it says where it can't be used."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.command_line import Options, parse_arguments, version

ROOT = Path(__file__).parents[2]


def run_main(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments], cwd=cwd, capture_output=True,
        text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def test_help_lists_every_option():
    done = run_main("--help")
    assert done.returncode == 0
    for option in ("--version", "--headless", "--screenshot", "--theme", "--size", "FILE"):
        assert option in done.stdout


def test_version_from_any_folder(tmp_path):
    done = run_main("--version", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == f"Micrograd Playground {version()}\n"


def test_nothing_large_is_imported_to_read_the_command_line():
    code = (
        "import sys, main\n"
        "try: main.main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'PySide6', 'numpy', 'networkx', 'numba'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nonsense"], "--nonsense"),
        (["--head"], "--head"),
        (["--theme", "blue"], "invalid choice: 'blue'"),
        (["--theme"], "expected one argument"),
        (["--size", "large"], "'large' is not a size such as 1280x800"),
        (["--size", "10x10"], "out of range"),
        (["--size", "1280x-800"], "is not a size"),
        (["--size", "99999x99999"], "out of range"),
        (["--screenshot", ""], "a path can't be empty"),
        (["no such file.json"], "there is no file 'no such file.json'"),
        (["tests"], "'tests' is a folder"),
        (["a.json", "b.json"], "unrecognized arguments"),
    ],
)
def test_bad_arguments_give_a_clear_sentence_and_status_2(arguments, said, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        parse_arguments(arguments)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_bad_arguments_end_the_process_with_status_2():
    assert run_main("--size", "0x0").returncode == 2


def test_options_are_read(tmp_path):
    file = tmp_path / "a b.json"
    file.write_text("{}")
    options = parse_arguments(
        ["--theme", "light", "--size", "1920X1080", "--screenshot", "out", str(file)]
    )
    assert options == Options(file, True, Path("out"), "light", (1920, 1080))
    assert parse_arguments([]) == Options()
