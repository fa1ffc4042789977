"""The training loop in plain NumPy, backpropagation written out."""

import re

from core.hyperparameters import Hyperparameters
from core.network.code_parts import (
    PROGRESS,
    STATES,
    Lines,
    has_penalty,
    is_penalty_apart,
    penalty_constants,
    penalty_function,
    slope_of_penalty,
)
from core.ops import OPS

# Each loss, and its derivative with respect to the output.
_LOSSES = {
    "squared_error": ("(o - t) ** 2", "2.0 * (o - t)"),
    "half_squared_error": ("0.5 * (o - t) ** 2", "o - t"),
    "hinge": ("np.maximum(1.0 - t * o, 0.0)", "np.where(t * o < 1.0, -t, 0.0)"),
    "logistic": ("np.logaddexp(-t * o, 0.0)", "-t / (1.0 + np.exp(t * o))"),
}
_UPDATES = {
    "sgd": ["p -= r * g"],
    "momentum": ["v[:] = {beta} * v + g", "p -= r * v"],
    "rmsprop": [
        "v[:] = {alpha} * v + (1.0 - {alpha}) * g * g", "p -= r * g / (np.sqrt(v) + {epsilon})",
    ],
    "adam": [
        "m[:] = {beta1} * m + (1.0 - {beta1}) * g",
        "v[:] = {beta2} * v + (1.0 - {beta2}) * g * g",
        "root = np.sqrt(v / (1.0 - {beta2} ** (step + 1)))",
        "p -= r * m / (1.0 - {beta1} ** (step + 1)) / (root + {epsilon})",
    ],
}  # fmt: skip
_UPDATES["adamw"] = ["p *= 1.0 - r * {weight_decay}", *_UPDATES["adam"]]
_NAME = re.compile(r"\b([a-z]+)\(")


def numpy_lines(setup: Hyperparameters, *, has_test: bool) -> Lines:
    """From the arrays to the last printed loss."""
    return [
        "inputs, targets = np.array(INPUTS), np.array(TARGETS)",
        "layers = [np.array(layer) for layer in START]  # (neurons, inputs + 1): the bias is last",
        *_activations(setup),
        *_settings(setup),
        "",
        "",
        *_forward(),
        "",
        "",
        *_losses(setup),
        "",
        "",
        *_backward(),
        "",
        "",
        *_update(setup),
        "",
        "",
        *_loop(setup),
        *(_test() if has_test else []),
    ]


def _activations(setup: Hyperparameters) -> Lines:
    """Each layer's function and derivative, from the op table."""
    lines = ["# Each layer's activation, and its derivative by its input x and output y."]
    lines.append("activations = [")
    for name in (*setup.activations, setup.output):
        if name == "linear":
            forward, derivative = "x", "np.ones_like(x)"
        else:
            row = OPS[name]
            forward, derivative = _with_np(row.forward), _with_np(row.derivatives[0])
            if not re.search(r"\b[xy]\b", derivative):
                derivative = f"np.full_like(x, {derivative})"
        lines.append(f"    (lambda x: {forward}, lambda x, y: {derivative}),")
    return [*lines, "]"]


def _with_np(formula: str) -> str:
    return re.sub(r"\bout\b", "y", _NAME.sub(r"np.\1(", formula))


def _settings(setup: Hyperparameters) -> Lines:
    lines = penalty_constants(setup)
    if setup.rate_factors:
        lines.append(f"FACTORS = {list(setup.rate_factors)!r}  # of the rate, for each layer")
    states = STATES[setup.optimizer.name]
    lines += [f"{name}s = [np.zeros_like(p) for p in layers]" for name in states]
    if not setup.zero_grad:
        lines.append("sums = [np.zeros_like(p) for p in layers]  # gradients are never set to zero")
    if setup.l1 and setup.regularization == "playground":
        lines.append("dead = [np.zeros(p[:, :-1].shape, dtype=bool) for p in layers]")
    return lines


def _forward() -> Lines:
    return [
        "def forward(x):",
        '    """What each layer is given, adds up and answers; the last answer is the output."""',
        "    found = []",
        "    for layer, (f, _) in zip(layers, activations):",
        "        z = x @ layer[:, :-1].T + layer[:, -1]",
        "        y = f(z)",
        "        found.append((x, z, y))",
        "        x = y",
        "    return found",
    ]


