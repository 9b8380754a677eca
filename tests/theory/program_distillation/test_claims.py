"""Every claim about verified programs comes out as it should, and could come out otherwise."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from theory.claims import check_all
from theory.program_distillation.claims import DISTILLATION_CLAIMS
from theory.program_distillation.filtering import (
    PRECISION,
    SETTLED,
    Recursion,
    faulty_after,
    precision,
    settled,
)
from theory.program_distillation.passing import coverage, law_of_two
from theory.program_distillation.recursion import (
    Types,
    accumulated,
    entropy,
    evenly,
    hardest,
    power_law,
    refreshed,
    replaced,
)
from theory.program_distillation.rounds import EIGHTH
from theory.program_distillation.tail import TAIL, TAIL_POOLED
from theory.verdict import Claim, Verdict

FIFTY = evenly(50, Fraction(1, 10), Fraction(19, 20), 8)


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in check_all(DISTILLATION_CLAIMS)}


def test_three_claims_are_refuted_and_the_others_hold(verdicts: dict[str, Verdict]) -> None:
    found = {name: one.status for name, one in verdicts.items() if one.status != "holds"}

    assert found == dict.fromkeys(
        ("rounds-eighth-any", "rounds-one-each-mends", "verifier-mostly-right"), "refuted"
    )


def test_every_claim_has_a_witness_that_sees_three_percent(verdicts: dict[str, Verdict]) -> None:
    assert all(one.sees < 0.03 for one in verdicts.values())
    for claim in DISTILLATION_CLAIMS:
        assert len({*claim.derivations.values(), claim.formula} - {""}) >= 2
        assert claim.span


@pytest.mark.parametrize(
    "claim", [PRECISION, SETTLED, EIGHTH, TAIL, TAIL_POOLED], ids=lambda c: c.id
)
def test_a_statement_that_is_a_twentieth_off_is_refuted(claim: Claim[Any]) -> None:
    (verdict,) = check_all((replace(claim, stated=lambda case: 1.05 * claim.stated(case)),))

    assert verdict.status == "refuted"


def test_a_filter_of_a_real_teacher_leaves_what_was_measured() -> None:
    kept = [round(precision(0.2715, s), 4) for s in (0.0013, 0.01, 0.05)]

    assert kept == [0.9995, 0.9963, 0.9817]
    assert faulty_after(0.4, 0) == 0


def test_faults_settle_far_below_where_they_end_without_a_filter() -> None:
    own, taught = Fraction(1, 10), Fraction(9, 10)
    ends = [
        settled(Recursion(own=own, taught=taught, spurious=s))
        for s in (Fraction(0), Fraction(1, 20), Fraction(1))
    ]

    assert ends == pytest.approx([0.1, 0.105, 1.0], abs=5e-4)


def test_two_rounds_give_the_law_back() -> None:
    assert law_of_two(coverage(2, 5, 1), coverage(2, 5, 2)) == pytest.approx((2, 5))
    with pytest.raises(ValueError, match=r"coverage 0\.5 and 0\.5 after two rounds"):
        law_of_two(0.5, 0.5)
    with pytest.raises(ValueError, match="fits no Beta law"):
        law_of_two(0.5, 0.9)


def test_the_hardest_fifth_of_fifty_types_is_gone_after_eight_generations() -> None:
    first = FIFTY.shares

    assert hardest(first, FIFTY) == pytest.approx(0.2)
    assert hardest(replaced(FIFTY), FIFTY) == pytest.approx(1e-5, rel=0.1)
    assert hardest(accumulated(FIFTY), FIFTY) == pytest.approx(0.048, abs=5e-4)
    assert (entropy(first), entropy(replaced(FIFTY))) == pytest.approx((5.64, 3.90), abs=0.005)


def test_a_pool_loses_the_tail_as_a_power_of_the_generations() -> None:
    rates = (Fraction(1, 2), Fraction(1))
    odds = [power_law(Types(first=(1, 1), rates=rates, generations=t)) for t in (1_000, 4_000)]

    assert odds[1] / odds[0] == pytest.approx(4**-0.5, rel=1e-3)


def test_human_problems_keep_every_type() -> None:
    case = evenly(50, Fraction(1, 10), Fraction(19, 20), 1, human=Fraction(1, 10))
    shares = refreshed(case)

    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0.1 * case.shares).all()
    assert np.all(np.diff(shares) > 0)
    assert math.isclose(hardest(shares, case), 0.0247, abs_tol=1e-4)
