"""The ledger: every claim has the verdict its numbers give, and could have had another."""

from dataclasses import replace
from pathlib import Path

import pytest

import theory
from theory import report
from theory.claims import CLAIMS, check_all, stream
from theory.discrete.claims import DISCRETE_CLAIMS
from theory.linear_chains.rational import Instance
from theory.literature.ledger import LITERATURE_CLAIMS
from theory.literature.page import filled
from theory.toedit.evidence import small
from theory.verdict import ORDER, Claim, Verdict, decide

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
OPEN = {"theorem-2-second": "vacuous", "disjoint-mean": "unproven"}
OPEN["confident-below-fresh"] = "unproven"
CASE = small(((1,), (1,), (1,)), [1], workflow="edit_previous")


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in check_all()}


def test_ids_are_unique() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_comes_out_as_expected(
    claim: Claim[Instance], verdicts: dict[str, Verdict]
) -> None:
    expected = "refuted" if claim.id in REFUTED else OPEN.get(claim.id, "holds")

    assert verdicts[claim.id].status == expected


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_another_statement_would_have_another_verdict(
    claim: Claim[Instance], verdicts: dict[str, Verdict]
) -> None:
    verdict = verdicts[claim.id]
    far = 0.5 if claim.relation != "at least" else 2.0
    wrong = replace(claim, stated=lambda _case: far * verdict.found, typical=None)
    right = replace(claim, stated=lambda _case: verdict.found, proof=lambda: True, typical=None)

    outcomes = {decide(changed, CASE, verdict.evidence).status for changed in (wrong, right)}

    assert outcomes == ({"unproven"} if len(claim.routes) < 2 else {"refuted", "holds"})


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_verdict_rests_on_two_routes(
    claim: Claim[Instance], verdicts: dict[str, Verdict]
) -> None:
    verdict = verdicts[claim.id]

    assert verdict.status == "unproven" or len(verdict.agreeing) >= 2


def test_all_routes_agree_where_there_are_several(verdicts: dict[str, Verdict]) -> None:
    apart = {
        name: set(v.evidence) - set(v.agreeing)
        for name, v in verdicts.items()
        if len(v.evidence) > 1 and set(v.evidence) != set(v.agreeing)
    }

    assert apart == {}


def test_the_smallest_counter_example_is_exact(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts["theorem-2-first"]

    assert verdict.evidence["symbolic"].exact == "182/81"
    assert "T = 3, d = 1, rows of X (1) (1) (1)" in verdict.case


def test_a_claim_gives_the_same_verdict_wherever_it_stands() -> None:
    claim = CLAIMS[1]

    alone = claim.check(rng=stream(claim.id, 0))
    (listed,) = check_all((claim,), seed=0)

    assert alone.evidence == listed.evidence


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
