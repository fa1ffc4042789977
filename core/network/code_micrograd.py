"""The training loop as in the lecture: Values, one after the other."""

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

_LOSSES = {
    "squared_error": "(o - t) ** 2",
    "half_squared_error": "(o - t) ** 2 * 0.5",
    "hinge": "(1 - t * o).relu()",
    "logistic": "(-(t * o)).softplus()",
}
_UPDATES = {
    "sgd": ["p.data -= r * p.grad"],
    "momentum": ["v[i] = {beta} * v[i] + p.grad", "p.data -= r * v[i]"],
    "rmsprop": [
        "v[i] = {alpha} * v[i] + (1.0 - {alpha}) * p.grad**2",
        "p.data -= r * p.grad / (v[i] ** 0.5 + {epsilon})",
    ],
    "adam": [
        "m[i] = {beta1} * m[i] + (1.0 - {beta1}) * p.grad",
        "v[i] = {beta2} * v[i] + (1.0 - {beta2}) * p.grad**2",
        "root = (v[i] / (1.0 - {beta2} ** (step + 1))) ** 0.5",
        "p.data -= r * m[i] / (1.0 - {beta1} ** (step + 1)) / (root + {epsilon})",
    ],
}
_UPDATES["adamw"] = ["p.data *= 1.0 - r * {weight_decay}", *_UPDATES["adam"]]


def micrograd_lines(setup: Hyperparameters, *, has_test: bool) -> Lines:
    """From the network to the last printed loss."""
    sizes = ", ".join(map(str, setup.sizes[1:]))
    return [
        f"model = MLP({setup.n_inputs}, [{sizes}], activation={list(setup.activations)!r}, "
        f"output={setup.output!r})",
        "parameters = model.parameters()",
        "start = [x for layer in START for neuron in layer for x in neuron]",
        "for p, x in zip(parameters, start):",
        "    p.data = x",
        *_settings(setup),
        "",
        "",
        *_loss(setup),
        "",
        "",
        *_loop(setup),
        *(_test(setup) if has_test else []),
    ]


def _settings(setup: Hyperparameters) -> Lines:
    lines = penalty_constants(setup)
    lines += [f"{name} = [0.0] * len(parameters)" for name in STATES[setup.optimizer.name]]
    if setup.rate_factors:
        lines += [
            f"FACTORS = {list(setup.rate_factors)!r}  # of the rate, for each layer",
            "factors = [f for f, layer in zip(FACTORS, model.layers) for _ in layer.parameters()]",
        ]
    if is_penalty_apart(setup):
        if setup.rate_factors:
            lines.append(
                "weight_factors = [f for f, layer in zip(FACTORS, model.layers) "
                "for neuron in layer.neurons for _ in neuron.w]"
            )
        lines += [
            "weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]",
            *(["dead = set()  # weights that L1 has taken through zero"] if setup.l1 else []),
        ]
    return lines


def _loss(setup: Hyperparameters) -> Lines:
    share = " * (1 / len(found))" if setup.reduction == "mean" else ""
    lines = [
        "def loss_of(batch, inputs, targets):",
        '    """The loss of some points, without penalties."""',
        "    found = []",
        "    for i in batch:",
        "        o, t = model([Value(x) for x in inputs[i]]), targets[i]",
        f"        found.append({_LOSSES[setup.loss]})",
        f"    return sum(found){share}",
    ]
    each = "weights" if is_penalty_apart(setup) else "parameters"
    return [*lines, *penalty_function(setup, "p.abs()", "p * p", each, each)]


def _loop(setup: Hyperparameters) -> Lines:
    is_apart = is_penalty_apart(setup)
    in_loss = has_penalty(setup) and not is_apart
    settings = setup.optimizer.to_dict()
    rows = [line.format(**settings) for line in _UPDATES[setup.optimizer.name]]
    has_own_rates = bool(setup.rate_factors)
    needs_index = len(rows) > 1 or has_own_rates
    places = "i, p in enumerate(parameters)" if needs_index else "p in parameters"
    return [
        "losses = []",
        "for step, batch in zip(range(STEPS), batches()):",
        "    # forward",
        f"    loss = loss_of(batch, INPUTS, TARGETS){' + penalty()' if in_loss else ''}",
        f"    losses.append(loss.data{' + penalty().data' if is_apart else ''})",
        "    # backward",
        *(["    model.zero_grad()"] if setup.zero_grad else []),
        "    loss.backward()",
        "    # update",
        *([] if has_own_rates else ["    r = rate(step)"]),
        *(["    before = [w.data for w in weights]"] if is_apart else []),
        f"    for {places}:",
        *(["        r = rate(step) * factors[i]"] if has_own_rates else []),
        *(f"        {row}" for row in rows),
        *(_shrink(setup) if is_apart else []),
        *PROGRESS,
    ]


def _shrink(setup: Hyperparameters) -> Lines:
    """TensorFlow Playground's regularization, after the error step."""
    slope = slope_of_penalty(setup, "((b > 0) - (b < 0))", "L2 * b")
    rate = "rate(step) * weight_factors[i]" if setup.rate_factors else "r"
    lines = [
        "    for i, (w, b) in enumerate(zip(weights, before)):",
        f"        shrunk = w.data - {rate} * ({slope})",
    ]
    if setup.l1:
        lines += [
            "        if w.data * shrunk < 0.0:",
            "            dead.add(i)",
            "        shrunk = 0.0 if i in dead else shrunk",
        ]
    return [*lines, "        w.data = shrunk"]


def _test(setup: Hyperparameters) -> Lines:
    return [
        "",
        "test_loss = loss_of(range(len(TEST_INPUTS)), TEST_INPUTS, TEST_TARGETS)",
        'print(f"test loss {test_loss.data:.6g}")',
    ]
