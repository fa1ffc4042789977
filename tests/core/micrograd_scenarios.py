"""What people run with micrograd, written for any engine and networks with micrograd's names.

Each scenario takes the modules `engine` and `nn` and returns numbers. They are recorded with
micrograd itself and replayed with ours: the cases of its own test, its README's example, the
cells of its two notebooks, and graphs as the lecture walks them.
"""

import random
from collections.abc import Callable
from typing import Any

from core import datasets

Numbers = dict[str, Any]


def sanity_check(engine: Any, nn: Any) -> Numbers:
    """The first case of micrograd's test: one input, reused all over."""
    x = engine.Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    return {"y": y.data, "x.grad": x.grad, "z.grad": z.grad, "q.grad": q.grad}


def more_ops(engine: Any, nn: Any) -> Numbers:
    """The second case, which is also the README's example: += and every kind of operand."""
    a, b = engine.Value(-4.0), engine.Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    grads = {name: v.grad for name, v in {"a": a, "b": b, "d": d, "e": e, "f": f}.items()}
    return {"g": g.data, "shown": [f"{v:.4f}" for v in (g.data, a.grad, b.grad)], **grads}


def small_trace(engine: Any, nn: Any) -> Numbers:
    """The first graph of the tracing notebook."""
    x = engine.Value(1.0)
    y = (x * 2 + 1).relu()
    y.backward()
    return {"y": y.data, "x.grad": x.grad, "graph": drawn(y)}


def neuron_trace(engine: Any, nn: Any) -> Numbers:
    """The second: a neuron of two inputs."""
    random.seed(1337)
    n = nn.Neuron(2)
    y = n([engine.Value(1.0), engine.Value(-2.0)])
    y.backward()
    return {"repr": repr(n), "y": y.data, "grads": grads(n), "graph": drawn(y)}


def initial_weights(engine: Any, nn: Any) -> Numbers:
    """Seeded weights, in their order, of networks of several shapes."""
    random.seed(42)
    models = [nn.MLP(3, [4, 4, 1]), nn.MLP(2, [16, 16, 1]), nn.Layer(2, 3), nn.Neuron(5, False)]
    return {
        "repr": [repr(model) for model in models],
        "parameters": [[p.data for p in model.parameters()] for model in models],
    }


def demo(engine: Any, nn: Any) -> Numbers:
    """The demo notebook: its model, loss and first steps, on batches as its cell offers them."""
    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1])
    inputs, targets = datasets.find("micrograd").make()
    targets = targets.astype(int)  # NumPy's own numbers meet Values, as in the notebook
    draw = random.Random(0)
    losses, right = [], []
    for k in range(4):
        rows = draw.sample(range(100), 15)
        samples = [list(map(engine.Value, inputs[i])) for i in rows]
        scores = list(map(model, samples))
        terms = [(1 + -targets[i] * s).relu() for i, s in zip(rows, scores)]
        data_loss = sum(terms) * (1.0 / len(terms))
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        total = data_loss + penalty
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        losses.append(total.data)
        right.append(sum((targets[i] > 0) == (s.data > 0) for i, s in zip(rows, scores)))
    return {
        "repr": repr(model),
        "losses": losses,
        "right": [int(n) for n in right],
        "parameters": [p.data for p in model.parameters()],
        "grads": grads(model),
    }


def grads(module: Any) -> list[float]:
    """The gradients of all parameters."""
    return [p.grad for p in module.parameters()]


def drawn(root: Any) -> list[str]:
    """What the lecture's draw_dot writes on its boxes, walked with sets and recursion as there."""
    nodes, edges = set(), set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    boxes = [f"data {n.data:.4f} | grad {n.grad:.4f} | {n._op}" for n in nodes]
    arrows = [f"{a.data:.4f} -> {b._op} {b.data:.4f}" for a, b in edges]
    return sorted(boxes) + sorted(arrows)


SCENARIOS: dict[str, Callable[[Any, Any], Numbers]] = {
    scenario.__name__: scenario
    for scenario in (sanity_check, more_ops, small_trace, neuron_trace, initial_weights, demo)
}
