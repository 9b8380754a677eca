"""Every claim about critical data sizes comes out as it should, and could come out otherwise."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from theory.claims import check_all
from theory.critical_data.claims import CRITICAL_CLAIMS
from theory.critical_data.identify_claims import COMPLETE, FLOOR_ONE, FLOOR_TWO
from theory.critical_data.lazy_student import LAZY_MIRROR
from theory.critical_data.linear_claims import LINEAR_PEAK
from theory.critical_data.shrinkage import DECAY_LAW, Shrinkage, decay_steps, printed_steps
from theory.verdict import Claim, Verdict


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in check_all(CRITICAL_CLAIMS)}


def test_all_claims_hold_but_the_printed_equation(verdicts: dict[str, Verdict]) -> None:
    found = {name: one.status for name, one in verdicts.items() if one.status != "holds"}

    assert found == {"decay-printed": "refuted"}


@pytest.mark.parametrize("name", ["table-follows", "table-follows-one-embedding", "lazy-student"])
def test_noise_hides_less_than_three_percent_of_what_draws_find(
    name: str, verdicts: dict[str, Verdict]
) -> None:
    assert verdicts[name].sees - verdicts[name].claim.within < 0.03


@pytest.mark.parametrize("claim", [FLOOR_TWO, COMPLETE, LAZY_MIRROR], ids=lambda one: one.id)
def test_cases_beside_the_ends_are_drawn(claim: Claim[Any]) -> None:
    families = [claim.family(np.random.default_rng(seed)) for seed in range(8)]

    assert len({cases[:2] for cases in families}) == 1
    assert len({cases[2:] for cases in families}) > 1


def test_every_claim_has_two_derivations_that_are_named() -> None:
    for claim in CRITICAL_CLAIMS:
        assert set(claim.derivations) == set(claim.routes)
        assert len({*claim.derivations.values(), claim.formula} - {""}) >= 2
        assert claim.span


def test_the_papers_run_on_film_reviews_needs_a_thousand_times_what_it_prints() -> None:
    case = Shrinkage(alpha=10, rate=1e-3, decay=1e-2)

    assert printed_steps(case) == pytest.approx(230.26, abs=0.01)
    assert decay_steps(case) == pytest.approx(230_257.4, abs=0.1)


@pytest.mark.parametrize("claim", [DECAY_LAW, LINEAR_PEAK, FLOOR_ONE], ids=lambda claim: claim.id)
def test_a_statement_that_is_a_tenth_off_is_refuted(claim: Claim[Any]) -> None:
    (verdict,) = check_all((replace(claim, stated=lambda case: 0.9 * claim.stated(case)),))

    assert verdict.status == "refuted"


def test_the_last_step_is_where_the_scale_is_undone() -> None:
    case = Shrinkage(alpha=3, rate=0.01, decay=2)
    steps = decay_steps(case)

    assert 3 * (1 - 0.02) ** math.ceil(steps) <= 1 < 3 * (1 - 0.02) ** math.floor(steps)
    assert DECAY_LAW.stated(case) == steps
    assert np.isfinite(steps)
