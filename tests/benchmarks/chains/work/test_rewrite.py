"""A rewrite stage reaches its share, keeps content words, replays, and does not see its batches."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from benchmarks.chains.record import RewriteTotals
from benchmarks.chains.work.rewrite import rewrite
from data.errors import BadInput
from data.ledger import changes, edited_texts, metadata
from data.prior import Prior
from data.text.corpus import Corpus, write_corpus
from lightning_modules.device import Device
from lightning_modules.settings import SamplingRule

Made = tuple[RewriteTotals, Path]


@pytest.fixture
def rewriting(prior: Prior, corpus: Corpus, tmp_path: Path) -> Callable[..., Made]:
    prior.model.save_pretrained(tmp_path / "prior")
    prior.tokenizer.save_pretrained(tmp_path / "prior")
    write_corpus(tmp_path / "text.arrow", corpus)

    def run(name: str, batch: int = 512, **told: Any) -> Made:
        folder = tmp_path / name
        folder.mkdir()
        given = {
            "corpora": [tmp_path / "text.arrow"],
            "prior": tmp_path / "prior",
            "tokenizer": tmp_path / "prior",
            "prefix": True,
            "context": 32,
            "rule": SamplingRule(documents_per_batch=batch),
            "share": 0.05,
            "seed": 3,
            "generation": 1,
            "device": Device(name="cpu"),
            "advance": lambda n_tokens: None,
        }
        facts = rewrite(folder, **{**given, **told})
        return RewriteTotals.model_validate(facts["rewrite"]), folder

    return run


def test_a_share_is_reached_to_half_a_sentence_and_the_ledger_replays(
    rewriting: Callable[..., Made], corpus: Corpus
) -> None:
    totals, folder = rewriting("one")
    rows = pq.read_table(folder / "ledger.parquet")
    after = list(Corpus.open(folder / "corpus.arrow").texts())

    assert totals.wanted == round(0.05 * totals.tokens)
    assert abs(totals.changed - totals.wanted) <= totals.written / totals.rewritten
    assert 0 < totals.rewritten < totals.sentences
    assert totals.content_words > 2 * totals.rewritten
    assert (len(rows), sum(rows["changed"].to_pylist())) == (totals.written, totals.changed)
    assert list(edited_texts(corpus.texts(), changes(folder / "ledger.parquet"))) == after
    assert metadata(folder / "ledger.parquet")["action"] == "rewrite"
    assert totals.log_probability_change != 0


def test_no_sentence_depends_on_its_batch_or_on_how_many_are_rewritten(
    rewriting: Callable[..., Made],
) -> None:
    _, together = rewriting("together")
    _, apart = rewriting("apart", batch=7)
    _, more = rewriting("more", share=0.1)
    rows = [
        pq.read_table(folder / "ledger.parquet").select(
            ["document", "position", "drawn_token", "replacement"]
        )
        for folder in (together, apart, more)
    ]
    few, again, many = ({tuple(row.values()) for row in one.to_pylist()} for one in rows)

    assert few == again
    assert few < many


def test_nothing_is_rewritten_for_a_share_of_nothing(
    rewriting: Callable[..., Made], corpus: Corpus
) -> None:
    totals, folder = rewriting("none", share=0.0)

    assert (totals.rewritten, totals.changed, totals.log_probability_change) == (0, 0, 0)
    assert list(Corpus.open(folder / "corpus.arrow").texts()) == list(corpus.texts())


def test_more_than_all_sentences_can_change_is_refused(rewriting: Callable[..., Made]) -> None:
    with pytest.raises(BadInput, match=r"rewriting all \d+ sentences changes [\d,]+; raise"):
        rewriting("all", share=0.99)


def test_a_record_that_lost_a_content_word_is_refused() -> None:
    totals = {
        "tokens": 100, "sentences": 9, "rewritten": 2, "written": 9, "wanted": 6, "changed": 7,
        "log_probability_change": -1.5, "content_words": 8,
    }  # fmt: skip

    assert RewriteTotals.model_validate(totals | {"content_words_kept": 8}).changed == 7
    with pytest.raises(ValueError, match="7 of 8 content words were kept; rewriting keeps all"):
        RewriteTotals.model_validate(totals | {"content_words_kept": 7})
