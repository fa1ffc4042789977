"""Training written out the slow way, with Values only: the oracle for core.training.

Every rule is spelled out where it applies, in the order in which it applies, and nothing is
shared with the fast path: no tape, no compiled loop, one sample after the other.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from core import losses, optim
from core.engine import Value, topological_order


class ReferenceTrainer:
    """The Trainer of core.training, argument for argument."""

    def __init__(
        self,
        model: Any,
        inputs: Any,
        targets: Any,
        *,
        loss: Any = "squared_error",
        reduction: str = "mean",
        optimizer: Any = "sgd",
        learning_rate: float | Callable[[int], float] = 0.1,
        batch_size: int | None = None,
        shuffle: bool = True,
        last_batch: str = "own",
        l1: float = 0.0,
        l2: float = 0.0,
        regularization: str = "loss",
        zero_grad: bool = True,
        seed: int = 0,
        wait_for_kernels: bool = True,
    ) -> None:
        self.model = model
        self.inputs, self.targets = samples(inputs, targets)
        self.loss = losses.find(loss)
        self.reduction = reduction
        self.optimizer = optim.find(optimizer)
        self.learning_rate = learning_rate
        self.l1, self.l2, self.regularization = l1, l2, regularization
        self.zero_grad = zero_grad
        self.step = 0
        self.parameters: list[Value] = model.parameters()
        self.state = np.zeros((self.optimizer.state_size, len(self.parameters)))
        size = len(self.inputs) if batch_size is None else batch_size
        self.batches = batches(len(self.inputs), size, shuffle, last_batch, seed)
        self.weights = weights_of(model, len(self.inputs[0]))
        self.dead: set[int] = set()  # weights that L1 took through zero

    def run(self, steps: int) -> np.ndarray:
        return np.array([self._step() for _ in range(steps)], dtype=np.float64)

    def evaluate(self, inputs: Any, targets: Any) -> tuple[float, np.ndarray]:
        inputs, targets = samples(inputs, targets)
        outputs = [self._outputs(row) for row in inputs]
        total = self._reduced([self._loss(o, t) for o, t in zip(outputs, targets)])
        return total.data, np.array([[o.data for o in row] for row in outputs])

    def _step(self) -> float:
        rows = next(self.batches)
        if self.zero_grad:
            self.model.zero_grad()
        loss = self._reduced(
            [self._loss(self._outputs(self.inputs[i]), self.targets[i]) for i in rows]
        )
        reported = loss.data
        if self.regularization == "loss":
            for p in self.parameters:
                if self.l1:  # a penalty that is off is off, even where p is infinite
                    loss = loss + self.l1 * abs(p)
                if self.l2:
                    loss = loss + self.l2 * (p * p)
            reported = loss.data
        else:
            for i in self.weights:
                w = self.parameters[i].data
                reported += self.l1 * abs(w) if self.l1 else 0.0
                reported += self.l2 * 0.5 * w * w if self.l2 else 0.0
        loss.backward()  # adds to the parameters' grad, whatever it holds by now
        self._update()
        return reported

    def _update(self) -> None:
        rate = self.learning_rate
        rate = float(rate(self.step) if callable(rate) else rate)
        before = np.array([p.data for p in self.parameters], dtype=np.float64)
        grad = np.array([p.grad for p in self.parameters], dtype=np.float64)
        after = before.copy()
        self.optimizer.update(after, grad, self.state, rate, self.step)
        if self.regularization == "playground":
            self._penalise(before, after, rate)
        for p, number in zip(self.parameters, after):
            p.data = float(number)
        self.step += 1

    def _penalise(self, before: np.ndarray, after: np.ndarray, rate: float) -> None:
        """TensorFlow Playground's rule: the penalty's slope is that of the weight before."""
        for i in self.weights:
            if i in self.dead and before[i] == 0.0:  # set by hand to something else, it lives
                after[i] = 0.0
                continue
            self.dead.discard(i)
            with np.errstate(all="ignore"):
                slope = self.l1 * np.sign(before[i]) + self.l2 * before[i]
                penalised = after[i] - rate * slope
                crossed = self.l1 > 0 and after[i] * penalised < 0
            after[i] = 0.0 if crossed else penalised
            if crossed:
                self.dead.add(i)

    def _outputs(self, row: Any) -> list[Value]:
        out = self.model([Value(x) for x in row])
        return [out] if isinstance(out, Value) else list(out)

    def _loss(self, outputs: list[Value], target: Any) -> Value:
        return self.loss(outputs, [Value(t) for t in target])

    def _reduced(self, terms: list[Value]) -> Value:
        total = sum(terms[1:], terms[0])
        return total / len(terms) if self.reduction == "mean" else total


def samples(inputs: Any, targets: Any) -> tuple[np.ndarray, np.ndarray]:
    """inputs as (n, features), targets as (n, outputs), both float64."""
    x = np.asarray(inputs, dtype=np.float64)
    t = np.asarray(targets, dtype=np.float64)
    return x, t.reshape(len(x), -1)


def batches(n: int, size: int, shuffle: bool, last_batch: str, seed: int) -> Iterator[list[int]]:
    """The sample numbers of each step's batch, without end."""
    rng = np.random.default_rng(seed)
    carried: list[int] = []
    while True:
        order = rng.permutation(n).tolist() if shuffle else list(range(n))
        for start in range(0, n, size):
            rows = order[start : start + size]
            if len(rows) == size or last_batch == "own":
                yield carried + rows
                carried = []
            elif last_batch == "carry":
                carried = rows


def weights_of(model: Any, features: int) -> list[int]:
    """Positions of the parameters that multiply something; the others are biases."""
    out = model([Value(1.0) for _ in range(features)])
    outputs = [out] if isinstance(out, Value) else list(out)
    factors = {
        id(factor)
        for output in outputs
        for v in topological_order(output)
        if v._op == "*"
        for factor in v._prev
    }
    return [i for i, p in enumerate(model.parameters()) if id(p) in factors]
