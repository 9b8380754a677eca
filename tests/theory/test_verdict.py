"""A verdict follows from the numbers of all routes in all cases, whatever the claim is about."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.support.planting import judged, planted
from theory import report
from theory.findings import compare
from theory.verdict import (
    Assumption,
    Claim,
    Estimate,
    Route,
    RouteName,
    Verdict,
    agreement,
    conclude,
    decide,
)


@dataclass(frozen=True)
class Die:
    """A case of no room of the theory."""

    sides: int

    def describe(self) -> str:
        """Return the die in words."""
        return f"a die of {self.sides} sides"


def formula(die: Die, _rng: np.random.Generator) -> Estimate:
    """Return the mean as the stated formula has it."""
    return Estimate(value=(die.sides + 1) / 2)


def counted(die: Die, _rng: np.random.Generator) -> Estimate:
    """Return the mean by adding up the sides."""
    return Estimate(value=sum(range(die.sides + 1)) / die.sides)


def thrown(die: Die, rng: np.random.Generator) -> Estimate:
    """Return the mean of many throws."""
    throws = rng.integers(1, die.sides + 1, size=4000)
    return Estimate(value=float(throws.mean()), stderr=float(throws.std() / math.sqrt(4000)))


MEAN = Claim(
    id="die",
    statement="the mean of a die of n sides is (n + 1)/2",
    source="arithmetic",
    relation="equals",
    cases=lambda rng: (Die(2), Die(100), Die(int(rng.integers(3, 100)))),
    span="2 to 100 sides",
    stated=lambda die: (die.sides + 1) / 2,
    formula="sum of integers",
    routes={"symbolic": formula, "exact": counted, "simulated": thrown},
    derivations={"symbolic": "sum of integers", "exact": "sides added up", "simulated": "throws"},
    assumptions=(Assumption(text="it has sides", holds=lambda die: die.sides > 0),),
)
SIX = Die(6)


def checked(claim: Claim[Die]) -> Verdict:
    """Return the verdict with a fixed stream."""
    return claim.check(rng=np.random.default_rng(0))


def decided(evidence: Mapping[RouteName, Estimate], stated: float, **changes: object) -> str:
    """Return the status of a made-up claim."""
    made = {
        "stated": lambda _case: stated,
        "routes": dict.fromkeys(evidence, counted),
        "derivations": {name: name for name in evidence},
        "formula": "a formula",
        **changes,
    }
    return decide(replace(MEAN, **made), SIX, evidence).status  # type: ignore[arg-type]


def test_a_claim_is_checked_at_its_ends_and_inside() -> None:
    verdict = checked(MEAN)

    sides = [int(finding.case.split()[3]) for finding in verdict.findings]
    assert verdict.status == "holds"
    assert sides[:2] == [2, 100]
    assert 2 < sides[2] < 100
    assert all(set(finding.agreeing) == set(MEAN.routes) for finding in verdict.findings)


def test_another_seed_draws_another_point_inside() -> None:
    inside = {MEAN.check(rng=np.random.default_rng(seed)).findings[2].case for seed in range(5)}

    assert len(inside) > 1


def test_one_counter_example_inside_refutes_and_is_printed() -> None:
    claim = replace(MEAN, stated=lambda die: (die.sides + 1) / 2 + (die.sides > 90))

    verdict = checked(claim)

    assert [finding.status for finding in verdict.findings][:2] == ["agrees", "refuted"]
    assert (verdict.status, verdict.case) == ("refuted", "a die of 100 sides")
    assert any("a die of 100 sides" in line for line in report.ledger_lines([verdict])[2:])


def test_a_route_that_dissents_in_one_case_makes_the_claim_disputed() -> None:
    def wrong_from_ten(die: Die, rng: np.random.Generator) -> Estimate:
        return Estimate(value=formula(die, rng).value + 0.1 * (die.sides > 10))

    verdict = checked(replace(MEAN, routes={**MEAN.routes, "exact": wrong_from_ten}))

    assert verdict.status == "disputed"
    assert verdict.case == "a die of 100 sides"
    assert verdict.found == pytest.approx(50.6)
    assert "exact 50.6" in verdict.reason


def test_no_majority_outvotes_a_route() -> None:
    evidence: dict[RouteName, Estimate] = {
        "symbolic": Estimate(value=2.461),
        "exact": Estimate(value=2.461),
        "dense": Estimate(value=2.461),
        "simulated": Estimate(value=2.147, stderr=0.012),
    }

    assert decided(evidence, 2.461) == "disputed"
    assert decided(evidence, 2.147) == "disputed"
    assert decided(evidence, 3.0, relation="at most", proof=lambda: True) == "disputed"


def test_a_dispute_in_one_case_is_not_hidden_by_a_counter_example_in_another() -> None:
    both: dict[RouteName, str] = {"exact": "sides added up", "dense": "lots"}
    routes = dict.fromkeys(both, counted)
    claim = replace(MEAN, stated=lambda _die: 1.0, routes=routes, derivations=both)
    refuted = decide(claim, SIX, dict.fromkeys(("exact", "dense"), Estimate(value=3.5)))
    torn = decide(claim, SIX, {"exact": Estimate(value=3.5), "dense": Estimate(value=1.0)})

    verdict = conclude(claim, (*refuted.findings, *torn.findings))

    assert (refuted.status, torn.status, verdict.status) == ("refuted", "disputed", "disputed")
    assert verdict.deciding == torn.deciding


def test_routes_of_one_derivation_are_one_witness() -> None:
    evidence: dict[RouteName, Estimate] = {
        "symbolic": Estimate(value=3.5),
        "exact": Estimate(value=3.5),
    }
    one = {"symbolic": "sum of integers", "exact": "sum of integers"}

    assert decided(evidence, 3.5) == "holds"
    assert decided(evidence, 3.5, derivations=one) == "holds"
    assert decided(evidence, 3.5, derivations=one, formula="sum of integers") == "unproven"
    assert decided(evidence, 9.0, derivations=one) == "unproven"
    assert decided(evidence, 9.0, relation="at most", derivations=one) == "unproven"


def test_every_route_and_the_formula_of_an_equality_name_their_derivation() -> None:
    with pytest.raises(ValueError, match="routes or derivations without the other"):
        replace(MEAN, derivations={"dense": "sum of integers"})
    with pytest.raises(ValueError, match="routes or derivations without the other"):
        replace(MEAN, routes={**MEAN.routes, "dense": counted})
    with pytest.raises(ValueError, match="`formula`"):
        replace(MEAN, formula="")
    with pytest.raises(TypeError, match="derivations"):
        Claim(  # type: ignore[call-arg]
            id="die",
            statement="",
            source="",
            relation="at most",
            stated=lambda _die: 1.0,
            routes={},
        )


def test_a_witness_that_could_not_see_a_few_percent_proves_nothing() -> None:
    def witnessed(stderr: float, **changes: object) -> Verdict:
        numbers: dict[RouteName, Estimate] = {
            "exact": Estimate(value=3.5),
            "simulated": Estimate(value=3.5, stderr=stderr),
        }
        ways = {"exact": "sum of integers", "simulated": "throws"}
        routes = dict.fromkeys(numbers, counted)
        made = {"routes": routes, "derivations": ways, "tolerance": 0.0, **changes}
        return decide(replace(MEAN, **made), SIX, numbers)  # type: ignore[arg-type]

    sharp, blind = witnessed(3.5 * 0.0074), witnessed(3.5 * 0.0076)

    assert (sharp.status, blind.status) == ("holds", "unproven")
    assert sharp.sees == pytest.approx(4 * 0.0074)
    assert "only independent witness cannot see errors below 3 %" in blind.reason
    assert witnessed(0.0, tolerance=0.04).status == "unproven"
    assert witnessed(0.1, formula="another one").status == "holds"
    assert witnessed(0.1, relation="at most", proof=lambda: True).status == "unproven"


def test_a_blind_witness_refutes_only_what_lies_further_off_than_it_sees() -> None:
    numbers: dict[RouteName, Estimate] = {
        "exact": Estimate(value=3.5),
        "simulated": Estimate(value=3.5, stderr=0.1),
    }

    assert decided(numbers, 3.4, relation="at most") == "unproven"
    assert decided(numbers, 3.0, relation="at most") == "refuted"


@pytest.mark.parametrize("factor", [1.05, 1 / 1.05])
def test_a_planted_error_is_noticed_where_a_witness_is_sharp(factor: float) -> None:
    verdict = checked(MEAN)

    assert judged(verdict) == "sum of integers"
    assert planted(verdict, 1.0).status == "holds"
    assert planted(verdict, factor).status == "disputed"
    assert planted(verdict, factor, "sides added up").status == "disputed"
    assert planted(verdict, factor, "nothing rests on this").status == "holds"


def test_identities_are_counted_apart() -> None:
    other = checked(replace(MEAN, id="other", kind="identity"))

    lines = report.ledger_lines([checked(MEAN), other])

    assert lines[3].startswith("1 statements, 3 cases:")
    assert lines[4].startswith("1 identities, counted apart, 3 cases:")
    assert len(report.ledger_lines([checked(MEAN)])) == len(lines) - 2


def test_a_claim_needs_something_to_be_tested_on() -> None:
    with pytest.raises(ValueError, match="cases"):
        replace(MEAN, cases=None)
    with pytest.raises(ValueError, match="no case"):
        checked(replace(MEAN, cases=lambda _rng: ()))


def test_a_claim_may_have_one_case_only() -> None:
    verdict = checked(replace(MEAN, cases=None, subject=lambda _rng: SIX))

    assert (verdict.status, verdict.case) == ("holds", "a die of 6 sides")
    assert len(verdict.findings) == 1


def test_the_subject_is_checked_before_the_family() -> None:
    verdict = checked(replace(MEAN, subject=lambda _rng: SIX))

    assert [f.case for f in verdict.findings][:2] == ["a die of 6 sides", "a die of 2 sides"]


def test_one_route_proves_nothing() -> None:
    assert decided({"exact": Estimate(value=1.0)}, 1.0) == "unproven"


def test_routes_that_disagree_are_a_dispute() -> None:
    assert decided({"exact": Estimate(value=1.0), "dense": Estimate(value=1.1)}, 1.0) == "disputed"


def test_a_broken_assumption_proves_nothing() -> None:
    small: Assumption[Die] = Assumption(text="few sides", holds=lambda die: die.sides < 50)

    verdict = checked(replace(MEAN, assumptions=(small,)))

    assert (verdict.status, verdict.case) == ("unproven", "a die of 100 sides")
    assert "few sides" in verdict.reason


def test_a_bound_needs_a_proof_to_hold() -> None:
    evidence: dict[RouteName, Estimate] = {
        "exact": Estimate(value=1.0),
        "dense": Estimate(value=1.0),
    }

    assert decided(evidence, 2.0, relation="at most", proof=None) == "unproven"
    assert decided(evidence, 2.0, relation="at most", proof=lambda: False) == "unproven"
    assert decided(evidence, 2.0, relation="at most", proof=lambda: True) == "holds"
    assert decided(evidence, 0.9, relation="at most", proof=lambda: True) == "refuted"
    assert decided(evidence, 1.1, relation="at least", proof=lambda: True) == "refuted"


def test_a_bound_is_vacuous_only_if_it_is_far_from_the_truth_in_every_typical_case() -> None:
    evidence: dict[RouteName, Estimate] = {
        "exact": Estimate(value=1.0),
        "dense": Estimate(value=1.0),
    }
    both = {"many rows": 24.0, "few rows": 1.03}

    assert decided(evidence, 2.0, relation="at most", typical=lambda: 11.0) == "vacuous"
    assert decided(evidence, 2.0, relation="at most", typical=lambda: both) == "unproven"
    ways: dict[RouteName, str] = {"exact": "sides added up", "dense": "lots"}
    claim = replace(
        MEAN,
        relation="at most",
        stated=lambda _die: 2.0,
        typical=lambda: both,
        routes=dict.fromkeys(ways, counted),
        derivations=ways,
    )
    verdict = decide(claim, SIX, evidence)
    assert verdict.looseness == 1.03
    assert "24 (many rows), 1.03 (few rows)" in verdict.reason


def test_a_bound_is_decided_by_the_case_with_the_least_slack() -> None:
    claim = replace(MEAN, relation="at most", stated=lambda die: die.sides - 1, proof=lambda: True)

    verdict = checked(replace(claim, cases=lambda _rng: (Die(50), Die(4), Die(9))))

    assert (verdict.status, verdict.case) == ("holds", "a die of 4 sides")


def test_noise_counts_in_agreement() -> None:
    noisy: dict[RouteName, Estimate] = {
        "exact": Estimate(value=1.0),
        "simulated": Estimate(value=1.3, stderr=0.1),
    }

    assert agreement(noisy, 0.0) == ("exact", "simulated")
    assert agreement({**noisy, "simulated": Estimate(value=1.5, stderr=0.1)}, 0.0) == ()


def test_a_tolerance_may_depend_on_the_case() -> None:
    claim = replace(MEAN, stated=lambda die: (die.sides + 1) / 2 * (1 + 0.04 / die.sides))

    assert checked(replace(claim, tolerance=lambda die: 0.05 / die.sides)).status == "holds"
    assert checked(replace(claim, tolerance=lambda die: 0.01 / die.sides)).status == "refuted"


def once_wrong() -> Route[Die]:
    """Return a simulation whose first draw is 5 standard errors away, and no other."""
    drawn: list[Die] = []

    def route(die: Die, _rng: np.random.Generator) -> Estimate:
        drawn.append(die)
        return Estimate(value=(die.sides + 1) / 2 + 0.5 * (len(drawn) == 1), stderr=0.1)

    return route


def test_an_unlucky_draw_is_drawn_once_more() -> None:
    ways: dict[RouteName, str] = {"exact": "sides added up", "simulated": "throws"}
    routes: dict[RouteName, Route[Die]] = {"exact": counted, "simulated": once_wrong()}
    claim = replace(MEAN, routes=routes, derivations=ways)

    verdict = checked(claim)

    assert verdict.status == "holds"
    assert [finding.redrawn for finding in verdict.findings] == [True, False, False]


def test_a_simulation_that_is_always_away_stays_a_dispute() -> None:
    def away(die: Die, rng: np.random.Generator) -> Estimate:
        value = (die.sides + 1) / 2 + 1 + 0.1 * rng.standard_normal()
        return Estimate(value=float(value), stderr=0.1)

    routes: dict[RouteName, Route[Die]] = {"exact": counted, "simulated": away}
    ways: dict[RouteName, str] = {"exact": "sides added up", "simulated": "throws"}
    verdict = checked(replace(MEAN, routes=routes, derivations=ways))

    assert verdict.status == "disputed"


def test_details_show_every_case_and_the_derivations() -> None:
    text = "\n".join(report.detail_lines(checked(MEAN)))

    assert "case 1 of 3: a die of 2 sides" in text
    assert "range: 2 to 100 sides" in text
    assert "assumes: it has sides" in text
    assert "symbolic [sum of integers]: 1.5" in text
    assert "stated [sum of integers]: equals 1.5" in text
    assert "independent witnesses show errors of 0.0% and more" in text


def test_the_record_holds_every_case() -> None:
    record = report.as_record(checked(MEAN))

    assert record["status"] == "holds"
    assert record["range"] == "2 to 100 sides"
    assert [case["case"] for case in record["cases"]][:2] == [
        "a die of 2 sides",
        "a die of 100 sides",
    ]
    assert record["derivations"]["exact"] == "sides added up"
    assert (record["kind"], record["formula"]) == ("statement", "sum of integers")
    assert record["sees"] == pytest.approx(1e-9)


@pytest.mark.parametrize(("value", "stderr"), [(math.nan, 0.0), (1.0, math.inf), (1.0, -0.1)])
def test_a_number_that_is_none_agrees_with_nothing(value: float, stderr: float) -> None:
    with pytest.raises(ValueError, match="both must be finite"):
        Estimate(value=value, stderr=stderr)


def test_two_draws_count_by_their_precision() -> None:
    both = Estimate(value=1.0, stderr=0.1).pooled(Estimate(value=2.0, stderr=0.2))

    assert both.value == pytest.approx((100 * 1.0 + 25 * 2.0) / 125)
    assert both.stderr == pytest.approx(125**-0.5)


def test_a_broken_assumption_hides_no_dispute() -> None:
    found = compare(
        {
            "exact": Estimate(value=1.0),
            "dense": Estimate(value=1.0),
            "simulated": Estimate(value=50.0, stderr=0.1),
        },
        case="a case",
        stated=1.0,
        relation="equals",
        tolerance=1e-9,
        derivations={"exact": "a", "dense": "b", "simulated": "c"},
        formula="d",
        unmet=("something",),
    )

    assert found.status == "disputed"


def test_a_statement_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="nan is stated"):
        compare(
            {"exact": Estimate(value=1.0), "dense": Estimate(value=1.0)},
            case="a case",
            stated=math.nan,
            relation="equals",
            tolerance=1e-9,
            derivations={"exact": "a", "dense": "b"},
        )
