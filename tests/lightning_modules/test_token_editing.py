from dataclasses import replace

import numpy as np
import pytest
from transformers import PreTrainedTokenizerFast

from data.corpus import Corpus, Document
from data.editing import EditRule
from data.prior import Prior
from data.tokens import encode
from lightning_modules.token_editing import EditedCorpus, edit_corpus
from lightning_modules.trainer import Device, predicting

_HALF = EditRule(share=0.5, temperature=1.5)


def _edit(corpus: Corpus, prior: Prior, rule: EditRule = _HALF, seed: int = 0) -> EditedCorpus:
    trainer = predicting(Device(name="cpu"), lambda n: None)
    return edit_corpus(corpus, prior, rule, seed=seed, generation=1, trainer=trainer)


def test_a_rule_that_flags_nothing_returns_the_text_byte_for_byte(
    corpus: Corpus, prior: Prior
) -> None:
    edited = _edit(corpus, prior, EditRule(threshold=2.0))

    assert [d.text for d in edited.documents] == list(corpus.texts())
    assert (edited.summary.flagged, edited.summary.changed) == (0, 0)
    assert edited.ledger.num_rows == 0


def test_flagged_and_changed_are_counted_apart(corpus: Corpus, prior: Prior) -> None:
    summary = _edit(corpus, prior).summary

    assert summary.flagged == round(0.5 * summary.editable)
    assert 0 < summary.changed < summary.flagged
    assert sum(summary.histogram) == summary.tokens


def test_the_same_seed_edits_the_same_and_another_edits_differently(
    corpus: Corpus, prior: Prior
) -> None:
    first, again, other = (
        [d.text for d in _edit(corpus, prior, seed=seed).documents] for seed in (0, 0, 1)
    )

    assert first == again
    assert first != other


def test_edits_do_not_depend_on_the_order_of_documents(corpus: Corpus, prior: Prior) -> None:
    backwards = corpus.select(range(len(corpus) - 1, -1, -1))

    forward = {d.id: d.text for d in _edit(corpus, prior).documents}
    backward = {d.id: d.text for d in _edit(backwards, prior).documents}

    assert forward == backward


def test_the_ledger_explains_every_change(
    corpus: Corpus, prior: Prior, tokenizer: PreTrainedTokenizerFast
) -> None:
    edited = _edit(corpus, prior)
    rebuilt = {d.id: ids for d, ids in zip(corpus, encode(tokenizer, corpus.texts()), strict=True)}

    for row in edited.ledger.to_pylist():
        assert rebuilt[row["document_id"]][row["position"]] == row["observed_token"]
        if row["changed"]:
            rebuilt[row["document_id"]][row["position"]] = row["drawn_token"]

    texts = {d.id: tokenizer.decode(rebuilt[d.id]) for d in corpus}
    assert texts == {d.id: d.text for d in edited.documents}


def test_the_first_token_of_a_document_is_never_edited(corpus: Corpus, prior: Prior) -> None:
    positions = _edit(corpus, prior, EditRule(threshold=0.0)).ledger.column("position").to_numpy()

    assert positions.min() == 1


def test_without_a_prefix_the_same_tokens_are_editable(corpus: Corpus, prior: Prior) -> None:
    bare = replace(prior, prefix=None)

    assert _edit(corpus, bare).summary.editable == _edit(corpus, prior).summary.editable


def test_parts_of_characters_are_never_edited(prior: Prior) -> None:
    text = "The king \u4e2d\u6587 saw \U0001f600 the r\u00edver"
    corpus = Corpus.of([Document("d", text, "s", "l", 0)])

    edited = _edit(corpus, prior, EditRule(threshold=0.0, temperature=3.0))

    result = edited.documents[0].text
    assert result.encode().decode() == result
    assert "\ufffd" not in result
    assert all(character in result for character in "\u4e2d\u6587\U0001f600\u00ed")


def test_edited_documents_keep_id_and_source_and_name_the_generation(
    corpus: Corpus, prior: Prior
) -> None:
    before, after = next(iter(corpus)), _edit(corpus, prior).documents[0]

    assert (after.id, after.source, after.licence) == (before.id, before.source, before.licence)
    assert after.generation == 1


@pytest.mark.parametrize("text", ["", "a"])
def test_a_document_without_a_second_token_is_kept(corpus: Corpus, prior: Prior, text: str) -> None:
    documents = [*corpus.select([0]), Document("short", text, "s", "l", 0)]

    assert _edit(Corpus.of(documents), prior).documents[1].text == text


def test_the_probabilities_in_the_ledger_are_the_models_own(corpus: Corpus, prior: Prior) -> None:
    ledger = _edit(corpus, prior, EditRule(threshold=0.0)).ledger

    assert np.all(ledger.column("candidate_mass").to_numpy() <= 1 + 1e-6)
    assert np.all(ledger.column("probability").to_numpy() > 0)
