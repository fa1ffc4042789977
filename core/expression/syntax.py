"""From text to Python's syntax tree, with every refusal explained in plain words.

`ast.parse` is the only part of Python that ever sees the text; nothing is compiled or run. What
would exhaust the parser is refused before it.
"""

import ast
import keyword
import re
import warnings
from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from core.graph import LONGEST_NAME
from core.ops import OPS

MAX_BYTES = 200_000
MAX_LINE = 20_000  # characters
MAX_TERMS = 2_000  # of one sum or product; Python's own limit depends on its version
MAX_DIGITS = 4_000  # of a whole number; a float64 has 309 at most, Python reads 4,300
MAX_DEPTH = 100  # brackets within brackets, signs before signs, calls within calls

TOO_LONG = "This is too long for one formula."


class ExpressionError(ValueError):
    """What is wrong in a text and where: line and column from 1, in characters.

    length: characters to underline, at least 1. suggestion: a sentence that may help, or "".
    """

    def __init__(
        self, message: str, line: int = 1, column: int = 1, length: int = 1, suggestion: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.length = length
        self.suggestion = suggestion

    def __str__(self) -> str:
        place = f"Line {self.line}, column {self.column}: {self.message}"
        return f"{place} {self.suggestion}" if self.suggestion else place


class Span(NamedTuple):
    """Characters start to end of a text, counted from 0."""

    start: int
    end: int


def _line_starts(text: str) -> list[int]:
    if "\r" in text:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]
    before_last = text.split("\n")[:-1]
    return list(accumulate((len(line) + 1 for line in before_last), initial=0))


class Lines:
    """The lines of a text as Python counts them, to convert the tree's places.

    The tree counts columns in bytes of UTF-8; people and Qt count characters.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = _line_starts(text)
        self._is_ascii = text.isascii()
        self._byte_columns: dict[int, list[int]] = {}  # of each character, where not ASCII

    @property
    def count(self) -> int:
        return len(self._starts)

    def offset(self, line: int, byte_column: int) -> int:
        """The place of a line (from 1) and byte column (from 0) in the text."""
        start = self._starts[line - 1]
        if self._is_ascii or byte_column == 0:
            return start + byte_column
        if line not in self._byte_columns:
            widths = (len(character.encode()) for character in self.line(line))
            self._byte_columns[line] = list(accumulate(widths, initial=0))
        return start + bisect_left(self._byte_columns[line], byte_column)

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> Span:
        """Where a part of the tree stands in the text."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.offset(node.lineno, node.col_offset)
        return Span(start, self.offset(node.end_lineno, node.end_col_offset))

    def line(self, line: int) -> str:
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[self._starts[line - 1] : end]

    def lengths(self) -> list[int]:
        """Characters of each line, its end included."""
        return list(map(sub, [*self._starts[1:], len(self.text)], self._starts))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def error(self, message: str, span: Span, suggestion: str = "") -> ExpressionError:
        line, column = self.place(span.start)
        rest = self.line(line).rstrip("\r\n")[column - 1 :]
        length = max(1, min(span.end - span.start, len(rest)))
        return ExpressionError(message, line, column, length, suggestion)


def refusal_by_size(*parts: str) -> ExpressionError | None:
    """Why a text that these parts make up is not even looked at; None where it may be."""
    size = sum([
        len(part) if part.isascii() else len(part.encode("utf-8", "surrogatepass"))
        for part in parts
    ])  # fmt: skip
    if size <= MAX_BYTES:
        return None
    return ExpressionError(
        f"The text has {size / 1000:,.0f} kB; more than {MAX_BYTES // 1000} kB are not read."
    )


def read_tree(text: str) -> tuple[ast.Module, Lines]:
    """The syntax tree of `text`, and its lines. Raises ExpressionError."""
    too_large = refusal_by_size(text)
    if too_large is not None:
        raise too_large
    lines = Lines(text)
    _refuse_what_cannot_be_parsed(lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text), lines
    except SyntaxError as error:
        raise _explain(error, lines) from None
    except (RecursionError, MemoryError):
        longest = max(range(1, lines.count + 1), key=lambda line: len(lines.line(line)))
        raise ExpressionError(TOO_LONG, longest, 1, 1, "Give parts of it names.") from None
    except ValueError as error:
        raise ExpressionError(f"This text can't be read: {error}.") from None


