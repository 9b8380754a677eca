"""The ledger: every claim has the verdict its numbers give, and could have had another."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import theory
from tests.support.planting import judged, planted
from theory import report
from theory.claims import CLAIMS as OWN_CLAIMS
from theory.claims import check_all, checked, stream
from theory.discrete.claims import DISCRETE_CLAIMS
from theory.estimates import BLIND
from theory.layer_emulators.cka_claims import CKA_CLAIMS
from theory.linear_chains import assumptions
from theory.linear_chains.rational import Instance
from theory.literature.ledger import LITERATURE_CLAIMS
from theory.literature.page import filled
from theory.toedit.evidence.cases import small
from theory.verdict import ORDER, Claim, Finding, Verdict, decide

CLAIMS = OWN_CLAIMS + CKA_CLAIMS

WITHOUT_MASKS = {"table-15", "subsample", "theorem-2-second-tight", "ridge-replace"}
LINEAR_CLAIMS = tuple(
    claim for claim in OWN_CLAIMS if claim not in LITERATURE_CLAIMS and claim not in DISCRETE_CLAIMS
)
pytestmark = pytest.mark.long

REFUTED = {
    "theorem-1",
    "silent-step",
    "equation-36",
    "theorem-2-first",
    "theorem-2-first-mean",
    "table-15",
    "measured-shares",
    "source-half-any",
    "disjoint-exponential",
    "subsample-pairs",
    "confident-below-fresh",
    "fixed-bound-sighted",
    "disjoint-scalar-sighted",
    "source-any-sighted",
    "previous-any-sighted",
    "theorem-2-first-confident",
    "band-sure-dearer",
    "naive-pooling",
    "golden-redrawn",
    "share-ridge-aligned",
    "edit-self-entropy-any",
    "edit-self-argmax",
    "edit-source-released",
    "edit-one-prior-bounded",
    "table-15-decline",
    "consistent-suffices",
}
UNPROVEN = {
    "theorem-2-second",
    "disjoint-mean-large",
    "confident-below-later",
    "fixed-bound-confident",
    "disjoint-scalar-confident",
    "source-any-confident",
    "previous-any-confident",
}
FIXED_WORDS = ("all that is stated", "one case", "one measured table")
"""Words of a range that holds no point but the ones that are checked."""
CASE = small(((1,), (1,), (1,)), [1], workflow="edit_previous")


def test_ids_are_unique() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_comes_out_as_expected(
    claim: Claim[Instance], verdicts: dict[str, Verdict]
) -> None:
    expected = "unproven" if claim.id in UNPROVEN else "holds"
    expected = "refuted" if claim.id in REFUTED else expected

    assert verdicts[claim.id].status == expected


def _constant(number: float, _case: object) -> float:
    return number


def test_another_statement_would_have_another_verdict(verdicts: dict[str, Verdict]) -> None:
    same = {}
    for claim in CLAIMS:
        verdict = verdicts[claim.id]
        far = 0.5 if claim.relation != "at least" else 2.0
        tight = replace(claim, tolerance=0.0 if callable(claim.tolerance) else claim.tolerance)
        proved = replace(tight, proof=lambda: True, typical=None)
        wrong = replace(tight, stated=partial(_constant, far * verdict.found), typical=None)
        right = replace(proved, stated=partial(_constant, verdict.found))
        same[claim.id] = [decide(one, CASE, verdict.evidence).status for one in (wrong, right)]

    blind = {claim for claim in same if verdicts[claim].sees > BLIND}
    assert {c: s for c, s in same.items() if s != ["refuted", "holds"] and c not in blind} == {}
    assert all("holds" not in same[claim] for claim in blind if len(verdicts[claim].findings) < 2)


@pytest.mark.parametrize("factor", [1.05, 1 / 1.05])
def test_no_verdict_holds_with_a_planted_error_of_five_percent(
    factor: float, verdicts: dict[str, Verdict]
) -> None:
    holding = [v for v in verdicts.values() if v.status == "holds" and not v.claim.exhaustive]

    still = [v.claim.id for v in holding if planted(v, factor).status == "holds"]

    assert len(holding) > 80
    assert still == []
    assert all(planted(verdict, 1.0).status == "holds" for verdict in holding)


def test_what_holds_has_a_witness_that_sees_three_percent(verdicts: dict[str, Verdict]) -> None:
    """Of a bound whose every case is checked it sees the distance from the bound, if no more."""
    blind = {
        name: each.sees
        for name, verdict in verdicts.items()
        if verdict.status == "holds"
        for each in verdict.findings
        if each.sees > max(BLIND, _distance(verdict.claim, each))
    }

    assert blind == {}


def _distance(claim: Claim[Any], each: Finding) -> float:
    """Return how far a case lies inside a bound whose every case is checked, and else zero."""
    checked = claim.exhaustive and claim.relation != "equals"
    return abs(each.stated / each.found - 1) if checked else 0.0


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_verdict_rests_on_two_derivations(
    claim: Claim[Any], verdicts: dict[str, Verdict]
) -> None:
    verdict = verdicts[claim.id]
    named = {claim.derivations[name] for name in verdict.agreeing}
    if claim.relation == "equals" and verdict.status == "holds":
        named.add(claim.formula)

    assert verdict.status == "unproven" or (len(verdict.agreeing) >= 2 and len(named) >= 2)
    assert "" not in named
    assert judged(verdict)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_sharpest_witness_does_not_share_the_formula(
    claim: Claim[Any], verdicts: dict[str, Verdict]
) -> None:
    """A formula in two kinds of arithmetic is one derivation; simulations are never a formula."""
    simulated = claim.derivations.get("simulated", "none")

    assert simulated != claim.formula
    assert list(claim.derivations.values()).count(simulated) <= 1
    assert verdicts[claim.id].claim is claim


def test_all_routes_agree_where_there_are_several(verdicts: dict[str, Verdict]) -> None:
    apart = {
        name: set(v.evidence) - set(v.agreeing)
        for name, v in verdicts.items()
        if len(v.evidence) > 1 and set(v.evidence) != set(v.agreeing)
    }

    assert apart == {}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_has_a_range_or_says_why_not(
    claim: Claim[Instance], verdicts: dict[str, Verdict]
) -> None:
    cases = verdicts[claim.id].findings

    assert claim.span
    assert len(cases) > 1 or claim.id in REFUTED


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_checked_at_points_that_are_drawn(claim: Claim[Any]) -> None:
    """Two seeds draw two families; a claim with one fixed family says so in its range."""
    if "search" in claim.span or "nearest to" in claim.span:
        return  # it draws hundreds

    families = (_drawn(claim, seed) for seed in range(5))
    first = next(families)

    assert any(words in claim.span for words in FIXED_WORDS) or any(
        family != first for family in families
    )


def _drawn(claim: Claim[Any], seed: int) -> list[tuple[str, object]]:
    """Draw a family: what every case says of itself, and the numbers that no description holds."""
    cases = claim.family(np.random.default_rng(seed))
    return [(case.describe(), getattr(case, "covariance", None)) for case in cases]


@pytest.mark.parametrize("claim", LINEAR_CLAIMS, ids=lambda claim: claim.id)
def test_bounds_for_any_masks_assume_that_they_do_not_see_the_noise(
    claim: Claim[Instance],
) -> None:
    edits = "edit" in claim.statement or "mask" in claim.statement or "rows" in claim.statement

    sees = claim.id.endswith(("-sighted", "-confident")) or "confident" in claim.id
    sees = sees or claim.id.startswith("band-")
    assumed = assumptions.INDEPENDENT in claim.assumptions

    assert assumed or sees or not edits or claim.id in WITHOUT_MASKS


def test_the_smallest_counter_example_is_exact(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts["theorem-2-first"]

    assert verdict.evidence["symbolic"].exact == "182/81"
    assert "T = 3, d = 1, rows of X (1) (1) (1)" in verdict.case


def test_a_claim_gives_the_same_verdict_wherever_it_stands() -> None:
    claim = CLAIMS[1]

    alone = claim.check(rng=stream(claim.id, 0))
    (listed,) = check_all((claim,), seed=0)

    assert alone.evidence == listed.evidence


def test_a_process_checks_a_claim_once() -> None:
    claim = replace(CLAIMS[1])

    (first,), (again,) = check_all((claim,)), check_all((claim,))

    assert again is first
    assert checked(claim, seed=1) is not first
    assert checked(replace(claim, tolerance=0.5)).claim.tolerance == 0.5


def test_the_page_of_the_literature_holds_its_ledger(verdicts: dict[str, Verdict]) -> None:
    page = Path(theory.__file__).parents[1] / "docs" / "theory-literature.md"
    text = page.read_text(encoding="utf-8")

    assert text == filled(text, [verdicts[claim.id] for claim in LITERATURE_CLAIMS])


def test_the_page_of_discrete_chains_holds_its_ledger(verdicts: dict[str, Verdict]) -> None:
    page = Path(theory.__file__).parents[1] / "docs" / "theory-discrete.md"
    text = page.read_text(encoding="utf-8")

    assert text == filled(text, [verdicts[claim.id] for claim in DISCRETE_CLAIMS])


def test_the_ledger_starts_with_the_worst(verdicts: dict[str, Verdict]) -> None:
    lines = report.ledger_lines(list(verdicts.values()))

    order = [line.split()[0] for line in lines[1 : len(CLAIMS) + 1]]
    assert order == sorted(order, key=ORDER.index)
    assert max(map(len, lines[: len(CLAIMS) + 1])) <= report.WIDTH
    assert lines[-1].endswith("182/81 = 2.2469 > 2")
