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
    named = {claim.derivation(route) for route in claim.routes}

    assert len(named | ({claim.formula} if claim.relation == "equals" else set())) >= 2