TOO_MANY_DIGITS = "This number has too many digits.", "Write it as 1e300."

_TOKENS = re.compile(
    r"""
      (?P<skip> \#[^\r\n]* | \"{3}.*?\"{3} | '{3}.*?'{3}
              | "(?:\\.|[^"\\\r\n])*+"? | '(?:\\.|[^'\\\r\n])*+'? )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<signs> (?:[-+~]\s*+){2,}+ )
    | (?P<word> \w{100}\w++ )
    """,
    re.VERBOSE | re.DOTALL,
)


_NO_CHARACTER = re.compile(r"[\0\ud800-\udfff]")


def _refuse_what_cannot_be_parsed(lines: Lines) -> None:
    bad = _NO_CHARACTER.search(lines.text)
    if bad:
        raise lines.error("This is a character that no text should have.", Span(*bad.span()))
    for line, length in enumerate(lines.lengths(), 1):
        if length > MAX_LINE:
            raise _too_long(line)
    depth = start = 0
    for token in _TOKENS.finditer(lines.text):
        kind = token.lastgroup
        if kind == "open":
            start = start if depth else token.start()
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "word" and token[0].isdecimal() and len(token[0]) > MAX_DIGITS:
            raise lines.error(TOO_MANY_DIGITS[0], Span(*token.span()), TOO_MANY_DIGITS[1])
        elif kind == "word" and not token[0][0].isdigit():
            message = f"This has more than {LONGEST_NAME} characters, too many for a name."
            raise lines.error(message, Span(*token.span()))
        is_inside = depth > 0 or kind == "close"
        if is_inside and token.end() - start > MAX_LINE:  # brackets go on over lines
            raise _too_long(lines.place(start)[0])
        signs = sum(token[0].count(sign) for sign in "-+~") if kind == "signs" else 0
        if max(depth, signs) > MAX_DEPTH:
            raise too_deep(lines, Span(token.start(), token.start() + 1))
    if depth > 0 and len(lines.text) - start > MAX_LINE:
        raise lines.error("This bracket is never closed.", Span(start, start + 1))


def _too_long(line: int) -> ExpressionError:
    message = f"This formula has more than {MAX_LINE:,} characters."
    return ExpressionError(message, line, 1, 1, "Give parts of it names.")


def too_deep(lines: Lines, span: Span) -> ExpressionError:
    return lines.error(
        f"This is nested too deeply: more than {MAX_DEPTH} levels.", span, "Give parts of it names."
    )


# ----- SyntaxErrors in plain words ---------------------------------------------------------------

# A beginning or part of Python's message, and ours; {0} is the first quoted part of Python's.
_EXPLANATIONS = (
    ("was never closed", "This {0} is never closed.", ""),
    ("unmatched", "This {0} closes nothing.", ""),
    ("does not match opening", "This {0} does not close the bracket that is open.", ""),
    ("unterminated triple", "This text in quotes never ends.", ""),
    ("unterminated string", "This text in quotes has no closing quote.", ""),
    ("leading zeros", "A number can't begin with 0 and further digits.", ""),
    ("expected an indented block", "Something should follow the colon.", ""),
    ("indent", "This line begins with spaces.", "Start it at the left edge."),
    ("Exceeds the limit", *TOO_MANY_DIGITS),
    ("line continuation", "After \\ the line has to end.", ""),
    ("in call to 'print'", "print is not understood here.", "Every value is shown anyway."),
    ("cannot assign", "Only a name can stand left of =.", ""),
    ("illegal target", "Only a name can stand left of =.", ""),
    ("positional argument follows", "A plain input can't follow a named one.", ""),
    ("too many nested", "This is nested too deeply.", "Give parts of it names."),
)

