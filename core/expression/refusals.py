"""What is said about the Python that an expression may not contain."""

import ast
from difflib import get_close_matches

REFUSED = {
    ast.AsyncFunctionDef: ("async is not understood here.", "Write def f(x): return …"),
    ast.Return: ("return can only stand in a function.", ""),
    ast.For: ("Loops are not understood here.", "Write each line out."),
    ast.While: ("Loops are not understood here.", "Write each line out."),
    ast.If: ("if is not understood here.", "Use relu, min or max."),
    ast.IfExp: ("if is not understood here.", "Use relu, min or max."),
    ast.Compare: ("Comparisons are not understood here.", "Use relu, min or max."),
    ast.Lambda: ("lambda is not understood here.", ""),
    ast.ListComp: ("Lists are not understood here.", "Write each value out."),
    ast.List: ("Lists are not understood here.", "Write each value out."),
    ast.Tuple: ("Several values can't stand here.", "Write one value."),
    ast.Subscript: ("Indexing is not understood here.", "Give each value a name, as x1."),
    ast.AnnAssign: ("Type annotations are not understood here.", ""),
    ast.JoinedStr: ("Text has no value.", ""),
    ast.BoolOp: ("and, or are not understood here.", "Use min or max."),
    ast.NamedExpr: (":= is not understood here.", "Write it on a line of its own, with =."),
    ast.ClassDef: ("Classes are not understood here.", ""),
    ast.Pass: ("pass is not understood here.", ""),
}

REFUSED_NAMES = {
    "print": ("print is not understood here.", "Every value is shown anyway."),
    "ln": ("ln has no value.", "Did you mean log?"),
    "ReLU": ("ReLU has no value.", "Did you mean relu?"),
}
PYTHON_MODULES = {"math", "np", "numpy", "torch", "F"}

OPERATOR_NAMES = {"FloorDiv": "//", "Mod": "%", "MatMult": "@", "BitXor": "^", "BitAnd": "&",
                  "BitOr": "|", "LShift": "<<", "RShift": ">>", "Invert": "~", "Not": "not",
                  }  # fmt: skip


def refused_import(statement: ast.Import | ast.ImportFrom) -> tuple[str, str]:
    """What is said of an import, and what to do instead."""
    if isinstance(statement, ast.ImportFrom):
        named = [statement.module or "."]
    else:
        named = [alias.name for alias in statement.names]
    module = named[0].partition(".")[0]
    works = {
        "micrograd": "Value is there already",
        "torch": "tanh(x), exp(x) … work without it",
    }.get(module, "all ops are there already")
    return f"{shorten(module) or 'This'} can't be imported here.", f"Delete this line: {works}."


def did_you_mean(name: str, candidates: "dict[str, str] | list[str]") -> str:
    """A suggestion of the nearest name, or ""."""
    near = [c for c in candidates if abs(len(c) - len(name)) <= 2][-1000:]
    same = [c for c in near if c.lower() == name.lower()]
    found = same or (get_close_matches(name, near, 1) if len(name) <= 40 else [])
    return f"Did you mean {found[0]}?" if found else ""


def written(operator: ast.operator | ast.unaryop) -> str:
    """The operator as it is typed."""
    name = type(operator).__name__
    return OPERATOR_NAMES.get(name, name)


def shorten(word: str) -> str:
    """The word, cut where a message would grow too long."""
    return word if len(word) <= 24 else f"{word[:24]}…"
