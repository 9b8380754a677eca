"""The kernel of one edited context: numbers by hand, and properties of every context."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.discrete import edit_proofs, editing
from theory.discrete.edit_evidence import clear
from theory.discrete.edit_routes import by_paths, drawn_context, simulated, worst
from theory.discrete.editing import GOLDEN, Context, laws

SURE = Context(human=(99, 1), prior=None, threshold=Fraction(99, 100), top_k=8)
OTHER = Context(
    human=(8, 1, 1), prior=(7, 2, 1), threshold=Fraction(1, 2), top_k=2, process="source"
)
seeds = st.integers(0, 2**32 - 1)


def drawn(seed: int, *, own: bool, lowest: float = 0.3, edits: int = 3) -> Context:
    rng = np.random.default_rng(seed)
    return drawn_context(rng, own=own, lowest=lowest, most_edits=edits)


def test_a_sure_token_keeps_the_square_of_its_probability() -> None:
    assert laws(SURE)[1] == pytest.approx([0.99**2, 1 - 0.99**2])


def test_a_token_below_its_threshold_stays() -> None:
    twice = replace(SURE, edits=2)

    assert laws(twice)[2] == pytest.approx(laws(SURE)[1])


def test_a_redraw_chooses_among_the_likeliest_and_itself() -> None:
    rows = editing.redraws(np.array([0.5, 0.3, 0.15, 0.05]), 2, 1.0)

    assert rows[0] == pytest.approx([0.625, 0.375, 0, 0])
    assert rows[3] == pytest.approx([0.5 / 0.85, 0.3 / 0.85, 0, 0.05 / 0.85])


def test_a_temperature_flattens_the_redraw() -> None:
    (row, _) = editing.redraws(np.array([0.8, 0.2]), 2, 2.0)

    assert row == pytest.approx([2 / 3, 1 / 3])


def test_another_prior_moves_tokens_to_its_candidates() -> None:
    assert laws(OTHER)[1] == pytest.approx([0.8 * 7 / 9, 0.1 + 0.8 * 2 / 9, 0.1])


def test_an_edit_of_the_source_does_not_add_up() -> None:
    again = replace(OTHER, edits=9)

    assert laws(again)[-1] == pytest.approx(laws(OTHER)[1])


def test_an_edit_of_the_last_text_with_one_prior_empties_the_flagged_tokens() -> None:
    again = replace(OTHER, process="previous", edits=100)

    assert laws(again)[-1][0] == pytest.approx(0, abs=1e-9)
    assert editing.fixed_prior_mass(again) == pytest.approx(0.8 * (7 / 9) ** 100)


def test_two_tokens_at_the_golden_ratio_change_places_for_ever() -> None:
    nearly = Context(
        human=(618_034, 381_966), prior=None, threshold=Fraction(6, 10), top_k=2, edits=4
    )

    assert laws(nearly)[:, 0] == pytest.approx([0.618, 0.382, 0.618, 0.382, 0.618], abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(seeds, st.booleans())
def test_an_edit_keeps_the_mass_and_unflagged_tokens_never_lose(seed: int, own: bool) -> None:
    case = drawn(seed, own=own, edits=1)
    before, after = laws(case)

    assert after.sum() == pytest.approx(1)
    assert (after[~case.flagged] >= before[~case.flagged] - 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_tokens_outside_the_likeliest_keep_their_share_when_a_text_edits_itself(seed: int) -> None:
    case = drawn(seed, own=True, edits=1)
    outside = np.argsort(-case.law, kind="stable")[case.top_k :]
    tail = [token for token in outside if not case.flagged[token]]

    if int(case.flagged.sum()) <= case.top_k:
        assert laws(case)[1][tail] == pytest.approx(case.law[tail])


@settings(max_examples=40, deadline=None)
@given(seeds, st.booleans())
def test_following_every_outcome_gives_the_kernel(seed: int, own: bool) -> None:
    case = drawn(seed, own=own)

    for quantity in (editing.total_variation, editing.entropy):
        found = by_paths(case, quantity).value
        assert found == pytest.approx(quantity(case.law, laws(case)[-1]), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_closed_forms_are_those_of_the_kernel(seed: int) -> None:
    own = drawn(seed, own=True, lowest=0.62, edits=1)
    ahead = replace(own, edits=60)
    one = drawn(seed, own=False, lowest=0.5)

    assert editing.self_edit_distance(own) == pytest.approx(
        editing.total_variation(own.law, laws(own)[1]), abs=1e-12
    )
    assert editing.self_edit_stops_at(own) == pytest.approx(
        laws(ahead)[-1][own.flagged].sum(), abs=1e-9
    )
    assert editing.self_edit_cost(own) == pytest.approx(
        editing.excess_loss(own.law, laws(ahead)[-1]), abs=1e-9
    )
    assert editing.fixed_prior_loss(one) == pytest.approx(
        editing.excess_loss(one.law, laws(one)[-1]), abs=1e-9
    )


def test_a_text_of_flagged_tokens_alone_is_a_fixed_point() -> None:
    certain = Context(human=(1, 1), prior=None, threshold=Fraction(1, 2), top_k=2, edits=3)

    assert laws(certain)[-1] == pytest.approx([0.5, 0.5])
    assert editing.self_edit_stops_at(replace(SURE, human=(5, 0))) == 1


def test_the_released_rule_changes_at_most_eight_percent() -> None:
    released = Context(
        human=(1,) + (0,) * 7,
        prior=(693,) + (1,) * 7,
        threshold=Fraction(99, 100),
        top_k=8,
        temperature=1.5,
        process="source",
    )
    (_, after) = laws(released)

    assert 1 - after[0] == pytest.approx(0.0820528, abs=1e-6)
    assert editing.kept_at_least(released) == pytest.approx(after[0])


def test_a_simulated_corpus_without_edits_is_at_distance_zero() -> None:
    still = replace(SURE, human=(60, 40))
    estimate = simulated(still, editing.total_variation, np.random.default_rng(0))

    assert estimate.value == 0


def test_the_search_comes_near_a_bound() -> None:
    def room(case: Context) -> float:
        return editing.total_variation(case.law, laws(case)[1]) / (
            editing.source_distance_bound(case) + 1e-3
        )

    found = worst(
        lambda rng: drawn_context(rng, own=False, lowest=0.5, process="source"),
        room,
        np.random.default_rng(0),
    )

    assert 0.98 < room(found) <= 1


def test_a_context_at_its_threshold_is_not_clear() -> None:
    assert not clear(replace(SURE, threshold=Fraction(991, 1000)))
    assert clear(replace(SURE, threshold=Fraction(9, 10)))


@pytest.mark.parametrize(
    "proof",
    [
        edit_proofs.golden_holds,
        edit_proofs.entropy_rises,
        edit_proofs.source_bounds_hold,
        edit_proofs.self_bounds_hold,
    ],
)
def test_every_step_of_a_proof_is_checked(proof: object) -> None:
    assert callable(proof)
    assert proof() is True


def test_golden_is_where_a_square_meets_the_rest() -> None:
    assert pytest.approx(1 - GOLDEN) == GOLDEN**2


def test_a_context_says_how_to_redo_it() -> None:
    assert OTHER.describe() == (
        "h = (8, 1, 1)/10, prior (7, 2, 1)/10, P >= 0.5, top 2, temperature 1, "
        "1 edits of the human text"
    )
