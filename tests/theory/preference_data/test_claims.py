"""Every claim about preferences comes out as it should, and could come out otherwise."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.support.planting import planted
from theory.claims import check_all
from theory.estimates import BLIND
from theory.preference_data.claims import PREFERENCE_CLAIMS
from theory.preference_data.displacement import EXAMPLE, chosen_log_probability, first_change
from theory.preference_data.losses import (
    bradley_terry,
    bradley_terry_gradient,
    dpo,
    dpo_gradient,
    kto_pair,
    kto_pair_gradient,
    nca,
    nca_gradient,
)
from theory.verdict import Claim, Verdict

_REFUTED = {"dpo-raises-chosen", "best-of-n-kl-any", "more-samples-help"}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in check_all(PREFERENCE_CLAIMS)}


def test_what_is_trusted_is_refuted_and_the_rest_holds(verdicts: dict[str, Verdict]) -> None:
    found = {name: one.status for name, one in verdicts.items() if one.status != "holds"}

    assert found == dict.fromkeys(_REFUTED, "refuted")
    assert len(verdicts) == len(PREFERENCE_CLAIMS)


def test_every_claim_has_a_witness_that_sees_three_percent(verdicts: dict[str, Verdict]) -> None:
    assert all(one.sees < BLIND for one in verdicts.values())
    for claim in PREFERENCE_CLAIMS:
        assert len({*claim.derivations.values(), claim.formula} - {""}) >= 2
        assert claim.span
        assert claim.derivations.get("simulated") != claim.formula


@pytest.mark.parametrize("factor", [1.05, 1 / 1.05])
def test_no_verdict_holds_with_a_planted_error(factor: float, verdicts: dict[str, Verdict]) -> None:
    holding = [one for one in verdicts.values() if one.status == "holds"]

    assert [one.claim.id for one in holding if planted(one, factor).status == "holds"] == []
    assert all(planted(one, 1.0).status == "holds" for one in holding)


def _bounds() -> list[Claim[Any]]:
    return [one for one in PREFERENCE_CLAIMS if one.proof is not None]


@pytest.mark.parametrize("claim", _bounds(), ids=lambda claim: claim.id)
def test_a_bound_without_its_proof_or_a_tenth_lower_does_not_hold(claim: Claim[Any]) -> None:
    lower = replace(claim, stated=lambda case: 0.9 * claim.stated(case))

    found = check_all((replace(claim, proof=None), replace(claim, proof=lambda: False), lower))

    assert [one.status for one in found] == ["unproven", "unproven", "refuted"]


@pytest.mark.parametrize("claim", PREFERENCE_CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_checked_at_points_that_are_drawn(claim: Claim[Any]) -> None:
    families = [
        [case.describe() for case in claim.family(np.random.default_rng(seed))] for seed in range(3)
    ]

    assert families[0] != families[1] or families[0] != families[2]


def test_in_the_example_a_third_that_nobody_compared_takes_everything() -> None:
    assert first_change(EXAMPLE) < 0
    assert math.exp(chosen_log_probability(EXAMPLE)) == pytest.approx(0.001, abs=1e-4)


_RATIOS = np.array([0.3, -1.2, 2.0]), np.array([-0.4, 0.9, 1.5])


@pytest.mark.parametrize(
    ("loss", "gradient", "beta"),
    [
        (bradley_terry, bradley_terry_gradient, None),
        (dpo, dpo_gradient, 0.3),
        (nca, nca_gradient, 0.3),
    ],
)
def test_gradients_are_those_of_the_losses(loss: Any, gradient: Any, beta: float | None) -> None:
    given = {} if beta is None else {"beta": beta}
    w, q = _RATIOS
    step = 1e-6

    by_w, by_q = gradient(w, q, **given)

    assert by_w == pytest.approx((loss(w + step, q, **given) - loss(w - step, q, **given)) / 2e-6)
    assert by_q == pytest.approx((loss(w, q + step, **given) - loss(w, q - step, **given)) / 2e-6)


def test_kto_holds_the_other_side_still_and_at_least_at_zero() -> None:
    w, q = -abs(_RATIOS[0]), -abs(_RATIOS[1])  # both means are below 0
    by_w, by_q = kto_pair_gradient(w, q, beta=0.5)
    step = 1e-6

    slope_w = (kto_pair(w + step, q, beta=0.5) - kto_pair(w - step, q, beta=0.5)) / (2 * step)
    slope_q = (kto_pair(w, q + step, beta=0.5) - kto_pair(w, q - step, beta=0.5)) / (2 * step)

    assert by_w == pytest.approx(slope_w)
    assert by_q == pytest.approx(slope_q)
    assert kto_pair(np.zeros(2), np.zeros(2), beta=1.0) == pytest.approx([1, 1])
    high = kto_pair(np.zeros(2), np.full(2, 3.0), beta=1.0)
    assert high == pytest.approx(2 / (1 + math.exp(-3)))  # z_l = 3 counts against the chosen one
