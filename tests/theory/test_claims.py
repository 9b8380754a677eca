"""The ledger: every claim has the verdict its numbers give, and could have had another."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from theory import report
from theory.claims import CLAIMS, check_all, stream
from theory.linear_chains.rational import Instance
from theory.toedit.evidence import small
from theory.verdict import Assumption, Claim, Estimate, Verdict, agreement, decide

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


def decided(evidence: dict[str, Estimate], stated: float, **changes: object) -> str:
    """The status of a made-up claim."""
    claim = replace(CLAIMS[0], stated=lambda _case: stated, **changes)  # type: ignore[arg-type]
    return decide(claim, CASE, evidence).status  # type: ignore[arg-type]


def test_one_route_proves_nothing() -> None:
    assert decided({"exact": Estimate(value=1.0)}, 1.0) == "unproven"


def test_routes_that_disagree_prove_nothing() -> None:
    evidence = {"exact": Estimate(value=1.0), "dense": Estimate(value=1.1)}

    assert decided(evidence, 1.0) == "unproven"


def test_a_broken_assumption_proves_nothing() -> None:
    never: Assumption[Instance] = Assumption(text="never", holds=lambda _case: False)
    claim = replace(CLAIMS[1], assumptions=(never,))

    verdict = claim.check(rng=np.random.default_rng(0))

    assert verdict.status == "unproven"
    assert "never" in verdict.reason


@dataclass(frozen=True)
class Die:
    """A case of no room of the theory."""

    sides: int

    def describe(self) -> str:
        return f"a die of {self.sides} sides"


def test_a_claim_can_be_about_any_case_that_describes_itself() -> None:
    claim = Claim(
        id="die",
        statement="the mean of a die is 3.5",
        source="arithmetic",
        relation="equals",
        subject=lambda _rng: Die(6),
        stated=lambda _case: 3.5,
        routes={
            "symbolic": lambda die, _rng: Estimate(value=(die.sides + 1) / 2),
            "exact": lambda die, _rng: Estimate(value=sum(range(die.sides + 1)) / die.sides),
        },
        assumptions=(Assumption(text="it has sides", holds=lambda die: die.sides > 0),),
    )

    verdict = claim.check(rng=np.random.default_rng(0))

    assert (verdict.status, verdict.case) == ("holds", "a die of 6 sides")


def test_a_bound_needs_a_proof_to_hold() -> None:
    evidence = {"exact": Estimate(value=1.0), "dense": Estimate(value=1.0)}

    assert decided(evidence, 2.0, relation="at most", proof=None) == "unproven"
    assert decided(evidence, 2.0, relation="at most", proof=lambda: False) == "unproven"
    assert decided(evidence, 2.0, relation="at most", proof=lambda: True) == "holds"
    assert decided(evidence, 0.9, relation="at most", proof=lambda: True) == "refuted"
    assert decided(evidence, 1.1, relation="at least", proof=lambda: True) == "refuted"


def test_a_bound_far_from_the_truth_is_vacuous() -> None:
    evidence = {"exact": Estimate(value=1.0), "dense": Estimate(value=1.0)}

    assert decided(evidence, 2.0, relation="at most", typical=lambda: 11.0) == "vacuous"


def test_noise_counts_in_agreement() -> None:
    noisy = {"exact": Estimate(value=1.0), "simulated": Estimate(value=1.3, stderr=0.1)}

    assert agreement(noisy, 0.0) == ("exact", "simulated")
    assert agreement({**noisy, "simulated": Estimate(value=1.5, stderr=0.1)}, 0.0) == ()


def test_two_of_three_routes_suffice() -> None:
    evidence = {
        "symbolic": Estimate(value=1.0),
        "exact": Estimate(value=2.0),
        "simulated": Estimate(value=2.1, stderr=0.1),
    }

    assert agreement(evidence, 1e-6) == ("exact", "simulated")


def test_the_ledger_starts_with_the_worst(verdicts: dict[str, Verdict]) -> None:
    lines = report.ledger_lines(list(verdicts.values()))

    order = [line.split()[0] for line in lines[1 : len(CLAIMS) + 1]]
    assert order == sorted(order, key=report.ORDER.index)
    assert max(map(len, lines[: len(CLAIMS) + 1])) <= report.WIDTH
    assert lines[-1].endswith("182/81 = 2.2469 > 2")
