"""Every claim about the disentangling loss comes out as it should, and could come out otherwise."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.support.planting import planted
from theory.claims import check_all
from theory.estimates import BLIND
from theory.story_style.claims import STORY_CLAIMS
from theory.story_style.erasure_claims import erased
from theory.story_style.flow_claims import FLOW_ANY, flowed, style_to_content, variance_left
from theory.story_style.moment_claims import by_all_moments, by_moments
from theory.story_style.representations import Stories, hessian, loss_by_pairs
from theory.verdict import Claim, Verdict

_REFUTED = {
    "dis-about-style",
    "dis-flow-any",
    "dis-rate-twice",
    "dis-small-loss",
    "erasure-any-reader",
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in check_all(STORY_CLAIMS)}


def test_what_is_too_strong_is_refuted_and_the_rest_holds(verdicts: dict[str, Verdict]) -> None:
    found = {name: one.status for name, one in verdicts.items() if one.status != "holds"}

    assert found == dict.fromkeys(_REFUTED, "refuted")
    assert len(verdicts) == len(STORY_CLAIMS) == 19


def test_every_claim_has_a_witness_that_sees_three_percent(verdicts: dict[str, Verdict]) -> None:
    assert all(one.sees < BLIND for one in verdicts.values())
    for claim in STORY_CLAIMS:
        assert len({*claim.derivations.values(), claim.formula} - {""}) >= 2
        assert claim.span
        assert claim.derivations.get("simulated") != claim.formula


@pytest.mark.parametrize("factor", [1.05, 1 / 1.05])
def test_no_verdict_holds_with_a_planted_error(factor: float, verdicts: dict[str, Verdict]) -> None:
    holding = [one for one in verdicts.values() if one.status == "holds"]

    assert [one.claim.id for one in holding if planted(one, factor).status == "holds"] == []
    assert all(planted(one, 1.0).status == "holds" for one in holding)


@pytest.mark.parametrize("claim", STORY_CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_describes_every_case_with_its_numbers(claim: Claim[Any]) -> None:
    said = [case.describe() for case in claim.family(np.random.default_rng(1))]

    assert all(any(mark.isdigit() for mark in text) for text in said)


def test_the_loss_of_two_stories_is_half_their_squared_distance() -> None:
    case = Stories(styles=(((0, 0),), ((2, 4),)))

    assert loss_by_pairs(case.styles) == by_moments(case) == Fraction(20, 4)


def test_moments_of_several_styles_are_those_of_two_where_there_are_two() -> None:
    case = Stories(styles=(((0,), (3,)), ((2,), (7,), (1,))))

    assert by_all_moments(case) == by_moments(case) == loss_by_pairs(case.styles)


def test_rates_of_four_and_four_stories_are_a_quarter_and_a_half() -> None:
    assert np.linalg.eigvalsh(hessian((4, 4))).round(12).tolist() == [0, *6 * [0.25], 0.5]


def test_of_unequal_styles_the_ratio_falls_further_than_content() -> None:
    case = next(iter(FLOW_ANY.family(np.random.default_rng(0))))
    n = len(case.first)

    ratio = style_to_content(flowed(case), n) / style_to_content(case.start, n)

    assert (n, len(case.second), case.time) == (2, 8, 2.0)
    assert (round(ratio, 3), round(variance_left(case), 3)) == (0.135, 0.606)


def test_erased_styles_have_equal_means_and_other_directions_stay() -> None:
    rows = np.array([[0.0, 1.0], [1.0, -1.0], [4.0, 1.0], [5.0, -1.0]])
    labels = np.array([0, 0, 1, 1])

    found = erased(rows, labels)

    assert found[labels == 0].mean(axis=0) == pytest.approx(found[labels == 1].mean(axis=0))
    assert found.var(axis=0).sum() > 0.5
