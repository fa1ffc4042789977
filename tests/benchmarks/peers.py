"""The same training by hand in NumPy, and in micrograd, PyTorch and JAX where installed.

Each maker returns a function that makes one call's steps, and one that gives all parameters as
an array, in the order of `MLP.parameters`. micrograd, PyTorch and JAX are in the extra `bench`.
"""

import gc
import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from core.training import Trainer
from tests.benchmarks.networks import Workload

Peer = tuple[Callable[[], Any], Callable[[], np.ndarray]]


def flat(weights: list[tuple[Any, Any]]) -> np.ndarray:
    """Weights and biases by layer as one array, neuron by neuron."""
    layers = [np.concatenate([np.asarray(w), np.asarray(b)[:, None]], axis=1) for w, b in weights]
    return np.concatenate([layer.ravel() for layer in layers])


def batches(w: Workload) -> list[slice]:
    """The samples of each step of one call."""
    return [slice(i * w.batch, (i + 1) * w.batch) for i in range(w.steps)]


def trainer(w: Workload) -> Trainer:
    """Ours."""
    inputs, targets = w.data()
    return Trainer(
        w.model(), inputs, targets, loss=w.loss, reduction=w.reduction, l2=w.l2, shuffle=False,
        batch_size=w.batch, learning_rate=w.rate,
    )  # fmt: skip


# ----- NumPy --------------------------------------------------------------------------------


class HandWritten:
    """A multi-layer perceptron in NumPy; every array is made beforehand, none while it runs."""

    def __init__(self, w: Workload) -> None:
        self.w = w
        inputs, targets = w.data()
        self.x = [np.ascontiguousarray(inputs[b]) for b in batches(w)]
        self.t = [np.ascontiguousarray(targets[b])[:, None] for b in batches(w)]
        # All parameters in one array, so that the update is a handful of calls.
        shapes = [(b, a) for a, b in zip(w.sizes, w.sizes[1:])]
        total = sum(b * a + b for b, a in shapes)
        self.p, self.g, self.scratch = np.empty(total), np.empty(total), np.empty(total)
        self.layers = []
        at = 0
        for (weights, bias), (b, a) in zip(w.weights(), shapes):
            views = []
            for array in (self.p, self.g):
                views += [array[at : at + b * a].reshape(b, a), array[at + b * a :][:b]]
            views[0][:], views[1][:] = weights, bias
            at += b * a + b
            out, grad, local = (np.empty((w.batch, b)) for _ in range(3))
            self.layers.append((*views, out, grad, local))
        self.ones = np.ones(w.batch)
        self.d = np.empty((w.batch, 1))

    def call(self) -> None:
        for x, t in zip(self.x, self.t):
            self._step(x, t)

    def _step(self, x: np.ndarray, t: np.ndarray) -> None:
        w, layers = self.w, self.layers
        last = len(layers) - 1
        value = x
        for i, (weights, bias, _, _, out, _, _) in enumerate(layers):
            np.matmul(value, weights.T, out=out)
            np.add(out, bias, out=out)
            kind = w.output if i == last else w.activation
            if kind == "tanh":
                np.tanh(out, out=out)
            elif kind == "relu":
                np.maximum(out, 0.0, out=out)
            value = out
        self._loss_gradient(value, t, layers[last][5])
        for i in range(last, -1, -1):
            weights, _, weight_grad, bias_grad, out, grad, local = layers[i]
            kind = w.output if i == last else w.activation
            if kind == "tanh":
                np.multiply(out, out, out=local)
                np.subtract(1.0, local, out=local)
                np.multiply(grad, local, out=grad)
            elif kind == "relu":
                np.greater(out, 0.0, out=local)
                np.multiply(grad, local, out=grad)
            below = x if i == 0 else layers[i - 1][4]
            np.matmul(grad.T, below, out=weight_grad)
            np.matmul(self.ones, grad, out=bias_grad)
            if i:
                np.matmul(grad, weights, out=layers[i - 1][5])
        if w.l2:
            np.multiply(self.p, 2.0 * w.l2, out=self.scratch)
            np.add(self.g, self.scratch, out=self.g)
        np.multiply(self.g, w.rate, out=self.scratch)
        np.subtract(self.p, self.scratch, out=self.p)

    def _loss_gradient(self, o: np.ndarray, t: np.ndarray, grad: np.ndarray) -> None:
        """Also the loss, which every peer computes; kept in `self.loss`."""
        w, d = self.w, self.d
        scale = 1.0 / w.batch if w.reduction == "mean" else 1.0
        if w.loss == "hinge":
            np.multiply(o, t, out=d)
            np.subtract(1.0, d, out=d)
            np.maximum(d, 0.0, out=d)
            self.loss = d.sum() * scale + w.l2 * self.p.dot(self.p)
            np.greater(d, 0.0, out=grad)
            np.multiply(grad, t, out=grad)
            np.multiply(grad, -scale, out=grad)
            return
        half = 0.5 if w.loss == "half_squared_error" else 1.0
        np.subtract(o, t, out=d)
        flat_d = d.ravel()
        self.loss = flat_d.dot(flat_d) * (half * scale)
        np.multiply(d, 2.0 * half * scale, out=grad)

    def parameters(self) -> np.ndarray:
        return flat([(layer[0], layer[1]) for layer in self.layers])


def numpy_by_hand(w: Workload) -> Peer:
    """The fastest NumPy that we can write."""
    made = HandWritten(w)
    return made.call, made.parameters


# ----- the others ---------------------------------------------------------------------------


