"""Why a run diverged: the first number that was not finite, where, and what led there.

The run is taken back to before the step, the step's batch goes through the tape to find the
sample, and that one sample through Values, which have names. Where weights were not finite
already, the update that made them so is looked for instead, and its gradients.
"""

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import losses
from core.engine import Value, topological_order
from core.nn import MLP
from core.numbers import format_number
from core.session import Session
from core.trace import as_outputs

Floats = NDArray[np.float64]

STEPS_BEFORE = 5  # that are told, of those that led there
GOOD = 2.0  # times the least loss so far, up to which a step counts as good
MOST_SECONDS = 1.0  # for samples of a large network that go through Values one by one
_FAR = 64  # steps back to look for the update that broke a weight


@dataclass(frozen=True)
class Place:
    """A node of the network; the loss's own nodes have neither layer nor neuron."""

    layer: int | None = None  # from 0; the last one is the output
    neuron: int | None = None

    def __str__(self) -> str:
        if self.layer is None or self.neuron is None:
            return "the loss"
        return f"layer {self.layer + 1}, neuron {self.neuron + 1}"


@dataclass(frozen=True)
class PostMortem:
    """The first number that was not finite.

    step: counted from 1. sample: row of the training points, None where the sum over the batch
    or an update failed. op: its symbol, "gradient" or "update". chain: sentences from the steps
    before to the loss, in the order of events.
    """

    step: int
    place: Place
    op: str
    operands: tuple[float, ...]
    result: float
    sample: int | None
    chain: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        where = f" at training point {self.sample + 1}" if self.sample is not None else ""
        return (
            f"Step {self.step:,}, {self.place}: {expression(self.op, self.operands)} "
            f"is {format_number(self.result)}{where}."
        )


def expression(op: str, operands: tuple[float, ...]) -> str:
    """An op with its numbers: "1e200 × 3e150", "exp(1000)"."""
    numbers = [format_number(x) for x in operands]
    if not numbers:
        return op
    if op in _SIGNS and len(numbers) == 2:
        return f"{numbers[0]} {_SIGNS[op]} {numbers[1]}"
    if op.startswith("**"):
        return f"({numbers[0]}){op.replace('**', '^')}"
    return f"{op}({', '.join(numbers)})"


_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "**": "^"}


def last_good_step(batch_losses: Floats, window: int = 1) -> int:
    """How many steps had been made when the loss was last good: at most twice the least before.

    batch_losses: of each step from the first, of a run that diverged. window: steps over which
    losses are averaged, since a single batch may be easy by chance; an epoch's.
    """
    n = len(batch_losses)
    window = min(max(window, 1), max(n, 1))
    with np.errstate(all="ignore"):
        sums = np.cumsum(np.concatenate([[0.0], batch_losses]))
        means = (sums[window:] - sums[:-window]) / window
    finite = np.where(np.isfinite(means), means, np.inf)
    if not len(finite):
        return 0
    least = np.minimum.accumulate(finite)
    good = np.flatnonzero((finite <= GOOD * np.abs(least)) & np.isfinite(finite))
    return int(good[-1]) + window - 1 if len(good) else 0


def explain(session: Session) -> PostMortem:
    """Look for the cause in a session that has diverged; it comes back to where it is."""
    assert session.divergence is not None
    here = session.step
    try:
        return _explain(session, session.divergence.step)
    finally:
        _go_to(session, here)


def _explain(session: Session, step: int) -> PostMortem:
    story = _steps_before(session, step - 1)
    _go_to(session, step - 1)
    if np.isfinite(session.parameters()).all():
        return _forward(session, step, story)
    broken = step - 1
    while broken > session.timeline.first_step and step - broken < _FAR:
        _go_to(session, broken - 1)
        if np.isfinite(session.parameters()).all():
            return _update(session, broken, story)
        broken -= 1
    index = int(np.flatnonzero(~np.isfinite(session.parameters()))[0])
    layer, neuron, name = _parameter(session.model, index)
    return PostMortem(broken, Place(layer, neuron), name, (), session.parameters()[index], None,
                      tuple(story))  # fmt: skip


def _go_to(session: Session, step: int) -> None:
    session.seek(step)
    session.advance()


def _steps_before(session: Session, last: int) -> list[str]:
    """How weights grew in the steps up to `last`."""
    story = []
    for step in range(max(last - STEPS_BEFORE, session.timeline.first_step), last + 1):
        _go_to(session, step)
        parameters = session.parameters()
        if not np.isfinite(parameters).all():
            break
        index = int(np.abs(parameters).argmax())
        layer, neuron, name = _parameter(session.model, index)
        story.append(
            f"After step {step:,}: {name} of {Place(layer, neuron)} is the largest, "
            f"{format_number(float(parameters[index]))}."
        )
    return story


