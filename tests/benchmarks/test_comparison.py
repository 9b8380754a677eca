import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.comparison import Curve, excess, paired, support, verdict


def _curve(workflow: str, last: dict[int, float]) -> Curve:
    values = np.array([[1.0, value] for value in last.values()])
    return Curve(workflow, tuple(last), values)


def test_the_interval_of_two_differences_is_the_textbook_one() -> None:
    """Mean 2, standard error 1, t(0.975, 1) = 12.706."""
    difference = paired(np.array([1.0, 3.0]))

    assert difference.mean == 2.0
    assert difference.low == pytest.approx(2.0 - 12.706, abs=1e-3)
    assert difference.is_significant is False


def test_one_seed_has_no_interval() -> None:
    difference = paired(np.array([1.0]))

    assert (difference.low, difference.high, difference.is_significant) == (None, None, None)


def test_differences_are_paired_by_seed() -> None:
    """Seeds differ by far more than workflows; only the pairing shows the effect."""
    control = _curve("fresh_human", {0: 1.0, 1: 2.0, 2: 3.0})
    curve = _curve("replace", {0: 1.10, 1: 2.11, 2: 3.09, 7: 9.0})

    difference = excess(curve, control)

    assert difference is not None
    assert difference.n == 3
    assert difference.mean == pytest.approx(0.1)
    assert difference.is_significant


def test_without_common_seeds_there_is_no_comparison() -> None:
    control, curve = _curve("fresh_human", {0: 1.0}), _curve("replace", {1: 2.0})

    assert excess(curve, control) is None
    assert "no fresh_human chain with the same seed" in verdict(curve, control)


def test_a_verdict_of_one_seed_is_no_finding() -> None:
    text = verdict(_curve("replace", {0: 1.2}), _curve("fresh_human", {0: 1.0}))

    assert "0.200 above fresh_human" in text
    assert "one seed has no spread" in text


@pytest.mark.parametrize(("noise", "word"), [(0.001, "; larger than"), (0.5, "; not larger than")])
def test_a_verdict_compares_with_the_spread(noise: float, word: str) -> None:
    control = _curve("fresh_human", {0: 1.0, 1: 1.0, 2: 1.0})
    curve = _curve("replace", {0: 1.1 - noise, 1: 1.1, 2: 1.1 + noise})

    assert word in verdict(curve, control)


def test_what_seeds_support_is_said_plainly() -> None:
    assert "directions only" in support(1)
    assert "too few for 5 %" in support(3)
    assert "too few" not in support(6)


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=6))
def test_an_interval_holds_its_mean(values: list[float]) -> None:
    difference = paired(np.array(values))

    assert difference.low is not None
    assert difference.high is not None
    assert difference.low <= difference.mean <= difference.high
