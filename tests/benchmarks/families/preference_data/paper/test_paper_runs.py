"""The published experiment: its plan, what it refuses, and its code on stand-ins of seconds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForSequenceClassification

from benchmarks.families.preference_data.paper.claims import printed_range
from benchmarks.families.preference_data.paper.plan import PLANS, start
from benchmarks.families.preference_data.paper.study import (
    JudgeStudy,
    preference_data_paper_judges,
)
from benchmarks.families.preference_data.paper.work import read_pairs
from benchmarks.running.record import Metric
from data.errors import BadInput
from data.program_distillation.taught.tokens import train_digit_tokenizer
from tests.support.chains import Workshop

_NAME = "preference_data_paper"
_ROWS: list[dict[str, Any]] = [
    {
        "label_type": "human",
        "prompt": "Which vitamin is it?",
        "chosen": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "D"}],
        "rejected": "Vitamin A, which is stored in the liver.",
    },
    {"label_type": "model", "prompt": "A dose?", "chosen": "Ask first.", "rejected": "Ten."},
    {"label_type": "model", "prompt": "Cut off? " * 40, "chosen": "Yes.", "rejected": "No."},
]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JudgeStudy:
    """A reward model of some thousand weights, and three pairs in their place."""
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path / "home"))
    place = tmp_path / "home" / "data" / "preference_data"
    place.mkdir(parents=True)
    (place / "test.json").write_text(json.dumps(_ROWS))
    words = train_digit_tokenizer([json.dumps(_ROWS)], 300)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, pad_token_id=0,
    )  # fmt: skip
    config.num_labels = 1
    LlamaForSequenceClassification(config).save_pretrained(tmp_path / "judge")
    words.save_pretrained(tmp_path / "judge")
    return replace(
        preference_data_paper_judges(),
        models={"fsfairx": str(tmp_path / "judge")},
        dialogue_tokens=60,
        dialogues_at_once=3,
    )


def test_the_code_of_the_published_run_works_on_stand_ins(
    study: JudgeStudy, tmp_path: Path
) -> None:
    bench = Workshop(tmp_path / "shop").bench()

    (stage,) = study.stages("fsfairx", 0, bench)
    found: dict[str, Metric] = dict(study.found("fsfairx", [stage])["metrics"])
    lines = stage.file("rewards.jsonl").path.read_text().splitlines()

    right = [one["chosen"] > one["rejected"] for one in map(json.loads, lines)]
    assert found["too_long"].value == 1
    assert found["all/accuracy"].value == sum(right) / 2
    assert found["human/accuracy"].value == right[0]
    assert (found["human/longer"].value, found["model/longer"].value) == (0, 1)
    assert found["all/longer"].n == 2


def test_a_run_without_its_files_is_refused_with_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))

    with pytest.raises(BadInput) as refused:
        start(_NAME)

    said = str(refused.value)
    for part in ("sfairXC/FsfairX-LLaMA3-RM-v0.1", "test.json is missing", "UltraMedical-Prefer"):
        assert part in said
    assert said.endswith("collapse run preference_data_paper --dry-run")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("[]", "holds no pair"),
        ('[{"prompt": "a"}]', "label_type"),
        ("{", "test part there"),
        (json.dumps([{**_ROWS[1], "rejected": "Ask first."}]), "pair 1: both answers are equal"),
        (json.dumps([{**_ROWS[1], "chosen": 3}]), "no text and no dialogue"),
    ],
)
def test_pairs_that_are_none_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "test.json"
    path.write_text(rows)

    with pytest.raises(BadInput, match=message):
        read_pairs(path)


def test_the_plan_counts_hours_by_the_paper_s_sizes() -> None:
    lines = " ".join(PLANS[_NAME].lines(_NAME))

    tuned = 6 * 8.03e9 * 800 * 3 * 409_593 / 4e14 / 3600
    assert f"{tuned:,.1f} hours" in lines
    assert printed_range() == pytest.approx((0.7672, 0.7772), abs=1e-4)


def test_an_arm_without_a_model_is_refused() -> None:
    with pytest.raises(BadInput, match="arm 'other' has no model"):
        replace(preference_data_paper_judges(), arms=("fsfairx", "other"))
