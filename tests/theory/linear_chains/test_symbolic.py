"""The derivations: exact values, and every step of every proof."""

import numpy as np
import pytest
import sympy
from sympy import Integer, Rational

from theory.linear_chains import limits, proofs, symbolic
from theory.linear_chains.rational import Instance, exact_errors

STEPS = sorted(name for name in vars(proofs) if name.endswith("_holds"))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_proof_holds(step: str) -> None:
    assert getattr(proofs, step)()


def test_lemma_3_is_derived() -> None:
    gap = symbolic.inverse_wishart_mean() - 1 / (symbolic.T - symbolic.d - 1)

    assert symbolic.is_zero(gap)


def test_unrolled_labels_give_the_rational_errors() -> None:
    ratio, q = symbolic.unrolled_ratio([[1, 0, 0], [0, 1, 0]])

    value = ratio.subs({share: Rational(1, 3) for share in q})

    assert value == Rational(182, 81)


def test_unrolled_labels_of_the_source_differ() -> None:
    previous, q = symbolic.unrolled_ratio([[1, 0, 0], [0, 1, 0]])
    source, _ = symbolic.unrolled_ratio([[1, 0, 0], [0, 1, 0]], source=True)
    point = {share: Rational(1, 3) for share in q}

    case = Instance(X=((1,),) * 3, masks=((1, 0, 0), (0, 1, 0)), workflow="edit_source")
    errors = exact_errors(case)

    assert source.subs(point) == sympy.Rational(errors[-1] / errors[0])
    assert source.subs(point) != previous.subs(point)


def test_the_mean_over_gaussian_x_breaks_the_bound_with_three_rows() -> None:
    ratio, q = symbolic.unrolled_ratio([[1, 1, 0], [0, 0, 1]])

    assert symbolic.gaussian_expectation(ratio, q) == Rational(106, 45)


def test_two_edits_of_one_row_in_three_sit_exactly_on_the_bound() -> None:
    ratio, q = symbolic.unrolled_ratio([[1, 0, 0], [0, 1, 0]])

    assert symbolic.gaussian_expectation(ratio, q) == 2


def test_dirichlet_moments_are_those_of_a_gaussian_direction() -> None:
    q = sympy.symbols("q1:4", positive=True)

    assert symbolic.gaussian_expectation(q[0] + q[1] + q[2], q) == 1
    assert symbolic.gaussian_expectation(q[0] ** 2, q) == Rational(3, 15)


@pytest.mark.parametrize("edits", range(4))
def test_the_closed_form_of_one_mask_is_its_recursion(edits: int) -> None:
    gap = symbolic.fixed_recursion(edits) - symbolic.fixed_closed_form(edits)

    assert symbolic.is_zero(gap)


def test_thresholds_are_exact() -> None:
    found = symbolic.thresholds()

    assert symbolic.is_zero(found["fixed"] - (sympy.sqrt(3) - 1) / 2)
    assert symbolic.is_zero(found["disjoint"] - sympy.log(Rational(3, 2)))
    assert found["source"] == Rational(1, 2)


@pytest.mark.parametrize(
    ("exact", "formula"),
    [
        (lambda m: symbolic.fixed_limit().subs(symbolic.h, m), limits.fixed),
        (lambda m: symbolic.disjoint_limit().subs(symbolic.S, m), limits.disjoint_limit),
        (lambda m: symbolic.fresh_slope().subs(symbolic.m, m), limits.fresh_previous_slope),
        (lambda m: symbolic.fresh_source_limit().subs(symbolic.m, m), limits.fresh_source),
        (symbolic.confident_one_edit, limits.confident_one_edit),
    ],
)
def test_formulas_agree_with_the_derivations(exact, formula) -> None:  # noqa: ANN001
    for share in (Rational(1, 10), Rational(1, 3), Rational(9, 10)):
        assert formula(float(share)) == pytest.approx(float(exact(share)))


def test_the_geometric_sum_is_the_formula() -> None:
    point = {symbolic.m: Rational(1, 8), symbolic.eta: Rational(47, 50)}

    value = float(symbolic.geometric_sum().subs(point))

    assert limits.geometric_previous(0.125, 0.94) == pytest.approx(value)


def test_one_edit_at_finite_size_is_the_formula() -> None:
    point = {symbolic.k: 3, symbolic.T: 10, symbolic.d: 2}

    value = float(symbolic.one_edit_finite().subs(point))

    assert limits.one_edit_finite(3, 10, 2) == pytest.approx(value)


def test_the_plateau_of_subsampling_is_half_pi_squared_minus_two() -> None:
    assert symbolic.is_zero(symbolic.subsample_limit() - (sympy.pi**2 / 2 - 2))
    assert limits.accumulate_subsample(np.inf) == pytest.approx(float(symbolic.subsample_limit()))
    assert symbolic.subsample_recursion(2) == Rational(7, 4)


def test_a_direction_that_is_only_edited_grows_as_replace() -> None:
    assert [symbolic.full_edit_limit(n) for n in range(3)] == [Integer(1), Integer(2), Integer(3)]
