"""The claims of this room: cases that meet their assumptions, and routes of several derivations."""

import numpy as np
import pytest

from theory.discrete.claims import DISCRETE_CLAIMS
from theory.verdict import Claim


@pytest.mark.parametrize("claim", DISCRETE_CLAIMS, ids=lambda claim: claim.id)
def test_every_case_meets_the_assumptions(claim: Claim[object]) -> None:
    for case in claim.family(np.random.default_rng(11)):
        assert all(assumption.holds(case) for assumption in claim.assumptions)


@pytest.mark.parametrize("claim", DISCRETE_CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_says_where_it_was_checked_and_by_what(claim: Claim[object]) -> None:
    assert claim.span
    assert len({claim.derivation(route) for route in claim.routes}) >= 2


@pytest.mark.parametrize(
    "claim",
    [claim for claim in DISCRETE_CLAIMS if claim.relation != "equals" and claim.proof],
    ids=lambda claim: claim.id,
)
def test_no_case_leaves_a_proved_bound(claim: Claim[object]) -> None:
    sign = 1 if claim.relation == "at most" else -1
    for case in claim.family(np.random.default_rng(12)):
        found = claim.routes["exact"](case, np.random.default_rng(0)).value
        assert sign * found <= sign * claim.stated(case) + 1e-6
