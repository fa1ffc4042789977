"""What `python main.py sweep` takes."""

from __future__ import annotations

import argparse
import math
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NoReturn

from core import optim, storage
from core.hyperparameters import PRESETS, Hyperparameters
from core.lab.executors import Place
from core.lab.problems import Network, Parabola, Problem, WideTanh
from core.lab.race import MOST_LANES, Lane, RaceQuestion
from core.lab.range_test import RangeTest
from core.lab.ranges import LogRange, check_count
from core.lab.trainability import Axis, AxisKind, Map

AXES: dict[str, AxisKind] = {
    "rate": "rate", "init": "init scale", "batch": "batch size", "momentum": "momentum",
    "l2": "l2",
}  # fmt: skip
SUFFIXES = {
    "map": (".csv", ".npz", ".json", ".png"),
    "race": (".csv", ".npz", ".json", ".png", ".svg"),
    "range-test": (".csv", ".npz", ".json", ".png", ".svg"),
}
PROBLEMS: dict[str, type[Problem]] = {"fractal": WideTanh, "parabola": Parabola}
AXIS_HELP = (
    "what changes, and from where to where, in equal ratios: rate, layer1 (the rate of a layer), "
    "init (scale of the initial parameters), batch, momentum (1 - momentum) or l2, as in "
    "layer2:1e-3:1e6"
)


WINDOW_SETTINGS = {"step", "view"}  # of a project, that are not about training
STEPS = {"map": 100, "race": 1000, "range-test": 200}
EPILOGS = {
    "map": """\
the paper's map of the boundary of trainability, as a picture with a pixel for each run, on a
cluster, to be gone on with after a stop:
  python main.py sweep map --problem fractal --size 256x256 --keep tiles --out boundary.png
  python main.py sweep map --problem fractal --size 1024x1024 --keep tiles --out large.png \\
      --scheduler tcp://192.168.1.5:8786
rate by batch size for the network of a project:
  python main.py sweep map lesson.json --x rate:1e-3:10 --y batch:1:100 --out map.csv
""",
    "race": """\
  python main.py sweep race --preset spiral --range 0.001 10 --lanes 16 --out race.csv
  python main.py sweep race lesson.json --rates 0.01,0.1,1 --steps 100000 --keep lanes \\
      --out race.png
""",
    "range-test": """\
  python main.py sweep range-test lesson.json --range 1e-5 10 --out range.csv --out range.png
""",
}
EPILOG = """\
EXPERIMENT --help tells what it takes, with examples. Ctrl+C stops; what is finished is kept where
--keep says. The exit status is 0 when it is done, 1 when it failed on the way, 2 when it could not
begin, and 130 after Ctrl+C.
"""

Question = Map | RaceQuestion | RangeTest


class SweepError(Exception):
    """What can't be done, in a sentence."""


@dataclass(frozen=True)
class Sweep:
    """The command line, read: what is asked, where it is worked on, and where the answer goes."""

    question: Question
    place: Place
    out: tuple[Path, ...]
    keep: Path | None = None


def parse(arguments: Sequence[str]) -> Sweep:
    """Ends the process with status 2 and one clear sentence where the arguments can't be used."""
    parser = _parser()
    found = parser.parse_args(arguments)
    try:
        problem = _problem(found)
        question = _QUESTIONS[found.experiment](found, problem)
        place = _place(found)
        for path in found.out:
            _check_output(path, found.experiment)
    except (ValueError, storage.StorageError) as error:
        parser.error(str(error))
    return Sweep(question, place, tuple(found.out), getattr(found, "keep", None))


# ----- what is asked ------------------------------------------------------------------------


def _problem(found: argparse.Namespace) -> Problem:
    if found.file is not None:
        settings = storage.load(found.file).settings
        if "dataset" not in settings:
            raise ValueError(f"{found.file} has no training set-up.")
        known = {row.name for row in fields(Hyperparameters)} | WINDOW_SETTINGS
        unknown = ", ".join(sorted(settings.keys() - known))
        if unknown:
            raise ValueError(f"{found.file} has settings that are not known here: {unknown}.")
        problem: Problem = Network(Hyperparameters.from_dict(settings))
    elif found.problem is not None:
        problem = PROBLEMS[found.problem]()
    else:
        problem = Network(PRESETS[found.preset].setup)
    if found.optimizer is not None:
        problem = problem.changed(optimizer=optim.find(found.optimizer))
    return problem


def _map(found: argparse.Namespace, problem: Problem) -> Map:
    is_fractal = isinstance(problem, WideTanh)
    x = found.x or ("layer1:1e-3:1e6" if is_fractal else "rate:1e-3:100")
    y = found.y or ("layer2:1e-3:1e6" if is_fractal else "init:0.1:10")
    width, height = found.size
    steps = _given(found.steps, STEPS["map"])
    return Map(problem, problem.start(), _axis(x), _axis(y), steps, width, height)


