"""Closed forms: corner cases, finite sizes, and the inverse question."""

import math

import numpy as np
import pytest

from theory.guidance import max_share, share_ratio
from theory.linear_chains import limits
from theory.linear_chains.averages import fresh_error
from theory.linear_chains.matrix_forms import fixed_limit


def test_no_edit_costs_nothing() -> None:
    assert limits.one_edit(0) == limits.fixed(0) == limits.fresh_source(0) == 1
    assert limits.disjoint_limit(0) == limits.geometric_previous(0, 0.5) == 1
    assert limits.confident_one_edit(0) == limits.fresh_previous([0.0] * 3) == 1


def test_editing_everything_is_replace() -> None:
    assert limits.fixed(1, 7) == limits.fresh_source(1, 7) == limits.replace(8)
    assert limits.fresh_previous([1.0] * 7) == pytest.approx(8)
    assert limits.one_edit(1) == limits.confident_one_edit(1) == 2


def test_one_edit_is_the_same_in_every_formula() -> None:
    for m in (0.1, 0.5, 0.8):
        expected = limits.one_edit(m)
        assert limits.fixed(m, 1) == pytest.approx(expected)
        assert limits.disjoint(m, 1) == pytest.approx(expected)
        assert limits.fresh_previous([m]) == pytest.approx(expected)
        assert limits.fresh_source(m, 1) == pytest.approx(expected)


def test_half_of_the_source_costs_two_at_any_size() -> None:
    for row in (0.0, 0.1, 0.5, 0.9):
        assert limits.fresh_source(0.5, row=row) == pytest.approx(2)


@pytest.mark.parametrize("d", [1, 5, 20])
def test_finite_size_formulas_follow_the_exact_averages(d: int) -> None:
    rng = np.random.default_rng(0)
    row = limits.leverage(60, d)
    designs = [rng.normal(size=(60, d)) for _ in range(60)]

    def mean(workflow: str) -> float:
        runs = (fresh_error(X, [18] * 30, workflow) for X in designs)
        return float(np.mean([run[-1] / run[0] for run in runs]))

    assert limits.fresh_source(0.3, 30, row) == pytest.approx(mean("edit_source"), rel=0.03)
    assert limits.fresh_previous([0.3] * 30, row) == pytest.approx(mean("edit_previous"), rel=0.03)


def test_the_mean_limit_of_one_mask_is_bounded() -> None:
    rng = np.random.default_rng(1)
    limits_ = []
    for _ in range(800):
        X = rng.normal(size=(20, 4))
        limits_.append(fixed_limit(X, np.arange(20) < 6) / np.trace(np.linalg.inv(X.T @ X)))

    bound = limits.fixed_mean_bound(6, 20, 4)

    assert np.mean(limits_) - 4 * np.std(limits_) / np.sqrt(800) < bound
    assert bound < 1.2 * np.mean(limits_)
    assert limits.fixed_mean_bound(16, 20, 4) == math.inf


def test_overlapping_disjoint_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="M_i M_j = 0"):
        limits.disjoint(0.3, 4)


@pytest.mark.parametrize("share", [-0.1, 1.5, math.nan])
def test_shares_outside_0_and_1_are_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        limits.fixed(share)


def test_broken_numbers_of_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="number of edits"):
        limits.fixed(0.1, 2.5)


def test_the_thresholds_come_back_as_shares() -> None:
    assert max_share(2, "edit_previous", "fixed") == pytest.approx((math.sqrt(3) - 1) / 2)
    assert max_share(2, "edit_source", "fresh") == pytest.approx(0.5)
    assert max_share(2, "edit_previous", "disjoint") == pytest.approx(math.log(1.5))
    assert max_share(2, "edit_previous", "fresh") == 0


@pytest.mark.parametrize(
    ("workflow", "schedule"),
    [
        ("edit_previous", "fixed"),
        ("edit_previous", "fresh"),
        ("edit_previous", "geometric"),
        ("edit_source", "fresh"),
        ("mix", "fixed"),
    ],
)
@pytest.mark.parametrize("generations", [2, 11, 101])
def test_the_largest_share_meets_the_factor(workflow: str, schedule: str, generations: int) -> None:
    share = max_share(1.5, workflow, schedule, generations=generations, decay=0.9)

    ratio = share_ratio(workflow, schedule, generations - 1, 0.9)
    assert ratio(share) == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("workflow", "schedule"),
    [("edit_previous", "fixed"), ("edit_source", "fresh"), ("edit_previous", "geometric")],
)
def test_finite_sizes_tend_to_the_limit(workflow: str, schedule: str) -> None:
    limit = max_share(1.5, workflow, schedule, decay=0.9)

    large = max_share(1.5, workflow, schedule, decay=0.9, size=(10**6, 10))
    small = max_share(1.5, workflow, schedule, decay=0.9, size=(20, 10))

    assert large == pytest.approx(limit, rel=1e-3)
    assert small != pytest.approx(limit, rel=1e-3)


def test_more_generations_never_allow_more() -> None:
    shares = [max_share(2, "edit_previous", "fresh", generations=n) for n in (2, 3, 10, 100)]

    assert shares == sorted(shares, reverse=True)


def test_a_generous_factor_allows_everything() -> None:
    assert max_share(5, "edit_previous", "fixed", generations=3) == 1
    assert max_share(1.01, "edit_previous", "fresh", generations=1) == 1


def test_questions_without_a_formula_are_refused() -> None:
    with pytest.raises(ValueError, match="no formula"):
        max_share(2, "edit_previous", "confident")
    with pytest.raises(ValueError, match="finite-size"):
        max_share(2, "edit_previous", "disjoint", size=(100, 10))
    with pytest.raises(ValueError, match="factor must exceed 1"):
        max_share(1, "edit_previous", "fixed")
    with pytest.raises(ValueError, match="generations"):
        max_share(2, "edit_previous", "fixed", generations=0)
