"""A training run as a script that others can run: micrograd as in the lecture, PyTorch, NumPy.

Each script is complete. It holds the points and the initial weights as numbers, and makes the
same steps: in float64 its losses are the run's own, to rounding.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from core import datasets
from core.hyperparameters import Hyperparameters
from core.network.code_micrograd import micrograd_lines
from core.network.code_numpy import numpy_lines
from core.network.code_parts import Lines
from core.network.code_torch import torch_lines
from core.numbers import format_number
from core.optim import Schedule, WarmUp

STYLES = {"micrograd": "micrograd", "pytorch": "PyTorch", "numpy": "NumPy"}
FILES = {"micrograd": "train_micrograd.py", "pytorch": "train_torch.py", "numpy": "train_numpy.py"}
MOST_NUMBERS = 400_000  # in the points of a script that people could still open
_WRITERS = {"micrograd": micrograd_lines, "pytorch": torch_lines, "numpy": numpy_lines}
_WIDTH = 100


def network_code(style: str, setup: Hyperparameters, steps: int) -> str:
    """The script of a run of so many steps from the set-up's initial weights.

    style: of STYLES. After it has run, its list `losses` has each step's loss, penalties
    included. ValueError, in words, where there are too many points to write down.
    """
    train, test = setup.data()
    numbers = (train.inputs.size + test.inputs.size) * 2
    if numbers > MOST_NUMBERS:
        raise ValueError(
            f"{len(train.inputs) + len(test.inputs):,} points are too many to be written into a "
            "script; choose fewer."
        )
    body = [
        *_points("", setup, train),
        *(_points("TEST_", setup, test) if len(test.inputs) else []),
        *_start(setup),
        f"STEPS = {steps}",
        "",
        "",
        *_rate(setup.rate_schedule()),
        "",
        "",
        *_batches(setup, len(train.inputs)),
        "",
        "",
        *_WRITERS[style](setup, has_test=len(test.inputs) > 0),
    ]
    lines = [*_title(style, setup, steps), *_imports(style, body), "", *body]
    return "\n".join(lines) + "\n"


def _title(style: str, setup: Hyperparameters, steps: int) -> Lines:
    sizes = "-".join(map(str, setup.sizes))
    acts = ", ".join((*setup.activations, setup.output))
    name = " ".join(setup.row.title.replace("\\", "/").replace('"', "'").split())
    return [
        f'"""{name}: a {sizes} network, {acts}; {setup.optimizer.title} at rate '
        f"{format_number(setup.learning_rate)}, {steps:,} steps.",
        "",
        f"Written by Micrograd Playground, for {STYLES[style]}. The numbers are float64, as there.",
        '"""',
        "",
    ]


def _imports(style: str, lines: Sequence[str]) -> Lines:
    """What the script uses."""
    text = "\n".join(lines)
    found = ["import math", ""] if "math." in text else []
    if style == "numpy" or "np." in text:
        found.append("import numpy as np")
    if style == "pytorch":
        found.append("import torch")
    if style == "micrograd":
        found += ["from core.engine import Value", "from core.nn import MLP"]
    return found


def _points(prefix: str, setup: Hyperparameters, data: datasets.Data) -> Lines:
    """The network's inputs, and what it is to answer."""
    inputs = setup.inputs(data.inputs)
    rows = (f"[{', '.join(map(repr, row))}]," for row in inputs.tolist())
    return [
        f"{prefix}INPUTS = [",
        *(f"    {row}" for row in rows),
        "]",
        *_numbers(f"{prefix}TARGETS = [", data.targets.tolist(), "]"),
    ]


def _start(setup: Hyperparameters) -> Lines:
    """The initial weights, layer by layer: a row for each neuron, its bias last."""
    found = ["# Where training starts: for each layer, each neuron's weights and then its bias."]
    found.append("START = [")
    flat = iter(p.data for p in setup.model().parameters())
    for n_inputs, neurons in pairwise(setup.sizes):
        found.append("    [")
        for _ in range(neurons):
            row = [next(flat) for _ in range(n_inputs + 1)]
            found += [f"        {line}" for line in _numbers("[", row, "],")]
        found.append("    ],")
    return [*found, "]"]


def _numbers(begin: str, numbers: Iterable[float], end: str) -> Lines:
    """Numbers in a list, in lines that are not too long."""
    words = [repr(x) for x in numbers]
    line = f"{begin}{', '.join(words)}{end}"
    if len(line) <= _WIDTH - 12:
        return [line]
    rows = [words[i : i + 4] for i in range(0, len(words), 4)]
    return [begin, *(f"    {', '.join(row)}," for row in rows), end]


def _rate(schedule: Any) -> Lines:
    lines = ["def rate(step):", '    """The learning rate of a step, counted from 0."""']
    return [*lines, *(f"    {line}" for line in _rate_body(schedule))]


def _rate_body(schedule: Any) -> Lines:
    if not isinstance(schedule, Schedule):
        return [f"return {schedule!r}"]
    if isinstance(schedule, WarmUp):
        rate = schedule.after(0)
        return [f"return {rate!r} * min((step + 1) / {schedule.steps}, 1.0)"]
    values = {key: value for key, value in schedule.to_dict().items() if key != "name"}
    body = _RATES[schedule.name]
    return [line.format(**{key: repr(value) for key, value in values.items()}) for line in body]


_RATES = {
    "constant": ["return {rate}"],
    "linear": [
        "if step >= {steps}:", "    return {end}",
        "return {start} + ({end} - {start}) * step / {steps}",
    ],
    "step": ["return {start} * {factor} ** (step // {every})"],
    "cosine": [
        "if step >= {steps}:", "    return {end}",
        "share = 0.5 * (1.0 + math.cos(math.pi * step / {steps}))",
        "return {end} + ({start} - {end}) * share",
    ],
    "drawn": [
        "points = {points}",
        "if step < points[0][0]:", "    return points[0][1]",
        "for (first, low), (last, high) in zip(points, points[1:]):",
        "    if step < last:",
        "        return low * math.exp((step - first) / (last - first) * math.log(high / low))",
        "return points[-1][1]",
    ],
}  # fmt: skip


def _batches(setup: Hyperparameters, n: int) -> Lines:
    """A generator of the batches, by the set-up's rule for the last one."""
    size = min(setup.batch_size or n, n)
    is_shuffled = setup.shuffle and size < n
    order = "random.permutation(N).tolist()" if is_shuffled else "list(range(N))"
    return [
        f"N, BATCH = {n}, {size}",
        "",
        "",
        "def batches():",
        '    """The places of the points of each batch, epoch after epoch."""',
        *([f"    random = np.random.default_rng({setup.seed})"] if is_shuffled else []),
        *(f"    {line.format(order=order)}" for line in _BATCHES[setup.last_batch]),
    ]


_BATCHES = {
    "own": [
        "while True:", "    order = {order}",
        "    for start in range(0, N, BATCH):", "        yield order[start : start + BATCH]",
    ],
    "drop": [
        "while True:", "    order = {order}",
        "    for start in range(0, N - BATCH + 1, BATCH):",
        "        yield order[start : start + BATCH]",
    ],
    "carry": [
        "carried = []  # what is left of an epoch goes into the next one's first batch",
        "while True:", "    order = carried + {order}", "    start = 0",
        "    for end in range(BATCH + len(carried), len(order) + 1, BATCH):",
        "        yield order[start:end]", "        start = end",
        "    carried = order[start:]",
    ],
}  # fmt: skip
