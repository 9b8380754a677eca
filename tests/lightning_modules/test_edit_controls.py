import numpy as np
import pytest

from data.corpus import Corpus
from data.editing import EditRule
from data.prior import Prior
from lightning_modules.edit_controls import edit_at_random, redraw, reencode
from lightning_modules.token_editing import EditedCorpus, edit_corpus
from lightning_modules.trainer import Device, predicting

_RULE = EditRule(share=0.2, top_k=4)


def _settings(seed: int = 0) -> dict[str, object]:
    trainer = predicting(Device(name="cpu"), lambda n: None)
    return {"seed": seed, "generation": 1, "trainer": trainer}


def _random(corpus: Corpus, prior: Prior, n_changed: int, seed: int = 0) -> EditedCorpus:
    return edit_at_random(corpus, prior, _RULE, n_changed=n_changed, **_settings(seed))  # type: ignore[arg-type]


def test_exactly_as_many_tokens_change_as_are_asked_for(corpus: Corpus, prior: Prior) -> None:
    found = _random(corpus, prior, 57)

    assert found.summary.changed == 57
    assert found.ledger.column("changed").to_numpy().sum() == 57
    assert found.summary.flagged == len(found.ledger) >= 57


def test_random_places_do_not_prefer_confident_tokens(corpus: Corpus, prior: Prior) -> None:
    by_rule = edit_corpus(corpus, prior, _RULE, **_settings())  # type: ignore[arg-type]
    by_lot = _random(corpus, prior, by_rule.summary.changed)

    def mean(edited: EditedCorpus) -> float:
        return float(edited.ledger.column("probability").to_numpy().mean())

    assert mean(by_lot) < mean(by_rule)


def test_no_changes_leave_the_text_as_it_was(corpus: Corpus, prior: Prior) -> None:
    found = _random(corpus, prior, 0)

    assert [d.text for d in found.documents] == list(corpus.texts())


def test_another_seed_changes_other_places(corpus: Corpus, prior: Prior) -> None:
    texts = [[d.text for d in _random(corpus, prior, 40, seed).documents] for seed in (0, 0, 1)]

    assert texts[0] == texts[1] != texts[2]


def test_more_changes_than_there_can_be_are_refused(corpus: Corpus, prior: Prior) -> None:
    with pytest.raises(ValueError, match=r"1,000,000 random changes are asked for"):
        _random(corpus, prior, 1_000_000)


def test_redrawing_what_was_there_changes_no_byte(corpus: Corpus, prior: Prior) -> None:
    found = redraw(corpus, prior, _RULE, **_settings())  # type: ignore[arg-type]

    assert [d.text for d in found.documents] == list(corpus.texts())
    assert found.summary.flagged > 0
    assert found.summary.changed == 0
    drawn, observed = (
        found.ledger.column(name).to_numpy() for name in ("drawn_token", "observed_token")
    )
    assert np.array_equal(drawn, observed)


def test_reencoding_with_a_byte_level_tokenizer_changes_no_byte(
    corpus: Corpus, prior: Prior
) -> None:
    documents = reencode(corpus, prior.tokenizer, 3)

    assert [d.text for d in documents] == list(corpus.texts())
    assert {d.generation for d in documents} == {3}
