"""What a fixed judge finds in every corpus: perplexities and n-grams (Figures 3, 10 to 13)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.chains.settings import Judging
from benchmarks.chains.work.measures import Measurement
from data.errors import BadInput
from data.measures.ngrams import BUCKETS, hashed_sum
from data.measures.statistics import distinct, take, top_bigrams
from data.prior import load_prior
from data.randomness import Purpose, stream
from data.text.corpus import Corpus, join
from data.text.tokens import encode
from lightning_modules.device import Advance, Device
from lightning_modules.editing.token_scoring import score_documents
from lightning_modules.processes import on_lead
from lightning_modules.trainer import predicting

_VERSION = 1
_RANGE = (2.5, 50.0, 97.5)
"""Percentiles of document perplexity: ends and middle of the 95 % range."""
_FULLEST = 0.01
"""Share of the hash buckets whose content says how concentrated words and bigrams are."""
_AT_ONCE = 1_000


def judge_corpus(
    folder: Path,
    *,
    corpora: Iterable[Path],
    model: Path,
    judging: Judging,
    device: Device,
    advance: Advance,
) -> dict[str, Any]:
    """Perplexity of each document under a fixed model, and how concentrated n-grams are.

    Documents are read in a random order that depends on their number alone. Writes
    `perplexity.parquet`.

    Raises:
        BadInput: Too few documents are long enough, or there are too few words.
    """
    read = list(join([Corpus.open(path) for path in corpora]).texts())
    texts = [read[i] for i in stream(0, Purpose.STATISTICS, "judge").permutation(len(read))]
    judge = load_prior(model, context=max(judging.tokens + 1, 2), prefix=None)
    documents, n_short = _long_enough(judge.tokenizer, texts, judging)
    scored = score_documents(judge, documents, trainer=predicting(device, advance))
    nats = -np.nanmean(scored.reshape(len(documents), judging.tokens).astype(np.float64), axis=1)
    perplexity = np.exp(nats)
    table = pa.table({"perplexity": perplexity})
    on_lead(lambda: pq.write_table(table, folder / "perplexity.parquet"))
    n_looked_at = n_short + len(documents)
    found = _of_perplexities(perplexity) | _of_ngrams(texts, judging.words)
    found["left_out"] = Measurement(
        value=n_short / n_looked_at, stderr=None, n=n_looked_at, version=_VERSION
    )
    return {
        "tokens": len(documents) * judging.tokens,
        "text": {f"corpus/{name}/none": asdict(value) for name, value in found.items()},
    }


def _long_enough(
    tokenizer: Any, texts: Sequence[str], judging: Judging
) -> tuple[list[list[int]], int]:
    """The beginnings of as many documents as are read, and how many were too short till then."""
    chosen: list[list[int]] = []
    n_short = 0
    for ids in _encoded(tokenizer, texts):
        if len(ids) < judging.tokens:
            n_short += 1
            continue
        chosen.append(ids[: judging.tokens])
        if len(chosen) == judging.documents:
            return chosen, n_short
    raise BadInput(
        f"{len(chosen):,} of {len(texts):,} documents have {judging.tokens} tokens of the judge, "
        f"{judging.documents:,} are wanted of every corpus; lower the recipe's judging.documents "
        "or judging.tokens"
    )


def _encoded(tokenizer: Any, texts: Sequence[str]) -> Iterator[list[int]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield from encode(tokenizer, texts[start : start + _AT_ONCE])


def _of_perplexities(perplexity: NDArray[np.float64]) -> dict[str, Measurement]:
    low, middle, high = np.percentile(perplexity, _RANGE)
    values = {
        "perplexity_low": low,
        "perplexity_median": middle,
        "perplexity_high": high,
        "perplexity_range": high - low,
    }
    n = len(perplexity)
    return {
        name: Measurement(value=float(value), stderr=None, n=n, version=_VERSION)
        for name, value in values.items()
    }


def _of_ngrams(texts: Sequence[str], n_words: int) -> dict[str, Measurement]:
    try:
        sample = take(texts, n_words)
    except BadInput as error:
        raise BadInput(f"{error}; lower the recipe's judging.words") from None
    buckets = np.sort(hashed_sum(sample.words))[::-1]
    values = {
        "distinct_2": distinct(sample, 2),
        "top_bigrams": top_bigrams(sample),
        "fullest_buckets": float(buckets[: int(_FULLEST * BUCKETS)].sum() / buckets.sum()),
    }
    return {
        name: Measurement(value=value, stderr=None, n=sample.n_words, version=_VERSION)
        for name, value in values.items()
    }