def _race(found: argparse.Namespace, problem: Problem) -> RaceQuestion:
    if found.rates is not None:
        if found.range is not None or found.lanes is not None:
            raise ValueError("Either --rates, or --range and --lanes: both say which rates.")
        rates = _rates(found.rates)
    else:
        low, high = found.range or (1e-3, 10.0)
        count = _given(found.lanes, 8)
        check_count("lanes", count, 2, MOST_LANES)
        rates = LogRange(low, high).numbers(count).tolist()
    lanes = tuple(Lane(rate) for rate in rates)
    return RaceQuestion(problem, problem.start(), lanes, _given(found.steps, STEPS["race"]))


def _range_test(found: argparse.Namespace, problem: Problem) -> RangeTest:
    low, high = found.range or (1e-5, 10.0)
    return RangeTest(problem, problem.start(), low, high, _given(found.steps, STEPS["range-test"]))


_QUESTIONS: dict[str, Callable[[argparse.Namespace, Problem], Question]] = {
    "map": _map,
    "race": _race,
    "range-test": _range_test,
}


def _given(count: int | None, default: int) -> int:
    return default if count is None else count


def _axis(text: str) -> Axis:
    name, *ends = text.split(":")
    if len(ends) != 2:
        raise ValueError(f"{text!r} is not an axis such as rate:1e-3:10.")
    low, high = (_number(end) for end in ends)
    layer = re.fullmatch(r"layer(\d{1,3})", name)
    if layer:
        if int(layer[1]) < 1:
            raise ValueError("Layers are counted from 1.")
        return Axis("layer rate", low, high, int(layer[1]) - 1)
    if name not in AXES:
        raise ValueError(f"There is no axis {name!r}; there are {', '.join(AXES)} and layer1.")
    return Axis(AXES[name], low, high)


def _rates(text: str) -> list[float]:
    found = [_number(part) for part in text.split(",") if part.strip()]
    if not found:
        raise ValueError("--rates takes learning rates with commas between them, as in 0.01,0.1,1.")
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is not a number.") from None


def _place(found: argparse.Namespace) -> Place:
    if found.scheduler is not None:
        if found.processes:
            raise ValueError("Either --processes, on this machine, or --scheduler, on a cluster.")
        return Place("cluster", address=found.scheduler)
    return Place("processes" if found.processes else "threads", found.workers)


def _check_output(path: Path, experiment: str) -> None:
    """Now, rather than after hours."""
    suffixes, folder = SUFFIXES[experiment], path.absolute().parent
    if path.suffix.lower() not in suffixes:
        raise ValueError(f"{str(path)!r} should end in {', '.join(suffixes)}.")
    if not folder.is_dir():
        raise ValueError(f"There is no folder {str(folder)!r} to write to.")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"{str(path)!r} can't be written: choose another place.")


# ----- the parser ---------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, and where the help is."""
        self.exit(2, f"{self.prog}: {message}\n{self.prog} --help tells more.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="main.py sweep",
        description="The learning-rate laboratory's long experiments, without a window.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    experiments = parser.add_subparsers(dest="experiment", required=True, metavar="EXPERIMENT")
    map_ = _add(experiments, "map", "which values of two hyperparameters converge, and how fast")
    map_.add_argument("--x", metavar="AXIS", help=AXIS_HELP)
    map_.add_argument("--y", metavar="AXIS", help="the same, upwards")
    map_.add_argument(
        "--size", type=_size, default=(64, 64), metavar="WxH", help="in pixels (default: 64x64)"
    )
    race = _add(experiments, "race", "several learning rates from the same start")
    race.add_argument("--rates", metavar="R,R,...", help="the learning rates, or")
    range_test = _add(experiments, "range-test", "a rate that grows until training breaks")
    for experiment, default in ((race, "0.001 10"), (range_test, "1e-5 10")):
        experiment.add_argument(
            "--range", type=_finite, nargs=2, metavar=("LOW", "HIGH"),
            help=f"from where to where, in equal ratios (default: {default})",
        )  # fmt: skip
    race.add_argument(
        "--lanes",
        type=int,
        metavar="N",
        help=f"rates in that range, 2 to {MOST_LANES} (default: 8)",
    )
    return parser


def _add(experiments: argparse._SubParsersAction[_Parser], name: str, help: str) -> _Parser:
    parser = experiments.add_parser(
        name, help=help, description=f"{help[0].upper()}{help[1:]}.", epilog=EPILOGS[name],
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="train the network of this project, or"
    )
    what.add_argument(
        "--preset", choices=PRESETS, default="playground",
        help="of a preset of the training tab (default: playground), or",
    )  # fmt: skip
    what.add_argument(
        "--problem", choices=PROBLEMS,
        help="that of the paper on fractal boundaries, or the lecture's parabola",
    )  # fmt: skip
    parser.add_argument("--optimizer", choices=optim.OPTIMIZERS, help="instead of its own")
    parser.add_argument(
        "--steps", type=int, metavar="N", help=f"of each run (default: {STEPS[name]})"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, metavar="N", help="so many threads (default: one a core)"
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://host:8786"
    )
    parser.add_argument("--processes", action="store_true", help="instead of threads")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR",
        help="keep what is finished in DIR; the same command goes on with it after a stop",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, action="append", default=[], metavar="FILE",
        help=f"where the result goes, by the ending: {', '.join(SUFFIXES[name])}; may be given "
        "several times",
    )  # fmt: skip
    return parser


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text.strip(), re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 256x256")
    return int(match[1]), int(match[2])


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return number
