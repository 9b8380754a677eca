"""What of the study of edits stands on the family's page."""

from pathlib import Path

import pytest

from benchmarks.families.layer_emulators.audit import AUDIT
from benchmarks.families.layer_emulators.edits.claims import CLAIMS
from benchmarks.families.layer_emulators.edits.recipe import AGAIN, layer_emulators_edits
from benchmarks.families.layer_emulators.edits.shown import chance, draw, section
from benchmarks.families.layer_emulators.record import EmulatorRecord
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from tests.support.records import study_record


def _record(arm: str, seed: int) -> EmulatorRecord:
    names = ("flagged_jaccard", "drawn_alike", "change_probability", "change_probability_whole")
    kept = ("all",) if arm == AGAIN else layer_emulators_edits().kept
    metrics = {
        f"{n}/all texts/{name}": Metric(value=0.25 + seed / 100, stderr=None, n=9, version=1)
        for n in kept
        for name in names
    }
    return study_record(EmulatorRecord, layer_emulators_edits(), arm, seed, metrics)


@pytest.fixture
def records() -> tuple[EmulatorRecord, ...]:
    return tuple(_record(arm, s) for s in range(3) for arm in layer_emulators_edits().arms)


def test_the_section_says_every_number_and_every_verdict(
    records: tuple[EmulatorRecord, ...],
) -> None:
    ledger = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, AUDIT)}

    text = section(records, ledger)

    assert text.startswith("## ")
    assert text.count("| cost of skipping") == len(layer_emulators_edits().kept)
    assert "0.260 [0.235, 0.285]" in text
    assert all(f"`{claim.id}`" in text for claim in CLAIMS)
    assert "draws 0.260" in text, "the control"
    assert "independent choices would have 0.067" in text


def test_without_records_there_is_no_section_and_no_picture(
    records: tuple[EmulatorRecord, ...], tmp_path: Path
) -> None:
    assert section(records[:1], {}) == ""
    assert draw((), tmp_path) == []
    assert [path.name for path in draw(records, tmp_path)] == ["edits.png", "edits.pdf"]


def test_what_chance_has_in_common() -> None:
    assert chance(1.0) == 1
    assert chance(0.5) == pytest.approx(0.25 / 0.75)
