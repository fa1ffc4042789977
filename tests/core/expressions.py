"""Random expressions, written once and built with any engine: Value, PyTorch or plain floats.

An engine is a mapping from the names of the op table to functions. The blocks keep numbers
small, so that a difference in the last digit stays one.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

Engine = Mapping[str, Callable[..., Any]]


def random_expression(seed: int, leaves: list[Any], size: int, engine: Engine) -> Any:
    """One output that depends on all leaves, through about `size` blocks, many of them shared."""
    draw = random.Random(seed)
    pool = list(leaves)
    for _ in range(size):
        block = draw.choice(BLOCKS)
        pool.append(block(engine, draw.choice(pool), draw.choice(pool)))
    output = pool[0]
    for v in pool[1:]:
        output = engine["add"](output, v)
    return output


# One block for each row of the op table; `x` may be the same node as `y`.
BLOCKS: list[Callable[[Engine, Any, Any], Any]] = [
    lambda e, x, y: e["add"](x, y),
    lambda e, x, y: e["sub"](x, y),
    lambda e, x, y: e["mul"](e["tanh"](x), y),
    lambda e, x, y: e["div"](x, e["add"](e["softplus"](y), 1.0)),
    lambda e, x, y: e["pow"](e["add"](e["softplus"](x), 0.5), e["tanh"](y)),
    lambda e, x, y: e["pow"](e["sin"](x), 3.0),
    lambda e, x, y: e["neg"](x),
    lambda e, x, y: e["exp"](e["tanh"](x)),
    lambda e, x, y: e["log"](e["add"](e["softplus"](x), 0.1)),
    lambda e, x, y: e["sqrt"](e["add"](e["mul"](x, x), 1.0)),
    lambda e, x, y: e["sigmoid"](x),
    lambda e, x, y: e["relu"](x),
    lambda e, x, y: e["cos"](x),
    lambda e, x, y: e["abs"](x),
    lambda e, x, y: e["min"](x, y),
    lambda e, x, y: e["max"](x, y),
]


class Recorder(dict[str, Callable[..., Any]]):
    """An engine of Value methods, made from the op table's names."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        infix: dict[str, Callable[[Any, Any], Any]] = {
            "add": lambda x, y: x + y,
            "sub": lambda x, y: x - y,
            "mul": lambda x, y: x * y,
            "div": lambda x, y: x / y,
            "pow": lambda x, y: x**y,
        }
        self[name] = infix.get(name) or (lambda x, *others: getattr(x, name)(*others))
        return self[name]


VALUES: Engine = Recorder()
