"""The training loop as PyTorch writes it."""

from core.hyperparameters import Hyperparameters
from core.network.code_parts import (
    PROGRESS,
    Lines,
    has_penalty,
    is_penalty_apart,
    penalty_constants,
    penalty_function,
    slope_of_penalty,
)

_MODULES = {"tanh": "torch.nn.Tanh()", "relu": "torch.nn.ReLU()", "sigmoid": "torch.nn.Sigmoid()"}
_FUNCTIONS = {
    "softplus": "torch.logaddexp(x, torch.zeros_like(x))",  # PyTorch's own is cut off at 20
    "neg": "-x",
}
_LOSSES = {
    "squared_error": "(o - t) ** 2",
    "half_squared_error": "0.5 * (o - t) ** 2",
    "hinge": "torch.relu(1.0 - t * o)",
    "logistic": "torch.logaddexp(-t * o, torch.zeros_like(o))",
}
_OPTIMIZERS = {
    "sgd": "SGD(parameters, lr=rate(0))",
    "momentum": "SGD(parameters, lr=rate(0), momentum={beta})",
    "rmsprop": "RMSprop(parameters, lr=rate(0), alpha={alpha}, eps={epsilon})",
    "adam": "Adam(parameters, lr=rate(0), betas=({beta1}, {beta2}), eps={epsilon})",
    "adamw": (
        "AdamW(\n    parameters, lr=rate(0), betas=({beta1}, {beta2}), eps={epsilon}, "
        "weight_decay={weight_decay}\n)"
    ),
}


def torch_lines(setup: Hyperparameters, *, has_test: bool) -> Lines:
    """From the device to the last printed loss."""
    return [
        "torch.set_default_dtype(torch.float64)",
        'device = "cuda" if torch.cuda.is_available() else "cpu"',
        "inputs = torch.tensor(INPUTS, device=device)",
        "targets = torch.tensor(TARGETS, device=device)",
        *_network(setup),
        "parameters = list(model.parameters())",
        *_groups(setup),
        *_settings(setup),
        *_optimizer(setup),
        "",
        "",
        *_loss(setup),
        "",
        "",
        *_loop(setup),
        *(_test(setup) if has_test else []),
    ]


def _network(setup: Hyperparameters) -> Lines:
    names = [*setup.activations, setup.output]
    functions = sorted({name for name in names if name not in _MODULES and name != "linear"})
    lines: Lines = []
    for name in functions:
        formula = _FUNCTIONS.get(name, f"torch.{name}(x)")
        lines += [
            "", "", f"class {name.title()}(torch.nn.Module):", "    def forward(self, x):",
            f"        return {formula}",
        ]  # fmt: skip
    lines += ["", "", "model = torch.nn.Sequential("]
    for n_inputs, neurons, name in zip(setup.sizes, setup.sizes[1:], names):
        lines.append(f"    torch.nn.Linear({n_inputs}, {neurons}),")
        if name != "linear":
            lines.append(f"    {_MODULES.get(name, f'{name.title()}()')},")
    return [
        *lines,
        ").to(device)",
        "linears = [layer for layer in model if isinstance(layer, torch.nn.Linear)]",
        "with torch.no_grad():",
        "    for layer, start in zip(linears, START):",
        "        start = torch.tensor(start)",
        "        layer.weight.copy_(start[:, :-1])",
        "        layer.bias.copy_(start[:, -1])",
    ]


def _settings(setup: Hyperparameters) -> Lines:
    lines = penalty_constants(setup)
    if is_penalty_apart(setup):
        lines.append("weights = [layer.weight for layer in linears]")
        if setup.l1:
            lines.append("dead = [torch.zeros_like(w, dtype=torch.bool) for w in weights]")
    return lines


def _groups(setup: Hyperparameters) -> Lines:
    """Layers with rates of their own are parameter groups."""
    if not setup.rate_factors:
        return []
    return [
        f"FACTORS = {list(setup.rate_factors)!r}  # of the rate, for each layer",
        'groups = [{"params": list(layer.parameters())} for layer in linears]',
    ]


def _optimizer(setup: Hyperparameters) -> Lines:
    settings = setup.optimizer.to_dict()
    text = _OPTIMIZERS[settings["name"]].format(**settings)
    if setup.rate_factors:
        text = text.replace("parameters, lr", "groups, lr")
    return f"optimizer = torch.optim.{text}".split("\n")


def _set_rate(setup: Hyperparameters) -> Lines:
    if not setup.rate_factors:
        return ['    optimizer.param_groups[0]["lr"] = rate(step)']
    return [
        "    for group, factor in zip(optimizer.param_groups, FACTORS):",
        '        group["lr"] = rate(step) * factor',
    ]


def _loss(setup: Hyperparameters) -> Lines:
    lines = [
        "def loss_of(o, t):",
        '    """The loss of some outputs, without penalties."""',
        f"    return ({_LOSSES[setup.loss]}).{setup.reduction}()",
    ]
    each = "weights" if is_penalty_apart(setup) else "parameters"
    return [*lines, *penalty_function(setup, "p.abs().sum()", "(p * p).sum()", each, each)]


def _loop(setup: Hyperparameters) -> Lines:
    is_apart = is_penalty_apart(setup)
    in_loss = has_penalty(setup) and not is_apart
    loss = "loss_of(model(inputs[batch])[:, 0], targets[batch])"
    return [
        "losses = []",
        "for step, batch in zip(range(STEPS), batches()):",
        *_set_rate(setup),
        f"    loss = {loss}{' + penalty()' if in_loss else ''}",
        f"    losses.append(loss.item(){' + penalty().item()' if is_apart else ''})",
        *(["    optimizer.zero_grad()"] if setup.zero_grad else []),
        "    loss.backward()",
        *(["    before = [w.detach().clone() for w in weights]"] if is_apart else []),
        "    optimizer.step()",
        *(_shrink(setup) if is_apart else []),
        *PROGRESS,
    ]


def _shrink(setup: Hyperparameters) -> Lines:
    """TensorFlow Playground's regularization, after the error step."""
    slope = slope_of_penalty(setup, "b.sign()", "L2 * b")
    factor = " * FACTORS[i]" if setup.rate_factors else ""
    lines = [
        "    with torch.no_grad():",
        "        for i, (w, b) in enumerate(zip(weights, before)):",
        f"            shrunk = w - rate(step){factor} * ({slope})",
    ]
    if setup.l1:  # a weight that L1 takes through zero stays there
        lines += [
            "            dead[i] |= w * shrunk < 0.0",
            "            shrunk = torch.where(dead[i], torch.zeros_like(w), shrunk)",
        ]
    return [*lines, "            w.copy_(shrunk)"]


def _test(setup: Hyperparameters) -> Lines:
    return [
        "",
        "with torch.no_grad():",
        "    test = torch.tensor(TEST_INPUTS, device=device)",
        "    test_loss = loss_of(model(test)[:, 0], torch.tensor(TEST_TARGETS, device=device))",
        'print(f"test loss {test_loss.item():.6g}")',
    ]
