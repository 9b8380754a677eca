from collections.abc import Callable, Mapping
from typing import Any

import pytest

from benchmarks.comparing.decisions import Region
from benchmarks.families.program_distillation import statistics as of
from benchmarks.families.program_distillation.audit import (
    AUDIT,
    inconsistencies,
    repairable_in_words,
)
from benchmarks.families.program_distillation.census import FromCensus
from benchmarks.families.program_distillation.claims import CLAIMS, TEN
from benchmarks.families.program_distillation.recipes import program_distillation
from benchmarks.families.program_distillation.record import DistillationRecord
from benchmarks.paper.claims import judge_all
from benchmarks.paper.evidence import Evidence
from benchmarks.paper.rules import FIRST_THREE

Arms = Mapping[str, Mapping[str, float]]
MakeRecord = Callable[[str, int, Mapping[str, float]], DistillationRecord]
_BY_RUNS = tuple(claim for claim in CLAIMS if claim.rule.plans)


def _verdicts(records: list[DistillationRecord]) -> dict[str, str]:
    return {entry.claim.id: entry.verdict for entry in judge_all(_BY_RUNS, records, AUDIT)}


def test_without_a_record_nothing_is_attempted() -> None:
    assert set(_verdicts([]).values()) == {"not attempted"}


def test_the_verdicts_of_records_as_they_may_be(records: list[DistillationRecord]) -> None:
    found = _verdicts(records)

    own = program_distillation().name
    others = {one.id for one in _BY_RUNS if {plan.recipe for plan in one.rule.plans} != {own}}
    assert {found.pop(id) for id in others} == {"not attempted"}
    assert {id for id, verdict in found.items() if verdict != "reproduced"} == {
        "pad.rounding",
        "pad.real_teacher",
    }
    assert found["pad.rounding"] == found["pad.real_teacher"] == "not reproduced"


@pytest.mark.parametrize(
    ("claim", "arm", "changes"),
    [
        ("pad.sandbox", "sandbox", {"hostile/overran": 1.0}),
        ("pad.twins", "twins", {"test/right": 0.89}),
        ("pad.false_reject", "twins", {"train/exact/right_rejected": 1.0}),
        ("pad.filter_recall", "faults", {"result_confused/recall": 0.97}),
        ("pad.filter_names", "faults", {"undefined_name/ran": 0.01}),
        ("pad.filter_kept", "faults", {"round/kept_faulty": 0.02}),
        ("pad.reassigned", "faults", {"operator_changed/recall_reassigned": 0.9}),
        ("pad.text_check", "faults", {f"{kind}/recall_text": 1.0 for kind in of.READ}),
        ("pad.text_real", "teachers", {"6b_finetuning/wrong/text_rejected": 1.0}),
        ("pad.real_label", "teachers", {"6b_finetuning/mislabelled": 1.0}),
        ("pad.entropy", "entropy", {"bits/program_less_chain_of_thought": 1.0}),
    ],
)
def test_records_can_turn_a_claim_the_other_way(
    claim: str, arm: str, changes: dict[str, float], arms: Arms, make_record: MakeRecord
) -> None:
    values = {**arms[arm], **changes}
    seeds = {*FIRST_THREE, *TEN}
    found = _verdicts([make_record(arm, seed, values) for seed in seeds])

    assert found[claim] == "not reproduced"


def test_what_seems_to_fail_can_be_reproduced(arms: Arms, make_record: MakeRecord) -> None:
    none = {key: 0.0 for key in arms["twins"] if "accepted" in key}
    kept = {key: 0.0 for key in arms["teachers"] if key.endswith(("rejected", "kept"))}
    records = [
        make_record(arm, seed, {**arms[arm], **changes})
        for arm, changes in (("twins", none), ("teachers", kept))
        for seed in range(3)
    ]

    found = _verdicts(records)

    assert found["pad.rounding"] == found["pad.real_teacher"] == "reproduced"


def _census(region: Region) -> FromCensus:
    return FromCensus(program_distillation, "twins", of.least_converted, region)


@pytest.mark.parametrize(
    ("seeds", "shift", "verdict", "reason"),
    [
        ((0, 1, 2), 0.0, "reproduced", ""),
        ((0, 2), 0.0, "undecided", "no count: seeds 1 missing"),
        ((0, 1, 2), 0.01, "undecided", "seeds change the number"),
        ((), 0.0, "not attempted", ""),
    ],
)
def test_a_census_needs_all_seeds_and_one_number(
    seeds: tuple[int, ...],
    shift: float,
    verdict: str,
    reason: str,
    arms: Arms,
    make_record: MakeRecord,
) -> None:
    records: list[Any] = [
        make_record("twins", seed, {**arms["twins"], "test/right": 0.92 + shift * seed})
        for seed in seeds
    ]

    found = _census(Region(above=0.9)).judge(Evidence(tuple(records), AUDIT))

    assert found.verdict == verdict
    assert found.reason.startswith(reason)


def test_ids_are_unique_and_every_rule_can_come_out_in_two_ways() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    assert [c.id for c in _BY_RUNS if not {"reproduced", "not reproduced"} <= c.rule.can_say] == []


def test_the_numbers_of_result_files_follow_from_each_other() -> None:
    checks = AUDIT.checks()

    assert len(checks) > 20
    assert {check.status for check in checks} == {"follows"}


def test_the_audit_quotes_the_numbers_of_the_files() -> None:
    found = inconsistencies()

    assert len(found) == 8
    assert repairable_in_words() == "87 of 841 wrong programs, 6.7 of 100 questions"
    assert "0.46 % on GSM8K" in found[1].one
    assert "42.2 % on SVAMP" in found[1].other
    assert found[6].other.startswith("27.15 %")
