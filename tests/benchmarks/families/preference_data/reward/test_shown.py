from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.families.preference_data.record import PreferenceRecord, study_of
from benchmarks.families.preference_data.reward import shown
from benchmarks.families.preference_data.reward import statistics as of
from benchmarks.families.preference_data.reward.claims import CLAIMS
from benchmarks.families.preference_data.reward.study import (
    RECIPES,
    RewardStudy,
    preference_data,
    preference_data_cpu_people,
    preference_data_cpu_reward,
)
from benchmarks.paper.claims import judge_all
from benchmarks.planning.study import planned_study
from data.errors import BadInput
from data.preference_data.hhh import FILE
from lightning_modules.device import Device
from theory.preference_data.voting import auc_to_match


def test_the_section_shows_every_claim_and_no_gap(
    records: Sequence[PreferenceRecord],
) -> None:
    claims = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = shown.section(records, claims)

    assert [one.id for one in CLAIMS if f"`{one.id}`" not in text] == []
    assert text.startswith("## ")
    assert "nan" not in text
    assert "(reward-choices.png)" in text


@pytest.mark.parametrize("arm", ["heads", "planted"])
def test_one_arm_alone_has_its_own_part(records: Sequence[PreferenceRecord], arm: str) -> None:
    mine = [one for one in records if one.arm == arm]
    claims = {entry.claim.id: entry for entry in judge_all(CLAIMS, mine, None)}

    text = shown.section(mine, claims)

    assert ("Decontamination" in text) == (arm == "planted")
    assert ("Best of N" in text) == (arm == "heads")


def test_without_records_there_is_nothing(tmp_path: Path) -> None:
    assert shown.section([], {}) == ""
    assert shown.draw([], tmp_path) == []


def test_pictures_are_drawn(records: Sequence[PreferenceRecord], tmp_path: Path) -> None:
    names = {path.name for path in shown.draw(records, tmp_path)}

    assert {"reward-choices.png", "decontamination.pdf"} <= names


def test_every_statistic_is_a_number(records: Sequence[PreferenceRecord]) -> None:
    for entry in judge_all(CLAIMS, records, None):
        assert entry.judgement.seeds == 3
        assert entry.judgement.reason.startswith("no test: of the planned seeds 0 to 4")


def test_a_lead_must_be_two_errors_long(records: Sequence[PreferenceRecord]) -> None:
    one = next(record for record in records if record.arm == "heads" and record.seed == 0)
    leads = [one.metrics[f"lead/hard head over {other}"] for other in ("length", "cosine")]

    assert of.hard_lead([one]) == pytest.approx(min(x.value - 2 * (x.stderr or 0) for x in leads))


@pytest.mark.parametrize("p", [0.4, 0.5, 0.7])
def test_the_foretold_crossover_is_the_inverse_of_the_auc_to_match(p: float) -> None:
    assert of.foretold_crossover(auc_to_match(p, 10, wrong=3)) == pytest.approx(p, abs=0.01)


def test_a_coin_is_overtaken_at_once_and_an_oracle_never() -> None:
    assert of.foretold_crossover(0.5) == pytest.approx(0.25, abs=0.01)
    assert of.foretold_crossover(0.999999) > 0.99


def test_recipes_are_known_by_their_settings() -> None:
    for make in RECIPES.values():
        assert study_of(make().as_dict()) is RewardStudy
    assert preference_data().tier == "smoke"
    assert preference_data_cpu_reward().arms == ("heads",)


def test_studies_of_one_exam_share_their_first_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).touch()

    plans = {
        name: planned_study(make(), "heads", 0, tmp_path / "outputs", Device(name="cpu")).stages
        for name, make in RECIPES.items()
    }

    reading, asked = (
        [one.folder for one in plans[f"preference_data_cpu_{name}"]]
        for name in ("reward", "people")
    )
    assert asked[: len(reading)] == reading
    assert len(asked) == len(reading) + 3
    assert len(plans["preference_data"]) == len(reading) - 2  # no language model reads answers


def test_people_are_not_asked_without_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))

    preference_data_cpu_reward().check_data()
    with pytest.raises(BadInput, match="put the source distribution"):
        preference_data_cpu_people().check_data()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"arms": ("nothing",)}, "unknown arm 'nothing'"),
        ({"exam": "boolq"}, "unknown exam 'boolq'"),
        ({"people": True}, "people are asked of heads that read answers whole, not minilm"),
        ({"features": "bert"}, "unknown features 'bert'"),
        ({"held_out": 4000}, "leave none beside 4000 held-out ones"),
        ({"numbers": (2, 4)}, "numbers do not rise from 1"),
        ({"numbers": (1, 4, 2)}, "numbers do not rise from 1"),
        ({"policies": (0.7,)}, r"policies leave out 0\.5"),
        ({"policies": (0.5, 1.0)}, "policies is 1"),
        ({"copied": 4}, "copied is 4; it must be at least 8"),
    ],
)
def test_what_cannot_be_measured_is_refused(changed: dict[str, object], fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        replace(preference_data(), **changed)  # type: ignore[arg-type]
