"""Every claim about layer emulators comes out as it should, and could come out otherwise.

Those about CKA alone are checked with the ledger of the chains, in tests/theory/test_claims.py.
"""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.planting import planted
from theory.claims import check_all
from theory.layer_emulators.barriers import opposite
from theory.layer_emulators.cka_claims import CKA_CLAIMS
from theory.layer_emulators.claims import EMULATOR_CLAIMS
from theory.layer_emulators.skipping import COST, Written
from theory.verdict import Verdict

CLAIMS = tuple(claim for claim in EMULATOR_CLAIMS if claim not in CKA_CLAIMS)


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in check_all(CLAIMS)}


def test_one_claim_is_refuted_and_the_others_hold(verdicts: dict[str, Verdict]) -> None:
    assert len(verdicts) == len(CLAIMS) == len(EMULATOR_CLAIMS) - len(CKA_CLAIMS)
    assert {n: one.status for n, one in verdicts.items() if one.status != "holds"} == {
        "plug-in-order": "refuted"
    }
    assert verdicts["plug-in-order"].case == (
        "feature 1 times 0.1 (0) against feature 1 left out (1)"
    )


def test_every_claim_has_a_witness_that_sees_three_percent(verdicts: dict[str, Verdict]) -> None:
    assert all(one.sees < 0.03 for one in verdicts.values())
    for claim in CLAIMS:
        assert len({*claim.derivations.values(), claim.formula} - {""}) >= 2
        assert claim.span


@pytest.mark.parametrize("factor", [1.05, 1 / 1.05])
def test_no_claim_holds_with_an_error_of_a_twentieth(
    factor: float, verdicts: dict[str, Verdict]
) -> None:
    holding = {n: one for n, one in verdicts.items() if one.status == "holds"}

    assert [n for n, one in holding.items() if planted(one, factor).status == "holds"] == []
    assert all(planted(one, 1.0).status == "holds" for one in holding.values())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_case_differs_from_the_others(claim: Any, verdicts: dict[str, Verdict]) -> None:
    assert len({each.case for each in verdicts[claim.id].findings}) >= 2


def test_a_layer_that_cka_sees_proves_nothing() -> None:
    seen = Written(n_features=6, massive=1.0, added=1.0, read=1.0)
    claim = replace(COST, cases=None, subject=lambda _rng: seen)

    (verdict,) = check_all((claim,))

    assert verdict.status == "unproven"
    assert "adjacent CKA is at least 0.99; block influence is at most .01" in verdict.reason


def test_cases_say_what_they_are() -> None:
    assert opposite(3.0).describe() == "(w, w) and (-w, -w) for w = 3, distance 8.49"
