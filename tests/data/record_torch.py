"""Record what PyTorch computes for every row of the op table, for expressions and optimizers."""

import itertools
import random
from typing import Any

import torch

from core.ops import OPS
from tests.core.expressions import Engine, random_expression
from tests.data import save

INF = float("inf")

# relu, min and max hand on a gradient for nan in PyTorch, by accident of how they compare; so
# nan is not among these. Softplus is spelt out, since PyTorch's own turns linear above 20.
ONE = [-INF, -1000.0, -20.0, -2.0, -1.0, -0.5, -1e-8, 0.0, 1e-8, 0.123, 0.5, 1.0, 2.0, 20.0]
ONE += [700.0, 1000.0, INF]
TWO = [-INF, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 1e200, INF]
EXPONENTS = [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 10.0]

FUNCTIONS: Engine = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "neg": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "sin": torch.sin,
    "cos": torch.cos,
    "abs": torch.abs,
    "min": torch.minimum,
    "max": torch.maximum,
}


def leaf(number: float) -> torch.Tensor:
    """A float64 tensor without dimensions that wants a gradient."""
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def derive(function: Any, *numbers: float) -> tuple[float, list[float]]:
    """The function's result at these numbers, and its gradient."""
    leaves = [leaf(number) for number in numbers]
    out = function(*leaves)
    out.backward()
    return out.item(), [0.0 if x.grad is None else x.grad.item() for x in leaves]


def is_disputed(base: float, exponent: float) -> bool:
    """C's pow and sqrt differ here, and PyTorch takes now one, now the other."""
    return base == -INF and abs(exponent) == 0.5


def record_ops() -> None:
    """Every row of the table at every combination of edge values."""
    rows = []
    for op in OPS.values():
        for inputs in itertools.product(ONE if op.arity == 1 else TWO, repeat=op.arity):
            if op.name == "pow" and is_disputed(*inputs):
                continue
            out, grads = derive(FUNCTIONS[op.name], *inputs)
            rows.append({"op": op.name, "inputs": inputs, "out": out, "grads": grads})
    for exponent, x in itertools.product(EXPONENTS, ONE):
        if is_disputed(x, exponent):
            continue
        out, grads = derive(lambda x, n=exponent: x**n, x)
        rows.append({"op": f"**{exponent}", "inputs": [x], "out": out, "grads": grads})
    save("torch_ops", rows, "PyTorch's float64 results and gradients of single ops")


def record_expressions() -> None:
    """Random expressions of about 40 blocks over four leaves."""
    rows = []
    for seed in range(40):
        draw = random.Random(seed)
        numbers = [draw.uniform(-2, 2) for _ in range(4)]

        def expression(*leaves: torch.Tensor, seed: int = seed) -> Any:
            return random_expression(seed, list(leaves), 40, FUNCTIONS)

        out, grads = derive(expression, *numbers)
        rows.append({"seed": seed, "inputs": numbers, "out": out, "grads": grads})
    save("torch_expressions", rows, "PyTorch's results for tests.core.expressions")


OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "adam": (torch.optim.Adam, {}),
    "adamw": (torch.optim.AdamW, {}),
}


def record_optimizers() -> None:
    """30 steps of each optimizer over given gradients, the rate changing on the way."""
    rows = []
    for name, (kind, settings) in OPTIMIZERS.items():
        draw = random.Random(name)
        start = [draw.uniform(-2, 2) for _ in range(3)]
        grads = [[draw.gauss(0, 1) * 10 ** draw.randint(-3, 2) for _ in start] for _ in range(30)]
        p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        optimizer = kind([p], lr=0.1, **settings)
        path = []
        for step, grad in enumerate(grads):
            if step == 15:
                optimizer.param_groups[0]["lr"] = 0.01
            p.grad = torch.tensor(grad, dtype=torch.float64)
            optimizer.step()
            path.append(p.detach().tolist())
        rows.append({"optimizer": name, "start": start, "grads": grads, "path": path})
    save("torch_optimizers", rows, "PyTorch's parameters after each step; rate 0.1, then 0.01")


if __name__ == "__main__":
    record_ops()
    record_expressions()
    record_optimizers()
