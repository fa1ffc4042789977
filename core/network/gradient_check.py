"""The gradients of a network's scalars against central differences, one after the other.

The loss is that of the training tape, which shares nothing with the trace whose gradients are
checked. One question moves the parameters along a direction, and answers for all scalars that
this is the same as moving: a neuron is a sum, so adding h to one of its products, or to what is
summed so far, is adding h to its bias; adding h to an output is adding h times the weights that
take it up to the biases of their neurons. The loss's own scalars are held while what follows from
them is computed anew.

What h and float64 explain of an error is found as in `core.experiments.gradient_check`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.experiments.gradient_check import EPSILON, FINER, SAFETY, STEP, GradientCheck
from core.network.reading import NetworkReader
from core.ops import ieee, rule

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

AT_ONCE = 16  # questions between two looks at the clock


@dataclass(frozen=True)
class Question:
    """What if these parameters were larger by h times these shares? nodes: whose slope that is."""

    parameters: Indices
    shares: Floats
    nodes: Indices


@dataclass(frozen=True)
class Findings:
    """As far as a check has come. errors, explained (n_nodes,): nan where not known.

    A difference that is no number is infinite. A scalar agrees where its error is not larger than
    what h and float64 explain.
    """

    errors: Floats
    explained: Floats
    n_done: int
    n_questions: int

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be asked."""
        return self.n_done == self.n_questions

    @property
    def differs(self) -> NDArray[np.bool_]:
        """(n_nodes,): where an error is known and not explained."""
        return np.isinf(self.errors) | (self.errors > self.explained)


