"""Neuron, Layer and MLP, made of Values, as in micrograd.

Only plain Value arithmetic happens here: `core.tape` finds the sums of products in the graph
by itself, so a network of your own is as fast as this one.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

from core.engine import Value
from core.ops import OPS

ACTIVATIONS = ("linear", *(op.name for op in OPS.values() if op.arity == 1))


def checked_activation(name: str) -> str:
    """`name`, if there is such an activation. Raises ValueError, with the names, if not."""
    if name not in ACTIVATIONS:
        raise ValueError(f"no activation {name!r}; there are {', '.join(ACTIVATIONS)}")
    return name


class Module:
    """Something with parameters."""

    def zero_grad(self) -> None:
        """Set every parameter's gradient to 0, as has to be done before each backward."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[Value]:
        """The Values that training changes, in a fixed order."""
        return []


class Neuron(Module):
    """activation(w . x + b). The second argument as in micrograd: relu if True, else linear."""

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: str | None = None,
        init: str = "micrograd",
        nout: int = 1,
    ) -> None:
        self.activation = checked_activation(activation or ("relu" if nonlin else "linear"))
        self.nonlin = self.activation != "linear"
        weights, bias = initial_parameters(init, nin, nout)
        self.w = [Value(weight) for weight in weights]
        self.b = Value(bias)

    def __call__(self, x: Sequence[Any]) -> Value:
        if len(x) != len(self.w):
            raise ValueError(f"a neuron with {len(self.w)} weights was given {len(x)} inputs")
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act if self.activation == "linear" else getattr(act, self.activation)()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]

    def __repr__(self) -> str:
        word = OPS[self.activation].symbol if self.nonlin else self.activation
        return f"{word[0].upper()}{word[1:]}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons that see the same `nin` inputs."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, nout=nout, **kwargs) for _ in range(nout)]

    def __call__(self, x: Sequence[Any]) -> Any:
        """The neurons' outputs: a list, or the Value itself where there is one neuron."""
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """A multi-layer perceptron: MLP(2, [16, 16, 1]) has two hidden layers of 16 and one output.

    activation: of the hidden layers, one name for all or a list with one per hidden layer.
    output: the activation of the last layer. init: see `initial_parameters`.
    Raises ValueError for an activation, initialisation or size that does not exist.
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Sequence[str] = "relu",
        output: str = "linear",
        init: str = "micrograd",
    ) -> None:
        nouts = list(nouts)
        if nin < 1 or not nouts or min(nouts) < 1:
            raise ValueError(f"an MLP needs at least 1 input and 1 neuron a layer: {nin}, {nouts}")
        hidden = len(nouts) - 1
        names = [activation] * hidden if isinstance(activation, str) else list(activation)
        if len(names) != hidden:
            raise ValueError(f"{len(names)} activations for {hidden} hidden layers")
        given = [activation] if isinstance(activation, str) else names
        for name in (*given, output):
            checked_activation(name)  # before any weight is drawn
        sizes = [nin, *nouts]
        self.layers = [
            Layer(sizes[i], sizes[i + 1], activation=name, init=init)
            for i, name in enumerate((*names, output))
        ]

    def __call__(self, x: Sequence[Any]) -> Any:
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) else x)  # a layer of one neuron gives a Value
        return x

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"


def _uniform(limit: float) -> Callable[[int, int], tuple[list[float], float]]:
    return lambda nin, nout: ([random.uniform(-limit, limit) for _ in range(nin)], 0.0)


def _lecture(nin: int, nout: int) -> tuple[list[float], float]:
    return [random.uniform(-1, 1) for _ in range(nin)], random.uniform(-1, 1)


def _playground(nin: int, nout: int) -> tuple[list[float], float]:
    return [random.uniform(-0.5, 0.5) for _ in range(nin)], 0.1


def _xavier(nin: int, nout: int) -> tuple[list[float], float]:
    return _uniform((6.0 / (nin + nout)) ** 0.5)(nin, nout)


def _he(nin: int, nout: int) -> tuple[list[float], float]:
    return [random.gauss(0.0, (2.0 / nin) ** 0.5) for _ in range(nin)], 0.0


INITS: dict[str, Callable[[int, int], tuple[list[float], float]]] = {
    "micrograd": _uniform(1.0),  # the published seeds give the published numbers
    "lecture": _lecture,  # the bias is drawn too, right after the neuron's weights
    "playground": _playground,  # TensorFlow Playground's
    "xavier": _xavier,  # Glorot and Bengio 2010, uniform, for tanh and sigmoid
    "he": _he,  # He et al. 2015, normal, for ReLU
    "zero": lambda nin, nout: ([0.0] * nin, 0.0),  # all neurons stay alike: a lesson
}


def initial_parameters(init: str, nin: int, nout: int) -> tuple[list[float], float]:
    """One neuron's initial weights and bias, drawn from the global `random` as in micrograd."""
    if init not in INITS:
        raise ValueError(f"no initialisation {init!r}; there are {', '.join(INITS)}")
    return INITS[init](nin, nout)
