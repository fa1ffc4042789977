"""The training loop as PyTorch writes it."""

from core.hyperparameters import Hyperparameters

Lines = list[str]

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
    lines = [f"{name.upper()} = {x!r}" for name in ("l1", "l2") if (x := getattr(setup, name))]
    if lines and setup.regularization == "playground":
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
    if setup.l1 or setup.l2:
        is_playground = setup.regularization == "playground"
        over, half = ("weights", "0.5 * ") if is_playground else ("parameters", "")
        terms = []
        if setup.l1:
            terms.append(f"L1 * sum(p.abs().sum() for p in {over})")
        if setup.l2:
            terms.append(f"{half}L2 * sum((p * p).sum() for p in {over})")
        total = " + ".join(terms)
        lines += ["", "", "def penalty():", f'    """Of all {over}."""', f"    return {total}"]
    return lines


def _loop(setup: Hyperparameters) -> Lines:
    has_penalty = bool(setup.l1 or setup.l2)
    is_playground = has_penalty and setup.regularization == "playground"
    loss = "loss_of(model(inputs[batch])[:, 0], targets[batch])"
    lines = [
        "losses = []",
        "for step, batch in zip(range(STEPS), batches()):",
        *_set_rate(setup),
        f"    loss = {loss}{' + penalty()' if has_penalty and not is_playground else ''}",
        f"    losses.append(loss.item(){' + penalty().item()' if is_playground else ''})",
        *(["    optimizer.zero_grad()"] if setup.zero_grad else []),
        "    loss.backward()",
        *(["    before = [w.detach().clone() for w in weights]"] if is_playground else []),
        "    optimizer.step()",
    ]
    if is_playground:
        lines += _shrink(setup)
    return [
        *lines,
        "    if step % max(1, STEPS // 20) == 0 or step == STEPS - 1:",
        '        print(f"step {step}: loss {losses[-1]:.6g}")',
    ]


def _shrink(setup: Hyperparameters) -> Lines:
    """TensorFlow Playground's regularization, after the error step."""
    terms = []
    if setup.l1:
        terms.append("L1 * b.sign()")
    if setup.l2:
        terms.append("L2 * b")
    change = " + ".join(terms)
    factor = " * FACTORS[i]" if setup.rate_factors else ""
    lines = [
        "    with torch.no_grad():",
        "        for i, (w, b) in enumerate(zip(weights, before)):",
        f"            shrunk = w - rate(step){factor} * ({change})",
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
