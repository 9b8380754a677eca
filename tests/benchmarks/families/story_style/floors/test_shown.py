from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.families.catalogue import find_recipe
from benchmarks.families.story_style.family import FAMILY
from benchmarks.families.story_style.floors import shown, statistics
from benchmarks.families.story_style.floors.claims import CLAIMS
from benchmarks.families.story_style.floors.names import ALL, NOVELISTS, PRESIDENTS
from benchmarks.families.story_style.floors.study import story_style, story_style_cpu_floors
from benchmarks.families.story_style.floors.systems import SYSTEMS
from benchmarks.families.story_style.record import StoryRecord
from benchmarks.paper.claims import Entry, judge_all
from benchmarks.running.record import Metric
from benchmarks.running.study import Study
from data.errors import BadInput
from data.story_style.views import VIEWS
from tests.support.records import study_record


def _metrics(arm: str, swap: float) -> Mapping[str, Metric]:
    values = {f"accuracy/{view}": 0.9 - 0.1 * at for at, view in enumerate(VIEWS)}
    if arm != ALL:
        for system in SYSTEMS:
            for name in ("r-Acc/unseen", "a-Acc/seen", "a-Acc/unseen", "a-Acc/masked"):
                values[f"{system}/{name}"] = swap if system == "word swap" else 0.2
            for name in ("a-Acc/function_words", "BLEU-1", "BLEU-4", "released BLEU-4", "order"):
                values[f"{system}/{name}"] = 0.6
        values["word swap/BLEU-1"] = 0.65 + swap / 10
    return {name: Metric(value=v, stderr=None, n=200, version=1) for name, v in values.items()}


def _records(recipe: Study, seeds: int, swap: float = 0.95) -> list[StoryRecord]:
    return [
        study_record(StoryRecord, recipe, arm, seed, _metrics(arm, swap + 0.001 * seed))
        for arm in recipe.arms
        for seed in range(seeds)
    ]


def _judged(records: Sequence[StoryRecord]) -> dict[str, Entry]:
    entries = judge_all(CLAIMS, records, FAMILY.audit(), FAMILY.rules())
    return {entry.claim.id: entry for entry in entries}


def test_nothing_is_shown_without_a_record(tmp_path: Path) -> None:
    assert shown.section([], {}) == ""
    assert shown.draw([], tmp_path) == []


def test_the_section_shows_every_arm_and_verdict_and_its_picture(tmp_path: Path) -> None:
    records = [*_records(story_style(), 5), *_records(story_style_cpu_floors(), 2)]
    claims = _judged(records)
    text = shown.section(records, claims)
    assert all(f"`{claim.id}`" in text for claim in CLAIMS)
    assert "Emma / Mansfield Park" in text
    assert "All 40 presidents" in text
    assert "| word swap *" in text
    assert "no record yet" not in text
    assert len(shown.draw(records, tmp_path)) == 2


@pytest.mark.parametrize(("swap", "outcome"), [(0.95, "reproduced"), (0.4, "not reproduced")])
def test_the_word_swap_is_judged_either_way(swap: float, outcome: str) -> None:
    records = _records(story_style(), 5, swap)
    entries = _judged(records)
    assert entries["st.floor_swap"].outcome == outcome


def test_statistics_by_hand() -> None:
    records = [one for one in _records(story_style(), 1) if one.arm in (NOVELISTS, PRESIDENTS)]
    assert statistics.swap_passes(records) == pytest.approx(0.2)  # a-Acc of .95 less .75
    assert statistics.swap_over_target(records) == pytest.approx(0.75)
    assert statistics.blind_r_acc(records) == pytest.approx(0.2)
    assert statistics.least_by_function_words(records) == pytest.approx(0.8)
    assert statistics.novelists_lead(records) == 0.0
    assert statistics.unseen_sees_less(records) == statistics.masked_sees_less(records) == 0.0


def test_recipes_are_found_and_refuse_what_does_not_belong_together() -> None:
    assert find_recipe("story_style") == story_style()
    assert find_recipe("story_style_cpu_floors") == story_style_cpu_floors()
    for wrong in ({"arms": ("nobody",)}, {"most": 0}, {"encoded": -1}):
        with pytest.raises(BadInput):
            replace(story_style(), **wrong)