class NetworkCheck:
    """The check of one sample, or of the mean over all that a reader averages.

    parameters: where the network is. sample: as in `NetworkReader.read`. Not for two threads at
    once, nor while its reader reads.
    """

    def __init__(
        self, reader: NetworkReader, parameters: Floats, sample: int | None, h: float = STEP
    ) -> None:
        self.reader, self.parameters, self.h = reader, parameters, h
        rows = reader.rows if sample is None else np.array([sample])
        self._inputs, self._targets = reader.inputs[rows], reader.targets[rows]
        n = reader.trace.n_nodes
        self._errors, self._explained = np.full(n, np.nan), np.full(n, np.nan)
        self._grad = np.zeros(n)
        self._rounding = 0.0
        self._given: dict[int, Floats] = {}  # targets and outputs, (samples,)
        self._n_done = 0
        self._questions = list(_questions(reader, parameters))

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be asked."""
        return self._n_done == len(self._questions)

    @property
    def findings(self) -> Findings:
        """A copy of what is known by now."""
        return Findings(
            self._errors.copy(), self._explained.copy(), self._n_done, len(self._questions)
        )

    def advance(self, seconds: float) -> bool:
        """Go on for about so long; True once all is known."""
        until = time.perf_counter() + seconds
        if not self._n_done:
            self._begin()
        while not self.is_complete:
            self._ask(self._questions[self._n_done : self._n_done + AT_ONCE])
            self._n_done = min(self._n_done + AT_ONCE, len(self._questions))
            if time.perf_counter() > until:
                break
        return self.is_complete

    def at_steps(self, node: int, steps: Iterable[float]) -> list[GradientCheck]:
        """One scalar's check with other steps h, for the plot of its error against h.

        Empty for a constant of the loss.
        """
        places = self._read()
        loss_with: Callable[[float], float]
        if node in places:
            loss_with = partial(self._loss_with, node)
        else:
            question = next((q for q in self._questions if node in q.nodes), None)
            if question is None:
                return []
            loss_with = partial(self._loss_at, question)
        nodes = np.array([node])
        return [self._checked(nodes, loss_with, h, is_whole=True) for h in steps]

    def _begin(self) -> None:
        """The gradients to be checked, how exact a loss is, and the loss's own scalars."""
        for place in self._read():
            self._judge(np.array([place]), partial(self._loss_with, place))

    def _read(self) -> list[int]:
        """Gradients and exactness of the loss; returns the places of the loss's own scalars."""
        trace = self.reader.trace
        numbers = trace.batch(self.parameters, self._inputs, self._targets)
        spread = trace.spread(self.parameters, self._inputs, self._targets)
        self._grad, self._rounding = numbers.grad, EPSILON * spread
        places = [*trace.targets.tolist(), *trace.layers[-1].output.tolist()]
        rows = np.concatenate([self._targets.T, numbers.outputs[-1].T])
        self._given = dict(zip(places, rows))
        ops = [place for place, inputs in zip(trace.loss.tolist(), trace.loss_inputs) if inputs]
        return [*places, *ops]

    def _loss_with(self, held: int, more: float) -> float:
        """The mean loss where one of its own scalars is larger."""
        trace = self.reader.trace
        found = {place: row + more if place == held else row for place, row in self._given.items()}
        with ieee():
            for place, node, inputs in zip(
                trace.loss.tolist(), trace.loss_nodes, trace.loss_inputs
            ):
                if inputs:
                    row = rule(node._op).function(*(found[i] for i in inputs))
                else:
                    row = np.asarray(node.data)
                found[place] = row + more if place == held else row
            rows = np.broadcast_to(found[int(trace.loss[-1])], (len(self._inputs),))
            return float(np.sum(rows)) / len(self._inputs)

    def _loss_at(self, question: Question, more: float) -> float:
        """The mean loss where parameters are larger along a direction."""
        moved = self.parameters.copy()
        moved[question.parameters] += more * question.shares
        losses, _outputs = self.reader.tape.evaluate(moved, self._inputs, self._targets)
        with ieee():
            return float(np.sum(losses)) / len(losses)

    def _ask(self, questions: list[Question]) -> None:
        for question in questions:
            self._judge(question.nodes, partial(self._loss_at, question))

    def _judge(self, nodes: Indices, loss_with: Callable[[float], float]) -> None:
        check = self._checked(nodes, loss_with, self.h)
        with ieee():
            errors = np.abs(self._grad[nodes] - check.slope)
        self._errors[nodes] = np.where(np.isfinite(errors), errors, np.inf)
        self._explained[nodes] = check.explained

    def _checked(
        self, nodes: Indices, loss_with: Callable[[float], float], h: float,
        *, is_whole: bool = False,
    ) -> GradientCheck:  # fmt: skip
        """Compare gradients with the slope that they share. loss_with: the loss, so much farther.

        How the curve is bent is asked where rounding alone does not explain the errors, or always.
        """

        def slope_of(step: float) -> float:
            return (loss_with(step) - loss_with(-step)) / (2 * step)

        rounding, bend = 4 * self._rounding / h, 0.0
        with ieee():
            slope = slope_of(h)
            error = np.abs(self._grad[nodes] - slope)
            if is_whole or not (error <= rounding).all():
                # The bend's part grows fourfold with twice h; measured both ways, for safety.
                found = max(abs(slope_of(2 * h) - slope), abs(slope - slope_of(h / 2)))
                bend = float(np.nan_to_num(found))
            for share in FINER:
                if share * h < STEP or (error <= rounding + bend).all():
                    break
                found = abs(slope - slope_of(share * h)) * SAFETY
                bend = max(bend, float(np.nan_to_num(found)))
        return GradientCheck(h, float(self._grad[nodes[0]]), slope, rounding, bend)


def _questions(reader: NetworkReader, parameters: Floats) -> Iterator[Question]:
    """Layer by layer: inputs, then of each neuron its weights, and its bias with all its sums."""
    trace = reader.trace
    row_of = {place: row for row, place in enumerate(trace.parameters.tolist())}
    x, whole = trace.inputs, np.ones(1)
    for layer in trace.layers:
        weights = np.array([[row_of[place] for place in row] for row in layer.weight.tolist()])
        biases = np.array([row_of[place] for place in layer.bias.tolist()])
        for column, place in enumerate(x.tolist()):
            yield Question(biases, parameters[weights[:, column]], np.array([place]))
        for neuron, bias in enumerate(biases.tolist()):
            for row, place in zip(weights[neuron].tolist(), layer.weight[neuron].tolist()):
                yield Question(np.array([row]), whole, np.array([place]))
            sums = [layer.bias[[neuron]], layer.product[neuron], layer.sum[neuron]]
            yield Question(np.array([bias]), whole, np.concatenate(sums))
        x = layer.output
