"""`python main.py sweep`: maps, races and range tests without a window."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app import sweep
from app.interruption import Interruption, StopError
from core import storage
from core.hyperparameters import PRESETS
from core.lab import made
from core.lab import storage as experiments
from core.lab.problems import Network
from core.lab.race import Race
from core.storage import Project

ROOT = Path(__file__).parents[2]
MAIN = [sys.executable, str(ROOT / "main.py"), "sweep"]


def test_a_map_is_written_and_goes_on_from_its_tiles(tmp_path, capsys):
    outputs = [tmp_path / f"map{suffix}" for suffix in (".csv", ".npz", ".json", ".png")]
    command = ["map", "--problem", "fractal", "--size", "20x18", "--steps", "5"]
    command += ["--workers", "2", "--keep", str(tmp_path / "tiles")]
    for path in outputs:
        command += ["--out", str(path)]
    assert sweep.main(command) == 0
    out, err = capsys.readouterr()
    assert "of 360 runs converged" in out
    assert "360 pixels on 2 workers will take about" in err
    assert "100.0 %" in err
    with np.load(outputs[1]) as file:
        values, x, y = file["values"], file["x"], file["y"]
    assert values.shape == (18, 20)
    table = outputs[0].read_text().splitlines()
    assert table[0] == "learning rate of the hidden layer,learning rate of the output layer,measure"
    assert table[1].split(",") == [repr(float(n)) for n in (x[0], y[0], values[0, 0])]
    assert len(table) == 361
    question, result = experiments.from_dict(json.loads(outputs[2].read_text()))
    np.testing.assert_array_equal(result.values, values)
    assert question.problem.kind == "wide_tanh"
    assert outputs[3].read_bytes().startswith(b"\x89PNG")
    assert sweep.main(command) == 0
    assert capsys.readouterr().err.splitlines() == ["100.0 %"]  # all tiles were there


def test_a_race_of_a_projects_network_says_who_leads(tmp_path, capsys):
    setup = PRESETS["lecture"].setup
    project = tmp_path / "lesson.json"
    storage.save(Project(settings=setup.to_dict()), project)
    table = tmp_path / "race.csv"
    command = ["race", str(project), "--rates", "0.001,0.05", "--steps", "50", "--out", str(table)]
    assert sweep.main([*command, "--out", str(tmp_path / "race.json")]) == 0
    out = capsys.readouterr().out
    assert "leader" in out
    question, result = experiments.from_dict(json.loads((tmp_path / "race.json").read_text()))
    assert question.problem == Network(setup)
    finished = Race(question).finished()
    for found, expected in zip(result.losses, finished.losses):
        np.testing.assert_array_equal(found, expected)
    assert result.verdicts == finished.verdicts
    assert table.read_text().splitlines()[0] == 'step,"loss, rate 0.001","loss, rate 0.05"'


def test_a_range_test_suggests_rates_and_is_drawn(tmp_path, capsys):
    picture = tmp_path / "range.svg"
    command = ["range-test", "--problem", "parabola", "--optimizer", "sgd", "--out", str(picture)]
    assert sweep.main(command) == 0
    out = capsys.readouterr().out
    assert "Stopped at the rate" in out
    assert all(word in out for word in ("steepest", "valley", "tenth"))
    assert "<path" in picture.read_text()


class StopAfter(Interruption):
    """Ctrl+C as soon as something is kept."""

    def __init__(self, folder):
        super().__init__()
        self._folder = folder

    def check(self):
        if list(self._folder.rglob("*.npz")):
            raise StopError


@pytest.mark.parametrize(
    "command",
    ["race --rates 0.01,0.3,900 --steps 9000", "range-test --steps 9000 --range 1e-6 0.1"],
)
def test_a_stopped_race_or_range_test_goes_on_to_the_same_numbers(
    tmp_path, capsys, monkeypatch, command
):
    whole, parts, kept = (tmp_path / name for name in ("whole.csv", "parts.csv", "kept"))
    command = [*command.split(), "--preset", "micrograd", "--workers", "1"]
    assert sweep.main([*command, "--out", str(whole)]) == 0
    said = capsys.readouterr().out.splitlines()[:-1]
    monkeypatch.setattr(made, "SECONDS_AT_ONCE", 0.01)
    monkeypatch.setattr(made, "TIMES_PREPARATION", 0.0)
    command += ["--keep", str(kept), "--out", str(parts)]
    assert sweep.main(command, StopAfter(kept)) == 130
    assert f"What is finished is in {kept}: the same command goes on" in capsys.readouterr().err
    assert not parts.exists()
    assert sweep.main(command) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == said
    assert parts.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "EXPERIMENT"),
        ("dance", "invalid choice: 'dance'"),
        ("map --x rate:10:1", "reversed"),
        ("map --x rate:0:1", "above 0"),
        ("map --x rate:1", "not an axis such as rate:1e-3:10"),
        ("map --x layer9:1:2", "no layer 9"),
        ("map --x layer0:1:2", "counted from 1"),
        ("map --x width:1:2", "no axis 'width'"),
        ("map --size 1x1", "from 2 to 4,096"),
        ("map --size huge", "not a size such as 256x256"),
        ("map --out map.txt", "should end in"),
        ("map --workers 0", "workers is from 1"),
        ("map --problem parabola --x batch:1:5", "no batch size"),
        ("race --rates 0.1,x", "'x' is not a number"),
        ("race --rates nan", "learning rate is a number"),
        ("race --range 3 1", "reversed"),
        ("race --range nan 1", "'nan' is not a number"),
        ("race --lanes 99", "from 2 to 32"),
        ("race --steps 0", "steps is from 1"),
        ("race --out race.txt", "should end in"),
        ("race --rates 1,2 --lanes 3", "Either --rates, or --range"),
        ("race --rates ,", "commas between them"),
        ("race --scheduler tcp://host:1 --processes", "Either --processes"),
        ("map --out nowhere/map.csv", "There is no folder"),
        ("range-test --range 1 1", "empty"),
        ("range-test nothing.json", "is not there"),
    ],
)
def test_wrong_arguments_end_with_status_2_and_a_sentence(arguments, said, capsys):
    with pytest.raises(SystemExit) as end:
        sweep.main(arguments.split())
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 2


def test_a_project_with_an_unknown_setting_is_refused(tmp_path, capsys):
    project = tmp_path / "lesson.json"
    storage.save(Project(settings=PRESETS["lecture"].setup.to_dict() | {"speed": 3}), project)
    with pytest.raises(SystemExit) as end:
        sweep.main(["race", str(project)])
    assert end.value.code == 2
    assert "has settings that are not known here: speed." in capsys.readouterr().err


def test_what_cannot_begin_ends_with_status_2(tmp_path, capsys):
    pytest.importorskip("distributed")
    assert sweep.main(["race", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("No Dask scheduler answers at tcp://127.0.0.1:1: ")
    assert len(error.splitlines()) == 1
    (tmp_path / "file").write_text("")
    assert sweep.main(["race", "--keep", str(tmp_path / "file")]) == 2
    assert "Nothing can be kept in" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent to a whole console there")
def test_ctrl_c_stops_it_and_says_what_is_kept(tmp_path):
    tiles = tmp_path / "tiles"
    command = [*MAIN, "map", "--problem", "fractal", "--size", "300x300", "--keep", str(tiles)]
    # A suite that was started in the background of a script ignores Ctrl+C, and so would this.
    listen = None if sys.platform == "win32" else _listen_to_ctrl_c
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=listen) as process:
        try:
            assert "90,000 pixels" in process.stderr.readline()
            while not list(tiles.rglob("*.npz")):
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert f"Stopped. What is finished is in {tiles}" in error


def _listen_to_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_help_comes_without_qt():
    code = (
        "import sys, main\n"
        "try: main.main(['sweep', 'map', '--help'])\n"
        "except SystemExit: pass\n"
        "assert 'PySide6' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--keep" in done.stdout
