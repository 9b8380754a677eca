"""Masks that see the labels: what is chosen, what it costs, and what the search makes of it."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
from scipy.stats import norm

from theory.linear_chains import assumptions, bounds, limits, proofs, symbolic
from theory.linear_chains.bounds import Bound, one_fit, without
from theory.linear_chains.masks import redrawn
from theory.linear_chains.rational import Instance
from theory.linear_chains.search.cases import draw_case
from theory.linear_chains.search.refuter import refute
from theory.linear_chains.sighted.choices import ROWS, SCORES, Choice, Rows, Score, sees_labels
from theory.linear_chains.sighted.confident import crossover, one_edit_by_quadrature
from theory.linear_chains.sighted.mirrored import mirrored_error
from theory.linear_chains.sighted.residuals import residual_error
from theory.linear_chains.simulation import simulate
from theory.toedit.confident import CONFIDENT
from theory.toedit.evidence.cases import chosen, small
from theory.toedit.evidence.routes import number, residuals, simulated
from theory.toedit.evidence.routes import symbolic as symbolic_route
from theory.verdict import Claim, Route, RouteName

RNG = np.random.default_rng
EQUAL_ROWS = Instance(
    X=((1,),) * 200,
    masks=((1,) * 20 + (0,) * 180,) * 3,
    workflow="edit_source",
    choice=Choice(score="largest residual"),
)
"""Equal rows, of which a tenth with the largest residual of the source is edited three times."""


@pytest.mark.parametrize(
    ("score", "rows"),
    [("smallest |residual|", [0, 2]), ("largest |residual|", [1, 3]), ("largest residual", [2, 3])],
)
def test_a_choice_takes_the_rows_that_it_names(score: Score, rows: list[int]) -> None:
    labels = np.array([[0.1, -3.0, 0.5, 2.0]])

    mask = Choice(score=score).policy([2])(labels, np.zeros_like(labels), 0, RNG(0))

    assert np.flatnonzero(mask[0]).tolist() == rows


def test_new_rows_are_taken_once_and_then_none_are_left() -> None:
    policy = Choice(score="largest residual", rows="new").policy([2, 2, 2])
    labels = np.array([[5.0, 4.0, 3.0, 2.0, 1.0]])

    edits = [policy(labels, 0 * labels, edit, RNG(0))[0] for edit in range(3)]

    assert [np.flatnonzero(mask).tolist() for mask in edits] == [[0, 1], [2, 3], [4]]


def test_the_first_choice_is_kept_for_ever_and_forgotten_with_the_next_batch() -> None:
    policy = Choice(score="largest residual", rows="first").policy([1, 1])
    labels = np.array([[5.0, 4.0]])

    kept = [policy(sign * labels, 0 * labels, edit, RNG(0)) for edit, sign in ((0, 1), (1, -1))]
    again = policy(-labels, 0 * labels, 0, RNG(0))

    assert kept[0].tolist() == kept[1].tolist() == [[True, False]]
    assert again.tolist() == [[False, True]]


def test_independence_is_tested_and_not_declared() -> None:
    assert not sees_labels(redrawn(0.3), 20, 3)
    assert sees_labels(Choice(score="smallest |residual|").policy([5, 5]), 20, 2)
    assert assumptions.INDEPENDENT.holds(replace(EQUAL_ROWS, choice=None))
    assert not assumptions.INDEPENDENT.holds(EQUAL_ROWS)


@pytest.mark.parametrize("workflow", ["edit_previous", "edit_source"])
@pytest.mark.parametrize("rows", ROWS)
def test_residuals_and_labels_are_two_ways_to_one_number(workflow: str, rows: Rows) -> None:
    X = RNG(1).normal(size=(30, 2)) + 1
    choice = Choice(score="largest residual", rows=rows)
    sizes, rng = [6, 4, 4], RNG(2)

    mean, noise = residual_error(X, choice, sizes, workflow, chains=4000, rng=rng)  # type: ignore[arg-type]
    run = simulate(X, choice.policy(sizes), workflow, chains=4000, rng=rng, generations=4)

    assert abs(mean - run.mean[-1]) < 4 * np.hypot(noise, run.stderr[-1])


@pytest.mark.parametrize("workflow", ["edit_previous", "edit_source"])
@pytest.mark.parametrize("score", SCORES)
def test_mirrored_pairs_have_the_error_of_single_chains(workflow: str, score: Score) -> None:
    X, sigma = RNG(1).normal(size=(30, 2)) + 1, np.diag([1.0, 4.0])
    choice, sizes, rng = Choice(score=score), [6, 4, 4], RNG(2)
    policy = choice.policy(sizes)

    mean, noise = mirrored_error(X, choice, sizes, workflow, pairs=4000, rng=rng, covariance=sigma)
    run = simulate(X, policy, workflow, chains=4000, rng=rng, generations=4, covariance=sigma)

    assert abs(mean - run.mean[-1]) < 4 * np.hypot(noise, run.stderr[-1])
    if (workflow, score) == ("edit_previous", "smallest |residual|"):
        assert noise < run.stderr[-1] / 1.5


def test_a_mirrored_pair_without_an_edit_has_the_error_of_one_fit_exactly() -> None:
    case = replace(EQUAL_ROWS, masks=())

    mean, noise = mirrored_error(
        case.design(), Choice(score=SCORES[0]), [], "edit_previous", pairs=3, rng=RNG(0)
    )

    assert mean == pytest.approx(one_fit(case))
    assert noise == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("workflow", "pairs"), [("replace", 5), ("edit_previous", 1)])
def test_mirrored_pairs_need_an_edit_and_a_second_pair(workflow: str, pairs: int) -> None:
    with pytest.raises(ValueError, match="two"):
        mirrored_error(
            np.ones((5, 1)), Choice(score=SCORES[0]), [1], workflow, pairs=pairs, rng=RNG(0)
        )


def test_the_rows_of_largest_residual_break_the_bound_of_edit_source_many_times() -> None:
    bound = bounds.SOURCE_ANY.value(EQUAL_ROWS)

    assert bounds.recursion_error(EQUAL_ROWS) > 3 * bound
    assert bounds.recursion_error(replace(EQUAL_ROWS, choice=None)) <= bound


@pytest.mark.parametrize(
    "bound",
    [bounds.SOURCE_ANY, bounds.FIXED, bounds.DISJOINT_SCALAR, bounds.PREVIOUS_ANY],
    ids=lambda bound: bound.name,
)
def test_the_search_finds_by_itself_what_the_assumption_keeps_out(bound: Bound) -> None:
    free = refute(without(bound, assumptions.INDEPENDENT), rng=RNG(3), draws=120, climbs=60)
    blind = refute(bound, rng=RNG(3), draws=120, climbs=60)

    assert free.refuted
    assert free.worst is not None
    assert free.worst.choice is not None
    assert free.ratio > 10
    assert not blind.refuted


def test_random_cases_see_labels_now_and_then() -> None:
    rng = RNG(0)
    cases = [draw_case(rng) for _ in range(200)]

    scores = {case.choice.score for case in cases if case.choice is not None}
    assert scores == set(SCORES)
    assert 10 < sum(case.choice is not None for case in cases) < 80


def test_the_worst_rows_of_a_size_bound_every_choice_of_so_many() -> None:
    case = replace(EQUAL_ROWS, X=tuple((float(x),) for x in RNG(0).normal(size=200)))

    worst = bounds.edit_gains(case)

    gains = np.sort(bounds.row_gains(case))
    assert worst == pytest.approx([gains[-20:].sum()] * 3)
    assert assumptions.leverages(case) == pytest.approx(worst / one_fit(case))


@pytest.mark.parametrize("share", [0.05, 0.4, 0.7, 0.9, 0.99])
def test_one_confident_edit_by_three_formulas(share: float) -> None:
    closed = limits.confident_one_edit(share)

    assert one_edit_by_quadrature(share) == pytest.approx(closed, rel=1e-7)
    assert float(symbolic.confident_one_edit(sympy.nsimplify(share))) == pytest.approx(closed)


def test_one_confident_edit_of_every_row_is_replace() -> None:
    assert limits.confident_one_edit(1.0) == 2
    assert limits.confident_one_edit(1 - 1e-9) == pytest.approx(2, abs=1e-6)
    assert limits.confident_one_edit(0.9) == pytest.approx(2.146, abs=5e-4)


def test_confident_edits_cost_less_than_random_ones_up_to_the_root() -> None:
    root = crossover()

    assert root == pytest.approx(float(symbolic.confident_crossover()), abs=1e-12)
    assert root == pytest.approx(0.7385, abs=5e-5)
    assert limits.confident_one_edit(root - 0.01) < limits.one_edit(root - 0.01)
    assert limits.confident_one_edit(root + 0.01) > limits.one_edit(root + 0.01)
    assert proofs.confident_crossover_holds()


def forgetful(share: float) -> float:
    """Return 1 + 2m - 2 a phi(a), which leaves out that residuals are orthogonal to X."""
    half = float(norm.ppf((1 + share) / 2))
    return float(1 + 2 * share - 2 * half * norm.pdf(half))


def without_normal_equations(part: float) -> Claim[Instance]:
    """Return the claim with the mistaken formula, as formula and as integral, at one share."""

    def formula(case: Instance) -> float:
        return forgetful(sum(case.masks[0]) / case.n_samples)

    return replace(
        CONFIDENT,
        cases=lambda rng: (chosen(part, size=(300, 2))(rng),),
        stated=formula,
        routes={
            "symbolic": symbolic_route(lambda case: sympy.Float(formula(case))),
            "exact": number(formula),
            "simulated": simulated(6000),
        },
        formula="integral",
        derivations={"symbolic": "integral", "exact": "integral", "simulated": "labels"},
        tolerance=0.02,
    )


def test_two_evaluations_of_one_mistaken_integral_do_not_outvote_a_simulation() -> None:
    verdict = without_normal_equations(0.9).check(rng=RNG(0))

    assert verdict.status == "disputed"
    assert verdict.standard_errors < -8


def test_not_even_if_they_are_taken_for_independent() -> None:
    free: dict[RouteName, str] = {
        "symbolic": "a sum",
        "exact": "an integral",
        "simulated": "labels",
    }
    claim = replace(without_normal_equations(0.9), derivations=free)

    assert claim.check(rng=RNG(0)).status == "disputed"


def test_alone_they_prove_nothing() -> None:
    claim = without_normal_equations(0.9)
    alone = replace(
        claim,
        routes={name: claim.routes[name] for name in ("symbolic", "exact")},
        derivations={"symbolic": "integral", "exact": "integral"},
    )

    assert alone.check(rng=RNG(0)).status == "unproven"


def test_the_simulations_alone_refute_the_mistaken_formula() -> None:
    routes: dict[RouteName, Route[Instance]] = {
        "dense": residuals(6000),
        "simulated": simulated(6000),
    }
    claim = replace(
        without_normal_equations(0.9),
        routes=routes,
        derivations={"dense": "residuals", "simulated": "labels"},
    )

    assert claim.check(rng=RNG(0)).status == "refuted"


def test_the_bound_for_any_blind_masks_has_a_proof_whose_steps_can_fail() -> None:
    Q, M = sympy.symbols("Q M", commutative=False)

    assert proofs.residual_bound_holds()
    assert proofs.reduced(Q * M * M * Q - Q * M * Q, {Q**2: Q, M**2: M}) == 0
    assert proofs.reduced(Q * M * Q - Q * M, {Q**2: Q, M**2: M}) != 0


def test_the_bound_for_any_blind_masks_is_kept_by_overlapping_masks_and_tight_for_one() -> None:
    case = small(((1,), (1,), (1,)), [1, 2], [2, 3], [1, 3], workflow="edit_previous")
    tiny = small(((1,),) * 40, [1], workflow="edit_previous")

    assert bounds.recursion_error(case) < bounds.PREVIOUS_ANY.value(case)
    assert bounds.PREVIOUS_ANY.value(tiny) / bounds.recursion_error(tiny) < 1.01
