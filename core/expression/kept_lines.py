"""What an edit does not change stays as it was typed: lines of a function, and all numbers."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_DECIMAL = re.compile(r"[\d_.]+([eE][-+]?[\d_]+)?")

LONGEST_LINE = 100  # characters of a function that goes on standing on one line


def with_kept_lines(former: str, printed: str) -> str:
    """`printed`, with the lines of `former` that say the same in place of its own.

    Both are functions; a comment on lines of its own stays above the line that it was above, and
    a function on one line stays on one where it still fits.
    """
    printed = Spelling(former).applied(printed)
    now = ast.parse(printed).body[0]
    assert isinstance(now, ast.FunctionDef)
    renamed = re.sub(r"^def(\s+)\w+", rf"def\g<1>{now.name}", former, count=1)
    if _said(renamed) == _said(printed):
        return renamed
    if "\n" not in former:
        head, *body = (line.strip() for line in printed.splitlines())
        line = f"{head} {'; '.join(body)}"
        return line if len(line) <= LONGEST_LINE else printed
    formerly: list[tuple[str, list[str], str]] = []  # what a line says, what is above it, the line
    above: list[str] = []
    for line in former.splitlines():
        said = _said(line)
        if said is None:  # a formula over several lines: what is above what is not clear
            return printed
        if said:
            formerly.append((said, above, line.strip()))
            above = []
        else:
            above.append(line.strip())
    return "\n".join(_merged(formerly, printed.splitlines()))


def _merged(formerly: list[tuple[str, list[str], str]], printed: list[str]) -> Iterator[str]:
    """The printed lines, each with the comments of the former line that it is, or follows."""
    kept: dict[str, list[str]] = {}
    for said, above, line in reversed(formerly):
        kept[said] = [*above, line]
    said_now = [_said(line) or "" for line in printed]
    for number, line in enumerate(printed):
        indentation = line[: len(line) - len(line.lstrip())]
        same = kept.pop(said_now[number], None)
        if same is None:
            same = [line.strip()]
            if len(formerly) == len(printed) and formerly[number][0] not in said_now:
                _said_then, above, then = formerly[number]  # renamed, or computed otherwise
                same = [*above, same[0] + _comment(then)]
        yield from (f"{indentation}{part}" if part else "" for part in same)


def _comment(line: str) -> str:
    """The comment at a line's end with the space before it, or ""."""
    for token in tokenize.generate_tokens(io.StringIO(line).readline):
        if token.type == tokenize.COMMENT:
            before = line[: token.start[1]]
            return line[len(before.rstrip()) :]
    return ""


class Spelling:
    """How a text spells its numbers: `3` or `3e0`, where printing says `3.0`."""

    def __init__(self, former: str) -> None:
        self._ways: dict[float, list[str]] = {}
        for number, token in _numbers(former):
            self._ways.setdefault(number, []).append(token.string)
        self._is_plain = all(
            way == repr(number) for number, ways in self._ways.items() for way in ways
        )

    def applied(self, printed: str) -> str:
        """`printed`, with these spellings; several of a number are taken in their order."""
        if self._is_plain:
            return printed
        lines = printed.splitlines(keepends=True)
        ways = {number: iter(some) for number, some in self._ways.items()}
        found = [
            (token, next(ways[number], self._ways[number][-1]))
            for number, token in _numbers(printed)
            if number in ways
        ]
        for token, way in reversed(found):
            (row, start), (_row, end) = token.start, token.end
            lines[row - 1] = lines[row - 1][:start] + way + lines[row - 1][end:]
        return "".join(lines)


def _numbers(text: str) -> Iterator[tuple[float, tokenize.TokenInfo]]:
    """The decimal numbers of a text, and where they stand."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NUMBER and _DECIMAL.fullmatch(token.string):
                yield float(token.string), token
    except (tokenize.TokenError, SyntaxError):
        return  # the rest is no code


def _said(line: str) -> str | None:
    """What code says, without its layout; "" for a comment, None where it is no statement."""
    code = line.strip()
    tree = _parsed(code) or (_parsed(f"{code}\n    0") if code.startswith("def ") else None)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            node.value = float(node.value)
    return ast.dump(tree) if tree.body else ""


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except SyntaxError:
        return None
