"""Answers as people write them are exact numbers, or are refused with a reason."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.executing.answers import is_answer, read_answer, released_right


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("18", 18),
        (" 18 ", 18),
        ("+7", 7),
        ("-5", -5),
        ("\u22125", -5),
        ("- 5", -5),
        ("-0", 0),
        ("-0.0", 0),
        ("1,234", 1234),
        ("-1,234,567.50", Fraction(-12345675, 10)),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("5.", 5),
        ("1.5e3", 1500),
        ("2E-2", Fraction(1, 50)),
        ("3/4", Fraction(3, 4)),
        ("-3 / 4", Fraction(-3, 4)),
        ("1 3/4", Fraction(7, 4)),
        ("-1 1/2", Fraction(-3, 2)),
        ("6/3", 2),
        ("$18", 18),
        ("-$5", -5),
        ("$-5", -5),
        ("$ 1,000.50", Fraction(2001, 2)),
        ("12\u20ac", 12),
        ("12 \u20ac", 12),
        ("25%", 25),
        ("12.5 %", Fraction(25, 2)),
        ("She sold 48/2 = <<48/2=24>>24 clips.\n#### 72", 72),
        ("#### -1,000", -1000),
        ("9" * 400, 10**400 - 1),
    ],
)
def test_an_answer_is_an_exact_number(text: str, number: int | Fraction) -> None:
    found = read_answer(text)

    assert found == number
    assert isinstance(found, int) == (Fraction(number).denominator == 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "says no number"),
        ("eighteen", "says no number"),
        ("18 dollars", "says no number"),
        ("1,23", "says no number"),
        ("12,3456", "says no number"),
        (",123", "says no number"),
        ("1_000", "says no number"),
        ("0x10", "says no number"),
        ("--5", "says no number"),
        ("-$-5", "says no number"),
        ("$$5", "says no number"),
        ("(5)", "says no number"),
        ("3/-4", "says no number"),
        ("3/4/5", "says no number"),
        ("3//4", "says no number"),
        ("18\n19", "says no number"),
        ("nan", "says no number"),
        ("inf", "says no number"),
        ("1/0", "over zero"),
        ("1e1001", "exponent"),
        ("1e99999999999", "exponent"),
        ("9" * 1001, "1,001 characters"),
        ("\u0661\u0668", "digits other than 0 to 9"),
        ("\uff11\uff18", "digits other than 0 to 9"),
        ("1\u09ea", "digits other than 0 to 9"),
        ("5\u00b2", "digits other than 0 to 9"),
    ],
)
def test_what_says_no_number_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_answer(text)


@pytest.mark.parametrize("given", [True, None, [1], {"a": 1}, math.nan, math.inf, Decimal("NaN")])
def test_what_is_no_number_in_json_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="no number"):
        read_answer(given)


def test_numbers_of_json_are_the_decimals_that_stand_there() -> None:
    assert read_answer(0.1) == Fraction(1, 10)
    assert read_answer(-0.0) == 0
    assert read_answer(1e-7) == Fraction(1, 10**7)
    assert read_answer(Decimal("1.10")) == Fraction(11, 10)
    assert read_answer(10**600) == 10**600


@given(st.fractions(max_denominator=10**6))
def test_a_fraction_that_is_written_is_read(number: Fraction) -> None:
    assert read_answer(str(number)) == number


@given(st.integers())
def test_thousands_separators_change_nothing(number: int) -> None:
    assert read_answer(f"{number:,}") == number


@pytest.mark.parametrize(
    ("value", "answer", "right", "released"),
    [
        (18, 18, True, True),
        (Fraction(1, 3), Fraction(1, 3), True, True),
        (Fraction(88, 5), 18, False, True),  # 17.6
        (Fraction(35, 2), Fraction(35, 2), True, False),  # 17.5 is rounded to 18 and cut to 17
        (17, Fraction(88, 5), False, True),
        (0.1 + 0.2, Fraction(3, 10), True, True),
        (-0.0, 0, True, True),
        (18.0000001, 18, False, True),
        (2.5e-10, Fraction(1, 10**10), False, True),
        (1e-10, 0, True, True),
        (math.nan, 18, False, False),
        (math.inf, 18, False, False),
        ("18", 18, False, False),
        (None, 18, False, False),
        (10**40 + 1, 10**40, False, False),
    ],
)
def test_a_value_is_the_answer_exactly_and_by_the_released_scorer(
    value: int | Fraction | float | str | None,
    answer: int | Fraction,
    right: bool,
    released: bool,
) -> None:
    assert is_answer(value, answer) == right
    assert released_right(value, answer) == released
