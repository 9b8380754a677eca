from fractions import Fraction

import pytest

from data.program_distillation.taught.calculator import Correction, first_correction, step_value


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("There are 49 girls x 3 boys/girl ", 147),
        ("First the onions: 180 onion / 12 onion/minute ", 15),
        ("3 loaves cost 3 * $8 ", 24),
        ("if he earns €115/day * 20 days/month ", 2300),
        ("He pays 1,500 - 250 ", 1250),
        ("golf balls:80 * 0.75", 60),
        ("a 25 % tax, 2*(3 + 4) ", 14),
        ("16 x 2 ", 32),
        ("In 3 weeks he buys 4 + 5 + .5 ", Fraction(19, 2)),
        ("2 + 2 = 4 * 3 ", 12),
    ],
)
def test_the_arithmetic_before_a_sign_of_equality_is_read_without_units(
    before: str, value: int
) -> None:
    assert step_value(before) == value


@pytest.mark.parametrize(
    "before",
    ["we get 2x + 90 ", "and y + x ", "Sarah ", "x ", "7 ", "", "4 / 0 ", "3 + (4 * 2 ", "5 - x "],
)
def test_what_is_no_arithmetic_has_no_value(before: str) -> None:
    assert step_value(before) is None


def test_the_first_wrong_value_is_put_right_and_the_rest_is_cut() -> None:
    text = "He has 20 - 3 = 17 books.\nTogether 20 + 17 = 38 books.\n#### 38"
    assert first_correction(text) == Correction(
        "He has 20 - 3 = 17 books.\nTogether 20 + 17 = 37", "38"
    )


@pytest.mark.parametrize(
    "text", ["7 / 2 = 3.5", "7 / 2 = 3", "7 / 2 = 4", "2 / 3 = 0.67", "6*7=42"]
)
def test_a_value_may_be_rounded_or_cut(text: str) -> None:
    assert first_correction(text) is None


def test_a_value_without_end_is_written_to_two_places() -> None:
    found = first_correction("2 / 3 = 5")
    assert found is not None
    assert found.text == "2 / 3 = 0.67"


def test_what_was_looked_at_stays() -> None:
    text = "1 + 1 = 3. 2 + 2 = 5"
    assert first_correction(text, after=len("1 + 1 = 3")) == Correction("1 + 1 = 3. 2 + 2 = 4", "5")
