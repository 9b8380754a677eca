"""The refuter finds planted false bounds, and leaves planted true ones alone."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from theory.linear_chains import bounds
from theory.linear_chains.bounds import one_fit
from theory.linear_chains.rational import Instance, exact_closed_form, exact_errors
from theory.linear_chains.search.refuter import refute, shrink
from theory.verdict import Assumption

RNG = np.random.default_rng


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_theorem_2_falls_to_three_equal_rows(seed: int) -> None:
    found = refute(bounds.THEOREM_2_FIRST, rng=RNG(seed))

    assert found.refuted
    assert found.smallest is not None
    assert found.smallest.X == ((1,), (1,), (1,))
    assert sorted(map(sum, found.smallest.masks)) == [1, 1]
    assert found.exact_ratio == Fraction(91, 81)


@pytest.mark.parametrize("factor", [1.2, 1.5])
def test_a_planted_false_bound_is_found(factor: float) -> None:
    planted = replace(
        bounds.THEOREM_2_FIRST, value=lambda case: factor * one_fit(case), exact_value=None
    )

    found = refute(planted, rng=RNG(0), draws=100, climbs=100)

    assert found.refuted
    assert found.ratio > 1


def test_a_planted_false_bound_for_one_mask_is_found() -> None:
    planted = replace(bounds.FIXED, value=lambda case: 0.98 * bounds.FIXED.value(case))

    assert refute(planted, rng=RNG(0), draws=100, climbs=200).refuted


@pytest.mark.parametrize(
    "bound",
    [
        bounds.THEOREM_2_CLOSED_FORM,
        bounds.FIXED,
        bounds.SOURCE_ANY,
        bounds.DISJOINT_PRODUCT,
        bounds.DISJOINT_SCALAR,
    ],
    ids=lambda bound: bound.name,
)
def test_a_true_bound_stands(bound: bounds.Bound) -> None:
    found = refute(bound, rng=RNG(1), draws=200, climbs=300)

    assert not found.refuted
    assert found.smallest is None
    assert found.tried > 200


def test_a_planted_true_bound_stands() -> None:
    planted = replace(
        bounds.THEOREM_2_FIRST,
        value=lambda case: (1 + len(case.masks)) * 2 * one_fit(case),
        exact_value=None,
    )

    assert not refute(planted, rng=RNG(2), draws=200, climbs=200).refuted


def test_cases_that_break_an_assumption_do_not_count() -> None:
    never: Assumption[Instance] = Assumption(text="never", holds=lambda _case: False)
    planted = replace(bounds.THEOREM_2_FIRST, assumptions=(never,))

    found = refute(planted, rng=RNG(0), draws=5, climbs=5)

    assert not found.refuted
    assert found.tried == 0


def test_shrinking_keeps_what_is_needed() -> None:
    case = Instance(
        X=((1.1,), (0.9,), (1.0,), (0.01,)),
        masks=((1, 0, 0, 0), (0, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)),
    )

    smaller = shrink(bounds.THEOREM_2_FIRST, case)

    assert smaller is not None
    assert smaller.is_rational()
    assert smaller.n_samples == 3
    assert len(smaller.masks) == 2


def test_exact_and_floating_errors_agree() -> None:
    case = Instance(
        X=((1, 0), (1, 1), (2, Fraction(1, 3)), (0, 3), (1, -1)),
        masks=((1, 0, 0, 1, 0), (0, 1, 0, 1, 0)),
        covariance=((2, 1), (1, 3)),
    )

    for workflow in ("edit_previous", "edit_source"):
        chain = replace(case, workflow=workflow)
        exact = float(exact_errors(chain)[-1])
        assert exact == pytest.approx(bounds.recursion_error(chain))
    assert float(exact_closed_form(case)[-1]) == pytest.approx(bounds.closed_form_error(case))


def test_exact_arithmetic_refuses_floats_and_plain_workflows() -> None:
    with pytest.raises(ValueError, match="integers or fractions"):
        exact_errors(Instance(X=((1.5,), (1,), (1,)), masks=()))
    with pytest.raises(ValueError, match="replace"):
        exact_errors(Instance(X=((1,), (1,), (1,)), masks=(), workflow="replace"))
