"""A reward model is tuned whole on pairs of an exam; claims on it can come out either way."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.families.preference_data.record import PreferenceRecord, study_of
from benchmarks.families.preference_data.reward.work.items import Items
from benchmarks.families.preference_data.tuned_rewards import shown, work
from benchmarks.families.preference_data.tuned_rewards.claims import CLAIMS
from benchmarks.families.preference_data.tuned_rewards.study import (
    READOUT,
    TUNED,
    TunedRewardStudy,
    preference_data_gpu_tuned,
)
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import as_metrics
from data.errors import BadInput
from lightning_modules.device import Device
from lightning_modules.rewarding.reward import Reward
from lightning_modules.settings import Optimization
from tests.support.records import study_record

CPU = Device(name="cpu")
N = 24


def _items() -> Items:
    """Questions whose right option has a word of its own, and strangers a third one."""
    options = tuple(
        tuple("yes indeed" if at == i % 3 else f"no {at}" for at in range(3)) for i in range(N)
    )
    return Items(
        tuple(f"what is {i}" for i in range(N)),
        options,
        tuple(i % 3 for i in range(N)),
        tuple(("some other", "some other") for _ in range(N)),
        tuple(range(N)),
    )


@pytest.fixture
def checkpoint(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> Path:
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def _run(folder: Path, checkpoint: Path, *, rests: bool) -> tuple[Mapping[str, Any], Reward, int]:
    """What one arm measures, its reward model, and how many pairs it told of."""
    folder.mkdir()
    (folder / "items.json").write_text(json.dumps(asdict(_items())))
    rng, told = np.random.default_rng(0), [0]
    for name, n in (("q", N), ("c", 5 * N)):
        np.save(folder / f"{name}.npy", rng.normal(size=(n, 4)).astype(np.float32))

    def tell(n: int) -> None:
        told[0] += n

    fitted = work.tune(
        folder, seed=0, items=folder / "items.json", model=checkpoint, held_out=8, per_question=2,
        context=32, passes=6, rests=rests,
        fit=Optimization(learning_rate=1e-2, warmup_steps=2, windows_per_step=8),
        device=CPU, advance=tell,
    )  # fmt: skip
    asked = work.ask_exam(
        folder, seed=0, reward=folder / work.REWARD, items=folder / "items.json",
        questions=folder / "q.npy", candidates=folder / "c.npy", held_out=8, device=CPU,
    )  # fmt: skip
    return {**fitted["measures"], **asked["measures"]}, Reward.load(folder / "reward"), told[0]


def test_a_model_that_is_tuned_whole_learns_what_is_right(tmp_path: Path, checkpoint: Path) -> None:
    found, reward, told = _run(tmp_path / "tuned", checkpoint, rests=False)
    kept, readout, _ = _run(tmp_path / "readout", checkpoint, rests=True)

    assert found["loss/last"]["value"] < 0.2 < found["loss/first"]["value"]
    assert found["hard/head"]["value"] > 0.9
    assert found["easy/head"]["value"] > 0.9
    assert found["hard/head"]["n"] == 8
    assert told == 6 * (N - 8) * 4
    assert not (tmp_path / "tuned" / "working").exists()
    start = Reward.new("model", checkpoint, 32).module.state_dict()
    changed, rested = (
        [
            name
            for name, weights in one.module.state_dict().items()
            if not np.array_equal(weights, start[name])
        ]
        for one in (reward, readout)
    )
    assert len(changed) == len(start)
    assert rested == ["readout.weight"]
    assert kept["loss/last"]["value"] < kept["loss/first"]["value"]


def _measures(arm: str, good: bool, learnt: bool) -> dict[str, dict[str, Any]]:
    high, low = (0.8, 0.5) if good else (0.5, 0.8)
    mine = high if arm == TUNED else low
    kinds = ("easy", "hard", "length", "matched", "item")
    shares = {f"{kind}/{name}": mine for kind in kinds for name in ("head", "length", "cosine")}
    leads = {
        f"lead/{kind} head over {other}": 0.1 if good else -0.1
        for kind in ("easy", "hard")
        for other in ("length", "cosine", "position")
    }
    values = shares | leads | {"loss/first": 0.69, "loss/last": 0.5 if learnt else 0.692}
    values |= {f"length correlation/{name}": 0.1 for name in ("head", "cosine")}
    values |= {
        f"by length/{side}/{at}/{what}": 1.0 + at
        for side in ("right", "wrong")
        for at in (1, 2)
        for what in ("reward", "characters")
    }
    return {name: {"value": one, "stderr": 0.001, "n": 9} for name, one in values.items()}


def _records(good: bool, learnt: bool = True) -> list[PreferenceRecord]:
    recipe = preference_data_gpu_tuned()
    return [
        study_record(PreferenceRecord, recipe, arm, seed, as_metrics(_noisy(arm, seed, found)))
        for arm in recipe.arms
        for found in (_measures(arm, good, learnt),)
        for seed in range(5)
    ]


def _noisy(arm: str, seed: int, found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    noise = 1e-4 * (seed - 2) * (1 if arm == TUNED else 2)
    return {name: {**one, "value": one["value"] + noise} for name, one in found.items()}


@pytest.mark.parametrize(
    ("good", "learnt", "verdict"),
    [
        (True, True, "reproduced"),
        (False, True, "not reproduced"),
        (True, False, "undecided"),
    ],
)
def test_every_claim_can_come_out_either_way(good: bool, learnt: bool, verdict: str) -> None:
    entries = judge_all(CLAIMS, _records(good, learnt), None)

    assert {entry.claim.id: entry.verdict for entry in entries} == {
        claim.id: verdict for claim in CLAIMS
    }
    if not learnt:
        assert all("ends at a mean `loss/last`" in entry.said for entry in entries)


def test_the_section_and_the_picture_follow_from_records(tmp_path: Path) -> None:
    records = _records(True)
    claims = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = shown.section(records, claims)

    assert [one.id for one in CLAIMS if f"`{one.id}`" not in text] == []
    assert "37,200 pairs" in text
    assert "| all weights tuned" in text
    assert {path.name for path in shown.draw(records, tmp_path)} == {
        "tuned-reward-length.png", "tuned-reward-length.pdf"
    }  # fmt: skip
    assert shown.section([], {}) == ""
    assert shown.draw([], tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"arms": ("nothing",)}, "unknown arm 'nothing'"),
        ({"arms": (TUNED,)}, f"arm '{READOUT}' has no fit, or is none"),
        ({"exam": "boolq"}, "unknown exam 'boolq'"),
        ({"held_out": 4100}, "leave none beside 4100 held-out ones"),
        ({"per_question": 0}, "per_question is 0"),
    ],
)
def test_what_cannot_be_tuned_is_refused(changed: dict[str, object], fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        replace(preference_data_gpu_tuned(), **changed)  # type: ignore[arg-type]


def test_the_recipe_is_known_by_its_settings() -> None:
    assert study_of(preference_data_gpu_tuned().as_dict()) is TunedRewardStudy
