"""Word counts drawn again and again: numbers by hand, and two ways to each."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.discrete import forgetting_claims, mixture_claims, resampling
from theory.discrete.resampling import Words, alive, by_states, diversity, first_known, simulated


def test_one_draw_collapses_at_once() -> None:
    case = Words(counts=(1, 1, 2), draws=1, generations=1)

    assert resampling.diversity_left(case) == 0
    assert by_states(case, alive).value == 0


def test_a_coin_of_two_draws_loses_half_of_its_diversity() -> None:
    case = Words(counts=(1, 1), draws=2, generations=1)

    assert resampling.diversity_left(case) == 0.25
    assert by_states(case, diversity).value == pytest.approx(0.25)
    assert by_states(case, alive).value == pytest.approx(0.5)
    assert resampling.not_collapsed_bound(case) == 0.5


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=3), st.integers(2, 8), st.integers(1, 20))
def test_closed_forms_are_those_of_the_chain_over_states(
    counts: list[int], draws: int, generations: int
) -> None:
    case = Words(counts=tuple(counts), draws=draws, generations=generations)
    law = case.law

    assert by_states(case, diversity).value == pytest.approx(resampling.diversity_left(case))
    distance = by_states(case, lambda m: ((m - law) ** 2 / law).sum(axis=1)).value
    assert distance == pytest.approx(resampling.chi_square(case))
    assert by_states(case, alive).value <= resampling.not_collapsed_bound(case) + 1e-12


def test_a_word_seen_once_is_kept_with_chance_one_less_one_over_e() -> None:
    assert resampling.kept_by_branching(1, 0) == 1
    assert resampling.kept_by_branching(1, 1) == pytest.approx(1 - 1 / math.e)
    assert resampling.kept_by_branching(7, 1) == pytest.approx(1 - math.exp(-7))


def test_the_chain_of_counts_tends_to_lines_of_descent() -> None:
    case = Words(counts=(5, 795), draws=800, generations=8)

    assert resampling.kept_by_chain(case) == pytest.approx(
        resampling.kept_by_branching(5, 8), rel=0.01
    )


def test_simulated_chains_forget_as_the_chain_of_counts_says() -> None:
    case = Words(counts=(3, 97), draws=100, generations=10)
    estimate = simulated(case, first_known, np.random.default_rng(1), chains=4000)

    assert abs(estimate.value - resampling.kept_by_chain(case)) < 4 * estimate.stderr


def test_half_of_the_words_are_forgotten_after_three_times_their_count() -> None:
    assert resampling.half_forgotten(1) == 2
    assert resampling.half_forgotten(1000) / 1000 == pytest.approx(2 / math.log(2), rel=0.01)


@pytest.mark.parametrize("human", ["same", "new"])
def test_human_words_keep_the_error_finite(human: resampling.Human) -> None:
    case = Words(counts=(2, 3), draws=7, generations=80, human=human, human_words=5)
    p = 0.4
    unit = p * (1 - p) / (5 if human == "same" else 12)
    stated = resampling.same_words_error if human == "same" else resampling.new_words_error

    assert resampling.variance_by_chain(case) / unit == pytest.approx(stated(case))


def test_the_same_human_words_leave_less_than_half_a_fit() -> None:
    for written in (1, 10, 1000, 10**6):
        case = Words(counts=(2, 3), draws=written, generations=1, human="same", human_words=5)
        s = float(case.share)
        assert resampling.same_words_error(case) <= s / (1 + s) < 0.5


def test_the_largest_share_for_a_factor_of_two() -> None:
    assert resampling.largest_share(2) == pytest.approx(math.sqrt(0.5))


def test_a_simulation_of_a_sure_thing_still_has_an_error() -> None:
    certain = Words(counts=(5, 5), draws=2000, generations=1)
    estimate = simulated(certain, alive, np.random.default_rng(0), chains=50)

    assert estimate.value == 1
    assert estimate.stderr == 1 / 50


def test_every_bound_has_a_proof_that_is_checked() -> None:
    for claim in (*forgetting_claims.FORGETTING_CLAIMS, *mixture_claims.MIXTURE_CLAIMS):
        assert claim.relation == "equals" or (claim.proof is not None and claim.proof())


def test_lines_of_descent_and_the_chain_of_counts_agree() -> None:
    case = Words(counts=(2, 3, 7), draws=9, generations=11)

    kept, left = resampling.kept_by_lines(case), resampling.alive_by_lines(case)

    assert kept == pytest.approx(resampling.kept_by_chain(case))
    assert left == pytest.approx(resampling.by_states(case, resampling.alive).value)
    assert resampling.lines_left(case).sum() == pytest.approx(1)
