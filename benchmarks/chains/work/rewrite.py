"""The work inside a rewrite stage: a model writes sentences anew around their content words."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from data.edits.rewriting import (
    Rewritten,
    Sentence,
    as_ledger,
    count_content_words,
    find_sentences,
    how_many,
    rewritten,
)
from data.errors import BadInput
from data.ledger import Change, changes_in, edited_texts, with_metadata
from data.prior import Prior, load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus, join, write_corpus
from data.text.token_text import Pieces, locate
from data.text.tokens import encode, load_tokenizer
from lightning_modules.device import Advance, Device
from lightning_modules.editing.token_editing import prior_facts
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.processes import on_lead
from lightning_modules.settings import SamplingRule
from lightning_modules.trainer import predicting
from lightning_modules.writing.sentence_writing import (
    SentenceSource,
    SentenceWriter,
    write_sentences,
)

_SURPLUS = 1.15
"""How many times the sentences that are needed are written: a second round would wait for its
longest. No sentence depends on it."""
_FIRST_SHARE = 0.3
"""Share of its tokens that a sentence is taken to change until some have been written."""


def rewrite(
    folder: Path,
    *,
    corpora: Iterable[Path],
    prior: Path,
    tokenizer: Path,
    prefix: bool,
    context: int,
    rule: SamplingRule,
    share: float,
    seed: int,
    generation: int,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Rewrite sentences of corpora into `corpus.arrow`, with a row per written token in a ledger.

    Sentences are chosen by lot, as many as change the share of tokens that is asked for, give or
    take half of the last one. Their content words stay; see `data.edits.rewriting`.

    Args:
        folder: Folder that receives `corpus.arrow` and `ledger.parquet`.
        corpora: Files that are read one after the other.
        prior: Checkpoint of the model that writes.
        tokenizer: Folder of the tokenizer of the models that will be trained; it counts tokens.
        prefix: Whether that model saw its end-of-text token before every document.
        context: Tokens that it looks back at most.
        rule: How tokens are drawn; its limits of length are those of documents, and not read.
        share: Share of the tokens of the corpora that is to be changed.
        seed: Replicate of the chain.
        generation: Index of the generation that will read the corpus; it keys the random draws.
        device: Device that the model runs on.
        advance: Told how many more tokens were written.

    Raises:
        BadInput: All sentences together change too few tokens.
    """
    corpus = join([Corpus.open(path) for path in corpora])
    job = _Job.of(corpus, load_prior(prior, context=context, prefix=prefix), seed, generation)
    wanted = round(share * len(job.source.text.ids))
    chosen = _chosen(job, wanted, rule, device, advance)
    before, after = (
        _scores(job, [one.sentence for one in chosen], tokens, device)
        for tokens in ([one.sentence.tokens for one in chosen], [one.drawn for one in chosen])
    )
    about = {"action": "rewrite", "share": share, "rule": asdict(rule)}
    counts = on_lead(lambda: _write(folder, job, chosen, (before, after), about))
    ids = encode(load_tokenizer(tokenizer), Corpus.open(folder / "corpus.arrow").texts())
    return {
        "documents": len(corpus),
        "tokens": sum(map(len, ids)),
        "rewrite": {
            "tokens": len(job.source.text.ids),
            "sentences": len(job.sentences),
            "rewritten": len(chosen),
            "written": sum(int((~one.sentence.kept).sum()) for one in chosen),
            "wanted": wanted,
            "changed": sum(int(one.changed.sum()) for one in chosen),
            "log_probability_change": _bits(after) - _bits(before),
            **counts,
        },
    }


@dataclass(frozen=True)
class _Job:
    """A text, its sentences, and the model that rewrites some of them."""

    corpus: Corpus
    texts: list[str]
    writer: Prior
    pieces: Pieces
    source: SentenceSource
    sentences: list[Sentence]

    @classmethod
    def of(cls, corpus: Corpus, writer: Prior, seed: int, generation: int) -> "_Job":
        """Find the sentences of a corpus."""
        pieces, texts = Pieces(writer.tokenizer), list(corpus.texts())
        text, context = locate(texts, pieces), locate(list(corpus.prompts()), pieces)
        ids = [document.id for document in corpus]
        source = SentenceSource(
            ids=ids, text=text, context=context, seed=seed, generation=generation
        )
        has_context = (np.diff(context.offsets) > 0) | (writer.prefix is not None)
        return cls(corpus, texts, writer, pieces, source, find_sentences(texts, text, has_context))


