"""How a mean and its interval are said."""

from benchmarks.comparing.differences import Difference, in_words, of_share, with_interval


def test_the_interval_of_shares_ends_at_none_and_at_all() -> None:
    values = [0.9, 1.0, 1.0, 1.0]

    assert with_interval(values) == "0.975 [0.895, 1.055]"
    assert with_interval(values, is_share=True) == "0.975 [0.895, 1.000]"
    assert of_share(Difference(0.01, -0.2, 0.3, 5)) == Difference(0.01, 0.0, 0.3, 5)
    assert of_share(Difference(0.5, None, None, 1)) == Difference(0.5, None, None, 1)


def test_a_difference_is_said_with_its_sign() -> None:
    assert in_words(Difference(0.5, -0.25, 1.0, 3), 2, sign=True) == "+0.50 [-0.25, +1.00]"
    assert in_words(Difference(0.5, None, None, 1), 1) == "0.5"
