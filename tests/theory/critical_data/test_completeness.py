"""When the whole table follows: counting against whole numbers, draws against counting."""

import numpy as np
import pytest

from theory.critical_data.completeness import (
    all_shown,
    covering_median,
    drawn_complete,
    drawn_median,
    shown_by,
)
from theory.critical_data.identify import complete_share, covered_chance, first_complete


@pytest.mark.parametrize(("p", "n"), [(7, 18), (13, 45), (31, 140)])
def test_the_fast_count_is_that_in_whole_numbers(p: int, n: int) -> None:
    assert all_shown(p, n) == pytest.approx(covered_chance(p, n), abs=1e-8)


def test_the_median_lies_where_the_chance_passes_one_half() -> None:
    found = covering_median(13)

    assert covered_chance(13, int(found)) < 0.5 <= covered_chance(13, int(found) + 1)


def test_draws_show_all_as_often_as_counted() -> None:
    shown = shown_by(13, 50, 1200, np.random.default_rng(0))

    assert shown.shape == (1200,)
    assert shown.mean() == pytest.approx(all_shown(13, 50), abs=0.06)


def test_draws_determine_the_table_as_often_as_by_elimination_alone() -> None:
    found = drawn_complete(11, 38, np.random.default_rng(0))
    plain = complete_share(11, 38, 200, np.random.default_rng(1))

    assert found.stderr < 0.05
    assert found.value == pytest.approx(plain, abs=4 * found.stderr + 0.15)


def test_the_median_order_is_that_by_bisection() -> None:
    found = drawn_median(11, np.random.default_rng(0))
    plain = [first_complete(11, own) for own in np.random.default_rng(0).spawn(24)]

    assert found.value == np.median(plain)
