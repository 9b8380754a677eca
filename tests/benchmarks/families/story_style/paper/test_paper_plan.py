"""The published English experiment: its plan, what it refuses, and its code on stand-ins."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

from benchmarks.families.story_style.model.study import FULL, ModelStudy
from benchmarks.families.story_style.model.work import works
from benchmarks.families.story_style.paper.plan import PLANS, SECONDS_A_STEP, start
from benchmarks.families.story_style.paper.study import story_style_paper_english
from data.errors import BadInput
from data.text.tokens import train_tokenizer
from lightning_modules.settings import Optimization
from lightning_modules.story_style.settings import StoryFit, StoryShape
from tests.support.chains import Workshop

_NAME = "story_style_paper"
_WORDS = {"everyday.jsonl": "dog school mother lunch", "shakespeare.jsonl": "thou king crown night"}


def _text(author: str, number: int) -> str:
    rng = np.random.default_rng(number)
    words = [*_WORDS[author].split(), "the", "a", "was"]
    return " ".join(f"{' '.join(rng.choice(words, 4))}.".capitalize() for _ in range(15))


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStudy:
    """A T5 of some thousand weights, and works of made-up authors in files of a user's own."""
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path / "home"))
    place = tmp_path / "home" / "data" / "story_style"
    place.mkdir(parents=True)
    for author in _WORDS:
        rows = [{"name": str(n), "text": _text(author, n)} for n in range(5)]
        (place / author).write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    (place / "base.jsonl").write_text(json.dumps({"name": "0", "text": _text("everyday.jsonl", 9)}))
    words = train_tokenizer([_text(author, 0) for author in _WORDS], 290)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(words), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        eos_token_id=0, pad_token_id=0,
    )  # fmt: skip
    config.decoder_start_token_id = 0
    T5ForConditionalGeneration(config).save_pretrained(tmp_path / "t5")
    words.save_pretrained(tmp_path / "t5")
    fit = StoryFit(
        steps=1, fit=Optimization(learning_rate=1e-3, warmup_steps=0, windows_per_step=4)
    )
    return replace(
        story_style_paper_english(),
        base_authors=("base.jsonl",),
        words=(3, 60),
        model=StoryShape(
            layers=1, width=16, heads=2, feed_forward=32, context=160, vocabulary_size=300,
            start=str(tmp_path / "t5"),
        ),
        classifier=fit,
        rewriting=fit,
        filling=fit,
        test_stories=2,
        probed_stories=2,
        kept=1,
    )  # fmt: skip


def test_the_code_of_the_published_run_works_on_stand_ins(
    study: ModelStudy, tmp_path: Path
) -> None:
    made = study.stages(FULL, 0, Workshop(tmp_path / "shop").bench())
    found = study.found(FULL, made)

    assert {stage.manifest["kind"] for stage in made}.isdisjoint({"base", "base_filler"})
    assert found["metrics"]["final/a-Acc/unseen"].n == 4
    assert [one["author"] for one in found["examples"]] == list(_WORDS)


def test_a_run_without_its_files_is_refused_with_all_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLAPSE_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))

    with pytest.raises(BadInput) as refused:
        start(_NAME)

    said = str(refused.value)
    for part in ("google-t5/t5-base is no folder", "everyday.jsonl is missing", "shakespeare"):
        assert part in said
    assert said.endswith("collapse run story_style_paper --dry-run")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("rows", "message"),
    [("", "holds no work"), ('{"name": "a"}', "'text'"), ("{", "one JSON object a line")],
)
def test_files_of_works_that_hold_none_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "mine.jsonl"
    with pytest.raises(BadInput, match="no such file"):
        works.works_of(str(path))
    with pytest.raises(BadInput, match="no such file"):
        works.identities([str(path)])
    path.write_text(rows)
    with pytest.raises(BadInput, match=message):
        works.works_of(str(path))


def test_the_plan_counts_hours_by_the_paper_s_sizes() -> None:
    lines = " ".join(PLANS[_NAME].lines(_NAME))

    least, most = (80 * 2322 / 4 * seconds / 3600 for seconds in SECONDS_A_STEP)
    assert f"46,440 steps, {least:.1f} to {most:.1f} hours of one GPU, reckoned" in lines
    assert story_style_paper_english().rewriting.steps == 46_440
