"""Instructions by a model of a few thousand parameters, and claims that can come out either way."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from benchmarks.families.preference_data.instructions import stages as of_stages
from benchmarks.families.preference_data.instructions import statistics as of
from benchmarks.families.preference_data.instructions.claims import CLAIMS
from benchmarks.families.preference_data.instructions.shown import SENTENCES, draw, section
from benchmarks.families.preference_data.instructions.study import (
    LEARNT,
    InstructionStudy,
    preference_data_cpu_instructions,
)
from benchmarks.families.preference_data.instructions.tables import arms_of
from benchmarks.families.preference_data.instructions.work import drawing, requests
from benchmarks.families.preference_data.instructions.work.choosing import ROWS
from benchmarks.families.preference_data.record import PreferenceRecord, study_of
from benchmarks.paper.claims import judge_all
from benchmarks.running.record import Metric
from benchmarks.running.stage import Stage
from data.errors import BadInput
from data.preference_data.exams import Exam
from data.sources.evaluation_sets import Question
from data.text.corpus import Corpus, Document
from data.text.tokens import train_tokenizer
from lightning_modules.fitting.causal_lm import build_model
from lightning_modules.settings import ModelShape, Optimization, SamplingRule
from tests.support.chains import Workshop
from tests.support.exams.questions import QUESTIONS
from tests.support.records import study_record

_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
_SHAPE = ModelShape(layers=1, width=16, heads=2, feed_forward=32, context=160, vocabulary_size=400)
_OPTIONS = ("steroids", "rest", "surgery", "iron")
_EXAM = Exam(
    "medmcqa",
    "MIT",
    tuple(Question("", text, _OPTIONS, at % 4) for at, text in enumerate(QUESTIONS)),
    tuple(range(len(QUESTIONS))),
    0,
)
_ABSTRACTS = Corpus.of(
    Document(f"abstract:{at}", f"We studied {text}", "abstracts", "MIT", 0)
    for at, text in enumerate(QUESTIONS[:6])
)


def _stage(folder: Path, name: str) -> Stage:
    """A finished stage whose folder holds a model."""
    return Stage(folder, {"kind": name, "arguments": {}, "code": {}, "versions": {}}, True)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, Stage]:
    """An instruction model and an encoder of random weights."""
    folder = tmp_path_factory.mktemp("models")
    texts = [f"Answer: {letter}. {text}" for letter in "ABCD" for text in QUESTIONS]
    tokenizer = train_tokenizer(texts, _SHAPE.vocabulary_size)
    tokenizer.chat_template = _TEMPLATE
    shape = replace(_SHAPE, context=1024, vocabulary_size=len(tokenizer))
    build_model(shape, seed=0).save_pretrained(folder / "prior" / "model")
    tokenizer.save_pretrained(folder / "prior" / "model")
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=16, max_position_embeddings=256,
        )
    ).save_pretrained(folder / "encoder" / "model")  # fmt: skip
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend_tokenizer, pad_token=tokenizer.eos_token
    ).save_pretrained(folder / "encoder" / "model")
    return _stage(folder / "prior", "prior"), _stage(folder / "encoder", "encoder")


@pytest.fixture
def small(models: tuple[Stage, Stage], monkeypatch: pytest.MonkeyPatch) -> InstructionStudy:
    """The recipe on an exam that nobody sat, by a tiny model."""
    monkeypatch.setattr(of_stages, "packaged_model", lambda *_: models[0])
    monkeypatch.setattr(of_stages, "packaged_encoder", lambda *_: models[1])
    monkeypatch.setattr(drawing, "load_exam", lambda name: _EXAM)
    monkeypatch.setattr(drawing, "load_source", lambda source: _ABSTRACTS)
    vocabulary = json.loads((models[0].path / "model" / "config.json").read_text())["vocab_size"]
    return replace(
        preference_data_cpu_instructions(),
        shape=replace(_SHAPE, vocabulary_size=vocabulary),
        questions=8,
        tested=6,
        abstracts=3,
        reads=1024,
        most_words=60,
        writing=SamplingRule(max_tokens=30, min_tokens=12, documents_per_batch=8),
        rows=6,
        passes=1,
        fit=Optimization(learning_rate=1e-2, warmup_steps=1, windows_per_step=2),
    )


def test_arms_learn_as_many_answers_and_every_row_says_where_it_is_from(
    small: InstructionStudy, workshop: Workshop
) -> None:
    found = {arm: small.stages(arm, 100, workshop.bench(arm)) for arm in ("kept", "given")}
    metrics = {arm: small.found(arm, some)["metrics"] for arm, some in found.items()}
    rows = {arm: _rows(some) for arm, some in found.items()}

    kept, given = ([row for row in rows[arm] if row["fate"] == "kept"] for arm in rows)
    assert len([row for row in kept if row["options"]]) == len(
        [row for row in given if row["options"]]
    )
    for row in rows["kept"]:
        assert all(row[name] for name in ("source", "licence", "writer", "fate"))
        assert bool(row["request"]) == (row["writer"] != "human")
    for row in kept:
        assert row["answer"].strip()
        if row["options"]:
            assert row["answer"].endswith(row["options"][row["gold"]])
            assert bool(row["example"]) == (row["annotator"] == "example")
    assert metrics["kept"]["before/exam/loss"] == metrics["given"]["before/exam/loss"]
    assert metrics["kept"]["after/exam/loss"] != metrics["kept"]["before/exam/loss"]
    assert metrics["kept"]["before/exam/loss"].value == pytest.approx(np.log(4), abs=0.2)
    assert {"drawn", "written", "scored"} <= {one.path.name.split("-")[0] for one in found["given"]}
    assert all(one.reused for one in found["given"][:5])


def _rows(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    (chosen,) = [one for one in stages if (one.path / ROWS).is_file()]
    return [json.loads(line) for line in (chosen.path / ROWS).read_text().splitlines()]


def test_questions_of_both_sides_are_apart(
    small: InstructionStudy, workshop: Workshop, tmp_path: Path
) -> None:
    def draw_items(**changed: int) -> None:
        sizes = {"questions": 8, "tested": 6, "abstracts": 3, "most_words": 60, **changed}
        drawing.draw_items(
            tmp_path, exam="medmcqa", abstracts_of="medical_abstracts", seed=1, wheel="", **sizes
        )

    draw_items()
    sides = [
        {json.loads(line)["id"] for line in (tmp_path / name).read_text().splitlines()}
        for name in (drawing.LEARNT, drawing.TESTED)
    ]
    assert [len(one) for one in sides] == [8, 6]
    assert not sides[0] & sides[1]
    with pytest.raises(BadInput, match="too few for 30 to learn"):
        draw_items(questions=30)
    with pytest.raises(BadInput, match="medical_abstracts has 6 documents, 9 are asked for"):
        draw_items(abstracts=9)


def test_a_model_that_takes_no_instructions_is_refused(
    models: tuple[Stage, Stage],
) -> None:
    tokenizer = train_tokenizer(QUESTIONS, 300)

    with pytest.raises(BadInput, match="has no chat template"):
        requests.chat(tokenizer, requests.RATE, question="Why?")


_GOOD = {
    "before/exam/accuracy": 0.25,
    "before/exam/loss": 1.5,
    "after/exam/accuracy": 0.35,
    "complexity/evolved less exam": 0.3,
    "complexity/correlation with a right answer": -0.2,
    "complexity/correlation with words": 0.1,
    "answers/example less alone": 0.05,
    "liked place/right options of all": 0.3,
    "liked place/right options of those answered right": 0.6,
}
_BAD = {
    **_GOOD,
    "after/exam/accuracy": 0.15,
    "complexity/evolved less exam": -0.3,
    "complexity/correlation with a right answer": 0.2,
    "complexity/correlation with words": 0.9,
    "answers/example less alone": -0.05,
    "liked place/right options of those answered right": 0.1,
}
_LOSSES = {
    True: {"kept": 1.3, "given": 1.2, "any": 1.45},
    False: {"kept": 1.6, "given": 1.7, "any": 1.55},
}


@cache
def _records(good: bool) -> tuple[PreferenceRecord, ...]:
    recipe = preference_data_cpu_instructions()
    found = []
    for arm in LEARNT:
        for seed in range(5):
            noise = 1e-3 * (seed - 2) * (1 + list(LEARNT).index(arm))
            values = {name: value + noise for name, value in (_GOOD if good else _BAD).items()}
            values["after/exam/loss"] = _LOSSES[good][arm] + 2 * noise
            values["before/exam/loss"] = 1.5
            values["before/exam/accuracy"] = 0.25
            values["liked place/right options of all"] = 0.3
            values |= {
                f"{place}/{measure}": 0.3 + noise
                for place in ("before/exam", "after/exam", "answers/exam/alone",
                              "answers/exam/example", "answers/exam/encoder")
                for measure in ("first place", "accuracy")
                if f"{place}/{measure}" not in values
            }  # fmt: skip
            metrics = {
                key: Metric(value=value, stderr=0.01, n=100, version=1)
                for key, value in values.items()
            }
            found.append(study_record(PreferenceRecord, recipe, arm, seed, metrics))
    return tuple(found)


@pytest.mark.parametrize("good", [True, False])
def test_every_claim_can_come_out_either_way(good: bool) -> None:
    found = {entry.claim.id: entry.verdict for entry in judge_all(CLAIMS, _records(good), None)}

    assert set(found.values()) == {"reproduced" if good else "not reproduced"}, found
    assert {sentence.claim for sentence in SENTENCES} <= found.keys()


def test_section_and_picture_need_records(tmp_path: Path) -> None:
    records = _records(True)
    entries = {entry.claim.id: entry for entry in judge_all(CLAIMS, records, None)}

    text = section(records, entries)

    assert section([], entries) == ""
    assert draw([], tmp_path) == []
    assert "| `given` " in text
    assert next(file.name for file in draw(records, tmp_path)) == "instructions.png"
    assert list(arms_of(records)) == list(LEARNT)


def test_what_no_study_of_instructions_can_be_is_refused() -> None:
    recipe = preference_data_cpu_instructions()

    assert study_of(recipe.as_dict()) is InstructionStudy
    assert of.value(_records(True)[0], "before/exam/loss") == 1.5
    with pytest.raises(BadInput, match="arm 'other' has no answers, or is none"):
        replace(recipe, arms=(*recipe.arms, "other"))
    with pytest.raises(BadInput, match="unknown answers 'wrong'"):
        replace(recipe, arms=("a",), learnt={"a": "wrong"})  # type: ignore[dict-item]
    with pytest.raises(BadInput, match="unknown exam 'boards'"):
        replace(recipe, exam="boards")
    with pytest.raises(BadInput, match="unknown text 'letters'"):
        replace(recipe, abstracts_of="letters")
    with pytest.raises(BadInput, match="is no packaged model"):
        replace(recipe, model="large")
