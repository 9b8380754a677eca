import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.families.layer_emulators.audit import AUDIT, CRASH, PUBLISHED, UNIFORM, UNSHARED
from benchmarks.families.layer_emulators.claims import (
    CLAIMS,
    MARGIN,
    OF_ROOMS,
    assembled,
    chain_slack,
    judge_rows,
    largest_distance,
)
from benchmarks.families.layer_emulators.proved import CLAIMS as PROVED
from benchmarks.families.layer_emulators.recipes import BLIND, CHAIN, layer_emulators
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.audit import Audit
from benchmarks.paper.claims import Entry, judge_all
from benchmarks.paper.evidence import Evidence
from benchmarks.paper.printed_rules import FromTheory
from benchmarks.paper.published import PublishedNumbers
from benchmarks.running.record import Metric
from tests.support.records import study_record
from theory.layer_emulators.cka_claims import INVARIANT

_BLIND = {"d6_c3/cka": 0.772, "d6_c3/formula": 0.771, "d6_c10/cka": 0.98, "d6_c10/formula": 0.98}
_CHAIN = {"adjacent/cka": 0.867, "ends/cka": 0.351}


def _record(arm: str, seed: int, values: Mapping[str, float]) -> EmulatorRecord:
    """A valid record of the recipe as it stands, with these measures."""
    metrics = {
        key: Metric(value=value + 1e-5 * seed * ("cka" in key), stderr=0.001, n=32, version=1)
        for key, value in values.items()
    }
    return study_record(EmulatorRecord, layer_emulators(), arm, seed, metrics)


def _records(
    blind: Mapping[str, float], chain: Mapping[str, float], seeds: int = 3
) -> list[EmulatorRecord]:
    arms = {BLIND: blind, CHAIN: chain}
    return [_record(arm, seed, values) for arm, values in arms.items() for seed in range(seeds)]


def _entries(records: list[EmulatorRecord]) -> dict[str, Entry]:
    return {entry.claim.id: entry for entry in judge_all(CLAIMS, records, AUDIT)}


def _verdicts(records: list[EmulatorRecord]) -> dict[str, str]:
    return {id: entry.verdict for id, entry in _entries(records).items()}


def test_the_verdicts_without_a_record() -> None:
    elsewhere = {claim.id for claims in OF_ROOMS for claim in claims}

    expected = {
        "r1": "not attempted",
        "r2": "reproduced",
        "r2-selection": "undecided",
        "r2-sharing": "reproduced",
        "r3": "undecided",
        "r4": "not attempted",
        "r5": "not attempted",
        "r-ceiling": "undecided",
        "le.tables": "reproduced",
        "le.gain": "inconsistent as printed",
        "le.emulator_print": "not reproduced",
        "le.leak_print": "inconsistent as printed",
        **{claim.id: "reproduced" for claim in PROVED},
        "le.plug_in_order": "not reproduced",
        "le.cka_blind": "not attempted",
        "le.chain": "not attempted",
    }
    found = _verdicts([])

    assert {id: found[id] for id in expected} == expected
    assert set(found) == {*expected, *elsewhere}
    assert {found[id] for id in elsewhere} <= {"not attempted"}


def test_a_room_takes_the_place_of_a_claim_that_it_decides() -> None:
    own = [replace(CLAIMS[0], id=id) for id in ("r1", "r2")]
    theirs = [replace(CLAIMS[0], id=id, where="a room") for id in ("le.more", "r1")]

    found = [(claim.id, claim.where) for claim in assembled(own, [theirs])]

    assert found == [("r1", "a room"), ("r2", CLAIMS[0].where), ("le.more", "a room")]


def test_the_printed_rows_can_turn_a_claim_either_way() -> None:
    evidence = Evidence((), AUDIT)

    assert judge_rows(UNIFORM, CRASH, evidence).verdict == "reproduced"
    assert judge_rows(CRASH, UNIFORM, evidence).verdict == "not reproduced"
    assert judge_rows(UNIFORM, UNSHARED, evidence).verdict == "undecided"