def _chosen(
    job: _Job, wanted: int, rule: SamplingRule, device: Device, advance: Advance
) -> list[Rewritten]:
    """Rewritten sentences, by lot as many as change so many tokens, in the order of the text."""
    source, sentences = job.source, job.sentences
    lot = stream(source.seed, Purpose.SELECTION, source.generation, "rewrite")
    order = lot.permutation(len(sentences)).tolist()
    done: list[Rewritten] = []
    while (n := how_many(_changed(done), wanted)) is None:
        if len(done) == len(order):
            raise BadInput(
                f"{wanted:,} changed tokens are asked for, rewriting all {len(order):,} sentences "
                f"changes {int(_changed(done).sum()):,}; raise the temperature of sampling"
            )
        more = order[len(done) : len(done) + _missing(done, sentences, wanted)]
        some = [sentences[place] for place in more]
        writer = SentenceWriter(job.writer, rule, some, source, advance)
        written = write_sentences(writer, predicting(device, advance))
        done += [rewritten(*pair, job.pieces) for pair in zip(some, written, strict=True)]
    return sorted(done[:n], key=lambda one: (one.sentence.document, one.sentence.first))


def _changed(done: Sequence[Rewritten]) -> NDArray[np.int64]:
    return np.array([int(one.changed.sum()) for one in done], dtype=np.int64)


def _missing(done: Sequence[Rewritten], sentences: Sequence[Sentence], wanted: int) -> int:
    """About how many more sentences are needed."""
    changed = int(_changed(done).sum())
    each = changed / len(done) if done else _FIRST_SHARE * _mean_length(sentences)
    return int(_SURPLUS * (wanted - changed) / max(each, 1.0)) + 1


def _mean_length(sentences: Sequence[Sentence]) -> float:
    return float(np.mean([len(one.tokens) for one in sentences])) if sentences else 0.0


def _scores(
    job: _Job,
    sentences: Sequence[Sentence],
    tokens: Sequence[NDArray[np.int64]],
    device: Device,
) -> list[NDArray[np.float32]]:
    """Log-probabilities of tokens in the place of each sentence, after the text before it."""
    if not sentences:
        return []
    before = [job.source.before(one) for one in sentences]
    trainer = predicting(device, lambda n_tokens: None)
    found = score_documents(job.writer, tokens, before=before, trainer=trainer)
    return np.split(found, np.cumsum([len(one) for one in tokens])[:-1])


def _bits(scores: Sequence[NDArray[np.float32]]) -> float:
    """Log-probability of all sentences together; a first token that nothing precedes has none."""
    return float(sum(np.nansum(one, dtype=np.float64) for one in scores) / np.log(2))


def _write(
    folder: Path,
    job: _Job,
    chosen: Sequence[Rewritten],
    scores: tuple[Sequence[NDArray[np.float32]], Sequence[NDArray[np.float32]]],
    about: dict[str, Any],
) -> dict[str, int]:
    """Write ledger and corpus, and count the content words that stand in the corpus."""
    source = job.source
    ledger = as_ledger(chosen, source.ids, source.text, job.pieces, *scores)
    about |= {"source": None, "prior": prior_facts(job.writer)}
    about |= {"seed": source.seed, "generation": source.generation}
    path = folder / "ledger.parquet"
    schema = with_metadata(ledger.schema, about)
    pq.write_table(ledger.replace_schema_metadata(schema.metadata), path, compression="zstd")
    changes: list[Change] = list(changes_in([ledger]))
    texts = list(edited_texts(job.texts, changes))
    documents = (
        replace(document, text=text, generation=source.generation)
        for document, text in zip(job.corpus, texts, strict=True)
    )
    write_corpus(folder / "corpus.arrow", documents)
    words = count_content_words(chosen, source.text, changes, job.texts, texts)
    return {"content_words": words.before, "content_words_kept": words.kept}
