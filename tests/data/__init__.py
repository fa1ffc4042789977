"""Numbers recorded from other programs, and the scripts that record them anew.

    python -m tests.data.record_torch       needs the extra `torch`
    python -m tests.data.record_micrograd   needs the extra `bench`

micrograd_demo.json and playground_default.json are published runs: micrograd's demo notebook,
and TensorFlow Playground's own code in its default settings.
"""

import json
import math
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def load(name: str) -> Any:
    """The recorded document of that name; numbers may be the strings "inf", "-inf", "nan"."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def save(name: str, rows: list[dict[str, Any]], about: str) -> None:
    """Write a document with one row a line, so that a change is seen in a diff."""
    lines = ",\n".join("  " + json.dumps(_strict(row), allow_nan=False) for row in rows)
    text = f'{{\n "about": {json.dumps(about)},\n "rows": [\n{lines}\n ]\n}}\n'
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def _strict(value: Any) -> Any:
    """`value` without the inf and nan that JSON does not know."""
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
