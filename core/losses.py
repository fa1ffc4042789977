"""Losses of one sample, written with Values, and the accuracy of a batch.

A loss takes the model's outputs and the targets of one sample, as lists of Values of the same
length, and returns one Value. A loss of your own is such a function as well: the tape is traced
from whatever Values it makes. A target of a classification is -1 or +1.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.engine import Value

Loss = Callable[[list[Value], list[Value]], Value]


def squared_error(outputs: list[Value], targets: list[Value]) -> Value:
    """(o - t)^2, summed over the outputs: the lecture's loss."""
    return _total((o - t) ** 2 for o, t in _pairs(outputs, targets))


def half_squared_error(outputs: list[Value], targets: list[Value]) -> Value:
    """(o - t)^2 / 2, summed over the outputs: TensorFlow Playground's loss."""
    return _total((o - t) ** 2 * 0.5 for o, t in _pairs(outputs, targets))


def hinge(outputs: list[Value], targets: list[Value]) -> Value:
    """max(0, 1 - t*o), summed over the outputs: micrograd's demo. Gradient 0 at the corner."""
    return _total((1.0 - t * o).relu() for o, t in _pairs(outputs, targets))


def logistic(outputs: list[Value], targets: list[Value]) -> Value:
    """log(1 + exp(-t*o)), summed over the outputs; as a softplus it never overflows."""
    return _total((-(t * o)).softplus() for o, t in _pairs(outputs, targets))


LOSSES: dict[str, Loss] = {
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "hinge": hinge,
    "logistic": logistic,
}


def find(loss: str | Loss) -> Loss:
    """The loss of that name; a function is returned as it is.

    Raises ValueError, with the names there are, for anything else.
    """
    if isinstance(loss, str) and loss in LOSSES:
        return LOSSES[loss]
    if callable(loss):
        return loss
    raise ValueError(f"no loss {loss!r}; there are {', '.join(LOSSES)}, or a function of your own")


def accuracy(outputs: ArrayLike, targets: ArrayLike) -> float:
    """Share, 0 to 1, of samples that are classified rightly; nan for no samples.

    outputs, targets: shape (n,) or (n, outputs). With one output its sign decides, and 0 counts
    as negative, as in micrograd's demo; with several the largest decides. A nan is never right.
    """
    o = _columns(outputs)
    t = _columns(targets)
    if o.shape != t.shape:
        raise ValueError(f"outputs have the shape {o.shape}, targets {t.shape}")
    if not o.size:
        return float("nan")
    agree = (o > 0).all(axis=1) == (t > 0).all(axis=1)
    if o.shape[1] > 1:
        agree = o.argmax(axis=1) == t.argmax(axis=1)
    return float(np.mean(agree & ~np.isnan(o).any(axis=1)))


def _columns(numbers: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
    array = np.asarray(numbers, dtype=np.float64)
    return array.reshape(-1, 1) if array.ndim < 2 else array


def _pairs(outputs: list[Value], targets: list[Value]) -> Iterator[tuple[Value, Value]]:
    if len(outputs) != len(targets) or not outputs:
        raise ValueError(f"{len(outputs)} outputs for {len(targets)} targets")
    return zip(outputs, targets)


def _total(terms: Iterator[Value]) -> Value:
    """The sum without a 0 in front, which would be one Value more in every picture."""
    total = next(terms)
    for term in terms:
        total = total + term
    return total