_WRITE_INSTEAD = {
    "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "²": "**2",
    "³": "**3", "“": '"', "”": '"', "‘": "'", "’": "'", "√": "sqrt()", "∞": "inf", "，": ",",
    "（": "(", "）": ")", "＝": "=", "：": ":",
}  # fmt: skip


def _explain(error: SyntaxError, lines: Lines) -> ExpressionError:
    message, line = error.msg, error.lineno or 1
    line = min(line, lines.count)
    content = lines.line(line).rstrip("\r\n")
    column = min(max(error.offset or 1, 1), len(content) + 1)
    for part, ours, suggestion in _EXPLANATIONS:
        if part in message:
            quoted = re.search(r"'(.+?)'", message)
            ours = ours.format(quoted[1] if quoted else "")
            return ExpressionError(ours, line, column, 1, suggestion)
    if "non-printable" in message or "invalid character" in message:
        return _explain_character(message, line, content, column)
    if "literal" in message:
        return _explain_number(line, content, column)
    return _explain_token(line, content, column)


def _explain_character(message: str, line: int, content: str, column: int) -> ExpressionError:
    code = re.search(r"U\+([0-9A-Fa-f]+)", message)
    character = chr(int(code[1], 16)) if code else ""
    if character in content:
        column = content.index(character, min(column - 1, content.rindex(character))) + 1
    if not character.isprintable() or character.isspace():
        name = f"U+{ord(character):04X}" if character else "this"
        return ExpressionError(
            f"There is an invisible character here ({name}).", line, column, 1, "Delete it."
        )
    instead = _WRITE_INSTEAD.get(character)
    suggestion = f"Write {instead} instead." if instead else ""
    return ExpressionError(f"{character} is not understood here.", line, column, 1, suggestion)


def _explain_number(line: int, content: str, column: int) -> ExpressionError:
    """A number that runs into a name, as in 2x, or that stops short, as in 1e."""
    start = column - 1
    while start > 0 and (content[start - 1].isalnum() or content[start - 1] in "._"):
        start -= 1
    written = re.match(r"[\w.]*", content[start:])
    word = written[0] if written else ""
    parts = re.fullmatch(r"(\d+\.?\d*)([^\W\d]\w*)", word)
    suggestion = ""
    if parts and not parts[1].startswith("0") and parts[2].lower() != "e":
        suggestion = f"For a product write {parts[1]}*{parts[2]}."
    column = start + 1
    return ExpressionError(f"{word} is not a number.", line, column, max(1, len(word)), suggestion)


def _explain_token(line: int, content: str, column: int) -> ExpressionError:
    """Plain "invalid syntax": say what stands at the place where Python gave up."""
    rest = content[column - 1 :]
    before = content[: column - 1].rstrip()
    if not rest.strip() or rest.lstrip().startswith("#"):
        column = len(before) + 1
        what = "Something is missing at the end of the line."
        return ExpressionError(what, line, column, 1, "A name, a number or a bracket.")
    found = re.match(r"\w+|\*\*|[<>=!]=|.", rest.lstrip())
    token = found[0] if found else rest[0]
    column += len(rest) - len(rest.lstrip())
    former = re.search(r"[\w.]+$", before)
    word = former[0] if former else ""
    if keyword.iskeyword(token) or keyword.iskeyword(word):
        name = token if keyword.iskeyword(token) else word
        column = column if name == token else len(before) - len(name) + 1
        return ExpressionError(
            f"{name} is a word of Python that is not understood here.", line, column, len(name)
        )
    if word and (token[0].isalnum() or token[0] == "_"):
        missing = f"Write {word}({token})." if word in OPS else "An operator such as *."
        what = f"Something is missing between {word} and {token}."
        return ExpressionError(what, line, column, len(token), missing)
    return ExpressionError(f"{token} can't stand here.", line, column, len(token))


def decimal_comma(text: str) -> str:
    """'0.5' for a text such as '0,5', else ''."""
    written = re.match(r"\(?\s*([+-]?\d+),(\d+)", text)
    return f"{written[1]}.{written[2]}" if written else ""
