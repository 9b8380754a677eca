"""The best set of layers under costs of runs, and rules that miss it."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.layer_emulators.removal import (
    Costs,
    cheapest,
    compositions,
    cost_by_integers,
    cost_by_sets,
    cost_of,
    one_by_one,
    ranked,
    runs_of,
)
from theory.layer_emulators.removal_claims import Mistaken, trap


@st.composite
def _costs(draw: st.DrawFn) -> Costs:
    n_layers = draw(st.integers(2, 8))
    longest = draw(st.integers(1, n_layers))
    removed = draw(st.integers(0, (n_layers + 1) // 2))
    numbers = st.integers(0, 30).map(Fraction)
    runs = [(a, a + w) for w in range(1, longest + 1) for a in range(n_layers - w + 1)]
    of_run = {run: draw(numbers) for run in runs}
    return Costs(words="drawn", n_layers=n_layers, removed=removed, of_run=of_run)


@given(_costs())
def test_dynamic_programming_finds_the_best_of_all_sets(case: Costs) -> None:
    found = cheapest(case)

    assert len(found) == case.removed
    assert list(found) == sorted(set(found))
    assert cost_of(case, found) == cost_by_sets(case)


@given(_costs())
def test_an_integer_program_finds_the_same_cost(case: Costs) -> None:
    assert cost_by_integers(case) == pytest.approx(float(cost_by_sets(case)), abs=1e-6)


@given(st.sets(st.integers(0, 12)))
def test_runs_are_the_neighbours_of_a_set(layers: set[int]) -> None:
    runs = list(runs_of(sorted(layers)))

    assert {layer for run in runs for layer in range(*run)} == layers
    assert all(end < start for (_, end), (start, _) in pairwise(runs))


def test_no_set_of_short_runs_is_refused() -> None:
    case = Costs(
        words="runs of one",
        n_layers=3,
        removed=3,
        of_run={(k, k + 1): Fraction(1) for k in range(3)},
    )

    with pytest.raises(ValueError, match="runs of one, 3 of 3 layers removed: no runs"):
        cheapest(case)


@given(st.integers(1, 12), st.integers(1, 12))
def test_compositions_are_choices_of_cuts(n_layers: int, parts: int) -> None:
    assert compositions(n_layers, parts) == math.comb(n_layers - 1, parts - 1)


def test_two_greedy_rules_take_the_middle_layer_and_pay_for_it() -> None:
    case = trap(Fraction(5))

    assert cheapest(case) == (0, 2)
    assert 1 in ranked(case)
    assert 1 in one_by_one(case)
    assert cost_of(case, one_by_one(case)) == Fraction("7.1")


def test_without_a_surcharge_the_ranking_is_best() -> None:
    case = trap(Fraction(0))

    assert cost_of(case, ranked(case)) == cost_by_sets(case)


def test_errors_within_half_of_the_gap_leave_the_found_set_best() -> None:
    case = trap(Fraction(5))
    rng = np.random.default_rng(0)
    sets = list(combinations(range(3), 2))
    best, others = Mistaken(costs=case, error=Fraction(0)).sums()
    half = (min(others) - best) / 2

    for _ in range(50):
        sums = [float(cost_of(case, each) or 0) for each in sets]
        true = dict(zip(sets, np.array(sums) + rng.uniform(-half, half, size=3), strict=True))
        assert min(true, key=true.__getitem__) == cheapest(case)


def test_thirty_layers_are_a_matter_of_moments() -> None:
    runs = {(a, a + w): Fraction(a * a + 3 * w, 7) for w in (1, 2, 3) for a in range(31 - w)}
    case = Costs(words="thirty", n_layers=30, removed=10, of_run=runs)

    found = cheapest(case)

    assert (cost_of(case, found) or 0) <= (cost_of(case, one_by_one(case)) or math.inf)
    assert cheapest(replace(case, removed=0)) == ()
