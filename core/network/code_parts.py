"""What the scripts of a run have in common, whatever they are written for."""

from core.hyperparameters import Hyperparameters

Lines = list[str]

# One number or array for each parameter, that an optimizer keeps from step to step.
STATES = {"sgd": "", "momentum": "v", "rmsprop": "v", "adam": "mv", "adamw": "mv"}

PROGRESS = [
    "    if step % max(1, STEPS // 20) == 0 or step == STEPS - 1:",
    '        print(f"step {step}: loss {losses[-1]:.6g}")',
]


def has_penalty(setup: Hyperparameters) -> bool:
    """Whether large parameters cost anything."""
    return bool(setup.l1 or setup.l2)


def is_penalty_apart(setup: Hyperparameters) -> bool:
    """Whether it is no part of the loss, but taken off the weights after each step."""
    return has_penalty(setup) and setup.regularization == "playground"


def penalty_constants(setup: Hyperparameters) -> Lines:
    """The names of l1 and l2, where they are not 0."""
    return [f"{name.upper()} = {x!r}" for name in ("l1", "l2") if (x := getattr(setup, name))]


def penalty_function(setup: Hyperparameters, size: str, square: str, each: str, what: str) -> Lines:
    """What all parameters cost.

    size, square: |p| and p * p, in the script's words; each: what p goes through; what: of the
    docstring.
    """
    if not has_penalty(setup):
        return []
    half = "0.5 * " if is_penalty_apart(setup) else ""
    total = _sum_of(
        setup, f"L1 * sum({size} for p in {each})", f"{half}L2 * sum({square} for p in {each})"
    )
    return ["", "", "def penalty():", f'    """Of all {what}."""', f"    return {total}"]


def slope_of_penalty(setup: Hyperparameters, sign: str, l2: str) -> str:
    """Its derivative by one parameter; `sign` is the sign of it, in the script's words."""
    return _sum_of(setup, f"L1 * {sign}", l2)


def _sum_of(setup: Hyperparameters, l1: str, l2: str) -> str:
    terms = [term for x, term in ((setup.l1, l1), (setup.l2, l2)) if x]
    return " + ".join(terms)