def _losses(setup: Hyperparameters) -> Lines:
    loss, slope = _LOSSES[setup.loss]
    share = "/ len(o)" if setup.reduction == "mean" else ""
    lines = [
        "def loss_of(o, t):",
        '    """The loss of some outputs, without penalties."""',
        f"    return np.{setup.reduction}({loss})",
        "",
        "",
        "def slope_of(o, t):",
        '    """Its derivative with respect to each output."""',
        f"    return ({slope}) {share}".rstrip(),
    ]
    is_apart = is_penalty_apart(setup)
    p, what = ("p[:, :-1]", "weights") if is_apart else ("p", "weights and biases")
    size, square = f"np.abs({p}).sum()", f"({p} ** 2).sum()"
    return [*lines, *penalty_function(setup, size, square, "layers", what)]


def _backward() -> Lines:
    return [
        "def backward(found, slope):",
        '    """The gradient of each layer\'s weights and biases, from the output back."""',
        "    gradients = []",
        "    upstream = slope[:, None]",
        "    for layer, (_, df), (x, z, y) in zip(layers[::-1], activations[::-1], found[::-1]):",
        "        delta = upstream * df(z, y)",
        "        gradients.append(np.column_stack([delta.T @ x, delta.sum(axis=0)]))",
        "        upstream = delta @ layer[:, :-1]",
        "    return gradients[::-1]",
    ]


def _update(setup: Hyperparameters) -> Lines:
    settings = setup.optimizer.to_dict()
    states = STATES[setup.optimizer.name]
    has_own_rates = bool(setup.rate_factors)
    own_names, own_given = (["factor"], ["FACTORS"]) if has_own_rates else ([], [])
    names = ", ".join(["p", "g", *states, *own_names])
    given = ", ".join(["layers", "gradients", *(f"{name}s" for name in states), *own_given])
    is_apart = is_penalty_apart(setup)
    lines = [
        "def update(step, gradients):",
        f'    """One step of {setup.optimizer.title}."""',
        *([] if has_own_rates else ["    r = rate(step)"]),
        *(["    before = [p[:, :-1].copy() for p in layers]"] if is_apart else []),
        f"    for {names} in zip({given}):",
        *(["        r = rate(step) * factor"] if has_own_rates else []),
        *(f"        {line.format(**settings)}" for line in _UPDATES[setup.optimizer.name]),
    ]
    return [*lines, *(_shrink(setup) if is_apart else [])]


def _shrink(setup: Hyperparameters) -> Lines:
    """TensorFlow Playground's regularization, after the error step."""
    slope = slope_of_penalty(setup, "np.sign(b)", "L2 * b")
    rate = "rate(step) * FACTORS[i]" if setup.rate_factors else "r"
    lines = [
        "    for i, (p, b) in enumerate(zip(layers, before)):",
        "        w = p[:, :-1]",
        f"        shrunk = w - {rate} * ({slope})",
    ]
    if setup.l1:  # a weight that L1 takes through zero stays there
        lines += [
            "        dead[i] |= w * shrunk < 0.0",
            "        shrunk[dead[i]] = 0.0",
        ]
    return [*lines, "        p[:, :-1] = shrunk"]


def _loop(setup: Hyperparameters) -> Lines:
    lines = [
        "losses = []",
        "for step, batch in zip(range(STEPS), batches()):",
        "    found = forward(inputs[batch])",
        "    o, t = found[-1][2][:, 0], targets[batch]",
        f"    losses.append(loss_of(o, t){' + penalty()' if has_penalty(setup) else ''})",
        "    gradients = backward(found, slope_of(o, t))",
    ]
    if has_penalty(setup) and not is_penalty_apart(setup):
        slope = slope_of_penalty(setup, "np.sign(p)", "2.0 * L2 * p")
        lines.append(f"    gradients = [g + {slope} for p, g in zip(layers, gradients)]")
    if not setup.zero_grad:
        lines.append("    sums = gradients = [s + g for s, g in zip(sums, gradients)]")
    return [
        *lines,
        "    update(step, gradients)",
        *PROGRESS,
    ]


def _test() -> Lines:
    return [
        "",
        "outputs = forward(np.array(TEST_INPUTS))[-1][2][:, 0]",
        'print(f"test loss {loss_of(outputs, np.array(TEST_TARGETS)):.6g}")',
    ]
