"""Numbers as shown, copied and typed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import (
    NumberError,
    format_duration,
    format_full,
    format_number,
    parse_number,
    to_source,
)


@pytest.mark.parametrize(
    ("number", "shown", "full"),
    [
        (2.0, "2", "2"),
        (-6.0, "−6", "−6"),
        (0.7071067811865476, "0.7071", "0.7071067811865476"),
        (-1.23456e-5, "−1.235e−5", "−1.23456e−5"),
        (9999.6, "10000", "9999.6"),
        (12345.6, "12346", "12345.6"),
        (999_999.7, "1e6", "999999.7"),
        (1e300, "1e300", "1e300"),
        (-0.0, "0", "−0"),
        (-math.inf, "−inf", "−inf"),
        (math.nan, "nan", "nan"),
    ],
)
def test_numbers_are_shown_with_four_digits_and_a_true_minus(number, shown, full):
    assert format_number(number) == shown
    assert format_full(number) == full


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_copied_number_reads_back_exactly(number):
    assert parse_number(to_source(number)) == number
    assert parse_number(format_full(number)) == number


@given(st.floats(-1e308, 1e308))
def test_a_shown_number_is_right_to_four_digits(number):
    assert parse_number(format_number(number)) == pytest.approx(number, rel=5.01e-4, abs=1e-323)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2/3", 2 / 3),
        (" 1e-3 ", 0.001),
        ("−3", -3.0),
        ("2**-3", 0.125),
        ("+.5", 0.5),
        ("sqrt(2)", math.sqrt(2)),
        ("max(1, 2) * pi", 2 * math.pi),
        ("1_000", 1000.0),
    ],
)
def test_a_formula_of_numbers_is_a_number(typed, number):
    assert parse_number(typed) == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type a number."),
        ("   ", "Type a number."),
        ("0,5", "Write 0.5 with a decimal point."),
        ("1,000.5", "Write one number, with a decimal point and without commas."),
        ("1e999", "1e999 is too large for a number."),
        ("9**9**9**9", "9**9**9**9 is too large for a number."),
        ("1/0", "1/0 is infinite."),
        ("0/0", "0/0 has no value that is a number."),
        ("nan", "nan is not a number."),
        ("0x", "0x is not a number."),
        ("a", "a is a name; only numbers can be used here."),
        ("2^3", "Write a power with **, as in 2**3."),
        ("tanh(0,5)", "tanh takes one number, not 2."),
        ("(1).__class__", "Only numbers and arithmetic can be used here."),
        ("__import__('os')", "Only numbers and arithmetic can be used here."),
        ("True", "Only numbers and arithmetic can be used here."),
        ("2j", "Only numbers and arithmetic can be used here."),
        ("1" * 300, "This is too long for a number."),
    ],
)
def test_what_is_not_a_number_is_explained(typed, sentence):
    with pytest.raises(NumberError) as caught:
        parse_number(typed)
    assert str(caught.value) == sentence


@given(st.text(max_size=60) | st.text(alphabet="0123456789.e+-*/(), xn", max_size=60))
def test_any_text_is_a_finite_number_or_a_number_error(typed):
    try:
        number = parse_number(typed)
    except NumberError:
        return
    assert math.isfinite(number)


def test_hostile_text_is_refused():
    for typed in ("(" * 10_000, "-" * 50_000 + "1", "9**" * 60 + "9", "1" * 1_000_000):
        with pytest.raises(NumberError):
            parse_number(typed)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (4.06e-6, "4.1 µs"),
        (231.4e-6, "231 µs"),
        (0.9996e-3, "1 ms"),
        (12.34e-3, "12.3 ms"),
        (3.456, "3.46 s"),
    ],
)
def test_durations_are_shown_with_their_unit(seconds, shown):
    assert format_duration(seconds) == shown
