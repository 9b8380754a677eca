"""The claims of the literature: what each needs to be decidable, without deciding it.

Their verdicts are among those of tests/theory/test_claims.py.
"""

from typing import Any

import numpy as np
import pytest

from theory.literature.chains import Chain
from theory.literature.ledger import LITERATURE_CLAIMS
from theory.literature.page import filled, table_lines
from theory.literature.penalised_share import PenalisedRows
from theory.literature.real_share import Blend, Interpolation
from theory.literature.refits import Refits
from theory.literature.spectra import Kernel
from theory.literature.stability import Retraining
from theory.literature.synthetic_share import MixedRows
from theory.literature.verifier import Verified
from theory.report import NAME
from theory.verdict import Claim

every_claim = pytest.mark.parametrize("claim", LITERATURE_CLAIMS, ids=lambda claim: claim.id)


@every_claim
def test_every_case_meets_every_assumption(claim: Claim[Any]) -> None:
    cases = [case for seed in range(20) for case in claim.family(np.random.default_rng(seed))]

    unmet = {a.text for a in claim.assumptions for case in cases if not a.holds(case)}

    assert unmet == set()


ASSUMPTIONS = {
    (type(case), a.text): a
    for claim in LITERATURE_CLAIMS
    for case in claim.family(np.random.default_rng(0))
    for a in claim.assumptions
}
BROKEN: tuple[Any, ...] = (
    Chain(n_samples=5, n_features=5, fits=2),
    Chain(n_samples=5, n_features=5, fits=2, redrawn=True, pooled=True),
    Kernel(n_samples=5, n_features=5, generator_rows=5, generations=1, decay=0.5, ridge=0.0),
    Refits(points=2, fits=1, setting="replace", quantity="mean error"),
    Refits(points=2, fits=1, setting="accumulate", quantity="mean error", bandwidth=0.1),
    MixedRows(n_samples=5, synthetic=0, n_features=5, shift=1.0),
    PenalisedRows(
        n_samples=9,
        share=0.1,
        variances=(1.0,),
        weights=(1.0,),
        shifts=(1.0,),
        ridge=0.1,
        aligned=True,
    ),
    Blend(human=1, synthetic=2, weight=0.0, fits=2),
    Interpolation(n_samples=5, n_features=5, signal=1.0, redrawn=True),
    Retraining(synthetic=0.5),
    Verified(half_width=0.1, bias=1.0, kept=1, human=10**6, rounds=1),
    Verified(half_width=0.1, bias=0.0, kept=1, human=10**6, rounds=1),
)


@pytest.mark.parametrize(("kind", "text"), ASSUMPTIONS, ids=lambda part: str(part))
def test_every_assumption_can_be_broken(kind: type, text: str) -> None:
    outcomes = {ASSUMPTIONS[kind, text].holds(case) for case in BROKEN if type(case) is kind}

    assert False in outcomes


@every_claim
def test_cases_are_several_and_differ_by_seed(claim: Claim[Any]) -> None:
    first, second = (claim.family(np.random.default_rng(seed)) for seed in (1, 2))

    assert len(first) >= 2
    assert claim.span
    assert first[0] == second[0]
    assert first[-1] != second[-1] or claim.id == "naive-pooling"


@every_claim
def test_two_witnesses_and_a_source(claim: Claim[Any]) -> None:
    named = {claim.derivation(name) for name in claim.routes}

    assert len(named | ({claim.formula} if claim.relation == "equals" else set())) >= 2
    assert "this project" in claim.source or "arXiv 2" in claim.source
    assert len(claim.id) < NAME


@every_claim
def test_a_bound_has_a_proof_that_is_checked_and_a_typical_case(claim: Claim[Any]) -> None:
    if claim.relation == "equals" or claim.id == "share-ridge-aligned":
        assert claim.proof is None
        return

    assert claim.proof is not None
    assert claim.proof()


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="one <!-- ledger -->"):
        filled("no table here", ())


def test_a_table_is_filled_in_once_and_again() -> None:
    (claim,) = (one for one in LITERATURE_CLAIMS if one.id == "best-weight")
    verdict = claim.check(rng=np.random.default_rng(0))

    page = filled("a\n<!-- ledger -->\nold\n<!-- /ledger -->\nb\n", (verdict,))

    assert page == filled(page, (verdict,))
    assert page.splitlines()[:2] == ["a", "<!-- ledger -->"]
    assert page.splitlines()[-1] == "b"
    assert "| holds | 4 |" in table_lines((verdict,))[2]
