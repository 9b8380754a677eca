import numpy as np
import pytest

from benchmarks.comparing.sequential import (
    FIRST_LOOK,
    at_look,
    check_search,
    interval_at_look,
    interval_words,
    search,
)
from benchmarks.families.toedit.recipes.smoke import smoke


def test_a_clear_difference_needs_few_seeds() -> None:
    found = search(lambda seed: 1.0 + 0.001 * seed, effect=0.1, budget=20)

    assert found.outcome == "larger"
    assert len(found.values) == FIRST_LOOK


def test_a_difference_below_the_effect_is_called_smaller() -> None:
    assert search(lambda seed: 0.001 * seed, effect=0.1, budget=20).outcome == "smaller"


def test_a_search_ends_with_the_budget() -> None:
    rng = np.random.default_rng(0)

    found = search(lambda seed: rng.normal(0.1, 1.0), effect=0.1, budget=6)

    assert found.outcome == "budget spent"
    assert len(found.values) == 6


def test_the_error_is_spent_over_the_looks() -> None:
    """1/2 + 1/6 + 1/12 + .. of alpha: intervals widen with every look at the same data."""
    values = np.array([0.0, 1.0, 2.0, 3.0])
    widths = [f.high - f.low for f in (interval_at_look(values, look=k) for k in (1, 2, 5))]  # type: ignore[operator]

    assert widths == sorted(widths)


def test_looking_after_every_seed_is_wrong_at_most_as_often_as_promised() -> None:
    """The true difference is the effect: a search that clears it is wrong; 5 % at most."""
    rng = np.random.default_rng(3)

    outcomes = [
        search(lambda seed: rng.normal(0.1, 1.0), effect=0.1, budget=15).outcome for _ in range(400)
    ]

    assert sum(outcome != "budget spent" for outcome in outcomes) <= 0.05 * 400


def test_equal_seeds_end_no_search_before_a_sign_test_would() -> None:
    """Two-point differences once ended a quarter of all searches wrong."""
    found = search(lambda seed: 1.0, effect=0.1, budget=20)

    assert found.outcome == "larger"
    assert 2.0 ** (1 - len(found.values)) <= 1 - at_look(len(found.values) - FIRST_LOOK + 1)
    assert search(lambda seed: 1.0, effect=0.1, budget=12).outcome == "budget spent"
    assert interval_words(search(lambda seed: 1.0, effect=0.1, budget=3).difference) == "+1.0000"


def test_a_search_that_cannot_be_run_is_refused() -> None:
    with pytest.raises(ValueError, match="budget is 2; a search needs at least 3"):
        check_search(smoke(), "replace", budget=2)
    with pytest.raises(ValueError, match="mix is no workflow of smoke"):
        check_search(smoke(), "mix", budget=12)
