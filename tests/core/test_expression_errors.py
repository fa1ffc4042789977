"""Every mistake is explained in plain words, at its place, at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.expression import ExpressionError, parse
from core.expression.syntax import MAX_BYTES
from tests.core.hostile_texts import HOSTILE


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "length", "message", "suggestion"),
    [
        # what has no value
        ("f = 1\nL = f * ff", (2, 9), 2, "ff has no value.", "Did you mean f?"),
        ("a = b\nb = 2", (1, 5), 1, "b has no value yet.", "Line 2 gives it one."),
        ("loss = 1\nLoss", (2, 1), 4, "Loss has no value.", "Did you mean loss?"),
        ("ä = 1; b = ä + äh", (1, 16), 2, "äh has no value.", "Did you mean ä?"),
        ("x += 1", (1, 1), 1, "x has no value.", "Give it one above: x = 1."),
        ("a = tanh", (1, 5), 4, "tanh needs its input in brackets, as tanh(x).", ""),
        # calls
        ("a = tahn(1)", (1, 5), 4, "There is no function tahn.", "Did you mean tanh?"),
        ("a = 1\na.tahn()", (2, 1), 6, ".tahn() is not understood here.", "Did you mean tanh?"),
        ("a = tanh(0,5)", (1, 5), 9, "tanh takes one input, not 2.",
         "Write 0.5 with a decimal point."),
        ("a = min(1)", (1, 5), 6, "min takes two inputs, not 1.", ""),
        ("a = 1; a.tanh(2)", (1, 8), 9, ".tanh takes nothing in its brackets, not 1.", ""),
        ("a = 1; math.exp(a)", (1, 8), 4, "math is not understood here.", "Write exp(…)."),
        ("a = 1; a(2)", (1, 8), 1, "a is a value, not a function.", "Write a*(…)?"),
        ("print(1)", (1, 1), 5, "print is not understood here.", "Every value is shown anyway."),
        ("a = Value('x')", (1, 11), 3, "Text has no value.", "Only a label is in quotes."),
        ("a = 1; b = Value(a)", (1, 18), 1, "Value takes a number here, not a Value.", ""),
        ("a = Value(0,5)", (1, 5), 10, "Value takes a number and a label.",
         "Write 0.5 with a decimal point."),
        ("2.0.backward()", (1, 1), 3, "A constant has nothing to go back to.", ""),
        # what Python has and an expression has not
        ("from micrograd.engine import Value", (1, 1), 34,
         "micrograd can't be imported here.", "Delete this line: Value is there already."),
        ("a = 1\nimport torch.nn as nn", (2, 1), 21, "torch can't be imported here.",
         "Delete this line: tanh(x), exp(x) … work without it."),
        ("from torch import *", (1, 1), 19, "torch can't be imported here.",
         "Delete this line: tanh(x), exp(x) … work without it."),
        ("import math, random", (1, 1), 19, "math can't be imported here.",
         "Delete this line: all ops are there already."),
        ("a = 1; a.data = 2", (1, 8), 6, ".data can't be set here.", "Only .label can."),
        ("a = 1\nb = a.grad", (2, 5), 6, ".grad is not understood here.", ""),
        ("a = 1 if 2 else 3", (1, 5), 13, "if is not understood here.",
         "Use relu, min or max."),
        ("for i in a: pass", (1, 1), 16, "Loops are not understood here.",
         "Write each line out."),
        ("async def f(x): return x", (1, 1), 24, "async is not understood here.",
         "Write def f(x): return …"),
        ("a = 2^3", (1, 5), 3, "^ is not understood here.", "Write a power as x**2."),
        ("a = 7 // 2", (1, 5), 6, "// is not understood here.", ""),
        ("a = ~7", (1, 5), 2, "~ is not understood here.", ""),
        ("a = True", (1, 5), 4, "True is not understood here.", ""),
        ("a = 2j", (1, 5), 2, "2j is not understood here.", ""),
        # numbers
        ("a = 0,5", (1, 5), 3, "A number has a decimal point.", "Write 0.5."),
        ("a = 1; b = 3,25 * a", (1, 12), 8, "A number has a decimal point.", "Write 3.25."),
        ("a = 2x", (1, 5), 2, "2x is not a number.", "For a product write 2*x."),
        ("a = 1e", (1, 5), 2, "1e is not a number.", ""),
        ("a = 0x", (1, 5), 2, "0x is not a number.", ""),
        # syntax
        ("a = (1 + 2", (1, 5), 1, "This ( is never closed.", ""),
        ("a = 1)", (1, 6), 1, "This ) closes nothing.", ""),
        ("a = 1 +", (1, 8), 1, "Something is missing at the end of the line.",
         "A name, a number or a bracket."),
        ("a = 1\nb = a +  # why", (2, 8), 1, "Something is missing at the end of the line.",
         "A name, a number or a bracket."),
        ("a = 1; b = 2 a", (1, 14), 1, "Something is missing between 2 and a.",
         "An operator such as *."),
        ("n = 1\no = tanh n", (2, 10), 1, "Something is missing between tanh and n.",
         "Write tanh(n)."),
        ("lambda = 2", (1, 1), 6, "lambda is a word of Python that is not understood here.", ""),
        ("a + b = 3", (1, 1), 1, "Only a name can stand left of =.", ""),
        ("a = 1\n  b = 2", (2, 2), 1, "This line begins with spaces.",
         "Start it at the left edge."),
        ("a = 'x", (1, 5), 1, "This text in quotes has no closing quote.", ""),
        ("é = 1; a = é × 2", (1, 14), 1, "× is not understood here.", "Write * instead."),
        ("a\u00a0= 1", (1, 2), 1, "There is an invisible character here (U+00A0).", "Delete it."),
        ("a = 1\x00", (1, 6), 1, "This is a character that no text should have.", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_explained(text, place, length, message, suggestion):
    error = refusal(text)
    assert (error.message, error.suggestion) == (message, suggestion)
    assert ((error.line, error.column), error.length) == (place, length)


def test_an_error_reads_as_one_sentence():
    assert str(refusal("f = 1\nL = f * ff")) == (
        "Line 2, column 9: ff has no value. Did you mean f?"
    )


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_refused_in_a_sentence(kind):
    error = refusal(HOSTILE[kind])
    assert 1 <= len(str(error)) < 200
    assert error.line >= 1
    assert error.column >= 1


def test_the_limit_is_said_with_the_text_itself():
    comment = "#" + "ü" * 49 + "\n"  # 100 bytes
    assert len(parse(comment * (MAX_BYTES // 100 - 1))) == 0
    assert f"{MAX_BYTES // 1000} kB" in refusal(comment * (MAX_BYTES // 99 + 1)).message


def test_long_documents_are_read():
    lines = [f"v{i} = tanh(a * {i}.5 + b)  # no comment" for i in range(1000)]
    graph = parse("a = 1\nb = 2\n" + "\n".join(lines))
    assert len(graph) == 3002
    assert len(parse("a = 1\nb = " + " + ".join(["a"] * 2001))) == 2001


TOKENS = st.lists(
    st.sampled_from(
        ["a", "b", "Value", "tanh", "min", "label", "backward", "=", "+=", "+", "-", "*", "/", "**",
         "(", ")", "[", "]", ".", ",", ";", "\n", " ", "  ", ":", "1", "2.5", "0,5", "'x'", '"',
         "#", "if", "lambda", "for", "in", "def", "return", "not", "==", ":=", "@", "π", "×", "\t",
         "\\", "draw_dot", "1e999", "0x", "f'{a}'", "True", "*", "...", "import", "\r", "\x0c"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=300)
@given(TOKENS | st.text(max_size=40) | st.text(alphabet="ab=+-*/(). 1\n;'", max_size=60))
def test_any_text_is_a_graph_or_an_error_within_the_text(text):
    try:
        graph = parse(text)
    except ExpressionError as error:
        mistake = error
    else:
        assert graph.output is None or graph.output in graph.nodes
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= mistake.line <= len(lines)
    assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
    assert mistake.length >= 1


@pytest.mark.parametrize("digits", ["7" * 4_200, "7" * 6_000])
def test_a_number_of_too_many_digits_is_called_that(digits):
    with pytest.raises(ExpressionError, match="too many digits") as raised:
        parse(f"a = 1\nb = a + {digits}")
    assert (raised.value.line, raised.value.column, raised.value.length) == (2, 9, len(digits))
    assert parse("a = " + "7" * 150)["a"].data == float("7" * 150)
