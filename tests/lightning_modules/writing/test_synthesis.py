"""Shards of answers, from a model of a few thousand parameters."""

import json
from pathlib import Path

import pytest
from transformers import PreTrainedModel

from data.prior import Prior
from data.text.corpus import Corpus
from data.text.tokens import train_tokenizer
from lightning_modules.device import Device
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting_alone
from lightning_modules.writing import synthesis
from lightning_modules.writing.synthesis import Prompt, SynthesisJob, write_shards


def test_every_shard_has_a_writer_when_one_process_is_ahead(
    prior: Prior, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process has finished must not decide what is left to this one."""
    job = SynthesisJob(
        prompt=lambda index: Prompt([index + 1], {}),
        documents=5,
        documents_per_shard=1,
        folder=tmp_path,
        rule=SamplingRule(max_tokens=4),
        seed=0,
    )
    monkeypatch.setattr(synthesis, "process_count", lambda: 2)
    monkeypatch.setattr(synthesis, "gather", lambda value: [value, value])
    finished = []

    for rank in (0, 1):
        monkeypatch.setattr(synthesis, "process_rank", lambda rank=rank: rank)
        write_shards(job, prior, predicting_alone(Device(name="cpu"), lambda n_tokens: None))
        finished.append(len(list(tmp_path.glob("*.jsonl"))))

    assert finished == [3, 5]
    assert job.missing() == []


def test_an_answer_holds_no_special_token(
    model: PreTrainedModel, corpus: Corpus, tmp_path: Path
) -> None:
    tokenizer = train_tokenizer(corpus.texts(), 280)
    tokenizer.backend_tokenizer.add_special_tokens([f"<|turn_{i}|>" for i in range(20)])
    job = SynthesisJob(
        prompt=lambda index: Prompt([index + 1], {}),
        documents=8,
        documents_per_shard=8,
        folder=tmp_path,
        rule=SamplingRule(max_tokens=60, min_tokens=60),
        seed=0,
    )

    prior = Prior(model, tokenizer, 128, None)
    write_shards(job, prior, predicting_alone(Device(name="cpu"), lambda n_tokens: None))

    rows = [json.loads(line) for line in job.path(0).read_bytes().splitlines()]
    assert [row["tokens"] for row in rows] == [60] * 8
    assert all("<|" not in row["text"] for row in rows)
