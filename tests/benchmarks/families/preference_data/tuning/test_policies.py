"""Policies tuned on pairs: their stages on small text, and claims that can come out either way."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from benchmarks.chains.settings import Base, HumanText
from benchmarks.families.preference_data.record import PreferenceRecord, study_of
from benchmarks.families.preference_data.tuning import statistics as of
from benchmarks.families.preference_data.tuning.claims import CLAIMS
from benchmarks.families.preference_data.tuning.settings import Tuned
from benchmarks.families.preference_data.tuning.shown import (
    SENTENCES,
    draw,
    numbers,
    policies_frame,
    policies_of,
    rounds_frame,
    section,
)
from benchmarks.families.preference_data.tuning.study import (
    POLICIES,
    RECIPES,
    PolicyStudy,
    preference_data_cpu,
    preference_data_cpu_judge,
)
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from data.errors import BadInput
from lightning_modules.settings import ModelShape, Optimization
from tests.support.chains import Workshop
from tests.support.records import study_record


@pytest.fixture(scope="module")
def small(text_file: Path, tmp_path_factory: pytest.TempPathFactory) -> PolicyStudy:
    """One policy that reads mixed text and is tuned twice, of a few thousand parameters."""
    words = ("lorem", "ipsum", "dolor", "sit", "amet", "elit", "sed", "magna")
    general = tmp_path_factory.mktemp("general") / "general.txt"
    general.write_text(
        "\n\n".join(
            " ".join(words[(i * k + k) % 8] for k in range(60)) + f" {i}." for i in range(300)
        )
    )
    fit = Optimization(learning_rate=5e-3, warmup_steps=1, windows_per_step=4)
    cpu = preference_data_cpu()
    return replace(
        cpu,
        name="small",
        judge_alike=True,
        arms=("all",),
        policies={"all": Tuned(mixed=True, again=True)},
        base=Base(source=str(general), held_out_bytes=3_000, tokens=4_000, fit=fit),
        domain=HumanText(
            source=str(text_file), held_out_bytes=6_000, first_tokens=2_048, generation_tokens=2_048
        ),
        model=ModelShape(
            layers=1, width=16, heads=2, feed_forward=32, context=32, vocabulary_size=300
        ),
        fit=fit,
        prompt_tokens=6,
        answer_tokens=8,
        pairs=32,
        held_pairs=24,
        tuning=replace(cpu.tuning, passes=1, looks=2, fit=fit),
        candidates=2,
        rewards=replace(cpu.rewards, passes=1, by_model=fit, by_words=fit),
    )


def test_a_policy_goes_through_all_of_its_stages(
    small: PolicyStudy, shared_workshop: Workshop
) -> None:
    stages = small.stages("all", 0, shared_workshop.bench("policies"))
    metrics = small.found("all", stages)["metrics"]

    record = study_record(PreferenceRecord, preference_data_cpu(), "dpo", 0, metrics)
    assert of.looks(record) == ["look_00", "look_01", "look_02"]
    assert of.value(record, "look_00/margin") == 0
    assert of.value(record, "before/kl") == pytest.approx(0, abs=1e-5)
    assert of.value(record, "after/kl") != 0
    for when in ("before", "after"):
        assert of.value(record, f"{when}/domain/bits_per_byte") > 0
        assert of.value(record, f"{when}/general/bits_per_byte") > 0
        for judge in ("unseen", "alike"):
            assert 0 <= of.value(record, f"{when}/wins/{judge}") <= 1
    assert of.at_end(record, "margin") == pytest.approx(
        of.at_end(record, "chosen") - of.at_end(record, "rejected"), abs=1e-5
    )


def _metrics(arm: str, seed: int, good: bool) -> dict[str, Metric]:
    """Numbers under which every claim holds, or none does, give or take the seed."""
    sign, noise = (1 if good else -1), 1e-3 * (seed - 2) * (1 + list(POLICIES).index(arm))
    chosen = {"dpo": -1.0, "nca": -0.5, "kto": -0.6}.get(arm, -1.0) if good else 1.0
    if not good:
        chosen = {"nca": 0.5, "kto": 0.6}.get(arm, 1.0)
    values = {
        "before/wins/unseen": 0.3 - noise,
        "before/wins/selecting": 0.3,
        "before/kl": 0.0,
        "before/domain/bits_per_byte": 2.1 if arm == "mixed" else 2.0,
        "before/general/bits_per_byte": 2.7 if arm == "mixed" else 3.0,
        "after/wins/unseen": 0.3 + sign * (0.2 if arm == "again" else 0.1) + noise,
        "after/wins/alike": 0.3 + sign * (0.2 if arm == "again" else 0.1) + noise,
        "after/wins/selecting": 0.3 + sign * (0.6 if arm == "again" else 0.1) + 3 * noise,
        "after/kl": 1 + sign * (0.5 if arm == "dpo" else 0.0) + noise,
        "after/domain/bits_per_byte": 2 - sign * (0.2 if arm == "mixed" else 0.0) + noise,
        "after/general/bits_per_byte": 3 - sign * (0.2 if arm == "mixed" else 0.0) + noise,
    }
    for at, share in enumerate((0.0, 0.5, 1.0)):
        values |= {
            f"look_{at:02d}/step": 60.0 * at,
            f"look_{at:02d}/chosen": share * chosen + noise,
            f"look_{at:02d}/rejected": share * (chosen - sign) + noise,
            f"look_{at:02d}/margin": share * sign,
            f"look_{at:02d}/accuracy": 0.5 + 0.3 * share * sign + noise,
        }
    return {
        key: Metric(value=value, stderr=0.01, n=100, version=1) for key, value in values.items()
    }


@cache
def _records(good: bool) -> tuple[PreferenceRecord, ...]:
    return tuple(
        study_record(PreferenceRecord, recipe, arm, seed, _metrics(arm, seed, good))
        for recipe in (preference_data_cpu(), preference_data_cpu_judge())
        for arm in recipe.arms
        for seed in range(5)
    )


@pytest.mark.parametrize("good", [True, False])
def test_every_claim_can_come_out_either_way(good: bool) -> None:
    found: Mapping[str, str] = {
        entry.claim.id: entry.verdict for entry in judge_all(CLAIMS, _records(good), None)
    }

    assert set(found.values()) == {"reproduced" if good else "not reproduced"}, found
    assert {sentence.claim for sentence in SENTENCES} <= found.keys()


def test_section_and_picture_need_records(tmp_path: Path) -> None:
    records = _records(True)
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = section(records, entries)

    assert section([], entries) == ""
    assert draw([], tmp_path) == []
    assert "| `kto` " in text
    assert next(file.name for file in draw(records, tmp_path)) == "displacement.png"
    assert list(policies_of(records)) == list(POLICIES)


def test_what_stands_beside_a_claim_is_taken_from_records() -> None:
    good, bad = numbers(_records(True)), numbers(_records(False))

    assert numbers([]) == {}
    assert good["domain_before"] == bad["domain_before"] == "+0.100"
    assert good["general_before"] == "+0.300"
    assert good["domain_again"].startswith("+0.000 [")
    assert good["gap_first"].startswith("+0.000 [")
    assert good["kl_first"].startswith("1.500 [")
    assert bad["kl_first"].startswith("0.500 [")
    assert numbers([one for one in _records(True) if one.arm == "dpo"])["kl_again"] == (
        "no record yet"
    )


def test_rounds_are_held_against_what_they_began_with() -> None:
    rounds = rounds_frame(policies_of(_records(True))).set_index("round")

    assert rounds.loc["first, `dpo` less its start", "wins, unseen"].startswith("+0.100 [")
    assert rounds.loc["second, `again` less `dpo`", "wins, unseen"].startswith("+0.100 [")
    assert rounds.loc["second, `again` less `dpo`", "gap of both"].startswith("+0.400 [")


def test_intervals_of_shares_end_at_one() -> None:
    far = {0: 0.6, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}
    records = [
        one.model_copy(
            update={
                "metrics": {
                    **one.metrics,
                    "after/wins/selecting": Metric(value=far[one.seed], stderr=0, n=9, version=1),
                }
            }
        )
        for one in _records(True)
        if one.arm == "again"
    ]

    (line,) = policies_frame(policies_of(records)).to_dict("records")

    assert line["wins, selecting"] == "0.920 [0.698, 1.000]"


def test_recipes_carry_their_names_and_are_of_one_kind() -> None:
    for name, make in RECIPES.items():
        assert make().name == name
        assert study_of(make().as_dict()) is PolicyStudy


def test_what_no_policy_can_be_is_refused() -> None:
    recipe = preference_data_cpu()

    with pytest.raises(BadInput, match="loss is 'ppo'"):
        Tuned(loss="ppo")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="arm 'other' has no policy, or is none"):
        replace(recipe, arms=(*recipe.arms, "other"))
    with pytest.raises(BadInput, match="a prompt with its answer has 132 tokens"):
        replace(recipe, answer_tokens=100)
    with pytest.raises(BadInput, match="candidates is 1"):
        replace(recipe, candidates=1)