def _torch(w: Workload) -> Peer:
    import torch

    torch.set_num_threads(1)
    inputs, targets = w.data()
    data = [(torch.tensor(inputs[b]), torch.tensor(targets[b])[:, None]) for b in batches(w)]
    layers = [
        tuple(torch.tensor(array, requires_grad=True) for array in layer) for layer in w.weights()
    ]
    everything = [p for layer in layers for p in layer]
    optimizer = torch.optim.SGD(everything, lr=w.rate)
    functions = {"tanh": torch.tanh, "relu": torch.relu, "linear": lambda x: x}

    def loss_of(o: Any, t: Any) -> Any:
        if w.loss == "hinge":
            total = torch.relu(1.0 - t * o).sum()
        else:
            total = ((o - t) ** 2).sum() * (0.5 if w.loss == "half_squared_error" else 1.0)
        total = total / w.batch if w.reduction == "mean" else total
        return total + w.l2 * sum((p * p).sum() for p in everything) if w.l2 else total

    def call() -> None:
        for x, t in data:
            for i, (weights, bias) in enumerate(layers):
                kind = w.output if i == len(layers) - 1 else w.activation
                x = functions[kind](torch.nn.functional.linear(x, weights, bias))
            loss = loss_of(x, t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return call, lambda: flat([(a.detach().numpy(), b.detach().numpy()) for a, b in layers])


def _jax(w: Workload) -> Peer:
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    inputs, targets = w.data()
    data = [(jnp.array(inputs[b]), jnp.array(targets[b])[:, None]) for b in batches(w)]
    state = [[(jnp.array(a), jnp.array(b)) for a, b in w.weights()]]
    functions = {"tanh": jnp.tanh, "relu": jax.nn.relu, "linear": lambda x: x}

    def loss_of(layers: Any, x: Any, t: Any) -> Any:
        for i, (weights, bias) in enumerate(layers):
            kind = w.output if i == len(layers) - 1 else w.activation
            x = functions[kind](x @ weights.T + bias)
        if w.loss == "hinge":
            total = jnp.sum(jax.nn.relu(1.0 - t * x))
        else:
            total = jnp.sum((x - t) ** 2) * (0.5 if w.loss == "half_squared_error" else 1.0)
        total = total / w.batch if w.reduction == "mean" else total
        return total + w.l2 * sum(jnp.sum(a * a) + jnp.sum(b * b) for a, b in layers)

    @jax.jit
    def epoch(layers: Any) -> Any:
        for x, t in data:
            gradients = jax.grad(loss_of)(layers, x, t)
            layers = jax.tree.map(lambda p, g: p - w.rate * g, layers, gradients)
        return layers

    def call() -> None:
        state[0] = jax.block_until_ready(epoch(state[0]))

    return call, lambda: flat(state[0])


def _micrograd_tanh(v: Any) -> Any:
    """The lecture's op, which the package leaves out."""
    made = type(v)(math.tanh(v.data), (v,), "tanh")

    def backward() -> None:
        v.grad += (1.0 - made.data**2) * made.grad

    made._backward = backward
    return made


def _micrograd_loss(w: Workload, outputs: list[Any], targets: list[float], model: Any) -> Any:
    if w.loss == "hinge":
        terms = [(1 + -t * o).relu() for o, t in zip(outputs, targets)]
    else:
        half = 0.5 if w.loss == "half_squared_error" else 1.0
        terms = [(o - t) ** 2 * half for o, t in zip(outputs, targets)]
    total = sum(terms) * (1.0 / w.batch if w.reduction == "mean" else 1.0)
    return total + w.l2 * sum(p * p for p in model.parameters()) if w.l2 else total


def _micrograd(w: Workload) -> Peer:
    from micrograd.engine import Value
    from micrograd.nn import MLP

    random.seed(1)

    model = MLP(w.sizes[0], list(w.sizes[1:]))
    for layer, (weights, bias) in zip(model.layers, w.weights()):
        for neuron, row, b in zip(layer.neurons, weights, bias):
            neuron.b.data = float(b)
            for p, number in zip(neuron.w, row):
                p.data = float(number)
    inputs, targets = (array.tolist() for array in w.data())

    def outputs_of(x: Any) -> Any:
        for i, layer in enumerate(model.layers):
            kind = w.output if i == len(model.layers) - 1 else w.activation
            if kind == "tanh":
                for neuron in layer.neurons:
                    neuron.nonlin = False
                x = [_micrograd_tanh(neuron(x)) for neuron in layer.neurons]
            else:
                x = [neuron(x) for neuron in layer.neurons]
        return x[0]

    def call() -> None:
        for samples in batches(w):
            found = [outputs_of([Value(v) for v in x]) for x in inputs[samples]]
            total = _micrograd_loss(w, found, targets[samples], model)
            model.zero_grad()
            total.backward()
            for p in model.parameters():
                p.data -= w.rate * p.grad

    return call, lambda: np.array([p.data for p in model.parameters()])


def seconds_without_collector(call: Callable[[], Any]) -> float:
    """Seconds of one call with Python's cyclic garbage collector off."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start
    finally:
        gc.enable()


def installed(w: Workload) -> Iterator[tuple[str, Peer]]:
    """The peers that this machine has; micrograd only where it takes seconds, not minutes."""
    makers = {"NumPy": numpy_by_hand, "PyTorch": _torch, "JAX": _jax, "micrograd": _micrograd}
    for name, make in makers.items():
        if name == "micrograd" and w.name == "W5":
            continue
        try:
            yield name, make(w)
        except ImportError:
            print(f"  {name} is not installed (extra bench)")
