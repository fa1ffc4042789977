"""Runs a benchmark by name: `python -m tests.benchmarks engine`; without a name it lists them.

A benchmark is a module of this package with a function `main(arguments) -> int`, the exit status.
"""

import importlib
import importlib.util
import pkgutil
import sys

import tests.benchmarks


def names() -> list[str]:
    """The modules of this package that have a `main`."""
    found = []
    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        spec = importlib.util.find_spec(f"tests.benchmarks.{module.name}")
        if spec is None or spec.origin is None or module.name.startswith("_"):
            continue
        with open(spec.origin, encoding="utf-8") as source:
            if any(line.startswith("def main(") for line in source):
                found.append(module.name)
    return found


def run(arguments: list[str]) -> int:
    """The benchmark named first, with the other arguments; "all" for one after the other."""
    known = names()
    if arguments and arguments[0] == "all":
        return max(run([name]) for name in known)
    if not arguments or arguments[0] not in known:
        print(f"usage: python -m tests.benchmarks all|{'|'.join(known)}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"tests.benchmarks.{arguments[0]}")
    status: int = module.main(arguments[1:])
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
