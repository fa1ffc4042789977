"""The op table's formulas as people read them: with real names, with numbers, in LaTeX.

A formula such as `where(x > 0, 1.0, 0.0)` is read into a small tree, simplified, and written as
"1 where n > 0, else 0". The text is the very one that computes, so that what is shown can't
differ from what is done.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.numbers import MINUS, format_number
from core.ops import OPS, Op

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 6)

Written = tuple[str, int]  # text, and how tightly it holds together

_SUPERSCRIPTS = str.maketrans("0123456789" + MINUS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Term:
    """A part of a formula. kind: number, name, + - * / ^, neg, cases, < > <= >= = & or a function.

    `cases` holds condition, term, condition, term ..., and last the term of all other cases.
    """

    kind: str
    parts: tuple["Term", ...] = ()
    number: float = 0.0
    name: str = ""


ONE = Term("number", number=1.0)


def number(value: float) -> Term:
    return Term("number", number=float(value))


def name(text: str) -> Term:
    return Term("name", name=text)


# ----- reading -----------------------------------------------------------------------------------

_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^", ast.BitAnd: "&",
}  # fmt: skip
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "=",
}  # fmt: skip
_FUNCTIONS = {"divide": "/", "power": "^", "maximum": "max", "minimum": "min", "negative": "neg"}


@lru_cache(maxsize=512)
def read_formula(formula: str) -> Term:
    """A formula of the op table as a Term."""
    return _read(ast.parse(formula, mode="eval").body)


def forward_term(op: Op) -> Term:
    """What an op does: operators as such, everything else as a function of its inputs."""
    inputs = (name("x"), name("y"))[: op.arity]
    if op.is_infix or op.name == "neg":
        return read_formula(op.forward)
    return Term(op.name, inputs)


def _read(node: ast.expr) -> Term:
    match node:
        case ast.Constant(value=int() | float() as value):
            return number(value)
        case ast.Name(id=text):
            return name(text)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Term("neg", (_read(operand),))
        case ast.BinOp(left=left, op=operator, right=right):
            return Term(_BINARY[type(operator)], (_read(left), _read(right)))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return Term(_COMPARISONS[type(operator)], (_read(left), _read(right)))
        case ast.Call(func=ast.Name(id="where"), args=[condition, then, other]):
            rest = _read(other)
            parts = rest.parts if rest.kind == "cases" else (rest,)
            return Term("cases", (_read(condition), _read(then), *parts))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return Term(_FUNCTIONS.get(function, function), tuple(_read(a) for a in arguments))
    raise ValueError(f"no notation for {ast.unparse(node)}")


# ----- simplifying -------------------------------------------------------------------------------


def simplify(term: Term, known: Mapping[str, float], chosen: Mapping[str, float] = {}) -> Term:
    """`term` with the `known` names as numbers, and as short as it gets without losing anything.

    chosen: numbers by which cases are decided, though their names stay.
    """
    if term.kind == "name":
        return number(known[term.name]) if term.name in known else term
    if term.kind == "number":
        return term
    if term.kind == "cases":
        return _simplify_cases(term, known, chosen)
    parts = tuple(simplify(part, known, chosen) for part in term.parts)
    if all(part.kind == "number" for part in parts) and term.kind in _FOLDED:
        return number(OPS[_FOLDED[term.kind]](*(part.number for part in parts)))
    if term.kind == "*" and ONE in parts:
        return parts[1] if parts[0] == ONE else parts[0]
    if term.kind == "*" and parts[0] == parts[1]:
        return Term("^", (parts[0], number(2)))
    if term.kind == "^" and parts[1].kind == "number" and parts[1].number in (0.0, 1.0):
        return parts[0] if parts[1].number else ONE
    return Term(term.kind, parts)


_FOLDED = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "neg": "neg"}


def _simplify_cases(term: Term, known: Mapping[str, float], chosen: Mapping[str, float]) -> Term:
    left: list[Term] = []
    for condition, then in zip(term.parts[:-1:2], term.parts[1::2]):
        holds = _holds(condition, {**known, **chosen})
        if holds is None:
            left += [_open_part(condition, known, chosen), simplify(then, known, chosen)]
        elif holds:
            left.append(simplify(then, known, chosen))
            break
    else:
        left.append(simplify(term.parts[-1], known, chosen))
    return left[0] if len(left) == 1 else Term("cases", tuple(left))


_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}


def _open_part(condition: Term, known: Mapping[str, float], chosen: Mapping[str, float]) -> Term:
    """A condition without what is known to hold."""
    if condition.kind == "&":
        undecided = [p for p in condition.parts if _holds(p, {**known, **chosen}) is None]
        if len(undecided) == 1:
            condition = undecided[0]
    return simplify(condition, known, chosen)


def _holds(condition: Term, known: Mapping[str, float]) -> bool | None:
    """Whether a condition is true; None where a number that it needs is not known."""
    if condition.kind == "&":
        both = [_holds(part, known) for part in condition.parts]
        return False if False in both else (None if None in both else True)
    sides = [simplify(part, known) for part in condition.parts]
    if any(side.kind != "number" for side in sides):
        return None
    return _TESTS[condition.kind](sides[0].number, sides[1].number)


# ----- writing -----------------------------------------------------------------------------------


def to_text(term: Term, names: Mapping[str, str]) -> str:
    """The formula in plain text, with × and − and superscripts."""
    return _text(term, names)[0]


def to_numbers(term: Term, numbers: Mapping[str, float]) -> str:
    """The formula with numbers in place of all names, cases decided."""
    decided = simplify(term, {}, numbers)
    return to_text(decided, {key: format_number(value) for key, value in numbers.items()})


_RELATIONS = {"<=": "≤", ">=": "≥"}


def _text(term: Term, names: Mapping[str, str]) -> Written:
    if term.kind in ("number", "name"):
        shown = format_number(term.number) if term.kind == "number" else names[term.name]
        return shown, _SIGN if shown.startswith(MINUS) else _ATOM
    if term.kind == "cases":
        return _text_of_cases(term, names), 0
    if term.kind in _TESTS or term.kind == "&":
        left, right = (to_text(part, names) for part in term.parts)
        relation = "and" if term.kind == "&" else _RELATIONS.get(term.kind, term.kind)
        return f"{left} {relation} {right}", 0
    parts = [_text(part, names) for part in term.parts]
    match term.kind:
        case "neg":
            return f"{MINUS}{_in_brackets(parts[0], _POWER)}", _SIGN
        case "+" | "-":
            # "2 + (−3)", though "2 × −3" needs no brackets.
            second = (parts[1][0], _SUM if parts[1][1] == _SIGN else parts[1][1])
            glyph = MINUS if term.kind == "-" else "+"
            first = _in_brackets(parts[0], _SUM)
            return f"{first} {glyph} {_in_brackets(second, _PRODUCT)}", _SUM
        case "*" | "/":
            glyph = "×" if term.kind == "*" else "/"
            first = _in_brackets(parts[0], _PRODUCT)
            return f"{first} {glyph} {_in_brackets(parts[1], _SIGN)}", _PRODUCT
        case "^":
            return f"{_in_brackets(parts[0], _ATOM)}{_exponent(parts[1])}", _POWER
        case "sqrt":
            return f"√{_in_brackets(parts[0], _ATOM)}", _POWER
        case "abs":
            return f"|{parts[0][0]}|", _ATOM
        case "logaddexp":
            return f"log(exp({parts[0][0]}) + exp({parts[1][0]}))", _ATOM
    row = OPS.get(term.kind)
    function = row.glyph if row and row.glyph.isalpha() else term.kind
    return f"{function}({', '.join(text for text, _ in parts)})", _ATOM


def _text_of_cases(term: Term, names: Mapping[str, str]) -> str:
    cases = [
        f"{_text(then, names)[0]} where {_text(condition, names)[0]}"
        for condition, then in zip(term.parts[:-1:2], term.parts[1::2])
    ]
    return f"{', '.join(cases)}, else {_text(term.parts[-1], names)[0]}"


def _exponent(written: Written) -> str:
    text, tightness = written
    if text.lstrip(MINUS).isdecimal():
        return text.translate(_SUPERSCRIPTS)
    return f"^{text}" if tightness == _ATOM else f"^({text})"


def _in_brackets(written: Written, needed: int) -> str:
    text, tightness = written
    return text if tightness >= needed else f"({text})"


# ----- LaTeX -------------------------------------------------------------------------------------

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "varphi", "χ": "chi", "ψ": "psi",
    "ω": "omega",
}  # fmt: skip


def latex_name(text: str) -> str:
    """A name in LaTeX: x1 as x_{1}, loss upright, w_out with an index."""
    if text in _GREEK:
        return rf"\{_GREEK[text]}"
    head = text.rstrip("0123456789")
    digits = text[len(head) :]
    if len(head) == 1 and head != "_":
        head = latex_name(head) if head in _GREEK else head
        return f"{head}_{{{digits}}}" if digits else head
    escaped = text.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}"


def latex_number(value: float) -> str:
    """A number in LaTeX, to 4 significant digits."""
    text = format_number(value).replace(MINUS, "-")
    special = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}
    mantissa, e, exponent = text.partition("e")
    if text in special:
        return special[text]
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if e else text


def to_latex(term: Term, names: Mapping[str, str]) -> str:
    """The formula in LaTeX; `names` are LaTeX already."""
    return _latex(term, names)[0]


def _latex(term: Term, names: Mapping[str, str]) -> Written:
    if term.kind in ("number", "name"):
        text = latex_number(term.number) if term.kind == "number" else names[term.name]
        return text, _SIGN if text.startswith("-") else _ATOM
    if term.kind == "cases":
        return _latex_of_cases(term, names), _ATOM
    parts = [_latex(part, names) for part in term.parts]
    texts = [text for text, _ in parts]
    match term.kind:
        case "neg":
            return f"-{_grouped(parts[0], _POWER)}", _SIGN
        case "+" | "-":
            right = (texts[1], _SUM if parts[1][1] == _SIGN else parts[1][1])
            return f"{texts[0]} {term.kind} {_grouped(right, _PRODUCT)}", _SUM
        case "*":
            left = _grouped(parts[0], _PRODUCT)
            return rf"{left} \cdot {_grouped(parts[1], _POWER)}", _PRODUCT
        case "/":
            return rf"\frac{{{texts[0]}}}{{{texts[1]}}}", _ATOM
        case "^":
            return f"{{{_grouped(parts[0], _ATOM)}}}^{{{texts[1]}}}", _POWER
        case "logaddexp":
            return rf"\ln\left(e^{{{texts[0]}}} + e^{{{texts[1]}}}\right)", _ATOM
        case "&":
            return rf"{texts[0]} \text{{ and }} {texts[1]}", 0
        case kind if kind in _TESTS:
            relation = {"<=": r"\le", ">=": r"\ge"}.get(kind, kind)
            return f"{texts[0]} {relation} {texts[1]}", 0
    return _latex_of_function(term.kind, parts)


def _latex_of_function(function: str, parts: list[Written]) -> Written:
    row = OPS.get(function)
    if row is None:
        inner = ", ".join(text for text, _ in parts)
        return rf"\operatorname{{{function}}}\left({inner}\right)", _ATOM
    # Rows such as \ln {x} leave brackets to their input.
    needs_brackets = row.latex.endswith(" {x}") and not row.latex.startswith("-")
    needed = _ATOM if needs_brackets else 0
    inputs: dict[str, Any] = {key: _grouped(part, needed) for key, part in zip(("x", "y"), parts)}
    return row.latex.format(**inputs), _POWER if needs_brackets else _ATOM


def _latex_of_cases(term: Term, names: Mapping[str, str]) -> str:
    rows = [
        rf"{_latex(then, names)[0]} & {_latex(condition, names)[0]}"
        for condition, then in zip(term.parts[:-1:2], term.parts[1::2])
    ]
    rows.append(rf"{_latex(term.parts[-1], names)[0]} & \text{{else}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _grouped(written: Written, needed: int) -> str:
    text, tightness = written
    return text if tightness >= needed else rf"\left({text}\right)"
