"""Text of another model: whether it may be used, and what a judge reads of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chains.inputs import check_written
from benchmarks.chains.recipe import Recipe
from benchmarks.chains.settings import Base, Judging
from benchmarks.chains.text.human_text import human_identity
from benchmarks.chains.text.judging import judge_corpus
from data.files import file_digest
from data.prior import Prior
from data.text.corpus import Corpus, Document, write_corpus
from lightning_modules.device import Device


def _written(recipe: Recipe, folder: Path, **asked: Any) -> Recipe:
    """The recipe on a text that quotes its human text, with its provenance."""
    text = folder / "text.jsonl"
    text.write_text('{"text": "It is known that the king saw a lamp."}\n')
    human = recipe.human
    request = {"field": human.field, "held_out_bytes": human.held_out_bytes, **asked}
    provenance = {
        "request": request,
        "source": {"identity": human_identity(human)},
        "written": {"sha256": file_digest(text)},
    }
    (folder / "provenance.json").write_text(json.dumps(provenance))
    return replace(recipe, synthetic=str(text))


@pytest.mark.parametrize("held_out_bytes", [6_000, 7_000])
def test_text_that_quotes_no_held_out_text_is_taken(
    tiny: Recipe, tmp_path: Path, held_out_bytes: int
) -> None:
    check_written(_written(tiny, tmp_path, held_out_bytes=held_out_bytes))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"held_out_bytes": 5_999}, r"all of .* but 5,999 bytes, the recipe holds out 6,000"),
        ({"field": "body"}, r"with field body and prompt_field None, the recipe reads text and"),
        ({"prompt_field": "q"}, r"with field text and prompt_field q, the recipe reads text and"),
    ],
)
def test_text_that_may_quote_held_out_text_is_refused(
    tiny: Recipe, tmp_path: Path, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check_written(_written(tiny, tmp_path, **asked))


def test_the_held_out_text_of_a_base_may_not_be_quoted_either(tiny: Recipe, tmp_path: Path) -> None:
    quoting = _written(tiny, tmp_path)
    other = tmp_path / "other.txt"
    other.write_text("Another text.")
    base = Base(source=tiny.human.source, held_out_bytes=9_000, tokens=100, fit=tiny.first_fit)
    human = replace(tiny.human, source=str(other))

    with pytest.raises(ValueError, match=r"but 6,000 bytes, the recipe holds out 9,000"):
        check_written(replace(quoting, human=human, base=base))


def test_text_of_another_source_may_quote_all_of_it(tiny: Recipe, tmp_path: Path) -> None:
    quoting = _written(tiny, tmp_path, held_out_bytes=1)
    other = tmp_path / "other.txt"
    other.write_text("Another text.")

    check_written(replace(quoting, human=replace(tiny.human, source=str(other))))


def test_text_that_is_not_what_its_provenance_says_is_refused(tiny: Recipe, tmp_path: Path) -> None:
    recipe = _written(tiny, tmp_path)
    Path(recipe.synthetic).write_text('{"text": "Something else."}\n')

    with pytest.raises(ValueError, match=r"text\.jsonl: not the text that .*provenance\.json"):
        check_written(recipe)


def _judge(prior: Prior, folder: Path, documents: int) -> dict[str, Any]:
    """What is found in four documents of ten words or more and two of one word."""
    long = [f"The king saw the river and {i} lambs in the morning by the sea." for i in range(4)]
    texts = [*long, "Amen.", "Selah."]
    write_corpus(
        folder / "corpus.arrow",
        [Document(str(i), text, "tiny", "none", 0) for i, text in enumerate(texts)],
    )
    assert len(Corpus.open(folder / "corpus.arrow")) == 6
    prior.model.save_pretrained(folder / "judge")
    prior.tokenizer.save_pretrained(folder / "judge")
    facts = judge_corpus(
        folder,
        corpora=[folder / "corpus.arrow"],
        model=folder / "judge",
        judging=Judging(model="judge", tokens=10, documents=documents, words=20),
        device=Device(name="cpu"),
        advance=lambda n_tokens: None,
    )
    return {key.split("/")[1]: value for key, value in facts["text"].items()}


def test_short_documents_are_counted(prior: Prior, tmp_path: Path) -> None:
    found = _judge(prior, tmp_path, documents=4)

    assert found["perplexity_range"]["n"] == 4
    n = found["left_out"]["n"]
    assert 4 <= n <= 6
    assert found["left_out"]["value"] == pytest.approx((n - 4) / n)


def test_a_corpus_with_too_few_documents_for_the_judge_is_refused(
    prior: Prior, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"4 of 6 documents have 10 tokens .* 5 are wanted"):
        _judge(prior, tmp_path, documents=5)


def test_a_judge_needs_two_documents_for_a_range() -> None:
    with pytest.raises(ValueError, match=r"judging\.documents is 1; it must be at least 2"):
        Judging(model="judge", tokens=10, documents=1, words=20)