def _forward(session: Session, step: int, story: list[str]) -> PostMortem:
    """Weights are finite: some number on the way to the loss is not."""
    for row in session.unreal_samples():
        nodes, places = _forward_values(session, row)
        for v in nodes:
            if math.isfinite(v.data):
                continue
            place = places.get(v, Place())
            operands = tuple(x.data for x in v._prev)
            chain = [*story, *_way_to_loss(v, nodes, places, step)]
            return PostMortem(step, place, v._op, operands, v.data, row, tuple(chain))
    assert session.divergence is not None
    story.append(f"Step {step:,}: each sample's loss is finite, their sum is not.")
    result = session.divergence.loss
    return PostMortem(step, Place(), "sum over the batch", (), result, None, tuple(story))


def _way_to_loss(
    first: Value, nodes: list[Value], places: dict[Value, Place], step: int
) -> list[str]:
    """From the first node that is not finite on, each place that it reaches."""
    told, sentences = {first}, []
    last_place: Place | None = None
    for v in nodes:
        if v is not first and (math.isfinite(v.data) or told.isdisjoint(v._prev)):
            continue
        told.add(v)
        place = places.get(v, Place())
        if place != last_place:
            last_place = place
            numbers = expression(v._op, tuple(x.data for x in v._prev))
            sentences.append(f"Step {step:,}, {place}: {numbers} is {format_number(v.data)}.")
    return sentences


def _update(session: Session, step: int, story: list[str]) -> PostMortem:
    """The update of this step made a weight that is not finite; the session stands before it."""
    before = session.parameters()
    until = time.perf_counter() + MOST_SECONDS
    for row in session.next_samples().tolist():
        if time.perf_counter() > until:
            break  # the update itself is told instead
        nodes, places = _forward_values(session, row)
        nodes[-1].backward()
        for v in reversed(nodes):
            bad = [
                (x, d) for x, d in zip(v._prev, v.local_derivatives()) if not math.isfinite(x.grad)
            ]
            if math.isfinite(v.grad) and bad:
                x, derivative = bad[0]
                place = places.get(x, places.get(v, Place()))
                story.append(
                    f"Step {step:,}, {place}, backward: local derivative "
                    f"{format_number(derivative)} × upstream gradient {format_number(v.grad)}."
                )
                return PostMortem(step, place, "*", (derivative, v.grad), x.grad, row,
                                  tuple(story))  # fmt: skip
    _go_to(session, step)
    after, gradients = session.parameters(), session.gradients()
    index = int(np.flatnonzero(~np.isfinite(after))[0])
    layer, neuron, name = _parameter(session.model, index)
    factors = session.setup.rate_factor_of_each
    rate = session.setup.rate_at(step - 1) * (1.0 if factors is None else float(factors[index]))
    story.append(
        f"Step {step:,}: the update of {name} is too large: rate {format_number(rate)}, "
        f"gradient {format_number(float(gradients[index]))}."
    )
    operands = (float(before[index]), rate, float(gradients[index]))
    return PostMortem(step, Place(layer, neuron), "update", operands, float(after[index]), None,
                      tuple(story))  # fmt: skip


def _forward_values(session: Session, row: int) -> tuple[list[Value], dict[Value, Place]]:
    """One training point through the network and its loss: nodes in topological order, places."""
    inputs, targets = session.sample(row)
    x = [Value(float(number)) for number in inputs]
    known: set[Value] = set(x)
    places: dict[Value, Place] = {}
    for layer, part in enumerate(session.model.layers):
        outputs = []
        for neuron, unit in enumerate(part.neurons):
            out = unit(x)
            for v in topological_order(out):
                if v not in known:
                    known.add(v)
                    places[v] = Place(layer, neuron)
            outputs.append(out)
        x = outputs
    loss = losses.find(session.setup.loss)
    total = loss(as_outputs(x), [Value(float(t)) for t in targets])
    return topological_order(total), places


def _parameter(model: MLP, index: int) -> tuple[int, int, str]:
    """Layer, neuron and name of a parameter by its place in `MLP.parameters()`."""
    for layer, part in enumerate(model.layers):
        for neuron, unit in enumerate(part.neurons):
            if index <= len(unit.w):
                return layer, neuron, f"weight {index + 1}" if index < len(unit.w) else "bias"
            index -= len(unit.w) + 1
    raise IndexError("there is no such parameter")