@pytest.mark.parametrize(
    ("blind", "chain", "verdicts"),
    [
        (_BLIND, _CHAIN, ("reproduced", "reproduced")),
        (
            {**_BLIND, "d6_c10/cka": 0.96},
            {**_CHAIN, "ends/cka": 0.5},
            ("not reproduced", "not reproduced"),
        ),
        (
            {**_BLIND, "d6_c3/cka": 0.75},
            {**_CHAIN, "adjacent/cka": 0.83},
            ("not reproduced", "not reproduced"),
        ),
    ],
)
def test_records_can_turn_a_claim_either_way(
    blind: Mapping[str, float], chain: Mapping[str, float], verdicts: tuple[str, str]
) -> None:
    found = _verdicts(_records(blind, chain))

    assert (found["le.cka_blind"], found["le.chain"]) == verdicts


def test_seeds_on_both_sides_of_the_margin_decide_nothing() -> None:
    ends = [0.98 + MARGIN + shift for shift in (-0.002, 0.0, 0.002)]
    records = [_record(BLIND, k, {**_BLIND, "d6_c10/cka": end}) for k, end in enumerate(ends)]

    assert _verdicts(records)["le.cka_blind"] == "undecided"


def test_two_seeds_decide_nothing() -> None:
    found = _verdicts(_records(_BLIND, _CHAIN, seeds=2))

    assert (found["le.cka_blind"], found["le.chain"]) == ("undecided", "undecided")


def test_records_of_other_settings_are_no_evidence() -> None:
    other = replace(layer_emulators(), samples=8)
    records = [
        record.model_copy(update={"recipe": other.as_dict(), "digest": other.digest})
        for record in _records(_BLIND, _CHAIN)
    ]

    assert _verdicts(records) == _verdicts([])


def test_the_worst_case_decides() -> None:
    worse = {**_BLIND, "d6_c3/cka": 0.765}

    assert largest_distance([_record(BLIND, 0, _BLIND)]) == pytest.approx(0.001)
    assert largest_distance([_record(BLIND, 0, worse)]) == pytest.approx(0.006)


def test_a_chain_needs_like_neighbours_and_unlike_ends() -> None:
    assert chain_slack([_record(CHAIN, 0, _CHAIN)]) == pytest.approx(0.009)
    assert chain_slack([_record(CHAIN, 0, {**_CHAIN, "adjacent/cka": 0.8})]) == pytest.approx(-0.04)


def test_a_refuted_theorem_would_not_be_reproduced() -> None:
    wrong = replace(INVARIANT, stated=lambda _case: 0.5)

    assert FromTheory(wrong).judge(Evidence(())).verdict == "not reproduced"


def test_a_changed_cell_of_table_1_turns_the_audit(tmp_path: Path) -> None:
    folder = shutil.copytree(PUBLISHED.folder, tmp_path / "published")
    table = folder / "table_01.csv"
    text = table.read_text()
    assert "CRaSh: plug-in,OBQA,30.2" in text
    table.write_text(text.replace("CRaSh: plug-in,OBQA,30.2", "CRaSh: plug-in,OBQA,30.3"))
    changed = Audit(published=PublishedNumbers(folder, PUBLISHED.versions))

    (claim,) = (claim for claim in CLAIMS if claim.id == "le.tables")

    judgement = claim.rule.judge(Evidence((), changed))
    assert judgement.verdict == "inconsistent as printed"
    assert "CRaSh: plug-in, OBQA: 30.3 printed, 30.2 or 30.4 recomputed" in judgement.observed


def test_claims_by_print_say_so_and_what_their_errors_leave_out() -> None:
    by_print = [claim for claim in CLAIMS if "the printed rows alone decide" in claim.rule.words]

    assert {claim.id for claim in by_print} == {
        "r2",
        "r2-selection",
        "r2-sharing",
        "r3",
        "r-ceiling",
    }
    assert all("best of four learning rates" in claim.rule_in_words for claim in by_print)


def test_ids_are_unique_and_every_rule_says_what_decides() -> None:
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    assert [claim.id for claim in CLAIMS if not claim.rule.words] == []


def test_the_printed_numbers_stand_beside_what_was_not_attempted() -> None:
    entries = _entries([])

    assert entries["r4"].printed == (
        "zero-shot: +5.84 points, z +9.7, 8 of 8 tasks up; "
        "its tuned emulator: +4.78 points, z +7.8, 8 of 8 tasks up"
    )
    assert "12 of 24" in entries["r3"].printed
