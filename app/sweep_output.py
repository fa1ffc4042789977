"""A sweep's result as a file: CSV, NumPy, the project's JSON, or a picture of a map."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from app.sweep_arguments import SweepError
from core.lab import storage, tables
from core.lab.race import RaceResult
from core.lab.trainability import Map, MapResult
from core.storage.files import write_file
from core.storage.strict_json import write_json

PICTURES = (".png", ".svg")
SIZE = (1280, 800)  # of a picture of curves, in logical pixels


def write(path: Path, question: Any, result: Any) -> None:
    """By the file's suffix. StorageError where it can't be written."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        write_file(path, write_json(storage.to_dict(question, result)).encode())
    elif suffix == ".csv":
        write_file(path, tables.csv_text(_columns(question, result)).encode())
    elif suffix == ".npz":
        write_file(path, _npz(question, result))
    else:
        _write_picture(path, question, result)


def _columns(question: Any, result: Any) -> tables.Columns:
    if isinstance(result, MapResult):
        return tables.of_map(question, result)
    if isinstance(result, RaceResult):
        return tables.of_race(result)
    return tables.of_range_test(result)


def _npz(question: Any, result: Any) -> bytes:
    content = BytesIO()
    if isinstance(result, MapResult):
        x, y = question.x.numbers(question.width), question.y.numbers(question.height)
        np.savez_compressed(content, values=result.values, x=x, y=y)
    elif isinstance(result, RaceResult):
        names = np.array([tables.name_of(lane) for lane in result.lanes])
        losses = np.full((len(names), max(map(len, result.losses))), np.nan)
        for row, found in zip(losses, result.losses):
            row[: len(found)] = found
        np.savez_compressed(content, losses=losses, lanes=names)
    else:
        np.savez_compressed(
            content, rates=result.rates, losses=result.losses, smoothed=result.smoothed
        )
    return content.getvalue()


def check(paths: Sequence[Path]) -> None:
    """SweepError where a picture is wanted and can't be drawn here."""
    from app import start_up

    if any(path.suffix.lower() in PICTURES for path in paths):
        try:
            start_up.check_system_libraries(needs_screen=False)
        except start_up.StartUpError as error:
            raise SweepError(f"A picture needs Qt. {error}") from None


def _write_picture(path: Path, question: Any, result: Any) -> None:
    if isinstance(question, Map):  # a pixel for each run
        from app.lab.map_colors import image_of

        written = image_of(result.picture, question.steps).save(str(path))
    else:
        written = _write_plot(path, question, result)
    if not written:
        raise SweepError(f"{path} can't be written: choose another place.")


def _write_plot(path: Path, question: Any, result: Any) -> bool:
    """As the laboratory's panel exports it."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.qt_application import create_application

    application = create_application()  # which lives as long as its name
    from app.lab.found import Found
    from app.lab.race_panel import RacePanel
    from app.lab.range_test_panel import RangeTestPanel

    panel = RacePanel() if isinstance(result, RaceResult) else RangeTestPanel()
    panel.resize(*SIZE)
    complaints: list[str] = []
    panel.refused.connect(complaints.append)
    panel.show_at_once(Found(question, result))
    panel.grab()  # lays it out without a window
    application.processEvents()
    panel.export(path)
    panel.shut_down()
    return not complaints
